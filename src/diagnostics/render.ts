import { type Diagnostic, escapeControls } from './diagnostic.ts';

const WINDOW = 100;

/**
 * Prints a diagnostic for a terminal: severity, code, sentence and section, then the part of the text it points at with
 * carets under the span, then the cure. Control characters of the text are shown as escapes.
 *
 * @param text - the text that was parsed
 * @param diagnostic - a finding about it
 * @returns several lines without a final line break
 * @example
 * const { diagnostics } = parseDmarcRecord('v=DMARC1; p=rejct');
 * renderDiagnostic('v=DMARC1; p=rejct', diagnostics[0]!);
 */
export function renderDiagnostic(text: string, diagnostic: Diagnostic): string {
  const { severity, code, message, spec, span, subject, fix } = diagnostic;
  const lines = [`${severity} ${code}: ${message} (${spec.spec} §${spec.section})`];
  if (subject !== undefined) lines.push(`  in ${escapeControls(subject)}`);
  if (span !== undefined) lines.push(...sourceLines(text, span.start, span.end));
  if (fix !== undefined) lines.push(`  fix: ${escapeControls(fix.description)}`);
  return lines.join('\n');
}

function sourceLines(text: string, start: number, end: number): string[] {
  // A header value may be folded: only the line in which the span begins is shown, and of a long line only a window.
  const lineStart = start === 0 ? 0 : text.lastIndexOf('\n', start - 1) + 1;
  const newline = text.indexOf('\n', start);
  const lineBreak = newline === -1 ? text.length : newline;
  const lineEnd = lineBreak > start && text[lineBreak - 1] === '\r' ? lineBreak - 1 : lineBreak;
  const from = Math.max(lineStart, Math.min(start - WINDOW / 4, lineEnd - WINDOW));
  const to = Math.min(lineEnd, from + WINDOW);
  const before = (from > lineStart ? '…' : '') + escapeControls(text.slice(from, start));
  const marked = escapeControls(text.slice(start, Math.min(end, to)));
  const after = escapeControls(text.slice(Math.min(end, to), to)) + (to < lineEnd ? '…' : '');
  return [`  ${before}${marked}${after}`, `  ${' '.repeat(before.length)}${'^'.repeat(Math.max(marked.length, 1))}`];
}
