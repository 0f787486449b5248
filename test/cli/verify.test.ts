import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { MessageVerdict } from '../../src/authenticate/verdict.ts';
import type { Console } from '../../src/cli/console.ts';
import { run } from '../../src/cli/run.ts';
import { addSet, arcZone } from '../support/arc.ts';
import { serveDns } from '../support/dns-server.ts';
import { serveDoh } from '../support/doh-server.ts';
import { sampleMessage, sampleZone } from '../support/sample.ts';

const path = (name: string) => new URL(`../../sample/${name}`, import.meta.url).pathname;
const session = ['--ip', '192.0.2.25', '--helo', 'mx.example.org', '--mail-from', 'bounce@news.example.org'];
const zone = ['--zone', path('zone.json')];
const forged = ['--ip', '203.0.113.99', '--helo', 'mx.evil.example', '--mail-from', 'bounce@news.example.org'];

async function call(args: string[], { stdin = [] as Uint8Array[], color = false } = {}) {
  let out = '';
  let err = '';
  const console: Console = {
    stdin: (async function* () {
      yield* stdin;
    })(),
    stdout: { write: (text) => (out += text), isTTY: color },
    stderr: { write: (text) => (err += text) },
    environment: {},
  };
  const status = await run(args, console);
  return { status, out, err };
}

