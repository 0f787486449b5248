import { describe, expect, test } from 'vitest';
import { auditDomain } from '../../../src/audit.ts';
import type { Resolver } from '../../../src/dns/resolver.ts';
import { memoryResolver, type Zone } from '../../../src/resolvers/memory.ts';
import { ED25519, publicKey } from '../findings/keys.ts';
import { auditZone, codesOf, failing, findingOf, KEY, OTHER_KEY, octetsOf } from '../world.ts';

const mail: Zone = {
  'example.com': { MX: ['10 mx.example.com'], TXT: ['v=spf1 mx -all'] },
  'mx.example.com': { A: ['192.0.2.25'] },
};
const at = (selector: string, ...TXT: string[]): Zone => ({ ...mail, [`${selector}._domainkey.example.com`]: { TXT } });
const dkimCodes = (codes: string[]) => codes.filter((code) => code.startsWith('dkim.'));
const down = { failure: 'timeout' } as const;

describe('what stands at a selector that the caller named', () => {
  test.each<[string, Zone, object, string[]]>([
    ['a key', at('s9', KEY), { status: 'key', text: KEY, record: { keyType: 'rsa', keyBits: 2048 } }, []],
    ['a weak key', at('s9', `v=DKIM1; p=${publicKey(1024)}`), { status: 'key' }, ['dkim.key-weak']],
    [
      'a key that is too short',
      at('s9', `v=DKIM1; p=${publicKey(512)}`),
      { status: 'invalid' },
      ['dkim.key-too-short'],
    ],
    ['a revoked key', at('s9', 'v=DKIM1; p='), { status: 'revoked' }, ['dkim.key-revoked']],
    ['a key in test mode', at('s9', `${KEY}; t=y`), { status: 'key' }, ['dkim.key-testing']],
    ['a key for reports alone', at('s9', `${KEY}; s=tlsrpt`), { status: 'invalid' }, ['dkim.key-service']],
    ['a strict key, which is a choice', at('s9', `${KEY}; t=s`), { status: 'key' }, []],
    ['another record', at('s9', 'v=spf1 -all'), { status: 'invalid' }, ['dkim.key-other-record']],
    ['nothing', { ...mail, 'x._domainkey.example.com': { A: ['192.0.2.1'] } }, { status: 'none' }, ['dkim.no-key']],
    ['no answer', { ...mail, 's9._domainkey.example.com': { TXT: down } }, { status: 'unknown' }, ['dkim.dns-failure']],
    ['two keys', at('s9', KEY, OTHER_KEY), { status: 'key' }, ['dkim.key-several']],
    [
      'a key and what is none',
      at('s9', 'v=spf1 -all', KEY),
      { status: 'key', record: { keyBits: 2048 } },
      ['dkim.key-other-record', 'dkim.key-several'],
    ],
    ['what is too long', at('s9', `${KEY}; n=${'x'.repeat(9000)}`), { status: 'invalid' }, ['dkim.key-oversized']],
  ])('%s', async (_, zone, expected, codes) => {
    const audit = await auditZone(zone, { selectors: ['s9'] });
    expect(audit.dkim.selectors).toHaveLength(1);
    expect(audit.dkim.selectors[0]).toMatchObject({
      selector: 's9',
      name: 's9._domainkey.example.com',
      source: 'given',
      ...expected,
    });
    expect(dkimCodes(codesOf(audit))).toEqual(codes);
  });

  test('is told once, also where it is well known, and under one form of its name', async () => {
    const { dkim, records } = await auditZone(at('google', KEY), { selectors: ['Google', 'google'] });
    expect(dkim.selectors.map(({ selector, source }) => `${selector} ${source}`)).toEqual(['google given']);
    expect(dkim.probed).toBe(39);
    expect(records.filter(({ name }) => name.startsWith('google.'))).toHaveLength(2);
  });

  test('has no name in DNS where the name is too long', async () => {
    const domain = `${'a.'.repeat(115)}com`;
    const { dkim } = await auditZone({}, { domain, selectors: ['a-long-selector'] });
    expect(dkim.selectors).toMatchObject([{ selector: 'a-long-selector', status: 'none' }]);
  });
});

