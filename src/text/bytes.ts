// The only border between bytes and text. Nothing else decodes, and nothing decodes a message to check a signature.

/** The bytes as text with one UTF-16 unit per octet (U+0000-00FF): the form of TXT records. */
export function latin1(bytes: Uint8Array, start = 0, end: number = bytes.length): string {
  let text = '';
  let i = start;
  while (i < end && bytes[i]! < 0x80) i++;
  // ASCII is the same in UTF-8, and engines decode that some forty times as fast as a loop can.
  if (i === end) return new TextDecoder().decode(bytes.subarray(start, end));
  for (i = start; i < end; i++) text += String.fromCharCode(bytes[i]!);
  return text;
}

/** One octet per UTF-16 unit; only for text whose units are all below U+0100. */
export function latin1Bytes(text: string): Uint8Array {
  const { length } = text;
  const bytes = new Uint8Array(length);
  let i = 0;
  // Four at a time, which saves a fifth: every key and signature comes through here.
  for (; i + 4 <= length; i += 4) {
    bytes[i] = text.charCodeAt(i);
    bytes[i + 1] = text.charCodeAt(i + 1);
    bytes[i + 2] = text.charCodeAt(i + 2);
    bytes[i + 3] = text.charCodeAt(i + 3);
  }
  for (; i < length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** The chunks one behind the other; `length` is that of all of them. */
export function joinBytes(chunks: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
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
  return utf8(bytes) ?? latin1(bytes);
}

/** DNS has octets, one unit for each; what is UTF-8 becomes the text that it means. */
export function asText(octets: string): string {
  if (!/[^\0-~]/.test(octets)) return octets;
  return /[^\0-\xff]/.test(octets) ? octets : (utf8(latin1Bytes(octets)) ?? octets);
}
