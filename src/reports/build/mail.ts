import { gzipSync } from 'fflate';
import { requireObject } from '../../arguments.ts';
import { requireString, show } from '../../environment.ts';
import { encodeBase64 } from '../../text/base64.ts';
import { utf8Bytes } from '../../text/bytes.ts';
import { isDotAtom } from '../../text/structured-field.ts';

const BOUNDARY = '=_report';

/** Who sends a report to whom. The mail has to be signed before it is sent: RFC 9990 §3.5.2, RFC 8460 §3. */
export interface ReportMail {
  /** An address. */
  from: string;
  /** One or more addresses. */
  to: string | readonly string[];
  /** For the Date field: the caller's clock. */
  date: Date;
}

/** A report that is ready to be sent. */
export interface BuiltReport {
  /** The report itself: XML, JSON. */
  text: string;
  /** A receiver must use the same name when it sends a report again. */
  fileName: string;
  contentType: string;
  /** The file's octets, compressed unless that was declined, in base64 without line breaks. */
  base64: string;
  subject: string;
  /** The whole mail, unsigned, with CRLF line endings; where `mail` was given. */
  message?: string;
}

/** A field of a mail's header. */
export type MailField = readonly [name: string, value: string];

/** What makes a report that is sent as a file. */
export interface ReportFile {
  text: string;
  /** Who reports, and about whom: normalized names. */
  submitter: string;
  domain: string;
  begin: number;
  end: number;
  reportId: string;
  /** The report's id as the subject has it. */
  subjectId: string;
  extension: 'xml' | 'json';
  contentType: string;
  /** The mail's Content-Type without the boundary, its own fields, and the words for people. */
  type: string;
  fields?: readonly MailField[];
  words: string;
}

/** Packs a report into the file that carries it, and the file into the mail (RFC 9990 §3.5, RFC 8460 §5). */
export function packReport(
  file: ReportFile,
  { compress = true, mail }: { compress?: boolean; mail?: ReportMail },
): BuiltReport {
  const { text, submitter, domain, begin, end, reportId, subjectId, extension, contentType, fields = [] } = file;
  const bytes = utf8Bytes(text);
  // unique-id = 1*(ALPHA / DIGIT), and it has to be the report's id: another id, or one too long for a name, is left out.
  const unique = /^[a-z\d]{1,99}$/i.test(reportId) ? [reportId] : [];
  const fileName = `${[submitter, domain, begin, end, ...unique].join('!')}.${extension}${compress ? '.gz' : ''}`;
  const subject = `Report Domain: ${domain} Submitter: ${submitter} Report-ID: <${subjectId}>`;
  // Without the time of compression the same report is the same file (RFC 9990 §3.5.2: re-sent as it was).
  const base64 = encodeBase64(compress ? gzipSync(bytes, { mtime: 0 }) : bytes);
  const built: BuiltReport = { text, fileName, contentType, base64, subject };
  if (mail === undefined) return built;
  const header: MailField[] = [
    ['Subject', subject.replace(/ (Submitter|Report-ID):/g, '\r\n $1:')],
    ['Message-ID', `<${subjectId.includes('@') ? subjectId : `${subjectId}@${submitter}`}>`],
    ...fields,
  ];
  const attachment = formatPart(contentType, 'base64', foldBase64(base64, '\r\n'), [
    ['Content-Disposition', `attachment;\r\n filename="${fileName}"`],
  ]);
  const words = `This is ${file.words} about ${domain}\r\nfrom ${submitter}.`;
  return { ...built, message: formatMail(mail, header, file.type, [formatText(words), attachment]) };
}

/** A `TypeError` unless the mail's addresses and time are such; `action` completes "Cannot …". */
export function requireMail(action: string, mail: ReportMail): void {
  requireObject(action, 'mail', mail);
  const { from, to, date } = mail;
  const recipients = [to].flat();
  requireAddress(action, 'mail.from', from);
  for (const address of recipients.length > 0 ? recipients : [undefined]) requireAddress(action, 'mail.to', address);
  if (!(date instanceof Date) || Number.isNaN(date.getTime())) {
    throw new TypeError(`Cannot ${action}: "mail.date" must be a Date, received ${show(date)}`);
  }
}

function requireAddress(action: string, name: string, value: unknown): void {
  requireString(action, name, value);
  // A line break in an address would begin a header field of somebody's choice.
  if (!/^[^\0- \x7f]+@[^\0- \x7f]+$/.test(value)) {
    throw new TypeError(`Cannot ${action}: "${name}" must be an address, received ${show(value)}`);
  }
}

/** Puts a mail together; `type` is the multipart's Content-Type without its boundary. */
export function formatMail(
  { from, to, date }: ReportMail,
  fields: readonly MailField[],
  type: string,
  parts: readonly string[],
): string {
  const boundary = freeBoundary(parts);
  const header = formatFields([
    ['From', from],
    ['To', [to].flat().join(',\r\n ')],
    ['Date', formatDate(date)],
    ...fields,
    ['MIME-Version', '1.0'],
    // RFC 3834 §5: so that nobody's holiday notice answers.
    ['Auto-Submitted', 'auto-generated'],
    ['Content-Type', `${type};\r\n boundary="${boundary}"`],
  ]);
  const body = parts.map((part) => `--${boundary}\r\n${part}\r\n`).join('');
  return `${header}\r\n${body}--${boundary}--\r\n`;
}

export function formatFields(fields: readonly MailField[]): string {
  return fields.map(([name, value]) => `${name}: ${value}\r\n`).join('');
}

/** One part of a mail; the body has its transfer encoding on. */
export function formatPart(type: string, encoding: string, body: string, more: readonly MailField[] = []): string {
  return `${formatFields([['Content-Type', type], ['Content-Transfer-Encoding', encoding], ...more])}\r\n${body}`;
}

/** Words for people; ASCII. */
export function formatText(text: string): string {
  return formatPart('text/plain; charset=us-ascii', '7bit', `${text}\r\n`);
}

/** Breaks base64 into lines of a mail (RFC 2045 §6.8). */
export function foldBase64(text: string, lineBreak: string): string {
  return text.replace(/.{76}(?=.)/g, `$&${lineBreak}`);
}

/** ``ridfmt = dot-atom-text ["@" dot-atom-text]`` (RFC 9990 §3.5.1), ASCII; with the "@" it is what stands in a Message-ID, and no line of a mail has room for more. */
export function isReportId(text: string): boolean {
  const parts = text.split('@');
  return /^[!-~]{1,255}$/.test(text) && parts.length <= 2 && parts.every(isDotAtom);
}

/** A boundary that occurs in no part (RFC 2046 §5.1.1). */
function freeBoundary(parts: readonly string[]): string {
  let taken = -1;
  for (const part of parts) {
    for (const [, number] of part.matchAll(/--=_report(\d{1,9})/g)) taken = Math.max(taken, Number(number));
  }
  return `${BOUNDARY}${taken + 1}`;
}

/** RFC 5322 §3.3, in UTC. */
export function formatDate(date: Date): string {
  // ECMAScript fixes the form, but for the zone, whose name is obsolete (RFC 5322 §4.3).
  return date.toUTCString().replace('GMT', '+0000');
}
