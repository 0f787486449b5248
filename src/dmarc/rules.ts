import { type Diagnose, makeDiagnostic, type Rules } from '../diagnostics/diagnostic.ts';

/** Every finding about the text of a DMARC record. */
export const dmarcRecordRules = {
  'dmarc.version': ['error', 'RFC 9989', '4.7', 'The record must begin with "v=DMARC1": found "{found}"'],
  'dmarc.other-record': ['error', 'RFC 9989', '4.7', 'This is no DMARC record: found "{found}"'],
  'dmarc.version-form': ['warning', 'RFC 9989', '4.8', 'Some receivers know only "v=DMARC1", not "{found}"'],
  'dmarc.pasted': ['error', 'RFC 9989', '4.8', 'The record must stand alone, without quotes or its zone-file line'],
  'dmarc.leading-space': ['error', 'RFC 9989', '4.8', 'The record must not begin with white space'],
  'dmarc.character': ['error', 'RFC 9989', '4.8', 'Character "{character}" is not allowed'],
  'dmarc.missing-semicolon': ['error', 'RFC 9989', '4.8', '";" is missing before tag "{name}"'],
  'dmarc.empty-tag': ['error', 'RFC 9989', '4.8', 'There is nothing before this ";"'],
  'dmarc.tag-syntax': ['error', 'RFC 9989', '4.8', '"{found}" is not of the form name=value'],
  'dmarc.unknown-tag': ['warning', 'RFC 9989', '4.7', 'Tag "{name}" is unknown and ignored'],
  'dmarc.historic-tag': ['info', 'RFC 9989', 'C.5.2', 'Tag "{name}" is historic and ignored'],
  'dmarc.percent': ['warning', 'RFC 9989', 'A.6', '"pct={value}" is ignored: "t=y" asks for one level less instead'],
  'dmarc.duplicate-tag': ['warning', 'RFC 6376', '3.2', 'Tag "{name}" appears again: only its first value counts'],
  'dmarc.tag-value': ['error', 'RFC 9989', '4.7', 'Tag "{name}" must be {allowed}: found "{value}"'],
  'dmarc.acts-as-none': ['warning', 'RFC 9989', '4.10.1', 'Without a valid "{name}", receivers act as if "p" were none'],
  'dmarc.no-processing': [
    'error',
    'RFC 9989',
    '4.10.1',
    'Without a valid "{name}" or a valid "rua", receivers ignore the record',
  ],
  'dmarc.uri': ['error', 'RFC 9989', '4.8', 'Tag "{name}" needs addresses like mailto:a@example.com: found "{found}"'],
  'dmarc.uri-separator': ['error', 'RFC 9989', '4.8', 'Addresses must be separated by a comma'],
  'dmarc.uri-scheme': ['info', 'RFC 9989', '4.7', 'Receivers need to support only mailto: addresses, not "{scheme}:"'],
  'dmarc.uri-size': ['info', 'RFC 9989', '4.8', 'Size limit "!{size}" is obsolete and ignored'],
  'dmarc.weaker-policy': ['warning', 'RFC 9989', '4.7', '"{name}={value}" is weaker than "p={policy}"'],
  'dmarc.no-reports': ['warning', 'RFC 9989', '4.7', '"p=none" without "rua" asks receivers for nothing at all'],
  'dmarc.testing': ['warning', 'RFC 9989', '4.7', '"t=y" makes receivers apply one level less than the policy'],
  'dmarc.fo-without-ruf': ['info', 'RFC 9989', '4.7', 'Tag "fo" is ignored without "ruf"'],
  'dmarc.psd': ['info', 'RFC 9989', '4.7', '"psd={value}" moves the organizational domain: ordinary domains leave it out'],
  'dmarc.long': ['info', 'RFC 9989', '4.5', 'The record has {length} characters: over 512 not every resolver delivers it'],
} as const satisfies Rules;

/** The code of a finding about the text of a DMARC record. */
export type DmarcRecordCode = keyof typeof dmarcRecordRules;

/** Makes a finding about the text of a DMARC record. */
export const diagnose: Diagnose<typeof dmarcRecordRules> = (code, params, place) =>
  makeDiagnostic(dmarcRecordRules, code, params, place);
