import { type Diagnose, makeDiagnostic } from '../diagnostics/diagnostic.ts';

/** What an evaluation of SPF finds in the envelope, in DNS and in the records together. */
export const spfVerdictRules = {
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
  'spf.no-record': ['info', 'RFC 7208', '4.5', 'Domain {domain} has no SPF record'],
  'spf.multiple-records': ['error', 'RFC 7208', '4.5', 'Domain {domain} has {count} SPF records, only one is allowed'],
  'spf.record-too-large': ['error', 'RFC 7208', '3.4', 'The SPF record of {domain} has {size} octets, limit {limit}'],
  'spf.lookup-limit': ['error', 'RFC 7208', '4.6.4', '"{term}" is one more than {limit} terms with DNS lookups'],
  'spf.loop': ['error', 'RFC 7208', '4.6.4', 'The records refer to each other in a circle: {path}'],
  'spf.void-limit': ['error', 'RFC 7208', '4.6.4', '"{term}" is one more than {limit} terms without an answer in DNS'],
  'spf.mx-limit': ['error', 'RFC 7208', '4.6.4', 'Domain {domain} has {count} MX records, limit {limit}'],
  'spf.query-limit': ['error', 'RFC 7208', '4.6.4', 'The evaluation asks more than {limit} DNS questions'],
  'spf.include-none': ['error', 'RFC 7208', '5.2', '"{term}" names a domain without SPF record: {domain}'],
  'spf.redirect-none': ['error', 'RFC 7208', '6.1', '"{term}" names a domain without SPF record: {domain}'],
  'spf.dns-failure': ['warning', 'RFC 7208', '4.4', 'No answer for {name} {type}: {reason}'],
  'spf.deadline': ['warning', 'RFC 7208', '4.6.4', 'No answer for {name} {type} within {limit} ms'],
  'spf.invalid-target': ['warning', 'RFC 7208', '4.8', '"{term}" expands to what is no DNS name: "{target}"'],
  'spf.non-ascii-local-part': ['info', 'RFC 8616', '4', '"{term}" does not match: the local part is not ASCII'],
  'spf.ptr-names': ['info', 'RFC 7208', '4.6.4', '{name} points to {count} names, of which {limit} are looked at'],
  'spf.explanation-unusable': ['warning', 'RFC 7208', '6.2', 'The explanation of "{term}" is not used: {problem}'],
} as const;

export type SpfVerdictCode = keyof typeof spfVerdictRules;

export const diagnose: Diagnose<typeof spfVerdictRules> = (code, params, place) =>
  makeDiagnostic(spfVerdictRules, code, params, place);
