import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { parseAggregateReport } from '../../src/reports/aggregate/parse.ts';
import { openReport } from '../../src/reports/attachment.ts';
import { gzipOf, mail, recordXml, reportXml, zip } from '../support/reports.ts';

const xml = reportXml();
const bytes = Buffer.from(xml);
const tls = Buffer.from('{"organization-name":"Example","report-id":"1","policies":[]}');
const codes = (result: { diagnostics: { code: string }[] }) => result.diagnostics.map(({ code }) => code);
const failure = Buffer.from(
  'From: dmarc@example.org\r\nSubject: FW: hello\r\nMIME-Version: 1.0\r\n' +
    'Content-Type: multipart/report; report-type=feedback-report; boundary=x\r\n\r\n--x\r\n\r\nThis is a report\r\n' +
    '--x\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: auth-failure\r\nVersion: 1\r\n' +
    '--x\r\nContent-Type: message/rfc822\r\n\r\nFrom: a@example.com\r\n\r\n--x--\r\n',
);

describe('a report is found in what it came in', () => {
  const quoted = Buffer.from(xml.replaceAll('=', '=3D').replace('<version>', '=\r\n<version>'));
  const forwarded = Buffer.concat([
    Buffer.from('From: a@example.com\r\nContent-Type: message/rfc822\r\n\r\n'),
    mail(gzipSync(bytes)),
  ]);
  const attachment = (name: string) =>
    `--x\r\nContent-Type: text/xml\r\nContent-Disposition: attachment; filename="${name}"\r\n\r\n${xml}\r\n`;
  const severalParts = Buffer.from(
    'From: a@example.com\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n' +
      `${attachment('a.xml')}--x\r\nContent-Type: text/plain\r\n\r\nGreetings\r\n${attachment('b.xml')}--x--\r\n`,
  );
  test.each<[what: string, input: Uint8Array, path: string[], expected: string[]]>([
    ['plain XML', bytes, [], []],
    ['XML with a byte order mark and an empty line before it', Buffer.from(`\ufeff\n${xml}`), [], []],
    ['a gzip', gzipSync(bytes), ['gzip'], []],
    [
      'a gzip of two members (RFC 1952 §2.2)',
      Buffer.concat([gzipSync(bytes.subarray(0, 99)), gzipSync(bytes.subarray(99))]),
      ['gzip'],
      [],
    ],
    ['a gzip in a gzip', gzipSync(gzipSync(bytes)), ['gzip', 'gzip'], []],
    [
      'a gzip with zeros behind it',
      Buffer.concat([gzipSync(bytes), Buffer.alloc(64)]),
      ['gzip'],
      ['report.trailing-data'],
    ],
    ['a zip', zip([{ name: 'a.xml', data: bytes }]), ['zip', 'a.xml'], ['report.zip']],
    ['a zip with a stored member', zip([{ name: 'a.xml', data: bytes, method: 0 }]), ['zip', 'a.xml'], ['report.zip']],
    [
      'a zip with a gzip in it',
      zip([{ name: 'a.xml.gz', data: gzipSync(bytes) }]),
      ['zip', 'gzip', 'a.xml'],
      ['report.zip'],
    ],
    [
      'a mail with a gzip (RFC 9990 §3.5.2)',
      mail(gzipSync(bytes)),
      ['mail', 'gzip', 'receiver!example.com!1!2.xml'],
      [],
    ],
    [
      'a mail with a zip called gzip',
      mail(zip([{ name: 'a.xml', data: bytes }])),
      ['mail', 'zip', 'a.xml'],
      ['report.zip'],
    ],
    ['a mail with XML', mail(bytes, { type: 'text/xml', encoding: '7bit', name: 'a.xml' }), ['mail', 'a.xml'], []],
    [
      'a mail with quoted-printable XML',
      mail(quoted, { type: 'text/xml', encoding: 'quoted-printable', name: 'a.xml' }),
      ['mail', 'a.xml'],
      [],
    ],
    [
      'a mail with a wrong content type',
      mail(gzipSync(bytes), { type: 'application/octet-stream' }),
      ['mail', 'gzip', 'receiver!example.com!1!2.xml'],
      ['report.content-type'],
    ],
    ['a path in a file name', mail(bytes, { type: 'text/xml', name: '../../etc/a.xml' }), ['mail', 'a.xml'], []],
    ['a forwarded mail', forwarded, ['mail', 'mail', 'gzip', 'receiver!example.com!1!2.xml'], []],
    [
      'the first of several in a zip',
      zip(
        ['', 'a.xml', 'readme.txt', 'b.xml', 'c.xml'].map((name) => ({ name, data: name === 'a.xml' ? bytes : tls })),
      ),
      ['zip', 'a.xml'],
      ['report.zip', 'report.more'],
    ],
    ['the first of several in a mail', severalParts, ['mail', 'a.xml'], ['report.more']],
  ])('%s', async (_, input, path, expected) => {
    const result = await openReport(input);
    expect(result).toMatchObject({ ok: true, value: { kind: 'aggregate', path } });
    expect(parseAggregateReport(result.value!.text).value?.records[0]?.sourceIp).toBe('192.0.2.1');
    expect(parseAggregateReport(result.value!.bytes).value?.records).toHaveLength(1);
    expect(codes(result)).toEqual(expected);
  });

  test('as a stream of small pieces', async () => {
    const packed = mail(gzipSync(bytes));
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let i = 0; i < packed.length; i += 7) controller.enqueue(packed.subarray(i, i + 7));
        controller.close();
      },
    });
    expect((await openReport(stream)).value).toMatchObject({ kind: 'aggregate', text: xml });
  });

  test('as a stream without end, where the limit is not even a whole number', async () => {
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(Buffer.from('<feedback>')),
    });
    const { diagnostics } = await openReport(stream, { limits: { inflatedBytes: 100.5 } });
    expect(diagnostics.map(({ code }) => code)).toEqual(['report.too-large']);
  });

  test('a TLS report', async () => {
    expect((await openReport(tls)).value).toMatchObject({ kind: 'tls', path: [] });
    const sent = mail(gzipSync(tls), { type: 'application/tlsrpt+gzip', name: 'a.json.gz' });
    expect(await openReport(sent)).toMatchObject({
      ok: true,
      value: { kind: 'tls', path: ['mail', 'gzip', 'a.json'] },
      diagnostics: [],
    });
    expect(codes(await openReport(zip([{ name: 'a.json', data: tls }])))).toEqual([]);
  });

  test.each([
    ['by its content type (RFC 5965 §2)', failure, ['mail']],
    ['by its second part', Buffer.from(failure.toString().replace('multipart/report', 'multipart/mixed')), ['mail']],
    [
      'by what a part says',
      Buffer.from(
        failure
          .toString()
          .replace('multipart/report', 'multipart/mixed')
          .replace('message/feedback-report', 'text/plain'),
      ),
      ['mail'],
    ],
    [
      'in a mail that it was forwarded with',
      Buffer.concat([Buffer.from('From: a@example.com\r\nContent-Type: message/rfc822\r\n\r\n'), failure]),
      ['mail', 'mail'],
    ],
  ])('a failure report %s is the whole mail', async (_, input, path) => {
    const { value } = await openReport(input);
    expect(value).toMatchObject({ kind: 'failure', path });
    expect(value!.text.startsWith('From: dmarc@example.org')).toBe(true);
  });

  test('UTF-16 and text that is not in its encoding', async () => {
    const utf16 = Buffer.from(`\ufeff${xml}`, 'utf16le');
    expect((await openReport(utf16)).value?.text).toBe(xml);
    const broken = Buffer.from(xml.replace('Example', 'Caf\u00e9'), 'latin1');
    const result = await openReport(broken);
    expect(codes(result)).toEqual(['report.encoding']);
    expect(result.value?.text).toContain('Caf\u00e9');
  });
});

