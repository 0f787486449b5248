import type { Diagnostic, Span } from '../diagnostics/diagnostic.ts';
import { domainName, isAtOrBelow } from '../names/domain-name.ts';
import { type AuthorCode, diagnose } from './author-rules.ts';
import { decodeEncodedWords } from './encoded-word.ts';

const MOST_EXAMINED = 500;

/** What in a text next to an address could make a reader take it for another address; `domain` is the real one. */
export function shownTextFindings(written: string, domain: string, span: Span): Diagnostic<AuthorCode>[] {
  const text = decodeEncodedWords(written.slice(0, MOST_EXAMINED));
  const place = { span, subject: 'From' };
  const findings = characterFindings(text, span);
  const shown = shownDomain(text, domain);
  if (shown !== undefined) {
    const code = shown.address ? 'message.name-shows-address' : 'message.name-shows-domain';
    findings.push(diagnose(code, { text, shown: shown.text, domain }, place));
  }
  return findings;
}

/** The first address or domain name in the text that has nothing to do with the real domain. */
function shownDomain(text: string, real: string): { text: string; address: boolean } | undefined {
  // Most names are none of an address or a domain.
  if (!/[.@\uff20]/.test(text)) return undefined;
  for (const word of text.split(/[^\p{L}\p{M}\p{N}.@\uff20_-]+/u)) {
    const at = Math.max(word.lastIndexOf('@'), word.lastIndexOf('\uff20'));
    const name = word.slice(at + 1).replace(/^[.-]+|[.-]+$/g, '');
    const dot = name.lastIndexOf('.');
    // Where it is no address, only what ends in lower-case letters: "Dr.Smith" is no domain name.
    if (at < 1 && (dot === -1 || !/^[a-z]{2,24}$/.test(name.slice(dot + 1)))) continue;
    const shown = domainName(name);
    if (shown === undefined || isAtOrBelow(shown, real) || isAtOrBelow(real, shown)) continue;
    return { text: word, address: at > 0 };
  }
  return undefined;
}

/** Homographs and what changes the order or is not seen at all (UTS 39). */
export function characterFindings(text: string, span: Span): Diagnostic<AuthorCode>[] {
  const findings: Diagnostic<AuthorCode>[] = [];
  // Properties of Unicode take time, and ASCII has nothing of the kind.
  if (!/[^ -~]/.test(text)) return findings;
  const place = { span, subject: 'From' };
  if (isMixed(text)) findings.push(diagnose('message.mixed-scripts', { text }, place));
  // Without ZWNJ and ZWJ (U+200C, U+200D), which Persian and emoji need.
  if (/[\xad\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/.test(text)) {
    findings.push(diagnose('message.invisible-characters', { text }, place));
  }
  return findings;
}

/** Whether one word has letters of more than one of the scripts whose letters look alike. */
function isMixed(text: string): boolean {
  const scripts = [/\p{Script=Latin}/u, /\p{Script=Cyrillic}/u, /\p{Script=Greek}/u];
  return text.split(/[^\p{L}\p{M}]+/u).some((word) => scripts.filter((script) => script.test(word)).length > 1);
}
