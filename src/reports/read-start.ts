import type { ChunkReader } from '../message/source.ts';

/** The first chunks of a stream as one: `least` octets or more, unless the stream ends before. */
export async function readStart(chunks: ChunkReader, least: number): Promise<Uint8Array> {
  const read: Uint8Array[] = [];
  let length = 0;
  while (length < least) {
    const chunk = await chunks.read();
    if (chunk === undefined) break;
    read.push(chunk);
    length += chunk.length;
  }
  if (read.length === 1) return read[0]!;
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of read) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
