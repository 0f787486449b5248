import { requireObject } from '../../arguments.ts';
import { type Diagnostic, type Parsed, parsed } from '../../diagnostics/diagnostic.ts';
import { show } from '../../environment.ts';
import { domainName } from '../../names/domain-name.ts';
import {
  type BuiltReport,
  isReportId,
  packReport,
  type ReportFile,
  type ReportMail,
  requireMail,
} from '../build/mail.ts';
import { diagnose, type Refuse, type ReportBuildCode, refuseInto } from '../build/rules.ts';
import { formatDateTime } from '../date-time.ts';
import { isTime, isWhole, splitName } from '../values.ts';
import { isTlsReport } from './is-report.ts';
import type { TlsReport, TlsReportPolicy } from './report.ts';
import { DETAIL_TEXTS, POLICY_TYPES, SESSION_COUNTS } from './schema.ts';

const ACTION = 'build the TLS report';

export interface BuildTlsReportOptions {
  /** Whether to compress, as RFC 8460 §5.2 asks for; `true` by default. */
  compress?: boolean;
  /** Also puts the mail together that carries the report. By HTTPS, the octets of `base64` are posted as `contentType`. */
  mail?: ReportMail;
}

/**
 * Writes a TLS report: the JSON, its file name, and the mail that carries it, which is still to be signed by the domain of
 * `contactInfo`, without l= (RFC 8460 §3). All of its policies must be those of one domain.
 *
 * @throws TypeError when an option is wrong
 * @see RFC 8460 §4.4, §5
 * @example
 * const { value } = buildTlsReport({
 *   organizationName: 'Example Net', contactInfo: 'tls@example.net', reportId: '20260101', dateRange: { start: 1767225600, end: 1767311999 },
 *   policies: [{ policyType: 'no-policy-found', policyStrings: [], policyDomain: 'example.com', mxHosts: [],
 *     totalSuccessfulSessionCount: 9, totalFailureSessionCount: 0, failureDetails: [] }],
 * });
 * value.fileName; // => 'example.net!example.com!1767225600!1767311999!20260101.json.gz'
 */
export function buildTlsReport(
  report: TlsReport,
  options: BuildTlsReportOptions = {},
): Parsed<BuiltReport, ReportBuildCode> {
  if (!isTlsReport(report)) {
    throw new TypeError(`Cannot ${ACTION}: "report" must be a TlsReport, received ${show(report)}`);
  }
  requireObject(ACTION, 'options', options);
  if (options.mail !== undefined) requireMail(ACTION, options.mail);
  const diagnostics: Diagnostic<ReportBuildCode>[] = [];
  const refuse = refuseInto(diagnostics, 'report-build.tls-value');
  const { contactInfo = '', reportId, dateRange, policies } = report;
  const { start = Number.NaN, end = Number.NaN } = dateRange;
  const at = contactInfo.lastIndexOf('@');
  const submitter = at > 0 ? domainName(contactInfo.slice(at + 1)) : undefined;
  if (submitter === undefined) refuse('contactInfo', 'an address', contactInfo);
  if (report.organizationName === '') refuse('organizationName', 'a name', '');
  if (reportId === '') refuse('reportId', 'an identifier', '');
  if (!isTime(start)) refuse('dateRange.start', 'seconds since 1970', start);
  if (!isTime(end) || end < start) refuse('dateRange.end', 'seconds since 1970, not before the start', end);
  const domains = new Set(policies.map(({ policyDomain }) => domainName(policyDomain) ?? ''));
  const [domain = ''] = domains;
  if (domains.size !== 1) diagnostics.push(diagnose('report-build.tls-domain', { domains: domains.size }));
  else if (domain === '') refuse('policies[0].policyDomain', 'a domain name', policies[0]!.policyDomain);
  for (const [i, policy] of policies.entries()) checkPolicy(policy, `policies[${i}]`, refuse);
  if (diagnostics.length > 0 || submitter === undefined)
    return parsed<BuiltReport, ReportBuildCode>(undefined, diagnostics);
  const text = `${JSON.stringify(toJson(report, start, end, domain), undefined, 2)}\n`;
  const file: ReportFile = {
    text,
    submitter,
    domain,
    begin: start,
    end,
    reportId,
    subjectId: messageIdOf(reportId, submitter),
    extension: 'json',
    contentType: `application/tlsrpt+${options.compress === false ? 'json' : 'gzip'}`,
    type: 'multipart/report; report-type="tlsrpt"',
    // RFC 8460 §5.3.
    fields: [
      ['TLS-Report-Domain', domain],
      ['TLS-Report-Submitter', submitter],
    ],
    words: 'an aggregate TLS report',
  };
  return parsed(packReport(file, options), []);
}

function checkPolicy(policy: TlsReportPolicy, path: string, refuse: Refuse): void {
  const count = (name: string, value: number) => {
    if (!isWhole(value)) refuse(`${path}.${name}`, 'a number of sessions', value);
  };
  const { policyType, failureDetails } = policy;
  if (!POLICY_TYPES.includes(policyType)) refuse(`${path}.policyType`, 'tlsa, sts or no-policy-found', policyType);
  for (const name of SESSION_COUNTS) count(name, policy[name]);
  for (const [i, { resultType, failedSessionCount }] of failureDetails.entries()) {
    if (resultType === '') refuse(`${path}.failureDetails[${i}].resultType`, 'a result type', '');
    count(`failureDetails[${i}].failedSessionCount`, failedSessionCount);
  }
}

function toJson(report: TlsReport, start: number, end: number, policyDomain: string): object {
  return {
    ...pick(report, ['organizationName']),
    'date-range': { 'start-datetime': formatDateTime(start), 'end-datetime': formatDateTime(end) },
    ...pick(report, ['contactInfo', 'reportId']),
    policies: report.policies.map((policy) => {
      const { policyStrings, mxHosts, failureDetails } = policy;
      return {
        policy: {
          ...pick(policy, ['policyType']),
          'policy-string': someOf(policyStrings),
          'policy-domain': policyDomain,
          'mx-host': someOf(mxHosts),
        },
        summary: pick(policy, SESSION_COUNTS),
        'failure-details': someOf(
          failureDetails.map((detail) => pick(detail, ['resultType', ...DETAIL_TEXTS, 'failedSessionCount'])),
        ),
      };
    }),
  };
}

/** Some properties under their keys; JSON.stringify leaves out what is undefined. */
function pick<T extends object>(object: T, properties: readonly (keyof T & string)[]): object {
  return Object.fromEntries(properties.map((name) => [splitName(name, '-'), object[name]]));
}

function someOf<T>(items: readonly T[]): readonly T[] | undefined {
  return items.length > 0 ? items : undefined;
}

/** ``id-left "@" id-right`` for the subject; what a report-id may hold beyond that becomes "-". */
function messageIdOf(reportId: string, submitter: string): string {
  if (reportId.includes('@') && isReportId(reportId)) return reportId;
  const safe = reportId.replace(/[^\w!#$%&'*+/=?^`{|}~-]+/g, '-').slice(0, 200);
  return `${safe}@${submitter}`;
}
