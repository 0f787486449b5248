import { describe, expect, test } from 'vitest';
import { auditDomain } from '../../../src/audit.ts';
import type { Resolver } from '../../../src/dns/resolver.ts';
import { memoryResolver, type Zone } from '../../../src/resolvers/memory.ts';
import { auditZone, codesOf, findingOf, healthy, healthyFiles, POLICY } from '../world.ts';

const URL = 'https://mta-sts.example.com/.well-known/mta-sts.txt';
const options = { selectors: 's1', files: healthyFiles };
const down = { failure: 'timeout' } as const;

describe('MTA-STS', () => {
  const second: Zone = {
    ...healthy,
    'example.com': { ...healthy['example.com'], MX: ['10 mx.example.com', '20 backup.example.net'] },
    'backup.example.net': { A: ['192.0.2.26'] },
  };
  const cured = POLICY.replace('mx.example.com\r\n', 'mx.example.com\r\nmx: backup.example.net\r\n');

  test('senders do not deliver to an MX host that the policy does not name (RFC 8461 §4.1)', async () => {
    const audit = await auditZone(second, options);
    expect(codesOf(audit)).toEqual(['mta-sts.mx-unmatched']);
    expect(audit.findings[0]).toMatchObject({
      severity: 'error',
      params: { host: 'backup.example.net' },
      evidence: [
        { name: 'example.com', type: 'MX', found: '10 mx.example.com' },
        { name: 'example.com', type: 'MX', found: '20 backup.example.net' },
        { name: '_mta-sts.example.com', type: 'TXT', found: 'v=STSv1; id=1' },
      ],
      change: { action: 'serve', url: URL, before: POLICY, after: cured },
    });
    expect(codesOf(await auditZone(second, { ...options, files: { [URL]: cured } }))).toEqual([]);
  });

  test('a host without address is not to be named, but to go', async () => {
    const audit = await auditZone({ ...second, 'backup.example.net': { A: [] } }, options);
    expect(codesOf(audit)).toEqual(['mx.no-address']);
  });

  test('an MX host that is an alias stays where the policy does not name what it leads to', async () => {
    const zone: Zone = {
      ...second,
      'backup.example.net': { CNAME: ['mail.example.org'] },
      'mail.example.org': { A: ['192.0.2.27'] },
    };
    const under = async (text: string) => auditZone(zone, { ...options, files: { [URL]: text } });
    expect(findingOf(await under(cured), 'mx.alias').change).toBeUndefined();
    const named = cured.replace('mx: backup.example.net', 'mx: backup.example.net\r\nmx: mail.example.org');
    expect(findingOf(await under(named), 'mx.alias').change).toMatchObject({ after: '20 mail.example.org' });
  });

  test.each<[string, string, string[]]>([
    ['will not, once it is enforced', 'testing', ['mta-sts.mx-unmatched-testing', 'mta-sts.policy-testing']],
    ['do as ever', 'none', ['mta-sts.policy-none']],
  ])('senders %s in mode %s', async (_, mode, codes) => {
    const files = { [URL]: POLICY.replace('enforce', mode) };
    expect(codesOf(await auditZone(second, { ...options, files }))).toEqual(codes);
  });

  test('a fault of the file is cured in the file', async () => {
    const text = POLICY.replace('enforce', 'Enforce');
    const audit = await auditZone(healthy, { ...options, files: { [URL]: text } });
    const { change } = findingOf(audit, 'mta-sts.policy-mode');
    expect(change).toMatchObject({ action: 'serve', url: URL, before: text, after: POLICY });
  });

  test('a fault of the record is cured in the record', async () => {
    const zone = { ...healthy, '_mta-sts.example.com': { TXT: ['v=STSv1 id=1'] } };
    const { findings } = await auditZone(zone, options);
    expect(findings[0]).toMatchObject({ area: 'mta-sts', change: { action: 'replace', name: '_mta-sts.example.com' } });
  });

  test('a policy that could not be fetched leaves the status unknown', async () => {
    const audit = await auditZone(healthy, { selectors: 's1' });
    expect(codesOf(audit)).toEqual(['mta-sts.policy-not-fetched']);
    expect(audit.mtaSts.status).toBe('unknown');
    expect(audit.score.points).toBe(100);
  });
});

