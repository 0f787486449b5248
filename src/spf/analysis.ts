import type { Diagnostic, Span } from '../diagnostics/diagnostic.ts';
import type { SpfMechanismName } from './record.ts';

/** What an analysis found at a domain whose SPF record was asked for. */
export type SpfRecordStatus =
  /** One record that can be evaluated. */
  | 'record'
  | 'no-record'
  /** The name does not exist. */
  | 'nxdomain'
  | 'multiple-records'
  | 'record-too-large'
  | 'syntax'
  /** DNS did not answer. */
  | 'unknown'
  /** No name of several labels. */
  | 'invalid-domain'
  /** A record above this one: evaluation would go in circles, so the analysis stops here. */
  | 'loop'
  /** Beyond the budget of the analysis. */
  | 'not-followed';

export type SpfFamily = 'ip4' | 'ip6';

/** What a term means for the analysis. */
export type SpfTermState =
  /** Its addresses are known. */
  | 'static'
  /** They depend on the client or the sender: macros, `exists`, `ptr`. */
  | 'dynamic'
  /** DNS did not answer all that it needs. */
  | 'unknown'
  /** Never evaluated: behind `all`, or an unknown modifier. */
  | 'unused'
  /** Its domain-spec stands for no DNS name. */
  | 'invalid-target'
  /** More than 10 MX records (RFC 7208 §4.6.4). */
  | 'mx-limit';

/** How many of the lookups that ended empty a record has, for a client of either family (RFC 7208 §4.6.4). */
export interface SpfVoidCount {
  ip4: number;
  ip6: number;
}

/** One term of a record in the tree. */
export interface SpfAnalyzedTerm {
  /** As written. */
  term: string;
  span: Span;
  /** A mechanism, `redirect`, or `modifier` for any other. */
  kind: SpfMechanismName | 'redirect' | 'modifier';
  /** What a match means; mechanisms only. */
  result?: 'pass' | 'fail' | 'softfail' | 'neutral';
  state: SpfTermState;
  /** The domain that its domain-spec stands for. */
  target?: string;
  /** Whether that name does not exist. */
  missing: boolean;
  /** How many of the 10 terms with lookups it uses itself. */
  cost: number;
  /** The same with all below it. */
  lookups: number;
  /** How many lookups are used once it was evaluated, by a client that nothing matched before; terms that cost only. */
  total?: number;
  /** For clients of which family its first answer is empty. */
  void: SpfFamily[];
  /** For clients of which family DNS did not answer. */
  unknown: SpfFamily[];
  /** The addresses of `ip4`, `ip6`, `a` and `mx`, as canonical networks; without IPv4-mapped ones, which never match. */
  networks: string[];
  /** The record of `include` and `redirect`. */
  check?: SpfAnalyzedRecord;
}

/** A record in the tree of includes and redirects. */
export interface SpfAnalyzedRecord {
  domain: string;
  status: SpfRecordStatus;
  /** The text of the record, where there is exactly one. */
  record?: string;
  /** Terms with lookups in this record and below it; not limited to 10. */
  lookups: number;
  void: SpfVoidCount;
  /** As written. */
  terms: SpfAnalyzedTerm[];
}

/** The results that an address can get; `dynamic`: a redirect with macros decides. */
export type SpfAddressResult =
  | 'pass'
  | 'fail'
  | 'softfail'
  | 'neutral'
  | 'temperror'
  | 'permerror'
  | 'none'
  | 'dynamic';

/** Networks of both families: disjoint, ascending, the fewest possible. */
export interface SpfNetworks {
  ip4: string[];
  ip6: string[];
}

/**
 * The result of every address, dynamic terms taken as not matching and without the limit of 10. Each address is in one
 * list or has the result `otherwise`. An IPv4-mapped IPv6 address is the IPv4 address (RFC 7208 §5).
 */
export interface SpfAddresses extends Record<Exclude<SpfAddressResult, 'none'>, SpfNetworks> {
  /** The result of every address that is in no list. */
  otherwise: SpfAddressResult;
}

/** A term whose addresses depend on the client or the sender. */
export interface SpfDynamicTerm {
  term: string;
  /** Whose record it is in. */
  domain: string;
  kind: SpfAnalyzedTerm['kind'];
  /** The domains from the analyzed one down to that record. */
  path: string[];
}

/** Everything about the SPF of a domain. */
export interface SpfAnalysis {
  domain: string;
  tree: SpfAnalyzedRecord;
  /** What a client costs that no term matches, and the limits of receivers. */
  lookups: { terms: number; void: SpfVoidCount; limit: number; voidLimit: number };
  addresses: SpfAddresses;
  dynamic: SpfDynamicTerm[];
  /** Whether everything was asked and answered: no `unknown`, nothing `not-followed`. */
  complete: boolean;
  diagnostics: Diagnostic[];
}
