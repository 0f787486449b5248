import type { Span } from '../diagnostics/diagnostic.ts';
import { isDigits } from '../text/characters.ts';
import { type FieldReader, readQuotedString, readRun, skipCfws } from '../text/structured-field.ts';

/** How a field begins, before its results. */
export interface FieldHead {
  /** Empty where the field names nobody. */
  authservId: string;
  authservIdSpan: Span;
  quoted: boolean;
  version?: number;
  versionSpan?: Span;
  /**
   * What the reader stands at. `results`: a semicolon or the end, as it should be. `no-id`: the beginning, since there is a
   * method where the authserv-id belongs, or nothing. `missing-semicolon`: a method. `text`: none of these.
   */
  next: 'results' | 'no-id' | 'missing-semicolon' | 'text';
}

/** Whether the reader stands at a semicolon or at the end. */
export function isAtSemicolon({ text, at, end }: FieldReader): boolean {
  return at >= end || text[at] === ';';
}

/** Goes back to a place, and forgets the comments behind it. */
export function rewind(reader: FieldReader, at: number): void {
  if (reader.fault !== undefined) return;
  reader.at = at;
  while (reader.comments.length > 0 && reader.comments.at(-1)!.span.start >= at) reader.comments.pop();
}

/** A number that was written in digits, however many. */
export function numberOf(digits: string): number {
  return Math.min(Number(digits), Number.MAX_SAFE_INTEGER);
}

/**
 * ```
 * authres-payload = [CFWS] authserv-id [ CFWS authres-version ] ( no-result / 1*resinfo ) [CFWS] CRLF
 * authres-version = 1*DIGIT [CFWS]
 * ```
 */
export function readHead(reader: FieldReader): FieldHead {
  skipCfws(reader);
  const start = reader.at;
  const quoted = reader.text[start] === '"';
  const authservId = quoted ? (readQuotedString(reader) ?? '') : readRun(reader, ';"()=');
  const head: FieldHead = { authservId, authservIdSpan: { start, end: reader.at }, quoted, next: 'results' };
  skipCfws(reader);
  if (authservId === '' || (!quoted && isMethodEnd(reader))) {
    if (!quoted) rewind(reader, start);
    return { ...head, authservId: '', authservIdSpan: { start, end: start }, next: 'no-id' };
  }
  if (!isAtSemicolon(reader)) readVersion(reader, head);
  if (!isAtSemicolon(reader)) {
    const at = reader.at;
    const name = readRun(reader, ';"()=/');
    skipCfws(reader);
    head.next = name !== '' && isMethodEnd(reader) ? 'missing-semicolon' : 'text';
    rewind(reader, at);
  }
  return head;
}

/** Whether what was read before is a method: "=" or the version of a method follows. */
function isMethodEnd({ text, at }: FieldReader): boolean {
  return text[at] === '=' || text[at] === '/';
}

function readVersion(reader: FieldReader, head: FieldHead): void {
  const start = reader.at;
  const digits = readRun(reader, ';"()=/');
  const span = { start, end: reader.at };
  skipCfws(reader);
  if (isDigits(digits) && !isMethodEnd(reader)) {
    head.version = numberOf(digits);
    head.versionSpan = span;
  } else {
    rewind(reader, start);
  }
}
