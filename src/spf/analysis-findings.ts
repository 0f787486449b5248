import type { Diagnostic, Fix, Place } from '../diagnostics/diagnostic.ts';
import type { DnsAnswer } from '../dns/resolver.ts';
import type { Limits } from '../limits.ts';
import { isPublicNetwork } from '../names/public-address.ts';
import type { SpfAnalyzedRecord, SpfAnalyzedTerm } from './analysis.ts';
import { diagnose as note } from './analyze-rules.ts';
import { type Cells, paintRecord, resultOf, type TermEffect } from './coverage.ts';
import type { SpfEvidence } from './evidence.ts';
import { MOST_HOSTS } from './mechanisms.ts';
import { formatNetwork, isIp4Range, networkRange, unmapRange } from './ranges.ts';
import { write } from './repair.ts';
import { diagnose } from './verdict-rules.ts';

/** What a walk over a tree knows and has found. */
interface Walk {
  cells: Cells;
  evidence: SpfEvidence;
  limits: Readonly<Limits>;
  diagnostics: Diagnostic[];
  /** Domains whose record was reported, with who referred to it first. */
  seen: Map<string, string>;
  reported: Set<string>;
  /** Those that were reported as included, so that what they say of other addresses was left out. */
  included: Set<string>;
  void: { ip4: number; ip6: number };
}

// RFC 7208 §3.4 wants the answer to fit in 512 octets; the question and the header take some 60 of them.
const LONG_RECORD = 450;

/** Finds everything that is wrong or useless in a tree of records, in the order of evaluation. */
export function findFaults(
  tree: SpfAnalyzedRecord,
  cells: Cells,
  evidence: SpfEvidence,
  limits: Readonly<Limits>,
): Diagnostic[] {
  const seen = new Map([[tree.domain, 'the domain itself']]);
  const reported = new Set<string>();
  const included = new Set<string>();
  const walk: Walk = { cells, evidence, limits, diagnostics: [], seen, reported, included, void: { ip4: 0, ip6: 0 } };
  walkRecord(walk, tree, 'root');
  const { domain, lookups } = tree;
  // An include grows without asking: the last two are soon spent.
  if (lookups <= limits.spfTerms && lookups > limits.spfTerms - 2) {
    const params = { domain, count: lookups, limit: limits.spfTerms };
    walk.diagnostics.push(note('spf.lookup-margin', params, { subject: domain }));
  }
  for (const answer of evidence.answers.values()) noteFailure(walk, answer);
  return walk.diagnostics;
}

function noteFailure({ diagnostics }: Walk, answer: DnsAnswer): void {
  if (answer.status !== 'failure') return;
  const { name, type, reason } = answer;
  diagnostics.push(diagnose('spf.dns-failure', { name, type, reason }, { subject: name }));
}

/** How evaluation comes to a record: only through an include its own result does not count. */
type Way = 'root' | 'redirect' | 'include';

function walkRecord(walk: Walk, node: SpfAnalyzedRecord, way: Way): void {
  const { domain, record } = node;
  const first = walk.reported.size < walk.reported.add(domain).size;
  if (first && node.status !== 'loop') {
    walk.diagnostics.push(...(walk.evidence.records.get(domain)?.diagnostics ?? []).filter(isNews(way)));
    if (way === 'include') walk.included.add(domain);
    if (record !== undefined && record.length > LONG_RECORD) {
      const params = { domain, size: record.length, limit: LONG_RECORD };
      walk.diagnostics.push(note('spf.record-long', params, { subject: domain }));
    }
  }
  // The same record may come again where what it says of other addresses counts.
  if (!first && way !== 'include' && walk.included.delete(domain)) {
    walk.diagnostics.push(...(walk.evidence.records.get(domain)?.diagnostics ?? []).filter(isAboutOthers));
  }
  const effects = new Map<SpfAnalyzedTerm, TermEffect>();
  if (first) paintRecord(walk.cells, node, (effect) => effects.set(effect.term, effect));
  const inOrder = [
    ...node.terms.filter(({ kind }) => kind !== 'redirect'),
    ...node.terms.filter(({ kind }) => kind === 'redirect'),
  ];
  for (const term of inOrder) {
    if (term.state === 'unused') continue;
    if (first) judgeTerm(walk, term, node, effects.get(term));
    countTerm(walk, term, domain);
    if (term.check !== undefined)
      walkRecord(walk, term.check, way !== 'include' && term.kind === 'redirect' ? 'redirect' : 'include');
  }
}

