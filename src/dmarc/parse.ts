import { type Parsed, parsed } from '../diagnostics/diagnostic.ts';
import { requireString } from '../environment.ts';
import { asciiLower } from '../text/characters.ts';
import { moveSpans, unwrapPasted } from '../text/pasted.ts';
import { meantWord } from '../text/spelling.ts';
import { lintRecord } from './lint.ts';
import type { DmarcPolicy, DmarcRecord, DmarcTag } from './record.ts';
import { readUris } from './report-uri.ts';
import { type DmarcRecordCode, diagnose } from './rules.ts';
import { type Reading, scanTags, skipWsp, write } from './scan.ts';

/**
 * Whether a TXT record is a DMARC policy record, whatever follows its version (RFC 9989 §4.7, §4.10).
 *
 * ```
 * dmarc-version = "v" equals %s"DMARC1"
 * ```
 *
 * @example
 * isDmarcRecord('v=DMARC1; p=none'); // true
 */
export function isDmarcRecord(text: string): boolean {
  return /^v[ \t]*=[ \t]*DMARC1[ \t]*(;|$)/i.test(text) && text.includes('DMARC1');
}
