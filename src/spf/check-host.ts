import { lookAhead, selectOnce } from './look-ahead.ts';
import { type MacroScope, usesMacro } from './macro.ts';
import {
  findPointer,
  findTarget,
  type Judgement,
  judgeLookup,
  matchesDirectly,
  needsLookup,
  type SpfCall,
} from './mechanisms.ts';
import type { SpfDirective, SpfMacroString, SpfModifier, SpfQualifier, SpfRecord, SpfTerm } from './record.ts';
import type { SpfFault, SpfReason, SpfResult, SpfResultWord, SpfStep, SpfTrace } from './result.ts';
import { diagnose } from './verdict-rules.ts';

/** What a call of check_host() gives, with what only the outermost call is asked for. */
export interface Check {
  trace: SpfTrace;
  /** The reason of a temperror or permerror. */
  fault?: SpfFault;
  matched?: NonNullable<SpfResult['matched']>;
  /** The `exp=` of the record whose mechanism gave a fail (RFC 7208 §6.2), and the evaluation of that record. */
  explain?: { modifier: SpfModifier; trace: SpfTrace };
}

/** A domain and those above it in the tree of includes and redirects. */
interface Path {
  domain: string;
  above: Path | undefined;
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

/** check_host() of RFC 7208 §4 for a normalized domain; ip and sender are those of the call. */
export async function checkHost(call: SpfCall, domain: string, above?: Path): Promise<Check> {
  const trace: SpfTrace = { domain, result: 'none', queries: [], steps: [] };
  // RFC 7208 §4.3: what is no multi-label domain name is not looked up.
  if (!domain.includes('.')) return end(trace, 'none', 'invalid-domain');
  const answer = await call.budget.ask(domain, 'TXT', trace.queries, { subject: domain });
  if (typeof answer === 'string') return endInFault(trace, answer);
  const { record, text, fault, diagnostics } = selectOnce(call, domain, answer);
  // Handed over the first time only: a record may be evaluated again under the same name.
  for (const diagnostic of diagnostics.splice(0)) call.budget.diagnostics.push(diagnostic);
  if (text !== undefined) trace.record = text;
  if (fault === 'no-record') return end(trace, 'none', fault);
  if (fault !== undefined) return endInFault(trace, fault);
  const path = { domain, above };
  return evaluateRecord({ call, record: record!, text: text!, path, trace, scope: { subject: call.subject, domain } });
}

function end(trace: SpfTrace, result: SpfResultWord, reason: SpfReason): Check {
  trace.result = result;
  trace.reason = reason;
  return { trace };
}

function endInFault(trace: SpfTrace, fault: SpfFault): Check {
  const { trace: ended } = end(trace, errorOf(fault), fault);
  return { trace: ended, fault };
}

function errorOf(fault: SpfFault): 'temperror' | 'permerror' {
  return fault === 'dns-failure' || fault === 'deadline' ? 'temperror' : 'permerror';
}

/** RFC 7208 §4.6.2: mechanisms from left to right, the first that matches or fails ends it. */
async function evaluateRecord(evaluation: Evaluation): Promise<Check> {
  const { call, record, trace, scope } = evaluation;
  for (let i = 0; i < record.terms.length; i++) {
    const term = record.terms[i]!;
    if (term.kind === 'modifier') continue;
    const step = takeStep(evaluation, term);
    let judgement: Judgement = 'no-match';
    if (needsLookup(term.mechanism)) {
      const judging = judgeTerm(evaluation, term, step);
      lookAhead(call, record, scope.domain, i + 1, call.budget.terms);
      judgement = await judging;
    } else if (matchesDirectly(call.subject, term)) {
      judgement = 'match';
    }
    if (judgement === 'match') return endInMatch(evaluation, term, step);
    if (judgement !== 'no-match') return endStepInFault(trace, step, judgement);
  }
  return followRedirect(evaluation);
}

function takeStep({ text, trace }: Evaluation, { span }: SpfTerm): SpfStep {
  const term = text.slice(span.start, span.end);
  const step: SpfStep = { term, span, outcome: 'no-match', cost: 0, void: false, queries: [] };
  trace.steps.push(step);
  return step;
}

function endStepInFault(trace: SpfTrace, step: SpfStep, fault: SpfFault): Check {
  step.outcome = errorOf(fault);
  return endInFault(trace, fault);
}

function endInMatch({ record, trace, scope }: Evaluation, { qualifier }: SpfDirective, step: SpfStep): Check {
  const { term, span } = step;
  step.outcome = 'match';
  trace.result = resultOf(qualifier);
  if (trace.result !== 'pass') trace.reason = 'matched';
  const matched = { term, domain: scope.domain, span };
  const modifier = trace.result === 'fail' ? findModifier(record, 'exp') : undefined;
  return modifier === undefined ? { trace, matched } : { trace, matched, explain: { modifier, trace } };
}

function resultOf(qualifier: SpfQualifier): 'pass' | 'fail' | 'softfail' | 'neutral' {
  switch (qualifier) {
    case '+':
      return 'pass';
    case '-':
      return 'fail';
    case '~':
      return 'softfail';
    case '?':
      return 'neutral';
  }
}

function findModifier(record: SpfRecord, name: string): SpfModifier | undefined {
  for (const term of record.terms) if (term.kind === 'modifier' && term.name === name) return term;
  return undefined;
}

async function judgeTerm(evaluation: Evaluation, term: SpfDirective, step: SpfStep): Promise<Judgement> {
  const { call, trace } = evaluation;
  if (!call.budget.spendTerm(step)) return exceedTerms(evaluation, step);
  const scope = usesPointer(term.macro) ? await withPointer(evaluation, step) : evaluation.scope;
  if (typeof scope === 'string') return scope;
  const found = findTarget(call, scope, term.macro, step);
  const including = term.mechanism === 'include';
  if ('target' in found) {
    if (including) return judgeInclude(evaluation, found.target, step);
    return judgeLookup(call, term, found.target, step, { subject: trace.domain, span: step.span });
  }
  // RFC 7208 §4.8 leaves names that are none open: no match, but an include of one is an include of nothing (§5.2).
  return including && found.unusable === 'name' ? 'include-none' : 'no-match';
}

/** RFC 7208 §4.6.4: one term more than the limit. A circle has no rule of its own: macros may differ in each round. */
function exceedTerms({ call, path, trace }: Evaluation, step: SpfStep): 'lookup-limit' {
  const { diagnostics, limits } = call.budget;
  const place = { subject: trace.domain, span: step.span };
  diagnostics.push(diagnose('spf.lookup-limit', { term: step.term, limit: limits.spfTerms }, place));
  const circle = [path.domain];
  for (let at = path.above; at !== undefined; at = at.above) {
    circle.unshift(at.domain);
    if (at.domain !== path.domain) continue;
    diagnostics.push(diagnose('spf.loop', { path: circle.join(' > ') }, { subject: trace.domain }));
    break;
  }
  return 'lookup-limit';
}

function usesPointer(macro: SpfMacroString | undefined): boolean {
  return macro !== undefined && usesMacro(macro.parts, 'p');
}

async function withPointer(evaluation: Evaluation, step: SpfStep): Promise<MacroScope | SpfFault> {
  const { call, scope } = evaluation;
  // RFC 7208 §4.6.4: the PTR lookup of %{p} "is included in the overall limit". It is asked once, so it counts once.
  if (!call.pointerPaid && !call.budget.spendTerm(step)) return exceedTerms(evaluation, step);
  call.pointerPaid = true;
  const origin = { subject: scope.domain, span: step.span };
  const pointer = await findPointer(call, scope.domain, step.queries, origin);
  return pointer.fault ?? { ...scope, pointer: pointer.name };
}

/** RFC 7208 §5.2. */
async function judgeInclude(evaluation: Evaluation, target: string, step: SpfStep): Promise<Judgement> {
  const { trace, fault } = await descend(evaluation, target, step);
  if (fault !== undefined) return fault;
  if (trace.result === 'none') return endInNone(evaluation, target, step, 'include-none');
  return trace.result === 'pass' ? 'match' : 'no-match';
}

async function descend({ call, path }: Evaluation, target: string, step: SpfStep): Promise<Check> {
  const check = await checkHost(call, target, path);
  step.check = check.trace;
  const status = check.trace.queries[0]?.status;
  // That it is one too many changes nothing: without a record this term ends in permerror anyway.
  if (status === 'nodata' || status === 'nxdomain') call.budget.spendVoid(step);
  return check;
}

function endInNone(
  { call, trace }: Evaluation,
  target: string,
  { term, span }: SpfStep,
  fault: 'include-none' | 'redirect-none',
): SpfFault {
  const place = { subject: trace.domain, span };
  call.budget.diagnostics.push(diagnose(`spf.${fault}`, { term, domain: target }, place));
  return fault;
}

/** RFC 7208 §6.1 and §4.7: nothing matched, so the other record decides; without one the result is neutral. */
async function followRedirect(evaluation: Evaluation): Promise<Check> {
  const { call, record, trace } = evaluation;
  const modifier = findModifier(record, 'redirect');
  if (modifier === undefined) return end(trace, 'neutral', 'no-match');
  const step = takeStep(evaluation, modifier);
  if (!call.budget.spendTerm(step)) return endStepInFault(trace, step, exceedTerms(evaluation, step));
  const scope = usesPointer(modifier.macro) ? await withPointer(evaluation, step) : evaluation.scope;
  if (typeof scope === 'string') return endStepInFault(trace, step, scope);
  const found = findTarget(call, scope, modifier.macro, step);
  if ('unusable' in found) {
    // RFC 8616 §4: as if the term were not there. RFC 7208 §6.1: a malformed target is a permerror.
    if (found.unusable === 'local-part') return end(trace, 'neutral', 'no-match');
    return endStepInFault(trace, step, 'redirect-none');
  }
  const check = await descend(evaluation, found.target, step);
  const { result, reason } = check.trace;
  if (check.fault !== undefined) return endStepInFault(trace, step, check.fault);
  if (result === 'none') {
    return endStepInFault(trace, step, endInNone(evaluation, found.target, step, 'redirect-none'));
  }
  step.outcome = 'match';
  trace.result = result;
  if (reason !== undefined) trace.reason = reason;
  return { ...check, trace };
}
