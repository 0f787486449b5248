// One way to read an aggregate report, in a process of its own: MB per second of reports of 10 MB, or the peak memory of one.
import { readFileSync } from 'node:fs';
import { aggregateReport } from './corpus/aggregate.mjs';
import { built } from './libraries/built.mjs';

const [reader, measure, megabytes, ms, clock] = process.argv.slice(2);
const octets = Number(megabytes) * 1e6;

/** Each takes the report in pieces and gives the number of its records. */
const readers = {
  // Only what all have to do.
  async decode() {
    const decoder = new TextDecoder();
    return (pieces) => {
      let length = 0;
      for (const piece of pieces) length += decoder.decode(piece, { stream: true }).length;
      return length;
    };
  },
  // The floor: a SAX parser with handlers that count elements.
  async saxes() {
    const { SaxesParser } = await import('saxes');
    return (pieces) => {
      const decoder = new TextDecoder();
      const parser = new SaxesParser({ position: false });
      let records = 0;
      parser.on('text', () => {});
      parser.on('opentag', () => {});
      parser.on('closetag', ({ name }) => {
        if (name === 'record') records++;
      });
      for (const piece of pieces) parser.write(decoder.decode(piece, { stream: true }));
      parser.close();
      return records;
    };
  },
  async 'fast-xml-parser'() {
    const { XMLParser } = await import('fast-xml-parser');
    const parser = new XMLParser();
    return (pieces) => parser.parse(Buffer.concat([...pieces]).toString()).feedback.record.length;
  },
  async parse() {
    const { parseAggregateReport } = await import(built('reports.js'));
    return (pieces) => parseAggregateReport(Buffer.concat([...pieces])).value.records.length;
  },
  async stream() {
    const { parseAggregateRecords } = await import(built('reports.js'));
    return async (pieces) => {
      const source = (async function* () {
        yield* pieces;
      })();
      let records = 0;
      for await (const _ of parseAggregateRecords(source)) records++;
      return records;
    };
  },
};

const read = await readers[reader]();
if (measure === 'memory') {
  if (!((await read(aggregateReport(octets))) > 0)) throw new Error(`${reader} found no record`);
  // The kernel's peak for this program alone.
  console.log(Number(/VmHWM:\s*(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1024);
} else {
  const pieces = [...aggregateReport(octets)];
  const cpuMs = () => (process.cpuUsage().user + process.cpuUsage().system) / 1000;
  const now = clock === 'cpu' ? cpuMs : () => performance.now();
  const run = async (least) => {
    let count = 0;
    const start = now();
    for (; now() - start < least || count < 2; count++) {
      if (!((await read(pieces)) > 0)) throw new Error(`${reader} found no record`);
    }
    return (count * Number(megabytes) * 1000) / (now() - start);
  };
  await run(3 * Number(ms));
  globalThis.gc?.();
  console.log(await run(2 * Number(ms)));
}
