import { describe, expect, test } from 'vitest';
import { analyzeSpf, flattenSpf, type SpfAnalysis, type SpfAnalyzedRecord, simulateSpf } from '../../src/audit.ts';
import { failure } from '../../src/dns/answer.ts';
import type { Resolver } from '../../src/dns/resolver.ts';
import type { Limits } from '../../src/limits.ts';
import { memoryResolver, type Zone } from '../../src/resolvers/memory.ts';
import { evaluateSpf } from '../../src/spf/evaluate.ts';

const records = (zone: { [domain: string]: string }): Zone =>
  Object.fromEntries(Object.entries(zone).map(([name, text]) => [name, { TXT: [text] }]));

function analyze(zone: Zone, limits: Partial<Limits> = {}): Promise<SpfAnalysis> {
  return analyzeSpf('example.com', { resolver: memoryResolver(zone) }, { limits });
}

/** The findings of an analysis in short: code, whose record, and the text under the span. */
function findings({ tree, diagnostics }: SpfAnalysis): [code: string, place: string][] {
  const texts = new Map<string, string>();
  const collect = ({ domain, record, terms }: SpfAnalyzedRecord) => {
    if (record !== undefined) texts.set(domain, record);
    for (const { check } of terms) if (check !== undefined) collect(check);
  };
  collect(tree);
  return diagnostics.map(({ code, subject = '', span }) => {
    const text = span === undefined ? '' : ` ${texts.get(subject)?.slice(span.start, span.end)}`;
    return [code, `${subject}${text}`];
  });
}

const shared: Zone = {
  'good.example': { TXT: ['v=spf1 ip4:192.0.2.0/24 -all'], A: ['192.0.2.1'], MX: ['10 mx.good.example'] },
  'mx.good.example': { A: ['192.0.2.25'], AAAA: ['2001:db8::25'] },
  'empty.example': { TXT: ['v=spf1 -all'], MX: ['0 .'] },
  'nothing.example': { TXT: ['some other text'] },
  'eleven.example': { MX: Array.from({ length: 11 }, (_, i) => `10 mx${i}.example`) },
};

