import { latin1Bytes } from '../text/bytes.ts';

/**
 * Decodes the encoded-words of a display name (RFC 2047), as a mail program shows it; what cannot be decoded stays.
 *
 *     encoded-word = "=?" charset ["*" language] "?" encoding "?" encoded-text "?="
 */
export function decodeEncodedWords(text: string): string {
  // RFC 2047 §6.2: white space between two encoded-words is not shown.
  return text
    .replace(/\?=[ \t\r\n]+(?==\?)/g, '?=')
    .replace(/=\?([^?*]+)[^?]*\?([BQ])\?([^?]*)\?=/gi, (word, charset: string, encoding: string, encoded: string) => {
      try {
        const octets = encoding.toUpperCase() === 'B' ? atob(encoded) : decodeQ(encoded);
        return new TextDecoder(charset).decode(latin1Bytes(octets));
      } catch {
        // An InvalidCharacterError of atob(), or the RangeError of a character set that the runtime does not know.
        return word;
      }
    });
}

function decodeQ(encoded: string): string {
  return encoded
    .replace(/_/g, ' ')
    .replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
