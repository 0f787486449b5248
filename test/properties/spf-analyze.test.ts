import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { analyzeSpf, flattenSpf, type SpfAddresses, type SpfAnalysis } from '../../src/audit.ts';
import { failure } from '../../src/dns/answer.ts';
import type { DnsAnswer, RecordType, Resolver } from '../../src/dns/resolver.ts';
import type { Limits } from '../../src/limits.ts';
import { memoryResolver, type Zone, type ZoneNode, type ZoneRecordSet } from '../../src/resolvers/memory.ts';
import { evaluateSpf } from '../../src/spf/evaluate.ts';
import { formatNetwork, IP4_START, networkRange, SPACE_END } from '../../src/spf/ranges.ts';
import type { SpfResultWord } from '../../src/spf/result.ts';

// What an analysis says of all addresses at once is held against evaluateSpf, one address at a time. The limits of
// evaluation are lifted: an analysis looks past them.

// What walks in circles ends at any limit.
const limits = { spfTerms: 300, spfVoid: 300, spfQueries: 1000 };

type Word = SpfResultWord | 'dynamic';

async function evaluate(resolver: Resolver, ip: string, within: Partial<Limits> = limits): Promise<SpfResultWord> {
  return (await evaluateSpf({ ip, mailFrom: 'user@a.example' }, { resolver }, { limits: within })).result;
}

/** Reads the lists into sorted edges, so that looking an address up takes no time. */
function lookupIn(addresses: SpfAddresses): (place: bigint) => Word {
  const { otherwise, ...lists } = addresses;
  const ranges = Object.entries(lists).flatMap(([word, { ip4, ip6 }]) =>
    [...ip4, ...ip6].map((network) => ({ ...networkRange(network)!, word: word as Word })),
  );
  ranges.sort((a, b) => (a.start < b.start ? -1 : 1));
  for (let i = 1; i < ranges.length; i++) expect(ranges[i]!.start >= ranges[i - 1]!.end).toBe(true);
  return (place) => {
    let low = 0;
    let high = ranges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (ranges[middle]!.end > place) high = middle;
      else low = middle + 1;
    }
    const found = ranges[low];
    return found !== undefined && found.start <= place ? found.word : otherwise;
  };
}

function addressAt(place: bigint): string {
  return formatNetwork({ start: place, end: place + 1n });
}

/** First, last and neighbouring addresses of every network in the lists. */
function boundaries(addresses: SpfAddresses): bigint[] {
  const { otherwise: _, ...lists } = addresses;
  const places = new Set<bigint>([0n, IP4_START, SPACE_END - 1n]);
  for (const { ip4, ip6 } of Object.values(lists)) {
    for (const network of [...ip4, ...ip6]) {
      const { start, end } = networkRange(network)!;
      for (const place of [start - 1n, start, end - 1n, end]) places.add(place);
    }
  }
  // An IPv4-mapped address is the IPv4 address.
  return [...places].filter((place) => place >= 0n && place < SPACE_END && place >> 32n !== 0xffffn);
}

function zoneOf(flattened: ReturnType<typeof flattenSpf>, original: Zone): Zone {
  const zone: Zone = { ...original };
  for (const { name, text } of flattened.records) {
    zone[name] = { ...(zone[name] as { [type: string]: never }), TXT: [text] } as ZoneNode;
  }
  return zone;
}

// ---- a domain in the shape of a large one: 38 lookups, IPv4 and IPv6, mx and a, nested includes, a redirect inside

function networks(count: number, first: number): string {
  const list: string[] = [];
  for (let i = 0; i < count; i++) {
    const n = first * 977 + i * 7919;
    list.push(`ip4:${(n % 190) + 11}.${(n >> 3) % 256}.${(n >> 5) % 256}.${(n % 8) * 32}/${20 + (n % 13)}`);
    if (i % 3 === 0) list.push(`ip6:2${(n % 4096).toString(16).padStart(3, '0')}:${i.toString(16)}::/${32 + (n % 33)}`);
  }
  return list.join(' ');
}

