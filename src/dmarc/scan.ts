import type { Diagnostic, Fix, Span } from '../diagnostics/diagnostic.ts';
import { asciiLower, isWsp } from '../text/characters.ts';
import { meantWord } from '../text/spelling.ts';
import type { DmarcTag } from './record.ts';
import { type DmarcRecordCode, diagnose } from './rules.ts';

// The historic ones come last (RFC 9989 §C.5.2).
const TAG_NAMES = ['v', 'p', 'sp', 'np', 'adkim', 'aspf', 't', 'psd', 'fo', 'rua', 'ruf', 'pct', 'rf', 'ri'] as const;
const FIRST_HISTORIC = 11;

/** A record text on its way through the parser. */
export interface Reading {
  text: string;
  /** The text with a space for every invisible character and curly quote: of the same length, so that offsets stay true. */
  plain: string;
  /** Whether all that is understood counts, or only what RFC 9989 lets a receiver understand. */
  lenient: boolean;
  tags: DmarcTag[];
  /** The first tag of each name that has a meaning. */
  first: { [Name in (typeof TAG_NAMES)[number]]?: DmarcTag };
  diagnostics: Diagnostic<DmarcRecordCode>[];
}

// White space or a comma in front of a tag's name and its "=": a ";" was left out or written as ",".
const NEXT_TAG = /[ \t,](?=(v|[sn]?p|adkim|aspf|t|psd|fo|ru[af]|pct|rf|ri)[ \t]*=)/i;

/** The fix that puts a text in the place of the span. */
export function write(replacement: string): Fix {
  return { description: replacement === '' ? 'Remove it' : `Write "${replacement}"`, replacement };
}

export function skipWsp(text: string, from: number, end: number): number {
  let i = from;
  while (i < end && isWsp(text.charCodeAt(i))) i++;
  return i;
}

export function skipWspBack(text: string, from: number, end: number): number {
  let i = end;
  while (i > from && isWsp(text.charCodeAt(i - 1))) i--;
  return i;
}

/** The next place of a character, or the length of the text. */
export function find(text: string, character: string, from: number): number {
  const i = text.indexOf(character, from);
  return i === -1 ? text.length : i;
}

/**
 * Cuts a record into its tags.
 *
 * ```
 * dmarc-record = dmarc-version *(dmarc-sep dmarc-tag) [dmarc-sep]
 * dmarc-sep    = *WSP ";" *WSP
 * ```
 */
export function scanTags(reading: Reading): void {
  const { plain, diagnostics } = reading;
  // Kept from tag to tag: a text without any "=" must not be searched to its end after every ";".
  let equals = -1;
  for (let from = 0; from <= plain.length; ) {
    const to = find(plain, ';', from);
    const start = skipWsp(plain, from, to);
    if (start < to) {
      if (equals < start) equals = find(plain, '=', start);
      from = scanTag(reading, start, to, equals);
    } else {
      if (to < plain.length) {
        diagnostics.push(diagnose('dmarc.empty-tag', {}, { span: { start: from, end: to + 1 }, fix: write('') }));
      }
      from = to + 1;
    }
  }
}

/**
 * Reads what stands between two semicolons, and returns where to go on.
 *
 * ```
 * dmarc-tag = 1*ALPHA equals 1*dmarc-value
 * equals    = *WSP "=" *WSP
 * ```
 */
function scanTag(reading: Reading, start: number, to: number, equals: number): number {
  const { text, plain, tags, first, diagnostics } = reading;
  const nameEnd = equals < to ? skipWspBack(plain, start, equals) : start;
  const name = text.slice(start, nameEnd);
  const index = TAG_NAMES.indexOf(asciiLower(name) as 'v');
  let end = skipWspBack(plain, start, to);
  let next = to + 1;
  if (equals < to && (index === -1 || find(plain, '=', equals + 1) < to)) {
    const missing = findMissingSemicolon(reading, start, end);
    if (missing && reading.lenient) {
      end = missing.start;
      next = missing.end;
    }
  }
  const valueStart = skipWsp(plain, equals + 1, end);
  const named = index >= 0 || /^[a-z]+$/i.test(name);
  // Also where a missing semicolon put the end of this piece before the "=".
  if (!named || equals >= end) {
    if (start < end) scanRest(reading, start, end);
    return next;
  }
  const tag: DmarcTag = {
    name,
    value: text.slice(valueStart, end),
    span: { start, end },
    nameSpan: { start, end: nameEnd },
    valueSpan: { start: valueStart, end },
    known: index >= 0 && index < FIRST_HISTORIC,
  };
  tags.push(tag);
  if (index === -1) {
    reportUnknown(reading, tag);
  } else if (first[TAG_NAMES[index]!]) {
    // RFC 9989 does not say what a second one means; RFC 6376 §3.2 would void the whole list.
    diagnostics.push(diagnose('dmarc.duplicate-tag', { name }, { span: { start, end: next }, fix: write('') }));
  } else {
    first[TAG_NAMES[index]!] = tag;
  }
  return next;
}

function findMissingSemicolon({ plain, diagnostics }: Reading, from: number, to: number): Span | undefined {
  const match = NEXT_TAG.exec(plain.slice(from, to));
  if (!match) return undefined;
  const end = from + match.index + 1;
  let start = end - 1;
  while (start > from && (plain[start - 1] === ',' || isWsp(plain.charCodeAt(start - 1)))) start--;
  const span = { start, end };
  diagnostics.push(diagnose('dmarc.missing-semicolon', { name: match[1]! }, { span, fix: write('; ') }));
  return span;
}

/** A piece that is no tag: the next address of a list that somebody separated by semicolons, or rubbish. */
function scanRest({ text, lenient, tags, diagnostics }: Reading, start: number, end: number): void {
  const last = tags.at(-1);
  const found = text.slice(start, end);
  if (lenient && last && /^ru[af]$/i.test(last.name) && found.includes('@')) {
    last.span.end = end;
    last.valueSpan.end = end;
    last.value = text.slice(last.valueSpan.start, end);
  } else {
    diagnostics.push(diagnose('dmarc.tag-syntax', { found }, { span: { start, end } }));
  }
}

function reportUnknown({ diagnostics }: Reading, { name, value, span, nameSpan }: DmarcTag): void {
  const meant = meantWord(name, TAG_NAMES);
  diagnostics.push(
    value === ''
      ? diagnose('dmarc.tag-syntax', { found: `${name}=` }, { span })
      : diagnose('dmarc.unknown-tag', { name }, { span: nameSpan, ...(meant && { fix: write(meant) }) }),
  );
}
