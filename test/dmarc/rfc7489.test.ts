import { describe, expect, test } from 'vitest';
import { prefetchDmarc } from '../../src/dmarc/discover.ts';
import { type DmarcOptions, evaluateDmarc } from '../../src/dmarc/evaluate.ts';
import type { AuthenticatedIdentifier, DmarcResult } from '../../src/dmarc/result.ts';
import { DnsSession } from '../../src/dns/session.ts';
import { defaultLimits } from '../../src/limits.ts';
import { publicSuffix, publicSuffixFrom } from '../../src/public-suffix.ts';
import { memoryResolver } from '../../src/resolvers/memory.ts';
import { counting, dkim, spf, zoneOf } from '../support/dmarc.ts';

async function evaluate(
  authorDomain: string,
  identifiers: AuthenticatedIdentifier[],
  records: { [domain: string]: string | string[] },
  organizationalDomain: DmarcOptions['organizationalDomain'] & {} = publicSuffix,
): Promise<DmarcResult & { asked: string[] }> {
  const { resolver, asked } = counting(zoneOf(records));
  const options: DmarcOptions = { protocol: 'rfc7489', organizationalDomain };
  return { ...(await evaluateDmarc({ authorDomain, identifiers }, { resolver }, options)), asked };
}

describe('policy discovery (RFC 7489 §6.6.3)', () => {
  test('the author domain, then the organizational domain, and nothing else', async () => {
    const { asked, ...verdict } = await evaluate('a.b.example.co.uk', [], {
      'b.example.co.uk': 'v=DMARC1; p=reject; rua=mailto:a@example.co.uk',
      'example.co.uk': 'v=DMARC1; p=none; rua=mailto:a@example.co.uk',
      uk: 'v=DMARC1; p=reject; psd=y',
    });
    expect(asked).toEqual(['_dmarc.a.b.example.co.uk TXT', '_dmarc.example.co.uk TXT']);
    expect(verdict).toMatchObject({
      result: 'fail',
      reason: 'no-identifier',
      protocol: 'rfc7489',
      authorDomain: 'a.b.example.co.uk',
      policyDomain: 'example.co.uk',
      organizationalDomain: 'example.co.uk',
      policy: { published: 'none', source: 'p', effective: 'none', testing: false, percent: 100 },
      disposition: 'none',
      alignments: [],
      diagnostics: [],
    });
    expect(verdict.walk).toEqual([
      { name: '_dmarc.a.b.example.co.uk', status: 'nxdomain', selected: false },
      {
        name: '_dmarc.example.co.uk',
        status: 'answer',
        record: 'v=DMARC1; p=none; rua=mailto:a@example.co.uk',
        selected: true,
      },
    ]);
  });

  test.each([
    [
      'the author has a record',
      { 'a.example.com': 'v=DMARC1; p=reject', 'example.com': 'fails' },
      'fail',
      'no-identifier',
    ],
    ['the author has none', { 'example.com': 'v=DMARC1; p=reject' }, 'fail', 'no-identifier'],
    ['neither has one', { com: 'v=DMARC1; p=reject' }, 'none', 'no-record'],
    // Step 5: unlike in RFC 9989, several records end it all.
    [
      'several at the author',
      { 'a.example.com': ['v=DMARC1; p=none', 'v=DMARC1; p=none'], 'example.com': 'v=DMARC1; p=reject' },
      'none',
      'multiple-records',
    ],
    [
      'several at the organization',
      { 'example.com': ['v=DMARC1; p=none', 'v=DMARC1; p=none'] },
      'none',
      'multiple-records',
    ],
    // Step 2: what is no DMARC record is discarded before.
    ['another record beside it', { 'a.example.com': ['v=spf1 -all', 'v=DMARC1; p=reject'] }, 'fail', 'no-identifier'],
    [
      'another record alone',
      { 'a.example.com': 'v=spf1 -all', 'example.com': 'v=DMARC1; p=reject' },
      'fail',
      'no-identifier',
    ],
    [
      'the question for the author fails',
      { 'a.example.com': 'fails', 'example.com': 'v=DMARC1; p=reject' },
      'temperror',
      'dns-failure',
    ],
    ['the question for the organization fails', { 'example.com': 'fails' }, 'temperror', 'dns-failure'],
  ] as [string, { [domain: string]: string | string[] }, string, string][])(
    '%s: %s',
    async (_, records, result, reason) => {
      expect(await evaluate('a.example.com', [], records)).toMatchObject({ result, reason });
    },
  );

  test('several records are said', async () => {
    const verdict = await evaluate('example.com', [], { 'example.com': ['v=DMARC1', 'v=DMARC1', 'v=DMARC1'] });
    expect(verdict.diagnostics).toMatchObject([{ code: 'dmarc.multiple-records', params: { count: 3 } }]);
  });

  test('a public suffix has no organizational domain to ask', async () => {
    const verdict = await evaluate('co.uk', [dkim('co.uk'), dkim('bank.co.uk')], { 'co.uk': 'v=DMARC1; p=reject' });
    expect(verdict.asked).toEqual(['_dmarc.co.uk TXT']);
    expect(verdict).toMatchObject({ result: 'pass', alignments: [{ aligned: true }, { aligned: false }] });
    expect(verdict).not.toHaveProperty('organizationalDomain');
    expect(verdict.diagnostics.map(({ code }) => code)).toContain('dmarc.public-suffix');
    expect(await evaluate('co.uk', [], { uk: 'v=DMARC1; p=reject' })).toMatchObject({
      result: 'none',
      reason: 'no-record',
    });
  });

  test.each([
    // Step 6, as in RFC 9989 §4.10.1 …
    ['v=DMARC1', 'none', undefined],
    ['v=DMARC1; p=x', 'none', undefined],
    ['v=DMARC1; p=reject; sp=x', 'none', undefined],
    ['v=DMARC1; rua=mailto:a@example.com', 'fail', 'none'],
    ['v=DMARC1; p=x; rua=mailto:a@example.com', 'fail', 'none'],
    ['v=DMARC1; p=reject; sp=x; rua=mailto:a@example.com', 'fail', 'none'],
    // … but np is an unknown tag, whatever it says.
    ['v=DMARC1; p=reject; np=x', 'fail', 'reject'],
    ['v=DMARC1; p=reject; np=x; rua=mailto:a@example.com', 'fail', 'reject'],
    ['v=DMARC1; P=Reject', 'fail', 'reject'],
  ])('%s: %s, %s', async (record, result, published) => {
    const verdict = await evaluate('example.com', [], { 'example.com': record });
    expect(verdict.result).toBe(result);
    expect(verdict.policy?.published).toBe(published);
    if (result === 'none') expect(verdict.reason).toBe('record-invalid');
  });
});

