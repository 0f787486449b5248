import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildBimiRecord } from '../../src/bimi/build.ts';
import { formatBimiRecord } from '../../src/bimi/format.ts';
import { parseBimiIndicator } from '../../src/bimi/indicator.ts';
import { parseBimiRecord } from '../../src/bimi/parse.ts';
import { buildDmarcRecord, type DmarcRecordOptions } from '../../src/dmarc/build.ts';
import { type DmarcChanges, editDmarcRecord } from '../../src/dmarc/edit.ts';
import { parseDmarcRecord } from '../../src/dmarc/parse.ts';
import { buildMtaStsRecord } from '../../src/mta-sts/build.ts';
import { formatMtaStsPolicy, formatMtaStsRecord } from '../../src/mta-sts/format.ts';
import { parseMtaStsRecord } from '../../src/mta-sts/parse.ts';
import { parseMtaStsPolicy } from '../../src/mta-sts/parse-policy.ts';
import { buildSpfRecord } from '../../src/spf/build.ts';
import { editSpfRecord } from '../../src/spf/edit.ts';
import { formatSpfRecord } from '../../src/spf/format.ts';
import { parseSpfRecord } from '../../src/spf/parse.ts';
import type { RecordEdit } from '../../src/text/change.ts';
import { buildTlsRptRecord } from '../../src/tls-rpt/build.ts';
import { formatTlsRptRecord } from '../../src/tls-rpt/format.ts';
import { parseTlsRptRecord } from '../../src/tls-rpt/parse.ts';

const policy = fc.constantFrom('none' as const, 'quarantine' as const, 'reject' as const);
const host = fc.constantFrom('example.com', 'a.example.net', 'bücher.example', 'xn--bcher-kva.example', 'b.example');
const address = fc
  .tuple(
    fc.constantFrom('a', 'x.y', 'r+1', 'a!b', 'a,b', 'a;b', "o'neill"),
    fc.constantFrom('example.com', 'r.example'),
  )
  .map(([local, domain]) => `${local}@${domain}`);
const addresses = fc.uniqueArray(address, { maxLength: 3 });
const some = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const words = (...list: string[]) =>
  fc.array(fc.constantFrom(...list), { maxLength: 25 }).map((pieces) => pieces.join(''));

function withoutSpans(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (key, item) => (/span$/i.test(key) ? undefined : item));
}

function everySpan(value: unknown): { start: number; end: number }[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('start' in value && 'end' in value) return [value as { start: number; end: number }];
  return Object.values(value).flatMap(everySpan);
}

/** Applies the changes to the text by hand: they say exactly what happened. */
function expectExact(before: string, edit: RecordEdit): void {
  let out = before;
  let last = Number.POSITIVE_INFINITY;
  for (const { span, replacement } of [...edit.changes].reverse()) {
    expect(span.start).toBeLessThanOrEqual(span.end);
    expect(span.end).toBeLessThan(last);
    last = span.start;
    out = out.slice(0, span.start) + replacement + out.slice(span.end);
  }
  expect(out).toBe(edit.text);
}

const dmarcOptions = fc
  .record({
    p: policy,
    sp: some(policy),
    np: some(policy),
    adkim: some(fc.constantFrom('r' as const, 's' as const, 'relaxed' as const, 'strict' as const)),
    aspf: some(fc.constantFrom('r' as const, 's' as const)),
    t: some(fc.constantFrom('y' as const, 'n' as const)),
    psd: some(fc.constantFrom('y' as const, 'n' as const, 'u' as const)),
    fo: some(fc.constantFrom('0', '1', 'd', '1:d:s')),
    rua: some(addresses),
    ruf: some(addresses),
    domain: host,
  })
  .map(
    (options) =>
      Object.fromEntries(
        Object.entries(options).filter(([, value]) => value !== undefined),
      ) as unknown as DmarcRecordOptions,
  );

