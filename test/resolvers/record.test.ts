import { describe, expect, test } from 'vitest';
import { memoryResolver, type Zone } from '../../src/resolvers/memory.ts';
import { recordingResolver } from '../../src/resolvers/record.ts';
import { describeResolver } from './contract.ts';

describeResolver('recordingResolver', async (zone) => ({ resolver: recordingResolver(memoryResolver(zone)) }));

describeResolver('a replay of recordingResolver', async (zone) => {
  // The log must answer what was asked, so everything that the contract asks is asked once before.
  const recording = recordingResolver(memoryResolver(zone));
  const names = [
    ...Object.keys(zone),
    'EXAMPLE.com',
    'under.example.org',
    'nowhere.example.com',
    'a.b.wild.example.net',
    'x.own.wild.example.net',
  ];
  for (const name of names)
    for (const type of ['A', 'AAAA', 'MX', 'NS', 'PTR', 'TXT'] as const) await recording.query(name, type);
  return { resolver: memoryResolver(recording.zone()) };
});

describe('recordingResolver', () => {
  test.each<[what: string, inner: () => unknown]>([
    ['no answer at all', () => undefined],
    ['a record that is none', () => ({ status: 'answer', records: [null] })],
    ['an error', () => Promise.reject(new Error('unreachable'))],
    [
      'an answer that cannot be read',
      () => ({
        get status() {
          throw new Error('no');
        },
      }),
    ],
  ])('%s is replayed as a failure, not as a name that does not exist', async (_, inner) => {
    const recording = recordingResolver({ query: async () => inner() as never });
    await recording.query('a.example', 'TXT').catch(() => {});
    expect(await memoryResolver(recording.zone()).query('a.example', 'TXT')).toMatchObject({ status: 'failure' });
  });

  test('without a resolver there is nothing to record', () => {
    expect(() => recordingResolver(undefined as never)).toThrow(
      new TypeError('Cannot record DNS answers: "inner" must be a Resolver, received undefined'),
    );
  });

  test('the log is a zone as plain data', async () => {
    const recording = recordingResolver(
      memoryResolver({ a: { CNAME: ['b'] }, b: { TXT: [['x', 'y']] }, c: { TXT: { failure: 'timeout' } } }),
    );
    for (const name of ['A', 'c', 'd', 'b']) await recording.query(name, 'TXT');
    await recording.query('b', 'MX');
    const expected: Zone = {
      a: { CNAME: ['b'] },
      b: { TXT: [['x', 'y']] },
      c: { TXT: { failure: 'timeout' } },
      d: { nxdomain: true },
    };
    expect(recording.zone()).toEqual(expected);
  });
});
