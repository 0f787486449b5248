import { loadHash, portableCrypto } from '../crypto/portable.ts';
import type { CryptoProvider, Hash } from '../crypto/provider.ts';
import type { OpenedMessage } from '../message/message.ts';
import { BodyCanonicalizer, type Canonicalization, LineEndingReader } from './canonicalize.ts';

const CR = 0x0d;
const SHA256_OCTETS = 32;

/** What is known of a body under one canonicalization and length once the body was read. */
export interface BodyDigest {
  /** Octets of the whole canonical body. */
  octets: number;
  /** SHA-256 of its first `length` octets, or of all; absent where the provider failed. */
  sha256?: Uint8Array;
}

interface LimitedHash {
  length: number;
  hash: Hash | undefined;
  digest: BodyDigest;
}

/** Reads a body once for all signatures together: each canonicalization is made once, and each length of it hashed once. */
export class BodyDigests {
  readonly #crypto: CryptoProvider;
  readonly #lf: boolean;
  readonly #hashes: { readonly [name in Canonicalization]: LimitedHash[] } = { simple: [], relaxed: [] };
  #mixed = false;

  constructor(crypto: CryptoProvider, lineEndings: OpenedMessage['lineEndings']) {
    this.#crypto = crypto;
    this.#lf = lineEndings === 'lf';
  }

  /** Whether a message whose lines seemed to end in LF has a CR in its body. */
  get mixed(): boolean {
    return this.#mixed;
  }

  /** Whether anybody asked for a digest. */
  get requested(): boolean {
    return this.#hashes.simple.length + this.#hashes.relaxed.length > 0;
  }

  /** Asks for a digest, which `read` fills in. */
  request(canonicalization: Canonicalization, length: number = Number.POSITIVE_INFINITY): BodyDigest {
    const hashes = this.#hashes[canonicalization];
    let entry = hashes.find((one) => one.length === length);
    if (entry === undefined) {
      entry = { length, hash: undefined, digest: { octets: 0 } };
      hashes.push(entry);
    }
    return entry.digest;
  }

  /** Reads the body and completes every digest that was asked for. */
  async read(message: OpenedMessage): Promise<void> {
    const { simple, relaxed } = this.#hashes;
    // Its own hashes keep copies of what they are given before their code is loaded.
    const loaded = this.#crypto === portableCrypto && (await loadHash());
    const all = [...simple, ...relaxed];
    for (const entry of all) {
      entry.hash = attempt(() => (loaded ? loaded() : this.#crypto.createHash('sha256')));
    }
    const bodies: BodyCanonicalizer[] = [];
    if (simple.length > 0) bodies.push(new BodyCanonicalizer('simple', (piece) => feed(simple, piece)));
    if (relaxed.length > 0) bodies.push(new BodyCanonicalizer('relaxed', (piece) => feed(relaxed, piece)));
    const write = (piece: Uint8Array) => {
      for (const body of bodies) body.write(piece);
    };
    await message.readBody(this.#lf ? this.#readingLf(write) : write);
    for (const body of bodies) body.end();
    for (const { hash, digest } of all) {
      const computed = hash && attempt(() => hash.digest());
      // Most providers are synchronous, and to wait for what is there takes as long as some hashing.
      const sha256 = isSha256(computed) ? computed : await settle(() => computed);
      if (isSha256(sha256)) digest.sha256 = sha256;
    }
  }

  #readingLf(write: (piece: Uint8Array) => void): (chunk: Uint8Array) => void {
    const reader = new LineEndingReader(write);
    return (chunk) => {
      this.#mixed ||= chunk.includes(CR);
      reader.write(chunk);
    };
  }
}

function feed(hashes: readonly LimitedHash[], piece: Uint8Array): void {
  for (const entry of hashes) {
    const left = entry.length - entry.digest.octets;
    entry.digest.octets += piece.length;
    if (left <= 0 || entry.hash === undefined) continue;
    const { hash } = entry;
    const done = attempt(() => {
      hash.update(left >= piece.length ? piece : piece.subarray(0, left));
      return true;
    });
    if (done === undefined) entry.hash = undefined;
  }
}

/** SHA-256 of some octets, or `undefined` where the provider cannot do it. */
export async function sha256(crypto: CryptoProvider, data: Uint8Array): Promise<Uint8Array | undefined> {
  const digest = await settle(() => {
    const hash = crypto.createHash('sha256');
    hash.update(data);
    return hash.digest();
  });
  return isSha256(digest) ? digest : undefined;
}

function isSha256(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array && value.length === SHA256_OCTETS;
}

// The boundary to a foreign crypto provider: whatever it throws means that it cannot do what was asked.

function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}

/** The value of an action of a crypto provider, `undefined` where it throws or rejects. */
export async function settle<T>(action: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await action();
  } catch {
    return undefined;
  }
}
