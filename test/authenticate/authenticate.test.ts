import { describe, expect, test } from 'vitest';
import { type AuthenticateOptions, authenticateMessage, type Envelope } from '../../src/authenticate/authenticate.ts';
import { publicSuffix } from '../../src/dmarc/public-suffix.ts';
import type { Resolver } from '../../src/dns/resolver.ts';
import { memoryResolver, type Zone } from '../../src/resolvers/memory.ts';
import { sampleEnvelope, sampleMessage, sampleZone } from '../support/sample.ts';

const env = { resolver: memoryResolver(sampleZone) };
const plain = (from: string) => `From: ${from}\r\nSubject: x\r\n\r\nbody\r\n`;

/** Answers after a turn of the event loop, and counts how many turns had questions and which were asked. */
function countingResolver(zone: Zone) {
  const inner = memoryResolver(zone);
  const asked: string[] = [];
  let rounds = 0;
  let turn: Promise<void> | undefined;
  const resolver: Resolver = {
    async query(name, type) {
      asked.push(`${type} ${name}`);
      turn ??= new Promise<void>((resolve) => {
        rounds++;
        setTimeout(() => {
          turn = undefined;
          resolve();
        }, 5);
      });
      await turn;
      return inner.query(name, type);
    },
  };
  return { resolver, asked, rounds: () => rounds };
}

describe('authenticateMessage on the sample', () => {
  test('SPF, both signatures and DMARC pass', async () => {
    const verdict = await authenticateMessage(sampleMessage, sampleEnvelope, env);
    expect(verdict.author).toEqual({ domain: 'example.org', address: 'news@example.org' });
    expect(verdict.spf.mailFrom).toMatchObject({ result: 'pass', identity: 'mailfrom', domain: 'news.example.org' });
    expect(verdict.spf.helo).toMatchObject({ result: 'pass', identity: 'helo', domain: 'mx.example.org' });
    expect(verdict.dkim.map(({ result, algorithm, keyBits }) => [result, algorithm, keyBits])).toEqual([
      ['pass', 'rsa-sha256', 2048],
      ['pass', 'ed25519-sha256', 256],
    ]);
    expect(verdict.dmarc).toMatchObject({
      result: 'pass',
      protocol: 'rfc9989',
      authorDomain: 'example.org',
      policyDomain: 'example.org',
      organizationalDomain: 'example.org',
      policy: { published: 'reject', source: 'p', effective: 'reject', testing: false },
      disposition: 'none',
    });
    expect(verdict.authenticationResults).toBeUndefined();
    expect(verdict.receivedSpf).toMatch(/^pass /);
    expect(verdict.diagnostics).toEqual([]);
  });

  test('the Authentication-Results value names every result (RFC 8601 §2.7, RFC 9989 §9.1)', async () => {
    const verdict = await authenticateMessage(sampleMessage, sampleEnvelope, env, { authservId: 'mx.reader.example' });
    const [rsa, ed25519] = verdict.dkim.map(({ signatureText }) => signatureText!.slice(0, 8));
    const quoted = (text: string) => (/[/=]/.test(text) ? `"${text}"` : text);
    expect(verdict.authenticationResults?.split('\r\n ')).toEqual([
      'mx.reader.example;',
      'spf=pass smtp.mailfrom=news.example.org;',
      'spf=pass smtp.helo=mx.example.org;',
      `dkim=pass header.d=example.org header.i=@example.org header.s=nov2026 header.a=rsa-sha256 header.b=${quoted(rsa!)};`,
      `dkim=pass header.d=example.org header.i=@example.org header.s=nov2026-ed header.a=ed25519-sha256 header.b=${quoted(ed25519!)};`,
      'dmarc=pass header.from=example.org policy.dmarc=reject',
    ]);
  });

  test('text, bytes, a stream and an iterable give the same verdict', async () => {
    const pieces = Array.from({ length: Math.ceil(sampleMessage.length / 7) }, (_, i) =>
      sampleMessage.subarray(i * 7, i * 7 + 7),
    );
    const sources = [
      new TextDecoder().decode(sampleMessage),
      new ReadableStream<Uint8Array>({
        start(controller) {
          for (const piece of pieces) controller.enqueue(piece);
          controller.close();
        },
      }),
      (async function* () {
        yield* pieces;
      })(),
    ];
    const expected = await authenticateMessage(sampleMessage, sampleEnvelope, env);
    for (const source of sources) expect(await authenticateMessage(source, sampleEnvelope, env)).toEqual(expected);
  });

  test('the verdict is plain data', async () => {
    const verdict = await authenticateMessage(sampleMessage, sampleEnvelope, env, { authservId: 'mx.reader.example' });
    expect(structuredClone(verdict)).toEqual(verdict);
    expect(JSON.parse(JSON.stringify(verdict))).toEqual(verdict);
  });

  test('each DNS question is asked once, and all that are known at once', async () => {
    const { resolver, asked, rounds } = countingResolver(sampleZone);
    await authenticateMessage(sampleMessage, sampleEnvelope, { resolver });
    expect(asked.filter((question, i) => asked.indexOf(question) !== i)).toEqual([]);
    // The record of news.example.org with the keys and the DMARC records of the author, then the two records that it
    // includes, then the DMARC record of the domain that SPF authenticated.
    expect(rounds()).toBe(3);
  });

  test('a changed body fails DKIM, and SPF alone still passes DMARC', async () => {
    const changed = new TextDecoder().decode(sampleMessage).replace('Hello Ann', 'Hello Bob');
    const verdict = await authenticateMessage(changed, sampleEnvelope, env);
    expect(verdict.dkim.map(({ result, reason, signature }) => [result, reason, signature])).toEqual([
      ['fail', 'body-hash', 'match'],
      ['fail', 'body-hash', 'match'],
    ]);
    expect(verdict.dmarc).toMatchObject({
      result: 'pass',
      alignments: [{ method: 'spf', aligned: true, result: 'pass' }, { method: 'dkim', result: 'fail' }, {}],
    });
  });

  test('the same message from elsewhere with a changed body fails DMARC; p=reject alone means quarantine (RFC 9989 §7.4)', async () => {
    const changed = new TextDecoder().decode(sampleMessage).replace('Hello Ann', 'Hello Bob');
    const envelope = { ...sampleEnvelope, ip: '203.0.113.99' };
    const { spf, dmarc } = await authenticateMessage(changed, envelope, env, { authservId: 'mx.reader.example' });
    expect(spf.mailFrom).toMatchObject({
      result: 'fail',
      reason: 'matched',
      matched: { term: '-all', domain: 'news.example.org' },
    });
    expect(dmarc).toMatchObject({ result: 'fail', disposition: 'quarantine', policy: { effective: 'reject' } });
  });
});

