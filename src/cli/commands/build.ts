import { type ParseArgsConfig, parseArgs } from 'node:util';
import type { Publishable } from '../../dns/publishable.ts';
import { type Builder, builders, type Field, type Options } from '../builders.ts';
import type { Console } from '../console.ts';
import { printFindings } from '../findings.ts';
import { readKey } from '../key-file.ts';
import { enumerated } from '../layout.ts';
import { renderJson } from '../output.ts';
import { renderPublication } from '../publication.ts';
import { askFor, readWhole } from '../questions.ts';

export const usage: string = `mailverdict build dmarc|spf|dkim|bimi|mta-sts|tls-rpt [options]

Builds a record to publish, and says what is wrong or unwise about it. In a terminal it asks for what no option says.
What may hold several values takes them between commas, or may be repeated.

${[...builders].map(([name, { title, fields }]) => `${title}: mailverdict build ${name}\n${fields.map(describeField).join('\n')}`).join('\n\n')}

With each:
  --json                print the record and the findings as JSON

Findings go to standard error. Exit status: 0 when the record is sound, 1 when it is not, 2 when the call is wrong.`;

function describeField({ flag, value, about }: Field): string {
  return `  ${`--${flag} ${value}`.padEnd(20)}  ${about}`;
}

/** Runs `mailverdict build`. */
export async function build(args: string[], console: Console): Promise<number> {
  const [kind, ...rest] = args;
  const builder = builders.get(kind ?? '');
  if (builder === undefined) {
    const kinds = `name one of ${enumerated([...builders.keys()])}`;
    throw new Error(kind === undefined ? kinds : `${kinds}: found "${kind}"`);
  }
  const { options: given, json } = await readFlags(builder, rest);
  const options = await complete(builder, kind!, given, console);
  const { ok, value, diagnostics } = builder.build(options);
  printFindings(diagnostics, console);
  if (json) console.stdout.write(renderJson({ record: value, diagnostics }));
  else if (ok) console.stdout.write(render(value));
  return ok ? 0 : 1;
}

async function readFlags({ fields }: Builder, args: string[]): Promise<{ options: Options; json: boolean }> {
  const config: NonNullable<ParseArgsConfig['options']> = { json: { type: 'boolean' } };
  for (const { flag, kind } of fields) {
    config[flag] = { type: kind === 'switch' ? 'boolean' : 'string', multiple: kind === 'list' };
  }
  const { values } = parseArgs({ args, options: config });
  const options: Options = {};
  for (const field of fields) {
    const value = values[field.flag];
    if (value !== undefined) options[field.option] = await readFlag(field, value);
  }
  return { options, json: values.json === true };
}

const UNDIVIDED = ['exists', 'rua', 'ruf'];

async function readFlag({ kind, option }: Field, value: unknown): Promise<unknown> {
  switch (kind) {
    case 'list':
      // A comma is a delimiter of macros too, and may be in an address or a URI, whose lists the build functions read.
      return (value as string[]).flatMap((one) => (UNDIVIDED.includes(option) ? one : one.split(','))).filter(Boolean);
    case 'number':
      return readWhole(value as string);
    case 'key':
      return readKey(value as string);
    default:
      return value;
  }
}

/** The options, with the answers of whoever sits at the terminal where something is missing. */
async function complete(builder: Builder, kind: string, given: Options, console: Console): Promise<Options> {
  // What is wrong with the flags is told before anything is asked.
  builder.build({ ...builder.sample, ...given });
  const missing = builder.fields.filter(({ option, needed }) => needed?.(given) && given[option] === undefined);
  if (missing.length === 0) return given;
  if (console.openDialogue === undefined) {
    const flags = missing.map(({ flag, value, about }) => `--${flag} ${value} (${about})`);
    throw new Error(`build ${kind} needs ${enumerated(flags)}`);
  }
  const dialogue = await console.openDialogue();
  try {
    const options = await askFor(builder, given, dialogue, console);
    console.stdout.write('\n');
    return options;
  } finally {
    dialogue.close();
  }
}

interface Extras {
  /** Of MTA-STS. */
  policy?: { url: string; text: string };
  /** Of DMARC. */
  reportRecords?: Publishable[];
}

function render(record: Publishable & Extras): string {
  const { policy, reportRecords = [] } = record;
  const parts = [`Publish. ${renderPublication([record])}`];
  if (policy !== undefined) {
    const file = policy.text.replaceAll('\r\n', '\n');
    parts.unshift(`First serve this file as text/plain at ${policy.url}\n\n${file}`);
  }
  if (reportRecords.length > 0) {
    parts.push(`The receiver of the reports has to publish this, or gets none. ${renderPublication(reportRecords)}`);
  }
  return parts.join('\n');
}
