import type { ZoneRecord } from '../../../src/resolvers/memory.ts';
import { type FindingExample, SPF } from './base.ts';

/** The domain's names as they are but for where mail goes. */
function exchangers(
  code: string,
  story: string,
  records: readonly ZoneRecord[],
  more: NonNullable<FindingExample['zone']> = {},
  follows: readonly string[] = [],
): FindingExample {
  const TXT = [SPF, 'site-verification=4f1c9a'];
  const node = { A: ['192.0.2.80'], TXT, ...(records.length > 0 && { MX: [...records] }) };
  return { code, story, zone: { 'example.com': node, ...more }, with: follows };
}

const MX1 = '10 mx1.example.com';
const MX2 = '20 mx2.example.com';

export const mxExamples: readonly FindingExample[] = [
  exchangers('mx.address', 'An MX record holds an address', [MX1, MX2, '30 198.51.100.30']),
  exchangers(
    'mx.alias',
    'An MX host is an alias',
    [MX1, '20 mail.example.com'],
    {
      'mail.example.com': { CNAME: ['mx2.example.com'] },
    },
    ['mta-sts.mx-unmatched'],
  ),
  exchangers('mx.invalid', 'An MX record holds a URL', [MX1, MX2, '30 https://mx3.example.com']),
  {
    code: 'mx.no-address',
    story: 'A server was shut down, its MX record was not',
    zone: { 'mx2.example.com': null },
  },
  {
    code: 'mx.private',
    story: 'A server was moved behind the firewall, its MX record was not',
    zone: { 'mx2.example.com': { A: ['10.0.20.25'], AAAA: ['fd12:3456:789a::25'] } },
  },
  {
    code: 'mx.all-private',
    story: 'The names of the mail servers lead to their addresses in the office',
    zone: { 'mx1.example.com': { A: ['192.168.1.10'] }, 'mx2.example.com': { A: ['192.168.1.20'] } },
  },
  exchangers('mx.implicit', 'There is no MX record', [], {}, ['spf.void-term']),
  {
    code: 'mx.missing',
    story: 'Mail has nowhere to go',
    zone: { 'example.com': { TXT: [SPF, 'site-verification=4f1c9a'] } },
    with: ['spf.void-term'],
  },
  exchangers('mx.null-sender', 'A domain that sends mail refuses the answers', ['0 .'], {}, ['spf.void-term']),
  exchangers('mx.null-with-others', 'A null MX record stands beside others', [MX1, MX2, '0 .']),
  {
    code: 'mx.null-preference',
    story: 'The preference of the null MX record was left as it was',
    base: 'parked',
    zone: { 'example.com': { A: ['192.0.2.80'], MX: ['10 .'], TXT: ['v=spf1 -all'] } },
  },
  exchangers(
    'mx.host-limit',
    'There are more mail servers than anybody needs',
    Array.from({ length: 21 }, (_, i) => `${i} mx${1 + (i % 2)}.example.com`),
    {},
    ['spf.mx-limit'],
  ),
  {
    code: 'mx.dns-failure',
    story: 'The name servers of a mail server do not answer',
    zone: { 'mx2.example.com': { A: { failure: 'servfail' }, AAAA: { failure: 'servfail' } } },
    with: ['spf.dns-failure'],
  },
];
