import { requireObject } from '../../arguments.ts';
import { type OrganizationalDomainStrategy, organizationOf, requireStrategy } from '../../dmarc/alignment.ts';
import type { DmarcPolicy } from '../../dmarc/record.ts';
import { requireString, show } from '../../environment.ts';
import { domainName } from '../../names/domain-name.ts';
import { createJudge, isOwn, reasonOf } from './causes.ts';
import { add, byMessages, countMessages, entry, sourceKey } from './counts.ts';
import type { PolicySimulation } from './simulation.ts';
import { requireSummary } from './summarize.ts';
import type { AggregateSummary, SummaryFlow, SummaryReport } from './summary.ts';

/** The policy to try: tags of a DMARC record, with its defaults. A parsed record that has a policy is one. */
export interface SimulatedPolicy {
  p: DmarcPolicy;
  sp?: DmarcPolicy;
  np?: DmarcPolicy;
  adkim?: 'r' | 's';
  aspf?: 'r' | 's';
  t?: 'y' | 'n';
}

/** Options of `simulatePolicy`. */
export interface SimulateOptions {
  /** Only reports about this policy domain; by default all, as if all domains published the policy. */
  domain?: string;
  /** Names organizational domains, as `publicSuffix` does. */
  organizationalDomain?: OrganizationalDomainStrategy;
}

type Kind = PolicySimulation['sources'][number]['kind'];

/**
 * Says how much of the mail that reports tell of would fail DMARC under another policy, and what the policy would ask to do
 * with it.
 *
 * Strict alignment is computed from the domains that passed. Relaxed alignment is what the receivers evaluated, or the
 * passing of a domain in the tree of the policy domain; with `organizationalDomain`, it is computed anew. `sp` goes for all
 * subdomains: reports do not tell which of them exist, so `np` changes nothing but the certainty. Mail of which the reports
 * do not say enough counts as failing. `t=y` takes a policy one step down.
 *
 * What the mail is: unauthorized is what nothing vouches for; forwarded what receivers say is, and mail whose signature by
 * a good key was broken on the way; the rest counts as legitimate.
 *
 * @throws TypeError when an argument is wrong
 * @see RFC 9989 §4.4, §4.7
 * @example
 * const { failing, certainty } = simulatePolicy(summarizeAggregateReports([]), { p: 'reject' });
 * failing; // => 0
 * certainty.level; // => 'low'
 */
export function simulatePolicy(
  summary: AggregateSummary,
  policy: SimulatedPolicy,
  options: SimulateOptions = {},
): PolicySimulation {
  requireSummary('simulate policy', summary);
  requirePolicy(policy);
  requireObject('simulate policy', 'options', options);
  const { organizationalDomain, domain } = options;
  if (organizationalDomain !== undefined) requireStrategy('simulate policy', organizationalDomain);
  if (domain !== undefined) requireString('simulate policy', 'domain', domain);
  return tryPolicy(summary, selectReports(summary, domain), policy, organizationalDomain);
}

/** The same for some of the reports, the arguments checked. */
export function tryPolicy(
  summary: AggregateSummary,
  reports: readonly SummaryReport[],
  policy: SimulatedPolicy,
  organizationalDomain?: OrganizationalDomainStrategy,
): PolicySimulation {
  const simulation: PolicySimulation = {
    messages: 0,
    failing: 0,
    dispositions: { none: 0, quarantine: 0, reject: 0 },
    legitimate: 0,
    forwarded: 0,
    unauthorized: 0,
    sources: [],
    certainty: { level: 'low', days: 0, reporters: 0, messages: 0, unknown: 0, reason: '' },
  };
  const failures = simulateFlows(
    summary,
    countMessages(summary.flows, reports),
    policy,
    organizationalDomain,
    simulation,
  );
  simulation.sources = failures.filter(({ failing }) => failing > 0).map(closeSource);
  simulation.sources.sort((a, b) => b.failing - a.failing || (a.source < b.source ? -1 : 1));
  simulation.certainty = judgeCertainty(simulation, reports);
  if (policy.np !== undefined) simulation.certainty.reason += ' Reports do not tell which mail np would be for.';
  return simulation;
}

const POLICY_WORDS = [
  ['p', 'none, quarantine or reject'],
  ['sp', 'none, quarantine or reject'],
  ['np', 'none, quarantine or reject'],
  ['adkim', 'r or s'],
  ['aspf', 'r or s'],
  ['t', 'y or n'],
] as const;

function requirePolicy(policy: SimulatedPolicy): void {
  for (const [name, expected] of POLICY_WORDS) {
    const value: unknown = policy?.[name];
    if (typeof value === 'string' ? !expected.split(/, | or /).includes(value) : value !== undefined || name === 'p') {
      throw new TypeError(`Cannot simulate policy: "${name}" must be ${expected}, received ${show(value)}`);
    }
  }
}

function selectReports({ reports }: AggregateSummary, domain: string | undefined): SummaryReport[] {
  if (domain === undefined) return reports;
  const name = domainName(domain) ?? domain;
  return reports.filter((report) => report.domain === name);
}

interface SourceDraft {
  source: string;
  messages: number;
  failing: number;
  /** Failing messages by all that is said of them. */
  outcomes: Map<string, Outcome>;
}

interface Outcome {
  kind: Kind;
  disposition: DmarcPolicy;
  reason: string;
  messages: number;
}