describe('findings, each with the change that cures it', () => {
  test.each<[title: string, record: string, found: [code: string, place: string][], cured?: string]>([
    [
      'an include of a name that does not exist (RFC 7208 §5.2)',
      'v=spf1 include:gone.example ip4:192.0.2.1 -all',
      [['spf.include-dangling', 'example.com include:gone.example']],
      'v=spf1 ip4:192.0.2.1 -all',
    ],
    [
      'an include of a domain without SPF record (RFC 7208 §5.2)',
      'v=spf1 include:nothing.example ip4:192.0.2.1 -all',
      [['spf.include-none', 'example.com include:nothing.example']],
      'v=spf1 ip4:192.0.2.1 -all',
    ],
    [
      'an include of a single label',
      'v=spf1 include:%{d1} ip4:192.0.2.1 -all',
      [['spf.include-none', 'example.com include:%{d1}']],
      'v=spf1 ip4:192.0.2.1 -all',
    ],
    [
      'a redirect to a domain without SPF record (RFC 7208 §6.1)',
      'v=spf1 ip4:192.0.2.1 redirect=nothing.example',
      [['spf.redirect-none', 'example.com redirect=nothing.example']],
    ],
    [
      'an include that authorizes nobody',
      'v=spf1 include:empty.example ip4:192.0.2.1 -all',
      [['spf.include-empty', 'example.com include:empty.example']],
      'v=spf1 ip4:192.0.2.1 -all',
    ],
    [
      'a name without addresses (RFC 7208 §4.6.4)',
      'v=spf1 a ip4:192.0.2.1 -all',
      [['spf.void-term', 'example.com a']],
      'v=spf1 ip4:192.0.2.1 -all',
    ],
    ['a null MX', 'v=spf1 mx:empty.example ip4:192.0.2.1 -all', [['spf.void-term', 'example.com mx:empty.example']]],
    [
      'a host that does not exist',
      'v=spf1 a:gone.example mx:gone.example ip4:192.0.2.1 -all',
      [
        ['spf.target-missing', 'example.com a:gone.example'],
        ['spf.target-missing', 'example.com mx:gone.example'],
      ],
    ],
    [
      'a network inside an earlier one of the same verdict',
      'v=spf1 include:good.example ip4:192.0.2.128/25 a:good.example -all',
      [
        ['spf.shadowed-term', 'example.com ip4:192.0.2.128/25'],
        ['spf.shadowed-term', 'example.com a:good.example'],
      ],
    ],
    [
      'an include inside an earlier network',
      'v=spf1 ip4:192.0.2.0/23 include:good.example -all',
      [['spf.shadowed-term', 'example.com include:good.example']],
      'v=spf1 ip4:192.0.2.0/23 -all',
    ],
    [
      'a network about which earlier terms say something else',
      'v=spf1 -ip4:192.0.0.0/17 ~ip4:192.0.128.0/20 ip4:192.0.2.0/24 -all',
      [['spf.unreachable-term', 'example.com ip4:192.0.2.0/24']],
      'v=spf1 -ip4:192.0.0.0/17 ~ip4:192.0.128.0/20 -all',
    ],
    [
      'what is behind terms that match every address',
      'v=spf1 ip4:0.0.0.0/0 ip6:::/0 -mx:good.example ip4:192.0.2.1 -all',
      [
        ['spf.range-too-wide', 'example.com ip4:0.0.0.0/0'],
        ['spf.range-too-wide', 'example.com ip6:::/0'],
        ['spf.unreachable-term', 'example.com -mx:good.example'],
        ['spf.shadowed-term', 'example.com ip4:192.0.2.1'],
      ],
    ],
    [
      'what is behind "all" (RFC 7208 §5.1) is told by the parser',
      'v=spf1 ip4:192.0.2.1 -all include:gone.example redirect=gone.example',
      [
        ['spf.ignored-term', 'example.com include:gone.example'],
        ['spf.ignored-term', 'example.com redirect=gone.example'],
      ],
    ],
    [
      'a /16 of public space, a provider of IPv6',
      'v=spf1 ip4:8.0.0.0/16 ip4:9.0.0.0/17 ip4:10.0.0.0/8 -ip4:11.0.0.0/8 ip6:2001:db8::/32 ip6:2001:db9::/33 ip6:fc00::/7 a:good.example/16 -all',
      [
        ['spf.range-too-wide', 'example.com ip4:8.0.0.0/16'],
        ['spf.range-too-wide', 'example.com ip6:2001:db8::/32'],
        ['spf.range-too-wide', 'example.com a:good.example/16'],
      ],
    ],
    [
      'an IPv4-mapped address, which no client has (RFC 7208 §5)',
      'v=spf1 ip6:::ffff:192.0.2.1 -all',
      [['spf.mapped-network', 'example.com ip6:::ffff:192.0.2.1']],
      'v=spf1 ip4:192.0.2.1 -all',
    ],
    [
      'an IPv4-mapped network, in any form and case, keeps its qualifier',
      'v=spf1 ~IP6:0:0:0:0:0:FFFF:c000:209/120 -all',
      [['spf.mapped-network', 'example.com ~IP6:0:0:0:0:0:FFFF:c000:209/120']],
      'v=spf1 ~ip4:192.0.2.0/24 -all',
    ],
    [
      'an IPv4-mapped address beside the address itself, or a network around it',
      'v=spf1 ip4:192.0.2.0/24 ip6:::ffff:192.0.2.1 -all',
      [['spf.mapped-network', 'example.com ip6:::ffff:192.0.2.1']],
      'v=spf1 ip4:192.0.2.0/24 -all',
    ],
    [
      'an IPv4-mapped address that an include passes as it is',
      'v=spf1 ip6:::ffff:192.0.2.1 include:good.example -all',
      [['spf.mapped-network', 'example.com ip6:::ffff:192.0.2.1']],
      'v=spf1 include:good.example -all',
    ],
    [
      'an IPv4-mapped network of which only a part is listed',
      'v=spf1 ip4:192.0.2.1 ip6:::ffff:192.0.2.0/120 -all',
      [['spf.mapped-network', 'example.com ip6:::ffff:192.0.2.0/120']],
      'v=spf1 ip4:192.0.2.1 ip4:192.0.2.0/24 -all',
    ],
    [
      'all of IPv4 nobody means',
      'v=spf1 ip6:::ffff:0:0/96 -all',
      [['spf.mapped-network', 'example.com ip6:::ffff:0:0/96']],
    ],
    ['a network around the IPv4-mapped ones is of IPv6', 'v=spf1 ip6:::fffe:0:0/95 -all', []],
    [
      'ptr and the macro p (RFC 7208 §5.5, §7.2)',
      'v=spf1 ptr exists:%{p}.example -all',
      [
        ['spf.ptr', 'example.com ptr'],
        ['spf.macro-pointer', 'example.com exists:%{p}.example'],
      ],
    ],
    [
      'a domain-spec that stands for no name (RFC 7208 §4.8)',
      'v=spf1 a:x..%{d} ip4:192.0.2.1 -all',
      [['spf.invalid-target', 'example.com a:x..%{d}']],
    ],
    [
      'more than 10 MX records (RFC 7208 §4.6.4)',
      'v=spf1 mx:eleven.example -all',
      [['spf.mx-limit', 'example.com mx:eleven.example']],
    ],
    [
      'the same include twice, with what has no effect in it',
      'v=spf1 include:good.example -include:good.example -all',
      [
        ['spf.duplicate-directive', 'example.com -include:good.example'],
        ['spf.unreachable-term', 'example.com -include:good.example'],
      ],
    ],
    [
      'a record in a circle (RFC 7208 §4.6.4)',
      'v=spf1 ip4:192.0.2.1 include:example.com -all',
      [['spf.loop', 'example.com include:example.com']],
    ],
    [
      'syntax errors, with what the parser finds',
      'v=spf1 ipv4:192.0.2.1 include:gone.example -all',
      [
        ['spf.unknown-mechanism', 'example.com ipv4:192.0.2.1'],
        ['spf.include-dangling', 'example.com include:gone.example'],
      ],
    ],
    ['nothing', 'v=spf1 mx:good.example include:good.example ?ip4:198.51.100.0/24 ~all', []],
  ])('%s', async (_, record, found, cured) => {
    const zone = { ...shared, ...records({ 'example.com': record }) };
    const analysis = await analyze(zone);
    expect(findings(analysis)).toEqual(found);
    if (cured === undefined) return;
    const { span, fix } = analysis.diagnostics[0]!;
    const changed = record.slice(0, span!.start) + fix!.replacement + record.slice(span!.end);
    expect(changed.replace(/ +/g, ' ')).toBe(cured);
    expect(findings(await analyze({ ...zone, ...records({ 'example.com': changed }) }))).toEqual([]);
  });

  test('a domain with several records, with a record too long, without one, and without a name', async () => {
    const two = await analyze({ 'example.com': { TXT: ['v=spf1 -all', 'v=spf1 ~all'] } });
    expect([findings(two), two.tree.status]).toEqual([[['spf.multiple-records', 'example.com']], 'multiple-records']);
    expect(two.addresses.otherwise).toBe('permerror');
    const long = await analyze(records({ 'example.com': `v=spf1 ${'ip4:192.0.2.1 '.repeat(40)}-all` }), {
      recordBytes: 500,
    });
    expect([findings(long)[0], long.tree.status]).toEqual([
      ['spf.record-too-large', 'example.com'],
      'record-too-large',
    ]);
    const none = await analyze({ 'example.com': { TXT: ['text'] } });
    expect([findings(none), none.tree.status]).toEqual([[['spf.no-record', 'example.com']], 'no-record']);
    const gone = await analyze({});
    expect([findings(gone), gone.tree.status]).toEqual([[['spf.no-record', 'example.com']], 'nxdomain']);
    expect(gone.addresses).toMatchObject({ otherwise: 'none', pass: { ip4: [], ip6: [] } });
    expect(gone.complete).toBe(true);
  });

  test('a record of more octets than an answer over UDP holds (RFC 7208 §3.4)', async () => {
    const list = Array.from({ length: 40 }, (_, i) => `ip4:192.0.2.${i * 2}`).join(' ');
    const analysis = await analyze(records({ 'example.com': `v=spf1 ${list} -all` }));
    expect(findings(analysis)).toEqual([['spf.record-long', 'example.com']]);
    expect(analysis.diagnostics[0]!.params).toMatchObject({ limit: 450 });
  });

  test('what an included record says of addresses that it does not pass means nothing; after a redirect it counts', async () => {
    const zone = {
      'example.com': 'v=spf1 include:one.example redirect=two.example',
      'one.example': 'v=spf1 ip4:192.0.2.1 redirect=three.example',
      'two.example': 'v=spf1 ip4:192.0.2.2 ?all',
      'three.example': 'v=spf1 ip4:192.0.2.3 ?all',
    };
    expect(findings(await analyze(records(zone)))).toEqual([['spf.neutral-all', 'two.example ?all']]);
    expect(findings(await analyze(records({ ...zone, 'example.com': 'v=spf1 include:one.example' })))).toEqual([
      ['spf.missing-all', 'example.com '],
    ]);
  });

  test('a record that is included first and redirected to later counts by the redirect', async () => {
    const zone = {
      'example.com': 'v=spf1 include:one.example redirect=two.example',
      'one.example': 'v=spf1 ip4:192.0.2.1 redirect=two.example',
      'two.example': 'v=spf1 ip4:192.0.2.2',
    };
    const analysis = await analyze(records(zone));
    const about = analysis.diagnostics.filter(({ code }) => code === 'spf.missing-all');
    expect(about.map(({ subject }) => subject)).toEqual(['two.example']);
  });

  test('the same record from two sides', async () => {
    const zone = records({
      'example.com': 'v=spf1 include:one.example include:two.example -all',
      'one.example': 'v=spf1 include:_spf.both.example -all',
      'two.example': 'v=spf1 include:_spf.both.example ip4:192.0.2.1 -all',
      '_spf.both.example': 'v=spf1 ip4:198.51.100.0/24 -all',
    });
    const { diagnostics } = await analyze(zone);
    expect(diagnostics.map(({ code, subject, params }) => [code, subject, params])).toEqual([
      [
        'spf.include-repeated',
        'two.example',
        {
          term: 'include:_spf.both.example',
          domain: '_spf.both.example',
          first: '"include:_spf.both.example" of one.example',
        },
      ],
    ]);
  });
});

