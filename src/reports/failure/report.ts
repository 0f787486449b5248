/** Which methods authenticated an aligned identifier, as a failure report says. */
export interface IdentityAlignment {
  /** The methods in the field, in order; empty for "none". */
  listed: ('dkim' | 'spf')[];
  /**
   * What the list means: RFC 9991 §4 lists the methods that failed, RFC 7489 §7.3.1 those that did not. Told by the DMARC
   * result in the report where that settles it.
   */
  reading: 'rfc9991' | 'rfc7489';
  /** Whether the report settles the reading; without that it is that of RFC 9991. */
  certain: boolean;
  /** Whether the method authenticated an aligned identifier; absent where the report does not say. */
  dkim?: 'pass' | 'fail';
  spf?: 'pass' | 'fail';
}

/** An SPF record that was used (RFC 6591 §3.2.6). */
export interface FailureSpfRecord {
  /** The record's type. */
  type: 'txt' | 'spf';
  domain: string;
  record: string;
}

/** A failure report (RFC 9991, RFC 6591), or any other feedback report (RFC 5965). Every text in it is the sender's. */
export interface FailureReport {
  /** `auth-failure`, `abuse`, …; lower-cased, empty where the report does not say. */
  feedbackType: string;
  userAgent?: string;
  version?: string;
  /** `dmarc`, `signature`, `bodyhash`, `revoked`, `spf`, `adsp`; lower-cased. */
  authFailure?: string;
  identityAlignment?: IdentityAlignment;
  /** `delivered`, `spam`, `policy`, `reject`, `other`; lower-cased. */
  deliveryResult?: string;
  /** Without the brackets and the tag of an address literal. */
  sourceIp?: string;
  sourcePort?: number;
  /** Without angle brackets; empty for the null reverse path. */
  originalMailFrom?: string;
  originalRcptTo: string[];
  originalEnvelopeId?: string;
  /** In seconds since 1970. */
  arrivalDate?: number;
  /** The name of the mail server that reports. */
  reportingMta?: string;
  /** How many messages the report stands for. */
  incidents: number;
  reportedDomains: string[];
  reportedUris: string[];
  /** Values for `parseAuthenticationResults`: what the reporter claims. */
  authenticationResults: string[];
  dkimDomain?: string;
  dkimIdentity?: string;
  dkimSelector?: string;
  /** Base64 without white space. */
  dkimCanonicalizedHeader?: string;
  dkimCanonicalizedBody?: string;
  dkimAdspDns?: string;
  dkimSelectorDns?: string;
  spfDns: FailureSpfRecord[];
  /** Fields that no specification names, in order. */
  otherFields: { name: string; value: string }[];
  /** The part for people. */
  text?: string;
  /** The header of the message that is reported, which may be redacted. */
  originalHeaders?: string;
  /** The whole message, where the report holds it. */
  originalMessage?: string;
}
