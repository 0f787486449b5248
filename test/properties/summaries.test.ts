import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AggregateRecord, AggregateReport } from '../../src/reports/aggregate/report.ts';
import { simulatePolicy } from '../../src/reports/summary/simulate.ts';
import { mergeSummaries, summarizeAggregateReports } from '../../src/reports/summary/summarize.ts';
import type { AggregateSummary } from '../../src/reports/summary/summary.ts';

const address = fc.constantFrom('192.0.2.1', '192.0.2.2', '2001:db8::1', '2001:DB8::1', '__proto__', 'no address');
const domain = fc.constantFrom(
  'example.com',
  'a.example.com',
  'EXAMPLE.com',
  'example.net',
  'com',
  '',
  '__proto__',
  '\ud800"',
);
const outcome = fc.constantFrom<'pass' | 'fail'>('pass', 'fail');
const result = fc.constantFrom('pass', 'fail', 'softfail', 'none', 'permerror', 'unknown', 'toString');
const record: fc.Arbitrary<AggregateRecord> = fc.record({
  sourceIp: address,
  count: fc.oneof(fc.nat(5), fc.constantFrom(9e15, Number.MAX_SAFE_INTEGER, Number.NaN, -1, 0.5)),
  policyEvaluated: fc.record({
    disposition: fc.constantFrom('none', 'pass', 'quarantine', 'reject'),
    dkim: outcome,
    spf: outcome,
    reasons: fc.array(
      fc.record(
        {
          type: fc.constantFrom('forwarded', 'mailing_list', 'local_policy', '__proto__'),
          comment: fc.constant('arc=pass'),
        },
        { requiredKeys: ['type'] },
      ),
      { maxLength: 3 },
    ),
  }),
  identifiers: fc.record({ headerFrom: domain, envelopeFrom: domain }, { requiredKeys: ['headerFrom'] }),
  authResults: fc.record({
    dkim: fc.array(
      fc.record({ domain, selector: fc.constantFrom('a', 'A', '0'), result }, { requiredKeys: ['domain', 'result'] }),
      {
        maxLength: 3,
      },
    ),
    spf: fc.array(
      fc.record({ domain, scope: fc.constantFrom('mfrom', 'helo'), result }, { requiredKeys: ['domain', 'result'] }),
      { maxLength: 2 },
    ),
  }),
});
// Few identities, so that many reports are the same and say different things.
const report: fc.Arbitrary<AggregateReport> = fc.record({
  schema: fc.constant('rfc9990'),
  reportMetadata: fc.record({
    orgName: fc.constantFrom('A', 'B', '__proto__'),
    reportId: fc.constantFrom('1', '2', ''),
    dateRange: fc.record({
      begin: fc.constantFrom(0, 1_795_132_800, 1e300),
      end: fc.constantFrom(0, 1_795_219_199, Number.NaN),
    }),
    errors: fc.constant([]),
  }),
  policyPublished: fc.record(
    {
      domain: fc.constantFrom('example.com', 'Example.COM', '', 'com'),
      p: fc.constantFrom('none', 'reject'),
      pct: fc.nat(2),
    },
    { requiredKeys: ['domain'] },
  ),
  records: fc.array(record, { maxLength: 5 }),
});
const lookup = fc.option(
  fc.dictionary(
    address,
    fc.record(
      { host: fc.constantFrom('b', 'a', ''), sender: fc.constantFrom('B', 'A', '192.0.2.1') },
      { requiredKeys: [] },
    ),
  ),
);
const part = fc
  .tuple(fc.array(report, { maxLength: 4 }), lookup)
  .map(([reports, names]) =>
    summarizeAggregateReports(
      reports,
      names === null ? {} : { sources: (ip) => (Object.hasOwn(names, ip) ? names[ip] : undefined) },
    ),
  );

/** Merges neighbours, as the numbers say, until one is left. */
function mergeInGroups(parts: AggregateSummary[], choices: readonly number[]): AggregateSummary {
  const left = [...parts];
  for (let i = 0; left.length > 1; i++) {
    const at = choices[i % choices.length]! % (left.length - 1);
    left.splice(at, 2, mergeSummaries(left[at]!, left[at + 1]!));
  }
  return left[0]!;
}

