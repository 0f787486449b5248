// The only border between bytes and text. Nothing else decodes, and nothing decodes a message to check a signature.

/** The bytes as text with one UTF-16 unit per octet (U+0000-00FF): the form of TXT records. */
export function latin1(bytes: Uint8Array, start = 0, end: number = bytes.length): string {
  let text = '';
  // String.fromCharCode takes its characters as arguments, of which an engine allows only so many.
  for (let i = start; i < end; i += 4096) text += String.fromCharCode(...bytes.subarray(i, Math.min(i + 4096, end)));
  return text;
}

/** One octet per UTF-16 unit; only for text whose units are all below U+0100. */
export function latin1Bytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** The UTF-8 form of a text; a lone surrogate becomes U+FFFD. */
export function utf8Bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The text of UTF-8 bytes, or `undefined` where they are not UTF-8. A byte order mark is kept. */
export function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Header text (RFC 6532 allows UTF-8 there); what is not UTF-8 is read one unit per octet. */
export function headerText(bytes: Uint8Array): string {
  for (let i = 0; i < bytes.length; i++) if (bytes[i]! > 0x7f) return utf8(bytes) ?? latin1(bytes);
  return latin1(bytes);
}
