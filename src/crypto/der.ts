import { bitLength } from './key-fault.ts';

/** A public key as read from DER; `bits` is the size of the RSA modulus. */
export type ReadKey =
  | { ok: true; form: 'spki' | 'pkcs1'; type: 'rsa'; n: Uint8Array; e: Uint8Array; bits: number }
  | { ok: true; form: 'spki'; type: 'ed25519'; key: Uint8Array };

/** Why some bytes are no public key in DER. */
export type UnreadableKey =
  /** The outermost length says `expected` octets, and there are `present`. */
  | { ok: false; fault: 'truncated' | 'trailing-bytes'; expected: number; present: number }
  /** A SubjectPublicKeyInfo of another algorithm, as a dotted object identifier. */
  | { ok: false; fault: 'unknown-algorithm'; oid: string }
  | { ok: false; fault: StructureFault };

type StructureFault =
  | 'not-a-public-key'
  | 'private-key'
  | 'certificate'
  /** A length or an integer is longer than it need be, which DER forbids (X.690 §8.3.2, §10.1). */
  | 'non-minimal'
  /** An inner length that does not fit into, or does not fill, what holds it. */
  | 'wrong-length'
  /** The modulus or the exponent lacks the zero octet in front that makes it positive (X.690 §8.3.3). */
  | 'negative-integer';

export type DerFault = UnreadableKey['fault'];

interface Element {
  tag: number;
  start: number;
  end: number;
}

const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const NULL = 0x05;
const OBJECT_IDENTIFIER = 0x06;
const SEQUENCE = 0x30;
const CONTEXT_0 = 0xa0;

// rsaEncryption, 1.2.840.113549.1.1.1 (RFC 8017 §A.1), and id-Ed25519, 1.3.101.112 (RFC 8410 §3).
const RSA_ENCRYPTION = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01] as const;
const ED25519 = [0x2b, 0x65, 0x70] as const;

/**
 * Reads an RSA or Ed25519 SubjectPublicKeyInfo (RFC 5280 §4.1, RFC 8410 §4), or a bare RSAPublicKey (RFC 8017 §A.1.1),
 * which is what RFC 6376 §3.6.1 asks for and nobody publishes. Strict DER, so that a key reads the same everywhere.
 *
 * ```
 * SubjectPublicKeyInfo ::= SEQUENCE { SEQUENCE { OBJECT IDENTIFIER, parameters OPTIONAL }, BIT STRING }
 * RSAPublicKey         ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER }
 * ```
 */
export function readPublicKey(bytes: Uint8Array): ReadKey | UnreadableKey {
  if (bytes[0] !== SEQUENCE) return fault('not-a-public-key');
  const outer = readElement(bytes, 0, Number.POSITIVE_INFINITY);
  if (typeof outer === 'string') return fault(outer);
  if (isPrivateKey(bytes, outer.start)) return fault('private-key');
  const expected = outer.end;
  const present = bytes.length;
  if (expected > present) return { ok: false, fault: 'truncated', expected, present };
  if (expected < present) return { ok: false, fault: 'trailing-bytes', expected, present };
  const first = readElement(bytes, outer.start, outer.end);
  if (typeof first === 'string') return fault(first);
  if (first.tag === INTEGER) return readRsa(bytes, outer, 'pkcs1');
  if (first.tag !== SEQUENCE) return fault('not-a-public-key');
  return bytes[first.start] === CONTEXT_0 ? fault('certificate') : readSpki(bytes, first, outer.end);
}

