import { describe, expect, test } from 'vitest';
import { planKeyRotation } from '../../../src/audit/plan/key-rotation.ts';
import type { KeyRotation, KeyRotationPlan } from '../../../src/audit/plan/rotation.ts';
import type { DnsAnswer, RecordType, Resolver } from '../../../src/dns/resolver.ts';
import { memoryResolver, type Zone } from '../../../src/resolvers/memory.ts';
import { ed25519, keyRecord, rsa1024, rsaKey } from '../../support/keys.ts';

const DAY = 86_400;
const now = 1_795_305_600;
const old = keyRecord(rsa1024);
const fresh = keyRecord(rsaKey(2048));
const oldName = 'old._domainkey.example.com';
const newName = 'new._domainkey.example.com';
const both: Zone = { [oldName]: { TXT: [old] }, [newName]: { TXT: [fresh] } };

/** A resolver that says how long its answers may be kept. */
function timed(zone: Zone, ttl: { [name: string]: number }): Resolver {
  const inner = memoryResolver(zone);
  return {
    async query<T extends RecordType>(name: string, type: T): Promise<DnsAnswer<T>> {
      const { ttl: _, ...answer } = await inner.query(name, type);
      return { ...answer, ...(ttl[name] !== undefined && { ttl: ttl[name] }) } as DnsAnswer<T>;
    },
  };
}

const plan = (zone: Zone, changes: Partial<KeyRotation> = {}, ttl: { [name: string]: number } = {}) =>
  planKeyRotation(
    { domain: 'Example.com', current: 'old', next: { selector: 'new', record: fresh }, now, ...changes },
    { resolver: timed(zone, ttl) },
  );
const states = ({ steps }: KeyRotationPlan) => steps.map(({ step, state }) => `${step} ${state}`);
const times = ({ steps }: KeyRotationPlan) => steps.map(({ earliest }) => earliest && (earliest - now) / 3600);
const codes = ({ diagnostics }: KeyRotationPlan) => diagnostics.map(({ code }) => code);
const step = ({ steps }: KeyRotationPlan, name: string) => steps.find((one) => one.step === name)!;

