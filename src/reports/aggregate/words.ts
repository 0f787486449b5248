// The words that RFC 9990 Appendix A has for elements.

export const POLICIES = ['none', 'quarantine', 'reject'] as const;
export const REASONS: readonly string[] = [
  'local_policy',
  'mailing_list',
  'other',
  'policy_test_mode',
  'trusted_forwarder',
];
export const DKIM_RESULTS: readonly string[] = ['none', 'pass', 'fail', 'policy', 'neutral', 'temperror', 'permerror'];
export const SPF_RESULTS: readonly string[] = [
  'none',
  'pass',
  'fail',
  'softfail',
  'policy',
  'neutral',
  'temperror',
  'permerror',
];
