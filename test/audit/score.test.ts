import { describe, expect, test } from 'vitest';
import { auditDomain } from '../../src/audit.ts';
import type { Resolver } from '../../src/dns/resolver.ts';
import { memoryResolver, type Zone } from '../../src/resolvers/memory.ts';
import { auditZone, failing, healthy, healthyFiles, POLICY } from './world.ts';

/** What each area lost, in points and codes. */
async function losses(zone: Zone, options: object = {}): Promise<{ [area: string]: [code: string, points: number][] }> {
  const { score } = await auditZone({ ...healthy, ...zone }, { selectors: 's1', files: healthyFiles, ...options });
  expect(score.parts.reduce((sum, { of }) => sum + of, 0)).toBe(score.of);
  return Object.fromEntries(
    score.parts
      .filter(({ lost }) => lost.length > 0)
      .map(({ area, lost }) => [area, lost.map(({ code, points }) => [code, points])]),
  );
}

const dmarc = (...TXT: string[]): Zone => ({ '_dmarc.example.com': { TXT } });
const RUA = 'rua=mailto:dmarc@example.com';

describe('what findings cost (docs/audit.md)', () => {
  test.each<[string, Zone, object, object]>([
    ['nothing', {}, {}, {}],
    ['p=none: two fifths', dmarc(`v=DMARC1; p=none; ${RUA}`), {}, { dmarc: [['dmarc.policy-none', 14]] }],
    ['no record: all', dmarc('x'), {}, { dmarc: [['dmarc.missing', 35]] }],
    [
      'a record that receivers cannot use: all',
      dmarc('v=DMARC1; p=none', 'v=DMARC1; p=reject'),
      {},
      { dmarc: [['dmarc.multiple-records', 35]] },
    ],
    [
      'an error that leaves the record of use: three fifths',
      dmarc(`v=DMARC1; p=reject; ${RUA}; ruf=a@example.com`),
      {},
      { dmarc: [['dmarc.uri', 21]] },
    ],
    [
      'a policy that nobody can read: as much as none, besides',
      dmarc(`v=DMARC1; ${RUA}`),
      {},
      { dmarc: [['dmarc.acts-as-none', 14]] },
    ],
    [
      'SPF that lets anybody send: all',
      { 'example.com': { MX: ['1 mx.example.com'], TXT: ['v=spf1 +all'] } },
      {},
      { spf: [['spf.pass-all', 20]] },
    ],
    [
      'selectors that were named, and none has a key: all',
      { 's1._domainkey.example.com': { TXT: ['v=DKIM1; p='] } },
      {},
      { dkim: [['dkim.key-revoked', 20]] },
    ],
    ['a warning: a fifth', dmarc('v=DMARC1; p=reject'), {}, { dmarc: [['dmarc.no-rua', 7]] }],
    ['what is only worth knowing: nothing', dmarc(`v=DMARC1; p=reject; psd=n; ${RUA}`), {}, {}],
    [
      'a code costs once',
      {
        'mx.example.com': { A: ['192.0.2.25'] },
        'example.com': { MX: ['1 a.example', '2 b.example'], TXT: ['v=spf1 ip4:192.0.2.1 -all'] },
      },
      { files: {} },
      { mx: [['mx.no-address', 6]] },
    ],
    [
      'no area loses more than it has',
      { 'example.com': { MX: ['0 .', '1 192.0.2.1'], TXT: ['v=spf1 ip4:192.0.2.1 -all'] } },
      {},
      {
        mx: [
          ['mx.address', 6],
          ['mx.null-with-others', 4],
        ],
      },
    ],
    ['what DNS does not answer: nothing', { '_smtp._tls.example.com': { TXT: { failure: 'timeout' } } }, {}, {}],
    [
      'the small protocols: all they have',
      { '_mta-sts.example.com': { A: ['192.0.2.1'] }, '_smtp._tls.example.com': { A: ['192.0.2.1'] } },
      {},
      { 'mta-sts': [['mta-sts.missing', 6]], 'tls-rpt': [['tls-rpt.missing', 4]] },
    ],
  ])('%s', async (_, zone, options, expected) => {
    expect(await losses(zone, options)).toEqual(expected);
  });

  test.each<[string, Zone, object, string[]]>([
    ['nothing', {}, {}, ['dnssec']],
    ['a record', { '_smtp._tls.example.com': { TXT: { failure: 'timeout' } } }, {}, ['dnssec', 'tls-rpt']],
    ['the policy, for want of the file', {}, { files: {} }, ['mta-sts', 'dnssec']],
    [
      'the selectors, which nobody named',
      { 's1._domainkey.example.com': {}, 'x.y._domainkey.example.com': { A: ['192.0.2.1'] } },
      { selectors: [] },
      ['dkim', 'dnssec'],
    ],
    [
      'who receives',
      { 'example.com': { MX: { failure: 'servfail' }, TXT: ['v=spf1 ip4:192.0.2.1 -all'] } },
      {},
      ['mx', 'mta-sts', 'dnssec'],
    ],
    [
      'whether there is a receiver to tell',
      {
        'example.com': { MX: { failure: 'servfail' }, TXT: ['v=spf1 ip4:192.0.2.1 -all'] },
        '_smtp._tls.example.com': {},
      },
      {},
      ['mx', 'mta-sts', 'tls-rpt', 'dnssec'],
    ],
    ['a selector', { 's1._domainkey.example.com': { TXT: { failure: 'servfail' } } }, {}, ['dkim', 'dnssec']],
  ])('what rests on questions without an answer is marked: %s', async (_, zone, options, open) => {
    const { score } = await auditZone({ ...healthy, ...zone }, { selectors: 's1', files: healthyFiles, ...options });
    expect(score.parts.flatMap((part) => (part.open ? [part.area] : [])).sort()).toEqual([...open].sort());
    expect(score.parts.every((part) => !('open' in part) || part.open)).toBe(true);
  });

  test('where DNS says nothing all parts are marked, and their points are the most that there can be', async () => {
    const resolver = failing(memoryResolver(healthy), () => true);
    const { score, complete } = await auditDomain('example.com', { resolver });
    expect([score.points, complete]).toEqual([100, false]);
    expect(score.parts.map(({ open }) => open)).toEqual(score.parts.map(() => true));
  });

  test('where DNSSEC is known nothing is open', async () => {
    const memory = memoryResolver(healthy);
    const resolver: Resolver = {
      query: async (name, type, options) => ({ ...(await memory.query(name, type, options)), authenticated: true }),
    };
    const fetch = async () => new Response(POLICY, { headers: { 'content-type': 'text/plain' } });
    const { score } = await auditDomain('example.com', { resolver, fetch }, { selectors: 's1' });
    expect(score.parts.filter(({ open }) => open)).toEqual([]);
  });

  test('of a domain that does not exist everything is lost', async () => {
    const { score } = await auditZone({});
    expect(score.points).toBe(0);
    expect(score.parts.every(({ lost }) => lost[0]?.code === 'audit.no-domain')).toBe(true);
  });
});
