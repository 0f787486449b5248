import { gzipSync } from 'fflate';
import { requireString, show } from '../../environment.ts';
import { encodeBase64 } from '../../text/base64.ts';
import { utf8Bytes } from '../../text/bytes.ts';

const LINE = 76;
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

/** A header field or one of a part's. */
export type MailField = readonly [name: string, value: string];

/** One part of a mail; the body has its transfer encoding on. */
export interface MailPart {
  fields: readonly MailField[];
  body: string;
}

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
  compress: boolean;
  mail: ReportMail | undefined;
  /** The mail's Content-Type without the boundary, its own fields, and the words for people. */
  type: string;
  fields?: readonly MailField[];
  words: string;
}

/** Packs a report into the file that carries it, and the file into the mail (RFC 9990 §3.5, RFC 8460 §5). */
export function packReport(file: ReportFile): BuiltReport {
  const { text, submitter, domain, begin, end, reportId, subjectId, extension, contentType, compress, mail } = file;
  const bytes = utf8Bytes(text);
  // unique-id = 1*(ALPHA / DIGIT), and it has to be the report's id: another id cannot be in the name.
  const unique = /^[a-z\d]+$/i.test(reportId) ? `!${reportId}` : '';
  const subject = `Report Domain: ${domain} Submitter: ${submitter} Report-ID: <${subjectId}>`;
  const built: BuiltReport = {
    text,
    fileName: `${submitter}!${domain}!${begin}!${end}${unique}.${extension}${compress ? '.gz' : ''}`,
    contentType,
    // Without the time of compression the same report is the same file (RFC 9990 §3.5.2: re-sent as it was).
    base64: encodeBase64(compress ? gzipSync(bytes, { mtime: 0 }) : bytes),
    subject,
  };
  if (mail === undefined) return built;
  const header = {
    subject: subject.replace(/ (Submitter|Report-ID):/g, '\r\n $1:'),
    messageId: subjectId.includes('@') ? subjectId : `${subjectId}@${submitter}`,
    fields: file.fields ?? [],
    type: file.type,
  };
  const words = `This is ${file.words} about ${domain}\r\nfrom ${submitter}.`;
  return { ...built, message: formatMail(mail, header, [textPart(words), attachmentPart(built)]) };
}

/** A `TypeError` unless the mail's addresses and time are such; `action` completes "Cannot …". */
export function requireMail(action: string, mail: ReportMail): void {
  for (const [name, value] of [
    ['mail.from', mail.from],
    ...recipients(mail).map((to) => ['mail.to', to] as const),
  ] as const) {
    requireString(action, name, value);
    // A line break in an address would begin a header field of somebody's choice.
    if (!/^[!-~\u0080-\uffff]+@[!-~\u0080-\uffff]+$/.test(value)) {
      throw new TypeError(`Cannot ${action}: "${name}" must be an address, received ${show(value)}`);
    }
  }
  if (!(mail.date instanceof Date) || Number.isNaN(mail.date.getTime())) {
    throw new TypeError(`Cannot ${action}: "mail.date" must be a Date, received ${show(mail.date)}`);
  }
}

function recipients({ to }: ReportMail): readonly string[] {
  return Array.isArray(to) && to.length > 0 ? to : ([Array.isArray(to) ? undefined : to] as string[]);
}

/** Puts a mail together; `type` is the multipart's Content-Type without its boundary. */
export function formatMail(
  mail: ReportMail,
  {
    subject,
    messageId,
    fields = [],
    type,
  }: { subject: string; messageId: string; fields?: readonly MailField[]; type: string },
  parts: readonly MailPart[],
): string {
  const boundary = freeBoundary(parts);
  const header: MailField[] = [
    ['From', mail.from],
    ['To', recipients(mail).join(',\r\n ')],
    ['Date', formatDate(mail.date)],
    ['Subject', subject],
    ['Message-ID', `<${messageId}>`],
    ['MIME-Version', '1.0'],
    // RFC 3834 §5: so that nobody's holiday notice answers.
    ['Auto-Submitted', 'auto-generated'],
    ...fields,
    ['Content-Type', `${type};\r\n boundary="${boundary}"`],
  ];
  const body = parts.map((part) => `--${boundary}\r\n${formatFields(part.fields)}\r\n${part.body}\r\n`).join('');
  return `${formatFields(header)}\r\n${body}--${boundary}--\r\n`;
}

export function formatFields(fields: readonly MailField[]): string {
  return fields.map(([name, value]) => `${name}: ${value}\r\n`).join('');
}

/** The report as an attachment. */
function attachmentPart({
  fileName,
  contentType,
  base64,
}: Pick<BuiltReport, 'fileName' | 'contentType' | 'base64'>): MailPart {
  const lines: string[] = [];
  for (let at = 0; at < base64.length; at += LINE) lines.push(base64.slice(at, at + LINE));
  return {
    fields: [
      ['Content-Type', contentType],
      ['Content-Transfer-Encoding', 'base64'],
      ['Content-Disposition', `attachment;\r\n filename="${fileName}"`],
    ],
    body: lines.join('\r\n'),
  };
}

/** Words for people; ASCII. */
export function textPart(text: string): MailPart {
  return {
    fields: [
      ['Content-Type', 'text/plain; charset=us-ascii'],
      ['Content-Transfer-Encoding', '7bit'],
    ],
    body: `${text}\r\n`,
  };
}

/** A boundary that occurs in no part (RFC 2046 §5.1.1). */
function freeBoundary(parts: readonly MailPart[]): string {
  let taken = -1;
  for (const { body } of parts) {
    for (const [, number] of body.matchAll(/--=_report(\d{1,9})/g)) taken = Math.max(taken, Number(number));
  }
  return `${BOUNDARY}${taken + 1}`;
}

/** RFC 5322 §3.3, in UTC. */
export function formatDate(date: Date): string {
  // ECMAScript fixes the form, but for the zone, whose name is obsolete (RFC 5322 §4.3).
  return date.toUTCString().replace('GMT', '+0000');
}
