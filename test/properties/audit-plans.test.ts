import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DomainAudit } from '../../src/audit/audit.ts';
import {
  auditDomain,
  type KeyRotation,
  type KeyRotationPlan,
  planKeyRotation,
  planRollout,
  type RolloutStageName,
} from '../../src/audit.ts';
import { parseDmarcRecord } from '../../src/dmarc/parse.ts';
import type { DmarcPolicy } from '../../src/dmarc/record.ts';
import type { Resolver } from '../../src/dns/resolver.ts';
import type { AggregateRecord, AggregateReport } from '../../src/reports/aggregate/report.ts';
import { summarizeAggregateReports } from '../../src/reports/summary/summarize.ts';
import { memoryResolver, type Zone } from '../../src/resolvers/memory.ts';
import { failing, KEY, OTHER_KEY } from '../audit/world.ts';

const DAY = 86_400;
const START = 1_790_812_800;

describe('a change of keys, looked at day after day for a year', () => {
  const oldName = 'old._domainkey.example.com';
  const newName = 'new._domainkey.example.com';

  /** Does what the plan says is ready, at those hours at which somebody looks, and writes down when. */
  class Owner {
    zone: Zone = { 'example.com': { A: ['192.0.2.80'] }, [oldName]: { TXT: [KEY] } };
    rotation: KeyRotation = { domain: 'example.com', current: 'old', next: { selector: 'new', record: OTHER_KEY } };
    /** When the last message was signed with the old key. */
    lastOld = START;
    /** When the key that is new was first there to be seen. */
    visible: number | undefined;

    readonly ttl: number;

    constructor(ttl: number) {
      this.ttl = ttl;
    }

    resolver(fails: boolean): Resolver {
      const inner = memoryResolver(this.zone);
      const told: Resolver = { query: async (...question) => ({ ...(await inner.query(...question)), ttl: this.ttl }) };
      return fails ? failing(told, () => true) : told;
    }

    async look(now: number, fails: boolean): Promise<KeyRotationPlan> {
      return planKeyRotation({ ...this.rotation, now }, { resolver: this.resolver(fails) });
    }

    act({ steps, waitSeconds }: KeyRotationPlan, now: number): void {
      const ready = steps.find(({ state }) => state === 'ready');
      if (ready === undefined) return;
      expect(ready.earliest).toBeLessThanOrEqual(now);
      const { change } = ready;
      if (ready.step === 'publish') {
        expect(change).toMatchObject({ action: 'add', name: newName, type: 'TXT' });
        this.zone[newName] = { TXT: [OTHER_KEY] };
        this.rotation = { ...this.rotation, published: now, waitSeconds };
        this.visible = now;
      } else if (ready.step === 'switch') {
        this.rotation = { ...this.rotation, switched: now };
        this.lastOld = now;
      } else if (ready.step === 'revoke') {
        this.zone[oldName] = { TXT: [change !== undefined && 'after' in change ? change.after : ''] };
        this.rotation = { ...this.rotation, revoked: now };
      } else {
        expect([ready.step, change?.action]).toEqual(['remove', 'remove']);
        delete this.zone[oldName];
      }
    }
  }

  const hours = fc.array(
    fc.record({ wait: fc.integer({ min: 1, max: 24 * 21 }), fails: fc.nat(9).map((n) => n === 0), acts: fc.boolean() }),
    { minLength: 20, maxLength: 60 },
  );

  test('no message is signed with a key that is not seen everywhere, and none on its way loses its key', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(0, 300, 3600, DAY, 3 * DAY), hours, async (ttl, looks) => {
        const owner = new Owner(ttl);
        let now = START;
        for (const { wait, fails, acts } of looks) {
          now += wait * 3600;
          const plan = await owner.look(now, fails);
          expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
          // DNS that is silent makes nothing ready, and says of no key that it is gone.
          if (fails) {
            expect(plan.steps.filter(({ state }) => state === 'ready')).toEqual([]);
            expect([plan.current.status, plan.next.status]).toEqual(['unknown', 'unknown']);
            continue;
          }
          const { switched, published } = owner.rotation;
          if (switched === undefined) owner.lastOld = now;
          if (acts) owner.act(plan, now);
          const then = owner.rotation;
          // RFC 2308 §5: until then somebody may remember that there was no such key.
          if (switched === undefined && then.switched !== undefined) {
            expect(now - owner.visible!).toBeGreaterThanOrEqual(ttl);
            expect(published).toBe(owner.visible);
          }
          const [text] = (owner.zone[oldName] as { TXT: string[] } | undefined)?.TXT ?? [];
          if (text !== KEY) expect(now - owner.lastOld).toBeGreaterThanOrEqual(7 * DAY);
          if (text === undefined) expect(now - then.revoked!).toBeGreaterThanOrEqual(7 * DAY);
        }
      }),
      { numRuns: 60 },
    );
  });

  test.each([0, 3600, 3 * DAY])(
    'whoever looks each day and does what is ready is done within a month (TTL %i)',
    async (ttl) => {
      const owner = new Owner(ttl);
      const done: [step: string, day: number][] = [];
      let last = '';
      for (let day = 0; day <= 365; day++) {
        const now = START + day * DAY;
        const plan = await owner.look(now, day % 10 === 7);
        if (day % 10 === 7) continue;
        const states = plan.steps.map(({ state }) => state);
        // What was done stays done.
        const count = states.filter((state) => state === 'done').length;
        expect(count).toBeGreaterThanOrEqual(done.length);
        // Nobody is told to wait for what has no time.
        for (const { state, earliest } of plan.steps) expect(earliest !== undefined).toBe(/ready|waiting/.test(state));
        const ready = plan.steps.find(({ state }) => state === 'ready');
        if (ready !== undefined) done.push([ready.step, day]);
        owner.act(plan, now);
        last = states.join(' ');
      }
      expect(last).toBe('done done done done done done');
      expect(done.map(([step]) => step)).toEqual(['publish', 'switch', 'revoke', 'remove']);
      expect(done.at(-1)![1]).toBeLessThanOrEqual(31);
    },
  );
});

