import type { Span } from '../diagnostics/diagnostic.ts';
import type { HeaderBlock, HeaderField } from '../message/message.ts';
import { asciiLower } from '../text/characters.ts';
import { type Canonicalization, writeField } from './canonicalize.ts';

const LF = 0x0a;
const CR = 0x0d;

/** Where the fields of each name stand, top first; made once for all signatures of a message. */
export type FieldIndex = ReadonlyMap<string, readonly number[]>;

/** Indexes a header block by field name. */
export function indexFields(header: HeaderBlock): FieldIndex {
  const index = new Map<string, number[]>();
  for (let i = 0; i < header.fields.length; i++) {
    const { name } = header.fields[i]!;
    const places = index.get(name);
    if (places === undefined) index.set(name, [i]);
    else places.push(i);
  }
  return index;
}

/**
 * The fields that h= stands for, in its order (RFC 6376 §5.4.2): each mention of a name takes the lowest field of that name
 * that is not taken yet, and a mention too many stands for nothing. `own` is the signature itself, which h= cannot mean.
 */
export function selectFields(index: FieldIndex, names: readonly string[], own: number): number[] {
  const selected: number[] = [];
  const left = new Map<string, number>();
  for (const written of names) {
    const name = asciiLower(written);
    const places = index.get(name);
    if (places === undefined) continue;
    let at = (left.get(name) ?? places.length) - 1;
    if (places[at] === own) at--;
    left.set(name, Math.max(at, 0));
    if (at >= 0) selected.push(places[at]!);
  }
  return selected;
}

/** The end of a field without the CRLF that ends it, which a message that was cut off may lack. */
export function fieldEnd(bytes: Uint8Array, { end, colon }: HeaderField): number {
  return end - 2 > colon && bytes[end - 1] === LF && bytes[end - 2] === CR ? end - 2 : end;
}

/**
 * The octets that a signature signs (RFC 6376 §3.7, hash step 2): the selected fields, each with one CRLF, then the
 * signature's own field without the value of b= and without CRLF. `signatureValue` is where that value lies in the
 * header block, white space around it included.
 */
export function signedData(
  header: HeaderBlock,
  selected: readonly number[],
  own: HeaderField,
  signatureValue: Span,
  canonicalization: Canonicalization,
): Uint8Array {
  const { bytes, fields } = header;
  // Canonicalization never makes a field longer.
  let size = own.end - own.start;
  for (const i of selected) size += fields[i]!.end - fields[i]!.start + 2;
  const data = new Uint8Array(size);
  let at = 0;
  for (const i of selected) {
    const field = fields[i]!;
    const end = fieldEnd(bytes, field);
    const nothing = { start: end, end };
    at = writeField(canonicalization, bytes, { start: field.start, colon: field.colon, end }, nothing, data, at);
    data[at++] = CR;
    data[at++] = LF;
  }
  const { start, colon } = own;
  const end = fieldEnd(bytes, own);
  at = writeField(canonicalization, bytes, { start, colon, end }, signatureValue, data, at);
  return data.subarray(0, at);
}
