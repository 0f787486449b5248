import { requireLimits } from '../../arguments.ts';
import { type Diagnostic, type Parsed, parsed } from '../../diagnostics/diagnostic.ts';
import type { Limits } from '../../limits.ts';
import { findHeaderEnd, startHeaderEndSearch } from '../../message/header-fields.ts';
import { messageBytes } from '../../message/source.ts';
import { utf8, utf8Bytes } from '../../text/bytes.ts';
import { asciiLower } from '../../text/characters.ts';
import { decodeBody, type MimeEntity, readEntity, readFields, readParts, textOf } from '../mime.ts';
import {
  every,
  type FieldReading,
  only,
  type ReportField,
  readBase64,
  readDate,
  readKeyword,
  readNumber,
  readPath,
  readQuoted,
  readReportingMta,
  readSourceIp,
  readSpfRecord,
  readVersion,
  readWord,
} from './fields.ts';
import { readIdentityAlignment } from './identity-alignment.ts';
import type { FailureReport } from './report.ts';
import { diagnose, type FailureReportCode } from './rules.ts';
import { AUTH_FAILURES, DELIVERY_RESULTS, fieldName, requiredFor } from './words.ts';

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
  if (type !== 'multipart/report' || asciiLower(parameters.get('report-type') ?? '') !== 'feedback-report') {
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
  const authenticationResults = every(reading, 'authenticationResults').map(asWritten);
  const report: FailureReport = {
    feedbackType: '',
    originalRcptTo: every(reading, 'originalRcptTo').map(readPath),
    // RFC 5965 §3.2: without the field, one.
    incidents: 1,
    reportedDomains: every(reading, 'reportedDomain').map(readWord),
    reportedUris: every(reading, 'reportedUri').map(readPath),
    authenticationResults,
    spfDns: every(reading, 'spfDns').flatMap(readSpfRecord),
    otherFields: [],
  };
  const read = <Name extends keyof FailureReport>(
    name: Name,
    reader: (field: ReportField) => FailureReport[Name] | undefined,
    field = only(reading, name),
  ) => {
    const value = field && reader(field);
    if (value !== undefined) report[name] = value;
  };
  read('feedbackType', (field) => readKeyword(field, FEEDBACK_TYPES));
  read('userAgent', asWritten);
  read('version', readVersion);
  read('authFailure', (field) => readKeyword(field, AUTH_FAILURES));
  read('identityAlignment', (field) => readIdentityAlignment(field, authenticationResults));
  read('deliveryResult', (field) => readKeyword(field, DELIVERY_RESULTS));
  read('sourceIp', readSourceIp);
  read('sourcePort', (field) => readNumber(field, 65_535));
  read('originalMailFrom', readPath);
  read('originalEnvelopeId', asWritten);
  read('arrivalDate', readDate, readArrival(reading));
  read('reportingMta', readReportingMta);
  read('incidents', (field) => readNumber(field, MOST_UINT32));
  read('dkimDomain', readToken);
  read('dkimIdentity', readToken);
  read('dkimSelector', readToken);
  read('dkimCanonicalizedHeader', readBase64);
  read('dkimCanonicalizedBody', readBase64);
  read('dkimAdspDns', readQuoted);
  read('dkimSelectorDns', readQuoted);
  for (const { name, value } of reading.fields) if (!reading.known.has(name)) report.otherFields.push({ name, value });
  return report;
}

function asWritten({ value }: ReportField): string {
  return value;
}

function readToken(field: ReportField): string | undefined {
  return readWord(field) || undefined;
}

/** Received-Date is the historic name (RFC 5965 §3.2); both together make a malformed report. */
function readArrival(reading: FieldReading): ReportField | undefined {
  const historic = only(reading, 'receivedDate');
  const current = only(reading, 'arrivalDate');
  if (historic && current) {
    reading.diagnostics.push(diagnose('failure-report.duplicate-field', { name: historic.name }));
  }
  return current ?? historic;
}

function checkFields({ feedbackType, authFailure }: FailureReport, { fields, diagnostics }: FieldReading): void {
  const isMissing = (name: string) => !fields.some((field) => field.name === asciiLower(name));
  // RFC 5965 §3.1.
  for (const name of ['feedbackType', 'userAgent', 'version'].map(fieldName)) {
    if (isMissing(name)) diagnostics.push(diagnose('failure-report.missing-field', { name }));
  }
  if (feedbackType !== 'auth-failure') return;
  const want = (properties: readonly string[], value: string) => {
    for (const name of properties.map(fieldName).filter(isMissing)) {
      diagnostics.push(diagnose('failure-report.missing-detail', { name, value }));
    }
  };
  // RFC 6591 §3.1.
  want(['authFailure', 'authenticationResults'], feedbackType);
  want(requiredFor(authFailure), authFailure ?? '');
}

/** What the report holds of the message itself. */
function readEvidence({
  text,
  original,
}: ReportParts): Pick<FailureReport, 'text' | 'originalHeaders' | 'originalMessage'> {
  const words = text && { text: textOf(text) };
  if (original === undefined) return { ...words };
  const originalMessage = textOf(original);
  const bytes = utf8Bytes(originalMessage);
  const end = findHeaderEnd(bytes, startHeaderEndSearch(true))?.headerEnd;
  const originalHeaders = utf8(bytes.subarray(0, end)) ?? originalMessage;
  // text/rfc822-headers and message/global-headers (RFC 6533 §6) are the header alone.
  const whole = !original.type.endsWith('-headers');
  return { ...words, originalHeaders, ...(whole && { originalMessage }) };
}
