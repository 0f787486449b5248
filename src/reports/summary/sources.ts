import { createJudge } from './causes.ts';
import { add, addCounts, addPassed, byMessages, entry, isPassed, sourceKey } from './counts.ts';
import { describeCause } from './cures.ts';
import type { AggregateSummary, SourceCause, SummaryCounts, SummaryFlow, SummarySource } from './summary.ts';
import type { SummaryContent } from './views.ts';

/** Messages by type of reason, and by cause. */
type Details = Map<string | Omit<SourceCause, 'messages'>, number>;

/** Counts what came from each source, and from all. `kinds` has equal numbers for flows that differ in their address only. */
export function countSources(
  { flows, reports, names }: SummaryContent,
  messages: Float64Array,
  kinds: readonly number[],
): Pick<AggregateSummary, 'totals' | 'sources'> {
  const known = new Map(names.map((name) => [name.address, name]));
  const judge = createJudge(flows, describeCause);
  const totals = createCounts();
  const bySource = new Map<string, SummarySource>();
  const ofAddress = new Map<string, number>();
  // Most sources are addresses of which there is nothing more to say.
  const details = new Map<SummaryCounts, Details>();
  const sourceOf = flows.map((flow, i) => {
    const count = messages[i]!;
    const sender = known.get(flow.sourceIp)?.sender;
    const source = entry(bySource, sourceKey(flow, sender), () => createSource(flow, sender));
    addFlow(totals, details, flow, count);
    addFlow(source, details, flow, count);
    // Flows of one address lie together, and in it those of one author domain.
    if (source.addresses.at(-1) !== flow.sourceIp) source.addresses.push(flow.sourceIp);
    if (source.headerFrom.at(-1) !== flow.headerFrom) source.headerFrom.push(flow.headerFrom);
    if (sender !== undefined) addTo(ofAddress, flow.sourceIp, count);
    if (!isPassed(flow)) {
      const { causes } = judge(flow, sender !== undefined, kinds[i]!);
      for (const cause of causes) addTo(entry(details, source, newMap), cause, count);
    }
    return source;
  });
  for (const { begin, end, counts } of reports) {
    for (let i = 0; i < counts.length; i += 2) {
      const source = sourceOf[counts[i]!]!;
      if (begin > 0 && (source.firstSeen === 0 || begin < source.firstSeen)) source.firstSeen = begin;
      if (end > source.lastSeen) source.lastSeen = end;
    }
  }
  closeCounts(totals, details);
  const sources = [...bySource.values()];
  for (const source of sources) {
    closeCounts(source, details);
    closeSource(source, details, ofAddress);
    const host = source.addresses.map((address) => known.get(address)?.host).find((name) => name !== undefined);
    if (host !== undefined) source.host = host;
  }
  return { totals, sources: sources.sort(byMessages(({ source }) => source)) };
}

function createCounts(): SummaryCounts {
  const dispositions = { none: 0, pass: 0, quarantine: 0, reject: 0 };
  return { messages: 0, passed: 0, dkim: 0, spf: 0, dispositions, reasons: [] };
}

function createSource({ sourceIp }: SummaryFlow, sender: string | undefined): SummarySource {
  return {
    source: sender ?? sourceIp,
    addresses: [],
    headerFrom: [],
    firstSeen: 0,
    lastSeen: 0,
    ...createCounts(),
    causes: [],
    ...(sender !== undefined && { sender }),
  };
}

function newMap(): Details {
  return new Map();
}

function addTo<Key>(map: Map<Key, number>, key: Key, count: number): void {
  map.set(key, addCounts(map.get(key) ?? 0, count));
}

function addFlow(counts: SummaryCounts, details: Map<SummaryCounts, Details>, flow: SummaryFlow, count: number): void {
  const { dispositions } = counts;
  addPassed(counts, flow, count);
  if (flow.dkim === 'pass') add(counts, 'dkim', count);
  if (flow.spf === 'pass') add(counts, 'spf', count);
  if (Object.hasOwn(dispositions, flow.disposition)) {
    add(dispositions, flow.disposition, count);
  }
  for (const type of flow.reasons) addTo(entry(details, counts, newMap), type, count);
}

function closeCounts(counts: SummaryCounts, details: Map<SummaryCounts, Details>): void {
  for (const [type, messages] of details.get(counts) ?? []) {
    if (typeof type === 'string') counts.reasons.push({ type, messages });
  }
  counts.reasons.sort(byMessages(({ type }) => type));
}

function closeSource(
  source: SummarySource,
  details: Map<SummaryCounts, Details>,
  ofAddress: ReadonlyMap<string, number>,
): void {
  for (const [cause, messages] of details.get(source) ?? []) {
    if (typeof cause !== 'string') source.causes.push({ ...cause, messages });
  }
  source.causes.sort(byMessages(({ cause, cure }) => cause + cure));
  source.addresses.sort((a, b) => ofAddress.get(b)! - ofAddress.get(a)! || (a < b ? -1 : 1));
  if (source.headerFrom.length > 1) source.headerFrom = [...new Set(source.headerFrom)].sort();
}
