import { requireLimits } from '../../arguments.ts';
import { type Diagnostic, type Parsed, parsed } from '../../diagnostics/diagnostic.ts';
import type { Limits } from '../../limits.ts';
import { findHeaderEnd, startHeaderEndSearch } from '../../message/header-fields.ts';
import { messageBytes } from '../../message/source.ts';
import { utf8Bytes } from '../../text/bytes.ts';
import { decodeBody, type MimeEntity, readEntity, readFields, readParts, textOf } from '../mime.ts';
import {
  every,
  type FieldReading,
  only,
  readArrivalDate,
  readBase64,
  readKeyword,
  readNumber,
  readPath,
  readQuoted,
  readReportingMta,
  readSourceIp,
  readSpfDns,
  readWord,
  shownName,
} from './fields.ts';
import { readIdentityAlignment } from './identity-alignment.ts';
import type { FailureReport } from './report.ts';
import { diagnose, type FailureReportCode } from './rules.ts';
import { AUTH_FAILURES, DELIVERY_RESULTS } from './words.ts';

const MOST_DEPTH = 4;
const MOST_FIELDS = 1000;
const MOST_UINT32 = 4_294_967_295;
const FEEDBACK_TYPES = ['abuse', 'auth-failure', 'dmarc', 'fraud', 'not-spam', 'other', 'virus'];
/** The three parts of a report (RFC 5965 §2). */
interface ReportParts {
  /** What they are in. */
  container: MimeEntity;
  text?: MimeEntity;
  feedback: MimeEntity;
  original?: MimeEntity;
}

/**
 * Reads a failure report (RFC 9991, RFC 6591) or another feedback report (RFC 5965) from the mail that carries it. What the
 * reporter says is a claim; the original message in the report is the better evidence (RFC 5965 §2g).
 *
 * @param eml - the mail, or a file with LF line endings
 * @throws TypeError where `eml` is neither a string nor a `Uint8Array`
 * @example
 * const eml = `Content-Type: multipart/report; report-type=feedback-report; boundary=b
 *
 * --b
 * Content-Type: message/feedback-report
 *
 * Feedback-Type: auth-failure
 * Auth-Failure: dmarc
 * Source-IP: 192.0.2.1
 * --b--
 * `;
 * parseFailureReport(eml).value.sourceIp; // => '192.0.2.1'
 */
export function parseFailureReport(
  eml: string | Uint8Array,
  options: { limits?: Partial<Limits> } = {},
): Parsed<FailureReport, FailureReportCode> {
  const { inflatedBytes: limit } = requireLimits('parse the failure report', options);
  const bytes = messageBytes('parse the failure report', eml);
  if (bytes.length > limit) return { ok: false, diagnostics: [diagnose('failure-report.too-large', { limit })] };
  const parts = findReport(readEntity(bytes), 0);
  if (parts === undefined) return { ok: false, diagnostics: [diagnose('failure-report.not-a-report', {})] };
  const diagnostics: Diagnostic<FailureReportCode>[] = [];
  checkStructure(parts, diagnostics);
  const reading: FieldReading = { fields: readFeedback(decodeBody(parts.feedback)), known: new Set(), diagnostics };
  const report = readReport(reading);
  checkFields(report, reading);
  return parsed({ ...report, ...readEvidence(parts) }, diagnostics);
}

