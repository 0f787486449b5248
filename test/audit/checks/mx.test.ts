import { describe, expect, test } from 'vitest';
import type { Zone, ZoneNode, ZoneRecord } from '../../../src/resolvers/memory.ts';
import { auditZone, codesOf, findingOf } from '../world.ts';

const down = { failure: 'servfail' } as const;
const hosts: Zone = {
  'mx.example.com': { A: ['192.0.2.25'] },
  'mx6.example.com': { AAAA: ['2001:db8::25'] },
  'alias.example.com': { CNAME: ['mx.example.com'] },
  'dead.example.com': { CNAME: ['gone.example.net'] },
  'empty.example.com': { TXT: ['nothing'] },
  'half.example.com': { A: down },
  'down.example.com': { A: down, AAAA: down },
  'in.example.com': { A: ['10.0.0.25', '192.168.0.25'], AAAA: ['fd00::25'] },
  'in2.example.com': { AAAA: ['fe80::25'] },
  'both.example.com': { A: ['10.0.0.26', '192.0.2.26'] },
  'half-in.example.com': { A: ['10.0.0.27'], AAAA: down },
  'alias-in.example.com': { CNAME: ['in.example.com'] },
};
const zone = (MX: ZoneRecord[] | typeof down | undefined, more: ZoneNode = {}): Zone => ({
  ...hosts,
  'example.com': { TXT: ['v=spf1 ip4:192.0.2.1 -all'], ...(MX && { MX }), ...more },
});
const isMx = (code: string) => code.startsWith('mx.');

describe('where mail goes', () => {
  test.each<[string, Zone, object, string[]]>([
    [
      'hosts in order of preference, names in one form',
      zone(['20 MX6.Example.com.', '10 mx.example.com']),
      {
        status: 'hosts',
        hosts: [
          { preference: 10, exchange: 'mx.example.com' },
          { preference: 20, exchange: 'mx6.example.com' },
        ],
      },
      [],
    ],
    ['a null MX record (RFC 7505 §3)', zone(['0 .']), { status: 'null', hosts: [] }, ['mx.null-sender']],
    [
      'a null MX record beside others (RFC 7505 §3)',
      zone(['0 .', '10 mx.example.com']),
      { status: 'hosts', hosts: [{ preference: 10, exchange: 'mx.example.com' }] },
      ['mx.null-with-others'],
    ],
    [
      'a null MX record with a preference (RFC 7505 §3)',
      zone([{ preference: 5, exchange: '' }]),
      { status: 'null' },
      ['mx.null-preference', 'mx.null-sender'],
    ],
    [
      'the address of the domain (RFC 5321 §5.1)',
      zone(undefined, { AAAA: ['2001:db8::1'] }),
      { status: 'implicit' },
      ['mx.implicit'],
    ],
    ['nowhere', zone(undefined), { status: 'none' }, ['mx.missing']],
    ['no answer', zone(down), { status: 'unknown' }, ['mx.dns-failure']],
    ['no answer about the address', zone(undefined, { A: down }), { status: 'unknown' }, ['mx.dns-failure']],
    [
      'an address, whatever the other family',
      zone(undefined, { A: ['192.0.2.1'], AAAA: down }),
      { status: 'implicit' },
      ['mx.implicit'],
    ],
    ['an address as host', zone(['10 192.0.2.25']), { status: 'hosts' }, ['mx.address']],
    ['a literal as host', zone(['10 [192.0.2.25]']), { status: 'hosts' }, ['mx.address']],
    ['an IPv6 address as host', zone(['10 2001:db8::25']), { status: 'hosts' }, ['mx.address']],
    ['no name', zone(['10 mx host']), { status: 'hosts' }, ['mx.invalid']],
    ['an alias (RFC 2181 §10.3)', zone(['10 alias.example.com']), { status: 'hosts' }, ['mx.alias']],
    ['a host that does not exist', zone(['10 gone.example.com']), { status: 'hosts' }, ['mx.no-address']],
    ['a host without address', zone(['10 empty.example.com']), { status: 'hosts' }, ['mx.no-address']],
    ['half an answer is no missing address', zone(['10 half.example.com']), { status: 'hosts' }, ['mx.dns-failure']],
    ['no answers', zone(['10 down.example.com']), { status: 'hosts' }, ['mx.dns-failure', 'mx.dns-failure']],
  ])('%s', async (_, published, expected, codes) => {
    const audit = await auditZone(published);
    expect(audit.mx).toMatchObject(expected);
    expect(codesOf(audit).filter(isMx)).toEqual(codes);
  });

  test('an alias that the resolver does not tell with the address', async () => {
    const audit = await auditZone(zone(['10 alias.example.com']));
    expect(findingOf(audit, 'mx.alias').evidence).toEqual([
      { name: 'alias.example.com', type: 'CNAME', found: 'mx.example.com' },
    ]);
  });

  test('twenty hosts are looked at', async () => {
    const many = Array.from({ length: 30 }, (_, i) => `${i} m${i}.example.net`);
    const audit = await auditZone(zone(many));
    expect(findingOf(audit, 'mx.host-limit').message).toBe('Of 30 MX hosts the first 20 were looked at');
    expect(codesOf(audit).filter((code) => code === 'mx.no-address')).toHaveLength(20);
    expect(audit.mx.hosts).toHaveLength(30);
  });
});

