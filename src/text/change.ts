import type { Span } from '../diagnostics/diagnostic.ts';

/** A change of a text: what stands in the span gives way to the replacement; an empty span is an insertion. */
export interface TextChange {
  span: Span;
  replacement: string;
}

/** A record after an edit, and exactly what was changed. */
export interface RecordEdit {
  text: string;
  /** In order, none touching another, all in terms of the text before the edit. */
  changes: TextChange[];
}

/** Applies changes in order of their spans; where two begin at one place, an insertion comes first. */
export function applyChanges(text: string, changes: readonly TextChange[]): RecordEdit {
  const sorted = [...changes].sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
  const merged: TextChange[] = [];
  for (const { span, replacement } of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && last.span.end >= span.start) {
      last.span.end = Math.max(last.span.end, span.end);
      last.replacement += replacement;
    } else {
      merged.push({ span: { ...span }, replacement });
    }
  }
  let out = '';
  let at = 0;
  for (const { span, replacement } of merged) {
    out += text.slice(at, span.start) + replacement;
    at = span.end;
  }
  return { text: out + text.slice(at), changes: merged };
}
