import type { DnsAnswer, MxData } from '../../dns/resolver.ts';
import type { DnsSession } from '../../dns/session.ts';
import { matchMtaStsMx } from '../../mta-sts/match.ts';
import { domainName } from '../../names/domain-name.ts';
import { parseIpAddress } from '../../names/ip-address.ts';
import { isPublicNetwork } from '../../names/public-address.ts';
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
  /** Whether there is an address at it. */
  isReached?: boolean;
  /** One of its addresses, where all are known and the internet reaches none. */
  unreachable?: string;
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
  const isReached = a.status === 'answer' || aaaa.status === 'answer';
  const unreachable = findUnreachable(a, aaaa);
  const facts = { ...data, isReached, ...(unreachable !== undefined && { unreachable }) };
  if (target !== undefined) return { ...facts, status: 'alias', target: domainName(target) ?? target };
  if (isReached) return { ...facts, status: 'host' };
  return { ...data, status: a.status === 'failure' || aaaa.status === 'failure' ? 'unknown' : 'no-address' };
}

/** The first of the addresses where nobody outside reaches any; what is not known may be one that is reached. */
function findUnreachable(...answers: readonly DnsAnswer<'A' | 'AAAA'>[]): string | undefined {
  if (answers.some(({ status }) => status === 'failure')) return undefined;
  const addresses = answers.flatMap((answer) => (answer.status === 'answer' ? answer.records : []));
  return addresses.some(isPublicNetwork) ? undefined : addresses[0];
}

/** Says what is wrong with the MX records. */
export function judgeMx(c: AuditCase, { audit, answer, exchanges, none }: MxFacts): void {
  const { domain } = c;
  for (const failed of c.answers.values()) judgeFailure(c, failed, exchanges);
  if (!c.exists) return;
  for (const exchange of exchanges) {
    judgeExchange(c, exchange, exchanges);
    judgeAddresses(c, exchange, exchanges);
  }
  if (exchanges.length > MOST_HOSTS) {
    const params = { count: exchanges.length, limit: MOST_HOSTS };
    raise(c, 'mx', diagnose('mx.host-limit', params, domain));
  }
  const count = answer.status === 'answer' ? answer.records.length : 0;
  const [first] = none;
  if (first !== undefined && count > 1) {
    const change = none.length === 1 ? removeRecord(domain, 'MX', recordText(first)) : undefined;
    raise(c, 'mx', diagnose('mx.null-with-others', { domain, count }, domain), { change });
  } else if (first !== undefined && first.preference !== 0) {
    const change = publishRecord(domain, 'MX', '0 .', recordText(first));
    raise(c, 'mx', diagnose('mx.null-preference', { preference: first.preference }, domain), { change });
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
  raise(c, 'mx', diagnose('mx.dns-failure', { type, name, reason }, name), { questions: [[name, type]] });
}

function judgeExchange(c: AuditCase, facts: ExchangeFacts, all: readonly ExchangeFacts[]): void {
  const { preference, exchange, status, target = '', isReached, text } = facts;
  const { domain } = c;
  switch (status) {
    case 'address':
    case 'invalid':
      raise(c, 'mx', diagnose(`mx.${status}`, { exchange }, domain));
      break;
    case 'alias': {
      // A name that has no address, or that the policy does not know, gets less mail than the alias.
      const { policy } = c.mtaSts;
      const isBetter = isReached && (policy === undefined || matchMtaStsMx(policy, target).matched);
      raise(c, 'mx', diagnose('mx.alias', { exchange, target }, domain), {
        questions: [[exchange, 'CNAME']],
        change: isBetter ? publishRecord(domain, 'MX', `${preference} ${target}`, text) : undefined,
      });
      break;
    }
    case 'no-address': {
      // Without it mail goes to the others; where there is none, whoever knows where the host went has to tell.
      const isSpare = all.some(isGood);
      const change = isSpare ? removeRecord(domain, 'MX', text) : undefined;
      raise(c, 'mx', diagnose('mx.no-address', { exchange }, domain), { questions: [[exchange, 'A', 'AAAA']], change });
      break;
    }
    default:
  }
}

function isGood({ status, unreachable }: ExchangeFacts): boolean {
  return status === 'host' && unreachable === undefined;
}

/** Names of servers inside, or of such as left their addresses there. */
function judgeAddresses(c: AuditCase, facts: ExchangeFacts, all: readonly ExchangeFacts[]): void {
  const { preference, exchange, unreachable: address, text } = facts;
  if (address === undefined) return;
  const { domain } = c;
  const isLost = (one: ExchangeFacts) =>
    one.unreachable !== undefined || one.status === 'no-address' || one.status === 'invalid';
  // RFC 5321 §5.1: a relay hands on to hosts of lower preference values, so that one outside may need this one inside.
  const isSpare = all.some((other) => isGood(other) && other.preference <= preference);
  const code = all.every(isLost) ? 'mx.all-private' : 'mx.private';
  raise(c, 'mx', diagnose(code, { domain, exchange, address }, domain), {
    questions: [[exchange, 'A', 'AAAA']],
    change: isSpare ? removeRecord(domain, 'MX', text) : undefined,
  });
}

const CODES = { implicit: 'mx.implicit', none: 'mx.missing', null: 'mx.null-sender' } as const;

function judgeReachability(c: AuditCase, { status }: MxAudit): void {
  const { domain } = c;
  if (c.isOpen || status === 'hosts' || status === 'unknown') return;
  raise(c, 'mx', diagnose(CODES[status], { domain }, domain), {
    questions: [[domain, 'MX', 'A', 'AAAA']],
  });
}

/** RFC 7505 §3: a domain with an address takes mail, unless it says that it does not. */
function judgeParkedMx(c: AuditCase, { status }: MxAudit, exchanges: readonly ExchangeFacts[]): void {
  if (status !== 'implicit' && status !== 'hosts') return;
  const { domain } = c;
  const [only, another] = exchanges;
  const change = another === undefined ? publishRecord(domain, 'MX', '0 .', only?.text) : undefined;
  raise(c, 'mx', diagnose('audit.parked-mx', { domain }, domain), { change });
}
