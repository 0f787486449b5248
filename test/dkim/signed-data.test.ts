import { describe, expect, test } from 'vitest';
import { indexFields, selectFields, signedData } from '../../src/dkim/signed-data.ts';
import type { HeaderBlock } from '../../src/message/message.ts';
import { octetsOf } from '../support/keys.ts';

function headerOf(...fields: string[]): HeaderBlock {
  let at = 0;
  return {
    bytes: octetsOf(fields.join('')),
    fields: fields.map((text) => {
      const start = at;
      at += text.length;
      const colon = start + text.indexOf(':');
      return { name: text.slice(0, text.indexOf(':')).trim().toLowerCase(), start, colon, end: at };
    }),
    malformed: [],
  };
}

describe('which fields h= stands for (RFC 6376 §5.4.2)', () => {
  const header = headerOf(
    'DKIM-Signature: own\r\n',
    'Received: <A>\r\n',
    'received: <B>\r\n',
    'From: a\r\n',
    'DKIM-Signature: other\r\n',
    'RECEIVED: <C>\r\n',
  );
  const index = indexFields(header);

  test.each<[names: string[], fields: number[]]>([
    [[], []],
    [['From'], [3]],
    [['from', 'FROM'], [3]],
    [['Received'], [5]],
    [
      ['received', 'Received'],
      [5, 2],
    ],
    [
      ['received', 'from', 'received', 'received', 'received'],
      [5, 3, 2, 1],
    ],
    [['subject', 'from', 'to'], [3]],
    [['dkim-signature'], [4]],
    [['DKIM-Signature', 'dkim-signature', 'dkim-signature'], [4]],
    [['__proto__', 'constructor', 'toString', 'from'], [3]],
  ])('%j', (names, fields) => {
    expect(selectFields(index, names, 0)).toEqual(fields);
  });

  test('the signature itself is passed over wherever it stands', () => {
    expect(selectFields(index, ['dkim-signature', 'dkim-signature'], 4)).toEqual([0]);
    const three = indexFields(headerOf('DKIM-Signature: 0\r\n', 'DKIM-Signature: 1\r\n', 'DKIM-Signature: 2\r\n'));
    expect(selectFields(three, ['dkim-signature', 'dkim-signature', 'dkim-signature'], 1)).toEqual([2, 0]);
  });
});

describe('the octets that are signed (RFC 6376 §3.7)', () => {
  const header = headerOf('DKIM-Signature: b= x ; c=1\r\n', 'A: X\r\n', 'B : Y\t\r\n\tZ  \r\n', 'C: cut off');
  const value = { start: header.fields[0]!.colon + 4, end: header.fields[0]!.colon + 7 };
  const data = (canonicalization: 'simple' | 'relaxed', selected: number[]) =>
    Buffer.from(signedData(header, selected, header.fields[0]!, value, canonicalization)).toString('latin1');

  test('are the fields in the order of h=, each with CRLF, then the signature without b= and CRLF', () => {
    expect(data('relaxed', [2, 1])).toBe('b:Y Z\r\na:X\r\ndkim-signature:b=; c=1');
    expect(data('simple', [2, 1])).toBe('B : Y\t\r\n\tZ  \r\nA: X\r\nDKIM-Signature: b=; c=1');
  });

  test('a field without CRLF at the end of the message gets one', () => {
    expect(data('simple', [3])).toBe('C: cut off\r\nDKIM-Signature: b=; c=1');
    expect(data('relaxed', [3])).toBe('c:cut off\r\ndkim-signature:b=; c=1');
  });

  test('without any field it is the signature alone', () => {
    expect(data('relaxed', [])).toBe('dkim-signature:b=; c=1');
  });
});

// Of this process alone: other tests run at the same time.
function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

test('a hundred thousand fields and ten thousand names take time in proportion', () => {
  const elapsed = (size: number) => {
    const header = headerOf(...Array.from({ length: size }, (_, i) => `X-${i % 7}: ${i}\r\n`));
    const names = Array.from({ length: size / 10 }, (_, i) => `x-${i % 7}`);
    let best = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 3; round++) {
      const begin = cpuTime();
      expect(selectFields(indexFields(header), names, -1)).toHaveLength(names.length);
      best = Math.min(best, cpuTime() - begin);
    }
    return best;
  };
  // Quadratic, the larger one would take a hundred times as long.
  expect(elapsed(100_000)).toBeLessThan(40 * Math.max(elapsed(10_000), 1));
});
