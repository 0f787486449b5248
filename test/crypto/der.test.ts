import { Buffer } from 'node:buffer';
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { encodePkcs1 } from '../../src/crypto/der.ts';
import { readKeyBytes } from '../support/public-key.ts';

type Der = number[];

function tlv(tag: number, ...content: Der[]): Der {
  const octets = content.flat();
  const length =
    octets.length < 0x80
      ? [octets.length]
      : octets.length < 0x100
        ? [0x81, octets.length]
        : [0x82, octets.length >> 8, octets.length & 0xff];
  return [tag, ...length, ...octets];
}

const sequence = (...content: Der[]): Der => tlv(0x30, ...content);
const integer = (...octets: Der): Der => tlv(0x02, octets);
const bitString = (...content: Der[]): Der => tlv(0x03, [0], ...content);
const NULL = [0x05, 0x00];
const RSA = tlv(0x06, [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01]);
const ED25519 = tlv(0x06, [0x2b, 0x65, 0x70]);

const MODULUS = Array.from({ length: 128 }, (_, i) => (i * 37 + 0x81) & 0xff);
const EXPONENT = [0x01, 0x00, 0x01];
const RAW = Array.from({ length: 32 }, (_, i) => i);

const pkcs1 = sequence(integer(0, ...MODULUS), integer(...EXPONENT));
const spki = sequence(sequence(RSA, NULL), bitString(pkcs1));
const edSpki = sequence(sequence(ED25519), bitString(RAW));

const read = (der: Der) => readKeyBytes(Uint8Array.from(der));

describe('keys that are read', () => {
  const rsa = { ok: true, type: 'rsa', n: Uint8Array.from(MODULUS), e: Uint8Array.from(EXPONENT), bits: 1024 };
  test.each([
    ['SubjectPublicKeyInfo (RFC 5280 §4.1)', spki, { ...rsa, form: 'spki' }],
    ['… whose NULL parameters were left out', sequence(sequence(RSA), bitString(pkcs1)), { ...rsa, form: 'spki' }],
    ['bare RSAPublicKey (RFC 6376 §3.6.1, RFC 8017 §A.1.1)', pkcs1, { ...rsa, form: 'pkcs1' }],
    [
      'Ed25519 SubjectPublicKeyInfo (RFC 8410 §4)',
      edSpki,
      { ok: true, form: 'spki', type: 'ed25519', key: Uint8Array.from(RAW) },
    ],
    [
      'a modulus that needs no zero octet in front',
      sequence(integer(0x7f, ...MODULUS), integer(3)),
      {
        ok: true,
        form: 'pkcs1',
        type: 'rsa',
        n: Uint8Array.from([0x7f, ...MODULUS]),
        e: Uint8Array.of(3),
        bits: 1031,
      },
    ],
    [
      'a modulus of zero, for the key policy to refuse',
      sequence(integer(0x00), integer(0x00)),
      { ok: true, form: 'pkcs1', type: 'rsa', n: new Uint8Array(), e: new Uint8Array(), bits: 0 },
    ],
  ])('%s', (_, der, expected) => expect(read(der)).toEqual(expected));

  test.each([512, 1024, 1025, 2048, 4096])('a key of %i bits as OpenSSL writes it, in both forms', (modulusLength) => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength });
    const { n, e } = publicKey.export({ format: 'jwk' });
    const numbers = {
      n: new Uint8Array(Buffer.from(n!, 'base64url')),
      e: new Uint8Array(Buffer.from(e!, 'base64url')),
    };
    for (const form of ['spki', 'pkcs1'] as const) {
      const der = new Uint8Array(publicKey.export({ type: form, format: 'der' }));
      expect(readKeyBytes(der)).toEqual({ ok: true, form, type: 'rsa', bits: modulusLength, ...numbers });
      if (form === 'pkcs1') expect(encodePkcs1(numbers.n, numbers.e)).toEqual(der);
    }
  });
});

