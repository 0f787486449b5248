import { requireObject } from '../../arguments.ts';
import { type Diagnostic, type Parsed, parsed } from '../../diagnostics/diagnostic.ts';
import { show } from '../../environment.ts';
import { domainName } from '../../names/domain-name.ts';
import { isDotAtom } from '../../text/structured-field.ts';
import { type BuiltReport, packReport, type ReportMail, requireMail } from '../build/mail.ts';
import { diagnose, type ReportBuildCode } from '../build/rules.ts';
import { isTlsReport } from './is-report.ts';
import type { TlsFailureDetail, TlsReport, TlsReportPolicy } from './report.ts';
import { formatDateTime } from './time.ts';

const ACTION = 'build the TLS report';
// 31 December 9999: where RFC 3339 ends.
const MOST_SECONDS = 253_402_300_799;

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
  const { compress = true, mail } = options;
  if (mail !== undefined) requireMail(ACTION, mail);
  const diagnostics: Diagnostic<ReportBuildCode>[] = [];
  const refuse = (path: string, expected: string, value: unknown) =>
    void diagnostics.push(diagnose('report-build.tls-value', { path, expected, value: String(value) }));
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
    return parsed(undefined as BuiltReport | undefined, diagnostics);
  const text = `${JSON.stringify(toJson(report, start, end, domain), undefined, 2)}\n`;
  const file = packReport({
    text,
    submitter,
    domain,
    begin: start,
    end,
    reportId,
    subjectId: messageIdOf(reportId, submitter),
    extension: 'json',
    contentType: `application/tlsrpt+${compress ? 'gzip' : 'json'}`,
    compress,
    mail,
    type: 'multipart/report; report-type="tlsrpt"',
    // RFC 8460 §5.3.
    fields: [
      ['TLS-Report-Domain', domain],
      ['TLS-Report-Submitter', submitter],
    ],
    words: 'an aggregate TLS report',
  });
  return parsed(file, []);
}

function isTime(seconds: number): boolean {
  return Number.isSafeInteger(seconds) && seconds >= 0 && seconds <= MOST_SECONDS;
}

function checkPolicy(
  policy: TlsReportPolicy,
  path: string,
  refuse: (path: string, expected: string, value: unknown) => void,
): void {
  const { policyType, totalSuccessfulSessionCount, totalFailureSessionCount, failureDetails } = policy;
  const count = (name: string, value: number) => {
    if (!Number.isSafeInteger(value) || value < 0) refuse(`${path}.${name}`, 'a number of sessions', value);
  };
  if (!['tlsa', 'sts', 'no-policy-found'].includes(policyType)) {
    refuse(`${path}.policyType`, 'tlsa, sts or no-policy-found', policyType);
  }
  count('totalSuccessfulSessionCount', totalSuccessfulSessionCount);
  count('totalFailureSessionCount', totalFailureSessionCount);
  for (const [i, { resultType, failedSessionCount }] of failureDetails.entries()) {
    if (resultType === '') refuse(`${path}.failureDetails[${i}].resultType`, 'a result type', '');
    count(`failureDetails[${i}].failedSessionCount`, failedSessionCount);
  }
}

function toJson(report: TlsReport, start: number, end: number, domain: string): object {
  return {
    'organization-name': report.organizationName,
    'date-range': { 'start-datetime': formatDateTime(start), 'end-datetime': formatDateTime(end) },
    'contact-info': report.contactInfo,
    'report-id': report.reportId,
    policies: report.policies.map((policy) => ({
      policy: {
        'policy-type': policy.policyType,
        ...(policy.policyStrings.length > 0 && { 'policy-string': policy.policyStrings }),
        'policy-domain': domain,
        ...(policy.mxHosts.length > 0 && { 'mx-host': policy.mxHosts }),
      },
      summary: {
        'total-successful-session-count': policy.totalSuccessfulSessionCount,
        'total-failure-session-count': policy.totalFailureSessionCount,
      },
      ...(policy.failureDetails.length > 0 && { 'failure-details': policy.failureDetails.map(detailToJson) }),
    })),
  };
}

/** JSON.stringify leaves out what is undefined. */
function detailToJson(detail: TlsFailureDetail): object {
  return {
    'result-type': detail.resultType,
    'sending-mta-ip': detail.sendingMtaIp,
    'receiving-mx-hostname': detail.receivingMxHostname,
    'receiving-mx-helo': detail.receivingMxHelo,
    'receiving-ip': detail.receivingIp,
    'failed-session-count': detail.failedSessionCount,
    'additional-information': detail.additionalInformation,
    'failure-reason-code': detail.failureReasonCode,
  };
}

/** ``id-left "@" id-right`` for the subject; what a report-id may hold beyond that becomes "-". */
function messageIdOf(reportId: string, submitter: string): string {
  const [left = '', right, ...more] = reportId.split('@');
  if (right !== undefined && more.length === 0 && isDotAtom(left) && domainName(right) !== undefined) return reportId;
  const safe = reportId.replace(/[^\w!#$%&'*+/=?^`{|}~-]+/g, '-').slice(0, 200);
  return `${safe}@${submitter}`;
}
