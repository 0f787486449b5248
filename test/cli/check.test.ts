import { describe, expect, test } from 'vitest';
import type { DomainAudit } from '../../src/audit/audit.ts';
import { auditDomain } from '../../src/audit/audit-domain.ts';
import type { ComplianceRow } from '../../src/audit/compliance/row.ts';
import type { AuditFinding } from '../../src/audit/finding.ts';
import type { SenderAudit } from '../../src/audit/sender/audit.ts';
import { type Paint, paintFor } from '../../src/cli/output.ts';
import { renderAudit } from '../../src/cli/render-audit.ts';
import { memoryResolver, type Zone } from '../../src/resolvers/memory.ts';
import { callCli, zoneOptions } from '../support/cli.ts';
import { ed25519, keyRecord, rsaKey } from '../support/keys.ts';

const zone: Zone = {
  'example.com': { TXT: ['v=spf1 mx -all'], MX: ['10 mx.example.com', '20 mx.example.net'] },
  'mx.example.com': { A: ['192.0.2.25'] },
  'mx.example.net': { A: ['192.0.2.26'] },
  'nov2026._domainkey.example.com': { TXT: [keyRecord(rsaKey(2048))] },
  'ed._domainkey.example.com': { TXT: [keyRecord(ed25519)] },
  'old._domainkey.example.com': { TXT: ['v=DKIM1; p='] },
  's1._domainkey.example.com': { CNAME: ['s1.vendor.example'] },
  's1.vendor.example': { TXT: [keyRecord(rsaKey(2048))] },
  '_dmarc.example.com': { TXT: ['v=DMARC1; p=reject; rua=mailto:dmarc@example.com'] },
  '_mta-sts.example.com': { TXT: ['v=STSv1; id=1'] },
  '_smtp._tls.example.com': { TXT: ['v=TLSRPTv1; rua=mailto:tls@example.com'] },
};
const policy = 'version: STSv1\r\nmode: enforce\r\nmx: mx.example.com\r\nmx: mx.example.net\r\nmax_age: 604800\r\n';
const fetch = async () => new Response(policy, { headers: { 'content-type': 'text/plain' } });
const selectors = ['nov2026', 'ed', 'old', 's1', 'none'];

const finding = (
  severity: AuditFinding['severity'],
  area: AuditFinding['area'],
  code: string,
  message: string,
  more: Partial<AuditFinding> = {},
): AuditFinding => {
  const spec = { spec: 'RFC 9989', section: '4.7' };
  return { severity, area, code, message, params: {}, spec, subject: 'example.com', evidence: [], ...more };
};

const row = (
  provider: ComplianceRow['provider'],
  rule: string,
  result: ComplianceRow['result'],
  more: Partial<ComplianceRow> = {},
): ComplianceRow => ({
  ...{ provider, rule, requirement: `The rule ${rule} holds.`, level: 'required', audience: 'all', result },
  evidence: 'It takes a message to tell.',
  ...more,
});

const findings = [
  finding('error', 'dmarc', 'dmarc.policy', 'Tag "p" must be none, quarantine or reject: found "rejct"', {
    subject: '_dmarc.example.com',
    fix: { description: 'Write "reject"', replacement: 'reject' },
    change: {
      ...{ action: 'replace', name: '_dmarc.example.com', type: 'TXT' },
      before: 'v=DMARC1; p=rejct',
      after: 'v=DMARC1; p=reject',
      zoneLine: '_dmarc.example.com. IN TXT "v=DMARC1; p=reject"',
    },
  }),
  finding('error', 'mx', 'mx.no-address', 'MX host mx.example.net has no address', {
    change: { action: 'remove', name: 'example.com', type: 'MX', before: '20 mx.example.net' },
  }),
  finding('warning', 'mta-sts', 'mta-sts.policy', 'The policy at the host is not the one that the record means', {
    change: {
      action: 'serve',
      url: 'https://mta-sts.example.com/.well-known/mta-sts.txt',
      after: policy,
    },
  }),
  finding(
    'info',
    'dmarc',
    'dmarc.note',
    'Something worth a note, and long enough for the lines of a terminal to break',
  ),
  finding('warning', 'tls-rpt', 'tls-rpt.missing', 'Nobody tells \u001b[31m', {
    change: {
      ...{ action: 'add', name: '_smtp._tls.example.com', type: 'TXT' },
      after: 'v=TLSRPTv1; rua=mailto:tls@example.com',
      zoneLine: '_smtp._tls.example.com. IN TXT "v=TLSRPTv1; rua=mailto:tls@example.com"',
    },
  }),
  finding('info', 'dkim', 'dkim.short', 'A key of 2048 bits would be better', {
    fix: { description: 'Make a key of 2048 bits' },
  }),
];

