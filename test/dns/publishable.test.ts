import { describe, expect, test } from 'vitest';
import { publishTxt } from '../../src/dns/publishable.ts';

const octets = (text: string) => Buffer.byteLength(text);

describe('a TXT record ready to publish', () => {
  test('in one chunk', () => {
    expect(publishTxt('_dmarc.example.com', 'v=DMARC1; p=none')).toEqual({
      name: '_dmarc.example.com',
      type: 'TXT',
      text: 'v=DMARC1; p=none',
      chunks: ['v=DMARC1; p=none'],
      zoneLine: '_dmarc.example.com. IN TXT "v=DMARC1; p=none"',
    });
  });

  test.each([
    [0, [0]],
    [1, [1]],
    [255, [255]],
    [256, [255, 1]],
    [511, [255, 255, 1]],
  ])('%i octets in chunks of at most 255 (RFC 1035 §3.3)', (length, sizes) => {
    const { chunks, zoneLine, text } = publishTxt('a.example', 'x'.repeat(length));
    expect(chunks.map((chunk) => chunk.length)).toEqual(sizes);
    expect(chunks.join('')).toBe(text);
    expect(zoneLine).toBe(`a.example. IN TXT ${chunks.map((chunk) => `"${chunk}"`).join(' ')}`);
  });

  test.each([
    ['a quote and a backslash', 'a"b\\c', '"a\\"b\\\\c"'],
    ['a control character', 'a\nb\u007f', '"a\\010b\\127"'],
    ['a letter outside ASCII, in UTF-8', 'ü', '"\\195\\188"'],
  ])('%s is escaped in the zone file alone (RFC 1035 §5.1)', (_, text, quoted) => {
    const record = publishTxt('a.example', text);
    expect(record.zoneLine).toBe(`a.example. IN TXT ${quoted}`);
    expect(record.chunks).toEqual([text]);
  });

  test('no character is split', () => {
    for (const text of [`${'x'.repeat(254)}ü`, `${'x'.repeat(253)}€€`, '𝄞'.repeat(200)]) {
      const { chunks } = publishTxt('a.example', text);
      expect(chunks.join('')).toBe(text);
      expect(Math.max(...chunks.map(octets))).toBeLessThanOrEqual(255);
    }
  });
});
