import { afterAll, describe, expect, test } from 'vitest';
import { dohResolver } from '../../src/resolvers/doh.ts';
import { serveDoh, serveHttp } from '../support/doh-server.ts';
import { describeResolver } from './contract.ts';

for (const format of ['wire', 'json'] as const) {
  describeResolver(`dohResolver with ${format}`, async (zone) => {
    const server = await serveDoh(zone);
    return { resolver: dohResolver({ url: server.url, format, timeoutMs: 200 }), close: server.close };
  });
}

const url = 'https://dns.example/dns-query';
const reply =
  (body: BodyInit | null, type = 'application/dns-json', status = 200) =>
  async () =>
    new Response(body, { status, headers: { 'content-type': type } });
const asJson = (fetch: typeof globalThis.fetch, timeoutMs = 1000) =>
  dohResolver({ url, format: 'json', fetch, timeoutMs });
const message = (value: unknown) => reply(JSON.stringify(value));

describe('dohResolver', () => {
  test.each([
    ['fetch rejects', async () => Promise.reject(new Error('offline')), 'network'],
    [
      'fetch throws',
      () => {
        throw 'offline';
      },
      'network',
    ],
    ['the server answers HTML', reply('<html>', 'text/html'), 'malformed'],
    ['the server names no type', async () => new Response(null), 'malformed'],
    ['the server has an error', reply('{}', 'application/dns-json', 502), 'network'],
    ['the server redirects', reply(null, 'application/dns-json', 302), 'network'],
    ['the JSON is none', reply('{'), 'malformed'],
    ['the JSON is no object', message(null), 'malformed'],
    ['the JSON has no status', message({}), 'malformed'],
    ['the JSON is not UTF-8', reply(new Uint8Array([0xff])), 'malformed'],
    ['the answer is truncated', message({ Status: 0, TC: true }), 'malformed'],
    ['the answer is over the limit', reply(' '.repeat(600_000)), 'malformed'],
    ['the server failed', message({ Status: 2 }), 'servfail'],
    ['the server refused', message({ Status: 5 }), 'refused'],
    ['the server found the query malformed', message({ Status: 1 }), 'malformed'],
    ['nothing ever comes', () => new Promise<Response>(() => {}), 'timeout'],
    [
      'a body never ends',
      async () =>
        new Response(new ReadableStream({ start() {} }), { headers: { 'content-type': 'application/dns-json' } }),
      'timeout',
    ],
  ])('when %s, the answer is a failure', async (_, fetch, reason) => {
    const started = performance.now();
    expect(await asJson(fetch as typeof globalThis.fetch, 50).query('example.com', 'TXT')).toMatchObject({
      status: 'failure',
      reason,
    });
    expect(performance.now() - started).toBeLessThan(2000);
  });

  test.each([
    ['a bare string', 'v=spf1 -all', 'v=spf1 -all'],
    ['one quoted string', '"v=spf1 -all"', 'v=spf1 -all'],
    ['several strings are joined with nothing', '"v=spf1 ip4:192.0.2." "1 -all"', 'v=spf1 ip4:192.0.2.1 -all'],
    ['escaped quotes and backslashes', '"a\\"b\\\\c"', 'a"b\\c'],
    ['octets as decimal escapes', '"caf\\195\\169"', 'caf\u00c3\u00a9'],
    ['characters are read as their UTF-8 octets', '"\u20ac"', '\u00e2\u0082\u00ac'],
    ['an escape at the end of the data', '"a" "b\\', 'a'],
  ])('TXT data as %s', async (_, data, text) => {
    const resolver = asJson(message({ Status: 0, Answer: [{ name: 'Example.com.', type: 16, TTL: 30, data }] }));
    const answer = await resolver.query('example.com', 'TXT');
    expect(answer).toMatchObject({ status: 'answer', ttl: 30, records: [{ text }] });
  });

  test.each([{}, { data: 5 }, { data: null }])('a record with %j is malformed, not a text', async (record) => {
    const answers = [
      { name: 'a.', type: 16, data: 'x' },
      { name: 'a.', type: 16, ...record },
    ];
    const answer = await asJson(message({ Status: 0, Answer: answers })).query('a', 'TXT');
    expect(answer).toMatchObject({ status: 'failure', reason: 'malformed' });
  });

  test('records of other names and types are left out, and a CNAME loop ends', async () => {
    const answers = [
      { name: 'a.', type: 5, TTL: 9, data: 'b.' },
      { name: 'b.', type: 5, TTL: 5, data: 'a.' },
      { name: 'c.', type: 16, TTL: 1, data: 'x' },
      'noise',
      { name: 'a.', type: 1, data: '192.0.2.1' },
    ];
    const answer = await asJson(message({ Status: 0, AD: true, Answer: answers })).query('a', 'TXT');
    expect(answer).toEqual({
      name: 'a',
      type: 'TXT',
      status: 'nodata',
      authenticated: true,
      cnames: ['b', 'a'],
      ttl: 5,
    });
  });

  test('the question is asked by GET, without following redirects', async () => {
    const calls: [string, RequestInit][] = [];
    const fetch = async (input: string, init: RequestInit) => {
      calls.push([input, init]);
      return new Response(null, { status: 404 });
    };
    await dohResolver({ url: `${url}?token=1`, fetch: fetch as typeof globalThis.fetch }).query('example.com', 'TXT');
    await asJson(fetch as typeof globalThis.fetch).query('example.com', 'TXT');
    expect(calls.map(([input]) => input)).toEqual([
      `${url}?token=1&dns=AAABIAABAAAAAAAAB2V4YW1wbGUDY29tAAAQAAE`,
      `${url}?name=example.com&type=16`,
    ]);
    for (const [, init] of calls) expect(init).toMatchObject({ redirect: 'manual' });
  });

  test('a real redirect is not followed', async () => {
    const seen: string[] = [];
    const server = await serveHttp((request, response) => {
      seen.push(request.url!);
      response.writeHead(307, { location: '/elsewhere' }).end();
    });
    const answer = await dohResolver({ url: server.url, timeoutMs: 500 }).query('example.com', 'TXT');
    await server.close();
    expect(answer).toMatchObject({ status: 'failure', reason: 'network' });
    expect(seen.length).toBe(1);
  });

  test('what comes after the time is over is not read, even when fetch ignores the signal', async () => {
    let cancelled = false;
    const body = new ReadableStream({
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, 10));
        controller.enqueue(new Uint8Array(1));
      },
      cancel: () => {
        cancelled = true;
      },
    });
    const answer = await asJson(reply(body) as typeof globalThis.fetch, 50).query('example.com', 'TXT');
    expect(answer).toMatchObject({ status: 'failure', reason: 'timeout' });
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(cancelled).toBe(true);
  });

  test('10 MB are not read', async () => {
    let sent = 0;
    const server = await serveHttp((_, response) => {
      response.writeHead(200, { 'content-type': 'application/dns-message' });
      const chunk = Buffer.alloc(65_536);
      const pump = () => {
        while (sent < 10_000_000) {
          sent += chunk.length;
          if (!response.write(chunk)) return response.once('drain', pump);
        }
        return response.end();
      };
      pump();
    });
    const answer = await dohResolver({ url: server.url, timeoutMs: 2000 }).query('example.com', 'TXT');
    await server.close();
    expect(answer).toMatchObject({ status: 'failure', reason: 'malformed' });
    expect(sent).toBeLessThan(9_000_000);
  });

  test('a name that has no form in DNS is not sent', async () => {
    const fetch = () => Promise.reject(new Error('sent'));
    const resolver = dohResolver({ url, fetch });
    for (const name of ['a..b', `${'x'.repeat(64)}.example`, 'a.'.repeat(130)]) {
      expect(await resolver.query(name, 'TXT')).toMatchObject({ status: 'failure', reason: 'malformed' });
    }
  });

  test('an abort rejects with its reason, before and while the question is open', async () => {
    const resolver = asJson(() => new Promise<Response>(() => {}));
    const reason = new Error('enough');
    await expect(resolver.query('a', 'TXT', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const pending = resolver.query('a', 'TXT', { signal: controller.signal });
    controller.abort(reason);
    await expect(pending).rejects.toBe(reason);
  });

  test.each([
    ['no URL', { url: 'dns.example' }, '"url" must be an https: URL, received "dns.example"'],
    [
      'a URL without TLS',
      { url: 'http://dns.example/' },
      '"url" must be an https: URL, received "http://dns.example/"',
    ],
    ['an unknown format', { url, format: 'xml' }, '"format" must be wire or json, received "xml"'],
    ['a time that is none', { url, timeoutMs: -1 }, '"timeoutMs" must be above 0, received -1'],
  ])('%s is a wrong argument', (_, options, text) => {
    expect(() => dohResolver(options as never)).toThrow(new TypeError(`Cannot ask by DoH: ${text}`));
  });
});

describe("the runtime's own fetch", () => {
  const original = globalThis.fetch;
  afterAll(() => {
    globalThis.fetch = original;
  });

  test('is looked up when a question is asked', async () => {
    const resolver = dohResolver({ url, format: 'json' });
    globalThis.fetch = message({ Status: 3 }) as typeof globalThis.fetch;
    expect(await resolver.query('example.com', 'A')).toEqual({ name: 'example.com', type: 'A', status: 'nxdomain' });
  });
});
