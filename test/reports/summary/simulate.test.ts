import { describe, expect, test } from 'vitest';
import { parseDmarcRecord } from '../../../src/dmarc/parse.ts';
import { publicSuffix } from '../../../src/dmarc/public-suffix.ts';
import { type SimulatedPolicy, type SimulateOptions, simulatePolicy } from '../../../src/reports/summary/simulate.ts';
import { summarizeAggregateReports } from '../../../src/reports/summary/summarize.ts';
import { record, report } from '../../support/summaries.ts';

type Parts = NonNullable<Parameters<typeof record>[2]>;

const records = [
  record('192.0.2.1', 100, { dkim: ['pass example.com s1'], spf: ['pass example.com'], aligned: ['dkim', 'spf'] }),
  record('192.0.2.2', 40, { dkim: ['pass mail.example.com s2'], spf: ['pass bounce.example.net'], aligned: ['dkim'] }),
  record('192.0.2.3', 20, { from: 'shop.example.com', dkim: ['pass example.net k'], spf: ['pass bounce.example.net'] }),
  record('192.0.2.4', 8, { dkim: ['fail example.com s1'], spf: ['pass srs.example'] }),
  record('192.0.2.5', 4, { spf: ['fail example.com'] }),
];
const summary = summarizeAggregateReports([report(records)], {
  sources: (address) => (address === '192.0.2.3' ? { sender: 'Shop' } : undefined),
});

describe('what a policy would do', () => {
  test('how much mail of which sources fails, and whose it is', () => {
    const { sources, certainty, ...numbers } = simulatePolicy(summary, { p: 'reject' });
    expect(numbers).toEqual({
      messages: 172,
      failing: 32,
      dispositions: { none: 0, quarantine: 0, reject: 32 },
      legitimate: 20,
      forwarded: 8,
      unauthorized: 4,
    });
    expect(sources).toEqual([
      {
        source: 'Shop',
        messages: 20,
        failing: 20,
        disposition: 'reject',
        kind: 'legitimate',
        reason:
          'The mail is signed by example.net, not by shop.example.com. SPF is about bounce.example.net, not about shop.example.com.',
      },
      {
        source: '192.0.2.4',
        messages: 8,
        failing: 8,
        disposition: 'reject',
        kind: 'forwarded',
        reason: 'The mail was forwarded and changed on the way.',
      },
      {
        source: '192.0.2.5',
        messages: 4,
        failing: 4,
        disposition: 'reject',
        kind: 'unauthorized',
        reason: 'Nothing shows that the source may send for example.com.',
      },
    ]);
    expect(certainty.messages).toBe(172);
  });

  test.each<[string, SimulatedPolicy, { none: number; quarantine: number; reject: number }]>([
    ['p=none asks for nothing', { p: 'none' }, { none: 32, quarantine: 0, reject: 0 }],
    ['p goes for subdomains', { p: 'quarantine' }, { none: 0, quarantine: 32, reject: 0 }],
    ['sp goes before p for them', { p: 'reject', sp: 'none' }, { none: 20, quarantine: 0, reject: 12 }],
    ['np changes nothing', { p: 'reject', sp: 'quarantine', np: 'none' }, { none: 0, quarantine: 20, reject: 12 }],
    ['t=y takes reject one step down (RFC 9989 §4.7)', { p: 'reject', t: 'y' }, { none: 0, quarantine: 32, reject: 0 }],
    [
      't=y takes quarantine one step down',
      { p: 'reject', sp: 'quarantine', t: 'y' },
      { none: 20, quarantine: 12, reject: 0 },
    ],
    ['t=n', { p: 'reject', t: 'n' }, { none: 0, quarantine: 0, reject: 32 }],
  ])('%s', (_, policy, dispositions) => {
    expect(simulatePolicy(summary, policy).dispositions).toEqual(dispositions);
  });

  test('a parsed record is a policy', () => {
    const { value } = parseDmarcRecord('v=DMARC1; p=quarantine; adkim=s');
    expect(simulatePolicy(summary, value as SimulatedPolicy)).toMatchObject({
      failing: 72,
      dispositions: { quarantine: 72 },
    });
  });

  test('strict alignment hits mail that passes now, which is legitimate', () => {
    const { legitimate, sources } = simulatePolicy(summary, { p: 'reject', adkim: 's' });
    expect(legitimate).toBe(60);
    expect(sources[0]).toEqual({
      source: '192.0.2.2',
      messages: 40,
      failing: 40,
      disposition: 'reject',
      kind: 'legitimate',
      reason:
        'DKIM passes for mail.example.com, which is not example.com as strict alignment asks for. SPF is about bounce.example.net, not about example.com.',
    });
  });

  test('only the reports about one domain, when asked for', () => {
    const both = summarizeAggregateReports([
      report(records),
      report([record('192.0.2.5', 7, { from: 'example.org' })], { domain: 'example.org', orgName: 'Other' }),
    ]);
    expect(simulatePolicy(both, { p: 'reject' })).toMatchObject({
      messages: 179,
      failing: 39,
      certainty: { reporters: 2 },
    });
    expect(simulatePolicy(both, { p: 'reject' }, { domain: 'Example.ORG.' })).toMatchObject({
      messages: 7,
      failing: 7,
      certainty: { reporters: 1 },
      sources: [{ source: '192.0.2.5', messages: 7 }],
    });
    expect(simulatePolicy(both, { p: 'reject' }, { domain: 'no domain' }).messages).toBe(0);
  });

  test('a source that is hit for several reasons is shown by that of most messages', () => {
    const mixed = summarizeAggregateReports([
      report([
        record('192.0.2.9', 1, { spf: ['pass example.net'] }),
        record('192.0.2.9', 9, { from: 'a.example.com' }),
        record('192.0.2.9', 90, { dkim: ['pass example.com'], aligned: ['dkim'] }),
      ]),
    ]);
    const { sources, legitimate, unauthorized } = simulatePolicy(mixed, { p: 'reject', sp: 'quarantine' });
    expect(sources).toMatchObject([{ messages: 100, failing: 10, kind: 'unauthorized', disposition: 'quarantine' }]);
    expect([legitimate, unauthorized]).toEqual([1, 9]);
  });
});

