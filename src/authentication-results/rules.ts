import { type Diagnose, makeDiagnostic } from '../diagnostics/diagnostic.ts';

export const authenticationResultsRules = {
  'authentication-results.value-filtered': [
    'warning',
    'RFC 8601',
    '7.8',
    'The value of {property} held characters that the field cannot carry; they were left out of "{value}"',
  ],
} as const;

export type AuthenticationResultsCode = keyof typeof authenticationResultsRules;

export const diagnose: Diagnose<typeof authenticationResultsRules> = (code, params, place) =>
  makeDiagnostic(authenticationResultsRules, code, params, place);
