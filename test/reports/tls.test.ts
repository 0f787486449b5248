import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { buildTlsReport } from '../../src/reports/tls/build.ts';
import { parseTlsReport } from '../../src/reports/tls/parse.ts';
import { summarizeTlsReports } from '../../src/reports/tls/summarize.ts';
import { conformanceAbsent, conformancePath, hasConformance } from '../support/conformance.ts';

/** A finding, and what it is about. */
const at = (code: string, path: string) => `${code} ${path}`;

const read = (file: string) => parseTlsReport(readFileSync(conformancePath(`reports/tls/${file}`)));

/** What each report of the public collection says, and what it deviates in. */
const samples: [file: string, organization: string, policies: string[], findings: string[]][] = [
  ['google.json', 'Google Inc.', ['sts foo-bar.io 1/0'], []],
  [
    'microsoft.json',
    'Microsoft Corporation',
    ['sts random.net 2/0', 'tlsa random.net 2/0'],
    [at('tls-report.absent', 'policies[0].policy.mx-host'), at('tls-report.form', 'policies[1].policy.policy-string')],
  ],
  [
    'no-contact.json',
    'server.com',
    ['sts server.com 1/0'],
    [at('tls-report.absent', 'contact-info'), at('tls-report.form', 'policies[0].policy.mx-host')],
  ],
  ['no-policy.json', 'Google Inc.', ['no-policy-found foo-bar.io 1/0'], []],
  [
    'no_ip_and_mx.json',
    'Microsoft Corporation',
    ['sts xxxxxxxx.xx 0/3'],
    [
      at('tls-report.absent', 'policies[0].failure-details[0].sending-mta-ip'),
      at('tls-report.absent', 'policies[0].policy.policy-string'),
      at('tls-report.absent', 'policies[0].policy.mx-host'),
    ],
  ],
  ['rfc-example.json', 'Company-X', ['sts company-y.example 5326/303'], []],
];

describe('reports of the public collection', () => {
  if (!hasConformance) test(conformanceAbsent, () => expect(hasConformance).toBe(false));
  if (hasConformance)
    test.each(samples)('%s', (file, organization, policies, findings) => {
      const { ok, value, diagnostics } = read(file);
      expect(ok).toBe(true);
      expect(value!.organizationName).toBe(organization);
      expect(
        value!.policies.map(
          (it) =>
            `${it.policyType} ${it.policyDomain} ${it.totalSuccessfulSessionCount}/${it.totalFailureSessionCount}`,
        ),
      ).toEqual(policies);
      expect(diagnostics.map(({ code, params }) => `${code} ${params.path}`)).toEqual(findings);
    });

  if (hasConformance)
    test('details of the example in RFC 8460 Appendix B', () => {
      const { value } = read('rfc-example.json');
      expect(value!.dateRange).toEqual({ start: 1459468800, end: 1459555199 });
      expect(value!.policies[0]!.mxHosts).toEqual(['*.mail.company-y.example']);
      expect(value!.policies[0]!.failureDetails[2]).toEqual({
        resultType: 'validation-failure',
        sendingMtaIp: '198.51.100.62',
        receivingIp: '203.0.113.58',
        receivingMxHostname: 'mx-backup.mail.company-y.example',
        failedSessionCount: 3,
        failureReasonCode: 'X509_V_ERR_PROXY_PATH_LENGTH_EXCEEDED',
      });
    });

  if (hasConformance)
    test('Microsoft writes TLSA records as a JSON array inside a string', () => {
      expect(read('microsoft.json').value!.policies[1]!.policyStrings).toHaveLength(2);
      expect(read('no-contact.json').value!.policies[0]!.mxHosts).toEqual(['mx.server.com']);
    });
});

const policy = {
  'policy-type': 'sts',
  'policy-domain': 'example.com',
  'policy-string': ['mode: none'],
  'mx-host': ['mx'],
};
const summary = { 'total-successful-session-count': 1, 'total-failure-session-count': 0 };
const range = { 'start-datetime': '2026-01-31T00:00:00Z', 'end-datetime': '2026-01-31T23:59:59Z' };
const base = {
  'organization-name': 'Example',
  'date-range': range,
  'contact-info': 'tls@example.net',
  'report-id': '1',
  policies: [{ policy, summary }],
};
const parse = (more: object) => parseTlsReport(JSON.stringify({ ...base, ...more }));
const withPolicy = (more: object) => ({ policies: [{ policy: { ...policy, ...more }, summary }] });
const withSummary = (more: object) => ({ policies: [{ policy, summary: { ...summary, ...more } }] });
const withDetails = (details: unknown) => ({ policies: [{ policy, summary, 'failure-details': details }] });

