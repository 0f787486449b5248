import { requireDomain, requireObject } from '../../arguments.ts';
import { requireFunction, show } from '../../environment.ts';
import { isAtOrBelow } from '../../names/domain-name.ts';
import type { AggregateRecords } from '../aggregate/records.ts';
import type { AggregateRecord, AggregateReport } from '../aggregate/report.ts';
import { addCounts } from './counts.ts';
import { createFlowReader, detached, type FlowReader, kindKey } from './flow.ts';
import { addFlow, addName, addReport, closeLedger, createLedger, type Ledger } from './ledger.ts';
import type { AggregateSummary, SummaryReport } from './summary.ts';

const ACTION = 'summarize aggregate reports';

/** Options of `summarizeAggregateReports`. */
export interface SummarizeOptions {
  /** What the caller knows of an address: its PTR name, and the sender that it belongs to. Asked once for each. */
  sources?: (address: string) => { host?: string; sender?: string } | undefined;
  /** Leaves out, and counts in `foreign`, what is about a policy domain that is none of these, nor below one. */
  domains?: readonly string[];
}

/**
 * Says what aggregate reports mean together: who sends in the name of the domain, what passes, why the rest fails and what
 * would cure it. A report that comes twice (the same organization, id, domain and period) counts once. The iterable may make
 * reports as they are asked for, so that they need not all be in memory.
 *
 * @throws TypeError when an argument is wrong
 * @see RFC 9990
 * @example
 * const report = {
 *   schema: 'rfc9990',
 *   reportMetadata: { orgName: 'Example Net', reportId: '1', dateRange: { begin: 1767225600, end: 1767311999 }, errors: [] },
 *   policyPublished: { domain: 'example.com', p: 'none' },
 *   records: [{
 *     sourceIp: '192.0.2.1', count: 3,
 *     policyEvaluated: { disposition: 'none', dkim: 'fail', spf: 'fail', reasons: [] },
 *     identifiers: { headerFrom: 'example.com' },
 *     authResults: { dkim: [], spf: [{ domain: 'bounce.example.net', scope: 'mfrom', result: 'pass' }] },
 *   }],
 * };
 * const { totals, sources } = summarizeAggregateReports([report, report]);
 * totals.messages; // => 3
 * sources[0].causes.map(({ cause }) => cause); // => ['dkim-none', 'spf-not-aligned']
 */
export function summarizeAggregateReports(
  reports: Iterable<AggregateReport>,
  options: SummarizeOptions = {},
): AggregateSummary {
  if (typeof reports !== 'object' || reports === null || typeof reports[Symbol.iterator] !== 'function') {
    throw new TypeError(`Cannot ${ACTION}: "reports" must be iterable, received ${show(reports)}`);
  }
  const summarizer = createSummarizer(options);
  for (const report of reports) summarizer.add(report);
  return summarizer.end();
}

/** Takes reports one by one. Nothing of it can be used once it has ended. */
export interface Summarizer {
  add(report: AggregateReport): void;
  end(): AggregateSummary;
}

export function createSummarizer(options: SummarizeOptions = {}): Summarizer {
  requireObject(ACTION, 'options', options);
  const { sources, domains } = options;
  if (sources !== undefined) requireFunction(ACTION, 'sources', sources);
  const expected = domains && requireDomains(domains);
  const ledger = createLedger();
  const reader = createFlowReader();
  return {
    add(report) {
      if (!Array.isArray(report?.records) || !report.reportMetadata?.dateRange || !report.policyPublished) {
        throw new TypeError(`Cannot ${ACTION}: "reports" must hold AggregateReport objects, received ${show(report)}`);
      }
      const domain = reader.domain(report.policyPublished.domain);
      // RFC 9990 §8.2: anybody can send a report about any domain.
      if (expected?.some((name) => isAtOrBelow(domain, name)) === false) ledger.foreign++;
      else addReport(ledger, readReport(ledger, reader, report, domain));
    },
    end() {
      if (sources !== undefined) lookUpNames(ledger, sources);
      return closeLedger(ledger);
    },
  };
}

/**
 * Summarizes one report as `parseAggregateRecords` reads it, for a report larger than memory: only what differs between its
 * records is kept. `mergeSummaries` joins it with others.
 *
 * @throws TypeError when an argument is wrong; rejects with what the source of the records rejects with
 * @see RFC 9990
 * @example
 * const xml = '<feedback><record><row><source_ip>192.0.2.1</source_ip><count>3</count></row></record></feedback>';
 * const summary = await summarizeAggregateRecords(parseAggregateRecords(new Blob([xml]).stream()));
 * summary.totals.messages; // => 3
 */
