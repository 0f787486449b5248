import { describe, expect, test } from 'vitest';
import { createXmlReader, type XmlHandler } from '../../src/reports/aggregate/xml.ts';

/** What the tokenizer tells of a text that comes in pieces of that size, one line for each event. */
function events(text: string, size: number = text.length || 1, maxDepth = 9): { told: string[]; faults: string[] } {
  const told: string[] = [];
  const faults: string[] = [];
  const handler: XmlHandler = {
    listening: true,
    open(name, attributes, start, end) {
      const written = [...(attributes ?? [])].map(([key, value]) => ` ${key}=${value}`).join('');
      told.push(`<${name}${written}> ${text.slice(start, end)}`);
    },
    text: (data) => told.push(JSON.stringify(data)),
    close: (end) => told.push(`> ${text.slice(0, end).slice(-3)}`),
    deep: (start, end) => told.push(`deep ${text.slice(start, end)}`),
    doctype(start, end) {
      told.push(`doctype ${text.slice(start, end)}`);
      reader.stop();
    },
    fault: (problem, start, end) => faults.push(`${problem}: ${text.slice(start, end)}`),
  };
  const reader = createXmlReader(handler, maxDepth);
  for (let i = 0; i < text.length; i += size) reader.write(text.slice(i, i + size));
  expect(reader.close()).toBeLessThanOrEqual(text.length);
  return { told, faults };
}

const names = (text: string) => events(text).told.map((line) => line.split(' ')[0]);

describe('elements, text and what is passed over (XML 1.0 §2, §3)', () => {
  test.each<[what: string, text: string, told: string[]]>([
    ['an element', '<a>b</a>', ['<a> <a>', '"b"', '> /a>']],
    ['an empty element', '<a/>', ['<a> <a/>', '> a/>']],
    ['white space in tags', '<a >b</a\n>', ['<a> <a >', '"b"', '> a\n>']],
    ['attributes', '<a b="1" c = \'>"\' />', ['<a b=1 c=>"> <a b="1" c = \'>"\' />', '>  />']],
    ['names with prefixes', '<x:a-b.c1></x:a-b.c1>', ['<x:a-b.c1> <x:a-b.c1>', '> c1>']],
    ['names beyond ASCII', '<é/>', ['<é> <é/>', '> é/>']],
    ['comments', '<a><!-- <b> -- & --></a>', ['<a> <a>', '> /a>']],
    ['processing instructions', '<?xml version="1.0"?><a><?b <c>?></a>', ['<a> <a>', '> /a>']],
    ['CDATA (§2.7)', '<a><![CDATA[<b>&amp;]]]></a>', ['<a> <a>', '"<b>&amp;]"', '> /a>']],
  ])('%s', (_, text, told) => {
    expect(events(text)).toEqual({ told, faults: [] });
  });

  test.each([
    ['&amp;&lt;&gt;&quot;&apos;', '&<>"\''],
    ['&#65;&#x42;&#x1F600;&#0067;', 'AB😀C'],
    ['a\r\nb\rc\n', 'a\nb\nc\n'],
    ['&amp;amp;', '&amp;'],
  ])('references and line breaks of %j (§2.11, §4.1, §4.6)', (text, expected) => {
    expect(events(`<a>${text}</a>`)).toMatchObject({
      told: ['<a> <a>', JSON.stringify(expected), '> /a>'],
      faults: [],
    });
  });

  test.each(['&b;', '&', '&#x110000;', '&#xD800;', '&#0;', '&#;', '&AMP;', '&constructor;'])(
    '%s is no reference, and stays',
    (text) => {
      const { told, faults } = events(`<a>x${text}y</a>`);
      expect(told[1]).toBe(JSON.stringify(`x${text}y`));
      expect(faults).toHaveLength(1);
      expect(faults[0]).toContain('is no reference');
    },
  );
});

