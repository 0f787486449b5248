import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { DnsSession } from '../dns/session.ts';
import { type Environment, requireEnvironment, requireString, show, unreachable } from '../environment.ts';
import { type Limits, resolveLimits } from '../limits.ts';
import { domainName } from '../names/domain-name.ts';
import { type OrganizationalDomainStrategy, requireStrategy } from './alignment.ts';
import { type Discovery, discoverByOrganization, discoverByTreeWalk } from './discover.ts';
import { diagnose as diagnoseIdentifier } from './identifier-rules.ts';
import { type ComparedAuthor, type Comparison, compareByOrganization, compareByTreeWalk } from './identifiers.ts';
import {
  applyTesting,
  chooseDisposition,
  type PublishedPolicies,
  readPolicies,
  readRfc7489Policies,
} from './policy.ts';
import type { AuthenticatedIdentifier, DmarcReason, DmarcResult, DmarcResultWord } from './result.ts';
import type { DmarcRecordCode } from './rules.ts';
import { diagnose } from './verdict-rules.ts';

const ACTION = 'evaluate DMARC';
const RESULTS = ['none', 'pass', 'fail', 'softfail', 'neutral', 'policy', 'temperror', 'permerror'];
// Findings that hold under RFC 9989 only: RFC 7489 knows pct, rf, ri and size limits, and neither np, t nor psd.
const RFC9989_FINDINGS: readonly DmarcRecordCode[] = ['dmarc.historic', 'dmarc.percent', 'dmarc.testing', 'dmarc.psd'];
const RFC9989_TAGS = ['np', 't', 'psd'];

/** What DMARC is evaluated for. */
export interface DmarcInput {
  /** The domain of the From field's address. */
  authorDomain: string;
  /** What SPF (MAIL FROM only) and DKIM checked, in any order. */
  identifiers: readonly AuthenticatedIdentifier[];
}

export interface DmarcOptions {
  /** Whose rules hold; `rfc9989` by default. */
  protocol?: 'rfc9989' | 'rfc7489';
  /** For `rfc7489`, and needed there: who knows organizational domains, such as `publicSuffix`. */
  organizationalDomain?: OrganizationalDomainStrategy;
  limits?: Partial<Limits>;
}

/**
 * Says whether a message passes DMARC: finds the policy record of its author domain, and compares the domains that SPF and
 * DKIM checked with it. Asks at most 80 DNS questions, in two rounds.
 *
 * A failed question makes a `temperror` wherever its answer could have changed the result, and nothing otherwise.
 *
 * @param input - the domain of the From field's address, and what SPF (MAIL FROM only) and DKIM checked, in any order
 * @param env - who answers DNS questions
 * @returns the verdict, and the records and comparisons that led to it
 * @throws TypeError when an argument is wrong, and whatever `organizationalDomain` throws; the signal's reason when it aborts
 * @see RFC 9989 §5.3, or RFC 7489 §6.6 with that protocol
 * @example
 * const resolver = memoryResolver({ '_dmarc.example.com': { TXT: ['v=DMARC1; p=reject'] } });
 * const identifiers = [{ method: 'dkim' as const, domain: 'mail.example.com', result: 'pass' as const }];
 * const verdict = await evaluateDmarc({ authorDomain: 'example.com', identifiers }, { resolver });
 * verdict.result; // => 'pass'
 */
export async function evaluateDmarc(
  input: DmarcInput,
  env: Environment,
  options: DmarcOptions = {},
): Promise<DmarcResult> {
  requireInput(input);
  requireDmarcOptions(ACTION, options);
  requireEnvironment(ACTION, env);
  const limits = resolveLimits(options.limits);
  const { protocol = 'rfc9989', organizationalDomain: strategy } = options;
  const author = domainName(input.authorDomain);
  if (author === undefined) {
    // RFC 9989 §9.2: no later attempt will make it a domain.
    const diagnostics = [diagnoseIdentifier('dmarc.invalid-author-domain', { domain: input.authorDomain })];
    const reason = 'invalid-author-domain';
    return { result: 'permerror', reason, protocol, disposition: 'none', alignments: [], walk: [], diagnostics };
  }
  const session = DnsSession.open(env, limits);
  const discovery = strategy
    ? await discoverByOrganization(author, strategy, session, limits)
    : await discoverByTreeWalk(author, session, limits);
  const found = describeDiscovery(author, protocol, discovery);
  const policies = found.record && (strategy ? readRfc7489Policies(found.record) : readPolicies(found.record));
  if (found.record === undefined || policies === undefined) {
    return { ...found, ...withoutPolicy(discovery) };
  }
  const compared: ComparedAuthor = { domain: author, record: found.record };
  if (discovery.organizationalDomain) compared.organizationalDomain = discovery.organizationalDomain;
  const policy = strategy ? rfc7489Policy(found, policies) : applicablePolicy(found, policies, session);
  const comparison = strategy
    ? compareByOrganization(compared, input.identifiers, strategy)
    : compareByTreeWalk(compared, input.identifiers, session, limits);
  // For most messages neither has a question left, and to wait for nothing takes as long as the rest of this function.
  if ('diagnostics' in policy && 'diagnostics' in comparison) return judge(found, policy, comparison);
  return judge(found, ...(await Promise.all([policy, comparison])));
}

