import { describe, expect, test } from 'vitest';
import { auditDomain } from '../../../src/audit/audit-domain.ts';
import { planRollout, type RolloutOptions } from '../../../src/audit/plan/rollout.ts';
import type { RolloutPlan } from '../../../src/audit/plan/rollout-plan.ts';
import { parseDmarcRecord } from '../../../src/dmarc/parse.ts';
import { publicSuffix } from '../../../src/dmarc/public-suffix.ts';
import type { AggregateRecord, AggregateReport } from '../../../src/reports/aggregate/report.ts';
import { summarizeAggregateReports } from '../../../src/reports/summary/summarize.ts';
import { memoryResolver, type Zone } from '../../../src/resolvers/memory.ts';

const DAY = 86_400;
const start = 1_790_812_800;
const now = start + 40 * DAY;
const rua = 'rua=mailto:dmarc@example.com';
const mail: Zone = {
  'example.com': { TXT: ['v=spf1 mx -all'], MX: [{ preference: 10, exchange: 'mx.example.com' }] },
  'mx.example.com': { A: ['192.0.2.1'] },
};

interface Row {
  ip?: string;
  count?: number;
  from?: string;
  /** What passes aligned; `list`: the receiver says that a mailing list changed it. */
  pass?: 'both' | 'dkim' | 'spf' | 'none' | 'list';
  /** For whom SPF passes, where it is not the domain. */
  vendor?: string;
}

function record({ ip = '192.0.2.1', count = 1000, from = 'example.com', pass = 'both', vendor }: Row): AggregateRecord {
  const dkim = pass === 'both' || pass === 'dkim' ? 'pass' : 'fail';
  const spf = pass === 'both' || pass === 'spf' ? 'pass' : 'fail';
  const envelope = vendor ?? from;
  return {
    sourceIp: ip,
    count,
    policyEvaluated: { disposition: 'none', dkim, spf, reasons: pass === 'list' ? [{ type: 'mailing_list' }] : [] },
    identifiers: { headerFrom: from, envelopeFrom: envelope },
    authResults: {
      dkim: dkim === 'pass' ? [{ domain: from, selector: 's', result: 'pass' }] : [],
      spf: [{ domain: envelope, scope: 'mfrom', result: spf === 'pass' || vendor !== undefined ? 'pass' : 'fail' }],
    },
  };
}

/** Daily reports of one receiver, under one policy. */
function reports(
  days: number,
  rows: Row[] = [{}],
  p = 'none',
  options: { from?: number; domain?: string } = {},
): AggregateReport[] {
  const { from = 0, domain = 'example.com' } = options;
  return Array.from({ length: days }, (_, i) => ({
    schema: 'rfc9990' as const,
    reportMetadata: {
      orgName: 'receiver.example',
      reportId: `${p}-${from + i}`,
      dateRange: { begin: start + (from + i) * DAY, end: start + (from + i + 1) * DAY - 1 },
      errors: [],
    },
    policyPublished: { domain, p },
    records: rows.map(record),
  }));
}

async function plan(
  text: string | undefined,
  given?: AggregateReport[],
  options: RolloutOptions & { zone?: Zone; domain?: string } = {},
): Promise<RolloutPlan> {
  const { zone = mail, domain = 'example.com', ...rest } = options;
  const resolver = memoryResolver({ ...zone, ...(text !== undefined && { '_dmarc.example.com': { TXT: [text] } }) });
  const audit = await auditDomain(domain, { resolver });
  const sources = (ip: string) => (ip === '198.51.100.9' ? { sender: 'Mailer' } : undefined);
  const found = planRollout(audit, given && summarizeAggregateReports(given, { sources }), rest);
  expect(JSON.parse(JSON.stringify(found))).toEqual(found);
  return found;
}

const codes = ({ diagnostics }: RolloutPlan) => diagnostics.map(({ code }) => code);
const textOf = ({ next }: RolloutPlan) => (next?.change.action === 'remove' ? '' : next?.change.after);
const ladder = ({ ladder }: RolloutPlan) => ladder.map(({ stage, state }) => `${stage} ${state}`);

