import { equal, matches, ok, plainData } from '../assertions.mjs';
import { bytesOf } from '../bytes.mjs';

const report = {
  schema: 'rfc9990',
  reportMetadata: {
    orgName: 'Reader',
    email: 'dmarc@reader.example',
    reportId: 'A1',
    dateRange: { begin: 1795132800, end: 1795219199 },
    errors: [],
  },
  policyPublished: { domain: 'example.com', p: 'reject' },
  records: [
    {
      sourceIp: '192.0.2.1',
      count: 3,
      policyEvaluated: { disposition: 'pass', dkim: 'pass', spf: 'fail', reasons: [] },
      identifiers: { headerFrom: 'example.com', envelopeFrom: 'example.com' },
      authResults: {
        dkim: [{ domain: 'example.com', selector: 'a', result: 'pass' }],
        spf: [{ domain: 'example.com', scope: 'mfrom', result: 'fail' }],
      },
    },
  ],
};

const tls = {
  organizationName: 'Reader',
  contactInfo: 'tls@reader.example',
  reportId: 'T1',
  dateRange: { start: 1795132800, end: 1795219199 },
  policies: [
    {
      policyType: 'sts',
      policyStrings: ['version: STSv1'],
      policyDomain: 'example.com',
      mxHosts: ['mx.example.com'],
      totalSuccessfulSessionCount: 5,
      totalFailureSessionCount: 0,
      failureDetails: [],
    },
  ],
};

export const reportCases = [
  {
    name: 'an aggregate report that is built is one that is opened and parsed, whole and as a stream',
    async run(lib) {
      const built = lib.buildAggregateReport(report, { submitter: 'reader.example' });
      ok(built.ok, 'the report has errors');
      const opened = await lib.openReport(Uint8Array.from(atob(built.value.base64), (c) => c.charCodeAt(0)));
      matches(opened, { ok: true, value: { kind: 'aggregate' } });
      const { value } = lib.parseAggregateReport(opened.value.text);
      matches(value.records[0], { sourceIp: '192.0.2.1', count: 3 });
      plainData(value);
      const sources = [];
      const pieces = (async function* () {
        yield bytesOf(opened.value.text);
      })();
      for await (const record of lib.parseAggregateRecords(pieces)) sources.push(record.sourceIp);
      equal(sources, ['192.0.2.1']);
    },
  },
  {
    name: 'aggregate reports are summarized, merged and simulated',
    async run(lib) {
      const summary = lib.summarizeAggregateReports([report], { sources: () => ({ sender: 'Post' }) });
      matches(summary.totals, { messages: 3, passed: 3, dkim: 3, spf: 0 });
      const xml = lib.parseAggregateRecords(
        (async function* () {
          yield bytesOf(
            '<feedback><record><row><source_ip>192.0.2.7</source_ip><count>2</count></row></record></feedback>',
          );
        })(),
      );
      const merged = lib.mergeSummaries(summary, await lib.summarizeAggregateRecords(xml), summary);
      matches(merged, { duplicates: 1, totals: { messages: 5, passed: 3 }, sources: [{ source: 'Post' }, {}] });
      matches(lib.simulatePolicy(merged, { p: 'reject' }), { messages: 5, failing: 2, unauthorized: 2 });
      plainData(merged);
    },
  },
  {
    name: 'TLS reports are built, parsed and summarized',
    run(lib) {
      const built = lib.buildTlsReport(tls);
      ok(built.ok, 'the report has errors');
      const parsed = lib.parseTlsReport(built.value.text);
      ok(parsed.ok, 'the text has errors');
      equal(parsed.value.policies[0].totalSuccessfulSessionCount, 5);
      plainData(lib.summarizeTlsReports([parsed.value]));
    },
  },
  {
    name: 'verdicts are accumulated to one report for each policy domain',
    async run(lib, { message, envelope, zone }) {
      const verdict = await lib.authenticateMessage(message, envelope, { resolver: lib.memoryResolver(zone) });
      const accumulator = lib.createReportAccumulator();
      accumulator.add(verdict, { ip: envelope.ip, mailFrom: envelope.mailFrom });
      const reports = accumulator.reports({
        orgName: 'Reader',
        email: 'a@reader.example',
        begin: 1795132800,
        end: 1795219199,
      });
      equal(reports.length, 1);
    },
  },
  {
    name: 'a failure report is built and parsed',
    async run(lib) {
      const built = await lib.buildFailureReport(
        {
          authFailure: 'dmarc',
          identityAlignment: { listed: ['dkim', 'spf'] },
          authenticationResults: ['mx.reader.example; dmarc=fail header.from=example.com'],
          reportedDomains: ['example.com'],
          message: 'From: a@example.com\r\nSubject: Hi\r\n\r\nHello\r\n',
        },
        {
          submitter: 'reader.example',
          mail: { from: 'a@reader.example', to: 'b@example.com', date: new Date(0) },
          redact: { key: 'secret' },
        },
      );
      ok(built.ok, JSON.stringify(built.diagnostics));
      matches(lib.parseFailureReport(built.value.message).value, { authFailure: 'dmarc' });
    },
  },
  {
    name: 'authorizeReportAddresses asks external destinations',
    async run(lib) {
      const { value } = lib.parseDmarcRecord('v=DMARC1; p=none; rua=mailto:a@example.com,mailto:b@other.example');
      const resolver = lib.memoryResolver({ 'example.com._report._dmarc.other.example': { TXT: ['v=DMARC1'] } });
      const { rua } = await lib.authorizeReportAddresses(value, { resolver }, { policyDomain: 'example.com' });
      equal(
        rua.map(({ result }) => result),
        ['internal', 'authorized'],
      );
    },
  },
];
