import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { authenticateMessage } from '../../src/authenticate/authenticate.ts';
import type { MessageVerdict } from '../../src/authenticate/verdict.ts';
import type { DkimResult } from '../../src/dkim/result.ts';
import { parseAggregateReport } from '../../src/reports/aggregate/parse.ts';
import type { AggregateRecord, AggregateReport } from '../../src/reports/aggregate/report.ts';
import { createReportAccumulator, type ReportedMessage } from '../../src/reports/build/accumulator.ts';
import { buildAggregateReport } from '../../src/reports/build/aggregate.ts';
import { buildTlsReport } from '../../src/reports/tls/build.ts';
import { parseTlsReport } from '../../src/reports/tls/parse.ts';
import type { TlsReport } from '../../src/reports/tls/report.ts';
import { memoryResolver, type Zone } from '../../src/resolvers/memory.ts';
import { conformancePath } from '../support/conformance.ts';

/** A finding, and what it is about. */
const at = (code: string, path: string) => `${code} ${path}`;

const record: AggregateRecord = {
  sourceIp: '2001:db8::1',
  count: 2,
  policyEvaluated: {
    disposition: 'none',
    dkim: 'fail',
    spf: 'pass',
    reasons: [{ type: 'other', comment: 'a & b <c> ]]> "d"' }],
  },
  identifiers: { headerFrom: 'example.com', envelopeFrom: '', envelopeTo: 'example.net' },
  authResults: {
    dkim: [{ domain: 'example.com', selector: 's', result: 'fail', humanResult: 'body-hash' }],
    spf: [{ domain: 'example.com', scope: 'mfrom', result: 'softfail' }],
  },
};
const report: AggregateReport = {
  schema: 'rfc9990',
  version: '1.0',
  reportMetadata: {
    orgName: 'Example Net',
    email: 'dmarc@example.net',
    extraContactInfo: 'https://example.net/',
    reportId: 'a.b@example.net',
    dateRange: { begin: 1767225600, end: 1767311999 },
    errors: ['Something'],
    generator: 'mailverdict',
  },
  policyPublished: {
    domain: 'example.com',
    discoveryMethod: 'treewalk',
    p: 'reject',
    sp: 'quarantine',
    np: 'none',
    fo: '1:d',
    adkim: 'r',
    aspf: 's',
    testing: true,
  },
  records: [record],
};
const options = { submitter: 'example.net' };
const mail = { from: 'dmarc@example.net', to: 'rua@example.com', date: new Date(Date.UTC(2026, 0, 2, 3, 4, 5)) };
const withRecord = (more: Partial<AggregateRecord>) => ({ ...report, records: [{ ...record, ...more }] });
const bytesOf = (base64: string) => Buffer.from(base64, 'base64');

/** What was built, as the parser reads it: without where it stood in the text. */
function readBack(text: string) {
  const { ok, value, diagnostics } = parseAggregateReport(text);
  expect(diagnostics).toEqual([]);
  expect(ok).toBe(true);
  return { ...value!, records: value!.records.map(({ span: _, ...rest }) => rest) };
}

// The schema of RFC 9990 Appendix A lies beside the public suites.
const schema = conformancePath('../specs/rfc/rfc9990-draft-32.xsd');
const xmllint = spawnSync('xmllint', ['--version']).error === undefined && existsSync(schema);

function validate(text: string): void {
  // Element order where the schema fixes it (RFC 9990 §3.1.1), for machines without xmllint.
  expect(text).toMatch(
    /^<\?xml version="1.0" encoding="UTF-8"\?>\n<feedback xmlns="urn:ietf:params:xml:ns:dmarc-2.0">\n {2}<version>1.0<\/version>\n {2}<report_metadata>/,
  );
  const names = [...text.matchAll(/^ {2}<(\w+)>/gm)].map((match) => match[1]);
  expect(names.slice(0, 3)).toEqual(['version', 'report_metadata', 'policy_published']);
  expect(new Set(names.slice(3))).toEqual(new Set(['record']));
  if (!xmllint) return;
  const { status, stderr } = spawnSync('xmllint', ['--noout', '--schema', schema, '-'], {
    input: text,
    encoding: 'utf8',
  });
  expect(`${status} ${status === 0 ? '' : stderr}`).toBe('0 ');
}

