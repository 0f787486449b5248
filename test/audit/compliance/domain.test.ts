import { describe, expect, test } from 'vitest';
import type { DkimSelectorAudit, DomainAudit, MxAudit } from '../../../src/audit/audit.ts';
import { type ComplianceFacts, judgeDomainCompliance } from '../../../src/audit/compliance/domain.ts';
import type { BulkProvider } from '../../../src/audit/compliance/row.ts';
import { parseDkimKeyRecord } from '../../../src/dkim/key-record.ts';
import { memoryResolver, type Zone, type ZoneNode } from '../../../src/resolvers/memory.ts';
import { analyzeSpf } from '../../../src/spf/analyze.ts';
import { ed25519, keyRecord, rsa1024, rsaKey } from '../../support/keys.ts';
import { auditZone } from '../world.ts';

function key(selector: string, text?: string, changes: Partial<DkimSelectorAudit> = {}): DkimSelectorAudit {
  const name = `${selector}._domainkey.example.com`;
  const { ok, value } = parseDkimKeyRecord(text ?? '');
  if (text === undefined) return { selector, name, source: 'given', status: 'none', ...changes };
  const status = value?.revoked ? 'revoked' : ok ? 'key' : 'invalid';
  return { selector, name, source: 'given', status, text, ...(value && { record: value }), ...changes };
}

const dmarc: DomainAudit['dmarc'] = {
  status: 'found',
  name: '_dmarc.example.com',
  policyDomain: 'example.com',
  text: 'v=DMARC1; p=none',
  walk: [],
  receivers: { rfc9989: {} },
};
const mx: MxAudit = { status: 'hosts', hosts: [{ preference: 10, exchange: 'mx.example.com' }] };
const good = keyRecord(rsaKey(2048));

async function rows(
  changes: Partial<ComplianceFacts> = {},
  txt: Zone[string] = { TXT: ['v=spf1 ip4:192.0.2.1 -all'] },
) {
  const spf = await analyzeSpf('example.com', { resolver: memoryResolver({ 'example.com': txt }) });
  const dkim = { selectors: [key('s', good)], probed: 40 };
  return judgeDomainCompliance({ domain: 'example.com', spf, dkim, dmarc, mx, ...changes });
}

type Rows = Awaited<ReturnType<typeof rows>>;
const find = (all: Rows, rule: string, provider: BulkProvider = 'gmail') => {
  const found = all.find((one) => one.rule === rule && one.provider === provider);
  return [found?.result, found?.evidence];
};

test('the table of a domain that is set up', async () => {
  const all = await rows();
  expect(
    all.map(({ provider, rule, level, audience, result }) => `${provider} ${rule}: ${level} of ${audience}, ${result}`),
  ).toEqual([
    'gmail spf-or-dkim: required of all, met',
    'gmail spf-and-dkim: required of bulk, met',
    'gmail dmarc-record: required of bulk, met',
    'gmail dmarc-alignment: required of bulk, unknown',
    'gmail dkim-key-size: required of all, met',
    'gmail reverse-dns: required of all, unknown',
    'gmail tls: required of all, unknown',
    'gmail message-format: required of all, unknown',
    'gmail own-from-domain: required of all, met',
    'gmail one-click-unsubscribe: required of bulk, unknown',
    'gmail unsubscribe-link: required of bulk, unknown',
    'gmail spam-rate: required of all, unknown',
    'gmail forwarding: required of all, unknown',
    'yahoo spf-or-dkim: required of all, met',
    'yahoo spf-and-dkim: required of bulk, met',
    'yahoo dmarc-record: required of bulk, met',
    'yahoo dmarc-alignment: required of bulk, unknown',
    'yahoo dkim-key-size: recommended of bulk, met',
    'yahoo reverse-dns: required of all, unknown',
    'yahoo tls: recommended of bulk, unknown',
    'yahoo message-format: required of all, unknown',
    'yahoo own-from-domain: required of all, met',
    'yahoo list-unsubscribe: required of bulk, unknown',
    'yahoo one-click-unsubscribe: recommended of bulk, unknown',
    'yahoo unsubscribe-link: required of bulk, unknown',
    'yahoo spam-rate: required of all, unknown',
    'microsoft spf-and-dkim: required of bulk, unknown',
    'microsoft dmarc-record: required of bulk, met',
    'microsoft dmarc-alignment: required of bulk, unknown',
    'microsoft dkim-key-size: recommended of bulk, met',
    'microsoft reverse-dns: recommended of bulk, unknown',
    'microsoft tls: recommended of bulk, unknown',
    'microsoft message-format: recommended of bulk, unknown',
    'microsoft list-unsubscribe: recommended of bulk, unknown',
    'microsoft unsubscribe-link: recommended of bulk, unknown',
    'microsoft spam-rate: recommended of bulk, unknown',
    'microsoft reachable-sender: recommended of bulk, met',
  ]);
  for (const { requirement, evidence } of all) {
    expect(requirement).toMatch(/^[A-Z].*\.$/);
    expect(evidence).toMatch(/^[A-Za-z].*\.$/);
  }
});

