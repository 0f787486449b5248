import { formatPem } from '../crypto/pem.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { type Publishable, publishTxt } from '../dns/publishable.ts';
import { show } from '../environment.ts';
import { encodeBase64 } from '../text/base64.ts';
import { requireKeyPlace } from './key-place.ts';
import { keySizeFindings } from './signing-findings.ts';

/** What kind of key to make, and where its record will stand. */
export interface DkimKeyPairOptions {
  /** The type of the key, or the algorithm of its signatures; `rsa` where nothing is said. */
  algorithm?: 'rsa' | 'rsa-sha256' | 'ed25519' | 'ed25519-sha256';
  /** Of the RSA modulus: 1024 to 4096, a multiple of 8; 2048 where nothing is said. Ed25519 has no choice. */
  bits?: number;
  domain: string;
  selector: string;
}

/** A private key, and the record that lets others verify what it signs. */
export interface DkimKeyPair {
  /** PKCS#8 in PEM, not encrypted: for `signerFromPem`, and for nobody else's eyes. */
  privateKey: string;
  /** The key record, at `selector._domainkey.domain`. */
  record: Publishable;
  diagnostics: Diagnostic[];
}

const MIN_BITS = 1024;
const MAX_BITS = 4096;

/**
 * Makes a key pair by WebCrypto: the private key for `signerFromPem`, and the record to publish before the first message is signed.
 *
 * @throws TypeError when an argument is wrong, or the runtime has no WebCrypto
 * @see RFC 6376 §3.6.1, RFC 8301 §3.2, RFC 8463 §4.2
 * @example
 * const { record } = await generateDkimKeyPair({ algorithm: 'ed25519', domain: 'example.com', selector: 'nov2026' });
 * record.name; // => 'nov2026._domainkey.example.com'
 * record.text.startsWith('v=DKIM1; k=ed25519; p='); // => true
 */
export async function generateDkimKeyPair(options: DkimKeyPairOptions): Promise<DkimKeyPair> {
  const action = 'generate a DKIM key pair';
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`Cannot ${action}: the options must be an object, received ${show(options)}`);
  }
  const { name } = requireKeyPlace(action, options.domain, options.selector);
  const type = readType(action, options.algorithm);
  const bits = readBits(action, type, options.bits);
  // Absent in browsers where the page did not come over HTTPS.
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
  if (subtle === undefined) throw new TypeError(`Cannot ${action}: this runtime has no WebCrypto`);
  const pair = (await subtle.generateKey(parameters(type, bits), true, ['sign', 'verify'])) as CryptoKeyPair;
  const privateKey = new Uint8Array(await subtle.exportKey('pkcs8', pair.privateKey));
  // RFC 8463 §4.2: the 32 octets of an Ed25519 key are published as they are.
  const publicKey = new Uint8Array(await subtle.exportKey(type === 'rsa' ? 'spki' : 'raw', pair.publicKey));
  return {
    privateKey: formatPem('PRIVATE KEY', encodeBase64(privateKey)),
    record: publishTxt(name, `v=DKIM1; k=${type}; p=${encodeBase64(publicKey)}`),
    diagnostics: type === 'rsa' ? keySizeFindings(bits) : [],
  };
}

function readType(action: string, algorithm: unknown = 'rsa'): 'rsa' | 'ed25519' {
  if (algorithm === 'rsa' || algorithm === 'rsa-sha256') return 'rsa';
  if (algorithm === 'ed25519' || algorithm === 'ed25519-sha256') return 'ed25519';
  throw new TypeError(`Cannot ${action}: "algorithm" must be "rsa" or "ed25519", received ${show(algorithm)}`);
}

function readBits(action: string, type: 'rsa' | 'ed25519', bits: number | undefined): number {
  if (type === 'ed25519') {
    if (bits === undefined || bits === 256) return 256;
    throw new TypeError(`Cannot ${action}: "bits" is for RSA keys, received ${show(bits)}`);
  }
  if (bits === undefined) return 2048;
  // RFC 8301 §3.2: verifiers must accept 1024 to 4096 bits.
  if (Number.isSafeInteger(bits) && bits >= MIN_BITS && bits <= MAX_BITS && bits % 8 === 0) return bits;
  throw new TypeError(
    `Cannot ${action}: "bits" must be a multiple of 8 from ${MIN_BITS} to ${MAX_BITS}, received ${show(bits)}`,
  );
}

function parameters(type: 'rsa' | 'ed25519', bits: number): RsaHashedKeyGenParams | { name: 'Ed25519' } {
  if (type === 'ed25519') return { name: 'Ed25519' };
  const publicExponent = Uint8Array.of(1, 0, 1);
  return { name: 'RSASSA-PKCS1-v1_5', modulusLength: bits, publicExponent, hash: 'SHA-256' };
}