describe('without reports only what is safe without them', () => {
  test('no record: p=none and a place for reports', async () => {
    const found = await plan(undefined);
    expect(found).toMatchObject({
      domain: 'example.com',
      status: 'ready',
      next: {
        stage: 'monitor',
        change: {
          action: 'add',
          name: '_dmarc.example.com',
          type: 'TXT',
          after: 'v=DMARC1; p=none; rua=mailto:dmarc-reports@example.com',
        },
      },
      evidence: { reports: 0, days: 0, messages: 0 },
    });
    expect(found.stage).toBeUndefined();
    expect(codes(found)).toEqual(['rollout.no-reports']);
    expect(ladder(found)).toEqual([
      'monitor next',
      'nonexistent-subdomains later',
      'subdomains later',
      'quarantine-testing skipped',
      'quarantine later',
      'reject-testing skipped',
      'reject later',
    ]);
  });

  test('an address that was given', async () => {
    expect(textOf(await plan(undefined, undefined, { rua: 'x@vendor.example' }))).toBe(
      'v=DMARC1; p=none; rua=mailto:x@vendor.example',
    );
  });

  test.each([
    ['v=DMARC1; p=none', 'v=DMARC1; p=none; rua=mailto:dmarc-reports@example.com'],
    ['v=DMARC1;p=reject', 'v=DMARC1;p=reject;rua=mailto:dmarc-reports@example.com'],
  ])('%s asks nobody for reports', async (text, expected) => {
    const found = await plan(text);
    expect([found.status, found.next?.stage, textOf(found)]).toEqual(['ready', 'monitor', expected]);
    expect(codes(found)).toEqual(['rollout.no-report-address']);
  });

  test('a record that asks for reports has to wait for them', async () => {
    const found = await plan(`v=DMARC1; p=none; ${rua}`);
    expect([found.status, found.stage, textOf(found)]).toEqual([
      'blocked',
      'monitor',
      `v=DMARC1; p=none; ${rua}; np=reject`,
    ]);
    expect(codes(found)).toEqual(['rollout.no-reports']);
  });

  test('reports about another domain are none', async () => {
    const found = await plan(`v=DMARC1; p=none; ${rua}`, reports(40, [{}], 'none', { domain: 'example.net' }));
    expect(codes(found)).toEqual(['rollout.no-reports']);
    expect(found.evidence).toEqual({ reports: 0, days: 0, messages: 0 });
  });
});

describe('one step after the other', () => {
  const base = 'v=DMARC1; p=none; ';
  test.each<[string, AggregateReport[], string, string, string[]]>([
    [`${base}${rua}`, reports(7), 'nonexistent-subdomains', `${base}${rua}; np=reject`, []],
    [`${base}np=reject; ${rua}`, reports(30), 'subdomains', `${base}np=reject; ${rua}; sp=reject`, []],
    // RFC 9989 §4.7: t=y would take sp=reject back to quarantine.
    [`${base}sp=reject; ${rua}`, reports(30), 'quarantine', `v=DMARC1; p=quarantine; sp=reject; ${rua}`, []],
    [
      `${base}sp=reject; t=y; ${rua}`,
      reports(7),
      'quarantine-testing',
      `v=DMARC1; p=quarantine; sp=reject; t=y; ${rua}`,
      ['rollout.testing-ignored'],
    ],
    [
      `v=DMARC1; p=quarantine; sp=reject; t=y; ${rua}; pct=50`,
      [...reports(23), ...reports(7, [{}], 'quarantine', { from: 23 })],
      'quarantine',
      `v=DMARC1; p=quarantine; sp=reject; ${rua}`,
      [],
    ],
    [
      `v=DMARC1; p=quarantine; sp=reject; ${rua}`,
      reports(30, [{}], 'quarantine'),
      'reject',
      `v=DMARC1; p=reject; sp=reject; ${rua}`,
      [],
    ],
    [
      `v=DMARC1; p=reject; sp=reject; ${rua}; t=y`,
      [...reports(23), ...reports(7, [{}], 'reject', { from: 23 })],
      'reject',
      `v=DMARC1; p=reject; sp=reject; ${rua}`,
      [],
    ],
  ])('%s', async (text, given, stage, expected, findings) => {
    const found = await plan(text, given);
    expect([found.status, found.next?.stage, textOf(found)]).toEqual(['ready', stage, expected]);
    expect(codes(found)).toEqual(findings);
    expect(found.next?.change).toMatchObject({ action: 'replace', name: '_dmarc.example.com', before: text });
    expect(found.ladder.find(({ state }) => state === 'next')?.stage).toBe(stage);
  });

  test('p=reject for all is the end', async () => {
    const found = await plan(`v=DMARC1; p=reject; ${rua}`, reports(10));
    expect([found.status, found.stage, found.next]).toEqual(['complete', 'reject', undefined]);
    expect(new Set(found.ladder.map(({ state }) => state))).toEqual(new Set(['done']));
    expect(found.evidence).toEqual({ reports: 10, days: 10, messages: 10_000 });
  });

  test('np waits for mail of subdomains too: no report tells which of them exist', async () => {
    const host = { from: 'web1.example.com', ip: '192.0.2.1', count: 50, pass: 'none' } as const;
    const found = await plan(`${base}${rua}`, reports(7, [{}, host]));
    expect([found.status, found.next?.stage, codes(found)]).toEqual([
      'blocked',
      'nonexistent-subdomains',
      ['rollout.legitimate-fails'],
    ]);
    expect(found.next?.simulation).toMatchObject({ messages: 350, legitimate: 350 });
  });

  test('subdomains that were left behind come first', async () => {
    const found = await plan(`v=DMARC1; p=quarantine; sp=none; ${rua}`, reports(30, [{}], 'quarantine'));
    expect(found.stage).toBe('quarantine');
    expect(found.next?.stage).toBe('nonexistent-subdomains');
    expect(ladder(found).slice(0, 4)).toEqual([
      'monitor done',
      'nonexistent-subdomains next',
      'subdomains later',
      'quarantine-testing done',
    ]);
  });

  test('the simulation of the step comes along', async () => {
    const given = reports(30, [{}, { from: 'news.example.com', count: 10, ip: '203.0.113.5', pass: 'none' }]);
    const found = await plan(`v=DMARC1; p=none; np=reject; ${rua}`, given);
    expect(found.status).toBe('ready');
    expect(found.next?.simulation).toMatchObject({ messages: 300, unauthorized: 300, dispositions: { reject: 300 } });
  });
});