/** A chain of includes, each with one more term. */
function chain(length: number): Zone {
  const zone: { [name: string]: string } = { 'example.com': 'v=spf1 include:s1.example -all' };
  for (let i = 1; i < length; i++) zone[`s${i}.example`] = `v=spf1 ip4:192.0.${i}.0/24 include:s${i + 1}.example -all`;
  zone[`s${length}.example`] = 'v=spf1 ip4:192.0.2.1 -all';
  return records(zone);
}

describe('costs', () => {
  test('every term and subtree is counted in the order of evaluation, past ten (RFC 7208 §4.6.4)', async () => {
    const analysis = await analyze({
      ...chain(12),
      'example.com': { TXT: ['v=spf1 redirect=s11.example a:s1.example include:s2.example ip4:192.0.2.7'] },
      's1.example': { A: ['192.0.2.1'] },
    });
    expect(analysis.lookups).toMatchObject({ terms: 14, limit: 10 });
    expect(analysis.tree.terms.map(({ term, cost, lookups, total }) => [term, cost, lookups, total])).toEqual([
      ['redirect=s11.example', 1, 2, 13],
      ['a:s1.example', 1, 1, 1],
      ['include:s2.example', 1, 11, 2],
      ['ip4:192.0.2.7', 0, 0, undefined],
    ]);
    const over = analysis.diagnostics.filter(({ code }) => code === 'spf.lookup-limit');
    expect(over.map(({ subject, params }) => [subject, params.term])).toEqual([['s10.example', 'include:s11.example']]);
  });

  test('%{p} costs one more, once', async () => {
    const { tree } = await analyze(
      records({ 'example.com': 'v=spf1 exists:%{p}.a.example exists:%{p}.b.example -all' }),
    );
    expect(tree.terms.map(({ cost, state }) => [cost, state])).toEqual([
      [2, 'dynamic'],
      [1, 'dynamic'],
      [0, 'static'],
    ]);
  });

  test('the last two lookups are worth a word', async () => {
    expect(findings(await analyze(chain(8)))).not.toContainEqual(['spf.lookup-margin', 'example.com']);
    expect(findings(await analyze(chain(9)))).toContainEqual(['spf.lookup-margin', 'example.com']);
  });

  test('void lookups by family of the client; the third is one too many', async () => {
    const zone: Zone = {
      'example.com': { TXT: ['v=spf1 a:v4.example a:v6.example mx a include:none.example -all'] },
      'v4.example': { A: ['192.0.2.1'] },
      'v6.example': { AAAA: ['2001:db8::1'] },
      'none.example': { A: ['192.0.2.1'] },
    };
    const analysis = await analyze(zone);
    expect(analysis.lookups.void).toEqual({ ip4: 4, ip6: 4 });
    expect(analysis.tree.terms[0]!.void).toEqual(['ip6']);
    expect(analysis.tree.terms[4]!.void).toEqual(['ip4', 'ip6']);
    expect(findings(analysis)).toContainEqual(['spf.void-limit', 'example.com a']);
  });
});