/**
 * That an included domain has no record is told at the term that includes it; and what an included record says of
 * addresses that it does not pass means nothing (RFC 7208 §5.2).
 */
function isNews(way: Way): (finding: Diagnostic) => boolean {
  return (finding) =>
    finding.code === 'spf.no-record' ? way === 'root' : way !== 'include' || !isAboutOthers(finding);
}

function isAboutOthers({ code }: Diagnostic): boolean {
  return code === 'spf.missing-all' || code === 'spf.neutral-all';
}

function placeOf({ span }: SpfAnalyzedTerm, subject: string): Place {
  return { span, subject };
}

/** What removing the term cures. */
function removalOf(term: SpfAnalyzedTerm, subject: string): Place {
  return { ...placeOf(term, subject), fix: write('') };
}

/** Limits are about one evaluation, so that the same record counts each time (RFC 7208 §4.6.4). */
function countTerm(walk: Walk, term: SpfAnalyzedTerm, domain: string): void {
  const { limits, diagnostics } = walk;
  const place = placeOf(term, domain);
  const { total, cost } = term;
  if (total !== undefined && total > limits.spfTerms && total - cost <= limits.spfTerms) {
    diagnostics.push(diagnose('spf.lookup-limit', { term: term.term, limit: limits.spfTerms }, place));
  }
  const before = Math.max(walk.void.ip4, walk.void.ip6);
  for (const family of term.void) walk.void[family]++;
  const after = Math.max(walk.void.ip4, walk.void.ip6);
  if (before <= limits.spfVoid && after > limits.spfVoid) {
    diagnostics.push(diagnose('spf.void-limit', { term: term.term, limit: limits.spfVoid }, place));
  }
}

