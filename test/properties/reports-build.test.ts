import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAggregateReport } from '../../src/reports/aggregate/parse.ts';
import type { AggregateRecord, AggregateReport } from '../../src/reports/aggregate/report.ts';
import { createReportAccumulator, type ReportState } from '../../src/reports/build/accumulator.ts';
import { buildAggregateReport } from '../../src/reports/build/aggregate.ts';
import { buildFailureReport } from '../../src/reports/failure/build.ts';
import { parseFailureReport } from '../../src/reports/failure/parse.ts';
import { buildTlsReport } from '../../src/reports/tls/build.ts';
import { parseTlsReport } from '../../src/reports/tls/parse.ts';
import { summarizeTlsReports } from '../../src/reports/tls/summarize.ts';

const label = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}[a-z]$/);
const domain = fc.tuple(label, label).map((labels) => labels.join('.'));
// What XML gives back as it was: no white space at the ends, which the parser takes off, and no characters it cannot hold.
const text = fc.stringMatching(/^[!-~\u00a1-\u00ff\u{1f600}]([ -~\u00a1-\u00ff]{0,20}[!-~])?$/u);
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const word = <T extends string>(...words: T[]) => fc.constantFrom(...words);
const policy = word('none', 'quarantine', 'reject');

/** The object without the keys that have no value: results have none of those. */
const dense = <T extends object>(object: T): T =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;

const dkimWords = ['none', 'pass', 'fail', 'policy', 'neutral', 'temperror', 'permerror'] as const;
const record: fc.Arbitrary<AggregateRecord> = fc.record({
  sourceIp: fc.oneof(
    fc.ipV4(),
    fc.ipV6().filter((ip) => !ip.includes('.')),
  ),
  count: fc.integer({ min: 1, max: 2 ** 32 - 1 }),
  policyEvaluated: fc.record({
    disposition: word('none', 'pass', 'quarantine', 'reject'),
    dkim: word('pass', 'fail'),
    spf: word('pass', 'fail'),
    reasons: fc.array(
      fc
        .record({
          type: word('local_policy', 'mailing_list', 'other', 'policy_test_mode', 'trusted_forwarder'),
          comment: optional(text),
        })
        .map(dense),
      { maxLength: 2 },
    ),
  }),
  identifiers: fc
    .record({
      headerFrom: domain,
      envelopeFrom: optional(fc.oneof(domain, fc.constant(''))),
      envelopeTo: optional(domain),
    })
    .map(dense),
  authResults: fc.record({
    dkim: fc.array(
      fc.record({ domain, selector: label, result: word(...dkimWords), humanResult: optional(text) }).map(dense),
      { maxLength: 3 },
    ),
    spf: fc.array(
      fc
        .record({
          domain,
          scope: optional(fc.constant('mfrom' as const)),
          result: word(...dkimWords, 'softfail'),
          humanResult: optional(text),
        })
        .map(dense),
      { maxLength: 1 },
    ),
  }),
}) as fc.Arbitrary<AggregateRecord>;
const published = fc
  .record({
    domain,
    discoveryMethod: optional(word('psl', 'treewalk')),
    p: policy,
    sp: optional(policy),
    np: optional(policy),
    adkim: optional(word('r', 's')),
    aspf: optional(word('r', 's')),
    fo: optional(word('0', '1', '1:d:s')),
    testing: optional(fc.boolean()),
  })
  .map(dense) as fc.Arbitrary<AggregateReport['policyPublished']>;
const report: fc.Arbitrary<AggregateReport> = fc.record({
  schema: fc.constant('rfc9990' as const),
  version: fc.constant('1.0'),
  reportMetadata: fc
    .record({
      orgName: text,
      email: fc.constant('dmarc@example.net'),
      extraContactInfo: optional(text),
      reportId: fc.oneof(
        label,
        domain,
        fc.tuple(label, domain).map((parts) => parts.join('@')),
      ),
      dateRange: fc.record({ begin: fc.integer({ min: 1e9, max: 2e9 }), end: fc.constant(2e9) }),
      errors: fc.array(text, { maxLength: 1 }),
      generator: optional(text),
    })
    .map(dense),
  policyPublished: published,
  records: fc.array(record, { minLength: 1, maxLength: 4 }),
}) as fc.Arbitrary<AggregateReport>;

