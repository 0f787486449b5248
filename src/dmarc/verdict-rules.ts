import { type Diagnose, makeDiagnostic } from '../diagnostics/diagnostic.ts';

/** The findings of discovery, alignment and evaluation. */
export const dmarcVerdictRules = {
  'dmarc.invalid-author-domain': ['error', 'RFC 9989', '5.3.1', 'The author domain is not a domain name: "{domain}"'],
  'dmarc.invalid-identifier': ['info', 'RFC 9989', '4.4', 'The identifier is not a domain name: "{domain}"'],
  'dmarc.public-suffix': ['info', 'RFC 7489', '3.2', '{domain} is a public suffix and belongs to no organization'],
  'dmarc.multiple-records': ['error', 'RFC 9989', '4.10', '{name} has {count} DMARC records, so none of them counts'],
  'dmarc.record-too-large': ['error', 'RFC 9989', '4.8', 'The record at {name} is longer than {limit} octets'],
  'dmarc.dns-failure': ['warning', 'RFC 9989', '5.3.6', 'The {type} question for {name} failed: {reason}'],
  'dmarc.shared-organization': [
    'warning',
    'RFC 9989',
    '11.8',
    'All of {domain} counts as one organization: its record lacks psd=y',
  ],
  'dmarc.identifier-limit': [
    'warning',
    'RFC 9989',
    '4.10',
    'The organizational domain of {domain} was not looked for: {limit} domains is the limit',
  ],
} as const;

export type DmarcVerdictCode = keyof typeof dmarcVerdictRules;

export const diagnose: Diagnose<typeof dmarcVerdictRules> = (code, params, place) =>
  makeDiagnostic(dmarcVerdictRules, code, params, place);
