import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { renderJson } from '../../src/cli/output.ts';
import type { Zone } from '../../src/resolvers/memory.ts';
import { callCli, zoneOptions } from '../support/cli.ts';
import { recordXml, reportXml } from '../support/reports.ts';

const folder = mkdtempSync(join(tmpdir(), 'mailverdict-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What a terminal would obey or an eye not see; only line breaks are ours. */
const OBEYED = /[^\n\P{Cc}]|[\p{Cf}\p{Zl}\p{Zp}]/u;

/** Octets, as DNS has them. */
const octets = (text: string) => Buffer.from(text, 'utf8').toString('latin1');

const texts: [what: string, text: string][] = [
  ['an escape sequence', '\u001b[31m'],
  ['an escape sequence of one octet', '\u009b31m'],
  ['the title of a window', '\u001b]0;x\u0007'],
  ['a line break', '\r\n'],
  ['NUL and DEL', '\0\u007f'],
  ['a turn of the direction of writing', octets('\u202e')],
  ['what nobody sees', octets('\u200b\u2066')],
];

/** Everything that a domain can publish, with a text where one finds room. */
function zoneWith(x: string): Zone {
  const host = `h${x}.example`;
  return {
    'example.com': {
      TXT: [`v=spf1 include:a${x}.example exists:%{i}.${x} include:inc.example a:al.example mx redirect=${x} ?all`],
      MX: [
        { preference: 1, exchange: host },
        { preference: 2, exchange: 'al.example' },
      ],
    },
    'sound.example': { TXT: ['v=spf1 include:inc.example include:void.example exp=ex.example -all'] },
    'ex.example': { TXT: [`go away ${x}`] },
    'al.example': { CNAME: [host] },
    'inc.example': { TXT: [`v=spf1 ${x} ptr:x exp=${x}`] },
    '_dmarc.example.com': {
      TXT: [`v=DMARC1; p=none${x}; ${x}=1; rua=mailto:${x}@x.example,${x},mailto:a@b.example!${x}; sp=${x}`],
    },
    '_mta-sts.example.com': { TXT: [`v=STSv1; id=1; ${x}=${x}`] },
    's1._domainkey.example.com': { TXT: [`v=DKIM1; k=rsa; p=AAAA; n=${x}; t=${x}; s=${x}`] },
    's2._domainkey.example.com': { CNAME: [`x${x}.example`] },
    '_smtp._tls.example.com': { TXT: [`v=TLSRPTv1; rua=https://${x},mailto:${x}; ${x}=1`] },
    'default._bimi.example.com': { TXT: [`v=BIMI1; l=https://a/${x}.svg; a=${x}; ${x}=1`] },
  };
}

describe('what a domain publishes never reaches the terminal as it is', () => {
  test.each(texts)('%s', async (_, x) => {
    const file = `version: STSv1\nmode: enforce\nmx: mx.example.com\nmax_age: 604800\nx-${x}: ${x}\n`;
    const fetch = async (url: unknown) => {
      if (String(url).endsWith('.svg')) throw new Error(`refused ${x}`);
      return new Response(file, { headers: { 'content-type': 'text/plain' } });
    };
    const zone = zoneOptions(zoneWith(x));
    for (const args of [
      ['check', 'example.com', '--selector', 's1', '--selector', 's2', '--sender', 'mailchimp'],
      ['check', 'example.com', '--parked'],
      ['check', 'example.com', '--json'],
      ['spf', 'example.com', '--json'],
      ['spf', 'inc.example'],
      ['spf', 'sound.example', '--ip', '192.0.2.1', '--flatten', '--add', 'ip4:192.0.2.2'],
    ]) {
      const { status, out, err } = await callCli([...args, ...zone], { columns: 100, fetch });
      expect([args, status]).toEqual([args, 1]);
      expect(out.match(OBEYED)?.[0], args.join(' ')).toBeUndefined();
      expect(err).toBe('');
      if (args.includes('--json')) expect(() => JSON.parse(out)).not.toThrow();
    }
  });

  test('JSON means the same', () => {
    const value = { '\u009b': ['\u001b\u007f\u202e\u{e0041}\u2028', 'b\u00fccher \u65e5\u672c'] };
    const json = renderJson(value);
    expect(JSON.parse(json)).toEqual(value);
    expect(json).toContain('"\\u001b\\u007f\\u202e\\udb40\\udc41\\u2028"');
    expect(json).toContain('b\u00fccher \u65e5\u672c');
  });
});

/** A report in which the text stands wherever anybody can write. */
function reportWith(x: string): string {
  const head =
    `<version>1.0</version><report_metadata><org_name>${x}</org_name><email>${x}</email><report_id>r${x}</report_id>` +
    '<date_range><begin>1709683200</begin><end>1709769599</end></date_range></report_metadata>' +
    `<policy_published><domain>${x}</domain><p>reject</p></policy_published>`;
  const records = recordXml({
    ip: `<source_ip>${x}</source_ip>`,
    count: '<count>5</count>',
    evaluated:
      '<policy_evaluated><disposition>none</disposition><dkim>fail</dkim><spf>fail</spf>' +
      `<reason><type>${x}</type><comment>${x}</comment></reason></policy_evaluated>`,
    identifiers: `<identifiers><header_from>${x}</header_from><envelope_from>${x}</envelope_from></identifiers>`,
    results:
      `<auth_results><dkim><domain>${x}</domain><selector>${x}</selector><result>pass</result></dkim>` +
      `<spf><domain>${x}</domain><scope>mfrom</scope><result>pass</result></spf></auth_results>`,
  });
  return reportXml({ head, records });
}

async function printReport(x: string, ...args: string[]): Promise<{ out: string; page: string }> {
  const file = join(folder, 'report.xml');
  const page = join(folder, 'page.html');
  writeFileSync(file, reportWith(x));
  const { status, out, err } = await callCli(['report', file, '--html', page, ...args], { columns: 100 });
  expect({ status: status < 2, err }).toEqual({ status: true, err: '' });
  return { out, page: readFileSync(page, 'utf8') };
}

describe('what a report says is anybody\u2019s', () => {
  test.each([
    ...['\u001b[31m', '&#27;[31m', '\u009b31m', '&#155;31m', '\u0007', '\u202e', '\u007f', '&#0;', '\u0085', '\u2028'],
    ...['a&#10;b', 'a&#13;b', 'a&#9;b'],
  ])('%j reaches neither terminal nor page', async (x) => {
    for (const args of [[], ['--csv'], ['--json']]) {
      const { out, page } = await printReport(x, ...args);
      expect(out.replaceAll('\r\n', '\n').match(OBEYED)?.[0], args.join(' ')).toBeUndefined();
      expect(page.match(OBEYED)?.[0]).toBeUndefined();
    }
  });

  test.each([
    ...[
      '=cmd()',
      '+1',
      '-1',
      '@SUM(A1)',
      '&#10;=cmd()',
      '&#9;=cmd()',
      '\uff1dcmd()',
      '\uff20SUM(A1)',
      '=1,2',
      '=&quot;a',
    ],
  ])('%j is no formula', async (x) => {
    const { out } = await printReport(x, '--csv');
    const [, row = ''] = out.split('\r\n');
    // One character behind the separator, and behind a quotation mark.
    expect(row.match(/(?:^|,)"?[=+\-@\uff1d\uff0b\uff0d\uff20\s]/)?.[0]).toBeUndefined();
    expect(out.split('\r\n')).toHaveLength(3);
  });

  test.each([
    '&lt;script&gt;alert(1)&lt;/script&gt;',
    '<![CDATA[<script>alert(1)</script>]]>',
    '&quot;&gt;&lt;img src=x onerror=alert(1)&gt;',
    '&apos; onmouseover=alert(1) x=&apos;',
    '&lt;/table&gt;&lt;meta http-equiv=refresh content=0&gt;',
    '&amp;lt;script&amp;gt;',
  ])('%j is a text of the page', async (x) => {
    const { page } = await printReport(x);
    const plain = await printReport('text');
    const tags = (html: string) => html.match(/<[!/a-z][^\s>]*/gi);
    expect(tags(page)).toEqual(tags(plain.page));
    expect(page).toContain(
      `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    );
  });

  test.each(['__proto__', 'constructor', 'toString'])('%s is a name like any other', async (x) => {
    const { out } = await printReport(x, '--json');
    expect(JSON.parse(out).aggregate.sources[0].source).toBe(x);
    expect((await printReport(x)).out).toContain('5 messages, 0 passed DMARC');
  });
});

test('a folder of many reports, with bombs and rubbish between them', async () => {
  const many = join(folder, 'many');
  mkdirSync(many);
  for (let i = 0; i < 200; i++) {
    writeFileSync(join(many, `${i}.xml`), reportXml({ records: recordXml().repeat(5) }).replace('>r1<', `>r${i}<`));
  }
  writeFileSync(join(many, 'deep.xml'), reportXml({ records: '<a>'.repeat(100_000) }));
  writeFileSync(join(many, 'doctype.xml'), `<!DOCTYPE f [<!ENTITY a "aaaa">]>${reportXml().slice(39)}`);
  writeFileSync(join(many, 'rubbish\u001b[31m.bin'), Buffer.alloc(100_000, 0xff));
  writeFileSync(join(many, 'empty'), '');
  const { status, out } = await callCli(['report', many], { columns: 100 });
  expect(status).toBe(1);
  expect(out).toContain('1,000 messages');
  expect(out).toContain('3 files without a report that can be read');
  expect(out).toContain('1 file of which only a part can be read');
  expect(out).toContain('rubbish\\u{1b}[31m.bin');
  expect(out.match(OBEYED)?.[0]).toBeUndefined();
});