describe('what holds no report', () => {
  test.each<[what: string, input: Uint8Array, reason: string]>([
    ['nothing', new Uint8Array(0), 'it is empty'],
    ['a text', Buffer.from('hello'), 'it is neither mail, gzip, zip, XML nor JSON'],
    ['another XML', Buffer.from('<html><feedbacks/></html>'), 'the XML has no "feedback" element'],
    ['another JSON', Buffer.from('{"a":1}'), 'the JSON is no TLS report'],
    ['a mail without attachment', Buffer.from('From: a@example.com\r\n\r\nHello\r\n'), 'no part of the mail holds one'],
    ['a zip of something else', zip([{ name: 'a.txt', data: Buffer.from('hello') }]), 'no member of the zip holds one'],
  ])('%s', async (_, input, reason) => {
    const result = await openReport(input);
    expect(result.ok).toBe(false);
    expect(result.value).toBeUndefined();
    expect(result.diagnostics.at(-1)).toMatchObject({ code: 'report.not-found', params: { reason } });
  });

  test.each([undefined, null, 'text', 7, {}])('an argument %j is a TypeError', async (value) => {
    await expect(openReport(value as unknown as Uint8Array)).rejects.toThrow(/^Cannot open report: "bytes" must be/);
  });

  test('limits that are no object are a TypeError', async () => {
    const call = openReport(new Uint8Array(0), { limits: null as never });
    await expect(call).rejects.toThrow('Cannot open report: "limits" must be an object, received null');
  });
});

