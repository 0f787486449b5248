import { describe, expect, test } from 'vitest';
import type { DnsAnswer, RecordType, Resolver } from '../../src/dns/resolver.ts';
import { cachingResolver } from '../../src/resolvers/cache.ts';
import { memoryResolver } from '../../src/resolvers/memory.ts';
import { describeResolver } from './contract.ts';

describeResolver('cachingResolver', async (zone) => ({ resolver: cachingResolver(memoryResolver(zone)) }));

/** Answers with what it is told to, and counts. */
function scripted(rest: object) {
  const asked: string[] = [];
  const inner: Resolver = {
    async query<T extends RecordType>(name: string, type: T) {
      asked.push(`${type} ${name}`);
      return { name, type, ...rest } as DnsAnswer<T>;
    },
  };
  let time = 0;
  const clock = {
    now: () => time,
    advance: (seconds: number) => {
      time += seconds * 1000;
    },
  };
  return { inner, asked, clock };
}

const address = { status: 'answer', records: ['192.0.2.1'] };

describe('cachingResolver', () => {
  test('an answer is kept for its TTL, which counts down', async () => {
    const { inner, asked, clock } = scripted({ ...address, ttl: 30 });
    const resolver = cachingResolver(inner, { now: clock.now });
    await resolver.query('a', 'A');
    clock.advance(29.5);
    expect(await resolver.query('A', 'A')).toEqual({ name: 'A', type: 'A', ...address, ttl: 1 });
    clock.advance(0.5);
    expect(await resolver.query('a', 'A')).toMatchObject({ ttl: 30 });
    expect(asked).toEqual(['A a', 'A a']);
  });

  test.each([
    ['a denial is kept for its TTL (RFC 2308)', { status: 'nxdomain', ttl: 30 }, 29, 1],
    ['a denial is asked again after it', { status: 'nodata', ttl: 30 }, 31, 2],
    ['without a TTL an answer is kept for a minute', address, 59, 1],
    ['and no longer', address, 61, 2],
    ['a TTL of 0 is not kept', { ...address, ttl: 0 }, 0, 2],
    ['a failure is never kept', { status: 'failure', reason: 'servfail', ttl: 300 }, 0, 2],
    ['a huge TTL is cut to a day (RFC 8767 §4)', { ...address, ttl: 1e9 }, 86_401, 2],
  ])('%s', async (_, rest, seconds, times) => {
    const { inner, asked, clock } = scripted(rest);
    const resolver = cachingResolver(inner, { now: clock.now });
    await resolver.query('a', 'A');
    clock.advance(seconds);
    await resolver.query('a', 'A');
    expect(asked.length).toBe(times);
  });

  test('equal questions that are open at the same time are asked once, failures too', async () => {
    const { inner, asked } = scripted({ status: 'failure', reason: 'timeout' });
    const resolver = cachingResolver(inner);
    const answers = await Promise.all([resolver.query('a', 'A'), resolver.query('A', 'A'), resolver.query('a', 'MX')]);
    expect(answers.map(({ name, type }) => `${type} ${name}`)).toEqual(['A a', 'A A', 'MX a']);
    expect(asked).toEqual(['A a', 'MX a']);
  });

  test('the answer that was used longest ago goes first', async () => {
    const { inner, asked, clock } = scripted(address);
    const resolver = cachingResolver(inner, { maxEntries: 2, now: clock.now });
    for (const name of ['a', 'b', 'a', 'c', 'a', 'b']) await resolver.query(name, 'A');
    expect(asked).toEqual(['A a', 'A b', 'A c', 'A b']);
  });

  test('a resolver that throws is asked again', async () => {
    let calls = 0;
    const inner = {
      query: () => {
        calls++;
        throw new Error('boom');
      },
    } as Resolver;
    const resolver = cachingResolver(inner);
    await expect(resolver.query('a', 'A')).rejects.toThrow('boom');
    await expect(resolver.query('a', 'A')).rejects.toThrow('boom');
    expect(calls).toBe(2);
  });

  test.each([
    [{ maxEntries: 0 }, '"maxEntries" must be a whole number above 0, received 0'],
    [{ defaultTtl: Number.NaN }, '"defaultTtl" must be at least 0, received NaN'],
  ])('%j is a wrong argument', (options, text) => {
    expect(() => cachingResolver(memoryResolver({}), options)).toThrow(
      new TypeError(`Cannot cache DNS answers: ${text}`),
    );
  });

  test('without a resolver there is nothing to cache', () => {
    expect(() => cachingResolver({} as never)).toThrow(
      new TypeError('Cannot cache DNS answers: "inner" must be a Resolver, received an object'),
    );
  });
});
