import { publicKeyOf } from '../crypto/der.ts';
import type { KeyCache } from '../crypto/key-cache.ts';
import type { CryptoProvider, ImportedKey } from '../crypto/provider.ts';
import { decodeBase64 } from '../text/base64.ts';
import { type BodyDigest, sha256 } from './body-digest.ts';
import type { UsableKey } from './key-choice.ts';
import type { DkimResult } from './result.ts';
import type { DkimSignature } from './signature.ts';

/** A signature whose text has no fault: everything that verification needs is there. */
export interface CompleteSignature extends DkimSignature {
  a: 'rsa-sha256' | 'ed25519-sha256';
  b: string;
  bh: string;
  h: string[];
  domain: string;
  selector: string;
}

/** What of a result comes from computing, and the key that it was computed with. */
export interface Check extends Pick<DkimResult, 'bodyHash' | 'signature' | 'unsignedBodyBytes'> {
  key: UsableKey;
}

/** Who computes. */
export interface CheckTools {
  crypto: CryptoProvider;
  keyCache: KeyCache;
}

/** Compares both hashes, each whatever the other says (RFC 6376 §6.1.3 steps 3 and 4). */
export async function checkSignature(
  signature: CompleteSignature,
  keys: readonly [UsableKey, ...UsableKey[]],
  data: Uint8Array,
  body: BodyDigest,
  tools: CheckTools,
): Promise<Check> {
  const { key, matches } = await tryKeys(keys, signature, data, tools);
  return {
    key,
    bodyHash: compare(body.sha256, decodeBase64(signature.bh)),
    signature: matches === undefined ? 'not-checked' : matches ? 'match' : 'mismatch',
    unsignedBodyBytes: Math.max(0, body.octets - (signature.l ?? body.octets)),
  };
}

/** The first key that the signature verifies with; else the first one, and what it said. */
async function tryKeys(
  keys: readonly [UsableKey, ...UsableKey[]],
  { a, b }: CompleteSignature,
  data: Uint8Array,
  { crypto, keyCache }: CheckTools,
): Promise<{ key: UsableKey; matches: boolean | undefined }> {
  let matches: boolean | undefined;
  // RFC 8463 §3: what Ed25519 signs is the hash.
  const signed = a === 'rsa-sha256' ? data : await sha256(crypto, data);
  const value = decodeBase64(b);
  if (signed === undefined || value === undefined) return { key: keys[0], matches };
  for (const key of keys) {
    try {
      const imported = importKey(key, crypto, keyCache);
      // Waiting for what is there already costs as much as reading the key.
      const ready = isReady(imported) ? imported : await imported;
      const verified = ready.verify(signed, value);
      const verdict = typeof verified === 'boolean' ? verified : await verified;
      if (verdict === true) return { key, matches: true };
      // Anything but a boolean is a provider that cannot do it.
      if (verdict === false) matches = false;
    } catch {
      // The boundary to a foreign crypto provider: whatever it throws means that it cannot do what was asked.
    }
  }
  return { key: keys[0], matches };
}

function importKey(
  { text, key }: UsableKey,
  crypto: CryptoProvider,
  cache: KeyCache,
): ImportedKey | Promise<ImportedKey> {
  const place = `${crypto.name} ${text}`;
  const cached = cache.get(place);
  if (cached !== undefined) return cached;
  const imported = crypto.importKey(publicKeyOf(key));
  if (!isReady(imported)) return keep(imported, place, cache);
  cache.set(place, imported);
  return imported;
}

function isReady(key: ImportedKey | Promise<ImportedKey>): key is ImportedKey {
  return 'verify' in key;
}

async function keep(imported: Promise<ImportedKey>, place: string, cache: KeyCache): Promise<ImportedKey> {
  const key = await imported;
  cache.set(place, key);
  return key;
}

function compare(computed: Uint8Array | undefined, signed: Uint8Array | undefined): DkimResult['bodyHash'] {
  if (computed === undefined) return 'not-checked';
  return signed?.length === computed.length && computed.every((octet, i) => octet === signed[i]) ? 'match' : 'mismatch';
}
