import { DKIM, type FindingExample, KEY } from './base.ts';
import { barePublicKey, ED25519, ED25519_WRAPPED, publicKey } from './keys.ts';

const NAME = 'spring._domainkey.example.com';

function record(code: string, story: string, text: string, follows: readonly string[] = []): FindingExample {
  return { code, story, zone: { [NAME]: { TXT: [text] } }, with: follows };
}

export const dkimExamples: readonly FindingExample[] = [
  {
    code: 'dkim.missing',
    story: 'Nobody signs the mail',
    zone: { [NAME]: null, 'autumn._domainkey.example.com': null },
    options: { selectors: [] },
  },
  {
    code: 'dkim.not-found',
    story: 'The selectors are not among those that are tried',
    options: { selectors: [] },
  },
  {
    code: 'dkim.dangling',
    story: 'The service that published the key is gone',
    zone: { [NAME]: { CNAME: ['spring.dkim.gone.example'] } },
  },
  {
    code: 'dkim.ed25519-alone',
    story: 'The RSA key gave way to a modern one',
    zone: { [NAME]: { TXT: [`v=DKIM1; k=ed25519; p=${ED25519}`] }, 'autumn._domainkey.example.com': null },
    options: { selectors: ['spring'] },
  },
  record('dkim.duplicate-key', 'The new selector has the old key', `v=DKIM1; k=rsa; p=${publicKey(2048, 20_261_001)}`),
  record('dkim.tag-empty', 'A semicolon stands there twice', DKIM.replace(';', ';;')),
  record('dkim.tag-no-equals', 'An equals sign was forgotten', DKIM.replace('k=rsa', 'k rsa')),
  record('dkim.tag-name', 'A remark was left in the record', `${DKIM}; 2026=spring`),
  record('dkim.tag-duplicate', 'The type was written twice', `${DKIM}; k=rsa`),
  record('dkim.tag-character', 'A note holds a control character', DKIM.replace('p=', 'n=a\u0007b; p=')),
  record('dkim.key-other-record', 'A wildcard answers for the selector', 'v=spf1 -all'),
  record('dkim.key-version', 'The version is in lower case', DKIM.replace('DKIM1', 'dkim1')),
  record('dkim.key-version-place', 'The version comes second', `k=rsa; v=DKIM1; p=${KEY}`),
  record('dkim.key-list', 'The flags are separated by a comma', `v=DKIM1; k=rsa; t=s,x; p=${KEY}`),
  record('dkim.key-type', 'The type is one that nobody knows', DKIM.replace('k=rsa', 'k=rsa2048')),
  record('dkim.key-hash', 'Only the old hash is allowed', DKIM.replace('k=rsa', 'k=rsa; h=sha1')),
  record('dkim.key-service', 'The key is for reports alone', DKIM.replace('k=rsa', 'k=rsa; s=tlsrpt')),
  record('dkim.key-testing', 'The test mode was never ended', DKIM.replace('k=rsa', 'k=rsa; t=y')),
  record('dkim.key-missing', 'The key itself was forgotten', 'v=DKIM1; k=rsa'),
  record('dkim.key-revoked', 'The key of a selector in use was revoked', 'v=DKIM1; k=rsa; p='),
  record('dkim.key-base64', 'A full stop slipped into the key', DKIM.replace('p=MIIBIjAN', 'p=MIIBIjAN.')),
  record('dkim.key-truncated', 'The form took only the first 255 characters', DKIM.slice(0, 255)),
  record('dkim.key-malformed', 'The key of SSH was published', 'v=DKIM1; k=rsa; p=AAAAB3NzaC1yc2EAAAADAQABAAABgQ=='),
  record('dkim.key-type-mismatch', 'The record is for Ed25519, the key is not', DKIM.replace('k=rsa', 'k=ed25519')),
  record('dkim.key-unusable', 'The exponent of the key is 1', `v=DKIM1; k=rsa; p=${publicKey(2048, 7, [1])}`),
  record('dkim.key-too-short', 'The key is of another age', `v=DKIM1; k=rsa; p=${publicKey(768, 7)}`),
  record('dkim.key-weak', 'The key was never renewed', `v=DKIM1; k=rsa; p=${publicKey(1024, 7)}`),
  record('dkim.key-pasted', 'The record was pasted with its quotes', `"${DKIM.slice(0, 200)}" "${DKIM.slice(200)}"`),
  record('dkim.key-semicolon', 'The semicolons were forgotten', DKIM.replaceAll(';', '')),
  record('dkim.key-quotes', 'The backslashes of a zone file came along', DKIM.replaceAll(';', '\\;')),
  record(
    'dkim.key-private',
    'The private key was published',
    'v=DKIM1; p=-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----',
  ),
  record(
    'dkim.key-pem',
    'The file with the key was pasted as it is',
    `v=DKIM1; k=rsa; p=-----BEGIN PUBLIC KEY-----${KEY}-----END PUBLIC KEY-----`,
    ['dkim.key-white-space'],
  ),
  record('dkim.key-tag-misspelt', 'The tag of the key is in upper case', DKIM.replace('p=', 'P='), [
    'dkim.key-missing',
  ]),
  record('dkim.key-tag-historic', 'The record was copied from an old guide', DKIM.replace('k=rsa', 'k=rsa; g=*')),
  record('dkim.key-non-ascii', 'A note is in another alphabet', DKIM.replace('p=', 'n=clé; p=')),
  record(
    'dkim.key-white-space',
    'The key was broken in two lines',
    DKIM.replace(KEY, `${KEY.slice(0, 200)} ${KEY.slice(200)}`),
  ),
  record('dkim.key-version-missing', 'The version was left out', `k=rsa; p=${KEY}`),
  record('dkim.key-case', 'The type is in upper case', DKIM.replace('k=rsa', 'k=RSA')),
  record('dkim.key-no-flags', 'A tag is empty', DKIM.replace('k=rsa', 'k=rsa; t=')),
  record('dkim.key-large', 'The key is larger than verifiers must take', `v=DKIM1; k=rsa; p=${publicKey(5120, 7)}`),
  record(
    'dkim.key-pkcs1',
    'The key was written without its type',
    `v=DKIM1; k=rsa; p=${barePublicKey(2048, 20_260_401)}`,
  ),
  record('dkim.key-wrapped', 'The Ed25519 key has DER around', `v=DKIM1; k=ed25519; p=${ED25519_WRAPPED}`),
  {
    code: 'dkim.key-several',
    story: 'The new key was published beside the old one',
    zone: { [NAME]: { TXT: [DKIM, `v=DKIM1; k=ed25519; p=${ED25519}`] } },
  },
  record('dkim.key-oversized', 'The record holds more than anybody reads', `${DKIM}; n=${'y'.repeat(8200)}`),
  { code: 'dkim.no-key', story: 'The record of a selector in use was removed', zone: { [NAME]: null } },
  {
    code: 'dkim.probe-incomplete',
    story: 'A selector that was only tried could not be looked up',
    zone: { 's1._domainkey.example.com': { TXT: { failure: 'timeout' } } },
  },
  {
    code: 'dkim.dns-failure',
    story: 'The name servers do not answer for the key',
    zone: { [NAME]: { TXT: { failure: 'servfail' } } },
  },
];
