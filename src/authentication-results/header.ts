/** One property of a result: `smtp.mailfrom=example.com` (RFC 8601 §2.2, propspec). */
export interface AuthenticationProperty {
  /** `smtp`, `header`, `body`, `policy` or `dns`. */
  ptype: string;
  property: string;
  /** The value as it is meant, without quotes. */
  value: string;
}

/** The result of one method (RFC 8601 §2.2, resinfo). */
export interface AuthenticationResult {
  /** `spf`, `dkim`, `dmarc`, … */
  method: string;
  result: string;
  reason?: string;
  properties: AuthenticationProperty[];
}

/** An Authentication-Results field (RFC 8601 §2.2): who says so, and what. */
export interface AuthenticationResultsHeader {
  authservId: string;
  results: AuthenticationResult[];
}
