/** What receivers saw of the mail of one kind: everything but when and how often. */
export interface SummaryFlow {
  /** In its shortest form; as written where it is no address. */
  sourceIp: string;
  /** The author domain; names are normalized where they are domain names, here and below. */
  headerFrom: string;
  /** Empty for a null reverse path. */
  envelopeFrom?: string;
  /** Whose policy was applied, and what the receiver did. */
  policyDomain: string;
  disposition: 'none' | 'pass' | 'quarantine' | 'reject';
  /** Whether an aligned identifier passed, as the receiver evaluated it. */
  dkim: 'pass' | 'fail';
  spf: 'pass' | 'fail';
  /** Types of the reasons for another disposition, in order and once each. */
  reasons: string[];
  /** A reason was that an ARC chain passed (RFC 8617 §7.2.2). */
  arc?: true;
  /** What DKIM and SPF said apart from alignment, in order and once each. */
  signatures: { domain: string; selector?: string; result: string }[];
  envelopes: { domain: string; scope?: 'mfrom' | 'helo'; result: string }[];
}

/** One report of those that were summarized; a report is the same one when organization, id, domain and period are. */
export interface SummaryReport {
  orgName: string;
  reportId: string;
  domain: string;
  /** Epoch seconds, UTC; 0 where the report does not say. */
  begin: number;
  end: number;
  /** How often it came; it counts once. */
  seen: number;
  /** The policy that the receiver found. */
  policy: {
    p?: string;
    sp?: string;
    np?: string;
    adkim?: 'r' | 's';
    aspf?: 'r' | 's';
    testing?: boolean;
    pct?: number;
  };
  /** Pairs of an index into `flows` and a number of messages, in one list. */
  counts: number[];
}

/** What the caller's lookup knows of an address. */
export interface SummaryName {
  address: string;
  /** The PTR name. */
  host?: string;
  /** The sender that it belongs to. */
  sender?: string;
}

/** Numbers of messages; a sum stays at 2^53-1 where reports claim more. */
export interface SummaryCounts {
  messages: number;
  /** DMARC passed: DKIM or SPF aligned. */
  passed: number;
  /** Aligned and passed each. */
  dkim: number;
  spf: number;
  /** By what the receivers did. */
  dispositions: { none: number; pass: number; quarantine: number; reject: number };
  /** By type of reason: `forwarded`, `mailing_list`, `local_policy` … The most messages first. */
  reasons: { type: string; messages: number }[];
}

/** Why the mail of a source fails, and what would cure it. */
export interface SourceCause {
  cause:
    | 'spf-not-aligned'
    | 'spf-failed'
    | 'spf-error'
    | 'dkim-none'
    | 'dkim-not-aligned'
    | 'dkim-failed'
    | 'dkim-error'
    | 'forwarded'
    | 'mailing-list'
    | 'unauthorized';
  messages: number;
  /** The domain that it is about, or the name of the key where it is one. */
  domain?: string;
  /** What happened, and what to do: one sentence each. */
  reason: string;
  cure: string;
}

/** What came from one address, or from all addresses of one known sender. */
export interface SummarySource extends SummaryCounts {
  /** The address, or the sender's name where the caller's lookup knows one. */
  source: string;
  /** The most messages first. */
  addresses: string[];
  /** The PTR name, where the caller's lookup knows one: of the first address that has one. */
  host?: string;
  sender?: string;
  /** The author domains that it used. */
  headerFrom: string[];
  /** When its first report begins and its last one ends; 0 where no report says. */
  firstSeen: number;
  lastSeen: number;
  /** Why mail of it failed; empty where none did. The most messages first; one message can have a cause for SPF and one for DKIM. */
  causes: SourceCause[];
}

/** What many aggregate reports say together. Every text in it is some sender's, and as little to be trusted. */
export interface AggregateSummary {
  /** Distinct, in an order that depends on nothing but their content; `reports` refer to them. */
  flows: SummaryFlow[];
  /** Each report once, by when it begins. */
  reports: SummaryReport[];
  /** What the lookup said of addresses, by address. */
  names: SummaryName[];
  /** How often a report came again, and was not counted again. */
  duplicates: number;
  /** How many reports were left out, each time they came, as they are about none of the domains that were asked for. */
  foreign: number;
  totals: SummaryCounts;
  /** The most messages first. */
  sources: SummarySource[];
  /** By UTC day, `2026-11-22`; a report counts where it begins, and one without a date not at all. */
  days: { day: string; messages: number; passed: number }[];
  /** Author domains and the reporters, the most messages first. */
  domains: { domain: string; messages: number; passed: number }[];
  reporters: { orgName: string; reports: number; messages: number }[];
}
