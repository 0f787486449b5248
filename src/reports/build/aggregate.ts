import { requireDomain, requireObject } from '../../arguments.ts';
import { type Diagnostic, type Parsed, parsed, type RuleParams } from '../../diagnostics/diagnostic.ts';
import { domainName } from '../../names/domain-name.ts';
import { parseIpAddress } from '../../names/ip-address.ts';
import type { AggregateRecord, AggregateReport } from '../aggregate/report.ts';
import { DKIM_RESULTS, POLICIES, REASONS, SPF_RESULTS } from '../aggregate/words.ts';
import { isObject, isWhole, splitName } from '../values.ts';
import { type BuiltReport, isReportId, packReport, type ReportFile, type ReportMail, requireMail } from './mail.ts';
import { diagnose, type Refuse, type ReportBuildCode, refuseInto, type reportBuildRules } from './rules.ts';

const ACTION = 'build the aggregate report';
const NAMESPACE = 'urn:ietf:params:xml:ns:dmarc-2.0';
const MOST_SECONDS = 86_400;
// Of messages and of seconds: what parsers take for possible.
const MOST = 4_294_967_295;
const MOST_FINDINGS = 100;

export interface BuildAggregateReportOptions {
  /** The domain of the mail receiver that reports, as file name and subject name it. */
  submitter: string;
  /** Whether to compress, as RFC 9990 §3.5.2 asks for; `true` by default. */
  compress?: boolean;
  /** Also puts the mail together that carries the report. */
  mail?: ReportMail;
}

interface Writer {
  xml: string;
  /** White space for the elements that are open. */
  indent: string;
  diagnostics: Diagnostic<ReportBuildCode>[];
  refuse: Refuse;
}

/** One of some words, or a number from one on. */
type Check = readonly string[] | number;

// RFC 9990 Appendix A: what each element holds, by the properties of the report. "!" marks what must be there.
const LAYOUT: { readonly [element: string]: readonly (readonly [property: string, check?: Check])[] } = {
  reportMetadata: [
    ['orgName!'],
    ['email!'],
    ['extraContactInfo'],
    ['reportId!'],
    ['dateRange'],
    ['errors'],
    ['generator'],
  ],
  dateRange: [
    ['begin', 0],
    ['end', 0],
  ],
  policyPublished: [
    ['domain'],
    ['discoveryMethod', ['psl', 'treewalk']],
    ['p!', POLICIES],
    ['sp', POLICIES],
    ['np', POLICIES],
    ['fo'],
    ['adkim', ['r', 's']],
    ['aspf', ['r', 's']],
    ['testing'],
  ],
  record: [['row'], ['identifiers'], ['authResults']],
  row: [['sourceIp'], ['count', 1], ['policyEvaluated']],
  policyEvaluated: [
    ['disposition!', ['none', 'quarantine', 'reject', 'pass']],
    ['dkim!', ['pass', 'fail']],
    ['spf!', ['pass', 'fail']],
    ['reasons'],
  ],
  reason: [['type!', REASONS], ['comment']],
  identifiers: [['headerFrom!'], ['envelopeFrom'], ['envelopeTo']],
  authResults: [['dkim'], ['spf']],
  dkim: [['domain!'], ['selector!'], ['result!', DKIM_RESULTS], ['humanResult']],
  spf: [['domain!'], ['scope'], ['result!', SPF_RESULTS], ['humanResult']],
};

/**
 * Writes an aggregate report in the form of RFC 9990: the XML, its file name, and the mail that carries it, which is
 * still to be signed with an aligned domain (§3.5.2). `schema` and `pct` of the report have no say.
 *
 * What the schema cannot hold is an error, and there is then no value; texts are escaped, whatever they hold.
 *
 * @param report - what to report: from `createReportAccumulator`, or made otherwise
 * @throws TypeError when an option is wrong
 * @see RFC 9990 §3.1, §3.5
 * @example
 * const accumulator = createReportAccumulator();
 * const resolver = memoryResolver({ '_dmarc.example.com': { TXT: ['v=DMARC1; p=reject'] } });
 * const envelope = { ip: '192.0.2.1', helo: 'mx.example.net', mailFrom: 'ann@example.com' };
 * accumulator.add(await authenticateMessage('From: ann@example.com\r\n\r\nHi\r\n', envelope, { resolver }), envelope);
 * const [report] = accumulator.reports({ orgName: 'Example Net', email: 'dmarc@example.net', begin: 1767225600, end: 1767311999 });
 * const { value } = buildAggregateReport(report, { submitter: 'example.net' });
 * value.subject.startsWith('Report Domain: example.com Submitter: example.net Report-ID: '); // => true
 */
export function buildAggregateReport(
  report: AggregateReport,
  options: BuildAggregateReportOptions,
): Parsed<BuiltReport, ReportBuildCode> {
  requireObject(ACTION, 'report', report);
  requireObject(ACTION, 'options', options);
  const submitter = requireDomain(ACTION, 'submitter', options.submitter);
  if (options.mail !== undefined) requireMail(ACTION, options.mail);
  const { reportMetadata, policyPublished, records } = report;
  const diagnostics: Diagnostic<ReportBuildCode>[] = [];
  const writer: Writer = {
    xml: `<?xml version="1.0" encoding="UTF-8"?>\n<feedback xmlns="${NAMESPACE}">\n  <version>1.0</version>\n`,
    indent: '  ',
    diagnostics,
    refuse: refuseInto(diagnostics, 'report-build.value'),
  };
  writeMetadata(writer, reportMetadata);
  writePolicy(writer, policyPublished);
  if (records.length === 0) find(writer, 'report-build.no-records', {});
  for (const [i, record] of records.entries()) writeRecord(writer, record, `records[${i}]`);
  if (diagnostics.some(({ severity }) => severity === 'error'))
    return parsed<BuiltReport, ReportBuildCode>(undefined, diagnostics);
  return parsed(packAggregateReport(`${writer.xml}</feedback>\n`, report, submitter, options), diagnostics);
}

