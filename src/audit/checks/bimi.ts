import { fetchIndicator } from '../../bimi/fetch.ts';
import { findRecord } from '../../bimi/find.ts';
import type { BimiResult } from '../../bimi/result.ts';
import type { Discovery } from '../../dmarc/discover.ts';
import type { Limits } from '../../limits.ts';
import { type AuditCase, raise, raiseAll } from '../case.ts';
import type { Inquiry } from '../inquiry.ts';
import { diagnose } from '../rules.ts';

/** Looks up the indicator of a domain; the walk tells whose record stands in for its own. */
export async function lookupIndicator(
  domain: string,
  { session, env }: Inquiry,
  walk: Promise<Discovery>,
  limits: Readonly<Limits>,
): Promise<BimiResult> {
  // Asked together with all the others, while the walk is on its way.
  session.query(`default._bimi.${domain}`, 'TXT').catch(() => {});
  const { organizationalDomain } = await walk;
  const placeOf = (owner: string) => ({ domain: owner, name: `default._bimi.${owner}` });
  const isOther = organizationalDomain !== undefined && organizationalDomain !== domain;
  const above = isOther ? placeOf(organizationalDomain) : undefined;
  const { result } = await findRecord(placeOf(domain), 'default', above, session, limits);
  if (result.status === 'found') await fetchIndicator(result, env, limits);
  // Whoever is above may have a record, as far as is known.
  if (organizationalDomain === undefined && result.status === 'none') {
    Object.assign(result, { status: 'unknown', reason: 'dns-failure' });
  }
  return result;
}

// What the result says by its status, and what nobody can do anything about.
const UNSAID = ['bimi.declined', 'bimi.evidence-not-checked'];

/** Says what is wrong with BIMI. */
export function judgeBimi(c: AuditCase, { name, status, text, diagnostics }: BimiResult): void {
  const record = text === undefined ? undefined : { name, text };
  const findings = diagnostics.filter(({ code }) => !UNSAID.includes(code));
  raiseAll(c, 'bimi', findings, name, record);
  const { status: dmarcStatus, receivers } = c.dmarc;
  const { rfc9989 } = receivers;
  // Without a policy that applies, DMARC has a finding of its own.
  const applies = (dmarcStatus === 'found' || dmarcStatus === 'inherited') && rfc9989.policy !== undefined;
  if (status !== 'found' || !applies) return;
  // BIMI draft §7.1: neither the policy nor that of subdomains may be "none".
  const weak = (['policy', 'subdomains'] as const).find((key) => rfc9989[key] === 'none');
  if (weak === undefined) return;
  const params = { tag: weak === 'policy' ? 'p' : 'sp' };
  raise(c, 'bimi', diagnose('bimi.policy', params, c.dmarc.name), {
    questions: [
      [name, 'TXT'],
      [c.dmarc.name, 'TXT'],
    ],
  });
}