test('a DMARC record that is built parses without errors and says what was asked', () => {
  fc.assert(
    fc.property(dmarcOptions, (options) => {
      const { ok, value } = buildDmarcRecord(options);
      expect(ok).toBe(true);
      const record = parseDmarcRecord(value!.text).value!;
      const { p, sp = p, np = sp, t = 'n', psd = 'u', fo = '0' } = options;
      expect(record).toMatchObject({ p, sp, np, t, psd, fo: fo.toString().split(':') });
      expect(record.adkim).toBe(options.adkim?.[0] ?? 'r');
      expect(record.aspf).toBe(options.aspf?.[0] ?? 'r');
      for (const name of ['rua', 'ruf'] as const)
        expect(record[name].map((uri) => uri.address)).toEqual(options[name] ?? []);
      expect(value!.chunks.join('')).toBe(value!.text);
      for (const { text } of value!.reportRecords) expect(text).toBe('v=DMARC1');
    }),
    { numRuns: 500 },
  );
});

const dmarcText = fc
  .array(
    fc.constantFrom(
      'p=none',
      'P=Reject',
      'sp=none',
      'rua=mailto:a@example.com',
      'rua=mailto:a@example.com, mailto:b@r.example',
      'X=1',
      'adkim=s',
      'pct=50',
      'fo=1',
      ' t = y ',
      'rejct',
    ),
    { maxLength: 6 },
  )
  .chain((tags) => fc.constantFrom(';', '; ', ' ;').map((separator) => ['v=DMARC1', ...tags].join(separator)));
