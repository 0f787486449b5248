import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { publishTxt } from '../dns/publishable.ts';
import type { RecordType } from '../dns/resolver.ts';
import { asText } from '../text/bytes.ts';
import type { DomainChange } from './finding.ts';

/**
 * The change that publishes a record where `before` is, or where none is. Texts are as in a zone file, without quotes; the
 * name that one ends in may have its root dot.
 */
export function publishRecord(name: string, type: RecordType, after: string, before?: string): DomainChange {
  const zoneLine =
    type === 'TXT' ? publishTxt(name, after).zoneLine : `${name}. IN ${type} ${after}${after.endsWith('.') ? '' : '.'}`;
  return before === undefined
    ? { action: 'add', name, type, after, zoneLine }
    : { action: 'replace', name, type, before, after, zoneLine };
}

/** The change that publishes a TXT record where `before` is, or where none is. */
export function publishText(name: string, after: string, before?: string): DomainChange {
  return publishRecord(name, 'TXT', after, before);
}

export function removeRecord(name: string, type: RecordType, before: string): DomainChange {
  return { action: 'remove', name, type, before };
}

/** The changes that turn the records of one type at a name into those wanted, with as few steps as possible. */
export function exchangeRecords(
  name: string,
  type: RecordType,
  superfluous: readonly string[],
  missing: readonly string[],
): DomainChange[] {
  return [
    ...missing.map((after, i) => publishRecord(name, type, after, superfluous[i])),
    ...superfluous.slice(missing.length).map((before) => removeRecord(name, type, before)),
  ];
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
