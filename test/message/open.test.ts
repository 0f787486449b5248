import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { defaultLimits, type Limits } from '../../src/limits.ts';
import type { OpenedMessage } from '../../src/message/message.ts';
import { type OpenOptions, openMessage } from '../../src/message/open.ts';
import { openedFindings } from '../../src/message/opened-findings.ts';
import type { MessageSource } from '../../src/message/source.ts';

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

function open(
  source: MessageSource,
  options: Partial<Omit<OpenOptions, 'limits'>> & { limits?: Partial<Limits> } = {},
) {
  return openMessage(source, { ...options, limits: { ...defaultLimits, ...options.limits } });
}

async function bodyOf(message: OpenedMessage): Promise<string> {
  const chunks: string[] = [];
  await message.readBody((chunk) => chunks.push(decode(chunk)));
  return chunks.join('');
}

const codes = (message: OpenedMessage) => openedFindings(message).map(({ code }) => code);

/** A stream of the text in pieces, which records what happens to it. */
function streamOf(text: string, size = 3) {
  const bytes = encode(text);
  let at = 0;
  const state: { cancelled?: unknown; reads: number } = { reads: 0 };
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        state.reads++;
        if (at >= bytes.length) return controller.close();
        controller.enqueue(bytes.slice(at, at + size));
        at += size;
      },
      cancel(reason) {
        state.cancelled = reason ?? 'cancelled';
      },
    },
    { highWaterMark: 0 },
  );
  return Object.assign(state, { stream });
}

async function* generate(text: string, size = 3): AsyncGenerator<Uint8Array> {
  const bytes = encode(text);
  for (let i = 0; i < bytes.length; i += size) yield bytes.slice(i, i + size);
}

describe('where the header block ends (RFC 5322 §2.1)', () => {
  test.each([
    ['the first empty line', 'A: b\r\nC: d\r\n\r\nbody\r\n\r\nmore', 'A: b\r\nC: d\r\n', 'body\r\n\r\nmore', 'crlf'],
    ['a message that begins with CRLF has no header', '\r\nA: b\r\n\r\nbody', '', 'A: b\r\n\r\nbody', 'crlf'],
    ['a message that begins with LF has no header', '\nA: b\n\nbody', '', 'A: b\n\nbody', 'lf'],
    ['no empty line, no body', 'A: b\r\nC: d\r\n', 'A: b\r\nC: d\r\n', '', 'crlf'],
    ['no line break at all', 'A: b', 'A: b', '', 'crlf'],
    ['nothing', '', '', '', 'crlf'],
    ['an empty body', 'A: b\r\n\r\n', 'A: b\r\n', '', 'crlf'],
    [
      'a file with LF lines is read as CRLF, its body is left',
      'A: b\n\tc\n\nx\ny\n',
      'A: b\r\n\tc\r\n',
      'x\ny\n',
      'lf',
    ],
    ['LF lines without an empty line', 'A: b\nC: d', 'A: b\r\nC: d', '', 'lf'],
    ['LF LF ends nothing behind a CR', 'A: b\r\nC: d\n\nE: f\r\n\r\nx', 'A: b\r\nC: d\n\nE: f\r\n', 'x', 'crlf'],
    ['nor does LF CRLF', 'A: b\r\nC: d\n\r\nE: f\r\n\r\nx', 'A: b\r\nC: d\n\r\nE: f\r\n', 'x', 'crlf'],
    ['a bare CR is a CR too', 'A: \rb\n\nC: d\r\n\r\nx', 'A: \rb\n\nC: d\r\n', 'x', 'crlf'],
    ['CR CR LF is no empty line', 'A: b\r\n\r\r\nC: d\r\n\r\nx', 'A: b\r\n\r\r\nC: d\r\n', 'x', 'crlf'],
    ['a line of white space is none either', 'A: b\r\n \r\n\r\nx', 'A: b\r\n \r\n', 'x', 'crlf'],
    ['CRLF further down makes no difference', 'A: b\n\nx\r\n\r\ny', 'A: b\r\n', 'x\r\n\r\ny', 'lf'],
  ])('%s', async (_, text, header, body, lineEndings) => {
    for (const source of [text, encode(text), streamOf(text, 1).stream, streamOf(text, 5).stream, generate(text, 2)]) {
      const message = await open(source);
      expect(decode(message.header.bytes)).toBe(header);
      expect(message.lineEndings).toBe(lineEndings);
      expect(message.tooLarge).toBe(false);
      expect(await bodyOf(message)).toBe(body);
    }
  });

  test('as-is reads no LF as the end of a line', async () => {
    const message = await open('A: b\nC: d\n\nbody', { lineEndings: 'as-is' });
    expect(message.lineEndings).toBe('crlf');
    expect(message.header.fields).toEqual([{ name: 'a', start: 0, colon: 1, end: 15 }]);
    expect(await bodyOf(message)).toBe('');
    expect(codes(message)).toEqual(['message.bare-lf']);
  });
});

