import { escapeControls } from '../../diagnostics/diagnostic.ts';
import type { AggregateSummary } from '../../reports/summary/summary.ts';
import { grouped, percent } from './figures.ts';
import { type Period, periodsOf } from './periods.ts';

const STYLE = `body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:64rem;padding:0 1rem;color:#1b1b1b;background:#fff}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}table{border-collapse:collapse;width:100%}
th,td{padding:.3rem .6rem;text-align:right;border-bottom:1px solid #ddd;vertical-align:top}
th:last-child,td:last-child{text-align:left}.cure{color:#7a4b00}.pass{fill:#2f8f4e}.fail{fill:#c2452d}
figure{margin:0}svg{width:100%;height:auto}text{font:11px system-ui,sans-serif;fill:currentColor}
@media(prefers-color-scheme:dark){body{color:#eee;background:#161616}th,td{border-color:#444}.cure{color:#f0b35a}}`;

const WIDTH = 900;
const HEIGHT = 220;
const BASE = 190;

/** One page for a browser, with everything in it; nothing in it runs, and it loads nothing. */
export function renderHtml(summary: AggregateSummary): string {
  const { reports, totals, days } = summary;
  const { messages, passed } = totals;
  const when = days.length === 0 ? '' : `, ${days[0]!.day} to ${days.at(-1)!.day}`;
  const { unit, periods } = periodsOf(summary);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>DMARC reports</title>
<style>${STYLE}</style>
<h1>Who sends as ${escapeHtml(domainsOf(summary))}</h1>
<p>${grouped(reports.length)} reports${when}. <strong>${grouped(messages)} messages, ${grouped(passed)} passed DMARC (${percent(passed, messages)}).</strong>
Quarantined ${grouped(totals.dispositions.quarantine)}, rejected ${grouped(totals.dispositions.reject)}.</p>
<h2>Messages by ${unit}</h2>
${renderChart(unit, periods)}
<h2>Sources</h2>
<table>
<tr><th>messages<th>passed<th>DKIM<th>SPF<th>source
${summary.sources.map(renderSource).join('\n')}
</table>
<h2>Reporters</h2>
<table>
<tr><th>reports<th>messages<th>organization
${summary.reporters.map((r) => `<tr><td>${grouped(r.reports)}<td>${grouped(r.messages)}<td>${escapeHtml(r.orgName)}`).join('\n')}
</table>
</html>
`;
}

function domainsOf({ domains }: AggregateSummary): string {
  const names = domains.slice(0, 3).map(({ domain }) => domain);
  return names.join(', ') + (domains.length > names.length ? ' and others' : '');
}

function renderChart(unit: string, periods: readonly Period[]): string {
  const most = Math.max(...periods.map(({ messages }) => messages), 1);
  const step = WIDTH / Math.max(periods.length, 1);
  const every = Math.ceil(periods.length / 8);
  const bars = periods.map(({ begin, messages, passed }, i) => {
    const height = (part: number) => ((BASE - 10) * part) / most;
    const x = (i * step + 2).toFixed(1);
    const width = Math.max(1, step - 4).toFixed(1);
    const rect = (kind: string, part: number, top: number) =>
      `<rect class="${kind}" x="${x}" y="${(BASE - top).toFixed(1)}" width="${width}" height="${height(part).toFixed(1)}"/>`;
    const label = i % every === 0 ? `<text x="${x}" y="${BASE + 18}">${escapeHtml(begin)}</text>` : '';
    const title = `<title>${escapeHtml(begin)}: ${grouped(passed)} of ${grouped(messages)} passed</title>`;
    const bar = rect('pass', passed, height(passed)) + rect('fail', messages - passed, height(messages));
    return `<g>${title}${bar}${label}</g>`;
  });
  const about = `Messages by ${unit}: passed DMARC in green, failed in red above it`;
  return `<figure><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${about}">\n${bars.join('\n')}\n</svg></figure>`;
}

function renderSource({
  source,
  host,
  messages,
  passed,
  dkim,
  spf,
  causes,
}: AggregateSummary['sources'][number]): string {
  const share = (part: number) => `<td>${percent(part, messages)}`;
  const name = escapeHtml(host === undefined ? source : `${source} (${host})`);
  const cures = causes.map(
    (c) => `<div class="cure">${grouped(c.messages)} ${c.cause}: ${escapeHtml(`${c.reason} ${c.cure}`)}</div>`,
  );
  return `<tr><td>${grouped(messages)}${share(passed)}${share(dkim)}${share(spf)}<td>${name}${cures.join('')}`;
}

const ENTITIES: { [character: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Texts of reports are anybody's, and characters that turn the direction of what follows are markup too. */
function escapeHtml(text: string): string {
  return escapeControls(text).replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}
