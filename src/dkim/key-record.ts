import type { DkimTag } from './signature.ts';

/** A DKIM key record (RFC 6376 §3.6.1). Properties carry the tag names, defaults filled in. */
export interface DkimKeyRecord {
  v?: string;
  /** The key type as written, lower-cased; `rsa` where none is written. */
  k: string;
  /** The hash algorithms that may be used; absent means all. */
  h?: string[];
  n?: string;
  /** The key in base64 without white space; empty means revoked. */
  p?: string;
  /** Service types; `['*']` where none is written. */
  s: string[];
  /** Flags: `y` testing, `s` no subdomains in i=. */
  t: string[];
  /** What the bytes of `p` are; absent where they are no key that we know. */
  keyType?: 'rsa' | 'ed25519';
  /** Bits of the RSA modulus, 256 for Ed25519. */
  keyBits?: number;
  revoked: boolean;
  tags: DkimTag[];
}
