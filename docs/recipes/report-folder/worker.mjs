// One core's part: reads some files, mails or attachments alike, and gives one summary of the reports in them.
import { readFile } from 'node:fs/promises';
import { openReport, parseAggregateReport, summarizeAggregateReports } from 'mailverdict/reports';

export default async function summarizeFiles(files) {
  const reports = [];
  for (const file of files) {
    const { value } = await openReport(await readFile(file));
    const report = value?.kind === 'aggregate' ? parseAggregateReport(value.bytes).value : undefined;
    if (report !== undefined) reports.push(report);
  }
  return { summary: summarizeAggregateReports(reports), unreadable: files.length - reports.length };
}
