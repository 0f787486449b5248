import { requireObject } from '../../arguments.ts';
import type { MessageVerdict } from '../../authenticate/verdict.ts';
import type { DmarcResult } from '../../dmarc/result.ts';
import { requireString, show } from '../../environment.ts';
import { domainName } from '../../names/domain-name.ts';
import { formatIpAddress, parseIpAddress, unmapIpAddress } from '../../names/ip-address.ts';
import type { AggregateRecord, AggregateReport } from '../aggregate/report.ts';
import { present } from '../present.ts';
import { checksum } from '../values.ts';

const ACTION = 'accumulate a report';
// RFC 9990 §3.1.3.
const MOST_SIGNATURES = 100;
const MOST_ERRORS = 10;
const DEFAULT_MOST_RECORDS = 100_000;

type PolicyPublished = AggregateReport['policyPublished'];
type Evaluated = AggregateRecord['policyEvaluated'];

/** What the receiver knows of a message besides its verdict. */
export interface ReportedMessage {
  /** The client's address. */
  ip: string;
  /** The reverse path without angle brackets; `''` is the null reverse path. */
  mailFrom: string;
  /** The domain of a recipient; without it, reports do not tell recipients' domains apart. */
  envelopeTo?: string;
  /** What was done with the message; by default what the verdict's `disposition` says. A message that passes gets none. */
  applied?: 'none' | 'quarantine' | 'reject';
  /** Why that is not the published policy (RFC 9990 §3.1.6); by default `policy_test_mode`, `local_policy` or `other`. */
  reasons?: Evaluated['reasons'];
}

/** The messages under one published policy. */
export interface ReportGroup {
  policyPublished: PolicyPublished;
  records: AggregateRecord[];
  /** What is wrong with the policy record. */
  errors: string[];
}

/** What an accumulator holds: plain data that can be stored, sent and merged. */
export interface ReportState {
  groups: ReportGroup[];
  /** Messages that were not counted, since there were `maxRecords` records. */
  omitted: number;
}

/** Who reports, and about which period. */
export interface ReportsOptions {
  orgName: string;
  /** Whom to ask about the reports. */
  email: string;
  extraContactInfo?: string;
  /** The period, in seconds since 1970: one UTC day as a rule, both ends included. */
  begin: number;
  end: number;
  generator?: string;
  /** Names a report; unique among the reports about a domain. By default letters and digits made of what it is about. */
  reportId?: (policyDomain: string, policyPublished: PolicyPublished) => string;
}

/** Counts messages until it is time to report them. */
export interface ReportAccumulator {
  /** Counts a message; one whose author domain has no usable DMARC record is nobody's to report. */
  add(verdict: MessageVerdict, message: ReportedMessage): void;
  /** Counts what another accumulator counted; the order of merging makes no difference but in the order of records. */
  merge(state: ReportState): void;
  /** A copy of all that was counted. */
  state(): ReportState;
  /** One report for each policy domain, and for each policy that it published in the period (RFC 9990 §3.1, §3.3). */
  reports(options: ReportsOptions): AggregateReport[];
}

interface Group extends ReportGroup {
  /** By all that makes a record, but its count. */
  byTuple: Map<string, AggregateRecord>;
}

/**
 * Collects verdicts, as messages come, into aggregate reports: equal results are one record, with their number.
 *
 * @param options - `maxRecords`: different records that are kept (100,000); later ones are only counted, in `state().omitted`
 * @throws TypeError when an argument is wrong, also from `add`, `merge` and `reports`
 * @see RFC 9990 §3.1
 * @example
 * const accumulator = createReportAccumulator();
 * const resolver = memoryResolver({ '_dmarc.example.com': { TXT: ['v=DMARC1; p=none; rua=mailto:d@example.com'] } });
 * const envelope = { ip: '192.0.2.1', helo: 'mx.example.net', mailFrom: '' };
 * accumulator.add(await authenticateMessage('From: ann@example.com\r\n\r\nHi\r\n', envelope, { resolver }), envelope);
 * accumulator.state().groups[0].records[0].count; // => 1
 */
