import { Buffer } from 'node:buffer';
import { ed25519 } from '@noble/curves/ed25519.js';
import { describe, expect, test } from 'vitest';
import { ed25519KeyFault, keyFault, requireUsableKey, rsaKeyFault } from '../../src/crypto/key-fault.ts';

const octets = (value: bigint): Uint8Array => {
  const digits = value.toString(16);
  return new Uint8Array(Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex'));
};
const modulus = (bits: number): Uint8Array => octets((1n << BigInt(bits - 1)) + 1n);
const E = octets(65537n);

describe('RSA keys', () => {
  test.each<[string, Uint8Array, Uint8Array, string | undefined]>([
    ['2048 bits, e = 65537', modulus(2048), E, undefined],
    ['512 bits, the least', modulus(512), E, undefined],
    ['511 bits', modulus(511), E, 'modulus-size'],
    ['8192 bits, the most', modulus(8192), E, undefined],
    ['8193 bits', modulus(8193), E, 'modulus-size'],
    ['65536 bits', modulus(65536), E, 'modulus-size'],
    ['no modulus', new Uint8Array(), E, 'modulus-size'],
    ['a leading zero', Uint8Array.of(0, ...modulus(2048)), E, 'modulus-size'],
    ['an even modulus', octets(1n << 2047n), E, 'even-modulus'],
    ['e = 3, the least', modulus(1024), octets(3n), undefined],
    ['e = 2^32 - 1, the most', modulus(1024), octets(2n ** 32n - 1n), undefined],
    ['e = 2^32 + 1', modulus(1024), octets(2n ** 32n + 1n), 'exponent'],
    ['e = 1', modulus(1024), octets(1n), 'exponent'],
    ['e = 2', modulus(1024), octets(2n), 'exponent'],
    ['e = 65536', modulus(1024), octets(65536n), 'exponent'],
    ['e = 0', modulus(1024), new Uint8Array(), 'exponent'],
    ['e with a leading zero', modulus(1024), Uint8Array.of(0, 3), 'exponent'],
    ['e as long as the modulus', modulus(1024), modulus(1024), 'exponent'],
  ])('%s', (_, n, e, fault) => {
    expect(rsaKeyFault(n, e)).toBe(fault);
    expect(keyFault({ type: 'rsa', n, e })).toBe(fault);
  });
});

describe('Ed25519 keys', () => {
  const { Point } = ed25519;
  // A point of order 8: what is left of any point outside the prime-order subgroup after multiplying by the order.
  const torsion = Point.fromHex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05');
  const smallOrder = Array.from({ length: 8 }, (_, i) => torsion.multiplyUnsafe(BigInt(i)).toBytes());

  test('the eight points of small order are eight', () => {
    expect(new Set(smallOrder.map((point) => point.join())).size).toBe(8);
    expect(torsion.multiplyUnsafe(8n).is0()).toBe(true);
  });

  test.each(smallOrder.map((point, i) => [i, point] as const))('%i times a point of order 8', (_, point) => {
    expect(ed25519KeyFault(point)).toBe('small-order');
    expect(keyFault({ type: 'ed25519', key: point })).toBe('small-order');
    expect(() => requireUsableKey({ type: 'ed25519', key: point })).toThrow(
      new TypeError('Cannot import the ed25519 key: small-order'),
    );
  });

  // y = p - 1 is canonical, y = p … 2²⁵⁵ - 1 are not; each with either sign of x (RFC 8032 §5.1.3).
  const high = (low: number, top: number) => Uint8Array.from([low, ...new Array<number>(30).fill(0xff), top]);
  test.each<[string, Uint8Array, string | undefined]>([
    ['y = p', high(0xed, 0x7f), 'non-canonical-form'],
    ['y = p, x negative', high(0xed, 0xff), 'non-canonical-form'],
    ['y = p + 1', high(0xee, 0x7f), 'non-canonical-form'],
    ['y = 2^255 - 1', high(0xff, 0xff), 'non-canonical-form'],
    ['y = p - 1, x negative', high(0xec, 0xff), 'small-order'],
    ['y = p - 2', high(0xeb, 0x7f), undefined],
    ['y = 1, x negative', Uint8Array.of(1, ...new Array<number>(30).fill(0), 0x80), 'small-order'],
    ['y = p but for one octet', high(0xed, 0x7f).fill(0xfe, 17, 18), undefined],
    ['the base point', Point.BASE.toBytes(), undefined],
    ['a base point with a component of small order', Point.BASE.add(torsion).toBytes(), undefined],
    ['31 octets', new Uint8Array(31).fill(7), 'key-size'],
    ['33 octets', new Uint8Array(33).fill(7), 'key-size'],
    ['no octets', new Uint8Array(), 'key-size'],
  ])('%s', (_, key, fault) => expect(ed25519KeyFault(key)).toBe(fault));

  test('judging a key leaves it as it was', () => {
    const key = high(0xed, 0xff);
    ed25519KeyFault(key);
    expect(key).toEqual(high(0xed, 0xff));
  });
});
