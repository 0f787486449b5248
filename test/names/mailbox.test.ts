import { describe, expect, test } from 'vitest';
import { parseMailboxList } from '../../src/names/mailbox.ts';

const addresses = (text: string) => parseMailboxList(text).mailboxes.map(({ address }) => address);
const problems = (text: string) =>
  parseMailboxList(text).faults.map(({ problem, span }) => [problem, text.slice(span.start, span.end)]);
const oddities = (text: string) =>
  parseMailboxList(text).oddities.map(({ kind, span }) => [kind, text.slice(span.start, span.end)]);

test('a mailbox and where its parts are', () => {
  const text = ' "Ann \\"A\\" Doe" (x) Jr. <ann.doe@example.com> ';
  const { mailboxes, faults, oddities, comments } = parseMailboxList(text);
  expect(mailboxes).toEqual([
    {
      address: 'ann.doe@example.com',
      localPart: 'ann.doe',
      domain: 'example.com',
      span: { start: 26, end: 45 },
      domainSpan: { start: 34, end: 45 },
      displayName: 'Ann "A" Doe Jr.',
    },
  ]);
  expect([faults, oddities]).toEqual([[], []]);
  expect(comments.map(({ start, end }) => text.slice(start, end))).toEqual(['(x)']);
});

describe('address lists (RFC 5322 §3.4)', () => {
  test.each([
    ['', []],
    [' \r\n ', []],
    ['a@b', ['a@b']],
    ['<a@b>', ['a@b']],
    ['A<a@b>', ['a@b']],
    ['J. Q. Public <a@b>', ['a@b']],
    ['a@b,c@d', ['a@b', 'c@d']],
    ['a@b , "x, y" <c@d>', ['a@b', 'c@d']],
    ['"a@b, <c@d>" <e@f>', ['e@f']],
    ['(a@b, <c@d>) e@f (\\) ((x)y))', ['e@f']],
    ['"a b"@c', ['"a b"@c']],
    ['"a\\"b@x"@c', ['"a\\"b@x"@c']],
    ['"a".b."c"@d', ['"a".b."c"@d']],
    ['a@[192.0.2.1]', ['a@[192.0.2.1]']],
    ['a@[x\\]y]', ['a@[x\\]y]']],
    ["!#$%&'*+-/=?^_`{|}~@b", ["!#$%&'*+-/=?^_`{|}~@b"]],
    ['ä@ö.example', ['ä@ö.example']],
    ['G:a@b;', ['a@b']],
    ['G : ; , a@b', ['a@b']],
    ['"x;y": <a@b>, c@d;, e@f', ['a@b', 'c@d', 'e@f']],
    ['a@b\r\n\t(c\r\n d)', ['a@b']],
  ])('%j', (text, expected) => {
    expect(addresses(text)).toEqual(expected);
    expect(problems(text)).toEqual([]);
  });

  test.each([
    ['Ann "B\r\n C" D.', 'Ann B C D.'],
    ['"A"B', 'AB'],
    ['  A\t\r\n B  ', 'A B'],
    ['""', ''],
  ])('the name %j', (name, shown) => {
    expect(parseMailboxList(`${name}<a@b>`).mailboxes[0]?.displayName).toBe(shown);
  });
});

describe('obsolete forms are read and reported (RFC 5322 §4.4)', () => {
  test.each([
    ['<@x:a@b>', ['a@b'], [['route', '@x:']]],
    ['<@x,@[y], ,@z : a@b>', ['a@b'], [['route', '@x,@[y], ,@z : ']]],
    ['<,@x:a@b>', ['a@b'], [['route', ',@x:']]],
    ['a . b@c', ['a.b@c'], [['space-in-address', 'a . b@c']]],
    ['a(x)@c', ['a@c'], [['space-in-address', 'a(x)@c']]],
    ['a@ c', ['a@c'], [['space-in-address', 'a@ c']]],
    [',,a@b,,c@d', ['a@b', 'c@d'], [['empty-element', ',']]],
    ['a..b@c', ['a..b@c'], [['odd-dots', 'a..b']]],
    ['.a@c', ['.a@c'], [['odd-dots', '.a']]],
    ['a.@c', ['a.@c'], [['odd-dots', 'a.']]],
    ['"..a"@c', ['"..a"@c'], []],
    ['a@b <c@d>', ['a@b', 'c@d'], [['address-as-name', 'a@b ']]],
    ['Staff: a@b;', ['a@b'], [['group', 'Staff:']]],
  ])('%j', (text, expected, found) => {
    expect(addresses(text)).toEqual(expected);
    expect(oddities(text)).toEqual(found);
    expect(problems(text)).toEqual([]);
  });
});

