/**
 * Reports: what needs XML and inflating.
 *
 * @module
 */

export { type ParseReportOptions, parseAggregateReport } from './reports/aggregate/parse.ts';
export { type AggregateRecords, parseAggregateRecords } from './reports/aggregate/records.ts';
export type {
  AggregateExtension,
  AggregateRecord,
  AggregateReport,
  AggregateReportHead,
} from './reports/aggregate/report.ts';
export type { AggregateCode } from './reports/aggregate/rules.ts';
export { type OpenedReport, type OpenReportOptions, openReport } from './reports/attachment.ts';
export {
  createReportAccumulator,
  type ReportAccumulator,
  type ReportedMessage,
  type ReportGroup,
  type ReportState,
  type ReportsOptions,
} from './reports/build/accumulator.ts';
export { type BuildAggregateReportOptions, buildAggregateReport } from './reports/build/aggregate.ts';
export type { BuiltReport, ReportMail } from './reports/build/mail.ts';
export type { ReportBuildCode } from './reports/build/rules.ts';
export {
  type BuildFailureReportOptions,
  type BuiltFailureReport,
  buildFailureReport,
  type FailureReportInput,
} from './reports/failure/build.ts';
export { parseFailureReport } from './reports/failure/parse.ts';
export type { Redaction } from './reports/failure/redact.ts';
export type { FailureReport, FailureSpfRecord, IdentityAlignment } from './reports/failure/report.ts';
export type { FailureReportCode } from './reports/failure/rules.ts';
export type { ReportCode } from './reports/rules.ts';
export { type SimulatedPolicy, type SimulateOptions, simulatePolicy } from './reports/summary/simulate.ts';
export type { PolicySimulation } from './reports/summary/simulation.ts';
export {
  mergeSummaries,
  type SummarizeOptions,
  summarizeAggregateRecords,
  summarizeAggregateReports,
} from './reports/summary/summarize.ts';
export type {
  AggregateSummary,
  SourceCause,
  SummaryCounts,
  SummaryFlow,
  SummaryName,
  SummaryReport,
  SummarySource,
} from './reports/summary/summary.ts';
export { type BuildTlsReportOptions, buildTlsReport } from './reports/tls/build.ts';
export { parseTlsReport } from './reports/tls/parse.ts';
export type { TlsFailureDetail, TlsReport, TlsReportPolicy } from './reports/tls/report.ts';
export type { TlsReportCode } from './reports/tls/rules.ts';
export { summarizeTlsReports, type TlsSessions, type TlsSummary } from './reports/tls/summarize.ts';