describe('damage and bombs cost a diagnostic, and the good part is kept (RFC 9990 §8.1)', () => {
  const many = reportXml({
    records: Array.from({ length: 4000 }, (_, i) => recordXml({ count: `<count>${i * 7919}</count>` })).join(''),
  });
  const records = (text: string) => parseAggregateReport(text).value?.records.length ?? 0;

  test('a gzip that was cut off', async () => {
    const packed = gzipSync(Buffer.from(many));
    const result = await openReport(packed.subarray(0, packed.length / 2));
    expect(codes(result)).toEqual(['report.damaged']);
    expect(records(result.value!.text)).toBeGreaterThan(500);
    expect(codes(await openReport(packed.subarray(0, packed.length - 5)))).toEqual(['report.damaged']);
  });

  test('a gzip of damaged octets', async () => {
    const packed = gzipSync(Buffer.from(many));
    packed.fill(0xff, packed.length >> 1, (packed.length >> 1) + 40);
    const result = await openReport(packed);
    expect(codes(result)).toContain('report.damaged');
    expect(records(result.value!.text)).toBeGreaterThan(500);
    expect(codes(await openReport(Buffer.from([0x1f, 0x8b])))).toEqual(['report.damaged', 'report.not-found']);
  });

  test('a gzip whose header never ends', async () => {
    const header = Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3]), Buffer.alloc(10_000_000, 0x61)]);
    const start = performance.now();
    expect(codes(await openReport(header))).toEqual(['report.damaged', 'report.not-found']);
    expect(performance.now() - start).toBeLessThan(1000);
  });

  test('more than may be inflated', async () => {
    const result = await openReport(gzipSync(Buffer.from(many)), { limits: { inflatedBytes: 200_000 } });
    expect(result.diagnostics).toMatchObject([{ code: 'report.too-large', params: { limit: 200_000 } }]);
    expect(result.value!.bytes).toHaveLength(200_000);
    expect(records(result.value!.text)).toBeGreaterThan(200);
    const plain = await openReport(Buffer.from(many), { limits: { inflatedBytes: 200_000 } });
    expect(codes(plain)).toEqual(['report.too-large']);
    const stream = new Blob([many, many]).stream() as ReadableStream<Uint8Array>;
    expect(codes(await openReport(stream, { limits: { inflatedBytes: 200_000 } }))).toEqual(['report.too-large']);
  });

  test.each([
    ['by its ratio', {}, 'report.bomb'],
    ['by its size', { inflateRatio: Number.POSITIVE_INFINITY }, 'report.too-large'],
  ])('a gzip of 1 GB is stopped %s', async (_, limits, code) => {
    const bomb = Buffer.concat([gzipSync(bytes.subarray(0, bytes.indexOf('</feedback>'))), gzipOf(1e9)]);
    const before = process.memoryUsage.rss();
    const start = process.cpuUsage();
    const result = await openReport(bomb, { limits });
    const { user, system } = process.cpuUsage(start);
    expect(codes(result)).toEqual([code]);
    expect(records(result.value!.text)).toBe(1);
    expect((user + system) / 1e6).toBeLessThan(1);
    expect((process.memoryUsage.rss() - before) / 1e6).toBeLessThan(code === 'report.bomb' ? 50 : 90);
  });

  test('a zip with sizes that lie, in every way', async () => {
    for (const size of [0, 1, 4_294_967_295]) {
      const result = await openReport(zip([{ name: 'a.xml', data: bytes, size }]));
      expect(result.value).toMatchObject({ path: ['zip', 'a.xml'], text: xml });
    }
    // Bit 3: the size comes later.
    for (const method of [0, 8] as const) {
      const later = zip([{ name: 'a.xml', data: bytes, size: 0, flags: 8, method }]);
      expect((await openReport(later)).value?.text).toBe(xml);
    }
  });

  test('a zip that was cut off, and one whose second member holds the report', async () => {
    const packed = zip([{ name: 'a.xml', data: Buffer.from(many) }]);
    const cut = await openReport(packed.subarray(0, packed.length / 2));
    expect(codes(cut)).toEqual(['report.damaged', 'report.zip']);
    expect(records(cut.value!.text)).toBeGreaterThan(500);
    const second = zip([
      { name: 'f/', data: new Uint8Array(0), method: 0 },
      { name: 'readme.txt', data: Buffer.from('hi') },
      { name: 'f/a.xml', data: bytes },
    ]);
    expect((await openReport(second)).value?.path).toEqual(['zip', 'a.xml']);
    expect(codes(await openReport(Buffer.from('PK\x03\x04\x00')))).toEqual(['report.not-found']);
    expect(codes(await openReport(zip([{ name: 'a', data: bytes }]).subarray(0, 30)))).toEqual(['report.not-found']);
  });

  test('a thousand members', async () => {
    const members = Array.from({ length: 1000 }, (_, i) => ({ name: `${i}.txt`, data: Buffer.from('x') }));
    const result = await openReport(zip(members));
    expect(result.diagnostics).toMatchObject([
      { code: 'report.too-many-members', params: { limit: 100 } },
      { code: 'report.not-found' },
    ]);
  });

  test('an encrypted member and an unknown method', async () => {
    const result = await openReport(
      zip([
        { name: 'a.xml', data: bytes, flags: 1 },
        { name: 'b.xml', data: bytes, method: 99 },
      ]),
    );
    expect(codes(result)).toEqual(['report.encrypted', 'report.encrypted', 'report.not-found']);
  });

  test('a zip in a zip is not opened, nor a third gzip, nor a ninth mail', async () => {
    const nested = zip([{ name: 'b.zip', data: zip([{ name: 'a.xml', data: bytes }]) }]);
    expect(codes(await openReport(nested))).toEqual(['report.nested', 'report.not-found']);
    expect(codes(await openReport(gzipSync(gzipSync(gzipSync(bytes)))))).toEqual(['report.nested', 'report.not-found']);
    let deep: Buffer = mail(gzipSync(bytes));
    for (let i = 0; i < 9; i++)
      deep = Buffer.concat([Buffer.from('From: a@example.com\r\nContent-Type: message/rfc822\r\n\r\n'), deep]);
    expect(codes(await openReport(deep))).toContain('report.nested');
  });

  test('a mail of ten thousand parts, and one whose parts hold parts', async () => {
    const parts = `From: a@example.com\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n\r\nx\r\n'.repeat(10_000)}`;
    expect(codes(await openReport(Buffer.from(parts)))).toContain('report.not-found');
    const deep = 'Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n'.repeat(5000);
    expect(codes(await openReport(Buffer.from(deep)))).toContain('report.not-found');
  });
});