describe('which alignment it would be', () => {
  const strict: SimulatedPolicy = { p: 'reject', adkim: 's', aspf: 's' };
  test.each<[string, Parts, SimulatedPolicy, SimulateOptions, passes: boolean, unknown: number]>([
    ['strict: the same domain', { dkim: ['pass example.com'], aligned: ['dkim'] }, strict, {}, true, 0],
    ['strict: the same domain by SPF', { spf: ['pass example.com'], aligned: ['spf'] }, strict, {}, true, 0],
    ['strict: a subdomain is not it', { spf: ['pass b.example.com'], aligned: ['spf'] }, strict, {}, false, 0],
    [
      'strict is of one mechanism',
      { spf: ['pass b.example.com'], aligned: ['spf'] },
      { p: 'reject', adkim: 's' },
      {},
      true,
      0,
    ],
    [
      'strict: SPF left out, but the reverse path is there',
      { envelopeFrom: 'example.com', aligned: ['spf'] },
      strict,
      {},
      true,
      0,
    ],
    ['strict: and is another', { envelopeFrom: 'b.example.com', aligned: ['spf'] }, strict, {}, false, 0],
    ['strict: SPF left out, and no reverse path', { aligned: ['spf'] }, strict, {}, false, 1],
    ['strict: no signature is named', { aligned: ['dkim'] }, strict, {}, false, 1],
    ['strict: no author domain', { from: '', dkim: ['pass example.com'], aligned: ['dkim'] }, strict, {}, false, 1],
    [
      'strict: what is unknown of DKIM does not matter where SPF passes',
      { spf: ['pass example.com'], aligned: ['dkim', 'spf'] },
      strict,
      {},
      true,
      0,
    ],
    ['strict: HELO does not count', { spf: ['pass example.com helo'] }, strict, {}, false, 0],
    [
      'relaxed: what the receiver says',
      { dkim: ['pass elsewhere.example'], aligned: ['dkim'] },
      { p: 'reject' },
      {},
      true,
      0,
    ],
    ['relaxed: nothing named', { aligned: ['dkim'] }, { p: 'reject' }, { organizationalDomain: publicSuffix }, true, 0],
    ['relaxed: what a strict policy refused', { dkim: ['pass mail.example.com'] }, { p: 'reject' }, {}, true, 0],
    ['relaxed: another domain', { dkim: ['pass example.net'] }, { p: 'reject' }, {}, false, 0],
    ['relaxed: a result that did not pass', { dkim: ['fail example.com'] }, { p: 'reject' }, {}, false, 0],
    [
      'relaxed, by organizational domain: the same',
      { from: 'a.example.com', dkim: ['pass b.example.com'] },
      { p: 'reject' },
      { organizationalDomain: publicSuffix },
      true,
      0,
    ],
    [
      'relaxed, by organizational domain: another than the receiver thought',
      { dkim: ['pass elsewhere.example'], aligned: ['dkim'] },
      { p: 'reject' },
      { organizationalDomain: publicSuffix },
      false,
      0,
    ],
    [
      'relaxed, by organizational domain: none',
      { from: 'com', dkim: ['pass example.com'] },
      { p: 'reject' },
      { organizationalDomain: publicSuffix },
      false,
      0,
    ],
  ])('%s', (_, parts, policy, options, passes, unknown) => {
    const one = summarizeAggregateReports([report([record('192.0.2.1', 1, parts)])]);
    const { failing, certainty } = simulatePolicy(one, policy, options);
    expect([failing === 0, certainty.unknown]).toEqual([passes, unknown]);
  });
});