function largeZone(): Zone {
  const zone: Zone = {
    'a.example': {
      TXT: [
        `v=spf1 mx a:out.a.example ip4:192.0.2.0/24 -ip4:198.51.64.0/18 include:_spf.vendor0.example ${Array.from(
          { length: 9 },
          (_, i) => `include:_spf.vendor${i + 1}.example`,
        ).join(' ')} ?ip4:203.0.113.0/25 ~all`,
      ],
      MX: ['10 mx1.a.example', '20 mx2.a.example'],
    },
    'mx1.a.example': { A: ['198.51.100.1'], AAAA: ['2001:db8::1'] },
    'mx2.a.example': { A: ['198.51.100.2', '198.51.100.3'] },
    'out.a.example': { A: ['198.51.100.7', '198.51.100.8'], AAAA: ['2001:db8::7'] },
  };
  for (let i = 0; i < 10; i++) {
    const vendor = `vendor${i}.example`;
    zone[`_spf.${vendor}`] = {
      TXT: [
        i % 3 === 0
          ? `v=spf1 include:_nb1.${vendor} include:_nb2.%{d2} ~all`
          : `v=spf1 -ip4:${20 + i}.1.2.0/24 include:_nb1.${vendor} redirect=_nb2.${vendor}`,
      ],
    };
    zone[`_nb1.${vendor}`] = { TXT: [`v=spf1 ${networks(5 + i, i)} a:mta.${vendor}/28//64 ?all`] };
    zone[`_nb2.${vendor}`] = { TXT: [`v=spf1 ~ip4:${(i % 8) * 16}.0.0.0/7 ${networks(9, i + 40)} -all`] };
    zone[`mta.${vendor}`] = { A: [`100.${70 + i}.3.77`], AAAA: [`2a00:${i}::9`] };
  }
  return zone;
}

async function expectSame(
  zone: Zone,
  samples: readonly bigint[],
): Promise<{ before: SpfAnalysis; after: SpfAnalysis }> {
  const resolver = memoryResolver(zone);
  const before = await analyzeSpf('a.example', { resolver });
  const flattened = flattenSpf(before);
  const newResolver = memoryResolver(zoneOf(flattened, zone));
  const after = await analyzeSpf('a.example', { resolver: newResolver });
  expect(after.addresses).toEqual(before.addresses);
  expect(after.lookups.terms).toBe(flattened.lookups.after);
  const find = lookupIn(before.addresses);
  for (const place of [...boundaries(before.addresses), ...samples]) {
    const ip = addressAt(place);
    const expected = find(place);
    expect([ip, await evaluate(resolver, ip)]).toEqual([ip, expected]);
    expect([ip, await evaluate(newResolver, ip, {})]).toEqual([ip, expected]);
  }
  return { before, after };
}

describe('a domain in the shape of a large one', () => {
  test('its tree is costed past the limit, and the flattened records say the same of every address', async () => {
    const zone = largeZone();
    const places = Array.from({ length: 100 }, (_, i) => IP4_START + BigInt(i * 42_949_672 + 11));
    const { before, after } = await expectSame(zone, places);
    expect(before.lookups.terms).toBe(42);
    expect(after.lookups.terms).toBeLessThanOrEqual(10);
  });

  test('a hundred thousand random addresses of both families get the same verdict', async () => {
    const resolver = memoryResolver(largeZone());
    const before = await analyzeSpf('a.example', { resolver });
    const flattened = flattenSpf(before);
    const newResolver = memoryResolver(zoneOf(flattened, largeZone()));
    const find = lookupIn(before.addresses);
    const findAfter = lookupIn((await analyzeSpf('a.example', { resolver: newResolver })).addresses);
    const known = boundaries(before.addresses);
    let seed = 1n;
    const next = () => {
      seed = (seed * 6364136223846793005n + 1442695040888963407n) & 0xffff_ffff_ffff_ffffn;
      return seed >> 16n;
    };
    const words = new Map<Word, number>();
    for (let i = 0; i < 100_000; i++) {
      // Half near a boundary, half anywhere; both families.
      const near = known[Number(next() % BigInt(known.length))]!;
      const anywhere = next() % 2n ? IP4_START + (next() & 0xffff_ffffn) : (next() << 80n) | (next() << 40n) | next();
      const place =
        i % 2 ? near ^ (next() % 4096n) : (anywhere % (1n << 128n)) + (anywhere >= IP4_START ? IP4_START : 0n);
      const word = find(place);
      expect(findAfter(place)).toBe(word);
      words.set(word, (words.get(word) ?? 0) + 1);
      if (i % 100 !== 0 && i % 100 !== 1) continue;
      const ip = addressAt(place);
      expect([ip, await evaluate(resolver, ip), await evaluate(newResolver, ip, {})]).toEqual([ip, word, word]);
    }
    for (const word of ['pass', 'softfail', 'neutral', 'fail'] as const) expect(words.get(word)).toBeGreaterThan(0);
  });
});

// ---- any small zone

