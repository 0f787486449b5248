import { latin1Bytes } from '../text/bytes.ts';
import {
  ED25519,
  type Element,
  encodeLength,
  INTEGER,
  OBJECT_IDENTIFIER,
  OCTET_STRING,
  objectIdentifier,
  positiveInteger,
  RSA_ENCRYPTION,
  readElement,
  readPublicKey,
  SEQUENCE,
} from './der.ts';
import { bitLength, rsaKeyFault } from './key-fault.ts';

/** A private key in the one form of its type: an RSAPrivateKey in DER, or the 32 octets that an Ed25519 key is made from. */
export type PrivateKey = { type: 'rsa'; pkcs1: Uint8Array; bits: number } | { type: 'ed25519'; seed: Uint8Array };

const DAMAGED = 'is damaged: its DER does not add up';
const SEED_OCTETS = 32;
// RFC 8301 §3.2: signers must not use less.
const LEAST_BITS = 1024;

/** Keys that people have and DKIM does not. */
const OTHER_ALGORITHMS: readonly (readonly [oid: string, name: string])[] = [
  ['1.2.840.10045.2.1', 'an EC'],
  ['1.2.840.113549.1.1.10', 'an RSA-PSS'],
  ['1.2.840.10040.4.1', 'a DSA'],
  ['1.3.101.110', 'an X25519'],
  ['1.3.101.113', 'an Ed448'],
];

/**
 * Reads PKCS#8 (RFC 5208 §5, RFC 5958 §2, RFC 8410 §7) or PKCS#1 (RFC 8017 §A.1.2), whatever label it came with: the key,
 * or what is wrong, as the end of a sentence. Strict DER, so that no engine is asked about a key that another refuses.
 *
 * ```
 * PrivateKeyInfo ::= SEQUENCE { version INTEGER, SEQUENCE { OBJECT IDENTIFIER, … }, OCTET STRING, attributes OPTIONAL }
 * RSAPrivateKey  ::= SEQUENCE { version INTEGER, n, e, d, p, q, dP, dQ, qInv INTEGER }
 * ```
 */
export function readPrivateKey(octets: string): PrivateKey | string {
  const outer = readElement(octets, 0, Number.POSITIVE_INFINITY);
  if (outer?.tag !== SEQUENCE) return DAMAGED;
  if (outer.end > octets.length) return `is cut off: ${octets.length} of ${outer.end} octets are there`;
  if (outer.end < octets.length) return `has ${octets.length - outer.end} octets behind its end`;
  const version = readElement(octets, outer.start, outer.end);
  const second = version && readElement(octets, version.end, outer.end);
  if (second === undefined) return DAMAGED;
  if (version!.tag === SEQUENCE) return withoutVersion(octets, second);
  // RFC 5958 §2: version 1 adds the public key. RFC 8017 §A.1.2: there it means a key of more than two primes.
  if (version!.tag !== INTEGER || !holdsSmall(octets, version!, second.tag === INTEGER ? 0 : 1)) return DAMAGED;
  if (second.tag === INTEGER) return readRsa(octets, outer);
  if (second.tag === OCTET_STRING) return otherKey('an EC');
  return second.tag === SEQUENCE ? readPkcs8(octets, second, outer.end) : DAMAGED;
}

function holdsSmall(octets: string, { start, end }: Element, most: number): boolean {
  return end - start === 1 && octets.charCodeAt(start) <= most;
}

function otherKey(name: string): string {
  return `is ${name} key: DKIM has only RSA and Ed25519`;
}

/** What begins with no version is somebody's idea of a private key. */
function withoutVersion(octets: string, second: Element): string {
  // RFC 5208 §6: EncryptedPrivateKeyInfo.
  if (second.tag === OCTET_STRING) return 'is encrypted: decrypt it first, for example with "openssl pkey"';
  const read = readPublicKey(octets);
  if (read.ok || read.fault === 'unknown-algorithm')
    return 'is a public key: that one is for DNS, the private key signs';
  return 'is not a private key';
}

function readPkcs8(octets: string, algorithm: Element, end: number): PrivateKey | string {
  const oid = readElement(octets, algorithm.start, algorithm.end);
  const key = readElement(octets, algorithm.end, end);
  if (oid?.tag !== OBJECT_IDENTIFIER || key?.tag !== OCTET_STRING) return DAMAGED;
  const content = octets.slice(key.start, key.end);
  const identifier = octets.slice(oid.start, oid.end);
  if (identifier === ED25519) return readSeed(content);
  if (identifier !== RSA_ENCRYPTION) {
    const dotted = objectIdentifier(identifier);
    return otherKey(OTHER_ALGORITHMS.find(([known]) => known === dotted)?.[1] ?? `a ${dotted}`);
  }
  const rsa = readElement(content, 0, content.length);
  return rsa?.tag === SEQUENCE && rsa.end === content.length ? readRsa(content, rsa) : DAMAGED;
}

/** RFC 8410 §7: CurvePrivateKey ::= OCTET STRING, inside the OCTET STRING of PKCS#8. */
function readSeed(content: string): PrivateKey | string {
  const seed = readElement(content, 0, content.length);
  if (seed?.tag !== OCTET_STRING || seed.end !== content.length) return DAMAGED;
  if (seed.end - seed.start !== SEED_OCTETS) return DAMAGED;
  return { type: 'ed25519', seed: latin1Bytes(content.slice(seed.start)) };
}

function readRsa(pkcs1: string, sequence: Element): PrivateKey | string {
  const numbers: string[] = [];
  let at = sequence.start;
  for (let i = 0; i < 9; i++) {
    const element = readElement(pkcs1, at, sequence.end);
    const number = element?.tag === INTEGER ? positiveInteger(pkcs1, element) : undefined;
    if (number === undefined) return DAMAGED;
    numbers.push(number);
    at = element!.end;
  }
  const [version, n, e] = numbers as [string, string, string];
  // A version of 0 has no octets left.
  if (at !== sequence.end || version !== '') return DAMAGED;
  const bits = bitLength(n.length, n.charCodeAt(0));
  if (bits < LEAST_BITS) return `is an RSA key of ${bits} bits: RFC 8301 §3.2 asks signers for at least ${LEAST_BITS}`;
  const fault = rsaKeyFault(latin1Bytes(n), latin1Bytes(e));
  return fault === undefined
    ? { type: 'rsa', pkcs1: latin1Bytes(pkcs1), bits }
    : `is an RSA key that nobody accepts: ${fault}`;
}

/** The key in PKCS#8, the only form that WebCrypto imports. */
export function encodePkcs8(key: PrivateKey): Uint8Array<ArrayBuffer> {
  const content = key.type === 'rsa' ? [...key.pkcs1] : element(OCTET_STRING, key.seed);
  const algorithm = [
    ...element(OBJECT_IDENTIFIER, latin1Bytes(key.type === 'rsa' ? RSA_ENCRYPTION : ED25519)),
    // RFC 8017 §A.1: NULL. RFC 8410 §3: nothing.
    ...(key.type === 'rsa' ? [0x05, 0x00] : []),
  ];
  const version = [INTEGER, 1, 0];
  const info = [...version, ...element(SEQUENCE, algorithm), ...element(OCTET_STRING, content)];
  return Uint8Array.from(element(SEQUENCE, info));
}

function element(tag: number, content: ArrayLike<number> & Iterable<number>): number[] {
  return [tag, ...encodeLength(content.length), ...content];
}
