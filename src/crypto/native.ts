import { encodeBase64 } from '../text/base64.ts';
import { latin1Bytes } from '../text/bytes.ts';
import { encodePkcs1 } from './der.ts';
import { requireUsableKey } from './key-fault.ts';
import { portableCrypto } from './portable.ts';
import type { CryptoProvider, ImportedKey, PublicKey } from './provider.ts';

/** What is used of node:crypto; `KeyObject` is passed through unseen. */
interface NodeCrypto {
  createHash(algorithm: string): { update(bytes: Uint8Array): unknown; digest(encoding: 'latin1'): string };
  createPublicKey(key: object): unknown;
  verify(algorithm: string | null, data: Uint8Array, key: unknown, signature: Uint8Array): boolean;
}

// 4096 bits are what every engine's node:crypto takes; Deno's refuses more, and a verdict must not depend on that.
const MOST_RSA_OCTETS = 512;

interface NodeProcess {
  getBuiltinModule?(name: string): Partial<NodeCrypto> | undefined;
}

/**
 * Hashes and verifies with the engine's own node:crypto, which Node, Deno, Bun and Workers with `nodejs_compat` hand out
 * without an import; `undefined` where there is none. Its keys throw a `TypeError` as those of `portableCrypto` do.
 *
 * @returns a provider, or `undefined`
 * @see RFC 8017 §8.2.2, RFC 8032 §5.1.7
 * @example
 * const crypto = nativeCrypto() ?? portableCrypto;
 */
export function nativeCrypto(): CryptoProvider | undefined {
  const { process } = globalThis as { process?: NodeProcess };
  const node = process?.getBuiltinModule?.('node:crypto');
  return isWhole(node) ? providerOf(node) : undefined;
}

// Some Workers know the module and lack what is needed of it.
function isWhole(node: Partial<NodeCrypto> | undefined): node is NodeCrypto {
  return [node?.createHash, node?.createPublicKey, node?.verify].every((member) => typeof member === 'function');
}

function providerOf(node: NodeCrypto): CryptoProvider {
  return {
    name: 'native',
    createHash: (algorithm) => {
      const hash = node.createHash(algorithm);
      // As text, and then a plain array: to make a Buffer takes longer, and its slice() shares memory.
      return { update: (bytes) => void hash.update(bytes), digest: () => latin1Bytes(hash.digest('latin1')) };
    },
    importKey: (key) => {
      requireUsableKey(key);
      if (key.type === 'ed25519') return importEd25519(node, key);
      return key.n.length > MOST_RSA_OCTETS ? portableCrypto.importKey(key) : importRsa(node, key);
    },
  };
}

function importRsa(node: NodeCrypto, { n, e }: PublicKey & { type: 'rsa' }): ImportedKey {
  const key = node.createPublicKey({ key: encodePkcs1(n, e), format: 'der', type: 'pkcs1' });
  // RFC 8017 §8.2.2 step 1; engines differ in whether a wrong length is `false` or an error.
  return {
    verify: (data, signature) => signature.length === n.length && node.verify('sha256', data, key, signature),
  };
}

function importEd25519(node: NodeCrypto, { key: octets }: PublicKey & { type: 'ed25519' }): ImportedKey {
  // RFC 8037 §2: x in base64url without padding.
  const x = encodeBase64(octets).replace(/[+/=]/g, (c) => (c === '+' ? '-' : c === '/' ? '_' : ''));
  const key = node.createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  return { verify: (data, signature) => signature.length === 64 && node.verify(null, data, key, signature) };
}
