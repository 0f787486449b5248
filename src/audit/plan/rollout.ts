import { requireList, requireOptions } from '../../arguments.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { editTags, type TagChange } from '../../dmarc/edit-tags.ts';
import { parsePublishedDmarcRecord } from '../../dmarc/parse.ts';
import { readPolicies } from '../../dmarc/policy.ts';
import type { DmarcRecord } from '../../dmarc/record.ts';
import { requireString, show } from '../../environment.ts';
import { requireSummary } from '../../reports/summary/summarize.ts';
import type { AggregateSummary } from '../../reports/summary/summary.ts';
import { writeReportUri } from '../../text/report-uri.ts';
import type { DomainAudit } from '../audit.ts';
import { publishText } from '../change.ts';
import type { DomainChange } from '../finding.ts';
import { coverage, hasOwnMail, judgeEvidence, type RolloutReports } from './rollout-evidence.ts';
import type { RolloutPlan, RolloutStage, RolloutStageName } from './rollout-plan.ts';
import { diagnose } from './rollout-rules.ts';

/** How `planRollout` works. */
export interface RolloutOptions {
  /** Epoch seconds; without it, how old the reports are is not judged. */
  now?: number;
  /** Where aggregate reports are to go, where the record does not say; `dmarc-reports@` the domain by default. */
  rua?: string;
  /**
   * Sources, as the summary names them, that are known to be none of the domain's own. Reports do not tell somebody who uses
   * the domain without leave, but with an SPF record of his own, from a service that was never set up.
   */
  dismissed?: readonly string[];
}

/** What the plan looks at of an audit. */
export type RolloutFacts = Pick<DomainAudit, 'domain' | 'purpose' | 'dmarc'>;

const ACTION = 'plan a rollout';

interface Rung extends Pick<RolloutStage, 'stage' | 'tags'> {
  isDone(record: DmarcRecord): boolean;
}

// RFC 9989 §7.4: none for a month, quarantine for as long, then reject. t=y (§A.6) is the step before each, and np and sp come
// first: what does not exist sends no mail, and subdomains that send none are the easiest to forge. A step that would loosen any
// policy is left out.
const LADDER: readonly Rung[] = [
  {
    stage: 'monitor',
    tags: {},
    isDone: ({ rua, p }) => p !== undefined && rua.length > 0,
  },
  {
    stage: 'nonexistent-subdomains',
    tags: { np: 'reject' },
    isDone: ({ np }) => np === 'reject',
  },
  {
    stage: 'subdomains',
    tags: { sp: 'reject' },
    isDone: ({ sp }) => sp === 'reject',
  },
  {
    stage: 'quarantine-testing',
    tags: { p: 'quarantine', t: 'y' },
    isDone: ({ p }) => p !== 'none',
  },
  {
    stage: 'quarantine',
    tags: { p: 'quarantine', t: 'n' },
    isDone: ({ p, t }) => p === 'reject' || (p === 'quarantine' && t === 'n'),
  },
  {
    stage: 'reject-testing',
    tags: { p: 'reject', t: 'y' },
    isDone: ({ p }) => p === 'reject',
  },
  {
    stage: 'reject',
    tags: { p: 'reject', t: 'n' },
    isDone: ({ p, t }) => p === 'reject' && t === 'n',
  },
];

/**
 * Plans the next safe step from what a domain publishes for DMARC to p=reject (RFC 9989 §5.1, §7.4): what to publish now,
 * which evidence is missing, and the whole ladder. Without reports it proposes only what hits no mail: to ask for reports,
 * and p=reject at once for a parked domain.
 *
 * @param audit - of `auditDomain`
 * @param summary - of `summarizeAggregateReports`, for the same domain
 * @throws TypeError where an argument is of the wrong type
 * @example
 * const resolver = memoryResolver({ 'example.com': { MX: [{ preference: 10, exchange: 'mx.example.com' }] } });
 * const plan = planRollout(await auditDomain('example.com', { resolver }), undefined, { rua: 'dmarc@example.com' });
 * plan.status; // => 'ready'
 * plan.next.change.zoneLine; // => '_dmarc.example.com. IN TXT "v=DMARC1; p=none; rua=mailto:dmarc@example.com"'
 */
