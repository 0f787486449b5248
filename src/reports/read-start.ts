import type { ChunkReader } from '../message/source.ts';
import { joinBytes } from '../text/bytes.ts';

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
  return read.length === 1 ? read[0]! : joinBytes(read, length);
}
