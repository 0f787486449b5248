import type { ScannedTag } from '../text/tag-list.ts';

/** The assertion record at `<selector>._bimi` (BIMI draft §4.3). */
export interface BimiRecord {
  v: 'BIMI1';
  /** Where the indicator is; empty where the domain declines. */
  l: string;
  /** Where the evidence is, a certificate in PEM; empty where there is none. */
  a: string;
  /** Whether the brand's indicator or the sender's own picture is to be shown. */
  avp: 'brand' | 'personal';
  /** Prefixes of local parts that have records of their own. */
  lps: string[];
  /** Whether the domain says that it takes no part (§4.3.1). */
  declined: boolean;
  tags: ScannedTag[];
}
