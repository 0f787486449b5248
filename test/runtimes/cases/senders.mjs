import { equal, plainData } from '../assertions.mjs';

export const senderCases = [
  {
    name: 'a sender is audited, and what the domain lacks is proposed',
    async run(lib) {
      const resolver = lib.memoryResolver({
        'example.com': { TXT: ['v=spf1 ip4:192.0.2.1 -all'] },
        '_dmarc.example.com': { TXT: ['v=DMARC1; p=reject'] },
      });
      const result = await lib.auditSender({ domain: 'example.com', sender: lib.senderDirectory[0].id }, { resolver });
      equal(result.dmarc.policy, 'reject');
      plainData(result);
      const { atReject, changes } = await lib.auditSender({ domain: 'example.com', sender: 'mailchimp' }, { resolver });
      equal(atReject.result, 'rejected');
      equal(
        changes.map(({ name, after }) => `${name} ${after}`),
        ['k2._domainkey.example.com dkim2.mcsv.net', 'k3._domainkey.example.com dkim3.mcsv.net'],
      );
    },
  },
];
