import type { ScannedTag } from '../text/tag-list.ts';

/** What a domain asks receivers to do with mail that fails (RFC 9989 §4.7). */
export type DmarcPolicy = 'none' | 'quarantine' | 'reject';

export type AlignmentMode = 'relaxed' | 'strict';

/** A tag as written. */
export interface DmarcTag extends ScannedTag {
  /** Whether RFC 9989 §4.7 defines the tag; the historic pct, rf and ri are not known. */
  known: boolean;
}

/** A report address: one URI of rua or ruf. */
export interface DmarcUri {
  /** The URI without an obsolete size limit. */
  uri: string;
  scheme: string;
  /** The address of a mailto URI, percent-decoded. */
  address?: string;
  /** The obsolete size limit (RFC 7489 §6.3) as written, without the "!". */
  size?: string;
  span: { start: number; end: number };
}

/**
 * A DMARC policy record (RFC 9989 §4.7): the effective value of every tag, defaults filled in.
 * `p`, `sp` and `np` are absent together where the record asks for no DMARC processing at all (§4.10.1).
 */
export interface DmarcRecord {
  v: 'DMARC1';
  /** The effective policy: what is written, or `none` by the rules of §4.10.1. */
  p?: DmarcPolicy;
  /** For existing subdomains: `p` where not written. */
  sp?: DmarcPolicy;
  /** For non-existent subdomains: `sp` where not written. */
  np?: DmarcPolicy;
  adkim: 'r' | 's';
  aspf: 'r' | 's';
  t: 'y' | 'n';
  psd: 'y' | 'n' | 'u';
  /** Failure reporting options, of 0, 1, d and s. */
  fo: string[];
  rua: DmarcUri[];
  ruf: DmarcUri[];
  /** Historic (RFC 7489 §6.3), and only where written. */
  pct?: number;
  rf?: string;
  ri?: number;
  tags: DmarcTag[];
}
