import { cpus } from 'node:os';
import { mailauth } from './libraries/mailauth-modules.mjs';

const number = (value) =>
  value === undefined || Number.isNaN(value)
    ? ''
    : value >= 1000
      ? Math.round(value).toLocaleString('en')
      : value.toPrecision(3);
const ratio = (value) => (value === undefined || Number.isNaN(value) ? '' : `${value.toFixed(1)} x`);
const row = (cells) => `| ${cells.join(' | ')} |`;
const table = (head, body) =>
  [row(head), row(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...body.map(row)].join('\n');

function speedTable(group, speeds) {
  const body = speeds.map(({ title, mailverdict, mailauth: other, floor, ratio: r, target }) => [
    title,
    number(mailverdict),
    number(other),
    number(floor),
    ratio(r),
    target === undefined ? '' : `≥ ${target} x${r >= target ? '' : ' (missed)'}`,
  ]);
  return table([group, 'mailverdict', 'mailauth', 'floor', 'ratio', 'target'], body);
}

function memoryTable(memory) {
  const body = memory.map(({ mode, read, mailverdict, mailauth: other }) => [
    `25 MB as ${mode === 'stream' ? 'a stream' : 'a buffer'}`,
    ...[read, mailverdict, other].map((mb) => `${mb.toFixed(0)} MB`),
    `${(mailverdict - read).toFixed(0)} MB`,
    `${(other - read).toFixed(0)} MB`,
  ]);
  return table(
    [
      'Peak memory (RSS)',
      'reading only',
      'mailverdict',
      'mailauth',
      'mailverdict above reading',
      'mailauth above reading',
    ],
    body,
  );
}

function aggregateTable(aggregates) {
  const titles = {
    parse: '`parseAggregateReport`',
    stream: '`parseAggregateRecords`',
    saxes: 'saxes, counting elements',
    decode: 'decoding only',
  };
  const targets = { parse: ['≥ 60 MB/s', ''], stream: ['', '≤ 40 MB'] };
  const floor = aggregates.find(({ way }) => way === 'decode').memory;
  const above = (memory, i) => (memory[i] === undefined ? '' : `${(memory[i] - floor[i]).toFixed(0)} MB`);
  const body = aggregates.map(({ way, speed, memory }) => {
    const [fast = '', small = ''] = targets[way] ?? [];
    return [titles[way] ?? way, `${number(speed)} MB/s`, fast, above(memory, 0), above(memory, 1), small];
  });
  return table(
    ['Aggregate report of 10 MB', 'speed', 'target', 'peak memory above decoding', '… of 100 MB', 'target'],
    body,
  );
}

// What mailauth took in milliseconds where the targets of the imports, 40 and 15 ms, were set.
const MAILAUTH_IMPORT = 123;

/** The time of an import depends on the machine more than any other; its share of mailauth's hardly does. */
function importTable(imports) {
  const targets = { mailverdict: 40, 'mailverdict/core': 15 };
  const { above: whole } = imports.find(({ name }) => name === 'mailauth');
  const body = imports.map(({ name, time, above }) => {
    const row = [name === 'empty' ? 'nothing' : `\`${name}\``, `${time.toFixed(1)} ms`];
    if (name === 'empty') return [...row, '', '', ''];
    const most = targets[name] / MAILAUTH_IMPORT;
    const share = above / whole;
    const target = targets[name] && `≤ ${most.toFixed(2)} x${share > most ? ' (missed)' : ''}`;
    return [...row, `${above.toFixed(1)} ms`, `${share.toFixed(2)} x`, target ?? ''];
  });
  return table(['Cold import', 'whole process', 'above an empty one', 'of mailauth', 'target'], body);
}

function roundsTable(rounds) {
  const body = Object.entries(rounds).map(([name, { rounds: count, questions, ms }]) => [
    name,
    String(count),
    String(questions),
    `${ms.toFixed(0)} ms`,
    name === 'mailverdict' ? '≤ 4 rounds' : '',
  ]);
  return table(['Waiting for DNS, 20 ms per answer', 'rounds', 'questions', 'elapsed', 'target'], body);
}

/** The tables in Markdown, which a terminal shows well enough. */
export function renderTables({ speeds, memory, aggregates, imports, rounds, settings }) {
  const groups = [...new Set(speeds.map(({ group }) => group))];
  const unit = settings.clock === 'cpu' ? 'per second of processor time' : 'per second';
  return [
    environment(settings),
    ...groups.map((group) =>
      speedTable(
        `${group}, ${unit}`,
        speeds.filter((speed) => speed.group === group),
      ),
    ),
    ...(memory.length > 0 ? [memoryTable(memory)] : []),
    ...(aggregates.length > 0 ? [aggregateTable(aggregates)] : []),
    ...(imports.length > 0 ? [importTable(imports)] : []),
    ...(rounds ? [roundsTable(rounds)] : []),
  ].join('\n\n');
}

function environment({ rounds, ms, clock }) {
  const { model } = cpus()[0];
  return [
    `${model}, ${cpus().length} cores, Node ${process.versions.node} (OpenSSL ${process.versions.openssl}, V8 ${process.versions.v8}), mailauth ${mailauth.version}.`,
    `Medians of ${rounds} rounds of ${ms} ms for each row, by ${clock === 'cpu' ? 'processor time' : 'the clock on the wall'}; one process for each library and round, in turns.`,
  ].join('\n');
}

export function renderDocument(template, measured) {
  return template.replace('<!-- tables -->', () => renderTables(measured));
}
