import { type Diagnose, makeDiagnostic } from '../diagnostics/diagnostic.ts';

/** Every finding about the text of a TLS-RPT record. */
export const tlsRptRecordRules = {
  'tls-rpt.version': ['error', 'RFC 8460', '3', 'A TLS-RPT record must begin with "v=TLSRPTv1;": found "{value}"'],
  'tls-rpt.pasted': ['error', 'RFC 8460', '3', 'The record has quotes or a zone-file line around it'],
  'tls-rpt.character': ['error', 'RFC 8460', '3', 'Character "{value}" is not allowed'],
  'tls-rpt.separator': ['error', 'RFC 8460', '3', '";" is missing before "{value}"'],
  'tls-rpt.white-space': ['error', 'RFC 8460', '3', 'White space is not allowed here: found "{value}"'],
  'tls-rpt.tag-syntax': ['error', 'RFC 8460', '3', 'A field must be name=value: found "{value}"'],
  'tls-rpt.unknown-tag': ['warning', 'RFC 8460', '3', 'Field "{value}" is unknown and ignored'],
  'tls-rpt.duplicate-tag': ['warning', 'RFC 8460', '3', 'Field "{value}" is a duplicate and ignored'],
  'tls-rpt.missing-rua': ['error', 'RFC 8460', '3', 'The record must have a "rua"'],
  'tls-rpt.uri': ['error', 'RFC 8460', '3', '"rua" must be URIs like mailto:a@example.com: found "{value}"'],
  'tls-rpt.uri-scheme': ['warning', 'RFC 8460', '3', 'Senders only support "mailto:" and "https:": found "{value}"'],
  'tls-rpt.no-destination': ['warning', 'RFC 8460', '3', 'Nobody can send a report: "rua" has no usable address'],
} as const;

export type TlsRptRecordCode = keyof typeof tlsRptRecordRules;

export const diagnose: Diagnose<typeof tlsRptRecordRules> = (code, params, place) =>
  makeDiagnostic(tlsRptRecordRules, code, params, place);
