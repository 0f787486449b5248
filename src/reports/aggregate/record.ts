import { parseIpAddress } from '../../names/ip-address.ts';
import { asciiLower } from '../../text/characters.ts';
import { type Fields, fieldOf, type RecordDraft } from './draft.ts';
import type { Findings } from './findings.ts';
import type { AggregateRecord, AggregateReport } from './report.ts';
import { readNumber, readOpenWord, readText, readWord, requireText } from './values.ts';
import { DKIM_RESULTS, REASONS, SPF_RESULTS } from './words.ts';

type Schema = AggregateReport['schema'];

const DISPOSITIONS = ['none', 'pass', 'quarantine', 'reject'] as const;
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
// RFC 9990 §3.1.3: signatures SHOULD be limited to 100.
const MOST_RESULTS = 1000;

/** The record, or `undefined` where it says neither who sent nor how much. */
export function buildRecord(
  findings: Findings,
  draft: RecordDraft,
  number: number,
  schema: Schema,
): AggregateRecord | undefined {
  const sourceIp = fieldOf(draft.row, 'source_ip');
  if (sourceIp === undefined || sourceIp.text === '') {
    findings.add('aggregate.record-dropped', { number, element: 'source_ip' }, draft.span);
    return undefined;
  }
  const count = readNumber(findings, draft.row, 'count', [0, MOST_MESSAGES]);
  if (count === undefined) {
    findings.add('aggregate.record-dropped', { number, element: 'count' }, draft.span);
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
  const fields = draft.policy_evaluated;
  const assume = <Word extends string>(element: string, word: Word | undefined, assumed: Word): Word => {
    if (word === undefined)
      findings.add('aggregate.assumed', { element, assumed }, fieldOf(fields, element) ?? draft.span);
    return word ?? assumed;
  };
  const disposition = readWord(findings, fields, 'disposition', DISPOSITIONS);
  if (disposition === 'pass' && schema === 'rfc7489') {
    const span = fieldOf(fields, 'disposition')!;
    findings.add(
      'aggregate.value',
      { element: 'disposition', expected: 'none, quarantine or reject', value: 'pass' },
      span,
    );
  }
  return {
    disposition: assume('disposition', disposition, 'none'),
    // What nobody says passed did not pass.
    dkim: assume('dkim', readWord(findings, fields, 'dkim', ALIGNMENTS), 'fail'),
    spf: assume('spf', readWord(findings, fields, 'spf', ALIGNMENTS), 'fail'),
    reasons:
      draft.reasons.length === 0
        ? []
        : draft.reasons.slice(0, MOST_RESULTS).map((reason) => buildReason(findings, reason, schema)),
  };
}

function buildReason(findings: Findings, fields: Fields, schema: Schema): { type: string; comment?: string } {
  const type = readOpenWord(findings, fields, 'type', [...REASONS, ...OLD_REASONS]);
  const comment = readText(findings, fields, 'comment');
  if (type === undefined)
    findings.add('aggregate.assumed', { element: 'type', assumed: 'other' }, fieldOf(fields, 'type'));
  if (type !== undefined && schema === 'rfc9990' && OLD_REASONS.includes(type)) {
    findings.add('aggregate.old-value', { element: 'type', value: type }, fieldOf(fields, 'type')!);
  }
  return { type: type ?? 'other', ...(comment !== undefined && { comment }) };
}

function buildIdentifiers(findings: Findings, draft: RecordDraft, schema: Schema): AggregateRecord['identifiers'] {
  const fields = draft.identifiers;
  const headerFrom = readText(findings, fields, 'header_from');
  // Absent is not empty: RFC 9990 §3.1.1.10 has an empty one for the null reverse path.
  const envelopeFrom = fieldOf(fields, 'envelope_from')?.text;
  const envelopeTo = readText(findings, fields, 'envelope_to');
  if (headerFrom === undefined) {
    findings.add('aggregate.missing-element', { element: 'header_from', parent: 'identifiers' }, draft.span);
  }
  if (envelopeFrom === undefined && schema === 'rfc7489') {
    findings.add(
      'aggregate.omitted-element',
      { element: 'envelope_from', parent: 'identifiers', schema: 'RFC 7489' },
      draft.span,
    );
  }
  return {
    headerFrom: headerFrom ?? '',
    ...(envelopeFrom !== undefined && { envelopeFrom }),
    ...(envelopeTo !== undefined && { envelopeTo }),
  };
}

function buildResults(findings: Findings, draft: RecordDraft, schema: Schema): AggregateRecord['authResults'] {
  const { span } = draft;
  if (!draft.hasResults) findings.add('aggregate.missing-element', { element: 'auth_results', parent: 'record' }, span);
  // RFC 7489 wants at least one SPF result.
  else if (draft.spf.length === 0 && schema === 'rfc7489') {
    findings.add('aggregate.omitted-element', { element: 'spf', parent: 'auth_results', schema: 'RFC 7489' }, span);
  }
  return {
    dkim:
      draft.dkim.length === 0
        ? []
        : draft.dkim.slice(0, MOST_RESULTS).map((fields) => buildDkim(findings, fields, schema, span)),
    spf:
      draft.spf.length === 0
        ? []
        : draft.spf.slice(0, MOST_RESULTS).map((fields) => buildSpf(findings, fields, schema, span)),
  };
}

function buildDkim(
  findings: Findings,
  fields: Fields,
  schema: Schema,
  span: RecordDraft['span'],
): AggregateRecord['authResults']['dkim'][number] {
  const selector = readText(findings, fields, 'selector');
  const humanResult = readText(findings, fields, 'human_result');
  if (fieldOf(fields, 'selector') === undefined && schema === 'rfc9990') {
    findings.add('aggregate.omitted-element', { element: 'selector', parent: 'dkim', schema: 'RFC 9990' }, span);
  }
  return {
    domain: requireText(findings, fields, 'domain', 'dkim'),
    ...(selector !== undefined && { selector }),
    result: readResult(findings, fields, DKIM_RESULTS),
    ...(humanResult !== undefined && { humanResult }),
  };
}

function buildSpf(
  findings: Findings,
  fields: Fields,
  schema: Schema,
  span: RecordDraft['span'],
): AggregateRecord['authResults']['spf'][number] {
  const scope = readWord(findings, fields, 'scope', ['mfrom', 'helo']);
  const humanResult = readText(findings, fields, 'human_result');
  if (fieldOf(fields, 'scope') === undefined && schema === 'rfc7489') {
    findings.add('aggregate.omitted-element', { element: 'scope', parent: 'spf', schema: 'RFC 7489' }, span);
  }
  if (scope === 'helo' && schema === 'rfc9990') {
    findings.add('aggregate.old-value', { element: 'scope', value: scope }, fieldOf(fields, 'scope')!);
  }
  return {
    domain: requireText(findings, fields, 'domain', 'spf'),
    ...(scope !== undefined && { scope }),
    result: readResult(findings, fields, SPF_RESULTS),
    ...(humanResult !== undefined && { humanResult }),
  };
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
  const result = readOpenWord(findings, fields, 'result', words);
  if (result === undefined) findings.add('aggregate.assumed', { element: 'result', assumed: 'none' }, field);
  return result ?? 'none';
}