describe('one step after the other', () => {
  test('before anything was done', async () => {
    const found = await plan({ [oldName]: { TXT: [old] } }, {}, { [newName]: 600, [oldName]: 300 });
    expect(states(found)).toEqual([
      'publish ready',
      'wait waiting',
      'switch blocked',
      'keep blocked',
      'revoke blocked',
      'remove blocked',
    ]);
    expect(found).toMatchObject({
      domain: 'example.com',
      now,
      waitSeconds: 600,
      current: { selector: 'old', name: oldName, status: 'key', text: old, ttl: 300 },
      next: { selector: 'new', name: newName, status: 'none', ttl: 600 },
    });
    expect(step(found, 'publish')).toEqual({
      step: 'publish',
      state: 'ready',
      by: 'domain',
      earliest: now,
      description: `Publish the new key at ${newName}.`,
      change: {
        action: 'add',
        name: newName,
        type: 'TXT',
        after: fresh,
        zoneLine: expect.stringMatching(
          /^new\._domainkey\.example\.com\. IN TXT "v=DKIM1; p=[^"]+" "[^"]+"$/,
        ) as string,
      },
    });
    expect(step(found, 'wait').earliest).toBe(now + 600);
    expect(codes(found)).toEqual(['rotation.key-not-visible']);
    expect(JSON.parse(JSON.stringify(found))).toEqual(found);
  });

  test.each<[string, Partial<KeyRotation>, string[], (number | undefined)[]]>([
    [
      'published, nobody knows when: the wait begins now',
      {},
      ['publish done', 'wait waiting', 'switch waiting', 'keep waiting', 'revoke waiting', 'remove waiting'],
      [undefined, 3, 3, 3 + 168, 3 + 168, 3 + 336],
    ],
    [
      'published an hour ago',
      { published: now - 3600, waitSeconds: 7200 },
      ['publish done', 'wait waiting', 'switch waiting', 'keep waiting', 'revoke waiting', 'remove waiting'],
      [undefined, 1, 1, 1 + 168, 1 + 168, 1 + 336],
    ],
    [
      'waited',
      { published: now - 7200, waitSeconds: 7200 },
      ['publish done', 'wait done', 'switch ready', 'keep waiting', 'revoke waiting', 'remove waiting'],
      [undefined, undefined, 0, 168, 168, 336],
    ],
    [
      'switched a day ago',
      { switched: now - DAY },
      ['publish done', 'wait done', 'switch done', 'keep waiting', 'revoke waiting', 'remove waiting'],
      [undefined, undefined, undefined, 144, 144, 312],
    ],
    [
      'switched a week ago',
      { switched: now - 7 * DAY },
      ['publish done', 'wait done', 'switch done', 'keep done', 'revoke ready', 'remove waiting'],
      [undefined, undefined, undefined, undefined, 0, 168],
    ],
    [
      'switched a week ago, to be kept for longer',
      { switched: now - 7 * DAY, keepSeconds: 10 * DAY },
      ['publish done', 'wait done', 'switch done', 'keep waiting', 'revoke waiting', 'remove waiting'],
      [undefined, undefined, undefined, 72, 72, 312],
    ],
    [
      'to be switched tomorrow',
      { switched: now + DAY, published: now - DAY },
      ['publish done', 'wait done', 'switch ready', 'keep waiting', 'revoke waiting', 'remove waiting'],
      [undefined, undefined, 0, 168, 168, 336],
    ],
  ])('%s', async (_, changes, expected, hours) => {
    const found = await plan(both, changes);
    expect(states(found)).toEqual(expected);
    expect(times(found)).toEqual(hours);
    expect(codes(found)).toEqual([]);
  });

  test('the old key is revoked by an empty p= (RFC 6376 §3.6.1), then removed', async () => {
    const found = await plan(both, { switched: now - 8 * DAY });
    const after = 'v=DKIM1; k=rsa; p=';
    expect(step(found, 'revoke').change).toEqual({
      action: 'replace',
      name: oldName,
      type: 'TXT',
      before: old,
      after,
      zoneLine: `${oldName}. IN TXT "${after}"`,
    });
    expect(step(found, 'remove').change).toEqual({ action: 'remove', name: oldName, type: 'TXT', before: after });
  });

  test('the key type stays in the revoked record', async () => {
    const found = await plan({ ...both, [oldName]: { TXT: [keyRecord(ed25519)] } }, { switched: now - 8 * DAY });
    expect(step(found, 'revoke').change).toMatchObject({ after: 'v=DKIM1; k=ed25519; p=' });
  });

  test.each<[string, number | undefined, number, string[], number | undefined]>([
    ['a moment ago', now, 300, ['revoke done', 'remove waiting'], 168],
    ['a week ago', now - 7 * DAY, 300, ['revoke done', 'remove ready'], 0],
    ['a week ago, with a TTL of two', now - 7 * DAY, 14 * DAY, ['revoke done', 'remove waiting'], 168],
    ['nobody knows when', undefined, 300, ['revoke done', 'remove waiting'], 168],
  ])('revoked %s', async (_, revoked, ttl, expected, hours) => {
    const changes = { switched: now - 20 * DAY, ...(revoked !== undefined && { revoked }) };
    const found = await plan({ ...both, [oldName]: { TXT: ['v=DKIM1; p='] } }, changes, { [oldName]: ttl });
    expect(states(found).slice(4)).toEqual(expected);
    expect(times(found)[5]).toBe(hours);
    expect(step(found, 'revoke').change).toBeUndefined();
    expect(step(found, 'remove').change).toMatchObject({ action: 'remove', before: 'v=DKIM1; p=' });
    expect(codes(found)).toEqual([]);
  });

  test('removed: nothing is left to do', async () => {
    const found = await plan({ [newName]: { TXT: [fresh] } }, { switched: now - 20 * DAY });
    expect(new Set(found.steps.map(({ state }) => state))).toEqual(new Set(['done']));
    expect(codes(found)).toEqual([]);
  });

  test('the clock of the environment', async () => {
    const env = { resolver: memoryResolver(both), now: () => new Date(now * 1000 + 999) };
    expect((await planKeyRotation({ domain: 'example.com', current: { selector: 'old' }, next: 'new' }, env)).now).toBe(
      now,
    );
    const before = Math.floor(Date.now() / 1000);
    const found = await planKeyRotation(
      { domain: 'example.com', current: 'old', next: 'new' },
      { resolver: memoryResolver(both) },
    );
    expect(found.now).toBeGreaterThanOrEqual(before);
  });
});