describe('what is built', () => {
  test('as an aggregate report is read back unchanged', () => {
    fc.assert(
      fc.property(report, (wanted) => {
        const built = buildAggregateReport(wanted, { submitter: 'example.net' });
        const { ok, value } = parseAggregateReport(built.value!.text);
        expect(ok).toBe(true);
        const records = value!.records.map(({ span: _, ...rest }) => rest);
        expect({ ...value, records }).toEqual(wanted);
      }),
      { numRuns: 200 },
    );
  });

  test('never holds another element than was meant, whatever the texts are', () => {
    fc.assert(
      fc.property(report, fc.string({ unit: 'binary' }), (wanted, hostile) => {
        wanted.reportMetadata.orgName = `x${hostile}`;
        wanted.records[0]!.identifiers.headerFrom = `${hostile}x`;
        const { value } = buildAggregateReport(wanted, { submitter: 'example.net' });
        const read = parseAggregateReport(value!.text);
        expect(read.value!.records).toHaveLength(wanted.records.length);
        expect(read.diagnostics.filter(({ code }) => code === 'aggregate.not-well-formed')).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  test('as a failure report holds the message, and no other field than was meant', async () => {
    const lines = fc.string({
      unit: fc.constantFrom('\r', '\n', ' ', '-', '=', 'a', '@', ':', '"', '\0', 'é', '--=_report0', 'X-Evil: 1'),
    });
    await fc.assert(
      fc.asyncProperty(lines, lines, fc.boolean(), async (hostile, message, includeBody) => {
        const mail = { from: 'a@example.net', to: 'b@example.com', date: new Date(0) };
        const { value } = await buildFailureReport(
          {
            authFailure: 'dmarc',
            identityAlignment: { listed: ['spf'] },
            authenticationResults: ['mx; dmarc=fail'],
            reportedDomains: [hostile],
            message,
          },
          { submitter: 'example.net', mail, redact: 'nothing', includeBody },
        );
        const read = parseFailureReport(value!.message);
        expect(read.diagnostics).toEqual([]);
        expect(read.value!.otherFields).toEqual([]);
        expect(read.value!.reportedDomains).toHaveLength(1);
      }),
      { numRuns: 300 },
    );
  });
});

test('accumulators merge in any order and grouping', () => {
  const state: fc.Arbitrary<ReportState> = fc.record({
    groups: fc.array(
      fc.record({
        policyPublished: fc.constantFrom<AggregateReport['policyPublished']>(
          { domain: 'a.example', p: 'none' },
          { domain: 'b.example', p: 'none' },
        ),
        records: fc.array(
          record.map((it) => ({ ...it, sourceIp: '192.0.2.1', authResults: { dkim: [], spf: [] } })),
          { maxLength: 3 },
        ),
        errors: fc.constant([]),
      }),
      { maxLength: 3 },
    ),
    omitted: fc.nat(5),
  });
  const merge = (...states: ReportState[]) => {
    const accumulator = createReportAccumulator();
    for (const it of states) accumulator.merge(it);
    return accumulator.state();
  };
  const sorted = ({ groups, omitted }: ReportState) => [
    omitted,
    ...groups.map((it) => JSON.stringify([it.policyPublished, it.records.map((r) => JSON.stringify(r)).sort()])).sort(),
  ];
  fc.assert(
    fc.property(state, state, state, (a, b, c) => {
      const expected = sorted(merge(a, b, c));
      expect(sorted(merge(c, a, b))).toEqual(expected);
      expect(sorted(merge(a, merge(b, c)))).toEqual(expected);
      expect(sorted(merge(merge(a, b), c))).toEqual(expected);
    }),
  );
});

describe('parsers', () => {
  test('a TLS report never makes one throw, is plain data, and is built again', () => {
    const keys = [
      'policies',
      'policy',
      'summary',
      'policy-type',
      'policy-domain',
      'mx-host',
      'failure-details',
      'report-id',
      'date-range',
      '__proto__',
    ];
    const value = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        fc.jsonValue(),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...keys), tie('tree')),
      ),
    })).tree;
    fc.assert(
      fc.property(fc.array(value), (policies) => {
        const read = parseTlsReport(JSON.stringify({ policies, 'contact-info': 'a@example.net' }));
        expect(JSON.parse(JSON.stringify(read))).toEqual(read);
        expect(() => buildTlsReport(read.value!)).not.toThrow();
        expect(() => summarizeTlsReports([read.value!])).not.toThrow();
      }),
    );
  });

  test('no mail makes the failure report parser throw', () => {
    const piece = fc.constantFrom(
      'Content-Type: multipart/report; boundary=b\n',
      '\n',
      '--b\n',
      '--b--\n',
      'Content-Type: message/feedback-report\n',
      'Feedback-Type: auth-failure\n',
      'Identity-Alignment: (dkim\n',
      'SPF-DNS: txt :\n',
      'Source-IP: [\n',
      'Content-Transfer-Encoding: base64\n',
      'Content-Transfer-Encoding: quoted-printable\n',
      '=',
      'é',
      '\r\n',
      ' ',
    );
    fc.assert(
      fc.property(
        fc.array(fc.oneof(piece, fc.string())).map((pieces) => pieces.join('')),
        (eml) => {
          const read = parseFailureReport(eml);
          expect(JSON.parse(JSON.stringify(read))).toEqual(read);
        },
      ),
      { numRuns: 500 },
    );
  });
});