describe('SPF and DKIM', () => {
  test.each<[string, Zone[string], string, string]>([
    ['a record', { TXT: ['v=spf1 ip4:192.0.2.1 -all'] }, 'met', 'example.com publishes "v=spf1 ip4:192.0.2.1 -all".'],
    [
      'a macro',
      { TXT: ['v=spf1 exists:%{i}.example.net -all'] },
      'met',
      'example.com publishes "v=spf1 exists:%{i}.example.net -all".',
    ],
    ['none', { TXT: ['hello'] }, 'not-met', 'example.com has no SPF record that can be used (no-record).'],
    ['no such name', { nxdomain: true }, 'not-met', 'example.com has no SPF record that can be used (nxdomain).'],
    [
      'two',
      { TXT: ['v=spf1 -all', 'v=spf1 ~all'] },
      'not-met',
      'example.com has no SPF record that can be used (multiple-records).',
    ],
    [
      'nobody may send',
      { TXT: ['v=spf1 -all'] },
      'not-met',
      'example.com publishes "v=spf1 -all", which lets nobody send.',
    ],
    ['no answer', { TXT: { failure: 'timeout' } }, 'unknown', 'DNS did not answer about SPF of example.com.'],
    [
      'no answer for its addresses',
      { TXT: ['v=spf1 include:gone.example -all'] },
      'not-met',
      'example.com publishes "v=spf1 include:gone.example -all", which is in error.',
    ],
    [
      'a part that fails',
      { TXT: ['v=spf1 a -all'], A: { failure: 'timeout' }, AAAA: { failure: 'timeout' } },
      'unknown',
      'DNS did not answer about SPF of example.com.',
    ],
    [
      'too many lookups',
      { TXT: [`v=spf1 ${'exists:%{i}.a.example '.repeat(11)}-all`] },
      'not-met',
      'which needs 11 lookups.',
    ],
  ])('SPF: %s', async (_, txt, result, evidence) => {
    const all = await rows({}, txt);
    const dkim = 'There is a DKIM key at s._domainkey.example.com.';
    expect(find(all, 'spf-and-dkim')).toEqual([result, expect.stringContaining(`${evidence} ${dkim}`)]);
    expect(find(all, 'spf-or-dkim')).toEqual(['met', result === 'met' ? evidence : dkim]);
    // To have both is not yet what Microsoft asks for.
    const both = result === 'met' ? 'unknown' : result;
    expect(find(all, 'spf-and-dkim', 'microsoft')).toEqual([both, find(all, 'spf-and-dkim')[1]]);
  });

  test.each<[string, DkimSelectorAudit[], string, string]>([
    [
      'no key at any well-known selector',
      [],
      'unknown',
      'There is no DKIM key at 40 well-known selectors; name those in use.',
    ],
    ['none at those given', [key('a'), key('b')], 'not-met', 'There is no DKIM key at the selectors that were given.'],
    [
      'no answer',
      [key('a'), key('b', undefined, { status: 'unknown' })],
      'unknown',
      'DNS did not answer about DKIM of example.com.',
    ],
    ['a revoked one', [key('a', 'v=DKIM1; p=')], 'not-met', 'There is no DKIM key at the selectors that were given.'],
  ])('DKIM: %s', async (_, selectors, result, evidence) => {
    const all = await rows({ dkim: { selectors, probed: 40 } });
    expect(find(all, 'spf-and-dkim')[0]).toBe(result);
    expect(find(all, 'spf-and-dkim')[1]).toContain(evidence);
    expect(find(all, 'spf-or-dkim')[0]).toBe('met');
    expect(find(all, 'dkim-key-size')).toEqual(['unknown', 'No DKIM key was found.']);
  });

  test('DKIM: no name below _domainkey', async () => {
    const audit = await auditZone({ 'example.com': { MX: ['1 mx.example.com'], TXT: ['v=spf1 mx ?all'] } });
    expect(find(audit.compliance, 'spf-and-dkim')).toEqual([
      'not-met',
      expect.stringContaining('example.com has no DKIM key: nobody can sign its mail.'),
    ]);
  });

  test('neither', async () => {
    const none = { TXT: ['x'] };
    expect(find(await rows({ dkim: { selectors: [key('a')], probed: 40 } }, none), 'spf-or-dkim')[0]).toBe('not-met');
    expect(find(await rows({ dkim: { selectors: [], probed: 40 } }, none), 'spf-or-dkim')[0]).toBe('unknown');
  });

  test.each<[string, DkimSelectorAudit[], string, string]>([
    ['2048', [key('s', good)], 'met', 'The shortest RSA key, at s._domainkey.example.com, has 2048 bits.'],
    [
      '1024',
      [key('s', good), key('t', keyRecord(rsa1024))],
      'met',
      'The shortest RSA key, at t._domainkey.example.com, has 1024 bits.',
    ],
    [
      '512',
      [key('t', keyRecord(rsaKey(512)))],
      'not-met',
      'The shortest RSA key, at t._domainkey.example.com, has 512 bits.',
    ],
    ['Ed25519', [key('e', keyRecord(ed25519))], 'met', 'The key at e._domainkey.example.com is Ed25519.'],
  ])('key size: %s', async (_, selectors, result, evidence) => {
    expect(find(await rows({ dkim: { selectors, probed: 0 } }), 'dkim-key-size')).toEqual([result, evidence]);
  });
});

