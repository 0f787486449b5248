import { describe, expect, test } from 'vitest';
import { prefetchDmarc } from '../../src/dmarc/discover.ts';
import { type DmarcOptions, evaluateDmarc } from '../../src/dmarc/evaluate.ts';
import type { AuthenticatedIdentifier, DmarcResult } from '../../src/dmarc/result.ts';
import type { Resolver } from '../../src/dns/resolver.ts';
import { DnsSession } from '../../src/dns/session.ts';
import { defaultLimits } from '../../src/limits.ts';
import { memoryResolver, type Zone } from '../../src/resolvers/memory.ts';
import { counting, dkim, spf, zoneOf } from '../support/dmarc.ts';

async function evaluate(
  authorDomain: string,
  identifiers: AuthenticatedIdentifier[],
  zone: Zone,
  options?: DmarcOptions,
): Promise<DmarcResult & { asked: string[] }> {
  const { resolver, asked } = counting(zone);
  return { ...(await evaluateDmarc({ authorDomain, identifiers }, { resolver }, options)), asked };
}

const codes = ({ diagnostics }: DmarcResult) => diagnostics.map(({ code }) => code);
const aligned = ({ alignments }: DmarcResult) => alignments.map((alignment) => alignment.aligned);

describe('RFC 9989 appendix B.1: identifier alignment', () => {
  const relaxed = zoneOf({ 'example.com': 'v=DMARC1; p=reject', 'example.net': 'v=DMARC1; p=reject' });
  const strict = zoneOf({ 'example.com': 'v=DMARC1; p=reject; aspf=s; adkim=s' });
  test.each([
    ['B.1.1 example 1, strict', 'example.com', spf('example.com'), strict, 'pass'],
    ['B.1.1 example 2, relaxed', 'example.com', spf('child.example.com'), relaxed, 'pass'],
    ['B.1.1 example 2 were it strict', 'example.com', spf('child.example.com'), strict, 'fail'],
    ['B.1.1 example 3, none', 'child.example.com', spf('example.net'), relaxed, 'fail'],
    ['B.1.2 example 1, strict', 'example.com', dkim('example.com'), strict, 'pass'],
    ['B.1.2 example 2, relaxed', 'child.example.com', dkim('example.com'), relaxed, 'pass'],
    ['B.1.2 example 2 were it strict', 'child.example.com', dkim('example.com'), strict, 'fail'],
    ['B.1.2 example 3, none', 'child.example.com', dkim('example.net'), relaxed, 'fail'],
  ] as const)('%s', async (_, author, identifier, zone, result) => {
    const verdict = await evaluate(author, [identifier], zone);
    expect(verdict).toMatchObject({ result, alignments: [{ aligned: result === 'pass' }] });
    expect(verdict.reason).toBe(result === 'pass' ? undefined : 'not-aligned');
  });
});

describe('RFC 9989 appendix B.2: what domain owners publish', () => {
  test.each([
    ['B.2.1', 'v=DMARC1; p=none; rua=mailto:dmarc-feedback@example.com', 'none'],
    ['B.2.2', 'v=DMARC1; p=none; rua=mailto:dmarc-feedback@example.com; ruf=mailto:auth-reports@example.com', 'none'],
    ['B.2.3', 'v=DMARC1; p=none; rua=mailto:a@example.com; ruf=mailto:auth-reports@thirdparty.example.net', 'none'],
  ])('%s asks for nothing but reports', async (_, record, published) => {
    const verdict = await evaluate('example.com', [], zoneOf({ 'example.com': record }));
    expect(verdict).toMatchObject({
      result: 'fail',
      reason: 'no-identifier',
      policy: { published, source: 'p', effective: 'none', testing: false },
      disposition: 'none',
    });
  });

  const rua = 'rua=mailto:dmarc-feedback@example.com,mailto:tld-test@thirdparty.example.net';
  test.each([
    ['B.2.5, testing', `v=DMARC1; p=quarantine; ${rua}; t=y`, 'quarantine', 'none', true, 'none'],
    ['B.2.5, tested', `v=DMARC1; p=reject; ${rua}`, 'reject', 'reject', false, 'quarantine'],
  ])('%s', async (_, record, published, effective, testing, disposition) => {
    const zone = zoneOf({ 'test.example.com': record });
    expect(await evaluate('test.example.com', [], zone)).toMatchObject({
      policyDomain: 'test.example.com',
      policy: { published, effective, testing },
      disposition,
    });
    // It is applied to this subdomain only.
    expect(await evaluate('example.com', [], zone)).toMatchObject({ result: 'none', reason: 'no-record' });
  });
});

test('RFC 9989 appendix B.3.1: both identifiers align, and reject is avoided', async () => {
  const zone = zoneOf({ 'example.com': 'v=DMARC1; p=reject; aspf=r; rua=mailto:dmarc-feedback@example.com' });
  expect(await evaluate('example.com', [spf('mail.example.com'), dkim('example.com')], zone)).toMatchObject({
    result: 'pass',
    policy: { published: 'reject', effective: 'reject' },
    disposition: 'none',
    alignments: [{ aligned: true }, { aligned: true }],
  });
});