describe('summaries', () => {
  test('merged in any order and any grouping are the same, to the last character', () => {
    fc.assert(
      fc.property(
        fc
          .array(part, { minLength: 2, maxLength: 5 })
          .chain((parts) =>
            fc.tuple(
              fc.constant(parts),
              fc.shuffledSubarray(parts, { minLength: parts.length }),
              fc.array(fc.nat(), { minLength: 1, maxLength: 4 }),
            ),
          ),
        ([parts, shuffled, choices]) => {
          const together = mergeSummaries(...parts);
          const inGroups = mergeInGroups(shuffled, choices);
          expect(inGroups).toEqual(together);
          expect(JSON.stringify(inGroups)).toBe(JSON.stringify(together));
        },
      ),
      { numRuns: 200 },
    );
  });

  test('are the same whether reports are summarized together or in parts, in any order', () => {
    fc.assert(
      fc.property(fc.array(report, { maxLength: 6 }), fc.nat(6), (reports, cut) => {
        const whole = JSON.stringify(summarizeAggregateReports(reports));
        const a = summarizeAggregateReports(reports.slice(0, cut));
        const b = summarizeAggregateReports(reports.slice(cut));
        expect(JSON.stringify(mergeSummaries(b, a))).toBe(whole);
        expect(JSON.stringify(summarizeAggregateReports([...reports].reverse()))).toBe(whole);
      }),
      { numRuns: 200 },
    );
  });

  test('merged with themselves change in nothing but how often reports were seen; alone, not at all', () => {
    fc.assert(
      fc.property(part, (summary) => {
        const { duplicates, foreign, reports, ...rest } = mergeSummaries(summary, summary);
        expect(foreign).toBe(2 * summary.foreign);
        expect(duplicates).toBe(2 * summary.duplicates + summary.reports.length);
        expect(reports).toEqual(summary.reports.map((one) => ({ ...one, seen: 2 * one.seen })));
        expect(rest).toEqual({ ...summary, duplicates: undefined, foreign: undefined, reports: undefined });
        expect(mergeSummaries(summary)).toEqual(summary);
        expect(mergeSummaries(summary, mergeSummaries())).toEqual(summary);
      }),
      { numRuns: 100 },
    );
  });

  test('are plain data, and merging leaves them as they were', () => {
    fc.assert(
      fc.property(part, part, (a, b) => {
        const text = JSON.stringify(a);
        const merged = mergeSummaries(a, b);
        expect(JSON.stringify(a)).toBe(text);
        expect(JSON.parse(text)).toEqual(a);
        expect(structuredClone(a)).toEqual(a);
        expect(mergeSummaries(JSON.parse(text), structuredClone(b))).toEqual(merged);
      }),
      { numRuns: 100 },
    );
  });

  test('whatever reports say, a simulation adds up', () => {
    const policy = fc.record(
      {
        p: fc.constantFrom('none' as const, 'quarantine' as const, 'reject' as const),
        adkim: fc.constantFrom('r' as const, 's' as const),
        aspf: fc.constantFrom('r' as const, 's' as const),
      },
      { requiredKeys: ['p'] },
    );
    const small = report.map((one) => ({
      ...one,
      records: one.records.map((row) => ({ ...row, count: row.count > 5 ? 5 : row.count })),
    }));
    fc.assert(
      fc.property(fc.array(small, { maxLength: 4 }), policy, (reports, tried) => {
        const summary = summarizeAggregateReports(reports);
        const simulation = simulatePolicy(summary, tried);
        const { messages, failing, legitimate, forwarded, unauthorized, dispositions, sources } = simulation;
        expect(messages).toBe(summary.totals.messages);
        expect(legitimate + forwarded + unauthorized).toBe(failing);
        expect(dispositions.none + dispositions.quarantine + dispositions.reject).toBe(failing);
        expect(sources.reduce((sum, source) => sum + source.failing, 0)).toBe(failing);
        expect(failing).toBeLessThanOrEqual(messages);
        expect(simulatePolicy(summary, { ...tried, adkim: 's', aspf: 's' }).failing).toBeGreaterThanOrEqual(failing);
        expect(JSON.parse(JSON.stringify(simulation))).toEqual(simulation);
      }),
      { numRuns: 200 },
    );
  });
});
