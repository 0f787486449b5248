import type { DnsAnswer, MxData, RecordType } from '../dns/resolver.ts';
import type { SpfAnalyzedRecord, SpfAnalyzedTerm, SpfFamily, SpfRecordStatus, SpfVoidCount } from './analysis.ts';
import { findStaticTarget, MOST_RECORDS, type PublishedRecord, type SpfEvidence, usedTerms } from './evidence.ts';
import { usesMacro } from './macro.ts';
import { MOST_HOSTS, mxHosts, needsLookup } from './mechanisms.ts';
import { networkText } from './ranges.ts';
import type { SpfDirective, SpfQualifier, SpfTerm } from './record.ts';

// The same record may stand at many places of the tree, so that a small zone can make an endless one.
const MOST_DEPTH = 24;
const MOST_NETWORKS = 20_000;

/** The tree under construction, in the order of evaluation. */
interface Planting {
  evidence: SpfEvidence;
  records: number;
  networks: number;
  /** Terms with lookups so far (RFC 7208 §4.6.4). */
  total: number;
  pointerPaid: boolean;
  exceeded?: { limit: number; unit: string };
}

/** Lays the answers out as the tree that evaluation walks, and counts what it costs a client that no term matches. */
export function plantTree(evidence: SpfEvidence): { tree: SpfAnalyzedRecord; exceeded?: Planting['exceeded'] } {
  const planting: Planting = { evidence, records: 0, networks: 0, total: 0, pointerPaid: false };
  const tree = plantRecord(planting, evidence.root, []);
  const exceeded = planting.exceeded ?? evidence.exceeded;
  return exceeded === undefined ? { tree } : { tree, exceeded };
}

function plantRecord(p: Planting, domain: string, path: readonly string[]): SpfAnalyzedRecord {
  const node: SpfAnalyzedRecord = { domain, status: 'record', lookups: 0, void: { ip4: 0, ip6: 0 }, terms: [] };
  const published = p.evidence.records.get(domain);
  node.status = findStatus(p, domain, path, published);
  if (published?.text !== undefined) node.record = published.text;
  if (published?.record === undefined || node.status === 'loop' || node.status === 'not-followed') return node;
  p.records++;
  const { text = '', record } = published;
  const used = new Set(usedTerms(record.terms));
  const below = [...path, domain];
  const plant = (term: SpfTerm) => {
    const planted = plantTerm(p, text, term, used.has(term), below);
    node.lookups += planted.lookups;
    addVoid(node.void, planted);
    return planted;
  };
  // RFC 7208 §6.1: a redirect comes last wherever it stands.
  const directives = record.terms.filter(({ kind }) => kind === 'directive').map(plant);
  const modifiers = record.terms.filter(({ kind }) => kind === 'modifier').map(plant);
  node.terms = [...directives, ...modifiers].sort((a, b) => a.span.start - b.span.start);
  return node;
}

function findStatus(
  p: Planting,
  domain: string,
  path: readonly string[],
  published: PublishedRecord | undefined,
): SpfRecordStatus {
  if (!domain.includes('.')) return 'invalid-domain';
  if (path.includes(domain)) return 'loop';
  if (p.records >= MOST_RECORDS) p.exceeded = { limit: MOST_RECORDS, unit: 'records' };
  else if (path.length >= MOST_DEPTH) p.exceeded = { limit: MOST_DEPTH, unit: 'levels' };
  else return published?.status ?? 'not-followed';
  return 'not-followed';
}

function addVoid(sum: SpfVoidCount, { void: families, check }: SpfAnalyzedTerm): void {
  for (const family of families) sum[family]++;
  sum.ip4 += check?.void.ip4 ?? 0;
  sum.ip6 += check?.void.ip6 ?? 0;
}

function plantTerm(p: Planting, text: string, term: SpfTerm, used: boolean, path: readonly string[]): SpfAnalyzedTerm {
  const { span } = term;
  const planted: SpfAnalyzedTerm = {
    term: text.slice(span.start, span.end),
    span,
    kind: term.kind === 'directive' ? term.mechanism : term.name === 'redirect' ? 'redirect' : 'modifier',
    ...(term.kind === 'directive' && { result: resultOf(term.qualifier) }),
    state: used ? 'static' : 'unused',
    missing: false,
    cost: 0,
    lookups: 0,
    void: [],
    unknown: [],
    networks: [],
  };
  if (!used) return planted;
  if (term.kind === 'directive' && !needsLookup(term.mechanism)) {
    if (term.network !== undefined) addNetworks(p, planted, [term.network], term.cidr?.ip4 ?? term.cidr?.ip6);
    return planted;
  }
  spendLookups(p, planted, term);
  resolveTerm(p, planted, term, path);
  planted.lookups = planted.cost + (planted.check?.lookups ?? 0);
  return planted;
}

