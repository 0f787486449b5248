import { headerText } from '../text/bytes.ts';

/** A member of a zip by its local header; nothing that the header says about sizes is believed. */
export interface ZipMember {
  /** Without folders. Only ever shown. */
  name: string;
  /** 0 stored, 8 deflated; anything else is not read. */
  method: number;
  encrypted: boolean;
  /** From the member's first octet to the end of what may be its data. */
  data: Uint8Array;
}

const LOCAL_HEADER = 0x04034b50;
const CENTRAL_HEADER = 0x02014b50;
const DATA_DESCRIPTOR = 0x08074b50;
const HEADER_BYTES = 30;

/**
 * The members of a zip from the front, at most `most` (APPNOTE 4.3.7). The central directory is not looked at: it is at
 * the end, where a file that was cut off has lost it, and it can list one member a thousand times.
 */
export function* zipMembers(bytes: Uint8Array, most: number): Generator<ZipMember, void, undefined> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = findSignature(view, 0, [LOCAL_HEADER]);
  for (let members = 0; members < most && at + HEADER_BYTES <= bytes.length; members++) {
    const flags = view.getUint16(at + 6, true);
    const method = view.getUint16(at + 8, true);
    const size = view.getUint32(at + 18, true);
    const nameEnd = at + HEADER_BYTES + view.getUint16(at + 26, true);
    const start = nameEnd + view.getUint16(at + 28, true);
    if (start > bytes.length) return;
    // General purpose bit 3: the size follows the data, which for stored data only a search can find.
    const known = (flags & 8) === 0 && start + size <= bytes.length;
    const end = known ? start + size : findSignature(view, start, [DATA_DESCRIPTOR, LOCAL_HEADER, CENTRAL_HEADER]);
    const name = baseName(headerText(bytes.subarray(at + HEADER_BYTES, nameEnd)));
    // Deflated data ends by itself.
    const data = bytes.subarray(start, method === 0 ? end : bytes.length);
    if (name !== '') yield { name, method, encrypted: (flags & 1) === 1, data };
    at = findSignature(view, known ? end : start, [LOCAL_HEADER]);
  }
}

/** The offset of the next of the signatures, or the end. */
function findSignature(view: DataView, from: number, signatures: readonly number[]): number {
  for (let i = from; i + 4 <= view.byteLength; i++) {
    // All begin with "P".
    if (view.getUint8(i) === 0x50 && signatures.includes(view.getUint32(i, true))) return i;
  }
  return view.byteLength;
}

/** A path without its folders; a folder's own entry has no name of its own. */
export function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1).slice(0, 255);
}
