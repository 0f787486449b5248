import type { MxData, RecordData, RecordType } from '../dns/resolver.ts';
import { isAtOrBelow } from '../names/domain-name.ts';
import { type IpAddress, parseIpAddress, samePrefix } from '../names/ip-address.ts';
import type { Origin, SpfBudget } from './budget.ts';
import { diagnose as diagnoseClient } from './client-rules.ts';
import type { SpfSubject } from './identity.ts';
import type { SelectedRecord } from './lookup.ts';
import { expandName, type MacroScope, pointerQueryName, queryName, usesMacro } from './macro.ts';
import type { SpfDirective, SpfMacroString, SpfMechanismName } from './record.ts';
import type { SpfFault, SpfQuery, SpfStep } from './result.ts';
import { diagnose } from './verdict-rules.ts';

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
export const MOST_HOSTS = 10;

/** Whether a mechanism asks DNS and counts towards the 10 terms (RFC 7208 §4.6.4). */
export function needsLookup(mechanism: SpfMechanismName): boolean {
  return mechanism !== 'ip4' && mechanism !== 'ip6' && mechanism !== 'all';
}

/** Whether `all`, `ip4` or `ip6` matches (RFC 7208 §5.1, §5.6). */
export function matchesDirectly({ ip }: SpfSubject, { mechanism, network, cidr }: SpfDirective): boolean {
  if (mechanism === 'all') return true;
  return mechanism === (ip.family === 4 ? 'ip4' : 'ip6') && network !== undefined && isWithin(ip, network, cidr);
}

/** Whether an address is in the network around another of its family, whose text was checked before. */
function isWithin(ip: IpAddress, text: string, cidr: SpfDirective['cidr']): boolean {
  if (ip.family === 4) {
    const bits = cidr?.ip4 ?? 32;
    const [a, b, c, d] = ip.bytes;
    // A shift by 32 shifts by nothing.
    return bits === 0 || (ip4Bits(text) ^ ((a! << 24) | (b! << 16) | (c! << 8) | d!)) >>> (32 - bits) === 0;
  }
  const network = parseIpAddress(text);
  return network !== undefined && samePrefix(ip, network, cidr?.ip6 ?? 128);
}

/** The 32 bits of a dotted quad. A record may hold hundreds of networks, so nothing is allocated for one. */
function ip4Bits(text: string): number {
  let bits = 0;
  let octet = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 0x2e) {
      bits = (bits << 8) | octet;
      octet = 0;
    } else {
      octet = octet * 10 + unit - 0x30;
    }
  }
  return (bits << 8) | octet;
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
export function findTarget(
  { subject, budget }: SpfCall,
  scope: MacroScope,
  macro: SpfMacroString | undefined,
  step: SpfStep,
): { target: string } | { unusable: 'name' | 'local-part' } {
  if (macro === undefined) return named(step, scope.domain);
  const place = { span: step.span, subject: scope.domain };
  if (!subject.localPartIsAscii && usesMacro(macro.parts, 'sl')) {
    budget.diagnostics.push(diagnoseClient('spf.non-ascii-local-part', { term: step.term }, place));
    return { unusable: 'local-part' };
  }
  const text = expandName(macro.parts, scope);
  const target = queryName(text);
  if (target !== undefined) return named(step, target);
  budget.diagnostics.push(diagnose('spf.invalid-target', { term: step.term, target: text }, place));
  return { unusable: 'name' };
}

function named(step: SpfStep, target: string): { target: string } {
  step.target = target;
  return { target };
}

/** RFC 7208 §7.3: the validated name of the client, best the domain itself, else one below it, else any, else "unknown". */
export async function findPointer(
  call: SpfCall,
  domain: string,
  log: SpfQuery[],
  origin: Origin,
): Promise<{ name: string; fault?: never } | { fault: SpfFault }> {
  const answer = await call.budget.ask(pointerQueryName(call.subject.ip), 'PTR', log, origin);
  if (answer === 'dns-failure') return { name: 'unknown' };
  if (typeof answer === 'string') return { fault: answer };
  const found = await firstValidated(call, preferredNames(answer, domain), log, origin);
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
  log: SpfQuery[],
  origin: Origin,
): Promise<{ name?: string; fault?: never } | { fault: SpfFault }> {
  const type = addressType(subject);
  for (const name of names.slice(1)) budget.askAhead(name, type);
  for (const name of names) {
    const addresses = await budget.ask(name, type, log, origin);
    if (addresses === 'dns-failure') continue;
    if (typeof addresses === 'string') return { fault: addresses };
    if (includesClient(subject, addresses, undefined)) return { name };
  }
  return {};
}

function includesClient({ ip }: SpfSubject, addresses: readonly string[], cidr: SpfDirective['cidr']): boolean {
  for (const text of addresses) if (isWithin(ip, text, cidr)) return true;
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
    budget.diagnostics.push(diagnose('spf.mx-limit', params, { ...origin }));
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
    call.budget.diagnostics.push(diagnoseClient('spf.ptr-names', params, { ...origin }));
  }
  const found = await firstValidated(call, pointerNames(answer, target), step.queries, origin);
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
  budget.diagnostics.push(diagnose('spf.void-limit', params, { ...origin }));
  return 'void-limit';
}
