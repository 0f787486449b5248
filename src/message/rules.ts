import { type Diagnose, makeDiagnostic } from '../diagnostics/diagnostic.ts';

/** Findings about the form of a message. */
export const messageRules = {
  'message.header-too-large': ['error', 'RFC 5322', '2.2', 'The header is over the limit of {limit} {unit}'],
  'message.lf-line-endings': [
    'info',
    'RFC 5322',
    '2.1',
    'Lines end in LF alone; they are read as if they ended in CRLF',
  ],
  'message.bare-lf': ['warning', 'RFC 5322', '2.3', '{count} LF without CR before it, the first at octet {offset}'],
  'message.bare-cr': ['warning', 'RFC 5322', '2.3', '{count} CR without LF after it, the first at octet {offset}'],
  'message.nul': ['warning', 'RFC 5322', '4.1', '{count} NUL octets, the first at octet {offset}'],
  'message.long-line': ['warning', 'RFC 5322', '2.1.1', 'A line has {length} octets; 998 is the most'],
  'message.end-of-data': [
    'warning',
    'RFC 5321',
    '4.1.1.4',
    'A dot between odd line breaks at octet {offset} may end the message for other software (SMTP smuggling)',
  ],
  'message.header-not-utf8': ['warning', 'RFC 6532', '3.2', 'The header has octets above 127 that are not UTF-8'],
  'message.header-utf8': ['info', 'RFC 6532', '3.2', 'The header has UTF-8 text, which needs SMTPUTF8'],
  'message.malformed-line': ['warning', 'RFC 5322', '2.2', '{count} header lines are no field, the first is "{line}"'],
  'message.space-before-colon': ['info', 'RFC 5322', '4.5', 'White space before the colon of "{name}" is obsolete'],
  'message.no-header': ['warning', 'RFC 5322', '3.6', 'The message has no header fields'],
} as const;

export type MessageCode = keyof typeof messageRules;

export const diagnose: Diagnose<typeof messageRules> = (code, params, place) =>
  makeDiagnostic(messageRules, code, params, place);
