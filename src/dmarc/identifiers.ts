import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { DnsSession } from '../dns/session.ts';
import type { Limits } from '../limits.ts';
import { domainName, isAtOrBelow } from '../names/domain-name.ts';
import { checkAlignmentWith, type OrganizationalDomainStrategy } from './alignment.ts';
import { diagnose } from './identifier-rules.ts';
import { selectOrganizationalDomain } from './organizational-domain.ts';
import type { AlignmentMode, DmarcRecord } from './record.ts';
import type { AuthenticatedIdentifier, DmarcAlignment } from './result.ts';
import { type TreeWalk, walkTree } from './tree-walk.ts';

// Every walk can cost seven more questions, and a message brings as many identifiers as its sender likes.
const MAX_WALKED_DOMAINS = 10;

/** One identifier, compared with the author domain. */
export interface ComparedIdentifier {
  alignment: DmarcAlignment;
  /** Whether a failed question leaves the alignment open. */
  open: boolean;
}

export interface Comparison {
  compared: ComparedIdentifier[];
  diagnostics: Diagnostic[];
}

/** The author domain as policy discovery left it. */
export interface ComparedAuthor {
  domain: string;
  /** Absent where a failed question leaves it open, or where there is none. */
  organizationalDomain?: string;
  record: DmarcRecord;
}

/** What is known of one pair of domains without a walk from the identifier's. */
type Shortcut = 'aligned' | 'not-aligned' | 'open' | 'walk';

/** Compares every identifier with the author domain by tree walks (RFC 9989 §4.10.2), and walks only where it must. */
export function compareByTreeWalk(
  author: ComparedAuthor,
  identifiers: readonly AuthenticatedIdentifier[],
  session: DnsSession,
  limits: Readonly<Limits>,
): Comparison | Promise<Comparison> {
  const plans = identifiers.map((identifier) => planComparison(author, identifier));
  const wanted = new Set<string>();
  for (const result of ['pass', 'temperror']) {
    for (const plan of plans) {
      if (plan.shortcut === 'walk' && plan.identifier.result === result) wanted.add(plan.domain);
    }
  }
  return wanted.size === 0
    ? finishComparisons(author, plans, [], [])
    : walkAndCompare(author, plans, [...wanted], session, limits);
}

async function walkAndCompare(
  author: ComparedAuthor,
  plans: readonly ComparisonPlan[],
  wanted: readonly string[],
  session: DnsSession,
  limits: Readonly<Limits>,
): Promise<Comparison> {
  const walkable = wanted.slice(0, MAX_WALKED_DOMAINS);
  const walks = await Promise.all(walkable.map((domain) => walkTree(domain, session, limits)));
  return finishComparisons(author, plans, walks, wanted.slice(MAX_WALKED_DOMAINS));
}

function finishComparisons(
  author: ComparedAuthor,
  plans: readonly ComparisonPlan[],
  walks: readonly TreeWalk[],
  tooMany: readonly string[],
): Comparison {
  return {
    compared: plans.map((plan) =>
      finishComparison(
        author,
        plan,
        walks.find(({ start }) => start === plan.domain),
      ),
    ),
    diagnostics: [
      ...plans.filter(({ valid }) => !valid).map(({ domain }) => diagnose('dmarc.invalid-identifier', { domain })),
      ...tooMany.map((domain) => diagnose('dmarc.identifier-limit', { domain, limit: MAX_WALKED_DOMAINS })),
      ...walks.flatMap(({ steps }) => steps.flatMap(({ diagnostics }) => diagnostics)),
    ],
  };
}

interface ComparisonPlan {
  identifier: AuthenticatedIdentifier;
  /** Normalized where it is valid. */
  domain: string;
  valid: boolean;
  mode: AlignmentMode;
  shortcut: Shortcut;
}

function planComparison(author: ComparedAuthor, identifier: AuthenticatedIdentifier): ComparisonPlan {
  const mode = alignmentMode(author.record, identifier);
  const domain = domainName(identifier.domain);
  if (domain === undefined) {
    return { identifier, domain: identifier.domain, valid: false, mode, shortcut: 'not-aligned' };
  }
  return { identifier, domain, valid: true, mode, shortcut: compareWithoutWalk(author, domain, mode) };
}

function compareWithoutWalk(author: ComparedAuthor, domain: string, mode: AlignmentMode): Shortcut {
  if (domain === author.domain) return 'aligned';
  if (mode === 'strict') return 'not-aligned';
  const { organizationalDomain } = author;
  if (organizationalDomain === undefined) {
    // An organizational domain is the domain itself or above it, so two top-level domains have none in common.
    return topLevel(domain) === topLevel(author.domain) ? 'open' : 'not-aligned';
  }
  // The walk from an organizational domain ends there again, by each of the three rules of §4.10.2.
  if (domain === organizationalDomain) return 'aligned';
  return isAtOrBelow(domain, organizationalDomain) ? 'walk' : 'not-aligned';
}

function finishComparison(
  { organizationalDomain }: ComparedAuthor,
  { identifier, domain, mode, shortcut }: ComparisonPlan,
  walk: TreeWalk | undefined,
): ComparedIdentifier {
  const { method, result } = identifier;
  const alignment: DmarcAlignment = { method, domain, result, mode, aligned: shortcut === 'aligned' };
  if (shortcut !== 'walk' || walk === undefined) {
    if (alignment.aligned && mode === 'relaxed' && organizationalDomain !== undefined) {
      alignment.organizationalDomain = organizationalDomain;
    }
    return { alignment, open: shortcut === 'open' };
  }
  const own = selectOrganizationalDomain(walk);
  if (own === undefined) return { alignment, open: true };
  alignment.aligned = own === organizationalDomain;
  alignment.organizationalDomain = own;
  return { alignment, open: false };
}

/** Compares every identifier with the author domain as RFC 7489 §3.1 does: by a function that knows organizational domains. */
export function compareByOrganization(
  author: ComparedAuthor,
  identifiers: readonly AuthenticatedIdentifier[],
  strategy: OrganizationalDomainStrategy,
): Comparison {
  const checked = identifiers.map((identifier) => {
    const mode = alignmentMode(author.record, identifier);
    return { identifier, ...checkAlignmentWith(strategy, author.domain, identifier.domain, { mode }) };
  });
  return {
    compared: checked.map(({ identifier, mode, aligned, identifierDomain, identifierOrganizationalDomain }) => ({
      alignment: {
        method: identifier.method,
        domain: identifierDomain,
        result: identifier.result,
        mode,
        aligned,
        ...(identifierOrganizationalDomain !== undefined && { organizationalDomain: identifierOrganizationalDomain }),
      },
      open: false,
    })),
    diagnostics: checked.flatMap(({ diagnostics }) => diagnostics),
  };
}

function alignmentMode(record: DmarcRecord, { method }: AuthenticatedIdentifier): AlignmentMode {
  return (method === 'spf' ? record.aspf : record.adkim) === 's' ? 'strict' : 'relaxed';
}

function topLevel(domain: string): string {
  return domain.slice(domain.lastIndexOf('.') + 1);
}
