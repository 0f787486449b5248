import { type Diagnose, makeDiagnostic } from '../../diagnostics/diagnostic.ts';

/** What is found about a sender that sends on behalf of a domain. */
export const senderRules = {
  'spf.shared-sender': [
    'info',
    'RFC 7208',
    '11.4',
    '"{term}" lets every customer of {sender} send as {domain}, unless {sender} keeps them apart',
  ],
  'sender.variable-missing': [
    'warning',
    'RFC 9989',
    '5.1.6',
    'What "{variable}" stands for must be given: {sender} tells it to each customer',
  ],
  'sender.key-unknown': [
    'warning',
    'RFC 9989',
    '5.1.2',
    'No key at {name}: publish the one that {sender} shows for it',
  ],
  'sender.target-empty': ['warning', 'RFC 9989', '5.1.6', '{name} leads to {sender}, which publishes no {what} there'],
  'sender.name-taken': ['warning', 'RFC 1034', '3.6.2', 'What needs the present {type} record of {name} will lose it'],
  'sender.spf-limit': [
    'error',
    'RFC 7208',
    '4.6.4',
    'With "{term}" the record of {domain} would need {count} of {limit} lookups: make room first',
  ],
  'sender.spf-elsewhere': [
    'info',
    'RFC 7208',
    '2.4',
    '"{term}" in the record of {domain} has no effect: {sender} uses MAIL FROM at {envelope}',
  ],
  'sender.strict-alignment': ['warning', 'RFC 9989', '4.4', '{tag}=s keeps {domain} from alignment with {author}'],
  'sender.never-aligned': [
    'error',
    'RFC 9989',
    '4.4',
    '{sender} authenticates domains of its own only, so that its mail as {domain} cannot pass DMARC',
  ],
  'sender.dmarc-fail': ['warning', 'RFC 9989', '5.1.6', 'Mail of {sender} as {domain} does not pass DMARC'],
  'sender.policy-hit': [
    'error',
    'RFC 9989',
    '5.3.6',
    'Mail of {sender} as {domain} does not pass DMARC, and the policy is {policy}',
  ],
} as const;

export type SenderCode = keyof typeof senderRules;

export const diagnose: Diagnose<typeof senderRules> = (code, params, place) =>
  makeDiagnostic(senderRules, code, params, place);
