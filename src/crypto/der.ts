import { latin1Bytes } from '../text/bytes.ts';
import { bitLength } from './key-fault.ts';
import type { PublicKey } from './provider.ts';

// DER is read from text with one UTF-16 unit per octet, which is what base64 is decoded to: an array of more than 64 octets is
// memory outside of V8's heap, and takes longer to get than a key takes to be read.

/** A public key in octets of such text, integers big-endian without leading zeros. */
export type KeyText = { type: 'rsa'; n: string; e: string } | { type: 'ed25519'; key: string };

/** A public key as read from DER; `bits` is the size of the RSA modulus. */
export type ReadKey =
  | { ok: true; form: 'spki' | 'pkcs1'; type: 'rsa'; n: string; e: string; bits: number }
  | { ok: true; form: 'spki'; type: 'ed25519'; key: string };

/** Why some bytes are no public key in DER. */
export type UnreadableKey =
  /** The outermost length says `expected` octets, and there are `present`. */
  | { ok: false; fault: 'truncated' | 'trailing-bytes'; expected: number; present: number }
  /** `unknown-algorithm`: a SubjectPublicKeyInfo, but neither of RSA nor of Ed25519. */
  | { ok: false; fault: 'not-a-public-key' | 'private-key' | 'unknown-algorithm' };

export type DerFault = UnreadableKey['fault'];

/** Where the content of an element lies. */
export interface Element {
  tag: number;
  start: number;
  end: number;
}

export const INTEGER = 0x02;
const BIT_STRING = 0x03;
export const OCTET_STRING = 0x04;
const NULL = '\x05\x00';
export const OBJECT_IDENTIFIER = 0x06;
export const SEQUENCE = 0x30;

// rsaEncryption, 1.2.840.113549.1.1.1 (RFC 8017 §A.1), and id-Ed25519, 1.3.101.112 (RFC 8410 §3).
export const RSA_ENCRYPTION = '\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01';
export const ED25519 = '\x2b\x65\x70';

/**
 * Reads an RSA or Ed25519 SubjectPublicKeyInfo (RFC 5280 §4.1, RFC 8410 §4), or a bare RSAPublicKey (RFC 8017 §A.1.1),
 * which is what RFC 6376 §3.6.1 asks for and nobody publishes. Strict DER, so that a key reads the same everywhere.
 *
 * ```
 * SubjectPublicKeyInfo ::= SEQUENCE { SEQUENCE { OBJECT IDENTIFIER, parameters OPTIONAL }, BIT STRING }
 * RSAPublicKey         ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER }
 * ```
 */
export function readPublicKey(octets: string): ReadKey | UnreadableKey {
  const outer = elementOf(SEQUENCE, octets, 0, Number.POSITIVE_INFINITY);
  if (outer === undefined) return { ok: false, fault: 'not-a-public-key' };
  if (isPrivateKey(octets, outer.start)) return { ok: false, fault: 'private-key' };
  const expected = outer.end;
  const present = octets.length;
  if (expected !== present) {
    return { ok: false, fault: expected > present ? 'truncated' : 'trailing-bytes', expected, present };
  }
  const key = octets.charCodeAt(outer.start) === INTEGER ? readRsa(octets, outer, 'pkcs1') : readSpki(octets, outer);
  return key ?? { ok: false, fault: 'not-a-public-key' };
}

/** The key as providers take it. */
export function publicKeyOf(key: KeyText): PublicKey {
  return key.type === 'rsa'
    ? { type: 'rsa', n: latin1Bytes(key.n), e: latin1Bytes(key.e) }
    : { type: 'ed25519', key: latin1Bytes(key.key) };
}

// Looked for before the length is judged: that a private key was published matters more than that it was cut off.
// PKCS#1 and PKCS#8 begin with version 0, EC keys and PKCS#8 with a public key (RFC 5915 §3, RFC 5958 §2) with 1.
function isPrivateKey(octets: string, at: number): boolean {
  if (octets.charCodeAt(at) !== INTEGER || octets.charCodeAt(at + 1) !== 1) return false;
  const version = octets.charCodeAt(at + 2);
  const next = octets.charCodeAt(at + 3);
  // A modulus of zero would look the same but for the size of what follows.
  if (version === 0) return next === SEQUENCE || (next === INTEGER && octets.charCodeAt(at + 4) >= 0x20);
  return version === 1 && (next === OCTET_STRING || next === SEQUENCE);
}

/**
 * The element at an offset, if it lies before `limit`; none also where its length has more octets than it need have, or the
 * indefinite form: neither is DER (X.690 §10.1).
 */
