import { type FindingExample, POLICY, POLICY_URL } from './base.ts';

function record(code: string, story: string, text: string, follows: readonly string[] = []): FindingExample {
  return { code, story, zone: { '_mta-sts.example.com': { TXT: [text] } }, with: follows };
}

function policy(code: string, story: string, body: string, follows: readonly string[] = []): FindingExample {
  return { code, story, files: { [POLICY_URL]: { body, type: 'text/plain' } }, with: follows };
}

export const mtaStsExamples: readonly FindingExample[] = [
  { code: 'mta-sts.missing', story: 'There is no MTA-STS record', zone: { '_mta-sts.example.com': null } },
  policy('mta-sts.mx-unmatched', 'A mail server is missing in the policy', POLICY.replace('mx: mx2.example.com\n', '')),
  policy(
    'mta-sts.mx-unmatched-testing',
    'A mail server is missing in the policy, as the test shows',
    POLICY.replace('mx: mx2.example.com\n', '').replace('enforce', 'testing'),
    ['mta-sts.policy-testing'],
  ),
  record('mta-sts.version', 'The version is written in lower case', 'v=stsv1; id=20261101'),
  record('mta-sts.pasted', 'The record was pasted with its quotes', '"v=STSv1; id=20261101"'),
  record('mta-sts.character', 'The record went through a word processor', 'v=STSv1; id=“20261101”'),
  record('mta-sts.separator', 'A comma stands where a semicolon belongs', 'v=STSv1, id=20261101'),
  record('mta-sts.white-space', 'There are spaces around "="', 'v=STSv1; id = 20261101'),
  record('mta-sts.tag-syntax', 'A remark was left in the record', 'v=STSv1; id=20261101; todo'),
  record('mta-sts.unknown-tag', 'The mode was put into the record', 'v=STSv1; id=20261101; mode=enforce'),
  record('mta-sts.duplicate-tag', 'The new id was added behind the old one', 'v=STSv1; id=20261101; id=20261102'),
  record('mta-sts.missing-id', 'The id was forgotten', 'v=STSv1;'),
  record('mta-sts.id', 'The id is a date with hyphens', 'v=STSv1; id=2026-11-01'),
  {
    code: 'mta-sts.multiple-records',
    story: 'The record for a new policy was published beside the old one',
    zone: { '_mta-sts.example.com': { TXT: ['v=STSv1; id=20261101', 'v=STSv1; id=20261102'] } },
  },
  record(
    'mta-sts.record-too-large',
    'The record holds more than anybody reads',
    `v=STSv1; id=1; x=${'y'.repeat(8200)}`,
  ),
  {
    code: 'mta-sts.dns-failure',
    story: 'The name servers do not answer for the record',
    zone: { '_mta-sts.example.com': { TXT: { failure: 'timeout' } } },
  },
  {
    code: 'mta-sts.policy-unavailable',
    story: 'The file was moved away with the web site',
    files: { [POLICY_URL]: { body: 'Not found', type: 'text/plain', status: 404 } },
  },
  {
    code: 'mta-sts.policy-not-fetched',
    story: 'The web server cannot be reached',
    files: { [POLICY_URL]: null },
  },
  {
    code: 'mta-sts.policy-not-utf8',
    story: 'The file was saved in an old encoding',
    files: { [POLICY_URL]: { body: Uint8Array.of(...new TextEncoder().encode(POLICY), 0xe9, 10), type: 'text/plain' } },
  },
  {
    code: 'mta-sts.content-type',
    story: 'The web server takes the file for a download',
    files: { [POLICY_URL]: { body: POLICY, type: 'application/octet-stream' } },
  },
  policy('mta-sts.policy-missing-field', 'The line of the age was forgotten', POLICY.replace('max_age: 604800\n', '')),
  policy('mta-sts.policy-version', 'The version is that of something else', POLICY.replace('STSv1', 'STSv2')),
  policy('mta-sts.policy-mode', 'The mode is misspelt', POLICY.replace('enforce', 'enforced')),
  policy('mta-sts.policy-max-age', 'The age is more than a year', POLICY.replace('604800', '63072000')),
  policy(
    'mta-sts.policy-mx',
    'A host is a URL',
    POLICY.replace('mx: mx2.example.com', 'mx: mx2.example.com\nmx: https://mx3.example.com/'),
  ),
  policy('mta-sts.policy-line', 'A remark was left in the file', `# our policy\n${POLICY}`),
  policy('mta-sts.policy-white-space', 'A line is indented', POLICY.replace('mode', '  mode')),
  policy('mta-sts.policy-blank-line', 'There is an empty line', POLICY.replace('mode', '\nmode')),
  policy('mta-sts.policy-duplicate', 'The mode stands there twice', `${POLICY}mode: testing\n`),
  policy('mta-sts.policy-unknown', 'A line says when the file was changed', `${POLICY}updated: 2026-11-01\n`),
  policy('mta-sts.policy-short', 'The age was meant in minutes', POLICY.replace('604800', '10080')),
  policy('mta-sts.policy-testing', 'The test mode was never ended', POLICY.replace('enforce', 'testing')),
  policy('mta-sts.policy-none', 'The domain gives MTA-STS up', 'version: STSv1\nmode: none\nmax_age: 86400\n'),
];
