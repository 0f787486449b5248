import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { OrganizationalDomainStrategy } from '../../dmarc/alignment.ts';
import { type Discovery, discoverByOrganization } from '../../dmarc/discover.ts';
import { editTags } from '../../dmarc/edit-tags.ts';
import { isDmarcRecord, parseDmarcRecord, parsePublishedDmarcRecord } from '../../dmarc/parse.ts';
import { applyTesting, type PublishedPolicies, readPolicies, readRfc7489Policies } from '../../dmarc/policy.ts';
import type { DmarcRecord } from '../../dmarc/record.ts';
import { authorizeAddresses } from '../../dmarc/report-address.ts';
import type { DmarcAnswer } from '../../dmarc/tree-walk.ts';
import { diagnose as diagnoseVerdict } from '../../dmarc/verdict-rules.ts';
import type { Limits } from '../../limits.ts';
import { asText } from '../../text/bytes.ts';
import type { DmarcAudit, DmarcReceiverView } from '../audit.ts';
import { type AuditCase, type AuditText, evidenceAt, isOwn, raise, raiseAll, replace, selectWorst } from '../case.ts';
import { publishText } from '../change.ts';
import { isOnlyBetter } from '../cure.ts';
import { isOfSuffix, PARKED } from '../dmarc-policy.ts';
import type { DomainChange } from '../finding.ts';
import type { Inquiry } from '../inquiry.ts';
import { diagnose } from '../rules.ts';

export interface DmarcFacts {
  audit: DmarcAudit;
  discovery: Discovery;
  /** A text at the domain's own name that only nearly is a record. */
  near?: string;
  /** Whether others register their domains below this one. */
  suffix: boolean;
}

/** Looks up which record applies to a domain, and who may receive its reports. */
export async function lookupDmarc(
  domain: string,
  { session }: Inquiry,
  walk: Promise<Discovery>,
  strategy: OrganizationalDomainStrategy | undefined,
  limits: Readonly<Limits>,
): Promise<DmarcFacts> {
  const [discovery, older, own] = await Promise.all([
    walk,
    // Without a strategy it still tells of the domain's own record, which comes first in either standard.
    discoverByOrganization(domain, strategy ?? (() => undefined), session, limits),
    session.query(domain, 'TXT'),
  ]);
  const at = discovery.outcome === 'found' ? discovery.at : undefined;
  const name = `_dmarc.${domain}`;
  const near = await findNear(name, discovery, session);
  const exists = own.status === 'failure' ? undefined : own.status !== 'nxdomain';
  const audit: DmarcAudit = {
    status: statusOf(domain, discovery, near !== undefined),
    name,
    ...(at !== undefined && { policyDomain: at.domain }),
    ...(discovery.organizationalDomain !== undefined && { organizationalDomain: discovery.organizationalDomain }),
    ...(at?.text !== undefined && { text: asText(at.text) }),
    ...(at?.record !== undefined && { record: at.record }),
    walk: discovery.steps.map((step) => ({
      name: step.name,
      status: step.status,
      ...(step.text !== undefined && { record: asText(step.text) }),
      selected: step === at,
    })),
    receivers: { rfc9989: viewOf(domain, discovery, readPolicies, exists) },
  };
  if (older.outcome !== 'open' && (strategy !== undefined || older.steps[0]?.records !== 0)) {
    audit.receivers.rfc7489 = viewOf(domain, older, readRfc7489Policies, exists);
  }
  if (at?.record !== undefined) {
    audit.reportAddresses = await authorizeAddresses(at.record, at.domain, strategy, session, limits);
  }
  // A record that says so, the list of somebody who knows, or a top-level domain.
  const says = discovery.steps[0]?.record?.psd === 'y';
  const suffix = says || (strategy === undefined ? !domain.includes('.') : strategy(domain) === undefined);
  return { audit, discovery, suffix, ...(near !== undefined && { near }) };
}

/** A text that only nearly is a record: none to a receiver, but its owner wants to know. */
async function findNear(name: string, { steps }: Discovery, session: Inquiry['session']): Promise<string | undefined> {
  const [own] = steps;
  if (own?.status !== 'answer' || own.records > 0) return undefined;
  const answer = await session.query(name, 'TXT');
  const texts = answer.status === 'answer' ? answer.records.map(({ text }) => asText(text)) : [];
  return texts.find((text) => parseDmarcRecord(text).value !== undefined);
}

function statusOf(domain: string, discovery: Discovery, isNear: boolean): DmarcAudit['status'] {
  switch (discovery.outcome) {
    case 'open':
      return 'unknown';
    case 'found': {
      const { record, domain: policyDomain } = discovery.at;
      if (record === undefined || readPolicies(record) === undefined) return 'invalid';
      return policyDomain === domain ? 'found' : 'inherited';
    }
    default:
      return isNear || (discovery.steps[0]?.records ?? 0) > 1 ? 'invalid' : 'none';
  }
}

