import { requireLimits } from '../../arguments.ts';
import { type Diagnostic, type Parsed, parsed, type RuleParams } from '../../diagnostics/diagnostic.ts';
import { show } from '../../environment.ts';
import type { Limits } from '../../limits.ts';
import { isBytes } from '../../message/source.ts';
import { utf8 } from '../../text/bytes.ts';
import { asciiLower, isDigits } from '../../text/characters.ts';
import type { TlsFailureDetail, TlsReport, TlsReportPolicy } from './report.ts';
import { diagnose, type TlsReportCode, type tlsReportRules } from './rules.ts';
import { parseDateTime } from './time.ts';

const MOST_FINDINGS = 100;
const POLICY_TYPES = ['tlsa', 'sts', 'no-policy-found'];
// RFC 8460 §6.6.
const RESULT_TYPES = [
  'starttls-not-supported',
  'certificate-host-mismatch',
  'certificate-expired',
  'certificate-not-trusted',
  'validation-failure',
  'tlsa-invalid',
  'dnssec-invalid',
  'dane-required',
  'sts-policy-fetch-error',
  'sts-policy-invalid',
  'sts-webpki-invalid',
];

/** A JSON object on its way through the parser, and where it stands in the report. */
interface Place {
  object: object;
  path: string;
  diagnostics: Diagnostic<TlsReportCode>[];
}

/**
 * Reads a TLS report (RFC 8460 §4.4). What Microsoft, Google and others are known to write beside the schema is read and
 * named by a warning: times without zone, counts as strings, single strings for arrays, a JSON array inside a string.
 *
 * Counts that cannot be read are 0, times that cannot be read are absent; both are errors.
 *
 * @param json - the report, not compressed
 * @throws TypeError where `json` is neither a string nor a `Uint8Array`
 * @example
 * const policy = { 'policy-type': 'sts', 'policy-domain': 'example.com' };
 * const summary = { 'total-successful-session-count': 3, 'total-failure-session-count': 0 };
 * const { value } = parseTlsReport(JSON.stringify({ policies: [{ policy, summary }] }));
 * value.policies[0].totalSuccessfulSessionCount; // => 3
 */
export function parseTlsReport(
  json: string | Uint8Array,
  options: { limits?: Partial<Limits> } = {},
): Parsed<TlsReport, TlsReportCode> {
  if (typeof json !== 'string' && !isBytes(json)) {
    throw new TypeError(`Cannot parse the TLS report: "json" must be a string or Uint8Array, received ${show(json)}`);
  }
  const { inflatedBytes: limit } = requireLimits('parse the TLS report', options);
  // JSON.parse makes many times its size of a text.
  if (json.length > limit) return { ok: false, diagnostics: [diagnose('tls-report.too-large', { limit })] };
  const document = readJson(json);
  const diagnostics: Diagnostic<TlsReportCode>[] = [];
  if (document === undefined) return { ok: false, diagnostics: [diagnose('tls-report.syntax', {})] };
  if (!isObject(document) || !Array.isArray(own(document, 'policies'))) {
    return { ok: false, diagnostics: [diagnose('tls-report.not-a-report', {})] };
  }
  const value = readReport({ object: document, path: '', diagnostics });
  return parsed(value, diagnostics);
}

