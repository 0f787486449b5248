import type { Span } from '../diagnostics/diagnostic.ts';
import { isWsp } from '../text/characters.ts';
import type { HeaderBlock } from './message.ts';

const CR = 0x0d;
const LF = 0x0a;
const COLON = 0x3a;
const SEMICOLON = 0x3b;
const AT = 0x40;
const PATTERN = 'from';
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
  const { bytes, fields } = header;
  const found: FromLookalikes = { hidden: [], folded: [] };
  let next = 0;
  // Backwards from each colon, of which there are few. A colon is an octet that counts, so no octet is read for two of them.
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] !== COLON) continue;
    const first = startOfPattern(bytes, i);
    if (first === -1) continue;
    const lineBreak = lineBreakBefore(bytes, first);
    while (next < fields.length && fields[next]!.colon < i) next++;
    const field = fields[next];
    if (lineBreak === undefined || (field?.colon === i && field.name === 'from')) continue;
    keep(found, lineBegin(bytes, lineBreak), bytes, lineBreak + 1, i);
  }
  return found;
}

/** The last octet before an offset that is no white space, control character or octet above 126; -1 where there is none. */
function lastThatCounts(bytes: Uint8Array, before: number): number {
  let i = before - 1;
  while (i >= 0 && (bytes[i]! <= 0x20 || bytes[i]! >= 0x7f)) i--;
  return i;
}

/** Where the letters before a colon begin, if they are those of "from"; else -1. */
function startOfPattern(bytes: Uint8Array, colon: number): number {
  let at = colon;
  for (let i = PATTERN.length - 1; i >= 0; i--) {
    at = lastThatCounts(bytes, at);
    if (at === -1 || (bytes[at]! | 0x20) !== PATTERN.charCodeAt(i)) return -1;
  }
  return at;
}

/** The end of the line break before an offset, -1 for the beginning; `undefined` where an octet that counts stands between. */
function lineBreakBefore(bytes: Uint8Array, offset: number): number | undefined {
  const last = lastThatCounts(bytes, offset);
  for (let i = offset - 1; i > last; i--) if (bytes[i] === LF || bytes[i] === CR) return i;
  return last === -1 ? -1 : undefined;
}

function lineBegin(bytes: Uint8Array, lineBreak: number): LineBegin {
  if (lineBreak === -1) return 'line';
  if (bytes[lineBreak] !== LF || bytes[lineBreak - 1] !== CR) return 'bare';
  return isWsp(bytes[lineBreak + 1]!) ? 'fold' : 'line';
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