describe('sources', () => {
  test('bytes are not copied, and the body comes in one piece', async () => {
    const bytes = encode('A: b\r\n\r\nthe body');
    const message = await open(bytes);
    const chunks: Uint8Array[] = [];
    await message.readBody((chunk) => chunks.push(chunk));
    expect(message.header.bytes.buffer).toBe(bytes.buffer);
    expect(chunks).toHaveLength(1);
    expect(chunks[0]?.buffer).toBe(bytes.buffer);
  });

  test('a string stands for its UTF-8 bytes', async () => {
    const message = await open('Subject: Grüße\r\n\r\n€');
    expect(message.header.fields[0]?.end).toBe(18);
    expect(await bodyOf(message)).toBe('€');
  });

  test('bytes of another realm are bytes', async () => {
    const { runInNewContext } = await import('node:vm');
    const message = await open(runInNewContext('new Uint8Array([65, 58, 32, 98, 13, 10])'));
    expect(message.header.fields[0]?.name).toBe('a');
  });

  test('a stream may use the memory of a chunk again', async () => {
    async function* reuse(): AsyncGenerator<Uint8Array> {
      const chunk = new Uint8Array(4);
      for (const text of ['A: b', '\r\n\r\n', 'body', 'more']) {
        chunk.set(encode(text));
        yield chunk;
      }
    }
    const message = await open(reuse());
    expect(await bodyOf(message)).toBe('bodymore');
    expect(decode(message.header.bytes)).toBe('A: b\r\n');
  });

  test('the body of a stream is passed chunk by chunk, each when it was asked for', async () => {
    const source = streamOf('A: b\r\n\r\n0123456789', 4);
    const message = await open(source.stream);
    expect(source.reads).toBe(2);
    const seen: [string, number][] = [];
    await message.readBody((chunk) => seen.push([decode(chunk), source.reads]));
    expect(seen).toEqual([
      ['0123', 3],
      ['4567', 4],
      ['89', 5],
    ]);
    expect(source.cancelled).toBeUndefined();
  });

  test('empty chunks do not matter', async () => {
    async function* holes(): AsyncGenerator<Uint8Array> {
      for (const text of ['', 'A: b\r\n\r', '', '\n', '', 'x', '']) yield encode(text);
    }
    const message = await open(holes());
    const chunks: number[] = [];
    await message.readBody((chunk) => chunks.push(chunk.length));
    expect(chunks).toEqual([1]);
  });

  test('the body can be read once', async () => {
    const message = await open('A: b\r\n\r\nx');
    await bodyOf(message);
    await expect(bodyOf(message)).rejects.toThrow('The body of a message can be read once');
  });

  test.each([
    [42, '42'],
    [null, 'null'],
    [undefined, 'undefined'],
    [{}, 'an object'],
    [['A: b'], 'an array'],
    [new ArrayBuffer(3), 'an object'],
    [{ getReader: 1, [Symbol.asyncIterator]: 2 }, 'an object'],
  ])('%j is no message', async (source, shown) => {
    await expect(open(source as unknown as string)).rejects.toThrow(
      new TypeError(
        `Cannot read message: "message" must be a string, Uint8Array, ReadableStream or AsyncIterable, received ${shown}`,
      ),
    );
  });

  test('a stream of strings is a wrong argument, and is closed', async () => {
    let closed = false;
    async function* strings() {
      try {
        yield 'From: a@b.example\r\n';
      } finally {
        closed = true;
      }
    }
    await expect(open(strings() as unknown as MessageSource)).rejects.toThrow(
      new TypeError('Cannot read message: its stream must yield Uint8Array, received "From: a@b.example\\r\\n"'),
    );
    expect(closed).toBe(true);
  });
});