describe('addresses', () => {
  test('merged, canonical, by result, left to right; include matches on pass only (RFC 7208 §5.2)', async () => {
    const analysis = await analyze({
      'example.com': {
        TXT: ['v=spf1 ip4:192.0.2.77/25 ip4:192.0.2.128/25 -ip4:198.51.100.7 ~include:inc.example mx//64 ?a ~all'],
        A: ['203.0.113.9'],
        MX: ['10 mx.example.com'],
      },
      'mx.example.com': { AAAA: ['2001:DB8:0:0::25', '2001:db8:0:1::25'] },
      'inc.example': { TXT: ['v=spf1 -ip4:198.51.100.128/25 ip4:198.51.100.0/24 ?all'] },
    });
    const { pass, fail, neutral, softfail, otherwise } = analysis.addresses;
    expect(otherwise).toBe('softfail');
    expect(softfail).toEqual({ ip4: [], ip6: [] });
    expect(pass).toEqual({ ip4: ['192.0.2.0/24'], ip6: ['2001:db8::/63'] });
    expect(fail).toEqual({ ip4: ['198.51.100.7'], ip6: [] });
    expect(neutral).toEqual({ ip4: ['203.0.113.9'], ip6: [] });
  });

  test('IPv4-mapped addresses are those of no client, as evaluation has it (RFC 7208 §5)', async () => {
    const zone = {
      'example.com': { TXT: ['v=spf1 ip6:::ffff:192.0.2.1 a:host.example.com -all'] },
      'host.example.com': { A: ['192.0.2.7'], AAAA: ['::ffff:192.0.2.8', '2001:db8::8'] },
    };
    const { addresses, complete } = await analyze(zone);
    expect(addresses.pass).toEqual({ ip4: ['192.0.2.7'], ip6: ['2001:db8::8'] });
    expect(complete).toBe(true);
    for (const ip of ['192.0.2.1', '::ffff:192.0.2.1', '::ffff:192.0.2.8']) {
      const env = { resolver: memoryResolver(zone) };
      expect(await evaluateSpf({ ip, helo: 'example.com', mailFrom: 'a@example.com' }, env)).toMatchObject({
        result: 'fail',
      });
    }
  });

  test('%{d} and %{o} are known; what depends on the client or the sender is listed apart', async () => {
    const analysis = await analyze(
      records({
        'example.com': 'v=spf1 include:_spf.%{d} exists:%{i}._spf.%{d} include:%{l}.example redirect=%{h}',
        '_spf.example.com': 'v=spf1 include:x.%{d2}.%{o} ptr -all',
        'x.example.com.example.com': 'v=spf1 ip4:192.0.2.1 -all',
      }),
    );
    expect(analysis.addresses.pass.ip4).toEqual(['192.0.2.1']);
    expect(analysis.addresses.otherwise).toBe('dynamic');
    expect(analysis.dynamic).toEqual([
      { term: 'ptr', domain: '_spf.example.com', kind: 'ptr', path: ['example.com', '_spf.example.com'] },
      { term: 'exists:%{i}._spf.%{d}', domain: 'example.com', kind: 'exists', path: ['example.com'] },
      { term: 'include:%{l}.example', domain: 'example.com', kind: 'include', path: ['example.com'] },
      { term: 'redirect=%{h}', domain: 'example.com', kind: 'redirect', path: ['example.com'] },
    ]);
  });
});

