import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { buildDkimKeyRecord } from '../../src/dkim/build.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const weak = generateKeyPairSync('rsa', { modulusLength: 1024 });
const ed25519 = generateKeyPairSync('ed25519');
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const spki = rsa.publicKey.export({ type: 'spki', format: 'der' });
const p = spki.toString('base64');
const raw = ed25519.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);

const build = (options: object) => buildDkimKeyRecord({ domain: 'example.com', selector: '20261121', ...options });
const codes = ({ diagnostics }: ReturnType<typeof build>) => diagnostics.map(({ code }) => code);

describe('build (RFC 6376 §3.6.1)', () => {
  test.each([
    ['PEM', rsa.publicKey.export({ type: 'spki', format: 'pem' })],
    ['PKCS#1 in PEM, which becomes SubjectPublicKeyInfo', rsa.publicKey.export({ type: 'pkcs1', format: 'pem' })],
    ['PKCS#1 in DER', new Uint8Array(rsa.publicKey.export({ type: 'pkcs1', format: 'der' }))],
    ['base64', p],
    ['octets', new Uint8Array(spki)],
  ])('an RSA key as %s', (_, publicKey) => {
    const result = build({ publicKey });
    expect(result).toMatchObject({
      ok: true,
      value: { name: '20261121._domainkey.example.com', text: `v=DKIM1; k=rsa; p=${p}` },
    });
    expect(result.value?.chunks.map(({ length }) => length)).toEqual([255, `v=DKIM1; k=rsa; p=${p}`.length - 255]);
    expect(codes(result)).toEqual(['dkim.build-strings']);
  });

  test.each([
    ['PEM', ed25519.publicKey.export({ type: 'spki', format: 'pem' })],
    ['base64 of its 32 octets', raw.toString('base64')],
    ['octets', new Uint8Array(raw)],
  ])('an Ed25519 key as %s', (_, publicKey) => {
    const result = build({ publicKey, k: 'ed25519' });
    expect(result.value?.text).toBe(`v=DKIM1; k=ed25519; p=${raw.toString('base64')}`);
    expect(codes(result)).toEqual(['dkim.build-ed25519']);
  });

  test('every tag', () => {
    const { value } = build({ publicKey: p, h: 'sha256', s: ['email', 'tlsrpt'], t: ['y', 's'], n: 'a; b=ü' });
    expect(value?.text).toBe(`v=DKIM1; k=rsa; h=sha256; s=email:tlsrpt; t=y:s; n=a=3B=20b=3D=C3=BC; p=${p}`);
  });

  test('a revoked key', () => {
    const result = build({ revoked: true });
    expect(result.value?.text).toBe('v=DKIM1; k=rsa; p=');
    expect(codes(result)).toEqual(['dkim.key-revoked']);
  });

  test.each<[string, object, string[]]>([
    ['a revoked key with the key', { publicKey: p, revoked: true }, ['dkim.build-revoked-key', 'dkim.build-strings']],
    ['another type', { publicKey: p, k: 'ed25519' }, ['dkim.build-key-type', 'dkim.build-strings']],
    ['a weak key', { publicKey: weak.publicKey.export({ type: 'spki', format: 'pem' }) }, ['dkim.key-weak']],
    [
      'a key of another service',
      { publicKey: raw.toString('base64'), s: 'tlsrpt' },
      ['dkim.key-service', 'dkim.build-ed25519'],
    ],
    ['test mode', { publicKey: raw.toString('base64'), t: 'y' }, ['dkim.key-testing', 'dkim.build-ed25519']],
  ])('%s', (_, options, expected) => {
    expect(codes(build(options))).toEqual(expected);
  });

  test.each<[string, unknown, string]>([
    ['an EC key', ec.publicKey.export({ type: 'spki', format: 'pem' }), 'it is neither RSA nor Ed25519'],
    [
      'a certificate',
      '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
      'it is a PEM block "CERTIFICATE"',
    ],
    ['half a key', p.slice(0, 200), 'it is cut off'],
    ['more than a key', new Uint8Array([...spki, 0]), 'it is followed by something else'],
    ['anything', 'hello!', 'it is not base64'],
    ['nothing', '', 'it is not base64'],
    ['other octets', new Uint8Array(5), 'it is no public key in DER'],
  ])('%s is of no use', (_, publicKey, fault) => {
    const result = build({ publicKey });
    expect(result).not.toHaveProperty('value');
    expect(result.diagnostics).toMatchObject([{ code: 'dkim.build-key', params: { fault } }]);
  });

  test.each([
    rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }),
    rsa.privateKey.export({ type: 'pkcs1', format: 'der' }).toString('base64'),
    new Uint8Array(ed25519.privateKey.export({ type: 'pkcs8', format: 'der' })),
  ])('a private key is refused, and not quoted', (publicKey) => {
    const result = build({ publicKey });
    expect(result).not.toHaveProperty('value');
    expect(result.diagnostics).toMatchObject([{ code: 'dkim.build-private-key', params: {} }]);
  });

  test.each([
    [{}, '"publicKey" must be a string or a Uint8Array, received undefined'],
    [{ publicKey: 5 }, '"publicKey" must be a string or a Uint8Array, received 5'],
    [{ publicKey: p, selector: 'a b' }, '"selector" must be labels of a domain name'],
    [{ publicKey: p, selector: 'a._domainkey' }, 'must be without "_domainkey", received "a._domainkey._domainkey.'],
    [{ publicKey: p, domain: 'a._domainkey.example.com' }, '"selector" and "domain" must be without "_domainkey"'],
    [{ publicKey: p, k: 'dsa' }, '"k" must be one of'],
    [{ publicKey: p, h: 'sha1' }, '"h" must be one of "sha256", received "sha1"'],
    [{ publicKey: p, s: 'a;b' }, '"s" must be "*" or words of letters, received "a;b"'],
    [{ publicKey: p, t: 'x' }, '"t" must be one of'],
  ])('%j', (options, message) => {
    expect(() => build(options)).toThrow(message);
  });
});
