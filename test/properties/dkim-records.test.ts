import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Span } from '../../src/diagnostics/diagnostic.ts';
import { formatDkimKeyRecord, formatDkimSignature } from '../../src/dkim/format.ts';
import { parseDkimKeyRecord } from '../../src/dkim/key-record.ts';
import { type DkimTag, parseDkimSignature, signatureFault } from '../../src/dkim/signature.ts';
import { decodeBase64, encodeBase64 } from '../../src/text/base64.ts';

// Texts made of what the parsers look for, so that chance reaches the branches behind it.
const piece = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...'vkhpnstabcdilqxzgPV') },
  {
    weight: 5,
    arbitrary: fc.constantFrom('=', ';', '; ', ':', ' ', '\t', '\r\n ', '\r\n', '\n', '"', '\\', '“', '@', ',', '-'),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      ...['DKIM1', 'rsa', 'ed25519', 'sha256', 'rsa-sha256', 'relaxed/', 'simple', 'dns/txt', 'from', 'example.com'],
      ...[
        '-----BEGIN PUBLIC KEY-----',
        'PRIVATE KEY',
        'MIGfMA0GCSqGSIb3DQEBAQUAA4GN',
        'AAAAB3NzaC',
        'TXT ',
        'spf1',
        '=C3=A9',
      ],
      ...[
        '11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=',
        '1',
        '99999999999999999999',
        '__proto__',
        'ö',
        '\0',
        '\ud800',
      ],
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }) },
);
const hostile = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(''));
const anyText = fc.oneof(hostile, fc.string({ unit: 'binary', maxLength: 300 }));

function checkSpans(text: string, tags: readonly DkimTag[], spans: readonly (Span | undefined)[]): void {
  for (const span of spans) {
    if (span === undefined) continue;
    expect(span.start).toBeGreaterThanOrEqual(0);
    expect(span.end).toBeGreaterThanOrEqual(span.start);
    expect(span.end).toBeLessThanOrEqual(text.length);
  }
  for (const { span, nameSpan, valueSpan } of tags) {
    expect(nameSpan.start).toBe(span.start);
    expect(nameSpan.end).toBeLessThanOrEqual(valueSpan.start);
    expect(valueSpan.end).toBe(span.end);
  }
}

/** The tags without their places and their folds, which a text on one line cannot have. */
function written(tags: readonly DkimTag[]): object[] {
  return tags.map(({ name, value, known }) => ({ name, value: value.replace(/[\r\n]/g, ''), known }));
}

const parsers = [
  ['parseDkimSignature', parseDkimSignature],
  ['parseDkimKeyRecord', parseDkimKeyRecord],
] as const;

describe.each(parsers)('%s', (_, parse) => {
  test('reads any text without throwing, its spans inside the text, its result plain data', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const parsed = parse(text);
        const tags = parsed.value?.tags ?? [];
        checkSpans(text, tags, [...parsed.diagnostics.map(({ span }) => span), ...tags.map(({ span }) => span)]);
        expect(parsed.ok).toBe(!parsed.diagnostics.some(({ severity }) => severity === 'error'));
        expect(JSON.parse(JSON.stringify(parsed))).toEqual(parsed);
      }),
      { numRuns: 2000 },
    );
  });

  test('takes time in proportion to the text', () => {
    const patterns = [
      '=',
      ';',
      ' ',
      'p',
      ' k=b',
      ';k=a',
      '"',
      '-----BEGIN',
      '- ',
      ': ',
      '= ',
      ',',
      'a b',
      '\r\n ',
      'A',
      '\\',
      '“',
    ];
    for (const head of ['v=DKIM1; p=', 'v=', 'h=', 't=', 'i=', 'b=', '']) {
      for (const pattern of patterns) {
        const text = head + pattern.repeat(Math.ceil(20_000 / pattern.length));
        const start = performance.now();
        parse(text);
        // What is quadratic takes minutes.
        expect(performance.now() - start, `${head}${pattern}…`).toBeLessThan(2000);
      }
    }
  });
});

const base64 = (length: number) => fc.uint8Array({ minLength: length, maxLength: length }).map(encodeBase64);
const label = fc.stringMatching(/^[a-z][a-z\d]{0,10}$/);
const domain = fc.tuple(label, label).map((labels) => labels.join('.'));
const optional = (value: fc.Arbitrary<string>) => fc.option(value, { nil: undefined });
const fws = fc.constantFrom('', '', '', ' ', '\t', '\r\n ', '\n\t');

/** A tag-list of the given values, with white space where it may be. */
function tagList(values: fc.Arbitrary<{ [name: string]: string | undefined }>): fc.Arbitrary<string> {
  const spaces = fc.array(fws, { minLength: 64, maxLength: 64 });
  return fc.tuple(values, spaces, fc.boolean()).map(([tags, space, final]) => {
    let i = 0;
    const pieces = Object.entries(tags)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `${space[i++]}${name}${space[i++]}=${space[i++]}${value}${space[i++]}`);
    return pieces.join(';') + (final ? ';' : '');
  });
}

