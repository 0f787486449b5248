import { requireDomain, requireLimits } from '../arguments.ts';
import { DnsSession } from '../dns/session.ts';
import { type Environment, requireEnvironment } from '../environment.ts';
import type { Limits } from '../limits.ts';
import type { SpfAnalysis, SpfAnalyzedRecord, SpfDynamicTerm } from './analysis.ts';
import { findFaults } from './analysis-findings.ts';
import { diagnose } from './analyze-rules.ts';
import { cutCells, listAddresses, paintRecord } from './coverage.ts';
import { gatherEvidence, type SpfEvidence } from './evidence.ts';
import { plantTree } from './tree.ts';

// More of them nobody reads.
const MOST_FINDINGS = 1000;

/** How `analyzeSpf` works. */
export interface AnalyzeSpfOptions {
  limits?: Partial<Limits>;
}

/**
 * Finds out everything about the SPF of a domain, whoever sends: the whole tree of includes and redirects with the cost
 * of every term, past the limit of 10 (RFC 7208 §4.6.4), what is wrong or useless in it, and which result each address gets.
 *
 * What DNS does not answer for now is `unknown`, never missing.
 *
 * @param domain - the domain whose record it is, in A-labels or U-labels
 * @param env - who answers DNS questions; each is asked once, all that are known at once
 * @returns the tree, the addresses by result and every finding
 * @throws TypeError when `domain` is no domain name or there is no resolver; the signal's reason when it aborts
 * @example
 * import { analyzeSpf } from 'mailverdict/audit';
 * const resolver = memoryResolver({
 *   'example.com': { TXT: ['v=spf1 include:_spf.example.net -all'] },
 *   '_spf.example.net': { TXT: ['v=spf1 ip4:192.0.2.0/25 ip4:192.0.2.128/25 -all'] },
 * });
 * const { lookups, addresses } = await analyzeSpf('example.com', { resolver });
 * lookups.terms; // => 1
 * addresses.pass.ip4; // => ['192.0.2.0/24']
 * addresses.otherwise; // => 'fail'
 */
export async function analyzeSpf(
  domain: string,
  env: Environment,
  options: AnalyzeSpfOptions = {},
): Promise<SpfAnalysis> {
  const name = requireDomain('analyze SPF', 'domain', domain);
  requireEnvironment('analyze SPF', env);
  const limits = requireLimits('analyze SPF', options);
  return (await analyzeIn(DnsSession.open(env, limits), name, limits)).analysis;
}

/** Analyzes within a session; `text` stands for the published record of the domain. */
export async function analyzeIn(
  session: DnsSession,
  domain: string,
  limits: Readonly<Limits>,
  text?: string,
): Promise<{ analysis: SpfAnalysis; evidence: SpfEvidence }> {
  const evidence = await gatherEvidence(domain, (name, type) => session.query(name, type), limits, text);
  const { tree, exceeded } = plantTree(evidence);
  const cells = cutCells(tree);
  const diagnostics = findFaults(tree, cells, evidence, limits);
  const exhausted = exceeded === undefined ? [] : [exceeded];
  if (diagnostics.length > MOST_FINDINGS) {
    diagnostics.length = MOST_FINDINGS;
    exhausted.push({ limit: MOST_FINDINGS, unit: 'findings' });
  }
  for (const budget of exhausted) {
    diagnostics.push(diagnose('spf.analysis-limit', { domain, ...budget }, { subject: domain }));
  }
  const analysis: SpfAnalysis = {
    domain,
    tree,
    lookups: { terms: tree.lookups, void: { ...tree.void }, limit: limits.spfTerms, voidLimit: limits.spfVoid },
    addresses: listAddresses(cells, paintRecord(cells, tree)),
    dynamic: listDynamic(tree, []),
    complete: exceeded === undefined && isComplete(tree),
    diagnostics,
  };
  return { analysis, evidence };
}

function listDynamic({ domain, terms }: SpfAnalyzedRecord, above: readonly string[]): SpfDynamicTerm[] {
  const path = [...above, domain];
  return terms.flatMap(({ term, kind, state, check }) => {
    if (check !== undefined) return listDynamic(check, path);
    return state === 'dynamic' ? [{ term, domain, kind, path }] : [];
  });
}

function isComplete({ status, terms }: SpfAnalyzedRecord): boolean {
  if (status === 'unknown' || status === 'not-followed') return false;
  return terms.every(({ state, check }) => state !== 'unknown' && (check === undefined || isComplete(check)));
}