describe('errors of the stream reject as they are', () => {
  const failure = new Error('connection lost');

  test('in the header', async () => {
    const stream = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(failure) });
    await expect(open(stream)).rejects.toBe(failure);
  });

  test('in the body', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield encode('A: b\r\n\r\nx');
      throw failure;
    }
    const message = await open(broken(), { signal: new AbortController().signal });
    await expect(bodyOf(message)).rejects.toBe(failure);
    await expect(message.close()).resolves.toBeUndefined();
  });

  test('what the stream says to being closed is nobody’s business', async () => {
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(encode('A: b\r\n\r\nx')),
      cancel: () => Promise.reject(failure),
    });
    const message = await open(stream);
    await expect(message.close()).resolves.toBeUndefined();
    await expect(bodyOf(message)).resolves.toBe('x');
  });
});

describe('close', () => {
  test('cancels the stream once', async () => {
    const source = streamOf('A: b\r\n\r\nbody that nobody reads', 8);
    const message = await open(source.stream);
    await message.close();
    await message.close();
    expect(source.cancelled).toBe('cancelled');
  });

  test('of an iterable without return() does nothing', async () => {
    const chunks = [encode('A: b\r\n\r\n'), encode('x')];
    const iterable = {
      [Symbol.asyncIterator]: () => ({ next: async () => ({ done: false as const, value: chunks.shift()! }) }),
    };
    await expect((await open(iterable)).close()).resolves.toBeUndefined();
  });

  test('of a message in memory does nothing', async () => {
    const message = await open('A: b\r\n\r\nx');
    await message.close();
    expect(await bodyOf(message)).toBe('x');
  });
});

