import { type Diagnose, makeDiagnostic } from '../diagnostics/diagnostic.ts';

/** Every finding about the text of an MTA-STS record. */
export const mtaStsRecordRules = {
  'mta-sts.version': ['error', 'RFC 8461', '3.1', 'An MTA-STS record must begin with "v=STSv1;": found "{value}"'],
  'mta-sts.pasted': ['error', 'RFC 8461', '3.1', 'The record has quotes or a zone-file line around it'],
  'mta-sts.character': ['error', 'RFC 8461', '3.1', 'Character "{value}" is not allowed'],
  'mta-sts.separator': ['error', 'RFC 8461', '3.1', '";" is missing before "{value}"'],
  'mta-sts.white-space': ['error', 'RFC 8461', '3.1', 'White space is not allowed here: found "{value}"'],
  'mta-sts.tag-syntax': ['error', 'RFC 8461', '3.1', 'A field must be name=value: found "{value}"'],
  'mta-sts.unknown-tag': ['warning', 'RFC 8461', '3.2', 'Field "{value}" is unknown and ignored'],
  'mta-sts.duplicate-tag': ['warning', 'RFC 8461', '3.2', 'Field "{value}" is a duplicate and ignored'],
  'mta-sts.missing-id': ['error', 'RFC 8461', '3.1', 'The record must have an "id"'],
  'mta-sts.id': ['error', 'RFC 8461', '3.1', '"id" must be 1 to 32 letters and digits: found "{value}"'],
} as const;

export type MtaStsRecordCode = keyof typeof mtaStsRecordRules;

export const diagnose: Diagnose<typeof mtaStsRecordRules> = (code, params, place) =>
  makeDiagnostic(mtaStsRecordRules, code, params, place);