describe('what blocks', () => {
  const quarantine = `v=DMARC1; p=quarantine; sp=reject; ${rua}`;
  const none = `v=DMARC1; p=none; sp=reject; t=y; ${rua}`;
  const testing = `v=DMARC1; p=quarantine; t=y; sp=reject; ${rua}`;
  const q = 'quarantine';
  const vendor = { ip: '198.51.100.9', pass: 'none', vendor: 'bounce.mailer.example' } as const;
  test.each<[string, string, AggregateReport[], string[], RolloutOptions?]>([
    ['six days', `v=DMARC1; p=none; ${rua}`, reports(6), ['rollout.few-days']],
    ['29 days', `v=DMARC1; p=none; np=reject; ${rua}`, reports(29), ['rollout.few-days']],
    ['the latest report is old', `v=DMARC1; p=none; ${rua}`, reports(10), ['rollout.reports-old'], { now }],
    ['the latest report is fresh', `v=DMARC1; p=none; ${rua}`, reports(30), [], { now }],
    ['reports of the policy before', testing, reports(30), ['rollout.policy-new']],
    [
      '29 days of quarantine',
      quarantine,
      [...reports(9), ...reports(29, [{}], q, { from: 9 })],
      ['rollout.policy-new'],
    ],
    [
      'a vendor that is not aligned',
      none,
      reports(7, [{}, { ...vendor, count: 10 }]),
      ['rollout.legitimate-fails', 'rollout.testing-ignored'],
    ],
    [
      'a vendor with few messages',
      none,
      reports(7, [{ count: 100_000 }, { ...vendor, count: 20 }]),
      ['rollout.legitimate-fails', 'rollout.testing-ignored'],
    ],
    [
      'a vendor with one message',
      none,
      [...reports(6), ...reports(1, [{ count: 10_000 }, { ...vendor, count: 1 }], 'none', { from: 6 })],
      ['rollout.testing-ignored'],
    ],
    [
      'a vendor that was dismissed by name',
      none,
      reports(7, [{}, { ...vendor, count: 10 }]),
      ['rollout.testing-ignored'],
      { dismissed: ['Mailer'] },
    ],
    [
      'a vendor that was dismissed by address',
      none,
      reports(7, [{}, { ...vendor, ip: '198.51.100.8', count: 10 }]),
      ['rollout.testing-ignored'],
      { dismissed: ['198.51.100.8'] },
    ],
    ['a few broken of many', none, reports(7, [{}, { pass: 'none', count: 1 }]), ['rollout.testing-ignored']],
    [
      'forgers',
      none,
      reports(7, [{}, { ip: '203.0.113.66', pass: 'none', count: 90_000 }]),
      ['rollout.testing-ignored'],
    ],
    [
      'mailing lists, before quarantine',
      testing,
      reports(30, [{}, { ip: '203.0.113.7', pass: 'list', count: 50 }], q),
      [],
    ],
    [
      'mailing lists, before reject',
      quarantine,
      reports(30, [{}, { ip: '203.0.113.7', pass: 'list', count: 50 }], q),
      ['rollout.forwarded-fails'],
    ],
    ['mail that is not signed, before quarantine', testing, reports(30, [{ pass: 'spf' }], q), []],
    [
      'mail that is not signed, before reject',
      quarantine,
      reports(30, [{ pass: 'spf', count: 200 }, {}], q),
      ['rollout.spf-alone'],
    ],
    ['reports without a message', `v=DMARC1; p=none; ${rua}`, reports(45, []), ['rollout.few-messages']],
    ['99 messages', `v=DMARC1; p=none; ${rua}`, reports(33, [{ count: 3 }]), ['rollout.few-messages']],
    ['102 messages', `v=DMARC1; p=none; ${rua}`, reports(34, [{ count: 3 }]), []],
    [
      'messages of others alone',
      `v=DMARC1; p=none; ${rua}`,
      reports(45, [{ ip: '203.0.113.66', pass: 'none' }]),
      ['rollout.few-messages'],
    ],
  ])('%s', async (_, text, given, expected, options = {}) => {
    const found = await plan(text, given, options);
    expect(codes(found)).toEqual(expected);
    const blocked = expected.some((code) => code !== 'rollout.testing-ignored');
    expect(found.status).toBe(blocked ? 'blocked' : 'ready');
    expect(found.next?.change.action).toBe('replace');
  });

  test('the finding names the source and why it fails', async () => {
    const found = await plan(none, reports(7, [{}, { ...vendor, count: 10 }]));
    expect(found.diagnostics[0]?.message).toMatch(/^70 messages that look legitimate would be hit, most from Mailer: /);
  });

  test('mail of subdomains is judged apart from the domain’s own', async () => {
    const own = reports(30, [{}, { ...vendor, count: 500 }]);
    expect(codes(await plan(`v=DMARC1; p=none; np=reject; ${rua}`, own))).toEqual([]);
    const below = reports(30, [{}, { ...vendor, from: 'news.example.com', count: 5 }]);
    expect(codes(await plan(`v=DMARC1; p=none; np=reject; ${rua}`, below))).toEqual(['rollout.legitimate-fails']);
  });

  test('strict alignment of the record is kept', async () => {
    const strict = reports(7, [{ pass: 'spf', vendor: 'bounce.example.com' }]);
    expect(codes(await plan(none, strict))).toEqual(['rollout.testing-ignored']);
    expect(codes(await plan(`${none}; aspf=s`, strict))).toEqual([
      'rollout.legitimate-fails',
      'rollout.testing-ignored',
    ]);
  });
});