describe('what blocks', () => {
  const privateKey = rsaKey(2048).export({ format: 'der', type: 'pkcs8' }).toString('base64');
  const three = ['publish blocked', 'wait blocked', 'switch blocked'];
  test.each<[string, Zone[string], Partial<KeyRotation>, string[]]>([
    ['another key', { TXT: [keyRecord(ed25519)] }, {}, ['rotation.key-differs']],
    ['a revoked key', { TXT: ['v=DKIM1; p='] }, {}, ['rotation.key-revoked']],
    ['two keys', { TXT: [fresh, keyRecord(ed25519)] }, {}, ['rotation.key-several']],
    ['no usable record', { TXT: ['v=DKIM1; k=rsa; p=AAAA'] }, {}, ['rotation.key-unusable']],
    ['DNS does not answer', { TXT: { failure: 'timeout' } }, {}, ['rotation.dns-failure']],
    [
      'a weak key',
      { TXT: [keyRecord(rsa1024)] },
      { current: 'older', next: 'new' },
      ['rotation.current-gone', 'rotation.key-weak'],
    ],
    [
      'a weak key that is not there yet',
      { TXT: ['v=spf1 -all'] },
      { next: { selector: 'new', record: keyRecord(rsaKey(1032)) } },
      ['rotation.key-not-visible', 'rotation.key-weak'],
    ],
    [
      'a key that is too short',
      { TXT: ['v=spf1 -all'] },
      { next: { selector: 'new', record: { text: keyRecord(rsaKey(512)) } } },
      ['dkim.key-too-short', 'rotation.key-not-visible', 'rotation.key-weak'],
    ],
    [
      'a private key',
      { TXT: [] },
      { next: { selector: 'new', record: `v=DKIM1; p=${privateKey}` } },
      ['dkim.key-private', 'rotation.key-not-visible'],
    ],
  ])('%s', async (_, at, changes, expected) => {
    const found = await plan({ ...both, [newName]: at }, changes);
    expect(codes(found).sort()).toEqual(expected);
    expect(states(found).slice(0, 3)).toEqual(three);
    expect(JSON.stringify(found)).not.toContain(privateKey);
    for (const one of found.steps) if (one.state === 'blocked') expect(one.earliest).toBeUndefined();
  });

  test('the selector in use', async () => {
    const found = await plan(both, { next: { selector: 'OLD', record: fresh } });
    expect(codes(found)).toEqual(['rotation.same-selector']);
    expect(states(found)).toEqual([
      'publish blocked',
      'wait blocked',
      'switch blocked',
      'keep blocked',
      'revoke blocked',
      'remove blocked',
    ]);
  });

  test('the key in use under another selector is a warning', async () => {
    const found = await plan({ ...both, [oldName]: { TXT: [fresh] } });
    expect(codes(found)).toEqual(['rotation.same-key']);
    expect(states(found)[0]).toBe('publish done');
  });

  test('a smaller key where the caller allows it', async () => {
    const zone = { [oldName]: { TXT: [keyRecord(ed25519)] }, [newName]: { TXT: [keyRecord(rsa1024)] } };
    expect(codes(await plan(zone, { next: 'new', minKeyBits: 1024 }))).toEqual([]);
  });

  test('signed with the new key while it is gone', async () => {
    const found = await plan({ [oldName]: { TXT: [old] } }, { switched: now - 30 * DAY });
    expect(codes(found)).toEqual(['rotation.key-not-visible']);
    expect(states(found).slice(2)).toEqual(['switch blocked', 'keep blocked', 'revoke blocked', 'remove blocked']);
  });

  test.each<[string, Zone[string], string[]]>([
    ['gone', { nxdomain: true }, ['revoke done', 'remove done']],
    ['revoked', { TXT: ['v=DKIM1; p='] }, ['revoke done', 'remove waiting']],
  ])('the old key is %s too early', async (_, at, expected) => {
    const found = await plan({ ...both, [oldName]: at });
    expect(codes(found)).toEqual(['rotation.current-gone']);
    expect(states(found).slice(4)).toEqual(expected);
  });

  test('DNS does not answer for the old key: nothing is said to be missing, and nothing is revoked', async () => {
    const found = await plan({ ...both, [oldName]: { TXT: { failure: 'servfail' } } }, { switched: now - 30 * DAY });
    expect(codes(found)).toEqual(['rotation.dns-failure']);
    expect(found.current.status).toBe('unknown');
    expect(states(found).slice(3)).toEqual(['keep done', 'revoke blocked', 'remove blocked']);
    expect(step(found, 'revoke').change).toBeUndefined();
  });

  test('two keys at the old selector', async () => {
    const found = await plan({ ...both, [oldName]: { TXT: [old, keyRecord(ed25519)] } }, { switched: now - 30 * DAY });
    expect(states(found)[4]).toBe('revoke ready');
    expect(step(found, 'revoke').change).toBeUndefined();
  });
});

