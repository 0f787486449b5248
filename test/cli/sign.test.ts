import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { run } from '../../src/cli/run.ts';
import { verifyDkimSignatures } from '../../src/dkim/verify.ts';
import { memoryResolver } from '../../src/resolvers/memory.ts';
import { ed25519, keyRecord, octetsOf, rsaKey } from '../support/keys.ts';

const folder = mkdtempSync(join(tmpdir(), 'mailverdict-'));
const put = (name: string, content: string | Uint8Array) => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const rsa = rsaKey(2048);
const rsaFile = put('rsa.pem', rsa.export({ format: 'pem', type: 'pkcs1' }) as string);
const edFile = put('ed.pem', ed25519.export({ format: 'pem', type: 'pkcs8' }) as string);
const text = 'From: ann@example.com\r\nDate: x\r\nMessage-ID: <1@example.com>\r\n\r\nGr\u00fc\u00dfe\r\n';
const file = put('message.eml', octetsOf(text));
const keys = ['--domain', 'example.com', '--selector', 'a', '--key', rsaFile];
const env = {
  resolver: memoryResolver({
    'a._domainkey.example.com': { TXT: [keyRecord(rsa)] },
    'b._domainkey.example.com': { TXT: [keyRecord(ed25519)] },
  }),
  now: () => new Date('2026-11-21T00:00:00Z'),
};

async function call(args: string[], stdin: Uint8Array[] = []) {
  const out: Uint8Array[] = [];
  let err = '';
  const status = await run(['sign', ...args], {
    stdin: (async function* () {
      yield* stdin;
    })(),
    stdout: { write: (piece) => out.push(Buffer.from(piece as string)) },
    stderr: { write: (piece) => (err += piece) },
    environment: {},
  });
  return { status, out: new Uint8Array(Buffer.concat(out)), err };
}

const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');

describe('mailverdict sign', () => {
  test('prints the message with the signature on top, octet by octet', async () => {
    const { status, out, err } = await call([file, ...keys]);
    expect(status).toBe(0);
    expect(err).toContain('info dkim.sign-eight-bit: ');
    expect(latin1(out).endsWith(`==\r\n${text}`)).toBe(true);
    const [result] = await verifyDkimSignatures(out, { resolver: env.resolver });
    expect(result?.result).toBe('pass');
  });

  test('from standard input, with two keys, an identity, a time and an end', async () => {
    const pieces = [octetsOf(text.slice(0, 30)), octetsOf(text.slice(30))];
    const more = ['--selector', 'b', '--key', edFile, '--auid', '@mail.example.com'];
    const time = ['--at', '2026-11-21T00:00:00Z', '--expires-in', '7d', '--canonicalization', 'simple/simple'];
    const { out } = await call(['-', ...keys, ...more, ...time], pieces);
    const results = await verifyDkimSignatures(out, env);
    const t = Date.parse('2026-11-21T00:00:00Z') / 1000;
    expect(results).toMatchObject([
      { result: 'pass', selector: 'a', algorithm: 'rsa-sha256', timestamp: t, expires: t + 604_800 },
      { result: 'pass', selector: 'b', algorithm: 'ed25519-sha256', auid: '@mail.example.com' },
    ]);
    expect(latin1(out)).toContain('c=simple/simple;');
  });

  test('--field-only prints the field, without its message', async () => {
    const { out } = await call([file, ...keys, '--field-only']);
    expect(latin1(out)).toMatch(/^DKIM-Signature: v=1; .*=\r\n$/s);
    expect(latin1(out)).not.toContain('From: ann');
  });

  test('a file with LF lines comes out with CRLF', async () => {
    const { out, err } = await call([put('lf.eml', octetsOf(text.replaceAll('\r\n', '\n'))), ...keys]);
    expect(latin1(out).endsWith(`\r\n${text}`)).toBe(true);
    expect(err).toContain('dkim.sign-lf-line-endings');
  });

  test.each([
    ['90', 90],
    ['30m', 1800],
    ['12h', 43_200],
  ])('--expires-in %s', async (given, seconds) => {
    const { out } = await call([file, ...keys, '--at', '1970-01-01T00:00:00Z', '--expires-in', given]);
    expect(latin1(out)).toMatch(new RegExp(`t=0;\\s+x=${seconds};`));
  });

  test.each<[string, string[], string]>([
    ['no message', keys, 'name one message'],
    ['two messages', [file, file, ...keys], 'name one message'],
    ['no domain', [file, '--selector', 'a', '--key', rsaFile], '--domain, --selector and --key are needed'],
    ['no key', [file, '--domain', 'example.com', '--selector', 'a'], 'as many selectors as keys'],
    ['a selector without a key', [file, ...keys, '--selector', 'b'], 'as many selectors as keys'],
    ['a time that is none', [file, ...keys, '--at', 'noon'], '--at must be a time like'],
    ['an end that is none', [file, ...keys, '--expires-in', '1w'], '--expires-in must be a number of seconds'],
    ['a key that is none', [file, ...keys.slice(0, 5), file], `${file}: Cannot import the private key: "pem" has no`],
    ['a file that is not there', [`${file}.x`, ...keys], 'no such file'],
    ['a canonicalization', [file, ...keys, '--canonicalization', 'nofws'], '"canonicalization" must be one of'],
    ['a message that must not be signed', [put('bad.eml', 'To: x\r\n\r\n'), ...keys], 'must have one From field'],
  ])('%s is refused', async (_, args, reason) => {
    const { status, out, err } = await call(args);
    expect([status, out.length]).toEqual([2, 0]);
    expect(err).toContain(reason);
  });
});