describe('MTA-STS and TLS-RPT are for mail that comes in', () => {
  const { '_mta-sts.example.com': _a, '_smtp._tls.example.com': _b, ...bare } = healthy;
  test.each<[string, Zone, string[]]>([
    ['a domain with MX hosts lacks them', bare, ['mta-sts.missing', 'tls-rpt.missing']],
    [
      'a domain that takes no mail does not',
      { ...bare, 'example.com': { TXT: ['v=spf1 ip4:192.0.2.1 -all'], MX: ['0 .'] } },
      ['mx.null-sender'],
    ],
    [
      'no answer is no missing record',
      { ...bare, '_mta-sts.example.com': { TXT: down }, '_smtp._tls.example.com': { TXT: down } },
      ['mta-sts.dns-failure', 'tls-rpt.dns-failure'],
    ],
  ])('%s', async (_, zone, codes) => {
    expect(codesOf(await auditZone(zone, options))).toEqual(codes);
  });

  test('a fault of the TLS-RPT record is cured there', async () => {
    const text = 'v=TLSRPTv1; rua=tls@example.com';
    const zone = { ...healthy, '_smtp._tls.example.com': { TXT: [text] } };
    expect(findingOf(await auditZone(zone, options), 'tls-rpt.uri')).toMatchObject({
      area: 'tls-rpt',
      evidence: [{ name: '_smtp._tls.example.com', type: 'TXT', found: text }],
      change: { after: 'v=TLSRPTv1; rua=mailto:tls@example.com' },
    });
  });
});

describe('BIMI', () => {
  const LOGO = 'https://example.com/logo.svg';
  const declined: Zone = { 'default._bimi.example.com': { TXT: ['v=BIMI1; l=; a='] } };
  const found: Zone = { 'default._bimi.example.com': { TXT: [`v=BIMI1; l=${LOGO}; a=https://example.com/vmc.pem`] } };
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" version="1.2" baseProfile="tiny-ps" viewBox="0 0 9 9"><title>E</title><desc>E</desc></svg>';
  const files = { ...healthyFiles, [LOGO]: svg };
  const dmarc = (text: string): Zone => ({ '_dmarc.example.com': { TXT: [text] } });
  const RUA = 'rua=mailto:dmarc@example.com';

  test.each<[string, Zone, string, string[]]>([
    ['a domain that declines has said so by its status', declined, 'declined', []],
    ['an indicator under p=reject', found, 'found', []],
    ['no answer', { 'default._bimi.example.com': { TXT: down } }, 'unknown', ['bimi.dns-failure']],
    [
      'p=none shows no indicator (BIMI draft §7.1)',
      { ...found, ...dmarc(`v=DMARC1; p=none; ${RUA}`) },
      'found',
      ['dmarc.policy-none', 'bimi.policy'],
    ],
    [
      'neither does sp=none',
      { ...found, ...dmarc(`v=DMARC1; p=reject; sp=none; ${RUA}`) },
      'found',
      ['dmarc.weaker-policy', 'bimi.policy'],
    ],
    [
      'nor does a domain without policy, which has its own finding',
      { ...found, ...dmarc('x') },
      'found',
      ['dmarc.missing'],
    ],
    [
      'a policy that is not known says nothing',
      { ...found, '_dmarc.example.com': { TXT: down } },
      'found',
      ['dmarc.dns-failure'],
    ],
  ])('%s', async (_, zone, status, codes) => {
    const audit = await auditZone({ ...healthy, ...zone }, { ...options, files });
    expect(audit.bimi.status).toBe(status);
    expect(codesOf(audit)).toEqual(codes);
  });

  test('the organization speaks for its subdomains; where it is not known, nobody says that there is none', async () => {
    const zone = { ...healthy, ...declined, 'news.example.com': { A: ['192.0.2.1'] } };
    const domain = 'news.example.com';
    const audit = await auditZone(zone, { domain });
    expect(audit.bimi).toMatchObject({ status: 'declined', name: 'default._bimi.example.com' });
    const blind = await auditZone({ ...zone, '_dmarc.com': { TXT: down } }, { domain });
    expect(blind.bimi).toMatchObject({ status: 'unknown', reason: 'dns-failure' });
  });
});

describe('DNSSEC', () => {
  const proving = (proves: (name: string) => boolean | undefined): Resolver => {
    const zone = memoryResolver(healthy);
    return {
      async query(name, type) {
        const authenticated = proves(name);
        return { ...(await zone.query(name, type)), ...(authenticated !== undefined && { authenticated }) };
      },
    };
  };
  const isOwn = (name: string) => name.endsWith('example.com');
  test.each<[string, (name: string) => boolean | undefined, string, string[]]>([
    ['everything is proved', () => true, 'signed', []],
    ['the domain is not, others are', (name) => !isOwn(name), 'unsigned', ['dnssec.unsigned']],
    ['a part of the domain is not', (name) => name !== '_dmarc.example.com', 'unsigned', ['dnssec.unsigned']],
    ['a resolver that proves nothing', () => false, 'unknown', []],
    ['a resolver that does not tell', () => undefined, 'unknown', []],
  ])('%s', async (_, proves, dnssec, codes) => {
    const audit = await auditDomain('example.com', { resolver: proving(proves) }, { selectors: 's1' });
    expect(audit.dnssec).toBe(dnssec);
    expect(codesOf(audit).filter((code) => code.startsWith('dnssec'))).toEqual(codes);
    for (const { area, evidence } of audit.findings) {
      if (area === 'dnssec') expect(evidence[0]).toMatchObject({ name: 'example.com', type: 'TXT' });
    }
  });
});
