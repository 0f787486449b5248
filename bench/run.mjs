// Measures mailverdict, mailauth and the floor beside each other and prints a table; see docs/performance.md.
//
//   node bench/run.mjs [--quick] [--write] [--only=spf] [--rounds=5] [--ms=400] [--clock=cpu]
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildCorpus } from './corpus/messages.mjs';
import { built } from './libraries/built.mjs';
import { renderDocument, renderTables } from './report.mjs';
import { rows } from './rows.mjs';

const { values: args } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    rounds: { type: 'string' },
    ms: { type: 'string' },
    clock: { type: 'string', default: 'wall' },
  },
});
const rounds = Number(args.rounds ?? (args.quick ? 2 : 5));
const ms = Number(args.ms ?? (args.quick ? 80 : 300));
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const LIBRARIES = ['mailverdict', 'mailauth', 'floor'];

const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];

function child(script, ...args) {
  return execFileSync(process.execPath, ['--expose-gc', here(script), ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** Ops per second by row and library: one process for each library and round, in turns. */
function measureSpeeds(folder, chosen) {
  const ids = chosen.map(({ id }) => id).join(',');
  const seen = {};
  for (let round = 0; round < rounds && ids !== ''; round++) {
    for (const library of LIBRARIES) {
      const results = JSON.parse(child('worker.mjs', folder, library, ids, String(ms), args.clock));
      for (const [id, speed] of Object.entries(results)) {
        seen[id] ??= Object.fromEntries(LIBRARIES.map((name) => [name, []]));
        seen[id][library].push(speed);
      }
      progress(`round ${round + 1} of ${rounds}: ${library}`);
    }
  }
  return chosen
    .filter(({ id }) => seen[id]?.mailverdict.length > 0)
    .map((row) => {
      const { mailverdict, mailauth } = seen[row.id];
      const speeds = Object.fromEntries(LIBRARIES.map((library) => [library, median(seen[row.id][library])]));
      // Of each round by itself: the machine's speed drifts by more than what is measured.
      const ratio = mailauth.length > 0 ? median(mailverdict.map((speed, i) => speed / mailauth[i])) : undefined;
      return { ...row, ...speeds, ...(ratio && { ratio }) };
    });
}

function measureMemory(folder) {
  return ['buffer', 'stream'].map((mode) => {
    progress(`memory: ${mode}`);
    const peak = (library) =>
      median(Array.from({ length: 3 }, () => Number(child('memory.mjs', folder, library, mode))));
    return { mode, read: peak('read'), mailverdict: peak('mailverdict'), mailauth: peak('mailauth') };
  });
}

// Both in milliseconds since the process began.
const CLOCKS = {
  wall: 'performance.now()',
  cpu: '(process.cpuUsage().user + process.cpuUsage().system) / 1000',
};

/** MB per second of each way to read an aggregate report, and the peak memory above what decoding it takes. */
function measureAggregates() {
  const ways = ['parse', 'stream', 'fast-xml-parser', 'saxes', 'decode'];
  const run = (way, ...rest) => Number(child('aggregate.mjs', way, ...rest));
  const speeds = Object.fromEntries(ways.map((way) => [way, []]));
  for (let round = 0; round < rounds; round++) {
    for (const way of ways) speeds[way].push(run(way, 'speed', '10', String(ms), args.clock));
    progress(`round ${round + 1} of ${rounds}: aggregate reports`);
  }
  return ways.map((way) => {
    // Who needs the whole text is not asked for ten times as much.
    const sizes = ['stream', 'saxes', 'decode'].includes(way) ? ['10', '100'] : ['10'];
    const memory = sizes.map((size) => median([1, 2, 3].map(() => run(way, 'memory', size))));
    return { way, speed: median(speeds[way]), memory };
  });
}

/** Milliseconds from the start of a process to the end of an import, above a process that imports nothing. */
function measureImports() {
  const entries = {
    empty: '',
    mailverdict: `await import(${JSON.stringify(built('index.js'))})`,
    'mailverdict/core': `await import(${JSON.stringify(built('core.js'))})`,
    psl: `await import(${JSON.stringify(import.meta.resolve('psl'))})`,
    mailauth: `await import(${JSON.stringify(new URL('libraries/mailauth-modules.mjs', import.meta.url).href)})`,
  };
  const times = Object.fromEntries(Object.keys(entries).map((name) => [name, []]));
  for (let i = 0; i < (args.quick ? 7 : 31); i++) {
    for (const [name, code] of Object.entries(entries)) {
      const script = `${code}; console.log(${CLOCKS[args.clock]})`;
      const out = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
      times[name].push(Number(out));
    }
  }
  progress('imports');
  // Against the empty process of the same turn: the machine's speed drifts by more than what is measured.
  return Object.entries(times).map(([name, list]) => ({
    name,
    time: median(list),
    above: median(list.map((time, i) => time - times.empty[i])),
  }));
}

function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

if (!existsSync(new URL(built('core.js')))) {
  console.error('There is no dist/: run "npm run build" first');
  process.exit(1);
}
const only = new RegExp(args.only);
const chosen = rows.filter(({ id, slow }) => only.test(id) && !(slow && args.quick));
const folder = mkdtempSync(join(tmpdir(), 'mailverdict-bench-'));
try {
  progress('making messages');
  const all = args.only === '';
  await buildCorpus(folder, { large: all || chosen.some(({ large }) => large) || only.test('memory') });
  const measured = {
    speeds: measureSpeeds(folder, chosen),
    memory: all || only.test('memory') ? measureMemory(folder) : [],
    aggregates: all || only.test('aggregate') ? measureAggregates() : [],
    imports: all || only.test('import') ? measureImports() : [],
    rounds: all || only.test('rounds') ? JSON.parse(child('rounds.mjs')) : undefined,
    settings: { rounds, ms, clock: args.clock },
  };
  progress('');
  console.log(renderTables(measured));
  if (args.write) {
    const template = readFileSync(here('performance.template.md'), 'utf8');
    writeFileSync(here('../docs/performance.md'), renderDocument(template, measured));
  }
} finally {
  rmSync(folder, { recursive: true });
}
