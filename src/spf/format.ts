import type { SpfDirective, SpfRecord, SpfTerm } from './record.ts';

/**
 * Writes an SPF record: what `parseSpfRecord` read comes out with the same terms in the same order, one space between
 * them and without the qualifier `+`, which is the default (RFC 7208 §4.6.1).
 *
 * @example
 * formatSpfRecord({ terms: [{ kind: 'directive', qualifier: '-', mechanism: 'all', span: { start: 0, end: 0 } }] });
 * // 'v=spf1 -all'
 */
export function formatSpfRecord(record: SpfRecord): string {
  return ['v=spf1', ...record.terms.map(formatTerm)].join(' ');
}

function formatTerm(term: SpfTerm): string {
  if (term.kind === 'modifier') return `${term.name}=${term.value}`;
  const qualifier = term.qualifier === '+' ? '' : term.qualifier;
  const value = term.domainSpec ?? term.network;
  return `${qualifier}${term.mechanism}${value === undefined ? '' : `:${value}`}${formatCidr(term)}`;
}

function formatCidr({ mechanism, cidr }: SpfDirective): string {
  const ip4 = cidr?.ip4 === undefined ? '' : `/${cidr.ip4}`;
  if (cidr?.ip6 === undefined) return ip4;
  // RFC 7208 §5.6: in a dual-cidr-length the IPv6 length follows a slash of its own.
  return mechanism === 'ip6' ? `/${cidr.ip6}` : `${ip4}//${cidr.ip6}`;
}
