import type { Span } from '../diagnostics/diagnostic.ts';
import { isDigits } from './characters.ts';

/** A record found inside what somebody pasted: a zone-file line, a line of `dig` output, or the record in quotes. */
export interface PastedRecord {
  form: 'zone-line' | 'quoted';
  /** The record itself, its quoted chunks joined with nothing (RFC 7208 §3.3, RFC 6376 §3.6.2.2). */
  text: string;
  /** For each unit of `text` its offset in what was pasted; of an escape the offset of its last character. */
  offsets: number[];
}

// owner [ttl] [class] TXT, in either order of ttl and class (RFC 1035 §5.1), or the "text =" of nslookup. An owner with "="
// or ";" is none but a record's first tag, which another one called "text" may follow.
const BEFORE_RECORD = /^[ \t]*(?:[^ \t"=;]+[ \t]+)?(?:(?:\d+|IN)[ \t]+){0,2}(?:TXT[ \t]+|text[ \t]*=[ \t]*)\(?[ \t]*/i;

const QUOTES = '"“”„«»';

/**
 * Finds the record in a pasted zone-file line or `dig` line, or `undefined` where the text is no such thing.
 * A record never begins with a quote, so text that does is taken as one that was pasted with its quotes.
 */
export function unwrapPasted(text: string): PastedRecord | undefined {
  const head = BEFORE_RECORD.exec(text.slice(0, 512))?.[0].length ?? 0;
  let i = head;
  while (i < text.length && (text[i] === ' ' || text[i] === '\t')) i++;
  const quoted = QUOTES.includes(text[i] ?? 'x');
  if (head === 0 && !quoted) return undefined;
  const offsets: number[] = [];
  let out = '';
  let inside = !quoted;
  for (; i < text.length; i++) {
    const c = text[i]!;
    if (quoted && QUOTES.includes(c)) {
      inside = !inside;
      continue;
    }
    if (!inside) continue;
    const [unit, length] = c === '\\' ? readEscape(text, i) : [c, 1];
    out += unit;
    i += length - 1;
    offsets.push(i);
  }
  return { form: head > 0 ? 'zone-line' : 'quoted', text: out, offsets };
}

/** RFC 1035 §5.1: `\DDD` is the octet of that number, a backslash before anything else takes its special meaning. */
function readEscape(text: string, at: number): [unit: string, length: number] {
  const digits = text.slice(at + 1, at + 4);
  if (digits.length === 3 && isDigits(digits) && Number(digits) < 256) return [String.fromCharCode(Number(digits)), 4];
  return at + 1 < text.length ? [text[at + 1]!, 2] : ['\\', 1];
}

/** Moves every span of a value that was parsed out of `pasted.text` to its place in the pasted text. */
export function moveSpans<T>(value: T, pasted: PastedRecord): T {
  if (Array.isArray(value)) return value.map((item) => moveSpans(item, pasted)) as T;
  if (typeof value !== 'object' || value === null) return value;
  if (isSpan(value)) return moveSpan(value, pasted) as T;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, moveSpans(item, pasted)])) as T;
}

function isSpan(value: object): value is Span {
  return Object.keys(value).length === 2 && 'start' in value && 'end' in value;
}

function moveSpan({ start, end }: Span, { offsets }: PastedRecord): Span {
  const last = offsets.at(-1) ?? -1;
  const from = offsets[start] ?? last + 1;
  return { start: from, end: end > start ? (offsets[end - 1] ?? last) + 1 : from };
}
