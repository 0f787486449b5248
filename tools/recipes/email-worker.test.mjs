import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { build } from 'esbuild';
import { Log, LogLevel, Miniflare } from 'miniflare';
import {
  brokenZone,
  forged,
  forgedEnvelope,
  mailverdict,
  recipe,
  runProgram,
  sample,
  sampleEnvelope,
  sampleZone,
  withDoh,
  withReject,
  zoneWith,
} from './support.mjs';

const folder = recipe('cloudflare-email-worker');
const source = readFileSync(join(folder, 'worker.ts'), 'utf8');
const config = JSON.parse(readFileSync(join(folder, 'wrangler.jsonc'), 'utf8').replace(/^\s*\/\/.*$/gm, ''));

/** Bundles as Cloudflare's tool does. */
async function bundle(contents) {
  const { outputFiles } = await build({
    stdin: { contents, loader: 'ts', resolveDir: folder },
    bundle: true,
    write: false,
    format: 'esm',
    conditions: ['workerd', 'worker', 'browser'],
    target: 'es2022',
  });
  return outputFiles[0].text;
}
const bundles = { asShipped: await bundle(source), rejecting: await bundle(withReject(source)) };

/** What Cloudflare puts on top of a message. */
const received = ({ ip, helo }) =>
  `Received: from ${helo} (${ip})\r\n by cloudflare-email.net (cloudflare) id 4fwwffRXOpyR\r\n for <ann@reader.example>; Fri, 20 Nov 2026 09:30:05 +0000\r\n`;
const arriving = (message, envelope) => Buffer.concat([Buffer.from(received(envelope)), message]);

class Lines extends Log {
  lines = [];
  constructor() {
    super(LogLevel.INFO);
  }
  log(message) {
    this.lines.push(message);
  }
  async until(pattern) {
    for (let tries = 0; pattern !== undefined && !pattern.test(this.lines.join('\n')); tries++) {
      if (tries > 100) assert.match(this.lines.join('\n'), pattern);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function deliver(message, { mailFrom }, zone, script = bundles.asShipped, awaited = undefined) {
  return withDoh(zone, async (doh) => {
    const log = new Lines();
    const miniflare = new Miniflare({
      modules: [{ type: 'ESModule', path: 'worker.mjs', contents: script }],
      compatibilityDate: config.compatibility_date,
      unsafeTriggerHandlers: true,
      cf: false, // or it asks a server of its maker for a sample request
      kvNamespaces: ['VERDICTS'],
      bindings: { ...config.vars, DOH_URL: doh },
      log,
      handleRuntimeStdio: (stdout, stderr) => void [stdout.resume(), stderr.resume()],
    });
    try {
      const query = new URLSearchParams({ from: mailFrom, to: 'ann@reader.example' });
      const response = await miniflare.dispatchFetch(`http://localhost/cdn-cgi/handler/email?${query}`, {
        method: 'POST',
        body: message,
      });
      // setReject returns nothing, so nobody can wait for it: here it is a call to another process that may come after the response.
      await log.until(awaited);
      const kept = await miniflare.getKVNamespace('VERDICTS');
      const { keys } = await kept.list();
      const verdict = keys.length === 0 ? undefined : await kept.get(keys[0].name);
      return { status: response.status, text: await response.text(), log: log.lines.join('\n'), keys, verdict };
    } finally {
      await miniflare.dispose();
    }
  });
}

const inNode = (message, envelope, zone) =>
  withDoh(zone, (url) =>
    mailverdict.authenticateMessage(message, envelope, { resolver: mailverdict.dohResolver({ url }) }),
  );

for (const [name, message, envelope] of [
  ['the sample', arriving(sample, sampleEnvelope), sampleEnvelope],
  ['a forgery', arriving(forged, forgedEnvelope), forgedEnvelope],
  ['the sample without a Received field', sample, { ...sampleEnvelope, ip: '0.0.0.0', helo: 'unknown.invalid' }],
]) {
  test(`Email Worker: ${name} gets the verdict that Node gives, byte for byte`, async () => {
    const { status, verdict } = await deliver(message, envelope, sampleZone);
    assert.equal(status, 200);
    assert.equal(verdict, JSON.stringify(await inNode(message, envelope, sampleZone)));
  });
}

test('Email Worker: the sample passes and is forwarded with its results', async () => {
  const { log, keys, verdict } = await deliver(arriving(sample, sampleEnvelope), sampleEnvelope, sampleZone);
  assert.match(log, /rcptTo: you@example\.com/);
  assert.match(log, /x-mailverdict: dmarc=pass; spf=pass; dkim=pass,pass/);
  assert.match(log, /x-mailverdict-handling: none/);
  assert.ok(log.includes(`x-mailverdict-id: ${keys[0].name}`));
  const { spf, dkim, dmarc } = JSON.parse(verdict);
  assert.deepEqual([spf.mailFrom.result, dkim.length, dmarc.result], ['pass', 2, 'pass']);
});

test('Email Worker: a forgery under p=reject is forwarded as quarantine (RFC 9989 §7.4)', async () => {
  const { status, log } = await deliver(arriving(forged, forgedEnvelope), forgedEnvelope, sampleZone);
  assert.equal(status, 200);
  assert.match(log, /x-mailverdict: dmarc=fail; spf=none; dkim=fail,fail/);
  assert.match(log, /x-mailverdict-handling: quarantine/);
});

test('Email Worker: it is rejected when shouldReject agrees', async () => {
  const { log } = await deliver(
    arriving(forged, forgedEnvelope),
    forgedEnvelope,
    sampleZone,
    bundles.rejecting,
    /Email handler rejected message with the following reason: "5\.7\.1 Refused by the DMARC policy of example\.org"/,
  );
  assert.doesNotMatch(log, /forwarded/);
});

test('Email Worker: p=none and t=y change nothing, whatever shouldReject says', async () => {
  for (const [record, handling] of [
    ['v=DMARC1; p=none', 'none'],
    ['v=DMARC1; p=reject; t=y', 'quarantine'],
  ]) {
    const { status, log } = await deliver(
      arriving(forged, forgedEnvelope),
      forgedEnvelope,
      zoneWith(record),
      bundles.rejecting,
    );
    assert.equal(status, 200, record);
    assert.ok(log.includes(`x-mailverdict-handling: ${handling}`), record);
  }
});

test('Email Worker: a DNS failure is an exception, which is a temporary error, and no rejection', async () => {
  const { status, text, log } = await deliver(
    arriving(sample, sampleEnvelope),
    sampleEnvelope,
    brokenZone,
    bundles.rejecting,
  );
  assert.equal(status, 500);
  assert.match(text, /DNS failed for example\.org/);
  assert.doesNotMatch(log, /forwarded|rejected/);
});

test('Email Worker: its types fit those of Workers', async () => {
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const options =
    '--ignoreConfig --noEmit --strict --skipLibCheck false --target ES2022 --lib ES2022 --module ESNext --moduleResolution bundler --types @cloudflare/workers-types';
  const { code, output } = await runProgram(process.execPath, [tsc, ...options.split(' '), 'worker.ts'], {
    cwd: folder,
  });
  assert.equal(code, 0, output);
});
