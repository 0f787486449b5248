import { describe, expect, test } from 'vitest';
import {
  analyzeSpf,
  auditDomain,
  auditSender,
  type DomainAudit,
  planKeyRotation,
  planRollout,
  type Sender,
} from '../../src/audit.ts';
import type { RecordType, Resolver } from '../../src/dns/resolver.ts';
import { publicSuffix } from '../../src/public-suffix.ts';
import { memoryResolver, type Zone } from '../../src/resolvers/memory.ts';
import { auditZone, codesOf, findingOf, healthy, KEY } from './world.ts';

type Reply = (name: string, type: RecordType) => unknown;

const resolverOf = (reply: Reply): Resolver => ({ query: reply as Resolver['query'] });

/** A record of each type. */
const data = (type: RecordType, text: string, name: string) => {
  if (type === 'TXT') return { text };
  if (type === 'MX') return { preference: 10, exchange: `mx.${name}` };
  return type === 'A' ? '192.0.2.1' : type === 'AAAA' ? '2001:db8::1' : `to.${name}`;
};
const answering = (text: (name: string) => string, count = 1, more: object = {}): Reply => {
  return (name, type) => {
    const record = data(type, text(name), name);
    return { name, type, status: 'answer', records: new Array(count).fill(record), ...more };
  };
};

/** Plain data: no prototype, no hidden value, the same for a worker and as JSON. */
function expectPlain(value: unknown): void {
  expect(JSON.parse(JSON.stringify(value))).toStrictEqual(value);
  expect(structuredClone(value)).toStrictEqual(value);
}

const limits = { elapsedMs: 150 };
const own: Sender = {
  name: 'constructor',
  envelope: { domain: '{__proto__}.{domain}', cname: '{constructor}.vendor.example' },
  dkim: [{ selector: '{toString}', cname: '{valueOf}.vendor.example' }],
};

/** Everything that asks DNS, of one domain. */
async function runAll(resolver: Resolver): Promise<DomainAudit> {
  const env = { resolver, fetch: () => Promise.reject('refused') as never };
  const senders = ['mailchimp', 'google-workspace', { sender: own, variables: { __proto__: 'x', constructor: 'c1' } }];
  const selectors = ['s1', '__proto__', 'constructor'];
  const audit = await auditDomain('example.com', env, {
    selectors,
    senders,
    limits,
    organizationalDomain: publicSuffix,
  });
  expectPlain(audit);
  expectPlain(planRollout(audit));
  expectPlain(await analyzeSpf('example.com', env, { limits }));
  expectPlain(await auditSender({ domain: 'example.com', sender: 'amazon-ses' }, env, { limits }));
  expectPlain(await planKeyRotation({ domain: 'example.com', current: 's1', next: 's2', now: 7 }, env, { limits }));
  return audit;
}

/** Words that say that something is not there. */
const MISSING = /(?<!variable-)missing|not-found|no-record|no-domain|no-key|no-address|parked|absent|dangling|invalid$/;

