import { describe, expect, test } from 'vitest';
import type { SenderAudit } from '../../../src/audit/sender/audit.ts';
import { type AuditSenderInput, auditSender } from '../../../src/audit/sender/audit-sender.ts';
import type { Sender } from '../../../src/audit/sender/sender.ts';
import { checkAlignment, publicSuffix } from '../../../src/dmarc/public-suffix.ts';
import type { RecordType, Resolver } from '../../../src/dns/resolver.ts';
import { memoryResolver, type Zone } from '../../../src/resolvers/memory.ts';

const KEY = 'v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=';
const OTHER_KEY = 'v=DKIM1; k=ed25519; p=ebVWLo/mVPlAeLES6KmLp5AfhTrmlb7X4OORC60ElmQ=';
const POLICY = { '_dmarc.example.com': { TXT: ['v=DMARC1; p=reject'] } };

function audit(
  zone: Zone,
  sender: AuditSenderInput['sender'],
  input: Partial<AuditSenderInput> = {},
): Promise<SenderAudit> {
  return auditSender({ domain: 'example.com', sender, ...input }, { resolver: memoryResolver(zone) });
}

const steps = ({ changes }: SenderAudit) =>
  changes.map((change) =>
    change.action === 'serve'
      ? change.url
      : [
          change.action,
          change.type,
          change.name,
          'before' in change && change.before,
          'after' in change && change.after,
        ]
          .filter(Boolean)
          .join(' '),
  );
const codes = ({ diagnostics }: SenderAudit) => diagnostics.map(({ code }) => code);
const spf = ({ paths }: SenderAudit) => paths.find(({ path }) => path === 'spf')!;
const dkim = ({ paths }: SenderAudit) => paths.find(({ path }) => path === 'dkim')!;

/** Signs by aliases, bounces to an alias. */
const vendor: Sender = {
  name: 'Vendor',
  envelope: { domain: 'bounce.{domain}', cname: '{account}.vendor.example' },
  dkim: [{ selector: 'v1', cname: 'v1.{dashed}.vendor.example' }],
};
const vendorZone: Zone = {
  ...POLICY,
  'a7.vendor.example': { TXT: ['v=spf1 ip4:192.0.2.0/24 -all'] },
  'v1.example-com.vendor.example': { TXT: [KEY] },
};
const account = { variables: { account: 'a7' } };
const complete: Zone = {
  ...vendorZone,
  'bounce.example.com': { CNAME: ['a7.vendor.example'] },
  'v1._domainkey.example.com': { CNAME: ['v1.example-com.vendor.example'] },
};

