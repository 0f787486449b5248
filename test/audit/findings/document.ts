import type { Sender } from '../../../src/audit/sender/sender.ts';
import type { ZoneNode, ZoneRecord } from '../../../src/resolvers/memory.ts';
import { encodeBase64 } from '../../../src/text/base64.ts';
import { absentCodes } from './absent.ts';
import { type Base, bases, type FindingExample, newsletter, type WebFile, type World } from './base.ts';
import { examples } from './index.ts';
import { runExample } from './run.ts';

const INTRODUCTION = `# Findings of an audit

Every finding that \`auditDomain\`, \`auditSender\`, \`planKeyRotation\` and \`planRollout\` can have, each with a domain that
has it: in the differences the lines with \`-\` are what the domain publishes, those with \`+\` what it publishes once the
finding is cured, and the others belong to somebody else. Nothing else about the domain changes. Unless another finding is
named there is no other, and once it is cured there is none.

The examples are changes of the domain below, which has no findings. It is one at its goal: a domain that begins with DMARC
begins with \`p=none\`, and \`planRollout\` says when to go on.

Texts are without the quotes of a zone file; long keys and lists are cut. Where it says so, the finding holds the exact change
as its \`change\`. [diagnostics.md](diagnostics.md) lists every code of the library, also those about messages and reports.
This file is written by \`scripts/write-findings.mjs\` from the examples of \`test/audit/findings\`, which a test runs.
`;

/** The text of docs/findings.md; every example is audited for it. */
export async function writeFindings(): Promise<string> {
  const parts = [INTRODUCTION, '## A domain without findings\n', describeWorld(bases.mail)];
  for (const { title, list } of examples) {
    parts.push(`## ${title}\n`);
    const { base = 'mail' } = list[0]!;
    if (base === 'sender') parts.push(describeSender());
    if (base === 'rotation' || base === 'rollout') parts.push(describePlan(base));
    for (const example of list) parts.push(await writeExample(example));
  }
  parts.push('## Codes that none of them has\n', 'They are of the same parts of the library, but:\n');
  for (const { codes, reason } of absentCodes) {
    parts.push(`- ${reason}: ${codes.replace(/[^ ]+/g, '`$&`').replaceAll(' ', ', ')}`);
  }
  parts.push('');
  return parts.join('\n');
}

async function writeExample(example: FindingExample): Promise<string> {
  const { code, story, base = 'mail', options, with: follows = [] } = example;
  const { findings, world, cured } = await runExample(example);
  const finding = findings.find((one) => one.code === code);
  if (finding === undefined) throw new Error(`The example of ${code} does not raise it`);
  const { severity, spec, message, fix, change } = finding;
  const lines = [`### ${code}\n`, `**${severity}**, ${spec.spec} §${spec.section}: ${shorten(message)}\n`];
  const also = follows.length > 0 ? ` It comes with ${follows.map((one) => `\`${one}\``).join(', ')}.` : '';
  lines.push(`${story}.${also}\n`);
  // What reports say is in the story.
  if (options !== undefined && base !== 'rollout') lines.push(describeOptions(options));
  const difference = diffWorlds(world, cured, base);
  if (difference.length > 0) lines.push(`\`\`\`diff\n${cut(difference).join('\n')}\n\`\`\`\n`);
  if (change !== undefined) lines.push(`The \`change\` of the finding ${CHANGES[change.action]}.\n`);
  else if (fix !== undefined) lines.push(`${escapeText(fix.description)}.\n`);
  return lines.join('\n');
}

/** What the caller says; of a service only what is not as usual. */
function describeOptions({ sender, ...options }: { [name: string]: unknown }): string {
  if (sender === undefined) return `Asked with \`${shorten(JSON.stringify(options))}\`.\n`;
  const usual = Object.values(newsletter);
  const other = Object.entries(sender as Sender).filter(([, value]) => !usual.includes(value));
  return `The service has \`${shorten(JSON.stringify(Object.fromEntries(other)))}\`.\n`;
}

const CHANGES = {
  add: 'adds the record',
  replace: 'replaces the record',
  remove: 'removes the record',
  serve: 'is the file to serve',
} as const;

function describeSender(): string {
  const text = JSON.stringify(newsletter, null, 2);
  const own = Object.entries(bases.sender.zone).filter(([name]) => !Object.hasOwn(bases.mail.zone, name));
  return [
    'These are of `auditSender`, about a service that sends for the domain:\n',
    `\`\`\`json\n${text}\n\`\`\`\n`,
    'All is well where these are published besides the records above:\n',
    describeWorld({ ...bases.sender, zone: Object.fromEntries(own), files: {} }),
  ].join('\n');
}

