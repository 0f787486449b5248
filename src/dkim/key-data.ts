import { type DerFault, type KeyText, readPublicKey } from '../crypto/der.ts';
import { ed25519KeyFault, type KeyFault, rsaFault } from '../crypto/key-fault.ts';
import type { PublicKey } from '../crypto/provider.ts';
import { decodeOctets } from '../text/base64.ts';
import { latin1Bytes } from '../text/bytes.ts';

/** What the text of `p=` holds. */
export type DecodedDkimKey =
  | {
      ok: true;
      key: KeyText;
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
  const octets = decodeOctets(p);
  if (octets === undefined) return { ok: false, fault: 'base64' };
  const present = octets.length;
  if (k === 'ed25519' && present === ED25519_OCTETS) return foundEd25519(octets, 'raw');
  const read = readPublicKey(octets);
  if (!read.ok) {
    if (present === ED25519_OCTETS) return { ok: false, fault: 'type-mismatch', type: 'ed25519', bits: 256 };
    return { present, ...read };
  }
  const { type, form } = read;
  const bits = type === 'rsa' ? read.bits : 256;
  if (type !== k) return { ok: false, fault: 'type-mismatch', type, bits };
  if (type === 'ed25519') return foundEd25519(read.key, form);
  const { n, e } = read;
  return found({ type, n, e }, bits, form, rsaFault(bits, n.charCodeAt(n.length - 1), latin1Bytes(e)));
}

function foundEd25519(key: string, form: 'spki' | 'raw'): DecodedDkimKey {
  return found({ type: 'ed25519', key }, 256, form, ed25519KeyFault(latin1Bytes(key)));
}

function found(key: KeyText, bits: number, form: 'spki' | 'pkcs1' | 'raw', unusable?: KeyFault): DecodedDkimKey {
  return { ok: true, key, bits, form, ...(unusable && { unusable }) };
}
