import { escapeControls } from '../../diagnostics/diagnostic.ts';
import type { AggregateSummary } from '../../reports/summary/summary.ts';

const COLUMNS = [
  'source_ip',
  'header_from',
  'envelope_from',
  'policy_domain',
  'disposition',
  'dkim',
  'spf',
  'dkim_domains',
  'spf_domains',
  'reasons',
  'messages',
] as const;

/** One row for each kind of mail that the reports tell of, with CRLF line endings (RFC 4180 §2). */
export function renderCsv({ flows, reports }: AggregateSummary): string {
  const messages = new Array<number>(flows.length).fill(0);
  for (const { counts } of reports) {
    for (let i = 0; i < counts.length; i += 2) messages[counts[i]!]! += counts[i + 1]!;
  }
  const rows = flows.map((flow, i) => [
    flow.sourceIp,
    flow.headerFrom,
    flow.envelopeFrom ?? '',
    flow.policyDomain,
    flow.disposition,
    flow.dkim,
    flow.spf,
    flow.signatures.map(({ domain, selector, result }) => `${selector ?? ''}@${domain}=${result}`).join(' '),
    flow.envelopes.map(({ domain, result }) => `${domain}=${result}`).join(' '),
    flow.reasons.join(' '),
    String(messages[i]),
  ]);
  return [COLUMNS, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

/**
 * RFC 4180 §2; these texts are anybody's: a spreadsheet would take one that begins like a formula for one, also with the wide
 * characters of East Asia, and behind a semicolon, where many countries' spreadsheets begin a cell; and a terminal would obey
 * control characters.
 */
function cell(text: string): string {
  const visible = escapeControls(text);
  const harmless = visible.replace(/(^|;)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])/g, "$1'");
  return /[",]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
