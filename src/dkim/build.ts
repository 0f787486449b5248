import { requireList, requireOneOf, requireOptions } from '../arguments.ts';
import { encodeLength, RSA_ENCRYPTION, readPublicKey } from '../crypto/der.ts';
import { type Diagnostic, type Parsed, parsed } from '../diagnostics/diagnostic.ts';
import { type Publishable, publishTxt } from '../dns/publishable.ts';
import { show } from '../environment.ts';
import { decodeOctets } from '../text/base64.ts';
import { latin1, utf8Bytes } from '../text/bytes.ts';
import { type DkimBuildCode, diagnose } from './build-rules.ts';
import { requireKeyPlace } from './key-place.ts';
import { parseDkimKeyRecord } from './key-record.ts';
import type { DkimCode } from './rules.ts';

/** What a key record is to say. */
export interface DkimKeyRecordOptions {
  domain: string;
  selector: string;
  /** The public key: PEM, base64 of DER or of the 32 octets of an Ed25519 key, or these octets. */
  publicKey?: string | Uint8Array;
  /** Says that the key of this selector is no longer valid; there is no `publicKey` then. */
  revoked?: boolean;
  /** The type that the key must have; by default the record says what it is. */
  k?: 'rsa' | 'ed25519';
  /** Hash algorithms that may be used; by default all. */
  h?: 'sha256' | 'sha256'[];
  /** Services that may use the key, such as `email` or `tlsrpt`; by default all. */
  s?: string | string[];
  /** `y`: test mode. `s`: the domain of i= must be the domain itself. */
  t?: 'y' | 's' | ('y' | 's')[];
  /** Notes for people. */
  n?: string;
}

const ACTION = 'build the DKIM key record';
const ED25519_OCTETS = 32;

type Code = DkimCode | DkimBuildCode;
type Findings = Diagnostic<Code>[];

interface Key {
  type: 'rsa' | 'ed25519';
  p: string;
}

/**
 * Builds a DKIM key record (RFC 6376 §3.6.1, RFC 8463 §4.2) from a public key in any usual form, split into strings of at most
 * 255 octets. A private key is refused, and none of it gets into a finding.
 *
 * @throws TypeError where an option is of the wrong type, or there is neither a key nor `revoked`
 * @example
 * const publicKey = '11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=';
 * const { value } = buildDkimKeyRecord({ domain: 'example.com', selector: 'nov2026', publicKey });
 * value?.text; // => 'v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo='
 */
export function buildDkimKeyRecord(options: DkimKeyRecordOptions): Parsed<Publishable, Code> {
  requireOptions(ACTION, options);
  const { name } = requireKeyPlace(ACTION, options.domain, options.selector);
  const { publicKey, revoked = false, k } = options;
  requireOneOf(ACTION, 'k', k, ['rsa', 'ed25519']);
  if (publicKey === undefined ? !revoked : typeof publicKey !== 'string' && !(publicKey instanceof Uint8Array)) {
    throw new TypeError(`Cannot ${ACTION}: "publicKey" must be a string or a Uint8Array, received ${show(publicKey)}`);
  }
  const diagnostics: Findings = [];
  let key: Key | undefined = { type: k ?? 'rsa', p: '' };
  if (publicKey !== undefined) {
    key = readKey(publicKey, diagnostics);
    if (revoked) diagnostics.push(diagnose('dkim.build-revoked-key', {}));
  }
  if (key === undefined) return parsed<Publishable, Code>(undefined, diagnostics);
  if (k !== undefined && key.type !== k) diagnostics.push(diagnose('dkim.build-key-type', { type: key.type, k }));
  const text = writeRecord(options, key);
  const record = publishTxt(name, text);
  diagnostics.push(...parseDkimKeyRecord(text).diagnostics);
  const { length: count } = record.chunks;
  if (count > 1) diagnostics.push(diagnose('dkim.build-strings', { count }));
  if (key.type === 'ed25519' && key.p !== '') diagnostics.push(diagnose('dkim.build-ed25519', {}));
  return parsed(record, diagnostics);
}

