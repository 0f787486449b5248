import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { failure } from '../../src/dns/answer.ts';
import type { DnsAnswer, RecordType, Resolver } from '../../src/dns/resolver.ts';
import { memoryResolver, type Zone, type ZoneRecordSet } from '../../src/resolvers/memory.ts';
import { evaluateSpf, type SpfInput } from '../../src/spf/evaluate.ts';
import { formatReceivedSpf } from '../../src/spf/received-spf.ts';
import type { SpfQuery, SpfResult, SpfStep, SpfTrace } from '../../src/spf/result.ts';

// Zones of few names that refer to each other, so that most terms find something and many walk in circles.

const names = ['a.example', 'b.example', 'c.example', 'd.a.example', 'e.a.example', 'none.example'];
const ip4 = ['192.0.2.1', '192.0.2.77', '198.51.100.1'];
const ip6 = ['2001:db8::1', '2001:db8::2', '2001:db8:1::1'];

const name = fc.constantFrom(...names);
const macro = fc.constantFrom(
  '%{d}',
  '%{o}',
  '%{l}.a.example',
  '%{h}',
  '%{d2r-}',
  '%{ir}.%{v}.arpa',
  '%{D}',
  '%{s}',
  '..x.example',
);
const pointerMacro = fc.constantFrom('%{p}', '%{pr}', 'x.%{p2}');
const qualifier = fc.constantFrom('', '', '+', '-', '~', '?');
const cidr = fc.constantFrom('', '', '', '/24', '//64', '/0//0');

function terms(pointers: boolean): fc.Arbitrary<string> {
  const target = pointers
    ? fc.oneof({ weight: 5, arbitrary: name }, { weight: 2, arbitrary: macro }, { weight: 1, arbitrary: pointerMacro })
    : fc.oneof({ weight: 5, arbitrary: name }, { weight: 2, arbitrary: macro });
  const kinds = ['include:', 'include:', 'include:', 'a:', 'mx:', 'exists:'];
  if (pointers) kinds.push('ptr:');
  const named = fc
    .tuple(qualifier, fc.constantFrom(...kinds), target, cidr)
    .map(([q, kind, t, c]) => q + kind + t + (kind === 'a:' || kind === 'mx:' ? c : ''));
  const fixed = fc.constantFrom(...['a', 'mx', '-all', '~all', '?all', 'foo=bar', ...(pointers ? ['ptr'] : [])]);
  const network = fc
    .tuple(qualifier, fc.constantFrom(...ip4.map((ip) => `ip4:${ip}`), ...ip6.map((ip) => `ip6:${ip}`)))
    .map(([q, n]) => q + n);
  const modifier = fc.tuple(fc.constantFrom('redirect=', 'exp='), target).map(([m, t]) => m + t);
  return fc.oneof(
    { weight: 6, arbitrary: named },
    { weight: 2, arbitrary: fixed },
    { weight: 1, arbitrary: network },
    { weight: 1, arbitrary: modifier },
  );
}

const failing = fc.constantFrom<ZoneRecordSet>({ failure: 'servfail' }, { failure: 'timeout' });

