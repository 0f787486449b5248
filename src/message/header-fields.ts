import type { Span } from '../diagnostics/diagnostic.ts';
import { isWsp } from '../text/characters.ts';
import type { HeaderBlock, HeaderField } from './message.ts';

const CR = 0x0d;
const LF = 0x0a;
const COLON = 0x3a;

/** Where the header block of a message ends and its body begins. */
export interface HeaderEnd {
  /** Offset of the empty line, or of the end where there is none. */
  headerEnd: number;
  bodyStart: number;
  lineEndings: 'crlf' | 'lf';
}

/** How far the search for the empty line has come. */
export interface HeaderEndSearch {
  /** Whether a message without any CR up to the first empty line is one with LF line endings. */
  auto: boolean;
  next: number;
  /** Up to where no CR was found; -1 once there was one. */
  withoutCr: number;
}

export function startHeaderEndSearch(auto: boolean): HeaderEndSearch {
  return { auto, next: 0, withoutCr: auto ? 0 : -1 };
}

function sawCr(bytes: Uint8Array, search: HeaderEndSearch, end: number): boolean {
  if (search.withoutCr === -1) return true;
  const found = bytes.subarray(search.withoutCr, end).includes(CR);
  search.withoutCr = found ? -1 : end;
  return found;
}

/**
 * Finds the first empty line; `undefined` where more bytes are needed, with which the same search goes on.
 *
 * RFC 5322 §2.1: lines end in CRLF, so neither LF LF nor LF CRLF ends the header block of a message that has a CR.
 */
export function findHeaderEnd(bytes: Uint8Array, search: HeaderEndSearch): HeaderEnd | undefined {
  for (;;) {
    const lf = bytes.indexOf(LF, search.next);
    if (lf === -1) {
      search.next = bytes.length;
      return undefined;
    }
    search.next = lf + 1;
    if (bytes[lf - 1] === CR) {
      search.withoutCr = -1;
      if (lf === 1 || (bytes[lf - 2] === LF && bytes[lf - 3] === CR)) {
        return { headerEnd: lf - 1, bodyStart: lf + 1, lineEndings: 'crlf' };
      }
    } else if ((lf === 0 || bytes[lf - 1] === LF) && !sawCr(bytes, search, lf)) {
      return { headerEnd: lf, bodyStart: lf + 1, lineEndings: 'lf' };
    }
  }
}

/** The end of a header block that no empty line ends. */
export function endWithoutEmptyLine(bytes: Uint8Array, search: HeaderEndSearch): HeaderEnd {
  const lineEndings = !sawCr(bytes, search, bytes.length) && bytes.includes(LF) ? 'lf' : 'crlf';
  return { headerEnd: bytes.length, bodyStart: bytes.length, lineEndings };
}

/** The offset behind the line break that ends the field, folded lines included. */
function fieldEnd(bytes: Uint8Array, start: number, lineEndings: 'crlf' | 'lf'): number {
  for (let from = start; ; ) {
    const lf = bytes.indexOf(LF, from);
    if (lf === -1) return bytes.length;
    from = lf + 1;
    // A bare LF is content of its line, whatever other software makes of it; authorDomain() looks what it hides.
    if (lineEndings === 'crlf' && (lf === start || bytes[lf - 1] !== CR)) continue;
    if (from === bytes.length || !isWsp(bytes[from]!)) return from;
  }
}

/**
 * field-name = 1*ftext; ftext = %d33-57 / %d59-126 (RFC 5322 §3.6.8)
 * obs-optional = field-name *WSP ":" unstructured CRLF (RFC 5322 §4.5.8)
 */
function readField(bytes: Uint8Array, start: number, end: number): HeaderField | undefined {
  let i = start;
  // Lower-cased character by character: measured, this is four times quicker than decoding the slice of a short name.
  let name = '';
  for (; i < end; i++) {
    const c = bytes[i]!;
    if (c <= 0x20 || c >= 0x7f || c === COLON) break;
    name += String.fromCharCode(c >= 0x41 && c <= 0x5a ? c | 0x20 : c);
  }
  while (i < end && isWsp(bytes[i]!)) i++;
  return name !== '' && i < end && bytes[i] === COLON ? { name, start, colon: i, end } : undefined;
}

/**
 * Splits a header block into its fields, at most `maxFields` of them; `complete` says whether that was all.
 * Lines that are no field (no colon, an invalid name, white space first) are left out and listed, with the lines folded into them.
 */
export function splitHeaderFields(
  bytes: Uint8Array,
  lineEndings: 'crlf' | 'lf',
  maxFields: number = Number.POSITIVE_INFINITY,
): HeaderBlock & { complete: boolean } {
  const fields: HeaderField[] = [];
  const malformed: Span[] = [];
  for (let start = 0; start < bytes.length; ) {
    if (fields.length + malformed.length >= maxFields) {
      return { bytes: bytes.subarray(0, start), fields, malformed, complete: false };
    }
    const end = fieldEnd(bytes, start, lineEndings);
    const field = readField(bytes, start, end);
    if (field === undefined) malformed.push({ start, end });
    else fields.push(field);
    start = end;
  }
  return { bytes, fields, malformed, complete: true };
}

/** The bytes with every LF turned into CRLF; for a block that has no CR. */
export function withCrlf(bytes: Uint8Array): Uint8Array {
  let lines = 0;
  for (let i = 0; i < bytes.length; i++) if (bytes[i] === 0x0a) lines++;
  const out = new Uint8Array(bytes.length + lines);
  let length = 0;
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] === 0x0a) out[length++] = 0x0d;
    out[length++] = bytes[i]!;
  }
  return out;
}
