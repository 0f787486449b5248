import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { DkimReason, DkimResult } from '../dkim/result.ts';

/** The chain validation status (RFC 8617 §4.4); there is no word for an error that may pass (§5.2.1). */
export type ArcResultWord = 'none' | 'pass' | 'fail';

/** Why a chain failed. */
export type ArcReason =
  | 'message-too-large'
  | 'too-many-sets'
  /** The newest seal says so. */
  | 'chain-failed'
  /** A field whose i= is missing or not 1 to 50. */
  | 'instance'
  | 'duplicate-field'
  /** A set that is not whole, or is not there at all. */
  | 'missing-field'
  /** A cv= that does not fit its place. */
  | 'chain-status'
  | 'message-signature'
  | 'seal'
  /** A key that could not be fetched: final all the same (RFC 8617 §5.2.1). */
  | 'dns-failure';

interface ArcSignature {
  /** `not-checked` where the chain was decided without it. */
  result: 'pass' | 'fail' | 'not-checked';
  /** In the words of DKIM; set when the result is `fail`. */
  reason?: DkimReason;
  /** The signing domain (d=) as A-labels. */
  domain?: string;
  selector?: string;
  algorithm?: string;
  keyBits?: number;
  /** t=, in seconds since 1970. */
  timestamp?: number;
  /** Which header field of the message this is, counted from 0 at the top. */
  headerIndex: number;
  /** Spans are UTF-16 offsets into the field's value. */
  diagnostics: Diagnostic[];
}

/** An ARC-Message-Signature: it signs the message as the sealer sent it on. */
export interface ArcMessageSignature extends ArcSignature {
  /** Names in h= that stand for a field of the message, lower-cased, in order. */
  signedHeaders: string[];
  bodyHash: DkimResult['bodyHash'];
  signature: DkimResult['signature'];
}

/** An ARC-Seal: it signs all sets up to its own. */
export interface ArcSeal extends ArcSignature {
  /** What the sealer says of the chain before it, lower-cased. */
  cv?: string;
}

/** One ARC set: what a host that passed the message on says about it. */
export interface ArcInstance {
  /** 1 is the oldest. */
  instance: number;
  /** Who says the results; absent where the field names nobody. */
  authservId?: string;
  /**
   * What the sealer reports, behind the instance: text for `parseAuthenticationResults`. It is worth what the sealer is
   * worth.
   */
  authenticationResults?: string;
  ams?: ArcMessageSignature;
  seal?: ArcSeal;
  /** Whether the seal's domain is one of `trustedSealers`, when these were given; it does not say that the seal verifies. */
  trusted?: boolean;
}

/** The verdict on a chain of ARC sets. `pass` says that it is intact, and nothing about the message or its sealers. */
export interface ArcResult {
  result: ArcResultWord;
  /** Set when the result is `fail`. */
  reason?: ArcReason;
  /** Instance 1 first. */
  instances: ArcInstance[];
  /** For `pass`: the oldest instance whose message signature still verifies, 0 when all of them do (RFC 8617 §5.2 step 5). */
  oldestPass?: number;
  diagnostics: Diagnostic[];
}
