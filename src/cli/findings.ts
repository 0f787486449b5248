import { type Diagnostic, escapeControls, type Severity } from '../diagnostics/diagnostic.ts';
import type { Console } from './console.ts';
import { beside, counted, enumerated } from './layout.ts';
import type { Paint } from './output.ts';

/** Prints findings where they are in nobody's way: on standard error, one a line. */
export function printFindings(diagnostics: readonly Diagnostic[], { stderr }: Console): void {
  for (const { severity, code, message, spec } of diagnostics) {
    stderr.write(`${severity} ${code}: ${escapeControls(message)} (${spec.spec} §${spec.section})\n`);
  }
}

const SEVERITIES: readonly Severity[] = ['error', 'warning', 'info'];
// "warning" and two spaces.
const INDENT = 9;

/** The worst first, otherwise as they come. */
export function worstFirst<Finding extends Diagnostic>(findings: readonly Finding[]): Finding[] {
  return SEVERITIES.flatMap((severity) => findings.filter((finding) => finding.severity === severity));
}

/** "2 errors, 1 warning and 3 notes"; nothing where there is nothing. */
export function countFindings(findings: readonly Diagnostic[]): string {
  const counts = SEVERITIES.map((severity) => findings.filter((finding) => finding.severity === severity).length);
  const words = counts.flatMap((count, i) => (count === 0 ? [] : [counted(count, ['error', 'warning', 'note'][i]!)]));
  return enumerated(words);
}

/**
 * One finding: how bad, the sentence, what cures it, and where the rule stands.
 *
 * @param cure - lines in place of the short description of the cure, for those who know the whole change
 */
export function renderFinding(finding: Diagnostic, paint: Paint, width: number, cure?: readonly string[]): string[] {
  const { severity, code, message, subject, spec, fix } = finding;
  const colour = severity === 'error' ? paint.bad : severity === 'warning' ? paint.doubtful : paint.faint;
  const word = severity === 'info' ? 'note' : severity;
  const margin = ' '.repeat(INDENT);
  const source = [code, `${spec.spec} §${spec.section}`, ...(subject === undefined ? [] : [escapeControls(subject)])];
  return [
    ...beside(colour(word) + margin.slice(word.length), `${escapeControls(message)}.`, width),
    ...(cure?.map((line) => (line === '' ? '' : margin + line)) ??
      (fix === undefined ? [] : beside(margin, `${escapeControls(fix.description)}.`, width))),
    ...beside(margin, source.join(', '), width).map((line) => paint.faint(line)),
  ];
}