describe('a sender with aliases', () => {
  test('that are missing: what to add, keys first, and what p=reject does', async () => {
    const result = await audit(vendorZone, vendor, account);
    expect(result.domain).toBe('example.com');
    expect(result.sender).toEqual({ name: 'Vendor' });
    expect(result.dmarc).toEqual({ result: 'fail', policyDomain: 'example.com', policy: 'reject' });
    expect(result.atReject).toEqual({
      result: 'rejected',
      reason: 'Nothing passes and is aligned; with the changes it does.',
    });
    expect(result.changes).toEqual([
      {
        action: 'add',
        name: 'v1._domainkey.example.com',
        type: 'CNAME',
        after: 'v1.example-com.vendor.example',
        zoneLine: 'v1._domainkey.example.com. IN CNAME v1.example-com.vendor.example.',
      },
      {
        action: 'add',
        name: 'bounce.example.com',
        type: 'CNAME',
        after: 'a7.vendor.example',
        zoneLine: 'bounce.example.com. IN CNAME a7.vendor.example.',
      },
    ]);
    expect(codes(result)).toEqual(['sender.policy-hit']);
    expect(result.diagnostics[0]?.message).toBe(
      'Mail of Vendor as example.com does not pass DMARC, and the policy is reject',
    );
  });

  test('that are all there: nothing to do', async () => {
    const result = await audit(complete, vendor, account);
    expect(result).toMatchObject({ dmarc: { result: 'pass' }, changes: [], diagnostics: [] });
    expect(result.atReject).toEqual({
      result: 'delivered',
      reason: 'What passes and is aligned: DKIM for example.com, SPF for bounce.example.com.',
    });
    expect(result.paths).toEqual([
      {
        path: 'dkim',
        domain: 'example.com',
        selector: 'v1',
        authenticated: 'yes',
        aligned: 'yes',
        reason: 'There is a key at v1._domainkey.example.com; example.com is the author domain.',
      },
      {
        path: 'spf',
        domain: 'bounce.example.com',
        authenticated: 'yes',
        aligned: 'yes',
        reason: 'bounce.example.com has an SPF record; bounce.example.com is aligned with example.com.',
      },
    ]);
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  });

  test.each<[string, Zone, string[], string[], string]>([
    [
      'an alias of another name is replaced, and who needs it is thought of',
      { 'v1._domainkey.example.com': { CNAME: ['old.example'] }, 'old.example': { TXT: [OTHER_KEY] } },
      ['replace CNAME v1._domainkey.example.com old.example v1.example-com.vendor.example'],
      ['sender.name-taken'],
      'v1._domainkey.example.com is an alias of old.example, not of v1.example-com.vendor.example',
    ],
    [
      'a key of its own gives way to the alias: beside a CNAME there is nothing else (RFC 1034 §3.6.2)',
      { 'v1._domainkey.example.com': { TXT: [OTHER_KEY] } },
      [
        `remove TXT v1._domainkey.example.com ${OTHER_KEY}`,
        'add CNAME v1._domainkey.example.com v1.example-com.vendor.example',
      ],
      ['sender.name-taken'],
      'v1._domainkey.example.com has a key of its own',
    ],
  ])('%s', async (_, zone, expected, findings, reason) => {
    const result = await audit({ ...complete, ...zone }, vendor, account);
    expect(dkim(result)).toMatchObject({ authenticated: 'no' });
    expect(dkim(result).reason).toContain(reason);
    expect(steps(result)).toEqual(expected);
    expect(codes(result)).toEqual(findings);
  });

  test('a copy of the key, and an alias of an alias, do as well', async () => {
    const copied = await audit({ ...complete, 'v1._domainkey.example.com': { TXT: [KEY] } }, vendor, account);
    expect(dkim(copied).authenticated).toBe('yes');
    const twice = {
      'v1._domainkey.example.com': { CNAME: ['keys.example.net'] },
      'keys.example.net': { CNAME: ['v1.example-com.vendor.example'] },
    };
    expect((await audit({ ...complete, ...twice }, vendor, account)).changes).toEqual([]);
  });

  test('the alias is right and the sender publishes nothing: not for the customer to change', async () => {
    const { 'v1.example-com.vendor.example': _, 'a7.vendor.example': __, ...rest } = complete;
    const result = await audit(rest as Zone, vendor, account);
    expect(result.changes).toEqual([]);
    expect(codes(result)).toEqual(['sender.policy-hit', 'sender.target-empty', 'sender.target-empty']);
    expect(result.diagnostics[1]?.message).toBe(
      'v1._domainkey.example.com leads to Vendor, which publishes no key there',
    );
  });

  test('a revoked key is no key (RFC 6376 §3.6.1)', async () => {
    const result = await audit(
      { ...complete, 'v1.example-com.vendor.example': { TXT: ['v=DKIM1; p='] } },
      vendor,
      account,
    );
    expect(dkim(result)).toMatchObject({ authenticated: 'no' });
    expect(dkim(result).reason).toContain('is no usable key');
  });

  test('a variable without a value: said once, and what depends on it is unknown', async () => {
    const result = await audit(vendorZone, { ...vendor, dkim: [{ selector: '{account}' }] });
    expect(codes(result)).toContain('sender.variable-missing');
    expect(result.diagnostics.filter(({ code }) => code === 'sender.variable-missing')).toHaveLength(1);
    expect(dkim(result)).toMatchObject({ selector: '{account}', authenticated: 'unknown' });
    expect(spf(result)).toMatchObject({ authenticated: 'no', aligned: 'yes' });
    expect(result.atReject.result).toBe('unknown');
    // Where the alias is to lead is not known.
    expect(steps(result)).toEqual([]);
  });

  test.each([
    ['a7.vendor.example', 'yes'],
    ['a7.example', 'no'],
  ])('without the variable an alias of %s is judged by the pattern: %s', async (target, authenticated) => {
    const zone = { ...vendorZone, 'bounce.example.com': { CNAME: [target] }, [target]: { TXT: ['v=spf1 -all'] } };
    expect(spf(await audit(zone, vendor))).toMatchObject({ authenticated });
  });

  test('a pattern of several variables', async () => {
    const sender = { ...vendor, envelope: { domain: 'bounce.{domain}', cname: '{a}.x.{b}.x.{c}.vendor.example' } };
    for (const [target, authenticated] of [
      ['1.x.2.x.3.vendor.example', 'yes'],
      ['1.x.2.3.vendor.example', 'no'],
    ] as const) {
      const zone = { ...vendorZone, 'bounce.example.com': { CNAME: [target] }, [target]: { TXT: ['v=spf1 -all'] } };
      expect(spf(await audit(zone, sender))).toMatchObject({ authenticated });
    }
  });

  test('records that nobody can compare are unknown', async () => {
    const zone = { ...vendorZone, 'bounce.example.com': { TXT: ['v=spf1 -all'] } };
    expect(spf(await audit(zone, vendor))).toMatchObject({ authenticated: 'unknown' });
  });
});