function fault(word: StructureFault): UnreadableKey {
  return { ok: false, fault: word };
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

/** The element at an offset, if it lies before `limit`. */
function readElement(bytes: Uint8Array, at: number, limit: number): Element | StructureFault {
  const tag = bytes[at];
  const short = bytes[at + 1];
  if (tag === undefined || short === undefined || at + 2 > limit) return 'wrong-length';
  let start = at + 2;
  let length = short;
  if (short >= 0x80) {
    // X.690 §10.1: the indefinite form (0x80) is not DER. More than four octets count more bytes than any record has.
    const octets = short & 0x7f;
    if (octets === 0) return 'non-minimal';
    if (octets > 4 || start + octets > Math.min(limit, bytes.length)) return 'wrong-length';
    length = 0;
    for (let i = 0; i < octets; i++) length = length * 256 + bytes[start++]!;
    if (length < 0x80 || length < 256 ** (octets - 1)) return 'non-minimal';
  }
  const end = start + length;
  return end > limit ? 'wrong-length' : { tag, start, end };
}

function readSpki(bytes: Uint8Array, algorithm: Element, end: number): ReadKey | UnreadableKey {
  const oid = readElement(bytes, algorithm.start, algorithm.end);
  const key = readElement(bytes, algorithm.end, end);
  if (typeof oid === 'string') return fault(oid);
  if (oid.tag !== OBJECT_IDENTIFIER) return fault('not-a-public-key');
  if (typeof key === 'string') return fault(key);
  if (key.tag !== BIT_STRING) return fault('not-a-public-key');
  const ed25519 = holds(bytes, oid, ED25519);
  if (!ed25519 && !holds(bytes, oid, RSA_ENCRYPTION)) {
    return { ok: false, fault: 'unknown-algorithm', oid: objectIdentifier(bytes, oid) };
  }
  // The bit string's first octet counts the unused bits at its end: none, where it holds octets.
  if (key.end !== end || bytes[key.start] !== 0) return fault('wrong-length');
  if (ed25519) {
    // RFC 8410 §3: the parameters must be absent.
    if (oid.end !== algorithm.end || key.end - key.start !== 33) return fault('wrong-length');
    return { ok: true, form: 'spki', type: 'ed25519', key: bytes.slice(key.start + 1, key.end) };
  }
  // RFC 8017 §A.1: the parameters are NULL; some software leaves them out.
  const withNull = algorithm.end - oid.end === 2 && bytes[oid.end] === NULL && bytes[oid.end + 1] === 0;
  if (oid.end !== algorithm.end && !withNull) return fault('not-a-public-key');
  const rsa = readElement(bytes, key.start + 1, key.end);
  if (typeof rsa === 'string') return fault(rsa);
  if (rsa.tag !== SEQUENCE) return fault('not-a-public-key');
  return rsa.end === key.end ? readRsa(bytes, rsa, 'spki') : fault('wrong-length');
}

function readRsa(bytes: Uint8Array, sequence: Element, form: 'spki' | 'pkcs1'): ReadKey | UnreadableKey {
  const modulus = readElement(bytes, sequence.start, sequence.end);
  if (typeof modulus === 'string') return fault(modulus);
  const exponent = readElement(bytes, modulus.end, sequence.end);
  if (typeof exponent === 'string') return fault(exponent);
  if (modulus.tag !== INTEGER || exponent.tag !== INTEGER) return fault('not-a-public-key');
  if (exponent.end !== sequence.end) return fault('wrong-length');
  const n = positiveInteger(bytes, modulus);
  const e = positiveInteger(bytes, exponent);
  if (typeof n === 'string') return fault(n);
  if (typeof e === 'string') return fault(e);
  return { ok: true, form, type: 'rsa', n, e, bits: bitLength(n) };
}

/** The octets of an INTEGER without leading zeros; none for zero. */
function positiveInteger(bytes: Uint8Array, { start, end }: Element): Uint8Array | StructureFault {
  if (start === end) return 'wrong-length';
  const first = bytes[start]!;
  if (first >= 0x80) return 'negative-integer';
  if (first === 0 && end - start > 1 && bytes[start + 1]! < 0x80) return 'non-minimal';
  return bytes.slice(first === 0 ? start + 1 : start, end);
}

function holds(bytes: Uint8Array, { start, end }: Element, octets: readonly number[]): boolean {
  return end - start === octets.length && octets.every((octet, i) => bytes[start + i] === octet);
}

/** X.690 §8.19: base-128 numbers, of which the first holds two. */
function objectIdentifier(bytes: Uint8Array, { start, end }: Element): string {
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
  const content = [...encodeInteger(n), ...encodeInteger(e)];
  return Uint8Array.from([SEQUENCE, ...encodeLength(content.length), ...content]);
}

function encodeInteger(integer: Uint8Array): number[] {
  const zero = integer.length === 0 || integer[0]! >= 0x80 ? [0] : [];
  return [INTEGER, ...encodeLength(zero.length + integer.length), ...zero, ...integer];
}

function encodeLength(length: number): number[] {
  if (length < 0x80) return [length];
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
}