function writeRecord(options: DkimKeyRecordOptions, { type, p }: Key): string {
  const h = requireList(ACTION, 'h', options.h);
  const s = requireList(ACTION, 's', options.s);
  const t = requireList(ACTION, 't', options.t);
  for (const item of h) requireOneOf(ACTION, 'h', item, ['sha256']);
  for (const item of t) requireOneOf(ACTION, 't', item, ['y', 's']);
  for (const item of s) {
    // hyphenated-word = ALPHA [ *(ALPHA / DIGIT / "-") (ALPHA / DIGIT) ]
    if (item !== '*' && !/^[a-z](?:[a-z\d-]*[a-z\d])?$/i.test(item)) {
      throw new TypeError(`Cannot ${ACTION}: "s" must be "*" or words of letters, received ${show(item)}`);
    }
  }
  const [n = ''] = requireList(ACTION, 'n', options.n);
  const tags: [name: string, value: string][] = [
    ['h', h.join(':')],
    ['s', s.join(':')],
    ['t', t.join(':')],
    ['n', quotedPrintable(n)],
  ];
  const written = tags.filter(([, value]) => value !== '').map(([name, value]) => `${name}=${value}; `);
  return `v=DKIM1; k=${type}; ${written.join('')}p=${p}`;
}

/** RFC 6376 §2.11: in notes, ";" "=" and what is not printable ASCII are written as =XX. */
function quotedPrintable(text: string): string {
  let out = '';
  for (const octet of utf8Bytes(text)) {
    const plain = octet > 0x20 && octet < 0x7f && octet !== 0x3b && octet !== 0x3d;
    out += plain ? String.fromCharCode(octet) : `=${octet.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return out;
}

function readKey(publicKey: string | Uint8Array, diagnostics: Findings): Key | undefined {
  const octets = typeof publicKey === 'string' ? decodeKey(publicKey, diagnostics) : latin1(publicKey);
  if (octets === undefined) return undefined;
  if (octets.length === ED25519_OCTETS) return { type: 'ed25519', p: btoa(octets) };
  const read = readPublicKey(octets);
  if (read.ok) {
    if (read.type === 'ed25519') return { type: 'ed25519', p: btoa(read.key) };
    // Most verifiers read SubjectPublicKeyInfo alone, whatever RFC 6376 §3.6.1 says.
    return { type: 'rsa', p: btoa(read.form === 'spki' ? octets : wrapRsa(octets)) };
  }
  if (read.fault === 'private-key') diagnostics.push(diagnose('dkim.build-private-key', {}));
  else diagnostics.push(diagnose('dkim.build-key', { fault: `it is ${FAULTS[read.fault]}` }));
  return undefined;
}

const FAULTS = {
  truncated: 'cut off',
  'trailing-bytes': 'followed by something else',
  'not-a-public-key': 'no public key in DER',
  'unknown-algorithm': 'neither RSA nor Ed25519',
} as const;

function decodeKey(text: string, diagnostics: Findings): string | undefined {
  if (/PRIVATE KEY/.test(text)) {
    diagnostics.push(diagnose('dkim.build-private-key', {}));
    return undefined;
  }
  const begin = /-----BEGIN ([A-Z ]{1,40})-----/.exec(text);
  const label = begin?.[1] ?? '';
  if (begin !== null && label !== 'PUBLIC KEY' && label !== 'RSA PUBLIC KEY') {
    diagnostics.push(diagnose('dkim.build-key', { fault: `it is a PEM block "${label}"` }));
    return undefined;
  }
  const start = begin === null ? 0 : begin.index + begin[0].length;
  const end = text.indexOf('-----END', start);
  const octets = decodeOctets(text.slice(start, end < 0 ? text.length : end));
  if (octets) return octets;
  diagnostics.push(diagnose('dkim.build-key', { fault: 'it is not base64' }));
  return undefined;
}

/** `SubjectPublicKeyInfo ::= SEQUENCE { SEQUENCE { rsaEncryption, NULL }, BIT STRING }` (RFC 8017 §A.1). */
function wrapRsa(pkcs1: string): string {
  const algorithm = `\x30\x0d\x06\x09${RSA_ENCRYPTION}\x05\x00`;
  const bits = `\x03${lengthOf(pkcs1.length + 1)}\0${pkcs1}`;
  return `\x30${lengthOf(algorithm.length + bits.length)}${algorithm}${bits}`;
}

function lengthOf(octets: number): string {
  return String.fromCharCode(...encodeLength(octets));
}
