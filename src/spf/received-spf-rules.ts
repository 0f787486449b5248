import { type Diagnose, makeDiagnostic } from '../diagnostics/diagnostic.ts';

/** Findings about the text of a Received-SPF field. Errors leave in doubt what it says; the others have one meaning. */
export const receivedSpfRules = {
  'received-spf.result': ['error', 'RFC 7208', '9.1', '"{text}" is no result of SPF'],
  'received-spf.unreadable': ['error', 'RFC 7208', '9.1', 'Nothing from here on is certain: {problem}'],
  'received-spf.syntax': ['error', 'RFC 7208', '9.1', 'Expected "key=value": found "{text}"'],
  'received-spf.missing-semicolon': ['warning', 'RFC 7208', '9.1', 'A ";" is missing before "{text}"'],
  'received-spf.empty-pair': ['warning', 'RFC 7208', '9.1', 'A ";" has nothing before it'],
  'received-spf.unquoted-value': ['warning', 'RFC 7208', '9.1', 'The value "{text}" needs quotes'],
  'received-spf.empty-value': ['warning', 'RFC 7208', '9.1', '"{name}" has no value'],
  'received-spf.duplicate': ['warning', 'RFC 7208', '9.1', '"{name}" stands there a second time'],
} as const;

export type ReceivedSpfCode = keyof typeof receivedSpfRules;

export const diagnose: Diagnose<typeof receivedSpfRules> = (code, params, place) =>
  makeDiagnostic(receivedSpfRules, code, params, place);
