// docs/runtimes.md: all of it is made from the results of a run.

const perSecond = (number) => (number === undefined ? 'none' : Math.round(number).toLocaleString('en-US'));

const cells = ({ label, result }) => [
  label,
  result.engine.version ?? '',
  `${result.passed} of ${result.passed + result.failed.length}`,
  result.provider,
  ...['rsa2048', 'ed25519'].flatMap((key) => [result.speed.native?.[key], result.speed.portable[key]].map(perSecond)),
];

const row = (values) => `| ${values.join(' | ')} |`;

/** One line of the terminal for an engine. */
export function engineLine({ label, result, seconds }) {
  const [, version, tests, provider, ...rates] = cells({ label, result });
  const [rsaNative, rsaPortable, edNative, edPortable] = rates;
  const speed = `RSA-2048 ${rsaNative}/${rsaPortable}, Ed25519 ${edNative}/${edPortable} a second (native/portable)`;
  return `${label.padEnd(26)} ${version.padEnd(24)} ${tests.padEnd(11)} ${provider.padEnd(9)} ${speed}, ${seconds.toFixed(1)} s`;
}

const list = (names) => new Intl.ListFormat('en').format(names);

/** The whole document. */
export function renderDocument(runs, { cpu, version }) {
  const header = [
    'Engine',
    'Version',
    'Tests passed',
    'Provider by default',
    'RSA-2048 native /s',
    'RSA-2048 portable /s',
    'Ed25519 native /s',
    'Ed25519 portable /s',
  ];
  const rule = header.map((_, i) => (i < 4 ? '---' : '---:'));
  const table = [header, rule, ...runs.map(cells)].map(row).join('\n');
  return `# Runtimes

<!-- Written by "npm run test:runtimes -- --write". Do not edit. -->

The same tests run against the built package, installed from its tarball, in every engine below. They use every public
function: records, SPF, DKIM with each provider, DMARC, alignment, whole messages as text, bytes and streams, and DNS over
HTTPS against a server that also fails, stalls, redirects and sends ten megabytes. The verdict on the sample message is the
same JSON in all of them, byte for byte.

${table}

"Provider by default" is what a call uses whose \`env.crypto\` is absent, as observed: \`native\` is the engine's own
node:crypto, \`portable\` is JavaScript. The numbers are signatures verified in a second with a key that is imported already,
on one core (${cpu}), mailverdict ${version}. They change from run to run: compare the columns of a row.

${advice(runs)}`;
}

function advice(runs) {
  const slower = runs.filter(({ result: { speed } }) => speed.native?.rsa2048 < speed.portable.rsa2048);
  const without = runs.filter(({ result: { speed } }) => speed.native === undefined);
  return [
    ...(slower.length > 0 ? [mixAdvice(slower)] : []),
    ...(without.length > 0 ? [portableAdvice(without)] : []),
  ].join('\n');
}

function mixAdvice(slower) {
  const ratios = slower.map(({ label, result: { speed } }) => {
    const times = (speed.portable.rsa2048 / speed.native.rsa2048).toFixed(1);
    return `${label} (${times} times as fast)`;
  });
  return `## Where the native RSA is the slower one

The portable RSA beats the engine's own in ${list(ratios)}. Pass as \`env.crypto\` there a provider that takes its hashes
from the engine and its keys from JavaScript:

\`\`\`ts
import { nativeCrypto, portableCrypto } from 'mailverdict';

const mixed = { ...(nativeCrypto() ?? portableCrypto), name: 'mixed', importKey: portableCrypto.importKey };
\`\`\`
${keepEd25519(slower)}`;
}

function keepEd25519(slower) {
  const better = slower.filter(({ result: { speed } }) => speed.native.ed25519 > speed.portable.ed25519);
  if (better.length === 0) return '';
  return `
Ed25519 stays faster natively in ${list(better.map(({ label }) => label))}. To have the better of both, choose by the type of the key:

\`\`\`ts
import { type CryptoProvider, nativeCrypto, portableCrypto } from 'mailverdict';

const native = nativeCrypto() ?? portableCrypto;
const mixed: CryptoProvider = {
  ...native,
  name: 'mixed',
  importKey: (key) => (key.type === 'rsa' ? portableCrypto : native).importKey(key),
};
\`\`\`
`;
}

function portableAdvice(without) {
  return `## Where there is no native provider

These have no node:crypto, so \`nativeCrypto()\` is \`undefined\` there and calls use \`portableCrypto\` without being told:
${list(without.map(({ label }) => label))}.
`;
}
