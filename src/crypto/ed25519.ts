// Only ever loaded by import(): the curve takes 20 ms to set up, and most keys are RSA.
import { ed25519 } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { hex } from './hex.ts';

/** Reads a little-endian integer. */
function integer(bytes: Uint8Array): bigint {
  return BigInt(`0x${hex(bytes.slice().reverse())}`);
}

/**
 * PureEdDSA verification (RFC 8032 §5.1.7) for keys without a `keyFault`; a key that is no point verifies nothing.
 *
 * noble's own `verify` checks the equation multiplied by the cofactor, engines check it as it is: [S]B = R + [k]A. The
 * RFC allows both, and whoever makes a key can make a signature that tells them apart; so that all providers answer
 * alike, R is computed here and compared octet by octet, as engines do.
 */
export function ed25519Verifier(key: Uint8Array): (data: Uint8Array, signature: Uint8Array) => boolean {
  const { Point } = ed25519;
  if (!ed25519.utils.isValidPublicKey(key, false)) return () => false;
  const point = Point.fromBytes(key);
  const order = Point.Fn.ORDER;
  return (data, signature) => {
    if (signature.length !== 64) return false;
    const r = signature.subarray(0, 32);
    const s = integer(signature.subarray(32));
    // RFC 8032 §5.1.7: S is below the order, or every signature would have others like it.
    if (s >= order) return false;
    const k = integer(sha512.create().update(r).update(key).update(data).digest()) % order;
    const expected = Point.BASE.multiplyUnsafe(s).subtract(point.multiplyUnsafe(k));
    return hex(expected.toBytes()) === hex(r);
  };
}
