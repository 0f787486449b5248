import { type Diagnose, makeDiagnostic } from '../diagnostics/diagnostic.ts';

/** The findings of looking for a record. */
export const tlsRptLookupRules = {
  'tls-rpt.multiple-records': ['error', 'RFC 8460', '3', '{name} has {count} TLS-RPT records, so none of them counts'],
  'tls-rpt.record-too-large': ['error', 'RFC 8460', '3', 'The record at {name} is longer than {limit} octets'],
  'tls-rpt.dns-failure': ['warning', 'RFC 8460', '3', 'The TXT question for {name} failed: {reason}'],
} as const;

export type TlsRptLookupCode = keyof typeof tlsRptLookupRules;

export const diagnose: Diagnose<typeof tlsRptLookupRules> = (code, params, place) =>
  makeDiagnostic(tlsRptLookupRules, code, params, place);