describe('buildAggregateReport', () => {
  test(
    xmllint ? 'the schema is checked by xmllint' : 'xmllint or the schema is absent: only the structure is checked',
    () => {
      const { value } = buildAggregateReport(report, options);
      validate(value!.text);
    },
  );

  test('reads back unchanged', () => {
    const { ok, value, diagnostics } = buildAggregateReport(report, options);
    expect(diagnostics).toEqual([]);
    expect(ok).toBe(true);
    expect(readBack(value!.text)).toEqual(report);
  });

  test('file name, subject and attachment (RFC 9990 §3.5.2)', () => {
    const { value } = buildAggregateReport(report, options);
    expect(value).toMatchObject({
      fileName: 'example.net!example.com!1767225600!1767311999.xml.gz',
      contentType: 'application/gzip',
      subject: 'Report Domain: example.com Submitter: example.net Report-ID: <a.b@example.net>',
    });
    expect(gunzipSync(bytesOf(value!.base64)).toString()).toBe(value!.text);
    // Sent again, the file is the same.
    expect(buildAggregateReport(report, options)).toEqual({ ok: true, value, diagnostics: [] });
    const plain = buildAggregateReport(report, { ...options, compress: false }).value!;
    expect(plain).toMatchObject({
      fileName: 'example.net!example.com!1767225600!1767311999.xml',
      contentType: 'text/xml',
    });
    expect(bytesOf(plain.base64).toString()).toBe(value!.text);
  });

  test('an id that can stand in the file name does (RFC 9990 §3.1.4)', () => {
    const named = { ...report, reportMetadata: { ...report.reportMetadata, reportId: '<abc1>' } };
    const { value } = buildAggregateReport(named, { ...options, mail });
    expect(value!.fileName).toBe('example.net!example.com!1767225600!1767311999!abc1.xml.gz');
    expect(value!.subject).toContain('Report-ID: <abc1>');
    expect(value!.message).toContain('\r\nMessage-ID: <abc1@example.net>\r\n');
  });

  test('the mail', () => {
    const { value } = buildAggregateReport(report, { ...options, mail });
    const [head = '', ...parts] = value!.message!.split('--=_report0\r\n');
    expect(head).toBe(
      [
        'From: dmarc@example.net',
        'To: rua@example.com',
        'Date: Fri, 02 Jan 2026 03:04:05 +0000',
        'Subject: Report Domain: example.com\r\n Submitter: example.net\r\n Report-ID: <a.b@example.net>',
        'Message-ID: <a.b@example.net>',
        'MIME-Version: 1.0',
        'Auto-Submitted: auto-generated',
        'Content-Type: multipart/mixed;\r\n boundary="=_report0"\r\n\r\n',
      ].join('\r\n'),
    );
    expect(parts).toHaveLength(2);
    expect(parts[1]).toContain(
      'Content-Disposition: attachment;\r\n filename="example.net!example.com!1767225600!1767311999.xml.gz"',
    );
    const [, body = ''] = parts[1]!.split('\r\n\r\n');
    expect(gunzipSync(bytesOf(body.split('\r\n--')[0]!)).toString()).toBe(value!.text);
    expect(Math.max(...value!.message!.split('\r\n').map((line) => line.length))).toBeLessThanOrEqual(78);
  });

  test.each<[string, AggregateReport, string]>([
    ['no records', { ...report, records: [] }, at('report-build.no-records', 'undefined')],
    [
      'no email',
      { ...report, reportMetadata: { ...report.reportMetadata, email: '' } },
      at('report-build.missing', 'reportMetadata.email'),
    ],
    [
      'an id with spaces',
      { ...report, reportMetadata: { ...report.reportMetadata, reportId: 'a b' } },
      at('report-build.value', 'reportMetadata.reportId'),
    ],
    [
      'an id with two @',
      { ...report, reportMetadata: { ...report.reportMetadata, reportId: 'a@b@c' } },
      at('report-build.value', 'reportMetadata.reportId'),
    ],
    [
      'an id longer than a line of a mail',
      { ...report, reportMetadata: { ...report.reportMetadata, reportId: 'x'.repeat(1000) } },
      at('report-build.value', 'reportMetadata.reportId'),
    ],
    [
      'no begin',
      { ...report, reportMetadata: { ...report.reportMetadata, dateRange: { end: 1 } as never } },
      at('report-build.value', 'reportMetadata.dateRange.begin'),
    ],
    [
      'times the wrong way round',
      { ...report, reportMetadata: { ...report.reportMetadata, dateRange: { begin: 2, end: 1 } } },
      at('report-build.value', 'reportMetadata.dateRange.end'),
    ],
    [
      'no policy domain',
      { ...report, policyPublished: { ...report.policyPublished, domain: 'a b' } },
      at('report-build.value', 'policyPublished.domain'),
    ],
    [
      'no p',
      { ...report, policyPublished: { domain: 'example.com' } },
      at('report-build.missing', 'policyPublished.p'),
    ],
    [
      'another np',
      { ...report, policyPublished: { ...report.policyPublished, np: 'maybe' } },
      at('report-build.value', 'policyPublished.np'),
    ],
    [
      'an empty sp',
      { ...report, policyPublished: { ...report.policyPublished, sp: '' } },
      at('report-build.value', 'policyPublished.sp'),
    ],
    [
      'an end before 1970',
      { ...report, reportMetadata: { ...report.reportMetadata, dateRange: { begin: 0, end: -1 } } },
      at('report-build.value', 'reportMetadata.dateRange.end'),
    ],
    ['no address', withRecord({ sourceIp: '1.2.3' }), at('report-build.value', 'records[0].sourceIp')],
    ['a count of zero', withRecord({ count: 0 }), at('report-build.value', 'records[0].count')],
    [
      'no author domain',
      withRecord({ identifiers: { headerFrom: '' } }),
      at('report-build.missing', 'records[0].identifiers.headerFrom'),
    ],
    [
      'no identifiers',
      withRecord({ identifiers: undefined as never }),
      at('report-build.value', 'records[0].identifiers'),
    ],
    [
      'no evaluation',
      withRecord({ policyEvaluated: undefined as never }),
      at('report-build.value', 'records[0].policyEvaluated'),
    ],
    [
      'a reason that is a word',
      withRecord({ policyEvaluated: { ...record.policyEvaluated, reasons: ['other' as never] } }),
      at('report-build.value', 'records[0].policyEvaluated.reasons[0]'),
    ],
    [
      'a word of RFC 7489',
      withRecord({ policyEvaluated: { ...record.policyEvaluated, reasons: [{ type: 'sampled_out' }] } }),
      at('report-build.value', 'records[0].policyEvaluated.reasons[0].type'),
    ],
    [
      'no selector',
      withRecord({ authResults: { dkim: [{ domain: 'a.example', result: 'pass' }], spf: [] } }),
      at('report-build.missing', 'records[0].authResults.dkim[0].selector'),
    ],
    [
      'hardfail',
      withRecord({ authResults: { dkim: [], spf: [{ domain: 'a.example', result: 'hardfail' }] } }),
      at('report-build.value', 'records[0].authResults.spf[0].result'),
    ],
  ])('%s cannot be reported', (_, wrong, finding) => {
    const { ok, value, diagnostics } = buildAggregateReport(wrong, options);
    expect(ok).toBe(false);
    expect(value).toBeUndefined();
    expect(diagnostics.map(({ code, params }) => `${code} ${params.path}`)).toEqual([finding]);
  });

  test('SPF on HELO has no place in the schema (RFC 9990 §3.1.1.12)', () => {
    const spf = [
      { domain: 'mx.example', scope: 'helo' as const, result: 'pass' },
      { domain: 'example.com', result: 'fail' },
    ];
    const { ok, value, diagnostics } = buildAggregateReport(withRecord({ authResults: { dkim: [], spf } }), options);
    expect(ok).toBe(true);
    expect(diagnostics).toMatchObject([
      { code: 'report-build.left-out', params: { path: 'records[0].authResults.spf[0]' } },
    ]);
    expect(readBack(value!.text).records[0]!.authResults.spf).toEqual([{ domain: 'example.com', result: 'fail' }]);
    validate(value!.text);
  });

  test('a period of more than a day', () => {
    const dateRange = { begin: 0, end: 200_000 };
    const { diagnostics } = buildAggregateReport(
      { ...report, reportMetadata: { ...report.reportMetadata, dateRange } },
      options,
    );
    expect(diagnostics).toMatchObject([{ code: 'report-build.period', severity: 'warning' }]);
  });

  test('characters that XML cannot hold', () => {
    const comment = 'a\0b\ud800c\uffff\r\n\t\u{1f600}é';
    const { value } = buildAggregateReport(
      withRecord({ policyEvaluated: { ...record.policyEvaluated, reasons: [{ type: 'other', comment }] } }),
      options,
    );
    validate(value!.text);
    expect(value!.text).toContain('a\ufffdb\ufffdc\ufffd&#13;\n\t\u{1f600}é');
  });

  test.each<[unknown, unknown, string]>([
    [undefined, options, '"report" must be an object, received undefined'],
    [report, undefined, '"options" must be an object'],
    [report, {}, '"submitter" must be a string, received undefined'],
    [report, { ...options, mail: { ...mail, to: 'x' } }, '"mail.to" must be an address, received "x"'],
    [report, { ...options, mail: { ...mail, to: [[mail.to]] } }, '"mail.to" must be a string, received an array'],
    [report, { ...options, mail: null }, '"mail" must be an object, received null'],
  ])('wrong arguments throw (%#)', (wrong, others, message) => {
    expect(() => buildAggregateReport(wrong as never, others as never)).toThrow(message);
  });
});

