import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BodyCanonicalizer } from '../../src/dkim/canonicalize.ts';
import { verifyDkimSignatures } from '../../src/dkim/verify.ts';
import type { Resolver } from '../../src/dns/resolver.ts';
import { memoryResolver, type Zone } from '../../src/resolvers/memory.ts';
import { canonicalBody, canonicalField, ed25519, keyRecord, octetsOf, rsa1024, signWith } from '../support/keys.ts';

const zone: Zone = {
  'one._domainkey.example.com': { TXT: [keyRecord(rsa1024)] },
  'two._domainkey.example.com': { TXT: [keyRecord(ed25519)] },
};
const now = () => new Date(1_700_000_000_000);
const env = { resolver: memoryResolver(zone), now };

// Texts of what canonicalization is about, and a few octets that it must leave alone.
const body = fc.string({
  unit: fc.constantFrom(' ', '\t', '\r', '\n', '\r\n', 'a', '.', '\u00a0', 'text'),
  maxLength: 60,
});
const cuts = fc.array(fc.nat(400), { maxLength: 8 });

function cut(bytes: Uint8Array, places: number[]): Uint8Array[] {
  const sorted = [0, ...places.filter((at) => at <= bytes.length).sort((a, b) => a - b), bytes.length];
  return sorted.slice(1).map((end, i) => bytes.subarray(sorted[i], end));
}

function signTwice(text: string): string {
  const message = `From: a@example.com\r\nSubject: b\r\n\r\n${text}`;
  const once = signWith(message, { s: 'one', h: 'from:subject' });
  return signWith(once, { s: 'two', h: 'from:subject', c: 'simple/simple', key: ed25519 });
}

function stream(pieces: Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });
}

async function* chunks(pieces: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}

describe('body canonicalization', () => {
  test.each(['simple', 'relaxed'] as const)(
    '%s does as the RFC words it, however the body is cut',
    (canonicalization) => {
      fc.assert(
        fc.property(body, cuts, (text, places) => {
          const out: string[] = [];
          const canonicalizer = new BodyCanonicalizer(canonicalization, (piece) => {
            out.push(Buffer.from(piece).toString('latin1'));
          });
          for (const piece of cut(octetsOf(text), places)) canonicalizer.write(piece);
          canonicalizer.end();
          expect(out.join('')).toBe(canonicalBody(text, canonicalization));
        }),
        { numRuns: 2000 },
      );
    },
  );
});

