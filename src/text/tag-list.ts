import type { Span } from '../diagnostics/diagnostic.ts';
import { isAlpha, isAlphanumeric, isWsp } from './characters.ts';

/** One `name=value` of a tag-list (RFC 6376 §3.2), as written; white space around name and value is outside both spans. */
export interface ScannedTag {
  name: string;
  value: string;
  /** From the first character of the name to the last of the value. */
  span: Span;
  nameSpan: Span;
  valueSpan: Span;
  /** Whether the name is one of those that the caller knows. */
  known: boolean;
}

/** What is wrong with one piece between two semicolons; `text` is the piece without the white space around it. */
export interface TagListFault {
  kind: 'empty' | 'no-equals' | 'name';
  text: string;
  span: Span;
}

/** Skips SP, HTAB and folds (a line break that is followed by SP or HTAB); a bare CR or LF is no white space. */
function skipFws(text: string, from: number, end: number): number {
  let i = from;
  while (i < end) {
    const unit = text.charCodeAt(i);
    if (isWsp(unit)) {
      i++;
    } else if (unit === 0x0a && isWsp(text.charCodeAt(i + 1))) {
      i += 2;
    } else if (unit === 0x0d && text.charCodeAt(i + 1) === 0x0a && isWsp(text.charCodeAt(i + 2))) {
      i += 3;
    } else {
      break;
    }
  }
  return i;
}

function skipFwsBack(text: string, from: number, end: number): number {
  let i = end;
  while (i > from && isWsp(text.charCodeAt(i - 1))) {
    i--;
    if (i > from && text.charCodeAt(i - 1) === 0x0a) i -= text.charCodeAt(i - 2) === 0x0d && i - 2 >= from ? 2 : 1;
  }
  return i;
}

function isTagName(text: string, start: number, end: number): boolean {
  if (start === end || !isAlpha(text.charCodeAt(start))) return false;
  for (let i = start + 1; i < end; i++) {
    const unit = text.charCodeAt(i);
    if (!isAlphanumeric(unit) && unit !== 0x5f) return false;
  }
  return true;
}

/**
 * Cuts a tag-list into its tags without judging any value; `known` are the names that have a meaning.
 *
 * ```
 * tag-list  = tag-spec *( ";" tag-spec ) [ ";" ]
 * tag-spec  = [FWS] tag-name [FWS] "=" [FWS] tag-value [FWS]
 * tag-name  = ALPHA *(ALPHA / DIGIT / "_")
 * ```
 *
 * A piece without "=" or with a wrong name becomes a fault, and so does an empty piece that is not the last.
 */
export function scanTagList(
  text: string,
  known: readonly string[] = [],
): { tags: ScannedTag[]; faults: TagListFault[] } {
  const tags: ScannedTag[] = [];
  const faults: TagListFault[] = [];
  for (let from = 0; from <= text.length; ) {
    const semicolon = text.indexOf(';', from);
    const to = semicolon === -1 ? text.length : semicolon;
    scanTag(text, from, to, known, tags, faults);
    from = to + 1;
  }
  return { tags, faults };
}

function scanTag(
  text: string,
  from: number,
  to: number,
  known: readonly string[],
  tags: ScannedTag[],
  faults: TagListFault[],
): void {
  const start = skipFws(text, from, to);
  const end = skipFwsBack(text, start, to);
  if (start === end) {
    if (to < text.length || from === 0) faults.push({ kind: 'empty', text: '', span: { start: from, end: to } });
    return;
  }
  // Not indexOf, which would read on to the end of the text for each of many pieces without "=".
  let equals = start;
  while (equals < end && text.charCodeAt(equals) !== 0x3d) equals++;
  if (equals === end) {
    faults.push({ kind: 'no-equals', text: text.slice(start, end), span: { start, end } });
    return;
  }
  const nameEnd = skipFwsBack(text, start, equals);
  if (!isTagName(text, start, nameEnd)) {
    faults.push({ kind: 'name', text: text.slice(start, end), span: { start, end } });
    return;
  }
  const valueStart = skipFws(text, equals + 1, end);
  const name = text.slice(start, nameEnd);
  tags.push({
    name,
    value: text.slice(valueStart, end),
    span: { start, end },
    nameSpan: { start, end: nameEnd },
    valueSpan: { start: valueStart, end },
    known: known.includes(name),
  });
}
