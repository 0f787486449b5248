import { describe, expect, test } from 'vitest';
import { scanTagList } from '../../src/text/tag-list.ts';

const tags = (text: string) => scanTagList(text).tags.map(({ name, value }) => [name, value]);
const faults = (text: string) => scanTagList(text).faults.map(({ kind, text: piece }) => [kind, piece]);

describe('tags (RFC 6376 §3.2)', () => {
  test.each<[string, string, [string, string][]]>([
    ['one', 'v=DKIM1', [['v', 'DKIM1']]],
    [
      'several, the last with its semicolon',
      'v=1;a=b;',
      [
        ['v', '1'],
        ['a', 'b'],
      ],
    ],
    [
      'white space around names and values',
      ' v = 1 ;\ta\t=\tb ',
      [
        ['v', '1'],
        ['a', 'b'],
      ],
    ],
    ['white space inside a value', 'n=some notes here', [['n', 'some notes here']]],
    [
      'folds',
      'a=b;\r\n c=d;\n\te\r\n =\r\n f\r\n ',
      [
        ['a', 'b'],
        ['c', 'd'],
        ['e', 'f'],
      ],
    ],
    [
      'an empty value',
      'p=; g= ;',
      [
        ['p', ''],
        ['g', ''],
      ],
    ],
    ['"=" in a value', 'b=Zg==', [['b', 'Zg==']]],
    ['a name with digits and underscore', 'a1_b=c', [['a1_b', 'c']]],
    [
      'the case of names and values',
      'V=dkim1; v=2',
      [
        ['V', 'dkim1'],
        ['v', '2'],
      ],
    ],
    [
      'a tag twice: the parser judges',
      'a=1; a=2',
      [
        ['a', '1'],
        ['a', '2'],
      ],
    ],
    ['names that objects inherit', '__proto__=1; constructor=2', [['constructor', '2']]],
    ['a no-break space is no white space', 'a=\u00a0b\u00a0', [['a', '\u00a0b\u00a0']]],
    [
      'a bare line break is no white space',
      'a=b\n;c=\rd',
      [
        ['a', 'b\n'],
        ['c', '\rd'],
      ],
    ],
  ])('%s', (_, text, expected) => expect(tags(text)).toEqual(expected));

  test('every span points at what it names', () => {
    const text = '\r\n v = DKIM1 ;\t p=\r\n QUJD \r\n REVG ; x=';
    for (const tag of scanTagList(text).tags) {
      expect(text.slice(tag.nameSpan.start, tag.nameSpan.end)).toBe(tag.name);
      expect(text.slice(tag.valueSpan.start, tag.valueSpan.end)).toBe(tag.value);
      expect(tag.span).toEqual({ start: tag.nameSpan.start, end: tag.valueSpan.end });
    }
    expect(tags(text)).toEqual([
      ['v', 'DKIM1'],
      ['p', 'QUJD \r\n REVG'],
      ['x', ''],
    ]);
  });
});

describe('faults', () => {
  test.each<[string, string, [string, string][]]>([
    ['nothing', '', [['empty', '']]],
    ['white space', ' \t', [['empty', '']]],
    ['only a semicolon', ';', [['empty', '']]],
    ['two semicolons', 'a=b;;c=d', [['empty', '']]],
    ['a final semicolon is none', 'a=b;', []],
    ['… nor with white space after it', 'a=b; \r\n ', []],
    ['two final semicolons', 'a=b;;', [['empty', '']]],
    ['no "="', 'a=b; none ;c=d', [['no-equals', 'none']]],
    ['no name', '=b', [['name', '=b']]],
    ['a name that begins with a digit', '1a=b', [['name', '1a=b']]],
    ['a name that begins with an underscore', '__proto__=1', [['name', '__proto__=1']]],
    ['a name in two words', 'v s=spf1', [['name', 'v s=spf1']]],
    ['a name with a hyphen', 'fail-mode=1', [['name', 'fail-mode=1']]],
    ['a name with a letter outside ASCII', 'é=1', [['name', 'é=1']]],
    ['a missing semicolon between two is part of the value', 'v=DMARC1 p=none', []],
  ])('%s', (_, text, expected) => expect(faults(text)).toEqual(expected));

  test('spans are those of the pieces', () => {
    const text = 'a=b; none ;;1=2 ';
    expect(scanTagList(text).faults.map(({ span }) => text.slice(span.start, span.end))).toEqual(['none', '', '1=2']);
    expect(scanTagList(text).faults[1]!.span).toEqual({ start: 11, end: 11 });
  });
});

test.each([
  ['pieces without "="', 'a;'],
  ['empty pieces', ';'],
  ['white space', ' '],
  ['folds', '\r\n '],
  ['tags', 'a=b;'],
  ['equals signs', '='],
])('a megabyte of %s takes no longer than it must', (_, piece) => {
  const text = piece.repeat(Math.ceil(1_000_000 / piece.length));
  const start = performance.now();
  scanTagList(text);
  // Tens of milliseconds where it is linear, minutes where it is not.
  expect(performance.now() - start).toBeLessThan(3000);
});