describe('parked domains', () => {
  const parked: Zone = { 'example.com': { TXT: ['v=spf1 -all'], MX: [{ preference: 0, exchange: '.' }] } };
  test.each<[string, string | undefined, RolloutOptions, string]>([
    ['no record', undefined, {}, 'v=DMARC1; p=reject'],
    [
      'no record, and an address for reports',
      undefined,
      { rua: 'd@example.net' },
      'v=DMARC1; p=reject; rua=mailto:d@example.net',
    ],
    ['a weaker record', 'v=DMARC1; p=none; sp=none; t=y; x=1', {}, 'v=DMARC1; p=reject; x=1'],
  ])('p=reject at once: %s', async (_, text, options, expected) => {
    const found = await plan(text, undefined, { ...options, zone: parked });
    expect([found.status, found.next?.stage, textOf(found)]).toEqual(['ready', 'reject', expected]);
    expect(codes(found)).toEqual([]);
    expect(ladder(found).at(-1)).toBe('reject next');
    expect(found.ladder.some(({ state }) => state === 'later')).toBe(false);
  });

  test.each(['sp=none', 'np=quarantine', 'sp=none; np=none'])('p=reject is not for subdomains: %s', async (rest) => {
    const found = await plan(`v=DMARC1; p=reject; ${rest}`, undefined, { zone: parked });
    expect([found.status, textOf(found)]).toEqual(['ready', 'v=DMARC1; p=reject']);
    expect(found.next?.stage).toMatch(/subdomains$/);
  });

  test('p=reject without reports is enough', async () => {
    expect((await plan('v=DMARC1; p=reject', undefined, { zone: parked })).status).toBe('complete');
  });

  test('forgers change nothing, mail of its own does', async () => {
    const forged = await plan(undefined, reports(3, [{ ip: '203.0.113.66', pass: 'none' }]), { zone: parked });
    expect(textOf(forged)).toBe('v=DMARC1; p=reject');
    const own = await plan(undefined, reports(3), { zone: parked });
    expect(own.next?.stage).toBe('monitor');
  });
});