describe('RFC 9989 appendix B.4: organizational and policy domains', () => {
  test('B.4.1: simple', async () => {
    const zone = zoneOf({ 'example.com': 'v=DMARC1; p=reject', 'signing.example.com': 'v=DMARC1; p=none' });
    const verdict = await evaluate('example.com', [spf('example.com'), dkim('signing.example.com')], zone);
    expect(verdict).toMatchObject({
      result: 'pass',
      policyDomain: 'example.com',
      organizationalDomain: 'example.com',
      alignments: [
        { method: 'spf', domain: 'example.com', aligned: true, organizationalDomain: 'example.com' },
        { method: 'dkim', domain: 'signing.example.com', aligned: true, organizationalDomain: 'example.com' },
      ],
    });
    expect(verdict.asked).toEqual(['_dmarc.example.com TXT', '_dmarc.com TXT', '_dmarc.signing.example.com TXT']);
  });

  test('B.4.2: deep', async () => {
    const author = 'a.b.c.d.e.f.g.h.i.j.k.example.com';
    const zone = zoneOf({
      'example.com': 'v=DMARC1; p=reject; sp=quarantine',
      'signing.example.com': 'v=DMARC1; p=none',
    });
    zone[author] = { A: ['192.0.2.1'] };
    const verdict = await evaluate(author, [spf('example.com'), dkim('signing.example.com')], zone);
    expect(verdict).toMatchObject({
      result: 'pass',
      authorDomain: author,
      policyDomain: 'example.com',
      organizationalDomain: 'example.com',
      policy: { published: 'quarantine', source: 'sp' },
      alignments: [{ aligned: true }, { aligned: true }],
    });
    expect(verdict.walk).toEqual([
      { name: `_dmarc.${author}`, status: 'nxdomain', selected: false },
      ...['g.h.i.j.k', 'h.i.j.k', 'i.j.k', 'j.k', 'k'].map((labels) => ({
        name: `_dmarc.${labels}.example.com`,
        status: 'nxdomain',
        selected: false,
      })),
      {
        name: '_dmarc.example.com',
        status: 'answer',
        record: 'v=DMARC1; p=reject; sp=quarantine',
        selected: true,
      },
      { name: '_dmarc.com', status: 'nxdomain', selected: false },
    ]);
    expect(verdict.asked).toHaveLength(9);
  });

  test('B.4.3: a public suffix domain with a record', async () => {
    const zone = zoneOf({
      'bank.example': 'v=DMARC1; p=none; psd=y',
      'giant.bank.example': 'v=DMARC1; p=reject',
    });
    const identifiers = [spf('mail.giant.bank.example'), dkim('mail.mega.bank.example')];
    const verdict = await evaluate('giant.bank.example', identifiers, zone);
    expect(verdict).toMatchObject({
      result: 'pass',
      policyDomain: 'giant.bank.example',
      organizationalDomain: 'giant.bank.example',
      policy: { published: 'reject', source: 'p' },
    });
    expect(verdict.alignments).toEqual([
      {
        method: 'spf',
        domain: 'mail.giant.bank.example',
        result: 'pass',
        mode: 'relaxed',
        aligned: true,
        organizationalDomain: 'giant.bank.example',
      },
      { method: 'dkim', domain: 'mail.mega.bank.example', result: 'pass', mode: 'relaxed', aligned: false },
    ]);
    // The walk stops at psd=y.
    expect(verdict.walk.map(({ name }) => name)).toEqual(['_dmarc.giant.bank.example', '_dmarc.bank.example']);
    expect(await evaluate('giant.bank.example', [dkim('mail.mega.bank.example')], zone)).toMatchObject({
      result: 'fail',
      reason: 'not-aligned',
      disposition: 'quarantine',
    });
  });
});

