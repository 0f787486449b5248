import { type DerFault, readPublicKey } from '../crypto/der.ts';
import { type KeyFault, keyFault } from '../crypto/key-fault.ts';
import type { PublicKey } from '../crypto/provider.ts';
import { decodeBase64 } from '../text/base64.ts';

/** What the text of `p=` holds. */
export type DecodedDkimKey =
  | {
      ok: true;
      key: PublicKey;
      /** Of the RSA modulus; 256 for Ed25519. */
      bits: number;
      form: 'spki' | 'pkcs1' | 'raw';
      /** Why the key is not to be used, whatever it verifies. */
      unusable?: KeyFault;
    }
  /** A key, but not of the type that `k=` says. */
  | { ok: false; fault: 'type-mismatch'; type: PublicKey['type']; bits: number }
  | { ok: false; fault: 'base64' }
  | { ok: false; fault: 'truncated' | 'trailing-bytes'; expected: number; present: number }
  | { ok: false; fault: Exclude<DerFault, 'truncated' | 'trailing-bytes'>; present: number };

const ED25519_OCTETS = 32;

/**
 * Reads the key of a record: `p` in base64, white space allowed, `k` in lower case. RSA keys may be SubjectPublicKeyInfo,
 * as everybody publishes them, or RSAPublicKey, as RFC 6376 §3.6.1 has it; Ed25519 keys their 32 octets (RFC 8463 §4.2)
 * or, leniently, SubjectPublicKeyInfo.
 */
export function decodeDkimKey(p: string, k: string): DecodedDkimKey {
  const bytes = decodeBase64(p);
  if (bytes === undefined) return { ok: false, fault: 'base64' };
  const present = bytes.length;
  if (k === 'ed25519' && present === ED25519_OCTETS) return found({ type: 'ed25519', key: bytes }, 256, 'raw');
  const read = readPublicKey(bytes);
  if (!read.ok) {
    if (present === ED25519_OCTETS) return { ok: false, fault: 'type-mismatch', type: 'ed25519', bits: 256 };
    if (read.fault === 'truncated' || read.fault === 'trailing-bytes') return read;
    return { ok: false, fault: read.fault, present };
  }
  const bits = read.type === 'rsa' ? read.bits : 256;
  if (read.type !== k) return { ok: false, fault: 'type-mismatch', type: read.type, bits };
  return read.type === 'rsa'
    ? found({ type: 'rsa', n: read.n, e: read.e }, bits, read.form)
    : found({ type: 'ed25519', key: read.key }, bits, read.form);
}

function found(key: PublicKey, bits: number, form: 'spki' | 'pkcs1' | 'raw'): DecodedDkimKey {
  const unusable = keyFault(key);
  return unusable === undefined ? { ok: true, key, bits, form } : { ok: true, key, bits, form, unusable };
}
