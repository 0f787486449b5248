import { unreachable } from '../environment.ts';
import { lookAhead, selectOnce } from './look-ahead.ts';
import type { MacroScope } from './macro.ts';
import { findTarget, type Judgement, judgeLookup, matchesDirectly, needsLookup, type SpfCall } from './mechanisms.ts';
import type { SpfDirective, SpfModifier, SpfQualifier, SpfRecord, SpfTerm } from './record.ts';
import type { SpfFault, SpfReason, SpfResult, SpfResultWord, SpfStep, SpfTrace } from './result.ts';
import { diagnoseVerdict } from './verdict-rules.ts';

/** What a call of check_host() gives, with what only the outermost call is asked for. */
export interface Check {
  trace: SpfTrace;
  matched?: NonNullable<SpfResult['matched']>;
  /** Where an explanation of a fail is to be looked for (RFC 7208 §6.2). */
  explain?: { modifier: SpfModifier; trace: SpfTrace };
}

/** The domains above one in the tree of includes and redirects. */
interface Path {
  domain: string;
  above?: Path;
}

/** One record in evaluation. */
interface Evaluation {
  call: SpfCall;
  record: SpfRecord;
  text: string;
  path: Path;
  trace: SpfTrace;
  scope: MacroScope;
}

/** check_host() of RFC 7208 §4 for a domain that is normalized; ip and sender are those of the call. */
export async function checkHost(call: SpfCall, domain: string, above?: Path): Promise<Check> {
  const trace: SpfTrace = { domain, result: 'none', queries: [], steps: [] };
  // RFC 7208 §4.3: no multi-label domain name, no lookup.
  if (!domain.includes('.')) return end(trace, 'none', 'invalid-domain');
  const answer = await call.budget.ask(domain, 'TXT', trace.queries, { subject: domain });
  if (typeof answer === 'string') return end(trace, resultOfFault(answer), answer);
  const first = !call.selected.has(domain) || !call.lookedAhead.has(domain);
  const selected = selectOnce(call, domain, answer);
  if (first || !seen(above, domain)) call.budget.diagnostics.push(...selected.diagnostics);
  const { record, text, fault } = selected;
  if (text !== undefined) trace.record = text;
  if (fault === 'no-record') return end(trace, 'none', fault);
  if (record === undefined || text === undefined) return end(trace, 'permerror', fault ?? 'syntax');
  const path: Path = { domain, ...(above !== undefined && { above }) };
  return evaluateRecord({ call, record, text, path, trace, scope: { subject: call.subject, domain } });
}
