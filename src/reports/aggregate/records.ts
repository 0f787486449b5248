import { requireLimits } from '../../arguments.ts';
import { type Parsed, parsed } from '../../diagnostics/diagnostic.ts';
import { show } from '../../environment.ts';
import { type ChunkReader, openChunks } from '../../message/source.ts';
import { encodingOf } from '../xml-text.ts';
import { createFindings, type Findings } from './findings.ts';
import { endReport, type ParseReportOptions, startReport } from './parse.ts';
import type { ReportReader } from './reader.ts';
import type { AggregateRecord, AggregateReportHead } from './report.ts';
import type { AggregateCode } from './rules.ts';

// What survives a collection makes V8 give young objects more room, up to 32 MB: so few records wait at a time.
const PIECE = 8192;

/** The records of a report that is read as it arrives; may be iterated once. */
export interface AggregateRecords extends AsyncIterable<AggregateRecord> {
  /** The rest of the report and all findings, once the iteration has ended; the namespace and what came first before that. */
  report(): Parsed<AggregateReportHead, AggregateCode>;
}

/**
 * Reads the records of an aggregate report one by one, for reports larger than memory (RFC 9990 §3.1.1.7).
 * `source` yields the XML as bytes, in pieces of any size; a gzip goes through `new DecompressionStream('gzip')` first.
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
  const end = () => parsed(endReport(findings, reader, records), findings.list());
  return {
    [Symbol.asyncIterator]: () => readRecords(chunks, reader, ready, findings),
    report() {
      // Asking may not add findings twice.
      result ??= end();
      return result;
    },
  };
}

async function* readRecords(
  chunks: ChunkReader,
  reader: ReportReader,
  ready: AggregateRecord[],
  findings: Findings,
): AsyncGenerator<AggregateRecord, void, undefined> {
  let decoder: TextDecoder | undefined;
  try {
    for (let chunk = await chunks.read(); chunk !== undefined && !reader.stopped; chunk = await chunks.read()) {
      decoder ??= decoderOf(chunk, findings);
      for (let i = 0; i < chunk.length && !reader.stopped; i += PIECE) {
        reader.write(decoder.decode(chunk.subarray(i, i + PIECE), { stream: true }));
        for (const record of ready) yield record;
        ready.length = 0;
      }
    }
    if (decoder !== undefined) reader.write(decoder.decode());
    reader.close();
    yield* ready.splice(0);
  } finally {
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
