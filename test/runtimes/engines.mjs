// How the suite gets into each engine. `run` resolves to the suite's result or rejects; `is` says whether an engine that
// reports itself is the one that was meant; `provider` is the crypto provider that it should choose.
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const tools = new URL('../../tools/runtimes/', import.meta.url).pathname;
const tool = (path) => join(tools, 'node_modules', path);
const require = createRequire(join(tools, 'package.json'));

const MILLISECONDS = 60_000;

const isNode =
  (major) =>
  ({ name, version = '' }) =>
    name === 'Node.js' && version.startsWith(`${major}.`);
const named =
  (wanted) =>
  ({ name }) =>
    name === wanted;

const CHROMIUM_FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'];
const QUIET_FLAGS = ['--disable-background-networking', '--disable-component-update', '--disable-sync'];

export const engines = [
  {
    label: 'Node.js 20',
    provider: 'native',
    is: isNode(20),
    run: (place) => command(place, process.execPath, ['main.mjs']),
  },
  ...[22, 24, 26].map((major) => ({
    label: `Node.js ${major}`,
    provider: 'native',
    is: isNode(major),
    run: (place) => command(place, tool(`node${major}/bin/node`), ['main.mjs']),
  })),
  // No permission but to reach the DoH server of this run.
  {
    label: 'Deno',
    provider: 'native',
    is: named('Deno'),
    run: (place) =>
      command(place, tool('@deno/linux-x64-glibc/deno'), ['run', '--no-prompt', '--allow-net=127.0.0.1', 'main.mjs']),
  },
  {
    label: 'Bun',
    provider: 'native',
    is: named('Bun'),
    run: (place) => command(place, tool('@oven/bun-linux-x64/bin/bun'), ['main.mjs']),
  },
  {
    label: 'workerd (bare, 2024-01-01)',
    provider: 'portable',
    is: ({ name, nodeCrypto }) => name === 'workerd' && !nodeCrypto,
    run: (place) => workerd(place, 'bare', 'compatibilityDate = "2024-01-01"'),
  },
  {
    label: 'workerd (nodejs_compat)',
    provider: 'native',
    is: ({ name, nodeCrypto }) => name === 'workerd' && nodeCrypto,
    run: (place) =>
      workerd(place, 'compat', 'compatibilityDate = "2026-11-01", compatibilityFlags = ["nodejs_compat"]'),
  },
  { label: 'edge-runtime', provider: 'portable', is: named('edge-runtime'), run: edgeRuntime },
  {
    label: 'Chromium',
    provider: 'portable',
    is: named('Chromium'),
    run: (place) =>
      browser(place, 'chromium', { executablePath: '/usr/bin/chromium', args: [...CHROMIUM_FLAGS, ...QUIET_FLAGS] }),
  },
  {
    label: 'Firefox',
    provider: 'portable',
    is: named('Firefox'),
    // Debian's Firefox speaks WebDriver BiDi only, and knows none of the emulations that are on by default.
    run: (place) => browser(place, 'firefox', { channel: 'moz-firefox', executablePath: '/usr/bin/firefox-esr' }),
  },
];

/** Runs a program that prints the result as its last line. */
async function command({ folder }, file, args) {
  const output = await collect(start(file, args, folder));
  return JSON.parse(output.trimEnd().split('\n').at(-1));
}

function start(file, args, cwd, stdio = ['ignore', 'pipe', 'pipe']) {
  const env = { ...process.env, DENO_DIR: join(cwd, '.deno'), DENO_NO_UPDATE_CHECK: '1', DO_NOT_TRACK: '1' };
  return spawn(file, args, { cwd, env, stdio });
}

function collect(child) {
  let [out, errors] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (errors += text));
  const timer = setTimeout(() => child.kill('SIGKILL'), MILLISECONDS);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve(out);
      else reject(new Error(`it ended with ${code ?? signal}\n${out}${errors}`.slice(0, 1500)));
    });
  });
}

async function edgeRuntime({ folder }) {
  const version = JSON.parse(readFileSync(tool('@edge-runtime/vm/package.json'), 'utf8')).version;
  const host = join(tools, 'edge-host.mjs');
  const result = await command({ folder }, process.execPath, [host, 'bundle.iife.js']);
  return withVersion(result, `${version} on Node.js ${process.versions.node}`);
}

// For an engine that does not say which version it is.
function withVersion(result, version) {
  return { ...result, engine: { ...result.engine, version } };
}

async function workerd({ folder }, name, compatibility) {
  const config = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .suite), (name = "internet", network = (allow = ["public", "local"]))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]
);
const suite :Workerd.Worker = (modules = [(name = "worker.mjs", esModule = embed "worker.mjs")], ${compatibility});
`;
  writeFileSync(join(folder, `${name}.capnp`), config);
  const file = tool('@cloudflare/workerd-linux-64/bin/workerd');
  const version = (await collect(start(file, ['--version'], folder))).trim().replace('workerd ', '');
  const args = ['serve', `${name}.capnp`, '--control-fd=3'];
  const child = start(file, args, folder, ['ignore', 'pipe', 'pipe', 'pipe']);
  const ended = collect(child);
  try {
    const port = await Promise.race([
      listeningPort(child.stdio[3]),
      ended.then(() => Promise.reject(new Error('it ended'))),
    ]);
    const response = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(MILLISECONDS) });
    const body = await response.text();
    if (!response.ok) throw new Error(`it answered ${response.status}: ${body.slice(0, 2000)}`);
    return withVersion(JSON.parse(body), version);
  } finally {
    child.kill();
    await ended.catch(() => {});
  }
}

/** The port that workerd chose: it writes `{"event":"listen","socket":"http","port":…}` to its control pipe. */
async function listeningPort(pipe) {
  let text = '';
  for await (const chunk of pipe) {
    text += chunk;
    const port = /"port":\s*(\d+)/.exec(text)?.[1];
    if (port !== undefined) return port;
  }
  throw new Error('it does not listen');
}

async function browser({ page: address }, kind, options) {
  const launched = await require('playwright')[kind].launch({ headless: true, ...options });
  try {
    const nothing = { colorScheme: null, reducedMotion: null, forcedColors: null, contrast: null };
    const context = await launched.newContext(nothing);
    const page = await context.newPage();
    await page.goto(address);
    const timeout = new Promise((_, reject) =>
      setTimeout(reject, MILLISECONDS, new Error('it takes too long')).unref(),
    );
    const text = await Promise.race([page.evaluate('suite.run().then(JSON.stringify)'), timeout]);
    // The user agent rounds the version.
    return withVersion(JSON.parse(text), launched.version());
  } finally {
    await launched.close();
  }
}
