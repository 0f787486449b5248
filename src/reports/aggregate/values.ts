import type { Span } from '../../diagnostics/diagnostic.ts';
import { asciiLower, isDigits } from '../../text/characters.ts';
import { parseDateTime } from '../date-time.ts';
import { type Fields, fieldOf } from './draft.ts';
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
  if (fieldOf(fields, name) === undefined) findings.add('aggregate.missing-element', { element: name, parent });
  return readText(findings, fields, name) ?? '';
}

/** Notes that an element is absent which only one of the schemas wants. */
export function noteOmitted(
  findings: Findings,
  fields: Fields | undefined,
  name: string,
  parent: string,
  schema: 'RFC 7489' | 'RFC 9990',
  place?: Span,
): void {
  if (fieldOf(fields, name) === undefined) {
    findings.add('aggregate.omitted-element', { element: name, parent, schema }, place);
  }
}

/** The value of an element, or what it is taken to be where it says nothing usable. */
export function assume<Word extends string>(
  findings: Findings,
  fields: Fields | undefined,
  name: string,
  word: Word | undefined,
  assumed: Word,
  place?: Span,
): Word {
  if (word === undefined) {
    findings.add('aggregate.assumed', { element: name, assumed }, fieldOf(fields, name) ?? place);
  }
  return word ?? assumed;
}

/** A word, lower-cased; one that is not in the list is a finding and stays. */
export function readOpenWord(
  findings: Findings,
  fields: Fields | undefined,
  name: string,
  words: readonly string[],
): string | undefined {
  const value = readText(findings, fields, name);
  // The plain case first: nearly every element of every record is one.
  if (value === undefined || words.includes(value)) return value;
  const field = fieldOf(fields, name);
  const lower = asciiLower(value);
  if (lower !== value) findings.add('aggregate.case', { element: name, value }, field);
  if (!words.includes(lower)) findings.add('aggregate.value', { element: name, expected: anyOf(words), value }, field);
  return lower;
}

/** One of the words, which are lower-case; any other is a finding, and `undefined`. */
export function readWord<Word extends string>(
  findings: Findings,
  fields: Fields | undefined,
  name: string,
  words: readonly Word[],
): Word | undefined {
  const word = readOpenWord(findings, fields, name, words);
  return words.find((known) => known === word);
}

function anyOf(words: readonly string[]): string {
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

/** A whole number up to `most`; anything else is a finding, and `undefined`. */
export function readNumber(
  findings: Findings,
  fields: Fields | undefined,
  name: string,
  most: number,
): number | undefined {
  const text = readText(findings, fields, name);
  if (text === undefined) return undefined;
  // xs:integer allows a sign and leading zeros.
  const digits = text.replace(/^\+/, '');
  const value = Number(digits);
  if (digits.length <= 20 && isDigits(digits) && value <= most) return value;
  findings.add('aggregate.number', { element: name, least: 0, most, value: text }, fieldOf(fields, name));
  return undefined;
}

// The last second of the year 9999.
const LAST_SECOND = 253_402_300_799;
const ISO_TIME = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d)?(?:\.\d+)?)? ?(?:Z|UTC|([+-]\d\d):?(\d\d))?$/;

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
  const [, day, minute = '00:00', second = ':00', zoneHour = '+00', zoneMinute = '00'] = match;
  return parseDateTime(`${day}T${minute}${second}${zoneHour}:${zoneMinute}`)?.seconds;
}
