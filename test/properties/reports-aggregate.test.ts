import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAggregateReport } from '../../src/reports/aggregate/parse.ts';
import { parseAggregateRecords } from '../../src/reports/aggregate/records.ts';
import { openReport } from '../../src/reports/attachment.ts';
import { recordXml, reportXml, zip } from '../support/reports.ts';

const valid = reportXml({ records: recordXml().repeat(3) });
const token = fc.constantFrom(
  '<feedback>',
  '</feedback>',
  '<record>',
  '</record>',
  '<row>',
  '</row>',
  '<count>',
  '</count>',
  '1',
  '<source_ip>192.0.2.1</source_ip>',
  '&amp;',
  '&',
  '<![CDATA[',
  ']]>',
  '<!--',
  '-->',
  '<?x ?>',
  '<!DOCTYPE a>',
  '<__proto__>',
  ' ',
  '\u0000',
  '<auth_results>',
  '<dkim>',
  '<x:y/>',
  '"',
  '>',
);
const hostile = fc.oneof(
  fc.string(),
  fc.array(token, { maxLength: 60 }).map((tokens) => tokens.join('')),
  fc.array(token, { maxLength: 30 }).map((tokens) => reportXml({ records: tokens.join('') })),
  fc
    .tuple(fc.nat(valid.length), fc.nat(40), token)
    .map(([at, cut, text]) => valid.slice(0, at) + text + valid.slice(at + cut)),
);

describe('parseAggregateReport', () => {
  test('never throws, and gives plain data with spans inside the text', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const result = parseAggregateReport(text);
        expect(JSON.parse(JSON.stringify(result))).toEqual(result);
        expect(result.ok).toBe(
          result.value !== undefined && result.diagnostics.every(({ severity }) => severity !== 'error'),
        );
        const spans = [
          ...result.diagnostics.map(({ span }) => span),
          ...(result.value?.records.map(({ span }) => span) ?? []),
        ];
        for (const span of spans) {
          if (span === undefined) continue;
          expect(span.start).toBeGreaterThanOrEqual(0);
          expect(span.end).toBeGreaterThanOrEqual(span.start);
          expect(span.end).toBeLessThanOrEqual(text.length);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('reads the same in pieces of any size', async () => {
    await fc.assert(
      fc.asyncProperty(hostile, fc.integer({ min: 1, max: 200 }), async (text, size) => {
        const bytes = new TextEncoder().encode(text);
        async function* pieces() {
          for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
        }
        // The first piece names the encoding.
        fc.pre(size >= Math.min(bytes.length, 60));
        const reading = parseAggregateRecords(pieces());
        const records = [];
        for await (const record of reading) records.push(record);
        expect(records).toEqual(parseAggregateReport(bytes).value?.records ?? records);
      }),
      { numRuns: 200 },
    );
  });
});

describe('openReport', () => {
  test('never rejects for what the bytes are, and keeps to its limits', async () => {
    const packed = [
      gzipSync(Buffer.from(valid)),
      zip([{ name: 'a.xml', data: Buffer.from(valid) }]),
      Buffer.from(valid),
    ];
    const damaged = fc
      .tuple(fc.constantFrom(...packed), fc.nat(400), fc.uint8Array({ maxLength: 12 }))
      .map(([bytes, at, change]) =>
        Uint8Array.from([...bytes.subarray(0, at), ...change, ...bytes.subarray(at + change.length)]),
      );
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 200 }), damaged), async (bytes) => {
        const result = await openReport(bytes, { limits: { inflatedBytes: 5000 } });
        expect(result.value?.bytes.length ?? 0).toBeLessThanOrEqual(5000);
        expect(result.ok || result.diagnostics.length > 0).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
