import { describe, expect, test } from 'vitest';
import type { DnsAnswer, RecordType, Resolver } from '../../src/dns/resolver.ts';
import type { Limits } from '../../src/limits.ts';
import { memoryResolver, type Zone } from '../../src/resolvers/memory.ts';
import { evaluateSpf } from '../../src/spf/evaluate.ts';
import type { SpfResult } from '../../src/spf/result.ts';

const client = { ip: '192.0.2.1', helo: 'mx.example.com', mailFrom: 'user@example.com' };

function check(zone: Zone, limits: Partial<Limits> = {}, ip: string = client.ip): Promise<SpfResult> {
  return evaluateSpf({ ...client, ip }, { resolver: memoryResolver(zone) }, { limits });
}

const at = (record: string, zone: Zone = {}): Zone => ({
  ...zone,
  'example.com': { ...zone['example.com'], TXT: [record] },
});
const times = (count: number, term: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => term(i)).join(' ');
const hosts: Zone = { '*.host.example': { A: ['198.51.100.1'], TXT: ['v=spf1 ?all'], MX: ['0 x.host.example'] } };

describe('10 terms with lookups (RFC 7208 §4.6.4)', () => {
  test.each([
    ['a', (i: number) => `a:h${i}.host.example`],
    ['mx', (i: number) => `mx:h${i}.host.example`],
    ['ptr', (i: number) => `ptr:h${i}.host.example`],
    ['include', (i: number) => `include:h${i}.host.example`],
    ['exists', (i: number) => `-exists:h${i}.none.example`],
  ])('%s: 10 are allowed, the 11th is a permerror', async (name, term) => {
    // exists of what is there matches at once, of what is not is void.
    const limits = name === 'exists' ? { spfVoid: 20 } : {};
    const zone: Zone = { ...hosts, '1.2.0.192.in-addr.arpa': { PTR: ['x.host.example'] } };
    const ten = await check(at(`v=spf1 ${times(10, term)} ip4:192.0.2.1 -all`, zone), limits);
    expect(ten).toMatchObject({ result: 'pass', lookups: { terms: 10 } });
    const eleven = await check(at(`v=spf1 ${times(11, term)} ip4:192.0.2.1 -all`, zone), limits);
    expect(eleven).toMatchObject({ result: 'permerror', reason: 'lookup-limit', lookups: { terms: 10 } });
    expect(eleven.trace.steps).toHaveLength(11);
    expect(eleven.trace.steps[10]).toMatchObject({ outcome: 'permerror', cost: 0, queries: [] });
    expect(eleven.diagnostics).toContainEqual(
      expect.objectContaining({
        code: 'spf.lookup-limit',
        subject: 'example.com',
        params: { term: term(10), limit: 10 },
      }),
    );
  });

  test('all, ip4, ip6 and exp are free', async () => {
    const free = times(40, (i) => `ip4:198.51.100.${i} ip6:2001:db8::${i}`);
    const result = await check(at(`v=spf1 ${free} exp=why.host.example -all`, hosts));
    expect(result).toMatchObject({ result: 'fail', explanation: 'v=spf1 ?all', lookups: { terms: 0 } });
  });

  test('terms are counted when they are evaluated, not when they are read', async () => {
    const record = `v=spf1 ip4:192.0.2.1 ${times(30, (i) => `a:h${i}.host.example`)} -all`;
    expect(await check(at(record, hosts))).toMatchObject({ result: 'pass', lookups: { terms: 0, queries: 1 } });
  });

  test('one count for all records, redirect included', async () => {
    const zone: Zone = {
      'one.example': { TXT: [`v=spf1 ${times(4, (i) => `a:h${i}.host.example`)} ?all`] },
      'two.example': { TXT: [`v=spf1 ${times(3, (i) => `a:i${i}.host.example`)} ip4:192.0.2.1 -all`] },
      ...hosts,
    };
    expect(await check(at('v=spf1 include:one.example a redirect=two.example', zone))).toMatchObject({
      result: 'pass',
      lookups: { terms: 10 },
    });
    expect(await check(at('v=spf1 include:one.example a mx redirect=two.example', zone))).toMatchObject({
      result: 'permerror',
      reason: 'lookup-limit',
      lookups: { terms: 10 },
    });
    const ten = `v=spf1 ${times(10, (i) => `a:j${i}.host.example`)} redirect=two.example`;
    const result = await check(at(ten, zone));
    expect(result).toMatchObject({ result: 'permerror', reason: 'lookup-limit' });
    expect(result.trace.steps[10]).toMatchObject({ term: 'redirect=two.example', outcome: 'permerror', cost: 0 });
  });

  test('the use of %{p} counts once in an evaluation', async () => {
    const zone: Zone = { ...hosts, '*.p.example': { A: ['127.0.0.2'] } };
    const record = (terms: number) => `v=spf1 ${times(terms, (i) => `-exists:%{p}.n${i}.example`)} ip4:192.0.2.1 -all`;
    const nine = await check(at(record(9), zone), { spfVoid: 20 });
    expect(nine).toMatchObject({ result: 'pass', lookups: { terms: 10, void: 9 } });
    expect(nine.trace.steps[0]).toMatchObject({ cost: 2, queries: [{ type: 'PTR' }, { type: 'A' }] });
    expect(nine.trace.steps[1]).toMatchObject({ cost: 1 });
    const ten = await check(at(record(10), zone), { spfVoid: 20 });
    expect(ten).toMatchObject({ result: 'permerror', reason: 'lookup-limit', lookups: { terms: 10 } });
    // The 10th term is within the limit and its %{p} is not.
    const last = `v=spf1 ${times(9, (i) => `a:h${i}.host.example`)} exists:%{p}.p.example -all`;
    expect(await check(at(last, zone))).toMatchObject({
      result: 'permerror',
      reason: 'lookup-limit',
      lookups: { terms: 10 },
    });
    const redirect = `v=spf1 ${times(9, (i) => `a:h${i}.host.example`)} redirect=%{p}.p.example`;
    expect(await check(at(redirect, zone))).toMatchObject({ result: 'permerror', reason: 'lookup-limit' });
  });

  test.each<[string, Zone, string]>([
    ['include of itself', at('v=spf1 include:example.com -all'), 'example.com > example.com'],
    ['redirect to itself', at('v=spf1 redirect=example.com'), 'example.com > example.com'],
    [
      'a circle of three',
      at('v=spf1 include:a.example -all', {
        'a.example': { TXT: ['v=spf1 include:b.example'] },
        'b.example': { TXT: ['v=spf1 redirect=a.example'] },
      }),
      'b.example > a.example > b.example',
    ],
  ])('%s ends at the limit, and the circle is shown', async (_, zone, path) => {
    const result = await check(zone);
    expect(result).toMatchObject({ result: 'permerror', reason: 'lookup-limit', lookups: { terms: 10 } });
    expect(result.diagnostics).toContainEqual(expect.objectContaining({ code: 'spf.loop', params: { path } }));
  });

  test('a record that is evaluated again is reported once', async () => {
    const result = await check(at('v=spf1 include:example.com ptr -all'));
    expect(result.diagnostics.filter(({ code }) => code === 'spf.ptr')).toHaveLength(1);
  });

  test('limits may be set', async () => {
    const record = `v=spf1 ${times(12, (i) => `a:h${i}.host.example`)} ip4:192.0.2.1 -all`;
    expect(await check(at(record, hosts), { spfTerms: 12 })).toMatchObject({ result: 'pass', lookups: { terms: 12 } });
    await expect(check({}, { spfTerms: -1 })).rejects.toThrow(TypeError);
  });
});

