import type { Diagnostic, RuleParams, Span } from '../diagnostics/diagnostic.ts';
import { meantWord } from '../text/spelling.ts';
import type { DmarcTag } from './record.ts';
import { type DmarcRecordCode, diagnose, type dmarcRecordRules } from './rules.ts';

// Every tag with a meaning; the historic ones come first (RFC 9989 §C.5.2).
const TAG_NAMES = ['pct', 'rf', 'ri', 'v', 'p', 'sp', 'np', 'adkim', 'aspf', 't', 'psd', 'fo', 'rua', 'ruf'];
const HISTORIC = 3;

/** Stands for each character that was pasted with the record but is no part of it, so that offsets stay true. */
export const FILLER = '\0';

/** A record text on its way through the parser. */
export interface Reading {
  text: string;
  /** Whether all that is understood counts, or only what RFC 9989 lets a receiver understand. */
  lenient: boolean;
  tags: DmarcTag[];
  /** The first of each: pct, rf, ri, v, p, sp, np, adkim, aspf, t, psd, fo, rua, ruf. */
  first: (DmarcTag | undefined)[];
  diagnostics: Diagnostic<DmarcRecordCode>[];
}

/** Adds a finding; the cure is the text that belongs in the place of the span. */
export function report<Code extends DmarcRecordCode>(
  { diagnostics }: Pick<Reading, 'diagnostics'>,
  code: Code,
  params: RuleParams<(typeof dmarcRecordRules)[Code]>,
  span: Span,
  cure?: string,
): void {
  const finding = diagnose(code, params);
  finding.span = span;
  if (cure !== undefined) finding.fix = { description: cure ? `Write "${cure}"` : 'Remove it', replacement: cure };
  diagnostics.push(finding);
}

/** The span without the white space (and fillers) at both ends. */
export function trimmed(text: string, from: number, to: number): Span {
  let start = from;
  let end = to;
  // Nothing else of the text that is read is below: whatever is not printable was replaced.
  while (start < end && text.charCodeAt(start) <= 0x20) start++;
  while (start < end && text.charCodeAt(end - 1) <= 0x20) end--;
  return { start, end };
}

/** The text of a span, without fillers. */
export function textOf(text: string, { start, end }: Span): string {
  const written = text.slice(start, end);
  // Only a text that was pasted with something in front has any.
  return text[0] === FILLER ? written.replaceAll(FILLER, '') : written;
}

/** Where a separator is next, or else the end of the text. */
export function find(text: string, separator: string, from: number): number {
  const at = text.indexOf(separator, from);
  return at < 0 ? text.length : at;
}

/** White space or a comma in front of a tag's name and its "=": a ";" was left out or written as ",". */
function findNextTag(piece: string): RegExpExecArray | null {
  // A joint of pasted strings may be anywhere in a name.
  const names = TAG_NAMES.join('|').replace(/\w/g, '$&\\0*');
  return RegExp(`(,[ \\t]?|[ \\t])\\0*(${names})[ \\t\\0]*=`, 'i').exec(piece);
}

/**
 * Reads what stands between two semicolons; returns where to go on.
 *
 * ```
 * dmarc-record = dmarc-version *(dmarc-sep dmarc-tag) [dmarc-sep]
 * dmarc-sep    = *WSP ";" *WSP
 * dmarc-tag    = 1*ALPHA equals 1*dmarc-value
 * equals       = *WSP "=" *WSP
 * ```
 */
export function scanTag(reading: Reading, from: number, to: number): number {
  const { text, lenient, tags, first } = reading;
  const span = trimmed(text, from, to);
  const { start, end } = span;
  // Not find(), which would read on to the end of the text for each of many pieces without "=".
  let equals = start;
  while (equals < end && text.charCodeAt(equals) !== 0x3d) equals++;
  const nameSpan = trimmed(text, start, equals);
  const valueSpan = trimmed(text, equals + 1, end);
  const name = textOf(text, nameSpan);
  const value = textOf(text, valueSpan);
  const index = TAG_NAMES.indexOf(name.toLowerCase());
  const piece = index < 0 || value.includes('=') ? text.slice(start, end) : '';
  const missing = piece && findNextTag(piece);
  if (missing) {
    const place = start + missing.index;
    const next = place + missing[1]!.length;
    report(reading, 'dmarc.separator', { separator: ';', value: missing[2]! }, { start: place, end: next }, '; ');
    if (lenient) {
      scanTag(reading, start, place);
      return next;
    }
  }
  if (equals < end && (index >= 0 || (value && /^[a-z]+$/i.test(name)))) {
    const tag = { name, value, span, nameSpan, valueSpan, known: index >= HISTORIC };
    tags.push(tag);
    if (index < 0) {
      report(reading, 'dmarc.unknown-tag', { name }, nameSpan, meantWord(name, TAG_NAMES));
    } else if (first[index]) {
      // RFC 9989 does not say what a second one means; RFC 6376 §3.2 would void the whole list.
      report(reading, 'dmarc.duplicate-tag', { name }, { start: from, end: Math.min(to + 1, text.length) }, '');
    } else {
      first[index] = tag;
      if (index < HISTORIC)
        report(reading, 'dmarc.historic', { value: name }, { start: from, end: Math.min(to + 1, text.length) }, '');
    }
    return to + 1;
  }
  const last = tags.at(-1);
  if (lenient && last && /^ru/i.test(last.name) && piece.includes('@')) {
    // The next address of a list that somebody separated by semicolons.
    last.span.end = last.valueSpan.end = end;
    last.value = textOf(text, last.valueSpan);
  } else if (start < end || to < text.length) {
    report(
      reading,
      'dmarc.tag-syntax',
      { value: textOf(text, span) },
      { start: from, end: Math.min(to + 1, text.length) },
      '',
    );
  }
  return to + 1;
}
