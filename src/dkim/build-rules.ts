import { type Diagnose, makeDiagnostic } from '../diagnostics/diagnostic.ts';

/** What is wrong or unwise about a key record to publish, besides what its parser finds. */
export const dkimBuildRules = {
  'dkim.build-private-key': [
    'error',
    'RFC 6376',
    '3.6.1',
    'This is a private key: publish the public one, and this one nowhere',
  ],
  'dkim.build-key': ['error', 'RFC 6376', '3.6.1', 'The public key is of no use: {fault}'],
  'dkim.build-key-type': ['error', 'RFC 8463', '4.2', 'The key is of type {type}, not {k}'],
  'dkim.build-revoked-key': ['error', 'RFC 6376', '3.6.1', 'A revoked key is published without the key itself'],
  'dkim.build-strings': [
    'info',
    'RFC 6376',
    '3.6.2.2',
    'The record needs {count} strings: paste it as one text only where the form splits it',
  ],
  'dkim.build-ed25519': [
    'info',
    'RFC 8463',
    '6',
    'Many do not verify Ed25519: publish an RSA key under another selector as well',
  ],
} as const;

export type DkimBuildCode = keyof typeof dkimBuildRules;

export const diagnose: Diagnose<typeof dkimBuildRules> = (code, params, place) =>
  makeDiagnostic(dkimBuildRules, code, params, place);
