// Installs the packed tarball into an empty project and checks what a user gets: size budgets, imports, types, files.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const root = new URL('..', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'mailverdict-package-'));
const call = (command, args, cwd = folder) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

// Kilobytes (1000 bytes) gzipped, of one function bundled by esbuild for a browser.
const budgets = [
  ['parseDmarcRecord', 'mailverdict', 4],
  ['parseSpfRecord', 'mailverdict', 5],
  ['checkAlignmentWith', 'mailverdict', 3],
  ['evaluateSpf', 'mailverdict', 15],
  ['evaluateDmarc', 'mailverdict', 15],
  ['verifyDkimSignature', 'mailverdict', 30],
  ['authenticateMessage', 'mailverdict', 60],
  ['checkAlignment', 'mailverdict', 50, 'psl'],
  // More than the 45 and 35 that were planned: the protocols that an audit judges take 45 of their own, fflate takes 5.
  ['*', 'mailverdict/audit', 76],
  ['*', 'mailverdict/reports', 40],
];
// The same for what an entry adds to a bundle that has the core already.
const additions = [
  ['mailverdict/audit', 45],
  ['mailverdict/reports', 36],
];

let tarball = '';
const failures = [];
let passed = 0;
function check(name, ok, detail = '') {
  if (ok) passed++;
  else failures.push(name);
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${name}${detail && `  ${detail}`}`);
}

function attempt(name, work) {
  try {
    const detail = work();
    check(name, true, detail);
  } catch (error) {
    check(name, false, `\n${error.stdout ?? ''}${error.stderr ?? error.message}`);
  }
}

async function bundle(contents) {
  const result = await build({
    stdin: { contents, resolveDir: folder },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    logLevel: 'error',
  });
  const { inputs } = Object.values(result.metafile.outputs)[0];
  // An input may be listed because it was looked at; what counts is what stayed in the output.
  const psl = Object.entries(inputs).some(([path, { bytesInOutput }]) => path.includes('/psl/') && bytesInOutput > 0);
  return { size: gzipSync(result.outputFiles[0].contents, { level: 9 }).length, psl };
}

async function checkSizes() {
  const detail = (size, budget) => `${(size / 1000).toFixed(2)} of ${budget} kB gzipped`;
  for (const [name, entry, budget, allowed] of budgets) {
    const { size, psl } = await bundle(`export ${name === '*' ? name : `{ ${name} }`} from '${entry}';`);
    const what = name === '*' ? entry : name;
    check(`size of ${what}`, size <= budget * 1000, detail(size, budget));
    check(`psl in ${what}`, psl === (allowed === 'psl'), psl ? 'has it' : 'none');
  }
  const core = await bundle("export * from 'mailverdict/core';");
  for (const [entry, budget] of additions) {
    const both = await bundle(`export * from 'mailverdict/core'; export * as added from '${entry}';`);
    const size = both.size - core.size;
    check(`size that ${entry} adds to the core`, size <= budget * 1000, detail(size, budget));
  }
}

function checkTarball() {
  const [packed] = JSON.parse(call('npm', ['pack', '--json', '--pack-destination', folder], root));
  tarball = packed.filename;
  const files = packed.files.map(({ path }) => path);
  const unexpected = files.filter((path) => !/^(dist\/|README\.md$|LICENSE$|CHANGELOG\.md$|package\.json$)/.test(path));
  check(
    'files of the tarball',
    unexpected.length === 0,
    unexpected.join(' ') || `${files.length} files, ${packed.size} bytes`,
  );
  writeFileSync(join(folder, 'package.json'), '{ "name": "consumer", "private": true, "type": "module" }');
  call('npm', ['install', '--no-audit', '--no-fund', `./${packed.filename}`]);
}

function checkImports() {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const entries = Object.keys(exports)
    .filter((path) => path !== './package.json')
    .map((path) => path.replace('.', 'mailverdict'));
  for (const entry of entries) {
    const probe =
      "if (Object.keys(m).length === 0) throw new Error('exports nothing'); console.log(Object.keys(m).length)";
    attempt(
      `import ${entry}`,
      () => `${call('node', ['--input-type=module', '-e', `import * as m from '${entry}'; ${probe}`]).trim()} exports`,
    );
    attempt(
      `require ${entry}`,
      () =>
        `${call('node', ['--input-type=commonjs', '-e', `const m = require('${entry}'); ${probe}`]).trim()} exports`,
    );
  }
  attempt('mailverdict --version', () => call('npx', ['--no-install', 'mailverdict', '--version']).trim());
}

function checkTypes() {
  writeFileSync(
    join(folder, 'consumer.ts'),
    `import { authenticateMessage, checkAlignment, memoryResolver, type MessageVerdict } from 'mailverdict';
import { parseDmarcRecord } from 'mailverdict/core';
import { publicSuffixFrom } from 'mailverdict/public-suffix';
export const aligned: boolean = checkAlignment('a.example.com', 'example.com').aligned;
export const organizational: string | undefined = publicSuffixFrom('com')('a.example.com');
const parsed = parseDmarcRecord('v=DMARC1; p=none');
export const policy: 'none' | 'quarantine' | 'reject' | undefined = parsed.ok ? parsed.value.p : undefined;
const envelope = { ip: '192.0.2.1', helo: 'a', mailFrom: '' };
export const verdict: Promise<MessageVerdict> = authenticateMessage('', envelope, { resolver: memoryResolver({}) });
`,
  );
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const common = ['--noEmit', '--strict', '--skipLibCheck', 'false', '--lib', 'ES2022,DOM', '--target', 'ES2022'];
  for (const [module, resolution] of [
    ['node16', 'node16'],
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ]) {
    attempt(`types under ${resolution}`, () => {
      call('node', [tsc, ...common, '--module', module, '--moduleResolution', resolution, 'consumer.ts']);
    });
  }
}

try {
  checkTarball();
  await checkSizes();
  checkImports();
  checkTypes();
  attempt('publint', () => {
    call('npx', ['publint', '--strict'], root);
  });
  attempt('attw', () => {
    call('npx', ['attw', '--profile', 'node16', join(folder, tarball)], root);
  });
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  check('run-time dependencies', Object.keys(dependencies).length <= 7, Object.keys(dependencies).join(', '));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`package: ${passed} passed, ${failures.length} failed`);
process.exitCode = failures.length === 0 ? 0 : 1;
