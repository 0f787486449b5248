import type { Span } from '../../diagnostics/diagnostic.ts';

/** An aggregate report (RFC 9990, or RFC 7489 Appendix C): element names camel-cased, times in epoch seconds UTC. */
export interface AggregateReport extends AggregateReportHead {
  records: AggregateRecord[];
}

/** What an aggregate report says besides its records. Every text in it is the sender's and as little to be trusted. */
export interface AggregateReportHead {
  /** By the namespace; where there is none, by elements that only RFC 9990 has. */
  schema: 'rfc9990' | 'rfc7489';
  version?: string;
  reportMetadata: {
    /** Empty where the report does not say. */
    orgName: string;
    email?: string;
    extraContactInfo?: string;
    /** Empty where the report does not say. */
    reportId: string;
    /** Both 0 where the report does not say. */
    dateRange: { begin: number; end: number };
    errors: string[];
    generator?: string;
  };
  policyPublished: {
    /** Empty where the report does not say. */
    domain: string;
    discoveryMethod?: 'psl' | 'treewalk';
    p?: string;
    sp?: string;
    np?: string;
    adkim?: 'r' | 's';
    aspf?: 'r' | 's';
    fo?: string;
    testing?: boolean;
    pct?: number;
  };
  extensions?: AggregateExtension[];
}

/** The messages of one source that had the same results. */
export interface AggregateRecord {
  /** As written; where it is no address, a diagnostic says so. */
  sourceIp: string;
  count: number;
  policyEvaluated: {
    disposition: 'none' | 'pass' | 'quarantine' | 'reject';
    /** DMARC's view: whether an aligned identifier passed. */
    dkim: 'pass' | 'fail';
    spf: 'pass' | 'fail';
    reasons: { type: string; comment?: string }[];
  };
  /** `headerFrom` is empty where the report does not say, `envelopeFrom` where the reverse path was null. */
  identifiers: { headerFrom: string; envelopeFrom?: string; envelopeTo?: string };
  /** Results as the report words them, lower-cased: also `hardfail` and the like. */
  authResults: {
    dkim: { domain: string; selector?: string; result: string; humanResult?: string }[];
    spf: { domain: string; scope?: 'mfrom' | 'helo'; result: string; humanResult?: string }[];
  };
  extensions?: AggregateExtension[];
  /** The `record` element in the text. */
  span?: Span;
}

/** An element that neither schema knows (RFC 9990 §5), or an `extension` element's child. */
export interface AggregateExtension {
  /** With its prefix, as written. */
  name: string;
  /** The character data in it, at most 1,000 units. */
  text: string;
  span: Span;
}