describe('a resolver that lies (attacks: unknown, never missing, and never a crash)', () => {
  test.each<[string, Reply]>([
    ['nothing', () => undefined],
    ['null', () => null],
    ['a string', () => 'v=spf1 -all'],
    [
      'an answer of another type',
      (name) => ({ name, type: 'SRV', status: 'answer', records: [[10, 5, 25, 'a.example']] }),
    ],
    ['records that are none', (name, type) => ({ name, type, status: 'answer', records: [null, undefined, {}] })],
    ['records that are no list', (name, type) => ({ name, type, status: 'answer', records: { length: 3 } })],
    ['a list of four billion', (name, type) => ({ name, type, status: 'answer', records: new Array(2 ** 32 - 1) })],
    ['a million records', answering(() => 'v=spf1 -all', 1_000_000)],
    [
      'a record of a megabyte',
      (name, type) => {
        const text = 'a '.repeat(500_000);
        return { name, type, status: 'answer', records: [{ text, preference: 1, exchange: text }] };
      },
    ],
    ['an unknown status', (name, type) => ({ name, type, status: '__proto__' })],
    ['an unknown reason', (name, type) => ({ name, type, status: 'failure', reason: 'constructor' })],
    [
      'a string that is thrown',
      () => {
        throw 'boom\u001b[31m';
      },
    ],
    ['a rejection with nothing', () => Promise.reject(undefined)],
    ['something that cannot be shown', () => Promise.reject({ toString: () => Object.create(null) })],
    [
      'getters that throw',
      () => ({
        get status() {
          throw new Error('no');
        },
      }),
    ],
    [
      'a proxy that throws',
      () =>
        new Proxy(
          {},
          {
            get: () => {
              throw new Error('no');
            },
          },
        ),
    ],
    ['silence', () => new Promise(() => {})],
  ])('%s', async (_, reply) => {
    const start = performance.now();
    const audit = await runAll(resolverOf(reply));
    expect(performance.now() - start).toBeLessThan(10_000);
    expect(codesOf(audit).filter((code) => MISSING.test(code))).toEqual([]);
    const { mx, spf, dmarc, mtaSts, tlsRpt, bimi, complete } = audit;
    const statuses = [mx, spf.tree, dmarc, mtaSts, tlsRpt, bimi].map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set(['unknown']));
    expect(audit.dkim.selectors.map(({ status }) => status).filter((status) => status !== 'unknown')).toEqual([]);
    expect(complete).toBe(false);
    expect(audit.compliance.filter(({ result }) => result === 'not-met')).toEqual([]);
  });

  test.each<[string, Reply]>([
    ['one record everywhere', answering((name) => `v=spf1 include:${name} mx a -all`)],
    ['names that always lead on', answering((name) => `v=spf1 include:a.${name} include:b.${name} mx:c.${name} -all`)],
    ['a hundred of each', answering((name) => `v=spf1 mx mx:a.${name} ~all`, 100)],
    ['the record of another protocol', answering(() => 'v=DMARC1; p=none; rua=mailto:a@b.example')],
    ['a key everywhere', answering(() => KEY)],
    ['aliases without end', answering(() => 'x', 1, { cnames: new Array(100_000).fill('c.example') })],
    ['aliases with control characters', answering(() => 'x', 1, { cnames: ['\u001b[31m', '__proto__', ''] })],
    ['times that are none', answering(() => 'x', 1, { ttl: Number.NaN, authenticated: 'yes', cnames: 7 })],
    ['a time without end', answering(() => 'x', 1, { ttl: Number.POSITIVE_INFINITY })],
    ['text of control characters', answering(() => 'v=spf1 include:\u001b[2J exists:\0%{i} -all')],
  ])('%s costs no more than the limits', async (_, reply) => {
    let asked = 0;
    const start = performance.now();
    const audit = await runAll(
      resolverOf((name, type) => {
        asked++;
        return reply(name, type);
      }),
    );
    expect(performance.now() - start).toBeLessThan(10_000);
    expect(asked).toBeLessThan(10_000);
    expect(audit.findings.length).toBeLessThan(1000);
    for (const { message } of audit.findings) expect(message).not.toMatch(/\p{Cc}/u);
  });
});

describe('domains at the edges', () => {
  const zone: Zone = {
    com: { NS: ['a.gtld.example'] },
    'co.uk': { NS: ['ns.example'] },
    'blogspot.com': { A: ['192.0.2.80'], MX: ['0 .'], TXT: ['v=spf1 -all'] },
    '_dmarc.blogspot.com': { TXT: ['v=DMARC1; p=reject'] },
    '_dmarc.bank': { TXT: ['v=DMARC1; p=reject; psd=y'] },
    bank: { NS: ['ns.example'] },
    'xn--bcher-kva.example': { MX: ['10 mx.xn--bcher-kva.example'], TXT: ['v=spf1 mx -all'] },
    'mx.xn--bcher-kva.example': { A: ['192.0.2.1'] },
  };

  test.each<[string, string, string[]]>([
    ['com', 'parked', ['audit.public-suffix']],
    ['co.uk', 'parked', ['audit.parked-spf', 'audit.public-suffix']],
    ['bank', 'parked', ['dmarc.psd']],
    ['blogspot.com', 'parked', []],
    ['b\u00fccher.example', 'mail', ['dmarc.missing', 'dkim.missing', 'mta-sts.missing', 'tls-rpt.missing']],
  ])('%s', async (domain, purpose, codes) => {
    const audit = await auditZone(zone, { domain, organizationalDomain: publicSuffix });
    expectPlain(audit);
    expect({ purpose: audit.purpose, codes: codesOf(audit) }).toEqual({ purpose, codes });
  });

  test.each([
    ['the root', '.'],
    ['nothing', ''],
    ['a name of 253 octets', `${`${'a'.repeat(63)}.`.repeat(3)}${'b'.repeat(61)}`],
    ['a label of 64', `${'a'.repeat(64)}.example`],
    ['a control character', 'a\u001b[31m.example'],
    ['a space', 'exam ple.com'],
    ['an empty label', 'a..example'],
    ['an address of mail', 'postmaster@example.com'],
    ['a URL', 'https://example.com/'],
  ])('%s is no domain to audit', async (_, domain) => {
    const error = await auditZone({}, { domain }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TypeError);
    expect((error as TypeError).message).toMatch(/^Cannot audit the domain: /);
    expect((error as TypeError).message).not.toMatch(/\p{Cc}/u);
  });

  test('the longest name that has room for all records', async () => {
    const domain = `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(47)}`;
    expect(`default._bimi.${domain}`).toHaveLength(253);
    const audit = await auditZone({ [domain]: { A: ['192.0.2.1'], TXT: ['v=spf1 a -all'] } }, { domain });
    expectPlain(audit);
    expect(audit.complete).toBe(true);
    expect(codesOf(audit)).toEqual(['dmarc.missing', 'dkim.missing', 'mx.implicit']);
  });

  test('a wildcard for everything is nobody\u2019s key, policy or indicator', async () => {
    const text = ['v=spf1 -all', 'token=1'];
    const audit = await auditZone({
      'example.com': { MX: ['10 mx.example.com'], TXT: ['v=spf1 mx -all'] },
      'mx.example.com': { A: ['192.0.2.25'] },
      '*.example.com': { TXT: text, A: ['192.0.2.9'], MX: ['10 mx.example.com'] },
    });
    expect(audit.dkim.selectors).toEqual([]);
    expect(audit.bimi.status).toBe('none');
    expect(findingOf(audit, 'dkim.not-found').severity).toBe('info');
  });

  test('two thousand includes are bounded, and the answer says that it is not whole', async () => {
    const wide: Zone = {
      ...healthy,
      'example.com': { MX: ['10 mx.example.com'], TXT: [`v=spf1 ${includes('i')} -all`] },
    };
    for (let i = 0; i < 45; i++) {
      wide[`i${i}.example`] = { TXT: [`v=spf1 ${includes(`i${i}j`)} -all`] };
      for (let j = 0; j < 45; j++) wide[`i${i}j${j}.example`] = { TXT: [`v=spf1 ip4:10.${i}.${j}.0/24 -all`] };
    }
    const audit = await auditZone(wide, { selectors: ['s1'] });
    expect(audit.complete).toBe(false);
    expect(audit.records.length).toBeLessThan(1000);
    expect(codesOf(audit)).toContain('spf.lookup-limit');
    expect(audit.findings.length).toBeLessThan(300);
  });
});

