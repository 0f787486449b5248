import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatAuthenticationResults } from '../../src/authenticate/authentication-results.ts';
import type { AuthenticationResult } from '../../src/authentication-results/header.ts';
import { parseArcAuthenticationResults, parseAuthenticationResults } from '../../src/authentication-results/parse.ts';
import { selectAuthenticationResults } from '../../src/authentication-results/select.ts';
import { stripAuthenticationResults } from '../../src/authentication-results/strip.ts';
import type { Diagnostic, Span } from '../../src/diagnostics/diagnostic.ts';
import type { DkimResult } from '../../src/dkim/result.ts';
import { parseReceivedSpf } from '../../src/spf/parse-received-spf.ts';
import type { SpfResult } from '../../src/spf/result.ts';

const printable = fc.string({ unit: 'grapheme-ascii', maxLength: 200 });
const anything = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({
    unit: fc.constantFrom(...'a.@"\\();=/ \r\n\t\0-1:x', '\u00fc', '\ud800', '\u2028', '; dmarc=pass', '\r\nX: y'),
    maxLength: 40,
  }),
);
const name = fc.stringMatching(/^[a-z0-9-]{0,10}[a-z0-9]$/);
const resultOf = (value: fc.Arbitrary<string>): fc.Arbitrary<AuthenticationResult> =>
  fc.record(
    {
      method: name,
      version: fc.nat(1000),
      result: name,
      reason: value,
      comments: fc.array(value, { maxLength: 3 }),
      properties: fc.array(fc.record({ ptype: name, property: name, value }), { maxLength: 4 }),
    },
    { requiredKeys: ['method', 'result', 'properties'] },
  );
const field = (value: fc.Arbitrary<string>) =>
  fc.record({ authservId: value.filter((id) => id !== ''), results: fc.array(resultOf(value), { maxLength: 4 }) });

/** A field as it comes out of the parser, without spans. */
function plain(text: string) {
  const { ok, value, diagnostics } = parseAuthenticationResults(text);
  expect(diagnostics).toEqual([]);
  expect(ok).toBe(true);
  const { authservId, results } = value!;
  return {
    authservId,
    results: results.map(({ method, version, result, reason, comments, properties }) => ({
      method,
      ...(version !== undefined && { version }),
      result,
      ...(reason !== undefined && { reason }),
      comments,
      properties: properties.map(({ ptype, property, value: v }) => ({ ptype, property, value: v })),
    })),
  };
}

const withComments = (results: AuthenticationResult[], keep: (text: string) => string = (text) => text) =>
  results.map(({ comments = [], reason, properties, ...rest }) => ({
    ...rest,
    ...(reason !== undefined && { reason: keep(reason) }),
    comments: comments.map(keep),
    properties: properties.map(({ value, ...names }) => ({ ...names, value: keep(value) })),
  }));

function expectLines(value: string): void {
  const lines = `Authentication-Results: ${value}`.split('\r\n');
  for (const [i, line] of lines.entries()) {
    expect(line).not.toMatch(/[\r\n\0]/);
    expect(new TextEncoder().encode(line).length).toBeLessThanOrEqual(998);
    if (i > 0) expect(line).toMatch(/^[ \t]+[^ \t]/);
  }
}

