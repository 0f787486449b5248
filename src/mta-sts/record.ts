import type { Span } from '../diagnostics/diagnostic.ts';
import type { ScannedTag } from '../text/tag-list.ts';

/** The TXT record at `_mta-sts` (RFC 8461 §3.1): says that there is a policy, and by another `id` that it changed. */
export interface MtaStsRecord {
  v: 'STSv1';
  id: string;
  tags: ScannedTag[];
}

/** What a sender does where no MX host passes (RFC 8461 §5). */
export type MtaStsMode = 'enforce' | 'testing' | 'none';

/** One line of a policy. */
export interface MtaStsField {
  key: string;
  value: string;
  span: Span;
  keySpan: Span;
  valueSpan: Span;
  /** Whether RFC 8461 §3.2 defines the key. */
  known: boolean;
}

/** The policy file (RFC 8461 §3.2). */
export interface MtaStsPolicy {
  version: 'STSv1';
  mode: MtaStsMode;
  /** Names of MX hosts, or `*.` and the name under which they are; lower-cased, no two alike. */
  mx: string[];
  /** Seconds, at most 31557600. */
  max_age: number;
  fields: MtaStsField[];
}
