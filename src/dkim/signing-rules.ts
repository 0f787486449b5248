import { type Diagnose, makeDiagnostic } from '../diagnostics/diagnostic.ts';

/** Every finding of DKIM signing and key generation: what is allowed, and may still cost somebody a message. */
export const dkimSigningRules = {
  'dkim.sign-key-short': [
    'warning',
    'RFC 8301',
    '3.2',
    'The RSA key has {bits} bits: signers should use at least 2048',
  ],
  'dkim.sign-key-long': [
    'warning',
    'RFC 8301',
    '3.2',
    'The RSA key has {bits} bits: not everybody verifies above 4096',
  ],
  'dkim.sign-ed25519-alone': [
    'warning',
    'RFC 8463',
    '6',
    'The only signature is Ed25519, which many do not verify: sign with an RSA key as well',
  ],
  'dkim.sign-lf-line-endings': [
    'info',
    'RFC 6376',
    '5.3',
    'Lines end in LF alone: the message was signed with CRLF, and is to be sent in that form',
  ],
  'dkim.sign-eight-bit': [
    'info',
    'RFC 6376',
    '5.3',
    'The body has octets above 127: a server without 8BITMIME converts them, which breaks the signature',
  ],
  'dkim.sign-long-line': [
    'warning',
    'RFC 5322',
    '2.1.1',
    'A line of the body has {length} octets: servers break lines above 998, and the signature with them',
  ],
  'dkim.sign-nul': [
    'warning',
    'RFC 5322',
    '4.1',
    'The body has {count} NUL octets: servers remove them, which breaks the signature',
  ],
  'dkim.sign-duplicate-header': [
    'warning',
    'RFC 5322',
    '3.6',
    '{name} occurs {count} times, which readers show differently: all are signed',
  ],
  'dkim.sign-absent-header': [
    'warning',
    'RFC 6376',
    '5.4',
    'There is no {name}, and it is signed as absent: a server that adds it breaks the signature',
  ],
  'dkim.sign-transient-header': [
    'warning',
    'RFC 6376',
    '5.4',
    '{name} is changed or removed on the way: a signature over it breaks',
  ],
} as const;

/** The codes of findings of DKIM signing. */
export type DkimSigningCode = keyof typeof dkimSigningRules;

export const diagnose: Diagnose<typeof dkimSigningRules> = (code, params, place) =>
  makeDiagnostic(dkimSigningRules, code, params, place);
