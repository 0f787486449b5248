import { parseArgs } from 'node:util';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Environment } from '../../environment.ts';
import { analyzeSpf } from '../../spf/analyze.ts';
import { evaluateSpf } from '../../spf/evaluate.ts';
import { flattenSpf } from '../../spf/flatten.ts';
import type { SpfResult } from '../../spf/result.ts';
import { simulateSpf } from '../../spf/simulate.ts';
import type { Console } from '../console.ts';
import { dnsOptions, dnsUsage, openResolver } from '../dns-options.ts';
import { widthOf } from '../layout.ts';
import { paintFor, renderJson } from '../output.ts';
import { renderSpfAnalysis, renderSpfFlattening, renderSpfResults, renderSpfSimulation } from '../render-spf.ts';

export const usage = `mailverdict spf DOMAIN [options]

Shows the whole SPF of a domain: the tree of includes and redirects with the cost of every term, and what is wrong.

  --ip ADDRESS          tell what this address gets, and why; may be repeated
  --add TERM            tell what this term would cost, such as include:example.net; may be repeated
  --remove TERM         tell what it saves to remove this term; may be repeated
  --flatten             propose records that need no more lookups than allowed, with the origin of each network
${dnsUsage}
  --json                print everything as JSON

Exit status: 0 without errors (after the change, where there is one), 1 with errors, 2 when the call is wrong.`;

const options = {
  ip: { type: 'string', multiple: true },
  add: { type: 'string', multiple: true },
  remove: { type: 'string', multiple: true },
  flatten: { type: 'boolean' },
  ...dnsOptions,
  json: { type: 'boolean' },
} as const;

/** Runs `mailverdict spf`. */
export async function spf(args: string[], console: Console): Promise<number> {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  const [domain, ...rest] = positionals;
  if (domain === undefined || rest.length > 0) throw new Error('name one domain');
  const { ip = [], add, remove, flatten } = values;
  const env = { resolver: await openResolver(values) };
  const analysis = await analyzeSpf(domain, env);
  const checks = await Promise.all(ip.map((address) => check(address, analysis.domain, env)));
  const simulation =
    add || remove ? await simulateSpf(analysis, { add: add ?? [], remove: remove ?? [] }, env) : undefined;
  const flattening = flatten ? flattenSpf(simulation?.analysis ?? analysis) : undefined;
  if (values.json) {
    const everything = { analysis, checks, simulation, flattening };
    console.stdout.write(renderJson(everything));
  } else {
    const look = { paint: paintFor(console.stdout, console.environment), width: widthOf(console.stdout) };
    const parts = [renderSpfAnalysis(analysis, look)];
    if (checks.length > 0) parts.push(renderSpfResults(checks, look));
    if (simulation !== undefined) parts.push(renderSpfSimulation(simulation, look));
    if (flattening !== undefined) parts.push(renderSpfFlattening(flattening, look));
    console.stdout.write(`${parts.map((lines) => lines.join('\n')).join('\n\n')}\n`);
  }
  const findings: Diagnostic[] = [...(simulation?.analysis ?? analysis).diagnostics];
  findings.push(...(simulation?.diagnostics ?? []), ...(flattening?.diagnostics ?? []));
  return findings.some(({ severity }) => severity === 'error') ? 1 : 0;
}

// The sender says nothing but the domain.
async function check(ip: string, domain: string, env: Environment): Promise<{ ip: string; result: SpfResult }> {
  const result = await evaluateSpf({ ip, helo: domain, mailFrom: `postmaster@${domain}` }, env);
  return { ip, result };
}
