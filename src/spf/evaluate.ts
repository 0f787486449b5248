import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { DnsSession } from '../dns/session.ts';
import { type Environment, requireEnvironment } from '../environment.ts';
import { type Limits, resolveLimits } from '../limits.ts';
import { SpfBudget } from './budget.ts';
import { type Check, checkHost } from './check-host.ts';
import { findExplanation } from './explanation.ts';
import { readSubject, type SpfInput, type SpfSubject } from './identity.ts';
import type { SpfCall } from './mechanisms.ts';
import type { SpfResult } from './result.ts';

export type { SpfInput } from './identity.ts';

/** How `evaluateSpf` works. */
export interface SpfOptions {
  limits?: Partial<Limits>;
}

/**
 * Evaluates SPF for one identity of an SMTP client: check_host() of RFC 7208 §4, with the rules of RFC 8616 for names
 * and addresses that are not ASCII.
 *
 * The verdict is that of strictly sequential evaluation, and so are trace and counts; questions whose names are known
 * are asked ahead of it, at most `limits.lookAhead`.
 *
 * @param question - `ip` of the client and what it said in `helo` and `mailFrom`; `mailFrom` is checked where it is given
 *   (`''`: the null reverse path, which stands for postmaster at the HELO name), else `helo`
 * @param env - who answers DNS questions; `now` for the `%{t}` macro
 * @returns the verdict, the term that decided, and the whole evaluation
 * @throws TypeError when `ip` is no address, neither identity is given or there is no resolver; the signal's reason when it aborts
 * @example
 * const resolver = memoryResolver({ 'example.com': { TXT: ['v=spf1 ip4:192.0.2.0/24 -all'] } });
 * const { result, matched } = await evaluateSpf({ ip: '192.0.2.1', mailFrom: 'user@example.com' }, { resolver });
 * // 'pass', { term: 'ip4:192.0.2.0/24', domain: 'example.com', span: { start: 7, end: 23 } }
 */
export async function evaluateSpf(
  question: SpfInput,
  env: Environment,
  { limits }: SpfOptions = {},
): Promise<SpfResult> {
  requireEnvironment('evaluate SPF', env);
  const resolved = resolveLimits(limits);
  const diagnostics: Diagnostic[] = [];
  const subject = readSubject(question, env, diagnostics);
  const budget = new SpfBudget(DnsSession.open(env, resolved), resolved, diagnostics);
  if (subject.domain === undefined) {
    return assemble(subject, budget, {
      trace: { domain: subject.shown, result: 'none', reason: 'invalid-domain', queries: [], steps: [] },
    });
  }
  const call: SpfCall = { subject, budget, selected: new Map(), lookedAhead: new Set(), pointerPaid: false };
  const check = await checkHost(call, subject.domain);
  budget.close();
  const explanation = check.explain && (await findExplanation(call, check.explain));
  return assemble(subject, budget, check, explanation);
}

function assemble(
  { identity, shown }: SpfSubject,
  { terms, voids, queries, diagnostics }: SpfBudget,
  { trace, matched }: Check,
  explanation?: string,
): SpfResult {
  return {
    result: trace.result,
    ...(trace.reason !== undefined && { reason: trace.reason }),
    identity,
    domain: shown,
    ...(matched !== undefined && { matched }),
    ...(explanation !== undefined && { explanation }),
    lookups: { terms, void: voids, queries },
    trace,
    diagnostics,
  };
}
