import type { Span } from '../diagnostics/diagnostic.ts';
import type { ScannedTag } from '../text/tag-list.ts';

/** Where reports about TLS failures go. */
export interface TlsRptUri {
  uri: string;
  scheme: 'mailto' | 'https';
  /** The address of a mailto URI, percent-decoded. */
  address?: string;
  span: Span;
}

/** The TXT record at `_smtp._tls` (RFC 8460 §3). */
export interface TlsRptRecord {
  v: 'TLSRPTv1';
  /** Of every "rua" field, in order; those that no sender supports are left out. */
  rua: TlsRptUri[];
  tags: ScannedTag[];
}
