import { type Diagnose, makeDiagnostic } from '../diagnostics/diagnostic.ts';

/** Findings about results of a trusted field that must not be used. */
export const selectRules = {
  'authentication-results.unknown-method': ['info', 'RFC 8601', '4.1', 'Method "{method}" is not known: ignored'],
  'authentication-results.unknown-method-version': [
    'info',
    'RFC 8601',
    '2.6',
    'Version {version} of method "{method}" is not known: ignored',
  ],
  'authentication-results.unknown-result': ['info', 'RFC 8601', '4.1', '"{method}" has no result "{result}": ignored'],
  'authentication-results.unknown-ptype': [
    'info',
    'RFC 8601',
    '4.1',
    'Property type "{ptype}" is not known: result ignored',
  ],
  'authentication-results.contradiction': [
    'warning',
    'RFC 6008',
    '4',
    'Unequal results for the signature "{signature}": all ignored',
  ],
} as const;

export type SelectCode = keyof typeof selectRules;

export const diagnose: Diagnose<typeof selectRules> = (code, params, place) =>
  makeDiagnostic(selectRules, code, params, place);
