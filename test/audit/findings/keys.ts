import { encodePkcs1 } from '../../../src/crypto/der.ts';
import { encodeBase64 } from '../../../src/text/base64.ts';

/** The same odd number of so many bits for the same seed; as a modulus nobody knows its factors, which nobody needs here. */
function modulus(bits: number, seed: number): Uint8Array {
  const n = new Uint8Array(Math.ceil(bits / 8));
  let state = seed;
  for (let i = 0; i < n.length; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    n[i] = state >>> 16;
  }
  const top = (bits - 1) % 8;
  n[0] = (n[0]! & ((1 << top) - 1)) | (1 << top);
  n[n.length - 1]! |= 1;
  return n;
}

function element(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = parts.flatMap((part) => [...part]);
  const size = content.length;
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Uint8Array.from([tag, ...length, ...content]);
}

/** The RSAPublicKey of RFC 8017 §A.1.1 in base64. */
export function barePublicKey(bits: number, seed = 1): string {
  return encodeBase64(encodePkcs1(modulus(bits, seed), Uint8Array.of(1, 0, 1)));
}

/** A SubjectPublicKeyInfo in base64, as "p=" has it. */
export function publicKey(bits: number, seed = 1, exponent: readonly number[] = [1, 0, 1]): string {
  const algorithm = Uint8Array.of(0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 1, 5, 0);
  const key = encodePkcs1(modulus(bits, seed), Uint8Array.from(exponent));
  return encodeBase64(element(0x30, algorithm, element(3, Uint8Array.of(0), key)));
}

/** RFC 8463 §A.2. */
export const ED25519 = '11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=';
export const ED25519_WRAPPED = 'MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=';