describe('which record is the policy record (RFC 9989 §4.10.1)', () => {
  test.each([
    [
      'the author domain before its organization',
      { 'a.example.com': 'p=none', 'example.com': 'p=reject' },
      'a.example.com',
      'p',
    ],
    ['the organization where the author has none', { 'example.com': 'p=reject; sp=none' }, 'example.com', 'sp'],
    ['the shallowest record, not the nearest', { 'example.com': 'p=reject', com: 'p=none' }, 'com', 'p'],
    ['psd=n is the organization', { 'example.com': 'p=none; psd=n', com: 'p=reject' }, 'example.com', 'p'],
    ['the public suffix where the organization has none', { com: 'p=reject; psd=y; sp=none' }, 'com', 'sp'],
    [
      'the organization before the public suffix',
      { 'example.com': 'p=none', com: 'p=reject; psd=y' },
      'example.com',
      'p',
    ],
    ['the author domain though it is a public suffix', { 'a.example.com': 'p=none; psd=y' }, 'a.example.com', 'p'],
    ['the parent that is a public suffix', { 'example.com': 'p=reject; sp=none; psd=y' }, 'example.com', 'sp'],
  ])('%s', async (_, records, policyDomain, source) => {
    const zone = zoneOf(Object.fromEntries(Object.entries(records).map(([name, tags]) => [name, `v=DMARC1; ${tags}`])));
    zone['a.example.com'] = { A: ['192.0.2.1'] };
    const verdict = await evaluate('a.example.com', [], zone);
    expect(verdict).toMatchObject({ result: 'fail', policyDomain, policy: { published: 'none', source } });
    expect(verdict.walk.filter(({ selected }) => selected).map(({ name }) => name)).toEqual([`_dmarc.${policyDomain}`]);
  });

  test('a record between the author and its organization is not used', async () => {
    const records = { 'b.example.com': 'v=DMARC1; p=reject', 'example.com': 'v=DMARC1; p=none' };
    expect(await evaluate('a.b.example.com', [], zoneOf(records))).toMatchObject({
      policyDomain: 'example.com',
      disposition: 'none',
    });
  });

  test('a record between the organization and its public suffix is not used', async () => {
    const records = { 'b.giant.bank.example': 'v=DMARC1; p=none', 'bank.example': 'v=DMARC1; p=reject; psd=y' };
    expect(await evaluate('a.b.giant.bank.example', [], zoneOf(records))).toMatchObject({
      policyDomain: 'bank.example',
      organizationalDomain: 'giant.bank.example',
      disposition: 'quarantine',
    });
  });

  test('for an author right below a public suffix that has the record, only the author is its organization', async () => {
    const zone = zoneOf({ 'bank.example': 'v=DMARC1; p=reject; psd=y' });
    const verdict = await evaluate('giant.bank.example', [dkim('mega.bank.example'), spf('bank.example')], zone);
    expect(verdict).toMatchObject({
      result: 'fail',
      policyDomain: 'bank.example',
      organizationalDomain: 'giant.bank.example',
    });
    expect(await evaluate('giant.bank.example', [dkim('mail.giant.bank.example')], zone)).toMatchObject({
      result: 'pass',
    });
  });

  test('several records at the author domain: all are discarded, and the organization speaks (§4.10 step 2)', async () => {
    const zone = zoneOf({
      'a.example.com': ['v=DMARC1; p=none', 'v=DMARC1; p=none'],
      'example.com': 'v=DMARC1; p=reject',
    });
    const verdict = await evaluate('a.example.com', [], zone);
    expect(verdict).toMatchObject({ result: 'fail', policyDomain: 'example.com', disposition: 'quarantine' });
    expect(codes(verdict)).toEqual(['dmarc.multiple-records']);
  });

  test('several records and nothing else: none', async () => {
    const verdict = await evaluate(
      'example.com',
      [spf('example.com')],
      zoneOf({ 'example.com': ['v=DMARC1', 'v=DMARC1'] }),
    );
    expect(verdict).toMatchObject({ result: 'none', reason: 'no-record', alignments: [], disposition: 'none' });
    expect(codes(verdict)).toEqual(['dmarc.multiple-records']);
    expect(verdict).not.toHaveProperty('policy');
  });

  test('no record: DMARC does not apply', async () => {
    const { asked, ...verdict } = await evaluate('Mail.Example.COM.', [spf('mail.example.com')], {});
    expect(verdict).toEqual({
      result: 'none',
      reason: 'no-record',
      protocol: 'rfc9989',
      authorDomain: 'mail.example.com',
      organizationalDomain: 'mail.example.com',
      disposition: 'none',
      alignments: [],
      walk: ['mail.example.com', 'example.com', 'com'].map((domain) => ({
        name: `_dmarc.${domain}`,
        status: 'nxdomain',
        selected: false,
      })),
      diagnostics: [],
    });
    expect(asked).toHaveLength(3);
  });

  test('a top-level record without psd=y makes one organization of everything below, which is said (§11.8)', async () => {
    const zone = zoneOf({ com: 'v=DMARC1; p=reject', 'bank.com': 'v=DMARC1; p=reject' });
    const verdict = await evaluate('bank.com', [dkim('evil.com')], zone);
    expect(verdict).toMatchObject({ result: 'pass', organizationalDomain: 'com', policyDomain: 'bank.com' });
    expect(codes(verdict)).toEqual(['dmarc.shared-organization']);
    const guarded = zoneOf({ com: 'v=DMARC1; p=reject', 'bank.com': 'v=DMARC1; p=reject; psd=n' });
    expect(await evaluate('bank.com', [dkim('evil.com')], guarded)).toMatchObject({ result: 'fail' });
  });
});