describe('the selectors of well-known senders', () => {
  test('are looked up, and told where something is', async () => {
    const { dkim } = await auditZone(at('default', KEY));
    expect(dkim).toMatchObject({ probed: 40, selectors: [{ selector: 'default', source: 'probed', status: 'key' }] });
  });

  test('are not looked up where nobody wants it', async () => {
    const { dkim, records } = await auditZone(at('default', KEY), { probe: false });
    expect(dkim).toEqual({ probed: 0, selectors: [] });
    expect(records.filter(({ name }) => name.includes('_domainkey'))).toMatchObject([
      { name: '_domainkey.example.com' },
    ]);
  });

  test('a revoked key there is an old one, and nobody\u2019s fault', async () => {
    const audit = await auditZone({ ...at('default', 'v=DKIM1; p='), 's1._domainkey.example.com': { TXT: [KEY] } });
    expect(audit.dkim.selectors.map(({ status }) => status).sort()).toEqual(['key', 'revoked']);
    expect(dkimCodes(codesOf(audit))).toEqual([]);
  });

  test('a wildcard is one selector (RFC 6376 §6.1.2)', async () => {
    const audit = await auditZone(at('*', KEY));
    expect(audit.dkim.selectors).toMatchObject([{ selector: '*', name: '*._domainkey.example.com', status: 'key' }]);
    expect(dkimCodes(codesOf(audit))).toEqual([]);
  });

  test('a wildcard with other records is no key, and what stands beside it is', async () => {
    const audit = await auditZone({ ...at('*', 'v=spf1 -all'), 'k1._domainkey.example.com': { TXT: [KEY] } });
    expect(audit.dkim.selectors).toMatchObject([{ selector: 'k1', status: 'key' }]);
  });

  test('an alias of everything is no delegation of forty keys', async () => {
    const audit = await auditZone({ ...mail, '*.example.com': { CNAME: ['gone.example.net'] } });
    expect(audit.dkim.selectors).toEqual([]);
    expect(dkimCodes(codesOf(audit))).not.toContain('dkim.dangling');
  });

  test('failures there are one finding', async () => {
    const resolver = failing(memoryResolver(at('s9', KEY)), (question) => /TXT (s1|k\d)\._domainkey/.test(question));
    const audit = await auditDomain('example.com', { resolver }, { selectors: 's9' });
    expect(audit.dkim.selectors.map(({ selector, status }) => `${selector} ${status}`)).toEqual([
      's9 key',
      'k1 unknown',
      'k2 unknown',
      'k3 unknown',
      's1 unknown',
    ]);
    expect(findingOf(audit, 'dkim.probe-incomplete').message).toBe(
      'Of 40 selectors that were tried, 4 could not be looked up: servfail',
    );
  });
});

describe('keys that somebody else publishes', () => {
  const delegated: Zone = {
    ...mail,
    's1._domainkey.example.com': { CNAME: ['s1.vendor.example'] },
    's1.vendor.example': { TXT: [`k=rsa; p=${publicKey(1024)}; t=y`] },
  };
  test('the delegation is told; what is only worth knowing is left to them, and so are changes', async () => {
    const audit = await auditZone(delegated);
    expect(audit.dkim.selectors).toMatchObject([{ selector: 's1', status: 'key', delegatedTo: 's1.vendor.example' }]);
    expect(dkimCodes(codesOf(audit))).toEqual(['dkim.key-testing', 'dkim.key-weak']);
    expect(audit.findings.filter(({ area, change }) => area === 'dkim' && change !== undefined)).toEqual([]);
  });

  test('also where the resolver does not tell of aliases', async () => {
    const zone = memoryResolver(delegated);
    const resolver: Resolver = {
      async query(name, type) {
        const { cnames: _, ...answer } = await zone.query(name, type);
        return answer as never;
      },
    };
    const { dkim } = await auditDomain('example.com', { resolver });
    expect(dkim.selectors).toMatchObject([{ selector: 's1', delegatedTo: 's1.vendor.example' }]);
  });

  test.each<[string, object, boolean]>([
    ['a selector that was tried: the alias goes', {}, true],
    ['a selector in use: it needs its key', { selectors: 's1' }, false],
  ])('an alias that leads nowhere: %s', async (_, options, isCured) => {
    const zone = { ...mail, 's1._domainkey.example.com': { CNAME: ['s1.gone.example'] } };
    const finding = findingOf(await auditZone(zone, options), 'dkim.dangling');
    expect(finding.message).toBe(
      's1._domainkey.example.com leads to s1.gone.example, which does not exist: whoever gets that name can sign for example.com',
    );
    expect(finding.change).toEqual(
      isCured
        ? { action: 'remove', name: 's1._domainkey.example.com', type: 'CNAME', before: 's1.gone.example' }
        : undefined,
    );
  });
});

