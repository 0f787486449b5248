import { type Diagnose, makeDiagnostic } from '../diagnostics/diagnostic.ts';

/** Every finding about the text of a BIMI record; sections are those of draft-brand-indicators-for-message-identification-12. */
export const bimiRecordRules = {
  'bimi.version': ['error', 'BIMI draft', '4.3', 'A record must begin with "v=BIMI1": found "{value}"'],
  'bimi.pasted': ['error', 'BIMI draft', '4.3', 'The record has quotes or a zone-file line around it'],
  'bimi.character': ['error', 'BIMI draft', '4.3', 'Character "{value}" is not allowed'],
  'bimi.separator': ['error', 'BIMI draft', '4.3', '";" is missing before "{value}"'],
  'bimi.tag-syntax': ['error', 'BIMI draft', '4.3', 'A tag must be name=value: found "{value}"'],
  'bimi.unknown-tag': ['warning', 'BIMI draft', '4.3', 'Tag "{value}" is unknown and ignored'],
  'bimi.duplicate-tag': ['error', 'RFC 6376', '3.2', 'Tag "{value}" is a duplicate'],
  'bimi.missing-location': ['error', 'BIMI draft', '4.3', 'The record must have "l"'],
  'bimi.uri': ['error', 'BIMI draft', '4.3', '"{name}" must be one https URI or empty: found "{value}"'],
  'bimi.indicator-format': ['error', 'BIMI draft', '4.3.2', '"l" must end in .svg or .svgz: found "{value}"'],
  'bimi.evidence-alone': ['error', 'BIMI draft', '7.3', '"a" without "l" shows nothing'],
  'bimi.preference': ['warning', 'BIMI draft', '4.3', '"avp" must be brand or personal: found "{value}"'],
  'bimi.local-parts': ['warning', 'BIMI draft', '4.3', '"lps" must list words: found "{value}"'],
  'bimi.declined': ['info', 'BIMI draft', '4.3.1', 'The domain shows no indicator'],
  'bimi.no-evidence': ['warning', 'BIMI draft', '7.3', 'Without a certificate in "a", Gmail and Apple show nothing'],
} as const;

export type BimiRecordCode = keyof typeof bimiRecordRules;

export const diagnose: Diagnose<typeof bimiRecordRules> = (code, params, place) =>
  makeDiagnostic(bimiRecordRules, code, params, place);
