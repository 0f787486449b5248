import { type Diagnose, makeDiagnostic } from '../diagnostics/diagnostic.ts';

// Three tables, so that a bundle with one parser does not carry the sentences of the other.

/** Findings about a tag-list, of a signature as of a key record. */
export const dkimTagRules = {
  'dkim.tag-empty': ['error', 'RFC 6376', '3.2', 'There is no tag between two semicolons'],
  'dkim.tag-no-equals': ['error', 'RFC 6376', '3.2', '"{text}" is no tag: it has no "="'],
  'dkim.tag-name': ['error', 'RFC 6376', '3.2', '"{text}" does not begin with the name of a tag'],
  'dkim.tag-duplicate': ['error', 'RFC 6376', '3.2', 'Tag "{tag}" must not occur twice'],
  'dkim.tag-character': ['error', 'RFC 6376', '3.2', 'Tag "{tag}" must not hold the character "{character}"'],
} as const;

/** Findings about the text of a DKIM-Signature field. */
export const dkimSignatureRules = {
  'dkim.tag-value-empty': ['error', 'RFC 6376', '3.5', 'Tag "{tag}" must not be empty'],
  'dkim.missing-tag': ['error', 'RFC 6376', '3.5', 'The signature must have a tag "{tag}"'],
  'dkim.version': ['error', 'RFC 6376', '3.5', 'Tag "v" must be 1: found "{value}"'],
  'dkim.algorithm': ['error', 'RFC 6376', '3.5', 'Tag "a" must be rsa-sha256 or ed25519-sha256: found "{value}"'],
  'dkim.algorithm-historic': ['error', 'RFC 8301', '3.1', 'Algorithm rsa-sha1 must not be used to sign or verify'],
  'dkim.canonicalization': [
    'error',
    'RFC 6376',
    '3.5',
    'Tag "c" must name simple or relaxed, for header and body: found "{value}"',
  ],
  'dkim.query-method': ['error', 'RFC 6376', '3.5', 'Tag "q" must list dns/txt: found "{value}"'],
  'dkim.base64': ['error', 'RFC 6376', '3.5', 'Tag "{tag}" must be base64: found "{value}"'],
  'dkim.hash-length': [
    'error',
    'RFC 6376',
    '3.5',
    'Tag "bh" must hold the {expected} octets of a {hash} hash: found {length}',
  ],
  'dkim.signature-length': [
    'error',
    'RFC 8463',
    '3',
    'Tag "b" must hold the 64 octets of an Ed25519 signature: found {length}',
  ],
  'dkim.domain': ['error', 'RFC 6376', '3.5', 'Tag "d" must be a domain name of two or more labels: found "{value}"'],
  'dkim.selector': ['error', 'RFC 6376', '3.1', 'Tag "s" must be a selector, made of DNS labels: found "{value}"'],
  'dkim.header-name': ['error', 'RFC 6376', '3.5', 'Tag "h" must list names of header fields: found "{value}"'],
  'dkim.from-unsigned': ['error', 'RFC 6376', '5.4', 'Tag "h" must list From: found "{value}"'],
  'dkim.identity': ['error', 'RFC 6376', '3.5', 'Tag "i" must be an address, or "@" and a domain: found "{value}"'],
  'dkim.domain-mismatch': [
    'error',
    'RFC 6376',
    '3.5',
    'Tag "i" must be at or below the domain "{domain}" of tag "d": found "{value}"',
  ],
  'dkim.number': ['error', 'RFC 6376', '3.5', 'Tag "{tag}" must be a number of 0 to {most}: found "{value}"'],
  'dkim.expiry-before-timestamp': [
    'error',
    'RFC 6376',
    '3.5',
    'The expiry time "x" must be later than the signing time "t": {x} is not later than {t}',
  ],
  'dkim.body-length': [
    'warning',
    'RFC 6376',
    '8.2',
    'Tag "l" signs the first {length} octets of the body: anybody can add to it',
  ],
} as const;

