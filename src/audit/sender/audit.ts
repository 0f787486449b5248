import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { DomainChange } from '../finding.ts';

/** One way in which mail of a sender could be authenticated as the customer's. */
export interface SenderPath {
  path: 'spf' | 'dkim';
  /** The domain that the path authenticates: of the MAIL FROM, or d= of the signature; with braces where a variable is missing. */
  domain: string;
  selector?: string;
  /** Whether the path passes with what DNS has now; not looked at for a domain of the sender's own. */
  authenticated: 'yes' | 'no' | 'unknown';
  /** Whether its domain is aligned with the author domain. */
  aligned: 'yes' | 'no' | 'unknown';
  /** One sentence: why. */
  reason: string;
}

/** Whether a sender can send mail of a domain so that DMARC passes, and what is missing. */
export interface SenderAudit {
  /** The author domain of the mail: the customer's, or the subdomain that the sender uses. */
  domain: string;
  sender: { id?: string; name: string };
  paths: SenderPath[];
  /** Of a message that the sender sends now. */
  dmarc: {
    result: 'pass' | 'fail' | 'none' | 'unknown';
    policyDomain?: string;
    policy?: 'none' | 'quarantine' | 'reject';
  };
  /** What becomes of the sender's mail once the policy is p=reject; one sentence. */
  atReject: { result: 'delivered' | 'rejected' | 'unknown'; reason: string };
  /** What is missing, in the order to make the changes. */
  changes: DomainChange[];
  diagnostics: Diagnostic[];
}