const folded = (text: fc.Arbitrary<string>) =>
  fc.tuple(text, fc.nat({ max: 40 }), fws).map(([all, at, space]) => all.slice(0, at) + space + all.slice(at));
const list = (items: fc.Arbitrary<string>) =>
  fc.tuple(fc.array(items, { minLength: 1, maxLength: 5 }), fws).map(([all, space]) => all.join(`${space}:${space}`));

const signatures = tagList(
  fc.record({
    v: fc.constant('1'),
    a: fc.constantFrom('rsa-sha256', 'RSA-SHA256'),
    c: optional(fc.constantFrom('simple', 'relaxed', 'relaxed/relaxed', 'Simple/relaxed')),
    d: domain,
    s: label,
    q: optional(fc.constantFrom('dns/txt', 'DNS/txt', 'x:dns/txt')),
    t: optional(fc.nat().map(String)),
    l: optional(fc.maxSafeNat().map((n) => `00${n}`)),
    h: list(fc.constantFrom('To', 'Subject', 'X-a!')).map((names) => `From:${names}`),
    z: optional(fc.constantFrom('', 'From:a|To:b', 'Subject:=3B')),
    unknown: optional(fc.constantFrom('', 'a b', 'x=y')),
    bh: folded(base64(32)),
    b: folded(base64(128)),
  }),
);

const records = tagList(
  fc.record({
    v: optional(fc.constant('DKIM1')),
    k: fc.constantFrom('ed25519', 'ED25519'),
    h: optional(list(fc.constantFrom('sha1', 'x-y', 'SHA256')).map((names) => `sha256:${names}`)),
    s: optional(list(fc.constantFrom('*', 'email', 'tlsrpt'))),
    t: optional(fc.oneof(fc.constant(''), list(fc.constantFrom('y', 's', 'S', 'other')))),
    n: optional(fc.constantFrom('', 'a note', 'k=v', 'é')),
    unknown: optional(fc.constantFrom('', 'a b')),
    // The first octet is not that of DER, and the number is not one of small order.
    p: fc.oneof(
      fc.constant(''),
      folded(base64(31).map((text) => encodeBase64(Buffer.from([7, ...Buffer.from(text, 'base64')])))),
    ),
  }),
);

test('base64 in a signature is judged as decodeBase64 judges it', () => {
  const text = fc.string({
    unit: fc.constantFrom('A', 'z', '0', '+', '/', '=', ' ', '-'),
    minLength: 1,
    maxLength: 12,
  });
  fc.assert(
    fc.property(text, (b) => {
      fc.pre(b.trim() !== '');
      const { diagnostics } = parseDkimSignature(`b=${b}`);
      const refused = diagnostics.some(({ code }) => code === 'dkim.base64');
      expect(refused).toBe(decodeBase64(b) === undefined);
    }),
    { numRuns: 2000 },
  );
});

describe('what is formatted reads as it was', () => {
  test('signatures', () => {
    fc.assert(
      fc.property(signatures, (text) => {
        const { ok, value, diagnostics } = parseDkimSignature(text);
        expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
        expect(ok).toBe(true);
        const line = formatDkimSignature(value!);
        expect(line).not.toMatch(/[\r\n]/);
        const again = parseDkimSignature(line);
        expect(signatureFault(again.diagnostics)).toBeUndefined();
        const { tags, h, ...rest } = value!;
        expect(again.value).toMatchObject(rest);
        expect(again.value?.h).toEqual(h);
        expect(written(again.value!.tags)).toEqual(written(tags));
        expect(formatDkimSignature(again.value!)).toBe(line);
      }),
    );
  });

  test('key records', () => {
    fc.assert(
      fc.property(records, (text) => {
        const { ok, value, diagnostics } = parseDkimKeyRecord(text);
        expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
        expect(ok).toBe(true);
        const line = formatDkimKeyRecord(value!);
        expect(line).not.toMatch(/[\r\n]/);
        const again = parseDkimKeyRecord(line);
        expect({ ...again.value, tags: [] }).toEqual({ ...value, tags: [] });
        expect(written(again.value!.tags)).toEqual(written(value!.tags));
        expect(formatDkimKeyRecord(again.value!)).toBe(line);
      }),
    );
  });

  test('whatever was understood of any text is written as a tag-list', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const signature = parseDkimSignature(text).value!;
        const codes = parseDkimSignature(formatDkimSignature(signature)).diagnostics.map(({ code }) => code);
        expect(codes).not.toContain('dkim.tag-duplicate');
        expect(codes).not.toContain('dkim.tag-name');
        const record = parseDkimKeyRecord(text).value;
        if (record !== undefined) expect(formatDkimKeyRecord(record)).not.toMatch(/[\r\n]/);
      }),
      { numRuns: 500 },
    );
  });
});
