import { show } from '../environment.ts';
import type { Limits } from '../limits.ts';
import { utf8Bytes } from '../text/bytes.ts';
import {
  endWithoutEmptyLine,
  findHeaderEnd,
  type HeaderEnd,
  splitHeaderFields,
  startHeaderEndSearch,
  withCrlf,
} from './header-fields.ts';
import type { HeaderBlock, OpenedMessage } from './message.ts';
import { type ChunkReader, isBytes, type MessageSource, openChunks } from './source.ts';

/** How a message is opened. */
export interface OpenOptions {
  limits: Readonly<Limits>;
  /**
   * `auto` (default): a message without any CR up to its first empty line is a file with LF lines, read as if they ended in CRLF.
   * `as-is`: only CRLF ends a line.
   */
  lineEndings?: 'auto' | 'as-is' | undefined;
  signal?: AbortSignal | undefined;
}

/** The octets that were read until the header block ended, and the first octets of the body. */
interface Head {
  bytes: Uint8Array;
  end: HeaderEnd;
  bodyChunk: Uint8Array;
  reader?: ChunkReader;
}

/**
 * Reads a message up to the end of its header block; the body is left to `readBody`, what can be said of the header block
 * to `openedFindings`.
 *
 * A `TypeError` where the source is no message source, or is a stream of something else than bytes; otherwise rejects
 * only as the source stream does, or with the signal's reason. Nothing in the message makes it reject (RFC 5322 §2.1).
 */
export async function openMessage(source: MessageSource, options: OpenOptions): Promise<OpenedMessage> {
  const { limits, signal } = options;
  const auto = options.lineEndings !== 'as-is';
  signal?.throwIfAborted();
  const head = isBytes(source) || typeof source === 'string' ? headOf(source, auto, limits) : undefined;
  const { bytes, end, bodyChunk, reader } = head ?? (await readHead(source, auto, limits, signal));
  const { header, over } = readHeader(bytes, end, limits);
  if (over !== undefined) await reader?.close();
  const opened: OpenedMessage = {
    header,
    tooLarge: over !== undefined,
    lineEndings: end.lineEndings,
    readBody: bodyReader(over === undefined ? bodyChunk : undefined, reader, signal),
    close: async () => reader?.close(),
  };
  if (over) opened.over = over;
  return opened;
}

/** The header block must end before this offset; two octets more show whether the empty line follows right behind the limit. */
function headLength(limits: Readonly<Limits>): number {
  return limits.headerBytes + 2;
}

function headOf(source: string | Uint8Array, auto: boolean, limits: Readonly<Limits>): Head {
  const message = typeof source === 'string' ? utf8Bytes(source) : source;
  const bytes = message.subarray(0, headLength(limits));
  const search = startHeaderEndSearch(auto);
  const end = findHeaderEnd(bytes, search) ?? endWithoutEmptyLine(bytes, search);
  return { bytes, end, bodyChunk: message.subarray(end.bodyStart) };
}

async function readHead(
  source: unknown,
  auto: boolean,
  limits: Readonly<Limits>,
  signal: AbortSignal | undefined,
): Promise<Head> {
  const reader = openChunks(source, signal);
  if (reader === undefined) {
    throw new TypeError(
      `Cannot read message: "message" must be a string, Uint8Array, ReadableStream or AsyncIterable, received ${show(source)}`,
    );
  }
  const most = headLength(limits);
  const search = startHeaderEndSearch(auto);
  // The octets are copied, so that a stream may use the memory of a chunk again.
  let buffer = new Uint8Array(Math.min(most, 16_384));
  let length = 0;
  while (length < most) {
    const chunk = await reader.read();
    if (chunk === undefined) break;
    const part = chunk.subarray(0, most - length);
    buffer = withRoom(buffer, length, part.length, most);
    buffer.set(part, length);
    const before = length;
    length += part.length;
    const bytes = buffer.subarray(0, length);
    const end = findHeaderEnd(bytes, search);
    if (end !== undefined) return { bytes, end, bodyChunk: chunk.subarray(end.bodyStart - before), reader };
  }
  const bytes = buffer.subarray(0, length);
  return { bytes, end: endWithoutEmptyLine(bytes, search), bodyChunk: new Uint8Array(0), reader };
}

function withRoom(
  buffer: Uint8Array<ArrayBuffer>,
  length: number,
  more: number,
  most: number,
): Uint8Array<ArrayBuffer> {
  if (length + more <= buffer.length) return buffer;
  // Doubling keeps the time linear when the chunks are small.
  const grown = new Uint8Array(Math.min(most, Math.max(2 * buffer.length, length + more)));
  grown.set(buffer.subarray(0, length));
  return grown;
}

function readHeader(
  bytes: Uint8Array,
  { headerEnd, lineEndings }: HeaderEnd,
  limits: Readonly<Limits>,
): Pick<OpenedMessage, 'header' | 'over'> {
  const tooLong = headerEnd > limits.headerBytes;
  const raw = bytes.subarray(0, Math.min(headerEnd, limits.headerBytes));
  const block = lineEndings === 'lf' ? withCrlf(raw) : raw;
  const { complete, fields, malformed, bytes: octets } = splitHeaderFields(block, 'crlf', limits.headerFields);
  const header: HeaderBlock = { bytes: octets, fields, malformed };
  if (!complete) return { header: { ...header, cutOff: true }, over: { limit: limits.headerFields, unit: 'fields' } };
  if (!tooLong) return { header };
  return { header: withoutLastLine(header), over: { limit: limits.headerBytes, unit: 'octets' } };
}

/** The field at the cut may be half a field, and a From field that lost its second address would name one author. */
function withoutLastLine({ bytes, fields, malformed }: HeaderBlock): HeaderBlock {
  const start = Math.max(fields.at(-1)?.start ?? 0, malformed.at(-1)?.start ?? 0);
  return {
    bytes: bytes.subarray(0, start),
    fields: fields.filter((field) => field.start < start),
    malformed: malformed.filter((span) => span.start < start),
    cutOff: true,
  };
}

function bodyReader(
  first: Uint8Array | undefined,
  reader: ChunkReader | undefined,
  signal: AbortSignal | undefined,
): OpenedMessage['readBody'] {
  let begun = false;
  return async (visit) => {
    if (begun) throw new Error('The body of a message can be read once');
    begun = true;
    signal?.throwIfAborted();
    if (first === undefined) return;
    if (first.length > 0) visit(first);
    for (let chunk = await reader?.read(); chunk !== undefined; chunk = await reader?.read()) {
      if (chunk.length > 0) visit(chunk);
    }
  };
}
