import { requireDomain, requireObject } from '../../arguments.ts';
import { type Diagnostic, type Parsed, parsed, type RuleParams } from '../../diagnostics/diagnostic.ts';
import { domainName } from '../../names/domain-name.ts';
import { parseIpAddress } from '../../names/ip-address.ts';
import { isDotAtom } from '../../text/structured-field.ts';
import type { AggregateRecord, AggregateReport } from '../aggregate/report.ts';
import { DKIM_RESULTS, POLICIES, REASONS, SPF_RESULTS } from '../aggregate/words.ts';
import { type BuiltReport, packReport, type ReportMail, requireMail } from './mail.ts';
import { diagnose, type ReportBuildCode, type reportBuildRules } from './rules.ts';

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
  xml: string[];
  /** How many elements are open. */
  depth: number;
  diagnostics: Diagnostic<ReportBuildCode>[];
}

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
  const { reportMetadata, policyPublished } = report;
  const writer: Writer = {
    xml: [`<?xml version="1.0" encoding="UTF-8"?>\n<feedback xmlns="${NAMESPACE}">\n`],
    depth: 1,
    diagnostics: [],
  };
  element(writer, 'version', '1.0');
  writeMetadata(writer, reportMetadata);
  writePolicy(writer, policyPublished);
  if (report.records.length === 0) find(writer, 'report-build.no-records', {});
  for (const [i, record] of report.records.entries()) writeRecord(writer, record, `records[${i}]`);
  writer.xml.push('</feedback>\n');
  const { diagnostics } = writer;
  if (diagnostics.some(({ severity }) => severity === 'error'))
    return parsed(undefined as BuiltReport | undefined, diagnostics);
  return parsed(packAggregateReport(writer.xml.join(''), report, submitter, options), diagnostics);
}

function packAggregateReport(
  text: string,
  { reportMetadata, policyPublished }: AggregateReport,
  submitter: string,
  { compress = true, mail }: BuildAggregateReportOptions,
): BuiltReport {
  const reportId = bareId(reportMetadata.reportId);
  return packReport({
    text,
    submitter,
    domain: domainName(policyPublished.domain)!,
    ...reportMetadata.dateRange,
    reportId,
    subjectId: reportId,
    extension: 'xml',
    contentType: compress ? 'application/gzip' : 'text/xml',
    compress,
    mail,
    type: 'multipart/mixed',
    words: 'a DMARC aggregate report',
  });
}

function find<Code extends ReportBuildCode>(
  { diagnostics }: Writer,
  code: Code,
  params: RuleParams<(typeof reportBuildRules)[Code]>,
): void {
  if (diagnostics.length < MOST_FINDINGS || diagnose(code, params).severity === 'error')
    diagnostics.push(diagnose(code, params));
}

/** An element with a text; none where there is no value. */
function element({ xml, depth }: Writer, name: string, value: string | number | undefined): void {
  if (value !== undefined) xml.push('  '.repeat(depth), '<', name, '>', escapeXml(String(value)), '</', name, '>\n');
}

function within(writer: Writer, name: string, write: () => void): void {
  const { xml } = writer;
  const indent = '  '.repeat(writer.depth++);
  xml.push(indent, '<', name, '>\n');
  write();
  writer.depth--;
  xml.push(indent, '</', name, '>\n');
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

/** ``ridfmt = dot-atom-text ["@" dot-atom-text]`` (RFC 9990 §3.5.1), ASCII. */
function isReportId(text: string): boolean {
  const parts = text.split('@');
  return /^[!-~]+$/.test(text) && parts.length <= 2 && parts.every(isDotAtom);
}

/** The place in the report of the element `name` of what is at `at`. */
function pathOf(at: string, name: string): string {
  return `${at}.${name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())}`;
}

function refuse(writer: Writer, path: string, expected: string, value: unknown): void {
  find(writer, 'report-build.value', { path, expected, value: String(value) });
}

/** An element that must have a text. */
function needed(writer: Writer, at: string, name: string, value: string | undefined): void {
  if (value === undefined || value === '') find(writer, 'report-build.missing', { path: pathOf(at, name) });
  element(writer, name, value);
}

/** An element that must have one of the words. */
function chosen(writer: Writer, at: string, name: string, value: string | undefined, words: readonly string[]): void {
  if (value === undefined) find(writer, 'report-build.missing', { path: pathOf(at, name) });
  else if (!words.includes(value)) {
    refuse(writer, pathOf(at, name), words.join(', ').replace(/, (?=\w+$)/, ' or '), value);
  }
  element(writer, name, value);
}

function checkWhole(writer: Writer, path: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least && value <= MOST) return;
  refuse(writer, path, `an integer from ${least} to ${MOST}`, value);
}

