import { discoverByTreeWalk } from '../dmarc/discover.ts';
import type { DnsAnswer } from '../dns/resolver.ts';
import type { Environment } from '../environment.ts';
import { lookupMtaSts } from '../mta-sts/lookup.ts';
import type { SpfRecordStatus } from '../spf/analysis.ts';
import { analyzeIn } from '../spf/analyze.ts';
import { lookupTlsRpt } from '../tls-rpt/lookup.ts';
import type { DomainAudit } from './audit.ts';
import { type AuditCase, raise, SEVERITIES } from './case.ts';
import { judgeBimi, lookupIndicator } from './checks/bimi.ts';
import { type DkimFacts, judgeDkim, lookupDkim } from './checks/dkim.ts';
import { type DmarcFacts, judgeDmarc, lookupDmarc } from './checks/dmarc.ts';
import { judgeMx, lookupMx, type MxFacts } from './checks/mx.ts';
import { hasSenders, judgeSpf } from './checks/spf.ts';
import { findDnssec, judgeDnssec, judgeMtaSts, judgeTlsRpt } from './checks/transport.ts';
import { judgeDomainCompliance } from './compliance/domain.ts';
import type { AuditArea, AuditFinding } from './finding.ts';
import { compare, type Inquiry, listRecords, openInquiry } from './inquiry.ts';
import { type AuditDomainOptions, type Brief, readBrief } from './options.ts';
import { diagnose } from './rules.ts';
import { scoreFindings } from './score.ts';
import type { SenderAudit } from './sender/audit.ts';
import { auditSender } from './sender/audit-sender.ts';
import { listProviders } from './sender/providers.ts';

/**
 * Finds out everything about the mail set-up of a domain, and what is wrong with it: DMARC, SPF, DKIM, MX, MTA-STS, TLS-RPT,
 * BIMI and DNSSEC. Each finding has what it rests on and, where there is exactly one, the change that cures it.
 *
 * Every question is asked once, and as soon as it is known. What DNS does not answer for now is `unknown`, never missing.
 *
 * @param domain - the author domain of mail, in A-labels or U-labels
 * @param env - who answers DNS questions; `env.fetch` gets the policy of MTA-STS and the indicator of BIMI
 * @throws TypeError when an argument is wrong; the signal's reason when it aborts; whatever `onProgress` throws
 * @example
 * import { auditDomain } from 'mailverdict/audit';
 * const resolver = memoryResolver({
 *   'example.com': { MX: ['10 mx.example.com'], TXT: ['v=spf1 mx -all'] },
 *   'mx.example.com': { A: ['192.0.2.25'] },
 * });
 * const { findings, score } = await auditDomain('example.com', { resolver });
 * findings[0].message; // => 'example.com has no DMARC record: anybody can send in its name'
 * score.points; // => 35
 */
export async function auditDomain(
  domain: string,
  env: Environment,
  options: AuditDomainOptions = {},
): Promise<DomainAudit> {
  const brief = readBrief(domain, env, options);
  const inquiry = openInquiry(env, brief.limits, options.onProgress);
  const facts = await lookUp(brief, inquiry);
  const list = await inquiry.collect();
  const c = openCase(brief, facts, list);
  const dnssec = findDnssec(brief.domain, list);
  judge(c, facts, dnssec);
  const findings = sortFindings(c.findings);
  const { purpose, mx, spf, dkim, dmarc } = c;
  const { mtaSts, tlsRpt, bimi, senders } = facts;
  return {
    domain: brief.domain,
    purpose,
    findings,
    records: listRecords(list),
    mx,
    spf,
    dkim,
    dmarc,
    mtaSts,
    tlsRpt,
    bimi,
    dnssec,
    providers: listProviders(c),
    // The rules are for those who send.
    compliance: purpose === 'mail' ? judgeDomainCompliance(c) : [],
    senders,
    score: scoreFindings(purpose, findings, listBroken(c), listOpen(c, facts, dnssec)),
    complete: spf.complete && !inquiry.session.expired && list.every(({ status }) => status !== 'failure'),
  };
}

/** What the questions brought. */
interface Facts extends Pick<DomainAudit, 'spf' | 'mtaSts' | 'tlsRpt' | 'bimi' | 'senders'> {
  mx: MxFacts;
  dkim: DkimFacts;
  dmarc: DmarcFacts;
}

async function lookUp({ domain, given, probed, senders, strategy, limits }: Brief, inquiry: Inquiry): Promise<Facts> {
  const { session, env } = inquiry;
  const walk = discoverByTreeWalk(domain, session, limits);
  const [mx, { analysis: spf }, dkim, dmarc, mtaSts, tlsRpt, bimi, audits] = await Promise.all([
    lookupMx(domain, session),
    analyzeIn(session, domain, limits),
    lookupDkim(domain, given, probed, session, limits),
    lookupDmarc(domain, inquiry, walk, strategy, limits),
    lookupMtaSts(domain, env, { limits }),
    lookupTlsRpt(domain, env, { limits }),
    lookupIndicator(domain, inquiry, walk, limits),
    Promise.all(senders.map((sender) => auditSender({ ...sender, domain }, env, { limits }))),
  ]);
  return { mx, spf, dkim, dmarc, mtaSts, tlsRpt, bimi, senders: audits };
}