describe('keys', () => {
  const signing = (key: object): Sender => ({ name: 'Vendor', dkim: [{ selector: 's', ...key }] });

  test('that the sender shows to its customers: only a look at whether one is there', async () => {
    const none = await audit(POLICY, signing({}));
    expect(codes(none)).toEqual(['sender.policy-hit', 'sender.key-unknown']);
    expect(none.changes).toEqual([]);
    const some = await audit({ ...POLICY, 's._domainkey.example.com': { TXT: [KEY] } }, signing({}));
    expect(some).toMatchObject({ dmarc: { result: 'pass' }, diagnostics: [] });
  });

  test('whose record is known', async () => {
    const sender = signing({ record: KEY });
    expect(steps(await audit(POLICY, sender))).toEqual([`add TXT s._domainkey.example.com ${KEY}`]);
    const spaced = KEY.replace('; p=', ';p= ');
    expect((await audit({ ...POLICY, 's._domainkey.example.com': { TXT: [spaced] } }, sender)).changes).toEqual([]);
    const other = await audit({ ...POLICY, 's._domainkey.example.com': { TXT: [OTHER_KEY] } }, sender);
    expect(steps(other)).toEqual([`replace TXT s._domainkey.example.com ${OTHER_KEY} ${KEY}`]);
    expect(codes(other)).toContain('sender.name-taken');
    const junk = await audit({ ...POLICY, 's._domainkey.example.com': { TXT: ['junk', 'more'] } }, sender);
    expect(steps(junk)).toEqual([
      `replace TXT s._domainkey.example.com junk ${KEY}`,
      'remove TXT s._domainkey.example.com more',
    ]);
  });

  test('of domains of the sender alone can never make DMARC pass', async () => {
    const sender = { ...signing({ domain: 'vendor.example' }), envelope: { domain: 'vendor.example' } };
    const result = await audit(POLICY, sender);
    expect(result.paths.map(({ authenticated, aligned }) => `${authenticated} ${aligned}`)).toEqual([
      'unknown no',
      'unknown no',
    ]);
    expect(result.atReject).toEqual({ result: 'rejected', reason: 'Nothing passes and is aligned.' });
    expect(codes(result)).toEqual(['sender.never-aligned']);
    const variable = await audit(POLICY, { ...sender, envelope: { domain: '{account}.vendor.example' } });
    expect(spf(variable).aligned).toBe('no');
  });

  test('at a name too long for DNS', async () => {
    const long = `${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}`;
    const result = await audit(
      POLICY,
      { name: 'Vendor', dkim: [{ selector: long }] },
      { domain: `${'d'.repeat(60)}.example` },
    );
    expect(dkim(result).authenticated).toBe('unknown');
  });
});