describe('long bodies, which are looked at in words of four octets', () => {
  const part = fc.oneof(
    fc.string({
      unit: fc.constantFrom(' ', '\t', '\r', '\n', '\r\n', 'a', '!', '(', '-', ', ', '\u00a0', '\u0000'),
      maxLength: 12,
    }),
    fc.nat(70).map((length) => 'QUJD'.repeat(18).slice(0, length)),
    fc.constantFrom('one two three four ', 'x\r\n', ' \r\n', 'x '),
  );
  const long = fc.array(part, { minLength: 30, maxLength: 120 }).map((parts) => `${parts.join('')}`);

  test('are canonicalized as the RFC words it, wherever they lie in memory and however they are cut', () => {
    fc.assert(
      fc.property(long, fc.nat(3), fc.array(fc.nat(3000), { maxLength: 2 }), (text, offset, places) => {
        const bytes = octetsOf('#'.repeat(offset) + text).subarray(offset);
        const out: string[] = [];
        const canonicalizer = new BodyCanonicalizer('relaxed', (piece) => {
          out.push(Buffer.from(piece).toString('latin1'));
        });
        for (const piece of cut(bytes, places)) canonicalizer.write(piece);
        canonicalizer.end();
        expect(out.join('')).toBe(canonicalBody(text, 'relaxed'));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('verification', () => {
  test('passes what was signed, whatever the form and the cuts of the message', async () => {
    await fc.assert(
      fc.asyncProperty(body, cuts, async (text, places) => {
        const signed = signTwice(text);
        const bytes = octetsOf(signed);
        const results = await verifyDkimSignatures(bytes, env);
        expect(results.map(({ result }) => result)).toEqual(['pass', 'pass']);
        const pieces = cut(bytes, places);
        const ones = Array.from(bytes, (_, i) => bytes.subarray(i, i + 1));
        for (const source of [chunks(pieces), chunks(ones), stream(pieces)]) {
          expect(await verifyDkimSignatures(source, env)).toEqual(results);
        }
        if (!text.includes('\u00a0')) expect(await verifyDkimSignatures(signed, env)).toEqual(results);
      }),
      { numRuns: 60 },
    );
  });

  test('passes fields of any octets', async () => {
    const value = fc.string({
      unit: fc.constantFrom(' ', '\t', '\r\n ', '\r\n\t', 'a', ':', '\u00a0', '\u00e9', 'From', '\r', '\n'),
      maxLength: 30,
    });
    const foldable = value.filter((text) => !/\r\n(?![ \t])/.test(`${text}x`));
    await fc.assert(
      fc.asyncProperty(foldable, fc.constantFrom('simple/simple', 'relaxed/relaxed'), async (text, c) => {
        const message = `From: a@example.com\r\nX \t:${text}x\r\n\r\nbody\r\n`;
        const signed = signWith(message, { s: 'one', h: 'x:from', c });
        const [result] = await verifyDkimSignatures(octetsOf(signed), env);
        expect(result, canonicalField(message, 'relaxed')).toMatchObject({ result: 'pass' });
      }),
      { numRuns: 200 },
    );
  });

  test('never throws, and its results are plain data', async () => {
    const field = fc.string({
      unit: fc.constantFrom(
        'v=1',
        ';',
        'a=rsa-sha256',
        'b=',
        'bh=',
        'h=from',
        'd=example.com',
        's=one',
        'l=5',
        ' ',
        '\r\n ',
        '=',
        'x',
        '\u0000',
        '\u00ff',
        'q=',
        'i=@',
        'x=1',
        't=2',
      ),
      maxLength: 30,
    });
    const hostile = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      field.map((text) => octetsOf(`DKIM-Signature:${text}\r\nFrom: a\r\n\r\nx`)),
      fc.tuple(body, fc.nat(900), fc.nat(255)).map(([text, at, octet]) => {
        const bytes = octetsOf(signTwice(text));
        bytes[at % bytes.length] = octet;
        return bytes;
      }),
    );
    await fc.assert(
      fc.asyncProperty(hostile, async (bytes) => {
        const results = await verifyDkimSignatures(bytes, env);
        expect(structuredClone(results)).toEqual(results);
        expect(JSON.parse(JSON.stringify(results))).toStrictEqual(results);
        for (const { result, reason, diagnostics } of results) {
          expect(reason === undefined).toBe(result === 'pass');
          if (result !== 'pass') expect(diagnostics.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 400 },
    );
  });

  test('any text as key record never makes it throw, and only the right key lets it pass', async () => {
    const signed = octetsOf(signWith('From: a@example.com\r\n\r\nx', { s: 'one', h: 'from' }));
    const tag = fc.constantFrom(
      'v=DKIM1',
      'p=',
      keyRecord(rsa1024).slice(9),
      'k=rsa',
      'k=ed25519',
      't=y:s',
      's=',
      'h=sha1',
      ';',
      '; ',
      '"',
      'x',
    );
    const record = fc.oneof(fc.string({ unit: tag, maxLength: 8 }), fc.string({ unit: 'binary', maxLength: 80 }));
    await fc.assert(
      fc.asyncProperty(fc.array(record, { maxLength: 5 }), async (records) => {
        const texts = records.map((text) => Buffer.from(text).toString('latin1'));
        const resolver: Resolver = {
          query: async (name, type) =>
            ({ name, type, status: 'answer', records: texts.map((text) => ({ text })) }) as never,
        };
        const [result] = await verifyDkimSignatures(signed, { resolver, now });
        expect(JSON.parse(JSON.stringify(result))).toStrictEqual(result);
        if (result!.result === 'pass')
          expect(texts.some((text) => text.includes(keyRecord(rsa1024).slice(9)))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test.each([0, 1])('when question %i fails, its signature neither passes nor goes', async (failing) => {
    const inner = memoryResolver(zone);
    for (const answer of [undefined, {}, { status: 'failure', reason: 'timeout' }, 'throw', 'reject']) {
      let asked = 0;
      const resolver: Resolver = {
        query: (name, type) => {
          if (asked++ !== failing) return inner.query(name, type);
          if (answer === 'throw') throw new Error('no');
          return answer === 'reject' ? Promise.reject('no') : Promise.resolve(answer as never);
        },
      };
      const results = await verifyDkimSignatures(octetsOf(signTwice('x')), { resolver, now });
      expect(results[failing]).toMatchObject({ result: 'temperror', reason: 'key-unavailable' });
      expect(results[1 - failing]).toMatchObject({ result: 'pass' });
    }
  });
});

// Of this process alone: other tests run at the same time.
function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

describe('hostile messages', () => {
  const time = async (text: string): Promise<number> => {
    const bytes = octetsOf(text);
    let best = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 3; round++) {
      const begin = cpuTime();
      await verifyDkimSignatures(bytes, env, { limits: { headerBytes: 1e7, headerFields: 1e6 } });
      best = Math.min(best, cpuTime() - begin);
    }
    return best;
  };

  test.each<[title: string, make: (size: number) => string]>([
    [
      'fields and names in h=',
      (n) => hostile(Array.from({ length: n }, (_, i) => `X: ${i}\r\n`).join(''), 'x:'.repeat(n / 10)),
    ],
    ['names in h= that stand for nothing', (n) => hostile('', 'x:'.repeat(n))],
    ['white space in a field', (n) => hostile(`X:${' \t'.repeat(n)}x\r\n`, 'x:')],
    ['white space in the body', (n) => `${hostile('', '')}${' \t'.repeat(n)}x`],
    ['empty lines in the body', (n) => `${hostile('', '')}${'\r\n'.repeat(n)}x`],
    ['signatures', (n) => `${'DKIM-Signature: v=1; d=example.com\r\n'.repeat(n / 50)}\r\n`],
  ])('take time in proportion: %s', async (_, make) => {
    await time(make(1000));
    const small = await time(make(10_000));
    // Quadratic, it would be a hundred times.
    expect(await time(make(100_000))).toBeLessThan(40 * Math.max(small, 5));
  });

  function hostile(fields: string, names: string): string {
    const plain = signWith('From: a\r\n\r\n', { s: 'one', h: 'from' });
    return `${plain.slice(0, plain.indexOf('From:')).replace('h=from', `h=${names}from`)}${fields}From: a\r\n\r\n`;
  }
});