export async function summarizeAggregateRecords(
  records: AggregateRecords,
  options: SummarizeOptions = {},
): Promise<AggregateSummary> {
  if (typeof records?.report !== 'function') {
    throw new TypeError(
      `Cannot summarize aggregate records: "records" must be AggregateRecords, received ${show(records)}`,
    );
  }
  const reader = createFlowReader();
  const distinct = new Map<string, AggregateRecord>();
  for await (const { extensions, span, ...record } of records) {
    // The policy domain may come after the records.
    const key = reader.address(record.sourceIp) + reader.kind(record, '');
    const known = distinct.get(key);
    if (known === undefined) distinct.set(key, record);
    else known.count = addCounts(known.count, record.count);
  }
  const { value } = records.report();
  return summarizeAggregateReports(value ? [{ ...value, records: [...distinct.values()] }] : [], options);
}

/**
 * Joins summaries: the result is what one summary of all their reports would be, in whatever order and grouping they are
 * merged, to the last character of its JSON. A report that is in several counts once; where two say different things under
 * the same organization, id, domain and period, the one whose content is the smaller text stays. Merged with itself, a
 * summary changes in nothing but `duplicates`, `foreign` and each report's `seen`. Many are merged faster by one call than one by one.
 *
 * @throws TypeError when an argument is no summary
 * @example
 * const none = summarizeAggregateReports([]);
 * mergeSummaries(none, none).totals.messages; // => 0
 */
export function mergeSummaries(...summaries: AggregateSummary[]): AggregateSummary {
  const ledger = createLedger();
  for (const summary of summaries) {
    requireSummary('merge summaries', summary);
    addSummary(ledger, summary);
    ledger.foreign = addCounts(ledger.foreign, summary.foreign);
  }
  return closeLedger(ledger);
}

/** Throws a `TypeError` unless the value is a summary; `action` completes "Cannot …". */
export function requireSummary(action: string, summary: AggregateSummary): void {
  if (![summary?.flows, summary?.reports, summary?.names].every(Array.isArray)) {
    throw new TypeError(`Cannot ${action}: a summary must be an AggregateSummary, received ${show(summary)}`);
  }
}

function addSummary(ledger: Ledger, { flows, reports, names }: AggregateSummary): void {
  const numbers = flows.map((flow) => addFlow(ledger, flow.sourceIp, kindKey(flow)));
  for (const report of reports) {
    const counts = report.counts.map((number, i) => (i % 2 === 0 ? numbers[number]! : number));
    addReport(ledger, { ...report, policy: policyOf(report.policy), counts });
  }
  for (const name of names) addName(ledger, name);
}

function requireDomains(domains: readonly string[]): string[] {
  if (!Array.isArray(domains)) {
    throw new TypeError(`Cannot ${ACTION}: "domains" must be an array, received ${show(domains)}`);
  }
  return domains.map((domain) => requireDomain(ACTION, 'domains', domain));
}

function readReport(ledger: Ledger, reader: FlowReader, report: AggregateReport, domain: string): SummaryReport {
  const { reportMetadata, policyPublished, records } = report;
  const { begin, end } = reportMetadata.dateRange;
  const counts = new Map<number, number>();
  for (const record of records) {
    const messages = wholeNumber(record.count, Number.MAX_SAFE_INTEGER);
    if (messages === 0) continue;
    const flow = addFlow(ledger, reader.address(record.sourceIp), reader.kind(record, domain));
    counts.set(flow, addCounts(counts.get(flow) ?? 0, messages));
  }
  const identity = detached({
    orgName: reportMetadata.orgName,
    reportId: reportMetadata.reportId,
    domain,
    begin: wholeNumber(begin, LAST_SECOND),
    end: wholeNumber(end, LAST_SECOND),
    seen: 1,
    policy: policyOf(policyPublished),
  });
  return { ...identity, counts: [...counts].flat() };
}

// The last second of the year 9999.
const LAST_SECOND = 253_402_300_799;

/** The parser gives such numbers only; reports that were made otherwise may hold any. */
function wholeNumber(value: number, most: number): number {
  return value > 0 ? Math.min(Math.floor(value), most) : 0;
}

/** In one order of keys, so that equal policies are equal texts. */
function policyOf(published: SummaryReport['policy']): SummaryReport['policy'] {
  const names = ['p', 'sp', 'np', 'adkim', 'aspf', 'testing', 'pct'] as const;
  return Object.fromEntries(names.map((name) => [name, published[name]]).filter(([, value]) => value !== undefined));
}

function lookUpNames(ledger: Ledger, sources: NonNullable<SummarizeOptions['sources']>): void {
  for (const address of ledger.addresses.values) {
    const { host, sender } = sources(address) ?? {};
    if (host || sender) addName(ledger, { address, ...(host && { host }), ...(sender && { sender }) });
  }
}
