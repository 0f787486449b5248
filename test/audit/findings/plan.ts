import type { KeyRotation } from '../../../src/audit/plan/rotation.ts';
import { DKIM, type FindingExample, type GivenReports, KEY } from './base.ts';
import { publicKey } from './keys.ts';

const NEXT = 'autumn._domainkey.example.com';

function rotation(
  code: string,
  story: string,
  zone: NonNullable<FindingExample['zone']>,
  given: Partial<KeyRotation> = {},
  follows: readonly string[] = [],
): FindingExample {
  const options = Object.keys(given).length > 0 && { options: given };
  return { code, story, base: 'rotation', zone, ...options, with: follows };
}

const weak = `v=DKIM1; k=rsa; p=${publicKey(1024, 7)}`;

export const rotationExamples: readonly FindingExample[] = [
  rotation('rotation.same-selector', 'The new key is to stand where the old one is', {}, { next: 'spring' }),
  rotation('rotation.key-not-visible', 'The new key was not published yet', { [NEXT]: null }),
  rotation('rotation.key-differs', 'Another key was published than the one that signs', {
    [NEXT]: { TXT: [`v=DKIM1; k=rsa; p=${publicKey(2048, 9)}`] },
  }),
  rotation(
    'rotation.key-weak',
    'The new key is as short as the old ones were',
    { [NEXT]: { TXT: [weak] } },
    { next: { selector: 'autumn', record: weak } },
  ),
  rotation('rotation.key-revoked', 'The selector had a key once', { [NEXT]: { TXT: ['v=DKIM1; p='] } }),
  rotation('rotation.key-unusable', 'The key was cut off', { [NEXT]: { TXT: [DKIM.slice(0, 255)] } }),
  rotation('rotation.key-several', 'The old key was left beside the new one', {
    [NEXT]: { TXT: [`v=DKIM1; k=rsa; p=${publicKey(2048, 20_261_001)}`, DKIM] },
  }),
  rotation(
    'rotation.same-key',
    'The old key was published once more',
    { [NEXT]: { TXT: [DKIM] } },
    { next: { selector: 'autumn', record: `v=DKIM1; k=rsa; p=${KEY}` } },
  ),
  rotation('rotation.current-gone', 'The old key was removed too soon', { 'spring._domainkey.example.com': null }),
  rotation('rotation.dns-failure', 'The name servers do not answer for the new key', {
    [NEXT]: { TXT: { failure: 'servfail' } },
  }),
];

function rollout(
  code: string,
  story: string,
  record: string | undefined,
  reports?: GivenReports | 'none',
  follows: readonly string[] = [],
): FindingExample {
  return {
    code,
    story,
    base: 'rollout',
    ...(record !== undefined && { zone: { '_dmarc.example.com': { TXT: [record] } } }),
    ...(reports !== undefined && { options: { reports } }),
    with: follows,
  };
}

const rua = 'rua=mailto:dmarc@example.com';
const DAYS = 30;

export const rolloutExamples: readonly FindingExample[] = [
  {
    code: 'rollout.dns-unknown',
    story: 'The name servers do not answer for the record',
    base: 'rollout',
    zone: { '_dmarc.example.com': { TXT: { failure: 'servfail' } } },
  },
  {
    code: 'rollout.record-unusable',
    story: 'A second record was published beside the first',
    base: 'rollout',
    zone: { '_dmarc.example.com': { TXT: [`v=DMARC1; p=reject; t=y; ${rua}`, 'v=DMARC1; p=none'] } },
  },
  {
    code: 'rollout.inherited',
    story: 'The plan is for news.example.com, which has no record of its own',
    base: 'rollout',
    options: { domain: 'news.example.com' },
  },
  rollout('rollout.no-report-address', 'Nobody is told what fails', 'v=DMARC1; p=none'),
  rollout('rollout.no-reports', 'No report was read yet', undefined, 'none'),
  rollout('rollout.few-days', 'The reports are of 14 days', undefined, { days: 14, p: 'reject' }),
  rollout('rollout.few-messages', 'The reports show one message a day', undefined, {
    days: DAYS,
    p: 'reject',
    daily: 1,
  }),
  rollout('rollout.reports-old', 'The last report came 20 days ago', undefined, {
    days: DAYS,
    p: 'reject',
    daysAgo: 20,
  }),
  rollout('rollout.policy-new', 'All reports are of the time of p=quarantine', undefined, {
    days: DAYS,
    p: 'quarantine',
  }),
  rollout(
    'rollout.legitimate-fails',
    'Each day 40 messages of a forgotten service are not signed, with MAIL FROM at shop.example',
    undefined,
    {
      days: DAYS,
      p: 'reject',
      more: { ip: '203.0.113.77', messages: 40, spf: 'shop.example' },
    },
  ),
  rollout('rollout.forwarded-fails', 'Each day 40 of 1,040 messages come by way of mailing lists', undefined, {
    days: DAYS,
    p: 'reject',
    more: { ip: '192.0.2.200', messages: 40, reason: 'mailing_list' },
  }),
  rollout('rollout.spf-alone', 'Each day 400 of 1,400 messages come from a server that does not sign', undefined, {
    days: DAYS,
    p: 'reject',
    more: { ip: '192.0.2.9', messages: 400, spf: 'example.com' },
  }),
  rollout(
    'rollout.testing-ignored',
    'The next step is p=quarantine, with t=y for now',
    `v=DMARC1; p=none; sp=reject; np=reject; t=y; ${rua}`,
    {
      days: DAYS,
      p: 'none',
    },
  ),
];
