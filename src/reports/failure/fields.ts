import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { parseIpAddress } from '../../names/ip-address.ts';
import { asciiLower, isDigits } from '../../text/characters.ts';
import { readQuotedString, readRun, skipCfws, startFieldReader } from '../../text/structured-field.ts';
import { firstField, type MimeField } from '../mime.ts';
import type { FailureSpfRecord } from './report.ts';
import { diagnose, type FailureReportCode } from './rules.ts';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** The fields of a message/feedback-report part, and what is wrong with them. */
export interface FieldReading {
  fields: readonly MimeField[];
  /** The names that were asked for; fields of other names are others. */
  known: Set<string>;
  diagnostics: Diagnostic<FailureReportCode>[];
}

/** Names as people write them, for findings. */
export function shownName(name: string): string {
  return name
    .replace(/\b(mta|ip|uri|dkim|spf|dns|adsp)\b/g, (word) => word.toUpperCase())
    .replace(/\b[a-z]/g, (letter) => letter.toUpperCase());
}

/** The value of a field that may be given once; a second one is a finding and has no say. */
export function only({ fields, known, diagnostics }: FieldReading, name: string): string | undefined {
  known.add(name);
  if (fields.filter((field) => field.name === name).length > 1) {
    diagnostics.push(diagnose('failure-report.duplicate-field', { name: shownName(name) }));
  }
  return firstField(fields, name);
}

export function every({ fields, known }: FieldReading, name: string): string[] {
  known.add(name);
  return fields.filter((field) => field.name === name).map(({ value }) => value);
}

function refuse({ diagnostics }: FieldReading, name: string, expected: string, value: string): undefined {
  diagnostics.push(diagnose('failure-report.field-value', { name: shownName(name), expected, value }));
}

/** ``[CFWS] token [CFWS]``; what stands in the token's place where it is none. */
export function readWord(value: string): string {
  const reader = startFieldReader(value);
  skipCfws(reader);
  return readRun(reader, ' ;()');
}

/** A keyword, lower-cased; one that is not in the list is a finding, and kept. */
export function readKeyword(reading: FieldReading, name: string, allowed: readonly string[]): string | undefined {
  const value = only(reading, name);
  if (value === undefined) return undefined;
  const word = asciiLower(readWord(value));
  if (!allowed.includes(word)) {
    reading.diagnostics.push(diagnose('failure-report.unknown-value', { name: shownName(name), value }));
  }
  return word === '' ? undefined : word;
}

/** ``incidents = 1*DIGIT; a 32-bit unsigned integer``, ``source-port = 1*5DIGIT`` (RFC 6692 §3) */
export function readNumber(reading: FieldReading, name: string, most: number): number | undefined {
  const value = only(reading, name);
  if (value === undefined) return undefined;
  const digits = readWord(value);
  const number = Number(digits);
  if (isDigits(digits) && number <= most) return number;
  return refuse(reading, name, `a number up to ${most}`, value);
}

/** ``IPv4-address-literal / IPv6-address-literal`` (RFC 5321 §4.1.3); both are mostly seen without their brackets and tag. */
export function readSourceIp(reading: FieldReading): string | undefined {
  const value = only(reading, 'source-ip');
  if (value === undefined) return undefined;
  const literal = readWord(value).replace(/^\[|\]$/g, '');
  const address = literal.replace(/^ipv6:/i, '');
  if (parseIpAddress(address) === undefined) return refuse(reading, 'source-ip', 'an IP address', value);
  if (address.includes(':') && address === literal) {
    reading.diagnostics.push(diagnose('failure-report.address-form', { value }));
  }
  return address;
}

/** A path of RFC 5321 §4.1.2, of which the angle brackets are often left out. */
export function readPath(value: string): string {
  return /^[^<]*<([^>]*)>/.exec(value)?.[1] ?? value;
}

/** ``mta-name-type ";" mta-name`` (RFC 3464 §2.2.2); the name, where the type was left out too. */
export function readReportingMta(reading: FieldReading): string | undefined {
  const value = only(reading, 'reporting-mta');
  if (value === undefined) return undefined;
  return readWord(value.slice(value.indexOf(';') + 1)) || undefined;
}

/**
 * ```
 * date-time = [day-name ","] 1*2DIGIT month-name 4DIGIT 2DIGIT ":" 2DIGIT [":" 2DIGIT] zone      ; RFC 5322 §3.3
 * ```
 * Received-Date is the historic name (RFC 5965 §3.2); both together make a malformed report.
 */
export function readArrivalDate(reading: FieldReading): number | undefined {
  const historic = only(reading, 'received-date');
  const current = only(reading, 'arrival-date');
  if (historic !== undefined && current !== undefined) {
    reading.diagnostics.push(diagnose('failure-report.duplicate-field', { name: 'Received-Date' }));
  }
  const value = current ?? historic;
  if (value === undefined) return undefined;
  return readDate(value) ?? refuse(reading, 'arrival-date', 'a date', value);
}

function readDate(value: string): number | undefined {
  const match =
    /^(?:[a-z]{3}, {0,9})?(\d\d?) {1,9}([a-z]{3}) {1,9}(\d{4}) {1,9}(\d\d):(\d\d)(?::(\d\d))?(?: {1,9}(?:([+-])(\d\d)(\d\d)|gmt|ut|utc))?(?: {0,9}\(|$)/i.exec(
      value.replaceAll('\t', ' '),
    );
  if (match === null) return undefined;
  const [, day, monthName, year, hour, minute, second = '0', sign, offsetHour = '0', offsetMinute = '0'] = match;
  const month = MONTHS.indexOf(monthName!.toLowerCase());
  if (month < 0 || Number(day) > 31 || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60)
    return undefined;
  const offset = (sign === '-' ? -1 : 1) * (Number(offsetHour) * 60 + Number(offsetMinute));
  return Date.UTC(Number(year), month, Number(day), Number(hour), Number(minute) - offset, Number(second)) / 1000;
}

/** ``base64string`` (RFC 6376 §3.5): white space anywhere. */
export function readBase64(reading: FieldReading, name: string): string | undefined {
  const value = only(reading, name)?.replace(/[ \t]+/g, '');
  if (value === undefined || /^[A-Za-z0-9+/]*={0,2}$/.test(value)) return value;
  return refuse(reading, name, 'base64', value);
}

/** ``[CFWS] quoted-string [CFWS]``; without its quotes too. */
export function readQuoted(reading: FieldReading, name: string): string | undefined {
  const value = only(reading, name);
  if (value === undefined) return undefined;
  const reader = startFieldReader(value);
  skipCfws(reader);
  return value[reader.at] === '"' ? (readQuotedString(reader) ?? value) : value;
}

/** ``spf-dns = ("txt" / "spf") [CFWS] ":" [CFWS] domain [CFWS] ":" [CFWS] quoted-string`` (RFC 6591 §4) */
export function readSpfDns(reading: FieldReading): FailureSpfRecord[] {
  return every(reading, 'spf-dns').flatMap((value) => {
    const reader = startFieldReader(value);
    skipCfws(reader);
    const type = asciiLower(readRun(reader, ':('));
    skipCfws(reader);
    reader.at++;
    skipCfws(reader);
    const domain = readRun(reader, ':(');
    skipCfws(reader);
    reader.at++;
    skipCfws(reader);
    const record = value[reader.at] === '"' ? readQuotedString(reader) : value.slice(reader.at);
    if ((type === 'txt' || type === 'spf') && domain !== '' && record) return [{ type, domain, record }];
    return refuse(reading, 'spf-dns', 'like txt : example.com : "v=spf1 -all"', value) ?? [];
  });
}