describe('SPF at the author domain or below', () => {
  const mailbox: Sender = {
    name: 'Mailbox',
    envelope: { domain: '{domain}' },
    spf: { terms: ['include:_spf.mailbox.example'] },
  };
  const theirs = { ...POLICY, '_spf.mailbox.example': { TXT: ['v=spf1 ip4:192.0.2.0/24 -all'] } };

  test.each<[string, string[] | undefined, string, string[], string[]]>([
    ['no record', undefined, 'no', ['add TXT example.com v=spf1 include:_spf.mailbox.example ~all'], []],
    [
      'a record without the term',
      ['v=spf1 mx -all'],
      'no',
      ['replace TXT example.com v=spf1 mx -all v=spf1 mx include:_spf.mailbox.example -all'],
      [],
    ],
    ['the term', ['v=spf1 +include:_SPF.mailbox.example -all'], 'yes', [], []],
    ['its addresses', ['v=spf1 ip4:192.0.2.0/23 -all'], 'yes', [], []],
    [
      'a part of its addresses',
      ['v=spf1 ip4:192.0.2.0/25 -all'],
      'no',
      [
        'replace TXT example.com v=spf1 ip4:192.0.2.0/25 -all v=spf1 ip4:192.0.2.0/25 include:_spf.mailbox.example -all',
      ],
      [],
    ],
    [
      'the term behind "all" (RFC 7208 §5.1)',
      ['v=spf1 mx -all include:_spf.mailbox.example'],
      'no',
      [
        'replace TXT example.com v=spf1 mx -all include:_spf.mailbox.example v=spf1 mx include:_spf.mailbox.example -all',
      ],
      [],
    ],
    [
      'the term with a qualifier that lets nobody pass',
      ['v=spf1 ?include:_spf.mailbox.example -all'],
      'no',
      // RFC 7208 §4.6.2: the first match decides, so that a second include would do nothing.
      ['replace TXT example.com v=spf1 ?include:_spf.mailbox.example -all v=spf1 include:_spf.mailbox.example -all'],
      [],
    ],
    ['two records (RFC 7208 §4.5)', ['v=spf1 mx -all', 'v=spf1 -all'], 'no', [], ['spf.multiple-records']],
    ['a record that is none', ['v=spf1 inlcude:_spf.mailbox.example -all'], 'no', [], ['spf.unknown-mechanism']],
  ])('%s', async (_, texts, authenticated, expected, findings) => {
    const zone = { ...theirs, ...(texts && { 'example.com': { TXT: texts, MX: ['10 mx.example.com'] } }) };
    const result = await audit(zone, mailbox);
    expect(spf(result)).toMatchObject({ authenticated, aligned: 'yes', domain: 'example.com' });
    expect(steps(result)).toEqual(expected);
    expect(codes(result).filter((code) => !/^sender\.policy|shared/.test(code))).toEqual(findings);
    expect(codes(result)).toContain('spf.shared-sender');
  });

  test('the term in the record of an include is as good', async () => {
    const zone = {
      ...theirs,
      'example.com': { TXT: ['v=spf1 include:all.example.net -all'] },
      'all.example.net': { TXT: ['v=spf1 include:_spf.mailbox.example -all'] },
    };
    expect((await audit(zone, mailbox)).changes).toEqual([]);
  });

  test('an include that would take the record over the limit is not proposed (RFC 7208 §4.6.4)', async () => {
    const full = `v=spf1 ${Array.from({ length: 10 }, (_, i) => `a:h${i}.example.com`).join(' ')} -all`;
    const result = await audit({ ...theirs, 'example.com': { TXT: [full] } }, mailbox);
    expect(result.changes).toEqual([]);
    expect(result.diagnostics.find(({ code }) => code === 'sender.spf-limit')).toMatchObject({
      severity: 'error',
      message:
        'With "include:_spf.mailbox.example" the record of example.com would need 11 of 10 lookups: make room first',
    });
    const over = await audit(
      { ...theirs, 'example.com': { TXT: [full.replace('-all', 'include:_spf.mailbox.example -all')] } },
      mailbox,
    );
    expect(spf(over)).toMatchObject({ authenticated: 'no' });
    expect(spf(over).reason).toContain('has "include:_spf.mailbox.example", but takes 11 lookups to its end');
  });

  test('an include without a record is a permerror (RFC 7208 §5.2)', async () => {
    const zone = { ...POLICY, 'example.com': { TXT: ['v=spf1 include:_spf.mailbox.example -all'] } };
    expect(spf(await audit(zone, mailbox)).reason).toContain('_spf.mailbox.example has no usable record');
  });

  test('an include whose addresses depend on the client is looked for by name only', async () => {
    const zone = {
      ...POLICY,
      '_spf.mailbox.example': { TXT: ['v=spf1 ip4:192.0.2.1 exists:%{i}.mailbox.example -all'] },
      'example.com': { TXT: ['v=spf1 ip4:192.0.2.0/24 -all'] },
    };
    expect(spf(await audit(zone, mailbox)).authenticated).toBe('no');
  });

  test('hosts instead of an include, and networks of both families', async () => {
    const sender = { ...mailbox, spf: { terms: ['a:out.mailbox.example', 'ip6:2001:DB8::/48', 'ip4:192.0.2.1'] } };
    const record = 'v=spf1 a:out.mailbox.example ip6:2001:db8::/32 ip4:198.51.100.0/24 ip4:192.0.2.0/24 -all';
    const zone = { ...POLICY, 'example.com': { TXT: [record] }, 'out.mailbox.example': { A: ['192.0.2.9'] } };
    expect(await audit(zone, sender)).toMatchObject({ atReject: { result: 'delivered' }, diagnostics: [] });
    const open = { ...zone, 'out.mailbox.example': { A: { failure: 'timeout' as const } } };
    expect(spf(await audit(open, sender)).reason).toContain('DNS did not answer for out.mailbox.example');
  });

  test('networks on either side, in part and whole', async () => {
    const include = (text: string): Zone => ({ ...POLICY, '_spf.mailbox.example': { TXT: [text] } });
    for (const [theirs, own, authenticated] of [
      ['ip4:192.0.2.0/25 ip4:198.51.100.7', 'ip4:192.0.2.0/24 ip4:198.51.100.0/25 ip4:203.0.113.1', 'yes'],
      ['ip4:192.0.2.0/25 ip4:192.0.2.128/25', 'ip4:192.0.2.0/26 ip4:192.0.2.64/26 ip4:192.0.2.128/25', 'yes'],
      ['ip4:192.0.2.1 ip6:2001:db8::1', 'ip4:192.0.2.0/24', 'no'],
      ['ip4:203.0.113.9', 'ip4:192.0.2.0/24', 'no'],
      ['ip6:2001:db8::/64', 'ip6:2001:db8::/48', 'yes'],
    ]) {
      const zone = { ...include(`v=spf1 ${theirs} -all`), 'example.com': { TXT: [`v=spf1 ${own} -all`] } };
      expect(spf(await audit(zone, mailbox)).authenticated, `${theirs} in ${own}`).toBe(authenticated);
    }
  });

  test('addresses and macros instead of an include', async () => {
    const sender = { ...mailbox, spf: { terms: ['ip4:192.0.2.1', 'exists:%{i}._spf.{account}.example'] } };
    const zone = { ...POLICY, 'example.com': { TXT: ['v=spf1 ip4:192.0.2.0/28 exists:%{i}._spf.a7.example -all'] } };
    const result = await audit(zone, sender, { variables: { account: 'a7' } });
    expect(spf(result)).toMatchObject({ authenticated: 'yes' });
    expect(codes(result)).toEqual([]);
    const open = await audit(zone, sender);
    expect(spf(open)).toMatchObject({ authenticated: 'unknown' });
    expect(spf(open).reason).toContain('From where Mailbox sends is not known');
    expect((await audit(POLICY, sender)).changes).toEqual([]);
  });

  test('a subdomain with an exchanger for bounces', async () => {
    const sender: Sender = { ...mailbox, envelope: { domain: 'send.{domain}', mx: ['in.mailbox.example'] } };
    expect(steps(await audit(theirs, sender))).toEqual([
      'add MX send.example.com 10 in.mailbox.example',
      'add TXT send.example.com v=spf1 include:_spf.mailbox.example ~all',
    ]);
    const record = { TXT: ['v=spf1 include:_spf.mailbox.example -all'] };
    const taken = await audit({ ...theirs, 'send.example.com': { ...record, MX: ['5 mx.example.net'] } }, sender);
    expect(steps(taken)).toEqual(['replace MX send.example.com 5 mx.example.net 10 in.mailbox.example']);
    expect(codes(taken)).toContain('sender.name-taken');
    const right = await audit({ ...theirs, 'send.example.com': { ...record, MX: ['5 In.mailbox.example'] } }, sender);
    expect(right).toMatchObject({ changes: [], atReject: { result: 'delivered' } });
  });

  test('a term in the record of the author domain does nothing for MAIL FROM elsewhere (RFC 7208 §2.4)', async () => {
    const sender: Sender = {
      ...mailbox,
      envelope: { domain: 'mailbox.example' },
      spf: { terms: ['include:_spf.mailbox.example'], at: 'author' },
    };
    const zone = { ...theirs, 'example.com': { TXT: ['v=spf1 include:_spf.mailbox.example -all'] } };
    const { changes, diagnostics } = await audit(zone, sender);
    expect(changes).toEqual([]);
    expect(diagnostics.map(({ message }) => message)).toContain(
      '"include:_spf.mailbox.example" in the record of example.com has no effect: Mailbox uses MAIL FROM at mailbox.example',
    );
    expect(codes(await audit(theirs, sender))).not.toContain('sender.spf-elsewhere');
    expect(codes(await audit(zone, { ...mailbox, spf: { ...sender.spf!, at: 'author' } }))).not.toContain(
      'sender.spf-elsewhere',
    );
  });
});