type Found = Pick<
  DmarcResult,
  'protocol' | 'policyDomain' | 'organizationalDomain' | 'record' | 'walk' | 'diagnostics'
> & {
  authorDomain: string;
};

/** The part of the result that policy discovery settles. */
function describeDiscovery(author: string, protocol: DmarcResult['protocol'], discovery: Discovery): Found {
  const { steps, organizationalDomain } = discovery;
  const at = discovery.outcome === 'found' ? discovery.at : undefined;
  const found: Omit<Found, 'walk' | 'diagnostics'> = { protocol, authorDomain: author };
  if (at) found.policyDomain = at.domain;
  if (organizationalDomain !== undefined) found.organizationalDomain = organizationalDomain;
  if (at?.record) found.record = at.record;
  const walk: DmarcResult['walk'] = [];
  const diagnostics: Diagnostic[] = [];
  for (const step of steps) {
    const { name, status, text: record } = step;
    const selected = step === at;
    walk.push(record === undefined ? { name, status, selected } : { name, status, record, selected });
    diagnostics.push(...step.diagnostics);
  }
  for (const finding of at?.findings ?? []) {
    if (protocol === 'rfc9989' || holdsUnderRfc7489(finding)) diagnostics.push(finding);
  }
  // A domain of one label is a public suffix: without psd=y, evil.example speaks for bank.example.
  if (protocol === 'rfc9989' && organizationalDomain !== author && organizationalDomain?.includes('.') === false) {
    const place = { subject: `_dmarc.${organizationalDomain}` };
    diagnostics.push(diagnose('dmarc.shared-organization', { domain: organizationalDomain }, place));
  }
  return Object.assign(found, { walk, diagnostics });
}

function holdsUnderRfc7489({ code, params }: Diagnostic): boolean {
  return !(RFC9989_FINDINGS as readonly string[]).includes(code) && !RFC9989_TAGS.includes(String(params.name));
}

/** The rest of the result where no policy applies. */
function withoutPolicy(
  discovery: Discovery,
): Pick<DmarcResult, 'result' | 'reason' | 'disposition' | 'alignments'> & { result: DmarcResultWord } {
  const base = { disposition: 'none' as const, alignments: [] };
  switch (discovery.outcome) {
    case 'open':
      return { result: 'temperror', reason: 'dns-failure', ...base };
    case 'none':
      return { result: 'none', reason: discovery.reason, ...base };
    case 'found':
      // RFC 9989 §4.10.1: without a usable policy, and with nowhere to send reports, DMARC is not applied at all.
      return { result: 'none', reason: 'record-invalid', ...base };
    default:
      return unreachable(discovery);
  }
}

interface ApplicablePolicy {
  /** Absent where a failed question leaves it open. */
  policy?: NonNullable<DmarcResult['policy']>;
  diagnostics: Diagnostic[];
}

/** RFC 9989 §4.10.1: p for the record's own domain, sp for a subdomain that exists, np for one that does not. */
function applicablePolicy(
  { authorDomain, policyDomain, record }: Found,
  policies: PublishedPolicies,
  session: DnsSession,
): ApplicablePolicy | Promise<ApplicablePolicy> {
  const { p, sp, np } = policies;
  const testing = record?.t === 'y';
  if (policyDomain === authorDomain) return { policy: applyTesting(p, testing), diagnostics: [] };
  if (sp.published === np.published) return { policy: applyTesting(sp, testing), diagnostics: [] };
  return askForPolicy(authorDomain, policies, testing, session);
}

async function askForPolicy(
  authorDomain: string,
  { sp, np }: PublishedPolicies,
  testing: boolean,
  session: DnsSession,
): Promise<ApplicablePolicy> {
  const answer = await session.query(authorDomain, 'A');
  switch (answer.status) {
    // §3.2.13: a domain does not exist when the response code is NXDOMAIN, whatever the type; NODATA means that it exists.
    case 'nxdomain':
      return { policy: applyTesting(np, testing), diagnostics: [] };
    case 'answer':
    case 'nodata':
      return { policy: applyTesting(sp, testing), diagnostics: [] };
    case 'failure': {
      const { name, type, reason } = answer;
      return { diagnostics: [diagnose('dmarc.dns-failure', { type, name, reason }, { subject: name })] };
    }
    default:
      return unreachable(answer);
  }
}