describe('the schema (RFC 8460 §4.4)', () => {
  test('a report as it should be has no findings', () => {
    expect(parse({})).toMatchObject({ ok: true, diagnostics: [] });
  });

  test.each<[string, object, string, boolean]>([
    ['a missing date range', { 'date-range': undefined }, at('tls-report.missing', 'date-range'), false],
    ['a date range that is a string', { 'date-range': 'today' }, at('tls-report.value', 'date-range'), false],
    ['a missing report-id', { 'report-id': '' }, at('tls-report.missing', 'report-id'), false],
    ['a report-id that is a number', { 'report-id': 17 }, at('tls-report.form', 'report-id'), true],
    ['a report-id that is an object', { 'report-id': {} }, at('tls-report.value', 'report-id'), false],
    ['no name', { 'organization-name': null }, at('tls-report.absent', 'organization-name'), true],
    ['a policy that is no object', { policies: [1] }, at('tls-report.value', 'policies[0]'), false],
    ['a missing policy', { policies: [{ summary }] }, at('tls-report.missing', 'policies[0].policy'), false],
    ['a missing summary', { policies: [{ policy }] }, at('tls-report.missing', 'policies[0].summary'), false],
    [
      'an unknown policy type',
      withPolicy({ 'policy-type': 'DANE' }),
      at('tls-report.unknown-value', 'policies[0].policy.policy-type'),
      true,
    ],
    [
      'mx-host as a string (erratum 6241)',
      withPolicy({ 'mx-host': 'mx' }),
      at('tls-report.form', 'policies[0].policy.mx-host'),
      true,
    ],
    [
      'mx-host with a number',
      withPolicy({ 'mx-host': [1] }),
      at('tls-report.value', 'policies[0].policy.mx-host[0]'),
      false,
    ],
    [
      'a count as a string',
      withSummary({ 'total-successful-session-count': '3' }),
      at('tls-report.form', 'policies[0].summary.total-successful-session-count'),
      true,
    ],
    [
      'a negative count',
      withSummary({ 'total-failure-session-count': -1 }),
      at('tls-report.value', 'policies[0].summary.total-failure-session-count'),
      false,
    ],
    [
      'a fraction',
      withSummary({ 'total-failure-session-count': 1.5 }),
      at('tls-report.value', 'policies[0].summary.total-failure-session-count'),
      false,
    ],
    [
      'no count',
      withSummary({ 'total-failure-session-count': null }),
      at('tls-report.missing', 'policies[0].summary.total-failure-session-count'),
      false,
    ],
    [
      'details that are no array',
      withDetails({
        'result-type': 'tlsa-invalid',
        'sending-mta-ip': '192.0.2.1',
        'receiving-mx-hostname': 'mx',
        'failed-session-count': 0,
      }),
      at('tls-report.form', 'policies[0].failure-details'),
      true,
    ],
    ['a detail that is no object', withDetails(['x']), at('tls-report.value', 'policies[0].failure-details[0]'), false],
    [
      'an unknown result type',
      withDetails([
        { 'result-type': 'x', 'sending-mta-ip': '192.0.2.1', 'receiving-mx-hostname': 'mx', 'failed-session-count': 0 },
      ]),
      at('tls-report.unknown-value', 'policies[0].failure-details[0].result-type'),
      true,
    ],
    [
      'more failures than the total',
      withDetails([{ 'result-type': 'sts-policy-invalid', 'sending-mta-ip': '192.0.2.1', 'failed-session-count': 2 }]),
      at('tls-report.counts', 'policies[0].failure-details'),
      true,
    ],
    [
      'an end before the start',
      { 'date-range': { 'start-datetime': range['end-datetime'], 'end-datetime': range['start-datetime'] } },
      at('tls-report.value', 'date-range'),
      false,
    ],
  ])('%s', (_, more, finding, ok) => {
    const result = parse(more);
    expect(result.diagnostics.map(({ code, params }) => `${code} ${params.path}`)).toEqual([finding]);
    expect(result.ok).toBe(ok);
    expect(result.value).toBeDefined();
  });

  test('the name of a value is read where it stands for the key', () => {
    const detail = {
      'result-type': 'tlsa-invalid',
      'sending-mta-ip': '192.0.2.1',
      'receiving-mx-hostname': 'mx',
      'receiving-mx-helo': 'mx.example',
      'failed-session-count': 0,
      'additional-info-uri': 'https://example.net/',
    };
    expect(parse(withDetails([detail])).value!.policies[0]!.failureDetails[0]!.additionalInformation).toBe(
      'https://example.net/',
    );
    expect(
      parse(withPolicy({ 'mx-host': undefined, 'mx-host-pattern': ['*.example.com'] })).value!.policies[0]!.mxHosts,
    ).toEqual(['*.example.com']);
    const prefixed = parse(withPolicy({ 'mx-host': undefined, 'mx-host-pattern': ['mx: *.example.com'] }));
    expect(prefixed.value!.policies[0]!.mxHosts).toEqual(['*.example.com']);
    expect(prefixed.diagnostics.map(({ params }) => params.path)).toEqual(['policies[0].policy.mx-host-pattern']);
  });

  test.each<[string, number | undefined, string[]]>([
    ['2026-01-31T00:00:00Z', 1769817600, []],
    ['2026-01-31t00:00:00.123456z', 1769817600, []],
    ['2026-01-31T01:00:00+01:00', 1769817600, []],
    ['2026-01-30T19:00:00-05:00', 1769817600, []],
    ['2026-01-30T24:00:00Z', 1769817600, []],
    ['2026-01-31T00:00:00', 1769817600, ['tls-report.time-zone']],
    ['2026-01-31', undefined, ['tls-report.value']],
    ['2026-02-31T00:00:00Z', undefined, ['tls-report.value']],
    ['2026-01-31T25:00:00Z', undefined, ['tls-report.value']],
    ['1769817600', undefined, ['tls-report.value']],
    ['1970-01-01T00:00:00+01:00', undefined, ['tls-report.value']],
    ['0071-01-01T00:00:00Z', undefined, ['tls-report.value']],
  ])('time %s', (time, seconds, codes) => {
    const { value, diagnostics } = parse({
      'date-range': { 'start-datetime': time, 'end-datetime': '2026-02-01T00:00:00Z' },
    });
    expect(value!.dateRange.start).toBe(seconds);
    expect(diagnostics.map(({ code }) => code)).toEqual(codes);
  });
});