describe('the identifiers of DMARC (RFC 9989 §4.4.2)', () => {
  const zone: Zone = {
    'example.com': { TXT: ['v=spf1 ip4:192.0.2.1 -all'] },
    'other.example': { TXT: ['v=spf1 ip4:192.0.2.1 -all'] },
    '_dmarc.example.com': { TXT: ['v=DMARC1; p=reject'] },
  };
  const at = (mailFrom: string, helo: string): Envelope => ({ ip: '192.0.2.1', helo, mailFrom });

  test.each([
    ['MAIL FROM is the SPF identifier', at('ann@example.com', 'other.example'), 'pass'],
    ['HELO is none, even when it passes', at('ann@other.example', 'example.com'), 'fail'],
    ['with a null reverse path HELO is MAIL FROM (RFC 7208 §2.4)', at('', 'example.com'), 'pass'],
  ])('%s', async (_, envelope, result) => {
    const { dmarc } = await authenticateMessage(plain('ann@example.com'), envelope, { resolver: memoryResolver(zone) });
    expect(dmarc.result).toBe(result);
  });
});

describe('a message without one author domain (RFC 9989 §5.3.1)', () => {
  test.each([
    ['no From', 'Subject: x\r\n\r\n', 'no-author-domain'],
    ['two From fields', 'From: a@example.org\r\nFrom: b@example.org\r\n\r\n', 'multiple-from'],
    ['authors of two domains', plain('a@example.org, b@example.net'), 'multiple-author-domains'],
    ['an address literal', plain('a@[192.0.2.1]'), 'invalid-author-domain'],
  ])('%s gives permerror', async (_, message, reason) => {
    const { author, dmarc } = await authenticateMessage(message, sampleEnvelope, env, {
      authservId: 'mx.reader.example',
    });
    expect(author.reason).toBe(reason);
    expect(dmarc).toEqual({
      result: 'permerror',
      reason,
      protocol: 'rfc9989',
      disposition: 'none',
      alignments: [],
      walk: [],
      diagnostics: [],
    });
  });
});

