import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { DomainChange } from '../finding.ts';
import type { Filled } from './resolve.ts';

/** One way to authenticate the sender's mail, before alignment is looked at. */
export interface CheckedPath {
  path: 'spf' | 'dkim';
  domain: Filled;
  /** Whether the domain is one of the sender's. */
  own: boolean;
  selector?: string;
  authenticated: 'yes' | 'no' | 'unknown';
  /** A clause that tells why. */
  why: string;
  changes: DomainChange[];
  diagnostics: Diagnostic[];
}

export function unanswered(name: string): string {
  return `DNS did not answer for ${name}`;
}
