import { requireList, requireOneOf, requireOptions } from '../arguments.ts';
import { type Diagnostic, type Parsed, parsed, type Span } from '../diagnostics/diagnostic.ts';
import { requireString } from '../environment.ts';
import { applyChanges, type RecordEdit, type TextChange } from '../text/change.ts';
import type { SpfBuildCode } from './build-rules.ts';
import { diagnose } from './edit-rules.ts';
import { parseSpfRecord } from './parse.ts';
import type { SpfTerm } from './record.ts';
import type { SpfRecordCode } from './rules.ts';
import { readTerm } from './term.ts';

/** What is to change about an SPF record. */
export interface SpfChanges {
  /** Terms to add, such as "include:example.net", before "all". */
  add?: string | string[];
  /** Terms to remove, each as written or up to case and a "+". */
  remove?: string | string[];
  /** What everybody else gets. */
  all?: 'fail' | 'softfail' | 'neutral' | 'pass';
}

const ACTION = 'edit the SPF record';
// modifier = name "=" macro-string
const MODIFIER = /^[a-z][\w.-]*=/i;
const QUALIFIERS = { fail: '-', softfail: '~', neutral: '?', pass: '+' } as const;

type Code = SpfRecordCode | SpfBuildCode;

/**
 * Changes an SPF record and leaves everything else as it is: order, case, spaces, modifiers that nobody knows. The findings
 * are those about the new record.
 *
 * @param text - the record as published
 * @throws TypeError where an argument is of the wrong type
 * @example
 * const edited = editSpfRecord('v=spf1 MX  a -all', { add: 'include:example.net', remove: 'a' });
 * edited.value?.text; // => 'v=spf1 MX include:example.net -all'
 */
export function editSpfRecord(text: string, changes: SpfChanges): Parsed<RecordEdit, Code> {
  requireString(ACTION, 'text', text);
  requireOptions(ACTION, changes);
  requireOneOf(ACTION, 'all', changes.all, Object.keys(QUALIFIERS));
  const { value: record, diagnostics: findings } = parseSpfRecord(text);
  if (record === undefined) return parsed<RecordEdit, Code>(undefined, findings);
  if (findings.some(({ code }) => code === 'spf.pasted')) {
    return parsed<RecordEdit, Code>(undefined, [diagnose('spf.edit-pasted', {})]);
  }
  const { terms } = record;
  const diagnostics: Diagnostic<Code>[] = [];
  // What is no term can be removed as well.
  const words = [...text.matchAll(/[^ ]+/g)].map(({ 0: word, index }) => ({ start: index, end: index + word.length }));
  const keys = words.map(({ start, end }) => keyOf(text.slice(start, end)));
  const removed = new Set<number>();
  for (const value of requireList(ACTION, 'remove', changes.remove)) {
    const found = keys.flatMap((key, i) => (i > 0 && key === keyOf(value) ? [i] : []));
    if (found.length === 0) diagnostics.push(diagnose('spf.edit-absent', { value }));
    for (const i of found) removed.add(i);
  }
  const added = readAdditions(
    requireList(ACTION, 'add', changes.add),
    (key) => keys.some((it, i) => i > 0 && it === key && !removed.has(i)),
    diagnostics,
  );
  const edits: TextChange[] = [...removed].map((i) => ({ span: spanWithSpace(text, words[i]!), replacement: '' }));
  const gone = new Set([...removed].map((i) => words[i]!.start));
  const kept = terms.filter(({ span }) => !gone.has(span.start));
  const all = kept.find((term) => term.kind === 'directive' && term.mechanism === 'all');
  const qualifier = changes.all && QUALIFIERS[changes.all];
  if (qualifier !== undefined && all === undefined) added.push(`${qualifier}all`);
  // RFC 7208 §6: modifiers belong last.
  const modifiers = added.filter((term) => MODIFIER.test(term));
  const directives = added.filter((term) => !MODIFIER.test(term));
  if (directives.length > 0)
    edits.push(insertion(text, all ?? kept.find(({ kind }) => kind === 'modifier'), directives));
  if (modifiers.length > 0) edits.push(insertion(text, undefined, modifiers));
  if (qualifier !== undefined && all?.kind === 'directive' && all.qualifier !== qualifier) {
    const { start } = all.span;
    edits.push({ span: { start, end: text[start] === all.qualifier ? start + 1 : start }, replacement: qualifier });
  }
  const value = applyChanges(text, edits);
  return parsed(value, [...parseSpfRecord(value.text).diagnostics, ...diagnostics]);
}

/** What makes two terms the same: names are compared without case, and "+" is the default. */
function keyOf(term: string): string {
  return term.toLowerCase().replace(/^\+/, '');
}

function readAdditions(values: string[], has: (key: string) => boolean, diagnostics: Diagnostic<Code>[]): string[] {
  const added: string[] = [];
  for (const value of values) {
    // A space would make it several terms, and what does not parse would make the record worthless.
    const isTerm = /^[!-~]+$/.test(value) && !('code' in readTerm(value, 0, value.length));
    if (!isTerm) diagnostics.push(diagnose('spf.build-value', { name: 'add', value }));
    else if (has(keyOf(value)) || added.some((it) => keyOf(it) === keyOf(value))) {
      diagnostics.push(diagnose('spf.edit-present', { value }));
    } else added.push(value);
  }
  return added;
}

/** A term and the spaces before it. */
function spanWithSpace(text: string, { start, end }: Span): Span {
  let from = start;
  while (text[from - 1] === ' ') from--;
  return { start: from, end };
}

/** RFC 7208 §5.1: what stands behind "all" is never looked at. Without a term that has to stay behind, at the end. */
function insertion(text: string, before: SpfTerm | undefined, added: string[]): TextChange {
  if (before !== undefined) {
    const { start } = before.span;
    return { span: { start, end: start }, replacement: `${added.join(' ')} ` };
  }
  let end = text.length;
  while (text[end - 1] === ' ') end--;
  return { span: { start: end, end }, replacement: ` ${added.join(' ')}` };
}
