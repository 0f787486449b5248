import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { DmarcPolicy } from '../../dmarc/record.ts';
import type { PolicySimulation } from '../../reports/summary/simulation.ts';
import type { DomainChange } from '../finding.ts';

/** A rung of the ladder from no policy to p=reject. */
export type RolloutStageName =
  | 'monitor'
  | 'nonexistent-subdomains'
  | 'subdomains'
  | 'quarantine-testing'
  | 'quarantine'
  | 'reject-testing'
  | 'reject';

/** One stage of the way to p=reject. */
export interface RolloutStage {
  stage: RolloutStageName;
  /** What the record says then; tags that the stage is not about are left as they are. */
  tags: { p?: DmarcPolicy; sp?: DmarcPolicy; np?: DmarcPolicy; t?: 'y' | 'n' };
  /** `skipped`: not needed, for a parked domain or because the record does not count for subdomains. */
  state: 'done' | 'next' | 'later' | 'skipped';
}

/** How to get from what a domain publishes for DMARC to p=reject, one safe step at a time. */
export interface RolloutPlan {
  domain: string;
  /** The last stage that is done; absent where none is, or where DNS did not tell. */
  stage?: RolloutStageName;
  ladder: RolloutStage[];
  /**
   * `ready`: the step can be taken now. `blocked`: the findings say what is missing. `complete`: there is none left.
   * `unknown`: DNS did not answer.
   */
  status: 'ready' | 'blocked' | 'complete' | 'unknown';
  /** The step: present with `ready` and `blocked`, except where it is not known what to change. */
  next?: {
    stage: RolloutStageName;
    /** What to publish: now where the status is `ready`, otherwise once nothing blocks any more. */
    change: DomainChange;
    /** What the reports say that the step would do; where there are any. */
    simulation?: PolicySimulation;
  };
  /** What the reports about this domain cover. */
  evidence: { reports: number; days: number; messages: number };
  /** What is missing or blocks, and what else to know about the step. */
  diagnostics: Diagnostic[];
}
