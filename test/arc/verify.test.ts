import { describe, expect, test } from 'vitest';
import type { ArcResult } from '../../src/arc/result.ts';
import { type ArcOptions, verifyArc } from '../../src/arc/verify.ts';
import { parseAuthenticationResults } from '../../src/authentication-results/parse.ts';
import { memoryResolver, type Zone } from '../../src/resolvers/memory.ts';
import { addSet, arcZone, type SetOptions } from '../support/arc.ts';
import { ed25519, keyRecord, octetsOf, rsaKey } from '../support/keys.ts';

const plain =
  'From: ann@example.com\r\nTo: bob@example.net\r\nSubject: Hi\r\nDate: Mon, 1 Jan 2024 00:00:00 +0000\r\n\r\nHello\r\n';
const resolver = memoryResolver(arcZone);
const now = () => new Date('2025-01-01T00:00:00Z');

function verify(message: string, options?: ArcOptions, zone: Zone = arcZone): Promise<ArcResult> {
  return verifyArc(octetsOf(message), { resolver: memoryResolver(zone), now }, options);
}

function chain(length: number, options: SetOptions = {}): string {
  let message = plain;
  for (let i = 0; i < length; i++) message = addSet(message, options);
  return message;
}

function codes({ diagnostics, instances }: ArcResult): string[] {
  return [diagnostics, ...instances.flatMap(({ ams, seal }) => [ams?.diagnostics ?? [], seal?.diagnostics ?? []])]
    .flat()
    .map(({ code }) => code)
    .filter((code) => code !== 'dkim.key-weak');
}