export function readElement(octets: string, at: number, limit: number): Element | undefined {
  const tag = octets.charCodeAt(at);
  let length = octets.charCodeAt(at + 1);
  let start = at + 2;
  const most = Math.min(limit, octets.length);
  if (start > most) return undefined;
  if (length >= 0x80) {
    // More than four octets count more bytes than any record has.
    const count = length & 0x7f;
    if (count === 0 || count > 4 || start + count > most) return undefined;
    length = 0;
    for (let i = 0; i < count; i++) length = length * 256 + octets.charCodeAt(start++);
    if (length < 0x80 || length < 256 ** (count - 1)) return undefined;
  }
  const end = start + length;
  return end > limit ? undefined : { tag, start, end };
}

function elementOf(tag: number, octets: string, at: number, limit: number): Element | undefined {
  const element = readElement(octets, at, limit);
  return element?.tag === tag ? element : undefined;
}

function readSpki(octets: string, { start, end }: Element): ReadKey | UnreadableKey | undefined {
  const algorithm = elementOf(SEQUENCE, octets, start, end);
  const oid = algorithm && elementOf(OBJECT_IDENTIFIER, octets, algorithm.start, algorithm.end);
  const key = algorithm && elementOf(BIT_STRING, octets, algorithm.end, end);
  if (oid === undefined || key === undefined) return undefined;
  const identifier = octets.slice(oid.start, oid.end);
  if (identifier !== ED25519 && identifier !== RSA_ENCRYPTION) return { ok: false, fault: 'unknown-algorithm' };
  // The bit string's first octet counts the unused bits at its end: none, where it holds octets.
  if (key.end !== end || octets.charCodeAt(key.start) !== 0) return undefined;
  const parameters = octets.slice(oid.end, algorithm!.end);
  if (identifier === ED25519) {
    // RFC 8410 §3: the parameters must be absent.
    if (parameters !== '' || key.end - key.start !== 33) return undefined;
    return { ok: true, form: 'spki', type: 'ed25519', key: octets.slice(key.start + 1) };
  }
  // RFC 8017 §A.1: the parameters are NULL; some software leaves them out.
  if (parameters !== '' && parameters !== NULL) return undefined;
  const rsa = elementOf(SEQUENCE, octets, key.start + 1, end);
  return rsa?.end === end ? readRsa(octets, rsa, 'spki') : undefined;
}

function readRsa(octets: string, { start, end }: Element, form: 'spki' | 'pkcs1'): ReadKey | undefined {
  const modulus = elementOf(INTEGER, octets, start, end);
  const exponent = modulus && elementOf(INTEGER, octets, modulus.end, end);
  if (modulus === undefined || exponent?.end !== end) return undefined;
  const n = positiveInteger(octets, modulus);
  const e = positiveInteger(octets, exponent);
  if (n === undefined || e === undefined) return undefined;
  return { ok: true, form, type: 'rsa', n, e, bits: bitLength(n.length, n.charCodeAt(0)) };
}

/**
 * The octets of an INTEGER without leading zeros; none for zero. `undefined` where it is negative, for lack of a zero octet
 * in front, or has one too many (X.690 §8.3).
 */
export function positiveInteger(octets: string, { start, end }: Element): string | undefined {
  const first = octets.charCodeAt(start);
  if (start === end || first >= 0x80 || (first === 0 && end - start > 1 && octets.charCodeAt(start + 1) < 0x80)) {
    return undefined;
  }
  return octets.slice(first === 0 ? start + 1 : start, end);
}

/** X.690 §8.19: base-128 numbers, of which the first holds two. */
export function objectIdentifier(octets: string): string {
  const arcs: number[] = [];
  let value = 0;
  for (let i = 0; i < octets.length; i++) {
    const octet = octets.charCodeAt(i);
    value = value * 128 + (octet & 0x7f);
    if (octet >= 0x80) continue;
    if (arcs.length === 0) {
      const root = Math.min(Math.floor(value / 40), 2);
      arcs.push(root, value - 40 * root);
    } else {
      arcs.push(value);
    }
    value = 0;
  }
  return arcs.join('.');
}

/** An RSAPublicKey in DER (RFC 8017 §A.1.1): the form that node:crypto reads fastest. Both big-endian without leading zeros. */
export function encodePkcs1(n: Uint8Array, e: Uint8Array): Uint8Array {
  const modulus = integerHead(n);
  const exponent = integerHead(e);
  const length = modulus.length + n.length + exponent.length + e.length;
  const head = [SEQUENCE, ...encodeLength(length)];
  const out = new Uint8Array(head.length + length);
  out.set(head);
  let at = head.length;
  for (const part of [modulus, n, exponent, e]) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** What stands before the octets of a positive integer. */
function integerHead(integer: Uint8Array): number[] {
  const zero = integer.length === 0 || integer[0]! >= 0x80 ? [0] : [];
  return [INTEGER, ...encodeLength(zero.length + integer.length), ...zero];
}

/** The octets of a length below 65536. */
export function encodeLength(length: number): number[] {
  if (length < 0x80) return [length];
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
}
