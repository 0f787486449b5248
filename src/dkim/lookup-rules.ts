import { type Diagnose, makeDiagnostic } from '../diagnostics/diagnostic.ts';

/** The findings of looking for the key of a signature. */
export const dkimLookupRules = {
  'dkim.no-key': ['error', 'RFC 6376', '6.1.2', 'There is no key record at {name}'],
  'dkim.key-unavailable': ['error', 'RFC 6376', '6.1.2', 'The key at {name} was not fetched: {reason}'],
  'dkim.key-oversized': ['error', 'RFC 6376', '6.1.2', 'The record at {name} has {octets} octets, limit {limit}'],
  'dkim.key-several': ['warning', 'RFC 6376', '3.6.2.2', 'There should be one record at {name}: found {count}'],
} as const;

export type DkimLookupCode = keyof typeof dkimLookupRules;

export const diagnose: Diagnose<typeof dkimLookupRules> = (code, params, place) =>
  makeDiagnostic(dkimLookupRules, code, params, place);
