import type { ScannedTag } from '../text/tag-list.ts';

/** A tag of a DKIM-Signature field or a key record, as written. */
export interface DkimTag extends ScannedTag {
  /** Whether RFC 6376 or an RFC that extends it defines the tag. */
  known: boolean;
}

/** A DKIM-Signature field (RFC 6376 §3.5). Properties carry the tag names; absent ones are absent. */
export interface DkimSignature {
  v?: string;
  /** The algorithm, lower-cased: `rsa-sha256`, `ed25519-sha256`, or what is written. */
  a?: string;
  /** The signature in base64 without white space. */
  b?: string;
  /** The body hash in base64 without white space. */
  bh?: string;
  /** Header and body canonicalization, defaults filled in, lower-cased: `relaxed/simple`. */
  c: string;
  /** The signing domain as written; normalized in `domain`. */
  d?: string;
  /** The signed header field names as written. */
  h?: string[];
  /** The agent or user identifier as written. */
  i?: string;
  /** How many octets of the canonical body are signed. */
  l?: number;
  /** Query methods, lower-cased; `dns/txt` where none is written. */
  q: string[];
  /** The selector as written; normalized in `selector`. */
  s?: string;
  /** When it was signed, in seconds since 1970. */
  t?: number;
  /** When it expires, in seconds since 1970. */
  x?: number;
  /** Copied header fields, as written; never used to verify. */
  z?: string;
  /** `d` as A-labels, lower-cased. */
  domain?: string;
  /** `s` as A-labels, lower-cased. */
  selector?: string;
  tags: DkimTag[];
}