function describePlan(base: 'rotation' | 'rollout'): string {
  const rotation =
    'These are of `planKeyRotation`. Nothing is wrong where a domain changes from the selector `spring` to `autumn`, a day\n' +
    'after the key of `autumn` was published.\n';
  const rollout =
    'These are of `planRollout`. Nothing is missing before the last step, from `v=DMARC1; p=reject; t=y` to `p=reject`, where\n' +
    'reports of the last 30 days under that policy show mail that passes.\n';
  return base === 'rotation' ? rotation : rollout;
}

function describeWorld({ zone, files }: World): string {
  const records = Object.entries(zone).flatMap(([name, node]) => zoneLines(name, node));
  const served = Object.entries(files).flatMap(([url, file]) => ['', url, ...fileLines(file)]);
  return `\`\`\`text\n${[...records, ...served].join('\n')}\n\`\`\`\n`;
}

/** Lines that lead from one world to the other. */
function diffWorlds(from: World, to: World, base: Base): string[] {
  const out: string[] = [];
  if (from.signed !== to.signed) out.push('- not signed by DNSSEC', '+ signed by DNSSEC');
  for (const name of union(from.zone, to.zone)) {
    const [before, after] = [zoneLines(name, from.zone[name]), zoneLines(name, to.zone[name])];
    out.push(...before.filter((line) => !after.includes(line)).map((line) => `- ${line}`));
    out.push(...after.filter((line) => !before.includes(line)).map((line) => `+ ${line}`));
    // What others publish, without which it cannot be understood.
    if (!Object.hasOwn(bases[base].zone, name))
      out.push(...before.filter((line) => after.includes(line)).map((line) => `  ${line}`));
  }
  for (const url of union(from.files, to.files)) out.push(...diffFiles(url, from.files[url], to.files[url]));
  return out;
}

function union(a: object, b: object): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])];
}

function zoneLines(name: string, node: ZoneNode | undefined): string[] {
  return Object.entries(node ?? {}).flatMap(([type, records]) => {
    if (!Array.isArray(records)) return [`${name} ${type} (${records.failure})`];
    return records.map((record: ZoneRecord) => `${name} ${type} ${shorten(textOf(record))}`);
  });
}

function textOf(record: ZoneRecord): string {
  if (Array.isArray(record)) return record.join('');
  return typeof record === 'string' ? record : `${record.preference} ${record.exchange}`;
}

function diffFiles(url: string, from: WebFile | undefined, to: WebFile | undefined): string[] {
  const before = fileLines(from);
  const after = fileLines(to);
  const removed = before.filter((line) => !after.includes(line)).map((line) => `- ${line}`);
  const added = after.filter((line) => !before.includes(line)).map((line) => `+ ${line}`);
  // What only stands there twice.
  if (removed.length + added.length === 0 && before.length > after.length) {
    removed.push(...before.filter((line, i) => before.indexOf(line) !== i).map((line) => `- ${line}`));
  }
  return removed.length + added.length === 0 ? [] : [`  ${url}`, ...removed, ...added];
}

function fileLines(file: WebFile | undefined): string[] {
  if (file === undefined) return ['(no connection)'];
  const { body, type = 'text/html', status = 200 } = file;
  const text = typeof body === 'string' ? body : `(octets in base64: ${encodeBase64(body)})`;
  const lines = text.replace(/\n$/, '').split(/\r?\n/);
  return [`HTTP status ${status}, Content-Type: ${type}`, ...lines.map((line) => shorten(line) || '(empty line)')];
}

/** Keys and repetitions, of which only the beginning and the end say something. */
function shorten(text: string): string {
  const keys = escapeText(text).replace(/[A-Za-z0-9+/=_-]{80,}/g, (run) => `${run.slice(0, 24)}…${run.slice(-12)}`);
  return keys.length > 600 ? `${keys.slice(0, 300)} … ${keys.slice(-40)}` : keys;
}

function escapeText(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u00a0]/gu, (c) => `\\u{${c.codePointAt(0)!.toString(16)}}`);
}

const MOST_LINES = 16;

function cut(lines: readonly string[]): readonly string[] {
  if (lines.length <= MOST_LINES) return lines;
  return [...lines.slice(0, MOST_LINES - 1), `  (and ${lines.length - MOST_LINES + 1} lines more)`];
}
