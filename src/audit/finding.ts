import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { RecordType } from '../dns/resolver.ts';

/** The part of a domain's mail set-up that a finding is about. */
export type AuditArea = 'dmarc' | 'spf' | 'dkim' | 'mx' | 'mta-sts' | 'tls-rpt' | 'bimi' | 'dnssec' | 'sender';

/** One change of what a domain publishes. Texts are as most web forms take them: without quotes, in one piece. */
export type DomainChange =
  | { action: 'add'; name: string; type: RecordType; after: string; zoneLine: string }
  | { action: 'replace'; name: string; type: RecordType; before: string; after: string; zoneLine: string }
  | { action: 'remove'; name: string; type: RecordType; before: string }
  /** A file to serve by HTTPS: the policy of MTA-STS. */
  | { action: 'serve'; url: string; before?: string; after: string };

/** What DNS said that a finding rests on. */
export interface AuditEvidence {
  name: string;
  type: RecordType;
  /** The record's text; for a name without one, how DNS answered: `nodata`, `nxdomain` or the kind of failure. */
  found: string;
}

/** A finding about a domain: a diagnostic, what it rests on, and the change that cures it where there is exactly one. */
export interface AuditFinding extends Diagnostic {
  area: AuditArea;
  evidence: AuditEvidence[];
  change?: DomainChange;
}