describe('an unusable record (RFC 9989 §4.10.1)', () => {
  const rua = 'rua=mailto:a@example.com';
  test.each([
    ['no p, no rua', 'v=DMARC1', 'none', undefined],
    ['p misspelt, no rua', 'v=DMARC1; p=rejct', 'none', undefined],
    ['np misspelt, no rua', 'v=DMARC1; p=reject; np=x', 'none', undefined],
    ['no p, rua', `v=DMARC1; ${rua}`, 'fail', 'none'],
    ['sp misspelt, rua', `v=DMARC1; p=reject; sp=x; ${rua}`, 'fail', 'none'],
    ['np misspelt, rua', `v=DMARC1; p=reject; np=x; ${rua}`, 'fail', 'none'],
    // A receiver must not guess what a record means (§4.8).
    ['p and rua without a semicolon', `v=DMARC1; p=reject ${rua}`, 'none', undefined],
    ['no valid rua', 'v=DMARC1; p=x; rua=nonsense', 'none', undefined],
  ])('%s', async (_, record, result, published) => {
    const verdict = await evaluate('example.com', [spf('example.net')], zoneOf({ 'example.com': record }));
    expect(verdict).toMatchObject({ result, policyDomain: 'example.com', disposition: 'none' });
    expect(verdict.policy?.published).toBe(published);
    if (result === 'none') expect(verdict).toMatchObject({ reason: 'record-invalid', alignments: [] });
    expect(verdict.walk[0]).toMatchObject({ record, selected: true });
  });

  test('its findings are told, with the name that it stands at', async () => {
    const verdict = await evaluate(
      'a.example.com',
      [],
      zoneOf({ 'example.com': 'v=DMARC1; p=rejct; rua=mailto:a@example.com' }),
    );
    const finding = verdict.diagnostics.find(({ code }) => code === 'dmarc.tag-value');
    expect(finding).toMatchObject({ subject: '_dmarc.example.com', span: { start: 12, end: 17 }, severity: 'error' });
  });

  test('it hides the record of the organization', async () => {
    const records = { 'a.example.com': 'v=DMARC1; p=x', 'example.com': 'v=DMARC1; p=reject' };
    expect(await evaluate('a.example.com', [], zoneOf(records))).toMatchObject({
      result: 'none',
      reason: 'record-invalid',
      policyDomain: 'a.example.com',
    });
  });

  test('a record over limits.recordBytes', async () => {
    const zone = zoneOf({ 'example.com': `v=DMARC1; p=reject; x=${'y'.repeat(200)}` });
    const verdict = await evaluate('example.com', [spf('example.com')], zone, { limits: { recordBytes: 100 } });
    expect(verdict).toMatchObject({ result: 'none', reason: 'record-invalid', policyDomain: 'example.com' });
    expect(verdict).not.toHaveProperty('record');
    expect(codes(verdict)).toEqual(['dmarc.record-too-large']);
  });
});

describe('p, sp or np (RFC 9989 §4.7, §4.10.1)', () => {
  const exists: Zone = { 'a.example.com': { A: ['192.0.2.1'] } };
  const empty: Zone = { 'x.a.example.com': { A: ['192.0.2.1'] } };
  const otherType: Zone = { 'a.example.com': { MX: [{ preference: 10, exchange: 'mx.example.com' }] } };
  const absent: Zone = {};
  test.each([
    ['p=none; sp=quarantine; np=reject', exists, 'quarantine', 'sp'],
    ['p=none; sp=quarantine; np=reject', absent, 'reject', 'np'],
    // An empty non-terminal and a name without addresses exist (§3.2.13).
    ['p=none; sp=quarantine; np=reject', empty, 'quarantine', 'sp'],
    ['p=none; sp=quarantine; np=reject', otherType, 'quarantine', 'sp'],
    ['p=none; np=reject', exists, 'none', 'p'],
    ['p=none; np=reject', absent, 'reject', 'np'],
    ['p=none; sp=quarantine', exists, 'quarantine', 'sp'],
    ['p=none; sp=quarantine', absent, 'quarantine', 'sp'],
    ['p=quarantine', exists, 'quarantine', 'p'],
    ['p=quarantine', absent, 'quarantine', 'p'],
    ['P=None; SP=Quarantine; NP=REJECT', absent, 'reject', 'np'],
    ['p=none; sp=reject; sp=none', exists, 'reject', 'sp'],
  ] as const)('%s, author domain %j: %s of %s', async (tags, names, published, source) => {
    const zone = { ...names, ...zoneOf({ 'example.com': `v=DMARC1; ${tags}` }) };
    const verdict = await evaluate('a.example.com', [], zone);
    expect(verdict.policy).toEqual({ published, source, effective: published, testing: false });
  });

  test('whether the author domain exists is asked only where np says something else', async () => {
    const differs = zoneOf({ 'example.com': 'v=DMARC1; p=none; sp=none; np=reject' });
    const same = zoneOf({ 'example.com': 'v=DMARC1; p=none; sp=reject; np=reject' });
    expect((await evaluate('a.example.com', [], differs)).asked).toContain('a.example.com A');
    expect((await evaluate('example.com', [], differs)).asked).not.toContain('example.com A');
    expect((await evaluate('a.example.com', [], same)).asked).toHaveLength(3);
  });

  test('sp and np are not for the domain of the record itself', async () => {
    const zone = zoneOf({ 'example.com': 'v=DMARC1; p=none; sp=reject; np=reject' });
    expect((await evaluate('example.com', [], zone)).policy).toMatchObject({ published: 'none', source: 'p' });
  });

  test.each([
    ['p=reject; t=y', 'reject', 'quarantine', 'quarantine'],
    ['p=quarantine; t=y', 'quarantine', 'none', 'none'],
    ['p=none; t=y', 'none', 'none', 'none'],
    ['p=reject; t=n', 'reject', 'reject', 'quarantine'],
    ['p=reject; t=Y', 'reject', 'quarantine', 'quarantine'],
    ['p=reject; t=yes', 'reject', 'reject', 'quarantine'],
    ['p=none; sp=quarantine; t=y', 'quarantine', 'none', 'none'],
    // pct is no more (§A.6).
    ['p=reject; pct=0', 'reject', 'reject', 'quarantine'],
  ])(
    '%s: effective one step down with t=y, and never more than quarantine (§7.4)',
    async (tags, published, effective, disposition) => {
      const author = tags.includes('sp=') ? 'a.example.com' : 'example.com';
      const verdict = await evaluate(author, [], zoneOf({ 'example.com': `v=DMARC1; ${tags}` }));
      expect(verdict).toMatchObject({ result: 'fail', policy: { published, effective }, disposition });
      expect(verdict.policy).not.toHaveProperty('percent');
    },
  );
});

