import { type Diagnose, makeDiagnostic } from '../diagnostics/diagnostic.ts';

/** What is wrong with a change of a DMARC record. */
export const dmarcEditRules = {
  'dmarc.edit-absent': ['warning', 'RFC 9989', '4.7', 'Tag "{name}" has no address "{value}" to remove'],
  'dmarc.edit-pasted': [
    'error',
    'RFC 9989',
    '4.8',
    'Only a record without quotes or a zone-file line around it can be edited',
  ],
} as const;

export type DmarcEditCode = keyof typeof dmarcEditRules;

export const diagnose: Diagnose<typeof dmarcEditRules> = (code, params, place) =>
  makeDiagnostic(dmarcEditRules, code, params, place);