describe('RFC 8617 §5.2: what the chain says', () => {
  test('step 1: no ARC fields, none', async () => {
    expect(await verify(plain)).toEqual({ result: 'none', instances: [], diagnostics: [] });
  });

  test('step 7: an intact chain passes, and every set is described', async () => {
    const result = await verify(chain(2));
    expect(result).toMatchObject({ result: 'pass', oldestPass: 0, diagnostics: [] });
    expect(result.reason).toBeUndefined();
    expect(result.instances.map(({ instance }) => instance)).toEqual([1, 2]);
    expect(result.instances[1]).toMatchObject({
      authservId: 'lists.example',
      ams: {
        result: 'pass',
        domain: 'lists.example',
        selector: 'arc',
        algorithm: 'rsa-sha256',
        keyBits: 1024,
        headerIndex: 1,
        signedHeaders: ['from', 'to', 'subject', 'date'],
        bodyHash: 'match',
        signature: 'match',
      },
      seal: { result: 'pass', domain: 'lists.example', cv: 'pass', timestamp: 12345, headerIndex: 0 },
    });
    expect(result.instances[0]).toMatchObject({ seal: { cv: 'none', headerIndex: 3 } });
  });

  test('what a sealer reports is there to be read', async () => {
    const { instances } = await verify(addSet(plain, { results: 'mx.lists.example (ours); spf=pass; dmarc=fail' }));
    expect(instances[0]!.authservId).toBe('mx.lists.example');
    const { value } = parseAuthenticationResults(instances[0]!.authenticationResults!);
    expect(value!.results.map(({ method, result }) => `${method}=${result}`)).toEqual(['spf=pass', 'dmarc=fail']);
  });

  test('§3.4: nonsense in it does not break the chain', async () => {
    const result = await verify(addSet(plain, { results: '((("' }));
    expect(result).toMatchObject({ result: 'pass' });
    expect(result.instances[0]!.authservId).toBeUndefined();
  });

  test('step 2: a chain that says itself that it failed', async () => {
    const result = await verify(addSet(plain, { cv: 'fail' }));
    expect(result).toMatchObject({ result: 'fail', reason: 'chain-failed' });
    expect(codes(result)).toEqual(['arc.chain-failed']);
  });

  test.each<[string, string, string, string]>([
    ['a gap', addSet(addSet(plain), { instance: 3 }), 'missing-field', 'arc.missing-field'],
    ['a set without its seal', chain(2).replace(/^ARC-Seal:/, 'X-Seal:'), 'missing-field', 'arc.missing-field'],
    ['a seal alone', `ARC-Seal: i=1; cv=none\r\n${plain}`, 'missing-field', 'arc.missing-field'],
    ['an instance twice', addSet(addSet(plain), { instance: 1 }), 'duplicate-field', 'arc.duplicate-field'],
    ['an instance of 0', addSet(plain, { instance: 0 }), 'instance', 'arc.instance'],
    ['an instance of 51', addSet(plain, { instance: 51 }), 'instance', 'arc.instance'],
    ['no instance', chain(1).replaceAll('i=1;', ''), 'instance', 'arc.instance'],
    ['cv=pass on the first', addSet(plain, { cv: 'pass' }), 'chain-status', 'arc.chain-status'],
    ['cv=none on the second', addSet(addSet(plain), { cv: 'none' }), 'chain-status', 'arc.chain-status'],
    ['cv=fail below a seal', addSet(addSet(plain, { cv: 'fail' })), 'chain-status', 'arc.chain-status'],
    ['cv without a word', addSet(plain, { cv: '' }), 'chain-status', 'arc.chain-status'],
  ])('step 3: %s', async (_, message, reason, code) => {
    const result = await verify(message);
    expect(result).toMatchObject({ result: 'fail', reason });
    expect(codes(result)).toContain(code);
  });

  test('step 1: more than 50 sets are not looked at', async () => {
    const result = await verify(`${'ARC-Seal: i=1\r\n'.repeat(51)}${plain}`);
    expect(result).toMatchObject({ result: 'fail', reason: 'too-many-sets', instances: [] });
    expect(codes(result)).toEqual(['arc.too-many-sets']);
  });

  test('§4.2.1: a chain of 50 sets passes', async () => {
    expect(await verify(chain(50))).toMatchObject({ result: 'pass', oldestPass: 0 });
  });

  test('step 4: the newest message signature must verify', async () => {
    const result = await verify(chain(2).replace('Hello', 'Hallo'));
    expect(result).toMatchObject({ result: 'fail', reason: 'message-signature' });
    expect(result.instances[1]!.ams).toMatchObject({ result: 'fail', reason: 'body-hash', bodyHash: 'mismatch' });
    expect(result.instances[1]!.seal).toMatchObject({ result: 'not-checked' });
    expect(codes(result)).toEqual(['arc.message-signature', 'dkim.body-hash']);
    expect(result.instances[1]!.ams!.diagnostics.at(-1)!.subject).toBe('ARC-Message-Signature');
  });

  test('step 5: the oldest message signature that still verifies', async () => {
    // The third sealer changes the subject.
    const changed = chain(2).replace('Subject: Hi', 'Subject: [list] Hi');
    const result = await verify(addSet(addSet(changed)));
    expect(result).toMatchObject({ result: 'pass', oldestPass: 3 });
    expect(result.instances.map(({ ams }) => ams!.result)).toEqual(['not-checked', 'fail', 'pass', 'pass']);
  });

  test.each([
    ['the report', 'spf=pass', 'spf=fail'],
    ['the message signature', 'bh=', 'w=1; bh='],
    ['the seal', 't=12345', 't=12346'],
  ])('step 6: a seal below with %s changed', async (_, from, to) => {
    const message = chain(3);
    const at = message.lastIndexOf(from);
    const result = await verify(message.slice(0, at) + to + message.slice(at + from.length));
    expect(result).toMatchObject({ result: 'fail', reason: 'seal' });
    expect(codes(result)).toEqual(['arc.seal', 'dkim.signature']);
    expect(result.instances[2]!.seal).toMatchObject({ result: 'fail', reason: 'signature' });
  });

  test.each(['servfail', 'timeout'] as const)('§5.2.1: no answer about a key (%s) is final', async (failure) => {
    const zone: Zone = { ...arcZone, 'b._domainkey.lists.example': { TXT: { failure } } };
    for (const message of [addSet(plain, { s: 'b' }), addSet(addSet(plain, { s: 'b' }))]) {
      expect(await verify(message, {}, zone)).toMatchObject({ result: 'fail', reason: 'dns-failure' });
    }
  });

  test('no key below the newest set fails its seal', async () => {
    const result = await verify(addSet(addSet(plain, { s: 'b' })));
    expect(result).toMatchObject({ result: 'fail', reason: 'seal' });
    expect(result.instances[0]!.seal).toMatchObject({ reason: 'no-key' });
  });
});

