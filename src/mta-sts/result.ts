import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { MtaStsPolicy, MtaStsRecord } from './record.ts';

/** What a domain publishes for MTA-STS. */
export interface MtaStsResult {
  domain: string;
  /**
   * `found`: record and policy are there and sound. `none`: the domain has no record. `invalid`: what it publishes is of no
   * use to senders. `unknown`: a question or the fetch failed in a way that may pass.
   */
  status: 'found' | 'none' | 'invalid' | 'unknown';
  /** Set unless the status is `found` or `none`: why. */
  reason?:
    | 'dns-failure'
    | 'multiple-records'
    | 'record-syntax'
    | 'record-too-large'
    | 'policy-unavailable'
    | 'policy-syntax'
    | 'no-fetch';
  /** The name of the record. */
  name: string;
  /** The record as published, where there is exactly one. */
  text?: string;
  record?: MtaStsRecord;
  /** Where the policy is. */
  policyUrl: string;
  /** The file as it was sent. */
  policyText?: string;
  policy?: MtaStsPolicy;
  /** Those about a text have the record's name or the policy's URL as their subject. */
  diagnostics: Diagnostic[];
}
