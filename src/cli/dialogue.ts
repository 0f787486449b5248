import { createInterface } from 'node:readline/promises';
import type { Dialogue } from './console.ts';

/** A dialogue line by line; lines that come before their question are kept for it. */
export function openDialogue(input: NodeJS.ReadableStream, output: NodeJS.WritableStream): Dialogue {
  const lines = createInterface({ input, output });
  const answers = lines[Symbol.asyncIterator]();
  return {
    async ask(question) {
      lines.setPrompt(question);
      lines.prompt();
      const answer = await answers.next();
      return answer.done ? undefined : answer.value;
    },
    close: () => lines.close(),
  };
}
