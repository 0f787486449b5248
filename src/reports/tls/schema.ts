// RFC 8460 §4.4. The keys of the JSON are the words of these names with hyphens between them.
export const POLICY_TYPES: readonly string[] = ['tlsa', 'sts', 'no-policy-found'];

export const SESSION_COUNTS = ['totalSuccessfulSessionCount', 'totalFailureSessionCount'] as const;

/** What one failure detail may say in words. */
export const DETAIL_TEXTS = [
  'sendingMtaIp',
  'receivingMxHostname',
  'receivingMxHelo',
  'receivingIp',
  'additionalInformation',
  'failureReasonCode',
] as const;
