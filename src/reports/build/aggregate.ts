import { type Diagnostic, type Parsed, parsed, type RuleParams } from '../../diagnostics/diagnostic.ts';
import { domainName } from '../../names/domain-name.ts';
import { parseIpAddress } from '../../names/ip-address.ts';
import { isDotAtom } from '../../text/structured-field.ts';
import type { AggregateRecord, AggregateReport } from '../aggregate/report.ts';
import { requireObject } from './arguments.ts';
import {
  attachmentPart,
  type BuiltReport,
  formatMail,
  packReport,
  type ReportMail,
  requireDomain,
  requireMail,
  textPart,
} from './mail.ts';
import { diagnose, type ReportBuildCode, type reportBuildRules } from './rules.ts';

const ACTION = 'build the aggregate report';
const NAMESPACE = 'urn:ietf:params:xml:ns:dmarc-2.0';
const POLICIES = ['none', 'quarantine', 'reject'];
const REASONS = ['local_policy', 'mailing_list', 'other', 'policy_test_mode', 'trusted_forwarder'];
const DKIM_RESULTS = ['none', 'pass', 'fail', 'policy', 'neutral', 'temperror', 'permerror'];
const SPF_RESULTS = [...DKIM_RESULTS, 'softfail'];
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
    diagnostics: [],
  };
  element(writer, 1, 'version', '1.0');
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
  const { reportId, dateRange } = reportMetadata;
  const domain = domainName(policyPublished.domain)!;
  const id = bareId(reportId);
  // unique-id = 1*(ALPHA / DIGIT), and it has to be the report's id (§3.1.4): another id cannot be in the name.
  const unique = /^[a-z\d]+$/i.test(id) ? `!${id}` : '';
  const built: BuiltReport = {
    text,
    fileName: `${submitter}!${domain}!${dateRange.begin}!${dateRange.end}${unique}.xml${compress ? '.gz' : ''}`,
    contentType: compress ? 'application/gzip' : 'text/xml',
    base64: packReport(text, compress),
    subject: `Report Domain: ${domain} Submitter: ${submitter} Report-ID: <${id}>`,
  };
  if (mail === undefined) return built;
  const subject = built.subject.replace(/ (Submitter|Report-ID):/g, '\r\n $1:');
  const messageId = id.includes('@') ? id : `${id}@${submitter}`;
  const words = `This is a DMARC aggregate report about ${domain}\r\nfrom ${submitter}.`;
  const message = formatMail(mail, { subject, messageId, type: 'multipart/mixed' }, [
    textPart(words),
    attachmentPart(built),
  ]);
  return { ...built, message };
}

function find<Code extends ReportBuildCode>(
  { diagnostics }: Writer,
  code: Code,
  params: RuleParams<(typeof reportBuildRules)[Code]>,
): void {
  if (diagnostics.length < MOST_FINDINGS || diagnose(code, params).severity === 'error')
    diagnostics.push(diagnose(code, params));
}

function element(writer: Writer, depth: number, name: string, value: string | number): void {
  writer.xml.push('  '.repeat(depth), '<', name, '>', escapeXml(String(value)), '</', name, '>\n');
}

function optional(writer: Writer, depth: number, name: string, value: string | number | undefined): void {
  if (value !== undefined) element(writer, depth, name, value);
}

function within(writer: Writer, depth: number, name: string, write: () => void): void {
  writer.xml.push('  '.repeat(depth), '<', name, '>\n');
  write();
  writer.xml.push('  '.repeat(depth), '</', name, '>\n');
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

function text(writer: Writer, path: string, value: string | undefined): string {
  if (value === undefined || value === '') find(writer, 'report-build.missing', { path });
  return value ?? '';
}

function word(writer: Writer, path: string, value: string | undefined, allowed: readonly string[]): string {
  if (value !== undefined && allowed.includes(value)) return value;
  if (value === undefined) find(writer, 'report-build.missing', { path });
  else find(writer, 'report-build.value', { path, expected: allowed.join(', ').replace(/, (?=\w+$)/, ' or '), value });
  return '';
}

function optionalWord(
  writer: Writer,
  path: string,
  value: string | undefined,
  allowed: readonly string[],
): string | undefined {
  return value === undefined ? undefined : word(writer, path, value, allowed);
}

function whole(writer: Writer, path: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least && value <= MOST) return value;
  find(writer, 'report-build.value', { path, expected: `an integer from ${least} to ${MOST}`, value: String(value) });
  return least;
}

/** RFC 9990 §3.1.1.3. */
function writeMetadata(writer: Writer, metadata: AggregateReport['reportMetadata']): void {
  const { orgName, email, extraContactInfo, reportId, dateRange, errors, generator } = metadata;
  const at = 'reportMetadata';
  if (reportId !== '' && !isReportId(bareId(reportId))) {
    find(writer, 'report-build.value', {
      path: `${at}.reportId`,
      expected: 'like id or id@example.com',
      value: reportId,
    });
  }
  const begin = whole(writer, `${at}.dateRange.begin`, dateRange.begin, 0);
  const end = whole(writer, `${at}.dateRange.end`, dateRange.end, begin);
  if (end - begin > MOST_SECONDS) find(writer, 'report-build.period', { seconds: end - begin });
  within(writer, 1, 'report_metadata', () => {
    element(writer, 2, 'org_name', text(writer, `${at}.orgName`, orgName));
    element(writer, 2, 'email', text(writer, `${at}.email`, email));
    optional(writer, 2, 'extra_contact_info', extraContactInfo);
    element(writer, 2, 'report_id', text(writer, `${at}.reportId`, reportId));
    within(writer, 2, 'date_range', () => {
      element(writer, 3, 'begin', begin);
      element(writer, 3, 'end', end);
    });
    // The schema of RFC 9990 has room for one.
    if (errors.length > 0) element(writer, 2, 'error', errors.join('; '));
    optional(writer, 2, 'generator', generator);
  });
}