describe('a delegated subdomain', () => {
  const sender: Sender = {
    name: 'Vendor',
    envelope: { domain: 'send.{domain}', ns: ['ns1.vendor.example', 'ns2.vendor.example'] },
    dkim: [{ selector: 'k', domain: 'send.{domain}', cname: 'k.vendor.example' }],
  };
  const below = {
    'k._domainkey.send.example.com': { TXT: [KEY] },
    'send.example.com': { NS: ['ns1.vendor.example', 'NS2.vendor.example.'], TXT: ['v=spf1 ip4:192.0.2.1 -all'] },
  };

  test('is all that the customer publishes', async () => {
    const missing = await audit(POLICY, sender);
    expect(steps(missing)).toEqual([
      'add NS send.example.com ns1.vendor.example',
      'add NS send.example.com ns2.vendor.example',
    ]);
    expect(missing.changes[0]).toMatchObject({ zoneLine: 'send.example.com. IN NS ns1.vendor.example.' });
    expect((await audit({ ...POLICY, ...below }, sender)).paths).toMatchObject([
      { path: 'spf', authenticated: 'yes', aligned: 'yes' },
      { path: 'dkim', authenticated: 'yes', aligned: 'yes', domain: 'send.example.com' },
    ]);
  });

  test('of which DNS says nothing for now', async () => {
    const zone = {
      ...POLICY,
      'send.example.com': { ...below['send.example.com'], NS: { failure: 'timeout' as const } },
    };
    expect(spf(await audit(zone, sender))).toMatchObject({ authenticated: 'unknown' });
  });

  test('that lacks an SPF record', async () => {
    const zone = { ...POLICY, 'send.example.com': { NS: ['ns1.vendor.example'] } };
    expect(spf(await audit(zone, sender)).reason).toContain('send.example.com has no usable SPF record');
  });
});

