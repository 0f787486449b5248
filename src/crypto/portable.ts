import { requireUsableKey } from './key-fault.ts';
import type { CryptoProvider, Hash, ImportedKey, PublicKey } from './provider.ts';
import { rsaVerifier } from './rsa.ts';

/**
 * Hashes and verifies in plain JavaScript, for runtimes without `nativeCrypto()`: SHA-256 and Ed25519 of noble, RSA in
 * BigInt. The code of noble is loaded when the first hash is made, the first such key imported.
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
  createHash: () => hashLater(),
  importKey: (key) => {
    requireUsableKey(key);
    return key.type === 'rsa' ? importRsa(key) : importEd25519(key);
  },
};

/** Makes hashes as `portableCrypto` does, with the code loaded: they take what they are given at once. */
export async function loadHash(): Promise<() => Hash> {
  const { sha256 } = await import('./sha256.ts');
  return () => {
    const hash = sha256.create();
    return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest() };
  };
}

function hashLater(): Hash {
  const waiting: Uint8Array[] = [];
  let hash: Hash | undefined;
  const loaded = loadHash().then((createHash) => {
    hash = createHash();
    for (const bytes of waiting.splice(0)) hash.update(bytes);
    return hash;
  });
  return {
    // A copy: the caller may write over the bytes before the code is there.
    update: (bytes) => (hash === undefined ? void waiting.push(bytes.slice()) : hash.update(bytes)),
    digest: async () => (await loaded).digest(),
  };
}

async function importRsa({ n, e }: PublicKey & { type: 'rsa' }): Promise<ImportedKey> {
  const verify = rsaVerifier(n, e);
  const { sha256 } = await import('./sha256.ts');
  return { verify: (data, signature) => verify(sha256(data), signature) };
}

async function importEd25519({ key }: PublicKey & { type: 'ed25519' }): Promise<ImportedKey> {
  const { ed25519Verifier } = await import('./ed25519.ts');
  return { verify: ed25519Verifier(key) };
}
