import type { SpfAddresses, SpfAddressResult, SpfAnalyzedRecord, SpfAnalyzedTerm, SpfNetworks } from './analysis.ts';
import { type AddressRange, IP4_START, networkRange, rangeNetworks, SPACE_END } from './ranges.ts';

/** What an address gets, as a number: 0 is undecided. */
const RESULTS = [
  'undecided',
  'pass',
  'fail',
  'softfail',
  'neutral',
  'temperror',
  'permerror',
  'none',
  'dynamic',
] as const;

const PASS = 1;
const NEUTRAL = 4;
const TEMPERROR = 5;
const PERMERROR = 6;
const NONE = 7;
const DYNAMIC = 8;

/**
 * The line of all addresses cut at every edge of every network of a tree: within a cell all addresses get the same
 * result, so that a handful of cells stands for all of them. One more cell, behind the others, is an address in no network.
 */
export interface Cells {
  /** Where each cell begins, and the end of the line. */
  edges: bigint[];
  /** First cell, and the one behind the last, of each network. */
  networks: Map<string, readonly [from: number, to: number]>;
  /** The first cell of IPv4. */
  ip4: number;
  /** The cell behind the others; it begins nowhere. */
  outside: number;
  /** The results of records that were painted: a deep tree would paint the same again at each level. */
  painted: Map<SpfAnalyzedRecord, Uint8Array>;
}

/** What a term decided, in its record alone; for findings. */
export interface TermEffect {
  term: SpfAnalyzedTerm;
  /** Whether any address gets its result from this term. */
  decides: boolean;
  /** Where not: what earlier terms said about its addresses; `mixed` also where that is not known. */
  before: 'same' | 'other' | 'mixed' | 'nothing';
}

/** Cuts the line at the edges of all networks in a tree. */
export function cutCells(tree: SpfAnalyzedRecord): Cells {
  const ranges = new Map<string, AddressRange>();
  collectRanges(tree, ranges);
  const points = new Set([0n, IP4_START, SPACE_END]);
  for (const { start, end } of ranges.values()) points.add(start).add(end);
  const edges = [...points].sort((a, b) => (a < b ? -1 : 1));
  const index = new Map(edges.map((edge, i) => [edge, i]));
  const networks = new Map<string, readonly [number, number]>();
  for (const [text, { start, end }] of ranges) networks.set(text, [index.get(start)!, index.get(end)!]);
  return { edges, networks, ip4: index.get(IP4_START)!, outside: edges.length - 1, painted: new Map() };
}

function collectRanges({ terms }: SpfAnalyzedRecord, ranges: Map<string, AddressRange>): void {
  for (const { networks, check } of terms) {
    for (const network of networks) {
      const range = ranges.has(network) ? undefined : networkRange(network);
      if (range !== undefined) ranges.set(network, range);
    }
    if (check !== undefined) collectRanges(check, ranges);
  }
}

/** The results of all cells; each cell is decided once, and those that are not are found without passing the others. */
class Painting {
  readonly results: Uint8Array;
  readonly #next: Int32Array;

  constructor(size: number) {
    this.results = new Uint8Array(size);
    this.#next = Int32Array.from({ length: size + 1 }, (_, i) => i);
  }

  /** The first undecided cell from here on; the number of cells where there is none. */
  undecided(from: number): number {
    const next = this.#next;
    let at = from;
    while (next[at] !== at) {
      next[at] = next[next[at]!]!;
      at = next[at]!;
    }
    return at;
  }

  decide(cell: number, result: number): void {
    this.results[cell] = result;
    this.#next[cell] = cell + 1;
  }

  /** Decides all cells in [from, to) that are not yet; whether there was one. */
  fill(from: number, to: number, result: number): boolean {
    let found = false;
    for (let cell = this.undecided(from); cell < to; cell = this.undecided(cell + 1)) {
      this.decide(cell, result);
      found = true;
    }
    return found;
  }
}

