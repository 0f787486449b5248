import type { DnsSession } from '../dns/session.ts';
import type { Limits } from '../limits.ts';
import { domainName } from '../names/domain-name.ts';
import { type OrganizationalDomainStrategy, organizationOf } from './alignment.ts';
import { selectOrganizationalDomain } from './organizational-domain.ts';
import { askForRecord, type DmarcAnswer, readAnswer, treeWalkDomains, walkTree } from './tree-walk.ts';

/** Where the policy record of an author domain was looked for, and what came of it. */
export type Discovery = {
  steps: DmarcAnswer[];
  /** The author domain's, where it has one and it is known. */
  organizationalDomain?: string;
} & (
  | { outcome: 'found'; at: DmarcAnswer }
  | { outcome: 'none'; reason: 'no-record' | 'multiple-records' }
  // A question failed that could have brought the record.
  | { outcome: 'open' }
);

/** Finds the policy record of a normalized author domain by a tree walk (RFC 9989 §4.10.1). */
export async function discoverByTreeWalk(
  author: string,
  session: DnsSession,
  limits: Readonly<Limits>,
): Promise<Discovery> {
  // §4.10.1 walks from the parent once the author domain is known to have no record: the same names as from the author
  // domain itself, and the same record. Only the latter walk gives the organizational domain for alignment too (§4.10.2).
  const walk = await walkTree(author, session, limits);
  const { steps } = walk;
  const organizationalDomain = selectOrganizationalDomain(walk);
  const own = steps.find(({ domain, records }) => domain === author && records === 1);
  if (organizationalDomain === undefined) {
    return own === undefined ? { steps, outcome: 'open' } : { steps, outcome: 'found', at: own };
  }
  const at =
    own ??
    steps.find(({ domain, records }) => domain === organizationalDomain && records === 1) ??
    // The public suffix speaks only for organizations without a record of their own.
    steps.find(({ record }) => record?.psd === 'y');
  return at === undefined
    ? { steps, organizationalDomain, outcome: 'none', reason: 'no-record' }
    : { steps, organizationalDomain, outcome: 'found', at };
}

/** Finds the policy record of a normalized author domain as RFC 7489 §6.6.3 does: there, else at its organizational domain. */
export async function discoverByOrganization(
  author: string,
  strategy: OrganizationalDomainStrategy,
  session: DnsSession,
  limits: Readonly<Limits>,
): Promise<Discovery> {
  const organizationalDomain = organizationOf(strategy, author);
  const asked = organizationDomains(author, organizationalDomain).map((domain) => ({
    domain,
    answer: askForRecord(domain, session),
  }));
  const steps: DmarcAnswer[] = [];
  for (const { domain, answer } of asked) {
    const step = readAnswer(domain, await answer, limits);
    steps.push(step);
    const base = { steps, ...(organizationalDomain !== undefined && { organizationalDomain }) };
    if (step.status === 'failure') return { ...base, outcome: 'open' };
    if (step.records === 1) return { ...base, outcome: 'found', at: step };
    // Steps 3 and 5: the organizational domain is for an empty set only, and several records end it all.
    if (step.records > 1) return { ...base, outcome: 'none', reason: 'multiple-records' };
  }
  return {
    steps,
    ...(organizationalDomain !== undefined && { organizationalDomain }),
    outcome: 'none',
    reason: 'no-record',
  };
}

function organizationDomains(author: string, organizationalDomain: string | undefined): string[] {
  return organizationalDomain === undefined || organizationalDomain === author
    ? [author]
    : [author, organizationalDomain];
}

/**
 * Asks every question that policy discovery needs, so that the answers are there when `evaluateDmarc` wants them from the
 * same session; what is no domain name is left to `evaluateDmarc`. With `organizationalDomain` the names are those of
 * RFC 7489.
 */
export function prefetchDmarc(
  authorDomain: string,
  session: DnsSession,
  options: { organizationalDomain?: OrganizationalDomainStrategy | undefined } = {},
): void {
  const author = domainName(authorDomain);
  if (author === undefined) return;
  const { organizationalDomain: strategy } = options;
  const domains = strategy ? organizationDomains(author, organizationOf(strategy, author)) : treeWalkDomains(author);
  for (const domain of domains) askForRecord(domain, session);
}
