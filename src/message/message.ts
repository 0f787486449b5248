import type { Span } from '../diagnostics/diagnostic.ts';

/** One header field of a message in the form it has on the wire. */
export interface HeaderField {
  /** The field name, lower-cased (ASCII only), white space before the colon removed. */
  name: string;
  /** Offset of the first octet of the field in `HeaderBlock.bytes`. */
  start: number;
  /** Offset of the colon. */
  colon: number;
  /** Offset behind the CRLF that ends the field; the last field of a message cut off may lack it. */
  end: number;
}

/** The header block of a message with CRLF line endings, up to and without the empty line. */
export interface HeaderBlock {
  bytes: Uint8Array;
  /** Top first. A line that is no field (no colon, or white space first) is left out. */
  fields: HeaderField[];
  /** Lines that are no header field, as offsets into `bytes`. */
  malformed: Span[];
  /** Set when the block was over the limits, so that there may be fields that are not listed. */
  cutOff?: true;
}

/** A message whose header block was read and whose body can be read once. */
export interface OpenedMessage {
  header: HeaderBlock;
  /** Set when the header block is over `headerBytes` or `headerFields`; `header` then holds what fits, and the body is empty. */
  tooLarge: boolean;
  /** Which limit that is. */
  over?: { limit: number; unit: 'fields' | 'octets' };
  /** `lf` when lines end in LF alone and are to be read as if they ended in CRLF; only with `lineEndings: 'auto'`. */
  lineEndings: 'crlf' | 'lf';
  /**
   * Passes the body's octets as they are, in pieces of any size; no piece is copied. May be called once.
   * Rejects with what the source stream rejects with, or with the signal's reason.
   */
  readBody(visit: (chunk: Uint8Array) => void): Promise<void>;
  /** Tells the source stream that nobody reads on. */
  close(): Promise<void>;
}
