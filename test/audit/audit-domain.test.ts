import { describe, expect, test } from 'vitest';
import { type AuditProgress, auditDomain } from '../../src/audit.ts';
import type { OrganizationalDomainStrategy } from '../../src/dmarc/alignment.ts';
import type { Resolver } from '../../src/dns/resolver.ts';
import { publicSuffix } from '../../src/public-suffix.ts';
import { memoryResolver, type Zone } from '../../src/resolvers/memory.ts';
import { recordingResolver } from '../../src/resolvers/record.ts';
import { auditZone, codesOf, failing, findingOf, healthy, healthyFiles, inWaves, KEY } from './world.ts';

const resolver = memoryResolver(healthy);

describe('a domain that does everything right', () => {
  test('has no findings, all points, and is whole', async () => {
    const audit = await auditZone(healthy, { selectors: ['s1'], files: healthyFiles });
    expect(codesOf(audit)).toEqual([]);
    expect(audit).toMatchObject({
      domain: 'example.com',
      purpose: 'mail',
      mx: { status: 'hosts', hosts: [{ preference: 10, exchange: 'mx.example.com' }] },
      dmarc: { status: 'found', receivers: { rfc9989: { policy: 'reject' }, rfc7489: { policy: 'reject' } } },
      mtaSts: { status: 'found' },
      tlsRpt: { status: 'found' },
      bimi: { status: 'none' },
      dnssec: 'unknown',
      complete: true,
      score: { points: 100, of: 100 },
    });
    expect(audit.dkim.selectors).toMatchObject([
      { selector: 's1', name: 's1._domainkey.example.com', source: 'given', status: 'key', text: KEY },
    ]);
    expect(audit.spf.addresses.pass.ip4).toEqual(['192.0.2.25']);
    expect(audit.compliance.length).toBeGreaterThan(10);
  });

  test('the result is plain data', async () => {
    const audit = await auditZone(healthy, { selectors: ['s1'], files: healthyFiles });
    expect(JSON.parse(JSON.stringify(audit))).toEqual(audit);
  });

  test('its name may be written in any way', async () => {
    const zone = { 'xn--bcher-kva.example': { TXT: ['v=spf1 -all'] } };
    const { domain } = await auditDomain('B\u00dcCHER.example.', { resolver: memoryResolver(zone) });
    expect(domain).toBe('xn--bcher-kva.example');
  });
});

