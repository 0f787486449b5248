import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from '../../src/cli/run.ts';
import { mail, policy, recordXml, reportXml, zip } from '../support/reports.ts';

const folder = mkdtempSync(join(tmpdir(), 'mailverdict-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

async function call(args: string[], { stdin, terminal = false }: { stdin?: Uint8Array; terminal?: boolean } = {}) {
  let out = '';
  let err = '';
  const status = await run(['report', ...args], {
    stdin: (async function* () {
      if (stdin !== undefined) yield stdin;
    })(),
    stdout: { write: (text) => (out += text), isTTY: terminal, columns: 100 },
    stderr: { write: (text) => (err += text), isTTY: terminal },
    environment: {},
  });
  return { status, out, err };
}

const DAY = 86_400;
const FIRST = Date.UTC(2026, 10, 1) / 1000;

function xml({ day = 0, org = 'Example', records = recordXml() } = {}): string {
  const begin = FIRST + day * DAY;
  const metadata =
    `<report_metadata><org_name>${org}</org_name><email>dmarc@example.org</email><report_id>r${day}</report_id>` +
    `<date_range><begin>${begin}</begin><end>${begin + DAY - 1}</end></date_range></report_metadata>`;
  return reportXml({ head: `<version>1.0</version>${metadata}${policy}`, records });
}

const forged = recordXml({
  ip: '<source_ip>198.51.100.66</source_ip>',
  count: '<count>250</count>',
  evaluated: '<policy_evaluated><disposition>reject</disposition><dkim>fail</dkim><spf>fail</spf></policy_evaluated>',
  results:
    '<auth_results><spf><domain>=cmd.example</domain><scope>mfrom</scope><result>fail</result></spf></auth_results>',
});
const own = recordXml({ count: '<count>1000</count>' });
const tls = JSON.stringify({
  'organization-name': 'Example',
  'date-range': { 'start-datetime': '2026-11-01T00:00:00Z', 'end-datetime': '2026-11-01T23:59:59Z' },
  'report-id': 't1',
  policies: [
    {
      policy: {
        'policy-type': 'sts',
        'policy-string': [],
        'policy-domain': 'example.com',
        'mx-host': ['mx.example.com'],
      },
      summary: { 'total-successful-session-count': 90, 'total-failure-session-count': 10 },
      'failure-details': [
        { 'result-type': 'certificate-expired', 'receiving-mx-hostname': 'mx.example.com', 'failed-session-count': 10 },
      ],
    },
  ],
});
const failure =
  'From: dmarc@example.org\r\nMIME-Version: 1.0\r\n' +
  'Content-Type: multipart/report; report-type=feedback-report; boundary=x\r\n\r\n--x\r\n\r\nThis is a report\r\n' +
  '--x\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: auth-failure\r\nVersion: 1\r\nAuth-Failure: dmarc\r\n' +
  'Source-IP: 198.51.100.66\r\nReported-Domain: example.com\r\n--x\r\nContent-Type: message/rfc822\r\n\r\nFrom: a@example.com\r\n\r\n--x--\r\n';

beforeAll(() => {
  mkdirSync(at('mixed'));
  mkdirSync(at('mixed/older'));
  writeFileSync(at('mixed/a.eml'), mail(gzipSync(xml({ records: own + forged }))));
  writeFileSync(at('mixed/again.xml'), xml({ records: own + forged }));
  writeFileSync(
    at('mixed/older/b.zip'),
    zip([{ name: 'b.xml', data: Buffer.from(xml({ day: 1, org: 'Other', records: own })) }]),
  );
  writeFileSync(at('mixed/older/tls.json'), tls);
  writeFileSync(at('mixed/older/failure.eml'), failure);
  writeFileSync(at('mixed/notes.txt'), 'Remember the milk\n');
});

describe('mailverdict report', () => {
  test('says who sends, how much of it passes, and why the rest does not', async () => {
    const { status, out, err } = await call([at('mixed')]);
    expect([status, err]).toEqual([1, '']);
    expect(out.replaceAll(folder, '')).toMatchInlineSnapshot(`
      "2 aggregate reports of Example and Other, 2026-11-01 to 2026-11-02; 1 came again and is not counted.
      2,250 messages, 2,000 passed DMARC (88.9 %)
      Quarantined 0, rejected 250.

      Messages by day, and how many passed (█) or failed (░)
        2026-11-01  ████████████████████████░░░░░░  1,250  80.0 %
        2026-11-02  ████████████████████████        1,000   100 %

        messages  passed   DKIM    SPF  source
           2,000   100 %  100 %  100 %  192.0.2.1
             250     0 %    0 %    0 %  198.51.100.66
                                        250 unauthorized: Nothing shows that the source may send for
                                        example.com. If this source is yours, let it sign with
                                        d=example.com or add it to SPF; if not, a stricter policy stops
                                        it.

      1 TLS report: 100 sessions, 10 failed (10.0 %)
               10  certificate-expired for example.com at mx.example.com

      1 failure report
        dmarc of example.com from 198.51.100.66 (/mixed/older/failure.eml)

      1 file without a report that can be read
        /mixed/notes.txt: There is no report: it is neither mail, gzip, zip, XML
        nor JSON
      "
    `);
  });

  test('--domain leaves out what is about other domains, in reports of every kind', async () => {
    const all = ['mixed/a.eml', 'mixed/older/b.zip', 'mixed/older/tls.json', 'mixed/older/failure.eml'].map(at);
    writeFileSync(at('foreign.xml'), xml({ day: 2 }).replace('<domain>example.com', '<domain>evilexample.com'));
    const own = await call([...all, at('foreign.xml'), '--domain', 'Example.com', '--domain', 'example.org']);
    expect(own).toMatchObject({ status: 0, err: '' });
    expect(own.out).toContain('2 aggregate reports of');
    expect(own.out).toContain('1 TLS report: 100 sessions');
    expect(own.out).toContain('1 failure report\n');
    expect(own.out).toMatch(/\n\n1 report about other domains left out\n$/);
    const none = await call([...all, '--domain', 'example.net']);
    expect([none.status, none.out]).toEqual([0, '4 reports about other domains left out\n']);
    const { out } = await call([...all, '--domain', 'example.net', '--json']);
    expect(JSON.parse(out)).toMatchObject({ foreign: 4, aggregate: { foreign: 2 }, tls: { reports: 0 }, failures: [] });
  });

  test('is satisfied where every file holds a report', async () => {
    const { status, out } = await call([at('mixed/a.eml'), at('mixed/older/b.zip')]);
    expect(status).toBe(0);
    expect(out).toContain('2,250 messages, 2,000 passed DMARC (88.9 %)');
  });

  test('reads standard input', async () => {
    const { status, out } = await call(['-'], { stdin: gzipSync(xml()) });
    expect(status).toBe(0);
    expect(out).toContain('1 message, 1 passed DMARC (100 %)');
  });

  test('--json prints everything', async () => {
    const { out } = await call([at('mixed'), '--json']);
    const found = JSON.parse(out);
    expect(found).toMatchObject({
      files: 6,
      aggregate: { duplicates: 1, totals: { messages: 2250, passed: 2000 } },
      tls: { sessions: { successful: 90, failed: 10 } },
      failures: [{ file: at('mixed/older/failure.eml'), authFailure: 'dmarc', sourceIp: '198.51.100.66' }],
      unreadable: [{ file: at('mixed/notes.txt') }],
    });
    expect(found.aggregate.reports).toHaveLength(2);
  });

  test('--csv escapes what a spreadsheet would take for a formula', async () => {
    const { out } = await call([at('mixed/a.eml'), '--csv']);
    expect(out).toMatchInlineSnapshot(`
      "source_ip,header_from,envelope_from,policy_domain,disposition,dkim,spf,dkim_domains,spf_domains,reasons,messages
      192.0.2.1,example.com,example.com,example.com,none,pass,pass,s@example.com=pass,example.com=pass,,1000
      198.51.100.66,example.com,example.com,example.com,reject,fail,fail,,'=cmd.example=fail,,250
      "
    `);
  });

  test('--csv: also behind a semicolon, where a spreadsheet may begin a cell', async () => {
    const identifiers = '<identifiers><header_from>a;=1+1;b</header_from></identifiers>';
    const { out } = await call(['-', '--csv'], { stdin: Buffer.from(xml({ records: recordXml({ identifiers }) })) });
    expect(out).toContain("\r\n192.0.2.1,a;'=1+1;b,,");
  });

  test('a report as large as --max-bytes allows, whatever its kind', async () => {
    const { status, out } = await call(['-'], { stdin: Buffer.from(tls + ' '.repeat(26_000_000)) });
    expect([status, out.slice(0, 12)]).toEqual([0, '1 TLS report']);
  });

  test('--html writes a page that runs nothing and shows hostile texts as texts', async () => {
    const hostile = xml({ org: '&lt;script&gt;alert(1)&lt;/script&gt;', records: own });
    const { status } = await call(['-', '--html', at('page.html')], { stdin: Buffer.from(hostile) });
    expect(status).toBe(0);
    const page = readFileSync(at('page.html'), 'utf8');
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page).not.toMatch(/<script|<link|<img|https?:/);
    expect(page).toContain("default-src 'none'");
    expect(page).toContain('2026-11-01: 1,000 of 1,000 passed');
  });

  test('--names asks for the host names of the sources', async () => {
    writeFileSync(at('zone.json'), JSON.stringify({ '1.2.0.192.in-addr.arpa': { PTR: ['mail.example.com'] } }));
    const { out } = await call([at('mixed/a.eml'), '--names', '--zone', at('zone.json')]);
    expect(out).toContain('192.0.2.1 (mail.example.com)\n');
    expect(out).toMatch(/198\.51\.100\.66\n/);
  });

  test('days become weeks, and weeks months, where there are many', async () => {
    mkdirSync(at('days'));
    for (let day = 0; day < 40; day++) writeFileSync(at(`days/${day}.xml`), xml({ day }));
    const weeks = await call([at('days')]);
    expect(weeks.out).toContain('Messages by week');
    // 2026-11-01 is a Sunday.
    expect(weeks.out).toMatch(/^ {2}2026-10-26 .* 1 {3}100 %$/m);
    expect(weeks.out).toMatch(/^ {2}2026-11-02 .* 7 {3}100 %$/m);
    for (let week = 6; week < 60; week++) writeFileSync(at(`days/w${week}.xml`), xml({ day: week * 7 }));
    const months = await call([at('days')]);
    expect(months.out).toContain('Messages by month');
    expect(months.out).toMatch(/^ {2}2026-11 .* 30 {3}100 %$/m);
  });

  test('--top limits the list, and says what is left out', async () => {
    const { out } = await call([at('mixed/a.eml'), '--top', '1']);
    expect(out).toContain('and 1 other source; --top 2 lists them all');
  });

  test('of a report over the limit the part that was read counts, and the rest is told', async () => {
    const bytes = String(xml({ records: own + forged }).indexOf('198.51.100.66'));
    const { status, out } = await call([at('mixed/again.xml'), '--max-bytes', bytes]);
    expect(status).toBe(1);
    expect(out).toContain('1,000 messages, 1,000 passed');
    expect(out).toContain('1 file of which only a part can be read\n');
    expect(out).toContain(`There is more than the limit of ${bytes} octets`);
  });

  test('colours for a terminal', async () => {
    const { out } = await call([at('mixed/a.eml')], { terminal: true });
    expect(out).toContain('\u001b[1m1,250 messages');
  });

  test.each<[args: string[], message: string]>([
    [[], 'name a file or a folder'],
    [[at('absent.xml')], 'no such file'],
    [[at('mixed'), '--json', '--csv'], '--json and --csv exclude each other'],
    [[at('mixed'), '--domain', 'a..b'], '--domain must be a domain name: found "a..b"'],
    [[at('mixed'), '--top', 'all'], '--top must be a whole number above 0: found "all"'],
  ])('a wrong call: %j', async (args, message) => {
    const { status, out, err } = await call(args);
    expect([status, out]).toEqual([2, '']);
    expect(err).toContain(message);
  });

  test('an empty folder has nothing to say', async () => {
    mkdirSync(at('empty'));
    const { status, out } = await call([at('empty')]);
    expect([status, out]).toEqual([0, 'There is no file to read.\n']);
  });
});
