import type { FindingExample } from './base.ts';

const RUA = 'rua=mailto:tls@example.com';

function record(code: string, story: string, text: string, follows: readonly string[] = []): FindingExample {
  return { code, story, zone: { '_smtp._tls.example.com': { TXT: [text] } }, with: follows };
}

export const tlsRptExamples: readonly FindingExample[] = [
  { code: 'tls-rpt.missing', story: 'There is no TLS-RPT record', zone: { '_smtp._tls.example.com': null } },
  record('tls-rpt.version', 'A letter of the version is missing', `v=TLSRPT1; ${RUA}`),
  record('tls-rpt.pasted', 'The record was pasted with its quotes', `"v=TLSRPTv1; ${RUA}"`),
  record('tls-rpt.character', 'A space of a web page came along', `v=TLSRPTv1; ${RUA}\u00a0`),
  record('tls-rpt.separator', 'A semicolon was forgotten', `v=TLSRPTv1 ${RUA}`),
  record('tls-rpt.white-space', 'There is a space behind "="', 'v=TLSRPTv1; rua= mailto:tls@example.com'),
  record('tls-rpt.tag-syntax', 'A remark was left in the record', `v=TLSRPTv1; todo; ${RUA}`),
  record('tls-rpt.unknown-tag', 'The record has a tag of DMARC', `v=TLSRPTv1; ${RUA}; ruf=none`),
  record('tls-rpt.duplicate-tag', 'The version was written twice', `v=TLSRPTv1; v=TLSRPTv1; ${RUA}`),
  record('tls-rpt.missing-rua', 'Nobody is named who gets the reports', 'v=TLSRPTv1;'),
  record('tls-rpt.uri', 'The address has no "mailto:"', 'v=TLSRPTv1; rua=tls@example.com'),
  record(
    'tls-rpt.uri-scheme',
    'One of the addresses is of HTTP',
    'v=TLSRPTv1; rua=mailto:tls@example.com,http://example.com/tls',
  ),
  record('tls-rpt.no-destination', 'The only address is of HTTP', 'v=TLSRPTv1; rua=http://example.com/tls', [
    'tls-rpt.uri-scheme',
  ]),
  {
    code: 'tls-rpt.multiple-records',
    story: 'A second record was published beside the first',
    zone: { '_smtp._tls.example.com': { TXT: [`v=TLSRPTv1; ${RUA}`, 'v=TLSRPTv1; rua=mailto:ops@example.com'] } },
  },
  record(
    'tls-rpt.record-too-large',
    'The record holds more than anybody reads',
    `v=TLSRPTv1; ${RUA}; x=${'y'.repeat(8200)}`,
  ),
  {
    code: 'tls-rpt.dns-failure',
    story: 'The name servers do not answer for the record',
    zone: { '_smtp._tls.example.com': { TXT: { failure: 'timeout' } } },
  },
];
