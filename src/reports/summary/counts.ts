import type { AggregateSummary, SummaryFlow } from './summary.ts';

/** Sums stay what JSON and arithmetic hold exactly, whatever reports claim: and so in any order, as nothing is negative. */
export function addCounts(a: number, b: number): number {
  return Math.min(a + b, Number.MAX_SAFE_INTEGER);
}

export function add<Name extends string>(counts: Record<Name, number>, name: Name, count: number): void {
  counts[name] = addCounts(counts[name], count);
}

export function addPassed(counts: { messages: number; passed: number }, flow: SummaryFlow, count: number): void {
  add(counts, 'messages', count);
  if (isPassed(flow)) add(counts, 'passed', count);
}

/** The messages of each flow. */
export function countMessages(
  flows: readonly SummaryFlow[],
  reports: readonly AggregateSummary['reports'][number][],
): Float64Array {
  const messages = new Float64Array(flows.length);
  for (const { counts } of reports) {
    for (let i = 0; i < counts.length; i += 2) messages[counts[i]!] = addCounts(messages[counts[i]!]!, counts[i + 1]!);
  }
  return messages;
}

export function isPassed({ dkim, spf }: SummaryFlow): boolean {
  return dkim === 'pass' || spf === 'pass';
}

/** The same for all addresses of a sender; what a report calls an address may be any text, and is no sender's name. */
export function sourceKey({ sourceIp }: SummaryFlow, sender: string | undefined): string {
  return sender === undefined ? `=${sourceIp}` : `+${sender}`;
}

/** The most messages first; of equals, by name. */
export function byMessages<T extends { messages: number }>(nameOf: (item: T) => string): (a: T, b: T) => number {
  return (a, b) => b.messages - a.messages || (nameOf(a) < nameOf(b) ? -1 : 1);
}

export function entry<Key, T>(map: Map<Key, T>, key: Key, make: () => T): T {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