// ---- from none to reject

const RANKS: readonly DmarcPolicy[] = ['none', 'quarantine', 'reject'];
const policy = fc.constantFrom('none', 'quarantine', 'reject', 'REJECT', 'bogus');
const tags = fc
  .record(
    {
      p: policy,
      sp: policy,
      np: policy,
      t: fc.constantFrom('y', 'n', 'x'),
      pct: fc.constantFrom('0', '50', '100'),
      rua: fc.constantFrom('mailto:a@example.com', 'mailto:a@example.com!10m,mailto:b@b.example'),
      adkim: fc.constantFrom('r', 's'),
      psd: fc.constantFrom('y', 'n', 'u'),
      x: fc.constantFrom('1', '__proto__'),
    },
    { requiredKeys: [] },
  )
  .map((values) => ['v=DMARC1', ...Object.entries(values).map(([name, value]) => `${name}=${value}`)].join('; '));

const onTheWay = fc
  .constantFrom(
    'p=none; np=reject',
    ...['p=none', 'p=quarantine; t=y', 'p=quarantine', 'p=reject; t=y'].map((p) => `${p}; sp=reject; np=reject`),
  )
  .map((policies) => `v=DMARC1; ${policies}; rua=mailto:a@example.com`);

type Kind = 'own' | 'vendor' | 'forged';

function row(kind: Kind, count: number, headerFrom: string): AggregateRecord {
  const pass = kind === 'own' ? 'pass' : 'fail';
  const signer = kind === 'own' ? headerFrom : 'vendor.example';
  return {
    sourceIp: { own: '192.0.2.1', vendor: '192.0.2.2', forged: '203.0.113.9' }[kind],
    count,
    policyEvaluated: { disposition: 'none', dkim: pass, spf: pass, reasons: [] },
    identifiers: { headerFrom, envelopeFrom: signer },
    authResults: {
      dkim: kind === 'forged' ? [] : [{ domain: signer, selector: 's', result: 'pass' }],
      spf: [{ domain: signer, scope: 'mfrom', result: kind === 'forged' ? 'fail' : 'pass' }],
    },
  };
}

const rows = fc.array(
  fc.tuple(
    fc.constantFrom<Kind>('own', 'own', 'own', 'own', 'vendor', 'forged'),
    fc.constantFrom(1, 7, 500, 20_000),
    fc.constantFrom('example.com', 'example.com', 'sub.example.com'),
  ),
  { maxLength: 5 },
);

