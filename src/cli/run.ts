import { version } from '../../package.json';
import type { Console } from './console.ts';

const usage = `mailverdict: is this mail really from whom it says, and if not, why?

  mailverdict check DOMAIN [options]
  mailverdict spf DOMAIN [options]
  mailverdict build dmarc|spf|dkim|bimi|mta-sts|tls-rpt [options]
  mailverdict report FILE|FOLDER… [options]
  mailverdict verify MESSAGE --ip ADDRESS --helo NAME --mail-from ADDRESS [options]
  mailverdict sign MESSAGE --domain NAME --selector NAME --key FILE [options]
  mailverdict keygen --domain NAME --selector NAME [options]

"mailverdict COMMAND --help" lists the options.`;

interface Command {
  usage: string;
  run(args: string[], console: Console): Promise<number>;
}

/** Loads one command and nothing of the others. */
async function commandOf(name: string): Promise<Command | undefined> {
  switch (name) {
    case 'build': {
      const command = await import('./commands/build.ts');
      return { usage: command.usage, run: command.build };
    }
    case 'check': {
      const command = await import('./commands/check.ts');
      return { usage: command.usage, run: command.check };
    }
    case 'keygen': {
      const command = await import('./commands/keygen.ts');
      return { usage: command.usage, run: command.keygen };
    }
    case 'report': {
      const command = await import('./commands/report.ts');
      return { usage: command.usage, run: command.report };
    }
    case 'sign': {
      const command = await import('./commands/sign.ts');
      return { usage: command.usage, run: command.sign };
    }
    case 'spf': {
      const command = await import('./commands/spf.ts');
      return { usage: command.usage, run: command.spf };
    }
    case 'verify': {
      const command = await import('./commands/verify.ts');
      return { usage: command.usage, run: command.verify };
    }
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
    const command = await commandOf(name);
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