function code(result: SpfAddressResult): number {
  return RESULTS.indexOf(result);
}

/**
 * Evaluates a record for all cells at once, from left to right (RFC 7208 §4.6.2), dynamic terms taken as not matching;
 * `report` is told the effect of each term of this record.
 */
export function paintRecord(
  cells: Cells,
  record: SpfAnalyzedRecord,
  report?: (effect: TermEffect) => void,
): Uint8Array {
  const known = report === undefined ? cells.painted.get(record) : undefined;
  if (known !== undefined) return known;
  const painting = new Painting(cells.outside + 1);
  const fault = faultOf(record.status);
  if (fault === 0) paintTerms(cells, record, painting, report);
  painting.fill(0, cells.outside + 1, fault || NEUTRAL);
  cells.painted.set(record, painting.results);
  return painting.results;
}

function paintTerms(
  cells: Cells,
  { terms }: SpfAnalyzedRecord,
  painting: Painting,
  report: ((effect: TermEffect) => void) | undefined,
): void {
  for (const term of terms) {
    if (term.state === 'unused' || term.result === undefined) continue;
    const covered = report === undefined ? [] : coveredCells(cells, term, painting.results);
    const effect = paintTerm(cells, term, painting, covered);
    if (effect !== undefined) report?.(effect);
  }
  const redirect = terms.find(({ kind, state }) => kind === 'redirect' && state !== 'unused');
  if (redirect !== undefined) paintRedirect(cells, redirect, painting);
}

function faultOf(status: SpfAnalyzedRecord['status']): number {
  switch (status) {
    case 'record':
      return 0;
    case 'unknown':
    case 'not-followed':
      return TEMPERROR;
    case 'no-record':
    case 'nxdomain':
    case 'invalid-domain':
      return NONE;
    default:
      return PERMERROR;
  }
}

function paintTerm(
  cells: Cells,
  term: SpfAnalyzedTerm,
  painting: Painting,
  covered: readonly number[],
): TermEffect | undefined {
  const { kind, state, check, networks, unknown } = term;
  const size = cells.outside + 1;
  const result = code(term.result!);
  let decides = false;
  if (kind === 'all') decides = painting.fill(0, size, result);
  else if (state === 'mx-limit' || (kind === 'include' && state === 'invalid-target')) {
    painting.fill(0, size, PERMERROR);
    return undefined;
  } else if (check !== undefined) return paintInclude(cells, term, check, painting);
  else {
    for (const network of networks) {
      const [from, to] = cells.networks.get(network)!;
      decides = painting.fill(from, to, result) || decides;
    }
  }
  if (unknown.includes('ip6')) painting.fill(0, cells.ip4, TEMPERROR);
  if (unknown.includes('ip4')) painting.fill(cells.ip4, cells.outside, TEMPERROR);
  if (unknown.length === 2) painting.fill(cells.outside, size, TEMPERROR);
  if (state !== 'static') return undefined;
  return { term, decides, before: decides ? 'nothing' : summarize(covered, result) };
}

// To compare a range with what decided it means to pass all its cells, which hostile records could ask for again and again.
const MOST_COMPARED = 1000;

/** What earlier terms made of the cells of a term, where there are not too many. */
function coveredCells(cells: Cells, { networks }: SpfAnalyzedTerm, results: Uint8Array): number[] {
  const seen = new Set<number>();
  let compared = 0;
  for (const network of networks) {
    const [from, to] = cells.networks.get(network)!;
    compared += to - from;
    if (compared > MOST_COMPARED) return [0];
    for (let cell = from; cell < to; cell++) seen.add(results[cell]!);
  }
  return [...seen];
}

function summarize(results: readonly number[], result: number): TermEffect['before'] {
  if (results.length === 0) return 'nothing';
  // Behind an error nothing is certain.
  if (results.some((one) => one === 0 || one >= TEMPERROR)) return 'mixed';
  if (results.every((one) => one === result)) return 'same';
  return results.includes(result) ? 'mixed' : 'other';
}

