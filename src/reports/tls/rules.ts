import { type Diagnose, makeDiagnostic } from '../../diagnostics/diagnostic.ts';

/** Every finding about a TLS report; `{path}` names a place in its JSON. */
export const tlsReportRules = {
  'tls-report.syntax': ['error', 'RFC 8460', '4.4', 'The report is not JSON'],
  'tls-report.too-large': ['error', 'RFC 8460', '7', 'The report is longer than {limit} octets'],
  'tls-report.not-a-report': ['error', 'RFC 8460', '4.4', 'The JSON has no "policies" and is no TLS report'],
  'tls-report.missing': ['error', 'RFC 8460', '4.4', '"{path}" is missing'],
  'tls-report.value': ['error', 'RFC 8460', '4.4', '"{path}" must be {expected}: found {value}'],
  'tls-report.absent': ['warning', 'RFC 8460', '4.4', '"{path}" is missing, as some reporters leave it'],
  'tls-report.form': ['warning', 'RFC 8460', '4.4', '"{path}" should be {expected}: found {value}'],
  'tls-report.time-zone': ['warning', 'RFC 8460', '4.4', '"{path}" has no time zone and is read as UTC: found {value}'],
  'tls-report.unknown-value': ['warning', 'RFC 8460', '4.3', '"{path}" is not registered: found {value}'],
  'tls-report.counts': ['info', 'RFC 8460', '4.2.2', '"{path}" lists {listed} failed sessions of {total}'],
  'tls-report.more-findings': ['info', 'RFC 8460', '4.4', 'More than {limit} findings: the others are left out'],
} as const;

/** The code of a finding about a TLS report. */
export type TlsReportCode = keyof typeof tlsReportRules;

export const diagnose: Diagnose<typeof tlsReportRules> = (code, params, place) =>
  makeDiagnostic(tlsReportRules, code, params, place);