describe('keys that a provider publishes', () => {
  const zone: Zone = {
    [oldName]: { CNAME: ['k1.mailer.example'] },
    'k1.mailer.example': { TXT: [old] },
    [newName]: { CNAME: ['k2.mailer.example'] },
    'k2.mailer.example': { TXT: [fresh] },
  };

  test('both selectors are aliases', async () => {
    const found = await plan(zone, { switched: now - 8 * DAY });
    expect(found.current.delegatedTo).toBe('k1.mailer.example');
    expect(found.steps.map(({ by }) => by)).toEqual(['provider', 'domain', 'domain', 'domain', 'provider', 'domain']);
    expect(step(found, 'revoke').change).toMatchObject({ action: 'replace', name: 'k1.mailer.example' });
    expect(step(found, 'remove').change).toEqual({
      action: 'remove',
      name: oldName,
      type: 'CNAME',
      before: 'k1.mailer.example',
    });
  });

  test('an alias is to be published', async () => {
    const { [newName]: _, ...without } = zone;
    const found = await plan(without, { next: { selector: 'new', cname: 'K2.mailer.example.' } });
    expect(step(found, 'publish')).toMatchObject({
      state: 'ready',
      by: 'domain',
      change: {
        action: 'add',
        name: newName,
        type: 'CNAME',
        after: 'k2.mailer.example',
        zoneLine: `${newName}. IN CNAME k2.mailer.example.`,
      },
    });
  });

  test('an alias that leads nowhere yet waits for the provider', async () => {
    const { 'k2.mailer.example': _, ...without } = zone;
    const found = await plan(without, { next: { selector: 'new', cname: 'k2.mailer.example' } });
    expect(step(found, 'publish')).toMatchObject({
      state: 'waiting',
      by: 'provider',
      description: 'Publish the new key at k2.mailer.example.',
    });
    expect(step(found, 'publish').change).toBeUndefined();
    expect(codes(found)).toEqual(['rotation.key-not-visible']);
    const known = await plan(without);
    expect(step(known, 'publish').change).toMatchObject({ action: 'add', name: 'k2.mailer.example', after: fresh });
  });

  test.each([
    ['the alias leads to another key', { [newName]: { CNAME: ['other.example'] }, 'other.example': { TXT: [old] } }],
    ['another key stands there', { [newName]: { TXT: [old] } }],
    ['the provider has none', { 'k2.mailer.example': { A: ['192.0.2.1'] }, [newName]: { TXT: [fresh] } }],
    [
      'the alias leads elsewhere, and the provider’s name is not known',
      {
        [newName]: { CNAME: ['other.example'] },
        'other.example': { TXT: [fresh] },
        'k2.mailer.example': { TXT: { failure: 'timeout' as const } },
      },
    ],
  ])('what is not the provider’s key blocks: %s', async (_, changed) => {
    const next = { selector: 'new', cname: 'k2.mailer.example' };
    const found = await plan({ ...zone, ...changed }, { next, published: now - 8 * DAY });
    expect(codes(found)).toContain('rotation.key-differs');
    expect(states(found).slice(0, 3)).toEqual(['publish blocked', 'wait blocked', 'switch blocked']);
  });

  test.each([
    ['by the alias', {}],
    [
      'through another alias',
      { [newName]: { CNAME: ['hop.example'] }, 'hop.example': { CNAME: ['K2.mailer.example'] } },
    ],
    ['as a copy', { [newName]: { TXT: [fresh] } }],
    ['though DNS does not answer for its name', { 'k2.mailer.example': { TXT: { failure: 'timeout' as const } } }],
  ])('the provider’s key is there %s', async (_, changed) => {
    const next = { selector: 'new', cname: 'k2.mailer.example' };
    const found = await plan({ ...zone, ...changed }, { next, published: now - 8 * DAY });
    expect(codes(found)).not.toContain('rotation.key-differs');
  });

  test('an alias of a name without a key is changed', async () => {
    const next = { selector: 'new', cname: 'k2.mailer.example' };
    const found = await plan({ ...zone, [newName]: { CNAME: ['gone.example'] } }, { next });
    expect(step(found, 'publish')).toMatchObject({
      state: 'ready',
      by: 'domain',
      change: { action: 'replace', name: newName, type: 'CNAME', before: 'gone.example', after: 'k2.mailer.example' },
    });
  });

  test('an alias that was left behind is removed once its target is gone', async () => {
    const { 'k1.mailer.example': _, ...without } = zone;
    const found = await plan(without, { switched: now - 30 * DAY });
    expect(states(found).slice(4)).toEqual(['revoke done', 'remove waiting']);
  });

  test('an alias within the domain is the domain’s own', async () => {
    const own = { ...zone, [newName]: { CNAME: ['keys.example.com'] }, 'keys.example.com': { TXT: [fresh] } };
    expect(step(await plan(own), 'publish').by).toBe('domain');
  });
});

