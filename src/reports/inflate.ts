import { type FlateError, Gunzip } from 'fflate';
import type { Limits } from '../limits.ts';

/** What came out of a compressed stream, as far as it could be read. */
export interface Inflated {
  bytes: Uint8Array;
  /** Why there is no more. */
  fault?: 'too-large' | 'bomb' | 'damaged' | 'trailing-data' | undefined;
  problem?: string | undefined;
}

type InflateLimits = Pick<Limits, 'inflatedBytes' | 'inflateRatio'>;

// Each octet can become 1,032, so that one piece makes 2 MiB at most.
const PIECE = 2048;
const MOST_RATIO = 1032;
// What any report may inflate to, however small it was packed.
const FREE = 1_048_576;
// A stored block of 64 KiB takes 33 pieces before anything comes out; what takes more makes the decoder copy for nothing.
const MOST_SILENT = 80;
// RFC 1952 §2.2: ten octets of header, eight behind the data.
const SHORTEST_GZIP = 18;
const INVALID_GZIP_HEADER = 6;

/** Inflates the members of a gzip one behind the other (RFC 1952 §2.2), never more than the limits let pass. */
export function inflateGzip(packed: Uint8Array, limits: InflateLimits): Inflated {
  if (packed.length < SHORTEST_GZIP) return { bytes: new Uint8Array(), fault: 'damaged', problem: 'it is cut off' };
  // RFC 1952 §2.3.1: the last four octets are the length modulo 2^32.
  const said = new DataView(packed.buffer, packed.byteOffset).getUint32(packed.length - 4, true);
  const { memberBytes, ...inflated } = inflate([packed], packed.length, said, limits);
  if (inflated.fault !== undefined || memberBytes === said) return inflated;
  return { bytes: inflated.bytes, fault: 'damaged', problem: 'it is not as long as it says' };
}

/** Inflates deflated data that ends by itself; what is behind its end is not read. */
export function inflateRaw(packed: Uint8Array, limits: InflateLimits): Inflated {
  // The decoder says where raw data ends only when it takes it for a gzip: the next header is then none.
  const header = new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
  const { bytes, fault, problem } = inflate([header, packed], packed.length, 0, limits);
  return fault === 'trailing-data' ? { bytes } : { bytes, fault, problem };
}

interface Output {
  bytes: Uint8Array;
  /** How much came out, kept or not. */
  length: number;
  memberBytes: number;
  readonly most: number;
}

function inflate(inputs: readonly Uint8Array[], size: number, said: number, limits: InflateLimits) {
  const { inflatedBytes } = limits;
  // Room for what the data says it becomes, or for what reports usually become.
  const room = Math.min(said > 0 ? said : 16 * size, MOST_RATIO * size, inflatedBytes);
  const output: Output = { bytes: new Uint8Array(room), length: 0, memberBytes: 0, most: inflatedBytes };
  const gunzip = new Gunzip((chunk) => keep(output, chunk));
  gunzip.onmember = () => {
    output.memberBytes = 0;
  };
  let fault: Inflated['fault'];
  let problem: string | undefined;
  try {
    fault = pushAll(gunzip, inputs, output, limits);
  } catch (error) {
    const { code, message } = error as FlateError;
    fault = output.length > 0 && code === INVALID_GZIP_HEADER ? 'trailing-data' : 'damaged';
    problem = message;
    // The end of the data may stand in the piece that goes beyond the limit.
    if (output.length > inflatedBytes) fault = 'too-large';
  }
  if (fault === 'damaged') problem ??= `nothing comes out of its ${size} octets`;
  return { bytes: take(output), fault, problem, memberBytes: output.memberBytes };
}

function pushAll(
  gunzip: Gunzip,
  inputs: readonly Uint8Array[],
  output: Output,
  { inflatedBytes, inflateRatio }: InflateLimits,
): Inflated['fault'] {
  let consumed = 0;
  let silent = 0;
  for (const input of inputs) {
    for (let i = 0; i < input.length; i += PIECE) {
      const before = output.length;
      const piece = input.subarray(i, i + PIECE);
      consumed += piece.length;
      gunzip.push(piece);
      silent = output.length > before ? 0 : silent + 1;
      if (output.length > inflatedBytes) return 'too-large';
      if (output.length > FREE + consumed * inflateRatio) return 'bomb';
      if (silent > MOST_SILENT) return 'damaged';
    }
  }
  gunzip.push(new Uint8Array(0), true);
  return undefined;
}

/** Writes a piece behind the others, in one buffer: pieces that are joined in the end would be there twice. */
function keep(output: Output, chunk: Uint8Array): void {
  const at = output.length;
  output.length += chunk.length;
  output.memberBytes = (output.memberBytes + chunk.length) % 2 ** 32;
  const end = Math.min(output.length, output.most);
  if (end <= at) return;
  if (end > output.bytes.length) {
    const larger = new Uint8Array(Math.min(Math.max(end, 2 * output.bytes.length), output.most));
    larger.set(output.bytes.subarray(0, at));
    output.bytes = larger;
  }
  output.bytes.set(chunk.subarray(0, end - at), at);
}

function take({ bytes, length, most }: Output): Uint8Array {
  const end = Math.min(length, most);
  // Whoever posts a part of a buffer to a worker posts the whole of it.
  return end === bytes.length ? bytes : bytes.slice(0, end);
}
