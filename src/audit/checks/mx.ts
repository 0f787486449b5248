import type { DnsAnswer, MxData } from '../../dns/resolver.ts';
import type { DnsSession } from '../../dns/session.ts';
import { domainName } from '../../names/domain-name.ts';
import { parseIpAddress } from '../../names/ip-address.ts';
import type { MxAudit } from '../audit.ts';
import { type AuditCase, raise } from '../case.ts';
import { publishRecord, removeRecord } from '../change.ts';
import { recordText } from '../inquiry.ts';
import { diagnose } from '../rules.ts';

// A zone may have a hundred; of those that receive mail, the largest has some ten.
const MOST_HOSTS = 20;

/** An exchange and what there is about it. */
interface ExchangeFacts extends MxData {
  /** The record as published. */
  text: string;
  status: 'host' | 'address' | 'invalid' | 'alias' | 'no-address' | 'unknown' | 'not-checked';
  /** What an alias leads to. */
  target?: string;
}

/** The MX records of a domain and the addresses of their hosts. */
export interface MxFacts {
  audit: MxAudit;
  answer: DnsAnswer<'MX'>;
  /** Those that are hosts or should be. */
  exchanges: ExchangeFacts[];
  /** The null MX records (RFC 7505 §3). */
  none: MxData[];
}

/** Looks up where mail for a domain goes, and whether it can arrive there. */
export async function lookupMx(domain: string, session: DnsSession): Promise<MxFacts> {
  const [answer, a, aaaa] = await Promise.all([
    session.query(domain, 'MX'),
    session.query(domain, 'A'),
    session.query(domain, 'AAAA'),
  ]);
  if (answer.status !== 'answer') {
    return { audit: { status: statusWithout(answer, a, aaaa), hosts: [] }, answer, exchanges: [], none: [] };
  }
  const sorted = [...answer.records].sort((x, y) => x.preference - y.preference);
  const none = sorted.filter(isNull);
  const hosts = sorted
    .filter((data) => !isNull(data))
    .map((data) => ({ ...data, exchange: domainName(data.exchange) ?? data.exchange, text: recordText(data) }));
  const exchanges = await Promise.all(hosts.map((data, i) => lookupExchange(data, i, session)));
  const listed = hosts.map(({ preference, exchange }) => ({ preference, exchange }));
  return { audit: { status: hosts.length > 0 ? 'hosts' : 'null', hosts: listed }, answer, exchanges, none };
}

function isNull({ exchange }: MxData): boolean {
  return exchange === '' || exchange === '.';
}

/** RFC 5321 §5.1: without an MX record the address of the domain stands for one. */
function statusWithout(mx: DnsAnswer, ...addresses: readonly DnsAnswer[]): MxAudit['status'] {
  if (mx.status === 'failure') return 'unknown';
  if (addresses.some(({ status }) => status === 'answer')) return 'implicit';
  return addresses.some(({ status }) => status === 'failure') ? 'unknown' : 'none';
}

async function lookupExchange(
  data: MxData & { text: string },
  index: number,
  session: DnsSession,
): Promise<ExchangeFacts> {
  const { exchange } = data;
  if (parseIpAddress(exchange.replace(/\.$|[[\]]/g, '')) !== undefined) return { ...data, status: 'address' };
  if (domainName(exchange) === undefined) return { ...data, status: 'invalid' };
  if (index >= MOST_HOSTS) return { ...data, status: 'not-checked' };
  const [a, aaaa, cname] = await Promise.all([
    session.query(exchange, 'A'),
    session.query(exchange, 'AAAA'),
    session.query(exchange, 'CNAME'),
  ]);
  const target = a.cnames?.at(-1) ?? aaaa.cnames?.at(-1) ?? (cname.status === 'answer' ? cname.records[0] : undefined);
  if (target !== undefined) return { ...data, status: 'alias', target: domainName(target) ?? target };
  if (a.status === 'answer' || aaaa.status === 'answer') return { ...data, status: 'host' };
  return { ...data, status: a.status === 'failure' || aaaa.status === 'failure' ? 'unknown' : 'no-address' };
}