/** What receivers do who found this, t=y or pct applied. */
function viewOf(
  domain: string,
  discovery: Discovery,
  read: (record: DmarcRecord) => PublishedPolicies | undefined,
  exists: boolean | undefined,
): DmarcReceiverView {
  const { record, domain: policyDomain } = discovery.outcome === 'found' ? discovery.at : ({} as Partial<DmarcAnswer>);
  const policies = record && read(record);
  if (record === undefined || policyDomain === undefined || policies === undefined) return {};
  const { p, sp, np } = policies;
  const isOlder = read === readRfc7489Policies;
  // RFC 7489 §6.6.4: what is not in the sample of pct gets the next weaker policy; of pct=0 that is everything.
  const isWeaker = isOlder ? record.pct === 0 : record.t === 'y';
  const effective = (policy: PublishedPolicies['p']) => applyTesting(policy, isWeaker).effective;
  const subdomains = effective(sp);
  const nonexistentSubdomains = effective(np);
  const inherited = exists === undefined && subdomains !== nonexistentSubdomains ? undefined : exists ? sp : np;
  const own = policyDomain === domain ? p : inherited;
  return {
    policyDomain,
    ...(own !== undefined && { policy: effective(own) }),
    subdomains,
    nonexistentSubdomains,
    ...(isOlder && record.pct !== undefined && { percent: record.pct }),
  };
}

/** Says what is wrong with DMARC. */
export function judgeDmarc(c: AuditCase, facts: DmarcFacts): void {
  const { audit, discovery, near } = facts;
  const { name, reportAddresses } = audit;
  const at = discovery.outcome === 'found' ? discovery.at : undefined;
  for (const step of discovery.steps) raiseAll(c, 'dmarc', step.diagnostics, step.name);
  if (near !== undefined) {
    raiseAll(c, 'dmarc', parseDmarcRecord(near).diagnostics, name, { name, text: near });
  }
  const text = textOf(at);
  if (at !== undefined && text !== undefined) judgeRecord(c, findingsOf(at), text);
  for (const diagnostic of selectWorst(reportAddresses?.diagnostics ?? [])) judgeReportAddress(c, diagnostic, at);
  const { organizationalDomain: organization } = audit;
  if (organization !== undefined && organization !== c.domain && !organization.includes('.')) {
    const place = { subject: `_dmarc.${organization}` };
    raise(c, 'dmarc', diagnoseVerdict('dmarc.shared-organization', { domain: organization }, place));
  }
  judgeReceivers(c, audit, at);
  if (!c.exists) return;
  if (c.purpose === 'parked') judgeParked(c, facts);
  else if (audit.status === 'none') judgeMissing(c);
  else judgePolicy(c, audit, at);
}

/** The record that applies, as people read it. */
function textOf(at: DmarcAnswer | undefined): AuditText | undefined {
  return at?.text === undefined ? undefined : { name: at.name, text: asText(at.text) };
}

/** What is wrong with a record, in places of the text that people read. */
export function findingsOf({ name, text: octets = '', findings }: DmarcAnswer): readonly Diagnostic[] {
  const text = asText(octets);
  if (text === octets) return findings;
  return parsePublishedDmarcRecord(text).diagnostics.map((finding) => ({ ...finding, subject: name }));
}

function judgeRecord(c: AuditCase, findings: readonly Diagnostic[], text: AuditText): void {
  for (const diagnostic of selectWorst(findings)) {
    // A parked domain wants no reports.
    if ((c.isOpen || c.purpose === 'parked') && diagnostic.code === 'dmarc.no-reports') continue;
    raise(c, 'dmarc', diagnostic, { text, change: cureOf(c, diagnostic, text) });
  }
}

/** The change for what the parser leaves to the owner: a tag that does what its finding says is gone without it. */
function cureOf(c: AuditCase, diagnostic: Diagnostic, text: AuditText): DomainChange | undefined {
  const { code, params, fix } = diagnostic;
  if (fix?.replacement !== undefined || !isOwn(c, text.name)) return undefined;
  const changes: { [code: string]: { [tag: string]: null } } = {
    'dmarc.testing': { t: null },
    'dmarc.fo-without-ruf': { fo: null },
    'dmarc.weaker-policy': params.name === 'np' ? { np: null } : { sp: null },
  };
  if (!Object.hasOwn(changes, code)) return undefined;
  const edited = editTags(text.text, changes[code]!).value;
  return edited && isOnlyBetter('dmarc', diagnostic, text.text, edited.text) ? replace(text, edited.text) : undefined;
}