function readJson(json: string | Uint8Array): unknown {
  const text = typeof json === 'string' ? json : utf8(json);
  if (text === undefined) return undefined;
  try {
    // RFC 8259 §8.1: a byte order mark may be ignored.
    return JSON.parse(text.startsWith('\ufeff') ? text.slice(1) : text);
  } catch {
    // A SyntaxError, or on some engines a RangeError for nesting without end.
    return undefined;
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A member of a JSON object, where it is the object's own; null is as good as none. */
function own(object: object, key: string): unknown {
  return Object.hasOwn(object, key) ? ((object as { [key: string]: unknown })[key] ?? undefined) : undefined;
}

function report<Code extends TlsReportCode>(
  { diagnostics }: Pick<Place, 'diagnostics'>,
  code: Code,
  params: RuleParams<(typeof tlsReportRules)[Code]>,
): void {
  if (diagnostics.length < MOST_FINDINGS) diagnostics.push(diagnose(code, params));
  else if (diagnostics.length === MOST_FINDINGS) {
    // An error beyond the limit must not make the report look right.
    const severity = diagnostics.some((it) => it.severity === 'error') ? 'info' : diagnose(code, params).severity;
    diagnostics.push({ ...diagnose('tls-report.more-findings', { limit: MOST_FINDINGS }), severity });
  } else if (diagnose(code, params).severity === 'error') diagnostics[MOST_FINDINGS]!.severity = 'error';
}

function pathOf({ path }: Place, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

/** How a wrong value is quoted. */
function quoted(value: unknown): string {
  return typeof value === 'number' ? String(value) : show(value);
}

function readReport(place: Place): TlsReport {
  const organizationName = readText(place, 'organization-name', 'tls-report.absent');
  const contactInfo = readText(place, 'contact-info', 'tls-report.absent');
  const range = readObject(place, 'date-range');
  const start = range && readTime(range, 'start-datetime');
  const end = range && readTime(range, 'end-datetime');
  if (range && start !== undefined && end !== undefined && end < start) {
    report(place, 'tls-report.value', {
      path: 'date-range',
      expected: 'a start before its end',
      value: `${start} to ${end}`,
    });
  }
  const reportId = readText(place, 'report-id', 'tls-report.missing');
  const policies: TlsReportPolicy[] = [];
  for (const [i, item] of (own(place.object, 'policies') as unknown[]).entries()) {
    const path = `policies[${i}]`;
    if (isObject(item)) policies.push(readPolicy({ ...place, object: item, path }));
    else report(place, 'tls-report.value', { path, expected: 'an object', value: quoted(item) });
  }
  return {
    organizationName: organizationName ?? '',
    dateRange: { ...(start !== undefined && { start }), ...(end !== undefined && { end }) },
    ...(contactInfo !== undefined && { contactInfo }),
    reportId: reportId ?? '',
    policies,
  };
}

function readPolicy(place: Place): TlsReportPolicy {
  const policy = readObject(place, 'policy') ?? { ...place, object: {}, path: pathOf(place, 'policy') };
  const known = isObject(own(place.object, 'policy'));
  const policyType = known ? asciiLower(readText(policy, 'policy-type', 'tls-report.missing') ?? '') : '';
  if (policyType && !POLICY_TYPES.includes(policyType)) {
    report(place, 'tls-report.unknown-value', { path: pathOf(policy, 'policy-type'), value: quoted(policyType) });
  }
  const summary = readObject(place, 'summary');
  const totalFailureSessionCount = summary ? readCount(summary, 'total-failure-session-count') : 0;
  const failureDetails = readFailureDetails(place);
  const listed = failureDetails.reduce((sum, { failedSessionCount }) => sum + failedSessionCount, 0);
  if (listed !== totalFailureSessionCount) {
    report(place, 'tls-report.counts', {
      path: pathOf(place, 'failure-details'),
      listed: Math.min(listed, Number.MAX_SAFE_INTEGER),
      total: totalFailureSessionCount,
    });
  }
  return {
    policyType,
    policyStrings: readTexts(policy, 'policy-string', policyType === 'sts' || policyType === 'tlsa'),
    policyDomain: known ? (readText(policy, 'policy-domain', 'tls-report.missing') ?? '') : '',
    mxHosts: readMxHosts(policy, policyType === 'sts'),
    totalSuccessfulSessionCount: summary ? readCount(summary, 'total-successful-session-count') : 0,
    totalFailureSessionCount,
    failureDetails,
  };
}

function readMxHosts(policy: Place, wanted: boolean): string[] {
  // The name that RFC 8460 §4.4 gives to the value is seen as a key too.
  const key = own(policy.object, 'mx-host') === undefined && own(policy.object, 'mx-host-pattern') !== undefined;
  return readTexts(policy, key ? 'mx-host-pattern' : 'mx-host', wanted).map((host) => {
    const [, name] = /^mx:[ \t]*(.+)$/i.exec(host) ?? [];
    if (name === undefined) return host;
    report(policy, 'tls-report.form', {
      path: pathOf(policy, 'mx-host'),
      expected: 'host names alone',
      value: quoted(host),
    });
    return name;
  });
}

function readFailureDetails(place: Place): TlsFailureDetail[] {
  const value = own(place.object, 'failure-details');
  const path = pathOf(place, 'failure-details');
  if (value === undefined) return [];
  const items: unknown[] = Array.isArray(value) ? value : [value];
  if (!Array.isArray(value)) report(place, 'tls-report.form', { path, expected: 'an array', value: quoted(value) });
  return items.flatMap((item, i) => {
    if (isObject(item)) return [readFailureDetail({ ...place, object: item, path: `${path}[${i}]` })];
    report(place, 'tls-report.value', { path: `${path}[${i}]`, expected: 'an object', value: quoted(item) });
    return [];
  });
}

function readFailureDetail(place: Place): TlsFailureDetail {
  const resultType = asciiLower(readText(place, 'result-type', 'tls-report.missing') ?? '');
  if (resultType && !RESULT_TYPES.includes(resultType)) {
    report(place, 'tls-report.unknown-value', { path: pathOf(place, 'result-type'), value: quoted(resultType) });
  }
  const sendingMtaIp = readText(place, 'sending-mta-ip', 'tls-report.absent');
  const receivingMxHostname = readText(
    place,
    'receiving-mx-hostname',
    resultType.startsWith('sts-') ? undefined : 'tls-report.absent',
  );
  const receivingMxHelo = readText(place, 'receiving-mx-helo');
  const receivingIp = readText(place, 'receiving-ip');
  // §4.4 calls the value of additional-information "additional-info-uri", and some take that for the key.
  const additionalInformation = readText(place, 'additional-information') ?? readText(place, 'additional-info-uri');
  const failureReasonCode = readText(place, 'failure-reason-code');
  return {
    resultType,
    ...(sendingMtaIp !== undefined && { sendingMtaIp }),
    ...(receivingMxHostname !== undefined && { receivingMxHostname }),
    ...(receivingMxHelo !== undefined && { receivingMxHelo }),
    ...(receivingIp !== undefined && { receivingIp }),
    failedSessionCount: readCount(place, 'failed-session-count'),
    ...(additionalInformation !== undefined && { additionalInformation }),
    ...(failureReasonCode !== undefined && { failureReasonCode }),
  };
}

function readObject(place: Place, key: string): Place | undefined {
  const value = own(place.object, key);
  const path = pathOf(place, key);
  if (isObject(value)) return { ...place, object: value, path };
  if (value === undefined) report(place, 'tls-report.missing', { path });
  else report(place, 'tls-report.value', { path, expected: 'an object', value: quoted(value) });
  return undefined;
}

/** A string; an empty one counts as none. A number is read as its digits. */
function readText(place: Place, key: string, absent?: 'tls-report.missing' | 'tls-report.absent'): string | undefined {
  const value = own(place.object, key);
  const path = pathOf(place, key);
  if (typeof value === 'string' && value !== '') return value;
  if (value === undefined || value === '') {
    if (absent !== undefined) report(place, absent, { path });
    return undefined;
  }
  if (typeof value === 'number' && Number.isFinite(value)) {
    report(place, 'tls-report.form', { path, expected: 'a string', value });
    return String(value);
  }
  report(place, 'tls-report.value', { path, expected: 'a string', value: quoted(value) });
  return undefined;
}

/** Errata 6241: an array of strings, although the RFC's own example once had a string. */
function readTexts(place: Place, key: string, wanted: boolean): string[] {
  const value = own(place.object, key);
  const path = pathOf(place, key);
  if (value === undefined) {
    if (wanted) report(place, 'tls-report.absent', { path });
    return [];
  }
  if (!Array.isArray(value)) report(place, 'tls-report.form', { path, expected: 'an array', value: quoted(value) });
  const items: unknown[] = Array.isArray(value) ? value : [value];
  return items.flatMap((item, i) => {
    if (typeof item === 'string') return readNested(place, path, item);
    report(place, 'tls-report.value', { path: `${path}[${i}]`, expected: 'a string', value: quoted(item) });
    return [];
  });
}

/** Microsoft writes the TLSA records as one string that is itself a JSON array. */
function readNested(place: Place, path: string, text: string): string[] {
  const inner = text.startsWith('["') ? readJson(text) : undefined;
  if (!Array.isArray(inner) || !inner.every((it) => typeof it === 'string')) return [text];
  report(place, 'tls-report.form', { path, expected: 'strings', value: 'a JSON array inside a string' });
  return inner;
}

/** A number of sessions: an integer from 0 on. */
function readCount(place: Place, key: string): number {
  const value = own(place.object, key);
  const path = pathOf(place, key);
  if (value === undefined) {
    report(place, 'tls-report.missing', { path });
    return 0;
  }
  const count = typeof value === 'string' && isDigits(value) ? Number(value) : value;
  if (typeof count !== 'number' || !Number.isSafeInteger(count) || count < 0) {
    report(place, 'tls-report.value', { path, expected: 'a number of sessions', value: quoted(value) });
    return 0;
  }
  if (typeof value === 'string') report(place, 'tls-report.form', { path, expected: 'a number', value: quoted(value) });
  return count;
}

function readTime(place: Place, key: string): number | undefined {
  const text = readText(place, key, 'tls-report.missing');
  if (text === undefined) return undefined;
  const path = pathOf(place, key);
  const time = parseDateTime(text);
  if (time === undefined) {
    report(place, 'tls-report.value', { path, expected: 'a time like 2026-01-31T00:00:00Z', value: quoted(text) });
    return undefined;
  }
  if (!time.zoned) report(place, 'tls-report.time-zone', { path, value: quoted(text) });
  return time.seconds;
}
