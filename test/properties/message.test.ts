import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts';
import { defaultLimits } from '../../src/limits.ts';
import { type AuthorResult, authorDomain, parseAuthorDomain } from '../../src/message/author-domain.ts';
import type { HeaderBlock } from '../../src/message/message.ts';
import { openMessage } from '../../src/message/open.ts';
import { openedFindings } from '../../src/message/opened-findings.ts';
import { parseMessage } from '../../src/message/parse-message.ts';
import { domainName } from '../../src/names/domain-name.ts';
import { parseMailboxList } from '../../src/names/mailbox.ts';

const pieces = [
  'From',
  'from',
  ':',
  ' ',
  '\t',
  '\r\n',
  '\r\n',
  '\n',
  '\r',
  '.',
  '\0',
  'a@b.example',
  '<',
  '>',
  ',',
  '"',
];
const more = [
  '(',
  ')',
  '\\',
  '[',
  ']',
  ';',
  '@',
  'x',
  'é',
  '=?utf-8?q?a=40b?=',
  '\u202e',
  'xn--a',
  'To: y\r\n',
  '\r\n\r\n',
];

/** Texts in which every rule of the header and of addresses has a chance to apply. */
const texts = fc.array(fc.constantFrom(...pieces, ...more), { maxLength: 40 }).map((parts) => parts.join(''));
const messages = fc.oneof(
  texts.map((text) => new TextEncoder().encode(text)),
  fc.uint8Array({ maxLength: 200 }),
  texts.map((text) => Uint8Array.from(text, (c) => c.charCodeAt(0) & 0xff)),
);

async function read(source: Uint8Array | AsyncIterable<Uint8Array>, headerBytes: number) {
  const message = await openMessage(source, { limits: { ...defaultLimits, headerBytes } });
  const body: number[] = [];
  await message.readBody((chunk) => body.push(...chunk));
  const { header, tooLarge, lineEndings } = message;
  const diagnostics = openedFindings(message);
  return { header: { ...header, bytes: [...header.bytes] }, tooLarge, lineEndings, diagnostics, body };
}

