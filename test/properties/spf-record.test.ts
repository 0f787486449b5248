import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Diagnostic, Span } from '../../src/diagnostics/diagnostic.ts';
import { parseIpAddress } from '../../src/names/ip-address.ts';
import { formatSpfRecord } from '../../src/spf/format.ts';
import { parseExplanation } from '../../src/spf/macro-string.ts';
import { ip4Value, isIp6Address } from '../../src/spf/network.ts';
import { parseSpfRecord } from '../../src/spf/parse.ts';
import type { SpfRecord, SpfTerm } from '../../src/spf/record.ts';

// Texts made of what the parser looks for, so that chance reaches the branches behind it.
const mechanism = fc.constantFrom(
  'all',
  'include',
  'a',
  'mx',
  'ptr',
  'ip4',
  'ip6',
  'exists',
  'redirect',
  'exp',
  'A',
  'foo',
);
const value = fc.constantFrom(
  ...['example.com', 'a.example.', 'museum', '.com', '192.0.2.1', '192.0.2.300', '2001:db8::1', '::', 'a@b.example'],
  ...[
    '%{d}',
    '%{ir}.example',
    '%{d0}',
    '%{l1r-}',
    '%{c}.x',
    '%%',
    '%_',
    'x%-',
    '%%-',
    '%',
    '%{',
    'http://a.b',
    'a..b',
    '',
  ],
);
const cidr = fc.constantFrom(
  '',
  '',
  '',
  '/24',
  '//64',
  '/24//64',
  '/0',
  '/00',
  '/33',
  '//129',
  '/',
  '//',
  '/24/24',
  '///8',
);
const term = fc
  .tuple(fc.constantFrom('', '', '+', '-', '~', '?'), mechanism, fc.constantFrom(':', ':', '=', '', '/'), value, cidr)
  .map((pieces) => pieces.join(''));
const noise = fc.oneof(
  fc.constantFrom('\t', '  ', ',', ';', '"', '”', 'é', '\n', '\0', '\ud800', 'v=spf1', ' TXT ', '\\', '@', '__proto__'),
  fc.string({ unit: 'binary', maxLength: 3 }),
);
const record = fc.array(term, { maxLength: 8 }).map((terms) => ['v=spf1', ...terms].join(' '));
const damaged = fc
  .tuple(record, noise, fc.nat(60))
  .map(([text, extra, at]) => text.slice(0, at) + extra + text.slice(at));
const anyText = fc.oneof(
  record,
  damaged,
  fc.array(fc.oneof(term, noise)).map((all) => all.join('')),
  fc.string({ unit: 'binary' }),
);

// The ABNF of RFC 7208 §12 once more, as expressions over one term; the numbers are checked afterwards.
const macroExpand = String.raw`(?:%\{[slodiphv]0*[1-9]?\d*r?[-.+,/_=]*\}|%%|%_|%-)`;
const macroString = `(?:${macroExpand}|[!-$&-~])*?`;
const toplabel = '(?:[a-z0-9]*[a-z][a-z0-9]*|[a-z0-9]+-[a-z0-9-]*[a-z0-9])';
const domainSpec = String.raw`${macroString}(?:\.${toplabel}\.?|${macroExpand})`;
const dualCidr = String.raw`(?:/(?<ip4>0|[1-9]\d?))?(?://(?<ip6>0|[1-9]\d{0,2}))?`;
const grammar = [
  '[-+?~]?all',
  `[-+?~]?(?:include|exists):${domainSpec}`,
  `[-+?~]?(?:a|mx)(?::${domainSpec})?${dualCidr}`,
  `[-+?~]?ptr(?::${domainSpec})?`,
  String.raw`[-+?~]?ip4:(?<v4>[\d.]+)(?:/(?<ip4>0|[1-9]\d?))?`,
  String.raw`[-+?~]?ip6:(?<v6>[\da-f:.]+)(?:/(?<ip6>0|[1-9]\d{0,2}))?`,
  `(?<once>redirect|exp)=${domainSpec}`,
  `(?!(?:redirect|exp)=)[a-z][a-z0-9_.-]*=${macroString}`,
].map((rule) => new RegExp(`^${rule}$`, 'i'));