export function createReportAccumulator(options: { maxRecords?: number } = {}): ReportAccumulator {
  requireObject(ACTION, 'options', options);
  const { maxRecords = DEFAULT_MOST_RECORDS } = options;
  if (typeof maxRecords !== 'number' || !(maxRecords >= 0)) {
    throw new TypeError(`Cannot ${ACTION}: "maxRecords" must be a number of at least 0, received ${show(maxRecords)}`);
  }
  const groups = new Map<string, Group>();
  let size = 0;
  let omitted = 0;
  const count = (policyPublished: PolicyPublished, record: AggregateRecord, errors: readonly string[]): void => {
    const key = JSON.stringify(policyPublished);
    const tuple = JSON.stringify({ ...record, count: 0 });
    let group = groups.get(key);
    const known = group?.byTuple.get(tuple);
    if (known !== undefined) known.count += record.count;
    else if (size >= maxRecords) omitted += record.count;
    else {
      size++;
      group ??= { policyPublished, records: [], errors: [], byTuple: new Map() };
      groups.set(key, group);
      group.byTuple.set(tuple, record);
      group.records.push(record);
    }
    if (group !== undefined) addErrors(group.errors, errors);
  };
  return {
    add(verdict, message) {
      const record = describeMessage(verdict, message);
      const policyPublished = describePolicy(verdict.dmarc);
      if (policyPublished !== undefined) count(policyPublished, record, describeErrors(verdict.dmarc));
    },
    merge(state) {
      requireObject(ACTION, 'state', state);
      const copy = structuredClone(state);
      for (const { policyPublished, records, errors } of copy.groups) {
        for (const record of records) count(policyPublished, record, errors);
      }
      omitted += copy.omitted;
    },
    state: () => structuredClone({ groups: [...groups.values()].map(withoutIndex), omitted }),
    reports(options) {
      requireObject(ACTION, 'options', options);
      requireString(ACTION, 'orgName', options.orgName);
      requireString(ACTION, 'email', options.email);
      return structuredClone([...groups.values()].map((group) => reportOf(group, options)));
    },
  };
}

function withoutIndex({ policyPublished, records, errors }: Group): ReportGroup {
  return { policyPublished, records, errors };
}

function addErrors(errors: string[], more: readonly string[]): void {
  for (const error of more) if (errors.length < MOST_ERRORS && !errors.includes(error)) errors.push(error);
}

/** RFC 9990 §3.1.4: what was found in the record, defaults filled in. */
function describePolicy({ policyDomain, record, policy, protocol }: DmarcResult): PolicyPublished | undefined {
  if (policyDomain === undefined || record === undefined || policy === undefined) return undefined;
  // RFC 7489 §6.6.3 step 6 keeps a record in force whose p is missing, and takes it for none.
  const { p = 'none', sp = p, np = sp, fo, adkim, aspf, t } = record;
  return {
    domain: policyDomain,
    discoveryMethod: protocol === 'rfc9989' ? 'treewalk' : 'psl',
    p,
    sp,
    np,
    fo: fo.join(':'),
    adkim,
    aspf,
    testing: t === 'y',
  };
}

function describeErrors({ diagnostics, policyDomain }: DmarcResult): string[] {
  const name = `_dmarc.${policyDomain}`;
  return diagnostics.flatMap(({ severity, subject, message }) =>
    severity === 'error' && subject === name ? [message] : [],
  );
}

function describeMessage(verdict: MessageVerdict, message: ReportedMessage): AggregateRecord {
  requireObject(ACTION, 'verdict', verdict);
  requireObject(ACTION, 'verdict.dmarc', verdict.dmarc);
  requireObject(ACTION, 'message', message);
  const address = typeof message.ip === 'string' ? parseIpAddress(message.ip) : undefined;
  if (address === undefined) {
    throw new TypeError(`Cannot ${ACTION}: "ip" must be an IP address, received ${show(message.ip)}`);
  }
  requireString(ACTION, 'mailFrom', message.mailFrom);
  const { dmarc } = verdict;
  return {
    sourceIp: formatIpAddress(unmapIpAddress(address)),
    count: 1,
    policyEvaluated: evaluatePolicy(dmarc, message),
    identifiers: {
      headerFrom: dmarc.authorDomain ?? '',
      // Empty for a null reverse path (§3.1.1.10).
      envelopeFrom: domainOf(message.mailFrom),
      ...(message.envelopeTo !== undefined && { envelopeTo: domainName(message.envelopeTo) ?? message.envelopeTo }),
    },
    authResults: { dkim: describeSignatures(verdict), spf: describeSpf(verdict) },
  };
}

