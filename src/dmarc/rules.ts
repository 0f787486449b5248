import { type Diagnose, makeDiagnostic } from '../diagnostics/diagnostic.ts';

/** Every finding about the text of a DMARC record. */
export const dmarcRecordRules = {
  'dmarc.version': ['error', 'RFC 9989', '4.7', 'A DMARC record must begin with "v=DMARC1": found "{value}"'],
  'dmarc.version-form': ['warning', 'RFC 9989', '4.8', 'Some receivers only know "v=DMARC1": found "{value}"'],
  'dmarc.pasted': ['error', 'RFC 9989', '4.8', 'The record has quotes or a zone-file line around it'],
  'dmarc.character': ['error', 'RFC 9989', '4.8', 'Character "{value}" is not allowed'],
  'dmarc.separator': ['error', 'RFC 9989', '4.8', '"{separator}" is missing before "{value}"'],
  'dmarc.tag-syntax': ['error', 'RFC 9989', '4.8', 'A tag must be name=value: found "{value}"'],
  'dmarc.tag-value': ['error', 'RFC 9989', '4.8', 'Tag "{name}" must be {allowed}: found "{value}"'],
  'dmarc.uri': ['error', 'RFC 9989', '4.8', 'Tag "{name}" must be URIs like mailto:a@example.com: found "{value}"'],
  'dmarc.uri-scheme': ['info', 'RFC 9989', '4.7', 'Receivers only have to know "mailto:": found "{value}"'],
  'dmarc.unknown-tag': ['warning', 'RFC 9989', '4.7', 'Tag "{name}" is unknown and ignored'],
  'dmarc.duplicate-tag': ['warning', 'RFC 6376', '3.2', 'Tag "{name}" is a duplicate and ignored'],
  'dmarc.historic': ['info', 'RFC 9989', 'C.5.2', '"{value}" is historic and ignored'],
  'dmarc.no-processing': ['error', 'RFC 9989', '4.10.1', 'Without a valid "{name}" or "rua", the record is ignored'],
  'dmarc.acts-as-none': ['warning', 'RFC 9989', '4.10.1', 'Without a valid "{name}", "p=none" applies'],
  'dmarc.no-reports': ['warning', 'RFC 9989', '4.7', '"p=none" without "rua" asks for nothing'],
  'dmarc.weaker-policy': ['warning', 'RFC 9989', '4.7', '"{name}={value}" is weaker than "p={policy}"'],
  'dmarc.testing': ['warning', 'RFC 9989', '4.7', '"t=y" weakens the policy by one level'],
  'dmarc.percent': ['warning', 'RFC 9989', 'A.6', '"pct={value}" is ignored: only "t=y" weakens the policy'],
  'dmarc.fo-without-ruf': ['info', 'RFC 9989', '4.7', '"fo" without "ruf" is ignored'],
  'dmarc.psd': ['info', 'RFC 9989', '4.7', '"psd={value}" moves the organizational domain'],
} as const;

/** The code of a finding about the text of a DMARC record. */
export type DmarcRecordCode = keyof typeof dmarcRecordRules;

/** Makes a finding about the text of a DMARC record. */
export const diagnose: Diagnose<typeof dmarcRecordRules> = (code, params, place) =>
  makeDiagnostic(dmarcRecordRules, code, params, place);
