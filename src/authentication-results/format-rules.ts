import { type Diagnose, makeDiagnostic } from '../diagnostics/diagnostic.ts';

/** Findings about what a field that is written cannot carry. */
export const formatRules = {
  'authentication-results.value-filtered': [
    'warning',
    'RFC 8601',
    '7.8',
    'The value of {property} held characters that the field cannot carry; they were left out of "{value}"',
  ],
  'authentication-results.value-cut': [
    'warning',
    'RFC 5322',
    '2.1.1',
    'The value of {property} was too long for a line',
  ],
  'authentication-results.name-dropped': ['warning', 'RFC 8601', '2.2', '"{name}" was left out: no keyword'],
} as const;

export type FormatCode = keyof typeof formatRules;

export const diagnose: Diagnose<typeof formatRules> = (code, params, place) =>
  makeDiagnostic(formatRules, code, params, place);