describe('policy (RFC 7489 §6.3, §6.6.4)', () => {
  const a = 'a.example.com';
  test.each([
    ['example.com', 'p=reject; sp=none', 'reject', 'p', 100, 'quarantine'],
    [a, 'p=reject; sp=none', 'none', 'sp', 100, 'none'],
    [a, 'p=reject', 'reject', 'p', 100, 'quarantine'],
    // np, t and psd are not known.
    [a, 'p=none; np=reject', 'none', 'p', 100, 'none'],
    [a, 'p=reject; t=y; psd=y', 'reject', 'p', 100, 'quarantine'],
    // Outside of the sample reject becomes quarantine, and quarantine becomes nothing.
    ['example.com', 'p=reject; pct=0', 'reject', 'p', 0, 'quarantine'],
    ['example.com', 'p=quarantine; pct=0', 'quarantine', 'p', 0, 'none'],
    ['example.com', 'p=quarantine; pct=25', 'quarantine', 'p', 25, 'quarantine'],
    ['example.com', 'p=quarantine; pct=1000', 'quarantine', 'p', 100, 'quarantine'],
  ] as const)('%s, %s', async (author, tags, published, source, percent, disposition) => {
    const verdict = await evaluate(author, [], { 'example.com': `v=DMARC1; ${tags}` });
    expect(verdict.policy).toEqual({ published, source, effective: published, testing: false, percent });
    expect(verdict.disposition).toBe(disposition);
  });

  test('existence is not asked', async () => {
    const { asked } = await evaluate(a, [], { 'example.com': 'v=DMARC1; p=none; np=reject' });
    expect(asked).toEqual([`_dmarc.${a} TXT`, '_dmarc.example.com TXT']);
  });

  test('findings that only RFC 9989 has are left out', async () => {
    const record = 'v=DMARC1; p=reject; np=x; t=y; psd=n; pct=50; rf=afrf; ri=3600; adkim=x';
    const verdict = await evaluate('example.com', [], { 'example.com': record });
    expect(verdict.diagnostics).toMatchObject([
      { code: 'dmarc.tag-value', params: { name: 'adkim' }, subject: '_dmarc.example.com' },
    ]);
  });
});

