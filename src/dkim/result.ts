import type { Diagnostic } from '../diagnostics/diagnostic.ts';

/** The result words of RFC 8601 §2.7.1. */
export type DkimResultWord = 'none' | 'pass' | 'fail' | 'policy' | 'neutral' | 'temperror' | 'permerror';

/** Why a signature's result is what it is. */
export type DkimReason =
  | 'syntax'
  | 'missing-tag'
  | 'version'
  | 'from-unsigned'
  | 'expiry-before-timestamp'
  | 'domain-mismatch'
  | 'message-too-large'
  | 'too-many-signatures'
  | 'algorithm-historic'
  | 'algorithm'
  | 'canonicalization'
  | 'query-method'
  | 'no-key'
  | 'key-revoked'
  | 'key-syntax'
  | 'key-mismatch'
  | 'key-unavailable'
  | 'key-too-short'
  | 'crypto-unsupported'
  | 'mixed-line-endings'
  | 'body-length-exceeded'
  | 'body-hash'
  | 'signature'
  | 'expired'
  | 'body-length-limited';

/** The verdict on one DKIM-Signature field. */
export interface DkimResult {
  result: DkimResultWord;
  /** Set whenever the result is neither `pass` nor `none`. */
  reason?: DkimReason;
  /** The signing domain (d=) as A-labels. */
  domain?: string;
  selector?: string;
  /** The agent or user identifier (i=), or its default `@` and the domain. */
  auid?: string;
  /** a=, lower-cased. */
  algorithm?: string;
  /** Bits of the RSA modulus, 256 for Ed25519. */
  keyBits?: number;
  /** Whether the key says that the domain is testing (t=y). */
  testing: boolean;
  /** Which header field of the message this is, counted from 0 at the top; -1 where there is none. */
  headerIndex: number;
  /** Names in h= that stand for a field of the message, lower-cased, in order. */
  signedHeaders: string[];
  bodyHash: 'match' | 'mismatch' | 'not-checked';
  signature: 'match' | 'mismatch' | 'not-checked';
  /** b= without white space, so that a result can be told from another's (RFC 6008 §4). */
  signatureText?: string;
  /** Octets of the canonical body that l= leaves unsigned. */
  unsignedBodyBytes: number;
  /** t=, in seconds since 1970. */
  timestamp?: number;
  /** x=, in seconds since 1970. */
  expires?: number;
  diagnostics: Diagnostic[];
}
