import {
  endWithoutEmptyLine,
  findHeaderEnd,
  splitHeaderFields,
  startHeaderEndSearch,
} from '../message/header-fields.ts';
import type { HeaderBlock } from '../message/message.ts';

/** Finds the fields of a message; every offset counts octets of the message as it is. */
export function readFields(message: Uint8Array): HeaderBlock & { lineEndings: 'crlf' | 'lf' } {
  const search = startHeaderEndSearch(true);
  const { headerEnd, lineEndings } = findHeaderEnd(message, search) ?? endWithoutEmptyLine(message, search);
  return { ...splitHeaderFields(message.subarray(0, headerEnd), lineEndings), lineEndings };
}