describe('10 MX hosts, 10 PTR names (RFC 7208 §4.6.4)', () => {
  const mx = (count: number) => ({
    'example.com': { MX: Array.from({ length: count }, (_, i) => ({ preference: i, exchange: `h${i}.mx.example` })) },
    ...Object.fromEntries(Array.from({ length: count }, (_, i) => [`h${i}.mx.example`, { A: [`192.0.2.${10 + i}`] }])),
  });

  test('10 MX hosts are asked, an 11th is a permerror whichever host the client is', async () => {
    const ten = await check(at('v=spf1 mx -all', mx(10)), {}, '192.0.2.19');
    expect(ten).toMatchObject({ result: 'pass', lookups: { terms: 1, queries: 12 } });
    for (const ip of ['192.0.2.10', '192.0.2.20']) {
      const eleven = await check(at('v=spf1 mx -all', mx(11)), {}, ip);
      expect(eleven).toMatchObject({ result: 'permerror', reason: 'mx-limit', lookups: { queries: 2 } });
      expect(eleven.diagnostics).toMatchObject([
        { code: 'spf.mx-limit', params: { domain: 'example.com', count: 11 } },
      ]);
    }
  });

  test('MX hosts are asked in order of preference, whatever the order of the answer', async () => {
    const zone: Zone = {
      'example.com': { MX: ['20 b.mx.example', '10 a.mx.example'] },
      'a.mx.example': { A: ['192.0.2.1'] },
    };
    expect(await check(at('v=spf1 mx -all', zone))).toMatchObject({ result: 'pass', lookups: { queries: 3 } });
  });

  const ptr = (index: number): Zone => ({
    '1.2.0.192.in-addr.arpa': { PTR: Array.from({ length: 12 }, (_, i) => `h${i}.ptr.example`) },
    [`h${index}.ptr.example`]: { A: ['192.0.2.1'] },
  });

  test('names beyond the first 10 are ignored, which is no error', async () => {
    const tenth = await check(at('v=spf1 ptr:ptr.example -all', ptr(9)));
    expect(tenth).toMatchObject({ result: 'pass', lookups: { terms: 1, void: 0, queries: 12 } });
    const eleventh = await check(at('v=spf1 ptr:ptr.example -all', ptr(10)));
    expect(eleventh).toMatchObject({ result: 'fail', lookups: { terms: 1, void: 0, queries: 12 } });
    expect(eleventh.diagnostics).toContainEqual(expect.objectContaining({ code: 'spf.ptr-names', severity: 'info' }));
  });

  test('only names at or below the target are validated', async () => {
    expect(await check(at('v=spf1 ptr:other.example -all', ptr(0)))).toMatchObject({
      result: 'fail',
      lookups: { queries: 2 },
    });
  });
});

