import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { formatIpAddress, parseIpAddress } from '../names/ip-address.ts';
import type { SpfDirective, SpfModifier, SpfTerm } from './record.ts';
import { fixTerm, impossibleName, isUnknownModifier } from './repair.ts';
import { diagnose, type SpfRecordCode } from './rules.ts';
import { ip4Value } from './term.ts';

// RFC 7208 §4.6.4: "to at most 10 during SPF evaluation".
const LOOKUP_LIMIT = 10;

// Shorter prefixes than these hold more than a million IPv4 addresses, or more than any registry gives out for IPv6.
const SHORTEST_IP4 = 12;
const SHORTEST_IP6 = 19;

/** What the terms seen so far say about those that follow. */
interface Practice {
  text: string;
  found: Diagnostic<SpfRecordCode>[];
  hasAll: boolean;
  redirect?: SpfModifier;
  lookups: number;
  overLimit?: SpfTerm;
  seen: Set<string>;
}