describe('the questions', () => {
  test('each was asked once, and is told with its answer in order of name and type', async () => {
    const waves = inWaves(resolver);
    const { records } = await auditDomain('example.com', { resolver: waves.resolver }, { selectors: ['s1'] });
    expect(new Set(waves.asked).size).toBe(waves.asked.length);
    expect(records.map(({ name, type }) => `${type} ${name}`).sort()).toEqual([...waves.asked].sort());
    expect(records.map(({ name }) => name)).toEqual(records.map(({ name }) => name).sort());
    expect(records.filter(({ name }) => name === 'example.com')).toEqual([
      { name: 'example.com', type: 'A', status: 'answer', records: ['192.0.2.80'] },
      { name: 'example.com', type: 'AAAA', status: 'nodata', records: [] },
      { name: 'example.com', type: 'MX', status: 'answer', records: ['10 mx.example.com'] },
      { name: 'example.com', type: 'TXT', status: 'answer', records: ['v=spf1 mx -all', 'token=1'] },
    ]);
  });

  test('what a resolver tells besides is kept', async () => {
    const telling: Resolver = {
      async query(name, type) {
        return { ...(await resolver.query(name, type)), ttl: 300, authenticated: true, cnames: ['alias.example'] };
      },
    };
    const { records } = await auditDomain('example.com', { resolver: telling });
    expect(records[0]).toMatchObject({ ttl: 300, authenticated: true, cnames: ['alias.example'] });
  });

  test('a failure has its reason, and the audit is not whole', async () => {
    const env = { resolver: failing(resolver, (question) => question === 'TXT _smtp._tls.example.com') };
    const { records, complete, tlsRpt } = await auditDomain('example.com', env, { selectors: ['s1'] });
    expect(records.filter(({ status }) => status === 'failure')).toEqual([
      { name: '_smtp._tls.example.com', type: 'TXT', status: 'failure', records: [], reason: 'servfail' },
    ]);
    expect({ complete, status: tlsRpt.status }).toEqual({ complete: false, status: 'unknown' });
  });

  test('a full audit takes no more round trips than the includes are deep, and three', async () => {
    // Twelve includes, the deepest at the third level and with an "mx" of its own.
    const zone: Zone = {
      ...healthy,
      'example.com': {
        MX: ['10 mx.example.com'],
        TXT: [`v=spf1 ${[1, 2, 3, 4].map((i) => `include:a${i}.example`).join(' ')} -all`],
      },
      'a1.example': { TXT: ['v=spf1 include:b1.example include:b2.example include:b3.example -all'] },
      'a2.example': { TXT: ['v=spf1 include:b4.example include:b5.example -all'] },
      'a3.example': { TXT: ['v=spf1 ip4:192.0.2.3 -all'] },
      'a4.example': { TXT: ['v=spf1 a:host.a4.example -all'] },
      'b1.example': { TXT: ['v=spf1 include:c1.example include:c2.example include:c3.example -all'] },
      ...Object.fromEntries([2, 3, 4, 5].map((i) => [`b${i}.example`, { TXT: [`v=spf1 ip4:192.0.2.${i} -all`] }])),
      'c1.example': { TXT: ['v=spf1 mx -all'], MX: ['10 mx.c1.example'] },
      'c2.example': { TXT: ['v=spf1 ip4:203.0.113.2 -all'] },
      'c3.example': { TXT: ['v=spf1 ip4:203.0.113.3 -all'] },
      'mx.c1.example': { A: ['203.0.113.1'] },
      'host.a4.example': { A: ['203.0.113.4'] },
      's1._domainkey.example.com': { CNAME: ['s1.vendor.example'] },
      's1.vendor.example': { TXT: [KEY] },
      'default._bimi.example.com': { TXT: ['v=BIMI1; l=; a='] },
    };
    const waves = inWaves(memoryResolver(zone));
    const options = { senders: ['mailchimp', 'fastmail'] };
    const { spf, dkim, complete } = await auditDomain('example.com', { resolver: waves.resolver }, options);
    expect(spf.lookups.terms).toBe(14);
    expect(dkim.probed).toBeGreaterThanOrEqual(40);
    expect(complete).toBe(true);
    expect(waves.count).toBeLessThanOrEqual(3 + 3);
    expect(new Set(waves.asked).size).toBe(waves.asked.length);
  });

  test('without anything to follow it takes two', async () => {
    const waves = inWaves(memoryResolver({ 'example.com': { TXT: ['v=spf1 -all'] } }));
    await auditDomain('example.com', { resolver: waves.resolver });
    expect(waves.count).toBeLessThanOrEqual(2);
  });

  test('what was asked replays to the same audit', async () => {
    const recording = recordingResolver(resolver);
    const options = { selectors: 's1', organizationalDomain: publicSuffix };
    const audit = await auditDomain('example.com', { resolver: recording }, options);
    const replayed = await auditDomain('example.com', { resolver: memoryResolver(recording.zone()) }, options);
    expect(replayed).toEqual(audit);
  });

  test('a hostile zone costs no more than so many', async () => {
    const asked: string[] = [];
    const hostile: Resolver = {
      async query(name, type) {
        asked.push(name);
        const label = asked.length;
        const records: { [type: string]: unknown } = {
          A: ['192.0.2.1'],
          AAAA: ['2001:db8::1'],
          CNAME: [`c${label}.evil.example`],
          MX: Array.from({ length: 100 }, (_, i) => ({ preference: i, exchange: `mx${i}.${label}.evil.example` })),
          TXT: name.startsWith('_dmarc')
            ? [{ text: `v=DMARC1; p=none; rua=${Array.from({ length: 200 }, (_, i) => `mailto:a@h${i}.com`)}` }]
            : [{ text: `v=spf1 ${Array.from({ length: 100 }, (_, i) => `include:i${i}.${label}.evil`).join(' ')} mx` }],
        };
        return { name, type, status: 'answer', records: records[type] } as never;
      },
    };
    const { findings } = await auditDomain('example.com', { resolver: hostile });
    expect(asked.length).toBeLessThan(2500);
    expect(findings.length).toBeLessThan(1500);
  });

  test('a resolver that is silent costs the time that the limits allow', async () => {
    const silent: Resolver = { query: () => new Promise(() => {}) };
    const { complete, findings, mx, dmarc, spf } = await auditDomain(
      'example.com',
      { resolver: silent },
      { limits: { elapsedMs: 20 } },
    );
    expect(complete).toBe(false);
    expect([mx.status, dmarc.status, spf.tree.status]).toEqual(['unknown', 'unknown', 'unknown']);
    expect(findings.every(({ code }) => /dns-failure|probe-incomplete/.test(code))).toBe(true);
  });

  test('progress is told with every question and every answer', async () => {
    const told: AuditProgress[] = [];
    const { records } = await auditDomain(
      'example.com',
      { resolver },
      { onProgress: (progress) => told.push(progress) },
    );
    const count = records.length;
    expect(told).toHaveLength(2 * count);
    expect(told.at(-1)).toEqual({ asked: count, answered: count });
    expect(told.every(({ asked, answered }, i) => asked + answered === i + 1)).toBe(true);
  });
});

