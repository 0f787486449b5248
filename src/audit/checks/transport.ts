import type { DnsAnswer } from '../../dns/resolver.ts';
import { matchMtaStsMx } from '../../mta-sts/match.ts';
import { domainName, isAtOrBelow } from '../../names/domain-name.ts';
import type { TlsRptResult } from '../../tls-rpt/lookup.ts';
import type { DomainAudit } from '../audit.ts';
import { type AuditCase, type AuditText, raise, raiseAll, replace } from '../case.ts';
import { diagnose } from '../rules.ts';

/** Says what is wrong with MTA-STS. */
export function judgeMtaSts(c: AuditCase): void {
  const { name, status, text, policyText, policyUrl, diagnostics } = c.mtaSts;
  const record = text === undefined ? undefined : { name, text };
  const file = policyText === undefined ? undefined : { name, text: policyText, url: policyUrl };
  raiseAll(c, 'mta-sts', diagnostics, name, record, file);
  if (status === 'none') judgeAbsence(c, 'mta-sts', name);
  else if (file !== undefined) judgeHosts(c, file);
}

function judgeAbsence(c: AuditCase, area: 'mta-sts' | 'tls-rpt', name: string): void {
  // Both are about mail that the domain receives.
  if (c.mx.status !== 'hosts' || c.purpose === 'parked') return;
  raise(c, area, diagnose(`${area}.missing`, { domain: c.domain }, name));
}

/** RFC 8461 §4.1: mail goes to those MX hosts only that the policy names. */
function judgeHosts(c: AuditCase, file: AuditText): void {
  const { policy, policyUrl } = c.mtaSts;
  if (policy === undefined || policy.mode === 'none') return;
  const code = policy.mode === 'enforce' ? 'mta-sts.mx-unmatched' : 'mta-sts.mx-unmatched-testing';
  const fields = policy.fields.filter(({ key }) => key === 'mx');
  const end = fields.at(-1)?.span.end;
  const newline = file.text.includes('\r\n') ? '\r\n' : '\n';
  for (const { exchange: host } of c.mx.hosts) {
    // What is no host has a finding of its own, and is not to be named.
    const isHost = c.findings.every(({ code, params }) => code !== 'mx.no-address' || params.exchange !== host);
    if (!isHost || domainName(host) === undefined || matchMtaStsMx(policy, host).matched) continue;
    const longer = `${file.text.slice(0, end)}${newline}mx: ${host}${file.text.slice(end)}`;
    raise(c, 'mta-sts', diagnose(code, { host }, policyUrl), {
      text: file,
      questions: [
        [c.domain, 'MX'],
        [file.name, 'TXT'],
      ],
      change: end === undefined ? undefined : replace(file, longer),
    });
  }
}

/** Says what is wrong with TLS-RPT. */
export function judgeTlsRpt(c: AuditCase, { name, status, text, diagnostics }: TlsRptResult): void {
  raiseAll(c, 'tls-rpt', diagnostics, name, text === undefined ? undefined : { name, text });
  if (status === 'none') judgeAbsence(c, 'tls-rpt', name);
}

/**
 * Whether DNSSEC proves the domain's own records. A resolver that does not validate says "not authenticated" of everything:
 * only one that proves something else can say that a domain is not signed.
 */
export function findDnssec(domain: string, answers: Iterable<DnsAnswer>): DomainAudit['dnssec'] {
  let proves = false;
  const own: boolean[] = [];
  for (const { name, status, authenticated, cnames } of answers) {
    if (authenticated === undefined || status === 'failure') continue;
    if (authenticated) proves = true;
    // What an alias leads to is signed by somebody else.
    if (isAtOrBelow(name, domain) && (cnames ?? []).length === 0) own.push(authenticated);
  }
  if (own.length > 0 && own.every(Boolean)) return 'signed';
  return proves && own.includes(false) ? 'unsigned' : 'unknown';
}

export function judgeDnssec(c: AuditCase, dnssec: DomainAudit['dnssec']): void {
  const { domain } = c;
  if (dnssec === 'unsigned') raise(c, 'dnssec', diagnose('dnssec.unsigned', { domain }, domain));
}
