import { randomBytes } from 'node:crypto';
import { constants, deflateRawSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inflateGzip, inflateRaw } from '../../src/reports/inflate.ts';
import { recordXml, reportXml } from '../support/reports.ts';

const limits = { inflatedBytes: 25_000_000, inflateRatio: 200 };
const text = Buffer.from(reportXml({ records: recordXml().repeat(300) }));
const hex = (digits: string) => Buffer.from(digits.replaceAll(' ', ''), 'hex');
/** Of few kinds of octets, and of runs that repeat: so that all kinds of symbols occur. */
const content = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.tuple(fc.nat(255), fc.nat(600)).map(([octet, count]) => new Uint8Array(count).fill(octet)),
      fc.constant(new Uint8Array(text.subarray(0, 900))),
    ),
    { maxLength: 12 },
  )
  .map((parts) => Uint8Array.from(parts.flatMap((part) => [...part])));

describe('inflating (RFC 1951, RFC 1952)', () => {
  test('gives what was deflated, by any encoder and any setting', () => {
    const settings = fc.record({
      level: fc.nat(9),
      memLevel: fc.integer({ min: 1, max: 9 }),
      strategy: fc.constantFrom(
        constants.Z_DEFAULT_STRATEGY,
        constants.Z_FILTERED,
        constants.Z_HUFFMAN_ONLY,
        constants.Z_RLE,
        constants.Z_FIXED,
      ),
    });
    fc.assert(
      fc.property(content, settings, fc.uint8Array({ maxLength: 9 }), (bytes, options, behind) => {
        const free = { ...limits, inflateRatio: Number.POSITIVE_INFINITY };
        expect(inflateGzip(gzipSync(bytes, options), free)).toEqual({ bytes });
        // Deflated data ends by itself.
        expect(inflateRaw(Buffer.concat([deflateRawSync(bytes, options), behind]), free)).toEqual({ bytes });
      }),
      { numRuns: 100 },
    );
  });

  test('of data that is long, and of data that cannot be compressed', () => {
    const noise = new Uint8Array(randomBytes(200_000));
    for (const bytes of [noise, new Uint8Array(300_000), Uint8Array.from(noise, (octet) => octet & 7)]) {
      const { bytes: inflated, fault } = inflateGzip(gzipSync(bytes), { ...limits, inflateRatio: 2000 });
      expect(fault).toBeUndefined();
      expect(Buffer.compare(inflated, bytes)).toBe(0);
    }
  });

  test('passes over every field of the header (RFC 1952 §2.3)', () => {
    const plain = gzipSync(text);
    const header = Buffer.concat([
      hex('1f8b 08 1e 00000000 00ff'),
      hex('0300 414203'),
      Buffer.from('name.xml\0comment\0'),
      hex('abcd'),
    ]);
    const packed = Buffer.concat([header, plain.subarray(10)]);
    expect(Buffer.compare(inflateGzip(packed, limits).bytes, text)).toBe(0);
  });

  test('of members one behind the other, and of something else behind them', () => {
    const two = Buffer.concat([gzipSync(text), gzipSync(text)]);
    expect(inflateGzip(two, limits)).toMatchObject({ bytes: { length: 2 * text.length } });
    const { bytes, fault } = inflateGzip(Buffer.concat([gzipSync(text), Buffer.from('PK'.repeat(20))]), limits);
    expect([bytes.length, fault]).toEqual([text.length, 'trailing-data']);
  });
});

describe('faults keep what came before them', () => {
  test.each<[what: string, data: string]>([
    ['a block of type 3', '07 00'],
    ['a stored block that is cut off', '01 0500 faff 616263'],
    ['more codes than bits (RFC 1951 §3.2.2)', `05 e0 ${'ff'.repeat(300)}`],
    ['a repetition of nothing (RFC 1951 §3.2.7)', '05 c0 03 00 00 00 00 00 00 00'],
  ])('%s', (_, data) => {
    expect(inflateRaw(hex(data), limits).fault).toBe('damaged');
  });

  test('at every octet where a gzip can be cut off', () => {
    const packed = gzipSync(text.subarray(0, 3000));
    for (let end = 2; end < packed.length; end++) {
      const { bytes, fault } = inflateGzip(packed.subarray(0, end), limits);
      expect(fault).toBe('damaged');
      expect(Buffer.compare(bytes, text.subarray(0, bytes.length))).toBe(0);
    }
  });

  test('a length that is not that of the content (RFC 1952 §2.3.1)', () => {
    const packed = gzipSync(text);
    packed.writeUInt32LE(7, packed.length - 4);
    expect(inflateGzip(packed, limits)).toMatchObject({ bytes: { length: text.length }, fault: 'damaged' });
  });

  test('whatever octets are changed, nothing is thrown and the limit holds', () => {
    const packed = deflateRawSync(text);
    const damage = fc.array(fc.tuple(fc.nat(packed.length - 1), fc.nat(255)), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(damage, fc.nat(20_000), (changes, inflatedBytes) => {
        const damaged = Uint8Array.from(packed);
        for (const [at, octet] of changes) damaged[at] = octet;
        const { bytes } = inflateRaw(damaged, { ...limits, inflatedBytes });
        expect(bytes.length).toBeLessThanOrEqual(inflatedBytes);
        expect(bytes.byteLength).toBe(bytes.buffer.byteLength);
      }),
      { numRuns: 100 },
    );
  });
});

describe('limits', () => {
  const zeros = gzipSync(Buffer.alloc(5_000_000));

  test('the size, to the octet', () => {
    for (const inflatedBytes of [0, 1, text.length - 1]) {
      const { bytes, fault } = inflateGzip(gzipSync(text), { ...limits, inflatedBytes });
      expect([bytes.length, fault]).toEqual([inflatedBytes, 'too-large']);
    }
    expect(inflateGzip(gzipSync(text), { ...limits, inflatedBytes: text.length }).fault).toBeUndefined();
    const stored = inflateGzip(gzipSync(text, { level: 0 }), { ...limits, inflatedBytes: 99 });
    expect([stored.bytes.length, stored.fault]).toEqual([99, 'too-large']);
  });

  test('the ratio, above the first MiB', () => {
    const { bytes, fault } = inflateGzip(zeros, limits);
    expect(fault).toBe('bomb');
    expect(bytes.length).toBeGreaterThan(1_048_576);
    expect(bytes.length).toBeLessThan(1_048_576 + 200 * zeros.length + 2_200_000);
  });

  test('no limits at all', () => {
    const none = { inflatedBytes: Number.POSITIVE_INFINITY, inflateRatio: Number.POSITIVE_INFINITY };
    expect(inflateGzip(zeros, none).bytes).toHaveLength(5_000_000);
    expect(inflateRaw(deflateRawSync(Buffer.alloc(5_000_000)), none).bytes).toHaveLength(5_000_000);
  });

  test('blocks that hold nothing cost less time than they take to send', () => {
    // Four blocks of ten bits each: the fixed codes, and the end of the block.
    const many = Buffer.alloc(5_000_000, Buffer.from([0x02, 0x08, 0x20, 0x80, 0x00]));
    const start = performance.now();
    const { bytes, fault } = inflateRaw(many, limits);
    expect([bytes.length, fault]).toEqual([0, 'damaged']);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});
