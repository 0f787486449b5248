import type { Span } from '../../diagnostics/diagnostic.ts';
import type { AggregateExtension } from './report.ts';

/** The text of an element, without the white space around it. */
export interface Field extends Span {
  text: string;
}

/** The text elements of one container by name. */
export type Fields = Map<string, Field>;

/** A `record` element as it was read, before anything was made of it. */
export interface RecordDraft {
  row?: Fields;
  policy_evaluated?: Fields;
  identifiers?: Fields;
  hasResults: boolean;
  reasons: Fields[];
  dkim: Fields[];
  spf: Fields[];
  extensions: AggregateExtension[];
  span: Span;
}

/** Everything outside the records. */
export interface HeadDraft {
  /** Absent until `feedback` begins. */
  namespace?: string;
  feedback?: Fields;
  report_metadata?: Fields;
  date_range?: Fields;
  policy_published?: Fields;
  errors: Field[];
  extensions: AggregateExtension[];
}

function isXmlSpace(unit: number): boolean {
  // XML 1.0 §2.3: S.
  return unit === 0x20 || unit === 0x0a || unit === 0x0d || unit === 0x09;
}

/** The text without the white space around it, and where it then stands. */
export function trimmed(text: string, start: number, end: number): Field {
  const { length } = text;
  if (length === 0 || !(isXmlSpace(text.charCodeAt(0)) || isXmlSpace(text.charCodeAt(length - 1)))) {
    return { text, start, end };
  }
  let from = 0;
  let to = length;
  while (from < to && isXmlSpace(text.charCodeAt(from))) from++;
  while (to > from && isXmlSpace(text.charCodeAt(to - 1))) to--;
  if (from === to) return { text: '', start, end };
  return {
    text: text.slice(from, to),
    start: Math.min(start + from, end),
    end: Math.max(start + from, end - (length - to)),
  };
}
