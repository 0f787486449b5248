import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { hex } from '../../src/crypto/hex.ts';
import { sha512 } from '../../src/crypto/sha512.ts';

test('the example of FIPS 180 for one block', () => {
  expect(hex(sha512(new TextEncoder().encode('abc')))).toBe(
    'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a' +
      '2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
  );
});

test('every length up to three blocks, as node:crypto has it (FIPS 180-4 §5.1.2)', () => {
  for (let length = 0; length <= 400; length++) {
    const data = Uint8Array.from({ length }, (_, i) => (i * 151 + length) & 0xff);
    expect(hex(sha512(data)), `${length} octets`).toBe(createHash('sha512').update(data).digest('hex'));
  }
});

test('a part of a larger memory is hashed alone', () => {
  const memory = Uint8Array.from({ length: 300 }, (_, i) => i & 0xff);
  expect(sha512(memory.subarray(7, 200))).toEqual(sha512(memory.slice(7, 200)));
});