function judgeTerm(walk: Walk, term: SpfAnalyzedTerm, node: SpfAnalyzedRecord, effect: TermEffect | undefined): void {
  const { diagnostics } = walk;
  const { domain } = node;
  const place = placeOf(term, domain);
  const { target = '', kind, state, check } = term;
  if (/%\{p/i.test(term.term)) diagnostics.push(note('spf.macro-pointer', { term: term.term }, place));
  if (state === 'invalid-target') {
    diagnostics.push(diagnose('spf.invalid-target', { term: term.term, target }, place));
  } else if (state === 'mx-limit') {
    const answer = walk.evidence.answers.get(`MX ${target}`);
    const count = answer?.status === 'answer' ? answer.records.length : 0;
    diagnostics.push(diagnose('spf.mx-limit', { domain: target, count, limit: MOST_HOSTS }, place));
  } else if (check !== undefined) {
    judgeCheck(walk, term, check, domain, effect);
  } else if (state === 'static' && kind !== 'all') {
    judgeNetworks(walk, term, node, effect);
  }
}

function judgeCheck(
  walk: Walk,
  term: SpfAnalyzedTerm,
  check: SpfAnalyzedRecord,
  domain: string,
  effect: TermEffect | undefined,
): void {
  const { diagnostics, seen } = walk;
  const params = { term: term.term, domain: check.domain };
  // Without its redirect a record says nothing about other senders.
  const place = term.kind === 'redirect' ? placeOf(term, domain) : removalOf(term, domain);
  switch (check.status) {
    case 'nxdomain':
      diagnostics.push(note('spf.include-dangling', params, place));
      return;
    case 'no-record':
    case 'invalid-domain':
      diagnostics.push(diagnose(term.kind === 'redirect' ? 'spf.redirect-none' : 'spf.include-none', params, place));
      return;
    case 'loop':
      diagnostics.push(diagnose('spf.loop', { path: `${domain} > ${check.domain}` }, place));
      return;
    default:
  }
  const first = seen.get(check.domain);
  if (first === undefined) seen.set(check.domain, `"${term.term}" of ${domain}`);
  if (effect !== undefined && judgeEffect(walk, effect, domain)) return;
  if (effect?.before === 'nothing' && !effect.decides && !hasDynamic(check)) {
    diagnostics.push(note('spf.include-empty', { term: term.term }, place));
  } else if (first !== undefined) {
    diagnostics.push(note('spf.include-repeated', { ...params, first }, placeOf(term, domain)));
  }
}

/** Whether anything in a tree depends on the client or the sender. */
export function hasDynamic({ terms }: SpfAnalyzedRecord): boolean {
  return terms.some(({ state, check }) => state === 'dynamic' || (check !== undefined && hasDynamic(check)));
}

/** Reports a term that changes nothing; whether it did. */
function judgeEffect({ diagnostics }: Walk, { term, decides, before }: TermEffect, domain: string): boolean {
  const isUseless = !decides && (before === 'same' || before === 'other');
  // An include may match by what is not known here.
  if (!isUseless || (term.check !== undefined && hasDynamic(term.check))) return false;
  const name = before === 'same' ? 'spf.shadowed-term' : 'spf.unreachable-term';
  diagnostics.push(note(name, { term: term.term }, removalOf(term, domain)));
  return true;
}

function judgeNetworks(
  walk: Walk,
  term: SpfAnalyzedTerm,
  node: SpfAnalyzedRecord,
  effect: TermEffect | undefined,
): void {
  const { diagnostics } = walk;
  const { domain } = node;
  const { target, networks, missing } = term;
  if (networks.length === 0 && target !== undefined) {
    const params = { term: term.term, domain: target };
    diagnostics.push(note(missing ? 'spf.target-missing' : 'spf.void-term', params, removalOf(term, domain)));
  } else if (networks.length === 0) {
    const fix = fixMapped(walk, term, node);
    diagnostics.push(
      note('spf.mapped-network', { term: term.term }, { ...placeOf(term, domain), ...(fix && { fix }) }),
    );
  }
  if (effect !== undefined) judgeEffect(walk, effect, domain);
  const network = term.result === 'pass' ? networks.find(isTooWide) : undefined;
  if (network !== undefined) {
    diagnostics.push(note('spf.range-too-wide', { term: term.term, network }, placeOf(term, domain)));
  }
}

/** The term as its author meant it, unless these addresses get that anyway; a whole provider of addresses nobody means. */
function fixMapped({ cells }: Walk, { term, result }: SpfAnalyzedTerm, node: SpfAnalyzedRecord): Fix | undefined {
  const [qualifier, text] = term.split(/ip6:/i);
  const range = unmapRange(networkRange(text!)!)!;
  if (resultOf(cells, paintRecord(cells, node), range) === result) return write('');
  const network = formatNetwork(range);
  return result === 'pass' && isTooWide(network) ? undefined : write(`${qualifier}ip4:${network}`);
}

/** A /16 of public IPv4 space, or what a registry gives a whole provider of IPv6 (a /32). */
function isTooWide(network: string): boolean {
  const range = networkRange(network)!;
  const size = range.end - range.start;
  if (isIp4Range(range)) return size >= 1n << 16n && isPublicNetwork(network);
  // Of IPv6 only this is in use.
  const unicast = networkRange('2000::/3')!;
  return size >= 1n << 96n && range.start < unicast.end && range.end > unicast.start;
}
