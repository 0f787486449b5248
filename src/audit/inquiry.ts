import type { DnsAnswer, RecordData, RecordType, Resolver } from '../dns/resolver.ts';
import { DnsSession } from '../dns/session.ts';
import type { Environment } from '../environment.ts';
import type { Limits } from '../limits.ts';
import { asText } from '../text/bytes.ts';
import type { AuditRecord } from './audit.ts';

/** How far an audit is; both numbers grow until it ends. */
export interface AuditProgress {
  asked: number;
  answered: number;
}

/** The questions of an audit: one session for all of its parts, which asks each question once. */
export interface Inquiry {
  session: DnsSession;
  /** The caller's environment with the session as its resolver, for parts that open a session of their own. */
  env: Environment;
  /** Every question that was asked with its answer; waits for those that are open. */
  collect(): Promise<DnsAnswer[]>;
}

/** Opens the session of an audit, which remembers what it asked. */
export function openInquiry(
  env: Environment,
  limits: Readonly<Limits>,
  onProgress: ((progress: AuditProgress) => void) | undefined,
): Inquiry {
  const asked: { name: string; type: RecordType }[] = [];
  let answered = 0;
  let fault: { error: unknown } | undefined;
  const tell = () => {
    if (onProgress === undefined || fault !== undefined) return;
    try {
      onProgress({ asked: asked.length, answered });
    } catch (error) {
      // Thrown from here it would count as a failure of DNS.
      fault = { error };
    }
  };
  const resolver: Resolver = {
    async query(name, type, options) {
      asked.push({ name, type });
      tell();
      try {
        return await env.resolver.query(name, type, options);
      } finally {
        answered++;
        tell();
      }
    },
  };
  const session = DnsSession.open({ ...env, resolver }, limits);
  return {
    session,
    env: { ...env, resolver: session },
    async collect() {
      const answers = await Promise.all(asked.map(({ name, type }) => session.query(name, type)));
      if (fault !== undefined) throw fault.error;
      return answers;
    },
  };
}

/** The text of a record as a zone file has it, a TXT record in one piece and without quotes. */
export function recordText(data: RecordData[RecordType]): string {
  if (typeof data === 'string') return data;
  if ('text' in data) return asText(data.text);
  const { preference, exchange } = data;
  return `${preference} ${exchange === '' ? '.' : exchange}`;
}

/** The questions and answers in order of name and type. */
export function listRecords(answers: readonly DnsAnswer[]): AuditRecord[] {
  return [...answers].sort((a, b) => compare(a.name, b.name) || compare(a.type, b.type)).map(describe);
}

function describe(answer: DnsAnswer): AuditRecord {
  const { name, type, status, ttl, authenticated, cnames } = answer;
  return {
    name,
    type,
    status,
    records: answer.status === 'answer' ? answer.records.map((data) => recordText(data)) : [],
    ...(answer.status === 'failure' && { reason: answer.reason }),
    ...(ttl !== undefined && { ttl }),
    ...(authenticated !== undefined && { authenticated }),
    ...(cnames !== undefined && { cnames }),
  };
}

export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