describe('senders', () => {
  const options = { selectors: 's1', files: healthyFiles };

  test('each is audited, and what it lacks is a finding', async () => {
    const audit = await auditZone(healthy, { ...options, senders: ['mailchimp'] });
    expect(audit.senders).toMatchObject([{ sender: { id: 'mailchimp' }, atReject: { result: 'rejected' } }]);
    expect(audit.findings.length).toBeGreaterThan(0);
    expect(audit.findings.every(({ area, code }) => area === 'sender' && code.startsWith('sender.'))).toBe(true);
    expect(audit.score.points).toBe(100);
  });

  test('one may be described, and have variables', async () => {
    const sender = { name: 'Us', dkim: [{ selector: '{which}' }] };
    const audit = await auditZone(healthy, { ...options, senders: [sender, { sender, variables: { which: 's1' } }] });
    expect(audit.senders.map(({ paths }) => paths.map(({ authenticated }) => authenticated))).toEqual([
      ['unknown'],
      ['yes'],
    ]);
  });
});

describe('arguments', () => {
  test.each<[string, unknown, object | null, string]>([
    ['no domain', 7, {}, '"domain" must be a string, received 7'],
    ['an address', '192.0.2.1', {}, '"domain" must be a domain name, received "192.0.2.1"'],
    ['the name of the record', '_dmarc.example.com', {}, '"domain" must be without "_dmarc."'],
    ['a name too long to have records below', `${'a.'.repeat(124)}com`, {}, 'is longer than a domain name may be'],
    ['selectors that are no list', 'example.com', { selectors: 1 }, '"selectors" must be a string, received 1'],
    [
      'no selector',
      'example.com',
      { selectors: ['a b'] },
      '"selectors" must be labels of domain names, received "a b"',
    ],
    ['senders that are no list', 'example.com', { senders: 'mailchimp' }, '"senders" must be an array'],
    ['an unknown sender', 'example.com', { senders: ['nobody'] }, '"sender" must be an id of the directory'],
    ['no strategy', 'example.com', { organizationalDomain: 'com' }, '"organizationalDomain" must be a function'],
    ['no callback', 'example.com', { onProgress: true }, '"onProgress" must be a function, received true'],
    ['no options', 'example.com', null, 'the options must be an object, received null'],
    ['no limits', 'example.com', { limits: null }, '"limits" must be an object, received null'],
    ['limits that are none', 'example.com', { limits: 5 }, '"limits" must be an object, received 5'],
    ['parked as a word', 'example.com', { parked: 'no' }, '"parked" must be true or false, received "no"'],
    ['probe as a number', 'example.com', { probe: 0 }, '"probe" must be true or false, received 0'],
    [
      'variables as a list',
      'example.com',
      { senders: [{ sender: 'sendgrid', variables: ['x'] }] },
      '"variables" must be an object, received an array',
    ],
  ])('%s', async (_, domain, options, message) => {
    const audit = auditDomain(domain as string, { resolver }, options as object);
    await expect(audit).rejects.toThrow(TypeError);
    await expect(audit).rejects.toThrow(message);
  });

  test('no resolver', async () => {
    await expect(auditDomain('example.com', {} as never)).rejects.toThrow(
      'Cannot audit the domain: "env.resolver" must be a Resolver',
    );
  });

  test('an aborted signal rejects with its reason', async () => {
    const controller = new AbortController();
    const audit = auditDomain('example.com', {
      resolver: { query: () => new Promise(() => {}) },
      signal: controller.signal,
    });
    controller.abort(new Error('enough'));
    await expect(audit).rejects.toThrow('enough');
  });

  test('what the callback throws is thrown, and no failure of DNS', async () => {
    const onProgress = () => {
      throw new Error('the terminal is gone');
    };
    await expect(auditDomain('example.com', { resolver }, { onProgress })).rejects.toThrow('the terminal is gone');
  });
});

