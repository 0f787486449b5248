// A folder as a user of the package has one: the packed tarball installed, the suite beside it, and bundles for the
// engines that do not resolve npm packages.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = new URL('../..', import.meta.url).pathname;
const here = new URL('.', import.meta.url).pathname;
const npm = (args, cwd) =>
  execFileSync('npm', ['--loglevel=error', ...args], { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

/** Throws when the build is older than the source: the suite would test something else than what one reads. */
export function requireFreshBuild() {
  const built = join(root, 'dist/index.js');
  if (!existsSync(built)) throw new Error('There is no build: run "npm run build" first');
  const files = readdirSync(join(root, 'src'), { recursive: true }).map((path) => join(root, 'src', path));
  const newest = Math.max(...files.map((path) => statSync(path).mtimeMs));
  if (newest > statSync(built).mtimeMs)
    throw new Error('The build is older than the source: run "npm run build" first');
}

/** Packs the package and installs it into the folder, as a consumer would. */
export function installPackage(folder) {
  const [{ filename }] = JSON.parse(npm(['pack', '--json', '--pack-destination', folder], root));
  writeFileSync(join(folder, 'package.json'), '{ "name": "consumer", "private": true, "type": "module" }');
  npm(['install', '--no-audit', '--no-fund', `./${filename}`], folder);
}

/** Every portable entry point; what needs Node is not for every engine. */
function portableEntries() {
  const { name, exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const paths = Object.keys(exports).filter((path) => path !== './node' && path !== './package.json');
  return paths.map((path) => name + path.slice(1));
}

/** Puts the suite with its fixtures beside the installed package. */
export async function writeSuite(folder, fixtures) {
  cpSync(here, join(folder, 'suite'), {
    recursive: true,
    filter: (path) => !/(?:run|place|engines|server|fixtures|report)\.mjs$|\.json$/.test(path),
  });
  writeFileSync(join(folder, 'fixtures.mjs'), `export default ${JSON.stringify(fixtures)};\n`);
  const entries = portableEntries();
  const suite = `${entries.map((entry, i) => `import * as entry${i} from '${entry}';`).join('\n')}
import fixtures from './fixtures.mjs';
import { runSuite } from './suite/suite.mjs';
const lib = { ${entries.map((_, i) => `...entry${i}`).join(', ')} };
export const run = () => runSuite(lib, fixtures);
`;
  writeFileSync(join(folder, 'suite.mjs'), suite);
  writeFileSync(
    join(folder, 'main.mjs'),
    "import { run } from './suite.mjs';\nconsole.log(JSON.stringify(await run()));\n",
  );
  const worker =
    "import { run } from './suite.mjs';\nexport default { fetch: async () => Response.json(await run()) };\n";
  writeFileSync(join(folder, 'worker-entry.mjs'), worker);
  const common = { absWorkingDir: folder, bundle: true, platform: 'browser', target: 'es2022', logLevel: 'error' };
  await build({ ...common, entryPoints: ['worker-entry.mjs'], outfile: 'worker.mjs', format: 'esm' });
  await build({
    ...common,
    entryPoints: ['suite.mjs'],
    outfile: 'bundle.iife.js',
    format: 'iife',
    globalName: 'suite',
  });
}

/** What the tests of the repository have for DoH servers and signing, as a module that this version of Node runs. */
export async function loadSupport(folder) {
  const outfile = join(folder, 'support', 'support.mjs');
  mkdirSync(join(folder, 'support'));
  const contents = "export { serveDoh } from './doh-server.ts';\nexport * from './keys.ts';\n";
  const stdin = { contents, resolveDir: join(root, 'test/support'), loader: 'ts' };
  await build({ stdin, bundle: true, platform: 'node', format: 'esm', outfile, logLevel: 'error' });
  return import(outfile);
}

export const remove = (folder) => rmSync(folder, { recursive: true, force: true });
