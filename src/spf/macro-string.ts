import type { Span } from '../diagnostics/diagnostic.ts';
import type { SpfMacroLetter, SpfMacroPart } from './record.ts';

/** Why a text is no macro-string: a character outside visible ASCII, or a `%` that begins no macro-expand allowed here. */
export interface SpfMacroFault {
  kind: 'character' | 'macro';
  span: Span;
}

export interface SpfMacroStringResult {
  /** The pieces before the fault, or all of them. */
  parts: SpfMacroPart[];
  /** Where the last macro-expand ends; the start of the text where it has none. */
  expandEnd: number;
  fault?: SpfMacroFault;
}

// "The number of right-hand parts" has no upper bound in the grammar; no address or name has as many parts as this.
const MOST_PARTS = 999;

/**
 * Reads text[start, end) as a macro-string, or as an explain-string, in which spaces and the letters c, r and t are
 * allowed too (RFC 7208 §7.1, §6.2). Stops at the first fault.
 *
 * ```
 * explain-string = *( macro-string / SP )
 * macro-string   = *( macro-expand / macro-literal )
 * macro-expand   = ( "%{" macro-letter transformers *delimiter "}" ) / "%%" / "%_" / "%-"
 * transformers   = *DIGIT [ "r" ]
 * macro-literal  = %x21-24 / %x26-7E
 * ```
 */
export function parseMacroString(text: string, start: number, end: number, explanation: boolean): SpfMacroStringResult {
  const parts: SpfMacroPart[] = [];
  const value = text.slice(start, end);
  // RFC 7208 §7.3: the number of parts "MUST be nonzero". The last group takes what is nothing of all this.
  const piece = /%(?:\{([slodiphcrtv])(0*[1-9]\d*)?(r?)([-.+,/_=]*)\}|[%_-])|[!-$&-~]+|(%\{[^}]*\}?|%?[\s\S])/giy;
  let expandEnd = start;
  for (let at = start; at < end; ) {
    const [found, written = '', digits, reverse, delimiters, other] = piece.exec(value)!;
    const span = { start: at, end: at + found.length };
    const letter = written.toLowerCase() as SpfMacroLetter;
    const kind = found.startsWith('%') ? 'macro' : 'character';
    // RFC 7208 §7.2: c, r and t are "allowed only in "exp" text".
    if (explanation ? other && other !== ' ' : other || /[crt]/i.test(written)) {
      return { parts, expandEnd, fault: { kind, span } };
    }
    at = span.end;
    if (kind === 'macro') expandEnd = at;
    if (letter) {
      parts.push({
        kind: 'macro',
        letter,
        escape: letter !== written,
        ...(digits && { digits: Math.min(+digits, MOST_PARTS) }),
        reverse: reverse !== '',
        delimiters: delimiters || '.',
        span,
      });
    } else {
      parts.push({ kind: 'literal', text: readEscape(found), span });
    }
  }
  return { parts, expandEnd };
}

/** RFC 7208 §7.1: "%%" is a percent sign, "%_" a space, "%-" a URL-encoded space. */
function readEscape(text: string): string {
  return text === '%%' ? '%' : text === '%_' ? ' ' : text === '%-' ? '%20' : text;
}

/**
 * Reads the text that `exp=` points to as an explain-string (RFC 7208 §6.2).
 *
 * @param text - the joined strings of the TXT record
 * @returns its pieces, or `undefined` where it is not one: then there is no explanation
 */
export function parseExplanation(text: string): SpfMacroPart[] | undefined {
  const { parts, fault } = parseMacroString(text, 0, text.length, true);
  return fault === undefined ? parts : undefined;
}
