import { type Diagnose, makeDiagnostic } from '../diagnostics/diagnostic.ts';

/** The findings of looking for a record and its policy. */
export const mtaStsLookupRules = {
  'mta-sts.multiple-records': [
    'error',
    'RFC 8461',
    '3.1',
    '{name} has {count} MTA-STS records, so none of them counts',
  ],
  'mta-sts.record-too-large': ['error', 'RFC 8461', '3.1', 'The record at {name} is longer than {limit} octets'],
  'mta-sts.dns-failure': ['warning', 'RFC 8461', '3.1', 'The TXT question for {name} failed: {reason}'],
  'mta-sts.policy-unavailable': ['error', 'RFC 8461', '3.3', 'There is no policy at {url}: {reason}'],
  'mta-sts.policy-not-fetched': ['warning', 'RFC 8461', '3.3', 'The policy at {url} was not fetched: {reason}'],
  'mta-sts.policy-not-utf8': ['error', 'RFC 8461', '3.2', 'The policy at {url} is not UTF-8'],
  'mta-sts.content-type': ['warning', 'RFC 8461', '3.2', 'The policy should be text/plain: found "{value}"'],
} as const;

export type MtaStsLookupCode = keyof typeof mtaStsLookupRules;

export const diagnose: Diagnose<typeof mtaStsLookupRules> = (code, params, place) =>
  makeDiagnostic(mtaStsLookupRules, code, params, place);