describe('mail through servers of the customer', () => {
  const relay: Sender = { name: 'Vendor', method: 'relay', envelope: { domain: 'vendor.example' } };

  test('has MAIL FROM of the author domain, and from where it leaves must be told', async () => {
    const zone = { ...POLICY, 'example.com': { TXT: ['v=spf1 ip4:192.0.2.1 -all'] } };
    expect(spf(await audit(zone, relay))).toMatchObject({
      domain: 'example.com',
      authenticated: 'unknown',
      aligned: 'yes',
    });
    const named = { ...relay, spf: { terms: ['ip4:192.0.2.1'] } };
    expect(await audit(zone, named)).toMatchObject({ atReject: { result: 'delivered' }, changes: [] });
  });

  test('without a record it is not authenticated', async () => {
    expect(spf(await audit(POLICY, { ...relay, method: 'customer-credentials' }))).toMatchObject({
      authenticated: 'no',
    });
  });
});

describe('the policy', () => {
  test('that is missing is published last, with p=none', async () => {
    const { '_dmarc.example.com': _, ...zone } = vendorZone;
    const result = await audit(zone as Zone, vendor, account);
    expect(steps(result).at(-1)).toBe('add TXT _dmarc.example.com v=DMARC1; p=none');
    expect(result.dmarc).toEqual({ result: 'none' });
    expect(result.paths.map(({ aligned }) => aligned)).toEqual(['yes', 'yes']);
    expect(result.atReject.result).toBe('rejected');
    expect(codes(result)).toEqual(['sender.dmarc-fail']);
  });

  test('that is there twice is not made three (RFC 9989 §4.10)', async () => {
    const zone = { ...complete, '_dmarc.example.com': { TXT: ['v=DMARC1; p=none', 'v=DMARC1; p=reject'] } };
    const result = await audit(zone, vendor, account);
    expect(result.changes).toEqual([]);
    expect(result.dmarc).toEqual({ result: 'none' });
    expect(codes(result)).toEqual(['dmarc.multiple-records']);
  });

  test('that is not usable is not replaced', async () => {
    const result = await audit({ ...complete, '_dmarc.example.com': { TXT: ['v=DMARC1; p=rejct'] } }, vendor, account);
    expect(result.dmarc).toEqual({ result: 'none' });
    expect(result.changes).toEqual([]);
    expect(codes(result).every((code) => code.startsWith('dmarc.'))).toBe(true);
  });

  test('with strict alignment breaks what relaxed alignment would accept (RFC 9989 §4.4)', async () => {
    const strict = { '_dmarc.example.com': { TXT: ['v=DMARC1; p=quarantine; aspf=s; adkim=s'] } };
    const sender = { ...vendor, dkim: [{ selector: 'v1', domain: 'mail.{domain}', cname: 'v1.vendor.example' }] };
    const zone = {
      ...complete,
      ...strict,
      'v1.vendor.example': { TXT: [KEY] },
      'v1._domainkey.mail.example.com': { CNAME: ['v1.vendor.example'] },
    };
    const result = await audit(zone, sender, account);
    expect(result.paths.map(({ authenticated, aligned }) => `${authenticated} ${aligned}`)).toEqual([
      'yes no',
      'yes no',
    ]);
    expect(spf(result).reason).toMatch(/bounce\.example\.com is not aligned with example\.com in strict mode\.$/);
    expect(codes(result)).toEqual(['sender.strict-alignment', 'sender.strict-alignment', 'sender.policy-hit']);
    expect(result.diagnostics.map(({ message }) => message)).toEqual([
      'adkim=s keeps mail.example.com from alignment with example.com',
      'aspf=s keeps bounce.example.com from alignment with example.com',
      'Mail of Vendor as example.com does not pass DMARC, and the policy is quarantine',
    ]);
    expect((await audit({ ...complete, ...strict }, vendor, account)).atReject.result).toBe('delivered');
  });

  test('of a subdomain that the sender uses: sp, np where it does not exist, t=y one step down (RFC 9989 §4.7)', async () => {
    const sender = { ...vendor, subdomain: 'news' };
    const at = async (zone: Zone) => {
      const { domain, dmarc } = await audit(zone, sender, account);
      expect(domain).toBe('news.example.com');
      return dmarc.policy;
    };
    const policy = (text: string): Zone => ({ ...complete, '_dmarc.example.com': { TXT: [text] } });
    const text = 'v=DMARC1; p=none; sp=reject; np=quarantine';
    expect(await at(policy(text))).toBe('quarantine');
    expect(await at({ ...policy(text), 'news.example.com': { A: ['192.0.2.1'] } })).toBe('reject');
    expect(await at({ ...policy(text), 'news.example.com': { A: { failure: 'timeout' } } })).toBeUndefined();
    expect(await at(policy('v=DMARC1; p=reject; t=y'))).toBe('quarantine');
    expect((await audit(vendorZone, sender, account)).changes[0]).toMatchObject({
      name: 'v1._domainkey.news.example.com',
    });
  });

  test('and alignment by organizational domains, as RFC 7489 has them', async () => {
    const options = { organizationalDomain: publicSuffix };
    const zone: Zone = { ...complete, '_dmarc.example.com': { TXT: ['v=DMARC1; p=reject; t=y'] } };
    const input = { domain: 'example.com', sender: vendor, variables: { account: 'a7' } };
    const result = await auditSender(input, { resolver: memoryResolver(zone) }, options);
    expect(result.dmarc).toEqual({ result: 'pass', policyDomain: 'example.com', policy: 'reject' });
    expect(spf(result).aligned).toBe(checkAlignment('example.com', 'bounce.example.com').aligned ? 'yes' : 'no');
    const { changes } = await auditSender(
      { domain: 'shop.example.co.uk', sender: 'mailchimp' },
      { resolver: memoryResolver({}) },
      options,
    );
    expect(changes.at(-1)).toMatchObject({ name: '_dmarc.example.co.uk', after: 'v=DMARC1; p=none' });
    const foreign = { ...vendor, envelope: { domain: '{domain}.vendor.example' } };
    expect(
      spf(await auditSender({ ...input, sender: foreign }, { resolver: memoryResolver(zone) }, options)).aligned,
    ).toBe('no');
  });

  test('with an organization of its own below (psd=n) is not aligned with what is above', async () => {
    const zone = { ...complete, '_dmarc.bounce.example.com': { TXT: ['v=DMARC1; p=none; psd=n'] } };
    expect(spf(await audit(zone, vendor, account))).toMatchObject({ authenticated: 'yes', aligned: 'no' });
  });
});