describe('alignment (RFC 7489 §3.1)', () => {
  const records = { 'example.com': 'v=DMARC1; p=reject', 'unit.example.com': 'v=DMARC1; p=none; psd=n' };
  test.each([
    ['§3.1.1: d= of the organization', 'alerts.news.example.com', dkim('example.com'), true],
    ['§3.1.1: d=com', 'example.com', dkim('com'), false],
    ['§3.1.2: a domain below', 'example.com', spf('cbg.bounces.example.com'), true],
    ['psd=n is not known', 'example.com', dkim('a.unit.example.com'), true],
    ['the end of a label', 'example.com', dkim('evilexample.com'), false],
    ['no domain name', 'example.com', spf('192.0.2.1'), false],
  ])('%s', async (_, author, identifier, aligned) => {
    const verdict = await evaluate(author, [identifier], records);
    expect(verdict).toMatchObject({ result: aligned ? 'pass' : 'fail', alignments: [{ mode: 'relaxed', aligned }] });
    expect(verdict.asked.filter((question) => !question.includes(author) && !question.includes('example.com'))).toEqual(
      [],
    );
  });

  test('strict', async () => {
    const strict = { 'example.com': 'v=DMARC1; p=reject; adkim=s' };
    const verdict = await evaluate('example.com', [dkim('mail.example.com'), spf('mail.example.com')], strict);
    expect(verdict.alignments).toEqual([
      { method: 'dkim', domain: 'mail.example.com', result: 'pass', mode: 'strict', aligned: false },
      {
        method: 'spf',
        domain: 'mail.example.com',
        result: 'pass',
        mode: 'relaxed',
        aligned: true,
        organizationalDomain: 'example.com',
      },
    ]);
  });

  test.each([
    [dkim('mail.example.com', 'temperror'), 'temperror', 'identifier-temperror'],
    [dkim('example.net', 'temperror'), 'fail', 'no-identifier'],
    [dkim('example.com', 'fail'), 'fail', 'no-identifier'],
    [dkim('example.net'), 'fail', 'not-aligned'],
  ])('%j: %s, %s', async (identifier, result, reason) => {
    expect(await evaluate('example.com', [identifier], records)).toMatchObject({ result, reason });
  });
});

describe('the list is the caller’s', () => {
  test('a fresher list', async () => {
    const organizationalDomain = publicSuffixFrom('example\nshared.example');
    const records = { 'alice.shared.example': 'v=DMARC1; p=reject' };
    const verdict = await evaluate(
      'a.alice.shared.example',
      [dkim('shared.example'), dkim('b.alice.shared.example')],
      records,
      organizationalDomain,
    );
    expect(verdict).toMatchObject({
      result: 'pass',
      organizationalDomain: 'alice.shared.example',
      alignments: [{ aligned: false }, { aligned: true }],
    });
  });

  test('a domain that is not above the author domain is never asked', async () => {
    const verdict = await evaluate(
      'a.example.com',
      [dkim('b.example.com')],
      { 'evil.net': 'v=DMARC1; p=none' },
      () => 'evil.net',
    );
    expect(verdict).toMatchObject({ result: 'none', reason: 'no-record' });
    expect(verdict.asked).toEqual(['_dmarc.a.example.com TXT']);
  });

  test('what it throws rejects the promise', async () => {
    const broken = () => {
      throw new RangeError('list is gone');
    };
    await expect(evaluate('a.example.com', [], {}, broken)).rejects.toThrow(new RangeError('list is gone'));
  });

  test.each([
    [
      'protocol rfc7489 needs "organizationalDomain", for example publicSuffix of mailverdict/public-suffix',
      { protocol: 'rfc7489' },
    ],
    ['"organizationalDomain" must be a function, received "com"', { protocol: 'rfc7489', organizationalDomain: 'com' }],
  ])('%s', async (message, options) => {
    const env = { resolver: memoryResolver({}) };
    await expect(
      evaluateDmarc({ authorDomain: 'example.com', identifiers: [] }, env, options as DmarcOptions),
    ).rejects.toThrow(new TypeError(`Cannot evaluate DMARC: ${message}`));
  });

  test('prefetchDmarc asks what RFC 7489 asks', async () => {
    const { resolver, asked } = counting({});
    const session = DnsSession.open({ resolver }, defaultLimits);
    prefetchDmarc('a.b.example.com', session, { organizationalDomain: publicSuffix });
    expect(asked).toEqual(['_dmarc.a.b.example.com TXT', '_dmarc.example.com TXT']);
  });
});

test('an author domain that is none', async () => {
  expect(await evaluate('192.0.2.1', [], {})).toMatchObject({ result: 'permerror', protocol: 'rfc7489' });
});
