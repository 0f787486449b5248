import { hex } from './hex.ts';
import type { PublicKey } from './provider.ts';

/** What rules out a key whatever its signatures. */
export type KeyFault =
  | 'modulus-size'
  | 'even-modulus'
  | 'exponent'
  /** An Ed25519 key is 32 octets. */
  | 'key-size'
  /** An Ed25519 key whose y is not below 2²⁵⁵-19 (RFC 8032 §5.1.3). */
  | 'non-canonical-form'
  /** An Ed25519 key under which anybody can sign something. */
  | 'small-order';

/**
 * The first thing that rules out a key, asked before any provider sees it: engines answer differently for such keys, some
 * by an error, some by `false`, some by verifying.
 */
export function keyFault(key: PublicKey): KeyFault | undefined {
  return key.type === 'rsa' ? rsaKeyFault(key.n, key.e) : ed25519KeyFault(key.key);
}

/** Throws a `TypeError` for a key that has a fault: a provider is never to be asked about one. */
export function requireUsableKey(key: PublicKey): void {
  const fault = keyFault(key);
  if (fault !== undefined) throw new TypeError(`Cannot import the ${key.type} key: ${fault}`);
}

/** The fault of an RSA key whose numbers are big-endian. */
export function rsaKeyFault(n: Uint8Array, e: Uint8Array): KeyFault | undefined {
  return rsaFault(bitLength(n.length, n[0]), n.at(-1)!, e);
}

/**
 * Within these bounds all engines agree: a modulus of 512 to 8192 bits that is odd, an exponent that is odd and
 * 3 ≤ e < 2³² (RFC 8301 §3.2 asks verifiers for 1024 to 4096 bits; `minKeyBits` of the verifier is the stricter judge).
 */
export function rsaFault(bits: number, lastOctet: number, e: Uint8Array): KeyFault | undefined {
  if (bits < 512 || bits > 8192) return 'modulus-size';
  if (lastOctet % 2 === 0) return 'even-modulus';
  const exponent = e[0] ? e.reduce((value, octet) => value * 256 + octet) : 0;
  return exponent < 3 || exponent >= 2 ** 32 || exponent % 2 === 0 ? 'exponent' : undefined;
}

// The y of the eight points whose order divides the cofactor, in the order of RFC 8032 §5.1.2 (little-endian): 0, 1, -1
// and two more; each y but 1 and -1 is that of two points, which differ in the sign of x.
const SMALL_ORDER = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
] as const;

/** Not found here: a key that is no point of the curve; such a key verifies nothing. */
export function ed25519KeyFault(key: Uint8Array): KeyFault | undefined {
  if (key.length !== 32) return 'key-size';
  const y = Uint8Array.from(key);
  y[31]! &= 0x7f;
  if (y[0]! >= 0xed && y[31] === 0x7f && y.subarray(1, 31).every((octet) => octet === 0xff))
    return 'non-canonical-form';
  const text = hex(y);
  return SMALL_ORDER.some((small) => small === text) ? 'small-order' : undefined;
}

/** Bits of a big-endian integer, by its length and its first octet; none where that is zero: so no number is written. */
export function bitLength(octets: number, first: number | undefined): number {
  return first ? octets * 8 - (Math.clz32(first) - 24) : 0;
}
