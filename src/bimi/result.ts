import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { BimiIndicator } from './indicator.ts';
import type { BimiRecord } from './record.ts';

/** What a domain publishes for BIMI. */
export interface BimiResult {
  domain: string;
  /** Of the record: the one asked for, or a local part that has a record of its own. */
  selector: string;
  /**
   * `found`: a sound record. `declined`: one that says that the domain takes no part. `none`: there is none. `invalid`: what
   * is published is of no use. `unknown`: a question failed for now.
   */
  status: 'found' | 'declined' | 'none' | 'invalid' | 'unknown';
  /** Set where the status is `invalid` or `unknown`. */
  reason?: 'dns-failure' | 'multiple-records' | 'record-syntax' | 'record-too-large';
  /** The name of the record, of the last that was looked for where there is none. */
  name: string;
  /** The record as published, where there is exactly one. */
  text?: string;
  record?: BimiRecord;
  /** `not-checked` where it could not be had. */
  indicator?: { uri: string; validation: 'conforms' | 'faulty' | 'not-checked'; value?: BimiIndicator };
  /**
   * The certificate that the record points to. It is never fetched here: to verify it takes a chain of trust, which portable
   * code does not have.
   */
  evidence?: { uri: string; validation: 'not-checked' };
  /** Those about a text have the record's name or the indicator's URL as their subject. */
  diagnostics: Diagnostic[];
}
