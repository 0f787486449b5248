import { checkAnswer, failure } from '../dns/answer.ts';
import type { DnsAnswer, RecordData, RecordType, Resolver } from '../dns/resolver.ts';
import { requireResolver } from '../environment.ts';
import type { Zone, ZoneRecord, ZoneRecordSet } from './memory.ts';

// More than a DNS message has room for.
const MOST_RECORDS = 10_000;

/** A resolver that keeps a log of what it was told. */
export interface RecordingResolver extends Resolver {
  /** Every answer so far as a zone from which `memoryResolver` gives the same answers. */
  zone(): Zone;
}

/**
 * Passes questions on to another resolver and keeps the answers, so that a verdict can be repeated without a network.
 *
 * @param inner - who answers; what it answers wrongly is kept as a failure
 * @throws TypeError when `inner` is no resolver
 * @example
 * const recording = recordingResolver(memoryResolver({ 'example.com': { TXT: ['v=spf1 -all'] } }));
 * await recording.query('example.com', 'TXT');
 * const replay = memoryResolver(recording.zone());
 */
export function recordingResolver(inner: Resolver): RecordingResolver {
  requireResolver('record DNS answers', 'inner', inner);
  const log: DnsAnswer[] = [];
  return {
    async query(name, type, options) {
      try {
        const answer = await inner.query(name, type, options);
        log.push(checkAnswer(answer, name, type, MOST_RECORDS));
        return answer;
      } catch (error) {
        // A replay must not say that there is no such name.
        log.push(failure(name, type, 'network'));
        throw error;
      }
    },
    zone: () => zoneOf(log),
  };
}

function zoneOf(log: readonly DnsAnswer[]): Zone {
  const nodes = new Map<string, Map<string, ZoneRecordSet>>();
  const absent = new Set<string>();
  const node = (name: string) => {
    const owner = name.toLowerCase();
    const known = nodes.get(owner) ?? new Map<string, ZoneRecordSet>();
    nodes.set(owner, known);
    return known;
  };
  for (const answer of log) {
    let owner = answer.name;
    // The chain is kept as CNAME records, so that a replay leads along the same names.
    for (const target of answer.cnames ?? []) {
      node(owner).set('CNAME', [target]);
      owner = target;
    }
    switch (answer.status) {
      case 'answer':
        node(owner).set(answer.type, answer.records.map(zoneRecord));
        break;
      case 'nodata':
        node(owner);
        break;
      case 'nxdomain':
        absent.add(owner.toLowerCase());
        break;
      case 'failure':
        node(owner).set(answer.type, { failure: answer.reason });
        break;
    }
  }
  return {
    ...Object.fromEntries([...absent].map((name) => [name, { nxdomain: true } as const])),
    // A name that does not exist for one type but has records of another is a server's error; the records are kept.
    ...Object.fromEntries([...nodes].map(([name, sets]) => [name, Object.fromEntries(sets)])),
  };
}

function zoneRecord(record: RecordData[RecordType]): ZoneRecord {
  if (typeof record === 'string') return record;
  if ('exchange' in record) return record;
  return record.chunks ?? record.text;
}
