import { requireDomain, requireObject } from '../../arguments.ts';
import { type Diagnostic, type Parsed, parsed } from '../../diagnostics/diagnostic.ts';
import { requireString } from '../../environment.ts';
import { messageBytes } from '../../message/source.ts';
import { parseIpAddress } from '../../names/ip-address.ts';
import { headerText, utf8Bytes } from '../../text/bytes.ts';
import {
  foldBase64,
  formatDate,
  formatFields,
  formatMail,
  formatPart,
  formatText,
  type MailField,
  type ReportMail,
  requireMail,
} from '../build/mail.ts';
import { diagnose, type ReportBuildCode, refuseInto } from '../build/rules.ts';
import { firstField, readEntity } from '../mime.ts';
import { checksum, isTime, isWhole } from '../values.ts';
import { prepareRedaction, type Redact, type Redaction, redactHeaders, requireRedaction } from './redact.ts';
import type { FailureReport, IdentityAlignment } from './report.ts';
import { AUTH_FAILURES, DELIVERY_RESULTS, fieldName, requiredFor } from './words.ts';

const ACTION = 'build the failure report';
const MOST_SUBJECT = 900;
const MOST_LINE = 998;

/** What a failure report is to say: the fields of a parsed one, most of them optional. */
export interface FailureReportInput
  extends Partial<
    Omit<
      FailureReport,
      'feedbackType' | 'version' | 'userAgent' | 'identityAlignment' | 'text' | 'originalHeaders' | 'originalMessage'
    >
  > {
  /** `dmarc`, or what failed in SPF or DKIM. */
  authFailure: string;
  /** The methods that failed to authenticate an aligned identifier; the others, with the reading of RFC 7489. */
  identityAlignment?: Pick<IdentityAlignment, 'listed'> & { reading?: IdentityAlignment['reading'] };
  /** The message that failed. */
  message: string | Uint8Array;
}

export interface BuildFailureReportOptions {
  /** The domain of the mail receiver that reports. */
  submitter: string;
  mail: ReportMail;
  /**
   * How the local parts of all addresses are hidden (RFC 6590): `{ key }` keeps equal ones equal and tells nothing else.
   * Display names, message identifiers and encoded parts of a body stay as they are.
   */
  redact: Redaction;
  /** Whether the message's body is reported too; `false` by default. */
  includeBody?: boolean;
  /** The software that reports, as `name/version`; `mailverdict` by default. */
  userAgent?: string;
}

/** A failure report that is ready to be sent. */
export interface BuiltFailureReport {
  /** The fields of the message/feedback-report part. */
  text: string;
  subject: string;
  /** The whole mail, unsigned, with CRLF line endings; a string stands for its UTF-8 bytes. */
  message: string;
}

/**
 * Writes a failure report (RFC 9991, RFC 6591) as the mail that carries it: for people, for programs, and the header of
 * the message that failed. Limit how many you send (RFC 9991 §7), and sign them.
 *
 * @throws TypeError when an argument is wrong, and what a `redact` function throws
 * @see RFC 9991 §4, RFC 6591 §3, RFC 5965 §3, RFC 6590 §3
 * @example
 * const { value } = await buildFailureReport(
 *   { authFailure: 'dmarc', identityAlignment: { listed: ['dkim', 'spf'] }, authenticationResults: ['mx.example.net; dmarc=fail header.from=example.com'],
 *     reportedDomains: ['example.com'], message: 'From: ann@example.com\r\nTo: bob@example.net\r\n\r\nHi\r\n' },
 *   { submitter: 'example.net', mail: { from: 'dmarc@example.net', to: 'ruf@example.com', date: new Date(0) }, redact: { key: 'potatoes' } },
 * );
 * value.message.includes('bob@'); // => false
 */
