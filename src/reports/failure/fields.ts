import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { parseIpAddress } from '../../names/ip-address.ts';
import { asciiLower, isDigits } from '../../text/characters.ts';
import { readQuotedString, readRun, skipCfws, startFieldReader } from '../../text/structured-field.ts';
import type { MimeField } from '../mime.ts';
import type { FailureSpfRecord } from './report.ts';
import { diagnose, type FailureReportCode } from './rules.ts';
import { fieldName } from './words.ts';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** The fields of a message/feedback-report part, and what is wrong with them. */
export interface FieldReading {
  fields: readonly MimeField[];
  /** The names that were asked for; fields of other names are others. */
  known: Set<string>;
  diagnostics: Diagnostic<FailureReportCode>[];
}

/** One field, its name as people write it. */
export interface ReportField {
  name: string;
  value: string;
  diagnostics: FieldReading['diagnostics'];
}

/** The fields that a property of the result stands for, in order. */
export function every({ fields, known, diagnostics }: FieldReading, property: string): ReportField[] {
  const name = fieldName(property);
  const lower = asciiLower(name);
  known.add(lower);
  return fields.filter((field) => field.name === lower).map(({ value }) => ({ name, value, diagnostics }));
}

/** A field that may be given once; a second one is a finding and has no say. */
export function only(reading: FieldReading, property: string): ReportField | undefined {
  const [field, second] = every(reading, property);
  if (second) reading.diagnostics.push(diagnose('failure-report.duplicate-field', { name: second.name }));
  return field;
}

export function refuse({ name, value, diagnostics }: ReportField, expected: string): undefined {
  diagnostics.push(diagnose('failure-report.field-value', { name, expected, value }));
}

/** ``[CFWS] token [CFWS]``; what stands in the token's place where it is none. */
export function readWord({ value }: { value: string }): string {
  const reader = startFieldReader(value);
  skipCfws(reader);
  return readRun(reader, ' ;()');
}

/** A keyword, lower-cased; one that is not in the list is a finding, and kept. */
export function readKeyword(field: ReportField, allowed: readonly string[]): string | undefined {
  const { name, value, diagnostics } = field;
  const word = asciiLower(readWord(field));
  if (!allowed.includes(word)) diagnostics.push(diagnose('failure-report.unknown-value', { name, value }));
  return word || undefined;
}

/** ``incidents = 1*DIGIT; a 32-bit unsigned integer``, ``source-port = 1*5DIGIT`` (RFC 6692 §3) */
export function readNumber(field: ReportField, most: number): number | undefined {
  const digits = readWord(field);
  const number = Number(digits);
  return isDigits(digits) && number <= most ? number : refuse(field, `a number up to ${most}`);
}

/** ``version = %x31-39 *DIGIT`` */
export function readVersion(field: ReportField): string {
  const version = readWord(field);
  if (!/^[1-9]\d*$/.test(version)) refuse(field, 'a number');
  return version;
}

/** ``IPv4-address-literal / IPv6-address-literal`` (RFC 5321 §4.1.3); both are mostly seen without their brackets and tag. */
export function readSourceIp(field: ReportField): string | undefined {
  const { value, diagnostics } = field;
  const literal = readWord(field).replace(/^\[|\]$/g, '');
  const address = literal.replace(/^ipv6:/i, '');
  if (parseIpAddress(address) === undefined) return refuse(field, 'an IP address');
  if (address.includes(':') && address === literal) {
    diagnostics.push(diagnose('failure-report.address-form', { value }));
  }
  return address;
}

/** A path of RFC 5321 §4.1.2, of which the angle brackets are often left out. */
export function readPath({ value }: ReportField): string {
  return /^[^<]*<([^>]*)>/.exec(value)?.[1] ?? value;
}

/** ``mta-name-type ";" mta-name`` (RFC 3464 §2.2.2); the name, where the type was left out too. */
export function readReportingMta({ value }: ReportField): string | undefined {
  return readWord({ value: value.slice(value.indexOf(';') + 1) }) || undefined;
}

/**
 * ```
 * date-time = [day-name ","] 1*2DIGIT month-name 4DIGIT 2DIGIT ":" 2DIGIT [":" 2DIGIT] zone      ; RFC 5322 §3.3
 * ```
 */
export function readDate(field: ReportField): number | undefined {
  const match =
    /^(?:[a-z]{3}, {0,9})?(\d\d?) {1,9}([a-z]{3}) {1,9}(\d{4}) {1,9}(\d\d):(\d\d)(?::(\d\d))?(?: {1,9}(?:([+-])(\d\d)(\d\d)|gmt|ut|utc))?(?: {0,9}\(|$)/i.exec(
      field.value.replaceAll('\t', ' '),
    );
  const [, day, monthName = '', year, hour, minute, second = '0', sign, offsetHour = '0', offsetMinute = '0'] =
    match ?? [];
  const month = MONTHS.indexOf(monthName.toLowerCase());
  if (month < 0 || Number(day) > 31 || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) {
    return refuse(field, 'a date');
  }
  const offset = (sign === '-' ? -1 : 1) * (Number(offsetHour) * 60 + Number(offsetMinute));
  return Date.UTC(Number(year), month, Number(day), Number(hour), Number(minute) - offset, Number(second)) / 1000;
}

/** ``base64string`` (RFC 6376 §3.5): white space anywhere. */
export function readBase64(field: ReportField): string | undefined {
  const value = field.value.replace(/[ \t]+/g, '');
  return /^[A-Za-z0-9+/]*={0,2}$/.test(value) ? value : refuse(field, 'base64');
}

/** ``[CFWS] quoted-string [CFWS]``; without its quotes too. */
export function readQuoted({ value }: ReportField): string {
  const reader = startFieldReader(value);
  skipCfws(reader);
  return value[reader.at] === '"' ? (readQuotedString(reader) ?? value) : value;
}

/** ``spf-dns = ("txt" / "spf") [CFWS] ":" [CFWS] domain [CFWS] ":" [CFWS] quoted-string`` (RFC 6591 §4) */
export function readSpfRecord(field: ReportField): FailureSpfRecord[] {
  const { value } = field;
  const reader = startFieldReader(value);
  const readPart = () => {
    skipCfws(reader);
    const part = readRun(reader, ':(');
    skipCfws(reader);
    reader.at++;
    return part;
  };
  const type = asciiLower(readPart());
  const domain = readPart();
  skipCfws(reader);
  const record = value[reader.at] === '"' ? readQuotedString(reader) : value.slice(reader.at);
  if ((type === 'txt' || type === 'spf') && domain !== '' && record) return [{ type, domain, record }];
  return refuse(field, 'like txt : example.com : "v=spf1 -all"') ?? [];
}
