import type { Diagnostic, Span } from '../diagnostics/diagnostic.ts';
import type { DnsAnswer, RecordType } from '../dns/resolver.ts';

/** The result words of RFC 7208 §2.6. */
export type SpfResultWord = 'none' | 'neutral' | 'pass' | 'fail' | 'softfail' | 'temperror' | 'permerror';

/** What ends an evaluation early: `dns-failure` and `deadline` as temperror, the others as permerror. */
export type SpfFault =
  | 'syntax'
  | 'record-too-large'
  | 'multiple-records'
  | 'lookup-limit'
  | 'void-limit'
  | 'mx-limit'
  | 'query-limit'
  | 'include-none'
  | 'redirect-none'
  | 'dns-failure'
  | 'deadline';

/** Why a result is what it is. An error carries the reason of the record that caused it, however deep it was included. */
export type SpfReason = 'no-record' | 'invalid-domain' | 'matched' | 'no-match' | SpfFault;

/** One DNS question that a step asked, in the order of strictly sequential evaluation. */
export interface SpfQuery {
  name: string;
  type: RecordType;
  status: DnsAnswer['status'];
}

/** One term of a record, as evaluated. */
export interface SpfStep {
  /** The term as written. */
  term: string;
  span: Span;
  /** For `redirect`, `match` says that the other record decided. */
  outcome: 'match' | 'no-match' | 'temperror' | 'permerror';
  /**
   * How many of the 10 terms with lookups this one used itself (RFC 7208 §4.6.4): 0 or 1, and one more for the first use
   * of `%{p}`; 0 for the term that was one too many.
   */
  cost: number;
  /** Whether the step's first answer was empty (RFC 7208 §4.6.4). */
  void: boolean;
  /** The domain that the term's domain-spec stood for, macros expanded. */
  target?: string;
  queries: SpfQuery[];
  /** The evaluation of the included or redirected domain. */
  check?: SpfTrace;
}

/** One call of check_host() (RFC 7208 §4). */
export interface SpfTrace {
  domain: string;
  result: SpfResultWord;
  reason?: SpfReason;
  /** The text of the SPF record, where there is exactly one. */
  record?: string;
  /** The question for the record. */
  queries: SpfQuery[];
  steps: SpfStep[];
  /** Where the text of `exp=` was looked for; outside all limits (RFC 7208 §4.6.4, §6.2). */
  explanation?: { target?: string; queries: SpfQuery[] };
}

/** The verdict of SPF on one identity, with everything that led to it. */
export interface SpfResult {
  result: SpfResultWord;
  /** Set unless the result is `pass`. */
  reason?: SpfReason;
  /** The identity that was checked (RFC 7208 §2.3, §2.4). */
  identity: 'mailfrom' | 'helo';
  /** The domain of that identity, normalized; where there is none, the text that stood in its place. */
  domain: string;
  /** The term that decided, in the record of which domain. */
  matched?: { term: string; domain: string; span: Span };
  /** The expanded text of `exp=`: what the domain's owner says; untrusted (RFC 7208 §6.2). */
  explanation?: string;
  /** As strictly sequential evaluation counts them: `queries` are the distinct DNS questions. */
  lookups: { terms: number; void: number; queries: number };
  trace: SpfTrace;
  diagnostics: Diagnostic[];
}
