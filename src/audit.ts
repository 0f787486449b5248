/**
 * Whole-domain work: what is published, whether it is right, and what to change.
 *
 * @module
 */

// Nothing of it is run or kept for this: the build sees that an audit stands on the core, and makes one file of all that they share.
import './core.ts';

export type {
  AuditProvider,
  AuditRecord,
  AuditScore,
  DkimAudit,
  DkimSelectorAudit,
  DmarcAudit,
  DmarcReceiverView,
  DomainAudit,
  MxAudit,
} from './audit/audit.ts';
export { auditDomain } from './audit/audit-domain.ts';
export {
  auditBulkSender,
  type BulkSenderAudit,
  type BulkSenderOptions,
} from './audit/compliance/message.ts';
export type { BulkProvider, ComplianceRow } from './audit/compliance/row.ts';
export type { BulkSenderCode } from './audit/compliance/rules.ts';
export type { AuditArea, AuditEvidence, AuditFinding, DomainChange } from './audit/finding.ts';
export type { AuditProgress } from './audit/inquiry.ts';
export type { AuditDomainOptions } from './audit/options.ts';
export { planKeyRotation } from './audit/plan/key-rotation.ts';
export { planRollout, type RolloutFacts, type RolloutOptions } from './audit/plan/rollout.ts';
export type { RolloutPlan, RolloutStage, RolloutStageName } from './audit/plan/rollout-plan.ts';
export type { RolloutCode } from './audit/plan/rollout-rules.ts';
export type { KeyRotation, KeyRotationPlan, KeyRotationStep, NextKey } from './audit/plan/rotation.ts';
export type { KeyRotationKey } from './audit/plan/rotation-key.ts';
export type { KeyRotationCode } from './audit/plan/rotation-rules.ts';
export type { AuditCode } from './audit/rules.ts';
export type { SenderAudit, SenderPath } from './audit/sender/audit.ts';
export { type AuditSenderInput, type AuditSenderOptions, auditSender } from './audit/sender/audit-sender.ts';
export { senderDirectory } from './audit/sender/directory.ts';
export type { SenderCode } from './audit/sender/rules.ts';
export type { Sender, SenderEntry, SenderEnvelope, SenderKey, SenderSpf } from './audit/sender/sender.ts';
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
