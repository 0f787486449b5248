import { requireList, requireOptions } from '../arguments.ts';
import type { Parsed, Span } from '../diagnostics/diagnostic.ts';
import { requireString } from '../environment.ts';
import { writeReportUris } from '../names/report-uri.ts';
import type { RecordEdit } from '../text/change.ts';
import { isWsp } from '../text/characters.ts';
import { DMARC_TAGS, type DmarcRecordOptions, writeTag } from './build.ts';
import type { DmarcBuildCode } from './build-rules.ts';
import { diagnose } from './edit-rules.ts';
import { type Edit, editTags, removeTag, sameName, setTag, type TagChange } from './edit-tags.ts';
import type { DmarcRecordCode } from './rules.ts';

/** Addresses to put behind those of a list, and others to take out of it. */
export interface AddressChanges {
  add?: string | string[];
  remove?: string | string[];
}

/** What is to change: a value to write, `null` to remove the tag; what is left out stays as it is. */
export type DmarcChanges = {
  [Tag in Exclude<keyof DmarcRecordOptions, 'domain' | 'organizationalDomain' | 'p' | 'rua' | 'ruf'>]?:
    | DmarcRecordOptions[Tag]
    | null;
} & {
  p?: DmarcRecordOptions['p'];
  rua?: string | string[] | AddressChanges | null;
  ruf?: string | string[] | AddressChanges | null;
  /** Historic: they can only be removed. */
  pct?: null;
  rf?: null;
  ri?: null;
};

const ACTION = 'edit the DMARC record';

/**
 * Changes a DMARC record and leaves everything else as it is: order, case, white space, tags that nobody knows. The findings
 * are those about the new record.
 *
 * @param text - the record as published
 * @throws TypeError where an argument is of the wrong type
 * @example
 * const { value } = editDmarcRecord('v=DMARC1;p=none;  X=1; rua=mailto:a@example.com', { p: 'quarantine', t: 'y' });
 * value?.text; // => 'v=DMARC1;p=quarantine;  X=1; rua=mailto:a@example.com;t=y'
 * value?.changes[0]; // => { span: { start: 11, end: 15 }, replacement: 'quarantine' }
 */
export function editDmarcRecord(
  text: string,
  changes: DmarcChanges,
): Parsed<RecordEdit, DmarcRecordCode | DmarcBuildCode> {
  requireString(ACTION, 'text', text);
  requireOptions(ACTION, changes);
  const written: { [tag: string]: TagChange } = {};
  for (const name of [...DMARC_TAGS, 'pct', 'rf', 'ri'] as const) {
    const change = changes[name];
    if (change === undefined) continue;
    if (change === null) written[name] = null;
    else if (typeof change === 'object' && !Array.isArray(change)) {
      written[name] = (edit) => changeAddresses(edit, name, change);
    } else if (name !== 'pct' && name !== 'rf' && name !== 'ri') {
      // A list of nothing is no tag.
      written[name] = writeTag(ACTION, name, change) || null;
    }
  }
  return editTags(text, written);
}

function changeAddresses(edit: Edit, name: string, change: AddressChanges): void {
  const { text, tags, changes, diagnostics } = edit;
  const tag = tags.find(sameName(name));
  const pieces = tag === undefined ? [] : listPieces(text, tag.valueSpan);
  const written = pieces.map(({ start, end }) => keyOf(text.slice(start, end)));
  // What stands for no address would only spoil the list.
  const removed = new Set(written.flatMap((it, i) => (it === '' ? [i] : [])));
  for (const uri of writeReportUris(requireList(ACTION, name, change.remove))) {
    const i = written.indexOf(keyOf(uri));
    if (i < 0) diagnostics.push(diagnose('dmarc.edit-absent', { name, value: uri }));
    else removed.add(i);
  }
  const added = writeReportUris(requireList(ACTION, name, change.add));
  const fresh = added.filter((uri) => !written.some((it, i) => it === keyOf(uri) && !removed.has(i)));
  if (tag === undefined) {
    if (fresh.length > 0) setTag(edit, name, fresh.join(','));
  } else if (removed.size === pieces.length) {
    if (fresh.length > 0) changes.push({ span: tag.valueSpan, replacement: fresh.join(',') });
    else removeTag(edit, name);
  } else {
    pieces.forEach(({ start, end }, i) => {
      if (!removed.has(i)) return;
      // With the comma behind it while only removed ones are before it, else with the one before it.
      const isHead = pieces.slice(0, i).every((_, j) => removed.has(j));
      const span = isHead ? { start, end: pieces[i + 1]!.start } : { start: pieces[i - 1]!.end, end };
      changes.push({ span, replacement: '' });
    });
    const { end } = tag.valueSpan;
    if (fresh.length > 0) changes.push({ span: { start: end, end }, replacement: `,${fresh.join(',')}` });
  }
}

/** What makes two URIs the same: without case, and without the size that RFC 7489 §6.2 allowed behind them. */
function keyOf(uri: string): string {
  return uri.toLowerCase().replace(/(?:!|%21)\d+[kmgt]?$/, '');
}

/** The places of what stands between the commas of a list, without white space around. */
function listPieces(text: string, { start: from, end: to }: Span): Span[] {
  const pieces: Span[] = [];
  for (let at = from; at <= to; ) {
    const comma = text.indexOf(',', at);
    const next = comma < 0 || comma > to ? to : comma;
    let start = at;
    let end = next;
    while (start < end && isWsp(text.charCodeAt(start))) start++;
    while (end > start && isWsp(text.charCodeAt(end - 1))) end--;
    pieces.push({ start, end });
    at = next + 1;
  }
  return pieces;
}
