import { requireList, requireOptions } from '../arguments.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { type Publishable, publishTxt } from '../dns/publishable.ts';
import { requireFunction, show } from '../environment.ts';
import { domainName } from '../names/domain-name.ts';
import type { SpfAnalysis } from './analysis.ts';
import { diagnose } from './analyze-rules.ts';
import { type FlatItem, flattenTree, type NetworkItem } from './flat-items.ts';
import { type AddressRange, formatNetwork, isIp4Range, splitRange } from './ranges.ts';

/** How `flattenSpf` works. */
export interface FlattenSpfOptions {
  /** Domains whose include stays an include: those that change often, or belong to nobody who would tell. */
  keep?: readonly string[];
  /** Octets of one record; by default 450, so that an answer fits in 512 octets (RFC 7208 §3.4). */
  octets?: number;
  /** The name of the first, second, … record that is split off; by default `_spf1.` and so on before the domain. */
  name?: (index: number) => string;
}

/** Where a network of the flattened records comes from. */
export interface SpfOrigin {
  network: string;
  result: 'pass' | 'fail' | 'softfail' | 'neutral';
  /** Terms that name addresses in it, at most 20. */
  from: { domain: string; term: string }[];
}

/** Records that say the same with fewer lookups. */
export interface SpfFlattening {
  domain: string;
  /** What to publish: the record of the domain, and those it includes. None where there is nothing to flatten. */
  records: Publishable[];
  /** Terms with lookups before and after, for a client that no term matches. */
  lookups: { before: number; after: number; limit: number };
  origins: SpfOrigin[];
  diagnostics: Diagnostic[];
}

const ACTION = 'flatten SPF';
const OCTETS = 450;
// Where the records are too many for 10 lookups, they grow. The last is what DNS servers still answer over UDP, and TCP.
const LARGER = [2, 4, 8] as const;
const MOST_ORIGINS = 20;

/**
 * Proposes SPF records that need no more lookups than the limit (RFC 7208 §4.6.4) and give every address the same
 * result. Macros, `exists`, `ptr` and what DNS does not answer are kept.
 *
 * The addresses are a copy: publish it only where something makes a new one every day.
 *
 * @param analysis - of `analyzeSpf`, or of `simulateSpf`
 * @throws TypeError when `analysis` is no analysis
 * @example
 * import { analyzeSpf, flattenSpf } from 'mailverdict/audit';
 * const resolver = memoryResolver({
 *   'example.com': { TXT: ['v=spf1 include:_spf.example.net -all'] },
 *   '_spf.example.net': { TXT: ['v=spf1 ip4:192.0.2.0/25 ip4:192.0.2.128/25 -all'] },
 * });
 * const { records } = flattenSpf(await analyzeSpf('example.com', { resolver }));
 * records[0]?.text; // => 'v=spf1 ip4:192.0.2.0/24 -all'
 */
export function flattenSpf(analysis: SpfAnalysis, options: FlattenSpfOptions = {}): SpfFlattening {
  const domain = analysis?.tree?.domain;
  if (typeof domain !== 'string' || analysis.lookups === undefined) {
    throw new TypeError(`Cannot ${ACTION}: "analysis" must be the result of analyzeSpf`);
  }
  const { octets, keep, name } = readOptions(options, domain);
  const { lookups, tree } = analysis;
  const { limit } = lookups;
  const diagnostics: Diagnostic[] = [];
  if (tree.status !== 'record') {
    diagnostics.push(diagnose('spf.flatten-impossible', { domain, status: tree.status }, { subject: domain }));
    return {
      domain,
      records: [],
      lookups: { before: lookups.terms, after: lookups.terms, limit },
      origins: [],
      diagnostics,
    };
  }
  const { items, taken } = flattenTree(tree, keep, diagnostics);
  const packed = packWithin(items, { domain, octets, name, taken: new Set([domain, ...taken]) }, limit);
  const after = packed.lookups;
  if (after > limit) {
    diagnostics.push(diagnose('spf.flatten-limit', { domain, count: after, limit }, { subject: domain }));
  }
  for (const { name: owner, text } of packed.records) {
    if (text.length <= octets) continue;
    const params = { domain: owner, size: text.length, limit: octets };
    diagnostics.push(diagnose('spf.flatten-size', params, { subject: owner }));
  }
  const networks = items.filter((item) => item.kind === 'networks');
  for (const source of copiedFrom(networks)) {
    diagnostics.push(diagnose('spf.flatten-drift', { domain: source }, { subject: domain }));
  }
  const origins = networks.flatMap(listOrigins);
  return { domain, records: packed.records, lookups: { before: lookups.terms, after, limit }, origins, diagnostics };
}