describe('identifiers (RFC 9989 §4.4, §5.3.4)', () => {
  const zone = zoneOf({ 'example.com': 'v=DMARC1; p=reject', 'unit.example.com': 'v=DMARC1; p=reject; psd=n' });
  test.each([
    ['one of many is enough', [dkim('example.net'), spf('example.org'), dkim('mail.example.com')], 'pass', undefined],
    ['none of many', [dkim('example.net'), spf('example.org')], 'fail', 'not-aligned'],
    ['none at all', [], 'fail', 'no-identifier'],
    ['another organization below', [dkim('a.unit.example.com')], 'fail', 'not-aligned'],
    ['a public suffix', [dkim('com')], 'fail', 'not-aligned'],
    ['the end of a label', [dkim('evilexample.com')], 'fail', 'not-aligned'],
    ['case, root dot', [dkim('EXAMPLE.com.')], 'pass', undefined],
    ['an address', [spf('192.0.2.1')], 'fail', 'not-aligned'],
    ['an empty name', [spf('')], 'fail', 'not-aligned'],
  ] as [string, AuthenticatedIdentifier[], string, string | undefined][])(
    '%s',
    async (_, identifiers, result, reason) => {
      const verdict = await evaluate('example.com', identifiers, zone);
      expect(verdict.result).toBe(result);
      expect(verdict.reason).toBe(reason);
      expect(verdict.alignments).toHaveLength(identifiers.length);
    },
  );

  test.each(['none', 'fail', 'softfail', 'neutral', 'policy', 'permerror'] as const)(
    '%s authenticates nothing, though the domain is compared',
    async (result) => {
      const verdict = await evaluate('example.com', [dkim('example.com', result)], zone);
      expect(verdict).toMatchObject({ result: 'fail', reason: 'no-identifier' });
      expect(verdict.alignments).toMatchObject([{ domain: 'example.com', result, aligned: true }]);
    },
  );

  test('what does not authenticate is not worth a walk', async () => {
    const verdict = await evaluate('example.com', [spf('bounce.example.com', 'softfail')], zone);
    expect(verdict.asked).toHaveLength(2);
    expect(aligned(verdict)).toEqual([false]);
  });

  test('what cannot be aligned is not worth a walk', async () => {
    const strict = zoneOf({ 'example.com': 'v=DMARC1; p=reject; adkim=s' });
    for (const [identifier, records] of [
      [dkim('example.com'), zone],
      [dkim('mail.example.com'), strict],
      [dkim('mail.example.net'), zone],
      [dkim('com'), zone],
    ] as const) {
      expect((await evaluate('example.com', [identifier], records)).asked).toHaveLength(2);
    }
  });

  test('adkim and aspf are for one method each', async () => {
    const mixed = zoneOf({ 'example.com': 'v=DMARC1; p=reject; adkim=s' });
    const verdict = await evaluate('example.com', [dkim('a.example.com'), spf('a.example.com')], mixed);
    expect(verdict.alignments).toMatchObject([
      { mode: 'strict', aligned: false },
      { mode: 'relaxed', aligned: true, organizationalDomain: 'example.com' },
    ]);
    expect(verdict.alignments[0]).not.toHaveProperty('organizationalDomain');
  });

  test('U-labels are A-labels (§5.3.1)', async () => {
    const idn = zoneOf({ 'xn--bcher-kva.example': 'v=DMARC1; p=reject' });
    expect(await evaluate('bücher.example', [dkim('xn--bcher-kva.example')], idn)).toMatchObject({
      result: 'pass',
      authorDomain: 'xn--bcher-kva.example',
    });
  });

  test('what is no domain name is not aligned, and said', async () => {
    const verdict = await evaluate('example.com', [spf('[192.0.2.1]'), dkim('exa mple.com')], zone);
    expect(aligned(verdict)).toEqual([false, false]);
    expect(verdict.diagnostics).toMatchObject([
      { code: 'dmarc.invalid-identifier', params: { domain: '[192.0.2.1]' } },
      { code: 'dmarc.invalid-identifier', params: { domain: 'exa mple.com' } },
    ]);
  });

  test('several records at an identifier are said, once', async () => {
    const several = {
      ...zone,
      ...zoneOf({ 'x.example.com': ['v=DMARC1', 'v=DMARC1'], com: ['v=DMARC1', 'v=DMARC1'] }),
    };
    const verdict = await evaluate('example.com', [dkim('a.x.example.com'), dkim('b.x.example.com')], several);
    expect(verdict.result).toBe('pass');
    expect(verdict.diagnostics.map(({ subject }) => subject)).toEqual(['_dmarc.com', '_dmarc.x.example.com']);
  });

  test('ten domains are walked, the rest is not aligned unless that is known without', async () => {
    const many = Array.from({ length: 12 }, (_, i) => dkim(`a.b.c.d.e.f.g.h${i}.example.com`));
    const verdict = await evaluate('example.com', [dkim('x.example.com', 'fail'), ...many, dkim('example.com')], zone);
    expect(aligned(verdict)).toEqual([false, ...Array(10).fill(true), false, false, true]);
    expect(codes(verdict)).toEqual(['dmarc.identifier-limit', 'dmarc.identifier-limit']);
    // Two of the author's walk, seven for every identifier.
    expect(verdict.asked.length).toBeLessThanOrEqual(2 + 10 * 7);
  });

  test('what passed is walked before what may yet pass, and equal domains are walked once', async () => {
    const undecided = Array.from({ length: 12 }, (_, i) => dkim(`t${i}.example.com`, 'temperror'));
    const twice = [dkim('mail.example.com'), spf('mail.example.com')];
    const verdict = await evaluate('example.com', [...undecided, ...twice], zone);
    expect(verdict.result).toBe('pass');
    expect(aligned(verdict)).toEqual([...Array(9).fill(true), false, false, false, true, true]);
    expect(verdict.asked.filter((question) => question === '_dmarc.mail.example.com TXT')).toHaveLength(1);
  });
});

