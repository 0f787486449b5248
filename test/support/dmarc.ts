import type { AuthenticatedIdentifier } from '../../src/dmarc/result.ts';
import type { RecordType, Resolver } from '../../src/dns/resolver.ts';
import { memoryResolver, type Zone } from '../../src/resolvers/memory.ts';

type Result = AuthenticatedIdentifier['result'];
export const spf = (domain: string, result: Result = 'pass'): AuthenticatedIdentifier => ({
  method: 'spf',
  domain,
  result,
});
export const dkim = (domain: string, result: Result = 'pass'): AuthenticatedIdentifier => ({
  method: 'dkim',
  domain,
  result,
});

/** A zone of DMARC records, by domain; `fails` is a question without an answer. */
export function zoneOf(records: { [domain: string]: string | string[] }): Zone {
  const zone: Zone = {};
  for (const [domain, record] of Object.entries(records)) {
    zone[`_dmarc.${domain}`] = record === 'fails' ? { TXT: { failure: 'timeout' } } : { TXT: [record].flat() };
  }
  return zone;
}

/** A resolver that keeps a list of what it was asked. */
export function counting(zone: Zone): { resolver: Resolver; asked: string[] } {
  const inner = memoryResolver(zone);
  const asked: string[] = [];
  const query = (name: string, type: RecordType) => {
    asked.push(`${name} ${type}`);
    return inner.query(name, type) as never;
  };
  return { resolver: { query }, asked };
}