const compliance = [
  row('gmail', 'spf-and-dkim', 'met', { evidence: 'There are both.' }),
  row('yahoo', 'spf-and-dkim', 'met', { evidence: 'There are both.' }),
  row('microsoft', 'spf-and-dkim', 'unknown', { evidence: 'It takes a message to tell whether they pass.' }),
  row('gmail', 'dmarc-record', 'not-met', { evidence: 'There is no DMARC record at _dmarc.example.com or above.' }),
  row('yahoo', 'dmarc-record', 'not-met', { evidence: 'There is no DMARC record at _dmarc.example.com or above.' }),
  row('gmail', 'unsubscribe-link', 'unknown'),
  row('yahoo', 'tls', 'not-met', { level: 'recommended', evidence: 'It came without.' }),
  row('microsoft', 'tls', 'unknown'),
];

const score: DomainAudit['score'] = {
  points: 62,
  of: 100,
  parts: [
    {
      ...{ area: 'dmarc', points: 10, of: 35 },
      lost: [
        { points: 20, code: 'dmarc.policy', message: 'Tag "p" must be none, quarantine or reject: found "rejct"' },
        { points: 5, code: 'dmarc.note', message: 'Something' },
      ],
    },
    { area: 'spf', points: 20, of: 20, lost: [] },
  ],
};

const sender: SenderAudit = {
  domain: 'example.com',
  sender: { id: 'vendor', name: 'Vendor' },
  paths: [
    {
      path: 'spf',
      domain: 'bounce.vendor.example',
      authenticated: 'yes',
      aligned: 'no',
      reason: 'It is their domain.',
    },
    {
      ...{ path: 'dkim', domain: 'example.com', selector: 's1', authenticated: 'unknown', aligned: 'yes' },
      reason: 'DNS did not answer.',
    },
  ],
  dmarc: { result: 'unknown', policyDomain: 'example.com', policy: 'reject' },
  atReject: { result: 'unknown', reason: 'It hangs on the key.' },
  changes: [
    {
      ...{ action: 'add', name: 's1._domainkey.example.com', type: 'CNAME', after: 's1.vendor.example.' },
      zoneLine: 's1._domainkey.example.com. IN CNAME s1.vendor.example.',
    },
  ],
  diagnostics: [finding('warning', 'sender', 'sender.note', 'It may be that the key is not there')],
};

const plain: Paint = paintFor({}, {});
const audited = () =>
  auditDomain('example.com', { resolver: memoryResolver(zone), fetch }, { selectors, probe: false });

