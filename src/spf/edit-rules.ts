import { type Diagnose, makeDiagnostic } from '../diagnostics/diagnostic.ts';

/** What is wrong with terms to write into an SPF record or to take out of it. */
export const spfEditRules = {
  'spf.build-value': ['error', 'RFC 7208', '12', '"{value}" is no value for "{name}"'],
  'spf.edit-absent': ['warning', 'RFC 7208', '4.6.1', 'There is no term "{value}" to remove'],
  'spf.edit-present': ['info', 'RFC 7208', '4.6.2', 'The record has "{value}" already'],
  'spf.edit-pasted': [
    'error',
    'RFC 7208',
    '3.3',
    'Only a record without quotes or a zone-file line around it can be edited',
  ],
} as const;

export type SpfEditCode = keyof typeof spfEditRules;

export const diagnose: Diagnose<typeof spfEditRules> = (code, params, place) =>
  makeDiagnostic(spfEditRules, code, params, place);
