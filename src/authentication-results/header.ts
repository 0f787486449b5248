import type { Span } from '../diagnostics/diagnostic.ts';

/** One property of a result: `smtp.mailfrom=example.com` (RFC 8601 §2.2, propspec). */
export interface AuthenticationProperty {
  /** `smtp`, `header`, `body`, `policy` or `dns`; empty where the text has none (`action=none`). */
  ptype: string;
  property: string;
  /** The value as it is meant, without quotes; an address whose local part needs quotes keeps them. */
  value: string;
}

/** The result of one method (RFC 8601 §2.2, resinfo). */
export interface AuthenticationResult {
  /** `spf`, `dkim`, `dmarc`, … */
  method: string;
  /** The version of the method, where it is written; its absence means 1. */
  version?: number;
  /** `pass`, `fail`, … */
  result: string;
  reason?: string;
  properties: AuthenticationProperty[];
  /** Without their outer parentheses. */
  comments?: string[];
}

/** An Authentication-Results field (RFC 8601 §2.2): who says so, and what. */
export interface AuthenticationResultsHeader {
  authservId: string;
  /** The version of the field's syntax, where it is written; its absence means 1. */
  version?: number;
  /** Empty for `none`. */
  results: AuthenticationResult[];
  /** Comments that belong to no result. */
  comments?: string[];
}

/** A property as parsed; spans count UTF-16 units of the value that was parsed. */
export interface ParsedProperty extends AuthenticationProperty {
  span: Span;
  /** `ptype.property`. */
  nameSpan: Span;
  valueSpan: Span;
}

/** A result as parsed: names and result lower-cased. */
export interface ParsedResult extends AuthenticationResult {
  properties: ParsedProperty[];
  comments: string[];
  span: Span;
  methodSpan: Span;
  resultSpan: Span;
  reasonSpan?: Span;
  commentSpans: Span[];
}

/** What `parseAuthenticationResults` understood of a field. */
export interface ParsedAuthenticationResults extends AuthenticationResultsHeader {
  /** Empty where the field names nobody. */
  authservId: string;
  results: ParsedResult[];
  comments: string[];
  authservIdSpan: Span;
  versionSpan?: Span;
  commentSpans: Span[];
}

/** What `parseArcAuthenticationResults` understood of a field (RFC 8617 §4.1.1). */
export interface ParsedArcAuthenticationResults extends ParsedAuthenticationResults {
  /** i=, from 1 to 50; absent where it is missing or wrong. */
  instance?: number;
  instanceSpan?: Span;
}