const dmarcChanges = fc.record(
  {
    p: policy,
    sp: fc.option(policy),
    t: fc.constantFrom('y', 'n', null),
    rua: fc.oneof(
      addresses.filter(({ length }) => length > 0),
      fc.constant(null),
      fc.record({ add: addresses, remove: addresses }),
    ),
    pct: fc.constant(null),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<DmarcChanges>;

test('an edit of a DMARC record does what was asked, exactly what it says, and a second time nothing', () => {
  fc.assert(
    fc.property(dmarcText, dmarcChanges, (text, changes) => {
      const { value } = editDmarcRecord(text, changes);
      expectExact(text, value!);
      const record = parseDmarcRecord(value!.text).value!;
      const before = parseDmarcRecord(text).value!;
      if (changes.p !== undefined)
        expect(record.tags.find(({ name }) => /^p$/i.test(name))?.value.toLowerCase()).toBe(changes.p);
      for (const [name, change] of Object.entries(changes)) {
        if (change === null) expect(record.tags.filter((tag) => tag.name.toLowerCase() === name)).toEqual([]);
      }
      if (Array.isArray(changes.rua)) expect(record.rua.map((uri) => uri.address)).toEqual(changes.rua);
      // Whatever was not named is as it was.
      const others = (tags: typeof record.tags) =>
        tags
          .filter(({ name }) => !(name.toLowerCase() in changes))
          .map(({ name, value: written }) => `${name}=${written}`);
      expect(others(record.tags)).toEqual(others(before.tags));
      const { rua, ...rest } = changes;
      const again = rua !== null && typeof rua === 'object' && !Array.isArray(rua) ? rest : changes;
      expect(editDmarcRecord(value!.text, again).value).toEqual({ text: value!.text, changes: [] });
    }),
    { numRuns: 1000 },
  );
});

const spfTerms: fc.Arbitrary<string[]> = fc.uniqueArray(
  fc.constantFrom(
    'mx',
    'a',
    'include:a.example',
    'ip4:192.0.2.1',
    'ip6:2001:db8::/32',
    'exists:%{i}.x.example',
    '?ptr',
    'a:h.example/24//64',
  ),
  { maxLength: 6 },
);

test('an SPF record that is built parses without errors and says what was asked', () => {
  const options = fc.record({
    domain: host,
    addresses: fc.uniqueArray(
      fc.oneof(
        fc.ipV4().map((ip) => `${ip}/32`),
        fc.ipV6(),
      ),
      { maxLength: 4 },
    ),
    a: fc.boolean(),
    mx: fc.uniqueArray(host, { maxLength: 2 }),
    include: fc.uniqueArray(fc.constantFrom('s1.example', 's2.example'), { maxLength: 2 }),
    all: fc.constantFrom('fail' as const, 'softfail' as const, 'neutral' as const),
  });
  fc.assert(
    fc.property(options, (wanted) => {
      const { ok, value } = buildSpfRecord(wanted);
      expect(ok).toBe(true);
      const { terms } = parseSpfRecord(value!.text).value!;
      const named = (mechanism: string) =>
        terms.flatMap((term) => (term.kind === 'directive' && term.mechanism === mechanism ? [term] : []));
      expect([...named('ip4'), ...named('ip6')]).toHaveLength(wanted.addresses.length);
      expect(named('a')).toHaveLength(wanted.a ? 1 : 0);
      expect(named('mx')).toHaveLength(wanted.mx.length);
      expect(named('include').map(({ domainSpec }) => domainSpec)).toEqual(wanted.include);
      expect(terms.at(-1)).toMatchObject({
        mechanism: 'all',
        qualifier: { fail: '-', softfail: '~', neutral: '?' }[wanted.all],
      });
      expect(formatSpfRecord(parseSpfRecord(value!.text).value!)).toBe(value!.text);
    }),
    { numRuns: 500 },
  );
});

test('an edit of an SPF record does what was asked, exactly what it says, and a second time nothing', () => {
  const all = fc.constantFrom('', '~all', '-all', 'all', 'redirect=r.example');
  fc.assert(
    fc.property(
      spfTerms,
      all,
      fc.constantFrom(' ', '  '),
      spfTerms,
      spfTerms,
      some(fc.constantFrom('fail' as const, 'softfail' as const)),
      (terms, end, space, add, remove, wanted) => {
        const text = ['v=spf1', ...terms, ...(end ? [end] : [])].join(space);
        const removed = remove.filter((term) => !add.includes(term));
        const { value } = editSpfRecord(text, { add, remove: removed, ...(wanted && { all: wanted }) });
        expectExact(text, value!);
        const after = value!.text.split(/ +/);
        for (const term of add) expect(after).toContain(term);
        for (const term of removed) expect(after).not.toContain(term);
        if (wanted) expect(after).toContain(wanted === 'fail' ? '-all' : '~all');
        // What stays, stays in order.
        const kept = terms.filter((term) => !removed.includes(term));
        expect(after.filter((term) => kept.includes(term))).toEqual(kept);
        expect(editSpfRecord(value!.text, { add, remove: removed, ...(wanted && { all: wanted }) }).value).toEqual({
          text: value!.text,
          changes: [],
        });
      },
    ),
    { numRuns: 1000 },
  );
});

test('MTA-STS, TLS-RPT and BIMI records that are built parse without errors and say what was asked', () => {
  const mode = fc.constantFrom('enforce' as const, 'testing' as const, 'none' as const);
  const mx = fc.uniqueArray(fc.constantFrom('mx.example.com', '*.example.net', '*.xn--bcher-kva.example'), {
    minLength: 1,
  });
  fc.assert(
    fc.property(
      host,
      mode,
      mx,
      fc.integer({ min: 0, max: 31_557_600 }),
      addresses,
      fc.constantFrom('brand' as const, 'personal' as const),
      (domain, m, hosts, max_age, rua, avp) => {
        const sts = buildMtaStsRecord({ domain, mode: m, mx: hosts, max_age });
        expect(sts.ok).toBe(true);
        expect(parseMtaStsRecord(sts.value!.text).ok).toBe(true);
        expect(parseMtaStsPolicy(sts.value!.policy.text).value).toMatchObject({ mode: m, mx: hosts, max_age });
        if (rua.length > 0) {
          const tls = buildTlsRptRecord({ domain, rua });
          expect(tls.ok).toBe(true);
          expect(parseTlsRptRecord(tls.value!.text).value?.rua.map((uri) => uri.address)).toEqual(rua);
        }
        const bimi = buildBimiRecord({ domain, l: 'https://example.com/a;b,c.svg', avp, lps: ['x'] });
        expect(bimi.ok).toBe(true);
        expect(parseBimiRecord(bimi.value!.text).value).toMatchObject({
          l: 'https://example.com/a%3Bb%2Cc.svg',
          avp,
          lps: ['x'],
        });
      },
    ),
    { numRuns: 300 },
  );
});

const pieces = [
  '=',
  ';',
  '; ',
  ' ',
  '\t',
  ',',
  ':',
  '"',
  '\\',
  '!',
  '“',
  '\u00a0',
  '\r\n',
  '\n',
  '\0',
  'é',
  '😀',
  '\ud800',
  '%40',
  'x',
  'IN TXT "',
];
const parsers = [
  [
    'MTA-STS record',
    parseMtaStsRecord,
    formatMtaStsRecord,
    words('v=STSv1', 'v', 'id', 'ID', 'id=1', 'v=STSv1;', 'x-y=1', ...pieces),
  ],
  [
    'MTA-STS policy',
    parseMtaStsPolicy,
    formatMtaStsPolicy,
    words(
      'version: STSv1\n',
      'mode: ',
      'enforce\r\n',
      'mode: none\n',
      'mx: ',
      'mx: *.a.example\n',
      'max_age: 0\n',
      'max_age',
      '*.',
      ...pieces,
    ),
  ],
  [
    'TLS-RPT record',
    parseTlsRptRecord,
    formatTlsRptRecord,
    words('v=TLSRPTv1;', 'v', 'rua', 'rua=', 'mailto:a@example.com', 'https://a.example/', 'http:', ...pieces),
  ],
  [
    'BIMI record',
    parseBimiRecord,
    formatBimiRecord,
    words(
      'v=BIMI1;',
      'v',
      'l',
      'a',
      'l=',
      'a=',
      'avp=',
      'lps=',
      'brand',
      'https://a.example/x.svg',
      'http:',
      ...pieces,
    ),
  ],
] as const;

test.each(parsers)(
  '%s: no text makes the parser throw, spans lie inside, and format is its inverse',
  (_, parse, format, text) => {
    fc.assert(
      fc.property(fc.oneof(text, fc.string({ unit: 'binary' })), (input) => {
        const result = parse(input);
        expect(result.ok).toBe(
          result.value !== undefined && result.diagnostics.every(({ severity }) => severity !== 'error'),
        );
        for (const { start, end } of everySpan(result))
          expect(0 <= start && start <= end && end <= input.length).toBe(true);
        expect(JSON.parse(JSON.stringify(result))).toEqual(result);
        if (!result.ok) return;
        const again = parse(format(result.value as never));
        expect(withoutSpans(again.value)).toEqual(withoutSpans(result.value));
        expect(again.ok).toBe(true);
      }),
      { numRuns: 1500 },
    );
  },
);

test('no text makes the indicator parser throw', () => {
  const xml = words(
    '<svg',
    '<g',
    '>',
    '/>',
    '</g>',
    '</svg>',
    ' x="1"',
    " href='#a'",
    '<!--',
    '-->',
    '<![CDATA[',
    ']]>',
    '<!DOCTYPE',
    '[',
    ']',
    '<?xml',
    '?>',
    '&amp;',
    '&a;',
    '<title>',
    '</title>',
    't',
    '<metadata>',
    '</metadata>',
    '"',
    '\ufeff',
    '\ud800',
  );
  fc.assert(
    fc.property(fc.oneof(xml, fc.string({ unit: 'binary' })), (input) => {
      const result = parseBimiIndicator(input);
      expect(result.ok).toBe(
        result.value !== undefined && result.diagnostics.every(({ severity }) => severity !== 'error'),
      );
      for (const { start, end } of everySpan(result))
        expect(0 <= start && start <= end && end <= input.length).toBe(true);
    }),
    { numRuns: 1500 },
  );
});
