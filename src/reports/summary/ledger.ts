import { addCounts, entry } from './counts.ts';
import { type FlowKind, kindOf } from './flow.ts';
import type { AggregateSummary, SummaryFlow, SummaryName, SummaryReport } from './summary.ts';
import { viewsOf } from './views.ts';

/**
 * What summaries are made of while they grow. What comes out depends on what was put in, and not on its order: reports are
 * a union by identity, of two that differ under one identity the smaller text wins, and all numbers are counted at the end.
 */
export interface Ledger {
  addresses: Numbered<string>;
  /** Keys of kinds. */
  kinds: Numbered<string>;
  /** Pairs of both. */
  flows: Numbered<number>;
  /** By identity. */
  reports: Map<string, SummaryReport>;
  names: Map<string, SummaryName>;
  /** Reports that were left out. */
  foreign: number;
}

/** Values, each once, numbered as they came. */
interface Numbered<T> {
  numbers: Map<T, number>;
  values: T[];
}

// An address and a kind are one number: no memory holds 2^26 kinds.
const KINDS = 0x4000000;

export function createLedger(): Ledger {
  const numbered = () => ({ numbers: new Map(), values: [] });
  return {
    addresses: numbered(),
    kinds: numbered(),
    flows: numbered(),
    reports: new Map(),
    names: new Map(),
    foreign: 0,
  };
}

function numberOf<T>({ numbers, values }: Numbered<T>, value: T): number {
  return entry(numbers, value, () => values.push(value) - 1);
}

/** The number of a flow: what a report's counts refer to until the ledger is closed. */
export function addFlow({ addresses, kinds, flows }: Ledger, address: string, kindKey: string): number {
  return numberOf(flows, numberOf(addresses, address) * KINDS + numberOf(kinds, kindKey));
}

/** Adds a report whose counts name each flow once. */
export function addReport(ledger: Ledger, report: SummaryReport): void {
  const { orgName, reportId, domain, begin, end } = report;
  // Without an id, only what it says tells a report from others of the day.
  const content = reportId === '' ? contentOf(ledger, report) : '';
  const identity = JSON.stringify([orgName, reportId, domain, begin, end, content]);
  const known = ledger.reports.get(identity);
  if (known === undefined) {
    ledger.reports.set(identity, report);
    return;
  }
  const text = ({ policy, counts }: SummaryReport) => JSON.stringify([policy, counts]);
  const differs = text(report) !== text(known);
  const kept = differs && contentOf(ledger, report) < contentOf(ledger, known) ? report : known;
  ledger.reports.set(identity, { ...kept, seen: addCounts(known.seen, report.seen) });
}

function contentOf(ledger: Ledger, { policy, counts }: SummaryReport): string {
  const lines: string[] = [];
  for (let i = 0; i < counts.length; i += 2) {
    lines.push(`${addressOf(ledger, counts[i]!)} ${keyOf(ledger, counts[i]!)} ${counts[i + 1]}`);
  }
  return JSON.stringify([policy, lines.sort()]);
}

/** Of two answers about an address, the smaller text wins. */
export function addName({ names }: Ledger, { address, host, sender }: SummaryName): void {
  const known = names.get(address);
  const leastHost = least(known?.host, host);
  const leastSender = least(known?.sender, sender);
  names.set(address, { address, ...(leastHost && { host: leastHost }), ...(leastSender && { sender: leastSender }) });
}

function least(a: string | undefined, b: string | undefined): string | undefined {
  return a === undefined || (b !== undefined && b < a) ? b : a;
}

/** The summary. The ledger is spent. */
export function closeLedger(ledger: Ledger): AggregateSummary {
  const reports = [...ledger.reports]
    .sort(([a, x], [b, y]) => x.begin - y.begin || x.end - y.end || compare(a, b))
    .map(([, report]) => report);
  const numbers = orderFlows(ledger, reports);
  const kinds = numbers.map((number) => ledger.flows.values[number]! % KINDS);
  const made = new Map<number, FlowKind>();
  const flows = numbers.map((number, i): SummaryFlow => {
    const kind = entry(made, kinds[i]!, () => kindOf(keyOf(ledger, number)));
    return { sourceIp: addressOf(ledger, number), ...kind };
  });
  const names = [...ledger.names.values()].sort((a, b) => compare(a.address, b.address));
  const content = { flows, reports, names };
  return { ...content, foreign: ledger.foreign, ...viewsOf(content, kinds) };
}

function addressOf({ addresses, flows }: Ledger, flow: number): string {
  return addresses.values[Math.floor(flows.values[flow]! / KINDS)]!;
}

function keyOf({ kinds, flows }: Ledger, flow: number): string {
  return kinds.values[flows.values[flow]! % KINDS]!;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a === b ? 0 : 1;
}

/** The flows that reports refer to, by address and key; the reports then refer to their places, in order. */
function orderFlows(ledger: Ledger, reports: readonly SummaryReport[]): number[] {
  const places = new Int32Array(ledger.flows.values.length);
  for (const { counts } of reports) for (let i = 0; i < counts.length; i += 2) places[counts[i]!] = 1;
  const ordered = [...places.keys()]
    .filter((flow) => places[flow] === 1)
    .sort((a, b) => compare(addressOf(ledger, a), addressOf(ledger, b)) || compare(keyOf(ledger, a), keyOf(ledger, b)));
  ordered.forEach((flow, place) => {
    places[flow] = place;
  });
  for (const report of reports) {
    const { counts } = report;
    const pairs: number[][] = [];
    for (let i = 0; i < counts.length; i += 2) pairs.push([places[counts[i]!]!, counts[i + 1]!]);
    report.counts = pairs.sort((a, b) => a[0]! - b[0]!).flat();
  }
  return ordered;
}
