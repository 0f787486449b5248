import { createReadStream } from 'node:fs';
import { parseArgs } from 'node:util';
import { type AuthenticateOptions, authenticateMessage } from '../../authenticate/authenticate.ts';
import { publicSuffix } from '../../dmarc/public-suffix.ts';
import type { Console } from '../console.ts';
import { dnsOptions, dnsUsage, openResolver } from '../dns-options.ts';
import { paintFor, renderJson } from '../output.ts';
import { renderVerdict } from '../render-verdict.ts';

export const usage = `mailverdict verify MESSAGE --ip ADDRESS --helo NAME --mail-from ADDRESS [options]

Judges one message (a file, or - for standard input) by SPF, DKIM and DMARC, and checks its ARC chain where it has one.

  --ip ADDRESS          address of the client that sent the message
  --helo NAME           name it gave in HELO or EHLO
  --mail-from ADDRESS   its reverse path; '' is the null reverse path
${dnsUsage}
  --at TIME             judge as of this time (ISO 8601), for old messages
  --rfc7489             follow RFC 7489 with the public suffix list instead of RFC 9989
  --authserv-id NAME    add the Authentication-Results value under this name
  --json                print the whole verdict as JSON

Exit status: 0 when DMARC passes, 1 when it does not, 2 when the call is wrong.`;

const options = {
  ip: { type: 'string' },
  helo: { type: 'string' },
  'mail-from': { type: 'string' },
  ...dnsOptions,
  at: { type: 'string' },
  rfc7489: { type: 'boolean' },
  'authserv-id': { type: 'string' },
  json: { type: 'boolean' },
} as const;

/** Runs `mailverdict verify`. */
export async function verify(args: string[], console: Console): Promise<number> {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  const [file, ...rest] = positionals;
  if (file === undefined || rest.length > 0) throw new Error('name one message');
  const { ip, helo, 'mail-from': mailFrom, 'authserv-id': authservId } = values;
  if (ip === undefined || helo === undefined || mailFrom === undefined) {
    throw new Error('--ip, --helo and --mail-from are needed: SPF judges the connection, not the message');
  }
  const at = values.at === undefined ? undefined : readTime(values.at);
  const env = { resolver: await openResolver(values), ...(at && { now: () => at }) };
  const settings: AuthenticateOptions = {
    arc: true,
    ...(authservId !== undefined && { authservId }),
    ...(values.rfc7489 && { protocol: 'rfc7489', organizationalDomain: publicSuffix }),
  };
  const message = file === '-' ? console.stdin : createReadStream(file);
  const verdict = await authenticateMessage(message, { ip, helo, mailFrom }, env, settings);
  if (values.json) {
    console.stdout.write(renderJson(verdict));
  } else {
    console.stdout.write(`${renderVerdict(verdict, paintFor(console.stdout, console.environment))}\n`);
    if (verdict.authenticationResults !== undefined) {
      console.stdout.write(`\nAuthentication-Results: ${verdict.authenticationResults.replaceAll('\r\n', '\n')}\n`);
    }
  }
  return verdict.dmarc.result === 'pass' ? 0 : 1;
}

function readTime(text: string): Date {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) throw new Error(`--at must be a time like 2026-05-04T12:00:00Z: found "${text}"`);
  return time;
}
