const MOST_OCTETS = 78;

/**
 * Writes a header field of tags over lines of at most 78 octets (RFC 5322 §2.1.1), each piece of a tag whole; the same
 * tags give the same lines. A tag comes in the pieces between which white space means nothing (RFC 6376 §3.5).
 */
export function foldTags(name: string, tags: readonly (readonly string[])[]): string {
  let lines = '';
  let line = `${name}:`;
  for (const pieces of tags) {
    let glue = ' ';
    for (const piece of pieces) {
      if (line.length + glue.length + piece.length <= MOST_OCTETS) {
        line += glue + piece;
      } else {
        lines += `${line}\r\n`;
        line = ` ${piece}`;
      }
      glue = '';
    }
  }
  return lines + line;
}

/** Base64 over lines of the same length, of which `column` octets of the first are taken. */
export function foldBase64(base64: string, column: number): string {
  let text = base64.slice(0, MOST_OCTETS - column);
  for (let i = text.length; i < base64.length; i += MOST_OCTETS - 1) {
    text += `\r\n ${base64.slice(i, i + MOST_OCTETS - 1)}`;
  }
  return text;
}
