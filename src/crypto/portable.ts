import { sha256 } from '@noble/hashes/sha2.js';
import { requireUsableKey } from './key-fault.ts';
import type { CryptoProvider, ImportedKey, PublicKey } from './provider.ts';
import { rsaVerifier } from './rsa.ts';

/**
 * Hashes and verifies in plain JavaScript, for runtimes without `nativeCrypto()`: SHA-256 and Ed25519 of noble, RSA in
 * BigInt. The code for Ed25519 is loaded when the first such key is imported.
 *
 * @throws TypeError - from `importKey`, for a key that no provider may be asked about
 * @see RFC 8017 §8.2.2, RFC 8032 §5.1.7
 * @example
 * const env = { resolver: memoryResolver({}), crypto: portableCrypto };
 * const { result } = await verifyDkimSignature('From: ann@example.com\r\n\r\n', env);
 * result; // => 'none'
 */
export const portableCrypto: CryptoProvider = {
  name: 'portable',
  createHash: () => {
    const hash = sha256.create();
    return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest() };
  },
  importKey: (key) => {
    requireUsableKey(key);
    return key.type === 'rsa' ? importRsa(key) : importEd25519(key);
  },
};

function importRsa({ n, e }: PublicKey & { type: 'rsa' }): ImportedKey {
  const verify = rsaVerifier(n, e);
  return { verify: (data, signature) => verify(sha256(data), signature) };
}

async function importEd25519({ key }: PublicKey & { type: 'ed25519' }): Promise<ImportedKey> {
  const { ed25519Verifier } = await import('./ed25519.ts');
  return { verify: ed25519Verifier(key) };
}
