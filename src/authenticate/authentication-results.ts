import { formatHeader } from '../authentication-results/format.ts';
import type { AuthenticationProperty, AuthenticationResult } from '../authentication-results/header.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { DkimResult } from '../dkim/result.ts';
import type { DmarcResult } from '../dmarc/result.ts';
import type { SpfResult } from '../spf/result.ts';
import type { MessageVerdict } from './verdict.ts';

// RFC 6008 §4: enough of b= to tell the signatures apart, at least eight characters.
const SIGNATURE_PREFIX = 8;

/** The value of the Authentication-Results field that records a verdict, and what had to be left out of it. */
export function formatVerdict(
  authservId: string,
  { spf, dkim, dmarc }: Pick<MessageVerdict, 'spf' | 'dkim' | 'dmarc'>,
): { value: string; diagnostics: Diagnostic[] } {
  const results: AuthenticationResult[] = [];
  if (spf.mailFrom !== undefined) results.push(spfResult(spf.mailFrom));
  if (spf.helo !== undefined) results.push(spfResult(spf.helo));
  if (dkim.length === 0) results.push({ method: 'dkim', result: 'none', properties: [] });
  const prefix = prefixLength(dkim);
  for (const result of dkim) results.push(dkimResult(result, prefix));
  results.push(dmarcResult(dmarc));
  return formatHeader({ authservId, results });
}

function spfResult({ result, reason, identity, domain }: SpfResult): AuthenticationResult {
  // RFC 8601 §2.7.2: only the domain, since SPF says nothing about the local part.
  return entry('spf', result, reason === 'matched' ? undefined : reason, property('smtp', identity, domain));
}

function dkimResult(
  { result, reason, domain, selector, auid, algorithm, signatureText }: DkimResult,
  prefix: number,
): AuthenticationResult {
  return entry('dkim', result, reason, [
    ...property('header', 'd', domain),
    ...property('header', 'i', auid),
    ...property('header', 's', selector),
    ...property('header', 'a', algorithm),
    ...property('header', 'b', signatureText?.slice(0, prefix)),
  ]);
}

function dmarcResult({ result, reason, authorDomain, policy }: DmarcResult): AuthenticationResult {
  return entry('dmarc', result, reason, [
    ...property('header', 'from', authorDomain),
    // RFC 9989 §9.1: the policy after its options were applied.
    ...property('policy', 'dmarc', policy?.effective),
  ]);
}

function entry(
  method: string,
  result: string,
  reason: string | undefined,
  properties: AuthenticationProperty[],
): AuthenticationResult {
  return { method, result, ...(reason !== undefined && { reason }), properties };
}

function property(ptype: string, name: string, value: string | undefined): AuthenticationProperty[] {
  return value === undefined ? [] : [{ ptype, property: name, value }];
}

/** The shortest prefix, of at least eight characters, that no two of the signatures share. */
function prefixLength(results: readonly DkimResult[]): number {
  const sorted = results.flatMap(({ signatureText }) => signatureText ?? []).sort();
  let length = SIGNATURE_PREFIX;
  for (let i = 1; i < sorted.length; i++) {
    const [before, text] = [sorted[i - 1]!, sorted[i]!];
    while (before !== text && before.slice(0, length) === text.slice(0, length)) length++;
  }
  return length;
}
