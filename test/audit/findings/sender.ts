import type { Sender } from '../../../src/audit/sender/sender.ts';
import { bases, DMARC, type FindingExample, newsletter } from './base.ts';
import { publicKey } from './keys.ts';

/** Something else about the sender, or about what the customer publishes for it. */
function onboarding(
  code: string,
  story: string,
  sender: Partial<Sender>,
  zone: NonNullable<FindingExample['zone']> = {},
  follows: readonly string[] = [],
): FindingExample {
  const options = Object.keys(sender).length > 0 && { options: { sender: { ...newsletter, ...sender } } };
  return { code, story, base: 'sender', ...options, zone, with: follows };
}

const node = bases.sender.zone['example.com'];
const services = Array.from({ length: 8 }, (_, i) => `service${i + 1}.example`);

export const senderExamples: readonly FindingExample[] = [
  onboarding('sender.variable-missing', 'The name of the account was not given', {
    dkim: [{ selector: 'nl1', cname: 'nl1.{account}.newsletter.example' }],
  }),
  onboarding('sender.key-unknown', 'The service shows the key on a page of its own, and nobody looked', {
    dkim: [...newsletter.dkim!, { selector: 'nl2' }],
  }),
  onboarding(
    'sender.target-empty',
    'The alias is right, and the service does not know the customer yet',
    {},
    { 'nl1.dkim.newsletter.example': { TXT: ['not in use'] } },
  ),
  onboarding(
    'sender.name-taken',
    'The name of the bounce domain has a web site',
    {},
    { 'bounce.example.com': { A: ['192.0.2.80'], TXT: ['v=spf1 -all'] } },
  ),
  onboarding(
    'sender.spf-limit',
    'The service sends with the domain’s own MAIL FROM, and there is no lookup left',
    { envelope: { domain: '{domain}' }, spf: { terms: ['include:spf.newsletter.example'] } },
    {
      'example.com': {
        ...node,
        TXT: [`v=spf1 mx include:_spf.newsletter.example ${services.map((name) => `include:${name}`).join(' ')} -all`],
      },
      'spf.newsletter.example': { TXT: ['v=spf1 ip4:203.0.113.192/26 -all'] },
      ...Object.fromEntries(services.map((name, i) => [name, { TXT: [`v=spf1 ip4:203.0.113.${128 + i} -all`] }])),
    },
    ['spf.shared-sender'],
  ),
  onboarding('sender.spf-elsewhere', 'A guide asks for an include that nobody looks at', {
    spf: { terms: ['include:_spf.newsletter.example'], at: 'author' },
  }),
  onboarding(
    'sender.strict-alignment',
    'SPF has to match to the letter',
    {},
    { '_dmarc.example.com': { TXT: [`${DMARC}; aspf=s`] } },
  ),
  onboarding('sender.never-aligned', 'The service signs and sends with its own domains only', {
    envelope: { domain: 'bounces.newsletter.example' },
    dkim: [{ selector: 'nl1', domain: 'newsletter.example', record: `v=DKIM1; p=${publicKey(2048, 5)}` }],
  }),
  onboarding(
    'sender.dmarc-fail',
    'The records for the service were never published, and the policy is none',
    {},
    {
      'bounce.example.com': null,
      'nl1._domainkey.example.com': null,
      '_dmarc.example.com': { TXT: [DMARC.replace('reject', 'none')] },
    },
  ),
  onboarding(
    'sender.policy-hit',
    'The records for the service were never published',
    {},
    { 'bounce.example.com': null, 'nl1._domainkey.example.com': null },
  ),
];