describe('what is not known for now (RFC 9989 §5.3.6)', () => {
  const record = 'v=DMARC1; p=reject';
  test.each([
    ['the author domain', { 'example.com': 'fails' }, [spf('example.com')], 'dns-failure'],
    ['below the record', { 'a.example.com': 'fails', 'example.com': record }, [spf('a.example.com')], 'dns-failure'],
    ['above the record', { 'example.com': record, com: 'fails' }, [spf('a.example.com')], 'dns-failure'],
    ['all of it', { 'a.example.com': 'fails', 'example.com': 'fails', com: 'fails' }, [], 'dns-failure'],
  ] as [string, { [name: string]: string }, AuthenticatedIdentifier[], string][])(
    'a failure at %s leaves the policy open',
    async (_, records, identifiers, reason) => {
      const verdict = await evaluate('a.example.com', identifiers, zoneOf(records));
      expect(verdict).toMatchObject({ result: 'temperror', reason, disposition: 'none', alignments: [] });
      expect(verdict).not.toHaveProperty('policy');
      expect(verdict).not.toHaveProperty('organizationalDomain');
      expect(codes(verdict)).toContain('dmarc.dns-failure');
    },
  );

  const topFails = zoneOf({ 'example.com': record, com: 'fails' });
  test.each([
    [
      'an identifier under the same top-level domain may be aligned',
      [dkim('mail.example.com')],
      'temperror',
      'dns-failure',
    ],
    ['even a foreign one', [dkim('example2.com')], 'temperror', 'dns-failure'],
    ['the author domain itself is aligned', [dkim('mail.example.com'), dkim('example.com')], 'pass', undefined],
    ['another top-level domain is not', [dkim('example.net')], 'fail', 'not-aligned'],
    ['what fails is no identifier', [dkim('mail.example.com', 'fail')], 'fail', 'no-identifier'],
    ['what may yet pass may be aligned', [dkim('mail.example.com', 'temperror')], 'temperror', 'identifier-temperror'],
  ] as [string, AuthenticatedIdentifier[], string, string | undefined][])(
    'with the policy known and the organization open: %s',
    async (_, identifiers, result, reason) => {
      const verdict = await evaluate('example.com', identifiers, topFails);
      expect(verdict.result).toBe(result);
      expect(verdict.reason).toBe(reason);
      expect(verdict).toMatchObject({ policyDomain: 'example.com', policy: { published: 'reject' } });
      expect(codes(verdict)).toEqual(['dmarc.dns-failure']);
    },
  );

  test('strict alignment needs no organization', async () => {
    const strict = zoneOf({ 'example.com': `${record}; adkim=s`, com: 'fails' });
    expect(await evaluate('example.com', [dkim('mail.example.com')], strict)).toMatchObject({ result: 'fail' });
  });

  test('a failure in the walk of an identifier', async () => {
    const zone = zoneOf({ 'example.com': record, 'mail.example.com': 'fails' });
    const verdict = await evaluate('example.com', [dkim('mail.example.com')], zone);
    expect(verdict).toMatchObject({ result: 'temperror', reason: 'dns-failure', alignments: [{ aligned: false }] });
    expect(verdict.diagnostics).toMatchObject([{ code: 'dmarc.dns-failure', subject: '_dmarc.mail.example.com' }]);
    expect(await evaluate('example.com', [dkim('mail.example.com'), spf('example.com')], zone)).toMatchObject({
      result: 'pass',
    });
  });

  test('a failure beyond psd=n changes nothing', async () => {
    const records = { 'example.com': `${record}; psd=n` };
    const identifiers = [dkim('mail.example.com')];
    const calm = await evaluate('a.example.com', identifiers, zoneOf(records));
    const failing = await evaluate('a.example.com', identifiers, zoneOf({ ...records, com: 'fails' }));
    expect(failing).toEqual(calm);
    expect(calm.result).toBe('pass');
  });

  test.each([
    ['the author domain', dkim('example.com', 'temperror'), 'temperror', 'identifier-temperror'],
    ['one that would be aligned', dkim('mail.example.com', 'temperror'), 'temperror', 'identifier-temperror'],
    ['SPF that would be aligned', spf('mail.example.com', 'temperror'), 'temperror', 'identifier-temperror'],
    ['one that would not', dkim('example.net', 'temperror'), 'fail', 'no-identifier'],
  ])('an identifier with temperror: %s', async (_, identifier, result, reason) => {
    const zone = zoneOf({ 'example.com': record });
    expect(await evaluate('example.com', [identifier], zone)).toMatchObject({ result, reason });
    expect(await evaluate('example.com', [identifier, spf('example.com')], zone)).toMatchObject({ result: 'pass' });
  });

  test('whether the author domain exists may stay open: that matters to what fails only', async () => {
    const zone = zoneOf({ 'example.com': 'v=DMARC1; p=none; np=reject; rua=mailto:a@example.com' });
    zone['a.example.com'] = { A: { failure: 'servfail' } };
    const failing = await evaluate('a.example.com', [], zone);
    expect(failing).toMatchObject({ result: 'temperror', reason: 'dns-failure', disposition: 'none' });
    expect(failing.diagnostics).toMatchObject([
      { code: 'dmarc.dns-failure', params: { type: 'A', reason: 'servfail' } },
    ]);
    const passing = await evaluate('a.example.com', [dkim('example.com')], zone);
    expect(passing).toMatchObject({ result: 'pass', policyDomain: 'example.com' });
    expect(passing).not.toHaveProperty('policy');
  });

  test('a resolver that never answers is given up after limits.elapsedMs', async () => {
    const resolver: Resolver = { query: () => new Promise(() => {}) };
    const input = { authorDomain: 'example.com', identifiers: [spf('example.com')] };
    const verdict = await evaluateDmarc(input, { resolver }, { limits: { elapsedMs: 10 } });
    expect(verdict).toMatchObject({ result: 'temperror', reason: 'dns-failure' });
  });
});