/** RFC 9990 §3.1.1.3. */
function writeMetadata(writer: Writer, metadata: AggregateReport['reportMetadata']): void {
  const { orgName, email, extraContactInfo, reportId, dateRange, errors, generator } = metadata;
  const { begin, end } = dateRange;
  const at = 'reportMetadata';
  if (reportId !== '' && !isReportId(bareId(reportId))) {
    refuse(writer, `${at}.reportId`, 'like id or id@example.com', reportId);
  }
  checkWhole(writer, `${at}.dateRange.begin`, begin, 0);
  checkWhole(writer, `${at}.dateRange.end`, end, begin >= 0 ? begin : 0);
  if (end - begin > MOST_SECONDS) find(writer, 'report-build.period', { seconds: end - begin });
  within(writer, 'report_metadata', () => {
    needed(writer, at, 'org_name', orgName);
    needed(writer, at, 'email', email);
    element(writer, 'extra_contact_info', extraContactInfo);
    needed(writer, at, 'report_id', reportId);
    within(writer, 'date_range', () => {
      element(writer, 'begin', begin);
      element(writer, 'end', end);
    });
    // The schema of RFC 9990 has room for one.
    if (errors.length > 0) element(writer, 'error', errors.join('; '));
    element(writer, 'generator', generator);
  });
}

/** RFC 9990 §3.1.1.5. */
function writePolicy(writer: Writer, policy: AggregateReport['policyPublished']): void {
  const at = 'policyPublished';
  const { domain, discoveryMethod, p, fo, testing } = policy;
  const optional = (name: string, value: string | undefined, words: readonly string[]) => {
    if (value !== undefined) chosen(writer, at, name, value, words);
  };
  if (domainName(domain) === undefined) refuse(writer, `${at}.domain`, 'a domain name', domain);
  within(writer, 'policy_published', () => {
    element(writer, 'domain', domain);
    optional('discovery_method', discoveryMethod, ['psl', 'treewalk']);
    chosen(writer, at, 'p', p, POLICIES);
    for (const name of ['sp', 'np'] as const) optional(name, policy[name], POLICIES);
    element(writer, 'fo', fo);
    for (const name of ['adkim', 'aspf'] as const) optional(name, policy[name], ['r', 's']);
    if (testing !== undefined) element(writer, 'testing', testing ? 'y' : 'n');
  });
}

/** RFC 9990 §3.1.1.7 to §3.1.1.13. */
function writeRecord(writer: Writer, record: AggregateRecord, at: string): void {
  const { identifiers, authResults } = record;
  within(writer, 'record', () => {
    writeRow(writer, record, at);
    within(writer, 'identifiers', () => {
      needed(writer, `${at}.identifiers`, 'header_from', identifiers.headerFrom);
      element(writer, 'envelope_from', identifiers.envelopeFrom);
      element(writer, 'envelope_to', identifiers.envelopeTo);
    });
    within(writer, 'auth_results', () => {
      for (const [i, dkim] of authResults.dkim.entries()) writeDkim(writer, dkim, `${at}.authResults.dkim[${i}]`);
      writeSpf(writer, authResults.spf, `${at}.authResults.spf`);
    });
  });
}

function writeRow(writer: Writer, { sourceIp, count, policyEvaluated }: AggregateRecord, at: string): void {
  if (parseIpAddress(sourceIp) === undefined) refuse(writer, `${at}.sourceIp`, 'an IP address', sourceIp);
  const { disposition, dkim, spf, reasons } = policyEvaluated;
  const path = `${at}.policyEvaluated`;
  checkWhole(writer, `${at}.count`, count, 1);
  within(writer, 'row', () => {
    element(writer, 'source_ip', sourceIp);
    element(writer, 'count', count);
    within(writer, 'policy_evaluated', () => {
      chosen(writer, path, 'disposition', disposition, [...POLICIES, 'pass']);
      chosen(writer, path, 'dkim', dkim, ['pass', 'fail']);
      chosen(writer, path, 'spf', spf, ['pass', 'fail']);
      for (const [i, { type, comment }] of reasons.entries()) {
        within(writer, 'reason', () => {
          chosen(writer, `${path}.reasons[${i}]`, 'type', type, REASONS);
          element(writer, 'comment', comment);
        });
      }
    });
  });
}

type AuthResults = AggregateRecord['authResults'];

function writeDkim(
  writer: Writer,
  { domain, selector, result, humanResult }: AuthResults['dkim'][number],
  at: string,
): void {
  within(writer, 'dkim', () => {
    needed(writer, at, 'domain', domain);
    needed(writer, at, 'selector', selector);
    chosen(writer, at, 'result', result, DKIM_RESULTS);
    element(writer, 'human_result', humanResult);
  });
}

/** RFC 9990 §3.1.1.12: one result, of the MAIL FROM identity. */
function writeSpf(writer: Writer, results: AuthResults['spf'], path: string): void {
  const first = results.findIndex(({ scope }) => scope !== 'helo');
  for (const [i, { domain, scope, result, humanResult }] of results.entries()) {
    const at = `${path}[${i}]`;
    if (i !== first) {
      find(writer, 'report-build.left-out', { path: at });
      continue;
    }
    within(writer, 'spf', () => {
      needed(writer, at, 'domain', domain);
      element(writer, 'scope', scope);
      chosen(writer, at, 'result', result, SPF_RESULTS);
      element(writer, 'human_result', humanResult);
    });
  }
}