describe('what is published cannot be built on', () => {
  test('DNS does not answer: unknown, never missing', async () => {
    const found = await plan(undefined, reports(30), {
      zone: { ...mail, '_dmarc.example.com': { TXT: { failure: 'timeout' } } },
    });
    expect([found.status, found.stage, found.next]).toEqual(['unknown', undefined, undefined]);
    expect(codes(found)).toEqual(['rollout.dns-unknown']);
  });

  test('a record that cannot be edited, because it is in quotes', () => {
    const text = `"v=DMARC1; p=none; ${rua}"`;
    const { value: record } = parseDmarcRecord(text);
    const found = planRollout({
      domain: 'example.com',
      purpose: 'mail',
      dmarc: {
        status: 'found',
        name: '_dmarc.example.com',
        text,
        record: record!,
        walk: [],
        receivers: { rfc9989: {} },
      },
    });
    expect([found.status, codes(found), found.next]).toEqual(['blocked', ['rollout.record-unusable'], undefined]);
  });

  test.each([`v=DMARC1; ${rua}`, `v=DMARC1; p=reject; sp=rejct; ${rua}`, `v=DMARC1;\u00c2\u00a0p=none; ${rua}`])(
    '%s acts as p=none whatever is added (RFC 9989 §4.10.1)',
    async (text) => {
      const found = await plan(text, reports(45));
      expect([found.status, codes(found), found.next]).toEqual(['blocked', ['rollout.record-unusable'], undefined]);
    },
  );

  test('two records', async () => {
    const zone = { ...mail, '_dmarc.example.com': { TXT: ['v=DMARC1; p=none', 'v=DMARC1; p=reject'] } };
    const found = await plan(undefined, undefined, { zone });
    expect([found.status, found.next]).toEqual(['blocked', undefined]);
    expect(codes(found)).toEqual(['rollout.record-unusable']);
  });

  test('the record of the domain above', async () => {
    const zone = { ...mail, 'news.example.com': { MX: [{ preference: 10, exchange: 'mx.example.com' }] } };
    const found = await plan(`v=DMARC1; p=none; ${rua}`, undefined, { zone, domain: 'news.example.com' });
    expect(codes(found)).toEqual(['rollout.inherited']);
    expect(found.diagnostics[0]?.message).toBe('The policy is that of example.com: plan for that domain');
    expect(found.next).toBeUndefined();
  });

  test('the record of a public suffix is not the owner\u2019s to plan for: until he has one, it goes on', async () => {
    const under = (text: string) => plan(undefined, undefined, { zone: { ...mail, '_dmarc.com': { TXT: [text] } } });
    const found = await under('v=DMARC1; p=none; sp=quarantine; np=reject; psd=y; rua=mailto:dmarc@nic.com');
    expect([found.status, found.next?.stage, found.stage]).toEqual(['ready', 'monitor', undefined]);
    expect(textOf(found)).toBe('v=DMARC1; p=quarantine; np=reject; rua=mailto:dmarc-reports@example.com');
    expect(textOf(await under('v=DMARC1; p=reject; psd=y'))).toBe(
      'v=DMARC1; p=reject; rua=mailto:dmarc-reports@example.com',
    );
  });

  test.each<[string, string, Zone, string, string]>([
    [
      'a top-level domain',
      'com',
      { com: { A: ['192.0.2.1'] } },
      'monitor',
      'v=DMARC1; p=none; psd=y; rua=mailto:d@example.com',
    ],
    [
      'a suffix by the list',
      'co.uk',
      { 'co.uk': { A: ['192.0.2.1'] } },
      'monitor',
      'v=DMARC1; p=none; psd=y; rua=mailto:d@example.com',
    ],
    [
      'a suffix by its record',
      'example.bank',
      { 'example.bank': { A: ['192.0.2.1'] }, '_dmarc.example.bank': { TXT: [`v=DMARC1; p=none; psd=y; ${rua}`] } },
      'nonexistent-subdomains',
      `v=DMARC1; p=none; np=reject; psd=y; ${rua}`,
    ],
  ])('%s is not parked: those below it send (RFC 9989 §4.10.1, §11.8)', async (_, domain, zone, stage, text) => {
    const audit = await auditDomain(domain, { resolver: memoryResolver(zone) }, { organizationalDomain: publicSuffix });
    expect(audit.purpose).toBe('parked');
    const found = planRollout(audit, undefined, { rua: 'd@example.com' });
    expect([found.status, found.next?.stage]).toEqual([stage === 'monitor' ? 'ready' : 'blocked', stage]);
    expect(parseDmarcRecord(textOf(found)!).value).toMatchObject({ psd: 'y' });
    if (stage === 'monitor') expect(textOf(found)).toBe(text);
  });

  test('a record that an alias leads to is changed where it stands', async () => {
    const zone: Zone = {
      ...mail,
      '_dmarc.example.com': { CNAME: ['example.dmarc.vendor.example'] },
      'example.dmarc.vendor.example': { TXT: [`v=DMARC1; p=none; ${rua}`] },
    };
    const found = await plan(undefined, reports(7), { zone });
    expect(found.next?.change).toMatchObject({ action: 'replace', name: 'example.dmarc.vendor.example' });
    const { 'example.dmarc.vendor.example': _, ...dead } = zone;
    const none = await plan(undefined, undefined, { zone: dead });
    expect([none.status, codes(none), none.next]).toEqual(['blocked', ['rollout.record-unusable'], undefined]);
  });

  test('a subdomain with a record of its own needs neither np nor sp', async () => {
    const name = 'news.example.com';
    const zone = {
      ...mail,
      [name]: { MX: [{ preference: 10, exchange: 'mx.example.com' }] },
      [`_dmarc.${name}`]: { TXT: [`v=DMARC1; p=none; ${rua}`] },
    };
    const given = reports(7, [{ from: name }], 'none', { domain: name });
    const found = await plan('v=DMARC1; p=none', given, { zone, domain: name });
    expect(found.next?.stage).toBe('quarantine-testing');
    expect(ladder(found).slice(1, 3)).toEqual(['nonexistent-subdomains skipped', 'subdomains skipped']);
    // Here t=y takes no other policy back.
    const quarantined = { ...zone, [`_dmarc.${name}`]: { TXT: [`v=DMARC1; p=quarantine; ${rua}`] } };
    const later = await plan('v=DMARC1; p=none', given, { zone: quarantined, domain: name });
    expect([later.next?.stage, textOf(later)]).toEqual(['reject-testing', `v=DMARC1; p=reject; ${rua}; t=y`]);
  });
});