/** Says what is wrong with the MX records. */
export function judgeMx(c: AuditCase, { audit, answer, exchanges, none }: MxFacts): void {
  const { domain } = c;
  for (const failed of c.answers.values()) judgeFailure(c, failed, exchanges);
  if (!c.exists) return;
  for (const exchange of exchanges) judgeExchange(c, exchange, exchanges);
  if (exchanges.length > MOST_HOSTS) {
    const params = { count: exchanges.length, limit: MOST_HOSTS };
    raise(c, 'mx', diagnose('mx.host-limit', params, { subject: domain }));
  }
  const questions = [[domain, 'MX'] as const];
  const place = { subject: domain };
  const count = answer.status === 'answer' ? answer.records.length : 0;
  const [first] = none;
  if (first !== undefined && count > 1) {
    const change = removeRecord(domain, 'MX', recordText(first));
    raise(c, 'mx', diagnose('mx.null-with-others', { domain, count }, place), {
      questions,
      ...(none.length === 1 && { change }),
    });
  } else if (first !== undefined && first.preference !== 0) {
    const change = publishRecord(domain, 'MX', '0 .', recordText(first));
    raise(c, 'mx', diagnose('mx.null-preference', { preference: first.preference }, place), { questions, change });
  }
  if (c.purpose === 'mail') judgeReachability(c, audit);
  else judgeParkedMx(c, audit, exchanges);
}

function judgeFailure(c: AuditCase, answer: DnsAnswer, exchanges: readonly ExchangeFacts[]): void {
  if (answer.status !== 'failure') return;
  const { name, type, reason } = answer;
  const isOurs =
    name === c.domain
      ? type === 'MX' || c.mx.status === 'unknown'
      : exchanges.some(({ exchange }) => exchange === name);
  if (!isOurs || type === 'TXT') return;
  raise(c, 'mx', diagnose('mx.dns-failure', { type, name, reason }, { subject: name }), { questions: [[name, type]] });
}

function judgeExchange(c: AuditCase, facts: ExchangeFacts, all: readonly ExchangeFacts[]): void {
  const { preference, exchange, status, target = '', text } = facts;
  const { domain } = c;
  const place = { subject: domain };
  switch (status) {
    case 'address':
    case 'invalid':
      raise(c, 'mx', diagnose(`mx.${status}`, { exchange }, place), { questions: [[domain, 'MX']] });
      break;
    case 'alias':
      raise(c, 'mx', diagnose('mx.alias', { exchange, target }, place), {
        questions: [[exchange, 'CNAME']],
        change: publishRecord(domain, 'MX', `${preference} ${target}`, text),
      });
      break;
    case 'no-address': {
      // Without it mail goes to the others; the only one is the matter of whoever knows where the host went.
      const change = all.length > 1 ? removeRecord(domain, 'MX', text) : undefined;
      const questions = (['A', 'AAAA'] as const).map((type) => [exchange, type] as const);
      raise(c, 'mx', diagnose('mx.no-address', { exchange }, place), { questions, change });
      break;
    }
    default:
  }
}

function judgeReachability(c: AuditCase, { status }: MxAudit): void {
  const { domain } = c;
  const questions = (['MX', 'A', 'AAAA'] as const).map((type) => [domain, type] as const);
  const place = { subject: domain };
  if (status === 'implicit') raise(c, 'mx', diagnose('mx.implicit', { domain }, place), { questions });
  if (status === 'none') raise(c, 'mx', diagnose('mx.missing', { domain }, place), { questions });
  if (status === 'null') raise(c, 'mx', diagnose('mx.null-sender', { domain }, place), { questions });
}

/** RFC 7505 §3: a domain with an address takes mail, unless it says that it does not. */
function judgeParkedMx(c: AuditCase, { status }: MxAudit, exchanges: readonly ExchangeFacts[]): void {
  if (status !== 'implicit' && status !== 'hosts') return;
  const { domain } = c;
  const [only, another] = exchanges;
  const change = another === undefined ? publishRecord(domain, 'MX', '0 .', only?.text) : undefined;
  const questions = [[domain, 'MX'] as const];
  raise(c, 'mx', diagnose('audit.parked-mx', { domain }, { subject: domain }), { questions, change });
}