function includes(prefix: string): string {
  return Array.from({ length: 45 }, (_, i) => `include:${prefix}${i}.example`).join(' ');
}

describe('calls that are wrong, or called off', () => {
  test.each<[string, object]>([
    ['a sender that nobody knows', { senders: ['mailchimp', 'nobody'] }],
    ['no sender', { senders: [null] }],
    ['a sender without a name', { senders: [{}] }],
    ['a sender whose patterns make no names', { senders: [{ name: 'x', envelope: { domain: 'a b' } }] }],
    ['variables that are no texts', { senders: [{ sender: 'mailchimp', variables: { a: 1 } }] }],
    ['a selector with a control character', { selectors: ['a\u001b[31m'] }],
    ['a limit that is none', { limits: { elapsedMs: Number.NaN } }],
  ])('%s: a TypeError before anything is asked', async (_, options) => {
    let asked = 0;
    const resolver = resolverOf(() => {
      asked++;
    });
    await expect(auditDomain('example.com', { resolver }, options)).rejects.toThrow(TypeError);
    expect(asked).toBe(0);
  });

  const reason = { why: 'enough' };
  const calls: [string, (env: { resolver: Resolver; signal: AbortSignal }) => Promise<unknown>][] = [
    ['auditDomain', (env) => auditDomain('example.com', env, { selectors: ['s1'], senders: ['mailchimp'] })],
    ['auditSender', (env) => auditSender({ domain: 'example.com', sender: 'amazon-ses' }, env)],
    ['analyzeSpf', (env) => analyzeSpf('example.com', env)],
    ['planKeyRotation', (env) => planKeyRotation({ domain: 'example.com', current: 's1', next: 's2' }, env)],
  ];

  test.each(calls)('%s rejects with the reason of a signal that aborts, whenever it does', async (_, call) => {
    let asked = 0;
    await expect(call({ resolver: resolverOf(() => asked++), signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(asked).toBe(0);
    for (const after of [1, 2, 5, 30, 60]) {
      const controller = new AbortController();
      const inner = memoryResolver(healthy);
      let count = 0;
      const resolver: Resolver = {
        async query(name, type) {
          if (++count === after) controller.abort(reason);
          await new Promise((resolve) => setTimeout(resolve));
          return inner.query(name, type);
        },
      };
      const outcome = await call({ resolver, signal: controller.signal }).then(
        () => 'done',
        (error: unknown) => error,
      );
      // A call that needs fewer questions ends before.
      expect(outcome).toBe(count >= after ? reason : 'done');
    }
  });
});
