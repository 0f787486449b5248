/** Every budget in one object; each value is argued in docs/security.md. All entry points take `limits?: Partial<Limits>`. */
export interface Limits {
  /** Milliseconds that one call may wait for DNS (RFC 7208 §4.6.4 asks for at least 20 seconds). */
  elapsedMs: number;
  /** Terms of one SPF evaluation that cause DNS queries (RFC 7208 §4.6.4). */
  spfTerms: number;
  /** SPF terms whose answer was empty (RFC 7208 §4.6.4). */
  spfVoid: number;
  /** DNS questions of one SPF evaluation; a legal record can need 111. */
  spfQueries: number;
  /** DNS questions that an SPF evaluation may ask before it knows that it needs them. */
  lookAhead: number;
  /** Records of one DNS answer; a longer answer is a failure. */
  dnsRecords: number;
  /** Octets of one TXT record; a longer one is not parsed. */
  recordBytes: number;
  /** Octets of a message's header block. */
  headerBytes: number;
  /** Fields of a message's header block. */
  headerFields: number;
  /** DKIM signatures that are evaluated, from the top. */
  signatures: number;
  /** Octets that `openReport` reads or inflates; what is behind them is left out. */
  inflatedBytes: number;
  /** Octets that one octet of a gzip or zip may inflate to, the first MiB free. */
  inflateRatio: number;
  /** Members of a zip and parts of a mail that are looked at in search of a report. */
  archiveMembers: number;
  /** Elements of a report's XML inside each other. */
  xmlDepth: number;
  /** Records of one aggregate report; the rest are left out. */
  reportRecords: number;
}

export const defaultLimits: Readonly<Limits> = {
  elapsedMs: 20_000,
  spfTerms: 10,
  spfVoid: 2,
  spfQueries: 128,
  lookAhead: 40,
  dnsRecords: 100,
  recordBytes: 8192,
  headerBytes: 1_048_576,
  headerFields: 100_000,
  signatures: 16,
  inflatedBytes: 25_000_000,
  inflateRatio: 200,
  archiveMembers: 100,
  xmlDepth: 32,
  reportRecords: 250_000,
};

/** The given limits over the defaults; a `TypeError` for a limit that is no number of things. */
export function resolveLimits(limits: Partial<Limits> | undefined): Readonly<Limits> {
  if (limits === undefined || limits === defaultLimits) return defaultLimits;
  for (const [name, value] of Object.entries(limits)) {
    if (typeof value !== 'number' || !(value >= 0)) {
      throw new TypeError(
        `Cannot use limits: "${name}" must be a number of at least 0, received ${JSON.stringify(value)}`,
      );
    }
  }
  return { ...defaultLimits, ...limits };
}
