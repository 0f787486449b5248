import { asciiLower, isDigits } from '../../text/characters.ts';
import { type Field, type Fields, fieldOf } from './draft.ts';
import type { Findings } from './findings.ts';

/** The text of an element that may be absent; an empty one is a finding and no text. */
export function readText(findings: Findings, fields: Fields | undefined, name: string): string | undefined {
  const field = fieldOf(fields, name);
  if (field === undefined) return undefined;
  if (field.text !== '') return field.text;
  findings.add('aggregate.empty-element', { element: name }, field);
  return undefined;
}

/** The text of an element that the report is worth little without; empty where it is absent. */
export function requireText(findings: Findings, fields: Fields | undefined, name: string, parent: string): string {
  const field = fieldOf(fields, name);
  if (field === undefined) findings.add('aggregate.missing-element', { element: name, parent });
  else if (field.text === '') findings.add('aggregate.empty-element', { element: name }, field);
  return field?.text ?? '';
}

/** The lower-cased text of an element that holds a word of a list. */
function readLower(findings: Findings, field: Field, name: string): string {
  const word = asciiLower(field.text);
  if (word !== field.text) findings.add('aggregate.case', { element: name, value: field.text }, field);
  return word;
}

/** One of the words, which are lower-case; any other is a finding, and `undefined`. */
export function readWord<Word extends string>(
  findings: Findings,
  fields: Fields | undefined,
  name: string,
  words: readonly Word[],
): Word | undefined {
  const field = fieldOf(fields, name);
  if (field === undefined || readText(findings, fields, name) === undefined) return undefined;
  // The plain case first: nearly every element of every record is one.
  const known = words.find((word) => word === field.text);
  if (known !== undefined) return known;
  const lower = readLower(findings, field, name);
  const found = words.find((word) => word === lower);
  if (found === undefined)
    findings.add('aggregate.value', { element: name, expected: anyOf(words), value: field.text }, field);
  return found;
}

/** A word, lower-cased; one that is not in the list is a finding and stays. */
export function readOpenWord(
  findings: Findings,
  fields: Fields | undefined,
  name: string,
  words: readonly string[],
): string | undefined {
  const field = fieldOf(fields, name);
  if (field === undefined || readText(findings, fields, name) === undefined) return undefined;
  if (words.includes(field.text)) return field.text;
  const lower = readLower(findings, field, name);
  if (!words.includes(lower))
    findings.add('aggregate.value', { element: name, expected: anyOf(words), value: field.text }, field);
  return lower;
}

function anyOf(words: readonly string[]): string {
  return words.length === 1 ? words[0]! : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

/** A whole number in the range; anything else is a finding, and `undefined`. */
export function readNumber(
  findings: Findings,
  fields: Fields | undefined,
  name: string,
  range: readonly [least: number, most: number],
): number | undefined {
  const field = fieldOf(fields, name);
  if (field === undefined || readText(findings, fields, name) === undefined) return undefined;
  const [least, most] = range;
  // xs:integer allows a sign and leading zeros.
  const digits = field.text.startsWith('+') ? field.text.slice(1) : field.text;
  const value = digits.length <= 20 && isDigits(digits) ? Number(digits) : Number.NaN;
  if (value >= least && value <= most) return value;
  findings.add('aggregate.number', { element: name, least, most, value: field.text }, field);
  return undefined;
}

// The last second of the year 9999.
const LAST_SECOND = 253_402_300_799;
const ISO_TIME =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?)?[ ]?(?:Z|UTC|([+-])(\d\d):?(\d\d))?$/;

/** Epoch seconds, also from fractions, milliseconds and ISO 8601, each with a finding; `undefined` where it is no time. */
export function readTime(findings: Findings, fields: Fields | undefined, name: string): number | undefined {
  const field = fieldOf(fields, name);
  if (field === undefined) {
    findings.add('aggregate.missing-element', { element: name, parent: 'date_range' });
    return undefined;
  }
  const { text } = field;
  const plain = text.length <= 12 && isDigits(text) && Number(text) <= LAST_SECOND;
  const seconds = plain ? Number(text) : unusualTime(text);
  if (seconds === undefined) findings.add('aggregate.no-date', { element: name, value: text }, field);
  else if (seconds === 0) findings.add('aggregate.zero-date', { element: name }, field);
  else if (!plain) findings.add('aggregate.date', { element: name, value: text }, field);
  return seconds;
}

function unusualTime(text: string): number | undefined {
  const [whole = '', fraction = '0', ...rest] = text.slice(0, 40).split('.');
  if (isDigits(whole) && isDigits(fraction) && rest.length === 0 && whole.length <= 15) {
    const value = Number(whole);
    // What is beyond the year 9999 in seconds is a date of this century in milliseconds.
    return value <= LAST_SECOND ? value : Math.floor(value / 1000);
  }
  const match = ISO_TIME.exec(text.slice(0, 40));
  if (match === null) return undefined;
  const [, year, month, day, hour = '0', minute = '0', second = '0', sign, zoneHour = '0', zoneMinute = '0'] = match;
  const zone = (Number(zoneHour) * 60 + Number(zoneMinute)) * (sign === '-' ? -60 : 60);
  const utc = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  const seconds = utc / 1000 - zone;
  return seconds >= 0 && seconds <= LAST_SECOND ? seconds : undefined;
}
