import { parseArgs } from 'node:util';
import { auditDomain } from '../../audit/audit-domain.ts';
import { publicSuffix } from '../../dmarc/public-suffix.ts';
import type { Console } from '../console.ts';
import { dnsOptions, dnsUsage, openResolver } from '../dns-options.ts';
import { widthOf } from '../layout.ts';
import { paintFor, renderJson } from '../output.ts';
import { startProgress } from '../progress.ts';
import { renderAudit } from '../render-audit.ts';

export const usage = `mailverdict check DOMAIN [options]

Looks at all that a domain publishes about its mail, and says what is wrong and what to change: DMARC, SPF, DKIM, MX,
MTA-STS, TLS-RPT, BIMI and DNSSEC, and the rules of Gmail, Yahoo and Microsoft.

  --selector NAME       DKIM selector in use; may be repeated
  --no-probe            do not look for DKIM keys at the selectors of well-known senders
  --sender ID           tell whether this well-known sender can send its mail, and what is missing; may be repeated.
                        What the sender gave you follows: amazon-ses,token1=VALUE,token2=VALUE
  --parked              judge it as a domain that sends and receives no mail
${dnsUsage}
  --json                print the whole audit as JSON

Exit status: 0 without errors, 1 with errors, 2 when the call is wrong.`;

const options = {
  selector: { type: 'string', multiple: true },
  'no-probe': { type: 'boolean' },
  sender: { type: 'string', multiple: true },
  parked: { type: 'boolean' },
  ...dnsOptions,
  json: { type: 'boolean' },
} as const;

/** Runs `mailverdict check`. */
export async function check(args: string[], console: Console): Promise<number> {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  const [domain, ...rest] = positionals;
  if (domain === undefined || rest.length > 0) throw new Error('name one domain');
  const { stdout, environment, fetch } = console;
  const env = { resolver: await openResolver(values), ...(fetch && { fetch }) };
  const progress = startProgress(console);
  const audit = await auditDomain(domain, env, {
    ...(values.selector && { selectors: values.selector }),
    ...(values.sender && { senders: values.sender.map(readSender) }),
    ...(values['no-probe'] && { probe: false }),
    ...(values.parked && { parked: true }),
    organizationalDomain: publicSuffix,
    onProgress: ({ asked, answered }) => progress.show(`${answered} of ${asked} questions answered`),
  }).finally(() => progress.clear());
  if (values.json) stdout.write(renderJson(audit));
  else stdout.write(`${renderAudit(audit, { paint: paintFor(stdout, environment), width: widthOf(stdout) })}\n`);
  return audit.findings.some(({ severity }) => severity === 'error') ? 1 : 0;
}

/** An id of the directory of senders, and what the variables of its patterns stand for. */
function readSender(text: string): { sender: string; variables: { [name: string]: string } } {
  const [sender = '', ...settings] = text.split(',');
  const variables = settings.map((setting) => {
    const at = setting.indexOf('=');
    if (at < 1) throw new Error(`--sender must be like ID or ID,NAME=VALUE: found "${text}"`);
    return [setting.slice(0, at), setting.slice(at + 1)] as const;
  });
  return { sender, variables: Object.fromEntries(variables) };
}