describe('2 void lookups (RFC 7208 §4.6.4)', () => {
  const arpa: Zone = { '1.2.0.192.in-addr.arpa': { TXT: ['x'] } };

  test.each([
    ['a', 'a:n%.example', 'no-match'],
    ['mx', 'mx:n%.example', 'no-match'],
    ['exists', 'exists:n%.example', 'no-match'],
    ['ptr', 'ptr:n%.example', 'no-match'],
  ])('%s: two are allowed, the third is a permerror', async (_, term, outcome) => {
    const terms = (count: number) => times(count, (i) => term.replace('%', String(i)));
    const two = await check(at(`v=spf1 ${terms(2)} ?all`, arpa));
    expect(two).toMatchObject({ result: 'neutral', lookups: { terms: 2, void: 2 } });
    expect(two.trace.steps[0]).toMatchObject({ void: true, outcome });
    const three = await check(at(`v=spf1 ${terms(3)} ?all`, arpa));
    expect(three).toMatchObject({ result: 'permerror', reason: 'void-limit', lookups: { terms: 3, void: 3 } });
    expect(three.diagnostics).toContainEqual(
      expect.objectContaining({ code: 'spf.void-limit', subject: 'example.com' }),
    );
  });

  test('an include or redirect of nothing is void, and a permerror of its own', async () => {
    const include = await check(at('v=spf1 include:none.example'));
    expect(include).toMatchObject({ reason: 'include-none', lookups: { terms: 1, void: 1 } });
    expect(include.trace.steps[0]).toMatchObject({ void: true, outcome: 'permerror' });
    expect(await check(at('v=spf1 redirect=none.example'))).toMatchObject({
      reason: 'redirect-none',
      lookups: { void: 1 },
    });
    const third = await check(at('v=spf1 a:n.example a:m.example include:none.example'));
    expect(third).toMatchObject({ reason: 'include-none', lookups: { void: 3 } });
  });

  test('not void: TXT without an SPF record, MX and PTR hosts without address, exp, %{p}, the first question', async () => {
    const zone: Zone = {
      'example.com': { MX: ['0 n1.example', '1 n2.example', '2 n3.example'] },
      '1.2.0.192.in-addr.arpa': { PTR: ['n4.example.com', 'n5.example.com', 'n6.example.com'] },
      '*.host.example': { A: ['198.51.100.1'] },
    };
    const result = await check(at('v=spf1 mx ptr a:%{p}.host.example exp=n.example -all', zone));
    expect(result).toMatchObject({ result: 'fail', lookups: { void: 0 } });
    const txt = await check(at('v=spf1 include:txt.example', { 'txt.example': { TXT: ['hello'] } }));
    expect(txt).toMatchObject({ reason: 'include-none', lookups: { void: 0 } });
    expect(await check({})).toMatchObject({ result: 'none', lookups: { void: 0 } });
  });

  test('only the family of the client is asked: AAAA that is not there is void for IPv6', async () => {
    const zone: Zone = { 'v4.example': { A: ['192.0.2.1'] } };
    const record = 'v=spf1 a:v4.example ?all';
    expect(await check(at(record, zone), {}, '2001:db8::1')).toMatchObject({
      result: 'neutral',
      lookups: { void: 1, queries: 2 },
    });
    expect(await check(at(record, zone))).toMatchObject({ result: 'pass', lookups: { void: 0 } });
  });

  test('the limit may be set', async () => {
    expect(await check(at('v=spf1 a:n.example ?all'), { spfVoid: 0 })).toMatchObject({ reason: 'void-limit' });
    const five = `v=spf1 ${times(5, (i) => `a:n${i}.example`)} ?all`;
    expect(await check(at(five), { spfVoid: 5 })).toMatchObject({ result: 'neutral' });
  });
});

