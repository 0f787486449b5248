import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { domainName, isAtOrBelow } from '../../names/domain-name.ts';
import type { SpfAnalysis, SpfAnalyzedRecord } from '../../spf/analysis.ts';
import type { AuditProvider, DomainAudit } from '../audit.ts';
import { senderDirectory } from './directory.ts';
import { diagnose } from './rules.ts';
import { probedSelectors } from './selectors.ts';
import type { SenderEntry } from './sender.ts';

/** Who receives and sends the mail of a domain, as far as its records name companies of the directory. */
export function listProviders({ mx, spf, dkim }: Pick<DomainAudit, 'mx' | 'spf' | 'dkim'>): AuditProvider[] {
  const providers = new Map<string, AuditProvider>();
  const see = (entry: SenderEntry | undefined, area: 'mx' | 'spf' | 'dkim', value: string) => {
    if (entry === undefined) return;
    const { id, name } = entry;
    const provider = providers.get(id) ?? { id, name, seen: [] };
    providers.set(id, provider);
    if (!provider.seen.some((one) => one.area === area && one.value === value)) provider.seen.push({ area, value });
  };
  for (const { exchange } of mx.hosts) see(findByHost(exchange), 'mx', exchange);
  for (const { target } of listIncludes(spf.tree)) see(findByHost(target), 'spf', target);
  for (const { selector, status, delegatedTo } of dkim.selectors) {
    if (delegatedTo !== undefined) see(findByHost(delegatedTo), 'dkim', delegatedTo);
    else if (status === 'key') see(findBySelector(selector), 'dkim', selector);
  }
  return [...providers.values()];
}

/**
 * Says of every include of a well-known sender that it stands for all customers of the sender: RFC 7208 §11.4 leaves it to
 * the sender to keep them apart.
 */
export function findSharedSenders({ domain, tree }: SpfAnalysis): Diagnostic[] {
  const seen = new Set<string>();
  return listIncludes(tree).flatMap(({ term, target, place }) => {
    const entry = senderDirectory.find((one) => isShared(one, target));
    if (entry === undefined || seen.has(target)) return [];
    seen.add(target);
    return [diagnose('spf.shared-sender', { term, sender: entry.name, domain }, place)];
  });
}

function isShared({ hosts, includes = [], spf }: SenderEntry, target: string): boolean {
  return [...hosts, ...includes].includes(target) || spf?.terms.includes(`include:${target}`) === true;
}

interface FoundInclude {
  term: string;
  target: string;
  place: { subject: string; span?: { start: number; end: number } };
}

/** The includes and redirects of a record and of what it refers to, but not what companies of the directory refer to. */
function listIncludes({ domain, terms }: SpfAnalyzedRecord): FoundInclude[] {
  return terms.flatMap(({ term, target, span, kind, state, check }) => {
    if ((kind !== 'include' && kind !== 'redirect') || target === undefined || state === 'unused') return [];
    const own = { term, target, place: { subject: domain, span } };
    return check === undefined || findByHost(target) !== undefined ? [own] : [own, ...listIncludes(check)];
  });
}

/** The sender that a host name belongs to. */
export function findByHost(host: string): SenderEntry | undefined {
  const name = domainName(host);
  return name === undefined
    ? undefined
    : senderDirectory.find(({ hosts }) => hosts.some((own) => isAtOrBelow(name, own)));
}

/** The sender that a key is of which stands in the customer's own zone, where only one uses the selector. */
function findBySelector(selector: string): SenderEntry | undefined {
  const [id, another] = probedSelectors.find((probed) => probed.selector === selector)?.senders ?? [];
  return id === undefined || another !== undefined ? undefined : senderDirectory.find((entry) => entry.id === id);
}