describe('keys together', () => {
  test('the same key at two selectors is retired at neither (RFC 6376 §3.1)', async () => {
    const zone = { ...at('s1', KEY), 's2._domainkey.example.com': { TXT: [`${KEY}; n=again`] } };
    const audit = await auditZone(zone);
    expect(findingOf(audit, 'dkim.duplicate-key')).toMatchObject({
      params: { first: 's1', second: 's2' },
      evidence: [{ name: 's1._domainkey.example.com' }, { name: 's2._domainkey.example.com' }],
    });
  });

  test('two aliases of one name are one key', async () => {
    const CNAME = ['key.vendor.example'];
    const zone = {
      ...mail,
      's1._domainkey.example.com': { CNAME },
      's2._domainkey.example.com': { CNAME },
      'key.vendor.example': { TXT: [KEY] },
    };
    expect(dkimCodes(codesOf(await auditZone(zone)))).toEqual([]);
  });

  test.each<[string, Zone, object, string[]]>([
    ['no name below _domainkey: no key at all (RFC 8020 §2)', mail, {}, ['dkim.missing']],
    [
      'whoever lets nobody send has no mail to sign',
      { ...mail, 'example.com': { MX: ['10 mx.example.com'], TXT: ['v=spf1 -all'] } },
      {},
      [],
    ],
    ['names below _domainkey, none that was tried', at('x9', KEY), {}, ['dkim.not-found']],
    ['the same, and nothing was tried', at('x9', KEY), { probe: false }, []],
    [
      'a wildcard for everything, which may hide them',
      { ...mail, '*.example.com': { A: ['192.0.2.1'] } },
      {},
      ['dkim.not-found'],
    ],
    ['no answer', { ...mail, '_domainkey.example.com': { TXT: down } }, {}, []],
  ])('%s', async (_, zone, options, codes) => {
    expect(dkimCodes(codesOf(await auditZone(zone, options)))).toEqual(codes);
  });

  test('mail of a subdomain may be signed by the organization (RFC 9989 §4.4.1)', async () => {
    const zone: Zone = {
      'news.example.com': { MX: ['10 mx.example.com'], TXT: ['v=spf1 mx -all'] },
      'mx.example.com': { A: ['192.0.2.25'] },
      '_dmarc.example.com': { TXT: ['v=DMARC1; p=reject; rua=mailto:dmarc@example.com'] },
    };
    expect(dkimCodes(codesOf(await auditZone(zone, { domain: 'news.example.com' })))).toEqual([]);
  });
});