describe('all questions and all time', () => {
  const wide: Zone = { 'many.example': { MX: Array.from({ length: 10 }, (_, i) => `0 h${i}.host.example`) }, ...hosts };

  test('a legal record that needs 111 questions is evaluated to its end', async () => {
    const zone: Zone = {};
    for (let i = 0; i < 10; i++) {
      zone[`m${i}.example`] = { MX: Array.from({ length: 10 }, (_, j) => `0 h${j}.m${i}.host.example`) };
    }
    const record = `v=spf1 ${times(10, (i) => `mx:m${i}.example`)} ?all`;
    const result = await check(at(record, { ...zone, ...hosts }));
    expect(result).toMatchObject({ result: 'neutral', lookups: { terms: 10, void: 0, queries: 111 } });
  });

  test('one question more than the limit is a permerror, and a question that was asked before is no new one', async () => {
    const record = at('v=spf1 mx:many.example a:h3.host.example ?all', wide);
    expect(await check(record, { spfQueries: 12 })).toMatchObject({ result: 'neutral', lookups: { queries: 12 } });
    const result = await check(record, { spfQueries: 11 });
    expect(result).toMatchObject({ result: 'permerror', reason: 'query-limit', lookups: { queries: 11 } });
    expect(result.diagnostics).toContainEqual(
      expect.objectContaining({ code: 'spf.query-limit', params: { limit: 11 } }),
    );
  });

  test.each([
    ['a:h.host.example', 1],
    ['mx:many.example', 1],
    ['ptr:host.example', 1],
    ['ptr:host.example', 2],
    ['a:%{p}.host.example', 1],
    ['redirect=%{p}.host.example', 1],
    ['include:h.host.example', 1],
  ])('%s beyond %i questions', async (term, spfQueries) => {
    const zone: Zone = { ...wide, '1.2.0.192.in-addr.arpa': { PTR: ['x.host.example'] } };
    const result = await check(at(`v=spf1 ${term}`, zone), { spfQueries });
    expect(result).toMatchObject({ result: 'permerror', reason: 'query-limit', lookups: { queries: spfQueries } });
  });

  test('the explanation is outside of the limits', async () => {
    const zone = at('v=spf1 -all exp=why.example', { 'why.example': { TXT: ['no, %{p}'] } });
    const result = await check(zone, { spfQueries: 1, spfTerms: 0, spfVoid: 0 });
    expect(result).toMatchObject({
      result: 'fail',
      explanation: 'no, unknown',
      lookups: { terms: 0, void: 0, queries: 3 },
    });
  });

  /** Answers from a zone, but never to questions of one name. */
  function silentAt(zone: Zone, silent: string): Resolver {
    const inner = memoryResolver(zone);
    return {
      query: <T extends RecordType>(name: string, type: T): Promise<DnsAnswer<T>> =>
        name.endsWith(silent) ? new Promise(() => {}) : inner.query(name, type),
    };
  }

  test.each([
    'a:slow.example',
    'mx:slow.example',
    'mx:many.example',
    'exists:slow.example',
    'include:slow.example',
    'ptr:host.example',
    'redirect=slow.example',
    'exists:%{p}.host.example',
  ])('%s that is not answered in time is a temperror', async (term) => {
    const zone = {
      ...wide,
      'many.example': { MX: ['0 slow.example'] },
      '1.2.0.192.in-addr.arpa': { PTR: ['slow.example.'] },
    };
    const slow = term.startsWith('ptr') ? 'in-addr.arpa' : 'slow.example';
    const env = { resolver: silentAt(at(`v=spf1 ${term}`, zone), slow) };
    const result = await evaluateSpf(client, env, { limits: { elapsedMs: 20 } });
    expect(result).toMatchObject({ result: 'temperror', reason: 'deadline' });
    expect(result.diagnostics).toContainEqual(expect.objectContaining({ code: 'spf.deadline' }));
    expect(result.trace.record).toBe(`v=spf1 ${term}`);
  });

  test('an explanation that is not given in time is none', async () => {
    const env = { resolver: silentAt(at('v=spf1 -all exp=slow.example'), 'slow.example') };
    const result = await evaluateSpf(client, env, { limits: { elapsedMs: 20 } });
    expect(result.result).toBe('fail');
    expect(result).not.toHaveProperty('explanation');
  });
});

