import { Buffer } from 'node:buffer';
import { createHash, webcrypto } from 'node:crypto';
import { nativeCrypto } from '../../src/crypto/native.ts';
import { portableCrypto } from '../../src/crypto/portable.ts';
import type { CryptoProvider, PublicKey } from '../../src/crypto/provider.ts';

export function fromHex(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(text.replace(/[^0-9a-f]/g, ''), 'hex'));
}

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

/** What a caller on a runtime without node:crypto might write. */
export const webCrypto: CryptoProvider = {
  name: 'webcrypto',
  createHash: () => {
    const hash = createHash('sha256');
    return { update: (bytes) => void hash.update(bytes), digest: async () => new Uint8Array(hash.digest()) };
  },
  async importKey(key: PublicKey) {
    const algorithm = key.type === 'rsa' ? { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } : { name: 'Ed25519' };
    const jwk =
      key.type === 'rsa'
        ? { kty: 'RSA', n: base64url(key.n), e: base64url(key.e) }
        : { kty: 'OKP', crv: 'Ed25519', x: base64url(key.key) };
    const imported = await webcrypto.subtle.importKey('jwk', jwk, algorithm, false, ['verify']);
    return { verify: (data, signature) => webcrypto.subtle.verify(algorithm.name, imported, signature, data) };
  },
};

const native = nativeCrypto();
if (native === undefined) throw new Error('these tests need a runtime with node:crypto');

/** Ours, under one contract. */
export const providers: readonly CryptoProvider[] = [native, portableCrypto];