describe('arguments', () => {
  const good = { domain: 'example.com', current: 'old', next: 'new' };
  const env = { resolver: memoryResolver({}) };
  test.each<[string, unknown, unknown, string]>([
    ['nothing', undefined, env, 'the options must be an object'],
    ['domain', { ...good, domain: 'com' }, env, '"domain" must be a domain name'],
    ['current', { ...good, current: 5 }, env, '"current" must be a string, received 5'],
    ['next', { ...good, next: {} }, env, '"next" must be a string, received an object'],
    ['selector', { ...good, next: { selector: 'a b' } }, env, '"selector" must be labels of a domain name'],
    ['record', { ...good, next: { selector: 'a', record: 5 } }, env, '"next.record" must be a string'],
    [
      'cname',
      { ...good, next: { selector: 'a', cname: 'a b' } },
      env,
      '"next.cname" must be a domain name, received "a b"',
    ],
    ['milliseconds', { ...good, now: now * 1000 }, env, '"now" must be seconds, at least 0, received 1795305600000'],
    ['a date', { ...good, switched: new Date() }, env, '"switched" must be seconds'],
    ['days', { ...good, keepSeconds: 7 }, env, '"keepSeconds" must be seconds, at least 604800, received 7'],
    ['no resolver', good, {}, '"env.resolver" must be a Resolver'],
  ])('%s', async (_, rotation, environment, message) => {
    const call = planKeyRotation(rotation as KeyRotation, environment as typeof env);
    await expect(call).rejects.toThrow(TypeError);
    await expect(planKeyRotation(rotation as KeyRotation, environment as typeof env)).rejects.toThrow(message);
  });

  test('the options and the limits must be objects', async () => {
    await expect(planKeyRotation(good, env, null as never)).rejects.toThrow('the options must be an object');
    await expect(planKeyRotation(good, env, { limits: null as never })).rejects.toThrow('"limits" must be an object');
  });

  test('an abort rejects with its reason', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(planKeyRotation(good, { ...env, signal })).rejects.toThrow('enough');
  });
});
