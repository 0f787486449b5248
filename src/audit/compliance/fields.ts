import type { Span } from '../../diagnostics/diagnostic.ts';
import {
  endWithoutEmptyLine,
  findHeaderEnd,
  splitHeaderFields,
  startHeaderEndSearch,
} from '../../message/header-fields.ts';
import type { HeaderBlock, HeaderField } from '../../message/message.ts';
import { messageBytes } from '../../message/source.ts';
import { headerText } from '../../text/bytes.ts';

/** The header of a message; offsets count octets of it. */
export type MessageHeader = Pick<HeaderBlock, 'bytes' | 'fields'>;

/** Splits the header block of a message; what is wrong in it otherwise, the verdict says. */
export function readFields(action: string, message: string | Uint8Array): MessageHeader {
  const bytes = messageBytes(action, message);
  const search = startHeaderEndSearch(true);
  const { headerEnd, lineEndings } = findHeaderEnd(bytes, search) ?? endWithoutEmptyLine(bytes, search);
  return splitHeaderFields(bytes.subarray(0, headerEnd), lineEndings);
}

/** The fields of a name, lower-cased, top first. */
export function fieldsOf(message: MessageHeader, name: string): HeaderField[] {
  return message.fields.filter((field) => field.name === name);
}

/** The value of a field, unfolded, without white space around. */
export function fieldText({ bytes }: MessageHeader, { colon, end }: HeaderField): string {
  const text = headerText(bytes.subarray(colon + 1, end)).replace(/[\r\n]/g, '');
  let start = 0;
  let stop = text.length;
  while (start < stop && (text[start] === ' ' || text[start] === '\t')) start++;
  while (stop > start && (text[stop - 1] === ' ' || text[stop - 1] === '\t')) stop--;
  return text.slice(start, stop);
}

/** Where a finding about a field points: octets of the message. */
export function placeOf(field: HeaderField, subject: string): { span: Span; subject: string } {
  return { span: { start: field.start, end: field.end }, subject };
}
