import type { TagChange } from '../dmarc/edit-tags.ts';
import type { DmarcAudit } from './audit.ts';

/** What a parked domain publishes: without sp and np, p is for all, and to those who know pct a remainder is weaker. */
export const PARKED: { readonly [tag: string]: TagChange } = { p: 'reject', sp: null, np: null, t: null, pct: null };

/** Whether the record that applies is one of a public suffix, in which who owns the domain has no say (RFC 9989 §4.10.1). */
export function isOfSuffix({ status, policyDomain = '', organizationalDomain = '' }: DmarcAudit): boolean {
  // Each of them is the domain or above it.
  return status === 'inherited' && policyDomain.length < organizationalDomain.length;
}
