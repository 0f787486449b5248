import { Buffer } from 'node:buffer';
import { constants, createHash, generateKeyPairSync, type KeyObject, privateEncrypt, sign } from 'node:crypto';
import { ed25519 } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { defaultCrypto } from '../../src/crypto/default.ts';
import { nativeCrypto } from '../../src/crypto/native.ts';
import { portableCrypto } from '../../src/crypto/portable.ts';
import type { CryptoProvider, PublicKey } from '../../src/crypto/provider.ts';
import { utf8Bytes } from '../../src/text/bytes.ts';
import { fromHex, providers, toHex, webCrypto } from '../support/crypto.ts';
import { readKeyBytes } from '../support/public-key.ts';

const everyProvider: readonly CryptoProvider[] = [...providers, webCrypto];

const bytesOf = (text: string): Uint8Array => utf8Bytes(text);

function publicKeyOf(key: KeyObject): PublicKey {
  const read = readKeyBytes(new Uint8Array(key.export({ type: 'spki', format: 'der' })));
  if (!read.ok) throw new Error(read.fault);
  return read;
}

async function verify(provider: CryptoProvider, key: PublicKey, data: Uint8Array, signature: Uint8Array) {
  return (await provider.importKey(key)).verify(data, signature);
}

describe.each(everyProvider)('SHA-256, $name', (provider) => {
  // FIPS 180-4; NIST's example vectors.
  test.each([
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [
      'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    ],
    ['a'.repeat(1_000_000), 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0'],
  ])('of %.20s…', async (text, digest) => {
    const hash = provider.createHash('sha256');
    hash.update(bytesOf(text));
    expect(toHex(await hash.digest())).toBe(digest);
  });

  test('does not depend on how the bytes are cut, nor on what becomes of a chunk afterwards', async () => {
    const data = Uint8Array.from({ length: 300 }, (_, i) => (i * 7) & 0xff);
    const expected = createHash('sha256').update(data).digest('hex');
    for (const size of [1, 55, 56, 63, 64, 65, 128, 299, 300]) {
      const hash = provider.createHash('sha256');
      for (let i = 0; i < data.length; i += size) {
        const chunk = data.slice(i, i + size);
        hash.update(chunk);
        chunk.fill(0);
        hash.update(new Uint8Array());
      }
      expect(toHex(await hash.digest())).toBe(expected);
    }
  });

  test('takes a view into a larger buffer for what it is, and gives bytes of its own', async () => {
    const hash = provider.createHash('sha256');
    hash.update(bytesOf('xxabcxx').subarray(2, 5));
    const digest = await hash.digest();
    expect(toHex(digest).slice(0, 8)).toBe('ba7816bf');
    expect(Object.getPrototypeOf(digest)).toBe(Uint8Array.prototype);
  });

  test('two hashes do not disturb each other', async () => {
    const [first, second] = [provider.createHash('sha256'), provider.createHash('sha256')];
    first.update(bytesOf('a'));
    second.update(bytesOf('x'));
    first.update(bytesOf('bc'));
    expect(toHex(await first.digest()).slice(0, 8)).toBe('ba7816bf');
    expect(toHex(await second.digest())).toBe(createHash('sha256').update('x').digest('hex'));
  });
});

const keyPairs = [512, 1024, 1025, 2048, 4096].flatMap((modulusLength) =>
  [3, 65537].map((publicExponent) => ({
    modulusLength,
    publicExponent,
    ...generateKeyPairSync('rsa', { modulusLength, publicExponent }),
  })),
);

describe.each(everyProvider)('RSASSA-PKCS1-v1_5 (RFC 8017 §8.2.2), $name', (provider) => {
  describe.each(keyPairs)('$modulusLength bits, e = $publicExponent', ({ privateKey, publicKey }) => {
    const data = bytesOf('from:alice\r\n');
    const signature = new Uint8Array(sign('sha256', data, privateKey));
    const key = publicKeyOf(publicKey) as PublicKey & { type: 'rsa' };
    const check = (tampered: Uint8Array, text = data) => verify(provider, key, text, tampered);

    test('verifies what was signed, more than once, and nothing else', async () => {
      const imported = await provider.importKey(key);
      expect(await imported.verify(data, signature)).toBe(true);
      expect(await imported.verify(bytesOf('from:mallory\r\n'), signature)).toBe(false);
      expect(await imported.verify(new Uint8Array(), signature)).toBe(false);
      expect(await imported.verify(data, signature)).toBe(true);
    });

    test('a signature of another length fails (step 1)', async () => {
      expect(await check(signature.subarray(1))).toBe(false);
      expect(await check(signature.subarray(0, -1))).toBe(false);
      expect(await check(new Uint8Array())).toBe(false);
      expect(await check(Uint8Array.of(0, ...signature))).toBe(false);
      expect(await check(Uint8Array.of(...signature, 0))).toBe(false);
    });

    test('a signature representative that is not below the modulus fails (step 2b)', async () => {
      expect(await check(key.n)).toBe(false);
      expect(await check(new Uint8Array(key.n.length).fill(0xff))).toBe(false);
      expect(await check(new Uint8Array(key.n.length))).toBe(false);
    });

    test('one bit changed anywhere fails', async () => {
      for (let i = 0; i < signature.length; i += 17) {
        const tampered = Uint8Array.from(signature);
        tampered[i]! ^= 1 << (i & 7);
        expect(await check(tampered)).toBe(false);
      }
    });
  });

  test('the same signature plus the modulus fails (step 2b)', async () => {
    // A modulus of 1025 bits leaves room for it in the 129 octets of the signature.
    const { privateKey, publicKey } = keyPairs.find((pair) => pair.modulusLength === 1025)!;
    const key = publicKeyOf(publicKey) as PublicKey & { type: 'rsa' };
    const signature = sign('sha256', bytesOf('data'), privateKey).toString('hex');
    const sum = BigInt(`0x${signature}`) + BigInt(`0x${toHex(key.n)}`);
    const other = fromHex(sum.toString(16).padStart(258, '0'));
    expect(other).toHaveLength(129);
    expect(await verify(provider, key, bytesOf('data'), fromHex(signature))).toBe(true);
    expect(await verify(provider, key, bytesOf('data'), other)).toBe(false);
  });

  // What a lazy verifier takes for a signature: each is raised with the private key, so only the padding is wrong.
  const { privateKey, publicKey } = keyPairs.find((pair) => pair.modulusLength === 2048)!;
  const data = bytesOf('data');
  const hash = createHash('sha256').update(data).digest('hex');
  const info = `3031300d060960864801650304020105000420${hash}`;
  const padded = (head: string, tail: string) => head + 'ff'.repeat(256 - (head.length + tail.length) / 2) + tail;
  test.each<[string, string, boolean]>([
    ['the encoded message of §9.2', padded('0001', `00${info}`), true],
    ['no NULL parameters', padded('0001', `00302f300b06096086480165030402010420${hash}`), false],
    ['block type 2', padded('0002', `00${info}`), false],
    ['block type 0', padded('0000', `00${info}`), false],
    ['a first octet that is not zero', padded('0101', `00${info}`), false],
    ['no zero octet after the padding', padded('0001', `ff${info}`), false],
    ['short padding, with garbage after the hash', `0001${'ff'.repeat(8)}00${info}${'00'.repeat(256 - 62)}`, false],
    ['the bare hash', padded('0001', `00${hash}`), false],
    ['SHA-512 named over a SHA-256', padded('0001', `003031300d060960864801650304020305000420${hash}`), false],
    ['lengths in the long form', padded('0001', `00308131${info.slice(4)}`), false],
    ['the hash at the front', padded(`0001ff00${info}`, '00'), false],
  ])('%s', async (_, message, expected) => {
    expect(message).toHaveLength(512);
    // Raw RSA takes only what is below the modulus, whose first bit is set.
    const raised = privateEncrypt({ key: privateKey, padding: constants.RSA_NO_PADDING }, Buffer.from(message, 'hex'));
    expect(await verify(provider, publicKeyOf(publicKey), data, new Uint8Array(raised))).toBe(expected);
  });
});

// RFC 8032 §7.1: public key, message, signature of tests 1 to 3 (Wycheproof has them all).
const rfc8032 = [
  [
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    '',
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  ],
  [
    '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    '72',
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  ],
  [
    'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    'af82',
    '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  ],
] as const;

const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

function littleEndian(value: bigint): Uint8Array {
  return fromHex(value.toString(16).padStart(64, '0')).reverse();
}

function scalar(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(bytes.slice().reverse())}`);
}

describe.each(everyProvider)('Ed25519 (RFC 8032 §5.1.7), $name', (provider) => {
  test.each(rfc8032)('RFC 8032 §7.1: key %.8s…', async (key, message, signature) => {
    const imported = await provider.importKey({ type: 'ed25519', key: fromHex(key) });
    expect(await imported.verify(fromHex(message), fromHex(signature))).toBe(true);
    expect(await imported.verify(fromHex(`${message}00`), fromHex(signature))).toBe(false);
  });

  test('RFC 8463 §3: what DKIM signs is the hash of the header data', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const hash = createHash('sha256').update('from:Joe SixPack <joe@football.example.com>\r\n').digest();
    const signature = new Uint8Array(sign(null, hash, privateKey));
    expect(await verify(provider, publicKeyOf(publicKey), new Uint8Array(hash), signature)).toBe(true);
  });

  const [key, message, signature] = rfc8032[1];
  const publicKey: PublicKey = { type: 'ed25519', key: fromHex(key) };
  const good = fromHex(signature);
  const r = good.subarray(0, 32);
  const s = good.subarray(32);
  test.each<[string, Uint8Array]>([
    ['no octets', new Uint8Array()],
    ['63 octets', good.subarray(0, 63)],
    ['65 octets', Uint8Array.of(...good, 0)],
    ['S + L, which would be another signature (§5.1.7)', Uint8Array.of(...r, ...littleEndian(scalar(s) + ORDER))],
    ['S = L', Uint8Array.of(...r, ...littleEndian(ORDER))],
    ['S = 2^256 - 1', Uint8Array.of(...r, ...new Uint8Array(32).fill(0xff))],
    ['S = 0', Uint8Array.of(...r, ...new Uint8Array(32))],
    ['R that is no point', Uint8Array.of(2, ...new Uint8Array(31), ...s)],
    ['R of small order', Uint8Array.of(1, ...new Uint8Array(31), ...s)],
    ['R and S exchanged', Uint8Array.of(...s, ...r)],
    ['zeros', new Uint8Array(64)],
  ])('%s', async (_, tampered) => expect(await verify(provider, publicKey, fromHex(message), tampered)).toBe(false));
});

describe.each(providers)('keys that only an attacker would make, $name', (provider) => {
  const { Point } = ed25519;
  const torsion = Point.fromHex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05');
  const data = bytesOf('data');
  const challenge = (r: Uint8Array, a: Uint8Array) => scalar(sha512(Uint8Array.of(...r, ...a, ...data))) % ORDER;
  const secret = 123456789n;
  const nonce = 987654321n;

  /** Signs with a key and a nonce to which points of small order were added. */
  function forge(keyTorsion: bigint, nonceTorsion: bigint) {
    const key = Point.BASE.multiplyUnsafe(secret).add(torsion.multiplyUnsafe(keyTorsion)).toBytes();
    const r = Point.BASE.multiplyUnsafe(nonce).add(torsion.multiplyUnsafe(nonceTorsion)).toBytes();
    const k = challenge(r, key);
    return { key, k, signature: Uint8Array.of(...r, ...littleEndian((nonce + k * secret) % ORDER)) };
  }

  test('a sound key and nonce verify', async () => {
    const { key, signature } = forge(0n, 0n);
    expect(await verify(provider, { type: 'ed25519', key }, data, signature)).toBe(true);
  });

  test('a nonce of mixed order fails, though eight times the equation holds', async () => {
    const { key, signature } = forge(0n, 3n);
    expect(ed25519.verify(signature, data, key, { zip215: false })).toBe(true);
    expect(await verify(provider, { type: 'ed25519', key }, data, signature)).toBe(false);
  });

  test.each([1n, 2n, 4n, 7n])(
    'a key of mixed order (%i) verifies only where the equation holds as it is',
    async (t) => {
      // R must equal [S]B - [k]A, and [k] of the added point is that point times k mod 8.
      for (let nonceTorsion = 0n; nonceTorsion < 8n; nonceTorsion++) {
        const { key, k, signature } = forge(t, nonceTorsion);
        const holds = (nonceTorsion + k * t) % 8n === 0n;
        expect(await verify(provider, { type: 'ed25519', key }, data, signature)).toBe(holds);
      }
    },
  );

  test('octets that are no point of the curve verify nothing', async () => {
    const key = fromHex(`02${'00'.repeat(31)}`);
    const { signature } = forge(0n, 0n);
    expect(await verify(provider, { type: 'ed25519', key }, data, signature)).toBe(false);
    expect(await verify(provider, { type: 'ed25519', key }, data, new Uint8Array(64))).toBe(false);
  });

  test.each<[string, PublicKey]>([
    ['small order', { type: 'ed25519', key: Uint8Array.of(1, ...new Uint8Array(31)) }],
    ['not canonical', { type: 'ed25519', key: new Uint8Array(32).fill(0xff) }],
    ['31 octets', { type: 'ed25519', key: new Uint8Array(31) }],
    ['a tiny modulus', { type: 'rsa', n: Uint8Array.of(35), e: Uint8Array.of(5) }],
    ['an exponent of 1', { type: 'rsa', n: new Uint8Array(256).fill(0xff), e: Uint8Array.of(1) }],
  ])('%s: importing it is a TypeError', async (_, key) => {
    await expect(async () => provider.importKey(key)).rejects.toThrow(/^Cannot import the (rsa|ed25519) key: /);
    await expect(async () => provider.importKey(key)).rejects.toBeInstanceOf(TypeError);
  });
});

describe('all providers answer alike', () => {
  const edwards = generateKeyPairSync('ed25519');
  const pairs = [
    ...keyPairs.filter(({ modulusLength }) => modulusLength <= 1025).map((pair) => ({ ...pair, algorithm: 'sha256' })),
    { ...edwards, algorithm: null },
  ];
  test.each(pairs.map((pair, i) => [i, pair] as const))(
    'whatever is done to a signature of key %i',
    async (_, pair) => {
      const data = bytesOf('some data');
      const signature = new Uint8Array(sign(pair.algorithm, data, pair.privateKey));
      const keys = await Promise.all(
        everyProvider.map(async (provider) => provider.importKey(publicKeyOf(pair.publicKey))),
      );
      const tampering = fc.oneof(
        fc.constant(signature),
        fc.uint8Array({ maxLength: signature.length + 2 }),
        fc.uint8Array({ minLength: signature.length, maxLength: signature.length }),
        fc
          .tuple(fc.nat(signature.length - 1), fc.nat(255))
          .map(([at, octet]) => Uint8Array.of(...signature.subarray(0, at), octet, ...signature.subarray(at + 1))),
      );
      await fc.assert(
        fc.asyncProperty(tampering, async (tampered) => {
          const answers = await Promise.all(keys.map((key) => key.verify(data, tampered)));
          expect(answers).toEqual(answers.map(() => toHex(tampered) === toHex(signature)));
        }),
        { numRuns: 60 },
      );
    },
  );
});

describe('who is chosen', () => {
  const withProcess = <T>(process: unknown, action: () => T): T => {
    vi.stubGlobal('process', process);
    try {
      return action();
    } finally {
      vi.unstubAllGlobals();
    }
  };

  test('node:crypto where the runtime hands it out', () => expect(defaultCrypto().name).toBe('native'));

  test.each<[string, unknown]>([
    ['no process', undefined],
    ['a process without getBuiltinModule', { versions: { node: '18.0.0' } }],
    ['no node:crypto', { getBuiltinModule: () => undefined }],
    ['an empty node:crypto', { getBuiltinModule: () => ({}) }],
    ['a node:crypto that only hashes', { getBuiltinModule: () => ({ createHash: () => ({}) }) }],
    [
      'a node:crypto whose verify is no function',
      {
        getBuiltinModule: () => ({ createHash() {}, createPublicKey() {}, verify: true }),
      },
    ],
  ])('plain JavaScript with %s', (_, process) => {
    expect(withProcess(process, nativeCrypto)).toBeUndefined();
    expect(withProcess(process, defaultCrypto)).toBe(portableCrypto);
  });

  test('a node:crypto that has all is asked for by its name', () => {
    const getBuiltinModule = vi.fn(() => ({ createHash() {}, createPublicKey() {}, verify() {} }));
    expect(withProcess({ getBuiltinModule }, nativeCrypto)?.name).toBe('native');
    expect(getBuiltinModule).toHaveBeenCalledWith('node:crypto');
  });
});
