import { describe, expect, test } from 'vitest';
import { asciiLower, isAlpha, isAlphanumeric, isDigit, isDigits, isWsp } from '../../src/text/characters.ts';

const units = Array.from({ length: 0x10000 }, (_, i) => i);
const members = (is: (unit: number) => boolean): string => String.fromCharCode(...units.filter(is));

const upper = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const lower = 'abcdefghijklmnopqrstuvwxyz';

// RFC 5234 §B.1; nothing else of all UTF-16 units, so no look-alike and no NaN past the end of a text.
test.each<[string, (unit: number) => boolean, string]>([
  ['WSP', isWsp, '\t '],
  ['DIGIT', isDigit, '0123456789'],
  ['ALPHA', isAlpha, upper + lower],
  ['ALPHA / DIGIT', isAlphanumeric, `0123456789${upper}${lower}`],
])('%s', (_, is, expected) => {
  expect(members(is)).toBe(expected);
  expect(is(''.charCodeAt(0))).toBe(false);
});

test.each([
  ['0', true],
  ['0123456789', true],
  ['', false],
  ['1 ', false],
  ['+1', false],
  ['1.0', false],
  ['١٢', false],
  ['1e3', false],
])('digits: %j is %s', (text, expected) => expect(isDigits(text)).toBe(expected));

describe('lower case of ASCII', () => {
  test.each([
    ['', ''],
    ['abc', 'abc'],
    ['ABC', 'abc'],
    ['aBcD-1_É', 'abcd-1_É'],
    ['İSTANBUL', 'İstanbul'],
    ['\u212a', '\u212a'],
  ])('%j', (text, expected) => expect(asciiLower(text)).toBe(expected));

  test('keeps the length, so that offsets stay true', () => {
    const text = String.fromCharCode(...units);
    expect(asciiLower(text)).toHaveLength(text.length);
  });
});
