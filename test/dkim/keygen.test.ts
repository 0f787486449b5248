import { createPrivateKey } from 'node:crypto';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { parseDkimKeyRecord } from '../../src/dkim/key-record.ts';
import { type DkimKeyPairOptions, generateDkimKeyPair } from '../../src/dkim/keygen.ts';
import { signMessage } from '../../src/dkim/sign.ts';
import { signerFromPem } from '../../src/dkim/signer.ts';
import { verifyDkimSignatures } from '../../src/dkim/verify.ts';
import { memoryResolver } from '../../src/resolvers/memory.ts';
import { publicKeyText } from '../support/keys.ts';

const place = { domain: 'example.com', selector: 'nov2026' };
const message = 'From: ann@example.com\r\n\r\nHi\r\n';

afterEach(() => vi.unstubAllGlobals());

describe('a key pair', () => {
  test.each<[string, Partial<DkimKeyPairOptions>, string, number]>([
    ['RSA of 2048 bits where nothing is said', {}, 'rsa', 2048],
    ['RSA of 1024 bits', { algorithm: 'rsa', bits: 1024 }, 'rsa', 1024],
    ['RSA by the name of its signatures', { algorithm: 'rsa-sha256', bits: 1536 }, 'rsa', 1536],
    ['Ed25519', { algorithm: 'ed25519' }, 'ed25519', 256],
    ['Ed25519 by the name of its signatures', { algorithm: 'ed25519-sha256', bits: 256 }, 'ed25519', 256],
  ])('%s: the private key signs what the record verifies', async (_, options, type, bits) => {
    const { privateKey, record } = await generateDkimKeyPair({ ...place, ...options });
    const { headers } = await signMessage(message, { ...place, signer: await signerFromPem(privateKey) });
    const resolver = memoryResolver({ [record.name]: { TXT: [record.chunks] } });
    const [result] = await verifyDkimSignatures(headers + message, { resolver });
    expect([result?.result, result?.keyBits, result?.algorithm]).toEqual(['pass', bits, `${type}-sha256`]);
    const key = createPrivateKey(privateKey);
    expect(record.text).toBe(`v=DKIM1; k=${type}; p=${publicKeyText(key)}`);
  });

  test('RSA of 4096 bits, the most that verifiers must accept (RFC 8301 §3.2)', async () => {
    vi.stubGlobal('crypto', {
      subtle: {
        generateKey: async ({ modulusLength }: { modulusLength: number }) => ({
          privateKey: modulusLength,
          publicKey: 1,
        }),
        exportKey: async (_: string, key: number) => new Uint8Array(key === 1 ? 550 : key / 8).buffer,
      },
    });
    const { privateKey, record, diagnostics } = await generateDkimKeyPair({ ...place, bits: 4096 });
    expect(privateKey.split('\n')[1]).toBe('A'.repeat(64));
    expect(record.chunks.map((chunk) => chunk.length)).toEqual([255, 255, 244]);
    expect(diagnostics).toEqual([]);
  });

  test('is PKCS#8 in PEM, lines of 64 characters (RFC 7468)', async () => {
    const { privateKey } = await generateDkimKeyPair(place);
    const lines = privateKey.split('\n');
    expect([lines[0], lines.at(-2), lines.at(-1)]).toEqual([
      '-----BEGIN PRIVATE KEY-----',
      '-----END PRIVATE KEY-----',
      '',
    ]);
    expect(lines.slice(1, -3).every((line) => line.length === 64)).toBe(true);
    expect(createPrivateKey(privateKey).export({ format: 'pem', type: 'pkcs8' })).toBe(privateKey);
  });

  test('comes with a record without findings, in every form', async () => {
    const { record } = await generateDkimKeyPair(place);
    expect([record.name, record.type]).toEqual(['nov2026._domainkey.example.com', 'TXT']);
    expect(parseDkimKeyRecord(record.text).diagnostics).toEqual([]);
    expect(record.chunks.map((chunk) => chunk.length <= 255)).toEqual([true, true]);
    const pasted = parseDkimKeyRecord(record.zoneLine);
    expect(pasted.value?.p).toBe(parseDkimKeyRecord(record.text).value?.p);
    expect(pasted.diagnostics.map(({ code }) => code)).toEqual(['dkim.key-pasted']);
  });

  test('names become A-labels', async () => {
    const { record } = await generateDkimKeyPair({
      algorithm: 'ed25519',
      domain: 'BÜCHER.example',
      selector: '2026.A',
    });
    expect(record.name).toBe('2026.a._domainkey.xn--bcher-kva.example');
  });

  test.each([
    [1024, ['dkim.sign-key-short']],
    [2048, []],
  ])('RSA of %i bits has findings %j (RFC 8301 §3.2)', async (bits, codes) => {
    const { diagnostics } = await generateDkimKeyPair({ ...place, bits });
    expect(diagnostics.map(({ code }) => code)).toEqual(codes);
  });
});

describe('wrong arguments', () => {
  test.each<[string, unknown, string]>([
    ['nothing', undefined, 'the options must be an object, received undefined'],
    ['no domain', { selector: 'a' }, '"domain" must be a string, received undefined'],
    ['no selector', { domain: 'example.com' }, '"selector" must be a string, received undefined'],
    ['a name that is none', { domain: 'example com', selector: 'a' }, '"domain" must be a domain name with a dot'],
    ['an algorithm', { ...place, algorithm: 'dsa' }, '"algorithm" must be "rsa" or "ed25519", received "dsa"'],
    ['too few bits', { ...place, bits: 1023 }, '"bits" must be a multiple of 8 from 1024 to 4096, received 1023'],
    ['too many bits', { ...place, bits: 4104 }, '"bits" must be a multiple of 8 from 1024 to 4096, received 4104'],
    ['odd bits', { ...place, bits: 2047 }, '"bits" must be a multiple of 8'],
    ['bits that are no number', { ...place, bits: '2048' }, '"bits" must be a multiple of 8'],
    ['bits for Ed25519', { ...place, algorithm: 'ed25519', bits: 2048 }, '"bits" is for RSA keys, received 2048'],
  ])('%s', async (_, options, reason) => {
    const result = generateDkimKeyPair(options as DkimKeyPairOptions);
    await expect(result).rejects.toThrow(TypeError);
    await expect(result).rejects.toThrow(`Cannot generate a DKIM key pair: ${reason}`);
  });

  test.each([[undefined], [{}]])('a runtime without WebCrypto', async (crypto) => {
    vi.stubGlobal('crypto', crypto);
    await expect(generateDkimKeyPair(place)).rejects.toThrow('this runtime has no WebCrypto');
  });
});