/** RFC 7208 §5.2: only a pass is a match; what goes wrong in the other record goes wrong here. */
function paintInclude(cells: Cells, term: SpfAnalyzedTerm, check: SpfAnalyzedRecord, painting: Painting): TermEffect {
  const included = paintRecord(cells, check);
  const result = code(term.result!);
  const before = new Set<number>();
  let decides = false;
  for (let cell = 0; cell < included.length; cell++) {
    const theirs = included[cell]!;
    if (theirs === PASS) before.add(painting.results[cell]!);
    if (painting.results[cell] !== 0) continue;
    if (theirs === PASS) painting.decide(cell, result);
    else if (theirs === TEMPERROR) painting.decide(cell, TEMPERROR);
    else if (theirs === PERMERROR || theirs === NONE) painting.decide(cell, PERMERROR);
    decides ||= painting.results[cell] !== 0;
  }
  if (decides) return { term, decides, before: 'nothing' };
  return { term, decides, before: hasFault(included) ? 'mixed' : summarize([...before], result) };
}

/** RFC 7208 §6.1. */
function paintRedirect(cells: Cells, redirect: SpfAnalyzedTerm, painting: Painting): void {
  const { check, state } = redirect;
  if (check === undefined) {
    painting.fill(0, cells.outside + 1, state === 'dynamic' ? DYNAMIC : PERMERROR);
    return;
  }
  const theirs = paintRecord(cells, check);
  for (let cell = painting.undecided(0); cell < theirs.length; cell = painting.undecided(cell + 1)) {
    painting.decide(cell, theirs[cell] === NONE ? PERMERROR : theirs[cell]!);
  }
}

/** What all addresses of a range get, where no network has an edge inside it. */
export function resultOf({ edges, outside }: Cells, results: Uint8Array, { start, end }: AddressRange): string {
  let from = 0;
  for (let to = outside; to - from > 1; ) {
    const middle = (from + to) >> 1;
    if (edges[middle]! <= start) from = middle;
    else to = middle;
  }
  return RESULTS[end <= edges[from + 1]! ? results[from]! : 0]!;
}

/** The ranges of the cells that a record passes. */
export function passRanges(cells: Cells, results: Uint8Array): AddressRange[] {
  return rangesOf(cells, results, PASS);
}

/** Whether some address gets an error, or a result that nobody knows. */
export function hasFault(results: Uint8Array): boolean {
  return results.some((result) => result >= TEMPERROR);
}

function rangesOf({ edges, ip4, outside }: Cells, results: Uint8Array, result: number): AddressRange[] {
  const ranges: AddressRange[] = [];
  for (let cell = 0; cell < outside; cell++) {
    if (results[cell] !== result) continue;
    const first = cell;
    // The last IPv6 address and the first of IPv4 are no neighbours.
    while (cell + 1 < outside && results[cell + 1] === result && cell + 1 !== ip4) cell++;
    ranges.push({ start: edges[first]!, end: edges[cell + 1]! });
  }
  return ranges;
}

/** Lists the results of all addresses. */
export function listAddresses(cells: Cells, results: Uint8Array): SpfAddresses {
  const otherwise = RESULTS[results[cells.outside]!] as SpfAddressResult;
  const list = (result: SpfAddressResult): SpfNetworks => {
    const ranges = result === otherwise ? [] : rangesOf(cells, results, code(result));
    return {
      ip4: ranges.filter(({ start }) => start >= IP4_START).flatMap(rangeNetworks),
      ip6: ranges.filter(({ start }) => start < IP4_START).flatMap(rangeNetworks),
    };
  };
  return {
    pass: list('pass'),
    softfail: list('softfail'),
    neutral: list('neutral'),
    fail: list('fail'),
    temperror: list('temperror'),
    permerror: list('permerror'),
    dynamic: list('dynamic'),
    otherwise,
  };
}
