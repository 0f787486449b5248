import { type Fields, fieldOf, type HeadDraft } from './draft.ts';
import type { Findings } from './findings.ts';
import type { AggregateReport, AggregateReportHead } from './report.ts';
import { readNumber, readOpenWord, readText, readTime, readWord, requireText } from './values.ts';
import { POLICIES } from './words.ts';

const NAMESPACE = 'urn:ietf:params:xml:ns:dmarc-2.0';
const OLD_NAMESPACE = 'http://dmarc.org/dmarc-xml/0.1';
// A UTC day, with an hour for reporters whose days are local ones and once a year longer.
const MOST_SECONDS = 90_000;
const MODES = ['r', 's'] as const;

/** Everything but the records. */
export function buildHead(findings: Findings, draft: HeadDraft): AggregateReportHead {
  const schema = schemaOf(draft);
  const { namespace = '' } = draft;
  if (namespace !== NAMESPACE) findings.add('aggregate.namespace', { namespace });
  const version = readText(findings, draft.feedback, 'version');
  if (schema === 'rfc7489' && fieldOf(draft.feedback, 'version') === undefined) {
    findings.add('aggregate.omitted-element', { element: 'version', parent: 'feedback', schema: 'RFC 7489' });
  }
  return {
    schema,
    ...(version !== undefined && { version }),
    reportMetadata: buildMetadata(findings, draft),
    policyPublished: buildPolicy(findings, draft.policy_published, schema),
    ...(draft.extensions.length > 0 && { extensions: draft.extensions }),
  };
}

/** By the namespace; many senders have none, and are known by what they say. */
export function schemaOf({ namespace, policy_published, report_metadata }: HeadDraft): AggregateReport['schema'] {
  if (namespace === NAMESPACE) return 'rfc9990';
  if (namespace === OLD_NAMESPACE) return 'rfc7489';
  const published = ['discovery_method', 'testing'].some((name) => fieldOf(policy_published, name));
  return published || fieldOf(report_metadata, 'generator') ? 'rfc9990' : 'rfc7489';
}

function buildMetadata(findings: Findings, draft: HeadDraft): AggregateReport['reportMetadata'] {
  const fields = draft.report_metadata;
  if (fields === undefined)
    findings.add('aggregate.missing-element', { element: 'report_metadata', parent: 'feedback' });
  const text = (name: string) => readText(findings, fields, name);
  // The parts of an element that is missing are no further findings.
  const needed = (name: string) => (fields ? requireText(findings, fields, name, 'report_metadata') : '');
  const orgName = needed('org_name');
  const email = text('email');
  const extraContactInfo = text('extra_contact_info');
  const generator = text('generator');
  return {
    orgName,
    ...(email !== undefined && { email }),
    ...(extraContactInfo !== undefined && { extraContactInfo }),
    reportId: needed('report_id'),
    dateRange: buildRange(findings, draft),
    errors: draft.errors.filter((field) => field.text !== '').map((field) => field.text),
    ...(generator !== undefined && { generator }),
  };
}

function buildRange(findings: Findings, { date_range, report_metadata }: HeadDraft): { begin: number; end: number } {
  if (date_range === undefined) {
    if (report_metadata)
      findings.add('aggregate.missing-element', { element: 'date_range', parent: 'report_metadata' });
    return { begin: 0, end: 0 };
  }
  const begin = readTime(findings, date_range, 'begin');
  const end = readTime(findings, date_range, 'end');
  if (begin !== undefined && end !== undefined && end < begin) {
    findings.add('aggregate.date-order', { begin, end }, fieldOf(date_range, 'end'));
  }
  if (begin && end && end - begin > MOST_SECONDS) {
    findings.add('aggregate.period', { hours: Math.round((end - begin) / 3600) }, fieldOf(date_range, 'end'));
  }
  // One end says when, if not how long.
  return { begin: begin ?? end ?? 0, end: end ?? begin ?? 0 };
}

function buildPolicy(
  findings: Findings,
  fields: Fields | undefined,
  schema: AggregateReport['schema'],
): AggregateReport['policyPublished'] {
  if (fields === undefined) {
    findings.add('aggregate.missing-element', { element: 'policy_published', parent: 'feedback' });
    return { domain: '' };
  }
  const discoveryMethod = readWord(findings, fields, 'discovery_method', ['psl', 'treewalk']);
  const p = readOpenWord(findings, fields, 'p', POLICIES);
  const sp = readOpenWord(findings, fields, 'sp', POLICIES);
  const np = readOpenWord(findings, fields, 'np', POLICIES);
  const adkim = readWord(findings, fields, 'adkim', MODES);
  const aspf = readWord(findings, fields, 'aspf', MODES);
  const fo = readText(findings, fields, 'fo');
  const testing = readWord(findings, fields, 'testing', ['n', 'y']);
  const pct = readNumber(findings, fields, 'pct', [0, 100]);
  if (p === undefined)
    findings.add('aggregate.omitted-element', { element: 'p', parent: 'policy_published', schema: 'RFC 9990' });
  if (pct !== undefined && schema === 'rfc9990')
    findings.add('aggregate.old-element', { element: 'pct' }, fieldOf(fields, 'pct')!);
  return {
    domain: requireText(findings, fields, 'domain', 'policy_published'),
    ...(discoveryMethod !== undefined && { discoveryMethod }),
    ...(p !== undefined && { p }),
    ...(sp !== undefined && { sp }),
    ...(np !== undefined && { np }),
    ...(adkim !== undefined && { adkim }),
    ...(aspf !== undefined && { aspf }),
    ...(fo !== undefined && { fo }),
    ...(testing !== undefined && { testing: testing === 'y' }),
    ...(pct !== undefined && { pct }),
  };
}
