import { type Diagnose, makeDiagnostic } from '../diagnostics/diagnostic.ts';

/** What people get wrong in the text of a key record: findings of `parseDkimKeyRecord` alone. */
export const dkimKeyLintRules = {
  'dkim.key-pasted': [
    'error',
    'RFC 6376',
    '3.6.2.2',
    'This is a line of a zone file or a record in quotes, and not the record alone',
  ],
  'dkim.key-semicolon': ['error', 'RFC 6376', '3.2', 'A semicolon is missing before tag "{tag}"'],
  'dkim.key-quotes': [
    'error',
    'RFC 6376',
    '3.6.1',
    'Tag "{tag}" must not hold "{character}": quotes and backslashes are for zone files',
  ],
  'dkim.key-private': [
    'error',
    'RFC 6376',
    '3.6.1',
    'THIS IS A PRIVATE KEY: whoever can read it can sign as this domain',
  ],
  'dkim.key-pem': ['error', 'RFC 6376', '3.6.1', 'This is PEM ("{text}"); a record holds only the base64 inside'],
  'dkim.key-tag-misspelt': [
    'warning',
    'RFC 6376',
    '3.6.1',
    'Tag "{name}" is unknown, and so ignored: "{tag}" may be meant',
  ],
  'dkim.key-tag-historic': ['info', 'RFC 6376', 'E', 'Tag "g" was removed by RFC 6376 and is ignored'],
  'dkim.key-non-ascii': ['warning', 'RFC 8616', '3', 'Tag "{tag}" should be ASCII: found "{value}"'],
  'dkim.key-white-space': [
    'info',
    'RFC 6376',
    '3.6.1',
    'White space in or around tag "{tag}" is allowed, but not every verifier copes',
  ],
  'dkim.key-version-missing': ['info', 'RFC 6376', '3.6.1', 'The record should begin with v=DKIM1'],
  'dkim.key-case': ['warning', 'RFC 6376', '3.2', 'Tag "{tag}" should be in lower case: found "{value}"'],
  'dkim.key-no-flags': ['warning', 'RFC 6376', '3.6.1', 'Tag "t" should be left out when it is empty'],
  'dkim.key-strict': ['info', 'RFC 6376', '3.6.1', 'Flag t=s: the domain of i= must equal d=, a subdomain will not do'],
  'dkim.key-large': ['warning', 'RFC 8301', '3.2', 'Verifiers need not accept RSA keys over 4096 bits: found {bits}'],
  'dkim.key-pkcs1': [
    'warning',
    'RFC 6376',
    '3.6.1',
    'The key is a bare RSAPublicKey; most verifiers read only SubjectPublicKeyInfo',
  ],
  'dkim.key-wrapped': ['warning', 'RFC 8463', '4.2', 'An Ed25519 key must be its 32 octets alone, without DER around'],
} as const;

export const diagnoseKeyLint: Diagnose<typeof dkimKeyLintRules> = (code, params, place) =>
  makeDiagnostic(dkimKeyLintRules, code, params, place);
