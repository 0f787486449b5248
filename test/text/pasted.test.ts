import { describe, expect, test } from 'vitest';
import { moveSpans, unwrapPasted } from '../../src/text/pasted.ts';

const found = (text: string) => {
  const pasted = unwrapPasted(text);
  return pasted && [pasted.form, pasted.text];
};

describe('what was pasted around a record', () => {
  const record = 'v=DMARC1; p=none';
  test.each<[string, string, [string, string]]>([
    ['the record in quotes', `"${record}"`, ['quoted', record]],
    ['white space before the quotes', ` \t"${record}" `, ['quoted', record]],
    ['curly quotes', `“${record}”`, ['quoted', record]],
    ['French quotes', `«${record}»`, ['quoted', record]],
    ['a quote that was not closed', `"${record}`, ['quoted', record]],
    ['several chunks, joined with nothing (RFC 7208 §3.3)', '"v=spf1 a" " -all"', ['quoted', 'v=spf1 a -all']],
    ['a zone-file line', `_dmarc.example.com. IN TXT "${record}"`, ['zone-line', record]],
    ['a line of dig', `_dmarc.example.com.\t3600\tIN\tTXT\t"${record}"`, ['zone-line', record]],
    ['class before TTL (RFC 1035 §5.1)', `_dmarc IN 3600 TXT "${record}"`, ['zone-line', record]],
    ['no owner', `TXT "${record}"`, ['zone-line', record]],
    ['lower case', `@ in txt "${record}"`, ['zone-line', record]],
    ['parentheses', 'sel._domainkey IN TXT ( "v=DKIM1; " "p=AAAA" ) ; key', ['zone-line', 'v=DKIM1; p=AAAA']],
    ['a line of nslookup', `_dmarc.example.com\ttext = "${record}"`, ['zone-line', record]],
    ['a zone-file line without quotes', `_dmarc 300 TXT ${record}`, ['zone-line', record]],
    ['semicolons escaped', 'x TXT "v=DMARC1\\; p=none"', ['zone-line', record]],
    ['quotes escaped', '"say \\"hi\\""', ['quoted', 'say "hi"']],
    ['octets by number (RFC 1035 §5.1)', '"v=DMARC1\\059 p=none"', ['quoted', record]],
    ['a number that is no octet', '"\\999"', ['quoted', '999']],
    ['a backslash at the end', '"a\\', ['quoted', 'a\\']],
    ['nothing in quotes', '""', ['quoted', '']],
    ['nothing after TXT', 'example.com. IN TXT ', ['zone-line', '']],
  ])('%s', (_, text, expected) => expect(found(text)).toEqual(expected));

  test.each([
    ['a record', record],
    ['a record with white space before it', ` ${record}`],
    ['nothing', ''],
    ['white space', '  '],
    ['words', 'this is a text'],
    ['a quote in the middle', 'v=DMARC1; p="none"'],
    ['a record whose second tag is called text', 'v=DMARC1; text=hello; p=none'],
    ['… or txt', 'v=DMARC1; txt =hello; p=none'],
    ['a record with a term called txt', 'v=spf1 txt a -all'],
    ['another type', 'example.com. IN A 192.0.2.1'],
  ])('%s is left alone', (_, text) => expect(unwrapPasted(text)).toBeUndefined());

  test('offsets lead back to each unit', () => {
    const text = '_dmarc IN TXT ("v=DMARC1\\; p=" "none") ; comment';
    const pasted = unwrapPasted(text)!;
    expect(pasted.text).toBe(record);
    expect(pasted.offsets.map((offset) => text[offset]).join('')).toBe(record);
  });

  test.each([' ', 'a ', '1 ', 'IN ', '"', '\\'])('a megabyte of %j takes no longer than it must', (piece) => {
    const start = performance.now();
    unwrapPasted(piece.repeat(500_000));
    expect(performance.now() - start).toBeLessThan(3000);
  });
});

describe('spans of the record in what was pasted', () => {
  const text = 'x TXT "ab" "cd"';
  const pasted = unwrapPasted(text)!;
  const at = (start: number, end: number) => {
    const span = moveSpans({ start, end }, pasted);
    return text.slice(span.start, span.end);
  };

  test.each<[number, number, string]>([
    [0, 1, 'a'],
    [0, 2, 'ab'],
    [2, 4, 'cd'],
    [1, 3, 'b" "c'],
    [0, 4, 'ab" "cd'],
    [4, 4, ''],
    [1, 1, ''],
  ])('%i to %i is %j', (start, end, expected) => expect(at(start, end)).toBe(expected));

  test('a span at the end of the record is one after its last character', () => {
    expect(moveSpans({ start: 4, end: 4 }, pasted)).toEqual({ start: 14, end: 14 });
    expect(moveSpans({ start: 0, end: 0 }, unwrapPasted('""')!)).toEqual({ start: 0, end: 0 });
  });

  test('wherever they lie in a value; all else stays', () => {
    const value = {
      name: 'p',
      count: 3,
      ok: true,
      terms: [{ span: { start: 0, end: 2 }, cidr: { ip4: 24 } }, 'text'],
      range: { start: 0, end: 2, unit: 'days' },
    };
    expect(moveSpans(value, pasted)).toEqual({
      ...value,
      terms: [{ span: { start: 7, end: 9 }, cidr: { ip4: 24 } }, 'text'],
    });
    expect(value.terms[0]).toMatchObject({ span: { start: 0, end: 2 } });
  });
});
