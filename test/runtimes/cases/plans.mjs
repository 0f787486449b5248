import { equal, matches, plainData } from '../assertions.mjs';

const domain = 'example.com';
const key = 'v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=';
const now = 1_795_305_600;

export const planCases = [
  {
    name: 'auditBulkSender judges a message by the rules of three providers',
    async run(lib) {
      const resolver = lib.memoryResolver({ [domain]: { TXT: ['v=spf1 ip4:192.0.2.1 -all'] } });
      const message = `From: a@${domain}\r\nDate: Sun, 22 Nov 2026 01:00:00 +0000\r\nMessage-ID: <1@${domain}>\r\n\r\nHi\r\n`;
      const envelope = { ip: '192.0.2.1', helo: `mx.${domain}`, mailFrom: `b@${domain}` };
      const verdict = await lib.authenticateMessage(message, envelope, { resolver });
      const audit = lib.auditBulkSender(message, verdict, { ptr: { names: [], confirmed: false } });
      equal(audit.compliant, { gmail: 'no', yahoo: 'no', microsoft: 'no' });
      plainData(audit);
    },
  },
  {
    name: 'planKeyRotation plans from what DNS has',
    async run(lib) {
      const resolver = lib.memoryResolver({ [`old._domainkey.${domain}`]: { TXT: [key] } });
      const plan = await lib.planKeyRotation({ domain, current: 'old', next: 'new', now }, { resolver });
      equal(
        plan.steps.map(({ step, state }) => `${step} ${state}`),
        ['publish ready', 'wait waiting', 'switch blocked', 'keep blocked', 'revoke blocked', 'remove blocked'],
      );
      plainData(plan);
    },
  },
  {
    name: 'planRollout proposes the next step',
    async run(lib) {
      const resolver = lib.memoryResolver({ [domain]: { MX: [{ preference: 10, exchange: `mx.${domain}` }] } });
      const plan = lib.planRollout(await lib.auditDomain(domain, { resolver }));
      matches(plan, { status: 'ready', next: { stage: 'monitor' } });
      plainData(plan);
    },
  },
];
