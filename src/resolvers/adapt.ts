import { failure } from '../dns/answer.ts';
import type { DnsAnswer, FailureReason, RecordData, RecordType, Resolver } from '../dns/resolver.ts';
import { requireFunction } from '../environment.ts';
import { octetText } from './octet-text.ts';

/** A look-up in the style of `dns.promises.resolve`: resolves to records, rejects with an error that has a `code`. */
export type Lookup = (name: string, type: RecordType) => Promise<unknown>;

// The codes of c-ares, which Node, Deno and Bun share. ENODATA and ENOTFOUND tell NOERROR without records from NXDOMAIN.
const FAILURE_CODES: readonly (readonly [code: string, reason: FailureReason])[] = [
  ['ESERVFAIL', 'servfail'],
  ['EREFUSED', 'refused'],
  ['ETIMEOUT', 'timeout'],
  ['ETIMEDOUT', 'timeout'],
  ['ECANCELLED', 'timeout'],
  ['EBADRESP', 'malformed'],
  ['EFORMERR', 'malformed'],
  ['EBADNAME', 'malformed'],
];

/**
 * Makes a resolver of a function in the style of `dns.promises.resolve(name, type)`. An error with code `ENOTFOUND` means
 * that the name does not exist, `ENODATA` that the type does not; every other error is a failure for now.
 *
 * @param lookup - resolves to strings (A, AAAA, CNAME, NS, PTR), `string[][]` (TXT) or `{ priority, exchange }[]` (MX)
 * @throws TypeError when `lookup` is no function
 * @example
 * import { promises as dns } from 'node:dns';
 * const resolver = resolverFrom((name, type) => dns.resolve(name, type));
 */
export function resolverFrom(lookup: Lookup): Resolver {
  requireFunction('adapt a resolver', 'lookup', lookup);
  return {
    async query(name, type) {
      try {
        return answer(name, type, await lookup(name, type));
      } catch (error) {
        return errorAnswer(name, type, error);
      }
    },
  };
}

function answer<T extends RecordType>(name: string, type: T, found: unknown): DnsAnswer<T> {
  if (!Array.isArray(found)) return failure(name, type, 'malformed', 'the look-up returned no list');
  if (found.length === 0) return { name, type, status: 'nodata' };
  const records = found.map((record: unknown) => readRecord(record, type));
  return { name, type, status: 'answer', records: records as [RecordData[T], ...RecordData[T][]] };
}

// What does not fit passes through as it is: the boundary in front of every resolver calls it malformed.
function readRecord(record: unknown, type: RecordType): unknown {
  if (type === 'TXT') {
    const chunks: unknown[] = Array.isArray(record) ? record : [record];
    if (!chunks.every((chunk) => typeof chunk === 'string')) return record;
    const octets = chunks.map(octetText);
    return { text: octets.join(''), chunks: octets };
  }
  if (type === 'MX' && typeof record === 'object' && record !== null) {
    const { preference, priority, exchange } = record as { [key: string]: unknown };
    return { preference: preference ?? priority, exchange };
  }
  return record;
}

function errorAnswer<T extends RecordType>(name: string, type: T, error: unknown): DnsAnswer<T> {
  const code = typeof error === 'object' && error !== null ? (error as { code?: unknown }).code : undefined;
  if (code === 'ENOTFOUND') return { name, type, status: 'nxdomain' };
  if (code === 'ENODATA') return { name, type, status: 'nodata' };
  const reason = FAILURE_CODES.find(([known]) => known === code)?.[1] ?? 'network';
  return failure(name, type, reason, error instanceof Error ? error.message : String(code ?? error));
}
