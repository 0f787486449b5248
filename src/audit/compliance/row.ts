/** Who makes the rule. */
export type BulkProvider = 'gmail' | 'yahoo' | 'microsoft';

/** One rule of a mailbox provider for those who send to it. */
export interface ComplianceRow {
  provider: BulkProvider;
  /** Stable: `spf-and-dkim`, `dmarc-record`, `one-click-unsubscribe`. The same for all providers that have the rule. */
  rule: string;
  /** One sentence: what the provider asks for. */
  requirement: string;
  level: 'required' | 'recommended';
  /** `all` senders, or only those of `bulk` mail. */
  audience: 'all' | 'bulk';
  /** `unknown` where DNS did not answer, or where it takes something that was not given to tell. */
  result: 'met' | 'not-met' | 'unknown';
  /** One sentence: what the result rests on, or what it would take to tell. */
  evidence: string;
}
