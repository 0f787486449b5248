import { type Diagnose, type Diagnostic, makeDiagnostic } from '../../diagnostics/diagnostic.ts';

/** Every finding of the report builders; `{path}` names a place in the report that was to be built. */
export const reportBuildRules = {
  'report-build.value': ['error', 'RFC 9990', '3.1.1', '"{path}" must be {expected}: found "{value}"'],
  'report-build.missing': ['error', 'RFC 9990', '3.1.1', '"{path}" is missing'],
  'report-build.no-records': ['error', 'RFC 9990', '3.1.1.2', 'A report must have at least one record'],
  'report-build.left-out': ['warning', 'RFC 9990', '3.1.1', '"{path}" has no place in the schema and is left out'],
  'report-build.period': [
    'warning',
    'RFC 9990',
    '3.1.1.4',
    'The period should be a day at most: found {seconds} seconds',
  ],
  'report-build.tls-value': ['error', 'RFC 8460', '4.4', '"{path}" must be {expected}: found "{value}"'],
  'report-build.tls-domain': ['error', 'RFC 8460', '5.1', 'A report is about one domain: found {domains}'],
  'report-build.failure-value': ['error', 'RFC 6591', '4', '"{path}" must be {expected}: found "{value}"'],
  'report-build.failure-field': ['error', 'RFC 6591', '3', '"{path}" is missing'],
  'report-build.redacted': ['warning', 'RFC 6591', '3.2.4', '"{path}" is left out: redacted it says nothing'],
} as const;

/** The code of a finding of a report builder. */
export type ReportBuildCode = keyof typeof reportBuildRules;

export const diagnose: Diagnose<typeof reportBuildRules> = (code, params, place) =>
  makeDiagnostic(reportBuildRules, code, params, place);

/** Says that a value of the report that was to be built is not what it must be. */
export type Refuse = (path: string, expected: string, value: unknown) => void;

export function refuseInto(
  diagnostics: Diagnostic<ReportBuildCode>[],
  code: 'report-build.value' | 'report-build.tls-value' | 'report-build.failure-value',
): Refuse {
  return (path, expected, value) => void diagnostics.push(diagnose(code, { path, expected, value: String(value) }));
}
