import { bases, type FindingExample } from './base.ts';

const PARKED = { A: ['192.0.2.80'], MX: ['0 .'], TXT: ['v=spf1 -all'] };

export const auditExamples: readonly FindingExample[] = [
  {
    code: 'audit.no-domain',
    story: 'The registration of the domain was not renewed',
    base: 'parked',
    zone: Object.fromEntries(Object.keys(bases.parked.zone).map((name) => [name, null])),
  },
  {
    code: 'audit.parked-dmarc',
    story: 'A domain that sends no mail asks for nothing',
    base: 'parked',
    zone: { '_dmarc.example.com': { TXT: ['v=DMARC1; p=quarantine'] } },
  },
  {
    code: 'audit.parked-mx',
    story: 'A domain for a web site alone does not say that it takes no mail',
    base: 'parked',
    zone: { 'example.com': { A: PARKED.A, TXT: PARKED.TXT } },
  },
  {
    code: 'audit.parked-spf',
    story: 'A domain that sends no mail does not say so',
    base: 'parked',
    zone: { 'example.com': { A: PARKED.A, MX: PARKED.MX } },
  },
  {
    code: 'audit.public-suffix',
    story: 'A domain below which others register theirs has a weak policy',
    base: 'parked',
    zone: { '_dmarc.example.com': { TXT: ['v=DMARC1; p=none; psd=y; rua=mailto:dmarc@example.com'] } },
    with: ['dmarc.psd'],
  },
  { code: 'dnssec.unsigned', story: 'The zone is not signed', signed: false },
];
