import { describe, expect, test } from 'vitest';
import { resolverFrom } from '../../src/resolvers/adapt.ts';
import { memoryResolver, type Zone } from '../../src/resolvers/memory.ts';
import { describeResolver } from './contract.ts';

const CODES: { readonly [reason: string]: string } = {
  servfail: 'ESERVFAIL',
  refused: 'EREFUSED',
  timeout: 'ETIMEOUT',
};

// What dns.promises.resolve would do with the zone.
function lookupIn(zone: Zone) {
  const inner = memoryResolver(zone);
  return async (name: string, type: Parameters<typeof inner.query>[1]) => {
    const answer = await inner.query(name, type);
    const code = answer.status === 'nxdomain' ? 'ENOTFOUND' : answer.status === 'nodata' ? 'ENODATA' : undefined;
    if (code !== undefined) throw Object.assign(new Error(code), { code });
    if (answer.status === 'failure') throw Object.assign(new Error(answer.reason), { code: CODES[answer.reason] });
    if (answer.status !== 'answer') throw new Error('no such case');
    return answer.records.map((record) => {
      if (typeof record === 'string') return record;
      return 'text' in record ? record.chunks : { priority: record.preference, exchange: record.exchange };
    });
  };
}

describeResolver('resolverFrom', async (zone) => ({ resolver: resolverFrom(lookupIn(zone)) }));

describe('resolverFrom', () => {
  test.each([
    ['an unknown code', Object.assign(new Error('boom'), { code: 'EBOOM' }), { reason: 'network', detail: 'boom' }],
    ['an error without a code', new Error('boom'), { reason: 'network', detail: 'boom' }],
    ['a thrown string', 'boom', { reason: 'network', detail: 'boom' }],
    ['a thrown undefined', undefined, { reason: 'network', detail: 'undefined' }],
    ['EBADRESP', Object.assign(new Error('x'), { code: 'EBADRESP' }), { reason: 'malformed' }],
  ])('%s is a failure', async (_, thrown, expected) => {
    const resolver = resolverFrom(async () => {
      throw thrown;
    });
    expect(await resolver.query('a', 'TXT')).toMatchObject({ status: 'failure', ...expected });
  });

  test.each([
    ['no list', 'text', { status: 'failure', reason: 'malformed' }],
    ['an empty list', [], { status: 'nodata' }],
    ['plain strings', ['x', '\u20ac'], { status: 'answer', records: [{ text: 'x' }, { text: '\u00e2\u0082\u00ac' }] }],
  ])('TXT as %s', async (_, found, expected) => {
    expect(await resolverFrom(async () => found).query('a', 'TXT')).toMatchObject(expected);
  });

  test('what is no TXT record is left to the boundary', async () => {
    expect(await resolverFrom(async () => [[1]]).query('a', 'TXT')).toMatchObject({ records: [[1]] });
  });

  test('a record that is none is kept for the boundary to refuse, even in front of others', async () => {
    const resolver = resolverFrom(async () => [undefined, '192.0.2.1']);
    expect(await resolver.query('example.com', 'A')).toMatchObject({
      status: 'answer',
      records: [undefined, '192.0.2.1'],
    });
  });

  test('what is no function is a wrong argument', () => {
    expect(() => resolverFrom('dns' as never)).toThrow(
      new TypeError('Cannot adapt a resolver: "lookup" must be a function, received "dns"'),
    );
  });
});
