import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { build } from 'esbuild';
import { Log, LogLevel, Miniflare } from 'miniflare';
import { mailverdict, recipe, runProgram, sample, withDoh } from './support.mjs';

const { generateDkimKeyPair, reports, signerFromPem, signMessage } = mailverdict;
const { privateKey, record } = await generateDkimKeyPair({ domain: 'receiver.example', selector: 'r' });
const zone = {
  [record.name]: { TXT: [record.text] },
  '_dmarc.receiver.example': { TXT: ['v=DMARC1; p=reject'] },
};
const DAY = 86_400;
const FIRST = Date.UTC(2026, 10, 1) / 1000;

/** What one receiver saw on one day: the domain's own server, and somebody who uses its name. */
function reportOf(day, own, foreign) {
  const record = (sourceIp, count, result) => ({
    sourceIp,
    count,
    policyEvaluated: { disposition: 'none', dkim: result, spf: result, reasons: [] },
    identifiers: { headerFrom: 'example.com' },
    authResults: {
      dkim: [{ domain: 'example.com', selector: 's', result }],
      spf: [{ domain: 'example.com', scope: 'mfrom', result }],
    },
  });
  return {
    schema: 'rfc9990',
    reportMetadata: {
      orgName: 'Receiver',
      email: 'dmarc@receiver.example',
      reportId: `day-${day}`,
      dateRange: { begin: FIRST + day * DAY, end: FIRST + (day + 1) * DAY - 1 },
      errors: [],
    },
    policyPublished: { domain: 'example.com', p: 'none' },
    records: [record('192.0.2.25', own, 'pass'), record('198.51.100.66', foreign, 'fail')],
  };
}

async function mailOf(report, sign = true) {
  const mail = { from: 'dmarc@receiver.example', to: 'reports@example.com', date: new Date((FIRST + DAY) * 1000) };
  const { value } = reports.buildAggregateReport(report, { submitter: 'receiver.example', mail });
  if (!sign) return Buffer.from(value.message);
  const signer = await signerFromPem(privateKey);
  const { headers } = await signMessage(value.message, { domain: 'receiver.example', selector: 'r', signer });
  return Buffer.from(headers + value.message);
}

const folder = recipe('report-worker');
const config = JSON.parse(readFileSync(join(folder, 'wrangler.jsonc'), 'utf8').replace(/^\s*\/\/.*$/gm, ''));

async function withWorker(dns, work) {
  const { outputFiles } = await build({
    entryPoints: [join(folder, 'worker.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['cloudflare:workers'],
    target: 'es2022',
  });
  const [{ queue }] = config.queues.consumers;
  await withDoh(dns, async (DOH_URL) => {
    const miniflare = new Miniflare({
      modules: [{ type: 'ESModule', path: 'worker.mjs', contents: outputFiles[0].text }],
      compatibilityDate: config.compatibility_date,
      unsafeTriggerHandlers: true,
      cf: false,
      bindings: { ...config.vars, DOH_URL, TOKEN: 'secret' },
      r2Buckets: ['MAILS'],
      queueProducers: { WAITING: queue },
      queueConsumers: { [queue]: { maxBatchSize: 10, maxBatchTimeout: 0 } },
      durableObjects: { SUMMARIES: { className: 'DomainSummary', useSQLite: true } },
      log: new Log(LogLevel.NONE),
      handleRuntimeStdio: (stdout, stderr) => void [stdout.resume(), stderr.resume()],
    });
    try {
      await work({
        async deliver(message) {
          const query = 'from=dmarc@receiver.example&to=reports@example.com';
          const init = { method: 'POST', body: message };
          const { status } = await miniflare.dispatchFetch(`http://localhost/cdn-cgi/handler/email?${query}`, init);
          assert.equal(status, 200);
        },
        read: (path, token = 'secret') =>
          miniflare.dispatchFetch(`http://localhost/${path}`, { headers: { authorization: `Bearer ${token}` } }),
        async waiting() {
          const { objects } = await (await miniflare.getR2Bucket('MAILS')).list();
          return objects.length;
        },
      });
    } finally {
      await miniflare.dispose();
    }
  });
}

async function until(condition) {
  for (let tries = 0; !(await condition()); tries++) {
    assert.ok(tries < 200, 'the queue was not emptied');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test('reports on Workers: signed reports add up, each once; unsigned ones and other mail do not count', async () => {
  await withWorker(zone, async ({ deliver, read, waiting }) => {
    const mails = await Promise.all([0, 1, 2, 1].map((day) => mailOf(reportOf(day, 10 + day, 1))));
    mails.push(await mailOf(reportOf(3, 1_000_000, 1), false), sample);
    for (const mail of mails) await deliver(mail);
    await until(async () => (await waiting()) === 0);
    const all = await (await read('example.com')).json();
    assert.deepEqual([all.reports.length, all.duplicates], [3, 1]);
    assert.deepEqual([all.totals.messages, all.totals.passed], [36, 33]);
    assert.deepEqual(all, reports.summarizeAggregateReports([0, 1, 1, 2].map((day) => reportOf(day, 10 + day, 1))));
    const last = await (await read('example.com?since=2026-11-03')).json();
    assert.deepEqual(
      last.days.map(({ day, messages }) => [day, messages]),
      [['2026-11-03', 13]],
    );
    assert.equal((await (await read('other.example')).json()).totals.messages, 0);
    assert.equal((await read('example.com', 'guess')).status, 401);
  });
});

test('reports on Workers: a mail whose author DNS cannot confirm now is kept and read later', async () => {
  const broken = { ...zone, [record.name]: { TXT: { failure: 'servfail' } } };
  await withWorker(broken, async ({ deliver, read, waiting }) => {
    await deliver(await mailOf(reportOf(0, 10, 1)));
    await new Promise((resolve) => setTimeout(resolve, 1000));
    assert.equal(await waiting(), 1);
    assert.equal((await (await read('example.com')).json()).reports.length, 0);
  });
});

test('reports on Workers: its types fit those of Workers', async () => {
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const options =
    '--ignoreConfig --noEmit --strict --skipLibCheck false --target ES2022 --lib ES2022 --module ESNext --moduleResolution bundler --types @cloudflare/workers-types';
  const { code, output } = await runProgram(process.execPath, [tsc, ...options.split(' '), 'worker.ts'], {
    cwd: folder,
  });
  assert.equal(code, 0, output);
});

test('a folder of reports: every file is read, on several cores, whatever is in it', async () => {
  const inbox = mkdtempSync(join(tmpdir(), 'reports-'));
  try {
    mkdirSync(join(inbox, 'older'));
    for (let day = 0; day < 120; day++) {
      const name = day % 2 ? `${day}.eml` : join('older', `${day}.eml`);
      writeFileSync(join(inbox, name), await mailOf(reportOf(day, 10, 1), false));
    }
    writeFileSync(join(inbox, 'again.eml'), await mailOf(reportOf(7, 10, 1), false));
    writeFileSync(join(inbox, 'sample.eml'), sample);
    const cwd = recipe('report-folder');
    const { code, output } = await runProgram(process.execPath, ['summarize.mjs', inbox], { cwd });
    assert.equal(code, 0, output);
    assert.match(output, /^120 reports, 1 files without one; 1200 of 1320 messages passed\n/);
    assert.match(output, /^ +1200 +1200 {2}192\.0\.2\.25$/m);
    assert.match(output, /^ +120 +0 {2}198\.51\.100\.66 {2}\S/m);
  } finally {
    rmSync(inbox, { recursive: true });
  }
});
