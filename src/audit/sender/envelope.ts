import type { DnsAnswer } from '../../dns/resolver.ts';
import type { DnsSession } from '../../dns/session.ts';
import type { Limits } from '../../limits.ts';
import { domainName } from '../../names/domain-name.ts';
import { isSpfRecord } from '../../spf/parse.ts';
import { exchangeRecords } from '../change.ts';
import { checkAlias, fits, judgeAlias } from './alias.ts';
import { type CheckedPath, unanswered } from './path.ts';
import type { Filled, ResolvedEnvelope, ResolvedSender } from './resolve.ts';
import { diagnose } from './rules.ts';
import { checkTerms } from './spf-path.ts';

/** Whether SPF passes for the sender's MAIL FROM with what DNS has now (RFC 7208 §2.4). */
export async function checkEnvelope(
  sender: ResolvedSender,
  envelope: ResolvedEnvelope,
  session: DnsSession,
  limits: Readonly<Limits>,
): Promise<CheckedPath> {
  const { domain, own, cname, ns, mx } = envelope;
  const path: CheckedPath = {
    path: 'spf',
    domain,
    own,
    authenticated: 'unknown',
    why: `${sender.name} has its MAIL FROM at ${domain.text}, a domain of its own`,
    changes: [],
    diagnostics: [],
  };
  if (own) return path;
  if (!domain.known) return { ...path, why: `Which MAIL FROM ${sender.name} uses is not known` };
  if (cname !== undefined) {
    const [alias, record] = await Promise.all([
      checkAlias(domain.text, cname, isSpfRecord, session),
      checkRecord(path, session),
    ]);
    return judgeAlias(sender, record, alias, { name: domain.text, target: cname, what: 'SPF record' });
  }
  if (ns.length > 0) {
    const [answer, record] = await Promise.all([session.query(domain.text, 'NS'), checkRecord(path, session)]);
    return judgeHosts(record, answer, ns);
  }
  const [answer, record] = await Promise.all([
    mx.length > 0 ? session.query(domain.text, 'MX') : undefined,
    checkTerms(sender, path, session, limits),
  ]);
  return answer === undefined ? record : judgeHosts(record, answer, mx);
}

/** The path by the record at its domain, which the sender publishes. */
async function checkRecord(path: CheckedPath, session: DnsSession): Promise<CheckedPath> {
  const { text } = path.domain;
  const answer = await session.query(text, 'TXT');
  if (answer.status === 'failure') return { ...path, why: unanswered(text) };
  const records = answer.status === 'answer' ? answer.records.filter((record) => isSpfRecord(record.text)) : [];
  // RFC 7208 §4.5: several are an error.
  return records.length === 1
    ? { ...path, authenticated: 'yes', why: `${text} has an SPF record` }
    : { ...path, authenticated: 'no', why: `${text} has no usable SPF record` };
}

/** The path, where its domain names one of the sender's hosts; else the changes to that end come before its own. */
function judgeHosts(
  path: CheckedPath,
  answer: DnsAnswer<'MX'> | DnsAnswer<'NS'>,
  wanted: readonly Filled[],
): CheckedPath {
  const { type } = answer;
  const name = path.domain.text;
  if (answer.status === 'failure') {
    return path.authenticated === 'no' ? path : { ...path, authenticated: 'unknown', why: unanswered(name) };
  }
  const found = (answer.status === 'answer' ? answer.records : []).map((record) => {
    const { preference, exchange } = typeof record === 'string' ? { exchange: record } : record;
    const host = domainName(exchange) ?? exchange;
    return { host, text: preference === undefined ? host : `${preference} ${host}` };
  });
  if (found.some(({ host }) => wanted.some((one) => fits(one, host)))) return path;
  const superfluous = found.map(({ text }) => text);
  const missing = wanted.map(({ text }) => (type === 'MX' ? `10 ${text}` : text));
  const changes = wanted.every(({ known }) => known) ? exchangeRecords(name, type, superfluous, missing) : [];
  return {
    ...path,
    authenticated: 'no',
    why: `The ${type} records of ${name} do not name ${wanted[0]?.text}`,
    changes: [...changes, ...path.changes],
    diagnostics: [
      ...(found.length > 0 ? [diagnose('sender.name-taken', { name, type }, { subject: name })] : []),
      ...path.diagnostics,
    ],
  };
}
