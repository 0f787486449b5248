import { bitLength } from './key-fault.ts';

/** A public key as read from DER; `bits` is the size of the RSA modulus. */
export type ReadKey =
  | { ok: true; form: 'spki' | 'pkcs1'; type: 'rsa'; n: Uint8Array; e: Uint8Array; bits: number }
  | { ok: true; form: 'spki'; type: 'ed25519'; key: Uint8Array };

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
const NULL = 0x05;
export const OBJECT_IDENTIFIER = 0x06;
export const SEQUENCE = 0x30;

// rsaEncryption, 1.2.840.113549.1.1.1 (RFC 8017 §A.1), and id-Ed25519, 1.3.101.112 (RFC 8410 §3).
export const RSA_ENCRYPTION: readonly number[] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
export const ED25519: readonly number[] = [0x2b, 0x65, 0x70];

/**
 * Reads an RSA or Ed25519 SubjectPublicKeyInfo (RFC 5280 §4.1, RFC 8410 §4), or a bare RSAPublicKey (RFC 8017 §A.1.1),
 * which is what RFC 6376 §3.6.1 asks for and nobody publishes. Strict DER, so that a key reads the same everywhere.
 * The numbers lie in the memory of `bytes`.
 *
 * ```
 * SubjectPublicKeyInfo ::= SEQUENCE { SEQUENCE { OBJECT IDENTIFIER, parameters OPTIONAL }, BIT STRING }
 * RSAPublicKey         ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER }
 * ```
 */
export function readPublicKey(bytes: Uint8Array): ReadKey | UnreadableKey {
  const outer = elementOf(SEQUENCE, bytes, 0, Number.POSITIVE_INFINITY);
  if (outer === undefined) return { ok: false, fault: 'not-a-public-key' };
  if (isPrivateKey(bytes, outer.start)) return { ok: false, fault: 'private-key' };
  const expected = outer.end;
  const present = bytes.length;
  if (expected !== present) {
    return { ok: false, fault: expected > present ? 'truncated' : 'trailing-bytes', expected, present };
  }
  const key = bytes[outer.start] === INTEGER ? readRsa(bytes, outer, 'pkcs1') : readSpki(bytes, outer);
  return key ?? { ok: false, fault: 'not-a-public-key' };
}

// Looked for before the length is judged: that a private key was published matters more than that it was cut off.
// PKCS#1 and PKCS#8 begin with version 0, EC keys and PKCS#8 with a public key (RFC 5915 §3, RFC 5958 §2) with 1.
function isPrivateKey(bytes: Uint8Array, at: number): boolean {
  if (bytes[at] !== INTEGER || bytes[at + 1] !== 1) return false;
  const version = bytes[at + 2];
  const next = bytes[at + 3];
  // A modulus of zero would look the same but for the size of what follows.
  if (version === 0) return next === SEQUENCE || (next === INTEGER && bytes[at + 4]! >= 0x20);
  return version === 1 && (next === OCTET_STRING || next === SEQUENCE);
}

/**
 * The element at an offset, if it lies before `limit`. `malformed` also where its length has more octets than it need have,
 * or the indefinite form: neither is DER (X.690 §10.1).
 */
export function readElement(bytes: Uint8Array, at: number, limit: number): Element | 'malformed' {
  const tag = bytes[at];
  let length = bytes[at + 1];
  let start = at + 2;
  if (tag === undefined || length === undefined || start > limit) return 'malformed';
  if (length >= 0x80) {
    // More than four octets count more bytes than any record has.
    const octets = length & 0x7f;
    if (octets === 0 || octets > 4 || start + octets > Math.min(limit, bytes.length)) return 'malformed';
    length = 0;
    for (let i = 0; i < octets; i++) length = length * 256 + bytes[start++]!;
    if (length < 0x80 || length < 256 ** (octets - 1)) return 'malformed';
  }
  const end = start + length;
  return end > limit ? 'malformed' : { tag, start, end };
}

function elementOf(tag: number, bytes: Uint8Array, at: number, limit: number): Element | undefined {
  const element = readElement(bytes, at, limit);
  return element === 'malformed' || element.tag !== tag ? undefined : element;
}

function readSpki(bytes: Uint8Array, { start, end }: Element): ReadKey | UnreadableKey | undefined {
  const algorithm = elementOf(SEQUENCE, bytes, start, end);
  const oid = algorithm && elementOf(OBJECT_IDENTIFIER, bytes, algorithm.start, algorithm.end);
  const key = algorithm && elementOf(BIT_STRING, bytes, algorithm.end, end);
  if (oid === undefined || key === undefined) return undefined;
  const ed25519 = holds(bytes, oid, ED25519);
  if (!ed25519 && !holds(bytes, oid, RSA_ENCRYPTION)) return { ok: false, fault: 'unknown-algorithm' };
  // The bit string's first octet counts the unused bits at its end: none, where it holds octets.
  if (key.end !== end || bytes[key.start] !== 0) return undefined;
  const parameters = algorithm!.end - oid.end;
  if (ed25519) {
    // RFC 8410 §3: the parameters must be absent.
    if (parameters !== 0 || key.end - key.start !== 33) return undefined;
    return { ok: true, form: 'spki', type: 'ed25519', key: bytes.subarray(key.start + 1) };
  }
  // RFC 8017 §A.1: the parameters are NULL; some software leaves them out.
  if (parameters !== 0 && (parameters !== 2 || bytes[oid.end] !== NULL || bytes[oid.end + 1] !== 0)) return undefined;
  const rsa = elementOf(SEQUENCE, bytes, key.start + 1, end);
  return rsa?.end === end ? readRsa(bytes, rsa, 'spki') : undefined;
}

function readRsa(bytes: Uint8Array, { start, end }: Element, form: 'spki' | 'pkcs1'): ReadKey | undefined {
  const modulus = elementOf(INTEGER, bytes, start, end);
  const exponent = modulus && elementOf(INTEGER, bytes, modulus.end, end);
  if (modulus === undefined || exponent?.end !== end) return undefined;
  const n = positiveInteger(bytes, modulus);
  const e = positiveInteger(bytes, exponent);
  if (n === 'malformed' || e === 'malformed') return undefined;
  return { ok: true, form, type: 'rsa', n, e, bits: bitLength(n) };
}

/**
 * The octets of an INTEGER without leading zeros, in the memory of `bytes`; none for zero. `malformed` where it is negative,
 * for lack of a zero octet in front, or has one too many (X.690 §8.3).
 */
export function positiveInteger(bytes: Uint8Array, { start, end }: Element): Uint8Array | 'malformed' {
  const first = bytes[start]!;
  if (start === end || first >= 0x80 || (first === 0 && end - start > 1 && bytes[start + 1]! < 0x80))
    return 'malformed';
  return bytes.subarray(first === 0 ? start + 1 : start, end);
}

/** Whether an element holds just these octets. */
export function holds(bytes: Uint8Array, { start, end }: Element, octets: readonly number[]): boolean {
  return end - start === octets.length && octets.every((octet, i) => bytes[start + i] === octet);
}

/** X.690 §8.19: base-128 numbers, of which the first holds two. */
export function objectIdentifier(bytes: Uint8Array, { start, end }: Element): string {
  const arcs: number[] = [];
  let value = 0;
  for (let i = start; i < end; i++) {
    value = value * 128 + (bytes[i]! & 0x7f);
    if (bytes[i]! >= 0x80) continue;
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
