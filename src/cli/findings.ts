import { type Diagnostic, escapeControls } from '../diagnostics/diagnostic.ts';
import type { Console } from './console.ts';

/** Prints findings where they are in nobody's way: on standard error, one a line. */
export function printFindings(diagnostics: readonly Diagnostic[], { stderr }: Console): void {
  for (const { severity, code, message, spec } of diagnostics) {
    stderr.write(`${severity} ${code}: ${escapeControls(message)} (${spec.spec} §${spec.section})\n`);
  }
}
