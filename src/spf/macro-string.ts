import type { Span } from '../diagnostics/diagnostic.ts';
import { isAlphanumeric, isDigit } from '../text/characters.ts';
import type { SpfMacroLetter, SpfMacroPart } from './record.ts';

/**
 * Why a text is no macro-string: a character outside visible ASCII, a `%` that begins no macro-expand, or one of the
 * letters that only an explanation may use.
 */
export interface SpfMacroFault {
  kind: 'character' | 'percent' | 'explanation-only';
  span: Span;
}

export interface SpfMacroStringResult {
  /** The pieces before the fault, or all of them. */
  parts: SpfMacroPart[];
  /** Where the last macro-expand ends; the start of the text where it has none. */
  expandEnd: number;
  fault?: SpfMacroFault;
}

// RFC 7208 §12: a delimiter outside these is a syntax error.
const DELIMITERS = '.-+,/_=';

// "The number of right-hand parts" has no upper bound in the grammar, and no text has as many parts as this.
const MOST_PARTS = 99_999;

/**
 * Reads text[start, end) as a macro-string, or as an explain-string, in which spaces and the letters c, r and t are
 * allowed too (RFC 7208 §7.1, §6.2). Stops at the first fault.
 *
 *     explain-string = *( macro-string / SP )
 *     macro-string   = *( macro-expand / macro-literal )
 *     macro-expand   = ( "%{" macro-letter transformers *delimiter "}" ) / "%%" / "%_" / "%-"
 *     macro-literal  = %x21-24 / %x26-7E
 */
export function parseMacroString(
  text: string,
  start: number,
  end: number,
  explanation: boolean,
): SpfMacroStringResult {
  const parts: SpfMacroPart[] = [];
  let expandEnd = start;
  let literalStart = start;
  let copied = start;
  let literal = '';
  for (let i = start; i < end; i++) {
    const unit = text.charCodeAt(i);
    if (unit !== 0x25) {
      if ((unit > 0x20 && unit < 0x7f) || (explanation && unit === 0x20)) continue;
      return { parts, expandEnd, fault: { kind: 'character', span: { start: i, end: i + 1 } } };
    }
    const escaped = i + 1 < end ? readEscape(text.charCodeAt(i + 1)) : undefined;
    if (escaped !== undefined) {
      literal += text.slice(copied, i) + escaped;
      copied = expandEnd = ++i + 1;
      continue;
    }
    const macro = readMacro(text, i, end, explanation);
    if (macro.kind !== 'macro') return { parts, expandEnd, fault: macro };
    literal += text.slice(copied, i);
    if (literal !== '') parts.push({ kind: 'literal', text: literal, span: { start: literalStart, end: i } });
    parts.push(macro);
    literal = '';
    literalStart = copied = expandEnd = macro.span.end;
    i = expandEnd - 1;
  }
  literal += text.slice(copied, end);
  if (literal !== '') parts.push({ kind: 'literal', text: literal, span: { start: literalStart, end } });
  return { parts, expandEnd };
}

/** RFC 7208 §7.1: "%%" is a percent sign, "%_" a space, "%-" a URL-encoded space. */
function readEscape(unit: number): string | undefined {
  if (unit === 0x25) return '%';
  if (unit === 0x5f) return ' ';
  return unit === 0x2d ? '%20' : undefined;
}

/** Reads the "%{…}" at `start`: `transformers = *DIGIT [ "r" ]`, both of them before the delimiters. */
function readMacro(
  text: string,
  start: number,
  end: number,
  explanation: boolean,
): Extract<SpfMacroPart, { kind: 'macro' }> | SpfMacroFault {
  const letter = text[start + 2] ?? '';
  const lower = letter.toLowerCase();
  let i = start + 3;
  let digits = 0;
  for (; isDigit(text.charCodeAt(i)); i++) digits = Math.min(digits * 10 + text.charCodeAt(i) - 0x30, MOST_PARTS);
  const counted = i > start + 3;
  const reverse = (text.charCodeAt(i) | 0x20) === 0x72;
  if (reverse) i++;
  const delimitersStart = i;
  while (i < end && DELIMITERS.includes(text[i]!)) i++;
  // RFC 7208 §7.3: the number of parts "MUST be nonzero".
  const wellFormed = text[start + 1] === '{' && text[i] === '}' && i < end && !(counted && digits === 0);
  if (!wellFormed || !'slodipvhcrt'.includes(lower)) {
    return { kind: 'percent', span: { start, end: faultEnd(text, start, end) } };
  }
  const span = { start, end: i + 1 };
  // RFC 7208 §7.2: c, r and t "are allowed only in "exp" text".
  if (!explanation && 'crt'.includes(lower)) return { kind: 'explanation-only', span };
  const delimiters = text.slice(delimitersStart, i) || '.';
  return {
    kind: 'macro',
    letter: lower as SpfMacroLetter,
    escape: letter !== lower,
    ...(counted && { digits }),
    reverse,
    delimiters,
    span,
  };
}

/** The fault reaches to the closing brace where there is one, else over the percent sign and what may be its letter. */
function faultEnd(text: string, start: number, end: number): number {
  if (text[start + 1] === '{') {
    for (let i = start; i < end; i++) if (text[i] === '}') return i + 1;
    return end;
  }
  return start + 1 < end && isAlphanumeric(text.charCodeAt(start + 1)) ? start + 2 : start + 1;
}

/**
 * Reads the text that `exp=` points to as an explain-string (RFC 7208 §6.2).
 *
 * @param text - the joined strings of the TXT record
 * @returns its pieces, or `undefined` where it is not one: then there is no explanation
 * @example
 * parseExplanation('%{i} may not send for %{d}')?.length; // 3
 */
export function parseExplanation(text: string): SpfMacroPart[] | undefined {
  const { parts, fault } = parseMacroString(text, 0, text.length, true);
  return fault === undefined ? parts : undefined;
}
