import { type Diagnose, makeDiagnostic } from '../diagnostics/diagnostic.ts';

/** Findings about the text of a field. Errors leave in doubt what the field says; the others are deviations with one meaning. */
export const authenticationResultsRules = {
  'authentication-results.no-authserv-id': ['error', 'RFC 8601', '2.2', 'No authserv-id: the field names nobody'],
  'authentication-results.missing-semicolon': ['error', 'RFC 8601', '2.2', 'A ";" is missing before "{text}"'],
  'authentication-results.version': ['error', 'RFC 8601', '2.6', 'Version {version} of the field is not known'],
  'authentication-results.unreadable': ['error', 'RFC 8601', '2.2', 'Nothing from here on is certain: {problem}'],
  'authentication-results.syntax': ['error', 'RFC 8601', '2.2', 'Expected {expected}: found "{text}"'],
  'authentication-results.none-with-results': ['error', 'RFC 8601', '2.2', '"none" stands beside results'],
  'authentication-results.instance': ['error', 'RFC 8617', '4.2.1', 'Expected i= with a number from 1 to 50'],
  'authentication-results.no-results': ['warning', 'RFC 8601', '2.2', 'Neither a result nor "none"'],
  'authentication-results.empty-result': ['warning', 'RFC 8601', '2.2', 'A ";" has nothing behind it'],
  'authentication-results.misplaced-id': ['warning', 'RFC 8601', '2.2', '"{text}" stands where a result belongs'],
  'authentication-results.keyword': ['warning', 'RFC 8601', '2.2', '"{text}" is no keyword (letters, digits, "-")'],
  'authentication-results.property-without-ptype': ['warning', 'RFC 8601', '2.2', 'Property "{property}" has no ptype'],
  'authentication-results.unquoted-value': ['warning', 'RFC 8601', '2.2', 'The value "{text}" needs quotes'],
  'authentication-results.empty-value': ['warning', 'RFC 8601', '2.2', '"{property}" has no value'],
  'authentication-results.missing-space': ['warning', 'RFC 8601', '2.2', 'White space is missing before "{text}"'],
  'authentication-results.late-reason': ['warning', 'RFC 8601', '2.2', 'The reason stands behind a property'],
} as const;

export type AuthenticationResultsCode = keyof typeof authenticationResultsRules;

export const diagnose: Diagnose<typeof authenticationResultsRules> = (code, params, place) =>
  makeDiagnostic(authenticationResultsRules, code, params, place);
