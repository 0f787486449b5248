import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { latin1, utf8 } from '../text/bytes.ts';
import type { HeaderBlock } from './message.ts';
import { diagnose, type MessageCode } from './rules.ts';

/** What can be said about the lines of a header block as such; offsets are octets of `header.bytes`. */
export function headerFindings(header: HeaderBlock): Diagnostic<MessageCode>[] {
  const { bytes, fields, malformed } = header;
  const findings: Diagnostic<MessageCode>[] = [];
  const first = malformed[0];
  if (first !== undefined) {
    const lf = bytes.indexOf(0x0a, first.start);
    const end = lf === -1 ? first.end : lf - (bytes[lf - 1] === 0x0d ? 1 : 0);
    const line = latin1(bytes, first.start, Math.max(first.start, Math.min(end, first.start + 80)));
    findings.push(diagnose('message.malformed-line', { count: malformed.length, line }, { span: first }));
  }
  const spaced = fields.find((field) => field.colon - field.start !== field.name.length);
  if (spaced !== undefined) {
    const span = { start: spaced.start + spaced.name.length, end: spaced.colon };
    findings.push(diagnose('message.space-before-colon', { name: spaced.name }, { span }));
  }
  if (fields.length === 0) findings.push(diagnose('message.no-header', {}));
  const text = utf8(bytes);
  // What is not ASCII takes more octets than it makes UTF-16 units; to decode is faster than to look at each octet.
  if (text?.length !== bytes.length) {
    findings.push(diagnose(text === undefined ? 'message.header-not-utf8' : 'message.header-utf8', {}));
  }
  return findings;
}