describe('an audit as text', () => {
  test('verdict, what is published, score, rules, and the findings by area with each change', async () => {
    const audit = { ...(await audited()), findings, compliance, score };
    expect(renderAudit(audit, { paint: plain, width: 80 })).toMatchInlineSnapshot(`
      "example.com  not in order: 2 errors, 2 warnings and 2 notes.

      Published

        DMARC    v=DMARC1; p=reject; rua=mailto:dmarc@example.com
        SPF      v=spf1 mx -all
        DKIM     nov2026 (RSA 2048), ed (Ed25519), old (revoked), s1 (RSA 2048, by
                 s1.vendor.example), none (none)
        MX       10 mx.example.com, 20 mx.example.net
        MTA-STS  found, mode enforce
        TLS-RPT  found
        BIMI     none
        DNSSEC   unknown

      Score: 62 of 100

        DMARC  10 of 35  -20  Tag "p" must be none, quarantine or reject: found
                              "rejct" (dmarc.policy)
                         -5   Something (dmarc.note)
        SPF    20 of 20

      Rules for bulk senders

                          Gmail    Yahoo      Microsoft
        spf-and-dkim      met      met        unknown
        dmarc-record      not met  not met    -
        unsubscribe-link  unknown  -          -
        tls               -        (not met)  unknown

        In parentheses: recommended, not required.

        not met  dmarc-record (Gmail, Yahoo): The rule dmarc-record holds. There is no
                 DMARC record at _dmarc.example.com or above.
        not met  tls (Yahoo): The rule tls holds. It came without.
        unknown  spf-and-dkim: It takes a message to tell whether they pass.
        unknown  unsubscribe-link, tls: It takes a message to tell.

      DMARC

      error    Tag "p" must be none, quarantine or reject: found "rejct".
               Change the TXT record of _dmarc.example.com
                 from  v=DMARC1; p=rejct
                 to    v=DMARC1; p=reject
               dmarc.policy, RFC 9989 §4.7, _dmarc.example.com

      note     Something worth a note, and long enough for the lines of a terminal to
               break.
               dmarc.note, RFC 9989 §4.7, example.com

      MX

      error    MX host mx.example.net has no address.
               Remove the MX record of example.com:
                 20 mx.example.net
               mx.no-address, RFC 9989 §4.7, example.com

      MTA-STS

      warning  The policy at the host is not the one that the record means.
               Serve at https://mta-sts.example.com/.well-known/mta-sts.txt
                 version: STSv1
                 mode: enforce
                 mx: mx.example.com
                 mx: mx.example.net
                 max_age: 604800
               mta-sts.policy, RFC 9989 §4.7, example.com

      TLS-RPT

      warning  Nobody tells \\u{1b}[31m.
               Publish:
                 _smtp._tls.example.com. IN TXT "v=TLSRPTv1; rua=mailto:tls@example.com"
               tls-rpt.missing, RFC 9989 §4.7, example.com

      DKIM

      note     A key of 2048 bits would be better.
               Make a key of 2048 bits.
               dkim.short, RFC 9989 §4.7, example.com"
    `);
  });

  test('senders, each path with its reason, and the changes in order', async () => {
    const none = { ...sender, paths: [], dmarc: { result: 'none' as const }, changes: [] };
    const audit = { ...(await audited()), findings: [], compliance: [], senders: [sender, none], complete: false };
    const text = renderAudit(audit, { paint: plain, width: 80 });
    expect(text.slice(0, text.indexOf('Published'))).toMatchInlineSnapshot(`
      "example.com  in order. Not every question was answered: what depends on the rest
                   is unknown.

      "
    `);
    expect(text.slice(text.indexOf('Vendor for'))).toMatchInlineSnapshot(`
      "Vendor for example.com

        SPF       bounce.vendor.example: authenticated and not aligned. It is their
                  domain.
        DKIM      s1._domainkey.example.com: perhaps authenticated and aligned. DNS
                  did not answer.
        DMARC     unknown, policy reject
        p=reject  unknown: It hangs on the key.

        1. Publish:
             s1._domainkey.example.com. IN CNAME s1.vendor.example.

      Vendor for example.com

        DMARC     none
        p=reject  unknown: It hangs on the key."
    `);
  });

  test.each<[title: string, found: AuditFinding[], more: Partial<DomainAudit>, verdict: string]>([
    ['nothing', [], {}, 'example.com  in order.'],
    ['a note', [findings[3]!], {}, 'example.com  in order: 1 note.'],
    ['warnings', [findings[2]!, findings[4]!], {}, 'example.com  mostly in order: 2 warnings.'],
    ['all', findings, {}, 'example.com  not in order: 2 errors, 2 warnings and 2 notes.'],
    ['parked', [], { purpose: 'parked' }, 'in order. Judged as a parked domain, one that sends and receives no mail.'],
  ])('the verdict on %s', async (_, found, more, verdict) => {
    const text = renderAudit({ ...(await audited()), ...more, findings: found }, { paint: plain, width: 120 });
    expect(text.split('\n')[0]).toContain(verdict);
  });

  test.each<[title: string, more: (audit: DomainAudit) => Partial<DomainAudit>, line: string]>([
    ['no DMARC', () => ({ dmarc: { status: 'none' } as never }), 'DMARC    none'],
    [
      'one from above',
      ({ dmarc }) => ({ dmarc: { ...dmarc, status: 'inherited', policyDomain: 'a.example' } }),
      'DMARC    v=DMARC1; p=reject; rua=mailto:dmarc@example.com of a.example',
    ],
    [
      'one of no use',
      ({ dmarc }) => ({ dmarc: { ...dmarc, status: 'invalid', text: 'v=DMARC1; p' } }),
      'DMARC    invalid: v=DMARC1; p',
    ],
    [
      'no SPF',
      ({ spf }) => ({ spf: { ...spf, tree: { ...spf.tree, record: undefined, status: 'no-record' } as never } }),
      'SPF      no SPF record',
    ],
    ['no keys', () => ({ dkim: { selectors: [], probed: 0 } }), 'DKIM     no key found'],
    ['no mail', () => ({ mx: { status: 'null', hosts: [] } }), 'MX       null'],
    ['providers', () => ({ providers: [{ id: 'a', name: 'Vendor', seen: [] }] }), 'Providers  Vendor'],
  ])('published: %s', async (_, more, line) => {
    const audit = await audited();
    const text = renderAudit({ ...audit, ...more(audit) }, { paint: plain, width: 80 });
    expect(text.split('\n')).toContain(`  ${line}`);
  });

  test('colours only for a terminal', async () => {
    const audit = { ...(await audited()), findings, compliance };
    const text = renderAudit(audit, { paint: paintFor({ isTTY: true }, {}), width: 80 });
    expect(text).toContain('\u001b[31merror\u001b[39m');
    expect(text).toContain('\u001b[33m(not met)\u001b[39m');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one
    expect(text.replace(/\u001b\[\d+m/g, '')).toBe(renderAudit(audit, { paint: plain, width: 80 }));
  });
});

const good = [...zoneOptions(zone), '--no-probe', ...['nov2026', 'ed'].flatMap((name) => ['--selector', name])];

describe('mailverdict check', () => {
  test('a domain in order: the status is 0', async () => {
    const { status, out, err } = await callCli(['check', 'Example.COM', ...good], { fetch });
    expect([status, err]).toEqual([0, '']);
    expect(out).toMatch(/^example\.com {2}(mostly )?in order/);
    expect(out).toContain('  MTA-STS  found, mode enforce\n');
    expect(out).toContain('  DKIM     nov2026 (RSA 2048), ed (Ed25519)\n');
    expect(out).toMatch(/^ {2}dmarc-record +met +met +met$/m);
  });

  test('errors: the status is 1, and the change is there to be copied', async () => {
    const faulty = { ...zone, '_dmarc.example.com': { TXT: ['v=DMARC1; p=rejct; rua=mailto:dmarc@example.com'] } };
    const { status, out } = await callCli(['check', 'example.com', ...zoneOptions(faulty)], { fetch });
    expect(status).toBe(1);
    expect(out).toMatch(/^example\.com {2}not in order: \d/);
    expect(out).toContain('    from  v=DMARC1; p=rejct; rua=mailto:dmarc@example.com\n');
    expect(out).toContain('    to    v=DMARC1; p=reject; rua=mailto:dmarc@example.com\n');
  });

  test('what could not be looked up makes the score the most that there can be', async () => {
    const failing = { failure: 'servfail' } as const;
    const dead = { ...zone, 'example.com': { TXT: failing, MX: failing }, '_dmarc.example.com': { TXT: failing } };
    const { status, out } = await callCli(['check', 'example.com', ...good, ...zoneOptions(dead)], { fetch });
    expect(status).toBe(0);
    expect(out).toMatch(/^Score: at most \d+ of 100; not all of DMARC, SPF, MX.* and DNSSEC could be looked up$/m);
  });

  test('--parked, and --json', async () => {
    const records = {
      'example.net': { TXT: ['v=spf1 -all'], MX: ['0 .'] },
      '_dmarc.example.net': { TXT: ['v=DMARC1; p=reject'] },
    };
    const { status, out } = await callCli(['check', 'example.net', ...zoneOptions(records), '--parked', '--json']);
    expect(status).toBe(0);
    const audit = JSON.parse(out) as DomainAudit;
    expect(audit).toMatchObject({ domain: 'example.net', purpose: 'parked', mx: { status: 'null' } });
    expect(audit.dkim.probed).toBeGreaterThan(20);
    expect(audit.dmarc.receivers.rfc7489).toMatchObject({ policy: 'reject' });
  });

  test('--sender tells whether it can send, and what is missing', async () => {
    const senders = ['--sender', 'mailchimp', '--sender', 'amazon-ses,token1=abc'];
    const { status, out } = await callCli(['check', 'example.com', ...good, ...senders], { fetch });
    // Mail that cannot pass is an error where the policy is p=reject.
    expect(status).toBe(1);
    expect(out).toMatch(/^Mailchimp for example\.com$/m);
    expect(out).toMatch(/^ {7}k2\._domainkey\.example\.com\. IN CNAME /m);
    expect(out).toMatch(/^ {2}DKIM +abc\._domainkey\.example\.com: not authenticated and aligned\./m);
  });

  test.each([
    ['no domain', [], 'name one domain'],
    ['two domains', ['a.example', 'b.example'], 'name one domain'],
    ['a name that is none', ['a..b'], '"domain" must be a domain name'],
    ['a selector that is none', ['a.example', '--selector', 'a..b'], '"selectors" must be'],
    ['a sender that nobody knows', ['a.example', '--sender', 'frob'], 'frob'],
    ['a variable without a value', ['a.example', '--sender', 'a,b'], '--sender must be like ID or ID,NAME=VALUE'],
    ['an unknown option', ['a.example', '--frob'], '--frob'],
  ])('%s is a usage error', async (_, args, message) => {
    const { status, out, err } = await callCli(['check', ...args, ...zoneOptions(zone)]);
    expect([status, out]).toEqual([2, '']);
    expect(err).toContain(message);
  });
});
