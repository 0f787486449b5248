import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, verify } from 'node:crypto';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { formatPem, readPrivateKeyPem } from '../../src/crypto/pem.ts';
import { encodePkcs8, readPrivateKey } from '../../src/crypto/private-key.ts';
import { importPrivateKey } from '../../src/crypto/private-signer.ts';
import { signerFromPem } from '../../src/dkim/signer.ts';
import { latin1 } from '../../src/text/bytes.ts';
import { ed25519, rsa1024, rsaKey } from '../support/keys.ts';

const pem = (key: KeyObject, type: 'pkcs1' | 'pkcs8' = 'pkcs8') => key.export({ format: 'pem', type }) as string;
const der = (key: KeyObject, type: 'pkcs1' | 'pkcs8' = 'pkcs8') =>
  new Uint8Array(key.export({ format: 'der', type }) as Buffer);
const wrapped = (bytes: ArrayLike<number>, label = 'PRIVATE KEY') =>
  formatPem(label, Buffer.from(Uint8Array.from(bytes)).toString('base64'));
const data = new TextEncoder().encode('from:ann@example.com');
const refusal = (text: string) =>
  signerFromPem(text).then(
    () => 'accepted',
    (error: unknown) => (error instanceof TypeError ? error.message : `no TypeError: ${error}`),
  );

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe('a private key in PEM', () => {
  const rsa = rsaKey(2048);
  const crlf = pem(rsa).replaceAll('\n', '\r\n');
  test.each<[string, string, KeyObject]>([
    ['RSA in PKCS#8 (RFC 5958 §2)', pem(rsa), rsa],
    ['RSA in PKCS#1 (RFC 8017 §A.1.2)', pem(rsa, 'pkcs1'), rsa],
    ['RSA of 1024 bits, the least that RFC 8301 §3.2 allows', pem(rsa1024), rsa1024],
    ['Ed25519 in PKCS#8 (RFC 8410 §7)', pem(ed25519), ed25519],
    ['lines that end in CRLF', crlf, rsa],
    ['one line, with spaces for the line breaks', pem(rsa).replaceAll('\n', ' '), rsa],
    ['text around it (RFC 7468 §5.2)', `Bag Attributes\n  friendlyName: mail\n${pem(rsa)}\nend of file\n`, rsa],
    ['PKCS#1 under the label of PKCS#8', wrapped(der(rsa, 'pkcs1')), rsa],
    ['PKCS#8 under the label of PKCS#1', wrapped(der(rsa), 'RSA PRIVATE KEY'), rsa],
  ])('%s signs', async (_, text, key) => {
    const signer = await signerFromPem(text);
    const isRsa = key.asymmetricKeyType === 'rsa';
    expect(signer.algorithm).toBe(isRsa ? 'rsa-sha256' : 'ed25519-sha256');
    const signature = await signer.sign(data);
    expect(Object.getPrototypeOf(signature)).toBe(Uint8Array.prototype);
    expect(verify(isRsa ? 'sha256' : null, data, createPublicKey(key), signature)).toBe(true);
  });

  test('an Ed25519 key with its public key behind it (RFC 5958 §2, version 1)', async () => {
    const plain = der(ed25519);
    const publicKey = createPublicKey(ed25519).export({ format: 'der', type: 'spki' }).subarray(-32);
    const bytes = [0x30, plain.length - 2 + 35, 2, 1, 1, ...plain.subarray(5), 0x81, 0x21, 0, ...publicKey];
    const signer = await signerFromPem(wrapped(bytes));
    expect(verify(null, data, createPublicKey(ed25519), await signer.sign(data))).toBe(true);
  });

  test('every form of a key is the same PKCS#8 for WebCrypto', () => {
    for (const key of [rsa, rsa1024, ed25519]) {
      const read = readPrivateKeyPem(pem(key));
      if (typeof read === 'string') throw new Error(read);
      expect(Buffer.from(encodePkcs8(read)).toString('hex')).toBe(Buffer.from(der(key)).toString('hex'));
    }
  });
});

