import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { DnsAnswer } from '../dns/resolver.ts';
import type { AlignmentMode, DmarcPolicy, DmarcRecord } from './record.ts';

/** An identifier that SPF or DKIM checked; only `pass` authenticates it, only `temperror` can make a temperror. */
export interface AuthenticatedIdentifier {
  method: 'spf' | 'dkim';
  domain: string;
  result: 'none' | 'pass' | 'fail' | 'softfail' | 'neutral' | 'policy' | 'temperror' | 'permerror';
}

/** The result words of RFC 9989 §9.2. */
export type DmarcResultWord = 'none' | 'pass' | 'fail' | 'temperror' | 'permerror';

/** Why a result is what it is; absent with `pass`. */
export type DmarcReason =
  | 'no-record'
  | 'multiple-records'
  | 'record-invalid'
  | 'not-aligned'
  | 'no-identifier'
  | 'dns-failure'
  | 'identifier-temperror'
  | 'invalid-author-domain'
  | 'no-author-domain'
  | 'multiple-from'
  | 'multiple-author-domains';

/** How the domain of one identifier compares with the author domain, whether or not the identifier authenticates. */
export interface DmarcAlignment {
  method: 'spf' | 'dkim';
  /** Normalized; as it was given where it is no domain name. */
  domain: string;
  /** What SPF or DKIM said: an aligned identifier counts only with `pass` (RFC 9989 §4.4). */
  result: AuthenticatedIdentifier['result'];
  mode: AlignmentMode;
  /** Whether the domains are aligned; `false` also where a failed DNS question left it open. */
  aligned: boolean;
  /** The identifier's own, where it was needed and is known. */
  organizationalDomain?: string;
}

/** One `_dmarc` name that was asked. */
export interface DmarcWalkStep {
  /** The name that was asked, `_dmarc.` included. */
  name: string;
  status: DnsAnswer['status'];
  /** The text of the DMARC record, where there is exactly one. */
  record?: string;
  /** Whether this record is the policy record. */
  selected: boolean;
}

/** The verdict of DMARC, with everything that led to it. */
export interface DmarcResult {
  result: DmarcResultWord;
  reason?: DmarcReason;
  protocol: 'rfc9989' | 'rfc7489';
  authorDomain?: string;
  /** The domain whose record applies. */
  policyDomain?: string;
  /** The author domain's organizational domain. */
  organizationalDomain?: string;
  policy?: {
    published: DmarcPolicy;
    /** The tag that applies. */
    source: 'p' | 'sp' | 'np';
    /** What is asked for after t=y stepped it down (RFC 9989 §4.7). */
    effective: DmarcPolicy;
    testing: boolean;
    /** pct, under RFC 7489 only. */
    percent?: number;
  };
  /** What RFC 9989 §7.4 lets a receiver do on this result alone: p=reject without knowledge of its own means quarantine. */
  disposition: 'none' | 'quarantine';
  record?: DmarcRecord;
  alignments: DmarcAlignment[];
  walk: DmarcWalkStep[];
  diagnostics: Diagnostic[];
}