describe('Ed25519 keys, which not everybody verifies (RFC 8463 §6)', () => {
  const ED = `v=DKIM1; k=ed25519; p=${ED25519}`;
  const keys = (texts: { [selector: string]: string[] }, more: Zone = {}): Zone => ({
    ...mail,
    ...Object.fromEntries(Object.entries(texts).map(([name, TXT]) => [`${name}._domainkey.example.com`, { TXT }])),
    ...more,
  });
  test.each<[string, Zone, object, boolean]>([
    ['the only key that was given', keys({ s9: [ED] }), { selectors: 's9' }, true],
    ['the same without any other questions', keys({ s9: [ED] }), { selectors: 's9', probe: false }, true],
    ['the only key that was tried', keys({ default: [ED] }), {}, true],
    ['beside a key that was revoked', keys({ s9: [ED], s1: ['v=DKIM1; p='] }), { selectors: ['s9', 's1'] }, true],
    ['beside an RSA key', keys({ s9: [ED], s8: [KEY] }), { selectors: ['s9', 's8'] }, false],
    ['beside an RSA key that was only tried', keys({ s9: [ED], default: [KEY] }), { selectors: 's9' }, false],
    ['beside an RSA key of the same selector', keys({ s9: [ED, KEY] }), { selectors: 's9' }, false],
    [
      'beside what DNS does not answer',
      keys({ s9: [ED] }, { 's8._domainkey.example.com': { TXT: down } }),
      { selectors: ['s9', 's8'] },
      false,
    ],
    [
      'beside what DNS does not answer about a selector that was only tried',
      keys({ s9: [ED] }, { 's1._domainkey.example.com': { TXT: down } }),
      { selectors: 's9' },
      false,
    ],
    ['of a parked domain', keys({ s9: [ED] }), { selectors: 's9', parked: true }, false],
    ['an RSA key alone', keys({ s9: [KEY] }), { selectors: 's9' }, false],
  ])('%s', async (_, zone, options, isTold) => {
    expect(codesOf(await auditZone(zone, options)).includes('dkim.ed25519-alone')).toBe(isTold);
  });

  test('one finding, with all the keys', async () => {
    const zone = keys(
      { default: [ED] },
      { 's1._domainkey.example.com': { CNAME: ['default._domainkey.example.com'] } },
    );
    const finding = findingOf(await auditZone(zone), 'dkim.ed25519-alone');
    expect(finding).toMatchObject({ severity: 'warning', area: 'dkim', subject: '_domainkey.example.com' });
    expect(finding.evidence.map(({ name }) => name).sort()).toEqual([
      'default._domainkey.example.com',
      's1._domainkey.example.com',
    ]);
    expect(finding.fix?.description).toBe('Publish an RSA key under another selector, and sign with both');
  });
});

describe('the change that cures a record', () => {
  test.each<[string, string, string, string]>([
    ['test mode', `${KEY}; t=y`, 'dkim.key-testing', KEY],
    ['test mode before other tags', `v=DKIM1; t=y; ${KEY.slice(9)}`, 'dkim.key-testing', `v=DKIM1; ${KEY.slice(9)}`],
    ['test mode among flags', `${KEY}; t=y:s`, 'dkim.key-testing', `${KEY}; t=s`],
    ['a tag of the past', `${KEY}; g=*`, 'dkim.key-tag-historic', KEY],
    ['no flags', `${KEY}; t=`, 'dkim.key-no-flags', KEY],
    ['what the parser cures', KEY.replace('k=rsa', 'k=RSA'), 'dkim.key-case', KEY],
  ])('%s', async (_, text, code, after) => {
    const { change, evidence } = findingOf(await auditZone(at('s9', text), { selectors: 's9' }), code);
    expect(change).toMatchObject({ action: 'replace', name: 's9._domainkey.example.com', before: text, after });
    expect(evidence).toEqual([{ name: 's9._domainkey.example.com', type: 'TXT', found: text }]);
  });
});

test('UTF-8 in a key record is shown as the characters that it means', async () => {
  const text = `v=DKIM1;\u00a0k=rsa; ${KEY.slice(KEY.indexOf('p='))}; n=sch\u00f6n`;
  const audit = await auditZone(at('s9', octetsOf(text)), { selectors: 's9' });
  expect(audit.dkim.selectors[0]?.text).toBe(text);
  const own = audit.findings.filter(({ subject }) => subject === 's9._domainkey.example.com');
  expect(own.length).toBeGreaterThan(0);
  for (const { evidence, span, message } of own) {
    expect(evidence[0]?.found).toBe(text);
    expect(span?.end ?? 0).toBeLessThanOrEqual(text.length);
    expect(message).not.toContain('\u00c2');
  }
});
