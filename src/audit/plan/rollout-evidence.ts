import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { DmarcRecord } from '../../dmarc/record.ts';
import { addCounts } from '../../reports/summary/counts.ts';
import { tryPolicy } from '../../reports/summary/simulate.ts';
import type { PolicySimulation } from '../../reports/summary/simulation.ts';
import type { AggregateSummary, SummaryFlow, SummaryReport } from '../../reports/summary/summary.ts';
import type { RolloutPlan, RolloutStage } from './rollout-plan.ts';
import { diagnose } from './rollout-rules.ts';

const DAY = 86_400;
// A week has all that is sent by weekday; a month has the invoices too, and is what RFC 9989 §7.4 asks for at none and at
// quarantine. A step that only announces (np, t=y) takes back nobody's mail and needs the week.
const WEEK = 7;
const MONTH = 30;
// Of messages of which none failed, less than 3 in as many fail in truth, at 95 % (the rule of three): below a hundred, one of
// thirty may still be lost, and that nothing was reported is no proof at all. Mail of others that fails proves nothing of the
// domain's own. Whoever sends less waits for more days; of a domain that sends none an audit can say that it is parked.
const LEAST_MESSAGES = 100;
// After two weeks without a report nobody knows whether they still come.
const OLD_DAYS = 14;
// No sender gets rid of the last broken signature: of a thousand messages one may fail.
const TOLERATED_SHARE = 0.001;
// But a source that mostly fails is one that nobody set up, however small: RFC 9989 §5.1.6 has it mended first. Fewer
// messages than these are as likely one forwarder's.
const FEWEST_FAILING = 5;
const FEWEST_SHARE = 0.0001;
// RFC 9989 §7.4: where users write to mailing lists, p=reject does harm; one of a hundred messages shows that they do.
const FORWARDED_SHARE = 0.01;
// RFC 9989 §7.4: p=reject must not rely on SPF alone. Whoever signs has all but a forgotten source signed.
const SIGNED_SHARE = 0.9;

/** Days that the reports must cover, and of these under the policy that is published. */
const NEEDED = {
  monitor: [0, 0],
  'nonexistent-subdomains': [WEEK, 0],
  subdomains: [MONTH, 0],
  'quarantine-testing': [WEEK, 0],
  quarantine: [MONTH, WEEK],
  'reject-testing': [MONTH, MONTH],
  reject: [MONTH, WEEK],
} as const;

/** What reports say about a step: findings that block it, and others. */
interface StepEvidence {
  simulation?: PolicySimulation;
  blocking: Diagnostic[];
  notes: Diagnostic[];
}

/** The reports that a plan rests on. */
export interface RolloutReports {
  summary?: AggregateSummary;
  domain: string;
  /** Sources that are known to be none of the domain's own. */
  dismissed: readonly string[];
  /** Epoch seconds. */
  now?: number;
}

function reportsOf({ summary, domain }: RolloutReports): SummaryReport[] {
  return summary?.reports.filter((report) => report.domain === domain) ?? [];
}

function countDays(reports: readonly SummaryReport[]): number {
  return new Set(reports.map(({ begin }) => Math.floor(begin / DAY))).size;
}

/** How much the reports about a domain cover. */
export function coverage(given: RolloutReports): RolloutPlan['evidence'] {
  const reports = reportsOf(given);
  return { reports: reports.length, days: countDays(reports), messages: countMessages(reports, () => true) };
}

function countMessages(reports: readonly SummaryReport[], counts: (flow: number) => boolean): number {
  let messages = 0;
  for (const { counts: pairs } of reports) {
    for (let i = 0; i < pairs.length; i += 2) if (counts(pairs[i]!)) messages = addCounts(messages, pairs[i + 1]!);
  }
  return messages;
}

/** The reports about the domain, without the sources that are dismissed and the flows that are not wanted. */
function select(
  given: RolloutReports,
  summary: AggregateSummary,
  isWanted: (flow: SummaryFlow) => boolean,
): AggregateSummary {
  const dismissed = new Set(given.dismissed);
  for (const { address, sender } of summary.names) if (sender && dismissed.has(sender)) dismissed.add(address);
  const wanted = summary.flows.map((flow) => isWanted(flow) && !dismissed.has(flow.sourceIp));
  const reports = reportsOf(given).map((report) => {
    // Pairs: the index of a flow, and its messages.
    return { ...report, counts: report.counts.filter((_, i, pairs) => wanted[pairs[i - (i % 2)]!]) };
  });
  return { ...summary, reports };
}

