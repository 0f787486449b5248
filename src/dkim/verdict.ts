import type { Diagnostic, Place } from '../diagnostics/diagnostic.ts';
import { encodeBase64 } from '../text/base64.ts';
import type { BodyDigest } from './body-digest.ts';
import type { Check, CompleteSignature } from './check.ts';
import type { DkimReason, DkimResultWord } from './result.ts';
import { diagnose } from './verdict-rules.ts';

/** What a verdict goes by besides the message. */
export interface VerdictOptions {
  /** Seconds since 1970. */
  now: number;
  clockSkewSeconds: number;
  acceptBodyLength: boolean;
}

/** The result word that each reason stands for (RFC 8601 §2.7.1). */
export const resultWords: { readonly [reason in DkimReason]: DkimResultWord } = {
  syntax: 'neutral',
  'missing-tag': 'permerror',
  version: 'permerror',
  'from-unsigned': 'permerror',
  'expiry-before-timestamp': 'permerror',
  'domain-mismatch': 'permerror',
  'message-too-large': 'policy',
  'too-many-signatures': 'policy',
  'algorithm-historic': 'policy',
  algorithm: 'neutral',
  canonicalization: 'neutral',
  'query-method': 'neutral',
  'no-key': 'permerror',
  'key-revoked': 'permerror',
  'key-syntax': 'permerror',
  'key-mismatch': 'permerror',
  'key-unavailable': 'temperror',
  'key-too-short': 'policy',
  'crypto-unsupported': 'permerror',
  'mixed-line-endings': 'neutral',
  'body-length-exceeded': 'permerror',
  'body-hash': 'fail',
  signature: 'fail',
  expired: 'policy',
  'body-length-limited': 'policy',
};

/**
 * The last rows of the verdict table, for a signature whose key could be tried: every row that applies is a finding, and
 * the first is the reason. Without a reason the signature passes.
 */
export function judgeCheck(
  signature: CompleteSignature,
  check: Omit<Check, 'key'>,
  body: BodyDigest,
  message: { mixed: boolean; keyName: string; provider: string },
  options: VerdictOptions,
): { reason?: DkimReason; diagnostics: Diagnostic[] } {
  const { a, bh, l, x } = signature;
  const { bodyHash, unsignedBodyBytes } = check;
  const { now, clockSkewSeconds, acceptBodyLength } = options;
  const reasons: DkimReason[] = [];
  const diagnostics: Diagnostic[] = [];
  const add = (reason: DkimReason | undefined, finding: Diagnostic) => {
    if (reason !== undefined) reasons.push(reason);
    diagnostics.push(finding);
  };
  if (bodyHash === 'not-checked' || check.signature === 'not-checked') {
    const { provider } = message;
    add('crypto-unsupported', diagnose('dkim.crypto-unsupported', { provider, a }, at(signature, 'a')));
  }
  if (message.mixed) add('mixed-line-endings', diagnose('dkim.mixed-line-endings', {}, at(signature)));
  if (l !== undefined && l > body.octets) {
    const params = { length: l, octets: body.octets };
    add('body-length-exceeded', diagnose('dkim.body-length-exceeded', params, at(signature, 'l')));
  }
  if (bodyHash === 'mismatch') {
    const params = { computed: encodeBase64(body.sha256!), signed: bh };
    add('body-hash', diagnose('dkim.body-hash', params, at(signature, 'bh')));
  }
  if (check.signature === 'mismatch') {
    add('signature', diagnose('dkim.signature', { name: message.keyName }, at(signature, 'b')));
  }
  // RFC 6376 §3.5: receivers may allow for clocks that differ.
  if (x !== undefined && now > x + clockSkewSeconds) {
    add('expired', diagnose('dkim.expired', { seconds: now - x }, at(signature, 'x')));
  }
  if (unsignedBodyBytes > 0) {
    const reason = acceptBodyLength ? undefined : 'body-length-limited';
    add(reason, diagnose('dkim.unsigned-body', { octets: unsignedBodyBytes }, at(signature, 'l')));
  }
  if (signature.t !== undefined && signature.t > now + clockSkewSeconds) {
    add(undefined, diagnose('dkim.future-timestamp', { seconds: signature.t - now }, at(signature, 't')));
  }
  const [reason] = reasons;
  return { ...(reason && { reason }), diagnostics };
}

/** Points at the value of a tag of the field, or at the field. */
function at({ tags }: CompleteSignature, name?: string): Place {
  const span = tags.find((tag) => tag.name === name)?.valueSpan;
  return { subject: 'DKIM-Signature', ...(span && { span }) };
}
