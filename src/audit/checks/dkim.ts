import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { isForEmail } from '../../dkim/key-reader.ts';
import { type DkimKeyRecord, parseDkimKeyRecord } from '../../dkim/key-record.ts';
import { diagnose as diagnoseLookup } from '../../dkim/lookup-rules.ts';
import type { DnsAnswer } from '../../dns/resolver.ts';
import type { DnsSession } from '../../dns/session.ts';
import type { Limits } from '../../limits.ts';
import { domainName } from '../../names/domain-name.ts';
import { asText } from '../../text/bytes.ts';
import type { DkimAudit, DkimSelectorAudit } from '../audit.ts';
import { type AuditCase, raise, selectWorst } from '../case.ts';
import { publishText, removeRecord, removeTag } from '../change.ts';
import { diagnose } from '../rules.ts';
import { letsNobodySend } from './spf.ts';

/** A selector with what DNS said about it, and the findings about its record. */
export interface SelectorFacts {
  audit: DkimSelectorAudit;
  answer: DnsAnswer<'TXT'>;
  diagnostics: Diagnostic[];
}

export interface DkimFacts {
  audit: DkimAudit;
  selectors: SelectorFacts[];
  /** Whether there is no name below `_domainkey`; absent where DNS did not answer. */
  empty?: boolean;
}

interface Asked {
  selector: string;
  name: string;
  source: DkimSelectorAudit['source'];
  answer: DnsAnswer<'TXT'>;
}

/** Looks up the selectors that the caller named, and others that are worth a question. */
export async function lookupDkim(
  domain: string,
  given: readonly string[],
  probed: readonly string[],
  session: DnsSession,
  limits: Readonly<Limits>,
): Promise<DkimFacts> {
  const tried = probed.filter((selector) => !given.includes(selector));
  const ask = async (selector: string, source: Asked['source']): Promise<Asked> => {
    const name = `${selector}._domainkey.${domain}`;
    // RFC 1035 §2.3.4: a name that is too long to be asked does not exist.
    const none = { name, type: 'TXT', status: 'nxdomain' } as const;
    const answer = domainName(name) === undefined ? none : await session.query(name, 'TXT');
    return { selector, name, source, answer };
  };
  const [parent, ...asked] = await Promise.all([
    session.query(`_domainkey.${domain}`, 'TXT'),
    ...given.map((selector) => ask(selector, 'given')),
    ...tried.map((selector) => ask(selector, 'probed')),
  ]);
  const found = await Promise.all(
    foldWildcard(asked, domain).map(async (one) => judgeSelector(one, await findAlias(one, session), limits)),
  );
  const selectors = found.filter(isWorthTelling);
  return {
    audit: { selectors: selectors.map(({ audit }) => audit), probed: tried.length },
    selectors,
    // RFC 8020 §2: a name that does not exist has none below it.
    ...(parent.status !== 'failure' && { empty: parent.status === 'nxdomain' }),
  };
}

