import type { Span } from '../diagnostics/diagnostic.ts';
import { isWsp } from '../text/characters.ts';
import type { HeaderBlock } from './message.ts';

const CR = 0x0d;
const LF = 0x0a;
const COLON = 0x3a;
const SEMICOLON = 0x3b;
const AT = 0x40;
const PATTERN = 'from:';
const MOST_KEPT = 16;

/** What looks like a From field to software that reads lines more loosely than RFC 5322. */
export interface FromLookalikes {
  /** In a line that is no field, or behind a bare CR or LF. */
  hidden: Span[];
  /** In a folded line of another field, with an at sign behind it. */
  folded: Span[];
}

type LineBegin = 'line' | 'fold' | 'bare';

/**
 * Finds what other software may take for a From field: `from` and a colon at the beginning of a line, whatever white space,
 * control characters or octets above 126 stand between, where a line begins behind CRLF, a fold, a bare CR or a bare LF.
 * Real From fields are left out; 16 of each kind are kept.
 */
export function findFromLookalikes(header: HeaderBlock): FromLookalikes {
  const { bytes } = header;
  const real = new Set(header.fields.map((field) => (field.name === 'from' ? field.colon : -1)));
  const found: FromLookalikes = { hidden: [], folded: [] };
  let fresh: LineBegin | undefined = 'line';
  let freshStart = 0;
  let matched = 0;
  let begin: LineBegin = 'line';
  let start = 0;
  for (let i = 0; i < bytes.length; i++) {
    const c = bytes[i]!;
    if (c === CR || c === LF) {
      const crlf = c === CR && bytes[i + 1] === LF;
      if (crlf) i++;
      freshStart = i + 1;
      fresh = !crlf ? 'bare' : isWsp(bytes[i + 1] ?? 0) ? 'fold' : 'line';
      continue;
    }
    if ((matched === 0 && fresh === undefined) || c <= 0x20 || c >= 0x7f) continue;
    const lower = c >= 0x41 && c <= 0x5a ? c | 0x20 : c;
    // The letters of the pattern differ, so at most one of the two places where it may have begun goes on.
    if (fresh !== undefined && lower === PATTERN.charCodeAt(0)) {
      matched = 1;
      begin = fresh;
      start = freshStart;
    } else if (lower === PATTERN.charCodeAt(matched) && matched > 0) {
      matched++;
    } else {
      matched = 0;
    }
    fresh = undefined;
    if (matched < PATTERN.length) continue;
    matched = 0;
    if (!real.has(i)) keep(found, begin, bytes, start, i);
  }
  return found;
}

function keep(found: FromLookalikes, begin: LineBegin, bytes: Uint8Array, start: number, colon: number): void {
  const list = begin === 'fold' ? found.folded : found.hidden;
  if (list.length === MOST_KEPT) return;
  let end = colon + 1;
  let at = -1;
  let other = -1;
  for (; end < bytes.length && bytes[end] !== LF && bytes[end] !== CR; end++) {
    if (at === -1 && bytes[end] === AT) at = end;
    if (other === -1 && (bytes[end] === COLON || bytes[end] === SEMICOLON)) other = end;
  }
  // A folded list of field names, as in the h= of a DKIM-Signature, has another colon or semicolon before any at sign.
  if (begin !== 'fold' || (at !== -1 && (other === -1 || at < other))) list.push({ start, end });
}