const facts = { domain: 'example.com', purpose: 'mail', dmarc: { status: 'none', name: '_dmarc.example.com' } };

test.each<[string, unknown, unknown, unknown, string]>([
  ['audit', undefined, undefined, {}, '"audit" must be a DomainAudit, received undefined'],
  ['audit of nothing', {}, undefined, {}, '"audit" must be a DomainAudit, received an object'],
  ['audit of null', null, undefined, {}, '"audit" must be a DomainAudit, received null'],
  ['dmarc', { domain: 'example.com', dmarc: {} }, undefined, {}, '"audit" must be a DomainAudit'],
  ['now', facts, undefined, { now: new Date() }, '"now" must be epoch seconds'],
  ['options', facts, undefined, null, 'the options must be an object, received null'],
  ['rua', facts, undefined, { rua: '' }, '"rua" must be an address or a URI, received ""'],
])('a wrong %s', (_, audit, summary, options, message) => {
  const call = () => planRollout(audit as never, summary as never, options as never);
  expect(call).toThrow(TypeError);
  expect(call).toThrow(message);
});

test('a wrong summary', async () => {
  const audit = await auditDomain('example.com', { resolver: memoryResolver(mail) });
  expect(() => planRollout(audit, [] as never)).toThrow(TypeError);
  expect(() => planRollout(audit, undefined, { dismissed: [5] as never })).toThrow('"dismissed" must be a string');
  expect(() => planRollout(audit, undefined, { rua: 5 as never })).toThrow('"rua" must be a string');
});
