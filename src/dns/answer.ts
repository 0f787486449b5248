import { parseIpAddress } from '../names/ip-address.ts';
import type { DnsAnswer, FailureReason, MxData, RecordData, RecordType, TxtData } from './resolver.ts';

// No octet stream of one DNS message is longer (RFC 1035 §4.2.2), so no TXT record set can be.
const MAX_TXT_OCTETS = 65_535;
const MAX_NAME_TEXT = 1024;
const MAX_CNAMES = 32;
const FAILURES: readonly FailureReason[] = ['servfail', 'refused', 'timeout', 'network', 'malformed'];

/** An answer that says there is none for now. */
export function failure<T extends RecordType>(
  name: string,
  type: T,
  reason: FailureReason,
  detail?: string,
): DnsAnswer<T> {
  return { name, type, status: 'failure', reason, ...(detail !== undefined && { detail: detail.slice(0, 200) }) };
}

/**
 * Turns whatever a resolver returned into an answer: a fresh object that holds known fields of the right types and
 * nothing else. What does not fit is a `malformed` failure, never "no record": a lie must not become a verdict.
 */
export function checkAnswer<T extends RecordType>(
  raw: unknown,
  name: string,
  type: T,
  dnsRecords: number,
): DnsAnswer<T> {
  if (typeof raw !== 'object' || raw === null) {
    return failure(name, type, 'malformed', 'the resolver returned no answer');
  }
  const { status, records, reason, detail } = raw as { [key: string]: unknown };
  switch (status) {
    case 'nodata':
    case 'nxdomain':
      return withExtras({ name, type, status }, raw);
    case 'failure': {
      const known = FAILURES.find((word) => word === reason) ?? 'malformed';
      return failure(name, type, known, typeof detail === 'string' ? detail : undefined);
    }
    case 'answer':
      break;
    default:
      return failure(name, type, 'malformed', 'the answer has no known status');
  }
  if (!Array.isArray(records)) return failure(name, type, 'malformed', 'the answer has no records');
  if (records.length === 0) return withExtras({ name, type, status: 'nodata' }, raw);
  // Before anything walks over them: an array may say that it has four billion.
  if (records.length > dnsRecords) {
    return failure(name, type, 'malformed', `the answer has ${records.length} records, limit ${dnsRecords}`);
  }
  const checked = checkRecords(records, type);
  if (checked === undefined) return failure(name, type, 'malformed', `the answer holds what is no ${type} record`);
  return withExtras({ name, type, status, records: checked }, raw);
}

function withExtras<T extends RecordType>(answer: DnsAnswer<T>, raw: object): DnsAnswer<T> {
  const { ttl, authenticated, cnames } = raw as { [key: string]: unknown };
  // abs() for -0, which JSON does not know.
  if (typeof ttl === 'number' && ttl >= 0 && Number.isFinite(ttl)) answer.ttl = Math.abs(ttl);
  if (typeof authenticated === 'boolean') answer.authenticated = authenticated;
  if (Array.isArray(cnames)) answer.cnames = cnames.slice(0, MAX_CNAMES).filter(isNameText);
  return answer;
}

function checkRecords<T extends RecordType>(
  records: readonly unknown[],
  type: T,
): [RecordData[T], ...RecordData[T][]] | undefined {
  const checked: RecordData[RecordType][] = [];
  let octets = 0;
  for (const raw of records) {
    const record = checkRecord(raw, type);
    if (record === undefined) return undefined;
    if (type === 'TXT') octets += (record as TxtData).text.length;
    checked.push(record);
  }
  return octets > MAX_TXT_OCTETS ? undefined : (checked as [RecordData[T], ...RecordData[T][]]);
}

function checkRecord(record: unknown, type: RecordType): RecordData[RecordType] | undefined {
  switch (type) {
    case 'A':
    case 'AAAA':
      return typeof record === 'string' && parseIpAddress(record)?.family === (type === 'A' ? 4 : 6)
        ? record
        : undefined;
    case 'MX':
      return checkMx(record);
    case 'TXT':
      return checkTxt(record);
    default:
      return isNameText(record) ? record : undefined;
  }
}

function checkMx(record: unknown): MxData | undefined {
  if (typeof record !== 'object' || record === null) return undefined;
  const { preference, exchange } = record as Partial<MxData>;
  // RFC 1035 §3.3.9: 16 bits.
  if (!Number.isInteger(preference) || preference! < 0 || preference! > 0xffff || !isNameText(exchange))
    return undefined;
  return { preference: Math.abs(preference!), exchange };
}

function checkTxt(record: unknown): TxtData | undefined {
  if (typeof record !== 'object' || record === null) return undefined;
  const { text, chunks } = record as Partial<TxtData>;
  if (!isOctets(text)) return undefined;
  if (!Array.isArray(chunks) || chunks.length > MAX_TXT_OCTETS) return { text };
  // Nearly every record is short, and then it is its one character-string.
  if (chunks.length === 1) return chunks[0] === text ? { text, chunks: [text] } : { text };
  // Text was looked at; chunks that join to it hold nothing else. A hole of the array is no string.
  const parts: unknown[] = Array.from(chunks);
  return parts.every(isString) && parts.join('') === text ? { text, chunks: parts } : { text };
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}

function isNameText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_NAME_TEXT;
}

function isOctets(value: unknown): value is string {
  if (typeof value !== 'string' || value.length > MAX_TXT_OCTETS) return false;
  for (let i = 0; i < value.length; i++) if (value.charCodeAt(i) > 0xff) return false;
  return true;
}