export async function buildFailureReport(
  report: FailureReportInput,
  options: BuildFailureReportOptions,
): Promise<Parsed<BuiltFailureReport, ReportBuildCode>> {
  requireObject(ACTION, 'report', report);
  requireObject(ACTION, 'options', options);
  const submitter = requireDomain(ACTION, 'submitter', options.submitter);
  const { mail, redact: redaction, includeBody = false, userAgent = 'mailverdict' } = options;
  requireMail(ACTION, mail);
  requireRedaction(ACTION, redaction);
  requireString(ACTION, 'userAgent', userAgent);
  const original = splitOriginal(messageBytes(ACTION, report.message), includeBody);
  const diagnostics = checkReport(report);
  if (diagnostics.length > 0) return parsed<BuiltFailureReport, ReportBuildCode>(undefined, diagnostics);
  const shown = { ...report };
  // RFC 6591 §3.2.4: what holds redacted data must not be included.
  for (const path of redaction === 'nothing' ? [] : (['dkimCanonicalizedHeader', 'dkimCanonicalizedBody'] as const)) {
    if (shown[path] !== undefined) diagnostics.push(diagnose('report-build.redacted', { path }));
    delete shown[path];
  }
  const plain = formatFields(feedbackFields(shown, userAgent));
  const redact = await prepareRedaction(redaction, [plain, original.headers, original.body ?? '', original.subject]);
  const text = foldLines(redact(plain));
  const subject = `FW: ${redact(original.subject).slice(0, MOST_SUBJECT)}`;
  const words = `This is an authentication failure report from ${submitter}\r\nabout a message received from ${report.sourceIp ?? 'an unknown address'}.`;
  const parts = [
    formatText(words),
    formatPart('message/feedback-report', transferEncoding(text), text),
    evidencePart(original, redact),
  ];
  // The same report has the same identifier, so that one sent twice can be told.
  const messageId = `<${mail.date.getTime().toString(36)}.${checksum(text + original.headers)}@${submitter}>`;
  const header: MailField[] = [
    ['Subject', subject],
    ['Message-ID', messageId],
  ];
  const message = formatMail(mail, header, 'multipart/report; report-type=feedback-report', parts);
  return parsed({ text, subject, message }, diagnostics);
}

interface Original {
  headers: string;
  body?: string;
  subject: string;
}

/** The message with CRLF line endings throughout: what a hostile one makes of line endings must not reach the report. */
function splitOriginal(bytes: Uint8Array, includeBody: boolean): Original {
  const { fields, body } = readEntity(bytes);
  const headers = normalizeLines(headerText(bytes.subarray(0, bytes.length - body.length))).replace(/(\r\n)+$/, '');
  const subject = (firstField(fields, 'subject') ?? '').replace(/[^ -~]+/g, '?');
  return { headers, subject, ...(includeBody && { body: normalizeLines(headerText(body)) }) };
}

function normalizeLines(text: string): string {
  return text.replace(/\r\n?|\n/g, '\r\n').replaceAll('\0', '\ufffd');
}

/** RFC 5322 §2.1.1: no line is longer than 998 octets; longer ones of the message that failed are folded, at white space if they can. */
function foldLines(text: string): string {
  const fold = (line: string) =>
    line.replace(/(.{0,239}[^ \t])(?=[ \t])|.{240}(?!$)/gsu, (part, word) => `${part}\r\n${word ? '' : ' '}`);
  return text
    .split('\r\n')
    .map((line) => (utf8Bytes(line).length > MOST_LINE ? fold(line) : line))
    .join('\r\n');
}

/** RFC 6591 §3.1: the whole header block, or the message. */
function evidencePart({ headers, body }: Original, redact: Redact): string {
  const shown = redactHeaders(headers, redact);
  const content = foldLines(body === undefined ? shown : `${shown}\r\n\r\n${redact(body)}`);
  const type = body === undefined ? 'text/rfc822-headers' : 'message/rfc822';
  return formatPart(type, transferEncoding(content), content);
}

function transferEncoding(text: string): string {
  return /[^\0-\x7f]/.test(text) ? '8bit' : '7bit';
}

