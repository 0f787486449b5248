import { type Diagnostic, type Parsed, parsed } from '../diagnostics/diagnostic.ts';
import { applyChanges, type RecordEdit, type TextChange } from '../text/change.ts';
import type { DmarcBuildCode } from './build-rules.ts';
import { diagnose } from './edit-rules.ts';
import { parseDmarcRecord } from './parse.ts';
import type { DmarcTag } from './record.ts';
import type { DmarcRecordCode } from './rules.ts';

type Findings = Diagnostic<DmarcRecordCode | DmarcBuildCode>[];

/** An edit under way. */
export interface Edit {
  text: string;
  tags: DmarcTag[];
  /** What stands between two tags. */
  separator: string;
  changes: TextChange[];
  /** New tags: they come behind whatever else changes at their place. */
  insertions: TextChange[];
  diagnostics: Findings;
}

/** What becomes of a tag: the value to write, `null` to remove it, or a function that changes it in another way. */
export type TagChange = string | null | ((edit: Edit) => void);

/** Changes tags of a record and leaves everything else as it is; the changes are made in their order. */
export function editTags(
  text: string,
  changes: { readonly [tag: string]: TagChange },
): Parsed<RecordEdit, DmarcRecordCode | DmarcBuildCode> {
  const { value: record, diagnostics: findings } = parseDmarcRecord(text);
  if (record === undefined) return parsed<RecordEdit, DmarcRecordCode | DmarcBuildCode>(undefined, findings);
  if (findings.some(({ code }) => code === 'dmarc.pasted')) {
    return parsed<RecordEdit, DmarcRecordCode | DmarcBuildCode>(undefined, [diagnose('dmarc.edit-pasted', {})]);
  }
  const { tags } = record;
  const between = tags.length > 1 ? text.slice(tags[0]!.span.end, tags[1]!.span.start) : '';
  const separator = /^[ \t]*;[ \t]*$/.test(between) ? between : '; ';
  const edit: Edit = { text, tags, separator, changes: [], insertions: [], diagnostics: [] };
  for (const [name, change] of Object.entries(changes)) {
    if (change === null) removeTag(edit, name);
    else if (typeof change === 'string') setTag(edit, name, change);
    else change(edit);
  }
  const value = applyChanges(text, [...edit.changes, ...edit.insertions]);
  return parsed(value, [...parseDmarcRecord(value.text).diagnostics, ...edit.diagnostics]);
}

export function sameName(name: string): (tag: DmarcTag) => boolean {
  return (tag) => tag.name.toLowerCase() === name;
}

/** Takes out a tag and every later one of its name, each with the separator before it. */
export function removeTag({ tags, changes }: Edit, name: string): void {
  tags.forEach((tag, i) => {
    const before = tags[i - 1];
    if (before === undefined || !sameName(name)(tag)) return;
    changes.push({ span: { start: before.span.end, end: tag.span.end }, replacement: '' });
  });
}

export function setTag({ tags, separator, changes, insertions }: Edit, name: string, value: string): void {
  const tag = tags.find(sameName(name));
  if (tag === undefined) {
    // Many receivers and all guides have "p" second, as RFC 7489 wanted it.
    const { end } = (name === 'p' ? tags[0] : tags.at(-1))!.span;
    insertions.push({ span: { start: end, end }, replacement: `${separator}${name}=${value}` });
  } else if (tag.value.toLowerCase() !== value.toLowerCase()) {
    changes.push({ span: tag.valueSpan, replacement: value });
  }
}
