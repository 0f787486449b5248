import { equal, matches, ok, thrownBy } from '../assertions.mjs';
import { sampleEnvironment } from './verdict.mjs';

/** What every resolver must say of `zone`: [name, type, answer]. */
export const answers = [
  ['txt.example.com', 'TXT', { status: 'answer', records: [{ text: 'v=spf1 ip4:192.0.2.0/24 -all' }] }],
  ['quotes.example.com', 'TXT', { status: 'answer', records: [{ text: 'a "quoted" \\ text; caf\u00c3\u00a9' }] }],
  ['long.example.com', 'TXT', { status: 'answer', records: [{ text: 'x'.repeat(1000) }] }],
  ['host.example.com', 'A', { status: 'answer', records: ['192.0.2.1'] }],
  ['host.example.com', 'AAAA', { status: 'answer', records: ['2001:db8::1'] }],
  ['example.com', 'MX', { status: 'answer', records: [{ preference: 10, exchange: 'mx.example.com' }] }],
  ['1.2.0.192.in-addr.arpa', 'PTR', { status: 'answer', records: ['host.example.com'] }],
  ['alias.example.com', 'A', { status: 'answer', records: ['192.0.2.1'], cnames: ['host.example.com'] }],
  ['host.example.com', 'TXT', { status: 'nodata' }],
  ['nowhere.example.com', 'TXT', { status: 'nxdomain' }],
  ['broken.example.com', 'TXT', { status: 'failure', reason: 'servfail' }],
];

export const zone = {
  'example.com': { MX: [{ preference: 10, exchange: 'mx.example.com' }] },
  'txt.example.com': { TXT: [['v=spf1 ip4:192.0.2.', '0/24 -all']] },
  'quotes.example.com': { TXT: ['a "quoted" \\ text; caf\u00c3\u00a9'] },
  'long.example.com': { TXT: ['x'.repeat(1000)] },
  'host.example.com': { A: ['192.0.2.1'], AAAA: ['2001:db8::1'] },
  '1.2.0.192.in-addr.arpa': { PTR: ['host.example.com'] },
  'alias.example.com': { CNAME: ['host.example.com'] },
  'broken.example.com': { TXT: { failure: 'servfail' } },
};

/** Asks a resolver all of it. */
export async function checkAnswers(resolver) {
  for (const [name, type, expected] of answers) {
    matches(await resolver.query(name, type), { name, type, ...expected }, `${name} ${type}`);
  }
}

function failing(code) {
  return Promise.reject(Object.assign(new Error(code), { code }));
}

const lookups = {
  'example.com': async (type) => (type === 'MX' ? [{ priority: 10, exchange: 'mx.example.com' }] : failing('ENODATA')),
  'txt.example.com': async () => [['v=spf1 ', '-all']],
  'slow.example.com': () => failing('ETIMEOUT'),
};

export const resolverCases = [
  {
    name: 'memoryResolver answers from a zone, and refuses what is none',
    async run(lib) {
      await checkAnswers(lib.memoryResolver(zone));
      ok(
        (await thrownBy(() => lib.memoryResolver({ 'a.example': { TXT: 'text' } }))) instanceof TypeError,
        'no TypeError',
      );
    },
  },
  {
    name: 'recordingResolver keeps a zone from which the verdict can be repeated',
    async run(lib, { message, envelope, zone: sample }) {
      const env = sampleEnvironment(lib, sample);
      const recording = lib.recordingResolver(env.resolver);
      const verdict = await lib.authenticateMessage(message, envelope, { ...env, resolver: recording });
      const replayed = JSON.parse(JSON.stringify(recording.zone()));
      const again = await lib.authenticateMessage(message, envelope, sampleEnvironment(lib, replayed));
      equal(again, verdict);
    },
  },
  {
    name: 'cachingResolver asks once until the time is over, and never keeps a failure',
    async run(lib) {
      const asked = [];
      let clock = 0;
      const inner = lib.memoryResolver(zone);
      const counting = {
        query(name, type) {
          asked.push(name);
          return inner.query(name, type);
        },
      };
      const caching = lib.cachingResolver(counting, { defaultTtl: 30, now: () => clock });
      await Promise.all([caching.query('host.example.com', 'A'), caching.query('HOST.example.com', 'A')]);
      equal(asked.length, 1, 'questions asked at the same time');
      clock = 29_000;
      matches(await caching.query('host.example.com', 'A'), { status: 'answer', records: ['192.0.2.1'] });
      equal(asked.length, 1, 'questions within the time');
      clock = 31_000;
      await caching.query('host.example.com', 'A');
      equal(asked.length, 2, 'questions after the time');
      for (let i = 0; i < 2; i++) matches(await caching.query('broken.example.com', 'TXT'), { status: 'failure' });
      equal(asked.length, 4, 'questions that failed');
      await checkAnswers(caching);
    },
  },
  {
    name: 'resolverFrom adapts a look-up in the style of dns.promises.resolve',
    async run(lib) {
      const resolver = lib.resolverFrom((name, type) => lookups[name]?.(type) ?? failing('ENOTFOUND'));
      matches(await resolver.query('example.com', 'MX'), { records: [{ preference: 10, exchange: 'mx.example.com' }] });
      matches(await resolver.query('example.com', 'TXT'), { status: 'nodata' });
      matches(await resolver.query('txt.example.com', 'TXT'), { records: [{ text: 'v=spf1 -all' }] });
      matches(await resolver.query('nowhere.example.com', 'TXT'), { status: 'nxdomain' });
      matches(await resolver.query('slow.example.com', 'TXT'), { status: 'failure', reason: 'timeout' });
    },
  },
];
