#!/usr/bin/env node
import process from 'node:process';
import type { Console } from './console.ts';
import { run } from './run.ts';

const { stdin, stdout, stderr, env, argv } = process;
const console: Console = { stdin, stdout, stderr, environment: env, fetch: globalThis.fetch };
if (stdin.isTTY && stdout.isTTY) {
  console.openDialogue = async () => (await import('./dialogue.ts')).openDialogue(stdin, stdout);
}
// Whoever reads may have seen enough: "mailverdict report FOLDER | head".
stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});
process.exitCode = await run(argv.slice(2), console);
