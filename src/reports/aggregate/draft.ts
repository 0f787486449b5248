import type { Span } from '../../diagnostics/diagnostic.ts';
import type { Container } from './layout.ts';
import type { AggregateExtension } from './report.ts';

/** The text of an element, without the white space around it. */
export interface Field extends Span {
  name: string;
  text: string;
}

/** The text elements of one container: so few that a map of them would cost more than it saves. */
export type Fields = Field[];

/** The element of that name. */
export function fieldOf(fields: Fields | undefined, name: string): Field | undefined {
  if (fields !== undefined) for (const field of fields) if (field.name === name) return field;
  return undefined;
}

/** The containers that occur once. */
type Parts = { [Name in Container]?: Fields };

/** A `record` element as it was read, before anything was made of it. */
export interface RecordDraft {
  parts: Parts;
  reason: Fields[];
  dkim: Fields[];
  spf: Fields[];
  extensions: AggregateExtension[];
  span: Span;
}

/** Everything outside the records. */
export interface HeadDraft {
  /** Absent until `feedback` begins. */
  namespace?: string;
  parts: Parts;
  errors: Field[];
  extensions: AggregateExtension[];
}

function isXmlSpace(unit: number): boolean {
  // XML 1.0 §2.3: S.
  return unit === 0x20 || unit === 0x0a || unit === 0x0d || unit === 0x09;
}

/** The text without the white space around it, and where it then stands. */
export function trimmed(name: string, text: string, start: number, end: number): Field {
  const { length } = text;
  if (length === 0 || !(isXmlSpace(text.charCodeAt(0)) || isXmlSpace(text.charCodeAt(length - 1)))) {
    return { name, text, start, end };
  }
  let from = 0;
  let to = length;
  while (from < to && isXmlSpace(text.charCodeAt(from))) from++;
  while (to > from && isXmlSpace(text.charCodeAt(to - 1))) to--;
  if (from === to) return { name, text: '', start, end };
  return {
    name,
    text: text.slice(from, to),
    start: Math.min(start + from, end),
    end: Math.max(start + from, end - (length - to)),
  };
}
