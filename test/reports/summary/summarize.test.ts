import { readdirSync, readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { parseAggregateReport } from '../../../src/reports/aggregate/parse.ts';
import { parseAggregateRecords } from '../../../src/reports/aggregate/records.ts';
import type { AggregateReport } from '../../../src/reports/aggregate/report.ts';
import { simulatePolicy } from '../../../src/reports/summary/simulate.ts';
import {
  mergeSummaries,
  summarizeAggregateRecords,
  summarizeAggregateReports,
} from '../../../src/reports/summary/summarize.ts';
import { conformanceAbsent, conformancePath, hasConformance } from '../../support/conformance.ts';
import { recordXml, reportXml } from '../../support/reports.ts';
import { DAY, record, report, START } from '../../support/summaries.ts';

const own = { dkim: ['pass example.com s1'], spf: ['pass example.com'], aligned: ['dkim', 'spf'] } as const;
const passing = { ...own, dkim: [...own.dkim], spf: [...own.spf], aligned: [...own.aligned] };

describe('what reports say together', () => {
  const summary = summarizeAggregateReports([
    report(
      [
        record('192.0.2.1', 10, passing),
        record('192.0.2.2', 3, { dkim: ['pass example.com s1'], aligned: ['dkim'], disposition: 'pass' }),
        record('203.0.113.9', 4, {
          from: 'News.Example.COM.',
          spf: ['softfail news.example.com'],
          disposition: 'reject',
        }),
      ],
      { day: 1 },
    ),
    report(
      [
        record('192.0.2.1', 5, passing),
        record('192.0.2.2', 2, {
          disposition: 'quarantine',
          reasons: [{ type: 'other' }, { type: 'forwarded' }, { type: 'other' }],
        }),
      ],
      { orgName: 'Other' },
    ),
  ]);

  test('messages are counted by what passed and what was done', () => {
    expect(summary.totals).toEqual({
      messages: 24,
      passed: 18,
      dkim: 18,
      spf: 15,
      dispositions: { none: 15, pass: 3, quarantine: 2, reject: 4 },
      reasons: [
        { type: 'forwarded', messages: 2 },
        { type: 'other', messages: 2 },
      ],
    });
  });

  test('by day, author domain and reporter', () => {
    expect(summary.days).toEqual([
      { day: '2026-11-01', messages: 7, passed: 5 },
      { day: '2026-11-02', messages: 17, passed: 13 },
    ]);
    expect(summary.domains).toEqual([
      { domain: 'example.com', messages: 20, passed: 18 },
      { domain: 'news.example.com', messages: 4, passed: 0 },
    ]);
    expect(summary.reporters).toEqual([
      { orgName: 'Reader', reports: 1, messages: 17 },
      { orgName: 'Other', reports: 1, messages: 7 },
    ]);
  });

  test('by source, the most messages first', () => {
    expect(summary.sources.map(({ source, messages, passed }) => [source, messages, passed])).toEqual([
      ['192.0.2.1', 15, 15],
      ['192.0.2.2', 5, 3],
      ['203.0.113.9', 4, 0],
    ]);
    expect(summary.sources[0]).toEqual({
      source: '192.0.2.1',
      addresses: ['192.0.2.1'],
      headerFrom: ['example.com'],
      firstSeen: START,
      lastSeen: START + 2 * DAY - 1,
      messages: 15,
      passed: 15,
      dkim: 15,
      spf: 15,
      dispositions: { none: 15, pass: 0, quarantine: 0, reject: 0 },
      reasons: [],
      causes: [],
    });
  });

  test('reports come by when they begin, and refer to flows', () => {
    expect(summary.reports.map(({ orgName, begin, seen }) => [orgName, begin, seen])).toEqual([
      ['Other', START, 1],
      ['Reader', START + DAY, 1],
    ]);
    expect(summary.reports[0]!.policy).toEqual({ p: 'none', adkim: 'r', aspf: 'r' });
    expect(summary.flows).toHaveLength(4);
    expect(summary.flows[summary.reports[0]!.counts[0]!]).toEqual({
      sourceIp: '192.0.2.1',
      headerFrom: 'example.com',
      policyDomain: 'example.com',
      disposition: 'none',
      dkim: 'pass',
      spf: 'pass',
      reasons: [],
      signatures: [{ domain: 'example.com', selector: 's1', result: 'pass' }],
      envelopes: [{ domain: 'example.com', scope: 'mfrom', result: 'pass' }],
    });
  });

  test('nothing is said of no reports', () => {
    expect(summarizeAggregateReports([])).toEqual({
      flows: [],
      reports: [],
      names: [],
      duplicates: 0,
      foreign: 0,
      totals: {
        messages: 0,
        passed: 0,
        dkim: 0,
        spf: 0,
        dispositions: { none: 0, pass: 0, quarantine: 0, reject: 0 },
        reasons: [],
      },
      sources: [],
      days: [],
      domains: [],
      reporters: [],
    });
  });
});

describe('what is one', () => {
  test('addresses and names are one in all their spellings, results in any order', () => {
    const { flows, totals } = summarizeAggregateReports([
      report([
        record('2001:db8::1', 1, {
          dkim: ['pass a.example x', 'fail b.example', 'pass a.example x', 'pass a.example'],
          envelopeFrom: 'A.example',
        }),
        record('2001:DB8:0::1', 2, {
          dkim: ['pass A.example', 'fail B.Example', 'pass A.example X'],
          from: 'EXAMPLE.com',
          envelopeFrom: 'a.example.',
        }),
        record('::ffff:192.0.2.1', 4),
        record('192.0.2.1', 8),
        record('no address', 16, {
          from: 'no domain',
          reasons: [{ type: 'local_policy', comment: 'ARC=pass as[1].d=x' }],
        }),
      ]),
    ]);
    expect(flows.map(({ sourceIp, headerFrom }) => [sourceIp, headerFrom])).toEqual([
      ['192.0.2.1', 'example.com'],
      ['2001:db8::1', 'example.com'],
      ['no address', 'no domain'],
    ]);
    expect(flows[1]!.signatures).toEqual([
      { domain: 'a.example', result: 'pass' },
      { domain: 'a.example', selector: 'x', result: 'pass' },
      { domain: 'b.example', result: 'fail' },
    ]);
    expect(flows[1]!.envelopeFrom).toBe('a.example');
    expect(flows[2]!.arc).toBe(true);
    expect(totals.messages).toBe(31);
  });

  test('a null reverse path is not an unknown one', () => {
    const { flows } = summarizeAggregateReports([
      report([record('192.0.2.1', 1), record('192.0.2.1', 1, { envelopeFrom: '' })]),
    ]);
    expect(flows.map(({ envelopeFrom }) => envelopeFrom)).toEqual(['', undefined]);
  });

  test('a report that comes twice counts once', () => {
    const summary = summarizeAggregateReports([
      report([record('192.0.2.1', 3)]),
      report([record('192.0.2.1', 3)]),
      report([record('192.0.2.1', 3)]),
    ]);
    expect(summary).toMatchObject({ duplicates: 2, totals: { messages: 3 }, reports: [{ seen: 3 }] });
  });

  test.each([
    ['organization', { orgName: 'Other', reportId: 'r' }],
    ['id', { reportId: 's' }],
    ['domain', { domain: 'example.org', reportId: 'r' }],
    ['period', { day: 1, reportId: 'r' }],
  ])('a report of another %s is another one', (_, words) => {
    const { duplicates, totals } = summarizeAggregateReports([
      report([record('192.0.2.1', 1)], { reportId: 'r' }),
      report([record('192.0.2.1', 1)], words),
    ]);
    expect([duplicates, totals.messages]).toEqual([0, 2]);
  });

  test('of two that contradict one another the smaller text counts, whichever came first', () => {
    const one = report([record('192.0.2.1', 1)]);
    const two = report([record('192.0.2.1', 2), record('192.0.2.9', 5)]);
    const summary = summarizeAggregateReports([one, two]);
    expect(summary).toEqual(summarizeAggregateReports([two, one]));
    expect(summary).toMatchObject({ duplicates: 1, totals: { messages: 1 }, sources: [{ source: '192.0.2.1' }] });
    expect(summary.flows).toHaveLength(1);
  });

  test('a report without an id is told from others by what it says', () => {
    const one = report([record('192.0.2.1', 1)], { reportId: '' });
    const two = report([record('192.0.2.1', 2)], { reportId: '' });
    expect(summarizeAggregateReports([one, two, one])).toMatchObject({ duplicates: 1, totals: { messages: 3 } });
  });
});

describe('numbers that cannot be', () => {
  test.each([
    ['not a number', Number.NaN, 0],
    ['negative', -5, 0],
    ['nothing', 0, 0],
    ['a fraction', 2.5, 2],
    ['infinite', Number.POSITIVE_INFINITY, Number.MAX_SAFE_INTEGER],
  ])('a count that is %s', (_, count, messages) => {
    const summary = summarizeAggregateReports([report([record('192.0.2.1', count)])]);
    expect(summary.totals.messages).toBe(messages);
    expect(summary.sources).toHaveLength(messages === 0 ? 0 : 1);
  });

  test('sums stay at 2^53-1', () => {
    const summary = summarizeAggregateReports([
      report([record('192.0.2.1', 9e15), record('192.0.2.1', 9e15), record('192.0.2.2', 9e15, passing)]),
    ]);
    expect(summary.totals).toMatchObject({ messages: Number.MAX_SAFE_INTEGER, passed: 9e15 });
    expect(
      mergeSummaries(summary, summarizeAggregateReports([report([record('192.0.2.2', 9e15, passing)], { day: 1 })])),
    ).toMatchObject({
      totals: { messages: Number.MAX_SAFE_INTEGER, passed: Number.MAX_SAFE_INTEGER },
    });
  });

  test('a period that no calendar has counts in no day', () => {
    const broken = report([record('192.0.2.1', 1)]);
    broken.reportMetadata.dateRange = { begin: Number.NaN, end: 1e300 };
    const { days, reports, sources } = summarizeAggregateReports([broken]);
    expect(days).toEqual([]);
    expect(reports[0]).toMatchObject({ begin: 0, end: 253_402_300_799 });
    expect(sources[0]).toMatchObject({ firstSeen: 0, lastSeen: 253_402_300_799 });
  });

  test('names such as __proto__ are names', () => {
    const odd = report(
      [
        record('__proto__', 1, {
          from: 'constructor',
          disposition: 'toString' as 'none',
          reasons: [{ type: '__proto__' }],
        }),
      ],
      {
        orgName: '__proto__',
      },
    );
    const { totals, reporters, domains } = summarizeAggregateReports([odd]);
    expect(totals).toMatchObject({ messages: 1, reasons: [{ type: '__proto__', messages: 1 }] });
    expect(totals.dispositions).toEqual({ none: 0, pass: 0, quarantine: 0, reject: 0 });
    expect([reporters[0]!.orgName, domains[0]!.domain]).toEqual(['__proto__', 'constructor']);
  });
});

describe('reports about other domains (RFC 9990 §8.2)', () => {
  const about = (domain: string, day = 0) => {
    const made = report([record('192.0.2.1', 1, { from: domain })], { day });
    return { ...made, policyPublished: { ...made.policyPublished, domain } };
  };
  const few = [about('example.com'), about('evilexample.com'), about('MAIL.Example.com.'), about('com')];
  const many = [...few, about('example.net'), about(''), about('example.org', 1)];
  const domains = ['Example.COM'];

  test('are left out and counted where the domains are named', () => {
    const { reports, foreign, totals } = summarizeAggregateReports(many, { domains });
    expect(reports.map(({ domain }) => domain)).toEqual(['example.com', 'mail.example.com']);
    expect([foreign, totals.messages]).toEqual([5, 2]);
    expect(summarizeAggregateReports(many, { domains: ['example.net', 'org'] })).toMatchObject({ foreign: 5 });
    expect(summarizeAggregateReports(many, { domains: [] })).toMatchObject({ foreign: 7, reports: [] });
    expect(summarizeAggregateReports(many)).toMatchObject({ foreign: 0, reports: { length: 7 } });
  });

  test('are counted in a merge, in any grouping', () => {
    const [a, b, c] = [few, [about('example.net')], many].map((reports) =>
      summarizeAggregateReports(reports, { domains }),
    );
    const merged = mergeSummaries(a!, b!, c!);
    expect(merged).toMatchObject({ foreign: 8, duplicates: 2 });
    expect(JSON.stringify(mergeSummaries(mergeSummaries(c!, b!), a!))).toBe(JSON.stringify(merged));
    expect(JSON.stringify(mergeSummaries(b!, mergeSummaries(a!, c!)))).toBe(JSON.stringify(merged));
  });

  test('whose records are read one by one, which come before the domain', async () => {
    const stream = () => new Blob([reportXml()]).stream();
    const summarize = (...names: string[]) =>
      summarizeAggregateRecords(parseAggregateRecords(stream()), { domains: names });
    expect(await summarize('example.com')).toMatchObject({ foreign: 0, totals: { messages: 1 } });
    expect(await summarize('example.net')).toMatchObject({ foreign: 1, totals: { messages: 0 } });
  });
});

test('a summary holds no text of the reports that it was made of', () => {
  setFlagsFromString('--expose-gc');
  const gc: () => void = runInNewContext('gc');
  const heap = () => {
    gc();
    return process.memoryUsage().heapUsed;
  };
  function* reports() {
    for (let i = 0; i < 50; i++) {
      const names = recordXml({
        ip: `<source_ip>2001:db8::1234:5678:${i}</source_ip>`,
        identifiers: `<identifiers><header_from>host-${i}.of-a-long-name.example.com</header_from></identifiers>`,
      });
      const text = reportXml({ records: `${names}<!--${'x'.repeat(1_000_000)}-->` });
      yield parseAggregateReport(text.replace('<org_name>', `<org_name>organization ${i} `)).value!;
    }
  }
  const before = heap();
  const summary = summarizeAggregateReports(reports());
  const megabytes = (heap() - before) / 1e6;
  expect(summary).toMatchObject({ reports: { length: 50 }, totals: { messages: 50 } });
  expect(megabytes).toBeLessThan(10);
});

describe('what the caller knows of addresses', () => {
  const reports = [
    report([
      record('192.0.2.1', 1),
      record('192.0.2.2', 5),
      record('192.0.2.3', 2, { from: 'a.example.com' }),
      record('192.0.2.4', 2),
      record('192.0.2.3', 1),
    ]),
  ];
  const directory: { [address: string]: { host?: string; sender?: string } } = {
    '192.0.2.1': { sender: 'Post', host: 'a.post.example' },
    '192.0.2.2': { sender: 'Post' },
    '192.0.2.3': { sender: 'Post', host: 'c.post.example' },
    '192.0.2.4': { host: 'mx.example.net' },
  };
  const asked: string[] = [];
  const sources = (address: string) => {
    asked.push(address);
    return directory[address];
  };
  const summary = summarizeAggregateReports(reports, { sources });

  test('addresses of one sender are one source, and each was asked for once', () => {
    expect(asked.sort()).toEqual(['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4']);
    expect(summary.sources).toMatchObject([
      {
        source: 'Post',
        sender: 'Post',
        addresses: ['192.0.2.2', '192.0.2.3', '192.0.2.1'],
        host: 'c.post.example',
        headerFrom: ['a.example.com', 'example.com'],
        messages: 9,
      },
      { source: '192.0.2.4', addresses: ['192.0.2.4'], host: 'mx.example.net', messages: 2 },
    ]);
    expect(summary.sources[1]).not.toHaveProperty('sender');
  });

  test('what a report calls an address is no name of a sender', () => {
    const forged = report([record('192.0.2.1', 1), record('Post', 1), record('+Post', 1), record('sender Post', 1)]);
    const named = summarizeAggregateReports([forged], { sources });
    expect(named.sources.map(({ addresses }) => addresses)).toEqual(
      expect.arrayContaining([['192.0.2.1'], ['Post'], ['+Post'], ['sender Post']]),
    );
    expect(simulatePolicy(named, { p: 'reject' }).messages).toBe(4);
  });

  test('the names survive a merge; of two the smaller text wins', () => {
    const again = summarizeAggregateReports(reports, { sources: () => ({ sender: 'Mail' }) });
    const merged = mergeSummaries(summary, again);
    expect(merged).toEqual(mergeSummaries(again, summary));
    expect(merged.names).toEqual([
      { address: '192.0.2.1', host: 'a.post.example', sender: 'Mail' },
      { address: '192.0.2.2', sender: 'Mail' },
      { address: '192.0.2.3', host: 'c.post.example', sender: 'Mail' },
      { address: '192.0.2.4', host: 'mx.example.net', sender: 'Mail' },
    ]);
    expect(merged.sources.map(({ source }) => source)).toEqual(['Mail']);
    expect(merged.duplicates).toBe(1);
  });

  test('an empty answer is none', () => {
    expect(summarizeAggregateReports(reports, { sources: () => ({ host: '', sender: '' }) }).names).toEqual([]);
    expect(summarizeAggregateReports(reports, { sources: () => undefined }).names).toEqual([]);
  });
});

describe('a report that is read as it arrives', () => {
  const xml = reportXml({ records: recordXml().repeat(3) + recordXml({ ip: '<source_ip>192.0.2.7</source_ip>' }) });
  const stream = () => new Blob([xml]).stream();

  test('is summarized as it is when it is whole', async () => {
    const summary = await summarizeAggregateRecords(parseAggregateRecords(stream()), {
      sources: () => ({ sender: 'S' }),
    });
    expect(summary).toEqual(
      summarizeAggregateReports([parseAggregateReport(xml).value!], { sources: () => ({ sender: 'S' }) }),
    );
    expect(summary.totals.messages).toBe(4);
  });

  test('what is no report has no messages', async () => {
    const records = parseAggregateRecords(new Blob(['no report']).stream());
    expect((await summarizeAggregateRecords(records)).reports).toEqual([]);
  });
});

describe('wrong arguments', () => {
  const valid = summarizeAggregateReports([]);
  test.each<[string, () => unknown, string]>([
    [
      'no list',
      () => summarizeAggregateReports(7 as never),
      'Cannot summarize aggregate reports: "reports" must be iterable, received 7',
    ],
    [
      'null',
      () => summarizeAggregateReports(null as never),
      'Cannot summarize aggregate reports: "reports" must be iterable, received null',
    ],
    [
      'a list of something else',
      () => summarizeAggregateReports(['x'] as never),
      'Cannot summarize aggregate reports: "reports" must hold AggregateReport objects, received "x"',
    ],
    [
      'a lookup that is none',
      () => summarizeAggregateReports([], { sources: {} as never }),
      'Cannot summarize aggregate reports: "sources" must be a function, received an object',
    ],
    [
      'options that are none',
      () => summarizeAggregateReports([], null as never),
      'Cannot summarize aggregate reports: "options" must be an object, received null',
    ],
    [
      'domains that are no list',
      () => summarizeAggregateReports([], { domains: 'example.com' as never }),
      'Cannot summarize aggregate reports: "domains" must be an array, received "example.com"',
    ],
    [
      'a domain that is none',
      () => summarizeAggregateReports([], { domains: ['a..b'] }),
      'Cannot summarize aggregate reports: "domains" must be a domain name, received "a..b"',
    ],
    [
      'no summary',
      () => mergeSummaries(valid, {} as never),
      'Cannot merge summaries: a summary must be an AggregateSummary, received an object',
    ],
    [
      'nothing',
      () => mergeSummaries(undefined as never),
      'Cannot merge summaries: a summary must be an AggregateSummary, received undefined',
    ],
  ])('%s', (_, call, message) => {
    expect(call).toThrow(new TypeError(message));
  });

  test('no records', async () => {
    await expect(summarizeAggregateRecords([] as never)).rejects.toThrow(
      new TypeError('Cannot summarize aggregate records: "records" must be AggregateRecords, received an array'),
    );
  });
});

describe('real reports', () => {
  if (!hasConformance) {
    test(conformanceAbsent, () => {});
    return;
  }
  const folder = conformancePath('reports/aggregate');
  const reports = readdirSync(folder)
    .sort()
    .map((name): [string, AggregateReport] => [name, parseAggregateReport(readFileSync(`${folder}/${name}`)).value!]);
  const sum = (list: readonly { messages: number }[]) => list.reduce((total, { messages }) => total + messages, 0);

  test.each(reports)('%s: every count is in every view', (_, one) => {
    const { totals, sources, domains, days, reporters } = summarizeAggregateReports([one]);
    expect(totals.messages).toBe(one.records.reduce((total, { count }) => total + count, 0));
    expect([sources, domains, days, reporters].map(sum)).toEqual(Array(4).fill(totals.messages));
    const { none, pass, quarantine, reject } = totals.dispositions;
    expect(none + pass + quarantine + reject).toBe(totals.messages);
    expect(sources.reduce((total, { passed }) => total + passed, 0)).toBe(totals.passed);
  });

  test('together they are the sum of each, however they are merged', () => {
    const all = summarizeAggregateReports(reports.map(([, one]) => one));
    const each = reports.map(([, one]) => summarizeAggregateReports([one]));
    expect(mergeSummaries(...each)).toEqual(all);
    expect(all.totals.messages).toBe(each.reduce((total, { totals }) => total + totals.messages, 0));
    expect(all.reports).toHaveLength(reports.length);
  });
});
