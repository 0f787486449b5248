import { parseIpAddress } from '../../names/ip-address.ts';
import { asciiLower } from '../../text/characters.ts';
import { present } from '../present.ts';
import { type Fields, fieldOf, type RecordDraft } from './draft.ts';
import type { Findings } from './findings.ts';
import type { AggregateRecord, AggregateReport } from './report.ts';
import { assume, noteOmitted, readNumber, readOpenWord, readText, readWord, requireText } from './values.ts';
import { DKIM_RESULTS, REASONS, SPF_RESULTS } from './words.ts';

type Schema = AggregateReport['schema'];

const DISPOSITIONS = ['none', 'pass', 'quarantine', 'reject'] as const;
const SCOPES = ['mfrom', 'helo'] as const;
const ALIGNMENTS = ['pass', 'fail'] as const;
// Those of RFC 7489 alone.
const OLD_REASONS = ['forwarded', 'sampled_out'];
// RFC 8601 Appendix D.1 and the drafts before RFC 7489.
const MEANT: readonly (readonly [word: string, meant: string])[] = [
  ['hardfail', 'fail'],
  ['soft_fail', 'softfail'],
  ['unknown', 'permerror'],
  ['error', 'temperror'],
  ['perm_error', 'permerror'],
  ['temp_error', 'temperror'],
];
// More messages than this a single source does not send in a reporting period.
const MOST_MESSAGES = 4_294_967_295;

/** The record, or `undefined` where it says neither who sent nor how much. */
export function buildRecord(
  findings: Findings,
  draft: RecordDraft,
  number: number,
  schema: Schema,
): AggregateRecord | undefined {
  const sourceIp = fieldOf(draft.parts.row, 'source_ip');
  const count = sourceIp?.text ? readNumber(findings, draft.parts.row, 'count', MOST_MESSAGES) : undefined;
  if (!sourceIp?.text || count === undefined) {
    const element = sourceIp?.text ? 'count' : 'source_ip';
    findings.add('aggregate.record-dropped', { number, element }, draft.span);
    return undefined;
  }
  if (parseIpAddress(sourceIp.text) === undefined) {
    findings.add('aggregate.source-ip', { value: sourceIp.text }, sourceIp);
  }
  return {
    sourceIp: sourceIp.text,
    count,
    policyEvaluated: buildEvaluated(findings, draft, schema),
    identifiers: buildIdentifiers(findings, draft, schema),
    authResults: buildResults(findings, draft, schema),
    ...(draft.extensions.length > 0 && { extensions: draft.extensions }),
    span: draft.span,
  };
}

function buildEvaluated(findings: Findings, draft: RecordDraft, schema: Schema): AggregateRecord['policyEvaluated'] {
  const { span } = draft;
  const fields = draft.parts.policy_evaluated;
  const disposition = readWord(findings, fields, 'disposition', DISPOSITIONS);
  if (disposition === 'pass' && schema === 'rfc7489') {
    const params = { element: 'disposition', expected: 'none, quarantine or reject', value: 'pass' };
    findings.add('aggregate.value', params, fieldOf(fields, 'disposition'));
  }
  return {
    disposition: assume(findings, fields, 'disposition', disposition, 'none', span),
    // What nobody says passed did not pass.
    dkim: assume(findings, fields, 'dkim', readWord(findings, fields, 'dkim', ALIGNMENTS), 'fail', span),
    spf: assume(findings, fields, 'spf', readWord(findings, fields, 'spf', ALIGNMENTS), 'fail', span),
    reasons: draft.reason.map((reason) => buildReason(findings, reason, schema)),
  };
}

function buildReason(findings: Findings, fields: Fields, schema: Schema): { type: string; comment?: string } {
  const type = readOpenWord(findings, fields, 'type', [...REASONS, ...OLD_REASONS]);
  const comment = readText(findings, fields, 'comment');
  if (type !== undefined && schema === 'rfc9990' && OLD_REASONS.includes(type)) {
    findings.add('aggregate.old-value', { element: 'type', value: type }, fieldOf(fields, 'type')!);
  }
  return present({ type: assume(findings, fields, 'type', type, 'other'), comment });
}

function buildIdentifiers(findings: Findings, draft: RecordDraft, schema: Schema): AggregateRecord['identifiers'] {
  const fields = draft.parts.identifiers;
  const headerFrom = readText(findings, fields, 'header_from');
  // Absent is not empty: RFC 9990 §3.1.1.10 has an empty one for the null reverse path.
  const envelopeFrom = fieldOf(fields, 'envelope_from')?.text;
  const envelopeTo = readText(findings, fields, 'envelope_to');
  if (headerFrom === undefined) {
    findings.add('aggregate.missing-element', { element: 'header_from', parent: 'identifiers' }, draft.span);
  }
  if (schema === 'rfc7489') noteOmitted(findings, fields, 'envelope_from', 'identifiers', 'RFC 7489', draft.span);
  return present({ headerFrom: headerFrom ?? '', envelopeFrom, envelopeTo });
}

function buildResults(findings: Findings, draft: RecordDraft, schema: Schema): AggregateRecord['authResults'] {
  const { span } = draft;
  if (draft.parts.auth_results === undefined)
    findings.add('aggregate.missing-element', { element: 'auth_results', parent: 'record' }, span);
  // RFC 7489 wants at least one SPF result.
  else if (draft.spf.length === 0 && schema === 'rfc7489') {
    findings.add('aggregate.omitted-element', { element: 'spf', parent: 'auth_results', schema: 'RFC 7489' }, span);
  }
  return {
    dkim: draft.dkim.map((fields) => buildDkim(findings, fields, schema, span)),
    spf: draft.spf.map((fields) => buildSpf(findings, fields, schema, span)),
  };
}

function buildDkim(
  findings: Findings,
  fields: Fields,
  schema: Schema,
  span: RecordDraft['span'],
): AggregateRecord['authResults']['dkim'][number] {
  if (schema === 'rfc9990') noteOmitted(findings, fields, 'selector', 'dkim', 'RFC 9990', span);
  return present({
    domain: requireText(findings, fields, 'domain', 'dkim'),
    selector: readText(findings, fields, 'selector'),
    result: readResult(findings, fields, DKIM_RESULTS),
    humanResult: readText(findings, fields, 'human_result'),
  });
}

function buildSpf(
  findings: Findings,
  fields: Fields,
  schema: Schema,
  span: RecordDraft['span'],
): AggregateRecord['authResults']['spf'][number] {
  const scope = readWord(findings, fields, 'scope', SCOPES);
  if (schema === 'rfc7489') noteOmitted(findings, fields, 'scope', 'spf', 'RFC 7489', span);
  if (schema === 'rfc9990' && scope === 'helo') {
    findings.add('aggregate.old-value', { element: 'scope', value: scope }, fieldOf(fields, 'scope'));
  }
  return present({
    domain: requireText(findings, fields, 'domain', 'spf'),
    scope,
    result: readResult(findings, fields, SPF_RESULTS),
    humanResult: readText(findings, fields, 'human_result'),
  });
}

/** The result as it stands, in lower case; `none` where it says nothing. */
function readResult(findings: Findings, fields: Fields, words: readonly string[]): string {
  const field = fieldOf(fields, 'result');
  const lower = field && asciiLower(field.text);
  const meant = MEANT.find(([word]) => word === lower)?.[1];
  if (field !== undefined && lower !== undefined && meant !== undefined && words.includes(meant)) {
    findings.add('aggregate.result', { element: 'result', value: field.text, meant }, field);
    return lower;
  }
  return assume(findings, fields, 'result', readOpenWord(findings, fields, 'result', words), 'none');
}
