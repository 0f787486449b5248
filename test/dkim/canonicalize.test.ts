import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { BodyCanonicalizer, type Canonicalization, LineEndingReader, writeField } from '../../src/dkim/canonicalize.ts';
import { canonicalBody, octetsOf } from '../support/keys.ts';

function canonicalize(canonicalization: Canonicalization, chunks: string[]): string {
  let out = '';
  const body = new BodyCanonicalizer(canonicalization, (piece) => {
    out += Buffer.from(piece).toString('latin1');
  });
  for (const chunk of chunks) body.write(octetsOf(chunk));
  body.end();
  return out;
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'latin1').digest('base64');
}

describe('the simple body canonicalization (RFC 6376 §3.4.3)', () => {
  test.each<[title: string, body: string, canonical: string]>([
    ['an empty body becomes CRLF', '', '\r\n'],
    ['a body of empty lines becomes CRLF', '\r\n\r\n\r\n', '\r\n'],
    ['empty lines at the end go', 'a\r\n\r\n\r\n', 'a\r\n'],
    ['a missing CRLF at the end is added', 'a', 'a\r\n'],
    ['white space stays', ' a \t b \r\n \r\n', ' a \t b \r\n \r\n'],
    ['empty lines inside stay', '\r\n\r\na\r\n\r\nb\r\n', '\r\n\r\na\r\n\r\nb\r\n'],
    ['a bare LF is content', 'a\n\n', 'a\n\n\r\n'],
    ['a bare CR is content', 'a\r\r\n\r', 'a\r\r\n\r\r\n'],
    ['LF CR is no line end', 'a\n\r', 'a\n\r\r\n'],
  ])('%s', (_, body, canonical) => {
    expect(canonicalize('simple', [body])).toBe(canonical);
    expect(canonicalize('simple', [...body])).toBe(canonical);
  });

  test('the hash of an empty body is the one in §3.4.3', () => {
    expect(sha256(canonicalize('simple', []))).toBe('frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY=');
  });
});

describe('the relaxed body canonicalization (RFC 6376 §3.4.4)', () => {
  test.each<[title: string, body: string, canonical: string]>([
    ['the body of the example in §3.4.5', ' C \r\nD \t E\r\n\r\n\r\n', ' C\r\nD E\r\n'],
    ['an empty body stays empty', '', ''],
    ['a body of blank lines is empty', ' \r\n\t\r\n \t ', ''],
    ['white space at the end of lines goes', 'a \t\r\nb\t\r\n', 'a\r\nb\r\n'],
    ['white space at the end of a line without CRLF goes', 'a \t', 'a\r\n'],
    ['a tab becomes a space', 'a\tb\r\n', 'a b\r\n'],
    ['leading white space stays as one space', ' \t a\r\n\t\tb\r\n', ' a\r\n b\r\n'],
    ['a blank line inside becomes an empty one', 'a\r\n \t\r\nb\r\n', 'a\r\n\r\nb\r\n'],
    ['white space before a bare CR or LF is no end of line', 'a \t\rb \t\nc\r\n', 'a \rb \nc\r\n'],
    ['a bare CR at the end is content', 'a \r', 'a \r\r\n'],
    ['a CR before CRLF is content', 'a \r \r\n', 'a \r\r\n'],
    ['a CR between blanks is content', ' \r \r\r\n', ' \r \r\r\n'],
    ['only SP and HTAB are white space', 'a\u00a0\u00a0b\v\f c\u0085\r\n', 'a\u00a0\u00a0b\v\f c\u0085\r\n'],
    [
      'octets that resemble a space four at a time stay',
      `${'!()\u0001\u0000(!)'.repeat(60)}\r\n`,
      `${'!()\u0001\u0000(!)'.repeat(60)}\r\n`,
    ],
  ])('%s', (_, body, canonical) => {
    expect(canonicalize('relaxed', [body])).toBe(canonical);
    expect(canonicalize('relaxed', [...body])).toBe(canonical);
  });

  test('the hash of an empty body is the one in §3.4.4', () => {
    expect(sha256(canonicalize('relaxed', []))).toBe('47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=');
  });

  test.each([0, 1, 2, 3])('finds white space anywhere in long lines, at memory offset %i', (offset) => {
    for (let at = 0; at < 300; at++) {
      const text = `${'x'.repeat(300)}\r\n${'A'.repeat(at)}\t${'B'.repeat(300 - at)} \r\nend`;
      const memory = octetsOf(`${'#'.repeat(offset)}${text}`);
      let out = '';
      const body = new BodyCanonicalizer('relaxed', (piece) => {
        out += Buffer.from(piece).toString('latin1');
      });
      body.write(memory.subarray(offset));
      body.end();
      expect(out).toBe(canonicalBody(text, 'relaxed'));
    }
  });
});