/** The answers to what was tried, one for all that a wildcard gave. */
function foldWildcard(asked: readonly Asked[], domain: string): Asked[] {
  const tried = asked.filter(({ source }) => source === 'probed');
  const groups = new Map<string, Asked[]>();
  for (const one of tried) {
    const { answer } = one;
    const texts = answer.status === 'answer' ? answer.records.map(({ text }) => text) : [];
    const key = [...texts.sort(), ...(answer.cnames ?? [])].join('\n');
    if (key !== '') groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  const wild = [...groups.values()].find(({ length }) => length > 2 && length * 2 > tried.length);
  if (wild === undefined) return [...asked];
  const star: Asked = { ...wild[0]!, selector: '*', name: `*._domainkey.${domain}` };
  return [...asked.filter((one) => !wild.includes(one)), star];
}

/** Where aliases lead to. Not every resolver tells with its answer, and only what matters is worth a question. */
async function findAlias({ answer, source, name, selector }: Asked, session: DnsSession): Promise<string | undefined> {
  const told = answer.cnames?.at(-1);
  if (told !== undefined) return domainName(told) ?? told;
  const matters = answer.status === 'answer' || (source === 'given' && answer.status !== 'failure');
  if (!matters || selector === '*' || domainName(name) === undefined) return undefined;
  const alias = await session.query(name, 'CNAME');
  return alias.status === 'answer' ? (domainName(alias.records[0]) ?? alias.records[0]) : undefined;
}

function judgeSelector(
  asked: Asked,
  delegatedTo: string | undefined,
  { recordBytes }: Readonly<Limits>,
): SelectorFacts {
  const { selector, name, source, answer } = asked;
  const audit: DkimSelectorAudit = {
    selector,
    name,
    source,
    status: answer.status === 'failure' ? 'unknown' : 'none',
    ...(delegatedTo !== undefined && { delegatedTo }),
  };
  const facts: SelectorFacts = { audit, answer, diagnostics: [] };
  if (answer.status !== 'answer') return facts;
  const texts = answer.records.map(({ text }) => text);
  if (texts.length === 1) audit.text = asText(texts[0]!);
  else facts.diagnostics.push(diagnoseLookup('dkim.key-several', { name, count: texts.length }));
  for (const text of texts) {
    if (text.length > recordBytes) {
      facts.diagnostics.push(diagnoseLookup('dkim.key-oversized', { name, octets: text.length, limit: recordBytes }));
      if (audit.status === 'none') audit.status = 'invalid';
    } else readKey(facts, asText(text));
  }
  return facts;
}

const RANKS: readonly DkimSelectorAudit['status'][] = ['none', 'invalid', 'revoked', 'key'];

/** Takes in one of the records at a selector; the best of them counts, since a verifier tries several. */
function readKey({ audit, diagnostics }: SelectorFacts, text: string): void {
  const { ok, value, diagnostics: found } = parseDkimKeyRecord(text);
  // RFC 6376 §6.1.2, the note: a wildcard answers with records that are no keys.
  const isOther = audit.source === 'probed' && found.some(({ code }) => code === 'dkim.key-other-record');
  if (isOther) return;
  const status = statusOf(ok ? value : undefined);
  // A choice of the owner, and nobody's fault.
  diagnostics.push(...found.filter(({ code }) => code !== 'dkim.key-strict'));
  if (RANKS.indexOf(status) <= RANKS.indexOf(audit.status)) return;
  audit.status = status;
  if (value !== undefined) audit.record = value;
}

function statusOf(record: DkimKeyRecord | undefined): DkimSelectorAudit['status'] {
  if (record === undefined) return 'invalid';
  if (record.revoked) return 'revoked';
  return isForEmail(record) ? 'key' : 'invalid';
}

function isWorthTelling({ audit }: SelectorFacts): boolean {
  const isAlias = audit.delegatedTo !== undefined && audit.selector !== '*';
  return audit.source === 'given' || audit.status !== 'none' || isAlias;
}

/** Says what is wrong with the keys. */
export function judgeDkim(c: AuditCase, { selectors, audit, empty }: DkimFacts): void {
  for (const facts of selectors) judgeRecord(c, facts);
  judgeProbe(c, selectors, audit.probed);
  judgeDuplicates(c, audit);
  judgeAlgorithms(c, audit);
  const { domain } = c;
  // RFC 9989 §4.4.1: mail of a subdomain may be signed by the organization.
  if (c.purpose === 'parked' || c.isOpen || !c.exists || c.dmarc.organizationalDomain !== domain) return;
  // Who lets nobody send has no mail to sign.
  if (letsNobodySend(c.spf)) return;
  if (audit.selectors.some(({ status }) => status !== 'none' && status !== 'revoked')) return;
  const subject = `_domainkey.${domain}`;
  if (empty === true) raise(c, 'dkim', diagnose('dkim.missing', { domain }, subject));
  else if (empty === false && audit.probed > 0 && audit.selectors.every(({ source }) => source === 'probed')) {
    raise(c, 'dkim', diagnose('dkim.not-found', { domain, count: audit.probed }, subject));
  }
}

function judgeRecord(c: AuditCase, { audit, answer, diagnostics }: SelectorFacts): void {
  const { name, source, status, delegatedTo, text } = audit;
  const { domain } = c;
  if (answer.status === 'failure' && source === 'given') {
    raise(c, 'dkim', diagnose('dkim.dns-failure', { name, reason: answer.reason }, name));
  } else if (delegatedTo !== undefined && answer.status === 'nxdomain') {
    raise(c, 'dkim', diagnose('dkim.dangling', { name, target: delegatedTo, domain }, name), {
      questions: [[name, 'TXT', 'CNAME']],
      // A selector that is in use needs its key and not its end.
      change: source === 'probed' ? removeRecord(name, 'CNAME', delegatedTo) : undefined,
    });
  } else if (source === 'given' && status === 'none') {
    raise(c, 'dkim', diagnoseLookup('dkim.no-key', { name }, { subject: name }));
  }
  for (const diagnostic of selectWorst(diagnostics)) {
    // An old key that was taken back as it should be; and what is only worth knowing about keys of others, they know.
    if (source === 'probed' && diagnostic.code === 'dkim.key-revoked') continue;
    if (delegatedTo !== undefined && diagnostic.severity === 'info') continue;
    const change = text === undefined || delegatedTo !== undefined ? undefined : cureOf(diagnostic, audit);
    const record = text === undefined ? undefined : { name, text };
    raise(c, 'dkim', { ...diagnostic, subject: name }, { text: record, change });
  }
}

/** The change for what the parser leaves to its reader: here the whole record is known. */
function cureOf({ code, span }: Diagnostic, { name, text = '', record }: DkimSelectorAudit) {
  if (code === 'dkim.key-testing') {
    const tag = record?.tags.find((one) => one.name === 't');
    if (tag === undefined) return undefined;
    const rest = (record?.t ?? []).filter((flag) => flag !== 'y').join(':');
    const { start, end } = tag.valueSpan;
    const after = rest === '' ? removeTag(text, tag.span) : text.slice(0, start) + rest + text.slice(end);
    return publishText(name, after, text);
  }
  const isUseless = code === 'dkim.key-no-flags' || code === 'dkim.key-tag-historic';
  return isUseless && span !== undefined ? publishText(name, removeTag(text, span), text) : undefined;
}

/** One finding for all that could not be looked up: whoever tries forty needs no forty lines. */
function judgeProbe(c: AuditCase, selectors: readonly SelectorFacts[], of: number): void {
  const failed = selectors.filter(({ audit }) => audit.source === 'probed' && audit.status === 'unknown');
  const [first] = failed;
  if (first?.answer.status !== 'failure') return;
  const { reason } = first.answer;
  raise(c, 'dkim', diagnose('dkim.probe-incomplete', { count: failed.length, of, reason }, c.domain), {
    questions: failed.map(({ audit }) => [audit.name, 'TXT'] as const),
  });
}

function judgeDuplicates(c: AuditCase, { selectors }: DkimAudit): void {
  const first = new Map<string, DkimSelectorAudit>();
  for (const audit of selectors) {
    const { status, record, selector, name, delegatedTo } = audit;
    if (status !== 'key' || record?.p === undefined) continue;
    const other = first.get(record.p);
    if (other === undefined) first.set(record.p, audit);
    // Two aliases of one name are one key for its owner to retire.
    else if (delegatedTo === undefined || delegatedTo !== other.delegatedTo) {
      const params = { first: other.selector, second: selector };
      raise(c, 'dkim', diagnose('dkim.duplicate-key', params, name), {
        questions: [
          [other.name, 'TXT'],
          [name, 'TXT'],
        ],
      });
    }
  }
}

/** RFC 8463 §6: for those who do not verify Ed25519, there are RSA signatures as well. */
function judgeAlgorithms(c: AuditCase, { selectors }: DkimAudit): void {
  const { domain, purpose } = c;
  const keys = selectors.filter(({ status }) => status === 'key');
  // Of a selector without an answer, or with several records, nobody knows all keys.
  const isOpen = selectors.some(({ status }) => status === 'unknown');
  if (purpose === 'parked' || isOpen || keys.length === 0) return;
  if (!keys.every(({ record, text }) => record?.keyType === 'ed25519' && text !== undefined)) return;
  raise(c, 'dkim', diagnose('dkim.ed25519-alone', { domain }, `_domainkey.${domain}`), {
    questions: keys.map(({ name }) => [name, 'TXT'] as const),
  });
}
