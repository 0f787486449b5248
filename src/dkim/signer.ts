import { readPrivateKeyPem } from '../crypto/pem.ts';
import { importPrivateKey } from '../crypto/private-signer.ts';
import { requireString } from '../environment.ts';

/**
 * Who holds the private key: `signerFromPem(pem)`, or a key service, a security module, a WebCrypto key that nobody can
 * export. Only the octets to sign are handed to it, and only its signature comes back (RFC 6376 §3.3, RFC 8463 §3).
 *
 * @example
 * const { privateKey } = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']);
 * const signer = {
 *   algorithm: 'ed25519-sha256',
 *   sign: async (data) => new Uint8Array(await crypto.subtle.sign('Ed25519', privateKey, data)),
 * };
 * const message = 'From: ann@example.com\r\n\r\nHi\r\n';
 * const { fields } = await signMessage(message, { domain: 'example.com', selector: 'hsm', signer });
 * fields[0].startsWith('DKIM-Signature: v=1; a=ed25519-sha256;'); // => true
 */
export interface Signer {
  algorithm: 'rsa-sha256' | 'ed25519-sha256';
  /**
   * For `rsa-sha256`: RSASSA-PKCS1-v1_5 with SHA-256 over `data`, which is not hashed yet; a service that signs digests
   * is given its SHA-256. For `ed25519-sha256`: PureEdDSA over `data` itself, which is the SHA-256 hash (32 octets).
   */
  sign(data: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

/**
 * Makes a signer of a private key in PEM: PKCS#8 or PKCS#1 for RSA, PKCS#8 for Ed25519. It signs by node:crypto where the
 * runtime hands that out, else by WebCrypto; keep it, since importing a key takes as long as some signatures.
 *
 * @param pem - one private key, not encrypted; text before and behind it is ignored
 * @throws TypeError when it is something else: what it is instead, or what is wrong with it; RSA keys have at least 1024 bits
 * @see RFC 8017 §A.1.2, RFC 5958 §2, RFC 8410 §7, RFC 8301 §3.2
 * @example
 * const { privateKey } = await generateDkimKeyPair({ algorithm: 'ed25519', domain: 'example.com', selector: 'a' });
 * const { algorithm } = await signerFromPem(privateKey);
 * algorithm; // => 'ed25519-sha256'
 */
export async function signerFromPem(pem: string): Promise<Signer> {
  const action = 'import the private key';
  requireString(action, 'pem', pem);
  const key = readPrivateKeyPem(pem);
  if (typeof key === 'string') throw new TypeError(`Cannot ${action}: "pem" ${key}`);
  const sign = await importPrivateKey(key);
  if (sign === undefined) throw new TypeError(`Cannot ${action}: this runtime has neither node:crypto nor WebCrypto`);
  return { algorithm: key.type === 'rsa' ? 'rsa-sha256' : 'ed25519-sha256', sign };
}