describe('the signal', () => {
  const reason = new Error('enough');
  const stuck = (first: string) => {
    const state: { cancelled?: unknown } = {};
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(encode(first)),
      cancel: (why) => {
        state.cancelled = why;
      },
    });
    return Object.assign(state, { stream });
  };

  test.each(['A: b', 'A: b\r\n\r\nx'])('aborts while a read of a stream is pending (%j)', async (first) => {
    const controller = new AbortController();
    const source = stuck(first);
    const read = open(source.stream, { signal: controller.signal }).then(bodyOf);
    setTimeout(() => controller.abort(reason), 5);
    await expect(read).rejects.toBe(reason);
    expect(source.cancelled).toBe(reason);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  });

  test('aborts while a generator is busy, which is told afterwards', async () => {
    const controller = new AbortController();
    let release = () => {};
    let returned = false;
    async function* busy(): AsyncGenerator<Uint8Array> {
      try {
        yield encode('A: b\r\n');
        await new Promise<void>((resolve) => {
          release = resolve;
        });
        yield encode('\r\n');
      } finally {
        returned = true;
      }
    }
    const read = open(busy(), { signal: controller.signal });
    setTimeout(() => controller.abort(reason), 5);
    await expect(read).rejects.toBe(reason);
    release();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(returned).toBe(true);
  });

  test('has aborted before', async () => {
    await expect(open('A: b', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  test('aborts between header and body', async () => {
    for (const source of ['A: b\r\n\r\nx', streamOf('A: b\r\n\r\nx', 8).stream]) {
      const controller = new AbortController();
      const message = await open(source, { signal: controller.signal });
      controller.abort(reason);
      await expect(bodyOf(message)).rejects.toBe(reason);
      await expect(message.close()).resolves.toBeUndefined();
    }
  });

  test('keeps no listener of a message that was read', async () => {
    const { signal } = new AbortController();
    await bodyOf(await open(streamOf('A: b\r\n\r\nx').stream, { signal }));
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});

describe('limits', () => {
  const text = 'A: 1\r\nB: 2\r\nC: 3\r\n\r\nbody';

  test('a header block of exactly headerBytes fits', async () => {
    for (const source of [text, streamOf(text, 1).stream, streamOf(text, 100).stream]) {
      const message = await open(source, { limits: { headerBytes: 18 } });
      expect(message.tooLarge).toBe(false);
      expect(message.header.fields).toHaveLength(3);
      expect(message.header.cutOff).toBeUndefined();
      expect(await bodyOf(message)).toBe('body');
    }
  });

  test('above headerBytes it keeps the fields that are whole for certain, and the body is empty', async () => {
    for (const size of [1, 7, 100]) {
      const source = streamOf(text, size);
      for (const input of [text, source.stream]) {
        const message = await open(input, { limits: { headerBytes: 17 } });
        expect(message.tooLarge).toBe(true);
        expect(message.header).toEqual({
          bytes: encode('A: 1\r\nB: 2\r\n'),
          fields: [
            { name: 'a', start: 0, colon: 1, end: 6 },
            { name: 'b', start: 6, colon: 7, end: 12 },
          ],
          malformed: [],
          cutOff: true,
        });
        expect(codes(message)).toEqual(['message.header-too-large']);
        expect(openedFindings(message)[0]?.message).toBe('The header is over the limit of 17 octets');
        expect(await bodyOf(message)).toBe('');
      }
      expect(source.cancelled).toBe('cancelled');
    }
  });

  test('a malformed line at the cut is dropped too', async () => {
    const message = await open('A: 1\r\nno field\r\nB: 2\r\n\r\n', { limits: { headerBytes: 12 } });
    expect(decode(message.header.bytes)).toBe('A: 1\r\n');
    expect(message.header.malformed).toEqual([]);
  });

  test('a header of one endless field keeps nothing', async () => {
    const message = await open(`A: ${'x'.repeat(5000)}`, { limits: { headerBytes: 1000 } });
    expect(message.header.bytes).toHaveLength(0);
    expect(message.tooLarge).toBe(true);
  });

  test('no more than headerBytes and two octets are read of an endless header', async () => {
    let reads = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        reads++;
        yield new Uint8Array(1000).fill(0x61);
      }
    }
    const message = await open(endless(), { limits: { headerBytes: 100_000 } });
    expect(message.tooLarge).toBe(true);
    expect(reads).toBe(101);
  });

  test('headerFields counts lines that are no field as well', async () => {
    const message = await open('A: 1\r\nno field\r\nB: 2\r\n\r\nbody', { limits: { headerFields: 2 } });
    expect(message.tooLarge).toBe(true);
    expect(message.header.fields.map(({ name }) => name)).toEqual(['a']);
    expect(message.header.malformed).toHaveLength(1);
    expect(message.header.cutOff).toBe(true);
    expect(openedFindings(message)[0]?.message).toBe('The header is over the limit of 2 fields');
    expect(await bodyOf(message)).toBe('');
    expect((await open('A: 1\r\nno field\r\nB: 2\r\n\r\n', { limits: { headerFields: 3 } })).tooLarge).toBe(false);
  });

  test('one-byte chunks cost linear time', async () => {
    const time = async (length: number) => {
      const started = performance.now();
      await open(streamOf(`A: ${'x'.repeat(length)}\r\n\r\n`, 1).stream);
      return performance.now() - started;
    };
    await time(20_000);
    const short = await time(20_000);
    expect(await time(80_000)).toBeLessThan(short * 12 + 200);
  });
});

describe('findings', () => {
  test.each([
    ['LF lines', 'A: b\n\nx', ['message.lf-line-endings']],
    ['a bare LF', 'A: b\nc\r\n\r\nx', ['message.bare-lf']],
    ['a bare CR', 'A: b\rc\r\n\r\nx', ['message.bare-cr']],
    ['NUL', 'A: b\0c\r\n\r\nx', ['message.nul']],
    ['a line without colon', 'A: b\r\nnothing\r\n\r\nx', ['message.malformed-line']],
    ['white space before a colon', 'A: b\r\nC\t : d\r\n\r\nx', ['message.space-before-colon']],
    ['no field', '\r\nx', ['message.no-header']],
    ['UTF-8', 'A: é\r\n\r\nx', ['message.header-utf8']],
    ['a long line', `A: ${'x'.repeat(996)}\r\n\r\nx`, ['message.long-line']],
    ['a line of 998 octets', `A: ${'x'.repeat(995)}\r\n\r\nx`, []],
    ['a proper header', 'A: b\r\n c\r\nD:\r\n\r\n\n.\n\0', []],
  ])('%s', async (_, text, expected) => {
    expect(codes(await open(text))).toEqual(expected);
  });

  test('octets that are not UTF-8', async () => {
    expect(codes(await open(Uint8Array.of(0x41, 0x3a, 0xe9, 13, 10)))).toEqual(['message.header-not-utf8']);
  });
});
