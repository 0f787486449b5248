// Runs the portable suite in every engine: npm run test:runtimes [-- --write] [engine …]
// --write makes docs/runtimes.md. An engine is chosen by how its name begins; without any, all of them run.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { engines } from './engines.mjs';
import { makeFixtures } from './fixtures.mjs';
import { installPackage, loadSupport, remove, requireFreshBuild, writeSuite } from './place.mjs';
import { engineLine, renderDocument } from './report.mjs';
import { startServer } from './server.mjs';

const page = '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><script src="/bundle.js"></script>';

const given = process.argv.slice(2);
const write = given.includes('--write');
const wanted = given.filter((word) => word !== '--write').map((word) => word.toLowerCase());
const chosen = engines.filter(
  ({ label }) => wanted.length === 0 || wanted.some((word) => label.toLowerCase().startsWith(word)),
);
if (chosen.length === 0) throw new Error(`No engine is called ${wanted.join(', ')}`);
if (write && wanted.length > 0) throw new Error('The document is written from a run in all engines');

/** One engine after the other: what is measured shares no core with another engine. */
async function runAll(place) {
  const runs = [];
  for (const { label, provider, is, run } of chosen) {
    const started = performance.now();
    try {
      const result = await run(place);
      if (!is(result.engine)) throw new Error(`this is not it: ${JSON.stringify(result.engine)}`);
      if (result.provider !== provider) {
        const message = `it is ${result.provider}, expected ${provider}`;
        result.failed.push({ name: 'the provider chosen by default', message });
      }
      runs.push({ label, result, seconds: (performance.now() - started) / 1000 });
    } catch (error) {
      runs.push({ label, error });
    }
    const last = runs.at(-1);
    console.log(last.error ? `${label.padEnd(27)} FAILED: ${last.error.message}` : lineOf(last));
  }
  return runs;
}

function lineOf(run) {
  const failures = run.result.failed.map(
    ({ name, message }) => `\n  FAILED ${name}\n    ${message.replaceAll('\n', '\n    ')}`,
  );
  return (run.result.speed ? engineLine(run) : run.label) + failures.join('');
}

/** Results are the same everywhere: the verdict of each engine is compared with that of the first. */
function compareVerdicts(runs) {
  const [first, ...others] = runs.filter(({ result }) => result?.verdict !== undefined);
  for (const { label, result } of others) {
    const [one, other] = [first.result.verdict, result.verdict];
    if (one === other) continue;
    let at = 0;
    while (one[at] === other[at]) at++;
    const message = `${label}: …${other.slice(Math.max(0, at - 40), at + 60)}… ${first.label}: …${one.slice(Math.max(0, at - 40), at + 60)}…`;
    result.failed.push({ name: 'the verdict is the same in every engine', message });
    console.log(`FAILED: the verdict on the sample differs: ${message}`);
  }
}

const folder = mkdtempSync(join(tmpdir(), 'mailverdict-runtimes-'));
let [server, doh] = [];
try {
  requireFreshBuild();
  installPackage(folder);
  const support = await loadSupport(folder);
  const fixtures = makeFixtures(support);
  const { zone } = await import('./cases/resolvers.mjs');
  doh = await support.serveDoh({ ...zone, ...fixtures.zone });
  const files = { '/': { type: 'text/html', body: page }, '/bundle.js': { type: 'text/javascript' } };
  server = await startServer(doh.url, files);
  await writeSuite(folder, { ...fixtures, doh: { origin: server.origin, closed: server.closed } });
  files['/bundle.js'].body = readFileSync(join(folder, 'bundle.iife.js'));
  const runs = await runAll({ folder, page: `${server.origin}/` });
  compareVerdicts(runs);
  const sum = (count) => runs.reduce((total, run) => total + count(run), 0);
  const failed = sum(({ result }) => result?.failed.length ?? 1);
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  if (write && failed === 0) {
    const target = new URL('../../docs/runtimes.md', import.meta.url);
    writeFileSync(target, renderDocument(runs, { cpu: cpus()[0].model, version }));
  }
  process.exitCode = failed === 0 ? 0 : 1;
  console.log(`${sum(({ result }) => result?.passed ?? 0)} passed, ${failed} failed`);
} finally {
  await server?.close();
  await doh?.close();
  remove(folder);
}
