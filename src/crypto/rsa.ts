import { hex } from './hex.ts';

/** Reads a big-endian integer; no octets are zero. */
function integer(bytes: Uint8Array): bigint {
  return BigInt(`0x0${hex(bytes)}`);
}

/** base^exponent mod modulus: public data only, so it need not take the same time for all of it. */
function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = base;
  for (const bit of exponent.toString(2).slice(1)) {
    result = (result * result) % modulus;
    if (bit === '1') result = (result * base) % modulus;
  }
  return result;
}

// DigestInfo of SHA-256 with the NULL parameters (RFC 8017 §9.2 note 1).
const DIGEST_INFO = '3031300d060960864801650304020105000420';

/** The message representative of EMSA-PKCS1-v1_5 in hexadecimal without leading zeros (RFC 8017 §9.2). */
function encodedMessage(sha256: Uint8Array, length: number): string {
  const padding = length - DIGEST_INFO.length / 2 - sha256.length - 3;
  return `1${'ff'.repeat(padding)}00${DIGEST_INFO}${hex(sha256)}`;
}

/**
 * RSASSA-PKCS1-v1_5 verification (RFC 8017 §8.2.2) for keys without a `keyFault`. The encoded message is built and
 * compared, its padding never parsed: that is what lets signatures be forged for e=3. A DigestInfo without the NULL parameters fails.
 */
export function rsaVerifier(n: Uint8Array, e: Uint8Array): (sha256: Uint8Array, signature: Uint8Array) => boolean {
  const modulus = integer(n);
  const exponent = integer(e);
  return (sha256, signature) => {
    if (signature.length !== n.length) return false;
    const s = integer(signature);
    if (s >= modulus) return false;
    return power(s, exponent, modulus).toString(16) === encodedMessage(sha256, n.length);
  };
}