describe('the fields', () => {
  test.each<[string, SetOptions]>([
    [
      '§4.1.2: the instance may have comments around it',
      { edit: (field) => field.replace('i=1', '(a) i (b) = 1 (c)') },
    ],
    ['and may stand among the other tags', { edit: (field) => field.replace(/i=1; (.*?);/, '$1; i=1;') }],
    ['§4.1.2: a version is ignored', { ams: 'v=2;' }],
    ['§4.1.3: tags that a seal does not have are ignored', { seal: 'bh=?; l=x; x=1; c=no; v=;' }],
    ['§3.9: the chain status in capitals', { cv: 'NONE' }],
    ['simple header canonicalization', { c: 'simple/simple' }],
    ['a message signature with From alone', { h: 'From' }],
    ['two digits', { edit: (field) => field.replace('i=1', 'i=01') }],
    ['body length of all', { l: 7 }],
    ['with t= in the future', { ams: 't=99999999999;' }],
    ['§4.1.4: U-labels', { d: 'b\xc3\xbccher.example' }],
  ])('%s', async (_, options) => {
    const zone = { ...arcZone, 'arc._domainkey.xn--bcher-kva.example': arcZone['arc._domainkey.lists.example']! };
    expect(await verify(addSet(plain, options), {}, zone)).toMatchObject({ result: 'pass' });
  });

  test.each<[string, SetOptions, string, string]>([
    ['§4.1.3: a seal with h=', { seal: 'h=from;' }, 'seal', 'arc.seal-header-names'],
    ['§4.1.2: h= with ARC-Seal', { h: 'from:ARC-Seal' }, 'message-signature', 'arc.signed-seal'],
    ['RFC 6376 §5.4: h= without From', { h: 'to' }, 'message-signature', 'dkim.from-unsigned'],
    ['an instance that is there twice', { seal: 'i=1;' }, 'seal', 'dkim.tag-duplicate'],
    ['a tag that is there twice', { ams: 't=1; t=1;' }, 'message-signature', 'dkim.tag-duplicate'],
    ['no tag between semicolons', { seal: ';' }, 'seal', 'dkim.tag-empty'],
    [
      'RFC 8301: rsa-sha1',
      { edit: (f) => f.replace('rsa-sha256', 'rsa-sha1') },
      'message-signature',
      'dkim.hash-length',
    ],
    ['expired', { ams: 'x=2;' }, 'message-signature', 'dkim.expired'],
    ['a body that is not signed to its end', { l: 3 }, 'message-signature', 'dkim.unsigned-body'],
    ['a domain that is none', { d: 'a..b' }, 'message-signature', 'dkim.domain'],
  ])('%s fails', async (_, options, reason, code) => {
    const result = await verify(addSet(plain, options));
    expect(result).toMatchObject({ result: 'fail', reason });
    expect(codes(result)).toContain(code);
  });

  test.each<[string, SetOptions, string]>([
    ['h= with another ARC field', { h: 'from:arc-authentication-results' }, 'arc.signed-arc-field'],
    ['h= with an empty name', { h: 'from::to' }, 'arc.empty-header-name'],
  ])('%s is tolerated, and named', async (_, options, code) => {
    const result = await verify(addSet(plain, options));
    expect(result.result).toBe('pass');
    expect(codes(result)).toEqual([code]);
  });

  test('Ed25519 (RFC 8463)', async () => {
    const zone = { 'arc._domainkey.lists.example': { TXT: [keyRecord(ed25519)] } };
    const result = await verify(chain(2, { key: ed25519 }), {}, zone);
    expect(result).toMatchObject({ result: 'pass' });
    expect(result.instances[0]!.seal).toMatchObject({ algorithm: 'ed25519-sha256', keyBits: 256 });
  });
});

