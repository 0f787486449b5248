/**
 * Whole-domain work: what is published, whether it is right, and what to change.
 *
 * @module
 */

export type {
  SpfAddresses,
  SpfAddressResult,
  SpfAnalysis,
  SpfAnalyzedRecord,
  SpfAnalyzedTerm,
  SpfDynamicTerm,
  SpfFamily,
  SpfNetworks,
  SpfRecordStatus,
  SpfTermState,
  SpfVoidCount,
} from './spf/analysis.ts';
export { type AnalyzeSpfOptions, analyzeSpf } from './spf/analyze.ts';
export type { SpfAnalysisCode } from './spf/analyze-rules.ts';
export type { SpfChanges } from './spf/edit.ts';
export { type FlattenSpfOptions, flattenSpf, type SpfFlattening, type SpfOrigin } from './spf/flatten.ts';
export { type SpfCosts, type SpfSimulation, simulateSpf } from './spf/simulate.ts';
