import type { MessageVerdict } from '../../authenticate/verdict.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { fieldsOf, fieldText, type MessageHeader, placeOf } from './fields.ts';
import { type BulkSenderCode, diagnose } from './rules.ts';

// RFC 5322 §3.6: the fields whose maximum is one. Message-ID is only a SHOULD there, but the providers ask for it.
const SINGLE = [
  'From',
  'Date',
  'Message-ID',
  'Sender',
  'Reply-To',
  'To',
  'Cc',
  'Bcc',
  'In-Reply-To',
  'References',
  'Subject',
] as const;
const REQUIRED = 3;
// Said here already, and several authors are allowed.
const COUNTED = /^message\.(no-from|multiple-)/;

const MONTHS = 'janfebmaraprmayjunjulaugsepoctnovdec';
const DAYS = 'sunmontuewedthufrisat';

// Findings of the verdict about what RFC 5322 forbids, besides errors; others are about what a reader might be shown.
const FORBIDDEN = /^message\.(malformed-line|long-line|bare-|nul|header-not-utf8)/;

/** What is wrong with the form of a message (RFC 5322 §2, §3). */
export function formatFindings(message: MessageHeader, { diagnostics }: MessageVerdict): Diagnostic[] {
  const findings: Diagnostic<BulkSenderCode>[] = [];
  SINGLE.forEach((name, i) => {
    const fields = fieldsOf(message, name.toLowerCase());
    const [first, second] = fields;
    if (first === undefined && i < REQUIRED) findings.push(diagnose('bulk.field-missing', { name }));
    if (second !== undefined) {
      findings.push(diagnose('bulk.field-repeated', { name, count: fields.length }, placeOf(second, name)));
    }
    if (first === undefined) return;
    const value = fieldText(message, first);
    if (name === 'Date' && !isDate(value)) findings.push(diagnose('bulk.date', { value }, placeOf(first, name)));
    if (name === 'Message-ID' && !isMessageId(value)) {
      findings.push(diagnose('bulk.message-id', { value }, placeOf(first, name)));
    }
  });
  const others = diagnostics.filter(
    ({ code, severity }) => FORBIDDEN.test(code) || (severity === 'error' && !COUNTED.test(code)),
  );
  return [...findings, ...others];
}

/**
 * ```
 * date-time = [ day-name "," ] 1*2DIGIT month-name 4DIGIT 2DIGIT ":" 2DIGIT [ ":" 2DIGIT ] zone     ; RFC 5322 §3.3
 * ```
 * A zone by name is obsolete, but everybody reads those of Greenwich.
 */
function isDate(value: string): boolean {
  const match =
    /^(?:([a-z]{3}), {0,9})?(\d\d?) {1,9}([a-z]{3}) {1,9}(\d{4}) {1,9}(\d\d):(\d\d)(?::(\d\d))? {1,9}(?:[+-]\d\d[0-5]\d|gmt|utc?)(?: {0,9}\(|$)/.exec(
      value.replaceAll('\t', ' ').toLowerCase(),
    );
  if (match === null) return false;
  const [, dayName, day, monthName, year, hour, minute, second = '0'] = match;
  const month = MONTHS.indexOf(monthName!) / 3;
  if (!Number.isInteger(month) || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return false;
  const date = new Date(Date.UTC(Number(year), month, Number(day)));
  // A day that the month has not becomes one of the next month.
  if (date.getUTCDate() !== Number(day)) return false;
  return dayName === undefined || DAYS.indexOf(dayName) === date.getUTCDay() * 3;
}

/** ``msg-id = [CFWS] "<" id-left "@" id-right ">" [CFWS]`` (RFC 5322 §3.6.4); which characters, nobody minds. Comments come last. */
function isMessageId(value: string): boolean {
  return /^<[^<>@ \t]+@[^<>@ \t]+>(?:[ \t]*\(.*\))?$/.test(value);
}
