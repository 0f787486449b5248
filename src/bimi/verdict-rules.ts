import { type Diagnose, makeDiagnostic } from '../diagnostics/diagnostic.ts';

/** The findings of looking for a record and its indicator. */
export const bimiLookupRules = {
  'bimi.multiple-records': ['error', 'BIMI draft', '7.2', '{name} has {count} BIMI records, so none of them counts'],
  'bimi.record-too-large': ['error', 'BIMI draft', '7.2', 'The record at {name} is longer than {limit} octets'],
  'bimi.dns-failure': ['warning', 'BIMI draft', '7.2', 'The TXT question for {name} failed: {reason}'],
  'bimi.indicator-unavailable': ['error', 'BIMI draft', '7.3', 'There is no indicator at {url}: {reason}'],
  'bimi.indicator-not-checked': ['info', 'BIMI draft', '7.3', 'The indicator at {url} was not checked: {reason}'],
  'bimi.content-type': ['warning', 'BIMI draft', '4.3.2', 'The indicator should be image/svg+xml: found "{value}"'],
  'bimi.evidence-not-checked': [
    'info',
    'BIMI draft',
    '7.4',
    'The certificate at {url} was not fetched, and its chain not verified',
  ],
} as const;

export type BimiLookupCode = keyof typeof bimiLookupRules;

export const diagnose: Diagnose<typeof bimiLookupRules> = (code, params, place) =>
  makeDiagnostic(bimiLookupRules, code, params, place);
