const WORD = 64n;

function rotate(word: bigint, bits: bigint): bigint {
  return (word >> bits) | BigInt.asUintN(64, word << (WORD - bits));
}

/** The largest integer whose power is not above the value, by Newton's method. */
function root(value: bigint, degree: bigint): bigint {
  let x = 1n << 70n;
  for (;;) {
    const next = ((degree - 1n) * x + value / x ** (degree - 1n)) / degree;
    if (next >= x) return x;
    x = next;
  }
}

/** FIPS 180-4 §4.2.3, §5.3.5: the first 64 bits of the fractional parts of the roots of the first primes. */
function fractions(count: number, degree: bigint): bigint[] {
  const words: bigint[] = [];
  for (let n = 2; words.length < count; n++) {
    let d = 2;
    while (n % d !== 0) d++;
    if (d === n) words.push(BigInt.asUintN(64, root(BigInt(n) << (WORD * degree), degree)));
  }
  return words;
}

// Only ever loaded by import(), with the curve.
const ROUNDS = /* @__PURE__ */ fractions(80, 3n);
const INITIAL = /* @__PURE__ */ fractions(8, 2n);

/**
 * SHA-512 of some octets (FIPS 180-4 §6.4). Ed25519 hashes one block for each signature: there, what
 * noble's tables would add to every bundle weighs more than the tenth of a millisecond that they would save.
 */
export function sha512(data: Uint8Array): Uint8Array {
  const state = INITIAL.slice();
  const padded = new Uint8Array((data.length + 17 + 127) & ~127);
  padded.set(data);
  padded[data.length] = 0x80;
  new DataView(padded.buffer).setBigUint64(padded.length - 8, BigInt(data.length * 8));
  for (let at = 0; at < padded.length; at += 128) compress(state, new DataView(padded.buffer, at));
  const digest = new DataView(new ArrayBuffer(64));
  for (const [i, word] of state.entries()) digest.setBigUint64(8 * i, word);
  return new Uint8Array(digest.buffer);
}

function compress(state: bigint[], block: DataView): void {
  const w: bigint[] = [];
  let [a, b, c, d, e, f, g, h] = state as [bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint];
  for (let i = 0; i < 80; i++) {
    if (i < 16) {
      w.push(block.getBigUint64(8 * i));
    } else {
      const x = w[i - 15]!;
      const y = w[i - 2]!;
      const small = (rotate(x, 1n) ^ rotate(x, 8n) ^ (x >> 7n)) + (rotate(y, 19n) ^ rotate(y, 61n) ^ (y >> 6n));
      w.push(BigInt.asUintN(64, w[i - 16]! + w[i - 7]! + small));
    }
    const first = h + (rotate(e, 14n) ^ rotate(e, 18n) ^ rotate(e, 41n)) + ((e & f) ^ (~e & g)) + ROUNDS[i]! + w[i]!;
    const second = (rotate(a, 28n) ^ rotate(a, 34n) ^ rotate(a, 39n)) + ((a & b) ^ (a & c) ^ (b & c));
    [h, g, f, e, d, c, b, a] = [g, f, e, BigInt.asUintN(64, d + first), c, b, a, BigInt.asUintN(64, first + second)];
  }
  for (const [i, word] of [a, b, c, d, e, f, g, h].entries()) state[i] = BigInt.asUintN(64, state[i]! + word);
}
