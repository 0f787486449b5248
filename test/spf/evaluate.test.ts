import { describe, expect, test } from 'vitest';
import type { Resolver } from '../../src/dns/resolver.ts';
import { memoryResolver, type Zone } from '../../src/resolvers/memory.ts';
import { evaluateSpf, type SpfInput } from '../../src/spf/evaluate.ts';
import type { SpfResult } from '../../src/spf/result.ts';

const client = { ip: '192.0.2.1', helo: 'mx.example.com', mailFrom: 'user@example.com' };

function check(zone: Zone, question: Partial<SpfInput> = {}): Promise<SpfResult> {
  return evaluateSpf({ ...client, ...question }, { resolver: memoryResolver(zone) });
}

/** The verdict of a record at example.com. */
function checkRecord(record: string, zone: Zone = {}, question: Partial<SpfInput> = {}): Promise<SpfResult> {
  return check({ ...zone, 'example.com': { ...zone['example.com'], TXT: [record] } }, question);
}

const codes = (result: SpfResult) => result.diagnostics.map(({ code }) => code);

describe('arguments', () => {
  const resolver = memoryResolver({});

  test.each([
    [undefined, 'the first argument must be an object with "ip", received undefined'],
    [{ mailFrom: 'a@b.example' }, '"ip" must be a string, received undefined'],
    [{ ip: '10.0.0', mailFrom: 'a@b.example' }, '"ip" must be an IP address, received "10.0.0"'],
    [{ ip: '192.0.2.01', mailFrom: 'a@b.example' }, '"ip" must be an IP address, received "192.0.2.01"'],
    [{ ip: 'fe80::1%eth0', mailFrom: 'a@b.example' }, '"ip" must be an IP address, received "fe80::1%eth0"'],
    [{ ip: '192.0.2.1' }, '"mailFrom" or "helo" must be a string, received undefined'],
    [{ ip: '192.0.2.1', mailFrom: 7 }, '"mailFrom" must be a string, received 7'],
    [{ ip: '192.0.2.1', mailFrom: null, helo: 'a.example' }, '"mailFrom" must be a string, received null'],
    [{ ip: '192.0.2.1', helo: {} }, '"helo" must be a string, received an object'],
    [{ ip: '192.0.2.1', helo: 'a.example', receiver: 1 }, '"receiver" must be a string, received 1'],
    [
      { ip: '192.0.2.1', helo: 'a.example', identity: 'pra' },
      '"identity" must be "mailfrom" or "helo", received "pra"',
    ],
    [{ ip: '192.0.2.1', helo: 'a.example', identity: 'mailfrom' }, '"mailFrom" must be a string, received undefined'],
    [{ ip: '192.0.2.1', mailFrom: '', identity: 'helo' }, '"helo" must be a string, received undefined'],
  ])('%j is refused', async (question, message) => {
    const promise = evaluateSpf(question as unknown as SpfInput, { resolver });
    await expect(promise).rejects.toThrow(new TypeError(`Cannot evaluate SPF: ${message}`));
  });

  test('no resolver is refused', async () => {
    await expect(evaluateSpf(client, {} as { resolver: Resolver })).rejects.toThrow(
      new TypeError('Cannot evaluate SPF: "env.resolver" must be a Resolver, received undefined'),
    );
  });

  test('an aborted signal rejects with its reason', async () => {
    const reason = new Error('no longer wanted');
    const promise = evaluateSpf(client, { resolver, signal: AbortSignal.abort(reason) });
    await expect(promise).rejects.toBe(reason);
  });

  test('a signal that aborts while DNS is asked rejects with its reason', async () => {
    const controller = new AbortController();
    const silent: Resolver = { query: () => new Promise(() => {}) };
    const promise = evaluateSpf(client, { resolver: silent, signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(promise).rejects.toThrow('enough');
  });

  test('a signal that aborts while questions are asked ahead rejects once, with its reason', async () => {
    const controller = new AbortController();
    const inner = memoryResolver({ 'example.com': { TXT: ['v=spf1 a:x.example.com include:y.example.com mx -all'] } });
    const resolver: Resolver = {
      query: (name, type) =>
        type === 'TXT' && name === 'example.com' ? inner.query(name, type) : new Promise(() => {}),
    };
    const promise = evaluateSpf(client, { resolver, signal: controller.signal });
    setTimeout(() => controller.abort(new Error('enough')), 5);
    await expect(promise).rejects.toThrow('enough');
  });
});

describe('the identity (RFC 7208 §2.3, §2.4, §4.3)', () => {
  const all: Zone = { '*.example': { TXT: ['v=spf1 ?all'] }, 'xn--bcher-kva.example': { TXT: ['v=spf1 -all'] } };

  test.each<[string, Partial<SpfInput>, string, string]>([
    ['MAIL FROM where it is given', { mailFrom: 'u@a.example', helo: 'b.example' }, 'mailfrom', 'a.example'],
    ['HELO where nothing else is', { mailFrom: undefined, helo: 'b.example' } as never, 'helo', 'b.example'],
    ['HELO where asked for', { identity: 'helo', helo: 'b.example' }, 'helo', 'b.example'],
    ['the null reverse path stands for postmaster@HELO', { mailFrom: '', helo: 'b.example' }, 'mailfrom', 'b.example'],
    ['the null reverse path in angle brackets', { mailFrom: '<>', helo: 'b.example' }, 'mailfrom', 'b.example'],
    ['angle brackets', { mailFrom: ' <u@a.example> ' }, 'mailfrom', 'a.example'],
    ['a source route', { mailFrom: '<@b.example,@c.example:u@a.example>' }, 'mailfrom', 'a.example'],
    ['no local part', { mailFrom: '@a.example' }, 'mailfrom', 'a.example'],
    ['neither local part nor "@"', { mailFrom: 'a.example' }, 'mailfrom', 'a.example'],
    ['"@" in a quoted local part', { mailFrom: '"ceo@b.example"@a.example' }, 'mailfrom', 'a.example'],
    ['an escaped quote in a quoted local part', { mailFrom: '"x\\"@b.example"@a.example' }, 'mailfrom', 'a.example'],
    ['the last unquoted "@"', { mailFrom: 'x@b.example@a.example' }, 'mailfrom', 'a.example'],
    ['upper case and a root dot', { mailFrom: 'u@A.EXAMPLE.' }, 'mailfrom', 'a.example'],
    ['U-labels become A-labels (RFC 8616 §4)', { mailFrom: 'u@Bücher.example' }, 'mailfrom', 'xn--bcher-kva.example'],
  ])('%s', async (_, question, identity, domain) => {
    const result = await check(all, question);
    expect(result).toMatchObject({ identity, domain });
    expect(result.result).not.toBe('none');
  });

  test.each([
    ['', ''],
    ['u@example', 'example'],
    ['u@[192.0.2.1]', '[192.0.2.1]'],
    ['u@[IPv6:2001:db8::1]', '[IPv6:2001:db8::1]'],
    ['u@192.0.2.1', '192.0.2.1'],
    ['u@a..example', 'a..example'],
    [`u@${'a'.repeat(64)}.example`, `${'a'.repeat(64)}.example`],
    ['u@', ''],
    ['@', ''],
    ['<@route.example:>', ''],
    // specs of spoofed paths: USENIX Security 2020, "Composition Kills"
    ['<(any@legit.example', '<(any@legit.example'],
    ['<any@legit.example(a.attack.example>', 'legit.example(a.attack.example'],
    ['(any@legit.example', '(any@legit.example'],
    ['any@legit.example,@attack.example', 'any@legit.example,@attack.example'],
    ['<any@legit.example>@attack.example', '<any@legit.example>@attack.example'],
    ["<@attack.example,@any.example:'any@legit.example", "<@attack.example,@any.example:'any@legit.example"],
    ['"unfinished@legit.example', '"unfinished@legit.example'],
    ['any\0@legit.example', 'any\\u{0}@legit.example'],
    ['any\r\n@legit.example', 'any\\u{d}\\u{a}@legit.example'],
    ["any@legit.example'a.attack.example", "legit.example'a.attack.example"],
    ['any@legit.example\0.attack.example', 'legit.example\\u{0}.attack.example'],
    ['@legit.example(x:any@attack.example', '@legit.example(x:any@attack.example'],
  ])('MAIL FROM %j gives none without a lookup, never a guess', async (mailFrom, domain) => {
    const asked: string[] = [];
    const resolver: Resolver = {
      query: async (name, type) => {
        asked.push(name);
        return { name, type, status: 'nxdomain' };
      },
    };
    const result = await evaluateSpf({ ip: '192.0.2.1', mailFrom }, { resolver });
    expect(result).toMatchObject({ result: 'none', reason: 'invalid-domain', identity: 'mailfrom', domain });
    expect(result.trace).toEqual({ domain, result: 'none', reason: 'invalid-domain', queries: [], steps: [] });
    expect(result.lookups).toEqual({ terms: 0, void: 0, queries: 0 });
    expect(codes(result)).toContain('spf.invalid-domain');
    expect(asked).toEqual([]);
  });

  test('a path of a megabyte is not taken apart, nor repeated whole', async () => {
    const result = await check({}, { mailFrom: `${'a@'.repeat(500_000)}legit.example` });
    expect(result).toMatchObject({ result: 'none', reason: 'invalid-domain' });
    expect(JSON.stringify(result).length).toBeLessThan(1_003_000);
    expect(result.domain.length).toBe(255);
  });

  test('what was put right is said', async () => {
    expect(codes(await check(all, { mailFrom: '', helo: 'b.example' }))).toContain('spf.null-reverse-path');
    expect(codes(await check(all, { mailFrom: '<@b.example:u@a.example>' }))).toContain('spf.source-route');
    expect(codes(await check(all, { mailFrom: '@a.example' }))).toContain('spf.local-part-missing');
    expect(codes(await check(all, { mailFrom: '(x@a.example' }))).toContain('spf.sender-syntax');
    expect(codes(await check(all, { mailFrom: 'u@a.example' }))).toEqual([]);
  });

  test('an IPv4-mapped address is IPv4 (§5)', async () => {
    const result = await checkRecord('v=spf1 ip4:192.0.2.0/24 -all', {}, { ip: '::ffff:192.0.2.1' });
    expect(result.result).toBe('pass');
    expect(result.diagnostics).toMatchObject([{ code: 'spf.mapped-address', params: { address: '192.0.2.1' } }]);
  });
});

describe('record lookup (RFC 7208 §4.4, §4.5)', () => {
  test.each<[string, Zone, string, string, string]>([
    ['NXDOMAIN is none', {}, 'none', 'no-record', 'spf.no-record'],
    ['no TXT is none', { 'example.com': { A: ['192.0.2.1'] } }, 'none', 'no-record', 'spf.no-record'],
    [
      'other TXT is none',
      { 'example.com': { TXT: ['v=spf10 +all', 'x', ' v=spf1'] } },
      'none',
      'no-record',
      'spf.no-record',
    ],
    [
      'SERVFAIL is temperror',
      { 'example.com': { TXT: { failure: 'servfail' } } },
      'temperror',
      'dns-failure',
      'spf.dns-failure',
    ],
    [
      'two records are permerror',
      { 'example.com': { TXT: ['v=spf1 +all', 'x', 'V=SPF1 +all'] } },
      'permerror',
      'multiple-records',
      'spf.multiple-records',
    ],
    [
      'a syntax error anywhere is permerror (§4.6)',
      { 'example.com': { TXT: ['v=spf1 +all moo'] } },
      'permerror',
      'syntax',
      'spf.unknown-mechanism',
    ],
    [
      'a record beyond the limit is not parsed',
      { 'example.com': { TXT: [`v=spf1 ${' '.repeat(8200)}+all`] } },
      'permerror',
      'record-too-large',
      'spf.record-too-large',
    ],
  ])('%s', async (_, zone, result, reason, code) => {
    const verdict = await check(zone);
    expect(verdict).toMatchObject({ result, reason });
    expect(codes(verdict)).toContain(code);
    expect(verdict.lookups).toEqual({ terms: 0, void: 0, queries: 1 });
    expect(verdict).not.toHaveProperty('matched');
  });

  test('the finding of several records says how many', async () => {
    const { diagnostics } = await check({ 'example.com': { TXT: ['v=spf1', 'v=spf1', 'v=spf1 -all'] } });
    expect(diagnostics).toMatchObject([{ params: { domain: 'example.com', count: 3 }, subject: 'example.com' }]);
  });

  test('a record is found by its name in any case and joined from its strings without spaces (§3.3)', async () => {
    const zone: Zone = { 'example.com': { TXT: [['V=SPF1 ip4:192.', '0.2.1 -all']] } };
    expect(await check(zone)).toMatchObject({ result: 'pass', matched: { term: 'ip4:192.0.2.1' } });
  });

  test('findings of the record that counted are handed over, with its domain; what is only worth knowing is not', async () => {
    const result = await checkRecord('v=spf1 ptr  ip4:192.0.2.1 foo=bar');
    expect(result.diagnostics.every(({ subject }) => subject === 'example.com')).toBe(true);
    expect(codes(result)).toContain('spf.ptr');
    expect(result.diagnostics.filter(({ severity }) => severity === 'info')).toEqual([]);
  });
});

describe('mechanisms (RFC 7208 §5)', () => {
  const hosts: Zone = {
    'host.example.com': { A: ['192.0.2.9', '198.51.100.1'], AAAA: ['2001:db8:1::1'] },
    'only4.example.com': { A: ['192.0.2.1'] },
    'mail.example.com': {
      MX: [
        { preference: 20, exchange: 'Host.Example.Com.' },
        { preference: 10, exchange: 'none.example.com' },
      ],
    },
    'null.example.com': { MX: [{ preference: 0, exchange: '.' }] },
    '1.2.0.192.in-addr.arpa': { PTR: ['Only4.Example.com.', 'liar.example.com', 'only4.example.com.evil.example'] },
    'liar.example.com': { A: ['203.0.113.1'] },
    '1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa': { PTR: ['host.example.com'] },
    'here.example.com': { A: ['127.0.0.2'] },
    'here6.example.com': { AAAA: ['::1'] },
  };
  const v6 = '2001:db8:1::1';

  test.each<[string, string, string, string?]>([
    ['§5.1 all always matches', 'v=spf1 ~all', 'softfail'],
    ['§4.6.2 the first match wins', 'v=spf1 ?ip4:192.0.2.1 -all', 'neutral'],
    ['§4.6.2 no qualifier is pass', 'v=spf1 ip4:192.0.2.1', 'pass'],
    ['§4.7 nothing matches', 'v=spf1 ip4:198.51.100.1', 'neutral'],
    ['§4.7 an empty record', 'v=spf1', 'neutral'],
    ['§5.6 ip4 with a prefix', 'v=spf1 ip4:192.0.2.128/24 -all', 'pass'],
    ['§5.6 ip4 of another network', 'v=spf1 ip4:192.0.3.0/24 -all', 'fail'],
    ['§5.6 a prefix of odd length', 'v=spf1 ip4:192.0.2.2/31 -all', 'fail'],
    ['§5.6 /0 matches every IPv4 address', 'v=spf1 ip4:10.0.0.0/0 -all', 'pass'],
    ['§5.6 ip4 never matches IPv6', 'v=spf1 ip4:0.0.0.0/0 -all', 'fail', v6],
    ['§5.6 ip6 never matches IPv4', 'v=spf1 ip6:::/0 -all', 'fail'],
    ['§5.6 ip6 without a prefix', 'v=spf1 ip6:2001:DB8:1:0::1 -all', 'pass', v6],
    ['§5.6 ip6 with a prefix', 'v=spf1 ip6:2001:db8:1:ffff::/48 -all', 'pass', v6],
    ['§5.6 ip6 of another network', 'v=spf1 ip6:2001:db8:2::/48 -all', 'fail', v6],
    ['§5.3 a', 'v=spf1 a:only4.example.com -all', 'pass'],
    ['§5.3 a does not match', 'v=spf1 a:host.example.com -all', 'fail'],
    ['§5.3 a with a prefix, any address', 'v=spf1 a:host.example.com/28 -all', 'pass'],
    ['§5.3 a of the current domain', 'v=spf1 a -all', 'fail'],
    ['§5.3 a asks AAAA for IPv6', 'v=spf1 a:host.example.com -all', 'pass', v6],
    ['§5.3 a with an IPv6 prefix', 'v=spf1 a:host.example.com/0//48 -all', 'pass', '2001:db8:1:2::3'],
    ['§5.3 an IPv4 prefix says nothing about IPv6', 'v=spf1 a:host.example.com/0 -all', 'fail', '2001:db8:1:2::3'],
    ['§5.4 mx', 'v=spf1 mx:mail.example.com -all', 'pass', '198.51.100.1'],
    ['§5.4 mx with a prefix', 'v=spf1 mx:mail.example.com/28 -all', 'pass'],
    ['§5.4 mx does not match', 'v=spf1 mx:mail.example.com -all', 'fail'],
    ['§5.4 no implicit MX', 'v=spf1 mx:only4.example.com -all', 'fail'],
    ['RFC 7505 a null MX has no hosts', 'v=spf1 mx:null.example.com/0 -all', 'fail'],
    ['§5.5 ptr below the target', 'v=spf1 ptr:example.com -all', 'pass'],
    ['§5.5 ptr at the target', 'v=spf1 ptr:ONLY4.example.com -all', 'pass'],
    ['§5.5 ptr that is not validated', 'v=spf1 ptr:liar.example.com -all', 'fail'],
    ['§5.5 ptr above a validated name (erratum 4751)', 'v=spf1 ptr:sub.only4.example.com -all', 'fail'],
    ['§5.5 ptr compares whole labels', 'v=spf1 ptr:ample.com -all', 'fail'],
    ['§5.5 ptr for IPv6', 'v=spf1 ptr -all', 'pass', v6],
    ['§5.5 ptr without a PTR record', 'v=spf1 ptr -all', 'fail', '203.0.113.9'],
    ['§5.7 exists', 'v=spf1 exists:here.example.com -all', 'pass'],
    ['§5.7 exists asks A for IPv6 too', 'v=spf1 exists:here.example.com -all', 'pass', v6],
    ['§5.7 exists knows no AAAA', 'v=spf1 exists:here6.example.com -all', 'fail', v6],
    ['§7.3 a trailing dot is accepted', 'v=spf1 a:only4.example.com. -all', 'pass'],
  ])('%s', async (_, record, result, ip = '192.0.2.1') => {
    expect(await checkRecord(record, hosts, { ip })).toMatchObject({ result });
  });

  test.each<[string, string, Zone, string, string?]>([
    [
      'a',
      'v=spf1 a:x.example.com +all',
      { 'x.example.com': { A: { failure: 'timeout' } } },
      'temperror',
      'dns-failure',
    ],
    [
      'mx',
      'v=spf1 mx:x.example.com +all',
      { 'x.example.com': { MX: { failure: 'refused' } } },
      'temperror',
      'dns-failure',
    ],
    [
      'an MX host',
      'v=spf1 mx:x.example.com +all',
      { 'x.example.com': { MX: ['0 y.example.com'] }, 'y.example.com': { A: { failure: 'servfail' } } },
      'temperror',
      'dns-failure',
    ],
    [
      'exists',
      'v=spf1 exists:x.example.com +all',
      { 'x.example.com': { A: { failure: 'malformed' } } },
      'temperror',
      'dns-failure',
    ],
    [
      'include',
      'v=spf1 include:x.example.com +all',
      { 'x.example.com': { TXT: { failure: 'network' } } },
      'temperror',
      'dns-failure',
    ],
    [
      'redirect',
      'v=spf1 redirect=x.example.com',
      { 'x.example.com': { TXT: { failure: 'network' } } },
      'temperror',
      'dns-failure',
    ],
    [
      'ptr, which then fails to match (§5.5)',
      'v=spf1 ptr ?all',
      { '1.2.0.192.in-addr.arpa': { PTR: { failure: 'timeout' } } },
      'neutral',
      'matched',
    ],
    [
      'a PTR host, which is skipped (§5.5)',
      'v=spf1 ptr -all',
      {
        '1.2.0.192.in-addr.arpa': { PTR: ['a.example.com', 'b.example.com'] },
        'a.example.com': { A: { failure: 'timeout' } },
        'b.example.com': { A: ['192.0.2.1'] },
      },
      'pass',
    ],
  ])('a DNS failure in %s', async (_, record, zone, result, reason) => {
    const verdict = await checkRecord(record, zone);
    expect([verdict.result, verdict.reason]).toEqual([result, reason]);
    expect(codes(verdict)).toContain('spf.dns-failure');
  });

  test('a failure after a match changes nothing', async () => {
    const zone: Zone = { 'x.example.com': { TXT: { failure: 'timeout' }, A: { failure: 'timeout' } } };
    const verdict = await checkRecord('v=spf1 a:only4.example.com a:x.example.com include:x.example.com', {
      ...hosts,
      ...zone,
    });
    expect(verdict).toMatchObject({ result: 'pass', diagnostics: [{ code: 'spf.missing-all' }] });
    expect(verdict.lookups).toEqual({ terms: 1, void: 0, queries: 2 });
  });
});

describe('include and redirect (RFC 7208 §5.2, §6.1)', () => {
  const child = (record: string): Zone => ({ 'child.example.com': { TXT: [record] } });

  test.each([
    ['pass matches', 'v=spf1 ?all', 'v=spf1 +all', 'pass'],
    ['fail does not match', 'v=spf1 ?all', 'v=spf1 -all', 'neutral'],
    ['softfail does not match', 'v=spf1 ?all', 'v=spf1 ~all', 'neutral'],
    ['neutral does not match', 'v=spf1 -all', 'v=spf1 ?all', 'fail'],
    ['the qualifier counts', 'v=spf1 ~all', 'v=spf1 all', 'pass'],
  ])('%s', async (_, record, included, result) => {
    const full = record.replace('v=spf1', 'v=spf1 include:child.example.com');
    expect(await checkRecord(full, child(included))).toMatchObject({ result });
  });

  test('-include turns a pass into a fail', async () => {
    const result = await checkRecord('v=spf1 -include:child.example.com +all', child('v=spf1 +all'));
    expect(result).toMatchObject({
      result: 'fail',
      matched: { term: '-include:child.example.com', domain: 'example.com' },
    });
  });

  test.each<[string, Zone, string, string]>([
    ['a domain without record', {}, 'include-none', 'redirect-none'],
    [
      'a domain with two records',
      { 'child.example.com': { TXT: ['v=spf1 a', 'v=spf1 mx'] } },
      'multiple-records',
      'multiple-records',
    ],
    ['a record with an error', child('v=spf1 ip4:1.2.3'), 'syntax', 'syntax'],
    ['a record that is too large', child(`v=spf1${' '.repeat(9000)}`), 'record-too-large', 'record-too-large'],
  ])('%s is a permerror that names its deepest cause', async (_, zone, include, redirect) => {
    const included = await checkRecord('v=spf1 include:child.example.com +all', zone);
    expect(included).toMatchObject({ result: 'permerror', reason: include });
    expect(included.trace.steps).toMatchObject([{ outcome: 'permerror', check: { domain: 'child.example.com' } }]);
    const redirected = await checkRecord('v=spf1 redirect=child.example.com', zone);
    expect(redirected).toMatchObject({ result: 'permerror', reason: redirect });
    if (redirect === 'redirect-none') expect(codes(redirected)).toContain('spf.redirect-none');
  });

  test('the deepest cause is told through several includes', async () => {
    const zone = {
      ...child('v=spf1 include:deep.example.com'),
      'deep.example.com': { TXT: ['v=spf1 include:void.example.com'] },
    };
    const result = await checkRecord('v=spf1 include:child.example.com', zone);
    expect(result).toMatchObject({ result: 'permerror', reason: 'include-none' });
    expect(result.diagnostics).toContainEqual(
      expect.objectContaining({ code: 'spf.include-none', subject: 'deep.example.com', span: { start: 7, end: 31 } }),
    );
  });

  test('redirect gives the result and the matched term of the other record', async () => {
    const zone = child('v=spf1 ~ip4:192.0.2.0/24 -all');
    const result = await checkRecord('v=spf1 mx redirect=child.example.com', zone);
    expect(result).toMatchObject({
      result: 'softfail',
      reason: 'matched',
      domain: 'example.com',
      matched: { term: '~ip4:192.0.2.0/24', domain: 'child.example.com', span: { start: 7, end: 24 } },
    });
    expect(result.trace.steps).toMatchObject([
      { outcome: 'no-match' },
      { term: 'redirect=child.example.com', outcome: 'match' },
    ]);
  });

  test('redirect is not used where something matches, nor where there is "all" (§6.1)', async () => {
    expect(await checkRecord('v=spf1 redirect=none.example.com ip4:192.0.2.1')).toMatchObject({ result: 'pass' });
    expect(await checkRecord('v=spf1 redirect=none.example.com ?all')).toMatchObject({
      result: 'neutral',
      reason: 'matched',
    });
  });

  test('redirect to a record in which nothing matches is neutral', async () => {
    const result = await checkRecord('v=spf1 redirect=child.example.com', child('v=spf1'));
    expect(result).toMatchObject({ result: 'neutral', reason: 'no-match' });
    expect(result).not.toHaveProperty('matched');
  });

  test.each([
    ['v=spf1 include:%{h} -all', 'include-none'],
    ['v=spf1 redirect=%{h}', 'redirect-none'],
  ])('%s: a target of one label, or none at all, is a permerror', async (record, reason) => {
    for (const helo of ['localhost', 'a..b', '']) {
      expect(await checkRecord(record, {}, { helo })).toMatchObject({ result: 'permerror', reason });
    }
  });
});

describe('names that are none (RFC 7208 §4.8)', () => {
  test.each(['a:%{h}', 'mx:%{h}', 'exists:%{h}', 'ptr:%{h}', 'a:x..example.com', `a:${'x'.repeat(64)}.example.com`])(
    '%s does not match and asks nothing',
    async (term) => {
      const result = await checkRecord(`v=spf1 ${term} ?all`, {}, { helo: 'ü..\\' });
      expect(result).toMatchObject({ result: 'neutral', lookups: { terms: 1, void: 0, queries: 1 } });
      expect(codes(result)).toContain('spf.invalid-target');
      expect(result.trace.steps[0]).not.toHaveProperty('target');
    },
  );
});

describe('local parts that are not ASCII (RFC 8616 §4)', () => {
  const zone: Zone = { '*.example.com': { A: ['192.0.2.1'], TXT: ['v=spf1 +all'], MX: ['0 x.example.com'] } };

  test.each([
    'exists:%{l}.example.com',
    'a:%{S}.example.com',
    'mx:%{l}.example.com',
    'include:%{l}.example.com',
    'ptr:%{l}.example.com',
  ])('%s does not match', async (term) => {
    const eai = await checkRecord(`v=spf1 ${term} -all`, zone, { mailFrom: 'jürgen@example.com' });
    expect(eai).toMatchObject({ result: 'fail', lookups: { void: 0, queries: 1 } });
    expect(codes(eai)).toContain('spf.non-ascii-local-part');
  });

  test('redirect is as if it were not there', async () => {
    const result = await checkRecord('v=spf1 redirect=%{l}.example.com', zone, { mailFrom: 'jürgen@example.com' });
    expect(result).toMatchObject({ result: 'neutral', reason: 'no-match' });
  });

  test('other terms match as ever', async () => {
    expect(
      await checkRecord(
        'v=spf1 a:%{o} -all',
        { 'example.com': { A: ['192.0.2.1'] } },
        { mailFrom: 'jürgen@example.com' },
      ),
    ).toMatchObject({ result: 'pass' });
    expect(await checkRecord('v=spf1 exists:%{l}.example.com -all', zone)).toMatchObject({ result: 'pass' });
  });
});

describe('explanations (RFC 7208 §6.2)', () => {
  const explain = (text: string | string[], question: Partial<SpfInput> = {}) =>
    checkRecord('v=spf1 -all exp=why.%{d}', { 'why.example.com': { TXT: [text] } }, question);

  test('the text is fetched, joined and expanded', async () => {
    const result = await explain(['%{i} may not send for %{d}', ', says %{r}'], { receiver: 'mx.example.net' });
    expect(result.explanation).toBe('192.0.2.1 may not send for example.com, says mx.example.net');
    expect(result.lookups).toEqual({ terms: 0, void: 0, queries: 2 });
    expect(result.trace.explanation).toEqual({
      target: 'why.example.com',
      queries: [{ name: 'why.example.com', type: 'TXT', status: 'answer' }],
    });
  });

  test('%{t} is the clock, %{c} the address for people, %{r} "unknown" where no receiver is given', async () => {
    const resolver = memoryResolver({
      'example.com': { TXT: ['v=spf1 -all exp=why.example.com'] },
      'why.example.com': { TXT: ['%{t} %{c} %{r}'] },
    });
    const env = { resolver, now: () => new Date(1_700_000_000_999) };
    const result = await evaluateSpf({ ...client, ip: '2001:DB8::0:1' }, env);
    expect(result.explanation).toBe('1700000000 2001:db8::1 unknown');
  });

  test('without a clock of the caller %{t} is the time of the system', async () => {
    const { explanation } = await explain('%{t}');
    expect(Math.abs(Number(explanation) - Date.now() / 1000)).toBeLessThan(60);
  });

  test.each<[string, Zone]>([
    ['no record', {}],
    ['no TXT', { 'why.example.com': { A: ['192.0.2.1'] } }],
    ['two records', { 'why.example.com': { TXT: ['one', 'two'] } }],
    ['a bad macro', { 'why.example.com': { TXT: ['%{x}'] } }],
    ['text that is not ASCII', { 'why.example.com': { TXT: ['gr\u00fc\u00dfe'] } }],
    ['a control character', { 'why.example.com': { TXT: ['a\r\nSet-Cookie: b'] } }],
    ['a DNS failure', { 'why.example.com': { TXT: { failure: 'timeout' } } }],
  ])('%s: as if there were no exp', async (_, zone) => {
    const result = await checkRecord('v=spf1 -all exp=why.example.com', zone);
    expect(result).toMatchObject({ result: 'fail', reason: 'matched' });
    expect(result).not.toHaveProperty('explanation');
    expect(result.diagnostics).toHaveLength(1);
    expect(result.diagnostics[0]).toMatchObject({
      severity: 'warning',
      subject: 'example.com',
      span: { start: 12, end: 31 },
    });
  });

  test('a name that is none, and a local part that is not ASCII: as if there were no exp', async () => {
    expect(await checkRecord('v=spf1 -all exp=%{h}', {}, { helo: 'a..b' })).not.toHaveProperty('explanation');
    const eai = await checkRecord('v=spf1 -all exp=%{L}.example.com', {}, { mailFrom: 'jürgen@example.com' });
    expect(eai.diagnostics).toMatchObject([
      { code: 'spf.explanation-unusable', params: { problem: 'the local part is not ASCII' } },
    ]);
  });

  test('what macros bring is stripped of control characters and of what is not ASCII', async () => {
    expect((await explain('from %{h}!', { helo: 'a\r\nb\u0085ü' })).explanation).toBe('from ab?!');
    expect((await explain('%{l}', { mailFrom: 'jürgen@example.com' })).explanation).toBe('j?rgen');
  });

  test('a long text is cut', async () => {
    expect((await explain('%{l}'.repeat(200))).explanation).toBe('user'.repeat(128));
  });

  test('an empty text is none', async () => {
    expect(await explain('')).not.toHaveProperty('explanation');
  });

  test('only a fail is explained; the exp of an included record never is, that of a redirected one is', async () => {
    const zone: Zone = {
      'why.example.com': { TXT: ['outer'] },
      'child.example.com': { TXT: ['v=spf1 -all exp=deep.example.com'] },
      'deep.example.com': { TXT: ['inner'] },
    };
    expect((await checkRecord('v=spf1 include:child.example.com -all exp=why.example.com', zone)).explanation).toBe(
      'outer',
    );
    expect((await checkRecord('v=spf1 redirect=child.example.com exp=why.example.com', zone)).explanation).toBe(
      'inner',
    );
    expect(await checkRecord('v=spf1 ~all exp=why.example.com', zone)).not.toHaveProperty('explanation');
    expect(await checkRecord('v=spf1 include:child.example.com -all', zone)).not.toHaveProperty('explanation');
  });
});

describe('the trace', () => {
  test('tells each step of each record, its cost and its questions', async () => {
    const zone: Zone = {
      'child.example.com': { TXT: ['v=spf1 mx -all'], MX: ['10 mx.example.com'] },
      'mx.example.com': { A: ['198.51.100.1'] },
    };
    const result = await checkRecord('v=spf1 ip4:198.51.100.0/24 a include:child.%{d} ~all', zone);
    const answered = (name: string, type: string, status = 'answer') => ({ name, type, status });
    expect(result).toEqual({
      result: 'softfail',
      reason: 'matched',
      identity: 'mailfrom',
      domain: 'example.com',
      matched: { term: '~all', domain: 'example.com', span: { start: 48, end: 52 } },
      lookups: { terms: 3, void: 1, queries: 5 },
      trace: {
        domain: 'example.com',
        result: 'softfail',
        reason: 'matched',
        record: 'v=spf1 ip4:198.51.100.0/24 a include:child.%{d} ~all',
        queries: [answered('example.com', 'TXT')],
        steps: [
          {
            term: 'ip4:198.51.100.0/24',
            span: { start: 7, end: 26 },
            outcome: 'no-match',
            cost: 0,
            void: false,
            queries: [],
          },
          {
            term: 'a',
            span: { start: 27, end: 28 },
            outcome: 'no-match',
            cost: 1,
            void: true,
            target: 'example.com',
            queries: [answered('example.com', 'A', 'nodata')],
          },
          {
            term: 'include:child.%{d}',
            span: { start: 29, end: 47 },
            outcome: 'no-match',
            cost: 1,
            void: false,
            target: 'child.example.com',
            queries: [],
            check: {
              domain: 'child.example.com',
              result: 'fail',
              reason: 'matched',
              record: 'v=spf1 mx -all',
              queries: [answered('child.example.com', 'TXT')],
              steps: [
                {
                  term: 'mx',
                  span: { start: 7, end: 9 },
                  outcome: 'no-match',
                  cost: 1,
                  void: false,
                  target: 'child.example.com',
                  queries: [answered('child.example.com', 'MX'), answered('mx.example.com', 'A')],
                },
                { term: '-all', span: { start: 10, end: 14 }, outcome: 'match', cost: 0, void: false, queries: [] },
              ],
            },
          },
          { term: '~all', span: { start: 48, end: 52 }, outcome: 'match', cost: 0, void: false, queries: [] },
        ],
      },
      diagnostics: [],
    });
  });

  test('a pass has no reason', async () => {
    const result = await checkRecord('v=spf1 ip4:192.0.2.1 -all');
    expect(result).not.toHaveProperty('reason');
    expect(result.trace).not.toHaveProperty('reason');
  });
});