function dailyReports(days: number, p: string, list: [Kind, number, string][]): AggregateReport[] {
  return Array.from({ length: days }, (_, i) => ({
    schema: 'rfc9990' as const,
    reportMetadata: {
      orgName: 'receiver.example',
      reportId: String(i),
      dateRange: { begin: START + i * DAY, end: START + (i + 1) * DAY - 1 },
      errors: [],
    },
    policyPublished: { domain: 'example.com', p },
    records: list.map(([kind, count, from]) => row(kind, count, from)),
  }));
}

function auditOf(text: string): Promise<DomainAudit> {
  const zone = {
    'example.com': { TXT: ['v=spf1 ip4:192.0.2.1 -all'], MX: ['10 mx.example.com'] },
    'mx.example.com': { A: ['192.0.2.1'] },
    '_dmarc.example.com': { TXT: [text] },
  };
  return auditDomain('example.com', { resolver: memoryResolver(zone) }, { probe: false });
}

/** What a record asks for, for the domain, its subdomains and those that do not exist; t=y takes each one step back. */
function asks(text: string): number[] {
  const { p, sp, np, t } = parseDmarcRecord(text).value!;
  const back = t === 'y' ? 1 : 0;
  return [p ?? 'none', sp ?? p ?? 'none', np ?? sp ?? p ?? 'none'].map((word) =>
    Math.max(0, RANKS.indexOf(word) - back),
  );
}

test('a rollout asks for less of nobody, keeps report addresses, and hits no mail that looks legitimate', async () => {
  const reached = new Set<RolloutStageName>();
  const evidence = fc.option(
    fc.tuple(fc.constantFrom(1, 10, 45, 45), fc.constantFrom('as published', 'none', 'quarantine'), rows),
  );
  await fc.assert(
    fc.asyncProperty(fc.oneof(tags, onTheWay), evidence, async (text, given) => {
      const audit = await auditOf(text);
      const sources = (ip: string) => (ip === '192.0.2.2' ? { sender: 'Vendor' } : undefined);
      const [days, under, list] = given ?? [0, 'none', []];
      const p = under === 'as published' ? (parseDmarcRecord(text).value?.p ?? 'none') : under;
      const summary = given === null ? undefined : summarizeAggregateReports(dailyReports(days, p, list), { sources });
      const plan = planRollout(audit, summary, { now: START + 46 * DAY });
      expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
      const { next, status } = plan;
      if (next === undefined) return;
      const after = next.change.action === 'remove' ? '' : next.change.after;
      const asked = asks(after);
      for (const [i, rank] of asks(text).entries()) {
        expect(asked[i], `${text} -> ${after}`).toBeGreaterThanOrEqual(rank);
      }
      const [rua] = /rua=[^;]*/.exec(text) ?? [];
      if (rua !== undefined) expect(after).toContain(rua);
      // Nothing that was right becomes wrong.
      if (parseDmarcRecord(text).ok) expect(parseDmarcRecord(after).ok).toBe(true);
      if (status !== 'ready') {
        expect(plan.diagnostics.length).toBeGreaterThan(0);
        return;
      }
      if (next.stage === 'monitor' || next.stage === 'nonexistent-subdomains') return;
      expect(given).not.toBeNull();
      const hit = list.filter(([, , from]) => next.stage !== 'subdomains' || from !== 'example.com');
      const count = (list: typeof hit) => list.reduce((sum, [, messages]) => sum + messages, 0);
      expect(count(hit.filter(([kind]) => kind === 'vendor'))).toBeLessThanOrEqual(count(hit) * 0.001);
      reached.add(next.stage);
    }),
    { numRuns: 600 },
  );
  // Some of the steps that hit mail, or this says nothing.
  expect(reached.size).toBeGreaterThan(0);
});

test('step after step no policy is ever loosened, no report address lost, and there is an end', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(tags, onTheWay), async (start) => {
      const seen = [start];
      for (let text = start; seen.length < 12; seen.push(text)) {
        const { next, status } = planRollout(await auditOf(text));
        if (next === undefined || next.change.action === 'remove') {
          if (status === 'complete') expect(asks(text), seen.join(' -> ')).toEqual([2, 2, 2]);
          return;
        }
        const { after } = next.change;
        for (const [i, rank] of asks(text).entries()) {
          expect(asks(after)[i], [...seen, after].join(' -> ')).toBeGreaterThanOrEqual(rank);
        }
        const [rua] = /rua=[^;]*/.exec(text) ?? [];
        if (rua !== undefined) expect(after).toContain(rua);
        text = after;
      }
      expect.unreachable(seen.join(' -> '));
    }),
    { numRuns: 300 },
  );
});
