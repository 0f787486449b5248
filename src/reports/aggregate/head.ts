import { present } from '../present.ts';
import { type Fields, fieldOf, type HeadDraft } from './draft.ts';
import type { Findings } from './findings.ts';
import type { AggregateReport, AggregateReportHead } from './report.ts';
import { noteOmitted, readNumber, readOpenWord, readText, readTime, readWord, requireText } from './values.ts';
import { POLICIES } from './words.ts';

const NAMESPACE = 'urn:ietf:params:xml:ns:dmarc-2.0';
const OLD_NAMESPACE = 'http://dmarc.org/dmarc-xml/0.1';
// A UTC day, with an hour for reporters whose days are local ones and once a year longer.
const MOST_SECONDS = 90_000;
const MODES = ['r', 's'] as const;

/** Everything but the records. */
export function buildHead(findings: Findings, draft: HeadDraft): AggregateReportHead {
  const schema = schemaOf(draft);
  const { namespace = '', parts, extensions } = draft;
  if (namespace !== NAMESPACE) findings.add('aggregate.namespace', { namespace });
  if (schema === 'rfc7489') noteOmitted(findings, parts.feedback, 'version', 'feedback', 'RFC 7489');
  return present({
    schema,
    version: readText(findings, parts.feedback, 'version'),
    reportMetadata: buildMetadata(findings, draft),
    policyPublished: buildPolicy(findings, parts.policy_published, schema),
    extensions: extensions.length > 0 ? extensions : undefined,
  });
}

/** By the namespace; many senders have none, and are known by what they say. */
export function schemaOf({ namespace, parts }: HeadDraft): AggregateReport['schema'] {
  if (namespace === NAMESPACE) return 'rfc9990';
  if (namespace === OLD_NAMESPACE) return 'rfc7489';
  const published = ['discovery_method', 'testing'].some((name) => fieldOf(parts.policy_published, name));
  return published || fieldOf(parts.report_metadata, 'generator') ? 'rfc9990' : 'rfc7489';
}

function buildMetadata(findings: Findings, { parts, errors }: HeadDraft): AggregateReport['reportMetadata'] {
  const fields = parts.report_metadata;
  if (fields === undefined)
    findings.add('aggregate.missing-element', { element: 'report_metadata', parent: 'feedback' });
  const text = (name: string) => readText(findings, fields, name);
  // The parts of an element that is missing are no further findings.
  const needed = (name: string) => (fields ? requireText(findings, fields, name, 'report_metadata') : '');
  return present({
    orgName: needed('org_name'),
    email: text('email'),
    extraContactInfo: text('extra_contact_info'),
    reportId: needed('report_id'),
    dateRange: buildRange(findings, parts),
    errors: errors.filter((field) => field.text !== '').map((field) => field.text),
    generator: text('generator'),
  });
}

function buildRange(
  findings: Findings,
  { date_range, report_metadata }: HeadDraft['parts'],
): { begin: number; end: number } {
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
  const policy = (name: string) => readOpenWord(findings, fields, name, POLICIES);
  const word = <Word extends string>(name: string, words: readonly Word[]) => readWord(findings, fields, name, words);
  const testing = word('testing', ['n', 'y']);
  const published = present({
    domain: requireText(findings, fields, 'domain', 'policy_published'),
    discoveryMethod: word('discovery_method', ['psl', 'treewalk']),
    p: policy('p'),
    sp: policy('sp'),
    np: policy('np'),
    adkim: word('adkim', MODES),
    aspf: word('aspf', MODES),
    fo: readText(findings, fields, 'fo'),
    testing: testing && testing === 'y',
    pct: readNumber(findings, fields, 'pct', 100),
  });
  if (published.p === undefined)
    findings.add('aggregate.omitted-element', { element: 'p', parent: 'policy_published', schema: 'RFC 9990' });
  if (published.pct !== undefined && schema === 'rfc9990')
    findings.add('aggregate.old-element', { element: 'pct' }, fieldOf(fields, 'pct'));
  return published;
}
