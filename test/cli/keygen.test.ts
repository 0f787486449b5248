import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { run } from '../../src/cli/run.ts';
import { parseDkimKeyRecord } from '../../src/dkim/key-record.ts';
import { signerFromPem } from '../../src/dkim/signer.ts';

async function call(...args: string[]) {
  let out = '';
  let err = '';
  const status = await run(['keygen', ...args], {
    stdin: (async function* () {})(),
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
    environment: {},
  });
  return { status, out, err };
}

const key = ['--domain', 'example.com', '--selector', 'nov2026', '--algorithm', 'ed25519'];
let folder = '';
const before = process.cwd();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mailverdict-'));
});
afterEach(() => process.chdir(before));

describe('mailverdict keygen', () => {
  test('writes the private key for its owner alone, and prints the record', async () => {
    const file = join(folder, 'key.pem');
    const { status, out, err } = await call(...key, '--out', file);
    expect([status, err]).toEqual([0, '']);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect((await signerFromPem(readFileSync(file, 'utf8'))).algorithm).toBe('ed25519-sha256');
    expect(out).toContain(`Private key: ${file}\n`);
    expect(out).toMatch(/^nov2026\._domainkey\.example\.com\. IN TXT "v=DKIM1; k=ed25519; p=[^"]{44}"$/m);
    expect(out).toMatch(/^v=DKIM1; k=ed25519; p=\S{44}$/m);
    expect(out).not.toContain('PRIVATE KEY-----');
  });

  test('never overwrites a file', async () => {
    const file = join(folder, 'key.pem');
    writeFileSync(file, 'precious');
    const { status, out, err } = await call(...key, '--out', file);
    expect([status, out]).toEqual([2, '']);
    expect(err).toContain('file already exists');
    expect(readFileSync(file, 'utf8')).toBe('precious');
  });

  test('names the file after the key where nothing is said', async () => {
    process.chdir(folder);
    const { status, out } = await call(...key);
    expect(status).toBe(0);
    expect(out).toContain('Private key: nov2026._domainkey.example.com.pem\n');
    expect(statSync(join(folder, 'nov2026._domainkey.example.com.pem')).size).toBeGreaterThan(100);
  });

  test('RSA of a size, as JSON, with what there is to say about it', async () => {
    const file = join(folder, 'rsa.pem');
    const place = ['--domain', 'example.com', '--selector', 'a'];
    const { status, out, err } = await call(...place, '--bits', '1024', '--out', file, '--json');
    expect(status).toBe(0);
    const { record } = JSON.parse(out) as { record: { text: string; name: string } };
    expect(parseDkimKeyRecord(record.text).value).toMatchObject({ keyType: 'rsa', keyBits: 1024 });
    expect(err).toMatch(/^warning dkim\.sign-key-short: .* \(RFC 8301 §3\.2\)\n$/);
  });

  test.each([
    [['--domain', 'example.com'], '--domain and --selector are needed'],
    [['--selector', 'a'], '--domain and --selector are needed'],
    [[...key, '--bits', 'many'], '"bits" is for RSA keys, received NaN'],
    [['--domain', 'x.y', '--selector', 'a', '--algorithm', 'dsa'], '"algorithm" must be "rsa" or "ed25519"'],
    [[...key, 'stray'], 'stray'],
  ])('%j is refused', async (args, reason) => {
    process.chdir(folder);
    const { status, err } = await call(...args);
    expect(status).toBe(2);
    expect(err).toContain(reason);
  });

  test('--help', async () => {
    const { status, out } = await call('--help');
    expect(status).toBe(0);
    expect(out).toMatch(/^mailverdict keygen --domain NAME --selector NAME/);
  });
});
