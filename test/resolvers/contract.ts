import { afterAll, describe, expect, test } from 'vitest';
import type { DnsAnswer, RecordType, Resolver } from '../../src/dns/resolver.ts';
import type { Zone } from '../../src/resolvers/memory.ts';

const long = `v=DKIM1; k=rsa; p=${'A'.repeat(600)}`;

const zone: Zone = {
  'example.com': {
    TXT: ['v=spf1 mx -all', 'other'],
    MX: [{ preference: 10, exchange: 'mx.example.com' }],
    NS: ['ns.example.com'],
  },
  'mx.example.com': { A: ['192.0.2.1', '192.0.2.2'], AAAA: ['2001:db8::1'] },
  'alias.example.com': { CNAME: ['hop.example.com'] },
  'hop.example.com': { CNAME: ['mx.example.com'] },
  'dangling.example.com': { CNAME: ['gone.example.net'] },
  'deep.under.example.org': { TXT: ['deep'] },
  '*.wild.example.net': { TXT: ['wild'] },
  'own.wild.example.net': { A: ['192.0.2.9'] },
  'chunks.example.com': { TXT: [['v=spf1 ip4:192.0.2.', '0/24 -all']] },
  'long.example.com': { TXT: [long] },
  'octets.example.com': { TXT: ['caf\u00c3\u00a9 \u00ff'] },
  'empty.example.com': { TXT: [''] },
  '1.2.0.192.in-addr.arpa': { PTR: ['mx.example.com'] },
  'broken.example.com': { TXT: { failure: 'servfail' } },
  'refused.example.com': { TXT: { failure: 'refused' } },
  'slow.example.com': { TXT: { failure: 'timeout' } },
};

// What a verdict rests on; ttl, detail and the like are extras that a resolver may lack.
function essence(answer: DnsAnswer): unknown {
  if (answer.status === 'failure') return { status: answer.status, reason: answer.reason };
  if (answer.status !== 'answer') return { status: answer.status };
  return {
    status: answer.status,
    records: answer.records.map((record) => (typeof record === 'object' && 'text' in record ? record.text : record)),
  };
}

const answers: readonly (readonly [string, string, RecordType, unknown])[] = [
  [
    'several TXT records are several records',
    'example.com',
    'TXT',
    { status: 'answer', records: ['v=spf1 mx -all', 'other'] },
  ],
  [
    'names are compared without regard to case',
    'EXAMPLE.com',
    'MX',
    { status: 'answer', records: [{ preference: 10, exchange: 'mx.example.com' }] },
  ],
  ['A', 'mx.example.com', 'A', { status: 'answer', records: ['192.0.2.1', '192.0.2.2'] }],
  ['AAAA', 'mx.example.com', 'AAAA', { status: 'answer', records: ['2001:db8::1'] }],
  ['NS', 'example.com', 'NS', { status: 'answer', records: ['ns.example.com'] }],
  ['PTR', '1.2.0.192.in-addr.arpa', 'PTR', { status: 'answer', records: ['mx.example.com'] }],
  ['a CNAME chain is followed', 'alias.example.com', 'A', { status: 'answer', records: ['192.0.2.1', '192.0.2.2'] }],
  ['a CNAME to a name without the type is nodata', 'alias.example.com', 'TXT', { status: 'nodata' }],
  ['a CNAME to a name that does not exist is nxdomain', 'dangling.example.com', 'A', { status: 'nxdomain' }],
  ['a name without the type is nodata', 'mx.example.com', 'TXT', { status: 'nodata' }],
  ['an empty non-terminal exists', 'under.example.org', 'TXT', { status: 'nodata' }],
  ['any other name does not exist', 'nowhere.example.com', 'TXT', { status: 'nxdomain' }],
  [
    'a wildcard answers for names below its owner',
    'a.b.wild.example.net',
    'TXT',
    { status: 'answer', records: ['wild'] },
  ],
  ['a wildcard does not answer for a name that exists', 'own.wild.example.net', 'TXT', { status: 'nodata' }],
  ['a wildcard does not answer below a name that exists', 'x.own.wild.example.net', 'TXT', { status: 'nxdomain' }],
  [
    'the chunks of a TXT record are joined with nothing',
    'chunks.example.com',
    'TXT',
    { status: 'answer', records: ['v=spf1 ip4:192.0.2.0/24 -all'] },
  ],
  ['a TXT record may be longer than one chunk', 'long.example.com', 'TXT', { status: 'answer', records: [long] }],
  [
    'TXT text has one unit per octet',
    'octets.example.com',
    'TXT',
    { status: 'answer', records: ['caf\u00c3\u00a9 \u00ff'] },
  ],
  ['a TXT record may be empty', 'empty.example.com', 'TXT', { status: 'answer', records: [''] }],
  ['a server failure is a failure', 'broken.example.com', 'TXT', { status: 'failure', reason: 'servfail' }],
  ['a refusal is a failure', 'refused.example.com', 'TXT', { status: 'failure', reason: 'refused' }],
  ['silence is a failure', 'slow.example.com', 'TXT', { status: 'failure', reason: 'timeout' }],
];

/** The contract of every resolver: the same zone gives the same answers. */
export function describeResolver(
  name: string,
  open: (zone: Zone) => Promise<{ resolver: Resolver; close?(): Promise<void> }>,
): void {
  describe(`${name} keeps the resolver contract`, () => {
    const opened = open(zone);
    afterAll(async () => (await opened).close?.());

    test.each(answers)('%s', async (_, domain, type, expected) => {
      const { resolver } = await opened;
      const answer = await resolver.query(domain, type);
      expect(essence(answer)).toEqual(expected);
      expect([answer.name, answer.type]).toEqual([domain, type]);
    });

    test('an answer is plain data', async () => {
      const { resolver } = await opened;
      for (const [, domain, type] of answers.slice(0, 12)) {
        const answer = await resolver.query(domain, type);
        expect(JSON.parse(JSON.stringify(answer))).toEqual(answer);
      }
    });
  });
}
