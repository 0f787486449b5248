import { type Diagnostic, makeDiagnostic } from '../diagnostics/diagnostic.ts';
import { encodeBase64 } from '../text/base64.ts';
import type { BodyDigest } from './body-digest.ts';
import type { Check, CompleteSignature } from './check.ts';
import { placeOfTag } from './header-findings.ts';
import type { DkimReason, DkimResultWord } from './result.ts';
import { type DkimVerdictCode, dkimVerdictRules } from './verdict-rules.ts';

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

/** The reasons whose finding has the same name. */
type NamedReason = { [Reason in DkimReason]: `dkim.${Reason}` extends DkimVerdictCode ? Reason : never }[DkimReason];

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
  const { a, bh, l, t, x } = signature;
  const { bodyHash, unsignedBodyBytes } = check;
  const { now, clockSkewSeconds, acceptBodyLength } = options;
  const diagnostics: Diagnostic[] = [];
  let reason: DkimReason | undefined;
  const find = (code: DkimVerdictCode, params: Diagnostic['params'], tag?: string) => {
    diagnostics.push(makeDiagnostic(dkimVerdictRules, code, params, placeOfTag(signature, tag)));
  };
  const add = (row: NamedReason, params: Diagnostic['params'], tag?: string) => {
    reason ??= row;
    find(`dkim.${row}`, params, tag);
  };
  if (bodyHash === 'not-checked' || check.signature === 'not-checked') {
    add('crypto-unsupported', { provider: message.provider, a }, 'a');
  }
  if (message.mixed) add('mixed-line-endings', {});
  if (l !== undefined && l > body.octets) add('body-length-exceeded', { length: l, octets: body.octets }, 'l');
  if (bodyHash === 'mismatch') add('body-hash', { computed: encodeBase64(body.sha256!), signed: bh }, 'bh');
  if (check.signature === 'mismatch') add('signature', { name: message.keyName }, 'b');
  // RFC 6376 §3.5: receivers may allow for clocks that differ.
  if (x !== undefined && now > x + clockSkewSeconds) add('expired', { seconds: now - x }, 'x');
  if (unsignedBodyBytes > 0) {
    if (!acceptBodyLength) reason ??= 'body-length-limited';
    find('dkim.unsigned-body', { octets: unsignedBodyBytes }, 'l');
  }
  if (t !== undefined && t > now + clockSkewSeconds) find('dkim.future-timestamp', { seconds: t - now }, 't');
  return { ...(reason && { reason }), diagnostics };
}
