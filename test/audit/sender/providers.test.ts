import { describe, expect, test } from 'vitest';
import type { DkimSelectorAudit, MxAudit } from '../../../src/audit/audit.ts';
import { findSharedSenders, listProviders } from '../../../src/audit/sender/providers.ts';
import { memoryResolver, type Zone } from '../../../src/resolvers/memory.ts';
import { analyzeSpf } from '../../../src/spf/analyze.ts';

const zone: Zone = {
  'example.com': {
    TXT: [
      'v=spf1 include:_spf.google.com include:u7.wl1.sendgrid.net include:all.example.net include:_SPF.google.com ?all include:amazonses.com',
    ],
  },
  'all.example.net': { TXT: ['v=spf1 include:servers.mcsv.net include:nobody.example redirect=mail.zendesk.com'] },
  '_spf.google.com': { TXT: ['v=spf1 include:_netblocks.google.com ~all'] },
  '_netblocks.google.com': { TXT: ['v=spf1 ip4:192.0.2.0/24 ~all'] },
};
const analysis = () => analyzeSpf('example.com', { resolver: memoryResolver(zone) });
const mx = (...hosts: string[]): MxAudit => ({
  status: 'hosts',
  hosts: hosts.map((exchange) => ({ preference: 1, exchange })),
});
const key = (selector: string, more: Partial<DkimSelectorAudit> = {}): DkimSelectorAudit => ({
  selector,
  name: `${selector}._domainkey.example.com`,
  source: 'probed',
  status: 'key',
  ...more,
});

describe('the companies that records point to', () => {
  test('by exchangers, includes and keys', async () => {
    const selectors = [
      key('selector1', { delegatedTo: 'selector1-example-com._domainkey.contoso.onmicrosoft.com' }),
      key('resend'),
      key('k1'),
      key('default'),
      key('mailjet', { status: 'revoked' }),
    ];
    const providers = listProviders({
      mx: mx('example-com.mail.protection.outlook.com', 'ASPMX.l.google.com', 'mx.example.com', '192.0.2.1'),
      spf: await analysis(),
      dkim: { selectors, probed: 40 },
    });
    expect(providers).toEqual([
      {
        id: 'microsoft-365',
        name: 'Microsoft 365',
        seen: [
          { area: 'mx', value: 'example-com.mail.protection.outlook.com' },
          { area: 'dkim', value: 'selector1-example-com._domainkey.contoso.onmicrosoft.com' },
        ],
      },
      {
        id: 'google-workspace',
        name: 'Google Workspace',
        seen: [
          { area: 'mx', value: 'ASPMX.l.google.com' },
          { area: 'spf', value: '_spf.google.com' },
        ],
      },
      { id: 'sendgrid', name: 'Twilio SendGrid', seen: [{ area: 'spf', value: 'u7.wl1.sendgrid.net' }] },
      { id: 'mailchimp', name: 'Mailchimp', seen: [{ area: 'spf', value: 'servers.mcsv.net' }] },
      { id: 'zendesk', name: 'Zendesk', seen: [{ area: 'spf', value: 'mail.zendesk.com' }] },
      { id: 'resend', name: 'Resend', seen: [{ area: 'dkim', value: 'resend' }] },
    ]);
  });
});

describe('includes that stand for all customers of a sender', () => {
  test("are told once each, unlike one that is the customer's own (RFC 7208 §11.4)", async () => {
    const diagnostics = findSharedSenders(await analysis());
    expect(diagnostics.map(({ params, subject }) => `${subject} ${params.term}`)).toEqual([
      'example.com include:_spf.google.com',
      'all.example.net include:servers.mcsv.net',
      'all.example.net redirect=mail.zendesk.com',
    ]);
    expect(diagnostics[0]).toMatchObject({
      code: 'spf.shared-sender',
      severity: 'info',
      message:
        '"include:_spf.google.com" lets every customer of Google Workspace send as example.com, unless Google Workspace keeps them apart',
      span: { start: 7, end: 30 },
    });
  });
});
