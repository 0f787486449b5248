import { show } from '../../environment.ts';
import { present } from '../present.ts';
import { addCounts, entry } from '../summary/counts.ts';
import { isTime } from '../values.ts';
import { isTlsReport } from './is-report.ts';
import type { TlsReport } from './report.ts';

/** Sessions that were negotiated as the policy asks, and others. */
export interface TlsSessions {
  successful: number;
  failed: number;
}

/** What TLS reports say together. */
export interface TlsSummary {
  /** Reports that were counted; a report that came twice counts once. */
  reports: number;
  duplicates: number;
  sessions: TlsSessions;
  /** By UTC day, as `2026-01-31`, in order; reports without a start are left out here. */
  days: (TlsSessions & { day: string })[];
  /** By domain and kind of policy, most failures first. */
  policies: (TlsSessions & { policyDomain: string; policyType: string })[];
  /** By reporter, most failures first. */
  organizations: (TlsSessions & { organizationName: string; reports: number })[];
  /** By kind and mail server, most sessions first. */
  failures: {
    resultType: string;
    policyDomain: string;
    receivingMxHostname?: string;
    sessions: number;
    reasons: string[];
  }[];
}

const MOST_REASONS = 10;

/**
 * Adds up TLS reports: sessions by day, policy and reporter, and what failed at which mail server.
 *
 * @throws TypeError where `reports` is no array
 * @see RFC 8460 §4
 * @example
 * const policy = { policyType: 'sts', policyStrings: [], policyDomain: 'example.com', mxHosts: [], totalSuccessfulSessionCount: 5, totalFailureSessionCount: 1, failureDetails: [] };
 * const report = { organizationName: 'Example Net', dateRange: { start: 1767225600, end: 1767311999 }, reportId: '1', policies: [policy] };
 * summarizeTlsReports([report, report]).sessions; // => { successful: 5, failed: 1 }
 */
export function summarizeTlsReports(reports: readonly TlsReport[]): TlsSummary {
  if (!Array.isArray(reports) || !reports.every(isTlsReport)) {
    throw new TypeError(
      `Cannot summarize TLS reports: "reports" must be an array of TlsReport, received ${show(reports)}`,
    );
  }
  const seen = new Set<string>();
  const sessions: TlsSessions = { successful: 0, failed: 0 };
  const days = new Map<string, TlsSessions>();
  const policies = new Map<string, TlsSummary['policies'][number]>();
  const organizations = new Map<string, TlsSummary['organizations'][number]>();
  const failures = new Map<string, TlsSummary['failures'][number]>();
  for (const report of reports) {
    // RFC 8460 §5.3: the report-id tells duplicates; an empty one tells nothing.
    const identity = JSON.stringify(
      report.reportId === '' ? report : [report.organizationName, report.reportId, report.dateRange],
    );
    if (seen.has(identity)) continue;
    seen.add(identity);
    const { organizationName } = report;
    const organization = entry(organizations, organizationName, () => ({ organizationName, reports: 0, ...none() }));
    organization.reports++;
    const day = dayOf(report.dateRange.start);
    for (const policy of report.policies) {
      const { policyDomain, policyType } = policy;
      const counts = [sessions, organization];
      if (day !== undefined) counts.push(entry(days, day, none));
      counts.push(entry(policies, `${policyDomain} ${policyType}`, () => ({ policyDomain, policyType, ...none() })));
      for (const count of counts) {
        count.successful = addCounts(count.successful, policy.totalSuccessfulSessionCount);
        count.failed = addCounts(count.failed, policy.totalFailureSessionCount);
      }
      addFailures(failures, policy);
    }
  }
  return {
    reports: seen.size,
    duplicates: reports.length - seen.size,
    sessions,
    days: [...days].map(([day, count]) => ({ day, ...count })).sort((a, b) => (a.day < b.day ? -1 : 1)),
    policies: [...policies.values()].sort((a, b) => b.failed - a.failed),
    organizations: [...organizations.values()].sort((a, b) => b.failed - a.failed),
    failures: [...failures.values()].sort((a, b) => b.sessions - a.sessions),
  };
}

function none(): TlsSessions {
  return { successful: 0, failed: 0 };
}

function dayOf(seconds: number | undefined): string | undefined {
  return isTime(seconds) ? new Date(seconds * 1000).toISOString().slice(0, 10) : undefined;
}

function addFailures(
  failures: Map<string, TlsSummary['failures'][number]>,
  { policyDomain, failureDetails }: TlsReport['policies'][number],
): void {
  for (const { resultType, receivingMxHostname, failedSessionCount, failureReasonCode } of failureDetails) {
    const failure = entry(failures, JSON.stringify([resultType, policyDomain, receivingMxHostname]), () =>
      present({ resultType, policyDomain, receivingMxHostname, sessions: 0, reasons: [] }),
    );
    failure.sessions = addCounts(failure.sessions, failedSessionCount);
    const { reasons } = failure;
    if (failureReasonCode !== undefined && reasons.length < MOST_REASONS && !reasons.includes(failureReasonCode)) {
      reasons.push(failureReasonCode);
    }
  }
}
