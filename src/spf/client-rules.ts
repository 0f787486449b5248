import { type Diagnose, makeDiagnostic } from '../diagnostics/diagnostic.ts';

/** What an evaluation finds of one client only: in the envelope, in what DNS says of the address, and in how much it may ask. */
export const spfClientRules = {
  'spf.mapped-address': ['info', 'RFC 7208', '5', 'Address {ip} is IPv4 inside IPv6 and is checked as {address}'],
  'spf.null-reverse-path': ['info', 'RFC 7208', '2.4', 'MAIL FROM is empty, so postmaster@{helo} is checked'],
  'spf.sender-syntax': ['warning', 'RFC 7208', '2.2', 'MAIL FROM is no mailbox: "{value}"'],
  'spf.source-route': ['info', 'RFC 7208', '2.2', 'MAIL FROM has a source route, which is ignored: "{value}"'],
  'spf.local-part-missing': [
    'info',
    'RFC 7208',
    '4.3',
    'MAIL FROM has no local part, postmaster stands for it: "{value}"',
  ],
  'spf.invalid-domain': ['warning', 'RFC 7208', '4.3', '"{domain}" is no domain name of several labels'],
  'spf.query-limit': ['error', 'RFC 7208', '4.6.4', 'The evaluation asks more than {limit} DNS questions'],
  'spf.deadline': ['warning', 'RFC 7208', '4.6.4', 'No answer for {name} {type} within {limit} ms'],
  'spf.non-ascii-local-part': ['info', 'RFC 8616', '4', '"{term}" does not match: the local part is not ASCII'],
  'spf.ptr-names': ['info', 'RFC 7208', '4.6.4', '{name} points to {count} names, of which {limit} are looked at'],
  'spf.explanation-unusable': ['warning', 'RFC 7208', '6.2', 'The explanation of "{term}" is not used: {problem}'],
} as const;

export type SpfClientCode = keyof typeof spfClientRules;

export const diagnose: Diagnose<typeof spfClientRules> = (code, params, place) =>
  makeDiagnostic(spfClientRules, code, params, place);
