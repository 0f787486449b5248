import { auditDomain } from '../../../src/audit/audit-domain.ts';
import type { AuditFinding, DomainChange } from '../../../src/audit/finding.ts';
import { planKeyRotation } from '../../../src/audit/plan/key-rotation.ts';
import { planRollout } from '../../../src/audit/plan/rollout.ts';
import { auditSender } from '../../../src/audit/sender/audit-sender.ts';
import type { Diagnostic } from '../../../src/diagnostics/diagnostic.ts';
import type { DnsAnswer, RecordType, Resolver } from '../../../src/dns/resolver.ts';
import type { Environment } from '../../../src/environment.ts';
import { isAtOrBelow } from '../../../src/names/domain-name.ts';
import type { AggregateRecord, AggregateReport } from '../../../src/reports/aggregate/report.ts';
import { summarizeAggregateReports } from '../../../src/reports/summary/summarize.ts';
import { memoryResolver, type ZoneRecord } from '../../../src/resolvers/memory.ts';
import { octetText } from '../../../src/resolvers/octet-text.ts';
import {
  type Base,
  baseOptions,
  bases,
  changed,
  type FindingExample,
  type GivenReports,
  NOW,
  type World,
} from './base.ts';

export type Finding = Diagnostic & Partial<Pick<AuditFinding, 'change'>>;

const DOMAIN = 'example.com';
const DAY = 86_400;

/** Audits example.com, a service that sends for it, a change of its keys or of its policy, in a world of its own. */
export async function auditWorld(world: World, base: Base, options: object = {}): Promise<Finding[]> {
  const env = environmentOf(world);
  switch (base) {
    case 'sender':
      return (await auditSender({ ...baseOptions.sender, ...options, domain: DOMAIN }, env)).diagnostics;
    case 'rotation':
      return (await planKeyRotation({ ...baseOptions.rotation, ...options, domain: DOMAIN }, env)).diagnostics;
    case 'rollout': {
      const { domain, reports } = { ...baseOptions.rollout, ...options };
      const summary = reports === 'none' ? undefined : summarizeAggregateReports(writeReports(reports));
      return planRollout(await auditDomain(domain, env), summary, { now: NOW }).diagnostics;
    }
    default:
      return (await auditDomain(DOMAIN, env, { ...baseOptions[base], ...options })).findings;
  }
}

function writeReports({ days, p, daily = 1000, daysAgo = 0, more }: GivenReports): AggregateReport[] {
  const rows = [writeRow('198.51.100.10', daily, 'pass', DOMAIN)];
  if (more !== undefined) rows.push(writeRow(more.ip, more.messages, 'fail', more.spf, more.reason));
  return Array.from({ length: days }, (_, i) => {
    const end = NOW - (daysAgo + days - 1 - i) * DAY;
    return {
      schema: 'rfc9990',
      reportMetadata: {
        orgName: 'receiver.example',
        reportId: `${i}`,
        dateRange: { begin: end - DAY, end },
        errors: [],
      },
      policyPublished: { domain: DOMAIN, p },
      records: rows,
    };
  });
}

function writeRow(ip: string, count: number, dkim: 'pass' | 'fail', spf?: string, reason?: string): AggregateRecord {
  const aligned = spf === DOMAIN ? 'pass' : 'fail';
  const envelope = spf ?? DOMAIN;
  const reasons = reason === undefined ? [] : [{ type: reason }];
  return {
    sourceIp: ip,
    count,
    policyEvaluated: { disposition: 'none', dkim, spf: aligned, reasons },
    identifiers: { headerFrom: DOMAIN, envelopeFrom: envelope },
    authResults: {
      dkim: dkim === 'pass' ? [{ domain: DOMAIN, selector: 'spring', result: 'pass' }] : [],
      spf: [{ domain: envelope, scope: 'mfrom', result: spf === undefined ? 'fail' : 'pass' }],
    },
  };
}

function environmentOf({ zone, files, signed }: World): Environment {
  const memory = memoryResolver(zone);
  const resolver: Resolver = {
    async query<T extends RecordType>(name: string, type: T): Promise<DnsAnswer<T>> {
      return { ...(await memory.query(name, type, {})), authenticated: signed || !isAtOrBelow(name, DOMAIN) };
    },
  };
  const fetch = async (url: unknown): Promise<Response> => {
    const file = files[String(url)];
    if (file === undefined) throw new Error('connection refused');
    const { body, type = 'text/html', status = 200 } = file;
    return new Response(typeof body === 'string' ? body : body.slice(), { status, headers: { 'content-type': type } });
  };
  return { resolver, fetch };
}

/** An example, audited. */
export interface Run {
  world: World;
  findings: Finding[];
  /** Where the findings are gone: where the change of the audit is the whole cure, it is made, else the healthy domain. */
  cured: World;
  /** The findings then. */
  left: Finding[];
}

const runs = new Map<FindingExample, Promise<Run>>();

/** Runs an example, once. */
export function runExample(example: FindingExample): Promise<Run> {
  const known = runs.get(example);
  if (known !== undefined) return known;
  const run = runAnew(example);
  runs.set(example, run);
  return run;
}

async function runAnew(example: FindingExample): Promise<Run> {
  const { code, base = 'mail', options } = example;
  const world = changed(bases[base], example);
  const findings = await auditWorld(world, base, options);
  const change = findings.find((one) => one.code === code)?.change;
  const byChange = change && withChange(world, change);
  const left = byChange && (await auditWorld(byChange, base, options));
  if (byChange !== undefined && left?.length === 0) return { world, findings, cured: byChange, left };
  const cured = cureOf(example);
  return { world, findings, cured, left: await auditWorld(cured, base) };
}

/** The healthy domain, where others publish what they did. */
function cureOf({ base = 'mail', zone = {}, byOthers = false }: FindingExample): World {
  const healthy = bases[base];
  if (byOthers) return healthy;
  const others = Object.keys(zone).filter((name) => !isAtOrBelow(name, DOMAIN) && !Object.hasOwn(healthy.zone, name));
  if (others.length === 0) return healthy;
  return changed(healthy, { zone: Object.fromEntries(others.map((name) => [name, zone[name]!])) });
}

/** The world once its owner made a change. */
export function withChange(world: World, change: DomainChange): World {
  if (change.action === 'serve') {
    const file = { type: 'text/plain', ...world.files[change.url], body: change.after, status: 200 };
    return { ...world, files: { ...world.files, [change.url]: file } };
  }
  const { name, type } = change;
  const node = { ...world.zone[name] } as { [type: string]: ZoneRecord[] };
  const records = [...(node[type] ?? [])];
  if (change.action !== 'add') {
    const at = records.findIndex((record) => isRecord(record, change.before));
    if (at < 0) throw new Error(`There is no ${type} record "${change.before}" at ${name}`);
    records.splice(at, 1);
  }
  if (change.action !== 'remove') records.push(change.after);
  if (records.length > 0) node[type] = records;
  else delete node[type];
  return { ...world, zone: { ...world.zone, [name]: node } };
}

function isRecord(record: ZoneRecord, text: string): boolean {
  const written = typeof record === 'string' ? record : JSON.stringify(record);
  return octetText(written).replace(/\.$/, '') === octetText(text).replace(/\.$/, '');
}
