import { requireLimits } from '../../arguments.ts';
import { type Diagnostic, makeDiagnostic, type Parsed, parsed, type RuleParams } from '../../diagnostics/diagnostic.ts';
import { show } from '../../environment.ts';
import type { Limits } from '../../limits.ts';
import { isBytes } from '../../message/source.ts';
import { utf8 } from '../../text/bytes.ts';
import { asciiLower, isDigits } from '../../text/characters.ts';
import { parseDateTime } from '../date-time.ts';
import { isObject, isWhole, splitName } from '../values.ts';
import type { TlsFailureDetail, TlsReport, TlsReportPolicy } from './report.ts';
import { diagnose, type TlsReportCode, tlsReportRules } from './rules.ts';
import { DETAIL_TEXTS, POLICY_TYPES } from './schema.ts';

const MOST_FINDINGS = 100;
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

/** A value on its way through the parser, and where it stands in the report. */
interface Place {
  /** `undefined` where there is none; null is as good as none. */
  value: unknown;
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
  const value = readJson(json);
  if (value === undefined) return { ok: false, diagnostics: [diagnose('tls-report.syntax', {})] };
  const place: Place = { value, path: '', diagnostics: [] };
  if (!Array.isArray(member(place, 'policies').value)) {
    return { ok: false, diagnostics: [diagnose('tls-report.not-a-report', {})] };
  }
  return parsed(readReport(place), place.diagnostics);
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

/** A member of a JSON object, where it is the object's own. */
function member({ value, path, diagnostics }: Place, name: string): Place {
  const key = splitName(name, '-');
  const own = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  return { value: own ?? undefined, path: path === '' ? key : `${path}.${key}`, diagnostics };
}

function report<Code extends Exclude<TlsReportCode, 'tls-report.too-large' | 'tls-report.more-findings'>>(
  { path, diagnostics }: Place,
  code: Code,
  params: Omit<RuleParams<(typeof tlsReportRules)[Code]>, 'path'>,
): void {
  const finding = makeDiagnostic(tlsReportRules, code, { path, ...params });
  if (diagnostics.length < MOST_FINDINGS) return void diagnostics.push(finding);
  diagnostics[MOST_FINDINGS] ??= diagnose('tls-report.more-findings', { limit: MOST_FINDINGS });
  // An error beyond the limit must not make the report look right.
  if (finding.severity === 'error') diagnostics[MOST_FINDINGS].severity = 'error';
}

/** Says that a value is not as the schema has it, and is read all the same (`form`) or not. */
function refuse(
  place: Place,
  expected: string,
  code: 'tls-report.value' | 'tls-report.form' = 'tls-report.value',
): undefined {
  report(place, code, { expected, value: show(place.value) });
}

function readReport(place: Place): TlsReport {
  const organizationName = readText(member(place, 'organizationName'), 'tls-report.absent') ?? '';
  const contactInfo = readText(member(place, 'contactInfo'), 'tls-report.absent');
  const dateRange: TlsReport['dateRange'] = {};
  const range = member(place, 'dateRange');
  for (const name of isThere(range) ? (['start', 'end'] as const) : []) {
    const seconds = readTime(member(range, `${name}Datetime`));
    if (seconds !== undefined) dateRange[name] = seconds;
  }
  const { start = Number.NaN, end = Number.NaN } = dateRange;
  if (end < start) {
    report(range, 'tls-report.value', { expected: 'a start before its end', value: `${start} to ${end}` });
  }
  return {
    organizationName,
    dateRange,
    ...(contactInfo !== undefined && { contactInfo }),
    reportId: readText(member(place, 'reportId'), 'tls-report.missing') ?? '',
    policies: readObjects(member(place, 'policies'), readPolicy),
  };
}

function readPolicy(place: Place): TlsReportPolicy {
  const policy = member(place, 'policy');
  const known = isThere(policy);
  const policyType = known ? readKeyword(member(policy, 'policyType'), POLICY_TYPES) : '';
  const summary = member(place, 'summary');
  const counted = isThere(summary);
  const totalFailureSessionCount = counted ? readCount(member(summary, 'totalFailureSessionCount')) : 0;
  const details = member(place, 'failureDetails');
  const failureDetails = readObjects(details, readFailureDetail);
  const listed = failureDetails.reduce((sum, { failedSessionCount }) => sum + failedSessionCount, 0);
  if (listed !== totalFailureSessionCount) {
    report(details, 'tls-report.counts', {
      listed: Math.min(listed, Number.MAX_SAFE_INTEGER),
      total: totalFailureSessionCount,
    });
  }
  return {
    policyType,
    policyStrings: readTexts(member(policy, 'policyString'), policyType === 'sts' || policyType === 'tlsa'),
    policyDomain: (known && readText(member(policy, 'policyDomain'), 'tls-report.missing')) || '',
    mxHosts: readMxHosts(policy, policyType === 'sts'),
    totalSuccessfulSessionCount: counted ? readCount(member(summary, 'totalSuccessfulSessionCount')) : 0,
    totalFailureSessionCount,
    failureDetails,
  };
}

function readMxHosts(policy: Place, wanted: boolean): string[] {
  const plain = member(policy, 'mxHost');
  // The name that RFC 8460 §4.4 gives to the value is seen as a key too.
  const pattern = member(policy, 'mxHostPattern');
  const place = plain.value === undefined && pattern.value !== undefined ? pattern : plain;
  return readTexts(place, wanted).map((host) => {
    const [, name] = /^mx:[ \t]*(.+)$/i.exec(host) ?? [];
    if (name !== undefined) refuse({ ...place, value: host }, 'host names alone', 'tls-report.form');
    return name ?? host;
  });
}

function readFailureDetail(place: Place): TlsFailureDetail {
  const resultType = readKeyword(member(place, 'resultType'), RESULT_TYPES);
  const detail: TlsFailureDetail = { resultType, failedSessionCount: readCount(member(place, 'failedSessionCount')) };
  for (const name of DETAIL_TEXTS) {
    const wanted = name === 'sendingMtaIp' || (name === 'receivingMxHostname' && !resultType.startsWith('sts-'));
    let text = readText(member(place, name), wanted ? 'tls-report.absent' : undefined);
    // §4.4 calls the value of additional-information "additional-info-uri", and some take that for the key.
    if (name === 'additionalInformation') text ??= readText(member(place, 'additionalInfoUri'));
    if (text !== undefined) detail[name] = text;
  }
  return detail;
}

/** Whether a place has an object, which it must. */
function isThere(place: Place): boolean {
  if (isObject(place.value)) return true;
  if (place.value === undefined) report(place, 'tls-report.missing', {});
  else refuse(place, 'an object');
  return false;
}

/** The items of an array; a single one may stand for itself. */
function readItems(place: Place): Place[] {
  const { value, path } = place;
  if (value === undefined) return [];
  if (!Array.isArray(value)) refuse(place, 'an array', 'tls-report.form');
  return [value].flat().map((item: unknown, i) => ({ ...place, value: item, path: `${path}[${i}]` }));
}

function readObjects<T>(list: Place, read: (place: Place) => T): T[] {
  return readItems(list).flatMap((place) =>
    isObject(place.value) ? [read(place)] : (refuse(place, 'an object') ?? []),
  );
}

/** A string; an empty one counts as none. A number is read as its digits. */
function readText(place: Place, absent?: 'tls-report.missing' | 'tls-report.absent'): string | undefined {
  const { value = '' } = place;
  if (value === '') {
    if (absent !== undefined) report(place, absent, {});
    return undefined;
  }
  if (typeof value === 'string') return value;
  if (!Number.isFinite(value)) return refuse(place, 'a string');
  refuse(place, 'a string', 'tls-report.form');
  return String(value);
}

/** A word, lower-cased; empty where there is none. One that is not registered is a finding, and kept. */
function readKeyword(place: Place, words: readonly string[]): string {
  const word = asciiLower(readText(place, 'tls-report.missing') ?? '');
  if (word && !words.includes(word)) report(place, 'tls-report.unknown-value', { value: show(word) });
  return word;
}

/** Errata 6241: an array of strings, although the RFC's own example once had a string. */
function readTexts(list: Place, wanted: boolean): string[] {
  if (list.value === undefined && wanted) report(list, 'tls-report.absent', {});
  return readItems(list).flatMap((place) =>
    typeof place.value === 'string' ? readNested(list, place.value) : (refuse(place, 'a string') ?? []),
  );
}

/** Microsoft writes the TLSA records as one string that is itself a JSON array. */
function readNested(list: Place, text: string): string[] {
  const inner = text.startsWith('["') ? readJson(text) : undefined;
  if (!Array.isArray(inner) || !inner.every((it) => typeof it === 'string')) return [text];
  report(list, 'tls-report.form', { expected: 'strings', value: 'a JSON array inside a string' });
  return inner;
}

/** A number of sessions: an integer from 0 on. */
function readCount(place: Place): number {
  const { value } = place;
  const count = typeof value === 'string' && isDigits(value) ? Number(value) : value;
  if (isWhole(count)) {
    if (count !== value) refuse(place, 'a number', 'tls-report.form');
    return count;
  }
  if (value === undefined) report(place, 'tls-report.missing', {});
  else refuse(place, 'a number of sessions');
  return 0;
}

function readTime(place: Place): number | undefined {
  const text = readText(place, 'tls-report.missing');
  if (text === undefined) return undefined;
  const time = parseDateTime(text);
  if (time === undefined) refuse({ ...place, value: text }, 'a time like 2026-01-31T00:00:00Z');
  else if (!time.zoned) report(place, 'tls-report.time-zone', { value: show(text) });
  return time?.seconds;
}
