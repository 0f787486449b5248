import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { Resolver } from '../../dns/resolver.ts';
import { DnsSession } from '../../dns/session.ts';
import { defaultLimits } from '../../limits.ts';
import { domainName } from '../../names/domain-name.ts';
import { parseIpAddress } from '../../names/ip-address.ts';
import type { AggregateSummary } from '../../reports/summary/summary.ts';
import { pointerQueryName } from '../../spf/macro.ts';
import type { Console } from '../console.ts';
import { dnsOptions, dnsUsage, openResolver } from '../dns-options.ts';
import { widthOf } from '../layout.ts';
import { paintFor, renderJson } from '../output.ts';
import { startProgress } from '../progress.ts';
import { renderCsv } from '../report/csv.ts';
import { grouped } from '../report/figures.ts';
import { gatherReports } from '../report/gather.ts';
import { renderHtml } from '../report/html.ts';
import { renderReports } from '../report/render.ts';

export const usage = `mailverdict report FILE|FOLDER… [options]

Reads reports (mails, gzip, zip, XML or JSON, in any mixture; - for standard input) and says who sends as you.

  --domain NAME         only reports about NAME and what is below it (may be repeated)
  --top NUMBER          sources to list: 20 where nothing is said
  --names               ask DNS for the host names of the listed sources
${dnsUsage}
  --html FILE           also write a page with charts
  --json                print the whole summary as JSON
  --csv                 print one row for each kind of mail, for a spreadsheet
  --max-bytes NUMBER    octets of one report, inflated: 100000000 where nothing is said

Exit status: 0 when every file was read, 1 when one holds no report or only a part of one, 2 when the call is wrong.`;

const options = {
  domain: { type: 'string', multiple: true },
  top: { type: 'string' },
  names: { type: 'boolean' },
  ...dnsOptions,
  html: { type: 'string' },
  json: { type: 'boolean' },
  csv: { type: 'boolean' },
  'max-bytes': { type: 'string' },
} as const;

/** Runs `mailverdict report`. */
export async function report(args: string[], console: Console): Promise<number> {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  if (positionals.length === 0) throw new Error('name a file or a folder');
  if (values.json && values.csv) throw new Error('--json and --csv exclude each other');
  const top = readNumber('top', values.top ?? '20');
  const maxBytes = readNumber('max-bytes', values['max-bytes'] ?? '100000000');
  const progress = startProgress(console);
  const found = await gatherReports(positionals, {
    stdin: console.stdin,
    maxBytes,
    ...(values.domain && { domains: values.domain.map(readDomain) }),
    onProgress: (done, files) => progress.show(`${grouped(done)} of ${grouped(files)} files`),
  });
  progress.clear();
  if (values.names) await nameSources(found.aggregate, top, await openResolver(values));
  if (values.html !== undefined) await writeFile(values.html, renderHtml(found.aggregate));
  const { stdout, environment } = console;
  if (values.json) stdout.write(renderJson(found));
  else if (values.csv) stdout.write(renderCsv(found.aggregate));
  else stdout.write(`${renderReports(found, { paint: paintFor(stdout, environment), width: widthOf(stdout), top })}\n`);
  return found.partial.length + found.unreadable.length === 0 ? 0 : 1;
}

function readDomain(text: string): string {
  const domain = domainName(text);
  if (domain === undefined) throw new Error(`--domain must be a domain name: found "${text}"`);
  return domain;
}

function readNumber(name: string, text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new Error(`--${name} must be a whole number above 0: found "${text}"`);
  return Number(text);
}

/** The PTR names of the sources that will be listed; what DNS does not say stays an address. */
async function nameSources({ sources }: AggregateSummary, top: number, resolver: Resolver): Promise<void> {
  const session = DnsSession.open({ resolver }, defaultLimits);
  await Promise.all(
    sources.slice(0, top).map(async (source) => {
      const address = parseIpAddress(source.addresses[0] ?? '');
      if (source.host !== undefined || address === undefined) return;
      const answer = await session.query(pointerQueryName(address), 'PTR');
      if (answer.status === 'answer') source.host = answer.records[0];
    }),
  );
}
