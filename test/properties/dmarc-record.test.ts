import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatDmarcRecord } from '../../src/dmarc/format.ts';
import { isDmarcRecord, parseDmarcRecord, parsePublishedDmarcRecord } from '../../src/dmarc/parse.ts';
import type { DmarcRecord } from '../../src/dmarc/record.ts';

const word = fc.constantFrom(
  ...['v=DMARC1', 'v', 'p', 'sp', 'np', 'adkim', 'aspf', 't', 'psd', 'fo', 'rua', 'ruf', 'pct', 'rf', 'ri', 'x', 'P'],
  ...[
    '=',
    ';',
    '; ',
    ' ',
    '\t',
    ',',
    ':',
    '@',
    '"',
    '\\',
    '(',
    '!',
    '10m',
    '%40',
    '“',
    '\u00a0',
    '\0',
    '\n',
    'é',
    '😀',
    '\ud800',
  ],
  ...['none', 'quarantine', 'reject', 'rejct', 'r', 's', 'y', '0', '1', 'd', '50', 'TXT ', 'IN ', 'text='],
  ...['mailto:a@example.com', 'mailto:', 'b@example.net', 'https://example.com/', 'dmarc1', 'spf1 -all'],
);
const shuffled = fc.array(word, { maxLength: 30 }).map((words) => words.join(''));
const tag = fc.tuple(word, fc.array(word, { maxLength: 4 })).map(([name, words]) => `${name}=${words.join('')}`);
const record = fc
  .tuple(fc.constantFrom('', '"', '_dmarc IN TXT "', ' '), fc.array(tag, { maxLength: 8 }))
  .map(([head, tags]) => `${head}v=DMARC1; ${tags.join('; ')}`);
const text = fc.oneof(
  shuffled,
  record,
  shuffled.map((rest) => `v=DMARC1; ${rest}`),
  fc.string({ unit: 'binary' }),
);

/** The value without any span. */
function withoutSpans(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (key, item) => (/span$/i.test(key) ? undefined : item));
}

function everySpan(value: unknown): { start: number; end: number }[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('start' in value && 'end' in value) return [value as { start: number; end: number }];
  return Object.values(value).flatMap(everySpan);
}

test('no text makes the parser throw, spans lie inside and findings agree with ok', () => {
  fc.assert(
    fc.property(text, (input) => {
      for (const parse of [parseDmarcRecord, parsePublishedDmarcRecord]) {
        const result = parse(input);
        expect(result.ok).toBe(result.value !== undefined && result.diagnostics.every((d) => d.severity !== 'error'));
        if (!result.ok) expect(result.diagnostics.length).toBeGreaterThan(0);
        for (const { start, end } of everySpan(result)) {
          expect(start).toBeGreaterThanOrEqual(0);
          expect(end).toBeGreaterThanOrEqual(start);
          expect(end).toBeLessThanOrEqual(input.length);
        }
        expect(JSON.parse(JSON.stringify(result))).toEqual(result);
        expect(structuredClone(result)).toEqual(result);
      }
    }),
    { numRuns: 2000 },
  );
});

test('what is ok is a DMARC record, and a DMARC record always has a value', () => {
  fc.assert(
    fc.property(text, (input) => {
      if (parseDmarcRecord(input).ok) expect(isDmarcRecord(input)).toBe(true);
      if (isDmarcRecord(input)) expect(parseDmarcRecord(input).value).toBeDefined();
      if (isDmarcRecord(input)) expect(parsePublishedDmarcRecord(input).value).toBeDefined();
    }),
    { numRuns: 2000 },
  );
});

test('a record that is ok is read alike by people and receivers', () => {
  fc.assert(
    fc.property(text, (input) => {
      const result = parseDmarcRecord(input);
      if (result.ok) expect(parsePublishedDmarcRecord(input)).toEqual(result);
    }),
    { numRuns: 2000 },
  );
});

test('a tag is where its span says, and the spans nest', () => {
  fc.assert(
    fc.property(text, (input) => {
      const { value } = parsePublishedDmarcRecord(input);
      for (const { name, span, nameSpan, valueSpan, ...rest } of value?.tags ?? []) {
        expect(input.slice(nameSpan.start, nameSpan.end)).toBe(name);
        if (/^[\t -~]*$/.test(input)) expect(input.slice(valueSpan.start, valueSpan.end)).toBe(rest.value);
        expect(span.start).toBe(nameSpan.start);
        expect(span.end).toBe(valueSpan.end);
        expect(nameSpan.end).toBeLessThan(valueSpan.start);
      }
    }),
    { numRuns: 1000 },
  );
});

test('parse(format(r)) equals r up to spans', () => {
  fc.assert(
    fc.property(text, (input) => {
      const { value } = parseDmarcRecord(input);
      if (value) expect(withoutSpans(parseDmarcRecord(formatDmarcRecord(value)).value)).toEqual(withoutSpans(value));
    }),
    { numRuns: 3000 },
  );
});

test('written from its fields alone a record means the same', () => {
  const meaning = ({ tags, ...fields }: DmarcRecord) => {
    expect(Array.isArray(tags)).toBe(true);
    return withoutSpans(fields);
  };
  fc.assert(
    fc.property(text, (input) => {
      const { value } = parseDmarcRecord(input);
      if (!value) return;
      const again = parseDmarcRecord(formatDmarcRecord({ ...value, tags: [] }));
      expect(meaning(again.value!)).toEqual(meaning(value));
    }),
    { numRuns: 2000 },
  );
});
