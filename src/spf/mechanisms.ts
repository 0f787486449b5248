import type { MxData, RecordData, RecordType } from '../dns/resolver.ts';
import { isAtOrBelow } from '../names/domain-name.ts';
import { parseIpAddress, samePrefix } from '../names/ip-address.ts';
import type { Origin, SpfBudget } from './budget.ts';
import type { SpfSubject } from './identity.ts';
import { expandName, type MacroScope, pointerQueryName, queryName, usesMacro } from './macro.ts';
import type { SelectedRecord } from './lookup.ts';
import type { SpfDirective, SpfMacroString, SpfMechanismName } from './record.ts';
import type { SpfFault, SpfStep } from './result.ts';
import { diagnoseVerdict } from './verdict-rules.ts';

/** What everybody who takes part in one evaluation knows. */
export interface SpfCall {
  subject: SpfSubject;
  budget: SpfBudget;
  /** Records by domain, so that a record that was looked at ahead is parsed once. */
  selected: Map<string, SelectedRecord>;
  /** Domains whose record was looked at ahead. */
  lookedAhead: Set<string>;
  /** Whether `%{p}` was paid for. */
  pointerPaid: boolean;
}

export type Judgement = 'match' | 'no-match' | SpfFault;

// RFC 7208 §4.6.4: MX records beyond 10 are an error, PTR records beyond 10 are ignored.
const MOST_HOSTS = 10;

/** Whether a mechanism asks DNS and counts towards the 10 terms (RFC 7208 §4.6.4). */
export function needsLookup(mechanism: SpfMechanismName): boolean {
  return mechanism !== 'ip4' && mechanism !== 'ip6' && mechanism !== 'all';
}

/** Whether `all`, `ip4` or `ip6` matches (RFC 7208 §5.1, §5.6). */
export function matchesDirectly({ ip }: SpfSubject, { mechanism, network, cidr }: SpfDirective): boolean {
  if (mechanism === 'all') return true;
  if (mechanism !== (ip.family === 4 ? 'ip4' : 'ip6')) return false;
  const address = parseIpAddress(network ?? '');
  return address !== undefined && samePrefix(ip, address, prefixLength(ip.family, cidr));
}

function prefixLength(family: 4 | 6, cidr: SpfDirective['cidr']): number {
  return family === 4 ? (cidr?.ip4 ?? 32) : (cidr?.ip6 ?? 128);
}

/** The type of address record that the client's family asks for (RFC 7208 §5). */
export function addressType({ ip }: SpfSubject): 'A' | 'AAAA' {
  return ip.family === 4 ? 'A' : 'AAAA';
}

/** The names of MX hosts in order of preference; an empty name is a null MX (RFC 7505) and no host. */
export function mxHosts(records: readonly MxData[]): string[] {
  const hosts: string[] = [];
  // DNS turns the order of records from answer to answer; a verdict should not turn with it.
  const sorted = records.length > 1 ? [...records].sort((a, b) => a.preference - b.preference) : records;
  for (const { exchange } of sorted) {
    const host = queryName(exchange);
    if (host !== undefined) hosts.push(host);
  }
  return hosts;
}

/** The first 10 names that the client's address points to, those at or below `target` only (RFC 7208 §5.5). */
export function pointerNames(records: readonly string[], target?: string): string[] {
  const names: string[] = [];
  for (const record of records.slice(0, MOST_HOSTS)) {
    const name = queryName(record);
    if (name !== undefined && (target === undefined || isAtOrBelow(name, target))) names.push(name);
  }
  return names;
}

/**
 * The name that a domain-spec stands for; the current domain where there is none (RFC 7208 §4.8). `unusable` stands for
 * a term that then matches nothing: `name` where the expanded text is no DNS name, `local-part` by RFC 8616 §4.
 */
export async function findTarget(
  call: SpfCall,
  scope: MacroScope,
  macro: SpfMacroString | undefined,
  step: SpfStep,
): Promise<{ target: string } | { unusable: 'name' | 'local-part' } | SpfFault> {
  if (macro === undefined) return named(step, scope.domain);
  const place = { span: step.span, subject: scope.domain };
  if (!call.subject.localPartIsAscii && usesMacro(macro.parts, 'sl')) {
    call.budget.diagnostics.push(diagnoseVerdict('spf.non-ascii-local-part', { term: step.term }, place));
    return { unusable: 'local-part' };
  }
  let full = scope;
  if (usesMacro(macro.parts, 'p')) {
    // RFC 7208 §4.6.4: the PTR lookup of %{p} "is included in the overall limit"; counted once, since it is asked once.
    if (!call.pointerPaid && !call.budget.spendTerm(step)) return 'lookup-limit';
    call.pointerPaid = true;
    const pointer = await findPointer(call, scope.domain, step);
    if (pointer.fault !== undefined) return pointer.fault;
    full = { ...scope, pointer: pointer.name };
  }
  const text = expandName(macro.parts, full);
  const target = queryName(text);
  if (target !== undefined) return named(step, target);
  call.budget.diagnostics.push(diagnoseVerdict('spf.invalid-target', { term: step.term, target: text }, place));
  return { unusable: 'name' };
}

function named(step: SpfStep, target: string): { target: string } {
  step.target = target;
  return { target };
}

