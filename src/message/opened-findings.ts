import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { headerFindings } from './header-findings.ts';
import { countLines, lineFindings } from './line-statistics.ts';
import type { OpenedMessage } from './message.ts';
import { diagnose, type MessageCode } from './rules.ts';

/** What can be said about the form of a header block that was read; offsets are octets of `header.bytes`. */
export function openedFindings({ header, over, lineEndings }: OpenedMessage): Diagnostic<MessageCode>[] {
  const findings = [...headerFindings(header), ...lineFindings(countLines(header.bytes), lineEndings)];
  return over === undefined ? findings : [diagnose('message.header-too-large', over), ...findings];
}
