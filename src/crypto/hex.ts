const DIGITS = '0123456789abcdef';

/** Two lower-case hexadecimal digits per octet: the fastest way from bytes to a BigInt and to a text that can be compared. */
export function hex(bytes: Uint8Array): string {
  let text = '';
  for (const octet of bytes) text += DIGITS[octet >> 4]! + DIGITS[octet & 15]!;
  return text;
}
