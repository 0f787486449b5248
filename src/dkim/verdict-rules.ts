import { type Diagnose, makeDiagnostic } from '../diagnostics/diagnostic.ts';

/** Every finding of DKIM verification: what the texts alone do not show. */
export const dkimVerdictRules = {
  'dkim.message-too-large': ['error', 'RFC 6376', '8.4', 'The header block is over the limits'],
  'dkim.too-many-signatures': ['error', 'RFC 6376', '6.1', 'Only the first {limit} signatures are evaluated'],
  'dkim.key-algorithm': ['error', 'RFC 6376', '6.1.2', 'The key at {name} is {k}, which a={a} cannot use'],
  'dkim.key-strict-mismatch': [
    'error',
    'RFC 6376',
    '3.6.1',
    'Flag t=s of the key: the domain of tag "i" must be "{domain}": found "{value}"',
  ],
  'dkim.key-below-minimum': ['error', 'RFC 8301', '3.2', 'The key has {bits} bits, minimum {minimum}'],
  'dkim.crypto-unsupported': ['error', 'RFC 8463', '5', 'Crypto provider "{provider}" cannot verify {a}'],
  'dkim.lf-line-endings': ['info', 'RFC 6376', '3.4', 'Lines end in LF: they are read as CRLF'],
  'dkim.mixed-line-endings': ['error', 'RFC 6376', '3.4', 'Lines end in LF in the header, in CR in the body'],
  'dkim.body-length-exceeded': ['error', 'RFC 6376', '3.5', 'Tag "l" signs {length} octets, the body has {octets}'],
  'dkim.body-hash': ['error', 'RFC 6376', '6.1.3', 'The body was changed: its hash is {computed}, not {signed}'],
  'dkim.signature': [
    'error',
    'RFC 6376',
    '6.1.3',
    'The signature does not verify with the key at {name}: a signed field or the key was changed',
  ],
  'dkim.expired': ['error', 'RFC 6376', '3.5', 'The signature expired {seconds} seconds ago'],
  'dkim.future-timestamp': ['warning', 'RFC 6376', '3.5', 'The signature was made {seconds} seconds in the future'],
  'dkim.unsigned-body': ['warning', 'RFC 6376', '8.2', 'The last {octets} octets of the body are not signed'],
  'dkim.unsigned-content-type': [
    'warning',
    'RFC 6376',
    '8.2',
    'With tag "l" and Content-Type not signed, the body can be replaced',
  ],
  'dkim.unsigned-header': ['warning', 'RFC 6376', '5.4.1', '{name} is not signed: anybody can change it'],
  'dkim.unsigned-duplicate': [
    'warning',
    'RFC 6376',
    '8.15',
    '{name} occurs {present} times and is signed {signed} times: readers may see another one',
  ],
  'dkim.header-count-mismatch': ['warning', 'RFC 6376', '8.15', 'Tag "h" names From {signed} times: found {present}'],
} as const;

/** The codes of findings of DKIM verification. */
export type DkimVerdictCode = keyof typeof dkimVerdictRules;

export const diagnose: Diagnose<typeof dkimVerdictRules> = (code, params, place) =>
  makeDiagnostic(dkimVerdictRules, code, params, place);