function resultOf(qualifier: SpfQualifier): NonNullable<SpfAnalyzedTerm['result']> {
  return qualifier === '+' ? 'pass' : qualifier === '-' ? 'fail' : qualifier === '~' ? 'softfail' : 'neutral';
}

/** RFC 7208 §4.6.4: one for the term, and one for the first `%{p}` of an evaluation. */
function spendLookups(p: Planting, planted: SpfAnalyzedTerm, { macro }: SpfTerm): void {
  planted.cost = 1;
  if (macro !== undefined && usesMacro(macro.parts, 'p') && !p.pointerPaid) {
    p.pointerPaid = true;
    planted.cost = 2;
  }
  p.total += planted.cost;
  planted.total = p.total;
}

function resolveTerm(p: Planting, planted: SpfAnalyzedTerm, term: SpfTerm, path: readonly string[]): void {
  const found = findStaticTarget(term.macro, path.at(-1)!, p.evidence.root);
  if ('target' in found) planted.target = found.target;
  if (!('target' in found)) {
    if ('invalid' in found) planted.target = found.invalid;
    planted.state = 'dynamic' in found ? 'dynamic' : 'invalid-target';
  } else if (planted.kind === 'exists' || planted.kind === 'ptr') {
    // Of `exists` with a fixed name the answer of today says nothing about that of tomorrow.
    planted.state = 'dynamic';
  } else if (term.kind === 'modifier' || term.mechanism === 'include') {
    plantCheck(p, planted, found.target, path);
  } else if (term.mechanism === 'a') {
    resolveHosts(p, planted, [found.target], term.cidr, true);
  } else {
    resolveMx(p, planted, found.target, term.cidr);
  }
}

function plantCheck(p: Planting, planted: SpfAnalyzedTerm, target: string, path: readonly string[]): void {
  const answer = p.evidence.answers.get(`TXT ${target}`);
  planted.check = plantRecord(p, target, path);
  planted.missing = answer?.status === 'nxdomain';
  if (answer?.status === 'nodata' || answer?.status === 'nxdomain') planted.void = ['ip4', 'ip6'];
}

function resolveMx(p: Planting, planted: SpfAnalyzedTerm, target: string, cidr: SpfDirective['cidr']): void {
  const answer = find(p, target, 'MX');
  switch (answer?.status) {
    case 'answer':
      if (answer.records.length > MOST_HOSTS) planted.state = 'mx-limit';
      else resolveHosts(p, planted, mxHosts(answer.records as MxData[]), cidr, false);
      break;
    case 'nodata':
    case 'nxdomain':
      planted.void = ['ip4', 'ip6'];
      planted.missing = answer.status === 'nxdomain';
      break;
    default:
      planted.unknown = ['ip4', 'ip6'];
      planted.state = 'unknown';
  }
}

function find<T extends RecordType>({ evidence }: Planting, name: string, type: T): DnsAnswer<T> | undefined {
  // The key says which type the answer is of.
  return evidence.answers.get(`${type} ${name}`) as DnsAnswer<T> | undefined;
}

/** The addresses of hosts, in order up to the first that DNS says nothing about. */
function resolveHosts(
  p: Planting,
  planted: SpfAnalyzedTerm,
  hosts: readonly string[],
  cidr: SpfDirective['cidr'],
  isFirst: boolean,
): void {
  resolveFamily(p, planted, hosts, 'ip4', cidr?.ip4, isFirst);
  resolveFamily(p, planted, hosts, 'ip6', cidr?.ip6, isFirst);
}

function resolveFamily(
  p: Planting,
  planted: SpfAnalyzedTerm,
  hosts: readonly string[],
  family: SpfFamily,
  bits: number | undefined,
  isFirst: boolean,
): void {
  for (const host of hosts) {
    const answer = find(p, host, family === 'ip4' ? 'A' : 'AAAA');
    switch (answer?.status) {
      case 'answer':
        addNetworks(p, planted, answer.records, bits);
        break;
      case 'nodata':
      case 'nxdomain':
        // RFC 7208 §4.6.4: of `a` this is the first answer, of `mx` its hosts' addresses are not.
        if (!isFirst) break;
        planted.void.push(family);
        if (answer.status === 'nxdomain') planted.missing = true;
        break;
      default:
        planted.unknown.push(family);
        planted.state = 'unknown';
        return;
    }
  }
}

function addNetworks(
  p: Planting,
  planted: SpfAnalyzedTerm,
  addresses: readonly string[],
  bits: number | undefined,
): void {
  for (const address of addresses) {
    if (p.networks >= MOST_NETWORKS) {
      p.exceeded = { limit: MOST_NETWORKS, unit: 'networks' };
      planted.unknown = ['ip4', 'ip6'];
      planted.state = 'unknown';
      return;
    }
    const network = networkText(address, bits);
    if (network === undefined || planted.networks.includes(network)) continue;
    planted.networks.push(network);
    p.networks++;
  }
}
