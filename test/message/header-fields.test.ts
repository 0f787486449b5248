import { describe, expect, test } from 'vitest';
import { splitHeaderFields } from '../../src/message/header-fields.ts';

const encode = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0));

function split(text: string, lineEndings: 'crlf' | 'lf' = 'crlf') {
  const { fields, malformed } = splitHeaderFields(encode(text), lineEndings);
  return {
    fields: fields.map(({ name, start, colon, end }) => [name, text.slice(start, colon), text.slice(colon, end)]),
    malformed: malformed.map(({ start, end }) => text.slice(start, end)),
  };
}

describe('one field (RFC 5322 §2.2)', () => {
  test.each([
    ['A: b\r\n', 'a', 'A', ': b\r\n'],
    ['a:\r\n', 'a', 'a', ':\r\n'],
    ['A: b', 'a', 'A', ': b'],
    ['X-Y_z.9!~: b\r\n', 'x-y_z.9!~', 'X-Y_z.9!~', ': b\r\n'],
    ['A: b\r\n c\r\n\td\r\n', 'a', 'A', ': b\r\n c\r\n\td\r\n'],
    ['A: b\r\n   \r\n c\r\n', 'a', 'A', ': b\r\n   \r\n c\r\n'],
    ['A : b\r\n', 'a', 'A ', ': b\r\n'],
    ['A \t : b\r\n', 'a', 'A \t ', ': b\r\n'],
    ['A:: b:\r\n', 'a', 'A', ':: b:\r\n'],
    ['A: b\nC: d\r\n', 'a', 'A', ': b\nC: d\r\n'],
    ['A: b\rC: d\r\n', 'a', 'A', ': b\rC: d\r\n'],
    ['A: b\n\r\n', 'a', 'A', ': b\n\r\n'],
    ['A: \0\x80\xff\r\n', 'a', 'A', ': \0\x80\xff\r\n'],
    ['__proto__: b\r\n', '__proto__', '__proto__', ': b\r\n'],
  ])('%j', (text, name, before, after) => {
    expect(split(text)).toEqual({ fields: [[name, before, after]], malformed: [] });
  });
});

describe('lines that are no field', () => {
  test.each([
    'no colon\r\n',
    ': no name\r\n',
    ' A: white space first\r\n',
    '\tA: white space first\r\n',
    'From someone@example.com Mon Jan  1 10:00:00 2024\r\n',
    'A\r\n : folded name\r\n',
    'A B: two words\r\n',
    'A\0: control character\r\n',
    '\xefA: 8-bit\r\n',
    'A\x7f: delete\r\n',
    '\nA: bare LF first\r\n',
    '\rA: bare CR first\r\n',
    'cut',
  ])('%j', (line) => {
    expect(split(line)).toEqual({ fields: [], malformed: [line] });
    const among = split(`X: y\r\n\tz\r\n`.concat(line.startsWith(' ') || line.startsWith('\t') ? 'W\r\n' : '', line));
    expect(among.fields).toEqual([['x', 'X', ': y\r\n\tz\r\n']]);
    expect(among.malformed.join('')).toContain(line);
  });

  test('lines folded into them go with them', () => {
    expect(split(' A: b\r\n C: d\r\nE: f\r\n')).toEqual({
      fields: [['e', 'E', ': f\r\n']],
      malformed: [' A: b\r\n C: d\r\n'],
    });
  });
});

test('LF lines', () => {
  expect(split('A: b\n c\nD: e\nF', 'lf')).toEqual({
    fields: [
      ['a', 'A', ': b\n c\n'],
      ['d', 'D', ': e\n'],
    ],
    malformed: ['F'],
  });
});