describe('what is no private key for DKIM is refused with the reason', () => {
  const rsa = rsaKey(2048);
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const whole = pem(rsa);
  const encrypted = (type: 'pkcs1' | 'pkcs8') =>
    rsa.export({ format: 'pem', type, cipher: 'aes-128-cbc', passphrase: 'secret' }) as string;
  const spki = createPublicKey(rsa).export({ format: 'pem', type: 'spki' }) as string;
  const pkcs1Public = createPublicKey(rsa).export({ format: 'pem', type: 'pkcs1' }) as string;
  const pkcs1 = der(rsa, 'pkcs1');
  const changed = (bytes: Uint8Array, at: number, value: number) => bytes.map((octet, i) => (i === at ? value : octet));

  test.each<[string, string, string]>([
    ['nothing', '', 'has no "-----BEGIN PRIVATE KEY-----" line'],
    ['base64 alone', Buffer.from(der(rsa)).toString('base64'), 'has no "-----BEGIN PRIVATE KEY-----" line'],
    ['a public key', spki, 'is a public key'],
    ['a public key in PKCS#1', pkcs1Public, 'is a public key'],
    ['a public key under the wrong label', spki.replaceAll('PUBLIC', 'PRIVATE'), 'is a public key'],
    ['a certificate', wrapped([0x30, 0], 'CERTIFICATE'), 'is a certificate'],
    ['a request', wrapped([0x30, 0], 'CERTIFICATE REQUEST'), 'is a PEM block "CERTIFICATE REQUEST"'],
    ['an encrypted key', encrypted('pkcs8'), 'is encrypted'],
    ['an encrypted key in PKCS#1 (RFC 1421 §4.6)', encrypted('pkcs1'), 'is encrypted'],
    ['an encrypted key under another label', encrypted('pkcs8').replaceAll('ENCRYPTED ', ''), 'is encrypted'],
    ['an EC key', pem(ec), 'is an EC key: DKIM has only RSA and Ed25519'],
    ['an EC key in SEC 1', ec.export({ format: 'pem', type: 'sec1' }) as string, 'is an EC key'],
    [
      'an EC key under another label',
      (ec.export({ format: 'pem', type: 'sec1' }) as string).replaceAll('EC ', ''),
      'is an EC key',
    ],
    ['an Ed448 key', pem(generateKeyPairSync('ed448').privateKey), 'is an Ed448 key'],
    ['an X25519 key', pem(generateKeyPairSync('x25519').privateKey), 'is an X25519 key'],
    [
      'an RSA-PSS key',
      pem(generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey),
      'is an RSA-PSS key: DKIM has only RSA and Ed25519',
    ],
    [
      'an algorithm that nobody knows',
      wrapped([0x30, 0x0c, 2, 1, 0, 0x30, 5, 6, 3, 0x2a, 3, 4, 4, 0]),
      'is a 1.2.3.4 key',
    ],
    ['a key of OpenSSH', wrapped([1], 'OPENSSH PRIVATE KEY'), 'is in the format of OpenSSH'],
    ['two keys', whole + pem(ed25519), 'holds 2 PEM blocks (PRIVATE KEY, PRIVATE KEY)'],
    ['a key and its certificate', `${whole}${wrapped([1], 'CERTIFICATE')}`, 'holds 2 PEM blocks'],
    ['no END line', whole.slice(0, whole.indexOf('-----END')), 'is cut off: it has no END line'],
    ['another END line', whole.replace('END PRIVATE', 'END RSA PRIVATE'), 'has an END line that does not say'],
    ['a damaged BEGIN line', whole.replace('KEY-----', 'KEY---'), 'has a BEGIN line that is not whole'],
    ['line breaks as two characters', whole.replaceAll('\n', '\\n'), 'has the two characters "\\n"'],
    ['other characters', whole.replace('MII', 'M*I'), 'is not base64'],
    ['a lost line', whole.replace(/\n.{64}\n/, '\n'), 'is damaged'],
    ['a lost last line', whole.replace(/\n[^\n]+\n-----END/, '\n-----END'), 'is cut off: '],
    ['octets behind its end', wrapped([...der(rsa), 0, 0, 0]), 'has 3 octets behind its end'],
    ['no SEQUENCE', wrapped([4, 0]), 'is damaged'],
    ['an empty SEQUENCE', wrapped([0x30, 0]), 'is damaged'],
    ['only a version', wrapped([0x30, 3, 2, 1, 0]), 'is damaged'],
    ['a version of PKCS#8 that there is not', wrapped(changed(der(rsa), 6, 2)), 'is damaged'],
    ['more than two primes (RFC 8017 §A.1.2, version 1)', wrapped(changed(pkcs1, 6, 1)), 'is damaged'],
    ['a number missing', wrapped([0x30, 0x82, 1, 9, ...pkcs1.subarray(4, 4 + 265)]), 'is damaged'],
    ['a number that is none', wrapped(changed(pkcs1, 7, 4)), 'is an EC key'],
    ['something of another kind', wrapped([0x30, 5, 2, 1, 0, 1, 0]), 'is damaged'],
    ['neither version nor key', wrapped([0x30, 4, 0x30, 0, 0x30, 0]), 'is not a private key'],
    ['no algorithm', wrapped([0x30, 9, 2, 1, 0, 0x30, 2, 4, 0, 4, 0]), 'is damaged'],
    ['no key', wrapped([0x30, 12, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 5, 0]), 'is damaged'],
    [
      'a seed of 31 octets',
      wrapped([0x30, 45, ...der(ed25519).subarray(2, 13), 33, 4, 31, ...new Array(31).fill(7)]),
      'is damaged',
    ],
    ['RSA that holds no RSA', wrapped([0x30, 22, ...der(rsa).subarray(4, 22), 4, 2, 5, 0].slice(0, 24)), 'is damaged'],
  ])('%s', async (_, text, reason) => {
    const message = await refusal(text);
    expect(message).toMatch(/^Cannot import the private key: "pem" (is|has|holds) /);
    expect(message).toContain(reason);
    // A key must never reach a log by way of a message.
    expect(message).not.toMatch(/[A-Za-z0-9+/]{30}/);
  });

  test('RSA below 1024 bits (RFC 8301 §3.2)', async () => {
    expect(await refusal(pem(rsaKey(512)))).toContain('is an RSA key of 512 bits');
    expect(await refusal(pem(rsaKey(1016)))).toContain('at least 1024');
  });

  test('RSA with an exponent that verifiers refuse', async () => {
    const bytes = der(rsa1024, 'pkcs1');
    const at = bytes.findIndex(
      (octet, i) => octet === 1 && bytes[i + 1] === 0 && bytes[i + 2] === 1 && bytes[i - 1] === 3,
    );
    expect(await refusal(wrapped(changed(bytes, at + 2, 2)))).toContain('is an RSA key that nobody accepts: exponent');
  });

  test.each<[unknown, string]>([
    [undefined, 'received undefined'],
    [Buffer.from('x'), 'received an object'],
    [null, 'received null'],
  ])('%s is no text', async (value, received) => {
    await expect(signerFromPem(value as string)).rejects.toThrow(
      new TypeError(`Cannot import the private key: "pem" must be a string, ${received}`),
    );
  });

  test('octets that are cut anywhere never throw', () => {
    for (const bytes of [der(rsa1024), der(rsa1024, 'pkcs1'), der(ed25519)]) {
      for (let i = 0; i < bytes.length; i += 3) expect(readPrivateKey(latin1(bytes.slice(0, i)))).toBeTypeOf('string');
    }
  });
});

describe('who signs', () => {
  const read = (key: KeyObject) => {
    const result = readPrivateKey(latin1(der(key)));
    if (typeof result === 'string') throw new Error(result);
    return result;
  };

  test.each([
    ['rsa', rsa1024, 'sha256'],
    ['ed25519', ed25519, null],
  ] as const)('WebCrypto where node:crypto is not to be had: %s', async (_, key, hash) => {
    vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined);
    const sign = await importPrivateKey(read(key));
    const signature = await sign!(data);
    expect(verify(hash, data, createPublicKey(createPrivateKey(pem(key))), signature)).toBe(true);
  });

  test('a node:crypto without private keys is passed over', async () => {
    vi.spyOn(process, 'getBuiltinModule').mockReturnValue({ createPrivateKey() {} } as never);
    const sign = await importPrivateKey(read(ed25519));
    expect(await sign!(data)).toHaveLength(64);
  });

  test.each([[{}], [undefined]])('with neither, a TypeError says so', async (crypto) => {
    vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined);
    vi.stubGlobal('crypto', crypto);
    expect(await refusal(pem(ed25519))).toBe(
      'Cannot import the private key: this runtime has neither node:crypto nor WebCrypto',
    );
  });
});
