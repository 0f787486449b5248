import { Gunzip } from 'fflate';
import type { Limits } from '../limits.ts';

/** What came out of a compressed stream, as far as it could be read. */
export interface Inflated {
  bytes: Uint8Array;
  /** Why there is no more. */
  fault?: 'too-large' | 'bomb' | 'damaged' | 'trailing-data';
  problem?: string;
}

// Each octet can become 1,032, so that one piece makes 4 MiB at most.
const PIECE = 4096;
// What any report may inflate to, however small it was packed.
const FREE = 1_048_576;
// A stored block of 64 KiB takes 17 pieces before anything comes out; what takes more makes the decoder copy for nothing.
const MOST_SILENT = 40;
const INVALID_GZIP_HEADER = 6;

/** Inflates the members of a gzip one behind the other (RFC 1952 §2.2), never more than the limits let pass. */
export function inflateGzip(packed: Uint8Array, limits: Pick<Limits, 'inflatedBytes' | 'inflateRatio'>): Inflated {
  const inflated = inflate([packed], packed.length, limits);
  if (inflated.fault !== undefined || inflated.memberBytes === sizeAtEnd(packed)) return inflated;
  return { bytes: inflated.bytes, fault: 'damaged', problem: 'it is not as long as it says' };
}

/** RFC 1952 §2.3.1: the last four octets are the length modulo 2^32. */
function sizeAtEnd(packed: Uint8Array): number {
  const at = packed.length - 4;
  return at < 0 ? -1 : new DataView(packed.buffer, packed.byteOffset + at, 4).getUint32(0, true);
}

/** Inflates deflated data that ends by itself; what is behind its end is not read. */
export function inflateRaw(packed: Uint8Array, limits: Pick<Limits, 'inflatedBytes' | 'inflateRatio'>): Inflated {
  // The decoder says where raw data ends only when it takes it for a gzip: the next header is then none.
  const header = new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
  const inflated = inflate([header, packed], packed.length, limits);
  const { bytes, fault, problem } = inflated;
  if (fault === 'trailing-data' || fault === undefined) return { bytes };
  return { bytes, fault, ...(problem !== undefined && { problem }) };
}

interface Progress {
  out: Uint8Array[];
  length: number;
  memberBytes: number;
  most: number;
}

function inflate(
  inputs: readonly Uint8Array[],
  size: number,
  limits: Pick<Limits, 'inflatedBytes' | 'inflateRatio'>,
): Inflated & { memberBytes: number } {
  const progress: Progress = { out: [], length: 0, memberBytes: 0, most: limits.inflatedBytes };
  const gunzip = new Gunzip((chunk) => keep(progress, chunk));
  gunzip.onmember = () => {
    progress.memberBytes = 0;
  };
  let fault: Inflated['fault'];
  let problem: string | undefined;
  let consumed = 0;
  let silent = 0;
  try {
    for (const input of inputs) {
      for (let i = 0; i < input.length && fault === undefined; i += PIECE) {
        const before = progress.length;
        const piece = input.subarray(i, i + PIECE);
        consumed += piece.length;
        gunzip.push(piece);
        silent = progress.length > before ? 0 : silent + 1;
        fault = faultOf(progress, consumed, silent, limits);
      }
    }
    if (fault === undefined) gunzip.push(new Uint8Array(0), true);
  } catch (error) {
    fault = progress.length > 0 && codeOf(error) === INVALID_GZIP_HEADER ? 'trailing-data' : 'damaged';
    problem = error instanceof Error ? error.message : String(error);
  }
  if (fault === 'damaged') problem ??= `nothing comes out of its ${size} octets`;
  const bytes = join(progress);
  return {
    bytes,
    memberBytes: progress.memberBytes,
    ...(fault && { fault }),
    ...(problem !== undefined && { problem }),
  };
}

function keep(progress: Progress, chunk: Uint8Array): void {
  const room = progress.most - progress.length;
  progress.memberBytes = (progress.memberBytes + chunk.length) % 2 ** 32;
  progress.length += chunk.length;
  // A view of the decoder's buffer is its own copy already.
  if (room > 0 && chunk.length > 0) progress.out.push(chunk.length > room ? chunk.subarray(0, room) : chunk);
}

function faultOf(
  { length }: Progress,
  consumed: number,
  silent: number,
  { inflatedBytes, inflateRatio }: Pick<Limits, 'inflatedBytes' | 'inflateRatio'>,
): Inflated['fault'] {
  if (length > inflatedBytes) return 'too-large';
  if (length > FREE + consumed * inflateRatio) return 'bomb';
  return silent > MOST_SILENT ? 'damaged' : undefined;
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

function join({ out }: Progress): Uint8Array {
  if (out.length === 1) return out[0]!;
  let length = 0;
  for (const chunk of out) length += chunk.length;
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of out.splice(0)) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
