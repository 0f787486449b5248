import type { SpfAnalysis, SpfAnalyzedRecord, SpfAnalyzedTerm, SpfNetworks } from '../../spf/analysis.ts';
import { networkRange } from '../../spf/ranges.ts';

/** One of the terms that stand for a sender's addresses. */
export interface SenderTerm {
  term: string;
  /** What the record of an include says. */
  theirs?: SpfAnalysis;
}

/** How such a term does in a record. */
export type TermState =
  | { state: 'present' | 'covered' | 'missing' | 'behind-all' }
  | { state: 'over-limit'; count: number }
  | { state: 'broken'; name: string }
  | { state: 'unknown'; name: string };

/** Looks for a term of a sender in the record of a domain, and in what it includes; its addresses alone do as well. */
export function judgeTerm(
  { term, theirs }: SenderTerm,
  { domain, tree, addresses, lookups, complete }: SpfAnalysis,
): TermState {
  const found = findTerm(tree, term, theirs?.domain);
  if (found !== undefined) return judgeFound(found, lookups.limit);
  const unknown = theirs?.complete === false ? theirs.domain : complete ? undefined : domain;
  if (unknown !== undefined) return { state: 'unknown', name: unknown };
  const wanted = theirs === undefined ? networksOf(term) : theirs.addresses.pass;
  // What depends on the client cannot be compared.
  const isListed = wanted.ip4.length + wanted.ip6.length > 0 && !theirs?.dynamic.length;
  const covered = covers(addresses.pass.ip4, wanted.ip4) && covers(addresses.pass.ip6, wanted.ip6);
  return { state: isListed && covered ? 'covered' : 'missing' };
}

function networksOf(term: string): SpfNetworks {
  const [, family, network] = /^\+?(ip[46]):(.+)$/i.exec(term.toLowerCase()) ?? [];
  const networks: SpfNetworks = { ip4: [], ip6: [] };
  if (network !== undefined) networks[family as 'ip4' | 'ip6'].push(network);
  return networks;
}

/** Whether networks lie within others; both lists are ascending, and of the latter no two could be one. */
function covers(outer: readonly string[], inner: readonly string[]): boolean {
  let i = 0;
  return inner.every((network) => {
    const range = networkRange(network)!;
    let at = networkRange(outer[i] ?? '');
    while (at !== undefined && at.end <= range.start) at = networkRange(outer[++i] ?? '');
    return at !== undefined && at.start <= range.start && range.end <= at.end;
  });
}

/** The term in a record or where its includes lead; a match there is a match here. */
function findTerm(
  { terms }: SpfAnalyzedRecord,
  wanted: string,
  target: string | undefined,
): SpfAnalyzedTerm | undefined {
  const key = wanted.toLowerCase().replace(/^\+/, '');
  for (const term of terms) {
    if (term.kind !== 'redirect' && term.result !== 'pass') continue;
    if (term.term.toLowerCase().replace(/^\+/, '') === key) return term;
    if (target !== undefined && term.target === target && term.check !== undefined) return term;
    const below = term.check && findTerm(term.check, wanted, target);
    if (below !== undefined) return below;
  }
  return undefined;
}

function judgeFound({ state, check, target = '', total = 0 }: SpfAnalyzedTerm, limit: number): TermState {
  if (state === 'unused') return { state: 'behind-all' };
  if (check === undefined) return { state: state === 'unknown' ? state : 'present', name: target };
  if (isUnknown(check)) return { state: 'unknown', name: target };
  // RFC 7208 §5.2: an include of a domain without a usable record is a permerror.
  if (check.status !== 'record') return { state: 'broken', name: target };
  const count = total + check.lookups;
  return count > limit ? { state: 'over-limit', count } : { state: 'present' };
}

function isUnknown({ status, terms }: SpfAnalyzedRecord): boolean {
  return status === 'unknown' || terms.some(({ state, check }) => state === 'unknown' || (check && isUnknown(check)));
}
