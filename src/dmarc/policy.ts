import { asciiLower } from '../text/characters.ts';
import type { DmarcPolicy, DmarcRecord } from './record.ts';
import type { DmarcResult } from './result.ts';

/** A policy and the tag that it comes from. */
interface PublishedPolicy {
  published: DmarcPolicy;
  source: 'p' | 'sp' | 'np';
}

/** What a record asks for: for its own domain, for subdomains that exist, and for subdomains that do not. */
export interface PublishedPolicies {
  p: PublishedPolicy;
  sp: PublishedPolicy;
  np: PublishedPolicy;
}

/** The policies of a record under RFC 9989; `undefined` where it asks for no DMARC processing (§4.10.1). */
export function readPolicies({ p, sp, np, tags }: DmarcRecord): PublishedPolicies | undefined {
  if (p === undefined || sp === undefined || np === undefined) return undefined;
  const written = (name: string, policy: DmarcPolicy) => readPolicyTag(tags, name) === policy;
  const ofSp = written('sp', sp) ? 'sp' : 'p';
  return {
    p: { published: p, source: 'p' },
    sp: { published: sp, source: ofSp },
    np: { published: np, source: written('np', np) ? 'np' : ofSp },
  };
}

/** The policies of a record under RFC 7489, which knows no np; `undefined` where DMARC is not applied (§6.6.3 step 6). */
export function readRfc7489Policies({ tags, rua }: DmarcRecord): PublishedPolicies | undefined {
  const p = readPolicyTag(tags, 'p');
  const sp = readPolicyTag(tags, 'sp');
  if (p === undefined || p === 'invalid' || sp === 'invalid') {
    const none: PublishedPolicy = { published: 'none', source: 'p' };
    return rua.length > 0 ? { p: none, sp: none, np: none } : undefined;
  }
  const forSubdomains: PublishedPolicy = sp ? { published: sp, source: 'sp' } : { published: p, source: 'p' };
  return { p: { published: p, source: 'p' }, sp: forSubdomains, np: forSubdomains };
}

/** The first tag of the name counts, and keywords are case-insensitive, as for `parseDmarcRecord`. */
function readPolicyTag(tags: DmarcRecord['tags'], name: string): DmarcPolicy | 'invalid' | undefined {
  const tag = tags.find((candidate) => asciiLower(candidate.name) === name);
  if (tag === undefined) return undefined;
  const value = asciiLower(tag.value);
  return value === 'none' || value === 'quarantine' || value === 'reject' ? value : 'invalid';
}

/** The policy of RFC 9989: t=y takes every policy one step down (§4.7). */
export function applyTesting(policy: PublishedPolicy, testing: boolean): NonNullable<DmarcResult['policy']> {
  const { published, source } = policy;
  const lower = published === 'reject' ? 'quarantine' : 'none';
  return { published, source, effective: testing ? lower : published, testing };
}

/** What a receiver may do with mail that fails, on the policy alone. */
export function chooseDisposition({
  effective,
  percent = 100,
}: NonNullable<DmarcResult['policy']>): DmarcResult['disposition'] {
  // RFC 7489 §6.6.4: outside of the sample reject becomes quarantine, and quarantine nothing; pct=0 leaves nothing in it.
  if (effective === 'none' || (effective === 'quarantine' && percent === 0)) return 'none';
  // RFC 9989 §7.4: a receiver must not reject because of p=reject alone.
  return 'quarantine';
}