/** The options in full; a `TypeError` where one is wrong. */
function readOptions(
  options: FlattenSpfOptions,
  domain: string,
): Pick<Packing, 'octets' | 'name'> & { keep: Set<string> } {
  requireOptions(ACTION, options);
  const { octets = OCTETS, name = (index: number) => `_spf${index}.${domain}` } = options;
  if (typeof octets !== 'number' || !(octets > 0))
    throw new TypeError(`Cannot ${ACTION}: "octets" must be above 0, received ${show(octets)}`);
  requireFunction(ACTION, 'name', name);
  const keep = requireList(ACTION, 'keep', options.keep).map((one) => domainName(one) ?? one);
  return { octets, name, keep: new Set(keep) };
}

/** Whose addresses are copied: all but those that the domain itself wrote down. */
function copiedFrom(items: readonly NetworkItem[]): Set<string> {
  return new Set(items.flatMap(({ sources }) => sources.flatMap(({ copied }) => copied ?? [])));
}

interface Packed {
  records: Publishable[];
  lookups: number;
}

/** How and where records are written. */
interface Packing {
  domain: string;
  octets: number;
  name: (index: number) => string;
  /** Names that are not free. */
  taken: ReadonlySet<string>;
}

/** Packs with the smallest size of records that needs no more lookups than the limit, or the fewest lookups. */
function packWithin(items: readonly FlatItem[], packing: Packing, limit: number): Packed {
  let packed = pack(items, packing);
  for (const factor of LARGER) {
    if (packed.lookups <= limit) break;
    packed = pack(items, { ...packing, octets: packing.octets * factor });
  }
  return packed;
}

function pack(items: readonly FlatItem[], packing: Packing): Packed {
  const { domain, octets } = packing;
  const kept = items.reduce((sum, item) => sum + (item.kind === 'term' ? item.lookups : 0), 0);
  const whole = items.map((item) => (item.kind === 'term' ? item.text : writeNetworks(item).join(' ')));
  const single = ['v=spf1', ...whole].join(' ');
  if (single.length <= octets) return { records: [publishTxt(domain, single)], lookups: kept };
  const others: Publishable[] = [];
  const words = items.map((item) => (item.kind === 'term' ? item.text : splitOff(item, packing, others)));
  const records = [publishTxt(domain, ['v=spf1', ...words].join(' ')), ...others];
  return { records, lookups: kept + others.length };
}

/** The next name that is free. */
function nextName({ name, taken }: Packing, others: readonly Publishable[]): string {
  const used = new Set([...taken, ...others.map((other) => other.name)]);
  for (let index = others.length + 1; index <= others.length + used.size + 1; index++) {
    const owner = domainName(String(name(index)));
    if (owner !== undefined && !used.has(owner)) return owner;
  }
  throw new TypeError(`Cannot ${ACTION}: "name" must give each index a name of its own`);
}

/** Puts networks into records of their own, and returns the terms that include them. */
function splitOff(item: NetworkItem, packing: Packing, others: Publishable[]): string {
  const terms = writeNetworks({ ...item, result: 'pass' });
  const own = writeNetworks(item).join(' ');
  // Not longer than the include that would stand in its place.
  if (own.length <= packing.name(1).length + 'include:'.length) return own;
  const includes: string[] = [];
  let text = 'v=spf1';
  const close = () => {
    const owner = nextName(packing, others);
    others.push(publishTxt(owner, `${text} -all`));
    includes.push(`${qualifierOf(item.result)}include:${owner}`);
    text = 'v=spf1';
  };
  for (const term of terms) {
    if (text !== 'v=spf1' && text.length + term.length + ' '.length + ' -all'.length > packing.octets) close();
    text += ` ${term}`;
  }
  close();
  return includes.join(' ');
}

function qualifierOf(result: NetworkItem['result']): string {
  return result === 'pass' ? '' : result === 'fail' ? '-' : result === 'softfail' ? '~' : '?';
}

/** IPv4 first, since nearly all clients are. */
function writeNetworks({ ranges, result }: NetworkItem): string[] {
  const networks = ranges.flatMap(splitRange);
  const write = (range: AddressRange) =>
    `${qualifierOf(result)}${isIp4Range(range) ? 'ip4' : 'ip6'}:${formatNetwork(range)}`;
  return [...networks.filter(isIp4Range), ...networks.filter((range) => !isIp4Range(range))].map(write);
}

function listOrigins({ ranges, result, sources }: NetworkItem): SpfOrigin[] {
  const networks = ranges.flatMap(splitRange);
  const origins: SpfOrigin[] = networks.map((range) => ({ network: formatNetwork(range), result, from: [] }));
  for (const { domain, term, ranges: named } of sources) {
    for (const { start, end } of named) {
      for (let i = firstBehind(networks, start); i < networks.length && networks[i]!.start < end; i++) {
        const { from } = origins[i]!;
        if (from.length < MOST_ORIGINS && !from.some((one) => one.domain === domain && one.term === term)) {
          from.push({ domain, term });
        }
      }
    }
  }
  return origins;
}

/** The first of disjoint, ascending ranges that ends behind a place. */
function firstBehind(ranges: readonly AddressRange[], place: bigint): number {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ranges[middle]!.end > place) high = middle;
    else low = middle + 1;
  }
  return low;
}
