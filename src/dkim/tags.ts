import type { Diagnostic, Span } from '../diagnostics/diagnostic.ts';
import type { TagListFault } from '../text/tag-list.ts';
import { type DkimCode, diagnoseTag } from './rules.ts';
import type { DkimTag } from './signature.ts';

// A field of a megabyte may hold that many faults; more than some say nothing new.
const MOST_FINDINGS = 50;
const FAULT_CODES = { empty: 'dkim.tag-empty', 'no-equals': 'dkim.tag-no-equals', name: 'dkim.tag-name' } as const;

/** Reports the pieces that are no tags. */
export function reportFaults(faults: readonly TagListFault[], diagnostics: Diagnostic<DkimCode>[]): void {
  for (const { kind, text, span } of faults.slice(0, MOST_FINDINGS))
    diagnostics.push(diagnoseTag(FAULT_CODES[kind], { text }, { span }));
}

/** The first tag of each name; every other is reported, since it makes the whole list invalid (RFC 6376 §3.2). */
export function firstOfEachName(tags: readonly DkimTag[], diagnostics: Diagnostic<DkimCode>[]): Map<string, DkimTag> {
  const first = new Map<string, DkimTag>();
  for (const tag of tags) {
    if (!first.has(tag.name)) first.set(tag.name, tag);
    else if (diagnostics.length < 2 * MOST_FINDINGS) {
      diagnostics.push(diagnoseTag('dkim.tag-duplicate', { tag: tag.name }, { span: tag.span }));
    }
  }
  return first;
}

/** SP, HTAB, CR or LF: what folding white space is made of. */
export function isFws(unit: number): boolean {
  return unit === 0x20 || unit === 0x09 || unit === 0x0d || unit === 0x0a;
}

/** The text without any white space. */
export function withoutWhiteSpace(text: string): string {
  // Engines search for one character far faster than for a class of them, and by indexOf() faster than by includes().
  const some = text.indexOf(' ') >= 0 || text.indexOf('\t') >= 0 || text.indexOf('\n') >= 0 || text.indexOf('\r') >= 0;
  return some ? text.replace(/[ \t\r\n]+/g, '') : text;
}

/** The items of a list with colons between, without the white space around them. */
export function listItems(value: string): string[] {
  const items = value.split(':');
  for (let i = 0; i < items.length; i++) {
    const item = items[i]!;
    let start = 0;
    let end = item.length;
    while (start < end && isFws(item.charCodeAt(start))) start++;
    while (end > start && isFws(item.charCodeAt(end - 1))) end--;
    if (end - start < item.length) items[i] = item.slice(start, end);
  }
  return items;
}

/** Where an item of such a list stands, with the white space around it. */
export function itemSpan(tag: DkimTag, index: number): Span {
  const before = tag.value.split(':', index + 1);
  const item = before.pop()!;
  const start = before.reduce((sum, text) => sum + text.length + 1, tag.valueSpan.start);
  return { start, end: start + item.length };
}

/**
 * The offset of the first character that no tag value may hold, or -1 (RFC 6376 §3.2; `most` is 0x7e, or more where
 * UTF-8 is allowed).
 *
 * ```
 * tag-value = [ tval *( 1*(WSP / FWS) tval ) ]
 * tval      = 1*( %x21-3A / %x3C-7E )
 * ```
 */
export function findForbidden(value: string, most: number): number {
  for (let i = 0; i < value.length; i++) {
    const unit = value.charCodeAt(i);
    if ((unit < 0x20 || unit > most || unit === 0x7f) && !isFws(unit)) return i;
  }
  return -1;
}

/** Reports the first character of a value that must not be there. */
export function checkCharacters(tag: DkimTag, most: number, diagnostics: Diagnostic<DkimCode>[]): void {
  const at = findForbidden(tag.value, most);
  if (at < 0) return;
  const start = tag.valueSpan.start + at;
  diagnostics.push(
    diagnoseTag(
      'dkim.tag-character',
      { tag: tag.name, character: tag.value[at]! },
      { span: { start, end: start + 1 } },
    ),
  );
}