describe('parse and format of Authentication-Results', () => {
  test('every value of printable ASCII round trips', () => {
    fc.assert(
      fc.property(field(printable), ({ authservId, results }) => {
        const diagnostics: Diagnostic[] = [];
        const onDiagnostic = (diagnostic: Diagnostic) => void diagnostics.push(diagnostic);
        const text = formatAuthenticationResults(authservId, { results }, { onDiagnostic });
        expect(diagnostics).toEqual([]);
        expectLines(text);
        expect(plain(text)).toEqual({ authservId, results: withComments(results) });
      }),
      { numRuns: 500 },
    );
  });

  test('with eai, all of Unicode but control characters round trips', () => {
    const unicode = fc
      .string({ unit: 'binary', maxLength: 60 })
      .map((text) => [...text].filter((c) => (c >= ' ' && c < '\x7f') || c > '\x7f').join(''));
    fc.assert(
      fc.property(field(unicode), ({ authservId, results }) => {
        const diagnostics: Diagnostic[] = [];
        const onDiagnostic = (diagnostic: Diagnostic) => void diagnostics.push(diagnostic);
        const text = formatAuthenticationResults(authservId, { results }, { eai: true, onDiagnostic });
        expect(diagnostics).toEqual([]);
        expectLines(text);
        expect(plain(text)).toEqual({ authservId, results: withComments(results) });
      }),
      { numRuns: 500 },
    );
  });

  test('other characters are dropped with a diagnostic, and the rest round trips', () => {
    const keep = (text: string) => text.replace(/[^ -~]/g, '');
    fc.assert(
      fc.property(resultOf(anything), (result) => {
        const diagnostics: Diagnostic[] = [];
        const onDiagnostic = (diagnostic: Diagnostic) => void diagnostics.push(diagnostic);
        const text = formatAuthenticationResults('mx.example', { results: [result] }, { onDiagnostic });
        expectLines(text);
        const [kept] = withComments([result], keep);
        expect(plain(text)).toEqual({ authservId: 'mx.example', results: [kept] });
        const values = [
          result.reason ?? '',
          ...(result.comments ?? []),
          ...result.properties.map(({ value }) => value),
        ];
        expect(diagnostics.map(({ code }) => code)).toEqual(
          values.filter((value) => keep(value) !== value).map(() => 'authentication-results.value-filtered'),
        );
      }),
      { numRuns: 500 },
    );
  });

  test('nothing in a verdict begins a new line, a new method or a new property', () => {
    fc.assert(
      fc.property(fc.array(anything, { minLength: 9, maxLength: 9 }), fc.boolean(), (texts, eai) => {
        const [d, i, s, a, b, mailFrom, helo, from, id] = texts as [
          string,
          string,
          string,
          string,
          string,
          string,
          string,
          string,
          string,
        ];
        const spf = (identity: SpfResult['identity'], domain: string): SpfResult => ({
          result: 'fail',
          reason: 'matched',
          identity,
          domain,
          explanation: d,
          lookups: { terms: 0, void: 0, queries: 0 },
          diagnostics: [],
          trace: { domain, ip: '192.0.2.1', result: 'fail', steps: [], queries: [] } as never,
        });
        const dkim: DkimResult = {
          result: 'fail',
          reason: 'signature',
          domain: d,
          auid: i,
          selector: s,
          algorithm: a,
          signatureText: b,
          testing: false,
          headerIndex: 0,
          signedHeaders: [],
          bodyHash: 'match',
          signature: 'mismatch',
          unsignedBodyBytes: 0,
          diagnostics: [],
        };
        const verdict = {
          spf: { mailFrom: spf('mailfrom', mailFrom), helo: spf('helo', helo) },
          dkim: [dkim],
          dmarc: {
            result: 'fail',
            reason: 'not-aligned',
            protocol: 'rfc9989',
            authorDomain: from,
            disposition: 'none',
            alignments: [],
            walk: [],
            diagnostics: [],
          } as const,
        };
        const text = formatAuthenticationResults(
          `x${id}`,
          { ...verdict, dmarc: { ...verdict.dmarc, alignments: [], walk: [], diagnostics: [] } },
          { eai },
        );
        expectLines(text);
        const keep = (value: string) =>
          [...value]
            .filter((c) => (c >= ' ' && c <= '~') || (eai && c > '\x7f' && !/^[\ud800-\udfff]$/.test(c)))
            .join('');
        expect(parseAuthenticationResults(text).value?.results).toMatchObject([
          { method: 'spf', result: 'fail', properties: [{ property: 'mailfrom', value: keep(mailFrom) }] },
          { method: 'spf', result: 'fail', properties: [{ property: 'helo', value: keep(helo) }] },
          {
            method: 'dkim',
            result: 'fail',
            reason: 'signature',
            properties: [
              { property: 'd', value: keep(d) },
              { property: 'i', value: keep(i) },
              { property: 's', value: keep(s) },
              { property: 'a', value: keep(a) },
              { property: 'b', value: keep(b.slice(0, 8)) },
            ],
          },
          {
            method: 'dmarc',
            result: 'fail',
            reason: 'not-aligned',
            properties: [{ property: 'from', value: keep(from) }],
          },
        ]);
      }),
      { numRuns: 500 },
    );
  });

  test('a parsed field, whatever it was, is written so that it is read as the same', () => {
    fc.assert(
      fc.property(fc.oneof(anything, fragments()), (text) => {
        const { value } = parseAuthenticationResults(text);
        const { version, ...header } = value!;
        const once = formatAuthenticationResults(`x${header.authservId}`, header, { eai: true });
        const again = parseAuthenticationResults(once);
        expect(again.ok).toBe(true);
        expect(formatAuthenticationResults(again.value!.authservId, again.value!, { eai: true })).toBe(once);
        expect(again.value!.results.length).toBeLessThanOrEqual(value!.results.length);
      }),
      { numRuns: 1000 },
    );
  });
});

