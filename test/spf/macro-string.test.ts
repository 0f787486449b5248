import { describe, expect, test } from 'vitest';
import { parseExplanation, parseMacroString } from '../../src/spf/macro-string.ts';
import type { SpfMacroPart } from '../../src/spf/record.ts';

const parse = (text: string) => parseMacroString(text, 0, text.length, false);

/** The pieces without their places. */
function pieces(parts: readonly SpfMacroPart[]): unknown[] {
  return parts.map(({ span: _, ...part }) => (part.kind === 'literal' ? part.text : part));
}

const macro = (letter: string, rest = {}) => ({
  kind: 'macro',
  letter,
  escape: false,
  reverse: false,
  delimiters: '.',
  ...rest,
});

describe('macro-strings (RFC 7208 §7.1)', () => {
  test.each<[string, unknown[]]>([
    ['', []],
    ['example.com', ['example.com']],
    ['%{d}', [macro('d')]],
    ['%{D}', [macro('d', { escape: true })]],
    ['%{d2}', [macro('d', { digits: 2 })]],
    ['%{d02}', [macro('d', { digits: 2 })]],
    ['%{d127}', [macro('d', { digits: 127 })]],
    [`%{d${'9'.repeat(400)}}`, [macro('d', { digits: 999 })]],
    ['%{ir}', [macro('i', { reverse: true })]],
    ['%{iR}', [macro('i', { reverse: true })]],
    ['%{l1r-}', [macro('l', { digits: 1, reverse: true, delimiters: '-' })]],
    ['%{s.-+,/_=}', [macro('s', { delimiters: '.-+,/_=' })]],
    ['a%{d}b%{h}', ['a', macro('d'), 'b', macro('h')]],
    ['%%%_%-', ['%', ' ', '%20']],
    ['a%%{d}', ['a', '%', '{d}']],
    ...[...'slodipvh'].map((letter): [string, unknown[]] => [`%{${letter}}`, [macro(letter)]]),
  ])('%j', (text, expected) => {
    const { parts, fault } = parse(text);
    expect(fault).toBeUndefined();
    expect(pieces(parts)).toEqual(expected);
    // The pieces lie side by side.
    expect(parts.map(({ span }) => text.slice(span.start, span.end)).join('')).toBe(text);
  });

  test.each([
    ['%', 'macro', '%'],
    ['a%', 'macro', '%'],
    ['%d', 'macro', '%d'],
    ['%{', 'macro', '%{'],
    ['%{}', 'macro', '%{}'],
    ['%{x}', 'macro', '%{x}'],
    ['%{ſ}', 'macro', '%{ſ}'],
    ['%{d0}', 'macro', '%{d0}'],
    ['%{d00r}', 'macro', '%{d00r}'],
    ['%{dr2}', 'macro', '%{dr2}'],
    ['%{d.2}', 'macro', '%{d.2}'],
    ['%{d:}', 'macro', '%{d:}'],
    ['%{d', 'macro', '%{d'],
    ['%{d}%{', 'macro', '%{'],
    ['%{ d}', 'macro', '%{ d}'],
    ['%{c}', 'macro', '%{c}'],
    ['%{R}', 'macro', '%{R}'],
    ['%{t}', 'macro', '%{t}'],
    ['a b', 'character', ' '],
    ['a\tb', 'character', '\t'],
    ['é', 'character', 'é'],
    ['\u007f', 'character', '\u007f'],
    ['\0', 'character', '\0'],
  ])('%j is none: %s at %j', (text, kind, found) => {
    const { fault } = parse(text);
    expect(fault!.kind).toBe(kind);
    expect(text.slice(fault!.span.start, fault!.span.end)).toBe(found);
  });

  test('only the given part of the text is read, and places count from its begin', () => {
    expect(parseMacroString('a:%{d}/24', 2, 6, false)).toEqual({
      parts: [{ ...macro('d'), span: { start: 2, end: 6 } }],
      expandEnd: 6,
    });
    expect(parseMacroString('a:%{d}', 2, 5, false).fault).toEqual({ kind: 'macro', span: { start: 2, end: 5 } });
  });

  test('what stands before a fault is kept', () => {
    expect(pieces(parse('%{d}.example.%x').parts)).toEqual([macro('d'), '.example.']);
  });
});

describe('explanations (RFC 7208 §6.2)', () => {
  test('spaces and the letters c, r and t are allowed', () => {
    expect(pieces(parseExplanation('See %{r}: %{c} at %{T}')!)).toEqual([
      ...['See', ' ', macro('r'), ':', ' ', macro('c'), ' ', 'at', ' '],
      macro('t', { escape: true }),
    ]);
    expect(parseExplanation('')).toEqual([]);
  });

  test.each(['%{x}', '100% sure', 'a\tb', 'größe', 'a\r\nb'])('%j is none', (text) => {
    expect(parseExplanation(text)).toBeUndefined();
  });
});
