import type { BimiResult } from '../bimi/result.ts';
import type { DkimKeyRecord } from '../dkim/key-record.ts';
import type { DmarcPolicy, DmarcRecord } from '../dmarc/record.ts';
import type { ReportAddresses } from '../dmarc/report-address.ts';
import type { DmarcWalkStep } from '../dmarc/result.ts';
import type { DnsAnswer, RecordType } from '../dns/resolver.ts';
import type { MtaStsResult } from '../mta-sts/result.ts';
import type { SpfAnalysis } from '../spf/analysis.ts';
import type { TlsRptResult } from '../tls-rpt/lookup.ts';
import type { ComplianceRow } from './compliance/row.ts';
import type { AuditArea, AuditFinding } from './finding.ts';
import type { SenderAudit } from './sender/audit.ts';

/** One question of an audit and what came back. */
export interface AuditRecord {
  name: string;
  type: RecordType;
  status: DnsAnswer['status'];
  /** Each record as text; empty unless the status is `answer`. */
  records: string[];
  /** Why, where the status is `failure`. */
  reason?: string;
  /** Seconds. */
  ttl?: number;
  /** Whether the resolver says that DNSSEC proves the answer. */
  authenticated?: boolean;
  /** The names that aliases led to, in order. */
  cnames?: string[];
}

/** Where mail for the domain goes. */
export interface MxAudit {
  /**
   * `hosts`: at least one MX record. `null`: the null MX of RFC 7505. `implicit`: no MX record, but an address, which stands
   * for one (RFC 5321 §5.1). `none`: mail has nowhere to go. `unknown`: a question failed.
   */
  status: 'hosts' | 'null' | 'implicit' | 'none' | 'unknown';
  /** In order of preference. */
  hosts: { preference: number; exchange: string }[];
}

/** What stands at one selector. */
export interface DkimSelectorAudit {
  selector: string;
  /** Where its record is. */
  name: string;
  /** `given` by the caller, or `probed` because a well-known sender uses it. */
  source: 'given' | 'probed';
  /** `key`: one that verifies. `invalid`: something else, of no use. `unknown`: the question failed. */
  status: 'key' | 'revoked' | 'invalid' | 'none' | 'unknown';
  /** The name that aliases lead to: the key is published by somebody else. */
  delegatedTo?: string;
  /** The record as published, where there is exactly one. */
  text?: string;
  record?: DkimKeyRecord;
}

/** The DKIM keys that could be found; DNS gives no list of selectors. */
export interface DkimAudit {
  /** Every selector that was given, and those of the probed where something is. */
  selectors: DkimSelectorAudit[];
  /** How many well-known selectors were looked up. */
  probed: number;
}

/** The policies that a receiver applies to mail of the domain, of its existing and of its other subdomains. */
export interface DmarcReceiverView {
  /** Whose record; absent where none applies. */
  policyDomain?: string;
  /** For the audited domain itself, t=y and pct applied. */
  policy?: DmarcPolicy;
  subdomains?: DmarcPolicy;
  nonexistentSubdomains?: DmarcPolicy;
  /** The share of failing mail that the policy is applied to, under RFC 7489. */
  percent?: number;
}

/** What a domain publishes for DMARC, and what receivers make of it. */
export interface DmarcAudit {
  /** `inherited`: the record of a domain above applies. */
  status: 'found' | 'inherited' | 'none' | 'invalid' | 'unknown';
  /** Where the domain's own record belongs. */
  name: string;
  policyDomain?: string;
  organizationalDomain?: string;
  /** The record that applies, as published. */
  text?: string;
  record?: DmarcRecord;
  walk: DmarcWalkStep[];
  /** A receiver of each standard; the second only where the caller says who knows public suffixes. */
  receivers: { rfc9989: DmarcReceiverView; rfc7489?: DmarcReceiverView };
  /** Whether the report addresses accept reports, where a record applies. */
  reportAddresses?: ReportAddresses;
}

/** A company that the records point to. */
export interface AuditProvider {
  /** Its id in the directory of senders. */
  id: string;
  name: string;
  /** What pointed to it: names of hosts, includes, selectors. */
  seen: { area: 'mx' | 'spf' | 'dkim'; value: string }[];
}

/** Why a domain has the score that it has. */
export interface AuditScore {
  points: number;
  /** Always 100. */
  of: number;
  parts: {
    area: AuditArea;
    points: number;
    of: number;
    /** What took points away; the code is that of a finding. */
    lost: { points: number; code: string; message: string }[];
    /** That questions of this area are unanswered, which costs nothing: with answers there may be fewer points. */
    open?: true;
  }[];
}

/** Everything about the mail set-up of a domain. */
export interface DomainAudit {
  domain: string;
  /** `parked`: nothing says that the domain sends or receives mail, so that it should say that it does not. */
  purpose: 'mail' | 'parked';
  /** The worst first. */
  findings: AuditFinding[];
  /** Every question that was asked, in order of name and type. */
  records: AuditRecord[];
  mx: MxAudit;
  spf: SpfAnalysis;
  dkim: DkimAudit;
  dmarc: DmarcAudit;
  mtaSts: MtaStsResult;
  tlsRpt: TlsRptResult;
  bimi: BimiResult;
  /** Whether DNSSEC proves the domain's records; `unknown` where the resolver does not tell. */
  dnssec: 'signed' | 'unsigned' | 'unknown';
  providers: AuditProvider[];
  /** The rules for bulk senders, as far as DNS shows; `auditBulkSender` looks at a message. */
  compliance: ComplianceRow[];
  /** One for each of the senders that the caller named. */
  senders: SenderAudit[];
  score: AuditScore;
  /** Whether every question was answered. */
  complete: boolean;
}
