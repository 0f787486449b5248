import { describe, expect, test } from 'vitest';
import { parseMessage } from '../../src/message/parse-message.ts';

const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

test('fields and body are offsets into the given bytes', () => {
  const bytes = new TextEncoder().encode('Received: a\r\n\tb\r\nFrom: x@y.example\r\n\r\nHello\r\n');
  const message = parseMessage(bytes);
  expect(message).toEqual({
    bytes,
    fields: [
      { name: 'received', start: 0, colon: 8, end: 17 },
      { name: 'from', start: 17, colon: 21, end: 36 },
    ],
    malformed: [],
    body: { start: 38, end: 45 },
    lineEndings: { style: 'crlf', crlf: 5, bareLf: 0, bareCr: 0, nul: 0, longestLine: 17 },
    diagnostics: [],
  });
  expect(message.bytes).toBe(bytes);
});

test('offsets of a file with LF lines count its own octets', () => {
  const { bytes, fields, body, lineEndings, diagnostics } = parseMessage('A: b\n c\nD: é\n\nx\n.\n');
  expect(fields.map(({ start, end }) => decode(bytes.subarray(start, end)))).toEqual(['A: b\n c\n', 'D: é\n']);
  expect(decode(bytes.subarray(body.start, body.end))).toBe('x\n.\n');
  expect(lineEndings).toEqual({ style: 'lf', crlf: 0, bareLf: 6, bareCr: 0, nul: 0, longestLine: 5 });
  expect(diagnostics.map(({ code }) => code)).toEqual(['message.header-utf8', 'message.lf-line-endings']);
});

test('a message without an empty line has no body', () => {
  const { bytes, body } = parseMessage('A: b\r\nC: d\r\n');
  expect(body).toEqual({ start: bytes.length, end: bytes.length });
});

describe('the shape of the whole message', () => {
  const head = 'A: b\r\n\r\n';
  test.each([
    ['nothing odd', 'x\r\ny', [], { crlf: 3 }],
    ['a dot between CRLF is a line like any other', 'x\r\n.\r\ny', [], { crlf: 4 }],
    ['two dots', 'x\n..\ny', ['message.bare-lf'], { bareLf: 2 }],
    ['LF.LF', 'x\n.\ny', ['message.bare-lf', 'message.end-of-data'], { bareLf: 2 }],
    ['LF.CRLF', 'x\n.\r\ny', ['message.bare-lf', 'message.end-of-data'], { bareLf: 1, crlf: 3 }],
    ['CRLF.LF', 'x\r\n.\ny', ['message.bare-lf', 'message.end-of-data'], { bareLf: 1, crlf: 3 }],
    ['CR.CR', 'x\r.\ry', ['message.bare-cr', 'message.end-of-data'], { bareCr: 2 }],
    ['CR.CRLF', 'x\r.\r\ny', ['message.bare-cr', 'message.end-of-data'], { bareCr: 1, crlf: 3 }],
    ['CRLF.CR', 'x\r\n.\ry', ['message.bare-cr', 'message.end-of-data'], { bareCr: 1, crlf: 3 }],
    ['LF.CR', 'x\n.\ry', ['message.bare-lf', 'message.bare-cr', 'message.end-of-data'], { bareLf: 1, bareCr: 1 }],
    ['NUL', 'x\0\0', ['message.nul'], { nul: 2 }],
    ['a long last line', 'x'.repeat(999), ['message.long-line'], { longestLine: 999 }],
    ['a long line', `${'x'.repeat(999)}\r\ny`, ['message.long-line'], { longestLine: 999 }],
    ['998 octets', `${'x'.repeat(998)}\r\ny`, [], { longestLine: 998 }],
  ])('%s (RFC 5322 §2.3, RFC 5321 §4.1.1.4)', (_, body, codes, lineEndings) => {
    const message = parseMessage(head + body);
    expect(message.diagnostics.map(({ code }) => code)).toEqual(codes);
    expect(message.lineEndings).toMatchObject(lineEndings);
  });

  test('an odd end of data shows where it is', () => {
    const { bytes, diagnostics } = parseMessage(`${head}x\r\n.\nMAIL FROM:<a@b.example>\r\n`);
    const finding = diagnostics.find(({ code }) => code === 'message.end-of-data');
    expect(finding?.params).toEqual({ count: 1, offset: 11 });
    expect(decode(bytes.subarray(finding?.span?.start, finding?.span?.end))).toBe('.');
  });

  test('LF lines with CRLF further down are no plain file', () => {
    expect(parseMessage('A: b\n\nx\n.\ny\r\n').diagnostics.map(({ code }) => code)).toEqual([
      'message.lf-line-endings',
      'message.end-of-data',
    ]);
  });
});

test('malformed lines are counted, and the first is quoted', () => {
  const { malformed, diagnostics } = parseMessage('From me Mon Jan  1 10:00:00 2024\r\nA: b\r\nnothing\r\n\r\n');
  expect(malformed).toEqual([
    { start: 0, end: 34 },
    { start: 40, end: 49 },
  ]);
  expect(diagnostics.map(({ message }) => message)).toEqual([
    '2 header lines are no field, the first is "From me Mon Jan  1 10:00:00 2024"',
  ]);
});

test.each([
  [undefined, 'undefined'],
  [7, '7'],
  [{}, 'an object'],
])('%j is a wrong argument', (value, shown) => {
  expect(() => parseMessage(value as unknown as string)).toThrow(
    new TypeError(`Cannot parse message: "message" must be a string or Uint8Array, received ${shown}`),
  );
});