describe('what DNS does not answer', () => {
  const zone: Zone = {
    'example.com': { TXT: ['v=spf1 ip4:192.0.2.1 a:host.example mx:good.example include:slow.example -all'] },
    'host.example': { A: ['198.51.100.1'], AAAA: { failure: 'servfail' } },
    'slow.example': { TXT: { failure: 'timeout' } },
    'good.example': { MX: ['10 mx1.example', '20 mx2.example', '30 mx3.example'] },
    'mx1.example': { A: ['203.0.113.1'] },
    'mx2.example': { A: { failure: 'refused' } },
    'mx3.example': { A: ['203.0.113.3'] },
  };

  test('is unknown, never missing', async () => {
    const analysis = await analyze(zone);
    expect(analysis.complete).toBe(false);
    expect(findings(analysis).sort()).toEqual([
      ['spf.dns-failure', 'host.example'],
      ['spf.dns-failure', 'mx2.example'],
      ['spf.dns-failure', 'slow.example'],
    ]);
    expect(analysis.tree.terms.map(({ state, unknown, check }) => [state, unknown, check?.status])).toEqual([
      ['static', [], undefined],
      ['unknown', ['ip6'], undefined],
      ['unknown', ['ip4'], undefined],
      ['static', [], 'unknown'],
      ['static', [], undefined],
    ]);
    // RFC 7208 §4.6.4: hosts before the one that fails have matched.
    expect(analysis.addresses.pass).toEqual({ ip4: ['192.0.2.1', '198.51.100.1', '203.0.113.1'], ip6: [] });
    expect(analysis.addresses.otherwise).toBe('temperror');
    expect(analysis.addresses.fail).toEqual({ ip4: [], ip6: [] });
  });

  test('MX records and the record itself', async () => {
    const mx = await analyze({ 'example.com': { TXT: ['v=spf1 mx -all'], MX: { failure: 'servfail' } } });
    expect(mx.addresses.otherwise).toBe('temperror');
    expect(mx.tree.terms[0]).toMatchObject({ state: 'unknown', unknown: ['ip4', 'ip6'], missing: false });
    const all = await analyze({ 'example.com': { TXT: { failure: 'servfail' } } });
    expect(all).toMatchObject({ tree: { status: 'unknown' }, addresses: { otherwise: 'temperror' }, complete: false });
  });
});