function zones(pointers: boolean, failures: boolean): fc.Arbitrary<Zone> {
  const orFailure = (set: fc.Arbitrary<ZoneRecordSet>): fc.Arbitrary<ZoneRecordSet> =>
    failures ? fc.oneof({ weight: 9, arbitrary: set }, { weight: 1, arbitrary: failing }) : set;
  const record = fc.array(terms(pointers), { maxLength: 6 }).map((list) => ['v=spf1', ...list].join(' '));
  const txt = fc.oneof(
    { weight: 8, arbitrary: record.map((text) => [text]) },
    { weight: 1, arbitrary: fc.tuple(record, record).map(([a, b]) => [a, b]) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary-ascii' }).map((text) => [`v=spf1 ${text}`]) },
    { weight: 1, arbitrary: fc.constant<string[]>(['some other text']) },
  );
  const host = fc.constantFrom(...names, '.', 'h.example');
  const mx = fc.array(host, { minLength: 1, maxLength: 11 }).map((hosts) => hosts.map((h, i) => `${i % 3} ${h}`));
  const node = fc.record(
    {
      TXT: orFailure(txt),
      A: orFailure(fc.subarray(ip4, { minLength: 1 })),
      AAAA: orFailure(fc.subarray(ip6, { minLength: 1 })),
      MX: orFailure(mx),
    },
    { requiredKeys: ['TXT'] },
  );
  const pointer = orFailure(fc.array(host, { minLength: 1, maxLength: 12 }));
  return fc.tuple(fc.array(node, { minLength: names.length - 1, maxLength: names.length - 1 }), pointer, pointer).map(
    ([nodes, p4, p6]): Zone => ({
      ...Object.fromEntries(nodes.map((n, i) => [names[i]!, n as { [type: string]: ZoneRecordSet }])),
      '1.2.0.192.in-addr.arpa': { PTR: p4 },
      '1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa': { PTR: p6 },
    }),
  );
}

const questions: fc.Arbitrary<SpfInput> = fc.record({
  ip: fc.constantFrom('192.0.2.1', '2001:db8::1', '::ffff:192.0.2.1', '203.0.113.1'),
  helo: fc.constantFrom('a.example', 'h.example', 'localhost', '[192.0.2.1]'),
  mailFrom: fc.constantFrom('user@a.example', 'user@a.example', '', 'x-y.z@b.example', 'jürgen@a.example'),
});

function eachStep(trace: SpfTrace, visit: (step: SpfStep | undefined, queries: SpfQuery[]) => void): void {
  visit(undefined, trace.queries);
  for (const step of trace.steps) {
    visit(step, step.queries);
    if (step.check !== undefined) eachStep(step.check, visit);
  }
  if (trace.explanation !== undefined) visit(undefined, trace.explanation.queries);
}

function totals({ trace }: SpfResult): SpfResult['lookups'] {
  const asked = new Set<string>();
  let terms = 0;
  let voids = 0;
  eachStep(trace, (step, queries) => {
    for (const { name, type } of queries) asked.add(`${type} ${name}`);
    terms += step?.cost ?? 0;
    voids += step?.void ? 1 : 0;
  });
  return { terms, void: voids, queries: asked.size };
}

/** Answers each question after some turns of the microtask queue or of the event loop, and notes what it was asked. */
function unsteady(zone: Zone, delays: readonly number[]): { resolver: Resolver; asked: string[] } {
  const inner = memoryResolver(zone);
  const asked: string[] = [];
  const query = async <T extends RecordType>(name: string, type: T): Promise<DnsAnswer<T>> => {
    const delay = delays[asked.length % delays.length]!;
    asked.push(`${type} ${name}`);
    for (let i = 0; i < delay; i++) await Promise.resolve();
    if (delay % 4 === 3) await new Promise((resolve) => setImmediate(resolve));
    return inner.query(name, type);
  };
  return { resolver: { query }, asked };
}

describe('evaluateSpf', () => {
  test('any zone gives a verdict within the budget, whose counts are those of its trace, as plain data', async () => {
    await fc.assert(
      fc.asyncProperty(zones(true, true), questions, async (zone, question) => {
        const result = await evaluateSpf(question, { resolver: memoryResolver(zone) });
        expect(result.lookups).toEqual(totals(result));
        expect(result.lookups.terms).toBeLessThanOrEqual(10);
        expect(result.lookups.void).toBeLessThanOrEqual(3);
        expect(result.lookups.queries).toBeLessThanOrEqual(140);
        expect(result.reason === undefined).toBe(result.result === 'pass');
        expect(structuredClone(result)).toEqual(result);
        expect(JSON.parse(JSON.stringify(result))).toStrictEqual(result);
        expect(formatReceivedSpf(result, question)).toMatch(/^[ -~]+$/);
      }),
      { numRuns: 300 },
    );
  });

  test('any text in TXT and in the session gives a verdict', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 200 });
    const macros = fc.string({
      unit: fc.constantFrom(...'%{}slodiphcrtvSL1290rR-._+ ax:/=', 'exists:', 'exp='),
      maxLength: 200,
    });
    await fc.assert(
      fc.asyncProperty(fc.oneof(text, macros), text, text, text, async (txt, explanation, helo, local) => {
        const zone: Zone = {
          'a.example': { TXT: [`v=spf1 ${txt}`] },
          'b.example': { TXT: ['v=spf1 -exists:%{H}.%{l-r}.%{s} -all exp=c.example'] },
          'c.example': { TXT: [explanation] },
        };
        for (const domain of ['a.example', 'b.example', helo]) {
          const question = { ip: '192.0.2.1', helo, mailFrom: `${local}@${domain}` };
          const result = await evaluateSpf(question, { resolver: memoryResolver(zone) });
          expect(JSON.parse(JSON.stringify(result))).toStrictEqual(result);
          expect(result.explanation ?? '').toMatch(/^[ -~]*$/);
        }
      }),
    );
  });

  test('asking ahead changes nothing but the time: verdict, trace and counts are those of sequential evaluation', async () => {
    const delays = fc.array(fc.nat(12), { minLength: 1, maxLength: 16 });
    await fc.assert(
      fc.asyncProperty(zones(true, true), questions, delays, delays, async (zone, question, some, others) => {
        const ahead = unsteady(zone, some);
        const result = await evaluateSpf(question, { resolver: ahead.resolver });
        const sequential = unsteady(zone, others);
        const limits = { lookAhead: 0 };
        expect(result).toEqual(await evaluateSpf(question, { resolver: sequential.resolver }, { limits }));
        expect(sequential.asked).toHaveLength(result.lookups.queries);
        expect(ahead.asked.length).toBeLessThanOrEqual(result.lookups.queries + 40);
        expect(new Set(ahead.asked).size).toBe(ahead.asked.length);
      }),
      { numRuns: 300 },
    );
  });

  // RFC 7208 §5.5 makes a failed PTR lookup a non-match, and §7.3 makes %{p} "unknown": zones have neither.
  test('no single DNS failure turns a verdict into pass or none', async () => {
    await fc.assert(
      fc.asyncProperty(zones(false, false), questions, async (zone, question) => {
        const inner = memoryResolver(zone);
        const base = await evaluateSpf(question, { resolver: inner });
        const asked: SpfQuery[] = [];
        eachStep(base.trace, (_, queries) => asked.push(...queries));
        for (const { name, type } of asked) {
          const resolver: Resolver = {
            query: async <T extends RecordType>(n: string, t: T) =>
              n === name && t === (type as RecordType) ? failure(n, t, 'servfail') : inner.query(n, t),
          };
          const { result } = await evaluateSpf(question, { resolver });
          if (result !== base.result) expect(['pass', 'none']).not.toContain(result);
        }
      }),
      { numRuns: 200 },
    );
  });
});