function domainOf(address: string): string {
  const domain = address.slice(address.lastIndexOf('@') + 1);
  return domainName(domain) ?? domain;
}

/** RFC 9990 §3.1.1.9: the aligned results as they were evaluated, and what was done. */
function evaluatePolicy(dmarc: DmarcResult, { applied, reasons }: ReportedMessage): Evaluated {
  const passes = (method: 'dkim' | 'spf') =>
    dmarc.alignments.some((it) => it.method === method && it.aligned && it.result === 'pass') ? 'pass' : 'fail';
  const published = dmarc.policy?.published ?? 'none';
  // What t=y took off the policy makes no difference to a message that passes: it was published.
  const passed = dmarc.result === 'pass' && (published === 'none' ? 'none' : 'pass');
  const disposition = passed || (applied ?? dmarc.disposition);
  const own = passed || disposition === published ? [] : explainOverride(dmarc, disposition);
  return { disposition, dkim: passes('dkim'), spf: passes('spf'), reasons: [...(reasons ?? own)] };
}

/** RFC 9990 §3.1.6: why what was done is not what was published. */
function explainOverride({ result, policy }: DmarcResult, disposition: string): Evaluated['reasons'] {
  if (result === 'temperror') return [{ type: 'other', comment: 'temporary error' }];
  if (policy?.testing && disposition === policy.effective) return [{ type: 'policy_test_mode' }];
  if (policy?.percent !== undefined && policy.percent < 100)
    return [{ type: 'other', comment: `pct=${policy.percent}` }];
  return [{ type: 'local_policy' }];
}

/** RFC 9990 §3.1.3: strictly aligned passes first, then aligned ones, then other passes, then failures; at most 100. */
function describeSignatures({ dkim, dmarc }: MessageVerdict): AggregateRecord['authResults']['dkim'] {
  const rank = ({ domain, result }: { domain: string; result: string }): number => {
    if (result !== 'pass') return 3;
    if (domain === dmarc.authorDomain) return 0;
    return dmarc.alignments.some((it) => it.method === 'dkim' && it.aligned && it.domain === domain) ? 1 : 2;
  };
  return dkim
    .flatMap(({ domain, selector, result, reason }) =>
      // The schema has no room for a signature that names no domain or selector.
      domain === undefined || selector === undefined
        ? []
        : [present({ domain, selector, result, humanResult: reason })],
    )
    .sort((a, b) => rank(a) - rank(b))
    .slice(0, MOST_SIGNATURES);
}

/** RFC 9990 §3.1.1.12: MAIL FROM only, which is the HELO name where the reverse path is null. */
function describeSpf({ spf: { mailFrom } }: MessageVerdict): AggregateRecord['authResults']['spf'] {
  if (mailFrom === undefined || mailFrom.domain === '') return [];
  const { domain, result, reason } = mailFrom;
  return [present({ domain, scope: 'mfrom' as const, result, humanResult: reason })];
}

function reportOf({ policyPublished, records, errors }: Group, options: ReportsOptions): AggregateReport {
  const { orgName, email, extraContactInfo, begin, end, generator, reportId } = options;
  return {
    schema: 'rfc9990',
    version: '1.0',
    reportMetadata: present({
      orgName,
      email,
      extraContactInfo,
      reportId: reportId?.(policyPublished.domain, policyPublished) ?? defaultReportId(policyPublished, options),
      dateRange: { begin, end },
      // The schema has room for one.
      errors: errors.length > 0 ? [errors.join('; ')] : [],
      generator,
    }),
    policyPublished,
    records,
  };
}

/**
 * Letters and digits, so that it can stand in the file name too (RFC 9990 §3.5.2). A report that is made again is named
 * the same; two policies of one domain are not.
 */
function defaultReportId(policyPublished: PolicyPublished, { orgName, begin, end }: ReportsOptions): string {
  return `${begin}x${end}x${checksum(JSON.stringify([orgName, policyPublished]))}`;
}