/** Findings about the text of a key record. */
export const dkimKeyRules = {
  'dkim.key-pasted': [
    'error',
    'RFC 6376',
    '3.6.2.2',
    'This is a line of a zone file or a record in quotes, and not the record alone',
  ],
  'dkim.key-other-record': [
    'error',
    'RFC 6376',
    '3.6.1',
    'This is no DKIM key record; does a wildcard answer for the selector? Found "{text}"',
  ],
  'dkim.key-semicolon': ['error', 'RFC 6376', '3.2', 'A semicolon is missing before tag "{tag}"'],
  'dkim.key-quotes': [
    'error',
    'RFC 6376',
    '3.6.1',
    'Tag "{tag}" must not hold "{character}": quotes and backslashes are for zone files',
  ],
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
  'dkim.key-version': ['error', 'RFC 6376', '3.6.1', 'Tag "v" must be DKIM1 exactly: found "{value}"'],
  'dkim.key-version-missing': ['info', 'RFC 6376', '3.6.1', 'The record should begin with v=DKIM1'],
  'dkim.key-version-place': ['error', 'RFC 6376', '3.6.1', 'Tag "v" must be the first tag'],
  'dkim.key-case': ['warning', 'RFC 6376', '3.2', 'Tag "{tag}" should be in lower case: found "{value}"'],
  'dkim.key-list': ['error', 'RFC 6376', '3.6.1', 'Tag "{tag}" must be words with colons between: found "{value}"'],
  'dkim.key-no-flags': ['warning', 'RFC 6376', '3.6.1', 'Tag "t" should be left out when it is empty'],
  'dkim.key-type': ['error', 'RFC 6376', '3.6.1', 'Tag "k" must be rsa or ed25519: found "{value}"'],
  'dkim.key-hash': ['error', 'RFC 8301', '3.1', 'Tag "h" must allow sha256: found "{value}"'],
  'dkim.key-service': ['warning', 'RFC 6376', '3.6.1', 'Tag "s" does not allow email: found "{value}"'],
  'dkim.key-testing': ['warning', 'RFC 6376', '3.6.1', 'Test mode (t=y): receivers may treat the mail as unsigned'],
  'dkim.key-strict': ['info', 'RFC 6376', '3.6.1', 'Flag t=s: the domain of i= must equal d=, a subdomain will not do'],
  'dkim.key-missing': ['error', 'RFC 6376', '3.6.1', 'The record must have a tag "p" with the public key'],
  'dkim.key-revoked': ['warning', 'RFC 6376', '3.6.1', 'The key is revoked: tag "p" is empty'],
  'dkim.key-private': [
    'error',
    'RFC 6376',
    '3.6.1',
    'THIS IS A PRIVATE KEY: whoever can read it can sign as this domain',
  ],
  'dkim.key-pem': ['error', 'RFC 6376', '3.6.1', 'This is PEM ("{text}"); a record holds only the base64 inside'],
  'dkim.key-base64': ['error', 'RFC 6376', '3.6.1', 'Tag "p" must be base64: found "{character}"'],
  'dkim.key-truncated': [
    'error',
    'RFC 6376',
    '3.6.1',
    'The key is cut off: {missing} of its {expected} octets are missing',
  ],
  'dkim.key-malformed': ['error', 'RFC 6376', '3.6.1', 'Tag "p" must be a public key in DER: {fault}'],
  'dkim.key-type-mismatch': ['error', 'RFC 8463', '4.2', 'Tag "k" says {k}, but tag "p" holds a key of type {type}'],
  'dkim.key-unusable': ['error', 'RFC 6376', '3.6.1', 'The key must not be used: {fault}'],
  'dkim.key-too-short': ['error', 'RFC 8301', '3.2', 'An RSA key must have at least 1024 bits: found {bits}'],
  'dkim.key-weak': ['warning', 'RFC 8301', '3.2', 'An RSA key should have at least 2048 bits: found {bits}'],
  'dkim.key-large': ['warning', 'RFC 8301', '3.2', 'Verifiers need not accept RSA keys over 4096 bits: found {bits}'],
  'dkim.key-pkcs1': [
    'warning',
    'RFC 6376',
    '3.6.1',
    'The key is a bare RSAPublicKey; most verifiers read only SubjectPublicKeyInfo',
  ],
  'dkim.key-wrapped': ['warning', 'RFC 8463', '4.2', 'An Ed25519 key must be its 32 octets alone, without DER around'],
} as const;

/** The codes of findings about DKIM texts. */
export type DkimCode = keyof typeof dkimTagRules | keyof typeof dkimSignatureRules | keyof typeof dkimKeyRules;

export const diagnoseTag: Diagnose<typeof dkimTagRules> = (code, params, place) =>
  makeDiagnostic(dkimTagRules, code, params, place);

export const diagnoseSignature: Diagnose<typeof dkimSignatureRules> = (code, params, place) =>
  makeDiagnostic(dkimSignatureRules, code, params, place);

export const diagnoseKey: Diagnose<typeof dkimKeyRules> = (code, params, place) =>
  makeDiagnostic(dkimKeyRules, code, params, place);
