import { type Parsed, parsed } from '../diagnostics/diagnostic.ts';
import { moveSpans, unwrapPasted } from '../text/pasted.ts';
import { lintRecord } from './lint.ts';
import type { SpfRecord, SpfTerm } from './record.ts';
import { fixPair, fixTerm, write } from './repair.ts';
import { finding, type SpfFinding, type SpfRecordCode } from './rules.ts';
import { readTerm } from './term.ts';

const VERSION = 'v=spf1';

// What people write for the version.
const VERSION_LIKE = /^ *(?:v ?[=:]? ?spf[\d.]*[,;:]?|spf\d[^ ]*)/i;

/**
 * Whether a TXT record is an SPF record: "v=spf1", in any case, and then a space or the end (RFC 7208 §4.5). A record may
 * be one and still be faulty.
 */
export function isSpfRecord(text: string): boolean {
  return /^v=spf1(?: |$)/i.test(text);
}

/**
 * Reads an SPF record (RFC 7208 §4.6.1, §12). `ok` is false exactly where evaluation ends in permerror because of the
 * syntax; what is legal but will not do what it should is a warning.
 *
 * @param text - the record, its strings joined with nothing
 * @returns the terms in order, as many as could be understood, and every finding; spans are UTF-16 offsets
 * @throws TypeError where `text` is no string
 * @example
 * parseSpfRecord('v=spf1 inlcude:example.com -all').diagnostics[0]?.fix?.replacement; // => 'include:example.com'
 */
export function parseSpfRecord(text: string): Parsed<SpfRecord, SpfRecordCode> {
  if (typeof text !== 'string') {
    throw new TypeError(`Cannot parse SPF: "text" must be a string, received ${typeof text}`);
  }
  const pasted = isSpfRecord(text) ? undefined : unwrapPasted(text);
  if (!pasted) return parseText(text);
  // RFC 7208 §3.3: the record is the strings of the TXT record joined; quotes and what stands before them are notation.
  const { value, diagnostics } = moveSpans(parseText(pasted.text), pasted);
  return parsed(value, [
    finding(text, 'spf.pasted', { start: 0, end: text.length }, write(pasted.text)),
    ...diagnostics,
  ]);
}

function parseText(text: string): Parsed<SpfRecord, SpfRecordCode> {
  const report: SpfFinding[] = [];
  const start = readVersion(text, report);
  const terms = readTerms(text, start, report);
  // Text that neither begins like a record nor holds a mechanism is something else: one finding says enough.
  if (start === 0 && !terms.some(({ kind }) => kind === 'directive')) {
    return parsed<SpfRecord, SpfRecordCode>(undefined, [finding(text, 'spf.version', report[0]!.span!)]);
  }
  lintRecord(text, terms, report);
  return parsed({ terms }, report);
}

/** Returns where the version ends: 0 where the text begins with nothing like it. */
function readVersion(text: string, report: SpfFinding[]): number {
  if (isSpfRecord(text)) return VERSION.length;
  const versionEnd = VERSION_LIKE.exec(text)?.[0].length ?? 0;
  const end = tokenEnd(text, versionEnd);
  const rest = text.slice(versionEnd, end);
  report.push(finding(text, 'spf.version', { start: 0, end }, write(rest ? `${VERSION} ${rest}` : VERSION)));
  return versionEnd;
}

function tokenEnd(text: string, start: number): number {
  const space = text.indexOf(' ', start);
  return space < 0 ? text.length : space;
}

/** Reads what can be understood, and reports the rest with what was probably meant. */
function readTerms(text: string, from: number, report: SpfFinding[]): SpfTerm[] {
  const terms: SpfTerm[] = [];
  for (let i = from; i < text.length; i++) {
    if (text[i] === ' ') continue;
    const start = i;
    i = tokenEnd(text, start);
    const term = readTerm(text, start, i);
    if ('code' in term) i = reportFault(text, term, start, i, report);
    else terms.push(term);
  }
  return terms;
}

/** Reports a fault and returns where to read on: after the token, or after the next where both were meant as one term. */
function reportFault(text: string, fault: SpfFinding, start: number, end: number, report: SpfFinding[]): number {
  const token = text.slice(start, end);
  const nextEnd = tokenEnd(text, end + 1);
  const isHalf = fault.code === 'spf.value-missing' || token.length === 1;
  const pair = isHalf ? fixPair(token, text.slice(end + 1, nextEnd)) : undefined;
  // Of a wrong prefix length nobody knows what was meant.
  const fix = fault.code === 'spf.cidr' ? undefined : (pair ?? fixTerm(token, report.length));
  const last = pair ? nextEnd : end;
  // A replacement stands for all of it.
  report.push(fix ? finding(text, fault.code, { start, end: last }, fix) : fault);
  return last;
}
