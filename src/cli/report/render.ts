import { escapeControls } from '../../diagnostics/diagnostic.ts';
import type { AggregateSummary, SummarySource } from '../../reports/summary/summary.ts';
import type { TlsSummary } from '../../reports/tls/summarize.ts';
import { beside, columnsOf, counted, enumerated, pad } from '../layout.ts';
import type { Paint } from '../output.ts';
import { grouped, percent } from './figures.ts';
import type { GatheredReports } from './gather.ts';
import { periodsOf } from './periods.ts';

const MOST_NAMES = 3;
const MOST_FILES = 10;
const BAR_COLUMNS = 30;

export interface RenderOptions {
  paint: Paint;
  width: number;
  /** How many sources are listed. */
  top: number;
}

/** What the reports say, for a person at a terminal. */
export function renderReports(found: GatheredReports, options: RenderOptions): string {
  const { aggregate, tls, failures, foreign, partial, unreadable } = found;
  const parts = [
    aggregate.reports.length > 0 ? renderAggregate(aggregate, options) : [],
    tls.reports > 0 ? renderTls(tls, options) : [],
    failures.length > 0 ? renderFailures(failures, options) : [],
    foreign > 0 ? [`${counted(foreign, 'report')} about other domains left out`] : [],
    partial.length > 0 ? renderFiles(partial, 'of which only a part can be read', options) : [],
    unreadable.length > 0 ? renderFiles(unreadable, 'without a report that can be read', options) : [],
  ].filter((lines) => lines.length > 0);
  if (parts.length === 0) return 'There is no file to read.';
  return parts.map((lines) => lines.join('\n')).join('\n\n');
}

function renderAggregate(summary: AggregateSummary, options: RenderOptions): string[] {
  const { paint, width } = options;
  const { reports, duplicates, totals, reporters, days } = summary;
  const { messages, passed } = totals;
  const from = `${counted(reports.length, 'aggregate report')} of ${listReporters(reporters)}`;
  const when = days.length === 0 ? '' : `, ${days[0]!.day} to ${days.at(-1)!.day}`;
  const again =
    duplicates === 0 ? '' : `; ${grouped(duplicates)} came again and ${duplicates === 1 ? 'is' : 'are'} not counted`;
  const result = `${grouped(messages)} ${messages === 1 ? 'message' : 'messages'}, ${grouped(passed)} passed DMARC (${percent(passed, messages)})`;
  return [
    ...beside('', `${from}${when}${again}.`, width),
    paint.strong(result),
    ...renderDispositions(summary, width),
    '',
    ...renderChart(summary, paint, width),
    '',
    ...renderSources(summary, options),
  ];
}

function listReporters(reporters: AggregateSummary['reporters']): string {
  const names = reporters.slice(0, MOST_NAMES).map(({ orgName }) => escapeControls(orgName));
  const others = reporters.length - names.length;
  return enumerated(others === 0 ? names : [...names, counted(others, 'other')]);
}

function renderDispositions({ totals }: AggregateSummary, width: number): string[] {
  const { quarantine, reject } = totals.dispositions;
  const reasons = totals.reasons.map(({ type, messages }) => `${escapeControls(type)} ${grouped(messages)}`);
  return [
    ...(quarantine + reject === 0 ? [] : [`Quarantined ${grouped(quarantine)}, rejected ${grouped(reject)}.`]),
    ...(reasons.length === 0 ? [] : beside('Policy not applied as published: ', `${reasons.join(', ')}.`, width)),
  ];
}

function renderChart(summary: AggregateSummary, paint: Paint, width: number): string[] {
  const { unit, periods } = periodsOf(summary);
  const most = Math.max(...periods.map(({ messages }) => messages), 1);
  const digits = grouped(most).length;
  const room = Math.min(BAR_COLUMNS, width - digits - 24);
  const rows = periods.map(({ begin, messages, passed }) => {
    // What is there must be seen, and no more than there is.
    const length = messages === 0 ? 0 : Math.max(1, Math.round((room * messages) / most));
    const failed = passed === messages ? 0 : Math.max(1, Math.round((length * (messages - passed)) / messages));
    const bar = paint.good('█'.repeat(length - failed)) + paint.bad('░'.repeat(failed));
    return `  ${begin}  ${pad(bar, room)}  ${grouped(messages).padStart(digits)}  ${percent(passed, messages).padStart(6)}`.trimEnd();
  });
  return [`Messages by ${unit}, and how many passed (█) or failed (░)`, ...rows];
}