/** RFC 7489 §6.3: p for the record's own domain, sp for subdomains, and the share of messages that it is meant for. */
function rfc7489Policy({ authorDomain, policyDomain, record }: Found, { p, sp }: PublishedPolicies): ApplicablePolicy {
  const policy = applyTesting(policyDomain === authorDomain ? p : sp, false);
  return { policy: { ...policy, percent: record?.pct ?? 100 }, diagnostics: [] };
}

/** RFC 9989 §5.3.5 and §5.3.6. */
function judge(found: Found, { policy, diagnostics }: ApplicablePolicy, comparison: Comparison): DmarcResult {
  const { compared } = comparison;
  const verdict = decide(comparison, policy !== undefined);
  const findings = [...found.diagnostics, ...comparison.diagnostics, ...diagnostics];
  const rest: Pick<DmarcResult, 'disposition' | 'alignments'> = {
    disposition: verdict.result === 'fail' && policy ? chooseDisposition(policy) : 'none',
    alignments: compared.map(({ alignment }) => alignment),
  };
  // Not by spreads: of several objects that takes ten times as long.
  return Object.assign(verdict, found, policy && { policy }, rest, { diagnostics: withoutRepeats(findings) });
}

function decide({ compared }: Comparison, policyKnown: boolean): { result: DmarcResultWord; reason?: DmarcReason } {
  const passing = compared.filter(({ alignment }) => alignment.result === 'pass');
  if (passing.some(({ alignment }) => alignment.aligned)) return { result: 'pass' };
  if (passing.some(({ open }) => open)) return { result: 'temperror', reason: 'dns-failure' };
  // An identifier that SPF or DKIM may yet authenticate can only make a difference where it is aligned.
  if (compared.some(({ alignment, open }) => alignment.result === 'temperror' && (alignment.aligned || open))) {
    return { result: 'temperror', reason: 'identifier-temperror' };
  }
  if (!policyKnown) return { result: 'temperror', reason: 'dns-failure' };
  return { result: 'fail', reason: passing.length === 0 ? 'no-identifier' : 'not-aligned' };
}

/** Walks from several identifiers share names, and what is wrong there is said once. */
function withoutRepeats(diagnostics: Diagnostic[]): Diagnostic[] {
  if (diagnostics.length < 2) return diagnostics;
  const seen = new Set<string>();
  return diagnostics.filter(({ code, message, subject, span }) => {
    const key = `${code} ${subject} ${span?.start} ${span?.end} ${message}`;
    return !seen.has(key) && seen.add(key);
  });
}

function requireInput(input: DmarcInput): void {
  requireString(ACTION, 'authorDomain', input?.authorDomain);
  const identifiers: unknown = input.identifiers;
  if (!Array.isArray(identifiers)) {
    throw new TypeError(`Cannot ${ACTION}: "identifiers" must be an array, received ${show(identifiers)}`);
  }
  identifiers.forEach((identifier: Partial<AuthenticatedIdentifier> | null | undefined, index) => {
    const name = `identifiers[${index}]`;
    requireString(ACTION, `${name}.domain`, identifier?.domain);
    if (identifier?.method !== 'spf' && identifier?.method !== 'dkim') {
      throw new TypeError(
        `Cannot ${ACTION}: "${name}.method" must be spf or dkim, received ${show(identifier?.method)}`,
      );
    }
    if (typeof identifier.result !== 'string' || !RESULTS.includes(identifier.result)) {
      throw new TypeError(
        `Cannot ${ACTION}: "${name}.result" must be one of ${RESULTS.join(', ')}, received ${show(identifier.result)}`,
      );
    }
  });
}

/** Throws a `TypeError` for a protocol that there is not, or that the strategy does not fit. */
export function requireDmarcOptions(action: string, options: DmarcOptions): void {
  const { protocol = 'rfc9989', organizationalDomain } = options;
  if (protocol !== 'rfc9989' && protocol !== 'rfc7489') {
    throw new TypeError(`Cannot ${action}: "protocol" must be rfc9989 or rfc7489, received ${show(protocol)}`);
  }
  if (protocol === 'rfc9989') {
    if (organizationalDomain === undefined) return;
    // Ignored, it would leave its caller believing that the tree walk had been replaced.
    throw new TypeError(
      `Cannot ${action}: "organizationalDomain" is for protocol rfc7489 only; rfc9989 walks the DNS tree`,
    );
  }
  if (organizationalDomain === undefined) {
    throw new TypeError(
      `Cannot ${action}: protocol rfc7489 needs "organizationalDomain", for example publicSuffix of mailverdict/public-suffix`,
    );
  }
  requireStrategy(action, organizationalDomain);
}
