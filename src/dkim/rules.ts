import { type Diagnose, makeDiagnostic } from '../diagnostics/diagnostic.ts';
import type { dkimKeyLintRules } from './key-lint-rules.ts';

// Tables of their own, so that a bundle with one parser does not carry the sentences of another; a verifier carries no lint.

/** Findings about a tag-list, of a signature as of a key record. */
export const dkimTagRules = {
  'dkim.tag-empty': ['error', 'RFC 6376', '3.2', 'Two semicolons have no tag between'],
  'dkim.tag-no-equals': ['error', 'RFC 6376', '3.2', '"{text}" has no "="'],
  'dkim.tag-name': ['error', 'RFC 6376', '3.2', '"{text}" has no tag name'],
  'dkim.tag-duplicate': ['error', 'RFC 6376', '3.2', 'Tag "{tag}" must not occur twice'],
  'dkim.tag-character': ['error', 'RFC 6376', '3.2', 'Tag "{tag}" must not hold "{character}"'],
} as const;

/** Findings about the text of a DKIM-Signature field. */
export const dkimSignatureRules = {
  'dkim.tag-value-empty': ['error', 'RFC 6376', '3.5', 'Tag "{tag}" must not be empty'],
  'dkim.missing-tag': ['error', 'RFC 6376', '3.5', 'Tag "{tag}" is missing'],
  'dkim.version': ['error', 'RFC 6376', '3.5', 'Tag "v" must be 1: found "{value}"'],
  'dkim.algorithm': ['error', 'RFC 6376', '3.5', 'Tag "a" must be rsa-sha256 or ed25519-sha256: found "{value}"'],
  'dkim.algorithm-historic': ['error', 'RFC 8301', '3.1', 'Algorithm rsa-sha1 must not be used'],
  'dkim.canonicalization': [
    'error',
    'RFC 6376',
    '3.5',
    'Tag "c" must be simple or relaxed, or two with "/": found "{value}"',
  ],
  'dkim.query-method': ['error', 'RFC 6376', '3.5', 'Tag "q" must list dns/txt: found "{value}"'],
  'dkim.base64': ['error', 'RFC 6376', '3.5', 'Tag "{tag}" must be base64: found "{value}"'],
  'dkim.hash-length': ['error', 'RFC 6376', '3.5', 'Tag "bh" must hold {expected} octets of {hash}: found {length}'],
  'dkim.signature-length': ['error', 'RFC 8463', '3', 'Tag "b" must hold 64 octets of Ed25519: found {length}'],
  'dkim.domain': ['error', 'RFC 6376', '3.5', 'Tag "d" must be a domain name: found "{value}"'],
  'dkim.selector': ['error', 'RFC 6376', '3.1', 'Tag "s" must be DNS labels: found "{value}"'],
  'dkim.header-name': ['error', 'RFC 6376', '3.5', 'Tag "h" must list header fields: found "{value}"'],
  'dkim.from-unsigned': ['error', 'RFC 6376', '5.4', 'Tag "h" must list From: found "{value}"'],
  'dkim.identity': ['error', 'RFC 6376', '3.5', 'Tag "i" must be an address or "@" and a domain: found "{value}"'],
  'dkim.domain-mismatch': [
    'error',
    'RFC 6376',
    '3.5',
    'Tag "i" must be at or below "{domain}", as tag "d" says: found "{value}"',
  ],
  'dkim.number': ['error', 'RFC 6376', '3.5', 'Tag "{tag}" must be a number of 0 to {most}: found "{value}"'],
  'dkim.expiry-before-timestamp': ['error', 'RFC 6376', '3.5', 'Tag "x" must be after tag "t": found {x} and {t}'],
  'dkim.body-length': [
    'warning',
    'RFC 6376',
    '8.2',
    'Tag "l" signs the first {length} octets: anybody can add to the body',
  ],
} as const;

/** Findings about the text of a key record. */
export const dkimKeyRules = {
  'dkim.key-other-record': [
    'error',
    'RFC 6376',
    '3.6.1',
    'This is no DKIM key record, but perhaps a wildcard: found "{text}"',
  ],
  'dkim.key-version': ['error', 'RFC 6376', '3.6.1', 'Tag "v" must be DKIM1 exactly: found "{value}"'],
  'dkim.key-version-place': ['error', 'RFC 6376', '3.6.1', 'Tag "v" must be first'],
  'dkim.key-list': ['error', 'RFC 6376', '3.6.1', 'Tag "{tag}" must be words with colons: found "{value}"'],
  'dkim.key-type': ['error', 'RFC 6376', '3.6.1', 'Tag "k" must be rsa or ed25519: found "{value}"'],
  'dkim.key-hash': ['error', 'RFC 8301', '3.1', 'Tag "h" must allow sha256: found "{value}"'],
  'dkim.key-service': ['warning', 'RFC 6376', '3.6.1', 'Tag "s" does not allow email: found "{value}"'],
  'dkim.key-testing': ['warning', 'RFC 6376', '3.6.1', 'Test mode (t=y): receivers may treat the mail as unsigned'],
  'dkim.key-missing': ['error', 'RFC 6376', '3.6.1', 'Tag "p" with the public key is missing'],
  'dkim.key-revoked': ['warning', 'RFC 6376', '3.6.1', 'The key is revoked: tag "p" is empty'],
  'dkim.key-base64': ['error', 'RFC 6376', '3.6.1', 'Tag "p" must be base64: found "{character}"'],
  'dkim.key-truncated': [
    'error',
    'RFC 6376',
    '3.6.1',
    'The key is cut off: {missing} of {expected} octets are missing',
  ],
  'dkim.key-malformed': ['error', 'RFC 6376', '3.6.1', 'Tag "p" must be a DER key: {fault}'],
  'dkim.key-type-mismatch': ['error', 'RFC 8463', '4.2', 'Tag "k" says {k}, tag "p" holds {type}'],
  'dkim.key-unusable': ['error', 'RFC 6376', '3.6.1', 'The key must not be used: {fault}'],
  'dkim.key-too-short': ['error', 'RFC 8301', '3.2', 'An RSA key must have at least 1024 bits: found {bits}'],
  'dkim.key-weak': ['warning', 'RFC 8301', '3.2', 'An RSA key should have at least 2048 bits: found {bits}'],
} as const;

/** The codes of findings about DKIM texts. */
export type DkimCode =
  | keyof typeof dkimTagRules
  | keyof typeof dkimSignatureRules
  | keyof typeof dkimKeyRules
  | keyof typeof dkimKeyLintRules;

export const diagnoseTag: Diagnose<typeof dkimTagRules> = (code, params, place) =>
  makeDiagnostic(dkimTagRules, code, params, place);

export const diagnoseSignature: Diagnose<typeof dkimSignatureRules> = (code, params, place) =>
  makeDiagnostic(dkimSignatureRules, code, params, place);

export const diagnoseKey: Diagnose<typeof dkimKeyRules> = (code, params, place) =>
  makeDiagnostic(dkimKeyRules, code, params, place);