const names = ['a.example', 'b.example', 'c.example', 'd.example', 'e.example'];
const qualifier = fc.constantFrom('', '', '', '-', '~', '?');
const networkTerm = fc.constantFrom(
  ...['ip4:192.0.2.0/24', 'ip4:192.0.2.128/25', 'ip4:192.0.2.7', 'ip4:0.0.0.0/1', 'ip4:192.0.3.0/24', 'ip4:0.0.0.0/0'],
  ...['ip6:2001:db8::/32', 'ip6:2001:db8::7', 'ip6:8000::/1', 'ip6:2001:db9::/32', 'ip4:255.255.255.255'],
);

type Kind = 'static' | 'faulty' | 'dynamic';

/** Terms of the record of one of the names; nearly all refer to those behind it, so that few walk in circles. */
function terms(owner: number, kind: Kind): fc.Arbitrary<string> {
  const behind = fc.constantFrom(...names.slice(owner + 1), 'none.example');
  const target = fc.oneof(
    { weight: 12, arbitrary: behind },
    { weight: 2, arbitrary: fc.constantFrom('x.%{d}', 'x.%{o}', 'x.%{dr-}') },
    { weight: kind === 'faulty' ? 1 : 0, arbitrary: fc.constantFrom(...names) },
  );
  const named = fc
    .tuple(
      fc.constantFrom('include:', 'include:', 'include:', 'a:', 'mx:'),
      target,
      fc.constantFrom('', '/24', '/24//64'),
    )
    .map(([name, t, cidr]) => name + t + (name === 'include:' ? '' : cidr));
  const other = fc.constantFrom('a', 'mx', 'mx/20', 'all');
  const depends = fc.oneof(
    fc.constantFrom(
      'exists:%{i}.%{d}',
      'exists:%{ir}.%{d2}',
      'ptr',
      'a:%{l}.%{D}',
      'include:%{l}.b.example',
      'mx:%{l}.%{d}',
    ),
    fc.constantFrom('exists:%{i}.%{p}', 'a:%{l}.%{o}/24', 'exists:e.example', 'ptr:b.example'),
  );
  const plain = fc.oneof(
    { weight: 5, arbitrary: networkTerm },
    { weight: 5, arbitrary: named },
    { weight: 1, arbitrary: other },
    { weight: kind === 'dynamic' ? 3 : 0, arbitrary: depends },
  );
  return fc.tuple(qualifier, plain).map(([q, term]) => q + term);
}

function records(owner: number, kind: Kind): fc.Arbitrary<string> {
  const tails = [
    '',
    ' -all',
    ' ~all',
    ' redirect=x.%{d}',
    ...names.slice(owner + 1).map((name) => ` redirect=${name}`),
  ];
  return fc
    .tuple(fc.array(terms(owner, kind), { maxLength: 5 }), fc.constantFrom(...tails))
    .map(([list, tail]) => `${['v=spf1', ...list].join(' ')}${tail}`);
}

function nodes(owner: number, kind: Kind): fc.Arbitrary<ZoneNode> {
  const weight = kind === 'faulty' ? 1 : 0;
  const orFailure = (set: fc.Arbitrary<ZoneRecordSet>): fc.Arbitrary<ZoneRecordSet> =>
    fc.oneof({ weight: 9, arbitrary: set }, { weight, arbitrary: fc.constant({ failure: 'timeout' as const }) });
  const wrong = fc.constantFrom<string[]>(['v=spf1 bogus'], ['v=spf1', 'v=spf1'], ['text']);
  const hosts = fc.array(fc.constantFrom(...names, '.'), { minLength: 1, maxLength: kind === 'faulty' ? 11 : 4 });
  const sets = {
    TXT: orFailure(
      fc.oneof({ weight: 12, arbitrary: records(owner, kind).map((text) => [text]) }, { weight, arbitrary: wrong }),
    ),
    A: orFailure(fc.subarray(['192.0.2.1', '192.0.2.200', '198.51.100.1'], { minLength: 1 })),
    AAAA: orFailure(fc.subarray(['2001:db8::1', '2001:db8:1::1'], { minLength: 1 })),
    MX: orFailure(hosts.map((list) => list.map((host, i) => `${i % 3} ${host}`))),
  };
  return fc.record(sets, { requiredKeys: ['TXT'] });
}