function isTermByTheGrammar(text: string): boolean {
  const groups = grammar.map((rule) => rule.exec(text)).find((match) => match !== null)?.groups;
  if (!grammar.some((rule) => rule.test(text))) return false;
  if (/%\{[a-z]0+(?!\d)/i.test(text.replaceAll('%%', ''))) return false;
  const { ip4, ip6, v4, v6 } = groups ?? {};
  if (Number(ip4 ?? 0) > 32 || Number(ip6 ?? 0) > 128) return false;
  if (v4 !== undefined && parseIpAddress(v4)?.family !== 4) return false;
  return v6 === undefined || parseIpAddress(v6)?.family === 6;
}

function isRecordByTheGrammar(text: string): boolean {
  if (!/^v=spf1(?: |$)/i.test(text)) return false;
  const terms = text
    .slice(6)
    .split(' ')
    .filter((piece) => piece !== '');
  const twice = ['redirect=', 'exp='].some((name) => terms.filter((t) => t.toLowerCase().startsWith(name)).length > 1);
  return !twice && terms.every(isTermByTheGrammar);
}

function withoutSpans(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, item: unknown) => (key === 'span' ? undefined : item)));
}

function spansOf(terms: readonly SpfTerm[]): Span[] {
  return terms.flatMap(({ span, macro }) => [span, ...(macro ? [macro.span, ...macro.parts.map((p) => p.span)] : [])]);
}

describe('parseSpfRecord', () => {
  test('accepts what the grammar of RFC 7208 §12 accepts, and nothing else', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(parseSpfRecord(text).ok).toBe(isRecordByTheGrammar(text));
      }),
      { numRuns: 3000 },
    );
  });

  test('gives plain data with spans that lie in the text, and an error exactly where it is not ok', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const result = parseSpfRecord(text);
        const { value, diagnostics } = result as { value?: SpfRecord; diagnostics: Diagnostic[] };
        expect(JSON.parse(JSON.stringify(result))).toEqual(result);
        expect(diagnostics.some((d) => d.severity === 'error')).toBe(!result.ok);
        for (const span of [...spansOf(value?.terms ?? []), ...diagnostics.map((d) => d.span!)]) {
          expect(span.start).toBeGreaterThanOrEqual(0);
          expect(span.end).toBeGreaterThanOrEqual(span.start);
          expect(span.end).toBeLessThanOrEqual(text.length);
        }
        for (const { span, macro } of value?.terms ?? []) {
          if (macro === undefined) continue;
          expect(macro.span.start).toBeGreaterThan(span.start);
          expect(macro.span.end).toBeLessThanOrEqual(span.end);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('reads again what formatSpfRecord writes', () => {
    fc.assert(
      fc.property(record, (text) => {
        const value = parseSpfRecord(text).value ?? { terms: [] };
        const again = parseSpfRecord(formatSpfRecord(value));
        expect(withoutSpans(again.value)).toEqual(withoutSpans(value));
      }),
      { numRuns: 2000 },
    );
  });

  test('a replacement never makes more errors', () => {
    const errors = (text: string) => parseSpfRecord(text).diagnostics.filter((d) => d.severity === 'error').length;
    fc.assert(
      fc.property(record, (text) => {
        for (const { fix, span, code } of parseSpfRecord(text).diagnostics) {
          if (fix?.replacement === undefined || code === 'spf.pasted') continue;
          const cured = text.slice(0, span!.start) + fix.replacement + text.slice(span!.end);
          expect(errors(cured)).toBeLessThanOrEqual(errors(text));
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('has one idea of an address with parseIpAddress', () => {
    const groups = fc.array(
      fc.constantFrom('0', '1', 'ffff', 'FFFFF', 'g', '', '', '::', ':', '1.2.3.4', '1.2.3.04', '256.1.1.1', '.'),
      {
        maxLength: 10,
      },
    );
    const address = fc.oneof(
      fc.ipV6(),
      fc.ipV4(),
      fc.tuple(groups, fc.constantFrom(':', ':', '.', '')).map(([all, glue]) => all.join(glue)),
      fc.string({ unit: fc.constantFrom(...'0123456789abf:.'), maxLength: 20 }),
      fc.string({ unit: fc.constantFrom(...'025.'), maxLength: 16 }),
    );
    fc.assert(
      fc.property(address, (text) => {
        const parsed = parseIpAddress(text);
        expect(isIp6Address(text)).toBe(parsed?.family === 6);
        const bytes = parsed?.family === 4 ? parsed.bytes : undefined;
        expect(ip4Value(text)).toBe(bytes?.reduce((value, byte) => value * 256 + byte, 0) ?? -1);
      }),
      { numRuns: 5000 },
    );
  });

  test('an explanation is read or refused, never thrown at', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const parts = parseExplanation(text);
        if (parts !== undefined) expect(text).toMatch(/^[ -~]*$/);
      }),
    );
  });
});
