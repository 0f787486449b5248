import { type Diagnose, makeDiagnostic } from '../diagnostics/diagnostic.ts';

/** Every finding about the text of an MTA-STS policy file. */
export const mtaStsPolicyRules = {
  'mta-sts.policy-missing-field': ['error', 'RFC 8461', '3.2', 'The policy must have a line "{value}"'],
  'mta-sts.policy-version': ['error', 'RFC 8461', '3.2', '"version" must be STSv1: found "{value}"'],
  'mta-sts.policy-mode': ['error', 'RFC 8461', '3.2', '"mode" must be enforce, testing or none: found "{value}"'],
  'mta-sts.policy-max-age': ['error', 'RFC 8461', '3.2', '"max_age" must be 0 to 31557600 seconds: found "{value}"'],
  'mta-sts.policy-mx': ['error', 'RFC 8461', '3.2', '"mx" must be a host name, or one after "*.": found "{value}"'],
  'mta-sts.policy-line': ['error', 'RFC 8461', '3.2', 'A line must be "key: value": found "{value}"'],
  'mta-sts.policy-white-space': ['error', 'RFC 8461', '3.2', 'White space is not allowed before "{value}"'],
  'mta-sts.policy-blank-line': ['warning', 'RFC 8461', '3.2', 'Some senders refuse a policy with a blank line'],
  'mta-sts.policy-duplicate': ['warning', 'RFC 8461', '3.2', 'Line "{value}" is a duplicate and ignored'],
  'mta-sts.policy-unknown': ['info', 'RFC 8461', '3.2', 'Key "{value}" is unknown and ignored'],
  'mta-sts.policy-short': [
    'warning',
    'RFC 8461',
    '10.2',
    'A policy kept for {value} seconds protects little: use weeks',
  ],
  'mta-sts.policy-testing': ['info', 'RFC 8461', '5', 'Mode "testing" reports failures and prevents none'],
  'mta-sts.policy-none': ['info', 'RFC 8461', '8.3', 'Mode "none" ends MTA-STS for this domain'],
} as const;

export type MtaStsPolicyCode = keyof typeof mtaStsPolicyRules;

export const diagnose: Diagnose<typeof mtaStsPolicyRules> = (code, params, place) =>
  makeDiagnostic(mtaStsPolicyRules, code, params, place);