function openCase(brief: Brief, { mx, spf, dkim, dmarc, mtaSts }: Facts, list: readonly DnsAnswer[]): AuditCase {
  const { domain } = brief;
  const c: AuditCase = {
    domain,
    purpose: 'mail',
    exists: !list.some(({ name, status }) => name === domain && status === 'nxdomain'),
    mx: mx.audit,
    spf,
    dkim: dkim.audit,
    dmarc: dmarc.audit,
    mtaSts,
    answers: new Map(list.map((answer) => [`${answer.type} ${answer.name}`, answer])),
    findings: [],
    isOpen: false,
  };
  return { ...c, ...findPurpose(c, brief) };
}

function judge(c: AuditCase, facts: Facts, dnssec: DomainAudit['dnssec']): void {
  const { domain } = c;
  if (!c.exists) {
    raise(c, 'mx', diagnose('audit.no-domain', { domain }, domain));
  }
  judgeDmarc(c, facts.dmarc);
  judgeSpf(c);
  judgeDkim(c, facts.dkim);
  judgeMx(c, facts.mx);
  judgeMtaSts(c);
  judgeTlsRpt(c, facts.tlsRpt);
  judgeBimi(c, facts.bimi);
  judgeDnssec(c, dnssec);
  for (const sender of facts.senders) judgeSender(c, sender);
}

/** RFC 7208 §10.1.2, RFC 7505: what neither sends nor receives. What is not known may do either. */
function findPurpose(
  { domain, answers, mx, spf, dkim }: AuditCase,
  { parked, given, senders }: Brief,
): Pick<AuditCase, 'purpose' | 'isOpen'> {
  if (parked !== undefined) return { purpose: parked ? 'parked' : 'mail', isOpen: false };
  const sends = hasSenders(spf);
  const finds = (word: string) => dkim.selectors.some(({ status }) => status === word);
  const isMail = mx.status === 'hosts' || sends === true || finds('key') || given.length > 0 || senders.length > 0;
  const isOpen =
    !isMail && (sends === undefined || finds('unknown') || answers.get(`MX ${domain}`)?.status === 'failure');
  return { purpose: isMail || isOpen ? 'mail' : 'parked', isOpen };
}

/** What is wrong with one of the senders; findings about records are told with the records. */
function judgeSender(c: AuditCase, { diagnostics }: SenderAudit): void {
  for (const diagnostic of diagnostics) {
    if (!diagnostic.code.startsWith('sender.')) continue;
    raise(c, 'sender', diagnostic);
  }
}

const UNUSABLE: readonly SpfRecordStatus[] = [
  'no-record',
  'nxdomain',
  'multiple-records',
  'record-too-large',
  'syntax',
];

/** The areas in which receivers find nothing that they could use. */
function listBroken({ dmarc, spf, dkim: { selectors } }: AuditCase): AuditArea[] {
  const broken: AuditArea[] = dmarc.status === 'none' || dmarc.status === 'invalid' ? ['dmarc'] : [];
  if (UNUSABLE.includes(spf.tree.status)) broken.push('spf');
  const isNamed = selectors.some(({ source }) => source === 'given');
  if (isNamed && !selectors.some(({ status }) => status === 'key' || status === 'unknown')) broken.push('dkim');
  return broken;
}

/** The areas of which something is unknown that no finding of theirs tells. */
function listOpen({ isOpen, mx }: AuditCase, { tlsRpt }: Facts, dnssec: DomainAudit['dnssec']): AuditArea[] {
  const open: AuditArea[] = isOpen ? ['dmarc', 'spf', 'dkim', 'mx'] : [];
  // Both are for those who receive.
  if (mx.status === 'unknown') open.push('mta-sts');
  if (mx.status === 'unknown' && tlsRpt.status === 'none') open.push('tls-rpt');
  if (dnssec === 'unknown') open.push('dnssec');
  return open;
}

const AREAS: readonly AuditArea[] = ['dmarc', 'spf', 'dkim', 'mx', 'mta-sts', 'tls-rpt', 'bimi', 'dnssec', 'sender'];

/** The worst first, then by area and code; those of one code in the order in which they were found. */
function sortFindings(findings: readonly AuditFinding[]): AuditFinding[] {
  return [...findings].sort(
    (a, b) =>
      SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
      AREAS.indexOf(a.area) - AREAS.indexOf(b.area) ||
      compare(a.code, b.code),
  );
}