function checkReport(report: FailureReportInput): Diagnostic<ReportBuildCode>[] {
  const diagnostics: Diagnostic<ReportBuildCode>[] = [];
  const refuse = refuseInto(diagnostics, 'report-build.failure-value');
  const { authFailure, deliveryResult = 'other', sourceIp, sourcePort = 0, incidents = 1, arrivalDate = 0 } = report;
  if (!AUTH_FAILURES.includes(authFailure)) refuse('authFailure', AUTH_FAILURES.join(', '), authFailure);
  if (!DELIVERY_RESULTS.includes(deliveryResult)) {
    refuse('deliveryResult', DELIVERY_RESULTS.join(', '), deliveryResult);
  }
  if (sourceIp !== undefined && parseIpAddress(sourceIp) === undefined) refuse('sourceIp', 'an IP address', sourceIp);
  if (!isWhole(sourcePort, 0, 65_535)) refuse('sourcePort', 'a port', sourcePort);
  if (!isWhole(incidents, 0, 4_294_967_295)) refuse('incidents', 'a number', incidents);
  if (!isTime(arrivalDate)) refuse('arrivalDate', 'seconds since 1970', arrivalDate);
  for (const path of ['authenticationResults', ...requiredFor(authFailure)] as const) {
    const value = report[path] ?? '';
    if (value === '' || (Array.isArray(value) && value.length === 0)) {
      diagnostics.push(diagnose('report-build.failure-field', { path }));
    }
  }
  return diagnostics;
}

function feedbackFields(report: FailureReportInput, userAgent: string): MailField[] {
  const { identityAlignment, originalMailFrom, sourceIp, reportingMta, arrivalDate, otherFields = [] } = report;
  const fold = (base64: string | undefined) => base64 && foldBase64(base64, '\r\n ');
  const fields: { [property: string]: string | number | readonly string[] | undefined } = {
    feedbackType: 'auth-failure',
    userAgent,
    version: 1,
    authFailure: report.authFailure,
    authenticationResults: report.authenticationResults,
    identityAlignment: identityAlignment && formatAlignment(identityAlignment),
    deliveryResult: report.deliveryResult,
    originalEnvelopeId: report.originalEnvelopeId,
    originalMailFrom: originalMailFrom === undefined ? undefined : `<${originalMailFrom}>`,
    originalRcptTo: report.originalRcptTo?.map((path) => `<${path}>`),
    arrivalDate: arrivalDate === undefined ? undefined : formatDate(new Date(arrivalDate * 1000)),
    reportingMta: reportingMta && `dns; ${reportingMta}`,
    sourceIp: sourceIp?.includes(':') ? `IPv6:${sourceIp}` : sourceIp,
    sourcePort: report.sourcePort,
    incidents: report.incidents,
    reportedDomain: report.reportedDomains,
    reportedUri: report.reportedUris,
    dkimDomain: report.dkimDomain,
    dkimIdentity: report.dkimIdentity,
    dkimSelector: report.dkimSelector,
    dkimCanonicalizedHeader: fold(report.dkimCanonicalizedHeader),
    dkimCanonicalizedBody: fold(report.dkimCanonicalizedBody),
    dkimAdspDns: quote(report.dkimAdspDns),
    dkimSelectorDns: quote(report.dkimSelectorDns),
    spfDns: report.spfDns?.map(({ type, domain, record }) => `${type} : ${domain} : ${quote(record)}`),
  };
  const written: MailField[] = [];
  const write = (name: string, value: string | number) => written.push([name, oneField(String(value))]);
  for (const [property, value] of Object.entries(fields)) {
    for (const item of [value ?? []].flat()) write(fieldName(property), item);
  }
  for (const { name, value } of otherFields) if (/^[!-9;-~]+$/.test(name)) write(name, value);
  return written;
}

/** A value may be folded, and cannot begin another field. */
function oneField(value: string): string {
  return value.replace(/\r?\n(?![ \t])|\r(?!\n)|\0/g, ' ').replace(/\r?\n/g, '\r\n');
}

/** RFC 9991 §4 lists the methods that failed. */
function formatAlignment({ listed, reading }: NonNullable<FailureReportInput['identityAlignment']>): string {
  const failed = (['dkim', 'spf'] as const).filter((method) => listed.includes(method) !== (reading === 'rfc7489'));
  return failed.join(', ') || 'none';
}

function quote(text: string | undefined): string | undefined {
  return text === undefined ? undefined : `"${text.replace(/["\\]/g, '\\$&')}"`;
}