/** Text of the pieces that fields are made of. */
function fragments(): fc.Arbitrary<string> {
  const pieces = [
    'mx.example',
    'MX.Example',
    '"mx.example"',
    ';',
    '; ',
    ' ',
    '\r\n ',
    '(',
    ')',
    '(x)',
    '"',
    '\\',
    '=',
    '/',
    '.',
    '@',
    '1',
    '2',
    'none',
    'spf=pass',
    'dkim',
    'reason=',
    'smtp.helo=',
    'a',
    ',',
    ':',
    '\0',
    '\r',
    '\n',
    '\u00fc',
    '\uff4d',
    'x.',
    'i=1;',
  ];
  return fc.array(fc.constantFrom(...pieces), { maxLength: 14 }).map((parts) => parts.join(''));
}

function spansOf(value: unknown, found: Span[] = []): Span[] {
  if (typeof value === 'object' && value !== null) {
    if ('start' in value && 'end' in value) found.push(value as Span);
    else for (const item of Object.values(value)) spansOf(item, found);
  }
  return found;
}

describe('the parsers', () => {
  test.each([
    ['parseAuthenticationResults', parseAuthenticationResults],
    ['parseArcAuthenticationResults', parseArcAuthenticationResults],
    ['parseReceivedSpf', (text: string) => parseReceivedSpf(`pass ${text}`)],
  ] as [string, (text: string) => { ok: boolean; value?: unknown; diagnostics: Diagnostic[] }][])(
    '%s never throws, gives plain data, and every span lies inside the text',
    (_, parse) => {
      fc.assert(
        fc.property(fc.oneof(anything, fragments()), (text) => {
          const result = parse(text);
          expect(JSON.parse(JSON.stringify(result))).toEqual(result);
          expect(result.ok).toBe(result.diagnostics.every(({ severity }) => severity !== 'error'));
          for (const { start, end } of spansOf(result)) {
            expect(start).toBeGreaterThanOrEqual(0);
            expect(end).toBeGreaterThanOrEqual(start);
            expect(end).toBeLessThanOrEqual(text.length + 5);
          }
        }),
        { numRuns: 1000 },
      );
    },
  );
});

describe('strip and select', () => {
  const line = fc.oneof(
    fragments().map((text) => `Authentication-Results: ${text}\r\n`),
    fragments().map((text) => `AUTHENTICATION-RESULTS :${text}\r\n`),
    fragments().map((text) => `Subject: ${text}\r\n`),
    fc.constantFrom(
      'Authentication-Results: other.example; spf=pass\r\n',
      'Received: x\r\n',
      '\r\n',
      '\n',
      'X: y\nAuthentication-Results: mx.example\r\n',
    ),
  );
  const message = fc.array(line, { maxLength: 8 }).map((lines) => lines.join(''));
  const ids = ['mx.example', 'b\u00fccher.example'];

  test('what was stripped is never selected, and stripping again changes nothing', () => {
    fc.assert(
      fc.property(message, (text) => {
        const stripped = stripAuthenticationResults(text, ids);
        expect(selectAuthenticationResults(stripped, { trusted: ids })).toEqual([]);
        expect(stripAuthenticationResults(stripped, ids)).toBe(stripped);
      }),
      { numRuns: 2000 },
    );
  });

  test('fields of others stay as they are, whatever stands around them', () => {
    const kept = 'Authentication-Results: other.example; spf=pass smtp.helo=mx.example\r\n';
    fc.assert(
      fc.property(message, fc.string({ unit: 'binary', maxLength: 40 }), (text, body) => {
        const head = text.replace(/\r\n\r\n|\n\n|^\r\n|^\n/g, '');
        const whole = `${kept}${head}${head.endsWith('\r\n') || head === '' ? '' : '\r\n'}${kept}\r\n${body}`;
        const stripped = new TextDecoder('utf-8', { ignoreBOM: true }).decode(stripAuthenticationResults(whole, ids));
        expect(stripped.startsWith(kept)).toBe(true);
        expect(stripped.endsWith(`${kept}\r\n${new TextDecoder().decode(new TextEncoder().encode(body))}`)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  test('what is selected is trusted, in order, and where it is said to be', () => {
    fc.assert(
      fc.property(message, (text) => {
        const bytes = new TextEncoder().encode(text);
        let before = -1;
        for (const { authservId, headerIndex, start, end } of selectAuthenticationResults(text, { trusted: ids })) {
          expect(authservId.toLowerCase()).toBe('mx.example');
          expect(headerIndex).toBeGreaterThan(before);
          before = headerIndex;
          const field = new TextDecoder().decode(bytes.subarray(start, end));
          expect(field).toMatch(/^authentication-results *:/i);
          expect(field.toLowerCase()).toContain('mx.example');
        }
      }),
      { numRuns: 1000 },
    );
  });
});