describe('questions', () => {
  test('each is asked once, all that are known at once: rounds are the depth and one more', async () => {
    const zone: Zone = {
      ...chain(4),
      'example.com': {
        TXT: ['v=spf1 a mx include:s1.example include:s2.example include:good.example -all'],
        MX: ['10 mx.good.example'],
      },
      ...shared,
    };
    const inner = memoryResolver(zone);
    const asked: string[] = [];
    let rounds = 0;
    let waiting: (() => void)[] = [];
    const resolver: Resolver = {
      query: async (name, type) => {
        asked.push(`${type} ${name}`);
        await new Promise<void>((resolve) => {
          waiting.push(resolve);
          if (waiting.length > 1) return;
          setTimeout(() => {
            rounds++;
            const all = waiting;
            waiting = [];
            for (const one of all) one();
          }, 5);
        });
        return inner.query(name, type);
      },
    };
    await analyzeSpf('example.com', { resolver });
    // example.com, then s1 and s2, then s3, then s4.
    expect(rounds).toBe(4);
    expect(new Set(asked).size).toBe(asked.length);
  });

  test.each<[title: string, zone: Zone, unit: string]>([
    [
      'more records',
      records({
        'example.com': `v=spf1 ${Array.from({ length: 210 }, (_, i) => `include:s${i}.example`).join(' ')} -all`,
        ...Object.fromEntries(Array.from({ length: 210 }, (_, i) => [`s${i}.example`, 'v=spf1 -all'])),
      }),
      'records',
    ],
    [
      'a tree that doubles at each level',
      records({
        'example.com': 'v=spf1 include:s0.example include:s0.example -all',
        ...Object.fromEntries(
          Array.from({ length: 20 }, (_, i) => [
            `s${i}.example`,
            `v=spf1 include:s${i + 1}.example a include:s${i + 1}.example -all`,
          ]),
        ),
      }),
      'records',
    ],
    ['a chain without end', chain(60), 'levels'],
    [
      'more hosts',
      { 'example.com': { TXT: [`v=spf1 ${Array.from({ length: 1100 }, (_, i) => `a:h${i}.b`).join(' ')} -all`] } },
      'questions',
    ],
    [
      'more networks',
      {
        'example.com': { TXT: [`v=spf1 ${Array.from({ length: 610 }, (_, i) => `a:h${i}.b/32`).join(' ')} -all`] },
        '*.b': { A: Array.from({ length: 100 }, (_, i) => `192.0.2.${i}`) },
      },
      'networks',
    ],
  ])('%s than there is a budget for: the analysis ends and says so', async (_, zone, unit) => {
    const analysis = await analyze(zone, { recordBytes: 20_000 });
    expect(analysis.complete).toBe(false);
    const limit = analysis.diagnostics.find(({ code }) => code === 'spf.analysis-limit');
    expect(limit?.params.unit).toBe(unit);
  });

  test('a thousand findings are enough', async () => {
    const analysis = await analyze(records({ 'example.com': `v=spf1 ${'a:.x '.repeat(1100)}-all` }));
    expect(analysis.diagnostics).toHaveLength(1001);
    expect(analysis.diagnostics.at(-1)).toMatchObject({ code: 'spf.analysis-limit', params: { unit: 'findings' } });
  });

  test('wrong arguments are refused', async () => {
    const env = { resolver: memoryResolver({}) };
    await expect(analyzeSpf(7 as never, env)).rejects.toThrow(
      'Cannot analyze SPF: "domain" must be a string, received 7',
    );
    await expect(analyzeSpf('a b', env)).rejects.toThrow(
      'Cannot analyze SPF: "domain" must be a domain name, received "a b"',
    );
    await expect(analyzeSpf('example.com', {} as never)).rejects.toThrow('env.resolver');
    await expect(simulateSpf(null as never, {}, env)).rejects.toThrow('Cannot simulate SPF: "domain" must be a string');
    await expect(simulateSpf('example.com', { add: {} as never }, env)).rejects.toThrow(
      '"add" must be a string, received an object',
    );
    await expect(simulateSpf('example.com', { remove: [7 as never] }, env)).rejects.toThrow(
      '"remove" must be a string',
    );
    expect(() => flattenSpf({} as never)).toThrow('"analysis" must be the result of analyzeSpf');
    expect(() => flattenSpf({ tree: { domain: 'a.example' } } as never)).toThrow('"analysis" must be the result');
    const analysis = await analyzeSpf('example.com', env);
    expect(() => flattenSpf(analysis, null as never)).toThrow('Cannot flatten SPF: the options must be an object');
    await expect(analyzeSpf('example.com', env, null as never)).rejects.toThrow('the options must be an object');
    await expect(analyzeSpf('example.com', env, { limits: null as never })).rejects.toThrow(
      '"limits" must be an object',
    );
    await expect(simulateSpf('example.com', {}, env, null as never)).rejects.toThrow(
      'Cannot simulate SPF: the options must be an object',
    );
  });

  test('an abort rejects with its reason', async () => {
    const controller = new AbortController();
    const resolver: Resolver = { query: () => new Promise(() => {}) };
    const analysis = analyzeSpf('example.com', { resolver, signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(analysis).rejects.toThrow('enough');
  });
});

describe('simulateSpf', () => {
  const zone: Zone = {
    ...shared,
    'example.com': { TXT: ['v=spf1 +A:good.example include:gone.example -all'] },
  };
  const env = { resolver: memoryResolver(zone) };

  test('costs, findings that come and findings that go', async () => {
    const simulated = await simulateSpf(
      'Example.com',
      { add: ['include:good.example', 'mx'], remove: ['INCLUDE:gone.example', 'a:GOOD.example', 'ptr'] },
      env,
    );
    expect(simulated.record.text).toBe('v=spf1 include:good.example mx -all');
    expect(simulated.before).toEqual({ terms: 2, void: { ip4: 1, ip6: 2 }, octets: 48 });
    expect(simulated.after).toEqual({ terms: 2, void: { ip4: 1, ip6: 1 }, octets: 35 });
    expect(simulated.diagnostics.map(({ code }) => code)).toEqual(['spf.edit-absent', 'spf.void-term']);
    expect(simulated.cured.map(({ code }) => code)).toEqual(['spf.include-dangling']);
    expect(simulated.analysis.addresses.pass.ip4).toEqual(['192.0.2.0/24']);
  });

  test('another "all", and a term that is none', async () => {
    const { record, diagnostics } = await simulateSpf(
      'example.com',
      { all: 'softfail', add: 'inlcude:a.example' },
      env,
    );
    expect(record.text).toBe('v=spf1 +A:good.example include:gone.example ~all');
    expect(diagnostics.map(({ code, subject }) => [code, subject])).toEqual([['spf.build-value', 'example.com']]);
  });

  test('of an analysis, without asking for what it knows', async () => {
    const analysis = await analyzeSpf('example.com', env);
    const asked: string[] = [];
    const resolver: Resolver = {
      query: (name, type) => {
        asked.push(name);
        return env.resolver.query(name, type);
      },
    };
    const { record, after } = await simulateSpf(analysis, { remove: ['include:gone.example'] }, { resolver });
    expect([record.text, after.terms]).toEqual(['v=spf1 +A:good.example -all', 1]);
    expect(asked).toEqual(['good.example', 'good.example']);
  });

  test('where there is no record, or several, or none that is known', async () => {
    const none = await simulateSpf('nothing.example', { add: ['mx:good.example', '-all'] }, env);
    expect([none.record.text, none.after.terms]).toEqual(['v=spf1 mx:good.example -all', 1]);
    const two = memoryResolver({ 'two.example': { TXT: ['v=spf1 ~all', 'v=spf1 -all', 'text'] } });
    const one = await simulateSpf('two.example', { add: ['ip4:192.0.2.1'] }, { resolver: two });
    expect(one.record.text).toBe('v=spf1 ip4:192.0.2.1 ~all');
    expect(one.cured.map(({ code }) => code)).toEqual(['spf.multiple-records']);
    const resolver: Resolver = { query: async (name, type) => failure(name, type, 'servfail') };
    const blind = await simulateSpf('example.com', { add: ['ip4:192.0.2.1'] }, { resolver });
    expect(blind.diagnostics.map(({ code }) => code)).toEqual(['spf.edit-blind', 'spf.missing-all']);
  });
});

describe('flattenSpf', () => {
  const flat = async (zone: Zone, options = {}) => flattenSpf(await analyze(zone), options);

  test('addresses instead of lookups, with their origins and a word about drift', async () => {
    const {
      records: made,
      lookups,
      origins,
      diagnostics,
    } = await flat({
      'example.com': { TXT: ['v=spf1 ip4:203.0.113.0/25 mx:good.example include:s1.example ~include:s2.example -all'] },
      's1.example': { TXT: ['v=spf1 ip4:203.0.113.128/25 -ip4:192.0.2.9 include:s2.example -all'] },
      's2.example': { TXT: ['v=spf1 ip4:192.0.2.8/31 ?all'] },
      'good.example': { MX: ['10 good.example'], A: ['198.51.100.1'] },
    });
    expect(made.map(({ name, text }) => [name, text])).toEqual([
      ['example.com', 'v=spf1 ip4:192.0.2.8 ip4:198.51.100.1 ip4:203.0.113.0/24 ~ip4:192.0.2.8/31 -all'],
    ]);
    expect(lookups).toEqual({ before: 4, after: 0, limit: 10 });
    expect(origins).toEqual([
      { network: '192.0.2.8', result: 'pass', from: [{ domain: 's2.example', term: 'ip4:192.0.2.8/31' }] },
      { network: '198.51.100.1', result: 'pass', from: [{ domain: 'example.com', term: 'mx:good.example' }] },
      {
        network: '203.0.113.0/24',
        result: 'pass',
        from: [
          { domain: 'example.com', term: 'ip4:203.0.113.0/25' },
          { domain: 's1.example', term: 'ip4:203.0.113.128/25' },
        ],
      },
      { network: '192.0.2.8/31', result: 'softfail', from: [{ domain: 's2.example', term: 'ip4:192.0.2.8/31' }] },
    ]);
    expect(diagnostics.map(({ code, params }) => [code, params.domain])).toEqual([
      ['spf.flatten-drift', 'good.example'],
      ['spf.flatten-drift', 's1.example'],
      ['spf.flatten-drift', 's2.example'],
    ]);
  });

  test('IPv4-mapped addresses, which match nobody, are left out (RFC 7208 §5)', async () => {
    const analysis = await analyze(
      records({
        'example.com': 'v=spf1 ip6:::ffff:192.0.2.1 include:b.example -all',
        'b.example': 'v=spf1 ip6:::ffff:192.0.2.9 ip4:192.0.2.5 -all',
      }),
    );
    expect(flattenSpf(analysis).records.map(({ text }) => text)).toEqual(['v=spf1 ip4:192.0.2.5 -all']);
  });

  test('macros, exists and ptr are kept and mean what they meant', async () => {
    const {
      records: made,
      lookups,
      diagnostics,
    } = await flat(
      records({
        'example.com': 'v=spf1 exists:%{i}._x.%{d} ~include:s1.example include:s2.example include:s3.example -all',
        's1.example': 'v=spf1 ip4:192.0.2.1 +exists:%{ir}.%{d2}.%%x.%{o} ptr redirect=s4.example',
        // What is decided before the macro cannot be told beside it.
        's2.example': 'v=spf1 -ip4:192.0.2.2 exists:%{i}.s2.example -all',
        's3.example': 'v=spf1 exists:%{p}.s3.example -all',
        's4.example': 'v=spf1 a:%{l}.x.example/24 ip4:192.0.2.4 -all',
      }),
    );
    expect(made[0]!.text).toBe(
      'v=spf1 exists:%{i}._x.%{d} ~ip4:192.0.2.1 ~ip4:192.0.2.4 ~exists:%{ir}.s1.example.%%x.%{o} ~ptr:s1.example ~a:%{l}.x.example/24 include:s2.example include:s3.example -all',
    );
    expect(lookups).toEqual({ before: 11, after: 9, limit: 10 });
    expect(diagnostics.filter(({ code }) => code === 'spf.flatten-kept')).toHaveLength(6);
  });

  test('a redirect is followed, with its explanation; one to nowhere is kept, as is what fails', async () => {
    const followed = await flat(
      records({
        'example.com': 'v=spf1 ip4:192.0.2.1 redirect=s1.example exp=why.example',
        's1.example': 'v=spf1 ip4:192.0.2.2 -all exp=why.%{d} x=%{d}',
      }),
    );
    expect(followed.records[0]!.text).toBe('v=spf1 ip4:192.0.2.1 ip4:192.0.2.2 -all exp=why.s1.example x=s1.example');
    const kept = await flat({
      ...records({
        'example.com': 'v=spf1 a:x..%{d} a:slow.example include:gone.example exp=e.example redirect=gone.example',
      }),
      'slow.example': { A: { failure: 'timeout' }, AAAA: ['2001:db8::1'] },
    });
    expect(kept.records[0]!.text).toBe(
      'v=spf1 a:slow.example include:gone.example exp=e.example redirect=gone.example',
    );
    const pointer = await flat(
      records({ 'example.com': 'v=spf1 redirect=s1.example', 's1.example': 'v=spf1 exists:%{p}.x.example -all' }),
    );
    expect(pointer.records[0]!.text).toBe('v=spf1 redirect=s1.example');
  });

  test('`keep` leaves an include alone', async () => {
    const zone = { ...shared, 'example.com': { TXT: ['v=spf1 include:good.example redirect=empty.example'] } };
    const { records: made, lookups } = await flat(zone, { keep: ['Good.example', 'empty.example'] });
    expect([made[0]!.text, lookups.after]).toEqual(['v=spf1 include:good.example redirect=empty.example', 2]);
  });

  const many = (count: number, more = '') =>
    records({
      'example.com': `v=spf1 include:s1.example ${more}-all`,
      's1.example': `v=spf1 ${Array.from({ length: count }, (_, i) => `ip4:${20 + (i % 200)}.${i >> 3}.0.${(i % 8) * 2}`).join(' ')} -all`,
      '_spf2.example.com': 'v=spf1 exists:%{i}.x.example -all',
    });

  test('what does not fit one record is split, in character-strings of at most 255 octets', async () => {
    const { records: made, lookups } = await flat(many(100));
    expect(made.map(({ name }) => name)).toEqual([
      'example.com',
      '_spf1.example.com',
      '_spf2.example.com',
      '_spf3.example.com',
      '_spf4.example.com',
    ]);
    expect(lookups.after).toBe(4);
    for (const { text, chunks } of made) {
      expect(text.length).toBeLessThanOrEqual(450);
      for (const chunk of chunks) expect(chunk.length).toBeLessThanOrEqual(255);
    }
  });

  test('names that are kept stay free of new records; `name` and `octets` are the caller’s', async () => {
    const { records: made } = await flat(many(60, '?ip4:203.0.113.1 include:_spf2.example.com '), {
      keep: ['_spf2.example.com'],
    });
    expect(made[0]!.text).toBe(
      'v=spf1 include:_spf1.example.com include:_spf3.example.com ?ip4:203.0.113.1 include:_spf2.example.com -all',
    );
    const own = await flat(many(20), { octets: 200, name: (i: number) => `p${i}.example.net` });
    expect(own.records[1]!.name).toBe('p1.example.net');
    await expect(flat(many(60), { name: () => 'same.example' })).rejects.toThrow('"name" must give each index');
  });

  test('new records have names as DNS writes them, and none that of the domain itself', async () => {
    const name = (index: number) => (index === 1 ? 'Example.com' : `S${index}.Example.com.`);
    const { records: made } = await flat(many(40), { name });
    expect(made.map(({ zoneLine }) => zoneLine.split(' ')[0])).toEqual([
      'example.com.',
      's2.example.com.',
      's3.example.com.',
    ]);
    expect(made[0]!.text).toBe('v=spf1 include:s2.example.com include:s3.example.com -all');
  });

  test('a name to keep may have capitals and the root dot', async () => {
    const { records: made } = await flat(many(2), { keep: 'S1.Example.' as never });
    expect(made[0]!.text).toBe('v=spf1 include:s1.example -all');
  });

  test.each<[object, string]>([
    [{ keep: 5 }, '"keep" must be a string, received 5'],
    [{ keep: [{}] }, '"keep" must be a string'],
    [{ octets: '450' }, '"octets" must be above 0, received "450"'],
    [{ octets: 0 }, '"octets" must be above 0, received 0'],
    [{ octets: Number.NaN }, '"octets" must be above 0, received NaN'],
    [{ name: 'x' }, '"name" must be a function, received "x"'],
  ])('wrong options are refused: %j', async (options, message) => {
    await expect(flat(many(2), options)).rejects.toThrow(`Cannot flatten SPF: ${message}`);
  });

  test('where the records would be too many they grow, and where nothing helps that is said', async () => {
    const grown = await flat(many(400));
    expect(grown.lookups.after).toBeLessThanOrEqual(10);
    expect(grown.diagnostics.map(({ code }) => code)).toContain('spf.flatten-size');
    const macros = Array.from({ length: 11 }, (_, i) => `exists:%{i}.x${i}.example`).join(' ');
    const stuck = await flat(records({ 'example.com': `v=spf1 ${macros} -all` }));
    expect(stuck.lookups.after).toBe(11);
    expect(stuck.diagnostics.map(({ code }) => code)).toContain('spf.flatten-limit');
  });

  test('without a record there is nothing to flatten', async () => {
    const { records: made, diagnostics } = await flat({});
    expect([made, diagnostics.map(({ code }) => code)]).toEqual([[], ['spf.flatten-impossible']]);
  });
});