describe('what a domain is for', () => {
  const address = { A: ['192.0.2.80'] };
  test.each<[string, Zone, object, 'mail' | 'parked']>([
    ['an address alone', { 'example.com': address }, {}, 'parked'],
    ['a null MX (RFC 7505)', { 'example.com': { ...address, MX: ['0 .'] } }, {}, 'parked'],
    ['SPF that lets nobody send', { 'example.com': { TXT: ['v=spf1 -all'] } }, {}, 'parked'],
    [
      'an empty wildcard key',
      { 'example.com': address, '*._domainkey.example.com': { TXT: ['v=DKIM1; p='] } },
      {},
      'parked',
    ],
    ['an MX host', { 'example.com': { MX: ['10 mx.example.com'] } }, {}, 'mail'],
    ['SPF that lets somebody send', { 'example.com': { TXT: ['v=spf1 ip4:192.0.2.1 -all'] } }, {}, 'mail'],
    ['SPF with a macro', { 'example.com': { TXT: ['v=spf1 exists:%{i}.example.com -all'] } }, {}, 'mail'],
    ['SPF that lets anybody send', { 'example.com': { TXT: ['v=spf1 +all'] } }, {}, 'mail'],
    ['SPF with a fault', { 'example.com': { TXT: ['v=spf1 ipv4:192.0.2.1 -all'] } }, {}, 'mail'],
    ['a key', { 'example.com': address, 'default._domainkey.example.com': { TXT: [KEY] } }, {}, 'mail'],
    ['a selector that the caller knows', { 'example.com': address }, { selectors: 'x1' }, 'mail'],
    ['no answer about MX', { 'example.com': { ...address, MX: { failure: 'timeout' } } }, {}, 'mail'],
    ['no answer about SPF', { 'example.com': { ...address, TXT: { failure: 'timeout' } } }, {}, 'mail'],
    ['whatever the caller says', { 'example.com': address }, { parked: false }, 'mail'],
    ['whatever the caller says, again', healthy, { parked: true }, 'parked'],
  ])('%s: %#', async (_, zone, options, purpose) => {
    expect((await auditZone(zone, options)).purpose).toBe(purpose);
  });
});