function simulateFlows(
  { flows, names }: AggregateSummary,
  messages: Float64Array,
  policy: SimulatedPolicy,
  strategy: OrganizationalDomainStrategy | undefined,
  simulation: PolicySimulation,
): SourceDraft[] {
  const senders = new Map(names.map(({ address, sender }) => [address, sender]));
  const sources = new Map<string, SourceDraft>();
  const judge = createJudge(flows, reasonOf);
  flows.forEach((flow, i) => {
    const count = messages[i]!;
    if (count === 0) return;
    const sender = senders.get(flow.sourceIp);
    const source = entry(sources, sourceKey(flow, sender), () => ({
      source: sender ?? flow.sourceIp,
      messages: 0,
      failing: 0,
      outcomes: new Map(),
    }));
    add(source, 'messages', count);
    add(simulation, 'messages', count);
    const passes = simulateAlignment(flow, policy, strategy);
    if (passes === true) return;
    const { certainty, dispositions } = simulation;
    if (passes === undefined) add(certainty, 'unknown', count);
    const { kind, causes } = judge(flow, sender !== undefined);
    const disposition = dispositionOf(flow, policy);
    const outcome = { kind, disposition, reason: causes.join(' '), messages: 0 };
    const counted = entry(source.outcomes, JSON.stringify(outcome), () => outcome);
    add(counted, 'messages', count);
    add(source, 'failing', count);
    add(simulation, 'failing', count);
    add(dispositions, disposition, count);
    add(simulation, kind, count);
  });
  return [...sources.values()];
}

function closeSource({ source, messages, failing, outcomes }: SourceDraft): PolicySimulation['sources'][number] {
  const [most] = [...outcomes.values()].sort(
    byMessages(({ kind, disposition, reason }) => kind + disposition + reason),
  );
  const { kind, disposition, reason } = most!;
  return { source, messages, failing, disposition, kind, reason };
}

/** Whether a flow passes DMARC; `undefined` where the report says too little to tell. */
function simulateAlignment(
  flow: SummaryFlow,
  { adkim, aspf }: SimulatedPolicy,
  strategy: OrganizationalDomainStrategy | undefined,
): boolean | undefined {
  const signers = passingDomains(flow.signatures);
  // RFC 9989 §4.4.2: the reverse path is what counts, HELO is not.
  const envelopes = passingDomains(flow.envelopes.filter(({ scope }) => scope !== 'helo'));
  // SPF may be left out of a report (RFC 9990 §3.1.1.12), but where it passed, it passed for the reverse path.
  if (envelopes.length === 0 && flow.spf === 'pass' && flow.envelopeFrom) envelopes.push(flow.envelopeFrom);
  const dkim = isAligned(flow, flow.dkim === 'pass', signers, adkim === 's', strategy);
  const spf = isAligned(flow, flow.spf === 'pass', envelopes, aspf === 's', strategy);
  if (dkim === true || spf === true) return true;
  return dkim === undefined || spf === undefined ? undefined : false;
}

function passingDomains(results: readonly { domain: string; result: string }[]): string[] {
  return results.filter(({ domain, result }) => result === 'pass' && domain !== '').map(({ domain }) => domain);
}

function isAligned(
  flow: SummaryFlow,
  evaluated: boolean,
  domains: readonly string[],
  strict: boolean,
  strategy: OrganizationalDomainStrategy | undefined,
): boolean | undefined {
  const { headerFrom } = flow;
  if (headerFrom !== '' && domains.includes(headerFrom)) return true;
  // What passed is not named: relaxed alignment takes all that strict alignment took, but not the other way round.
  if (evaluated && (domains.length === 0 || headerFrom === '')) return strict ? undefined : true;
  if (strict) return false;
  if (strategy === undefined) return evaluated || domains.some((domain) => isOwn(domain, flow));
  const organization = organizationOf(strategy, headerFrom);
  return organization !== undefined && domains.some((domain) => organizationOf(strategy, domain) === organization);
}

function dispositionOf({ headerFrom, policyDomain }: SummaryFlow, { p, sp, t }: SimulatedPolicy): DmarcPolicy {
  const asked = headerFrom === policyDomain || headerFrom === '' ? p : (sp ?? p);
  // RFC 9989 §4.7: t=y takes every policy one step down.
  return t !== 'y' ? asked : asked === 'reject' ? 'quarantine' : 'none';
}

// A week holds every kind of day; what goes out once a month needs a month. Few messages are no sample, and one reporter's
// mail is not everybody's.
const ENOUGH = { days: 30, reporters: 3, messages: 1000 };
const SOME = { days: 7, reporters: 1, messages: 100 };

function judgeCertainty(
  { messages, certainty: { unknown } }: PolicySimulation,
  reports: readonly SummaryReport[],
): PolicySimulation['certainty'] {
  const days = new Set(reports.map(({ begin }) => Math.floor(begin / 86_400)).filter((day) => day > 0)).size;
  const reporters = new Set(reports.map(({ orgName }) => orgName)).size;
  const reaches = (least: typeof SOME) =>
    days >= least.days && reporters >= least.reporters && messages >= least.messages;
  // More than one message in a hundred that nobody can judge is more than what a policy may hit.
  const level = !reaches(SOME) ? 'low' : reaches(ENOUGH) && unknown * 100 <= messages ? 'high' : 'medium';
  const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;
  const reason = `The reports cover ${counted(days, 'day')}, ${counted(reporters, 'reporter')} and ${counted(messages, 'message')}, of which ${unknown} cannot be judged.`;
  return { level, days, reporters, messages, unknown, reason };
}
