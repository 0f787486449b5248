import { failure } from '../dns/answer.ts';
import type { DnsAnswer, FailureReason, MxData, RecordData, RecordType, Resolver } from '../dns/resolver.ts';
import { octetText } from './octet-text.ts';

/** One record of a zone: an address or a name, a TXT record whole or in chunks, an MX as an object or as `10 mx.example`. */
export type ZoneRecord = string | string[] | MxData;

/** The records of one type at a name, or why there is no answer for that type. */
export type ZoneRecordSet = ZoneRecord[] | { failure: FailureReason };

/** What a zone says about one name: record sets by type, or that the name does not exist. */
export type ZoneNode = { [type: string]: ZoneRecordSet } | { nxdomain: true };

/** DNS data by name. A key may be a wildcard such as `*.example.com` (RFC 4592). */
export interface Zone {
  [name: string]: ZoneNode;
}

/** A record set as written and, once it was asked for, as answered. */
interface RecordSet {
  written: readonly ZoneRecord[];
  failure?: FailureReason;
  records?: RecordData[RecordType][];
}

type RecordSets = Map<string, RecordSet>;

const MAX_CNAMES = 16;
const MAX_CHUNK = 255;

/**
 * Answers from a zone in memory as a recursive resolver would: CNAME chains are followed, wildcards apply at the closest
 * encloser only, a name above another exists without records (empty non-terminal), any other name does not exist.
 *
 * @param zone - DNS data by name; read once, at the call
 * @throws TypeError when the zone is not of that form
 * @example
 * const resolver = memoryResolver({
 *   'example.com': { TXT: ['v=spf1 mx -all'], MX: [{ preference: 10, exchange: 'mx.example.com' }] },
 *   'slow.example': { TXT: { failure: 'timeout' } },
 *   '*.wild.example': { A: ['192.0.2.9'] },
 * });
 * await resolver.query('example.com', 'TXT');
 */
export function memoryResolver(zone: Zone): Resolver {
  if (typeof zone !== 'object' || zone === null) throw wrongZone('zone', 'an object');
  const nodes = new Map<string, RecordSets | 'nxdomain'>();
  const enclosers = new Set<string>();
  for (const [owner, node] of Object.entries(zone)) {
    const name = key(owner);
    nodes.set(name, readNode(owner, node));
    if (nodes.get(name) === 'nxdomain') continue;
    for (let dot = name.indexOf('.'); dot !== -1; dot = name.indexOf('.', dot + 1)) enclosers.add(name.slice(dot + 1));
  }
  const find = (name: string): RecordSets | 'nxdomain' => {
    const exact = nodes.get(name);
    if (exact !== undefined) return exact;
    if (enclosers.has(name)) return new Map();
    // RFC 4592 §3.3.1: only the wildcard right below the closest encloser is a source of synthesis.
    for (let dot = name.indexOf('.'); dot !== -1; dot = name.indexOf('.', dot + 1)) {
      const ancestor = name.slice(dot + 1);
      const exists = enclosers.has(ancestor) || (nodes.has(ancestor) && nodes.get(ancestor) !== 'nxdomain');
      if (exists) return nodes.get(`*.${ancestor}`) ?? 'nxdomain';
    }
    return 'nxdomain';
  };
  return { query: async (name, type) => answer(name, type, find) };
}

function key(name: string): string {
  return (name.endsWith('.') ? name.slice(0, -1) : name).toLowerCase();
}

function readNode(owner: string, node: ZoneNode): RecordSets | 'nxdomain' {
  if (typeof node !== 'object' || node === null) throw wrongZone(owner, 'an object');
  if (Object.hasOwn(node, 'nxdomain')) return 'nxdomain';
  const sets: RecordSets = new Map();
  for (const [type, records] of Object.entries(node as { [type: string]: ZoneRecordSet })) {
    if (!Array.isArray(records) && typeof (records as { failure?: unknown } | null)?.failure !== 'string') {
      throw wrongZone(`${owner}"."${type}`, 'an array of records or { failure }');
    }
    const set = Array.isArray(records) ? { written: [...records] } : { written: [], failure: records.failure };
    sets.set(type.toUpperCase(), set);
  }
  return sets;
}

function wrongZone(place: string, wanted: string): TypeError {
  return new TypeError(`Cannot answer from a zone: "${place}" must be ${wanted}`);
}

function answer<T extends RecordType>(
  name: string,
  type: T,
  find: (name: string) => RecordSets | 'nxdomain',
): DnsAnswer<T> {
  const cnames: string[] = [];
  let owner = key(name);
  while (cnames.length <= MAX_CNAMES) {
    const sets = find(owner);
    if (sets === 'nxdomain') return withCnames({ name, type, status: 'nxdomain' }, cnames);
    const set = sets.get(type);
    if (set !== undefined) {
      if (set.failure !== undefined) return failure(name, type, set.failure, 'the zone says so');
      set.records ??= set.written.map((record) => readRecord(record, type));
      // A list of its own for each answer: whoever got one may change it.
      const records = set.records.slice() as [RecordData[T], ...RecordData[T][]];
      if (records.length > 0) return withCnames({ name, type, status: 'answer', records }, cnames);
    }
    const alias = sets.get('CNAME');
    if (alias?.failure !== undefined) return failure(name, type, alias.failure, 'the zone says so');
    const target = alias?.written[0];
    if (typeof target !== 'string') return withCnames({ name, type, status: 'nodata' }, cnames);
    owner = key(target);
    cnames.push(owner);
  }
  return failure(name, type, 'servfail', `the CNAME chain has more than ${MAX_CNAMES} links`);
}

function withCnames<T extends RecordType>(answer: DnsAnswer<T>, cnames: string[]): DnsAnswer<T> {
  if (cnames.length > 0) answer.cnames = cnames;
  return answer;
}

function readRecord(record: ZoneRecord, type: RecordType): RecordData[RecordType] {
  if (type === 'TXT') return readTxt(record);
  return type === 'MX' ? readMx(record) : (record as string);
}

function readTxt(record: ZoneRecord): RecordData['TXT'] {
  if (Array.isArray(record)) {
    const chunks = record.map(octetText);
    return { text: chunks.join(''), chunks };
  }
  const text = octetText(record as string);
  const chunks: string[] = [];
  // RFC 1035 §3.3: one character-string holds at most 255 octets.
  for (let i = 0; i === 0 || i < text.length; i += MAX_CHUNK) chunks.push(text.slice(i, i + MAX_CHUNK));
  return { text, chunks };
}

function readMx(record: ZoneRecord): MxData {
  if (typeof record !== 'string') return record as MxData;
  const space = record.indexOf(' ');
  return { preference: Number(record.slice(0, space)), exchange: record.slice(space + 1) };
}