describe('verifyArc', () => {
  test('a field of many faults has no more than fifty findings', async () => {
    const result = await verify(`ARC-Seal: i=1${';'.repeat(10_000)}\r\n${plain}`);
    expect(result.instances[0]!.seal).toMatchObject({ result: 'fail', reason: 'syntax' });
    expect(result.instances[0]!.seal!.diagnostics).toHaveLength(50);
  });

  test('minKeyBits and a key that is too short', async () => {
    const result = await verify(chain(1), { minKeyBits: 2048 });
    expect(result.instances[0]!.ams).toMatchObject({ reason: 'key-too-short', keyBits: 1024 });
    const key = rsaKey(2048);
    const zone = { 'arc._domainkey.lists.example': { TXT: [keyRecord(key)] } };
    expect(await verify(addSet(plain, { key }), { minKeyBits: 2048 }, zone)).toMatchObject({ result: 'pass' });
  });

  test('a header block over the limits fails, whatever is in it', async () => {
    const result = await verify(chain(1), { limits: { headerBytes: 100 } });
    expect(result).toMatchObject({ result: 'fail', reason: 'message-too-large' });
    expect(codes(result)[0]).toBe('arc.message-too-large');
  });

  test('trusted sealers are marked, and change nothing', async () => {
    const message = addSet(addSet(plain, { d: 'other.example' }));
    const zone = { ...arcZone, 'arc._domainkey.other.example': arcZone['arc._domainkey.lists.example']! };
    const result = await verify(message, { trustedSealers: ['Lists.Example'] }, zone);
    expect(result.instances.map(({ trusted }) => trusted)).toEqual([false, true]);
    expect(result.result).toBe('pass');
    expect((await verify(message, {}, zone)).instances.map(({ trusted }) => trusted)).toEqual([undefined, undefined]);
    const broken = await verify(message.replace('Hello', ''), { trustedSealers: ['lists.example'] }, zone);
    expect(broken.result).toBe('fail');
    const unsealed = `ARC-Authentication-Results: i=1; lists.example; none\r\n${plain}`;
    const { instances } = await verify(unsealed, { trustedSealers: ['lists.example'] });
    expect(instances).toMatchObject([{ instance: 1, trusted: false }]);
  });

  test('a file with LF lines, which is said', async () => {
    const result = await verify(chain(1).replaceAll('\r\n', '\n'));
    expect(result.result).toBe('pass');
    expect(codes(result)).toEqual(['dkim.lf-line-endings']);
    expect((await verify(chain(1).replaceAll('\r\n', '\n'), { lineEndings: 'as-is' })).result).toBe('fail');
    const mixed = await verify(`${chain(1).replaceAll('\r\n', '\n')}\r\n`);
    expect(mixed.instances[0]!.ams).toMatchObject({ result: 'fail', reason: 'mixed-line-endings' });
  });

  test('a stream, and each key asked for once', async () => {
    const asked: string[] = [];
    const counting = {
      query: (...[name, type]: Parameters<typeof resolver.query>) => {
        asked.push(`${type} ${name}`);
        return resolver.query(name, type);
      },
    } as typeof resolver;
    const bytes = octetsOf(chain(3));
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let i = 0; i < bytes.length; i += 100) controller.enqueue(bytes.subarray(i, i + 100));
        controller.close();
      },
    });
    expect(await verifyArc(stream, { resolver: counting })).toMatchObject({ result: 'pass' });
    expect(asked).toEqual(['TXT arc._domainkey.lists.example']);
  });

  test('a chain of wrong structure costs no DNS question', async () => {
    const none = { query: () => Promise.reject(new Error('asked')) };
    expect(await verifyArc(addSet(plain, { cv: 'pass' }), { resolver: none })).toMatchObject({
      reason: 'chain-status',
    });
  });

  test('a provider that cannot do it fails the chain', async () => {
    const crypto = {
      name: 'broken',
      createHash: () => {
        throw new Error('no');
      },
      importKey: () => {
        throw new Error('no');
      },
    };
    const result = await verifyArc(chain(1), { resolver, crypto });
    expect(result.instances[0]!.ams).toMatchObject({ result: 'fail', reason: 'crypto-unsupported' });
  });

  test('an abort rejects with its reason, also while the body is read', async () => {
    const controller = new AbortController();
    const slow = { query: () => new Promise<never>(() => {}) };
    const promise = verifyArc(chain(1), { resolver: slow, signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(promise).rejects.toThrow('enough');
  });

  test.each<[string, unknown, unknown]>([
    ['resolver', {}, {}],
    ['trustedSealers', { resolver }, { trustedSealers: 'lists.example' }],
    ['trustedSealers', { resolver }, { trustedSealers: ['a..b'] }],
    ['minKeyBits', { resolver }, { minKeyBits: -1 }],
    ['lineEndings', { resolver }, { lineEndings: 'cr' }],
  ])('a wrong %s is a TypeError that names it', async (name, env, options) => {
    const promise = verifyArc(plain, env as Parameters<typeof verifyArc>[1], options as ArcOptions);
    await expect(promise).rejects.toThrow(TypeError);
    await expect(promise).rejects.toThrow(name);
  });
});
