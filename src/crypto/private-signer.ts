import { encodePkcs8, type PrivateKey } from './private-key.ts';

/** Signs octets as they are: RSA hashes them with SHA-256 itself (RFC 8017 §8.2.1), Ed25519 takes what it is given (RFC 8032 §5.1.6). */
export type SignOctets = (data: Uint8Array) => Uint8Array | Promise<Uint8Array>;

/** What is used of node:crypto; `KeyObject` is passed through unseen. */
interface NodeCrypto {
  createPrivateKey(key: object): unknown;
  sign(algorithm: string | null, data: Uint8Array, key: unknown): Uint8Array;
}

interface NodeProcess {
  getBuiltinModule?(name: string): Partial<NodeCrypto> | undefined;
}

/** Makes a key ready to sign: by node:crypto where the runtime hands it out, else by WebCrypto; `undefined` where there is neither. */
export async function importPrivateKey(key: PrivateKey): Promise<SignOctets | undefined> {
  const { process, crypto } = globalThis as { process?: NodeProcess; crypto?: Partial<Crypto> };
  const node = process?.getBuiltinModule?.('node:crypto');
  if (isWhole(node)) return importNative(node, key);
  return crypto?.subtle && importWebCrypto(crypto.subtle, key);
}

// Some Workers know the module and lack what is needed of it.
function isWhole(node: Partial<NodeCrypto> | undefined): node is NodeCrypto {
  return typeof node?.createPrivateKey === 'function' && typeof node.sign === 'function';
}

function importNative(node: NodeCrypto, key: PrivateKey): SignOctets {
  const rsa = key.type === 'rsa';
  const der = rsa ? key.pkcs1 : encodePkcs8(key);
  const object = node.createPrivateKey({ key: der, format: 'der', type: rsa ? 'pkcs1' : 'pkcs8' });
  const hash = rsa ? 'sha256' : null;
  // A plain array: what node:crypto returns is a Buffer.
  return (data) => new Uint8Array(node.sign(hash, data, object));
}

async function importWebCrypto(subtle: SubtleCrypto, key: PrivateKey): Promise<SignOctets> {
  const name = key.type === 'rsa' ? 'RSASSA-PKCS1-v1_5' : 'Ed25519';
  const object = await subtle.importKey('pkcs8', encodePkcs8(key), { name, hash: 'SHA-256' }, false, ['sign']);
  return async (data) => new Uint8Array(await subtle.sign(name, object, new Uint8Array(data)));
}
