import type { ArcResult } from '../arc/result.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { DkimResult } from '../dkim/result.ts';
import type { DmarcReason, DmarcResult } from '../dmarc/result.ts';
import type { SpfResult } from '../spf/result.ts';

/** Everything that SPF, DKIM and DMARC say about one message. */
export interface MessageVerdict {
  /** Who the message says wrote it (RFC 5322 From), or why that cannot be told. */
  author: { domain?: string; address?: string; reason?: DmarcReason };
  /** SPF on both identities; DMARC uses MAIL FROM only. */
  spf: { mailFrom?: SpfResult; helo?: SpfResult };
  /** One result for each DKIM-Signature field, top first. */
  dkim: DkimResult[];
  dmarc: DmarcResult;
  /** The chain of ARC sets; when asked for. DMARC does not look at it: whether to believe its sealers is yours to decide. */
  arc?: ArcResult;
  /** The value of an Authentication-Results field (RFC 8601), folded; when `authservId` is given. */
  authenticationResults?: string;
  /** The value of a Received-SPF field (RFC 7208 §9.1). */
  receivedSpf: string;
  /** Findings about the message itself. */
  diagnostics: Diagnostic[];
}
