import { describe, expect, test } from 'vitest';
import { headerText, latin1, latin1Bytes, utf8, utf8Bytes } from '../../src/text/bytes.ts';

const all = Uint8Array.from({ length: 256 }, (_, i) => i);

describe('one unit per octet', () => {
  test('all 256 octets go there and back', () => {
    const text = latin1(all);
    expect(text).toHaveLength(256);
    expect([...text].every((c, i) => c.charCodeAt(0) === i)).toBe(true);
    expect(latin1Bytes(text)).toEqual(all);
  });

  test('a part is a part', () => {
    expect(latin1(utf8Bytes('abcdef'), 2, 4)).toBe('cd');
    expect(latin1(utf8Bytes('abcdef'), 2)).toBe('cdef');
    expect(latin1(utf8Bytes('abc'), 3)).toBe('');
  });

  test('more octets than a function takes arguments', () => {
    expect(latin1(new Uint8Array(1_000_000).fill(0x61))).toBe('a'.repeat(1_000_000));
  });
});

describe('UTF-8', () => {
  test.each(['', 'abc', 'é', '€', '😀', '\u0000', '\ufeffabc'])('%j goes there and back', (text) => {
    expect(utf8(utf8Bytes(text))).toBe(text);
  });

  test.each<[string, number[]]>([
    ['a lone continuation', [0x80]],
    ['a sequence cut off', [0xc3]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['an octet that never occurs', [0xff]],
  ])('%s is none', (_, bytes) => expect(utf8(Uint8Array.from(bytes))).toBeUndefined());

  test('a lone surrogate becomes the replacement character', () => {
    expect(utf8(utf8Bytes('a\ud800b'))).toBe('a\ufffdb');
  });
});

describe('header text (RFC 6532 §3)', () => {
  test.each<[string, number[], string]>([
    ['ASCII', [0x61, 0x62], 'ab'],
    ['UTF-8', [0x61, 0xc3, 0xa9], 'aé'],
    ['what is not UTF-8, octet by octet', [0x61, 0xe9], 'aé'],
    ['what is partly UTF-8, octet by octet', [0xc3, 0xa9, 0xe9], 'Ã©é'],
    ['nothing', [], ''],
  ])('%s', (_, bytes, text) => expect(headerText(Uint8Array.from(bytes))).toBe(text));
});
