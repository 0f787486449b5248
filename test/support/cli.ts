import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Console } from '../../src/cli/console.ts';
import { run } from '../../src/cli/run.ts';
import type { Zone } from '../../src/resolvers/memory.ts';

/** Who calls: what they answer, and what they look at. */
export interface Caller {
  /** Lines that answer questions; without them there is no terminal, after the last the person is gone. */
  answers?: readonly string[];
  /** Whether standard output is a terminal. */
  terminal?: boolean;
  columns?: number;
  environment?: NodeJS.ProcessEnv;
  fetch?: typeof globalThis.fetch;
}

/** Runs the command line as a process would, and returns all that it prints; questions with their answers are in `out`. */
export async function callCli(
  args: readonly string[],
  { answers, terminal, columns, environment = {}, fetch }: Caller = {},
): Promise<{ status: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const left = [...(answers ?? [])];
  const console: Console = {
    stdin: (async function* () {})(),
    stdout: {
      write: (text) => (out += text),
      ...(terminal !== undefined && { isTTY: terminal }),
      ...(columns !== undefined && { columns }),
    },
    stderr: { write: (text) => (err += text) },
    environment,
    ...(fetch && { fetch }),
  };
  if (answers !== undefined) {
    console.openDialogue = async () => ({
      ask: async (question) => {
        const answer = left.shift();
        out += `${question}${answer ?? ''}\n`;
        return answer;
      },
      close: () => {
        out += left.length > 0 ? `(${left.length} answers too many)\n` : '';
      },
    });
  }
  const status = await run([...args], console);
  return { status, out, err };
}

/** The name of a new file with this content. */
export function scratchFile(name: string, content: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'mailverdict-')), name);
  writeFileSync(file, content);
  return file;
}

/** The options that let a command ask this zone. */
export function zoneOptions(zone: Zone): string[] {
  return ['--zone', scratchFile('zone.json', JSON.stringify(zone))];
}
