import type { DnsSession } from '../../dns/session.ts';
import { unreachable } from '../../environment.ts';
import type { Limits } from '../../limits.ts';
import { domainName } from '../../names/domain-name.ts';
import type { SpfAnalysis } from '../../spf/analysis.ts';
import { analyzeIn } from '../../spf/analyze.ts';
import { editSpfRecord } from '../../spf/edit.ts';
import { publishText } from '../change.ts';
import { type CheckedPath, unanswered } from './path.ts';
import type { ResolvedSender } from './resolve.ts';
import { diagnose } from './rules.ts';
import { judgeTerm, type SenderTerm, type TermState } from './spf-terms.ts';

/** Whether SPF passes for the sender by the record that a domain of the customer has, or is to have. */
export async function checkTerms(
  sender: ResolvedSender,
  path: CheckedPath,
  session: DnsSession,
  limits: Readonly<Limits>,
): Promise<CheckedPath> {
  const domain = path.domain.text;
  const known = sender.terms.filter((term) => term.known);
  const [{ analysis }, terms] = await Promise.all([
    analyzeIn(session, domain, limits),
    Promise.all(known.map(({ text }) => askTerm(text, session, limits))),
  ]);
  const shared = known
    .filter((term) => term.shared && /^\+?include:/i.test(term.text))
    .map(({ text }) => diagnose('spf.shared-sender', { term: text, sender: sender.name, domain }, { subject: domain }));
  const judged = judgeRecord(sender, path, analysis, terms);
  if (judged.add.length === 0) return { ...judged.path, diagnostics: [...judged.path.diagnostics, ...shared] };
  const changed = await proposeEdit(judged.path, analysis, judged.add, session, limits);
  return { ...changed, diagnostics: [...changed.diagnostics, ...shared] };
}

async function askTerm(term: string, session: DnsSession, limits: Readonly<Limits>): Promise<SenderTerm> {
  const target = domainName(/^\+?include:(.+)$/i.exec(term)?.[1] ?? '');
  return target === undefined ? { term } : { term, theirs: (await analyzeIn(session, target, limits)).analysis };
}

/** The path by the record of the domain, and the terms that it lacks. */
function judgeRecord(
  sender: ResolvedSender,
  path: CheckedPath,
  analysis: SpfAnalysis,
  terms: SenderTerm[],
): { path: CheckedPath; add: string[] } {
  const { domain, tree, diagnostics } = analysis;
  const isWhole = terms.length > 0 && terms.length === sender.terms.length;
  const no = { ...path, authenticated: 'no' as const };
  switch (tree.status) {
    case 'record':
      break;
    case 'unknown':
    case 'not-followed':
      return { path: { ...path, why: unanswered(domain) }, add: [] };
    case 'no-record':
    case 'nxdomain': {
      const why = `${domain} has no SPF record`;
      return { path: { ...no, why }, add: isWhole ? terms.map(({ term }) => term) : [] };
    }
    default: {
      const why = `The SPF record of ${domain} is unusable`;
      const errors = diagnostics.filter(({ subject, severity }) => subject === domain && severity === 'error');
      return { path: { ...no, why, diagnostics: errors }, add: [] };
    }
  }
  if (!isWhole) return { path: { ...path, why: `From where ${sender.name} sends is not known` }, add: [] };
  const states = terms.map((term) => ({ ...judgeTerm(term, analysis), term: term.term }));
  const worst = ORDER.map((word) => states.find(({ state }) => state === word)).find((state) => state !== undefined)!;
  const add = states.filter(({ state }) => state === 'missing' || state === 'behind-all').map(({ term }) => term);
  return { path: { ...path, ...describe(worst, domain) }, add };
}

const ORDER: readonly TermState['state'][] = [
  'broken',
  'over-limit',
  'behind-all',
  'missing',
  'unknown',
  'present',
  'covered',
];

function describe(state: TermState & { term: string }, domain: string): Pick<CheckedPath, 'authenticated' | 'why'> {
  if (state.state === 'unknown') return { authenticated: 'unknown', why: unanswered(state.name) };
  const { term } = state;
  const has = `The SPF record of ${domain} has "${term}"`;
  switch (state.state) {
    case 'present':
      return { authenticated: 'yes', why: has };
    case 'covered':
      return { authenticated: 'yes', why: `The SPF record of ${domain} covers the addresses of "${term}"` };
    case 'missing':
      return { authenticated: 'no', why: `The SPF record of ${domain} lacks "${term}"` };
    case 'behind-all':
      return { authenticated: 'no', why: `${has} behind "all"` };
    case 'over-limit':
      return { authenticated: 'no', why: `${has}, but takes ${state.count} lookups to its end` };
    case 'broken':
      return { authenticated: 'no', why: `${has}, but ${state.name} has no usable record` };
    default:
      return unreachable(state);
  }
}

/** The change that gives the record the terms, unless that would cost it too many lookups. */
async function proposeEdit(
  path: CheckedPath,
  before: SpfAnalysis,
  add: string[],
  session: DnsSession,
  limits: Readonly<Limits>,
): Promise<CheckedPath> {
  const { domain, tree, lookups } = before;
  const { record } = tree;
  // What stands behind "all", or would come first with another result.
  const remove = add.flatMap((term) => ['', '-', '~', '?'].map((qualifier) => qualifier + term.replace(/^\+/, '')));
  // A softfail: who else sends as the domain is not known.
  const text =
    record === undefined ? `v=spf1 ${add.join(' ')} ~all` : editSpfRecord(record, { add, remove }).value?.text;
  if (text === undefined) return path;
  const { analysis } = await analyzeIn(session, domain, limits, text);
  const count = analysis.lookups.terms;
  // RFC 7208 §4.6.4: with a term too many the record is worth nothing to anybody.
  if (count > lookups.limit) {
    const params = { term: add.join(' '), domain, count, limit: lookups.limit };
    return { ...path, diagnostics: [...path.diagnostics, diagnose('sender.spf-limit', params, { subject: domain })] };
  }
  return { ...path, changes: [publishText(domain, text, record)] };
}