const zone: Zone = {
  'example.com': { TXT: ['v=spf1 ip4:192.0.2.1 -all'] },
  'mx.example.com': { TXT: ['v=spf1 ip4:192.0.2.1 -all'] },
  '_dmarc.example.com': { TXT: ['v=DMARC1; p=reject; sp=quarantine; fo=1:s; adkim=s; rua=mailto:a@example.com; x'] },
  '_dmarc.testing.example': { TXT: ['v=DMARC1; p=quarantine; t=y'] },
  '_dmarc.none.example': { TXT: ['v=DMARC1; p=none'] },
  '_dmarc.slow.example': { TXT: ['v=DMARC1; p=reject'] },
  'slow.example': { TXT: { failure: 'timeout' } },
};
const period = { orgName: 'Example Net', email: 'dmarc@example.net', begin: 1767225600, end: 1767311999 };

async function judge(
  from: string,
  { ip = '192.0.2.1', mailFrom = `a@${from}`, ...more }: Partial<ReportedMessage> = {},
): Promise<[MessageVerdict, ReportedMessage]> {
  const message = `From: ann@${from}\r\n\r\nHi\r\n`;
  const verdict = await authenticateMessage(
    message,
    { ip, helo: 'mx.example.com', mailFrom },
    { resolver: memoryResolver(zone) },
  );
  return [verdict, { ip, mailFrom, ...more }];
}

