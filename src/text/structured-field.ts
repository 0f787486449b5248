import type { Span } from '../diagnostics/diagnostic.ts';
import { isAlphanumeric, isWsp } from './characters.ts';

/** Why nothing behind a place in a structured header field is certain. */
export type FieldFault =
  | 'unterminated comment'
  | 'comments nested too deep'
  | 'unterminated quoted string'
  | 'control character';

/** A comment, unfolded and without its outer parentheses and its backslashes. */
export interface FieldComment {
  text: string;
  span: Span;
}

/** Reads the words of a structured header field (RFC 5322 §3.2) from left to right; after a fault it stands at the end. */
export interface FieldReader {
  readonly text: string;
  /** Where the text ends, the line break of the field's last line left out. */
  readonly end: number;
  at: number;
  /** In order; whoever reads may take them out. */
  comments: FieldComment[];
  fault?: { problem: FieldFault; span: Span };
}

const MOST_COMMENT_DEPTH = 32;
// RFC 5322 §3.2.3: what an atom may hold besides letters and digits.
const ATEXT_SPECIALS = "!#$%&'*+-/=?^_`{|}~";
const CR = 0x0d;
const LF = 0x0a;

export function startFieldReader(text: string, at = 0): FieldReader {
  let end = text.length;
  if (text.charCodeAt(end - 1) === LF) end -= text.charCodeAt(end - 2) === CR ? 2 : 1;
  return { text, end: Math.max(end, at), at, comments: [] };
}

function isControl(unit: number): boolean {
  return unit < 0x20 || unit === 0x7f;
}

/** The length of a line break that is a fold, since white space is behind it: CRLF, or LF in a file with LF lines. */
function foldAt(text: string, at: number): number {
  const length = text.charCodeAt(at) === LF ? 1 : text.charCodeAt(at) === CR && text.charCodeAt(at + 1) === LF ? 2 : 0;
  return length > 0 && isWsp(text.charCodeAt(at + length)) ? length : 0;
}

function fail(reader: FieldReader, problem: FieldFault, start: number, end: number): undefined {
  reader.fault ??= { problem, span: { start, end } };
  reader.at = reader.end;
}

/**
 * Skips white space, folds and comments, and keeps the comments. Where a control character is next, that is a fault.
 *
 * ```
 * CFWS    = (1*([FWS] comment) [FWS]) / FWS
 * comment = "(" *([FWS] ccontent) [FWS] ")"     ; ccontent may be a comment
 * ```
 */
export function skipCfws(reader: FieldReader): void {
  const { text, end } = reader;
  while (reader.at < end) {
    const start = reader.at;
    const unit = text.charCodeAt(start);
    const fold = foldAt(text, start);
    if (isWsp(unit) || fold > 0) {
      reader.at += fold || 1;
    } else if (unit === 0x28) {
      const content = readEnclosed(reader, 0x29, 'unterminated comment');
      if (content === undefined) return;
      reader.comments.push({ text: content, span: { start, end: reader.at } });
    } else {
      if (isControl(unit)) fail(reader, 'control character', start, start + 1);
      return;
    }
  }
}

/** Reads the quoted-string that begins here: what it stands for, or `undefined` after a fault. */
export function readQuotedString(reader: FieldReader): string | undefined {
  return readEnclosed(reader, 0x22, 'unterminated quoted string');
}

/** What stands between the delimiter here and the one that closes it; iterative, so that nesting costs no stack. */
function readEnclosed(reader: FieldReader, close: number, unterminated: FieldFault): string | undefined {
  const { text, end, at: start } = reader;
  let content = '';
  let copied = start + 1;
  let depth = 1;
  for (let i = start + 1; i < end; i++) {
    const unit = text.charCodeAt(i);
    if (unit === close && --depth === 0) {
      reader.at = i + 1;
      return content + text.slice(copied, i);
    }
    if (unit === 0x28 && close === 0x29 && ++depth > MOST_COMMENT_DEPTH) {
      return fail(reader, 'comments nested too deep', start, i + 1);
    }
    const fold = foldAt(text, i);
    // RFC 5322 §2.2.3: unfolding removes the line break and nothing else. quoted-pair = "\" (VCHAR / WSP)
    if (fold > 0 || unit === 0x5c) {
      content += text.slice(copied, i);
      i += fold || 1;
      copied = i;
    }
    const read = text.charCodeAt(i);
    if (i < end && isControl(read) && !isWsp(read)) return fail(reader, 'control character', i, i + 1);
  }
  return fail(reader, unterminated, start, end);
}

/** Reads up to white space, a control character or one of the `stops`, which are ASCII; may be empty. */
export function readRun(reader: FieldReader, stops: string): string {
  const { text, end, at: start } = reader;
  let at = start;
  for (; at < end; at++) {
    const unit = text.charCodeAt(at);
    if (unit === 0x20 || isControl(unit) || stops.includes(text[at]!)) break;
  }
  reader.at = at;
  return text.slice(start, at);
}

/** ``dot-atom-text = 1*atext *("." 1*atext)``; what is not ASCII is atext too (RFC 6532 §3.2). */
export function isDotAtom(text: string): boolean {
  let start = true;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    const dot = unit === 0x2e;
    if (dot ? start : !isAlphanumeric(unit) && unit < 0x80 && !ATEXT_SPECIALS.includes(text[i]!)) return false;
    start = dot;
  }
  return !start;
}