describe('a parked domain', () => {
  test('that says so has no findings, all points, and no rules for senders', async () => {
    const audit = await auditZone({
      'example.com': { A: ['192.0.2.80'], MX: ['0 .'], TXT: ['v=spf1 -all'] },
      '_dmarc.example.com': { TXT: ['v=DMARC1; p=reject'] },
      '*._domainkey.example.com': { TXT: ['v=DKIM1; p='] },
    });
    expect(codesOf(audit)).toEqual([]);
    expect(audit.score).toMatchObject({ points: 100, of: 100 });
    expect(audit.compliance).toEqual([]);
    expect(audit.dkim.selectors).toMatchObject([{ selector: '*', status: 'revoked' }]);
  });

  test('that says so is not blamed for what DNS does not answer: nobody knows then what it is for', async () => {
    const zone = memoryResolver({
      'example.com': { A: ['192.0.2.80'], MX: ['0 .'], TXT: ['v=spf1 -all'] },
      '_dmarc.example.com': { TXT: ['v=DMARC1; p=reject'] },
    });
    const { records } = await auditDomain('example.com', { resolver: zone });
    for (const { name, type } of records) {
      const resolver = failing(zone, (question) => question === `${type} ${name}`);
      const audit = await auditDomain('example.com', { resolver });
      const others = codesOf(audit).filter((code) => !/\.(dns-failure|probe-incomplete)$/.test(code));
      expect([name, type, others, audit.score.points]).toEqual([name, type, [], 100]);
      if (audit.purpose === 'mail') expect(audit.score.parts.filter(({ open }) => !open).length).toBeLessThan(4);
    }
  });

  test('that is an alias has no room for other records (RFC 1034 §3.6.2)', async () => {
    const audit = await auditZone({
      'example.com': { CNAME: ['park.example.net'] },
      'park.example.net': { A: ['192.0.2.80'] },
    });
    expect(audit.findings.map(({ code, change }) => [code, change && 'zoneLine' in change && change.zoneLine])).toEqual(
      [
        ['audit.parked-dmarc', '_dmarc.example.com. IN TXT "v=DMARC1; p=reject"'],
        ['audit.parked-spf', undefined],
        ['audit.parked-mx', undefined],
      ],
    );
  });

  test('that says nothing gets the three records to publish', async () => {
    const audit = await auditZone({ 'example.com': { A: ['192.0.2.80'] } });
    expect(codesOf(audit)).toEqual(['audit.parked-dmarc', 'audit.parked-spf', 'audit.parked-mx']);
    expect(audit.findings.map(({ change }) => change && 'zoneLine' in change && change.zoneLine)).toEqual([
      '_dmarc.example.com. IN TXT "v=DMARC1; p=reject"',
      'example.com. IN TXT "v=spf1 -all"',
      'example.com. IN MX 0 .',
    ]);
    expect(audit.score.points).toBe(0);
  });

  // RFC 9989 §4.10.1: such a record holds for the domains of others as well.
  test.each<[string, string, Zone, OrganizationalDomainStrategy | undefined]>([
    ['a top-level domain', 'com', {}, undefined],
    ['a suffix by the list', 'co.uk', {}, publicSuffix],
    [
      'a suffix by its record',
      'example.bank',
      { '_dmarc.example.bank': { TXT: ['v=DMARC1; p=none; psd=y'] } },
      undefined,
    ],
  ])('%s is told no policy', async (_, domain, zone, strategy) => {
    const options = { domain, parked: true, ...(strategy && { organizationalDomain: strategy }) };
    const audit = await auditZone({ [domain]: { A: ['192.0.2.80'] }, ...zone }, options);
    expect(codesOf(audit)).not.toContain('audit.parked-dmarc');
    const finding = findingOf(audit, 'audit.public-suffix');
    expect(finding.message).toMatch(/is a public suffix: a policy of its own would be one for the domains of others/);
    expect([finding.severity, finding.change]).toEqual(['info', undefined]);
  });

  test('what only looks like a suffix is told its policy', async () => {
    const zone: Zone = { 'co.uk': { A: ['192.0.2.80'] } };
    expect(codesOf(await auditZone(zone, { domain: 'co.uk', parked: true }))).toContain('audit.parked-dmarc');
  });

  const alias: Zone = {
    '_dmarc.example.com': { CNAME: ['dmarc.vendor.example'] },
    'dmarc.vendor.example': { TXT: ['v=DMARC1; p=none'] },
  };
  test.each<[string, Zone, string, string | undefined]>([
    [
      'a weak policy is raised, and the rest kept',
      { '_dmarc.example.com': { TXT: ['v=DMARC1; p=none; sp=none; t=y; pct=0; rua=mailto:a@example.com'] } },
      'audit.parked-dmarc',
      'v=DMARC1; p=reject; rua=mailto:a@example.com',
    ],
    [
      'a weak policy of the domain above gets an own record',
      { '_dmarc.com': { TXT: ['v=DMARC1; p=none; psd=y'] }, 'example.com': { A: ['192.0.2.80'] } },
      'audit.parked-dmarc',
      'v=DMARC1; p=reject',
    ],
    [
      'what is nearly a record is put right',
      { '_dmarc.example.com': { TXT: ['v=dmarc1; p=reject'] } },
      'audit.parked-dmarc',
      'v=DMARC1; p=reject',
    ],
    [
      'a policy that would not be read is written anew',
      { '_dmarc.example.com': { TXT: ['v=DMARC1; p=\u201creject\u201d; rua=mailto:a@example.com'] } },
      'audit.parked-dmarc',
      'v=DMARC1; p=reject',
    ],
    ['an alias leaves it to whoever publishes there', alias, 'audit.parked-dmarc', undefined],
    [
      'two records leave it to the owner',
      { '_dmarc.example.com': { TXT: ['v=DMARC1; p=none', 'v=DMARC1; p=reject'] } },
      'audit.parked-dmarc',
      undefined,
    ],
    ['softfail becomes fail', { 'example.com': { TXT: ['v=spf1 ~all'] } }, 'audit.parked-spf', 'v=spf1 -all'],
    [
      'two SPF records leave it to the owner',
      { 'example.com': { TXT: ['v=spf1 -all', 'v=spf1 ~all'] } },
      'audit.parked-spf',
      undefined,
    ],
  ])('%s', async (_, zone, code, after) => {
    const { change } = findingOf(await auditZone(zone, { parked: true }), code);
    expect(change && 'after' in change ? change.after : undefined).toBe(after);
  });

  test('what the caller calls parked lets nobody send and takes no mail', async () => {
    const audit = await auditZone(healthy, { parked: true, files: healthyFiles });
    expect(codesOf(audit)).toEqual(['audit.parked-spf', 'audit.parked-mx']);
    expect(findingOf(audit, 'audit.parked-mx').change).toMatchObject({
      action: 'replace',
      before: '10 mx.example.com',
      after: '0 .',
    });
  });
});