describe('mailverdict verify', () => {
  test('prints what, why, and the record that decided', async () => {
    const { status, out, err } = await call(['verify', path('message.eml'), ...session, ...zone]);
    expect([status, err]).toEqual([0, '']);
    expect(out).toContain('Author  news@example.org\n');
    expect(out).toContain('DMARC   pass\n');
    expect(out).toContain('dkim  pass example.org aligned (strict)');
    expect(out).toContain('policy reject (p=) of example.org');
    expect(out).toContain('_dmarc.example.org  v=DMARC1; p=reject; adkim=s; rua=mailto:dmarc@example.org');
    expect(out).toContain(
      'SPF     pass for MAIL FROM news.example.org: "include:_spf.shop.example" of news.example.org matches',
    );
    expect(out).toContain('     └─ ip4:192.0.2.0/27  match');
    expect(out).toContain('DKIM    pass for example.org\n  key nov2026._domainkey.example.org (rsa-sha256, 2048 bits)');
    expect(out).not.toContain('\u001b');
  });

  test('the README shows what the demo prints', async () => {
    const { out } = await call(['verify', path('message.eml'), ...session, ...zone]);
    expect(readFileSync(new URL('../../README.md', import.meta.url), 'utf8')).toContain(`\`\`\`\n${out}\`\`\``);
  });

  test('a message that fails says why, and the status is 1', async () => {
    const body = join(mkdtempSync(join(tmpdir(), 'mailverdict-')), 'changed.eml');
    writeFileSync(body, readFileSync(path('message.eml'), 'latin1').replace('Hello Ann', 'Hello Bob'), 'latin1');
    const { status, out } = await call(['verify', body, ...forged, ...zone, '--authserv-id', 'mx.reader.example']);
    expect(status).toBe(1);
    expect(out).toContain('DMARC   fail: ');
    expect(out).toContain('on this result alone: quarantine');
    expect(out).toContain('DKIM    fail for example.org: the body was changed after signing');
    expect(out).toContain('\nAuthentication-Results: mx.reader.example;\n spf=fail ');
  });

  test('reads standard input, and prints the verdict as JSON', async () => {
    const { status, out } = await call(['verify', '-', ...session, ...zone, '--json'], { stdin: [sampleMessage] });
    expect(status).toBe(0);
    expect((JSON.parse(out) as MessageVerdict).dmarc.result).toBe('pass');
  });

  test('asks by DNS over HTTPS, or a name server', async () => {
    const doh = await serveDoh(sampleZone);
    const dns = await serveDns(sampleZone);
    const called = [
      await call(['verify', path('message.eml'), ...session, '--doh', doh.url]),
      await call(['verify', path('message.eml'), ...session, '--server', dns.address]),
    ];
    await doh.close();
    await dns.close();
    expect(called.map(({ status }) => status)).toEqual([0, 0]);
    expect(called[0]?.out).toBe(called[1]?.out);
  });

  test('colours a terminal', async () => {
    const { out } = await call(['verify', path('message.eml'), ...session, ...zone], { color: true });
    expect(out).toContain('\u001b[32mpass\u001b[39m');
  });

  test('checks the ARC chain of a message that has one', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mailverdict-'));
    const file = join(folder, 'zone.json');
    writeFileSync(file, JSON.stringify({ ...sampleZone, ...arcZone }));
    const message = addSet(addSet(new TextDecoder('latin1').decode(sampleMessage)));
    const verify = (text: string) =>
      call(['verify', '-', ...session, '--zone', file], { stdin: [new TextEncoder().encode(text)] });
    const { status, out } = await verify(message);
    expect(status).toBe(0);
    expect(out).toContain(
      '\nARC     pass\n  1  lists.example (seal pass, message signature pass)\n  2  lists.example (seal pass, message signature pass)',
    );
    const forged = await verify(message.replace('cv=pass', 'cv=none'));
    expect(forged.out).toContain('\nARC     fail: a seal says of the chain what cannot be\n');
    expect(forged.out).toContain('  error arc.chain-status');
    expect((await verify(new TextDecoder('latin1').decode(sampleMessage))).out).not.toContain('\nARC ');
  });

  test('follows RFC 7489 when asked', async () => {
    const { out } = await call(['verify', path('message.eml'), ...session, ...zone, '--rfc7489', '--json']);
    expect((JSON.parse(out) as MessageVerdict).dmarc.protocol).toBe('rfc7489');
  });

  test('an unsigned message without an author, judged as of another time', async () => {
    const { status, out } = await call(['verify', '-', ...session, ...zone, '--at', '2026-01-01T00:00:00Z'], {
      stdin: [new TextEncoder().encode('Subject: \u001b[31mx\r\n\r\n')],
    });
    expect(status).toBe(1);
    expect(out).toContain('DMARC   permerror: the From field names no author domain');
    expect(out).toContain('DKIM    none: the message has no signature');
  });

  test.each([
    ['no message', ['verify', ...session], 'name one message'],
    ['two messages', ['verify', 'a', 'b', ...session], 'name one message'],
    ['no session', ['verify', path('message.eml')], '--ip, --helo and --mail-from are needed'],
    [
      'an address that is none',
      ['verify', path('message.eml'), '--ip', '10.0', '--helo', 'a', '--mail-from', '', ...zone],
      '"ip" must be an IP address',
    ],
    ['a file that is not there', ['verify', 'no-such.eml', ...session, ...zone], 'ENOENT'],
    ['a zone that is none', ['verify', path('message.eml'), ...session, '--zone', path('message.eml')], 'is no zone'],
    [
      'a time that is none',
      ['verify', path('message.eml'), ...session, ...zone, '--at', 'now-ish'],
      '--at must be a time',
    ],
    [
      'two sources of DNS',
      ['verify', path('message.eml'), ...session, ...zone, '--doh', 'https://dns.example/'],
      '--zone, --server and --doh exclude each other',
    ],
    ['an unknown option', ['verify', path('message.eml'), '--frob'], '--frob'],
    ['an unknown command', ['frobnicate'], 'there is no command "frobnicate"'],
  ])('%s is a usage error', async (_, args, message) => {
    const { status, out, err } = await call(args);
    expect([status, out]).toEqual([2, '']);
    expect(err).toMatch(/^mailverdict: /);
    expect(err).toContain(message);
  });

  test.each([
    ['--help', 0, 'mailverdict verify MESSAGE'],
    ['help', 0, 'mailverdict verify MESSAGE'],
    ['--version', 0, '0.1.0'],
  ])('%s', async (argument, status, text) => {
    const called = await call([argument]);
    expect(called.status).toBe(status);
    expect(called.out).toContain(text);
  });

  test('without a command the usage is printed, and the status is 2', async () => {
    const { status, out } = await call([]);
    expect(status).toBe(2);
    expect(out).toContain('mailverdict verify MESSAGE');
  });

  test('verify --help lists the options', async () => {
    expect((await call(['verify', '--help'])).out).toContain('--mail-from ADDRESS');
  });
});
