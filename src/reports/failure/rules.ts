import { type Diagnose, makeDiagnostic } from '../../diagnostics/diagnostic.ts';

/** Every finding about a failure report. */
export const failureReportRules = {
  'failure-report.not-a-report': ['error', 'RFC 5965', '2', 'The message has no part of type message/feedback-report'],
  'failure-report.too-large': ['error', 'RFC 5965', '8', 'The message is longer than {limit} octets'],
  'failure-report.structure': ['warning', 'RFC 5965', '2', 'The report is in "{type}", not in a multipart/report'],
  'failure-report.missing-part': ['error', 'RFC 5965', '2', 'The report has no {part}'],
  'failure-report.missing-field': ['error', 'RFC 5965', '3.1', 'Field "{name}" is missing'],
  'failure-report.missing-detail': ['warning', 'RFC 6591', '3', 'Field "{name}" is missing, which {value} asks for'],
  'failure-report.duplicate-field': ['error', 'RFC 5965', '3.2', 'Field "{name}" may only be given once'],
  'failure-report.field-value': ['error', 'RFC 5965', '3.5', 'Field "{name}" must be {expected}: found "{value}"'],
  'failure-report.unknown-value': ['warning', 'RFC 6591', '4', 'Field "{name}" has an unknown value: found "{value}"'],
  'failure-report.address-form': [
    'info',
    'RFC 5965',
    '3.2',
    'An IPv6 address should begin with "IPv6:": found "{value}"',
  ],
  'failure-report.inverse-alignment': [
    'warning',
    'RFC 9991',
    '4',
    'Identity-Alignment "{value}" lists the aligned methods, as RFC 7489 had it, not those that failed',
  ],
  'failure-report.uncertain-alignment': [
    'info',
    'RFC 9991',
    '4',
    'Identity-Alignment "{value}" is taken for the methods that failed; older software lists the others',
  ],
} as const;

/** The code of a finding about a failure report. */
export type FailureReportCode = keyof typeof failureReportRules;

export const diagnose: Diagnose<typeof failureReportRules> = (code, params, place) =>
  makeDiagnostic(failureReportRules, code, params, place);