/** RFC 9990 §4: the host of the reports publishes its consent, at a name that is known exactly. */
function judgeReportAddress(c: AuditCase, diagnostic: Diagnostic, at: DmarcAnswer | undefined): void {
  const { code, subject = '' } = diagnostic;
  raise(c, 'dmarc', diagnostic, {
    text: textOf(at),
    questions: [[subject, 'TXT']],
    change: code === 'dmarc.report-unauthorized' ? publishText(subject, 'v=DMARC1') : undefined,
  });
}

/** Tells where the two standards make a difference. */
function judgeReceivers(c: AuditCase, { receivers, name, status }: DmarcAudit, at: DmarcAnswer | undefined): void {
  const { rfc7489, rfc9989 } = receivers;
  if (rfc7489 === undefined || status === 'unknown' || (at !== undefined && rfc9989.policy === undefined)) return;
  const [older, newer] = [rfc7489, rfc9989].map(({ policy }) => (policy === undefined ? 'no policy' : `p=${policy}`));
  if (older === newer) return;
  const subject = at?.name ?? name;
  raise(c, 'dmarc', diagnose('dmarc.receivers-differ', { older: older!, newer: newer! }, subject));
}

/** A record that stands at the domain itself, one label too high, is the likeliest reason that there is none. */
function judgeMissing(c: AuditCase): void {
  const { domain, dmarc } = c;
  const { name } = dmarc;
  const [misplaced, another] = evidenceAt(c.answers, domain, 'TXT').filter(({ found }) => isDmarcRecord(found));
  if (misplaced !== undefined) {
    raise(c, 'dmarc', diagnose('dmarc.misplaced', { domain, name }, domain), {
      text: { name: domain, text: misplaced.found },
      questions: [[name, 'TXT']],
      change: another === undefined ? publishText(name, misplaced.found) : undefined,
    });
    return;
  }
  raise(c, 'dmarc', diagnose('dmarc.missing', { domain }, name));
}

function judgePolicy(c: AuditCase, { status, record, policyDomain }: DmarcAudit, at: DmarcAnswer | undefined): void {
  const text = textOf(at);
  if (record === undefined || at === undefined || text === undefined || (status !== 'found' && status !== 'inherited'))
    return;
  const codes = at.findings.map(({ code }) => code);
  const policies = readPolicies(record);
  const { published, source } = (policyDomain === c.domain ? policies?.p : policies?.sp) ?? {};
  // The parser has its own words where p=none comes of a mistake, or asks for nothing at all.
  if (published === 'none' && source !== undefined && !codes.includes('dmarc.acts-as-none')) {
    raise(c, 'dmarc', diagnose('dmarc.policy-none', { tag: source }, at.name), { text });
  }
  // The reports of a public suffix go to whoever runs it.
  const isForeign = isOfSuffix(c.dmarc);
  if (isForeign || (record.rua.length === 0 && !c.isOpen && !at.findings.some(tellsOfReports))) {
    const { domain } = isForeign ? c : at;
    raise(c, 'dmarc', diagnose('dmarc.no-rua', { domain }, `_dmarc.${domain}`), { text });
  }
}

/** That no report arrives is said already. */
function tellsOfReports({ code, params }: Diagnostic): boolean {
  return code === 'dmarc.no-reports' || (code === 'dmarc.uri' && params.name === 'rua');
}

/** No mail of a parked domain is genuine, so that all of it may be refused. */
function judgeParked(c: AuditCase, { audit, discovery, near, suffix }: DmarcFacts): void {
  const { name, status, receivers } = audit;
  const { policy = 'none', policyDomain: decider } = receivers.rfc9989;
  const isOpen = decider !== undefined && receivers.rfc9989.policy === undefined;
  if (status === 'unknown' || isOpen || policy === 'reject') return;
  // RFC 9989 §4.10.1: the record of a public suffix holds for the domains of others, who do send mail.
  if (suffix) {
    raise(c, 'dmarc', diagnose('audit.public-suffix', { domain: c.domain }, name));
    return;
  }
  const [own] = discovery.steps;
  const ownText = textOf(own)?.text;
  const published = near ?? ownText;
  const edited = own?.record && editTags(ownText!, PARKED).value?.text;
  const isRead = edited !== undefined && parsePublishedDmarcRecord(edited).value?.p === 'reject';
  // Of two records it is for the owner to say which is to go; of one that is too large only the beginning is at hand.
  const isOpenToOwner = (own?.records ?? 0) > 1 || (own?.text !== undefined && own.record === undefined);
  const change = isOpenToOwner ? undefined : publishText(name, isRead ? edited : 'v=DMARC1; p=reject', published);
  raise(c, 'dmarc', diagnose('audit.parked-dmarc', { domain: c.domain, policy }, name), { change });
}
