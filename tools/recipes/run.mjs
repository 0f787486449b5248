// Runs every recipe of docs/recipes against the packed package: node tools/recipes/run.mjs [package.tgz]
// Copies the recipes into an empty project beside the tarball, where "mailverdict" is what npm installs.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { finished } from 'node:stream/promises';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../../', import.meta.url));
const here = fileURLToPath(new URL('./', import.meta.url));
const project = join(here, 'dist');
const npm = (args, cwd) =>
  execFileSync('npm', ['--loglevel=error', ...args], { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

function pack() {
  if (!existsSync(join(root, 'dist/index.js'))) throw new Error('There is no dist: run npm run build first');
  const [{ filename }] = JSON.parse(npm(['pack', '--json', '--pack-destination', project], root));
  return join(project, filename);
}

async function prepare() {
  rmSync(project, { recursive: true, force: true });
  mkdirSync(project);
  const tarball = process.argv[2] === undefined ? pack() : resolve(process.argv[2]);
  writeFileSync(join(project, 'package.json'), '{ "name": "recipes", "private": true, "type": "module" }');
  npm(['install', '--no-audit', '--no-fund', '--no-package-lock', '--omit=dev', tarball], project);
  writeFileSync(
    join(project, 'mailverdict.mjs'),
    "export * from 'mailverdict';\nexport * as reports from 'mailverdict/reports';\n",
  );
  cpSync(join(root, 'docs/recipes'), join(project, 'recipes'), { recursive: true });
  // The name servers on loopback that the library's own tests use.
  await build({
    stdin: {
      contents: "export { serveDns } from './dns-server.ts'; export { serveDoh } from './doh-server.ts';",
      resolveDir: join(root, 'test/support'),
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: join(project, 'name-servers.mjs'),
    nodePaths: [join(root, 'node_modules')],
  });
}

await prepare();
const files = readdirSync(here)
  .filter((name) => name.endsWith('.test.mjs'))
  .map((name) => join(here, name));
let passed = 0;
let failed = 0;
const tests = run({ files, concurrency: 2, timeout: 120_000 });
tests.on('test:pass', ({ details, skip, todo }) => {
  if (details.type === 'suite') return;
  if (skip || todo) failed++;
  else passed++;
});
tests.on('test:fail', () => failed++);
const report = tests.compose(spec);
report.pipe(process.stdout);
await finished(report);
console.log(`recipes: ${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
