import { describe, expect, test } from 'vitest';
import { memoryResolver, type Zone } from '../../src/resolvers/memory.ts';
import { describeResolver } from './contract.ts';

describeResolver('memoryResolver', async (zone) => ({ resolver: memoryResolver(zone) }));

describe('memoryResolver', () => {
  test('a trailing dot and the case of a key do not matter', async () => {
    const resolver = memoryResolver({ 'Example.COM.': { txt: ['x'] } } as Zone);
    expect(await resolver.query('example.com.', 'TXT')).toMatchObject({ status: 'answer', records: [{ text: 'x' }] });
  });

  test('a name said not to exist hides the wildcard above it', async () => {
    const resolver = memoryResolver({ '*.example.com': { A: ['192.0.2.1'] }, 'no.example.com': { nxdomain: true } });
    expect((await resolver.query('no.example.com', 'A')).status).toBe('nxdomain');
    expect((await resolver.query('yes.example.com', 'A')).status).toBe('answer');
  });

  test('the names on the way of a CNAME chain are listed', async () => {
    const resolver = memoryResolver({ a: { CNAME: ['b.'] }, b: { CNAME: ['C'] }, c: { A: ['192.0.2.1'] } });
    expect(await resolver.query('a', 'A')).toMatchObject({ status: 'answer', cnames: ['b', 'c'] });
  });

  test('a CNAME record itself can be asked for', async () => {
    const resolver = memoryResolver({ a: { CNAME: ['b'] } });
    expect(await resolver.query('a', 'CNAME')).toMatchObject({ status: 'answer', records: ['b'] });
  });

  test('a CNAME loop is a failure', async () => {
    const resolver = memoryResolver({ a: { CNAME: ['b'] }, b: { CNAME: ['a'] } });
    expect(await resolver.query('a', 'TXT')).toMatchObject({ status: 'failure', reason: 'servfail' });
  });

  test('a CNAME that cannot be had is a failure', async () => {
    const resolver = memoryResolver({ a: { CNAME: { failure: 'timeout' } } });
    expect(await resolver.query('a', 'TXT')).toMatchObject({ status: 'failure', reason: 'timeout' });
  });

  test('an MX record may be written as in a zone file', async () => {
    const resolver = memoryResolver({ a: { MX: ['10 mx.example.com'] } });
    expect(await resolver.query('a', 'MX')).toMatchObject({
      records: [{ preference: 10, exchange: 'mx.example.com' }],
    });
  });

  test('text outside Latin-1 is served as its UTF-8 octets', async () => {
    const resolver = memoryResolver({ a: { TXT: ['\u20ac'] } });
    expect(await resolver.query('a', 'TXT')).toMatchObject({ records: [{ text: '\u00e2\u0082\u00ac' }] });
  });

  test('a long TXT record is cut into chunks of 255 octets', async () => {
    const answer = await memoryResolver({ a: { TXT: ['x'.repeat(300)] } }).query('a', 'TXT');
    expect(answer.status === 'answer' && answer.records[0].chunks?.map((chunk) => chunk.length)).toEqual([255, 45]);
  });

  test.each([
    ['no zone', undefined, 'Cannot answer from a zone: "zone" must be an object'],
    ['a node that is no object', { a: 'text' }, 'Cannot answer from a zone: "a" must be an object'],
    [
      'records that are no array',
      { a: { TXT: 'text' } },
      'Cannot answer from a zone: "a"."TXT" must be an array of records or { failure }',
    ],
  ])('%s is a wrong argument', (_, zone, message) => {
    expect(() => memoryResolver(zone as unknown as Zone)).toThrow(new TypeError(message));
  });
});
