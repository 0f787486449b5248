import { type Diagnose, makeDiagnostic } from '../diagnostics/diagnostic.ts';

/** The findings about the domains that are compared. */
export const dmarcIdentifierRules = {
  'dmarc.invalid-author-domain': ['error', 'RFC 9989', '5.3.1', 'The author domain is not a domain name: "{domain}"'],
  'dmarc.invalid-identifier': ['info', 'RFC 9989', '4.4', 'The identifier is not a domain name: "{domain}"'],
  'dmarc.public-suffix': ['info', 'RFC 7489', '3.2', '{domain} is a public suffix and belongs to no organization'],
  'dmarc.identifier-limit': [
    'warning',
    'RFC 9989',
    '4.10',
    'The organizational domain of {domain} was not looked for: {limit} domains is the limit',
  ],
} as const;

export type DmarcIdentifierCode = keyof typeof dmarcIdentifierRules;

export const diagnose: Diagnose<typeof dmarcIdentifierRules> = (code, params, place) =>
  makeDiagnostic(dmarcIdentifierRules, code, params, place);
