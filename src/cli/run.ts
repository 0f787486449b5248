import { version } from '../../package.json';
import { verify, usage as verifyUsage } from './commands/verify.ts';
import type { Console } from './console.ts';

const usage = `mailverdict: is this mail really from whom it says, and if not, why?

  mailverdict verify MESSAGE --ip ADDRESS --helo NAME --mail-from ADDRESS [options]

"mailverdict verify --help" lists the options.`;

/** Runs the command line and returns the exit status; nothing is thrown, and nothing ends the process. */
export async function run(args: string[], console: Console): Promise<number> {
  const [command, ...rest] = args;
  try {
    if (command === undefined || command === '--help' || command === 'help') {
      console.stdout.write(`${usage}\n`);
      return command === undefined ? 2 : 0;
    }
    if (command === '--version') {
      console.stdout.write(`${version}\n`);
      return 0;
    }
    if (command !== 'verify') throw new Error(`there is no command "${command}"`);
    if (rest.includes('--help')) {
      console.stdout.write(`${verifyUsage}\n`);
      return 0;
    }
    return await verify(rest, console);
  } catch (error) {
    console.stderr.write(`mailverdict: ${describe(error)}\n`);
    return 2;
  }
}

// Every error that reaches this point is one of the caller's: a wrong option, an unreadable file, an address that is none.
function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
