import type { DomainAudit } from '../../src/audit/audit.ts';
import { auditDomain } from '../../src/audit/audit-domain.ts';
import type { AuditFinding } from '../../src/audit/finding.ts';
import type { AuditDomainOptions } from '../../src/audit/options.ts';
import type { Resolver } from '../../src/dns/resolver.ts';
import { memoryResolver, type Zone } from '../../src/resolvers/memory.ts';
import { latin1, utf8Bytes } from '../../src/text/bytes.ts';
import { publicKey } from './findings/keys.ts';

export const KEY = `v=DKIM1; k=rsa; p=${publicKey(2048, 20_260_101)}`;
export const OTHER_KEY = `v=DKIM1; k=rsa; p=${publicKey(2048, 20_260_601)}`;

export const POLICY = 'version: STSv1\r\nmode: enforce\r\nmx: mx.example.com\r\nmax_age: 604800\r\n';

/** What DNS has of a text: one unit for each octet of its UTF-8. */
export const octetsOf = (text: string): string => latin1(utf8Bytes(text));

/** A domain that does everything right. */
export const healthy: Zone = {
  'example.com': { A: ['192.0.2.80'], MX: ['10 mx.example.com'], TXT: ['v=spf1 mx -all', 'token=1'] },
  'mx.example.com': { A: ['192.0.2.25'], AAAA: ['2001:db8::25'] },
  's1._domainkey.example.com': { TXT: [KEY] },
  '_dmarc.example.com': { TXT: ['v=DMARC1; p=reject; rua=mailto:dmarc@example.com,mailto:a@reports.example'] },
  'example.com._report._dmarc.reports.example': { TXT: ['v=DMARC1'] },
  '_mta-sts.example.com': { TXT: ['v=STSv1; id=1'] },
  '_smtp._tls.example.com': { TXT: ['v=TLSRPTv1; rua=mailto:tls@example.com'] },
};
export const healthyFiles = { 'https://mta-sts.example.com/.well-known/mta-sts.txt': POLICY };

/** Audits a domain by a zone; `files` are what its web servers have. */
export function auditZone(
  zone: Zone,
  options: AuditDomainOptions & { files?: { [url: string]: string }; domain?: string } = {},
): Promise<DomainAudit> {
  const { files = {}, domain = 'example.com', ...how } = options;
  const fetch = async (url: unknown): Promise<Response> => {
    const text = files[String(url)];
    if (text === undefined) throw new Error('connection refused');
    const type = String(url).endsWith('.svg') ? 'image/svg+xml' : 'text/plain';
    return new Response(text, { headers: { 'content-type': type } });
  };
  return auditDomain(domain, { resolver: memoryResolver(zone), fetch }, how);
}

export function codesOf({ findings }: DomainAudit): string[] {
  return findings.map(({ code }) => code);
}

/** The only finding of a code. */
export function findingOf({ findings }: DomainAudit, code: string): AuditFinding {
  const [found, another] = findings.filter((finding) => finding.code === code);
  if (found === undefined || another !== undefined) {
    throw new Error(`one ${code} was expected: ${findings.map((finding) => finding.code).join(', ')}`);
  }
  return found;
}

/** What a resolver was asked, in order, and how often it had to be waited for. */
export interface Waves {
  resolver: Resolver;
  asked: string[];
  readonly count: number;
}

/** A resolver far away: all that is asked before anybody has an answer is one round trip. */
export function inWaves(inner: Resolver): Waves {
  const asked: string[] = [];
  let waiting: (() => void)[] = [];
  let count = 0;
  const release = () => {
    const wave = waiting;
    waiting = [];
    count++;
    for (const answer of wave) answer();
  };
  return {
    asked,
    get count() {
      return count;
    },
    resolver: {
      async query(name, type) {
        asked.push(`${type} ${name}`);
        // After every microtask: whoever can ask something has asked it by then.
        if (waiting.length === 0) setImmediate(release);
        await new Promise<void>((resolve) => waiting.push(resolve));
        return inner.query(name, type);
      },
    },
  };
}

/** A resolver that fails the questions for which it is told to. */
export function failing(inner: Resolver, fails: (question: string) => boolean): Resolver {
  return {
    async query(name, type, options) {
      if (fails(`${type} ${name}`)) return { name, type, status: 'failure', reason: 'servfail' };
      return inner.query(name, type, options);
    },
  };
}
