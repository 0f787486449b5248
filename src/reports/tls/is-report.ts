import { isObject } from '../values.ts';
import type { TlsReport } from './report.ts';

/** Whether a value is built like a report, whatever its values are. */
export function isTlsReport(value: unknown): value is TlsReport {
  if (!isObject(value)) return false;
  const { organizationName, contactInfo = '', reportId, dateRange, policies } = value;
  const texts = [organizationName, contactInfo, reportId];
  return texts.every(isText) && isObject(dateRange) && Array.isArray(policies) && policies.every(isPolicy);
}

function isPolicy(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { policyType, policyDomain, policyStrings, mxHosts, failureDetails } = value;
  const lists = [policyStrings, mxHosts, failureDetails];
  return (
    isText(policyType) && isText(policyDomain) && lists.every(Array.isArray) && (failureDetails as []).every(isObject)
  );
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}
