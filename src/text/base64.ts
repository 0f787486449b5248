function sextet(unit: number): number {
  if (unit >= 0x41 && unit <= 0x5a) return unit - 0x41;
  if (unit >= 0x61 && unit <= 0x7a) return unit - 0x61 + 26;
  if (unit >= 0x30 && unit <= 0x39) return unit - 0x30 + 52;
  if (unit === 0x2b) return 62;
  return unit === 0x2f ? 63 : -1;
}

/**
 * Decodes base64 as DKIM writes it (RFC 6376 §2.10: white space anywhere, padding optional).
 * `undefined` where a character is outside the alphabet, the padding is wrong or a group has a single character.
 */
export function decodeBase64(text: string): Uint8Array | undefined {
  const out = new Uint8Array(Math.ceil((text.length * 3) / 4));
  let length = 0;
  let digits = 0;
  let padding = 0;
  let bits = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 0x20 || unit === 0x09 || unit === 0x0d || unit === 0x0a) continue;
    if (unit === 0x3d) {
      padding++;
      continue;
    }
    const value = sextet(unit);
    if (value < 0 || padding > 0) return undefined;
    bits = (bits << 6) | value;
    if (digits++ % 4 === 0) continue;
    out[length++] = (bits >> (6 - 2 * ((digits - 1) % 4))) & 0xff;
  }
  if (digits % 4 === 1 || padding > 2 || (padding > 0 && (digits + padding) % 4 !== 0)) return undefined;
  return out.subarray(0, length);
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Encodes with padding and without line breaks. */
export function encodeBase64(bytes: Uint8Array): string {
  let out = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const rest = bytes.length - i;
    const group = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    out += ALPHABET[group >> 18]! + ALPHABET[(group >> 12) & 63]!;
    out += rest > 1 ? ALPHABET[(group >> 6) & 63]! : '=';
    out += rest > 2 ? ALPHABET[group & 63]! : '=';
  }
  return out;
}