/** RFC 9990 §3.1.1.5. */
function writePolicy(writer: Writer, policy: AggregateReport['policyPublished']): void {
  const at = 'policyPublished';
  const { domain, discoveryMethod, p, sp, np, fo, adkim, aspf, testing } = policy;
  if (domainName(domain) === undefined) {
    find(writer, 'report-build.value', { path: `${at}.domain`, expected: 'a domain name', value: domain });
  }
  within(writer, 1, 'policy_published', () => {
    element(writer, 2, 'domain', domain);
    optional(
      writer,
      2,
      'discovery_method',
      optionalWord(writer, `${at}.discoveryMethod`, discoveryMethod, ['psl', 'treewalk']),
    );
    element(writer, 2, 'p', word(writer, `${at}.p`, p, POLICIES));
    optional(writer, 2, 'sp', optionalWord(writer, `${at}.sp`, sp, POLICIES));
    optional(writer, 2, 'np', optionalWord(writer, `${at}.np`, np, POLICIES));
    optional(writer, 2, 'fo', fo);
    optional(writer, 2, 'adkim', optionalWord(writer, `${at}.adkim`, adkim, ['r', 's']));
    optional(writer, 2, 'aspf', optionalWord(writer, `${at}.aspf`, aspf, ['r', 's']));
    if (testing !== undefined) element(writer, 2, 'testing', testing ? 'y' : 'n');
  });
}

/** RFC 9990 §3.1.1.7 to §3.1.1.13. */
function writeRecord(writer: Writer, record: AggregateRecord, at: string): void {
  const { identifiers, authResults } = record;
  within(writer, 1, 'record', () => {
    writeRow(writer, record, at);
    within(writer, 2, 'identifiers', () => {
      element(writer, 3, 'header_from', text(writer, `${at}.identifiers.headerFrom`, identifiers.headerFrom));
      optional(writer, 3, 'envelope_from', identifiers.envelopeFrom);
      optional(writer, 3, 'envelope_to', identifiers.envelopeTo);
    });
    within(writer, 2, 'auth_results', () => {
      for (const [i, dkim] of authResults.dkim.entries()) writeDkim(writer, dkim, `${at}.authResults.dkim[${i}]`);
      writeSpf(writer, authResults.spf, `${at}.authResults.spf`);
    });
  });
}

function writeRow(writer: Writer, { sourceIp, count, policyEvaluated }: AggregateRecord, at: string): void {
  if (parseIpAddress(sourceIp) === undefined) {
    find(writer, 'report-build.value', { path: `${at}.sourceIp`, expected: 'an IP address', value: sourceIp });
  }
  const { disposition, dkim, spf, reasons } = policyEvaluated;
  const path = `${at}.policyEvaluated`;
  within(writer, 2, 'row', () => {
    element(writer, 3, 'source_ip', sourceIp);
    element(writer, 3, 'count', whole(writer, `${at}.count`, count, 1));
    within(writer, 3, 'policy_evaluated', () => {
      element(writer, 4, 'disposition', word(writer, `${path}.disposition`, disposition, [...POLICIES, 'pass']));
      element(writer, 4, 'dkim', word(writer, `${path}.dkim`, dkim, ['pass', 'fail']));
      element(writer, 4, 'spf', word(writer, `${path}.spf`, spf, ['pass', 'fail']));
      for (const [i, { type, comment }] of reasons.entries()) {
        within(writer, 4, 'reason', () => {
          element(writer, 5, 'type', word(writer, `${path}.reasons[${i}].type`, type, REASONS));
          optional(writer, 5, 'comment', comment);
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
  within(writer, 3, 'dkim', () => {
    element(writer, 4, 'domain', text(writer, `${at}.domain`, domain));
    element(writer, 4, 'selector', text(writer, `${at}.selector`, selector));
    element(writer, 4, 'result', word(writer, `${at}.result`, result, DKIM_RESULTS));
    optional(writer, 4, 'human_result', humanResult);
  });
}

/** RFC 9990 §3.1.1.12: one result, of the MAIL FROM identity. */
function writeSpf(writer: Writer, results: AuthResults['spf'], at: string): void {
  const chosen = results.findIndex(({ scope }) => scope !== 'helo');
  for (const [i, { domain, scope, result, humanResult }] of results.entries()) {
    if (i !== chosen) {
      find(writer, 'report-build.left-out', { path: `${at}[${i}]` });
      continue;
    }
    within(writer, 3, 'spf', () => {
      element(writer, 4, 'domain', text(writer, `${at}[${i}].domain`, domain));
      optional(writer, 4, 'scope', scope);
      element(writer, 4, 'result', word(writer, `${at}[${i}].result`, result, SPF_RESULTS));
      optional(writer, 4, 'human_result', humanResult);
    });
  }
}
