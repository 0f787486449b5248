// Summarizes a folder of aggregate reports on all cores: node summarize.mjs FOLDER
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { mergeSummaries, summarizeAggregateReports } from 'mailverdict/reports';
import { Piscina } from 'piscina';

const folder = process.argv[2];
if (folder === undefined) {
  console.error('node summarize.mjs FOLDER');
  process.exit(2);
}

// Files of one task: enough that handing over a summary costs little beside reading, few enough that no core waits at the end.
const BATCH = 50;
const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name));

const pool = new Piscina({ filename: new URL('./worker.mjs', import.meta.url).href });
let summary = summarizeAggregateReports([]);
let unreadable = 0;
const tasks = [];
for (let at = 0; at < files.length; at += BATCH) tasks.push(pool.run(files.slice(at, at + BATCH)));
// In whatever order they come: merging gives the same result in any.
await Promise.all(
  tasks.map(async (task) => {
    const part = await task;
    summary = mergeSummaries(summary, part.summary);
    unreadable += part.unreadable;
  }),
);
await pool.close();

const { messages, passed } = summary.totals;
console.log(
  `${summary.reports.length} reports, ${unreadable} files without one; ${passed} of ${messages} messages passed`,
);
for (const { source, messages, passed, causes } of summary.sources.slice(0, 20)) {
  console.log(
    `${String(messages).padStart(9)}  ${String(passed).padStart(9)}  ${source}  ${causes[0]?.cure ?? ''}`.trimEnd(),
  );
}