describe('createReportAccumulator', () => {
  test('one report for each policy domain, equal results one record (RFC 9990 §3.1)', async () => {
    const accumulator = createReportAccumulator();
    for (const message of [
      await judge('example.com'),
      await judge('example.com', { envelopeTo: 'EXAMPLE.net' }),
      await judge('example.com', { ip: '::ffff:192.0.2.1', mailFrom: 'b@example.com' }),
      await judge('sub.example.com', { ip: '192.0.2.9', mailFrom: '' }),
      await judge('none.example', { ip: '2001:db8:0::1' }),
      await judge('unknown.example'),
    ]) {
      accumulator.add(...message);
    }
    const reports = accumulator.reports({ ...period, extraContactInfo: 'x', generator: 'y' });
    expect(
      reports.map(({ policyPublished, records }) => [policyPublished.domain, records.map((it) => it.count)]),
    ).toEqual([
      ['example.com', [2, 1, 1]],
      ['none.example', [1]],
    ]);
    expect(reports[0]!.policyPublished).toEqual({
      domain: 'example.com',
      discoveryMethod: 'treewalk',
      p: 'reject',
      sp: 'quarantine',
      np: 'quarantine',
      fo: '1:s',
      adkim: 's',
      aspf: 'r',
      testing: false,
    });
    expect(reports[0]!.reportMetadata.errors).toEqual([expect.stringContaining('A tag must be name=value')]);
    expect(reports[0]!.records[0]).toEqual({
      sourceIp: '192.0.2.1',
      count: 2,
      policyEvaluated: { disposition: 'pass', dkim: 'fail', spf: 'pass', reasons: [] },
      identifiers: { headerFrom: 'example.com', envelopeFrom: 'example.com' },
      authResults: { dkim: [], spf: [{ domain: 'example.com', scope: 'mfrom', result: 'pass' }] },
    });
    expect(reports[0]!.records[2]).toMatchObject({
      policyEvaluated: { disposition: 'quarantine', dkim: 'fail', spf: 'fail', reasons: [] },
      identifiers: { headerFrom: 'sub.example.com', envelopeFrom: '' },
      authResults: { spf: [{ domain: 'mx.example.com', result: 'fail', humanResult: 'matched' }] },
    });
    expect(new Set(reports.map(({ reportMetadata }) => reportMetadata.reportId)).size).toBe(2);
    for (const built of reports.map((it) => buildAggregateReport(it, options))) {
      expect(built.diagnostics).toEqual([]);
      validate(built.value!.text);
    }
    expect(reports.map((it) => readBack(buildAggregateReport(it, options).value!.text))).toEqual(reports);
  });

  test.each<[string, string, Partial<ReportedMessage>, string, object[]]>([
    [
      'p=reject without knowledge of its own is quarantine (RFC 9989 §7.4)',
      'example.com',
      {},
      'quarantine',
      [{ type: 'local_policy' }],
    ],
    ['what was published was done', 'example.com', { applied: 'reject' }, 'reject', []],
    [
      'the receiver says why',
      'example.com',
      { applied: 'none', reasons: [{ type: 'mailing_list', comment: 'l' }] },
      'none',
      [{ type: 'mailing_list', comment: 'l' }],
    ],
    ['t=y', 'testing.example', {}, 'none', [{ type: 'policy_test_mode' }]],
    ['t=y, done all the same', 'testing.example', { applied: 'quarantine' }, 'quarantine', []],
    ['p=none', 'none.example', {}, 'none', []],
    ['a temporary error', 'slow.example', {}, 'none', [{ type: 'other', comment: 'temporary error' }]],
  ])('disposition and reason (RFC 9990 §3.1.6): %s', async (_, from, more, disposition, reasons) => {
    const accumulator = createReportAccumulator();
    accumulator.add(...(await judge(from, { ip: '192.0.2.77', ...more })));
    expect(accumulator.state().groups[0]!.records[0]!.policyEvaluated).toEqual({
      disposition,
      dkim: 'fail',
      spf: 'fail',
      reasons,
    });
  });

  test('RFC 7489: pct, discovery by the public suffix list, and no p', async () => {
    const [verdict, message] = await judge('example.com', { ip: '192.0.2.77' });
    const accumulator = createReportAccumulator();
    const { p: _, sp: __, np: ___, ...rest } = verdict.dmarc.record!;
    accumulator.add(
      {
        ...verdict,
        dmarc: {
          ...verdict.dmarc,
          protocol: 'rfc7489',
          record: rest,
          policy: { ...verdict.dmarc.policy!, percent: 50 },
        },
      },
      message,
    );
    const [group] = accumulator.state().groups;
    expect(group!.policyPublished).toMatchObject({ discoveryMethod: 'psl', p: 'none', sp: 'none', np: 'none' });
    expect(group!.records[0]!.policyEvaluated.reasons).toEqual([{ type: 'other', comment: 'pct=50' }]);
  });

  test('signatures in the order of RFC 9990 §3.1.3, at most 100', async () => {
    const [verdict, message] = await judge('example.com', { reasons: [{ type: 'other' }] });
    const base: Omit<DkimResult, 'result'> = {
      testing: false,
      headerIndex: 0,
      signedHeaders: [],
      bodyHash: 'match',
      signature: 'match',
      unsignedBodyBytes: 0,
      diagnostics: [],
    };
    const sign = (domain: string, result: 'pass' | 'fail') => ({
      ...base,
      domain,
      selector: 's',
      result,
      ...(result === 'fail' && { reason: 'body-hash' as const }),
    });
    const dkim = [
      ...Array.from({ length: 120 }, () => sign('bad.example', 'fail')),
      { ...base, result: 'neutral' as const },
      sign('other.example', 'pass'),
      sign('mail.example.com', 'pass'),
      sign('example.com', 'pass'),
    ];
    const alignments = [
      {
        method: 'dkim' as const,
        domain: 'mail.example.com',
        result: 'pass' as const,
        mode: 'relaxed' as const,
        aligned: true,
      },
    ];
    const accumulator = createReportAccumulator();
    accumulator.add({ ...verdict, spf: {}, dkim, dmarc: { ...verdict.dmarc, alignments } }, message);
    const { authResults, policyEvaluated } = accumulator.state().groups[0]!.records[0]!;
    expect(authResults.dkim).toHaveLength(100);
    expect(authResults.dkim.slice(0, 4).map(({ domain }) => domain)).toEqual([
      'example.com',
      'mail.example.com',
      'other.example',
      'bad.example',
    ]);
    expect(authResults.dkim[3]!.humanResult).toBe('body-hash');
    expect(authResults.spf).toEqual([]);
    expect(policyEvaluated).toEqual({ disposition: 'pass', dkim: 'pass', spf: 'fail', reasons: [{ type: 'other' }] });
  });

  test('state is plain data, merges, and is bounded', async () => {
    const messages = [
      await judge('example.com'),
      await judge('none.example'),
      await judge('none.example', { ip: '192.0.2.3' }),
      await judge('example.com'),
    ];
    const whole = createReportAccumulator();
    const halves = [createReportAccumulator(), createReportAccumulator()];
    for (const [i, message] of messages.entries()) {
      whole.add(...message);
      halves[i % 2]!.add(...message);
    }
    const merged = createReportAccumulator();
    for (const half of halves) merged.merge(JSON.parse(JSON.stringify(half.state())));
    expect(new Set(merged.state().groups.flatMap((it) => it.records))).toEqual(
      new Set(whole.state().groups.flatMap((it) => it.records)),
    );
    const small = createReportAccumulator({ maxRecords: 1 });
    for (const message of messages) small.add(...message);
    expect(small.state().omitted).toBe(2);
    expect(small.state().groups).toHaveLength(1);
    expect(small.state().groups[0]!.records[0]!.count).toBe(2);
    merged.merge(small.state());
    expect(merged.state().omitted).toBe(2);
    expect(whole.reports({ ...period, reportId: (domain) => `id.${domain}` })[0]!.reportMetadata.reportId).toBe(
      'id.example.com',
    );
  });

  test('wrong arguments throw', async () => {
    const [verdict, message] = await judge('example.com');
    const accumulator = createReportAccumulator();
    expect(() => createReportAccumulator({ maxRecords: -1 })).toThrow('"maxRecords" must be a number');
    expect(() => createReportAccumulator(null as never)).toThrow('"options" must be an object');
    expect(() => accumulator.add(undefined as never, message)).toThrow('"verdict" must be an object');
    expect(() => accumulator.add({} as never, message)).toThrow('"verdict.dmarc" must be an object');
    expect(() => accumulator.add(verdict, undefined as never)).toThrow('"message" must be an object');
    expect(() => accumulator.add(verdict, { ...message, ip: 'x' })).toThrow(
      'Cannot accumulate a report: "ip" must be an IP address, received "x"',
    );
    expect(() => accumulator.add(verdict, { ip: '192.0.2.1' } as never)).toThrow('"mailFrom" must be a string');
    expect(() => accumulator.merge(null as never)).toThrow('"state" must be an object');
    expect(() => accumulator.reports({ ...period, email: undefined } as never)).toThrow('"email" must be a string');
  });
});

