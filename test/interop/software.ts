import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// Independent software, as Debian 12 has it. Nothing here is skipped where it is missing: see README.md for what to install.

export type Algorithm = 'rsa-sha256' | 'ed25519-sha256';

/** What is to be signed, and how. */
export interface SignJob {
  message: Buffer;
  domain: string;
  selector: string;
  algorithm: Algorithm;
  canonicalization: string;
  /** The private key as the software wants it. */
  key: string;
}

export interface Software {
  name: string;
  algorithms: readonly Algorithm[];
  /** One word for each signature of each message, top first: `pass`, or what the software says. */
  verify(messages: readonly Buffer[], zone: { [name: string]: string }): string[][];
  /** The DKIM-Signature fields, each with its CRLF; empty where the software made none. */
  sign(jobs: readonly SignJob[]): string[];
}

function run(
  command: string,
  args: readonly string[],
  input: string | Buffer = '',
): { stdout: string; stderr: string } {
  const { stdout, stderr, status, error } = spawnSync(command, args, { input, maxBuffer: 1 << 30 });
  if (error !== undefined)
    throw new Error(`${command} cannot be run (test/interop/README.md says what to install): ${error.message}`);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}:\n${stderr}`);
  return { stdout: stdout.toString('latin1'), stderr: stderr.toString('latin1') };
}

/** Software behind a script that takes and gives JSON. */
function scripted(name: string, algorithms: readonly Algorithm[], command: string, script: string): Software {
  const path = new URL(script, import.meta.url).pathname;
  const ask = (jobs: readonly object[], zone: object): unknown =>
    JSON.parse(run(command, [path], JSON.stringify({ jobs, zone })).stdout);
  return {
    name,
    algorithms,
    verify: (messages, zone) =>
      ask(
        messages.map((message) => ({ op: 'verify', message: message.toString('base64') })),
        zone,
      ) as string[][],
    sign: (jobs) =>
      ask(
        jobs.map((job) => ({ ...job, op: 'sign', message: job.message.toString('base64') })),
        {},
      ) as string[],
  };
}

// Debian's own interpreters, which know Debian's packages whatever else is on the PATH.
export const dkimpy: Software = scripted('dkimpy', ['rsa-sha256', 'ed25519-sha256'], '/usr/bin/python3', 'dkimpy.py');
export const mailDkim: Software = scripted('Mail::DKIM', ['rsa-sha256'], '/usr/bin/perl', 'mail-dkim.pl');

/** The filter in its test mode, which reads files and keys and says what it would have told the mail server. */
export const openDkim: Software = {
  name: 'OpenDKIM',
  algorithms: ['rsa-sha256', 'ed25519-sha256'],
  verify: (messages, zone) =>
    inFolder((folder) => {
      const keys = Object.entries(zone).map(([name, text]) => `${name} ${text}\n`);
      const config = writeConfig(folder, keys.join(''));
      return messages.map((message) => {
        const file = join(folder, 'message.eml');
        writeFileSync(file, message);
        const { stdout } = run('/usr/sbin/opendkim', ['-x', config, '-b', 'v', '-vv', '-t', file]);
        return [...stdout.matchAll(/\bdkim=(\w+)(?: reason="([^"]*)")?/g)].map((match) => match[2] ?? match[1]!);
      });
    }),
  sign: (jobs) =>
    inFolder((folder) => {
      const config = writeConfig(folder, '');
      return jobs.map(({ message, key, domain, selector, algorithm, canonicalization }) => {
        const file = join(folder, 'message.eml');
        writeFileSync(file, message);
        writeFileSync(join(folder, 'key.pem'), key, { mode: 0o600 });
        const keyArgs = ['-d', domain, '-s', selector, '-k', join(folder, 'key.pem'), '-S', algorithm];
        const { stdout } = run('/usr/sbin/opendkim', [
          '-x',
          config,
          '-b',
          's',
          ...keyArgs,
          '-c',
          canonicalization,
          '-vv',
          '-t',
          file,
        ]);
        const value = /hname='DKIM-Signature' hvalue='([^']*)'/.exec(stdout)?.[1];
        // A milter hands over lines with LF; the mail server writes the name, a space, and CRLF.
        return value === undefined ? '' : `DKIM-Signature: ${value.replaceAll('\n', '\r\n')}\r\n`;
      });
    }),
};

function writeConfig(folder: string, keys: string): string {
  writeFileSync(join(folder, 'keys'), keys);
  const lines = ['RequireSafeKeys no', `TestPublicKeys ${join(folder, 'keys')}`, `TemporaryDirectory ${folder}`];
  writeFileSync(join(folder, 'opendkim.conf'), `${lines.join('\n')}\n`);
  return join(folder, 'opendkim.conf');
}

function inFolder<T>(action: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'interop-'));
  try {
    return action(folder);
  } finally {
    if (existsSync(folder)) rmSync(folder, { recursive: true });
  }
}