describe('what a body is handed on as', () => {
  const line = `${'QUJD'.repeat(19)}\r\n`;

  test.each(['simple', 'relaxed'] as const)('a long %s body that needs no change is not copied', (canonicalization) => {
    const chunk = octetsOf(line.repeat(1000));
    const pieces: Uint8Array[] = [];
    const body = new BodyCanonicalizer(canonicalization, (piece) => pieces.push(piece));
    body.write(chunk);
    expect(pieces[0]!.buffer).toBe(chunk.buffer);
    expect(pieces[0]!.length).toBe(chunk.length - 2);
  });

  test('many changes become few pieces', () => {
    const chunk = octetsOf('a  b\tc \r\n'.repeat(10_000));
    let calls = 0;
    const body = new BodyCanonicalizer('relaxed', () => calls++);
    body.write(chunk);
    body.end();
    expect(calls).toBeLessThan(10);
  });

  test('a million empty lines are held back as a number', () => {
    let octets = 0;
    const body = new BodyCanonicalizer('simple', (piece) => {
      octets += piece.length;
    });
    for (let i = 0; i < 1000; i++) body.write(octetsOf('\r\n'.repeat(1000)));
    expect(octets).toBe(0);
    body.write(octetsOf('x'));
    body.end();
    expect(octets).toBe(2_000_003);
  });
});

describe('lines that end in LF', () => {
  test.each<[text: string, read: string]>([
    ['a\nb\n', 'a\r\nb\r\n'],
    ['\n\n', '\r\n\r\n'],
    ['a\r\nb\n', 'a\r\nb\r\n'],
    ['a\rb\n', 'a\rb\r\n'],
    [`${'x'.repeat(20_000)}\n`.repeat(3), `${'x'.repeat(20_000)}\r\n`.repeat(3)],
    ['\n'.repeat(20_000), '\r\n'.repeat(20_000)],
  ])('%j', (text, read) => {
    for (const chunks of [[text], text.match(/[\s\S]{1,7}/g) ?? []]) {
      let out = '';
      const reader = new LineEndingReader((piece) => {
        out += Buffer.from(piece).toString('latin1');
      });
      for (const chunk of chunks) reader.write(octetsOf(chunk));
      expect(out).toBe(read);
    }
  });
});

describe('header fields', () => {
  function field(canonicalization: Canonicalization, text: string, cut?: [start: number, end: number]): string {
    const bytes = octetsOf(text);
    const target = new Uint8Array(text.length);
    const [start, end] = cut ?? [text.length, text.length];
    const place = { start: 0, colon: text.indexOf(':'), end: text.length };
    const length = writeField(canonicalization, bytes, place, { start, end }, target, 0);
    return Buffer.from(target.subarray(0, length)).toString('latin1');
  }

  test.each<[title: string, text: string, canonical: string]>([
    ['the first field of the example in §3.4.5', 'A: X', 'a:X'],
    ['its second field', 'B : Y\t\r\n\tZ  ', 'b:Y Z'],
    ['letters of the name only', 'SUBJect: AbC', 'subject:AbC'],
    ['an empty value', 'X:', 'x:'],
    ['a value of white space', 'X: \t\r\n \t', 'x:'],
    ['a fold before the value', 'X:\r\n a', 'x:a'],
    ['a fold of a blank line', 'X: a\r\n \r\n b', 'x:a b'],
    ['white space before the colon', 'Subject \t: a', 'subject:a'],
    ['white space is SP and HTAB alone', 'X: a\u00a0\u00a0b\u0085', 'x:a\u00a0\u00a0b\u0085'],
    ['a bare CR or LF is content', 'X: a\rb\nc \r', 'x:a\rb\nc \r'],
    ['a colon in the value', 'X: a:b :c', 'x:a:b :c'],
    ['letters outside ASCII keep their case', 'X\u00c9: \u00c9', 'x\u00c9:\u00c9'],
  ])('relaxed: %s (RFC 6376 §3.4.2)', (_, text, canonical) => {
    expect(field('relaxed', text)).toBe(canonical);
  });

  test('simple leaves them alone (RFC 6376 §3.4.1)', () => {
    expect(field('simple', 'B : Y\t\r\n\tZ  ')).toBe('B : Y\t\r\n\tZ  ');
  });

  test.each<[text: string, cut: [number, number], simple: string, relaxed: string]>([
    ['D: b= xyz ; c=1', [5, 10], 'D: b=; c=1', 'd:b=; c=1'],
    ['D: b=xyz', [5, 8], 'D: b=', 'd:b='],
    ['D: b=\r\n x\r\n y', [5, 13], 'D: b=', 'd:b='],
    ['D: b=', [5, 5], 'D: b=', 'd:b='],
  ])('a cut of %j', (text, cut, simple, relaxed) => {
    expect(field('simple', text, cut)).toBe(simple);
    expect(field('relaxed', text, cut)).toBe(relaxed);
  });
});
