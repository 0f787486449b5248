import { describe, expect, test } from 'vitest';
import { isDotAtom, readQuotedString, readRun, skipCfws, startFieldReader } from '../../src/text/structured-field.ts';

describe('comments and folding white space (RFC 5322 §3.2.2)', () => {
  test.each([
    ['white space', ' \t x', 3, []],
    ['a fold is CRLF before white space', '\r\n x', 3, []],
    ['a fold in a file with LF lines', '\n\tx', 2, []],
    ['several folds (obs-FWS)', ' \r\n \r\n x', 7, []],
    ['a comment', '(a b) x', 6, ['a b']],
    ['nested comments', '(a (b (c)) d)x', 13, ['a (b (c)) d']],
    ['quoted pairs in a comment', '(a \\) \\\\ \\( b)x', 14, ['a ) \\ ( b']],
    ['a quotation mark means nothing in a comment', '(a " b)x', 7, ['a " b']],
    ['a folded comment is unfolded: the line break goes, the white space stays', '(a\r\n b\n\tc)x', 10, ['a b\tc']],
    ['several comments', '(a)(b) (c)x', 10, ['a', 'b', 'c']],
    ['nothing at all', 'x', 0, []],
  ])('%s', (_, text, at, comments) => {
    const reader = startFieldReader(text);
    skipCfws(reader);
    expect([reader.at, reader.comments.map((comment) => comment.text)]).toEqual([at, comments]);
    expect(reader.fault).toBeUndefined();
    for (const { span } of reader.comments) expect([text[span.start], text[span.end - 1]]).toEqual(['(', ')']);
  });

  test.each([
    ['a comment without an end', '(a (b)', 'unterminated comment', 0],
    ['a backslash at the end', '(a\\', 'unterminated comment', 0],
    ['a parenthesis that is quoted does not end it', '(a\\)', 'unterminated comment', 0],
    ['33 comments in one another', `${'('.repeat(33)}${')'.repeat(33)}`, 'comments nested too deep', 0],
    ['NUL', ' \0', 'control character', 1],
    ['a line break that is no fold', ' \r\nx', 'control character', 1],
    ['a bare CR', '\rx', 'control character', 0],
    ['a control character in a comment', '(a\x01)', 'control character', 2],
    ['an escaped line break', '(a\\\r\n b)', 'control character', 3],
  ])('%s makes what follows uncertain', (_, text, problem, start) => {
    const reader = startFieldReader(text);
    skipCfws(reader);
    expect(reader.fault).toMatchObject({ problem, span: { start } });
    expect(reader.at).toBe(reader.end);
  });

  test('32 comments in one another are read', () => {
    const reader = startFieldReader(`${'('.repeat(32)}${')'.repeat(32)}x`);
    skipCfws(reader);
    expect(reader.at).toBe(64);
  });

  test.each(['x\r\n', 'x\n', 'x'])('the line break at the end of a field is not part of its value: %j', (text) => {
    expect(startFieldReader(text).end).toBe(1);
  });
});

describe('quoted strings (RFC 5322 §3.2.4)', () => {
  test.each([
    ['""', ''],
    ['"a b"', 'a b'],
    ['"a\\"b\\\\c"', 'a"b\\c'],
    ['"(a"', '(a'],
    ['"a\r\n b"', 'a b'],
    ['"b\u00fccher"', 'b\u00fccher'],
  ])('%j stands for %j', (text, content) => {
    const reader = startFieldReader(`${text};`);
    expect(readQuotedString(reader)).toBe(content);
    expect(reader.at).toBe(text.length);
  });

  test.each(['"a', '"a\\"', '"a\r\nb"', '"a\0"'])('%j is none', (text) => {
    const reader = startFieldReader(text);
    expect(readQuotedString(reader)).toBeUndefined();
    expect(reader.fault).toBeDefined();
  });
});

describe('runs', () => {
  test.each([
    ['a;b', 'a'],
    ['a b', 'a'],
    ['a\tb', 'a'],
    ['a\x7fb', 'a'],
    ['\u00fc;', '\u00fc'],
    [';', ''],
  ])('%j begins with %j', (text, run) => {
    expect(readRun(startFieldReader(text), ';')).toBe(run);
  });
});

describe('dot-atoms (RFC 5322 §3.2.3)', () => {
  test.each(['a', 'a.b', "!#$%&'*+-/=?^_`{|}~", 'b\u00fccher'])('%s is one', (text) => {
    expect(isDotAtom(text)).toBe(true);
  });
  test.each(['', '.', 'a.', '.a', 'a..b', 'a b', 'a@b', 'a:b', 'a"'])('%j is none', (text) => {
    expect(isDotAtom(text)).toBe(false);
  });
});