describe('the author domain (RFC 9989 §5.3.1)', () => {
  test.each([[''], ['192.0.2.1'], ['[192.0.2.1]'], ['example..com'], ['exa mple.com'], ['1.2'], ['x'.repeat(64)]])(
    '%j is no domain name: permerror',
    async (authorDomain) => {
      const { asked, ...verdict } = await evaluate(authorDomain, [spf('example.com')], {});
      expect(verdict).toEqual({
        result: 'permerror',
        reason: 'invalid-author-domain',
        protocol: 'rfc9989',
        disposition: 'none',
        alignments: [],
        walk: [],
        diagnostics: [
          expect.objectContaining({ code: 'dmarc.invalid-author-domain', params: { domain: authorDomain } }),
        ],
      });
      expect(asked).toEqual([]);
    },
  );

  test('a single label is a domain name', async () => {
    expect(await evaluate('example', [spf('example')], zoneOf({ example: 'v=DMARC1; p=none' }))).toMatchObject({
      result: 'pass',
      organizationalDomain: 'example',
    });
  });
});

describe('questions', () => {
  test('every question is asked once, in two rounds', async () => {
    const inner = memoryResolver(zoneOf({ 'example.com': 'v=DMARC1; p=none; np=reject', 'b.example.com': 'v=DMARC1' }));
    const rounds: string[][] = [];
    const resolver: Resolver = {
      query: async (name, type) => {
        if (rounds.length === 0 || rounds.at(-1)!.includes('closed')) rounds.push([]);
        const round = rounds.at(-1)!;
        round.push(name);
        await new Promise((resolve) => setTimeout(resolve, 5));
        if (!round.includes('closed')) round.push('closed');
        return inner.query(name, type);
      },
    };
    const identifiers = [dkim('x.example.com'), dkim('y.b.example.com'), spf('x.example.com', 'temperror')];
    const verdict = await evaluateDmarc({ authorDomain: 'a.example.com', identifiers }, { resolver });
    expect(verdict.result).toBe('pass');
    expect(rounds.map((round) => round.filter((name) => name !== 'closed').sort())).toEqual([
      ['_dmarc.a.example.com', '_dmarc.com', '_dmarc.example.com'],
      ['_dmarc.b.example.com', '_dmarc.x.example.com', '_dmarc.y.b.example.com', 'a.example.com'],
    ]);
  });

  test('prefetchDmarc asks for the walk ahead, in the session of the call', async () => {
    const { resolver, asked } = counting(zoneOf({ 'example.com': 'v=DMARC1; p=none' }));
    const session = DnsSession.open({ resolver }, defaultLimits);
    prefetchDmarc('A.example.com', session);
    prefetchDmarc('192.0.2.1', session);
    const expected = ['_dmarc.a.example.com TXT', '_dmarc.example.com TXT', '_dmarc.com TXT'];
    expect(asked).toEqual(expected);
    const verdict = await evaluateDmarc({ authorDomain: 'a.example.com', identifiers: [] }, { resolver: session });
    expect(verdict.result).toBe('fail');
    expect(asked).toEqual(expected);
  });

  test('an aborted signal rejects with its reason, and nothing else is rejected', async () => {
    const controller = new AbortController();
    const resolver: Resolver = { query: () => new Promise(() => {}) };
    const env = { resolver, signal: controller.signal };
    prefetchDmarc('a.example.com', DnsSession.open(env, defaultLimits));
    const verdict = evaluateDmarc({ authorDomain: 'a.example.com', identifiers: [dkim('b.example.com')] }, env);
    controller.abort(new Error('enough'));
    await expect(verdict).rejects.toThrow('enough');
    await expect(evaluateDmarc({ authorDomain: 'example.com', identifiers: [] }, env)).rejects.toThrow('enough');
  });
});

