#!/usr/bin/env node
import process from 'node:process';
import type { Console } from './console.ts';
import { run } from './run.ts';

const { stdin, stdout, stderr, env, argv } = process;
const console: Console = { stdin, stdout, stderr, environment: env, fetch: globalThis.fetch };
if (stdin.isTTY && stdout.isTTY) {
  console.openDialogue = async () => (await import('./dialogue.ts')).openDialogue(stdin, stdout);
}
process.exitCode = await run(argv.slice(2), console);