const HEAD = ['messages', 'passed', 'DKIM', 'SPF', 'source'] as const;

function renderSources({ sources }: AggregateSummary, { paint, width, top }: RenderOptions): string[] {
  const listed = sources.slice(0, top);
  const rows = listed.map((source) => [
    grouped(source.messages),
    percent(source.passed, source.messages),
    percent(source.dkim, source.messages),
    percent(source.spf, source.messages),
  ]);
  const widths = [0, 1, 2, 3].map((i) => Math.max(columnsOf(HEAD[i]!), ...rows.map((row) => columnsOf(row[i]!))));
  const line = (cells: readonly string[]) =>
    `  ${widths.map((columns, i) => cells[i]!.padStart(columns)).join('  ')}  `;
  const lines = [paint.faint(line(HEAD) + HEAD[4])];
  for (const [i, source] of listed.entries()) {
    lines.push(line(rows[i]!) + nameOf(source));
    const indent = ' '.repeat(columnsOf(line(HEAD)));
    for (const { cause, messages, reason, cure } of source.causes) {
      const failed = `${grouped(messages)} ${cause}: ${escapeControls(`${reason} ${cure}`)}`;
      lines.push(...beside(`${indent}`, failed, width).map((text) => paint.doubtful(text)));
    }
  }
  const others = sources.length - listed.length;
  if (others > 0) lines.push(`  and ${counted(others, 'other source')}; --top ${sources.length} lists them all`);
  return lines;
}

function nameOf({ source, host, addresses }: SummarySource): string {
  const names = [source, ...(host === undefined ? [] : [`(${host})`])];
  if (addresses.length > 1) names.push(`from ${counted(addresses.length, 'address')}`.replace('addresss', 'addresses'));
  return escapeControls(names.join(' '));
}

function renderTls(tls: TlsSummary, { width }: RenderOptions): string[] {
  const { successful, failed } = tls.sessions;
  const all = successful + failed;
  return [
    `${counted(tls.reports, 'TLS report')}: ${grouped(all)} sessions, ${grouped(failed)} failed (${percent(failed, all) || '0 %'})`,
    ...tls.failures.flatMap(({ resultType, policyDomain, receivingMxHostname, sessions }) =>
      beside(
        `  ${grouped(sessions).padStart(9)}  `,
        escapeControls(
          `${resultType} for ${policyDomain}${receivingMxHostname === undefined ? '' : ` at ${receivingMxHostname}`}`,
        ),
        width,
      ),
    ),
  ];
}

function renderFailures(failures: GatheredReports['failures'], { width, top }: RenderOptions): string[] {
  const lines = failures.slice(0, top).flatMap(({ file, authFailure = 'unknown', sourceIp, reportedDomains }) => {
    const about = reportedDomains.length === 0 ? '' : ` of ${reportedDomains.join(', ')}`;
    const from = sourceIp === undefined ? '' : ` from ${sourceIp}`;
    return beside('  ', escapeControls(`${authFailure}${about}${from} (${file})`), width);
  });
  const others = failures.length - Math.min(failures.length, top);
  if (others > 0) lines.push(`  and ${counted(others, 'other')}`);
  return [`${counted(failures.length, 'failure report')}`, ...lines];
}

function renderFiles(files: GatheredReports['unreadable'], what: string, { paint, width }: RenderOptions): string[] {
  const lines = files
    .slice(0, MOST_FILES)
    .flatMap(({ file, reason }) => beside('  ', escapeControls(`${file}: ${reason}`), width));
  const others = files.length - MOST_FILES;
  if (others > 0) lines.push(`  and ${counted(others, 'other')}`);
  return [paint.bad(`${counted(files.length, 'file')} ${what}`), ...lines];
}