test.each<[DomainAudit['dmarc']['status'], string, string, string]>([
  ['found', 'met', 'example.com publishes "v=DMARC1; p=none".', 'unknown'],
  ['inherited', 'met', 'example.com publishes "v=DMARC1; p=none".', 'unknown'],
  ['none', 'not-met', 'There is no DMARC record at _dmarc.example.com or above that can be used.', 'not-met'],
  ['invalid', 'not-met', 'There is no DMARC record at _dmarc.example.com or above that can be used.', 'not-met'],
  ['unknown', 'unknown', 'DNS did not answer about DMARC of example.com.', 'unknown'],
])('DMARC: %s', async (status, result, evidence, alignment) => {
  const all = await rows({ dmarc: { ...dmarc, status } });
  expect(find(all, 'dmarc-record')).toEqual([result, evidence]);
  expect(find(all, 'dmarc-alignment')[0]).toBe(alignment);
});

test('DMARC: only a public suffix has a record', async () => {
  const all = await rows({
    dmarc: { ...dmarc, status: 'inherited', policyDomain: 'com', organizationalDomain: 'example.com' },
  });
  expect(find(all, 'dmarc-record')).toEqual(['not-met', 'Only the public suffix com publishes "v=DMARC1; p=none".']);
});

test.each<[string, ZoneNode, string, string]>([
  ['an address', { MX: ['10 192.0.2.1'] }, 'not-met', 'An MX record must name a host: found the address "192.0.2.1".'],
  ['no address', { MX: ['10 gone.example.com'] }, 'not-met', 'MX host gone.example.com has no address.'],
  [
    'one that has',
    { MX: ['10 gone.example.com', '20 mx.example.com'] },
    'met',
    'Mail for example.com goes to gone.example.com.',
  ],
  [
    'no answer',
    { MX: ['10 gone.example.com', '20 down.example.com'] },
    'unknown',
    'MX host gone.example.com has no address.',
  ],
])('MX hosts: %s', async (_, published, result, evidence) => {
  const audit = await auditZone({
    'example.com': { TXT: ['v=spf1 ip4:192.0.2.1 -all'], ...published },
    'mx.example.com': { A: ['192.0.2.25'] },
    'down.example.com': { A: { failure: 'timeout' } },
  });
  expect(find(audit.compliance, 'reachable-sender', 'microsoft')).toEqual([result, evidence]);
});

test.each<[MxAudit['status'], string, string]>([
  ['hosts', 'met', 'Mail for example.com goes to mx.example.com.'],
  ['implicit', 'met', 'Mail for example.com goes to its own address.'],
  ['null', 'not-met', 'example.com accepts no mail.'],
  ['none', 'not-met', 'example.com accepts no mail.'],
  ['unknown', 'unknown', 'DNS did not answer about MX of example.com.'],
])('MX: %s', async (status, result, evidence) => {
  expect(
    find(await rows({ mx: { status, hosts: status === 'hosts' ? mx.hosts : [] } }), 'reachable-sender', 'microsoft'),
  ).toEqual([result, evidence]);
});

test('what is long or invisible in a record is quoted short and escaped', async () => {
  const text = `v=DMARC1; p=none; x=\u001b[31m${'y'.repeat(200)}`;
  const [, evidence] = find(await rows({ dmarc: { ...dmarc, text } }), 'dmarc-record');
  expect(evidence).toMatch(/^example\.com publishes "v=DMARC1; p=none; x=\\u\{1b\}\[31my+…"\.$/);
});