export function planRollout(
  audit: RolloutFacts,
  summary?: AggregateSummary,
  options: RolloutOptions = {},
): RolloutPlan {
  requireAudit(audit);
  requireOptions(ACTION, options);
  const { now, dismissed = [], rua } = options;
  if (rua !== undefined) requireAddress(rua);
  if (now !== undefined && !Number.isFinite(now)) {
    throw new TypeError(`Cannot ${ACTION}: "now" must be epoch seconds, received ${show(now)}`);
  }
  const { dmarc, domain } = audit;
  const { name, record, organizationalDomain = domain } = dmarc;
  const own = dmarc.status === 'found' ? record : undefined;
  const ladder = climb(own, organizationalDomain === domain);
  const given: RolloutReports = { domain, dismissed: requireList(ACTION, 'dismissed', dismissed) };
  if (summary !== undefined) {
    requireSummary(ACTION, summary);
    given.summary = summary;
  }
  if (now !== undefined) given.now = now;
  const plan: RolloutPlan = { domain, ladder, status: 'blocked', evidence: coverage(given), diagnostics: [] };
  const reached = ladder.filter(({ state }) => state === 'done').at(-1);
  if (reached !== undefined) plan.stage = reached.stage;
  const stop = (finding: Diagnostic, status: RolloutPlan['status'] = 'blocked'): RolloutPlan => {
    return { ...plan, status, diagnostics: [finding] };
  };
  switch (dmarc.status) {
    case 'unknown':
      return stop(diagnose('rollout.dns-unknown', { name }, { subject: name }), 'unknown');
    case 'inherited':
      return stop(diagnose('rollout.inherited', { domain: dmarc.policyDomain ?? '' }, { subject: name }));
    case 'invalid':
      return stop(diagnose('rollout.record-unusable', { name }, { subject: name }));
    default:
      return planNext(plan, audit, given, rua);
  }
}

function requireAudit(audit: RolloutFacts): void {
  const { domain, dmarc } = audit ?? {};
  if (typeof domain !== 'string' || typeof dmarc?.status !== 'string' || typeof dmarc.name !== 'string') {
    throw new TypeError(`Cannot ${ACTION}: "audit" must be a DomainAudit, received ${show(audit)}`);
  }
}

function requireAddress(rua: string): void {
  requireString(ACTION, 'rua', rua);
  // What is no URI becomes one by "mailto:", and nobody has an empty address.
  if (rua === '') throw new TypeError(`Cannot ${ACTION}: "rua" must be an address or a URI, received ""`);
}

function planNext(plan: RolloutPlan, audit: RolloutFacts, given: RolloutReports, rua: string | undefined): RolloutPlan {
  const { record, name } = audit.dmarc;
  // A domain that sends no mail has none to lose, unless the reports know better.
  const parked = audit.purpose === 'parked' && !hasOwnMail(given);
  const { ladder } = plan;
  const target = parked ? ladder.at(-1)! : ladder.find(({ state }) => state === 'later');
  if (target === undefined || target.state === 'done') return { ...plan, status: 'complete' };
  target.state = 'next';
  for (const rung of ladder) if (parked && rung.state === 'later') rung.state = 'skipped';
  const { stage } = target;
  const change = changeFor(target, parked, audit, rua);
  if (change === undefined) {
    return { ...plan, diagnostics: [diagnose('rollout.record-unusable', { name }, { subject: name })] };
  }
  const next: RolloutPlan['next'] = { stage, change };
  if (parked || record === undefined || stage === 'monitor') {
    // Nobody's mail is treated in another way, so that nothing has to be known.
    const code = record === undefined ? 'rollout.no-reports' : 'rollout.no-report-address';
    const diagnostics = parked ? [] : [diagnose(code, { name }, { subject: name })];
    return { ...plan, status: 'ready', next, diagnostics };
  }
  const { simulation, blocking, notes } = judgeEvidence(target, record, given);
  return {
    ...plan,
    status: blocking.length > 0 ? 'blocked' : 'ready',
    next: { ...next, ...(simulation && { simulation }) },
    diagnostics: [...blocking, ...notes],
  };
}