/** RFC 7208 §7.3: the validated name of the client, best the domain itself, else one below it, else any, else "unknown". */
async function findPointer(
  call: SpfCall,
  domain: string,
  step: SpfStep,
): Promise<{ name: string; fault?: never } | { fault: SpfFault }> {
  const { budget, subject } = call;
  const origin = { subject: domain, span: step.span };
  const answer = await budget.ask(pointerQueryName(subject.ip), 'PTR', step.queries, origin);
  if (answer === 'dns-failure') return { name: 'unknown' };
  if (typeof answer === 'string') return { fault: answer };
  const found = await firstValidated(call, preferredNames(answer, domain), step, origin);
  if (found.fault !== undefined) return found;
  return { name: found.name ?? 'unknown' };
}

/** The names for `%{p}` in the order in which they are wanted. */
export function preferredNames(records: readonly string[], domain: string): string[] {
  const rank = (name: string) => (name === domain ? 0 : isAtOrBelow(name, domain) ? 1 : 2);
  return pointerNames(records).sort((a, b) => rank(a) - rank(b));
}

/** The first of the names whose addresses include the client's; a name whose lookup fails is skipped (RFC 7208 §5.5). */
async function firstValidated(
  { budget, subject }: SpfCall,
  names: readonly string[],
  step: SpfStep,
  origin: Origin,
): Promise<{ name?: string; fault?: never } | { fault: SpfFault }> {
  const type = addressType(subject);
  for (const name of names.slice(1)) budget.askAhead(name, type);
  for (const name of names) {
    const addresses = await budget.ask(name, type, step.queries, origin);
    if (addresses === 'dns-failure') continue;
    if (typeof addresses === 'string') return { fault: addresses };
    if (includesClient(subject, addresses, undefined)) return { name };
  }
  return {};
}

function includesClient({ ip }: SpfSubject, addresses: readonly string[], cidr: SpfDirective['cidr']): boolean {
  const bits = prefixLength(ip.family, cidr);
  for (const text of addresses) {
    const address = parseIpAddress(text);
    if (address !== undefined && samePrefix(ip, address, bits)) return true;
  }
  return false;
}

/** Evaluates `a`, `mx`, `ptr` or `exists` for a target name (RFC 7208 §5.3-5.5, §5.7). */
export async function judgeLookup(
  call: SpfCall,
  directive: SpfDirective,
  target: string,
  step: SpfStep,
  origin: Origin,
): Promise<Judgement> {
  const { subject } = call;
  switch (directive.mechanism) {
    case 'a': {
      const addresses = await askFirst(call, target, addressType(subject), step, origin);
      if (typeof addresses === 'string') return addresses;
      return includesClient(subject, addresses, directive.cidr) ? 'match' : 'no-match';
    }
    case 'exists': {
      // RFC 7208 §5.7: an A lookup "even when the connection type is IPv6".
      const addresses = await askFirst(call, target, 'A', step, origin);
      if (typeof addresses === 'string') return addresses;
      return addresses.length > 0 ? 'match' : 'no-match';
    }
    case 'mx':
      return judgeMx(call, directive, target, step, origin);
    default:
      return judgePtr(call, target, step, origin);
  }
}

async function judgeMx(
  call: SpfCall,
  { cidr }: SpfDirective,
  target: string,
  step: SpfStep,
  origin: Origin,
): Promise<Judgement> {
  const { budget, subject } = call;
  const answer = await askFirst(call, target, 'MX', step, origin);
  if (typeof answer === 'string') return answer;
  // RFC 7208 §4.6.4: an error whatever the first 10 hold, since their order is not the domain's to choose.
  if (answer.length > MOST_HOSTS) {
    const params = { domain: target, count: answer.length, limit: MOST_HOSTS };
    budget.diagnostics.push(diagnoseVerdict('spf.mx-limit', params, { ...origin }));
    return 'mx-limit';
  }
  const type = addressType(subject);
  const hosts = mxHosts(answer);
  for (const host of hosts.slice(1)) budget.askAhead(host, type);
  for (const host of hosts) {
    const addresses = await budget.ask(host, type, step.queries, origin);
    if (typeof addresses === 'string') return addresses;
    if (includesClient(subject, addresses, cidr)) return 'match';
  }
  return 'no-match';
}

async function judgePtr(call: SpfCall, target: string, step: SpfStep, origin: Origin): Promise<Judgement> {
  const name = pointerQueryName(call.subject.ip);
  const answer = await askFirst(call, name, 'PTR', step, origin);
  // RFC 7208 §5.5: "If a DNS error occurs while doing the PTR RR lookup, then this mechanism fails to match."
  if (answer === 'dns-failure') return 'no-match';
  if (typeof answer === 'string') return answer;
  if (answer.length > MOST_HOSTS) {
    const params = { name, count: answer.length, limit: MOST_HOSTS };
    call.budget.diagnostics.push(diagnoseVerdict('spf.ptr-names', params, { ...origin }));
  }
  const found = await firstValidated(call, pointerNames(answer, target), step, origin);
  if (found.fault !== undefined) return found.fault;
  return found.name === undefined ? 'no-match' : 'match';
}

/** The first question of a term, the one whose empty answer counts as void (RFC 7208 §4.6.4). */
async function askFirst<T extends RecordType>(
  { budget }: SpfCall,
  name: string,
  type: T,
  step: SpfStep,
  origin: Origin,
): Promise<readonly RecordData[T][] | SpfFault> {
  const answer = await budget.ask(name, type, step.queries, origin);
  if (typeof answer === 'string' || answer.length > 0 || budget.spendVoid(step)) return answer;
  const params = { term: step.term, limit: budget.limits.spfVoid };
  budget.diagnostics.push(diagnoseVerdict('spf.void-limit', params, { ...origin }));
  return 'void-limit';
}
