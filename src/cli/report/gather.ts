import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { ReadableStream as NodeStream } from 'node:stream/web';
import { domainName, isAtOrBelow } from '../../names/domain-name.ts';
import { parseAggregateReport } from '../../reports/aggregate/parse.ts';
import type { AggregateReport } from '../../reports/aggregate/report.ts';
import type { AggregateCode } from '../../reports/aggregate/rules.ts';
import { openReport } from '../../reports/attachment.ts';
import { parseFailureReport } from '../../reports/failure/parse.ts';
import type { FailureReport } from '../../reports/failure/report.ts';
import { createSummarizer, summarizeAggregateReports } from '../../reports/summary/summarize.ts';
import type { AggregateSummary } from '../../reports/summary/summary.ts';
import { parseTlsReport } from '../../reports/tls/parse.ts';
import type { TlsReport } from '../../reports/tls/report.ts';
import { summarizeTlsReports, type TlsSummary } from '../../reports/tls/summarize.ts';

/** What many files hold together. */
export interface GatheredReports {
  files: number;
  aggregate: AggregateSummary;
  tls: TlsSummary;
  failures: (Pick<FailureReport, 'authFailure' | 'sourceIp' | 'arrivalDate' | 'reportedDomains'> & { file: string })[];
  /** Reports of any kind that were left out, as they are about none of the domains that were asked for. */
  foreign: number;
  /** Files of which only a part can be read, and the first thing that is wrong. */
  partial: { file: string; reason: string }[];
  /** Files without a report that can be read, likewise. */
  unreadable: { file: string; reason: string }[];
}

export interface GatherOptions {
  stdin: AsyncIterable<Uint8Array>;
  /** Octets of one report, inflated. */
  maxBytes: number;
  /** Is told how far the work is, after each file. */
  onProgress(done: number, files: number): void;
  /** Reports about other domains are left out where there are any: normalized names. */
  domains?: readonly string[];
}

// Other faults of a report are its author's affair, and take nothing away.
const LOSSES: readonly AggregateCode[] = [
  'aggregate.doctype',
  'aggregate.not-well-formed',
  'aggregate.record-dropped',
  'aggregate.too-deep',
  'aggregate.too-many-records',
];

/** Reads reports of every kind from files, folders and `-`, which is standard input. */
export async function gatherReports(paths: readonly string[], options: GatherOptions): Promise<GatheredReports> {
  const files = (await Promise.all(paths.map(listFiles))).flat();
  const { domains } = options;
  // Each report goes when it is counted: all together cost many times what a summary does.
  const aggregate = createSummarizer(domains && { domains });
  const tls: TlsReport[] = [];
  const found: GatheredReports = {
    files: files.length,
    aggregate: summarizeAggregateReports([]),
    tls: summarizeTlsReports([]),
    failures: [],
    foreign: 0,
    partial: [],
    unreadable: [],
  };
  for (const [i, file] of files.entries()) {
    const reading = await readReport(file, options);
    options.onProgress(i + 1, files.length);
    if (typeof reading === 'string') {
      found.unreadable.push({ file, reason: reading });
      continue;
    }
    if (reading.fault !== undefined) found.partial.push({ file, reason: reading.fault });
    if (reading.kind === 'aggregate') aggregate.add(reading.report);
    else if (domains !== undefined && !domainsOf(reading).some((name) => isExpected(name, domains))) found.foreign++;
    else if (reading.kind === 'tls') tls.push(reading.report);
    // Cloned, as what is cut from a text may hold the whole of it.
    else found.failures.push({ file, ...structuredClone(pickFailure(reading.report)) });
  }
  found.aggregate = aggregate.end();
  found.foreign += found.aggregate.foreign;
  found.tls = summarizeTlsReports(tls);
  return found;
}

/** The files at and below a path, in order of their names. */
async function listFiles(path: string): Promise<string[]> {
  if (path === '-' || !(await stat(path)).isDirectory()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort();
}

type Reading = { fault?: string } & (
  | { kind: 'aggregate'; report: AggregateReport }
  | { kind: 'failure'; report: FailureReport }
  | { kind: 'tls'; report: TlsReport }
);

/** The domains that a report is about. */
function domainsOf(reading: Exclude<Reading, { kind: 'aggregate' }>): string[] {
  const { kind, report } = reading;
  return kind === 'tls' ? report.policies.map(({ policyDomain }) => policyDomain) : report.reportedDomains;
}

function isExpected(name: string, domains: readonly string[]): boolean {
  const domain = domainName(name);
  return domain !== undefined && domains.some((expected) => isAtOrBelow(domain, expected));
}

/** The report in a file, or why there is none. */
async function readReport(file: string, { stdin, maxBytes }: GatherOptions): Promise<Reading | string> {
  let source: Uint8Array | ReadableStream<Uint8Array>;
  try {
    if (file === '-') source = streamOf(Readable.from(stdin));
    else source = (await stat(file)).size > maxBytes ? streamOf(createReadStream(file)) : await readFile(file);
  } catch (error) {
    return (error as Error).message;
  }
  const limits = { inflatedBytes: maxBytes };
  const opened = await openReport(source, { limits });
  if (opened.value === undefined) return opened.diagnostics[0]?.message ?? 'there is no report';
  const { kind, text, bytes } = opened.value;
  const parsed =
    kind === 'aggregate'
      ? { kind, ...parseAggregateReport(bytes, { limits }) }
      : kind === 'tls'
        ? { kind, ...parseTlsReport(text, { limits }) }
        : { kind, ...parseFailureReport(text, { limits }) };
  if (parsed.value === undefined) return parsed.diagnostics[0]?.message ?? 'there is no report';
  const fault =
    opened.diagnostics.find(({ severity }) => severity === 'error') ??
    parsed.diagnostics.find(({ code }) => LOSSES.some((loss) => loss === code));
  // The value is of the kind beside it.
  return { kind, report: parsed.value, ...(fault !== undefined && { fault: fault.message }) } as Reading;
}

function streamOf(stream: Readable): ReadableStream<Uint8Array> {
  // The same class at run time; the types of Node and of the platform differ in overloads.
  return Readable.toWeb(stream) as NodeStream<Uint8Array> as ReadableStream<Uint8Array>;
}

function pickFailure({ authFailure, sourceIp, arrivalDate, reportedDomains }: FailureReport) {
  return {
    ...(authFailure !== undefined && { authFailure }),
    ...(sourceIp !== undefined && { sourceIp }),
    ...(arrivalDate !== undefined && { arrivalDate }),
    reportedDomains,
  };
}
