import { utf8, utf8Bytes } from '../text/bytes.ts';

/** A record to publish, in the forms that people and programs ask for. */
export interface Publishable {
  /** Where it belongs: a whole domain name, without the root dot. */
  name: string;
  type: 'TXT';
  /** The record's text in one piece and without quotes: what most web forms and APIs of DNS providers take. */
  text: string;
  /** The text in the character-strings of the record, at most 255 octets each, not split inside a character (RFC 1035 §3.3). */
  chunks: string[];
  /** The line of a zone file: name with root dot, class, type, and every chunk in quotes (RFC 1035 §5.1). */
  zoneLine: string;
}

const MOST_OCTETS = 255;

/** Makes a TXT record ready to publish; `name` is a domain name without the root dot. */
export function publishTxt(name: string, text: string): Publishable {
  const pieces = split(utf8Bytes(text));
  const chunks = pieces.map((piece) => utf8(piece)!);
  return { name, type: 'TXT', text, chunks, zoneLine: `${name}. IN TXT ${pieces.map(quoted).join(' ')}` };
}

/** An empty text is one empty piece: a TXT record has at least one character-string (RFC 1035 §3.3.14). */
function split(octets: Uint8Array): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let start = 0;
  do {
    let end = Math.min(start + MOST_OCTETS, octets.length);
    // An octet of the form 10xxxxxx goes with the one before it.
    while (end < octets.length && (octets[end]! & 0xc0) === 0x80) end--;
    pieces.push(octets.subarray(start, end));
    start = end;
  } while (start < octets.length);
  return pieces;
}

/** RFC 1035 §5.1: a backslash before a quote or a backslash, `\DDD` for an octet that is not printable ASCII. */
function quoted(piece: Uint8Array): string {
  let out = '"';
  for (const octet of piece) {
    const character = String.fromCharCode(octet);
    if (octet < 0x20 || octet > 0x7e) out += `\\${String(octet).padStart(3, '0')}`;
    else out += character === '"' || character === '\\' ? `\\${character}` : character;
  }
  return `${out}"`;
}
