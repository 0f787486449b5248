import type { CryptoProvider } from '../crypto/provider.ts';
import { show } from '../environment.ts';
import type { HeaderBlock } from '../message/message.ts';
import { isBytes } from '../message/source.ts';
import { encodeBase64 } from '../text/base64.ts';
import { utf8Bytes } from '../text/bytes.ts';
import { asciiLower } from '../text/characters.ts';
import { sha256 } from './body-digest.ts';
import type { Canonicalization } from './canonicalize.ts';
import { foldBase64, foldTags } from './fold.ts';
import { signedData } from './signed-data.ts';
import type { Signer } from './signer.ts';

/** Makes the field of a signature: its tags, and last of all b= with what the signer says to them and the selected fields. */
export async function signField(
  action: string,
  name: string,
  tags: readonly (readonly string[])[],
  block: { header: HeaderBlock; selected: readonly number[]; canonicalization: Canonicalization },
  signer: Signer,
  crypto: CryptoProvider,
): Promise<{ field: string; signature: Uint8Array }> {
  const { header, selected, canonicalization } = block;
  const unsigned = `${foldTags(name, tags)}\r\n b=`;
  // The field stands behind the others only for this; h= does not mean it wherever it stands (RFC 6376 §3.7).
  const start = header.bytes.length;
  const octets = utf8Bytes(unsigned);
  const bytes = new Uint8Array(start + octets.length);
  bytes.set(header.bytes);
  bytes.set(octets, start);
  const end = bytes.length;
  const own = { name: asciiLower(name), start, colon: start + name.length, end };
  const data = signedData({ ...header, bytes }, selected, own, { start: end, end }, canonicalization);
  const signature = await signData(action, data, signer, crypto);
  return { field: unsigned + foldBase64(encodeBase64(signature), ' b='.length), signature };
}

/** What the signer says to some data; a `TypeError` where it can be no signature of its algorithm. */
export async function signData(
  action: string,
  data: Uint8Array,
  signer: Signer,
  crypto: CryptoProvider,
): Promise<Uint8Array> {
  // RFC 8463 §3: what Ed25519 signs is the hash.
  const octets = signer.algorithm === 'rsa-sha256' ? data : await sha256(crypto, data);
  if (octets === undefined) {
    throw new TypeError(`Cannot ${action}: the crypto provider "${crypto.name}" made no SHA-256 hash`);
  }
  const signature: unknown = await signer.sign(octets);
  requireSignature(action, signer, signature);
  return signature;
}

function requireSignature(action: string, { algorithm }: Signer, signature: unknown): asserts signature is Uint8Array {
  if (!isBytes(signature)) {
    throw new TypeError(`Cannot ${action}: "signer.sign" must return a Uint8Array, received ${show(signature)}`);
  }
  const { length } = signature;
  if (algorithm === 'ed25519-sha256' && length !== 64) {
    throw new TypeError(`Cannot ${action}: an Ed25519 signature has 64 octets, received ${length}`);
  }
  // RFC 8017 §8.2.1: as long as the modulus. RFC 8301 §3.2: signers must use keys of at least 1024 bits.
  if (algorithm === 'rsa-sha256' && length < 128) {
    throw new TypeError(`Cannot ${action}: an RSA signature has at least 128 octets (RFC 8301), received ${length}`);
  }
}