describe('what is no address list is not guessed at', () => {
  test.each([
    ['(a', 'unterminated comment', '(a'],
    ['(a\\)', 'unterminated comment', '(a\\)'],
    ['a@b (', 'unterminated comment', '('],
    ['"a', 'unterminated quoted string', '"a'],
    ['"a\\"', 'unterminated quoted string', '"a\\"'],
    ['a@[b', 'unterminated domain literal', '[b'],
    ['G: a@b', 'unterminated group', ''],
    ['a\\b@c', 'unexpected character', '\\b@c'],
    ['a)@c', 'unexpected character', ')@c'],
    ['a]@c', 'unexpected character', ']@c'],
    ['a@b\0', 'unexpected character', '\0'],
    ['a@b\x7f', 'unexpected character', '\x7f'],
    ['a@b\n', 'unexpected character', '\n'],
    ['a@b\r\nc', 'unexpected character', '\r\nc'],
    ['"a\nb" <c@d>', 'unexpected character', '"a\nb" <c@d>'],
    ['(\r) a@b', 'unexpected character', '(\r) a@b'],
    ['"\\\0" <a@b>', 'unexpected character', '"\\\0" <a@b>'],
    ['Ann', 'text without an address', 'Ann'],
    ['<Ann>', 'text without an address', '<Ann>'],
    ['Ann, <a@b>', 'text without an address', 'Ann'],
    ['<>', 'empty address', '<>'],
    [':;', 'misplaced colon', ':;'],
    ['G: H: a@b;', 'misplaced colon', 'H: a@b'],
    ['<a@b>c@d', 'text beside an address', 'c@d'],
    ['<a@b> <c@d>', 'text beside an address', '<c@d>'],
    ['a@b@c', 'text beside an address', '@c'],
    ['a@b. c', 'text beside an address', 'c'],
    ['a b@c', 'text beside an address', 'a b@c'],
    ['"a"b@c', 'text beside an address', '"a"b@c'],
    ['a@b;', 'text beside an address', ';'],
    ['>', 'text beside an address', '>'],
    ['G: a@b; c@d', 'text beside an address', 'c@d'],
    ['@b', 'no local part', '@b'],
    ['<a@b:c@d>', 'missing >', '<a@b:c@d>'],
    ['a@', 'no domain', 'a@'],
    ['a@"b"', 'no domain', 'a@"b"'],
    ['<a@>', 'no domain', '<a@>'],
    ['<a@b', 'missing >', '<a@b'],
    ['<a@b, c@d>', 'missing >', '<a@b'],
    ['<@b>', 'malformed route', '<@b>'],
    ['<@b@c:a@d>', 'malformed route', '<@b@c:a@d>'],
    ['<@b c:a@d>', 'malformed route', '<@b c:a@d>'],
    ['<,:a@d>', 'malformed route', '<,:a@d>'],
    ['<@:a@d>', 'malformed route', '<@:a@d>'],
    ['=?utf-8?q?a?=@b', 'encoded-word in an address', '=?utf-8?q?a?=@b'],
    ['"=?utf-8?q?a=40c?="@b', 'encoded-word in an address', '"=?utf-8?q?a=40c?="@b'],
  ])('%j: %s', (text, problem, where) => {
    expect(problems(text)[0]).toEqual([problem, where]);
  });

  test('each fault is reported, and reading goes on at the next comma', () => {
    const text = 'Ann, a@b@c, <d@e>, f@';
    expect(problems(text)).toEqual([
      ['text without an address', 'Ann'],
      ['text beside an address', '@c'],
      ['no domain', 'f@'],
    ]);
    expect(addresses(text)).toContain('d@e');
  });

  test('in a group it goes on behind the group', () => {
    expect(problems('G: x; , b@c')).toEqual([['text without an address', 'x']]);
    expect(addresses('G: x; , b@c')).toEqual(['b@c']);
  });
});

describe('linear time and bounded depth', () => {
  test('32 nested comments are the most', () => {
    const nested = (depth: number) => `${'('.repeat(depth)}x${')'.repeat(depth)} a@b`;
    expect(problems(nested(32))).toEqual([]);
    expect(problems(nested(33))[0]?.[0]).toBe('comments nested too deep');
  });

  test.each([
    ['"(" a million times', (n: number) => '('.repeat(n * 10), 1],
    ['comments', (n: number) => '()'.repeat(n), 0],
    ['"a:"', (n: number) => 'a:'.repeat(n), 2],
    ['":"', (n: number) => ':'.repeat(n), 1],
    ['"a,"', (n: number) => 'a,'.repeat(n), 16],
    ['","', (n: number) => ','.repeat(n), 0],
    ['"<"', (n: number) => '<'.repeat(n), 1],
    ['"@"', (n: number) => '@'.repeat(n), 1],
    ['quotes', (n: number) => '"'.repeat(2 * n), 1],
    ['backslashes', (n: number) => '\\'.repeat(n), 1],
    ['"(\\"', (n: number) => '(\\'.repeat(n), 1],
    ['folds', (n: number) => `${'\r\n '.repeat(n)}a@b`, 0],
    ['dots', (n: number) => `${'.'.repeat(n)}@b`, 0],
    ['spaced dots', (n: number) => `${'. '.repeat(n)}@b`, 0],
    ['a route', (n: number) => `<${'@a,'.repeat(n)}:a@b>`, 0],
    ['words', (n: number) => `${'a '.repeat(n)}<a@b>`, 0],
    ['addresses', (n: number) => 'a@b,'.repeat(n / 10), 0],
  ])('%s', (_, make, faults) => {
    const time = (n: number) => {
      const text = make(n);
      const started = performance.now();
      expect(parseMailboxList(text).faults).toHaveLength(faults);
      return performance.now() - started;
    };
    time(10_000);
    expect(time(100_000)).toBeLessThan(12 * time(25_000) + 150);
  });
});
