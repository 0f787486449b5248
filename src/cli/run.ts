import { version } from '../../package.json';
import { keygen, usage as keygenUsage } from './commands/keygen.ts';
import { sign, usage as signUsage } from './commands/sign.ts';
import { verify, usage as verifyUsage } from './commands/verify.ts';
import type { Console } from './console.ts';

const usage = `mailverdict: is this mail really from whom it says, and if not, why?

  mailverdict verify MESSAGE --ip ADDRESS --helo NAME --mail-from ADDRESS [options]
  mailverdict sign MESSAGE --domain NAME --selector NAME --key FILE [options]
  mailverdict keygen --domain NAME --selector NAME [options]

"mailverdict COMMAND --help" lists the options.`;

interface Command {
  usage: string;
  run(args: string[], console: Console): Promise<number>;
}

function commandOf(name: string): Command | undefined {
  switch (name) {
    case 'verify':
      return { usage: verifyUsage, run: verify };
    case 'sign':
      return { usage: signUsage, run: sign };
    case 'keygen':
      return { usage: keygenUsage, run: keygen };
    default:
      return undefined;
  }
}

/** Runs the command line and returns the exit status; nothing is thrown, and nothing ends the process. */
export async function run(args: string[], console: Console): Promise<number> {
  const [name, ...rest] = args;
  try {
    if (name === undefined || name === '--help' || name === 'help') {
      console.stdout.write(`${usage}\n`);
      return name === undefined ? 2 : 0;
    }
    if (name === '--version') {
      console.stdout.write(`${version}\n`);
      return 0;
    }
    const command = commandOf(name);
    if (command === undefined) throw new Error(`there is no command "${name}"`);
    if (rest.includes('--help')) {
      console.stdout.write(`${command.usage}\n`);
      return 0;
    }
    return await command.run(rest, console);
  } catch (error) {
    console.stderr.write(`mailverdict: ${describe(error)}\n`);
    return 2;
  }
}

// Every error that reaches this point is one of the caller's: a wrong option, an unreadable file, an address that is none.
function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
