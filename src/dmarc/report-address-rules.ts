import { type Diagnose, makeDiagnostic } from '../diagnostics/diagnostic.ts';

/** The findings of the check of report addresses. */
export const dmarcReportAddressRules = {
  'dmarc.report-unauthorized': ['warning', 'RFC 9990', '4', '{host} does not accept reports about {domain} at {name}'],
  'dmarc.report-override': ['warning', 'RFC 9990', '4', '{name} sends reports on to "{uri}", which is not at {host}'],
  'dmarc.report-name-too-long': ['warning', 'RFC 9990', '4', 'The name {name} is too long to be asked'],
  'dmarc.report-host': ['warning', 'RFC 9990', '4', 'No single host can be told from "{uri}"'],
  'dmarc.report-psd': ['warning', 'RFC 9991', '2', '"{uri}" is ignored: a record with psd=y gets no failure reports'],
  'dmarc.report-destination-limit': [
    'warning',
    'RFC 9990',
    '3.5',
    '"{uri}" was not checked: {limit} hosts is the limit',
  ],
} as const;

/** The code of a finding about report addresses. */
export type DmarcReportAddressCode = keyof typeof dmarcReportAddressRules;

export const diagnose: Diagnose<typeof dmarcReportAddressRules> = (code, params, place) =>
  makeDiagnostic(dmarcReportAddressRules, code, params, place);