describe('keys that are refused', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const edwards = generateKeyPairSync('ed25519').privateKey;
  const exported = (key: typeof privateKey, type: 'pkcs1' | 'pkcs8' | 'sec1'): Der => [
    ...key.export({ type, format: 'der' }),
  ];
  const certificate = sequence(sequence(tlv(0xa0, integer(2)), integer(5)), sequence(RSA, NULL), bitString([1, 2]));
  const request = sequence(sequence(integer(0), sequence()), sequence(RSA, NULL), bitString([1]));

  test.each<[string, Der, object]>([
    ['nothing', [], { fault: 'not-a-public-key' }],
    ['raw bytes', RAW, { fault: 'not-a-public-key' }],
    ['a text', [...Buffer.from('-----BEGIN')], { fault: 'not-a-public-key' }],
    ['an empty SEQUENCE', sequence(), { fault: 'not-a-public-key' }],
    ['a SEQUENCE of something else', sequence(tlv(0x0c, [0x41])), { fault: 'not-a-public-key' }],
    ['a private key (PKCS#1)', exported(privateKey, 'pkcs1'), { fault: 'private-key' }],
    ['a private key (PKCS#8)', exported(privateKey, 'pkcs8'), { fault: 'private-key' }],
    ['a private key that was cut off', exported(privateKey, 'pkcs8').slice(0, 60), { fault: 'private-key' }],
    ['an elliptic private key (RFC 5915)', exported(elliptic.privateKey, 'sec1'), { fault: 'private-key' }],
    ['an Ed25519 private key (RFC 8410 §7)', exported(edwards, 'pkcs8'), { fault: 'private-key' }],
    ['a private key with its public key (RFC 5958 §2)', sequence(integer(1), sequence()), { fault: 'private-key' }],
    ['a certificate', certificate, { fault: 'not-a-public-key' }],
    ['a certificate request', request, { fault: 'not-a-public-key' }],
    [
      'a key of another algorithm',
      [...elliptic.publicKey.export({ type: 'spki', format: 'der' })],
      { fault: 'unknown-algorithm' },
    ],
    [
      'an RSASSA-PSS key, which is no key for PKCS#1 v1.5 (RFC 8017 §A.2.3)',
      sequence(sequence(tlv(0x06, [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a])), bitString(pkcs1)),
      { fault: 'unknown-algorithm' },
    ],
    [
      'an object identifier of the third root, padded',
      sequence(sequence(tlv(0x06, [0x88, 0x37, 0x80, 0x01])), bitString(pkcs1)),
      { fault: 'unknown-algorithm' },
    ],
    [
      'a modulus without the zero octet in front',
      sequence(integer(...MODULUS), integer(3)),
      { fault: 'not-a-public-key' },
    ],
    ['a negative exponent', sequence(integer(0, ...MODULUS), integer(0x81)), { fault: 'not-a-public-key' }],
    ['two zero octets in front', sequence(integer(0, 0, ...MODULUS), integer(3)), { fault: 'not-a-public-key' }],
    [
      'an exponent with a needless zero',
      sequence(integer(0, ...MODULUS), integer(0, 3)),
      { fault: 'not-a-public-key' },
    ],
    ['an empty INTEGER', sequence(integer(), integer(3)), { fault: 'not-a-public-key' }],
    ['a third number', sequence(integer(0, ...MODULUS), integer(3), integer(5)), { fault: 'not-a-public-key' }],
    ['no exponent', sequence(integer(0, ...MODULUS)), { fault: 'not-a-public-key' }],
    [
      'a modulus that is no INTEGER',
      sequence(sequence(RSA), bitString(sequence(NULL, integer(3)))),
      { fault: 'not-a-public-key' },
    ],
    ['a modulus that is cut off', sequence(sequence(RSA), bitString(sequence([2]))), { fault: 'not-a-public-key' }],
    ['an exponent that is no INTEGER', sequence(integer(0, ...MODULUS), tlv(0x04, [3])), { fault: 'not-a-public-key' }],
    ['an inner length beyond the outer', [0x30, 0x04, 0x02, 0x05, 0x00, 0x91], { fault: 'not-a-public-key' }],
    ['a length in the indefinite form', [0x30, 0x80, ...pkcs1.slice(3), 0, 0], { fault: 'not-a-public-key' }],
    ['a short length in the long form', [0x30, 0x81, 0x03, 0x02, 0x01, 0x05], { fault: 'not-a-public-key' }],
    [
      'a length with a zero in front',
      [0x30, 0x82, 0x00, pkcs1.length - 3, ...pkcs1.slice(3)],
      { fault: 'not-a-public-key' },
    ],
    ['a length of five octets', [0x30, 0x85, 1, 0, 0, 0, 0], { fault: 'not-a-public-key' }],
    ['a length that ends before it is told', [0x30, 0x82, 0x01], { fault: 'not-a-public-key' }],
    ['a lone tag', [0x30], { fault: 'not-a-public-key' }],
    ['half a key', spki.slice(0, 80), { fault: 'truncated', expected: spki.length, present: 80 }],
    [
      'a length of 4 GB',
      [0x30, 0x84, 0xff, 0xff, 0xff, 0xff],
      { fault: 'truncated', expected: 0x100000005, present: 6 },
    ],
    [
      'octets after the key',
      [...spki, 0, 0],
      { fault: 'trailing-bytes', expected: spki.length, present: spki.length + 2 },
    ],
    [
      'an algorithm that is no object identifier',
      sequence(sequence(NULL), bitString(pkcs1)),
      { fault: 'not-a-public-key' },
    ],
    ['an empty algorithm', sequence(sequence(), bitString(pkcs1)), { fault: 'not-a-public-key' }],
    ['no bit string', sequence(sequence(RSA, NULL)), { fault: 'not-a-public-key' }],
    [
      'an octet string for the bit string',
      sequence(sequence(RSA, NULL), tlv(0x04, pkcs1)),
      { fault: 'not-a-public-key' },
    ],
    [
      'a bit string that ends within an octet',
      sequence(sequence(RSA, NULL), tlv(0x03, [1], pkcs1)),
      { fault: 'not-a-public-key' },
    ],
    ['an empty bit string', sequence(sequence(RSA, NULL), tlv(0x03)), { fault: 'not-a-public-key' }],
    ['a bit string of no key', sequence(sequence(RSA, NULL), bitString()), { fault: 'not-a-public-key' }],
    [
      'something after the bit string',
      sequence(sequence(RSA, NULL), bitString(pkcs1), NULL),
      { fault: 'not-a-public-key' },
    ],
    [
      'octets after the key in the bit string',
      sequence(sequence(RSA), bitString(pkcs1, NULL)),
      { fault: 'not-a-public-key' },
    ],
    ['RSA with other parameters', sequence(sequence(RSA, integer(1)), bitString(pkcs1)), { fault: 'not-a-public-key' }],
    [
      'RSA with a NULL that holds something',
      sequence(sequence(RSA, [5, 1, 0]), bitString(pkcs1)),
      { fault: 'not-a-public-key' },
    ],
    ['a bit string with raw bytes', sequence(sequence(RSA), bitString(RAW)), { fault: 'not-a-public-key' }],
    [
      'Ed25519 with parameters (RFC 8410 §3)',
      sequence(sequence(ED25519, NULL), bitString(RAW)),
      { fault: 'not-a-public-key' },
    ],
    ['Ed25519 of 31 octets', sequence(sequence(ED25519), bitString(RAW.slice(1))), { fault: 'not-a-public-key' }],
    ['Ed25519 of 33 octets', sequence(sequence(ED25519), bitString([...RAW, 0])), { fault: 'not-a-public-key' }],
  ])('%s', (_, der, expected) => expect(read(der)).toEqual({ ok: false, ...expected }));

  test('every key that was cut off is a fault, and so is every key with one octet changed in its frame', () => {
    for (const key of [spki, pkcs1, edSpki]) {
      for (let length = 0; length < key.length; length++) expect(read(key.slice(0, length)).ok).toBe(false);
    }
    // The frame of Ed25519 is its first twelve octets: a single other value in any of them is another thing.
    for (let i = 0; i < 12; i++) {
      for (let octet = 0; octet < 256; octet++) {
        const changed = [...edSpki];
        changed[i] = octet;
        expect(read(changed).ok).toBe(octet === edSpki[i]);
      }
    }
  });
});
