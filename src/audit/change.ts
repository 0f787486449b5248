import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { publishTxt } from '../dns/publishable.ts';
import { latin1Bytes, utf8 } from '../text/bytes.ts';
import type { DomainChange } from './finding.ts';

/** The change that publishes a TXT record where `before` is, or where none is. */
export function publishText(name: string, after: string, before?: string): DomainChange {
  const { zoneLine } = publishTxt(name, after);
  return before === undefined
    ? { action: 'add', name, type: 'TXT', after, zoneLine }
    : { action: 'replace', name, type: 'TXT', before, after, zoneLine };
}

/** The change that publishes an MX record, written as in a zone file, where `before` is, or where none is. */
export function publishMx(name: string, after: string, before?: string): DomainChange {
  const zoneLine = `${name}. IN MX ${after}${after.endsWith('.') ? '' : '.'}`;
  return before === undefined
    ? { action: 'add', name, type: 'MX', after, zoneLine }
    : { action: 'replace', name, type: 'MX', before, after, zoneLine };
}

/** The text with the cure of a finding; `undefined` where none is certain. */
export function applyCure(text: string, { code, span, fix }: Diagnostic): string | undefined {
  const replacement = fix?.replacement;
  if (span === undefined || replacement === undefined) return undefined;
  let { start } = span;
  // A term goes with the spaces before it.
  if (replacement === '' && code.startsWith('spf.')) while (text[start - 1] === ' ') start--;
  return asText(text.slice(0, start) + replacement + text.slice(span.end));
}

/** The text without a tag of a tag-list and the semicolon before it. */
export function removeTag(text: string, span: { start: number; end: number }): string {
  const semicolon = text.lastIndexOf(';', span.start);
  return asText(text.slice(0, Math.max(semicolon, 0)) + text.slice(span.end));
}

/** DNS has octets; what is UTF-8 is written as the text that it means. */
function asText(octets: string): string {
  if (!/[^\0-~]/.test(octets)) return octets;
  return /[^\0-\xff]/.test(octets) ? octets : (utf8(latin1Bytes(octets)) ?? octets);
}
