import {
  endWithoutEmptyLine,
  findHeaderEnd,
  splitHeaderFields,
  startHeaderEndSearch,
  withCrlf,
} from '../message/header-fields.ts';
import { decodeBase64 } from '../text/base64.ts';
import { headerText, latin1, utf8 } from '../text/bytes.ts';
import { asciiLower, isWsp } from '../text/characters.ts';
import { readQuotedString, readRun, skipCfws, startFieldReader } from '../text/structured-field.ts';

// The lenient MIME reader of report mails: header fields, parts and transfer encodings (RFC 2045, RFC 2046 §5.1), and
// nothing of what a mail reader needs beyond. Whatever is wrong costs the part that it is wrong in.

const CR = 0x0d;
const LF = 0x0a;
const MOST_PARTS = 100;
// RFC 2046 §5.1.1 allows 70 characters.
const MOST_BOUNDARY = 1000;

/** A field of an entity's header; the value is unfolded and has no white space at its ends. */
export interface MimeField {
  /** Lower-cased. */
  name: string;
  value: string;
}

/** A message, or one part of one. */
export interface MimeEntity {
  /** Top first. */
  fields: MimeField[];
  /** `text/plain` where the header does not say. */
  type: string;
  /** The parameters of Content-Type, names lower-cased. */
  parameters: Map<string, string>;
  /** What Content-Disposition or Content-Type call the file. */
  fileName?: string;
  /** As it stands, encoded. */
  body: Uint8Array;
}

/** Splits a message or part into header and body, and reads what it says about itself. */
export function readEntity(bytes: Uint8Array, defaultType = 'text/plain', maxFields = 1000): MimeEntity {
  const search = startHeaderEndSearch(true);
  const { headerEnd, bodyStart, lineEndings } = findHeaderEnd(bytes, search) ?? endWithoutEmptyLine(bytes, search);
  const fields = readFields(bytes.subarray(0, headerEnd), lineEndings, maxFields);
  const { token, parameters } = readParameters(firstField(fields, 'content-type') ?? '');
  const disposition = readParameters(firstField(fields, 'content-disposition') ?? '');
  const fileName = disposition.parameters.get('filename') ?? parameters.get('name');
  return {
    fields,
    type: token.includes('/') ? token : defaultType,
    parameters,
    ...(fileName && { fileName }),
    body: bytes.subarray(bodyStart),
  };
}

/** The fields of a header block, or of a text in the form of one. */
export function readFields(bytes: Uint8Array, lineEndings: 'crlf' | 'lf', maxFields: number): MimeField[] {
  const block = splitHeaderFields(lineEndings === 'lf' ? withCrlf(bytes) : bytes, 'crlf', maxFields);
  return block.fields.map(({ name, colon, end }) => ({
    name,
    // RFC 5322 §2.2.3: unfolding removes the line breaks and nothing else.
    value: stripWsp(headerText(block.bytes.subarray(colon + 1, end)).replaceAll('\r\n', '')),
  }));
}

/** The value of the first field of a name, which is lower-case. */
export function firstField(fields: readonly MimeField[], name: string): string | undefined {
  return fields.find((field) => field.name === name)?.value;
}