/** The report in a mail: also where a mailing list or a filter put another part around it. */
function findReport(entity: MimeEntity, depth: number): ReportParts | undefined {
  if (entity.type === 'message/feedback-report') return { container: entity, feedback: entity };
  if (depth > MOST_DEPTH) return undefined;
  const parts = readParts(entity);
  const at = parts.findIndex(({ type }) => type === 'message/feedback-report');
  if (at >= 0) {
    const text = parts.slice(0, at).find(({ type }) => type.startsWith('text/'));
    const original = parts
      .slice(at + 1)
      .find(({ type }) => /^(message\/(rfc822|global)|text\/rfc822-headers)/.test(type));
    return { container: entity, feedback: parts[at]!, ...(text && { text }), ...(original && { original }) };
  }
  for (const part of parts) {
    const found = part.type.startsWith('multipart/') ? findReport(part, depth + 1) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function checkStructure(
  { container, text, original }: ReportParts,
  diagnostics: Diagnostic<FailureReportCode>[],
): void {
  const { type, parameters } = container;
  if (type !== 'multipart/report' || parameters.get('report-type')?.toLowerCase() !== 'feedback-report') {
    diagnostics.push(diagnose('failure-report.structure', { type }));
  }
  if (text === undefined) diagnostics.push(diagnose('failure-report.missing-part', { part: 'part for people' }));
  if (original === undefined) diagnostics.push(diagnose('failure-report.missing-part', { part: 'original message' }));
}

/** The part's body is the fields; some put an empty line before them, or a header block of its own around them. */
function readFeedback(body: Uint8Array): FieldReading['fields'] {
  let start = 0;
  while (body[start] === 0x0d || body[start] === 0x0a) start++;
  const fields = body.subarray(start);
  return readFields(fields, fields.includes(0x0d) ? 'crlf' : 'lf', MOST_FIELDS);
}

function readReport(reading: FieldReading): FailureReport {
  const { fields, known } = reading;
  const mailFrom = only(reading, 'original-mail-from');
  const report = {
    feedbackType: readKeyword(reading, 'feedback-type', FEEDBACK_TYPES) ?? '',
    ...present('userAgent', only(reading, 'user-agent')),
    ...present('version', readVersion(reading)),
    ...present('authFailure', readKeyword(reading, 'auth-failure', AUTH_FAILURES)),
    ...present('identityAlignment', readIdentityAlignment(reading)),
    ...present('deliveryResult', readKeyword(reading, 'delivery-result', DELIVERY_RESULTS)),
    ...present('sourceIp', readSourceIp(reading)),
    ...present('sourcePort', readNumber(reading, 'source-port', 65_535)),
    ...present('originalMailFrom', mailFrom === undefined ? undefined : readPath(mailFrom)),
    originalRcptTo: every(reading, 'original-rcpt-to').map(readPath),
    ...present('originalEnvelopeId', only(reading, 'original-envelope-id')),
    ...present('arrivalDate', readArrivalDate(reading)),
    ...present('reportingMta', readReportingMta(reading)),
    // RFC 5965 §3.2: without the field, one.
    incidents: readNumber(reading, 'incidents', MOST_UINT32) ?? 1,
    reportedDomains: every(reading, 'reported-domain').map(readWord),
    reportedUris: every(reading, 'reported-uri').map(readPath),
    authenticationResults: every(reading, 'authentication-results'),
    ...present('dkimDomain', readToken(reading, 'dkim-domain')),
    ...present('dkimIdentity', readToken(reading, 'dkim-identity')),
    ...present('dkimSelector', readToken(reading, 'dkim-selector')),
    ...present('dkimCanonicalizedHeader', readBase64(reading, 'dkim-canonicalized-header')),
    ...present('dkimCanonicalizedBody', readBase64(reading, 'dkim-canonicalized-body')),
    ...present('dkimAdspDns', readQuoted(reading, 'dkim-adsp-dns')),
    ...present('dkimSelectorDns', readQuoted(reading, 'dkim-selector-dns')),
    spfDns: readSpfDns(reading),
  };
  const others = fields.filter(({ name }) => !known.has(name));
  return { ...report, otherFields: others.map(({ name, value }) => ({ name, value })) };
}

function present<Name extends keyof FailureReport>(
  name: Name,
  value: FailureReport[Name] | undefined,
): { [K in Name]?: NonNullable<FailureReport[K]> } {
  return (value === undefined ? {} : { [name]: value }) as { [K in Name]?: NonNullable<FailureReport[K]> };
}

function readToken(reading: FieldReading, name: string): string | undefined {
  const value = only(reading, name);
  return value === undefined ? undefined : readWord(value) || undefined;
}

/** ``version = %x31-39 *DIGIT`` */
function readVersion(reading: FieldReading): string | undefined {
  const value = only(reading, 'version');
  const version = value === undefined ? undefined : readWord(value);
  if (version !== undefined && !/^[1-9]\d*$/.test(version)) {
    const params = { name: 'Version', expected: 'a number', value: value! };
    reading.diagnostics.push(diagnose('failure-report.field-value', params));
  }
  return version;
}

function checkFields(report: FailureReport, { fields, diagnostics }: FieldReading): void {
  const has = (name: string) => fields.some((field) => field.name === name);
  // RFC 5965 §3.1.
  for (const name of ['feedback-type', 'user-agent', 'version']) {
    if (!has(name)) diagnostics.push(diagnose('failure-report.missing-field', { name: shownName(name) }));
  }
  const { feedbackType, authFailure } = report;
  if (feedbackType !== 'auth-failure') return;
  const want = (name: string, value: string) => {
    if (!has(name)) diagnostics.push(diagnose('failure-report.missing-detail', { name: shownName(name), value }));
  };
  // RFC 6591 §3.1, §3.2.1; RFC 9991 §4.
  want('auth-failure', feedbackType);
  want('authentication-results', feedbackType);
  if (authFailure === 'dmarc') want('identity-alignment', authFailure);
  if (authFailure === 'spf') want('spf-dns', authFailure);
  if (authFailure === 'signature' || authFailure === 'bodyhash' || authFailure === 'revoked') {
    want('dkim-domain', authFailure);
    want('dkim-selector', authFailure);
  }
  if (authFailure === 'adsp') want('dkim-adsp-dns', authFailure);
}

/** What the report holds of the message itself. */
function readEvidence({
  text,
  original,
}: ReportParts): Pick<FailureReport, 'text' | 'originalHeaders' | 'originalMessage'> {
  const words = text && textOf(text);
  if (original === undefined) return words === undefined ? {} : { text: words };
  const message = textOf(original);
  const end = findHeaderEnd(utf8Bytes(message), startHeaderEndSearch(true));
  const headers =
    end === undefined
      ? message
      : textOf({ ...original, fields: [], body: utf8Bytes(message).subarray(0, end.headerEnd) });
  const whole = /^message\/(rfc822|global)$/.test(original.type);
  return {
    ...(words !== undefined && { text: words }),
    originalHeaders: headers,
    ...(whole && { originalMessage: message }),
  };
}
