import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { type OrganizationalDomainStrategy, organizationOf } from '../../dmarc/alignment.ts';
import { discoverByOrganization, discoverByTreeWalk } from '../../dmarc/discover.ts';
import { selectOrganizationalDomain } from '../../dmarc/organizational-domain.ts';
import { applyTesting, readPolicies, readRfc7489Policies } from '../../dmarc/policy.ts';
import type { DmarcPolicy, DmarcRecord } from '../../dmarc/record.ts';
import { walkTree } from '../../dmarc/tree-walk.ts';
import type { DnsSession } from '../../dns/session.ts';
import type { Limits } from '../../limits.ts';
import { isAtOrBelow } from '../../names/domain-name.ts';
import { findingsOf } from '../checks/dmarc.ts';
import type { ResolvedSender } from './resolve.ts';

/** The policy that applies to mail of an author domain, and what is aligned with it. */
export interface SenderPolicy {
  /** `absent`: a record is to be published at `name`. `broken`: there is something, but no policy applies. */
  status: 'found' | 'absent' | 'broken' | 'unknown';
  /** Where the record is, or belongs. */
  name: string;
  policyDomain?: string;
  /** What receivers are asked to do, t=y applied; absent where a failed question leaves it open. */
  policy?: DmarcPolicy;
  record?: DmarcRecord;
  /** The author domain's; absent where it is not known. */
  organizationalDomain?: string;
  diagnostics: Diagnostic[];
}

/** Finds the policy by a tree walk (RFC 9989 §4.10.1), or with a strategy as RFC 7489 §6.6.3 does. */
export async function findPolicy(
  { author, domain }: ResolvedSender,
  session: DnsSession,
  limits: Readonly<Limits>,
  strategy: OrganizationalDomainStrategy | undefined,
): Promise<SenderPolicy> {
  const discovery = await (strategy
    ? discoverByOrganization(author, strategy, session, limits)
    : discoverByTreeWalk(author, session, limits));
  const { steps, organizationalDomain } = discovery;
  const diagnostics = steps.flatMap((step) => step.diagnostics);
  if (discovery.outcome === 'found') {
    const { name, domain: policyDomain, record } = discovery.at;
    diagnostics.push(...findingsOf(discovery.at));
    const policies = record && (strategy ? readRfc7489Policies(record) : readPolicies(record));
    const found: SenderPolicy = {
      status: policies === undefined ? 'broken' : 'found',
      name,
      ...(record !== undefined && { record }),
      ...(organizationalDomain !== undefined && { organizationalDomain }),
      diagnostics,
    };
    if (record === undefined || policies === undefined) return found;
    // RFC 9989 §4.10.1: np is for subdomains that do not exist.
    const { p, sp, np } = policies;
    const exists =
      policyDomain === author || sp.published === np.published ? undefined : await session.query(author, 'A');
    found.policyDomain = policyDomain;
    if (exists?.status !== 'failure') {
      const applied = policyDomain === author ? p : exists?.status === 'nxdomain' ? np : sp;
      found.policy = applyTesting(applied, strategy === undefined && record.t === 'y').effective;
    }
    return found;
  }
  const first = (strategy && organizationOf(strategy, author)) ?? domain;
  const name = `_dmarc.${first}`;
  if (discovery.outcome === 'open') return { status: 'unknown', name, diagnostics };
  // Several records at a name count as none (RFC 9989 §4.10), but one more would not help.
  const status = steps.some(({ records }) => records > 1) ? 'broken' : 'absent';
  // With the record there, its domain is the organization.
  return { status, name, organizationalDomain: first, diagnostics };
}

/** Whether a domain is aligned with the author domain (RFC 9989 §4.10.2, RFC 7489 §3.1). */
export async function checkAligned(
  path: 'spf' | 'dkim',
  domain: string,
  author: string,
  { status, record, organizationalDomain }: SenderPolicy,
  session: DnsSession,
  limits: Readonly<Limits>,
  strategy: OrganizationalDomainStrategy | undefined,
): Promise<'yes' | 'no' | 'unknown'> {
  if (domain === author) return 'yes';
  if (isStrict(path, record)) return 'no';
  if (strategy !== undefined) {
    const organization = organizationOf(strategy, author);
    return organization !== undefined && organization === organizationOf(strategy, domain) ? 'yes' : 'no';
  }
  if (organizationalDomain === undefined) return 'unknown';
  if (!isAtOrBelow(domain, organizationalDomain)) return 'no';
  if (domain === organizationalDomain || status !== 'found') return 'yes';
  const own = selectOrganizationalDomain(await walkTree(domain, session, limits));
  return own === undefined ? 'unknown' : own === organizationalDomain ? 'yes' : 'no';
}

/** Whether the record asks for strict alignment. */
export function isStrict(path: 'spf' | 'dkim', record: DmarcRecord | undefined): boolean {
  return (path === 'spf' ? record?.aspf : record?.adkim) === 's';
}
