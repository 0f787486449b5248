import { add, addCounts, addPassed, byMessages, countMessages, entry } from './counts.ts';
import { countSources } from './sources.ts';
import type { AggregateSummary } from './summary.ts';

/** What a summary is counted from. */
export type SummaryContent = Pick<AggregateSummary, 'flows' | 'reports' | 'names'>;

/** All that is counted. `kinds` has equal numbers for flows that differ in their address only. */
export function viewsOf(
  content: SummaryContent,
  kinds: readonly number[],
): Omit<AggregateSummary, keyof SummaryContent | 'foreign'> {
  const { flows, reports } = content;
  const days = new Map<string, AggregateSummary['days'][number]>();
  const domains = new Map<string, AggregateSummary['domains'][number]>();
  const reporters = new Map<string, AggregateSummary['reporters'][number]>();
  let duplicates = 0;
  for (const { orgName, begin, seen, counts } of reports) {
    duplicates = addCounts(duplicates, seen - 1);
    const reporter = entry(reporters, orgName, () => ({ orgName, reports: 0, messages: 0 }));
    reporter.reports++;
    const day = new Date(begin * 1000).toISOString().slice(0, 10);
    const ofDay = begin > 0 ? entry(days, day, () => ({ day, messages: 0, passed: 0 })) : undefined;
    for (let i = 0; i < counts.length; i += 2) {
      add(reporter, 'messages', counts[i + 1]!);
      if (ofDay) addPassed(ofDay, flows[counts[i]!]!, counts[i + 1]!);
    }
  }
  const messages = countMessages(flows, reports);
  flows.forEach((flow, i) => {
    const domain = flow.headerFrom;
    const ofDomain = entry(domains, domain, () => ({ domain, messages: 0, passed: 0 }));
    addPassed(ofDomain, flow, messages[i]!);
  });
  return {
    duplicates,
    ...countSources(content, messages, kinds),
    days: [...days.values()].sort((a, b) => (a.day < b.day ? -1 : 1)),
    domains: [...domains.values()].sort(byMessages(({ domain }) => domain)),
    reporters: [...reporters.values()].sort(byMessages(({ orgName }) => orgName)),
  };
}
