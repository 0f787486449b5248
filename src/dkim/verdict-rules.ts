import { type Diagnose, makeDiagnostic } from '../diagnostics/diagnostic.ts';

/** Every finding of DKIM verification: what the texts alone do not show. */
export const dkimVerdictRules = {
  'dkim.message-too-large': ['error', 'RFC 6376', '8.4', 'The header block is larger than the limits allow'],
  'dkim.too-many-signatures': ['error', 'RFC 6376', '6.1', 'Only the topmost {limit} signatures are evaluated'],
  'dkim.no-key': ['error', 'RFC 6376', '6.1.2', 'There is no key record at {name}'],
  'dkim.key-unavailable': ['error', 'RFC 6376', '6.1.2', 'The key at {name} could not be fetched: {reason}'],
  'dkim.key-oversized': [
    'error',
    'RFC 6376',
    '6.1.2',
    'The record at {name} has {octets} octets: the limit is {limit}',
  ],
  'dkim.key-several': ['warning', 'RFC 6376', '3.6.2.2', 'There should be one record at {name}: found {count}'],
  'dkim.key-algorithm': ['error', 'RFC 6376', '6.1.2', 'The key at {name} is of type {k}, which a={a} cannot use'],
  'dkim.key-strict-mismatch': [
    'error',
    'RFC 6376',
    '3.6.1',
    'The key has flag t=s: the domain of tag "i" must be "{domain}": found "{value}"',
  ],
  'dkim.key-below-minimum': ['error', 'RFC 8301', '3.2', 'The key has {bits} bits: at least {minimum} are asked for'],
  'dkim.crypto-unsupported': ['error', 'RFC 8463', '5', 'The crypto provider "{provider}" cannot verify {a}'],
  'dkim.lf-line-endings': ['info', 'RFC 6376', '3.4', 'Lines end in LF alone: they are read as if they ended in CRLF'],
  'dkim.mixed-line-endings': ['error', 'RFC 6376', '3.4', 'Lines end in LF in the header block, in CR in the body'],
  'dkim.body-length-exceeded': [
    'error',
    'RFC 6376',
    '3.5',
    'Tag "l" signs {length} octets of a body that has only {octets}',
  ],
  'dkim.body-hash': ['error', 'RFC 6376', '6.1.3', 'The body was changed: its hash is {computed}, signed was {signed}'],
  'dkim.signature': [
    'error',
    'RFC 6376',
    '6.1.3',
    'The signature does not verify with the key at {name}: a signed field was changed, or the key',
  ],
  'dkim.expired': ['error', 'RFC 6376', '3.5', 'The signature expired {seconds} seconds ago'],
  'dkim.future-timestamp': ['warning', 'RFC 6376', '3.5', 'The signature was made {seconds} seconds in the future'],
  'dkim.unsigned-body': ['warning', 'RFC 6376', '8.2', 'The last {octets} octets of the body are not signed'],
  'dkim.unsigned-content-type': [
    'warning',
    'RFC 6376',
    '8.2',
    'With tag "l" and Content-Type not signed, the whole body can be replaced',
  ],
  'dkim.unsigned-header': ['warning', 'RFC 6376', '5.4.1', '{name} is not signed: anybody on the way can change it'],
  'dkim.unsigned-duplicate': [
    'warning',
    'RFC 6376',
    '8.15',
    '{name} occurs {present} times and is signed {signed} times: a reader may see another one',
  ],
  'dkim.header-count-mismatch': [
    'warning',
    'RFC 6376',
    '8.15',
    'Tag "h" names From {signed} times: found {present} in the message',
  ],
} as const;

/** The codes of findings of DKIM verification. */
export type DkimVerdictCode = keyof typeof dkimVerdictRules;

export const diagnose: Diagnose<typeof dkimVerdictRules> = (code, params, place) =>
  makeDiagnostic(dkimVerdictRules, code, params, place);