/** A resolver that fails one question, or counts them. */
function watch(zone: Zone, fails?: string): { resolver: Resolver; asked: string[] } {
  const inner = memoryResolver(zone);
  const asked: string[] = [];
  const resolver: Resolver = {
    query: async <T extends RecordType>(name: string, type: T) => {
      asked.push(`${type} ${name}`);
      return fails === `${type} ${name}`
        ? { name, type, status: 'failure', reason: 'timeout' }
        : inner.query(name, type);
    },
  };
  return { resolver, asked };
}

test('what may be a copy of records that DNS does not show for now is unknown', async () => {
  const zone = { ...complete, 'v1._domainkey.example.com': { TXT: [KEY] } };
  const { resolver } = watch(zone, 'TXT v1.example-com.vendor.example');
  const result = await auditSender({ domain: 'example.com', sender: vendor, ...account }, { resolver });
  expect(dkim(result)).toMatchObject({ authenticated: 'unknown' });
  expect(dkim(result).reason).toContain('DNS did not answer for v1.example-com.vendor.example');
  expect(result.changes).toEqual([]);
});

const everything: Sender = {
  ...vendor,
  dkim: [...vendor.dkim!, { selector: 'own', record: KEY }, { selector: 'shown' }],
};
const senders: [string, Sender][] = [
  ['aliases and keys', everything],
  [
    'terms and exchangers',
    {
      name: 'Vendor',
      envelope: { domain: 'send.{domain}', mx: ['in.vendor.example'] },
      spf: { terms: ['include:a7.vendor.example'] },
      dkim: [{ selector: 'k', domain: 'send.{domain}' }],
    },
  ],
  ['a delegation', { name: 'Vendor', envelope: { domain: 'send.{domain}', ns: ['ns1.vendor.example'] } }],
  ['mailboxes', { name: 'Vendor', envelope: { domain: '{domain}' }, spf: { terms: ['include:a7.vendor.example'] } }],
];

describe.each(senders)('with %s', (_, sender) => {
  const zones: [string, Zone][] = [
    ['nothing published', vendorZone],
    [
      'all published',
      { ...complete, 'own._domainkey.example.com': { TXT: [KEY] }, 'shown._domainkey.example.com': { TXT: [KEY] } },
    ],
  ];

  test.each(zones)('and %s each question is asked once', async (_, zone) => {
    const { resolver, asked } = watch(zone);
    await auditSender({ domain: 'example.com', sender, ...account }, { resolver });
    expect(asked.filter((question, i) => asked.indexOf(question) !== i)).toEqual([]);
  });

  test.each(zones)('and %s a failed question makes unknown what depends on it, never missing', async (_, zone) => {
    const { resolver, asked } = watch(zone);
    const input = { domain: 'example.com', sender, ...account };
    const whole = await auditSender(input, { resolver });
    for (const fails of asked) {
      const result = await auditSender(input, watch(zone, fails));
      result.paths.forEach((path, i) => {
        const was = whole.paths[i]!;
        expect([was.authenticated, 'unknown'], `${fails}: ${path.reason}`).toContain(path.authenticated);
        expect([was.aligned, 'unknown'], `${fails}: ${path.reason}`).toContain(path.aligned);
      });
      // Nothing is proposed that the whole answer would not propose.
      expect(steps(whole), fails).toEqual(expect.arrayContaining(steps(result)));
      expect([whole.dmarc.result, 'unknown'], fails).toContain(result.dmarc.result);
      expect([whole.atReject.result, 'unknown'], fails).toContain(result.atReject.result);
    }
  });
});