function stripWsp(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isWsp(text.charCodeAt(start))) start++;
  while (end > start && isWsp(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

/**
 * ```
 * content   = type "/" subtype *(";" attribute "=" value)     ; RFC 2045 §5.1, the tokens lower-cased
 * attribute = token ["*" 1*DIGIT] ["*"]                       ; RFC 2231 §3 and §4, put together here
 * ```
 */
export function readParameters(text: string): { token: string; parameters: Map<string, string> } {
  const reader = startFieldReader(text);
  skipCfws(reader);
  const token = asciiLower(readRun(reader, ';()"'));
  const parameters = new Map<string, string>();
  while (reader.at < reader.end) {
    skipCfws(reader);
    if (text[reader.at] !== ';') {
      // Not the grammar: what follows the next semicolon may be it again.
      reader.at++;
      continue;
    }
    reader.at++;
    skipCfws(reader);
    const written = asciiLower(readRun(reader, '=;()"'));
    skipCfws(reader);
    if (text[reader.at] !== '=') continue;
    reader.at++;
    skipCfws(reader);
    const value = text[reader.at] === '"' ? readQuotedString(reader) : readRun(reader, ';()"');
    const [name, section, mark] = written.split('*');
    if (!name || value === undefined) continue;
    const plain = section === '' || mark === '' ? decodeExtended(value, section === '' || section === '0') : value;
    // A parameter is given once; only the sections of RFC 2231 §3 are put together.
    if (!parameters.has(name)) parameters.set(name, plain);
    else if (section && section !== '0') parameters.set(name, parameters.get(name)! + plain);
  }
  return { token, parameters };
}

/** RFC 2231 §4: `charset'language'percent-encoded`; the first section alone names the charset. */
function decodeExtended(value: string, first: boolean): string {
  const encoded = first ? value.split("'").slice(2).join("'") || value : value;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}

/** The parts of a multipart entity, at most a hundred; none where it has no boundary that occurs. */
export function readParts(entity: MimeEntity): MimeEntity[] {
  const boundary = entity.parameters.get('boundary');
  if (!entity.type.startsWith('multipart/') || !boundary || boundary.length > MOST_BOUNDARY) return [];
  const defaultType = entity.type === 'multipart/digest' ? 'message/rfc822' : 'text/plain';
  return splitBody(entity.body, boundary).map((part) => readEntity(part, defaultType));
}

/**
 * ```
 * multipart-body = [preamble CRLF] dash-boundary transport-padding CRLF body-part *encapsulation close-delimiter …
 * delimiter      = CRLF dash-boundary
 * ```
 * The line break before a delimiter belongs to the delimiter. A body that ends without the last one is taken as it is.
 */
function splitBody(body: Uint8Array, boundary: string): Uint8Array[] {
  const parts: Uint8Array[] = [];
  const delimiter = `--${boundary}`;
  let open = -1;
  let next = 0;
  for (let start = 0; start < body.length && parts.length < MOST_PARTS; start = next) {
    const lf = body.indexOf(LF, start);
    next = lf === -1 ? body.length : lf + 1;
    const kind = readDelimiter(body, start, next, delimiter);
    if (kind === undefined) continue;
    if (open >= 0) parts.push(body.subarray(open, withoutLineBreak(body, open, start)));
    if (kind === 'close') return parts;
    open = next;
  }
  if (open >= 0 && open < body.length && parts.length < MOST_PARTS) parts.push(body.subarray(open));
  return parts;
}

function readDelimiter(body: Uint8Array, start: number, end: number, delimiter: string): 'open' | 'close' | undefined {
  for (let i = 0; i < delimiter.length; i++) if (body[start + i] !== delimiter.charCodeAt(i)) return undefined;
  const rest = latin1(body, start + delimiter.length, end);
  if (!/^(?:--)?[ \t\r\n]*$/.test(rest)) return undefined;
  return rest.startsWith('--') ? 'close' : 'open';
}

function withoutLineBreak(body: Uint8Array, start: number, end: number): number {
  if (end <= start || body[end - 1] !== LF) return end;
  return end - 1 > start && body[end - 2] === CR ? end - 2 : end - 1;
}

/** The body with its transfer encoding taken off (RFC 2045 §6). */
export function decodeBody({ fields, body }: MimeEntity): Uint8Array {
  const encoding = readParameters(firstField(fields, 'content-transfer-encoding') ?? '').token;
  if (encoding === 'base64') return decodeMimeBase64(latin1(body));
  return encoding === 'quoted-printable' ? decodeQuotedPrintable(body) : body;
}

/** RFC 2045 §6.8: what is outside the alphabet is ignored. */
function decodeMimeBase64(text: string): Uint8Array {
  const [data = ''] = text.split('=', 1);
  const digits = data.replace(/[^A-Za-z0-9+/]+/g, '');
  // A single character of a group that was cut off holds no octet.
  return decodeBase64(digits.length % 4 === 1 ? digits.slice(0, -1) : digits) ?? new Uint8Array(0);
}

/** RFC 2045 §6.7: `=XY` is an octet, `=` at the end of a line is no line break; anything else stands for itself. */
function decodeQuotedPrintable(body: Uint8Array): Uint8Array {
  const out = new Uint8Array(body.length);
  let length = 0;
  for (let i = 0; i < body.length; i++) {
    const unit = body[i]!;
    if (unit !== 0x3d) {
      out[length++] = unit;
      continue;
    }
    const octet = hexPair(body[i + 1], body[i + 2]);
    if (octet >= 0) {
      out[length++] = octet;
      i += 2;
      continue;
    }
    let next = i + 1;
    while (next < body.length && (isWsp(body[next]!) || body[next] === CR)) next++;
    if (next === body.length || body[next] === LF) i = next;
    else out[length++] = unit;
  }
  return out.subarray(0, length);
}

function hexPair(high: number | undefined, low: number | undefined): number {
  const text = String.fromCharCode(high ?? 0, low ?? 0);
  return /^[\da-f]{2}$/i.test(text) ? Number.parseInt(text, 16) : -1;
}

/** The text of a part: UTF-8 where it is that, else one unit per octet. A byte order mark is left out. */
export function textOf(entity: MimeEntity): string {
  const bytes = decodeBody(entity);
  const text = utf8(bytes) ?? latin1(bytes);
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}
