import { bases, DMARC, DMARC_REPORTS, type FindingExample, SPF } from './base.ts';

function record(code: string, story: string, text: string, follows: readonly string[] = []): FindingExample {
  return { code, story, zone: { '_dmarc.example.com': { TXT: [text] } }, with: follows };
}

const policy = 'v=DMARC1; p=reject';

export const dmarcExamples: readonly FindingExample[] = [
  {
    code: 'dmarc.missing',
    story: 'There is no DMARC record',
    zone: { '_dmarc.example.com': null },
  },
  {
    code: 'dmarc.misplaced',
    story: 'The record was published at the domain itself',
    zone: {
      '_dmarc.example.com': null,
      'example.com': { ...bases.mail.zone['example.com'], TXT: [SPF, 'site-verification=4f1c9a', DMARC] },
    },
  },
  record('dmarc.no-rua', 'Nobody is told what fails', 'v=DMARC1; p=reject'),
  record('dmarc.policy-none', 'The domain was only ever watched', DMARC.replace('reject', 'none'), ['bimi.policy']),
  record('dmarc.receivers-differ', 'The policy was switched off by its percentage', `${DMARC}; pct=0`, [
    'dmarc.historic',
    'dmarc.percent',
  ]),
  {
    code: 'dmarc.shared-organization',
    byOthers: true,
    story: 'The registry of the top-level domain publishes a record that does not say what it is',
    zone: { '_dmarc.com': { TXT: ['v=DMARC1; p=none; rua=mailto:dmarc@nic.example'] } },
  },
  record('dmarc.version', 'The version is written in lower case', DMARC.replace('DMARC1', 'dmarc1')),
  record('dmarc.version-form', 'There are spaces around "="', DMARC.replace('v=', 'v = ')),
  record('dmarc.pasted', 'A form that wants the text alone was given the line of a zone file', `"${DMARC}"`),
  record('dmarc.character', 'A space of a web page came along', `${DMARC}\u00a0`, ['dmarc.uri']),
  record('dmarc.separator', 'A semicolon was forgotten', DMARC.replace('DMARC1;', 'DMARC1')),
  record('dmarc.tag-syntax', 'A remark was left in the record', `${DMARC}; todo`),
  record('dmarc.tag-value', 'The mode of alignment is written out', `${DMARC}; adkim=strict`),
  record('dmarc.uri', 'The address has no "mailto:"', `${policy}; rua=mailto:dmarc@example.com,ops@example.com`),
  record(
    'dmarc.uri-scheme',
    'Reports are to come by HTTPS as well',
    `${policy}; rua=mailto:dmarc@example.com,https://example.com/dmarc`,
  ),
  record('dmarc.unknown-tag', 'The name of a tag is misspelt', `${DMARC}; adkin=s`),
  record('dmarc.duplicate-tag', 'A tag was added that was there already', `${DMARC}; p=none`),
  record('dmarc.historic', 'The record was copied from an old guide', `${DMARC}; rf=afrf; ri=86400`),
  record('dmarc.no-processing', 'The policy was forgotten, and nobody gets reports', 'v=DMARC1; adkim=s'),
  record('dmarc.acts-as-none', 'The policy was forgotten', `v=DMARC1; ${DMARC_REPORTS}`, ['bimi.policy']),
  record('dmarc.no-reports', 'A domain watches without looking', 'v=DMARC1; p=none', [
    'bimi.policy',
    'dmarc.policy-none',
  ]),
  record('dmarc.weaker-policy', 'Subdomains are left open', `v=DMARC1; p=reject; sp=none; ${DMARC_REPORTS}`, [
    'bimi.policy',
  ]),
  record('dmarc.testing', 'The test mode was never ended', `${DMARC}; t=y`, ['dmarc.receivers-differ']),
  record('dmarc.percent', 'The policy was rolled out by a quarter', `${DMARC}; pct=25`, ['dmarc.historic']),
  record('dmarc.fo-without-ruf', 'Failure reports are asked for without an address', `${DMARC}; fo=1`),
  record('dmarc.psd', 'A registrant says that it is its own organization', `${DMARC}; psd=n`),
  {
    code: 'dmarc.multiple-records',
    story: 'A second record was published beside the first',
    zone: { '_dmarc.example.com': { TXT: [DMARC, 'v=DMARC1; p=none'] } },
  },
  {
    code: 'dmarc.record-too-large',
    story: 'The record holds more than anybody reads',
    zone: { '_dmarc.example.com': { TXT: [`${DMARC}; x=${'y'.repeat(8200)}`] } },
  },
  {
    code: 'dmarc.dns-failure',
    story: 'The name servers do not answer for the record',
    zone: { '_dmarc.example.com': { TXT: { failure: 'servfail' } } },
  },
  {
    code: 'dmarc.report-unauthorized',
    story: 'Another company is to get reports, and never agreed',
    zone: { 'example.com._report._dmarc.reports.example': null },
  },
  {
    code: 'dmarc.report-override',
    story: 'The company that gets reports sends them on to a third',
    zone: {
      'example.com._report._dmarc.reports.example': { TXT: ['v=DMARC1; rua=mailto:example-com@elsewhere.example'] },
    },
  },
  record(
    'dmarc.report-host',
    'Two addresses were put into one URI',
    `${policy}; rua=mailto:dmarc@example.com,mailto:a%40one.example%2Cb@two.example`,
  ),
  record(
    'dmarc.report-name-too-long',
    'The name where the destination would agree is longer than DNS allows',
    `${DMARC},mailto:dmarc@${'a-very-long-label-that-nobody-types.'.repeat(6)}reports.example`,
  ),
  record(
    'dmarc.report-destination-limit',
    'Reports go to more companies than anybody asks',
    `${policy}; rua=${Array.from({ length: 12 }, (_, i) => `mailto:dmarc@reports${i + 1}.example`).join(',')}`,
    ['dmarc.report-unauthorized'],
  ),
  record(
    'dmarc.report-psd',
    'A public suffix asks for failure reports',
    `${DMARC}; psd=y; ruf=mailto:dmarc@example.com`,
    ['dmarc.psd'],
  ),
];
