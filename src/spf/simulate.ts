import { requireDomain, requireLimits } from '../arguments.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { type Publishable, publishTxt } from '../dns/publishable.ts';
import { DnsSession } from '../dns/session.ts';
import { type Environment, requireEnvironment } from '../environment.ts';
import type { Limits } from '../limits.ts';
import { utf8Bytes } from '../text/bytes.ts';
import type { SpfAnalysis, SpfVoidCount } from './analysis.ts';
import { type AnalyzeSpfOptions, analyzeIn } from './analyze.ts';
import { diagnose } from './analyze-rules.ts';
import { editSpfRecord, type SpfChanges } from './edit.ts';
import { publishedTexts } from './evidence.ts';

/** What a record costs a client that no term matches, and how long it is. */
export interface SpfCosts {
  /** Terms with lookups (RFC 7208 §4.6.4). */
  terms: number;
  void: SpfVoidCount;
  /** Octets of the record of the domain itself. */
  octets: number;
}

/** What an edit of a record would bring. */
export interface SpfSimulation {
  domain: string;
  /** The record after the edit. */
  record: Publishable;
  before: SpfCosts;
  after: SpfCosts;
  /** Of the domain after the edit. */
  analysis: SpfAnalysis;
  /** The findings that are new with the edit. */
  diagnostics: Diagnostic[];
  /** The findings that the edit cures. */
  cured: Diagnostic[];
}

const ACTION = 'simulate SPF';

/**
 * Tells what a change of a domain's SPF record would cost before it is published: lookups, void lookups, size, and the
 * findings that come and go.
 *
 * @param subject - the domain, or its analysis: then only what the edited record refers to is asked
 * @param changes - as for `editSpfRecord`: terms to add and to remove, as written in a record
 * @param env - who answers DNS questions
 * @throws TypeError for a wrong argument; the signal's reason when it aborts
 * @example
 * import { simulateSpf } from 'mailverdict/audit';
 * const resolver = memoryResolver({
 *   'example.com': { TXT: ['v=spf1 mx -all'], MX: ['10 mx.example.com'] },
 *   'mx.example.com': { A: ['192.0.2.1'] },
 * });
 * const { record, after } = await simulateSpf('example.com', { add: ['ip4:192.0.2.1'], remove: ['mx'] }, { resolver });
 * record.text; // => 'v=spf1 ip4:192.0.2.1 -all'
 * after.terms; // => 0
 */
export async function simulateSpf(
  subject: string | SpfAnalysis,
  changes: SpfChanges,
  env: Environment,
  options: AnalyzeSpfOptions = {},
): Promise<SpfSimulation> {
  const given = typeof subject === 'object' && subject !== null ? subject : undefined;
  const domain = requireDomain(ACTION, 'domain', given === undefined ? subject : given.domain);
  // Wrong arguments are refused before anything is asked.
  editSpfRecord('v=spf1', changes);
  requireEnvironment(ACTION, env);
  const limits = requireLimits(ACTION, options);
  const session = DnsSession.open(env, limits);
  const diagnostics: Diagnostic[] = [];
  const { before, published } = await readBefore(session, domain, limits, given);
  if (before.tree.status === 'unknown') diagnostics.push(diagnose('spf.edit-blind', { domain }, { subject: domain }));
  const edited = editSpfRecord(published, changes);
  const text = edited.value?.text ?? published;
  // What the parser finds in the new record the analysis finds too.
  const own = edited.diagnostics.filter(({ code }) => /^spf\.(edit|build)-/.test(code));
  diagnostics.push(...own.map((finding) => ({ ...finding, subject: domain })));
  const { analysis } = await analyzeIn(session, domain, limits, text);
  const old = new Set(before.diagnostics.map(identify));
  const left = new Set(analysis.diagnostics.map(identify));
  return {
    domain,
    record: publishTxt(domain, text),
    before: costsOf(before),
    after: costsOf(analysis),
    analysis,
    diagnostics: [...diagnostics, ...analysis.diagnostics.filter((one) => !old.has(identify(one)))],
    cured: before.diagnostics.filter((one) => !left.has(identify(one))),
  };
}

async function readBefore(
  session: DnsSession,
  domain: string,
  limits: Readonly<Limits>,
  given: SpfAnalysis | undefined,
): Promise<{ before: SpfAnalysis; published: string }> {
  if (given?.tree.record !== undefined) return { before: given, published: given.tree.record };
  const { analysis, evidence } = await analyzeIn(session, domain, limits);
  // Of several records the first is as good as any: the edit leaves one.
  return { before: analysis, published: analysis.tree.record ?? publishedTexts(evidence)[0] ?? 'v=spf1' };
}

function identify({ code, subject = '', message }: Diagnostic): string {
  return `${code} ${subject} ${message}`;
}

function costsOf({ lookups, tree }: SpfAnalysis): SpfCosts {
  return { terms: lookups.terms, void: { ...lookups.void }, octets: utf8Bytes(tree.record ?? '').length };
}
