import { type Diagnostic, makeDiagnostic, type RuleParams } from '../diagnostics/diagnostic.ts';

/** What only a look at the whole domain shows: what is missing, what does not go together, and what a parked domain lacks. */
export const auditRules = {
  'audit.no-domain': ['error', 'RFC 8020', '2', 'Domain {domain} does not exist'],
  'audit.parked-dmarc': [
    'warning',
    'RFC 9989',
    '4.7',
    '{domain} seems to send no mail, so that its policy should be reject: found {policy}',
  ],
  'audit.parked-mx': [
    'warning',
    'RFC 7505',
    '3',
    '{domain} seems to take no mail, and should say so by a null MX record',
  ],
  'audit.parked-spf': [
    'warning',
    'RFC 7208',
    '10.1.2',
    '{domain} seems to send no mail, and should say so by "v=spf1 -all"',
  ],
  'audit.public-suffix': [
    'info',
    'RFC 9989',
    '4.10.1',
    '{domain} is a public suffix: a policy of its own would be one for the domains of others below it',
  ],
  'bimi.policy': [
    'warning',
    'BIMI draft',
    '7.1',
    'Receivers show no indicator while "{tag}=none" applies: they want quarantine or reject',
  ],
  'dkim.dangling': [
    'warning',
    'RFC 6376',
    '3.6.2.1',
    '{name} leads to {target}, which does not exist: whoever gets that name can sign for {domain}',
  ],
  'dkim.dns-failure': ['warning', 'RFC 6376', '6.1.2', 'The TXT question for {name} failed: {reason}'],
  'dkim.duplicate-key': [
    'warning',
    'RFC 6376',
    '3.1',
    'Selectors {first} and {second} have the same key: to retire one does not retire the key',
  ],
  'dkim.ed25519-alone': [
    'warning',
    'RFC 8463',
    '6',
    'Every DKIM key that was found for {domain} is Ed25519, which many receivers do not verify',
  ],
  'dkim.missing': ['error', 'RFC 9989', '5.1.2', '{domain} has no DKIM key: nobody can sign its mail'],
  'dkim.not-found': [
    'info',
    'RFC 6376',
    '3.1',
    '{domain} has no DKIM key at the {count} selectors that were tried: name those in use',
  ],
  'dkim.probe-incomplete': [
    'warning',
    'RFC 6376',
    '6.1.2',
    'Of {of} selectors that were tried, {count} could not be looked up: {reason}',
  ],
  'dmarc.misplaced': ['error', 'RFC 9989', '4.5', 'The DMARC record of {domain} must be at {name}, where none is'],
  'dmarc.missing': ['error', 'RFC 9989', '5.1.4', '{domain} has no DMARC record: anybody can send in its name'],
  'dmarc.no-rua': ['warning', 'RFC 9989', '5.1.3', 'Without "rua" nobody tells the owner of {domain} which mail fails'],
  'dmarc.policy-none': [
    'warning',
    'RFC 9989',
    '5.1.7',
    '"{tag}=none" asks receivers to do nothing about mail that fails',
  ],
  'dmarc.receivers-differ': [
    'info',
    'RFC 9989',
    'C',
    'Receivers that go by RFC 7489 apply {older}, those by RFC 9989 {newer}',
  ],
  'dnssec.unsigned': ['info', 'RFC 4033', '3', 'The records of {domain} are not signed: they can be forged on the way'],
  'mta-sts.missing': ['info', 'RFC 8461', '3', 'Without MTA-STS, mail to {domain} can be read on the way'],
  'mta-sts.mx-unmatched': ['error', 'RFC 8461', '4.1', 'Senders do not deliver to {host}: the policy does not name it'],
  'mta-sts.mx-unmatched-testing': [
    'warning',
    'RFC 8461',
    '4.1',
    'Once the mode is "enforce" senders do not deliver to {host}: the policy does not name it',
  ],
  'mx.address': ['error', 'RFC 5321', '5.1', 'An MX record must name a host: found the address "{exchange}"'],
  'mx.alias': ['error', 'RFC 2181', '10.3', 'An MX record must not name an alias: {exchange} leads to {target}'],
  'mx.all-private': [
    'error',
    'RFC 6890',
    '2.2',
    'No MX host of {domain} can be reached from the internet: {exchange} is at {address}',
  ],
  'mx.dns-failure': ['warning', 'RFC 5321', '5.1', 'The {type} question for {name} failed: {reason}'],
  'mx.host-limit': ['warning', 'RFC 5321', '5.1', 'Of {count} MX hosts the first {limit} were looked at'],
  'mx.implicit': ['info', 'RFC 5321', '5.1', 'Mail goes to the address of {domain} for want of an MX record'],
  'mx.invalid': ['error', 'RFC 5321', '5.1', 'An MX record must name a host: found "{exchange}"'],
  'mx.missing': ['warning', 'RFC 5321', '5.1', '{domain} has neither MX record nor address: it takes no reply'],
  'mx.no-address': ['error', 'RFC 5321', '5.1', 'MX host {exchange} has no address'],
  'mx.null-preference': [
    'warning',
    'RFC 7505',
    '3',
    'The preference of a null MX record must be 0: found {preference}',
  ],
  'mx.null-sender': [
    'warning',
    'RFC 7505',
    '4.2',
    '{domain} sends mail, and its null MX record says that it takes no reply',
  ],
  'mx.null-with-others': ['error', 'RFC 7505', '3', 'A null MX record must be the only one: {domain} has {count}'],
  'mx.private': [
    'warning',
    'RFC 6890',
    '2.2',
    'MX host {exchange} cannot be reached from the internet: it is at {address}',
  ],
  'spf.missing': ['error', 'RFC 9989', '5.1.1', '{domain} has no SPF record: nothing says who may send its mail'],
  'tls-rpt.missing': ['info', 'RFC 8460', '3', 'Without TLS-RPT nobody tells {domain} when mail cannot be sent by TLS'],
} as const;

export type AuditCode = keyof typeof auditRules;

// What to do where no exact change can be told.
const ADVICE: { readonly [code in AuditCode]?: string } = {
  'bimi.policy': 'Raise the policy once the reports show that genuine mail passes',
  'dkim.duplicate-key': 'Make a key of its own for each selector',
  'dkim.ed25519-alone': 'Publish an RSA key under another selector, and sign with both',
  'dkim.missing': 'Let whoever sends the mail sign it, and publish the key that they show',
  'dmarc.missing':
    'Publish "v=DMARC1; p=none; rua=mailto:" and a mailbox of yours, read the reports, then raise the policy',
  'dmarc.no-rua': 'Add "rua=mailto:" and a mailbox of yours',
  'dmarc.policy-none': 'Raise the policy once the reports show that genuine mail passes',
  'mta-sts.missing': 'Serve a policy in mode "testing" first',
  'mx.missing': 'Publish an MX record',
  'spf.missing': 'Publish a record that names who sends the mail, and ends in "-all" or "~all"',
  'tls-rpt.missing': 'Publish "v=TLSRPTv1; rua=mailto:" and a mailbox of yours',
};

/** Makes a finding about what is, or is not, at a name. */
export function diagnose<Code extends AuditCode>(
  code: Code,
  params: RuleParams<(typeof auditRules)[Code]>,
  subject: string,
): Diagnostic<AuditCode> {
  const description = ADVICE[code];
  return makeDiagnostic(auditRules, code, params, { subject, ...(description && { fix: { description } }) });
}