function packAggregateReport(
  text: string,
  { reportMetadata, policyPublished }: AggregateReport,
  submitter: string,
  options: BuildAggregateReportOptions,
): BuiltReport {
  const reportId = bareId(reportMetadata.reportId);
  const file: ReportFile = {
    text,
    submitter,
    domain: domainName(policyPublished.domain)!,
    ...reportMetadata.dateRange,
    reportId,
    subjectId: reportId,
    extension: 'xml',
    contentType: options.compress === false ? 'text/xml' : 'application/gzip',
    type: 'multipart/mixed',
    words: 'a DMARC aggregate report',
  };
  return packReport(file, options);
}

function find<Code extends ReportBuildCode>(
  { diagnostics }: Writer,
  code: Code,
  params: RuleParams<(typeof reportBuildRules)[Code]>,
): void {
  const finding = diagnose(code, params);
  if (diagnostics.length < MOST_FINDINGS || finding.severity === 'error') diagnostics.push(finding);
}

const ESCAPES: { readonly [character: string]: string } = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' };

/** Char ::= #x9 | #xA | #xD | [#x20-#xD7FF] | [#xE000-#xFFFD] | [#x10000-#x10FFFF] (XML 1.0 §2.2); the rest becomes U+FFFD. */
function escapeXml(text: string): string {
  return text
    .replace(/[^\t\n\r -\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replace(/[&<>\r]/g, (character) => ESCAPES[character]!);
}

/** The report-id without its angle brackets. */
function bareId(reportId: string): string {
  return reportId.startsWith('<') && reportId.endsWith('>') ? reportId.slice(1, -1) : reportId;
}

/** Writes what is at `path` in the report: an element, several where it is an array, or none where there is no value. */
function write(writer: Writer, path: string, property: string, value: unknown, check?: Check): void {
  const { indent } = writer;
  const element = splitName(property, '_');
  if (Array.isArray(value)) {
    const one = property.replace(/s$/, '');
    for (const [i, item] of value.entries()) write(writer, `${path}[${i}]`, one, item);
  } else if (check === undefined && Object.hasOwn(LAYOUT, property)) {
    if (!isObject(value)) {
      writer.refuse(path, 'an object', value);
      return;
    }
    writer.xml += `${indent}<${element}>\n`;
    writer.indent += '  ';
    for (const [entry, inner] of LAYOUT[property]!) {
      const name = entry.replace('!', '');
      const content = value[name];
      const at = `${path}.${name}`;
      // A record has what is in its row.
      if (name === 'row') write(writer, path, name, value);
      else if (name !== entry && (content ?? '') === '') find(writer, 'report-build.missing', { path: at });
      else write(writer, at, name, content, inner);
    }
    writer.indent = indent;
    writer.xml += `${indent}</${element}>\n`;
  } else if (value !== undefined || typeof check === 'number') {
    if (check !== undefined) checkText(writer, path, value, check);
    writer.xml += `${indent}<${element}>${escapeXml(String(value))}</${element}>\n`;
  }
}

function checkText(writer: Writer, path: string, value: unknown, check: Check): void {
  if (typeof check === 'number') {
    if (!isWhole(value, check, MOST)) writer.refuse(path, `an integer from ${check} to ${MOST}`, value);
  } else if (!check.includes(String(value))) {
    writer.refuse(path, check.join(', ').replace(/, (?=\w+$)/, ' or '), value);
  }
}

/** RFC 9990 §3.1.1.3. */
function writeMetadata(writer: Writer, metadata: AggregateReport['reportMetadata']): void {
  const { reportId, dateRange, errors } = metadata;
  const { begin, end } = dateRange;
  const path = 'reportMetadata';
  if (reportId !== '' && !isReportId(bareId(reportId))) {
    writer.refuse(`${path}.reportId`, 'like id or id@example.com', reportId);
  }
  if (end >= 0 && end < begin) checkText(writer, `${path}.dateRange.end`, end, begin);
  if (end - begin > MOST_SECONDS) find(writer, 'report-build.period', { seconds: end - begin });
  // The schema of RFC 9990 has room for one error.
  write(writer, path, path, { ...metadata, errors: errors.length > 0 ? [errors.join('; ')] : [] });
}

/** RFC 9990 §3.1.1.5. */
function writePolicy(writer: Writer, policy: AggregateReport['policyPublished']): void {
  const { domain, testing } = policy;
  const path = 'policyPublished';
  if (domainName(domain) === undefined) writer.refuse(`${path}.domain`, 'a domain name', domain);
  write(writer, path, path, { ...policy, testing: testing === undefined ? testing : testing ? 'y' : 'n' });
}

/** RFC 9990 §3.1.1.7 to §3.1.1.13. */
function writeRecord(writer: Writer, record: AggregateRecord, path: string): void {
  const { sourceIp, authResults } = record;
  const { dkim, spf } = authResults;
  if (parseIpAddress(sourceIp) === undefined) writer.refuse(`${path}.sourceIp`, 'an IP address', sourceIp);
  // RFC 9990 §3.1.1.12: one result, of the MAIL FROM identity.
  const first = spf.find(({ scope }) => scope !== 'helo');
  for (const [i, result] of spf.entries()) {
    if (result !== first) find(writer, 'report-build.left-out', { path: `${path}.authResults.spf[${i}]` });
  }
  write(writer, path, 'record', { ...record, authResults: { dkim, spf: first ? [first] : [] } });
}
