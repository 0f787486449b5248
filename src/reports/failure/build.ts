import { requireDomain, requireObject } from '../../arguments.ts';
import { type Diagnostic, type Parsed, parsed } from '../../diagnostics/diagnostic.ts';
import { requireString } from '../../environment.ts';
import { messageBytes } from '../../message/source.ts';
import { parseIpAddress } from '../../names/ip-address.ts';
import { latin1, utf8 } from '../../text/bytes.ts';
import {
  formatDate,
  formatFields,
  formatMail,
  type MailField,
  type MailPart,
  type ReportMail,
  requireMail,
  textPart,
} from '../build/mail.ts';
import { diagnose, type ReportBuildCode } from '../build/rules.ts';
import { firstField, readEntity } from '../mime.ts';
import { prepareRedaction, type Redact, type Redaction, redactHeaders, requireRedaction } from './redact.ts';
import type { FailureReport, IdentityAlignment } from './report.ts';
import { AUTH_FAILURES, DELIVERY_RESULTS } from './words.ts';

const ACTION = 'build the failure report';
const MOST_SUBJECT = 900;

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
  requireObject(ACTION, 'mail', mail);
  requireMail(ACTION, mail);
  requireRedaction(ACTION, redaction);
  requireString(ACTION, 'userAgent', userAgent);
  const original = splitOriginal(messageBytes(ACTION, report.message), includeBody);
  const diagnostics = checkReport(report);
  if (diagnostics.length > 0) return parsed(undefined as BuiltFailureReport | undefined, diagnostics);
  const usable = redaction === 'nothing' ? report : withoutCanonicalData(report, diagnostics);
  const plain = formatFields(feedbackFields(usable, userAgent));
  const redact = await prepareRedaction(redaction, [plain, original.headers, original.body ?? '', original.subject]);
  const text = redact(plain);
  const subject = `FW: ${redact(original.subject)}`;
  const words = `This is an authentication failure report from ${submitter}\r\nabout a message received from ${report.sourceIp ?? 'an unknown address'}.`;
  const parts: MailPart[] = [
    textPart(words),
    {
      fields: [
        ['Content-Type', 'message/feedback-report'],
        ['Content-Transfer-Encoding', transferEncoding(text)],
      ],
      body: text,
    },
    evidencePart(original, redact),
  ];
  // The same report has the same identifier, so that one sent twice can be told.
  const messageId = `${mail.date.getTime().toString(36)}.${checksum(text + original.headers)}@${submitter}`;
  const type = 'multipart/report; report-type=feedback-report';
  const message = formatMail(mail, { subject, messageId, type }, parts);
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
  const headers = normalizeLines(decode(bytes.subarray(0, bytes.length - body.length))).replace(/(\r\n)+$/, '');
  const subject = (firstField(fields, 'subject') ?? '').replace(/[^ -~]+/g, '?').slice(0, MOST_SUBJECT);
  return { headers, subject, ...(includeBody && { body: normalizeLines(decode(body)) }) };
}

function decode(bytes: Uint8Array): string {
  return utf8(bytes) ?? latin1(bytes);
}

function normalizeLines(text: string): string {
  return text.replace(/\r\n|\r|\n/g, '\r\n').replaceAll('\0', '\ufffd');
}

/** RFC 6591 §3.1: the whole header block, or the message. */
function evidencePart({ headers, body }: Original, redact: Redact): MailPart {
  const shown = redactHeaders(headers, redact);
  const content = body === undefined ? shown : `${shown}\r\n\r\n${redact(body)}`;
  return {
    fields: [
      ['Content-Type', body === undefined ? 'text/rfc822-headers' : 'message/rfc822'],
      ['Content-Transfer-Encoding', transferEncoding(content)],
    ],
    body: content,
  };
}

function transferEncoding(text: string): string {
  return /[^\0-\x7f]/.test(text) ? '8bit' : '7bit';
}

function checksum(text: string): string {
  let sum = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) sum = Math.imul(sum ^ text.charCodeAt(i), 0x01000193);
  return (sum >>> 0).toString(36);
}