describe('options', () => {
  test('rfc7489 with the public suffix list', async () => {
    const options = { protocol: 'rfc7489', organizationalDomain: publicSuffix } as const;
    const verdict = await authenticateMessage(sampleMessage, sampleEnvelope, env, options);
    expect(verdict.dmarc).toMatchObject({ result: 'pass', protocol: 'rfc7489', policy: { percent: 100 } });
  });

  test('a key in test mode counts for DMARC unless ignoreTesting says otherwise', async () => {
    const zone = structuredClone(sampleZone) as { [name: string]: { TXT: (string | string[])[] } };
    for (const name of ['nov2026._domainkey.example.org', 'nov2026-ed._domainkey.example.org']) {
      const record = zone[name]!.TXT[0]!;
      zone[name]!.TXT = [Array.isArray(record) ? [...record, '; t=y'] : `${record}; t=y`];
    }
    const resolver = memoryResolver(zone as Zone);
    const envelope = { ...sampleEnvelope, ip: '203.0.113.99' };
    const counted = await authenticateMessage(sampleMessage, envelope, { resolver });
    expect(counted.dkim.map(({ result, testing }) => [result, testing])).toEqual([
      ['pass', true],
      ['pass', true],
    ]);
    expect(counted.dmarc.result).toBe('pass');
    const ignored = await authenticateMessage(sampleMessage, envelope, { resolver }, { dkim: { ignoreTesting: true } });
    expect(ignored.dmarc.result).toBe('fail');
  });

  test('limits reach every part', async () => {
    const verdict = await authenticateMessage(sampleMessage, sampleEnvelope, env, {
      limits: { signatures: 1, spfTerms: 1 },
    });
    expect(verdict.dkim.map(({ reason }) => reason)).toEqual([undefined, 'too-many-signatures']);
    expect(verdict.spf.mailFrom).toMatchObject({ result: 'permerror', reason: 'lookup-limit' });
    const { dkim } = await authenticateMessage(sampleMessage, sampleEnvelope, env, {
      dkim: { limits: { signatures: 0 } },
      limits: { signatures: 1 },
    });
    expect(dkim.map(({ reason }) => reason)).toEqual(['too-many-signatures', 'too-many-signatures']);
  });
});

describe('what goes wrong outside', () => {
  test.each([
    [
      'no resolver',
      {} as never,
      sampleEnvelope,
      'Cannot authenticate a message: "env.resolver" must be a Resolver, received undefined',
    ],
    [
      'no envelope',
      env,
      undefined as never,
      'Cannot authenticate a message: "ip" must be an IP address, received undefined',
    ],
    [
      'no address',
      env,
      { ...sampleEnvelope, ip: '10.0.0' },
      'Cannot authenticate a message: "ip" must be an IP address, received "10.0.0"',
    ],
    [
      'no HELO',
      env,
      { ...sampleEnvelope, helo: null as never },
      'Cannot authenticate a message: "helo" must be a string, received null',
    ],
  ])('%s is a wrong argument', async (_, environment, envelope, message) => {
    await expect(authenticateMessage(sampleMessage, envelope, environment)).rejects.toThrow(new TypeError(message));
  });

  test.each<[title: string, options: AuthenticateOptions, message: string]>([
    [
      'a bound that no key is below',
      { dkim: { minKeyBits: Number.NaN } },
      '"minKeyBits" must be a number of at least 0, received NaN',
    ],
    [
      'a skew that no date is beyond',
      { dkim: { clockSkewSeconds: Number.NaN } },
      '"clockSkewSeconds" must be a number of at least 0, received NaN',
    ],
    [
      'unknown line endings',
      { dkim: { lineEndings: 'lf' as never } },
      '"lineEndings" must be "auto" or "as-is", received "lf"',
    ],
    ['an authserv-id that names nobody', { authservId: '' }, '"authservId" must name a service, received ""'],
    ['an authserv-id that is no text', { authservId: 5 as never }, '"authservId" must be a string, received 5'],
  ])('%s is a wrong option', async (_, options, message) => {
    const error = new TypeError(`Cannot authenticate a message: ${message}`);
    await expect(authenticateMessage(sampleMessage, sampleEnvelope, env, options)).rejects.toThrow(error);
  });

  test('an abort rejects with its reason, while DNS is silent', async () => {
    const controller = new AbortController();
    const silent: Resolver = { query: () => new Promise(() => {}) };
    const pending = authenticateMessage(sampleMessage, sampleEnvelope, { resolver: silent, signal: controller.signal });
    const reason = new Error('enough');
    setTimeout(() => controller.abort(reason), 5);
    await expect(pending).rejects.toBe(reason);
  });

  test('silent DNS costs temperror once the time is over', async () => {
    const silent: Resolver = { query: () => new Promise(() => {}) };
    const { spf, dkim, dmarc } = await authenticateMessage(
      sampleMessage,
      sampleEnvelope,
      { resolver: silent },
      { limits: { elapsedMs: 20 } },
    );
    expect(spf.mailFrom).toMatchObject({ result: 'temperror', reason: 'deadline' });
    expect(dkim.map(({ result, reason }) => [result, reason])).toEqual([
      ['temperror', 'key-unavailable'],
      ['temperror', 'key-unavailable'],
    ]);
    expect(dmarc).toMatchObject({ result: 'temperror', reason: 'dns-failure' });
  });

  test('a stream that fails rejects with what it failed with', async () => {
    const error = new Error('connection lost');
    const source = (async function* () {
      yield sampleMessage.subarray(0, 2000);
      throw error;
    })();
    await expect(authenticateMessage(source, sampleEnvelope, env)).rejects.toBe(error);
  });
});