describe('how sure it is', () => {
  const many = (
    days: number,
    perDay: number,
    orgs: number,
    parts: Parts = { dkim: ['pass example.com'], aligned: ['dkim'] },
  ) =>
    simulatePolicy(
      summarizeAggregateReports(
        Array.from({ length: days * orgs }, (_, i) =>
          report([record('192.0.2.1', perDay / orgs, parts)], { day: i % days, orgName: `org${Math.floor(i / days)}` }),
        ),
      ),
      { p: 'reject', adkim: 's' },
    ).certainty;

  test.each<[string, ReturnType<typeof many>, string]>([
    ['a month, several reporters, many messages', many(30, 60, 3), 'high'],
    ['29 days', many(29, 60, 3), 'medium'],
    ['two reporters', many(30, 60, 2), 'medium'],
    ['few messages', many(30, 30, 3), 'medium'],
    ['too little is known of them', many(30, 60, 3, { aligned: ['dkim'] }), 'medium'],
    ['six days', many(6, 600, 3), 'low'],
    ['hardly any messages', many(30, 3, 3), 'low'],
  ])('%s', (_, { level }, expected) => {
    expect(level).toBe(expected);
  });

  test('and what that rests on', () => {
    expect(many(30, 60, 3)).toEqual({
      level: 'high',
      days: 30,
      reporters: 3,
      messages: 1800,
      unknown: 0,
      reason: 'The reports cover 30 days, 3 reporters and 1800 messages, of which 0 cannot be judged.',
    });
    expect(many(8, 300, 1, { aligned: ['dkim'] }).reason).toBe(
      'The reports cover 8 days, 1 reporter and 2400 messages, of which 2400 cannot be judged.',
    );
  });
});

test('np is for names that do not exist, which reports do not tell', () => {
  const note = 'Reports do not tell which mail np would be for.';
  expect(simulatePolicy(summary, { p: 'reject', np: 'reject' }).certainty.reason).toContain(note);
  expect(simulatePolicy(summary, { p: 'reject' }).certainty.reason).not.toContain(note);
});

describe('wrong arguments', () => {
  test.each<[string, unknown, unknown, unknown, string]>([
    ['no summary', [], { p: 'reject' }, undefined, 'a summary must be an AggregateSummary, received an array'],
    ['no policy', summary, undefined, undefined, '"p" must be none, quarantine or reject, received undefined'],
    ['no p', summary, {}, undefined, '"p" must be none, quarantine or reject, received undefined'],
    ['sp', summary, { p: 'none', sp: 'rejct' }, undefined, '"sp" must be none, quarantine or reject, received "rejct"'],
    ['np', summary, { p: 'none', np: '' }, undefined, '"np" must be none, quarantine or reject, received ""'],
    ['adkim', summary, { p: 'none', adkim: 'strict' }, undefined, '"adkim" must be r or s, received "strict"'],
    ['aspf', summary, { p: 'none', aspf: 1 }, undefined, '"aspf" must be r or s, received 1'],
    ['t', summary, { p: 'none', t: true }, undefined, '"t" must be y or n, received true'],
    ['options', summary, { p: 'none' }, null, '"options" must be an object, received null'],
    ['domain', summary, { p: 'none' }, { domain: 5 }, '"domain" must be a string, received 5'],
    [
      'organizationalDomain',
      summary,
      { p: 'none' },
      { organizationalDomain: 'x' },
      '"organizationalDomain" must be a function, received "x"',
    ],
  ])('%s', (_, subject, policy, options, message) => {
    expect(() => simulatePolicy(subject as never, policy as never, options as never)).toThrow(
      new TypeError(`Cannot simulate policy: ${message}`),
    );
  });
});