/** Zones in which x.* stands for what macros expand to, and some addresses are listed as `exists:` would ask for them. */
function zones(kind: Kind): fc.Arbitrary<Zone> {
  const listed = fc.subarray(['192.0.2.7.a.example', '192.0.2.7.b.example', '7.2.0.192.c.example', 'user.b.example']);
  return fc.tuple(fc.tuple(...names.map((_, i) => nodes(i, kind))), listed).map(([list, more]) => ({
    ...Object.fromEntries(list.map((node, i) => [names[i]!, node])),
    ...Object.fromEntries(
      names.map((name) => [`x.${name}`, { TXT: ['v=spf1 ip4:192.0.2.64/26 a -all'], A: ['192.0.2.9'] }]),
    ),
    ...Object.fromEntries(more.map((name) => [name, { A: ['192.0.2.7'], TXT: ['v=spf1 ip4:192.0.2.1 -all'] }])),
    '7.2.0.192.in-addr.arpa': { PTR: ['user.b.example', 'x.a.example'] },
  }));
}

describe('any zone', () => {
  test.each(['static', 'faulty'] as const)(
    'with %s records: the lists say of every address what evaluateSpf says, and flattened records too',
    async (kind) => {
      await fc.assert(
        fc.asyncProperty(zones(kind), async (zone) => {
          const resolver = memoryResolver(zone);
          const analysis = await analyzeSpf('a.example', { resolver });
          expect(JSON.parse(JSON.stringify(analysis))).toStrictEqual(analysis);
          const find = lookupIn(analysis.addresses);
          const flattened = flattenSpf(analysis);
          const after = memoryResolver(zoneOf(flattened, zone));
          for (const place of boundaries(analysis.addresses)) {
            const ip = addressAt(place);
            expect([ip, await evaluate(resolver, ip)]).toEqual([ip, find(place)]);
            expect([ip, await evaluate(after, ip)]).toEqual([ip, find(place)]);
          }
          if (kind === 'static') {
            const { lookups, addresses } = await analyzeSpf('a.example', { resolver: after });
            expect(lookups.terms).toBe(flattened.lookups.after);
            const findAfter = lookupIn(addresses);
            for (const place of [...boundaries(analysis.addresses), ...boundaries(addresses)]) {
              expect(findAfter(place)).toBe(find(place));
            }
          }
        }),
        { numRuns: 300 },
      );
    },
  );

  test('with macros, exists and ptr: flattened records say the same', async () => {
    const ips = [
      '192.0.2.7',
      '192.0.2.1',
      '192.0.2.9',
      '192.0.2.70',
      '192.0.2.200',
      '203.0.113.1',
      '2001:db8::7',
      '::1',
    ];
    await fc.assert(
      fc.asyncProperty(zones('dynamic'), async (zone) => {
        const resolver = memoryResolver(zone);
        const analysis = await analyzeSpf('a.example', { resolver });
        const after = memoryResolver(zoneOf(flattenSpf(analysis), zone));
        for (const ip of ips) expect([ip, await evaluate(after, ip)]).toEqual([ip, await evaluate(resolver, ip)]);
      }),
      { numRuns: 400 },
    );
  });

  test('no failure of a single question becomes "missing", nor another result than temperror', async () => {
    await fc.assert(
      fc.asyncProperty(zones('static'), async (zone) => {
        const inner = memoryResolver(zone);
        const asked: [name: string, type: RecordType][] = [];
        const resolver: Resolver = {
          query: (name, type) => {
            asked.push([name, type]);
            return inner.query(name, type);
          },
        };
        const base = await analyzeSpf('a.example', { resolver });
        expect(new Set(asked.map(String)).size).toBe(asked.length);
        const find = lookupIn(base.addresses);
        // That a record lacks "all" is told of those whose result counts, whatever DNS says of others.
        const missing = (analysis: SpfAnalysis) =>
          analysis.diagnostics.filter(({ code }) =>
            /none|missing(?!-all)|dangling|no-record|void-term|empty/.test(code),
          ).length;
        for (const [name, type] of asked) {
          const failing: Resolver = {
            query: async <T extends RecordType>(n: string, t: T): Promise<DnsAnswer<T>> =>
              n === name && t === (type as RecordType) ? failure(n, t, 'servfail') : inner.query(n, t),
          };
          const analysis = await analyzeSpf('a.example', { resolver: failing });
          expect(analysis.complete).toBe(false);
          expect(missing(analysis)).toBeLessThanOrEqual(missing(base));
          const findNow = lookupIn(analysis.addresses);
          for (const place of boundaries(base.addresses)) {
            const word = findNow(place);
            if (word !== 'temperror') expect(word).toBe(find(place));
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});