test.each([
  ['nothing', undefined],
  ['an empty object', {}],
  ['no dates', { organizationName: 'a', reportId: 'a', policies: [] }],
  ['a policy that is none', { organizationName: 'a', reportId: 'a', dateRange: {}, policies: [null] }],
  ['an address that is none', { organizationName: 'a', reportId: 'a', contactInfo: 5, dateRange: {}, policies: [] }],
])('what is no report is not written: %s', (_, report) => {
  expect(() => buildTlsReport(report as never)).toThrow(TypeError);
  expect(() => buildTlsReport(report as never)).toThrow('"report" must be a TlsReport');
});

test('the options and the limits must be objects', () => {
  expect(() => parseTlsReport('{}', null as never)).toThrow('the options must be an object, received null');
  expect(() => parseTlsReport('{}', { limits: null as never })).toThrow('"limits" must be an object, received null');
});

describe('hostile input (RFC 8460 §7)', () => {
  test.each([
    ['', 'tls-report.syntax'],
    ['{', 'tls-report.syntax'],
    ['['.repeat(200_000), 'tls-report.syntax'],
    ['null', 'tls-report.not-a-report'],
    ['[]', 'tls-report.not-a-report'],
    ['{"policies":{}}', 'tls-report.not-a-report'],
    ['{"__proto__":{"policies":[]}}', 'tls-report.not-a-report'],
  ])('%.20s', (text, code) => {
    expect(parseTlsReport(text)).toEqual({ ok: false, diagnostics: [expect.objectContaining({ code })] });
  });

  test('bytes that are not UTF-8', () => {
    expect(parseTlsReport(new Uint8Array([0x7b, 0xff])).diagnostics[0]!.code).toBe('tls-report.syntax');
  });

  test('a byte order mark is ignored (RFC 8259 §8.1)', () => {
    expect(parseTlsReport(`\ufeff${JSON.stringify(base)}`).ok).toBe(true);
  });

  test('a report above the limit is not read', () => {
    expect(parseTlsReport(JSON.stringify(base), { limits: { inflatedBytes: 10 } }).diagnostics[0]!.code).toBe(
      'tls-report.too-large',
    );
  });

  test('findings are bounded, and errors among those left out still count', () => {
    const policies = Array.from({ length: 1000 }, () => ({ policy: { ...policy, 'mx-host': 'mx' }, summary }));
    const warned = parse({ policies });
    expect(warned.diagnostics).toHaveLength(101);
    expect(warned.diagnostics.at(-1)!.code).toBe('tls-report.more-findings');
    expect(warned.ok).toBe(true);
    expect(parse({ policies: [...policies, 1] }).ok).toBe(false);
    expect(parse({ policies: [...policies.slice(0, 100), 1] }).ok).toBe(false);
    expect(warned.value!.policies).toHaveLength(1000);
  });

  test('names of Object.prototype are data', () => {
    const keys = Object.getOwnPropertyNames(Object.prototype);
    const members = keys.map((key) => `${JSON.stringify(key)}:{"policy-type":"sts"}`).join();
    const { value } = parseTlsReport(`{"policies":[{${members}}],${members}}`);
    expect(value!.policies[0]!.policyType).toBe('');
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  test('another argument throws', () => {
    expect(() => parseTlsReport(1 as never)).toThrow(
      'Cannot parse the TLS report: "json" must be a string or Uint8Array, received 1',
    );
  });
});

describe('summarizeTlsReports', () => {
  const detail = {
    'result-type': 'tlsa-invalid',
    'sending-mta-ip': '192.0.2.1',
    'receiving-mx-hostname': 'mx',
    'failed-session-count': 4,
    'failure-reason-code': 'E1',
  };
  const failing = parse({
    'report-id': '2',
    policies: [
      { policy, summary: { ...summary, 'total-failure-session-count': 4 }, 'failure-details': [detail, detail] },
    ],
  }).value!;
  const fine = parse({}).value!;

  test('adds up, and counts a report that came twice once', () => {
    expect(summarizeTlsReports([fine, failing, fine])).toEqual({
      reports: 2,
      duplicates: 1,
      sessions: { successful: 2, failed: 4 },
      days: [{ day: '2026-01-31', successful: 2, failed: 4 }],
      policies: [{ policyDomain: 'example.com', policyType: 'sts', successful: 2, failed: 4 }],
      organizations: [{ organizationName: 'Example', reports: 2, successful: 2, failed: 4 }],
      failures: [
        {
          resultType: 'tlsa-invalid',
          policyDomain: 'example.com',
          receivingMxHostname: 'mx',
          sessions: 8,
          reasons: ['E1'],
        },
      ],
    });
  });

  test('is in order, and holds whatever reports claim', () => {
    const huge = {
      ...fine,
      reportId: '',
      dateRange: {},
      organizationName: '__proto__',
      policies: [{ ...fine.policies[0]!, totalFailureSessionCount: Number.MAX_SAFE_INTEGER }],
    };
    const early = {
      ...failing,
      reportId: '3',
      dateRange: { start: 0 },
      policies: failing.policies.map((it) => ({ ...it, failureDetails: [{ resultType: 'x', failedSessionCount: 9 }] })),
    };
    const result = summarizeTlsReports([fine, failing, huge, early]);
    expect(result.sessions.failed).toBe(Number.MAX_SAFE_INTEGER);
    expect(result.days.map(({ day }) => day)).toEqual(['1970-01-01', '2026-01-31']);
    expect(result.organizations.map((it) => it.organizationName)).toEqual(['__proto__', 'Example']);
    expect(result.failures.map(({ resultType }) => resultType)).toEqual(['x', 'tlsa-invalid']);
    // The parser gives no such time; a report that was made otherwise may have any.
    expect(summarizeTlsReports([{ ...fine, dateRange: { start: 1e300 } }])).toMatchObject({ reports: 1, days: [] });
    expect(() => summarizeTlsReports({} as never)).toThrow('"reports" must be an array');
    expect(() => summarizeTlsReports([null] as never)).toThrow('"reports" must be an array of TlsReport');
  });
});
