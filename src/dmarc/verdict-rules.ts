import { type Diagnose, makeDiagnostic } from '../diagnostics/diagnostic.ts';

/** The findings of discovery. */
export const dmarcVerdictRules = {
  'dmarc.multiple-records': ['error', 'RFC 9989', '4.10', '{name} has {count} DMARC records, so none of them counts'],
  'dmarc.record-too-large': ['error', 'RFC 9989', '4.8', 'The record at {name} is longer than {limit} octets'],
  'dmarc.dns-failure': ['warning', 'RFC 9989', '5.3.6', 'The {type} question for {name} failed: {reason}'],
  'dmarc.shared-organization': [
    'warning',
    'RFC 9989',
    '11.8',
    'All of {domain} counts as one organization: its record lacks psd=y',
  ],
} as const;

export type DmarcVerdictCode = keyof typeof dmarcVerdictRules;

export const diagnose: Diagnose<typeof dmarcVerdictRules> = (code, params, place) =>
  makeDiagnostic(dmarcVerdictRules, code, params, place);
