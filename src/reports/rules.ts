import { type Diagnose, makeDiagnostic } from '../diagnostics/diagnostic.ts';

/** Findings on the way from a mail or a file to the report in it. */
export const reportRules = {
  'report.not-found': ['error', 'RFC 9990', '3.5.2', 'There is no report: {reason}'],
  'report.too-large': [
    'error',
    'RFC 9990',
    '8.1',
    'There is more than the limit of {limit} octets; the rest is left out',
  ],
  'report.bomb': [
    'error',
    'RFC 9990',
    '8.1',
    'The {container} inflates to more than {ratio} times its size; the rest is left out',
  ],
  'report.damaged': ['error', 'RFC 9990', '3.5.2', 'The {container} is damaged or cut off: {problem}'],
  'report.trailing-data': ['info', 'RFC 9990', '3.5.2', 'Something else is behind the gzip'],
  'report.too-many-members': ['warning', 'RFC 9990', '8.1', 'Only the first {limit} parts and members are looked at'],
  'report.nested': ['error', 'RFC 9990', '8.1', 'A {container} inside "{path}" is not opened'],
  'report.encrypted': [
    'error',
    'RFC 9990',
    '3.5.2',
    'Member "{name}" of the zip is encrypted or compressed by method {method}',
  ],
  'report.zip': ['info', 'RFC 9990', '3.5.2', 'The report is in a zip, where gzip is the format'],
  'report.more': ['warning', 'RFC 9990', '3.5.2', '"{name}" looks like another report: only the first is read'],
  'report.content-type': ['info', 'RFC 9990', '3.5.2', 'The report is in a part of type "{type}"'],
  'report.encoding': ['warning', 'RFC 9990', '3.1', 'The text is not {encoding}, it is read as {used}'],
} as const;

export type ReportCode = keyof typeof reportRules;

export const diagnose: Diagnose<typeof reportRules> = (code, params, place) =>
  makeDiagnostic(reportRules, code, params, place);