describe('wrong arguments reject with a TypeError', () => {
  const call = evaluateDmarc as (...args: unknown[]) => Promise<unknown>;
  const env = { resolver: memoryResolver({}) };
  const input = { authorDomain: 'example.com', identifiers: [] };
  const identifier = { method: 'spf', domain: 'example.com', result: 'pass' };
  const withIdentifier = (change: object) => ({ ...input, identifiers: [identifier, { ...identifier, ...change }] });
  test.each([
    ['"authorDomain" must be a string, received undefined', undefined, env],
    ['"authorDomain" must be a string, received 7', { authorDomain: 7, identifiers: [] }, env],
    ['"identifiers" must be an array, received undefined', { authorDomain: 'example.com' }, env],
    ['"identifiers[0].domain" must be a string, received undefined', { ...input, identifiers: [null] }, env],
    ['"identifiers[1].domain" must be a string, received an object', withIdentifier({ domain: {} }), env],
    ['"identifiers[1].method" must be spf or dkim, received "arc"', withIdentifier({ method: 'arc' }), env],
    [
      '"identifiers[1].result" must be one of none, pass, fail, softfail, neutral, policy, temperror, permerror, received "Pass"',
      withIdentifier({ result: 'Pass' }),
      env,
    ],
    ['"env.resolver" must be a Resolver, received undefined', input, {}],
    ['"protocol" must be rfc9989 or rfc7489, received "dmarc"', input, env, { protocol: 'dmarc' }],
    [
      '"organizationalDomain" is for protocol rfc7489 only; rfc9989 walks the DNS tree',
      input,
      env,
      { organizationalDomain: () => undefined },
    ],
  ])('%s', async (message, ...args) => {
    await expect(call(...args)).rejects.toThrow(new TypeError(`Cannot evaluate DMARC: ${message}`));
  });

  test('limits that are none', async () => {
    await expect(call(input, env, { limits: { recordBytes: 'many' } })).rejects.toThrow(TypeError);
  });
});
