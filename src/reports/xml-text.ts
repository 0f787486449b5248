import { latin1 } from '../text/bytes.ts';

/** What the bytes of a report say, and how they said it. */
export interface DecodedText {
  /** Without the byte order mark. */
  text: string;
  byteOrderMark: boolean;
  /** Set when the bytes are not in the encoding that they name, or in none that is known. */
  fault?: { encoding: string; used: string };
}

// XML 1.0 §4.3.3: EncName ::= [A-Za-z] ([A-Za-z0-9._] | '-')*
const ENCODING = /^[ \t\r\n]*<\?xml[^>]{0,200}?encoding[ \t]*=[ \t]*["']([A-Za-z][A-Za-z0-9._-]{0,40})["']/;

/** The octets of a document that tell its encoding: an honest declaration has no more. */
export const DECLARATION_BYTES = 400;

/** The encoding of a document by its byte order mark, else by its XML declaration, else UTF-8 (XML 1.0 Appendix F). */
export function encodingOf(start: Uint8Array): { encoding: string; byteOrderMark: number } {
  const [a, b, c, d] = start;
  if (a === 0xef && b === 0xbb && c === 0xbf) return { encoding: 'utf-8', byteOrderMark: 3 };
  if (a === 0xff && b === 0xfe) return { encoding: 'utf-16le', byteOrderMark: 2 };
  if (a === 0xfe && b === 0xff) return { encoding: 'utf-16be', byteOrderMark: 2 };
  if (a === 0x3c && b === 0 && d === 0) return { encoding: 'utf-16le', byteOrderMark: 0 };
  if (a === 0 && b === 0x3c && c === 0) return { encoding: 'utf-16be', byteOrderMark: 0 };
  const named = ENCODING.exec(latin1(start.subarray(0, DECLARATION_BYTES)))?.[1]?.toLowerCase() ?? 'utf-8';
  // Whoever could read "encoding" octet by octet was not reading UTF-16.
  return { encoding: named.startsWith('utf-16') ? 'utf-8' : named, byteOrderMark: 0 };
}

/** Decodes a document; bytes that are not what they say are read as windows-1252, which reads anything. */
export function decodeXml(bytes: Uint8Array): DecodedText {
  const { encoding, byteOrderMark } = encodingOf(bytes);
  const content = bytes.subarray(byteOrderMark);
  const marked = byteOrderMark > 0;
  // A wrong label on UTF-8 is seen more often than any other fault.
  for (const used of [encoding, 'utf-8']) {
    const text = decodeAs(used, content);
    if (text !== undefined)
      return { text, byteOrderMark: marked, ...(used !== encoding && { fault: { encoding, used } }) };
  }
  const used = 'windows-1252';
  return { text: decodeAs(used, content)!, byteOrderMark: marked, fault: { encoding, used } };
}

function decodeAs(encoding: string, bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
