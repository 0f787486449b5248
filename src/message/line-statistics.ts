import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnose, type MessageCode } from './rules.ts';

const CR = 0x0d;
const LF = 0x0a;
const DOT = 0x2e;

/** How often something was seen, and where first. */
export interface Occurrences {
  count: number;
  /** Offset of the first; -1 where there is none. */
  first: number;
}

/** What one pass over the octets of a message counts. */
export interface LineStatistics {
  crlf: number;
  bareLf: Occurrences;
  bareCr: Occurrences;
  nul: Occurrences;
  /** A dot alone between two line breaks that are not both CRLF. */
  oddDot: Occurrences;
  /** Octets of the longest line without its line break. */
  longestLine: number;
}

function note(occurrences: Occurrences, offset: number): void {
  if (occurrences.count++ === 0) occurrences.first = offset;
}

/** Counts line breaks and what else the shape of a message can hide. */
export function countLines(bytes: Uint8Array): LineStatistics {
  const none = (): Occurrences => ({ count: 0, first: -1 });
  const seen: LineStatistics = {
    crlf: 0,
    bareLf: none(),
    bareCr: none(),
    nul: none(),
    oddDot: none(),
    longestLine: 0,
  };
  let lineStart = 0;
  for (let i = 0; i < bytes.length; i++) {
    const c = bytes[i]!;
    if (c > CR) continue;
    if (c === LF) {
      const crlf = bytes[i - 1] === CR;
      if (crlf) seen.crlf++;
      else note(seen.bareLf, i);
      seen.longestLine = Math.max(seen.longestLine, i - lineStart - (crlf ? 1 : 0));
      lineStart = i + 1;
      if (!crlf && isLoneDot(bytes, i - 1)) note(seen.oddDot, i - 1);
    } else if (c === CR) {
      const crlf = bytes[i + 1] === LF;
      if (!crlf) note(seen.bareCr, i);
      // CRLF.CRLF is what a line of one dot looks like once the receiving server has undone the dot stuffing.
      const afterCrlf = bytes[i - 2] === LF && bytes[i - 3] === CR;
      if (!(crlf && afterCrlf) && isLoneDot(bytes, i - 1)) note(seen.oddDot, i - 1);
    } else if (c === 0) {
      note(seen.nul, i);
    }
  }
  seen.longestLine = Math.max(seen.longestLine, bytes.length - lineStart);
  return seen;
}

function isLoneDot(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === DOT && (bytes[at - 1] === LF || bytes[at - 1] === CR);
}

/** What the statistics give reason to say; offsets are octets of the text that was counted. */
export function lineFindings(seen: LineStatistics, lineEndings: 'crlf' | 'lf'): Diagnostic<MessageCode>[] {
  const findings: Diagnostic<MessageCode>[] = [];
  const report = (
    code: 'message.bare-lf' | 'message.bare-cr' | 'message.nul' | 'message.end-of-data',
    { count, first }: Occurrences,
  ): void => {
    if (count === 0) return;
    findings.push(diagnose(code, { count, offset: first }, { span: { start: first, end: first + 1 } }));
  };
  // A file with LF lines has no other line breaks that these could be mistaken for.
  const plainLf = lineEndings === 'lf' && seen.crlf === 0 && seen.bareCr.count === 0;
  if (lineEndings === 'lf') findings.push(diagnose('message.lf-line-endings', {}));
  if (lineEndings === 'crlf') report('message.bare-lf', seen.bareLf);
  report('message.bare-cr', seen.bareCr);
  report('message.nul', seen.nul);
  if (!plainLf) report('message.end-of-data', seen.oddDot);
  if (seen.longestLine > 998) findings.push(diagnose('message.long-line', { length: seen.longestLine }));
  return findings;
}
