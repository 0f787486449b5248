import { deflateRawSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import {
  mergeSummaries,
  openReport,
  parseAggregateRecords,
  parseAggregateReport,
  parseFailureReport,
  parseTlsReport,
  simulatePolicy,
  summarizeAggregateReports,
  summarizeTlsReports,
} from '../../src/reports.ts';
import { recordXml, reportXml, zip } from '../support/reports.ts';

const good = recordXml({ ip: '<source_ip>192.0.2.77</source_ip>' });
const codes = (result: { diagnostics: { code: string }[] }) => [...new Set(result.diagnostics.map(({ code }) => code))];

/** Processor time, which does not depend on who else is at work. */
async function secondsOf(work: () => unknown): Promise<number> {
  const start = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

describe('many small bombs together stay below the limits of one (attacks §7)', () => {
  const blank = Buffer.alloc(1_400_000, 0x20);
  const packed = gzipSync(blank);
  const another = `--x\r\nContent-Type: text/xml\r\n\r\n${reportXml()}\r\n`;
  const part = `--x\r\nContent-Type: application/gzip\r\nContent-Transfer-Encoding: base64\r\n\r\n${packed.toString('base64')}\r\n`;

  test.each<[string, () => Uint8Array]>([
    ['a zip', () => zip(Array.from({ length: 100 }, (_, i) => ({ name: `${i}.xml`, data: blank })))],
    [
      'a mail',
      () => Buffer.from(`Content-Type: multipart/mixed; boundary=x\r\n\r\n${part.repeat(100)}--x--\r\n`, 'latin1'),
    ],
    ['a gzip of many members', () => Buffer.concat(Array.from({ length: 500 }, () => packed))],
  ])('%s', async (_, make) => {
    const bomb = make();
    let result: Awaited<ReturnType<typeof openReport>> | undefined;
    const seconds = await secondsOf(async () => {
      result = await openReport(bomb);
    });
    expect(result!.ok).toBe(false);
    expect(codes(result!).filter((code) => /bomb|too-large/.test(code))).not.toEqual([]);
    expect(seconds).toBeLessThan(3);
  });

  test('what comes behind them, and is not packed, is still found', async () => {
    const mail = `Content-Type: multipart/mixed; boundary=x\r\n\r\n${part.repeat(20)}${another}--x--\r\n`;
    const result = await openReport(Buffer.from(mail, 'latin1'));
    expect(result.value?.text.trimEnd()).toBe(reportXml());
    expect(result.diagnostics.filter(({ code }) => code === 'report.too-large')).toHaveLength(1);
  });

  test.each([['zip'], ['gzip']] as const)('a small %s with more than may be inflated says so', async (kind) => {
    const text = Buffer.from(reportXml({ records: recordXml().repeat(300) }));
    const small =
      kind === 'zip' ? zip([{ name: 'a.xml', data: text }]) : Buffer.concat([gzipSync(text), Buffer.from('x')]);
    const result = await openReport(small, { limits: { inflatedBytes: 50_000 } });
    expect(result.value!.bytes).toHaveLength(50_000);
    expect(codes(result)).toContain('report.too-large');
    expect(parseAggregateReport(result.value!.bytes).value!.records.length).toBeGreaterThan(50);
  });

  test('members that overlap, as a directory could say, are not looked for: what stands in the file counts', async () => {
    const xml = Buffer.from(reportXml());
    const one = zip([{ name: 'a.xml', data: xml }]);
    // The directory names the one member a thousand times.
    const entry = Buffer.alloc(46 + 5);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(8, 10);
    entry.writeUInt32LE(deflateRawSync(xml).length, 20);
    entry.writeUInt32LE(4_294_967_295, 24);
    entry.writeUInt16LE(5, 28);
    entry.write('a.xml', 46);
    const bomb = Buffer.concat([
      one.subarray(0, one.indexOf('PK\x01\x02')),
      ...Array.from({ length: 1000 }, () => entry),
    ]);
    const result = await openReport(bomb);
    expect(result.value?.text).toBe(reportXml());
  });

  test.each(['../../etc/passwd', '/etc/passwd', 'C:\\x.xml', 'a\u001b[31m.xml', '__proto__'])(
    'the name %j of a member is a text, and no path',
    async (name) => {
      const result = await openReport(zip([{ name, data: Buffer.from(reportXml()) }]));
      expect(result.value).toMatchObject({ kind: 'aggregate', text: reportXml() });
      const [container, member, ...rest] = result.value!.path;
      expect([container, rest]).toEqual(['zip', []]);
      expect(member).toMatch(/^[^/\\]+$/);
    },
  );
});

describe('one bad record never costs another (RFC 9990 §8.1)', () => {
  test.each<[what: string, bad: string]>([
    [
      'elements inside each other without end',
      recordXml().replace('<row>', `<row>${'<a>'.repeat(1e5)}${'</a>'.repeat(1e5)}`),
    ],
    ['a name of Object.prototype', recordXml().replace('<row>', '<row><__proto__>1</__proto__><constructor/>')],
    ['attributes without number', recordXml().replace('<row>', `<row ${'a="1" '.repeat(2000)}>`)],
    ['ten megabytes of text', recordXml({ ip: `<source_ip>${'1'.repeat(1e7)}</source_ip>` })],
    ['a hundred thousand results', recordXml({ results: `<auth_results>${'<spf/>'.repeat(1e5)}</auth_results>` })],
    ['a reference to nothing', recordXml({ ip: '<source_ip>&xxe;</source_ip>' })],
    ['no number', recordXml({ count: '<count>1e309</count>' })],
    ['nothing', '<record/>'],
    ['a record in a record', `<record>${recordXml()}</record>`],
    ['closing tags that nobody opened', `${'</a>'.repeat(1000)}`],
  ])('%s', async (_, bad) => {
    const text = reportXml({ records: good + bad + good });
    let result: ReturnType<typeof parseAggregateReport> | undefined;
    expect(
      await secondsOf(() => {
        result = parseAggregateReport(text);
      }),
    ).toBeLessThan(2);
    const records = result!.value!.records;
    expect(records.filter(({ sourceIp }) => sourceIp === '192.0.2.77')).toHaveLength(2);
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
    expect(result!.diagnostics.length).toBeLessThan(200);
    // Nor does it count for more than it says.
    const { totals } = summarizeAggregateReports([result!.value!]);
    expect(totals.messages).toBeLessThanOrEqual(3);
  });
});

test.each<[what: string, head: string, piece: string]>([
  ['an attribute', '<feedback><record a="', 'x'],
  ['a comment', '<feedback><!--', '-'],
  ['a section', '<feedback><![CDATA[', ']'],
  ['an instruction', '<feedback><?', '?'],
  ['a name', '<feedback><', 'x'],
  ['the name of an end', '<feedback></', 'x'],
  ['a declaration', '<feedback><!', 'x'],
  ['a text', '<feedback><record><row><count>', '1'],
  ['a text outside', '', 'x'],
  ['elements', '<feedback>', '<a>'],
  ['ends', `<feedback>${'<a>'.repeat(40)}`, '</b>'],
  ['records', '<feedback>', '<record>'],
])('%s without end, in small pieces, costs time by its length (JavaScript, regex DoS)', async (_, head, piece) => {
  async function* pieces(): AsyncIterable<Uint8Array> {
    yield Buffer.from(head);
    const unit = Buffer.from(piece.repeat(Math.ceil(500 / piece.length)));
    for (let i = 0; i < 4000; i++) yield unit;
  }
  let count = 0;
  const records = parseAggregateRecords(pieces());
  const seconds = await secondsOf(async () => {
    for await (const _ of records) count++;
  });
  expect(seconds).toBeLessThan(2);
  expect(count).toBe(0);
  const { ok, diagnostics } = records.report();
  expect(ok).toBe(false);
  expect(diagnostics.length).toBeLessThan(200);
});

describe('numbers and addresses', () => {
  test.each<[count: string, messages: number | undefined]>([
    ['1e309', undefined],
    ['-1', undefined],
    ['1.5', undefined],
    ['0x10', undefined],
    ['NaN', undefined],
    ['\u0663', undefined],
    ['99999999999999999999', undefined],
    ['0', 0],
    [' 7 ', 7],
    ['+7', 7],
  ])('count %j', (count, messages) => {
    const result = parseAggregateReport(reportXml({ records: recordXml({ count: `<count>${count}</count>` }) + good }));
    const [first] = result.value!.records;
    if (messages === undefined) {
      expect(codes(result)).toEqual(['aggregate.number', 'aggregate.record-dropped']);
      expect(first!.sourceIp).toBe('192.0.2.77');
    } else expect(first!.count).toBe(messages);
  });

  test.each<[ip: string, isAddress: boolean]>([
    ['2001:DB8::1', true],
    ['::ffff:192.0.2.1', true],
    ['[::1]', false],
    ['192.0.2.1%eth0', false],
    ['1.2.3', false],
    ['2001:db8::/32', false],
    ['256.1.1.1', false],
    ['192.0.2.1, 192.0.2.2', false],
  ])('source %j', (ip, isAddress) => {
    const result = parseAggregateReport(reportXml({ records: recordXml({ ip: `<source_ip>${ip}</source_ip>` }) }));
    expect(codes(result)).toEqual(isAddress ? [] : ['aggregate.source-ip']);
    expect(result.value!.records).toHaveLength(1);
  });
});

describe('false reports in great number', () => {
  const flood = Array.from({ length: 8000 }, (_, i) => {
    const ip = `<source_ip>10.${i % 200}.${(i >> 8) % 256}.${i % 256}</source_ip>`;
    const from = `<identifiers><header_from>${i}.example.com</header_from></identifiers>`;
    return recordXml({ ip, identifiers: from });
  }).join('');

  test('as many sources as one can name cost time by their number', async () => {
    const { value } = parseAggregateReport(reportXml({ records: flood }));
    let summary: ReturnType<typeof summarizeAggregateReports> | undefined;
    const seconds = await secondsOf(() => {
      summary = summarizeAggregateReports([value!, value!]);
      mergeSummaries(summary, summary);
      simulatePolicy(summary, { p: 'reject' });
    });
    expect(seconds).toBeLessThan(5);
    expect(summary).toMatchObject({ duplicates: 1, totals: { messages: 8000 } });
  });
});

describe('JSON and mail', () => {
  test.each<[string, string]>([
    ['arrays without end', '['.repeat(1_000_000)],
    ['objects inside each other', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
    ['a number without end', `{"report-id":${'9'.repeat(1_000_000)}}`],
    [
      'keys of Object.prototype',
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"policies":[{}]}',
    ],
    [
      'sums beyond all numbers',
      `{"policies":[${Array.from({ length: 50 }, () => '{"policy":{"policy-type":"sts","policy-domain":"__proto__"},"summary":{"total-successful-session-count":9007199254740991,"total-failure-session-count":1e308}}').join()}]}`,
    ],
  ])('a TLS report of %s', async (_, text) => {
    expect(
      await secondsOf(() => {
        const result = parseTlsReport(text);
        expect(JSON.parse(JSON.stringify(result))).toEqual(result);
        const summary = summarizeTlsReports(result.value === undefined ? [] : [result.value]);
        expect(JSON.parse(JSON.stringify(summary))).toEqual(summary);
      }),
    ).toBeLessThan(2);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  const report = (fields: string) =>
    'Content-Type: multipart/report; report-type=feedback-report; boundary=x\r\n\r\n--x\r\n' +
    `Content-Type: message/feedback-report\r\n\r\nFeedback-Type: auth-failure\r\n${fields}--x--\r\n`;
  test.each<[string, string]>([
    ['a hundred thousand parts', `Content-Type: multipart/report; boundary=x\r\n\r\n${'--x\r\n\r\n'.repeat(100_000)}`],
    ['a hundred thousand fields', report('Reported-Domain: a.example\r\n__proto__: x\r\n'.repeat(100_000))],
    ['a field that is folded without end', report(`Source-IP: 192.0.2.1${'\r\n x'.repeat(200_000)}\r\n`)],
    [
      'a boundary of all parts',
      `Content-Type: multipart/report; boundary="${'-'.repeat(100_000)}"\r\n\r\n${'-'.repeat(1e6)}`,
    ],
  ])('a failure report of %s', async (_, text) => {
    expect(
      await secondsOf(() => {
        const result = parseFailureReport(text);
        expect(JSON.parse(JSON.stringify(result))).toEqual(result);
        expect(result.diagnostics.length).toBeLessThan(300);
      }),
    ).toBeLessThan(2);
  });
});