describe('what is not well formed is told and read on', () => {
  test.each<[what: string, text: string, told: string[], fault: string]>([
    ['an element that is not closed', '<a><b></a>', ['<a>', '<b>', '>', '>'], '"b" is not closed: </a>'],
    ['a closing tag of nothing', '<a></b></a>', ['<a>', '>'], '"b" ends and was not open: </b>'],
    ['a closing tag without name', '<a></></a>', ['<a>', '>'], '"" ends and was not open: </>'],
    ['a "<" in text', '<a>1 < 2</a>', ['<a>', '"1', '"', '>'], 'a "<" begins no tag: <'],
    ['a tag that lacks its ">"', '<a <b/></a>', ['<a>', '<b>', '>', '>'], 'a tag does not end: <a '],
    ['a closing tag that lacks it', '<a></a <b/>', ['<a>', '>', '<b>', '>'], 'a tag does not end: </a '],
    ['an attribute without quotes', '<a b=1></a>', ['<a>', '>'], 'an attribute is malformed:  b=1'],
    ['a second root', '<a/><b/>', ['<a>', '>', '<b>', '>'], 'a second root begins: <b/>'],
    ['text before the root', 'x<a/>', ['"x"', '<a>', '>'], ''],
    ['another declaration', '<a><!ELEMENT a></a>', ['<a>', '>'], 'a declaration is malformed: <!'],
    ['a forbidden character', '<a>\u0001</a>', ['<a>', '"\\u0001"', '>'], 'a character is forbidden: \u0001'],
    ['an end too early', '<a><b>', ['<a>', '<b>'], '"b" is not closed: '],
    ['an end in a tag', '<a><b c="', ['<a>', '"'], 'a tag does not end: <b'],
    ['an end in a closing tag', '<a></a', ['<a>'], 'a tag does not end: </a'],
    ['an end at a tag', '<a><', ['<a>'], 'a tag does not end: <'],
    ['an end in a declaration', '<a><!', ['<a>'], 'a tag does not end: <!'],
    ['an end in a comment', '<a><!-- b', ['<a>'], 'the text ends too early: '],
    ['an end in CDATA', '<a><![CDATA[b', ['<a>', '"b"'], 'the text ends too early: '],
  ])('%s', (_, text, told, fault) => {
    expect(names(text)).toEqual(told);
    if (fault !== '') expect(events(text).faults).toContain(fault);
  });

  test('text outside the root, where nobody listens', () => {
    const faults: string[] = [];
    const ignore = () => undefined;
    const handler = { listening: false, open: ignore, text: ignore, close: ignore, deep: ignore, doctype: ignore };
    const reader = createXmlReader({ ...handler, fault: (problem) => faults.push(problem) }, 9);
    reader.write('\ufeff\n<a>b</a>\nc');
    reader.close();
    expect(faults).toEqual(['text is outside the root']);
  });

  test.each<[text: string, told: string[]]>([
    ['<a><b><c>x<d>y</d></c><c/>z</b></a>', ['<a>', '<b>', 'deep', 'deep', '"z"', '>', '>']],
    ['<a><b><c></x></b>', ['<a>', '<b>', 'deep', '>']],
    ['<a><b><b><b></b></b></b>', ['<a>', '<b>', 'deep', '>']],
  ])('what is too deep is passed over, and what comes behind it read: %s', (text, told) => {
    for (const size of [1, 3, text.length]) {
      expect(events(text, size, 2).told.map((line) => line.split(' ')[0])).toEqual(told);
    }
  });

  test('nothing is read behind a document type declaration', () => {
    expect(events('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')).toEqual({ told: ['doctype <!DOCTYPE'], faults: [] });
  });
});

describe('tokens without end', () => {
  const long = 'x'.repeat(100_000);
  test.each<[what: string, text: string, faults: string[]]>([
    ['a comment', `<a><!--${long}--><b/></a>`, []],
    ['a CDATA section', `<a><![CDATA[${long}]]><b/></a>`, []],
    ['a text', `<a>${long}<b/></a>`, []],
    ['a tag', `<a><${long} <b/></a>`, ['a tag does not end']],
    ['an attribute', `<a><c d="${long}<b/></a>`, ['a tag does not end']],
  ])('%s of 100,000 characters is not kept', (_, text, expected) => {
    for (const size of [1000, 40_000]) {
      const { told, faults } = events(text, size);
      expect(told.some((line) => line.startsWith('<b>'))).toBe(true);
      expect(told.every((line) => line.length < 110_000)).toBe(true);
      expect(told.filter((line) => line.startsWith('"')).every((line) => line.length <= 10_010)).toBe(true);
      expect(faults.map((fault) => fault.split(':')[0])).toEqual(expect.arrayContaining(expected));
    }
  });
});

test('the events are the same in pieces of any size', () => {
  const text =
    '\ufeff<?xml version="1.0"?>\r\n<!-- a --><r a="1>" b=\'2\'><c>x &amp; y\r\nz &b</c><d/><![CDATA[<e>]]>\r' +
    '<f <g></f></h>1 < 2</r>\n<i';
  const whole = events(text);
  for (let size = 1; size < text.length; size++) expect(events(text, size)).toEqual(whole);
});