describe('buildTlsReport', () => {
  const tls: TlsReport = {
    organizationName: 'Example Net',
    contactInfo: 'tls@Example.net',
    reportId: '735ff.e317+bf22029@example.net',
    dateRange: { start: 1767225600, end: 1767311999 },
    policies: [
      {
        policyType: 'sts',
        policyStrings: ['version: STSv1', 'mode: enforce'],
        policyDomain: 'example.com',
        mxHosts: ['*.example.com'],
        totalSuccessfulSessionCount: 5,
        totalFailureSessionCount: 3,
        failureDetails: [
          {
            resultType: 'validation-failure',
            sendingMtaIp: '192.0.2.1',
            receivingMxHostname: 'mx.example.com',
            receivingMxHelo: 'mx',
            receivingIp: '192.0.2.2',
            failedSessionCount: 3,
            additionalInformation: 'https://example.net/',
            failureReasonCode: 'E',
          },
        ],
      },
      {
        policyType: 'no-policy-found',
        policyStrings: [],
        policyDomain: 'example.com',
        mxHosts: [],
        totalSuccessfulSessionCount: 1,
        totalFailureSessionCount: 0,
        failureDetails: [],
      },
    ],
  };
  const withPolicy = (more: object) => ({ ...tls, policies: [{ ...tls.policies[1]!, ...more }] });

  test('reads back unchanged', () => {
    const { value, diagnostics } = buildTlsReport(tls);
    expect(diagnostics).toEqual([]);
    expect(parseTlsReport(value!.text)).toEqual({ ok: true, value: tls, diagnostics: [] });
    expect(gunzipSync(bytesOf(value!.base64)).toString()).toBe(value!.text);
  });

  test('file name, subject and fields (RFC 8460 §5.1, §5.3)', () => {
    const { value } = buildTlsReport(tls, { mail });
    expect(value).toMatchObject({
      fileName: 'example.net!example.com!1767225600!1767311999.json.gz',
      contentType: 'application/tlsrpt+gzip',
      subject: 'Report Domain: example.com Submitter: example.net Report-ID: <735ff.e317+bf22029@example.net>',
    });
    expect(value!.message).toContain('\r\nTLS-Report-Domain: example.com\r\nTLS-Report-Submitter: example.net\r\n');
    expect(value!.message).toContain('Content-Type: multipart/report; report-type="tlsrpt";\r\n boundary="=_report0"');
    const other = buildTlsReport({ ...tls, reportId: '20 26' }, { compress: false }).value!;
    expect(other).toMatchObject({
      fileName: 'example.net!example.com!1767225600!1767311999.json',
      contentType: 'application/tlsrpt+json',
    });
    expect(other.subject).toContain('Report-ID: <20-26@example.net>');
    // A header field is ASCII.
    expect(buildTlsReport({ ...tls, reportId: 'é@example.net' }).value!.subject).toMatch(
      /<-example-net@example\.net>$/,
    );
    expect(buildTlsReport({ ...tls, reportId: '2026' }).value!.fileName).toContain('!2026.json.gz');
    // No line of a mail has room for more (RFC 5322 §2.1.1).
    const long = buildTlsReport({ ...tls, reportId: 'x'.repeat(2000) }, { mail }).value!;
    expect(long.fileName).toBe('example.net!example.com!1767225600!1767311999.json.gz');
    expect(Math.max(...long.message!.split('\r\n').map((line) => line.length))).toBeLessThan(999);
  });

  test.each<[string, TlsReport, string]>([
    ['no contact', { ...tls, contactInfo: 'nobody' }, at('report-build.tls-value', 'contactInfo')],
    ['no name', { ...tls, organizationName: '' }, at('report-build.tls-value', 'organizationName')],
    ['no id', { ...tls, reportId: '' }, at('report-build.tls-value', 'reportId')],
    ['no start', { ...tls, dateRange: { end: 1 } }, at('report-build.tls-value', 'dateRange.start')],
    ['an end before it', { ...tls, dateRange: { start: 2, end: 1 } }, at('report-build.tls-value', 'dateRange.end')],
    ['no policies', { ...tls, policies: [] }, at('report-build.tls-domain', 'undefined')],
    [
      'two domains',
      { ...tls, policies: [tls.policies[0]!, { ...tls.policies[1]!, policyDomain: 'example.org' }] },
      at('report-build.tls-domain', 'undefined'),
    ],
    ['no domain', withPolicy({ policyDomain: 'a b' }), at('report-build.tls-value', 'policies[0].policyDomain')],
    ['another type', withPolicy({ policyType: 'dane' }), at('report-build.tls-value', 'policies[0].policyType')],
    [
      'a fraction',
      withPolicy({ totalFailureSessionCount: 0.5 }),
      at('report-build.tls-value', 'policies[0].totalFailureSessionCount'),
    ],
    [
      'a detail without type',
      withPolicy({ failureDetails: [{ resultType: '', failedSessionCount: 0 }] }),
      at('report-build.tls-value', 'policies[0].failureDetails[0].resultType'),
    ],
  ])('%s cannot be reported', (_, wrong, finding) => {
    const { ok, diagnostics } = buildTlsReport(wrong);
    expect(ok).toBe(false);
    expect(diagnostics.map(({ code, params }) => `${code} ${params.path}`)).toEqual([finding]);
  });
});