/** Whether reports show mail that passes or looks as if it should. */
export function hasOwnMail(given: RolloutReports): boolean {
  if (given.summary === undefined) return false;
  const selected = select(given, given.summary, () => true);
  const { legitimate, messages, failing } = tryPolicy(selected, selected.reports, { p: 'reject' });
  return legitimate > 0 || messages > failing;
}

/** Judges whether the reports allow a step from the record that is published. */
export function judgeEvidence({ stage, tags }: RolloutStage, record: DmarcRecord, given: RolloutReports): StepEvidence {
  const notes: Diagnostic[] = [];
  if (tags.t === 'y') notes.push(diagnose('rollout.testing-ignored', { p: tags.p! }));
  const { summary, domain } = given;
  if (summary === undefined || reportsOf(given).length === 0) {
    return { blocking: [diagnose('rollout.no-reports', {})], notes };
  }
  const blocking = judgeAge(given, stage, record.p!);
  // No report tells a subdomain that does not exist from one that does.
  const isBelow = stage === 'nonexistent-subdomains' || stage === 'subdomains';
  const selected = select(given, summary, ({ headerFrom }) => !isBelow || headerFrom !== domain);
  const { adkim, aspf } = record;
  // In full, also where t=y takes the edge off: not every receiver knows it.
  const simulation = tryPolicy(selected, selected.reports, { p: tags.p ?? 'reject', adkim, aspf });
  const harm = judgeHarm(simulation);
  if (harm !== undefined) blocking.push(harm);
  if (tags.p === 'reject') blocking.push(...judgeReject(simulation, selected));
  return { simulation, blocking, notes };
}

function judgeAge(given: RolloutReports, stage: RolloutStage['stage'], p: string): Diagnostic[] {
  const findings: Diagnostic[] = [];
  const reports = reportsOf(given);
  const { now } = given;
  // Where t=y was left out, nothing between took the time of the policy before.
  const [needed, underPolicy] = NEEDED[stage === 'reject' && p !== 'reject' ? 'reject-testing' : stage];
  const days = countDays(reports);
  if (days < needed) findings.push(diagnose('rollout.few-days', { days, needed }));
  const same = countDays(reports.filter(({ policy }) => policy.p === p));
  if (same < underPolicy) findings.push(diagnose('rollout.policy-new', { days: same, p, needed: underPolicy }));
  const { flows = [] } = given.summary ?? {};
  const messages = countMessages(reports, (flow) => passes(flows[flow]!));
  if (messages < LEAST_MESSAGES) findings.push(diagnose('rollout.few-messages', { messages, needed: LEAST_MESSAGES }));
  let latest = 0;
  for (const { end } of reports) latest = Math.max(latest, end);
  const age = now === undefined ? 0 : Math.floor((now - latest) / DAY);
  if (age > OLD_DAYS) findings.push(diagnose('rollout.reports-old', { days: age }));
  return findings;
}

function judgeHarm({ sources, legitimate: messages, messages: total }: PolicySimulation): Diagnostic | undefined {
  const own = sources.filter(({ kind }) => kind === 'legitimate');
  const fewest = Math.max(FEWEST_FAILING, total * FEWEST_SHARE);
  const mostlyFails = own.some((source) => source.failing >= fewest && source.failing * 2 > source.messages);
  if (messages <= total * TOLERATED_SHARE && !mostlyFails) return undefined;
  // A source of several kinds of mail goes by that of most of it.
  const { source, reason } = own[0] ?? sources[0]!;
  return diagnose('rollout.legitimate-fails', { messages, source, reason });
}

function passes({ dkim, spf }: SummaryFlow): boolean {
  return dkim === 'pass' || spf === 'pass';
}

/** What only p=reject has to fear. */
function judgeReject(
  { forwarded, messages: total }: PolicySimulation,
  { flows, reports }: AggregateSummary,
): Diagnostic[] {
  const findings: Diagnostic[] = [];
  if (forwarded > total * FORWARDED_SHARE) {
    findings.push(diagnose('rollout.forwarded-fails', { messages: forwarded, total }));
  }
  const signed = countMessages(reports, (flow) => flows[flow]!.dkim === 'pass');
  const passed = countMessages(reports, (flow) => passes(flows[flow]!));
  if (signed < passed * SIGNED_SHARE) findings.push(diagnose('rollout.spf-alone', { signed, total: passed }));
  return findings;
}
