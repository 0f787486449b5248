import { type Diagnose, makeDiagnostic } from '../diagnostics/diagnostic.ts';

/** What is found in DNS and in the records together, whoever sends. */
export const spfVerdictRules = {
  'spf.no-record': ['info', 'RFC 7208', '4.5', 'Domain {domain} has no SPF record'],
  'spf.multiple-records': ['error', 'RFC 7208', '4.5', 'Domain {domain} has {count} SPF records, only one is allowed'],
  'spf.record-too-large': ['error', 'RFC 7208', '3.4', 'The SPF record of {domain} has {size} octets, limit {limit}'],
  'spf.lookup-limit': ['error', 'RFC 7208', '4.6.4', '"{term}" is one more than {limit} terms with DNS lookups'],
  'spf.loop': ['error', 'RFC 7208', '4.6.4', 'The records refer to each other in a circle: {path}'],
  'spf.void-limit': ['error', 'RFC 7208', '4.6.4', '"{term}" is one more than {limit} terms without an answer in DNS'],
  'spf.mx-limit': ['error', 'RFC 7208', '4.6.4', 'Domain {domain} has {count} MX records, limit {limit}'],
  'spf.include-none': ['error', 'RFC 7208', '5.2', '"{term}" names a domain without SPF record: {domain}'],
  'spf.redirect-none': ['error', 'RFC 7208', '6.1', '"{term}" names a domain without SPF record: {domain}'],
  'spf.dns-failure': ['warning', 'RFC 7208', '4.4', 'No answer for {name} {type}: {reason}'],
  'spf.invalid-target': ['warning', 'RFC 7208', '4.8', '"{term}" expands to what is no DNS name: "{target}"'],
} as const;

export type SpfVerdictCode = keyof typeof spfVerdictRules;

export const diagnose: Diagnose<typeof spfVerdictRules> = (code, params, place) =>
  makeDiagnostic(spfVerdictRules, code, params, place);