describe('a domain that does not exist', () => {
  test('has one finding and no points', async () => {
    const audit = await auditZone({ 'example.org': { A: ['192.0.2.1'] } });
    expect(codesOf(audit)).toEqual(['audit.no-domain']);
    expect(audit.score.points).toBe(0);
    expect(findingOf(audit, 'audit.no-domain').evidence).toEqual([
      { name: 'example.com', type: 'MX', found: 'nxdomain' },
    ]);
  });
});

test('findings are in order: the worst first, then by area and code', async () => {
  const audit = await auditZone({
    'example.com': { MX: ['10 mx.example.com', '20 gone.example.com'], TXT: ['v=spf1 mx ptr ip4:192.0.0.0/8 ?all'] },
    'mx.example.com': { A: ['192.0.2.25'] },
    's1._domainkey.example.com': { TXT: [`${KEY}; t=y`] },
    '_dmarc.example.com': { TXT: ['v=DMARC1; p=none; sp=none; x=1'] },
  });
  expect(audit.findings.map(({ severity, area, code }) => `${severity} ${area} ${code}`)).toEqual([
    'error mx mx.no-address',
    'warning dmarc dmarc.no-reports',
    'warning dmarc dmarc.policy-none',
    'warning dmarc dmarc.unknown-tag',
    'warning spf spf.ptr',
    'warning spf spf.range-too-wide',
    'warning dkim dkim.key-testing',
    'info spf spf.neutral-all',
    'info mta-sts mta-sts.missing',
    'info tls-rpt tls-rpt.missing',
  ]);
});