describe('looking ahead', () => {
  /** Says which questions were asked before the first answer of the second kind of question came. */
  function recorder(zone: Zone): { resolver: Resolver; asked: string[]; most: () => number } {
    const inner = memoryResolver(zone);
    const asked: string[] = [];
    let open = 0;
    let most = 0;
    const resolver: Resolver = {
      query: async (name, type) => {
        asked.push(`${type} ${name}`);
        most = Math.max(most, ++open);
        await new Promise((resolve) => setTimeout(resolve, 1));
        open--;
        return inner.query(name, type);
      },
    };
    return { resolver, asked, most: () => most };
  }

  const zone = at('v=spf1 include:a.example a mx:many.example exists:%{i}.x.example -all', {
    'a.example': { TXT: ['v=spf1 include:b.example include:c.example ?all'] },
    'b.example': { TXT: ['v=spf1 a:h.b.example ?all'] },
    'c.example': { TXT: ['v=spf1 mx ?all'] },
    'many.example': { MX: ['0 h0.host.example', '0 h1.host.example', '0 h2.host.example'] },
    ...hosts,
  });

  test('what is known to be needed is asked at once', async () => {
    const { resolver, asked, most } = recorder(zone);
    const result = await evaluateSpf(client, { resolver }, { limits: { spfVoid: 9 } });
    expect(asked.slice(1, 5)).toEqual(['TXT a.example', 'A example.com', 'MX many.example', 'A 192.0.2.1.x.example']);
    expect(most()).toBeGreaterThanOrEqual(4);
    expect(new Set(asked).size).toBe(asked.length);
    expect(result.lookups.queries).toBe(asked.length);
  });

  test('without it, one question waits for the other, and every question is one of the trace', async () => {
    const { resolver, asked, most } = recorder(zone);
    const result = await evaluateSpf(client, { resolver }, { limits: { lookAhead: 0, spfVoid: 9 } });
    expect(most()).toBe(1);
    expect(result.lookups.queries).toBe(asked.length);
  });

  test.each([1, 3])('no more than %i questions are asked ahead', async (lookAhead) => {
    const { resolver, asked } = recorder(
      at(`v=spf1 a ${times(9, (i) => `a:h${i}.host.example`)} -all`, { ...hosts, 'example.com': { A: ['192.0.2.1'] } }),
    );
    const result = await evaluateSpf(client, { resolver }, { limits: { lookAhead } });
    expect(result).toMatchObject({ result: 'pass', lookups: { queries: 2 } });
    expect(asked).toHaveLength(2 + lookAhead);
  });

  test('a network that matches ends it, and so do "all" and the limit on terms', async () => {
    for (const end of ['ip4:192.0.2.0/24', 'all']) {
      const { resolver, asked } = recorder(
        at(`v=spf1 a:h0.host.example ${end} a:h1.host.example redirect=a.example`, hosts),
      );
      await evaluateSpf(client, { resolver });
      expect(asked).toEqual(['TXT example.com', 'A h0.host.example']);
    }
    const { resolver, asked } = recorder(
      at(`v=spf1 ${times(20, (i) => `a:h${i}.host.example`)} redirect=a.example`, hosts),
    );
    expect(await evaluateSpf(client, { resolver })).toMatchObject({ reason: 'lookup-limit' });
    expect(asked).toHaveLength(11);
  });

  test('the names behind ptr and %{p} are asked at once', async () => {
    const { resolver, asked } = recorder(
      at('v=spf1 a:h.host.example exists:%{p}.n.example ptr:ptr.example -all', {
        '1.2.0.192.in-addr.arpa': { PTR: ['a.ptr.example', 'b.ptr.example'] },
        ...hosts,
      }),
    );
    await evaluateSpf(client, { resolver }, { limits: { spfVoid: 9 } });
    expect(asked.slice(0, 3)).toEqual(['TXT example.com', 'A h.host.example', 'PTR 1.2.0.192.in-addr.arpa']);
    expect(asked).toHaveLength(6);
  });

  test('a failure ahead of a match changes nothing', async () => {
    const zone = at('v=spf1 a:me.example include:f.example mx:f.example ptr -all', {
      'me.example': { A: ['192.0.2.1'] },
      'f.example': { TXT: { failure: 'servfail' }, MX: { failure: 'servfail' } },
      ...hosts,
    });
    const { resolver, asked } = recorder(zone);
    const result = await evaluateSpf(client, { resolver });
    expect(asked.length).toBeGreaterThan(2);
    expect(result).toMatchObject({ result: 'pass', lookups: { terms: 1, queries: 2 } });
    expect(result.diagnostics.filter(({ code }) => code !== 'spf.ptr')).toEqual([]);
  });
});
