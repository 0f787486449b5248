import { type Diagnose, makeDiagnostic } from '../../diagnostics/diagnostic.ts';

/** What a stricter DMARC policy has to wait for. */
export const rolloutRules = {
  'rollout.dns-unknown': [
    'error',
    'RFC 9989',
    '5.3.6',
    'DNS did not answer for {name}: which policy is published is unknown',
  ],
  'rollout.record-unusable': [
    'error',
    'RFC 9989',
    '4.8',
    'What stands at {name} has to be mended or replaced before it is changed',
  ],
  'rollout.inherited': ['info', 'RFC 9989', '4.10', 'The policy is that of {domain}: plan for that domain'],
  'rollout.no-report-address': [
    'warning',
    'RFC 9989',
    '5.1.3',
    'The record at {name} asks nobody for aggregate reports',
  ],
  'rollout.no-reports': [
    'warning',
    'RFC 9989',
    '5.1.5',
    'Without aggregate reports nobody knows whose mail a stricter policy would hit',
  ],
  'rollout.few-days': ['warning', 'RFC 9989', '5.1.5', 'The reports cover {days} days, {needed} are needed'],
  'rollout.few-messages': [
    'warning',
    'RFC 9989',
    '5.1.5',
    'The reports show {messages} messages that pass, {needed} are needed to rely on them',
  ],
  'rollout.reports-old': [
    'warning',
    'RFC 9989',
    '5.1.5',
    'The latest report is {days} days old, so that it says little about today',
  ],
  'rollout.policy-new': [
    'warning',
    'RFC 9989',
    '7.4',
    'The reports cover {days} days of p={p}, {needed} are needed before the next step',
  ],
  'rollout.legitimate-fails': [
    'warning',
    'RFC 9989',
    '5.1.6',
    '{messages} messages that look legitimate would be hit, most from {source}: {reason}',
  ],
  'rollout.forwarded-fails': [
    'warning',
    'RFC 9989',
    '7.4',
    '{messages} forwarded messages of {total} would be hit, which is too many for p=reject',
  ],
  'rollout.spf-alone': [
    'warning',
    'RFC 9989',
    '7.4',
    'Only {signed} of {total} messages pass by DKIM; p=reject must not rely on SPF alone',
  ],
  'rollout.testing-ignored': [
    'info',
    'RFC 9989',
    'A.6',
    'Receivers that go by RFC 7489 ignore t=y and apply p={p} in full',
  ],
} as const;

export type RolloutCode = keyof typeof rolloutRules;

export const diagnose: Diagnose<typeof rolloutRules> = (code, params, place) =>
  makeDiagnostic(rolloutRules, code, params, place);