/** The stages; `later` are those that are to come. */
function climb(record: DmarcRecord | undefined, isOrganization: boolean): RolloutStage[] {
  let written = record === undefined ? {} : writtenTags(record);
  return LADDER.map(({ stage, tags, isDone }) => {
    // RFC 9989 §4.10: for names below it, the record of a domain within an organization does not count.
    const needless = !isOrganization && (tags.np ?? tags.sp) !== undefined;
    const then = { ...written, ...tags };
    const isDoneNow = record !== undefined && isDone(record);
    const state = isDoneNow ? 'done' : needless || loosens(written, then) ? 'skipped' : 'later';
    if (state === 'later') written = then;
    return { stage, tags: { ...tags }, state };
  });
}

type PolicyTags = RolloutStage['tags'];

/** The policies of a record without those that follow from others. */
function writtenTags(record: DmarcRecord): PolicyTags {
  const { t } = record;
  const policies = readPolicies(record);
  if (policies === undefined) return { t };
  const { p, sp, np } = policies;
  return {
    p: p.published,
    ...(sp.source === 'sp' && { sp: sp.published }),
    ...(np.source === 'np' && { np: np.published }),
    t,
  };
}

const RANKS = ['none', 'quarantine', 'reject'] as const;

/** RFC 9989 §4.7: t=y takes a stricter sp and np one step down too, so that to announce one policy would lift another. */
function loosens(before: PolicyTags, after: PolicyTags): boolean {
  const then = effective(after);
  return effective(before).some((rank, i) => then[i]! < rank);
}

/** How strict p, sp and np are in effect. */
function effective({ p = 'none', sp = p, np = sp, t }: PolicyTags): number[] {
  return [p, sp, np].map((policy) => Math.max(0, RANKS.indexOf(policy) - (t === 'y' ? 1 : 0)));
}

const UNREAD: readonly string[] = ['dmarc.acts-as-none', 'dmarc.no-processing'];

/** What to publish; `undefined` where the published text cannot be edited. */
function changeFor(
  { stage, tags }: RolloutStage,
  parked: boolean,
  { domain, dmarc: { name, text } }: RolloutFacts,
  rua: string | undefined,
): DomainChange | undefined {
  if (text === undefined) {
    const address = rua ?? (parked ? undefined : `dmarc-reports@${domain}`);
    const reports = address === undefined ? '' : `; rua=${writeReportUri(address)}`;
    return publishText(name, `v=DMARC1; p=${parked ? 'reject' : 'none'}${reports}`);
  }
  const { value: edit } = editTags(text, changesFor(stage, tags, parked, rua ?? `dmarc-reports@${domain}`));
  // RFC 9989 §4.10.1: while one of p, sp and np cannot be read, no other counts.
  const isRead = edit && parsePublishedDmarcRecord(edit.text).diagnostics.every(({ code }) => !UNREAD.includes(code));
  return isRead ? publishText(name, edit.text, text) : undefined;
}

function changesFor(
  stage: RolloutStageName,
  tags: RolloutStage['tags'],
  parked: boolean,
  rua: string,
): { [tag: string]: TagChange } {
  if (stage === 'monitor') return { rua: writeReportUri(rua) };
  // Without sp and np, p is for all. To those who know pct, a remainder of it would be a weaker policy.
  if (parked) return { p: 'reject', sp: null, np: null, t: null, pct: null };
  const { t, ...policies } = tags;
  return t === 'n' ? { ...policies, t: null, pct: null } : { ...policies, ...(t && { t }) };
}