/** How often somebody waits: all that is asked is answered together, and only when nothing more is asked. */
async function countRounds(zone: Zone, sender: Sender): Promise<number> {
  const inner = memoryResolver(zone);
  let waiting: (() => void)[] = [];
  const resolver: Resolver = {
    query: async <T extends RecordType>(name: string, type: T) => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      return inner.query(name, type);
    },
  };
  let done = false;
  const audited = auditSender({ domain: 'example.com', sender, ...account }, { resolver }).finally(() => {
    done = true;
  });
  for (let rounds = 0; ; rounds++) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    if (done) {
      await audited;
      return rounds;
    }
    const answered = waiting;
    waiting = [];
    for (const answer of answered) answer();
  }
}

describe('what does not depend on an answer is asked at once', () => {
  test('aliases, keys, policy and alignment: one round', async () => {
    expect(await countRounds(complete, everything)).toBe(1);
    expect(await countRounds(vendorZone, everything)).toBe(1);
  });

  test('includes: one round for each level', async () => {
    const zone = {
      ...complete,
      'example.com': { TXT: ['v=spf1 include:a.example.net -all'] },
      'a.example.net': { TXT: ['v=spf1 include:a7.vendor.example -all'] },
    };
    expect(await countRounds(zone, senders[3]![1])).toBe(2);
  });
});

describe('arguments', () => {
  const resolver = memoryResolver({});
  test.each<[unknown, string]>([
    [{ domain: 'not a domain', sender: 'mailchimp' }, '"domain" must be a domain name'],
    [undefined, '"domain" must be a string'],
    [
      { domain: 'example.com', sender: 'nobody' },
      '"sender" must be an id of the directory or a description, received "nobody"',
    ],
    [
      { domain: 'example.com', sender: null },
      '"sender" must be an id of the directory or a description, received null',
    ],
    [{ domain: 'example.com', sender: {} }, '"sender.name" must be a string'],
    [
      { domain: 'example.com', sender: { name: 'V', method: 'pigeon' } },
      '"sender.method" must be one of direct, relay',
    ],
    [
      { domain: 'example.com', sender: { name: 'V', subdomain: 'a b' } },
      'its patterns must make domain names, received "a b.example.com"',
    ],
    [{ domain: 'example.com', sender: { name: 'V', dkim: [{}] } }, 'must be a string, received undefined'],
    [
      { domain: 'example.com', sender: 'sendgrid', variables: { bounce: 'a b' } },
      'its patterns must make domain names, received "a b.example.com"',
    ],
    [{ domain: 'example.com', sender: 'sendgrid', variables: { bounce: 1 } }, '"variables.bounce" must be a string'],
    [{ domain: 'example.com', sender: 'sendgrid', variables: null }, '"variables" must be an object, received null'],
    [{ domain: 'example.com', sender: 'sendgrid', variables: 'x' }, '"variables" must be an object, received "x"'],
    [{ domain: 'example.com', sender: { name: 'V', variables: 7 } }, '"variables" must be an object, received 7'],
    [
      { domain: 'example.com', sender: { name: 'V', spf: { terms: ['include: x'] } } },
      'must be terms of an SPF record, received "include: x"',
    ],
  ])('%j is refused', async (input, message) => {
    await expect(auditSender(input as AuditSenderInput, { resolver })).rejects.toThrow(TypeError);
    await expect(auditSender(input as AuditSenderInput, { resolver })).rejects.toThrow(message);
  });

  test('the options and the limits must be objects', async () => {
    const input = { domain: 'example.com', sender: 'mailchimp' };
    await expect(auditSender(input, { resolver }, null as never)).rejects.toThrow('the options must be an object');
    await expect(auditSender(input, { resolver }, { limits: null as never })).rejects.toThrow(
      '"limits" must be an object',
    );
  });

  test('the strategy must be a function', async () => {
    const options = { organizationalDomain: 'com' } as never;
    await expect(auditSender({ domain: 'example.com', sender: 'mailchimp' }, { resolver }, options)).rejects.toThrow(
      TypeError,
    );
  });

  test('names of objects are no variables', async () => {
    const sender: Sender = { name: 'V', dkim: [{ selector: '{constructor}' }, { selector: '{__proto__}' }] };
    const result = await audit({}, sender);
    expect(result.paths.map(({ selector }) => selector)).toEqual(['{constructor}', '{__proto__}']);
  });

  test('an aborted signal rejects with its reason', async () => {
    const env = { resolver, signal: AbortSignal.abort('stop') };
    await expect(auditSender({ domain: 'example.com', sender: 'mailchimp' }, env)).rejects.toBe('stop');
  });
});