describe('hosts that nobody reaches from the internet (RFC 6890 §2.2)', () => {
  test.each<[string, ZoneRecord[], string[]]>([
    ['the only host', ['10 in.example.com'], ['mx.all-private in.example.com']],
    [
      'every host',
      ['10 in.example.com', '20 in2.example.com'],
      ['mx.all-private in.example.com', 'mx.all-private in2.example.com'],
    ],
    ['the others take no mail either', ['10 in.example.com', '20 gone.example.com'], ['mx.all-private in.example.com']],
    ['one of several', ['10 in.example.com', '20 mx.example.com'], ['mx.private in.example.com']],
    ['another one is not known', ['10 in.example.com', '20 down.example.com'], ['mx.private in.example.com']],
    ['one of the addresses is reached', ['10 both.example.com'], []],
    ['half an answer', ['10 half-in.example.com'], []],
    ['an alias', ['10 alias-in.example.com'], ['mx.all-private alias-in.example.com']],
  ])('%s', async (_, records, expected) => {
    const { findings, compliance } = await auditZone(zone(records));
    const found = findings.filter(({ code }) => /^mx\.(all-)?private$/.test(code));
    expect(found.map(({ code, params }) => `${code} ${params.exchange}`)).toEqual(expected);
    expect(found.every(({ code, severity }) => severity === (code === 'mx.private' ? 'warning' : 'error'))).toBe(true);
    const isLost = expected.some((one) => one.startsWith('mx.all-private'));
    const row = compliance.find(({ rule }) => rule === 'reachable-sender');
    expect(row?.result === 'not-met').toBe(isLost);
  });

  test('what was found there', async () => {
    const { message, evidence } = findingOf(await auditZone(zone(['10 in.example.com'])), 'mx.all-private');
    expect(message).toBe('No MX host of example.com can be reached from the internet: in.example.com is at 10.0.0.25');
    expect(evidence.map(({ found }) => found)).toEqual(['10.0.0.25', '192.168.0.25', 'fd00::25']);
  });
});

describe('the change that cures it', () => {
  test.each<[string, ZoneRecord[], string, object | undefined]>([
    [
      'the null MX record goes',
      ['0 .', '10 mx.example.com'],
      'mx.null-with-others',
      { action: 'remove', name: 'example.com', type: 'MX', before: '0 .' },
    ],
    ['of two null MX records one is left', ['0 .', '5 .'], 'mx.null-with-others', undefined],
    [
      'an alias gives way to its host',
      ['10 ALIAS.example.com'],
      'mx.alias',
      {
        action: 'replace',
        name: 'example.com',
        type: 'MX',
        before: '10 ALIAS.example.com',
        after: '10 mx.example.com',
        zoneLine: 'example.com. IN MX 10 mx.example.com.',
      },
    ],
    [
      'a dead host goes where there are others',
      ['10 mx.example.com', '20 gone.example.com'],
      'mx.no-address',
      { action: 'remove', name: 'example.com', type: 'MX', before: '20 gone.example.com' },
    ],
    [
      'a host inside goes where one outside comes first',
      ['10 mx.example.com', '20 in.example.com'],
      'mx.private',
      { action: 'remove', name: 'example.com', type: 'MX', before: '20 in.example.com' },
    ],
    [
      'a host inside that comes first may be where those outside relay to',
      ['10 in.example.com', '20 mx.example.com'],
      'mx.private',
      undefined,
    ],
    [
      'a dead host is not replaced by one inside',
      ['10 in.example.com', '20 gone.example.com'],
      'mx.no-address',
      undefined,
    ],
    ['an alias that leads nowhere stays', ['10 dead.example.com'], 'mx.alias', undefined],
    ['of dead hosts none goes', ['10 gone.example.com', '20 192.0.2.1'], 'mx.no-address', undefined],
    ['the only host is its owner\u2019s to mend', ['10 gone.example.com'], 'mx.no-address', undefined],
    [
      'the preference becomes 0',
      ['7 .'],
      'mx.null-preference',
      {
        action: 'replace',
        name: 'example.com',
        type: 'MX',
        before: '7 .',
        after: '0 .',
        zoneLine: 'example.com. IN MX 0 .',
      },
    ],
  ])('%s', async (_, records, code, change) => {
    expect(findingOf(await auditZone(zone(records)), code).change).toEqual(change);
  });
});