function checkReport(report: FailureReportInput): Diagnostic<ReportBuildCode>[] {
  const diagnostics: Diagnostic<ReportBuildCode>[] = [];
  const refuse = (path: string, expected: string, value: unknown) =>
    void diagnostics.push(diagnose('report-build.failure-value', { path, expected, value: String(value) }));
  const want = (path: keyof FailureReportInput) => {
    const value = report[path];
    if (value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) {
      diagnostics.push(diagnose('report-build.failure-field', { path }));
    }
  };
  const { authFailure, deliveryResult, sourceIp, sourcePort = 0, incidents = 1, arrivalDate = 0 } = report;
  if (!AUTH_FAILURES.includes(authFailure)) refuse('authFailure', AUTH_FAILURES.join(', '), authFailure);
  if (deliveryResult !== undefined && !DELIVERY_RESULTS.includes(deliveryResult)) {
    refuse('deliveryResult', DELIVERY_RESULTS.join(', '), deliveryResult);
  }
  if (sourceIp !== undefined && parseIpAddress(sourceIp) === undefined) refuse('sourceIp', 'an IP address', sourceIp);
  if (!isWithin(sourcePort, 65_535)) refuse('sourcePort', 'a port', sourcePort);
  if (!isWithin(incidents, 4_294_967_295)) refuse('incidents', 'a number', incidents);
  if (!isWithin(arrivalDate, 253_402_300_799)) refuse('arrivalDate', 'seconds since 1970', arrivalDate);
  want('authenticationResults');
  if (authFailure === 'dmarc') want('identityAlignment');
  if (authFailure === 'spf') want('spfDns');
  if (['bodyhash', 'revoked', 'signature'].includes(authFailure)) {
    want('dkimDomain');
    want('dkimSelector');
  }
  if (authFailure === 'adsp') want('dkimAdspDns');
  return diagnostics;
}

function isWithin(value: number, most: number): boolean {
  return Number.isSafeInteger(value) && value >= 0 && value <= most;
}

/** RFC 6591 §3.2.4: what holds redacted data must not be included. */
function withoutCanonicalData(
  report: FailureReportInput,
  diagnostics: Diagnostic<ReportBuildCode>[],
): FailureReportInput {
  const { dkimCanonicalizedHeader, dkimCanonicalizedBody, ...rest } = report;
  for (const [path, value] of Object.entries({ dkimCanonicalizedHeader, dkimCanonicalizedBody })) {
    if (value !== undefined) diagnostics.push(diagnose('report-build.redacted', { path }));
  }
  return rest;
}

function feedbackFields(report: FailureReportInput, userAgent: string): MailField[] {
  const { identityAlignment, sourceIp, reportingMta, arrivalDate, spfDns = [], otherFields = [] } = report;
  const fields: [name: string, value: string | number | undefined][] = [
    ['Feedback-Type', 'auth-failure'],
    ['User-Agent', userAgent],
    ['Version', 1],
    ['Auth-Failure', report.authFailure],
    ...many('Authentication-Results', report.authenticationResults),
    ['Identity-Alignment', identityAlignment && formatAlignment(identityAlignment)],
    ['Delivery-Result', report.deliveryResult],
    ['Original-Envelope-Id', report.originalEnvelopeId],
    ['Original-Mail-From', report.originalMailFrom === undefined ? undefined : `<${report.originalMailFrom}>`],
    ...many(
      'Original-Rcpt-To',
      report.originalRcptTo?.map((path) => `<${path}>`),
    ),
    ['Arrival-Date', arrivalDate === undefined ? undefined : formatDate(new Date(arrivalDate * 1000))],
    ['Reporting-MTA', reportingMta && `dns; ${reportingMta}`],
    ['Source-IP', sourceIp?.includes(':') ? `IPv6:${sourceIp}` : sourceIp],
    ['Source-Port', report.sourcePort],
    ['Incidents', report.incidents],
    ...many('Reported-Domain', report.reportedDomains),
    ...many('Reported-URI', report.reportedUris),
    ['DKIM-Domain', report.dkimDomain],
    ['DKIM-Identity', report.dkimIdentity],
    ['DKIM-Selector', report.dkimSelector],
    ['DKIM-Canonicalized-Header', foldBase64(report.dkimCanonicalizedHeader)],
    ['DKIM-Canonicalized-Body', foldBase64(report.dkimCanonicalizedBody)],
    ['DKIM-ADSP-DNS', quote(report.dkimAdspDns)],
    ['DKIM-Selector-DNS', quote(report.dkimSelectorDns)],
    ...spfDns.map(
      ({ type, domain, record }) => ['SPF-DNS', `${type} : ${domain} : ${quote(record)}`] as [string, string],
    ),
    ...otherFields
      .filter(({ name }) => /^[!-9;-~]+$/.test(name))
      .map(({ name, value }) => [name, value] as [string, string]),
  ];
  return fields.flatMap(([name, value]) => (value === undefined ? [] : [[name, oneField(String(value))] as const]));
}

function many(name: string, values: readonly string[] | undefined): [string, string][] {
  return (values ?? []).map((value) => [name, value]);
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

function foldBase64(text: string | undefined): string | undefined {
  return text?.replace(/.{70}(?=.)/g, '$&\r\n ');
}