/** Fields and malformed lines lie side by side and fill the header block; returns where it ends. */
function expectBlock({ bytes, fields, malformed }: Pick<HeaderBlock, 'bytes' | 'fields' | 'malformed'>): number {
  let at = 0;
  for (const { start, end } of [...fields, ...malformed].sort((a, b) => a.start - b.start)) {
    expect(start).toBe(at);
    expect(end).toBeGreaterThan(start);
    at = end;
  }
  for (const { start, colon, end, name } of fields) {
    expect(colon).toBeGreaterThan(start);
    expect(colon).toBeLessThan(end);
    expect(bytes[colon]).toBe(0x3a);
    expect(name).toMatch(/^[!-9;-@[-~]+$/);
  }
  return at;
}

function expectSpans(diagnostics: Diagnostic[], length: number): void {
  for (const { span } of diagnostics) {
    if (span === undefined) continue;
    expect(span.start).toBeGreaterThanOrEqual(0);
    expect(span.end).toBeGreaterThanOrEqual(span.start);
    expect(span.end).toBeLessThanOrEqual(length);
  }
}

function expectAuthor(result: AuthorResult): void {
  const { domain, address, reason, domains } = result;
  expect(domain === undefined).toBe(reason !== undefined);
  if (domain === undefined) expect(address).toBeUndefined();
  for (const name of [domain ?? 'a.example', ...(domains ?? [])]) expect(domainName(name)).toBe(name);
  expect(JSON.parse(JSON.stringify(result))).toEqual(result);
}

describe('any bytes', () => {
  test('are a message whose fields and malformed lines fill the header block', () => {
    fc.assert(
      fc.property(messages, (bytes) => {
        const { body, lineEndings, diagnostics, ...message } = parseMessage(bytes);
        const headerEnd = expectBlock(message);
        expect(body.end).toBe(bytes.length);
        // Between the two there is the empty line, or nothing.
        const between = String.fromCharCode(...bytes.subarray(headerEnd, body.start));
        expect(body.start === bytes.length ? ['', '\n', '\r\n'] : ['\n', '\r\n']).toContain(between);
        expect(lineEndings.crlf + lineEndings.bareLf).toBe(bytes.filter((c) => c === 0x0a).length);
        expect(lineEndings.crlf + lineEndings.bareCr).toBe(bytes.filter((c) => c === 0x0d).length);
        expectSpans(diagnostics, bytes.length);
      }),
    );
  });

  test('have one author domain, or a reason why not', () => {
    fc.assert(fc.property(messages, (bytes) => expectAuthor(parseAuthorDomain(bytes))));
  });

  test('give the same message in any chunks, under any limit', async () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(messages, sizes, fc.integer({ min: 0, max: 60 }), async (bytes, cuts, headerBytes) => {
        async function* chunks(): AsyncGenerator<Uint8Array> {
          for (let i = 0, at = 0; at < bytes.length; i++) {
            const size = cuts[i % cuts.length]! || i % 2;
            yield bytes.slice(at, at + size);
            at += size;
          }
        }
        const whole = await read(bytes, headerBytes);
        expect(await read(chunks(), headerBytes)).toEqual(whole);
        expect(whole.tooLarge).toBe(whole.header.cutOff === true);
      }),
    );
  });

  test('openMessage, parseMessage and parseAuthorDomain agree', async () => {
    await fc.assert(
      fc.asyncProperty(messages, async (bytes) => {
        const opened = await openMessage(bytes, { limits: defaultLimits });
        const parsed = parseMessage(bytes);
        expect(expectBlock(opened.header)).toBe(opened.header.bytes.length);
        expectSpans(openedFindings(opened), opened.header.bytes.length);
        expect(opened.header.fields.map(({ name }) => name)).toEqual(parsed.fields.map(({ name }) => name));
        expect(opened.lineEndings).toBe(parsed.lineEndings.style);
        expect(authorDomain(opened.header)).toEqual(parseAuthorDomain(bytes));
      }),
    );
  });
});

describe('any text', () => {
  const fields = fc.oneof(texts, fc.string({ unit: 'binary', maxLength: 60 }));

  test('is an address list whose spans lie inside', () => {
    fc.assert(
      fc.property(fields, (text) => {
        const { mailboxes, faults, oddities, comments } = parseMailboxList(text);
        const spans = [...faults, ...oddities, ...mailboxes, ...comments.map((span) => ({ span }))].map(
          ({ span }) => span,
        );
        for (const { start, end } of spans) {
          expect(start).toBeGreaterThanOrEqual(0);
          expect(end).toBeGreaterThanOrEqual(start);
          expect(end).toBeLessThanOrEqual(text.length);
        }
        for (const { address, domain, domainSpan } of mailboxes) {
          expect(address.endsWith(`@${domain}`)).toBe(true);
          expect(text.slice(domainSpan.start, domainSpan.end)).toBe(domain);
        }
      }),
    );
  });

  test('as display name does not change the author domain', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (name) => {
        const text = [...name].filter((c) => c >= ' ' && c !== '\x7f').join('');
        const quoted = text.replace(/["\\]/g, '\\$&');
        expect(parseAuthorDomain(`From: "${quoted}" <a@b.example>\r\n\r\n`).domain).toBe('b.example');
      }),
    );
  });

  test('that is one bare address is the same address in angle brackets, with a name, and in a group', () => {
    const atom = fc.string({ unit: fc.constantFrom(...'abcXYZ019-_'), minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(atom, fc.array(atom, { minLength: 2, maxLength: 4 }), (local, labels) => {
        const address = `${local}@x${labels.join('x.x')}x`;
        for (const text of [address, `<${address}>`, `Ann <${address}>`, `G: ${address};`, `${address} (Ann)`]) {
          expect(parseMailboxList(text)).toMatchObject({ mailboxes: [{ address }], faults: [] });
        }
      }),
    );
  });
});
