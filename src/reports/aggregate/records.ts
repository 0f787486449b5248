import { requireLimits } from '../../arguments.ts';
import { type Parsed, parsed } from '../../diagnostics/diagnostic.ts';
import { show } from '../../environment.ts';
import { type ChunkReader, openChunks } from '../../message/source.ts';
import { readStart } from '../read-start.ts';
import { DECLARATION_BYTES, encodingOf } from '../xml-text.ts';
import { createFindings, type Findings } from './findings.ts';
import { endReport, type ParseReportOptions, startReport } from './parse.ts';
import type { ReportReader } from './reader.ts';
import type { AggregateRecord, AggregateReportHead } from './report.ts';
import type { AggregateCode } from './rules.ts';

// What survives a collection makes V8 give young objects more room, up to 32 MB: so few records wait at a time.
const PIECE = 8192;

/** The records of a report that is read as it arrives; may be iterated once. */
export interface AggregateRecords extends AsyncIterable<AggregateRecord> {
  /** The rest of the report and all findings, once the iteration has ended; before that, as much as has come. */
  report(): Parsed<AggregateReportHead, AggregateCode>;
}

/**
 * Reads the records of an aggregate report one by one, for reports larger than memory (RFC 9990 §3.1.1.7).
 * `source` yields the XML as bytes, in pieces of any size; a gzip goes through `new DecompressionStream('gzip')` first.
 * What is not in the encoding that the XML names becomes U+FFFD, with a finding.
 * No number of records is too many unless `limits.reportRecords` is given. The iteration rejects with what the source
 * rejects with; nothing in the XML makes it throw. A `TypeError` for a source that is no stream.
 *
 * @example
 * import { parseAggregateRecords } from 'mailverdict/reports';
 * const stream = new Blob(['<feedback><record><row><source_ip>192.0.2.1</source_ip><count>3</count></row></record></feedback>']).stream();
 * let messages = 0;
 * for await (const { count } of parseAggregateRecords(stream)) messages += count;
 * messages; // => 3
 */
export function parseAggregateRecords(
  source: ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>,
  options: ParseReportOptions = {},
): AggregateRecords {
  const limits = {
    ...requireLimits('parse aggregate records', options),
    reportRecords: options.limits?.reportRecords ?? Number.POSITIVE_INFINITY,
  };
  const chunks = openChunks(source, undefined);
  if (chunks === undefined) {
    throw new TypeError(
      `Cannot parse aggregate records: "source" must be a stream of Uint8Array, received ${show(source)}`,
    );
  }
  const findings = createFindings();
  const ready: AggregateRecord[] = [];
  let records = 0;
  const reader = startReport(findings, limits, (record) => {
    records++;
    ready.push(record);
  });
  let result: Parsed<AggregateReportHead, AggregateCode> | undefined;
  const describe = (noted: Findings) => parsed(endReport(noted, reader, records), findings.list());
  return {
    [Symbol.asyncIterator]: () =>
      readRecords(chunks, reader, ready, findings, () => {
        result ??= describe(findings);
      }),
    // What is not there yet is no finding.
    report: () => result ?? describe(createFindings()),
  };
}

async function* readRecords(
  chunks: ChunkReader,
  reader: ReportReader,
  ready: AggregateRecord[],
  findings: Findings,
  onEnd: () => void,
): AsyncGenerator<AggregateRecord, void, undefined> {
  try {
    // A stream may begin with a few octets, or none.
    let chunk: Uint8Array | undefined = await readStart(chunks, DECLARATION_BYTES);
    const decoder = decoderOf(chunk, findings);
    const write = (text: string) => {
      if (text.includes('\ufffd')) findings.add('aggregate.encoding', { encoding: decoder.encoding, used: 'U+FFFD' });
      reader.write(text);
    };
    for (; chunk !== undefined && !reader.stopped; chunk = await chunks.read()) {
      for (let i = 0; i < chunk.length && !reader.stopped; i += PIECE) {
        write(decoder.decode(chunk.subarray(i, i + PIECE), { stream: true }));
        for (const record of ready) yield record;
        ready.length = 0;
      }
    }
    write(decoder.decode());
    reader.close();
    yield* ready.splice(0);
  } finally {
    onEnd();
    await chunks.close();
  }
}

function decoderOf(start: Uint8Array, findings: Findings): TextDecoder {
  const { encoding, byteOrderMark } = encodingOf(start);
  if (byteOrderMark > 0) findings.add('aggregate.byte-order-mark', {});
  try {
    return new TextDecoder(encoding);
  } catch {
    findings.add('aggregate.encoding', { encoding, used: 'utf-8' });
    return new TextDecoder();
  }
}
