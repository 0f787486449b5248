// Only ever loaded by import(): the curve takes time to set up, and most keys are RSA. It imports nothing that others import
// too: a bundler would put that into a file of its own, and to load it takes longer than the rest of this folder.
import { type EdwardsPoint, edwards } from '@noble/curves/abstract/edwards.js';
import { sha512 } from './sha512.ts';

/** Reads a little-endian integer. */
function integer(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, octet) => (value << 8n) | BigInt(octet), 0n);
}

// RFC 8032 §5.1: the parameters of edwards25519. Not `ed25519` of noble, which brings signing and three other schemes.
const Point = /* @__PURE__ */ edwards({
  p: 0x7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffedn,
  n: 0x1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3edn,
  h: 8n,
  a: 0x7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffecn,
  d: 0x52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3n,
  Gx: 0x216936d3cd6e53fec0a4e231fdd6dc5c692cc7609525a7b2c9562d608f25d51an,
  Gy: 0x6666666666666666666666666666666666666666666666666666666666666658n,
});

/**
 * PureEdDSA verification (RFC 8032 §5.1.7) for keys without a `keyFault`; a key that is no point verifies nothing.
 *
 * noble's own `verify` checks the equation multiplied by the cofactor, engines check it as it is: [S]B = R + [k]A. The
 * RFC allows both, and whoever makes a key can make a signature that tells them apart; so that all providers answer
 * alike, R is computed here and compared octet by octet, as engines do.
 */
export function ed25519Verifier(key: Uint8Array): (data: Uint8Array, signature: Uint8Array) => boolean {
  const point = pointOf(key);
  if (point === undefined) return () => false;
  const order = Point.Fn.ORDER;
  return (data, signature) => {
    if (signature.length !== 64) return false;
    const r = signature.subarray(0, 32);
    const s = integer(signature.subarray(32));
    // RFC 8032 §5.1.7: S is below the order, or every signature would have others like it.
    if (s >= order) return false;
    const hashed = new Uint8Array(64 + data.length);
    hashed.set(r);
    hashed.set(key, 32);
    hashed.set(data, 64);
    const k = integer(sha512(hashed)) % order;
    const expected = Point.BASE.multiplyUnsafe(s).subtract(point.multiplyUnsafe(k));
    return expected.toBytes().every((octet, i) => octet === r[i]);
  };
}

function pointOf(key: Uint8Array): EdwardsPoint | undefined {
  try {
    return Point.fromBytes(key);
  } catch {
    return undefined;
  }
}
