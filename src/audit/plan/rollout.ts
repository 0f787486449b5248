import { requireList, requireOptions } from '../../arguments.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { editTags } from '../../dmarc/edit-tags.ts';
import { parsePublishedDmarcRecord } from '../../dmarc/parse.ts';
import { readPolicies } from '../../dmarc/policy.ts';
import type { DmarcRecord } from '../../dmarc/record.ts';
import { requireString, show } from '../../environment.ts';
import { writeReportUri } from '../../names/report-uri.ts';
import { requireSummary } from '../../reports/summary/summarize.ts';
import type { AggregateSummary } from '../../reports/summary/summary.ts';
import type { DomainAudit } from '../audit.ts';
import { publishText } from '../change.ts';
import { isOfSuffix, PARKED } from '../dmarc-policy.ts';
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
export type RolloutFacts = Pick<DomainAudit, 'domain' | 'purpose' | 'dmarc'> &
  Partial<Pick<DomainAudit, 'findings' | 'records'>>;

const ACTION = 'plan a rollout';

// RFC 9989 §7.4: none for a month, quarantine for as long, then reject. t=y (§A.6) is the step before each, and np and sp come
// first: what does not exist sends no mail, and subdomains that send none are the easiest to forge. A step that would loosen any
// policy is left out.
const LADDER: readonly (readonly [RolloutStageName, RolloutStage['tags']])[] = [
  ['monitor', {}],
  ['nonexistent-subdomains', { np: 'reject' }],
  ['subdomains', { sp: 'reject' }],
  ['quarantine-testing', { p: 'quarantine', t: 'y' }],
  ['quarantine', { p: 'quarantine', t: 'n' }],
  ['reject-testing', { p: 'reject', t: 'y' }],
  ['reject', { p: 'reject', t: 'n' }],
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
  const place = { subject: name };
  const stop = (finding: Diagnostic, status: RolloutPlan['status'] = 'blocked'): RolloutPlan => {
    return { ...plan, status, diagnostics: [finding] };
  };
  if (dmarc.status === 'unknown') return stop(diagnose('rollout.dns-unknown', { name }, place), 'unknown');
  if (dmarc.status === 'invalid') return stop(diagnose('rollout.record-unusable', { name }, place));
  if (dmarc.status === 'inherited' && !isOfSuffix(dmarc)) {
    return stop(diagnose('rollout.inherited', { domain: dmarc.policyDomain ?? '' }, place));
  }
  return planNext(plan, audit, own, given, rua);
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

function planNext(
  plan: RolloutPlan,
  audit: RolloutFacts,
  record: DmarcRecord | undefined,
  given: RolloutReports,
  rua: string | undefined,
): RolloutPlan {
  const { name } = audit.dmarc;
  // A domain that sends no mail has none to lose, unless the reports know better, or those below it do send.
  const suffix = isSuffix(audit, record);
  const parked = audit.purpose === 'parked' && !suffix && !hasOwnMail(given);
  const { ladder } = plan;
  const open = ladder.filter(({ state }) => state === 'later');
  // Whose mail is to be refused whole wants no reports about it.
  const target = parked ? open.filter(({ stage }) => stage !== 'monitor').at(-1) : open[0];
  if (target === undefined) return { ...plan, status: 'complete' };
  target.state = 'next';
  for (const rung of ladder) if (parked && rung.state === 'later') rung.state = 'skipped';
  const { stage } = target;
  const change = record ? editFor(target, parked, audit, rua) : addFor(parked, suffix, audit, rua);
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
  return LADDER.map(([stage, tags]) => {
    // RFC 9989 §4.10: for names below it, the record of a domain within an organization does not count.
    const needless = !isOrganization && (tags.np ?? tags.sp) !== undefined;
    const then = { ...written, ...tags };
    const state = record && isDone(tags, record) ? 'done' : needless || loosens(written, then) ? 'skipped' : 'later';
    if (state === 'later') written = then;
    return { stage, tags: { ...tags }, state };
  });
}

/** Whether a record is at least as strict as a stage, or asks for reports. */
function isDone(tags: PolicyTags, { p = 'none', sp, np, t, rua }: DmarcRecord): boolean {
  if (tags.np) return np === tags.np;
  if (tags.sp) return sp === tags.sp;
  if (tags.p === undefined) return rua.length > 0;
  return p === tags.p ? tags.t === 'y' || t === 'n' : RANKS.indexOf(p) > RANKS.indexOf(tags.p);
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

/** Whether others register their domains below this one, and their mail is hit by its policy. */
function isSuffix({ domain, findings = [] }: RolloutFacts, record: DmarcRecord | undefined): boolean {
  const isKnown = findings.some(({ code }) => code === 'audit.public-suffix');
  return isKnown || record?.psd === 'y' || !domain.includes('.');
}

/** Where an alias is, whoever has the name that it leads to makes the change. */
function aliasOf({ dmarc: { name }, records = [] }: RolloutFacts): string | undefined {
  return records.find((one) => one.name === name && one.type === 'TXT')?.cnames?.at(-1);
}

/** What to publish where nothing is; `undefined` where an alias leaves no room for it. */
function addFor(
  parked: boolean,
  suffix: boolean,
  audit: RolloutFacts,
  rua: string | undefined,
): DomainChange | undefined {
  if (aliasOf(audit) !== undefined) return undefined;
  const { domain, dmarc } = audit;
  const address = rua ?? (parked ? undefined : `dmarc-reports@${domain}`);
  // What a public suffix asks for goes on.
  const { subdomains: p = 'none', nonexistentSubdomains: np = p } = dmarc.receivers.rfc9989;
  const tags = [
    `v=DMARC1; p=${parked ? 'reject' : p}`,
    ...(parked || np === p ? [] : [`np=${np}`]),
    // RFC 9989 §11.8: otherwise all that is registered below would be one organization.
    ...(suffix ? ['psd=y'] : []),
    ...(address === undefined ? [] : [`rua=${writeReportUri(address)}`]),
  ];
  return publishText(dmarc.name, tags.join('; '));
}

const UNREAD: readonly string[] = ['dmarc.acts-as-none', 'dmarc.no-processing'];

/** What to publish in the place of a record; `undefined` where it cannot be edited. */
function editFor(
  { stage, tags }: RolloutStage,
  parked: boolean,
  audit: RolloutFacts,
  rua: string | undefined,
): DomainChange | undefined {
  const { domain, dmarc } = audit;
  const { name, text = '' } = dmarc;
  const { value: edit } = editTags(text, changesFor(stage, tags, parked, rua ?? `dmarc-reports@${domain}`));
  // RFC 9989 §4.10.1: while one of p, sp and np cannot be read, no other counts.
  const isRead = edit && parsePublishedDmarcRecord(edit.text).diagnostics.every(({ code }) => !UNREAD.includes(code));
  return isRead ? publishText(aliasOf(audit) ?? name, edit.text, text) : undefined;
}

function changesFor(stage: RolloutStageName, tags: RolloutStage['tags'], parked: boolean, rua: string): typeof PARKED {
  if (stage === 'monitor') return { rua: writeReportUri(rua) };
  if (parked) return PARKED;
  const { t, ...policies } = tags;
  return t === 'n' ? { ...policies, t: null, pct: null } : { ...policies, ...(t && { t }) };
}
