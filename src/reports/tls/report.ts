/** One kind of failure of TLS sessions (RFC 8460 §4.4). */
export interface TlsFailureDetail {
  /** `certificate-expired`, `starttls-not-supported`, …; lower-cased, and kept where it is not registered (§4.3). */
  resultType: string;
  sendingMtaIp?: string;
  receivingMxHostname?: string;
  receivingMxHelo?: string;
  receivingIp?: string;
  /** 0 where the report does not say. */
  failedSessionCount: number;
  additionalInformation?: string;
  failureReasonCode?: string;
}

/** What happened under one policy. */
export interface TlsReportPolicy {
  /** `sts`, `tlsa` or `no-policy-found`; kept where it is none of these. */
  policyType: string;
  /** The lines of an MTA-STS policy, or TLSA records. */
  policyStrings: string[];
  /** Empty where the report does not say. */
  policyDomain: string;
  /** The MX patterns of an MTA-STS policy. */
  mxHosts: string[];
  /** Sessions; 0 where the report does not say. */
  totalSuccessfulSessionCount: number;
  totalFailureSessionCount: number;
  failureDetails: TlsFailureDetail[];
}

/** A TLS report (RFC 8460 §4.4). */
export interface TlsReport {
  organizationName: string;
  /** In seconds since 1970, UTC. */
  dateRange: { start?: number; end?: number };
  contactInfo?: string;
  reportId: string;
  policies: TlsReportPolicy[];
}
