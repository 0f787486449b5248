import { describe, expect, test } from 'vitest';
import { fetchDocument } from '../../src/https/document.ts';
import { memoryResolver } from '../../src/resolvers/memory.ts';

const resolver = memoryResolver({});
const limits = { maxBytes: 10, elapsedMs: 1000 };
const url = 'https://example.com/';
const get = (fetch: unknown, more: { elapsedMs?: number; signal?: AbortSignal } = {}) =>
  fetchDocument(
    url,
    { resolver, fetch: fetch as typeof globalThis.fetch, ...(more.signal && { signal: more.signal }) },
    { ...limits, ...(more.elapsedMs !== undefined && { elapsedMs: more.elapsedMs }) },
  );

describe('a document over HTTPS', () => {
  test('its octets and type', async () => {
    const answer = await get(async () => new Response('0123456789', { headers: { 'content-type': 'text/plain' } }));
    expect(answer).toMatchObject({ url, status: 'document', contentType: 'text/plain' });
    expect(answer.status === 'document' && new TextDecoder().decode(answer.bytes)).toBe('0123456789');
  });

  test('without a body, and without a type', async () => {
    expect(await get(async () => new Response(null))).toEqual({ url, status: 'document', bytes: new Uint8Array() });
  });

  test('asks for no redirect, no cache and no cookies', async () => {
    let seen: RequestInit | undefined;
    await get(async (_: string, init: RequestInit) => {
      seen = init;
      return new Response('');
    });
    expect(seen).toMatchObject({ redirect: 'manual', cache: 'no-store', credentials: 'omit' });
  });

  test.each<[string, unknown, object]>([
    ['no fetch', undefined, { reason: 'no-fetch' }],
    ['a redirect', async () => new Response('x', { status: 301 }), { reason: 'redirect', detail: 'HTTP status 301' }],
    [
      'a redirect that a browser hides',
      async () => ({ status: 0, type: 'opaqueredirect', body: null }),
      { reason: 'redirect' },
    ],
    [
      'another status',
      async () => new Response('x', { status: 404 }),
      { reason: 'http-status', detail: 'HTTP status 404' },
    ],
    ...[429, 500, 503].map((status): [string, unknown, object] => [
      `a status that may pass, ${status}`,
      async () => new Response('x', { status }),
      { reason: 'server-error', detail: `HTTP status ${status}` },
    ]),
    ['even one of success', async () => new Response(null, { status: 204 }), { reason: 'http-status' }],
    [
      'too long a body',
      async () => new Response('01234567890'),
      { reason: 'too-large', detail: 'more than 10 octets' },
    ],
    [
      'an error',
      async () => Promise.reject(new Error('certificate has expired')),
      { reason: 'network', detail: 'certificate has expired' },
    ],
    [
      'a text thrown at once',
      () => {
        throw 'no';
      },
      { reason: 'network', detail: 'no' },
    ],
    [
      'an object that is no text',
      async () => Promise.reject(Object.create(null)),
      { reason: 'network', detail: 'fetch threw' },
    ],
    ['an answer that is none', async () => undefined, { reason: 'network' }],
  ])('%s', async (_, fetch, expected) => {
    expect(await get(fetch)).toMatchObject({ url, status: 'failure', ...expected });
  });

  test('the deadline holds for a fetch that never answers, and for a body that never ends', async () => {
    const endless = new Response(new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(1)) }));
    for (const fetch of [() => new Promise(() => {}), async () => endless]) {
      expect(await get(fetch, { elapsedMs: 5 })).toMatchObject({ status: 'failure', reason: 'timeout' });
    }
  });

  test('an abort rejects with its reason, and reaches the fetch', async () => {
    const controller = new AbortController();
    let inner: AbortSignal | undefined;
    const answer = get(
      (_: string, init: RequestInit) => {
        inner = init.signal!;
        return new Promise(() => {});
      },
      { signal: controller.signal },
    );
    controller.abort(new Error('enough'));
    await expect(answer).rejects.toThrow('enough');
    expect(inner?.aborted).toBe(true);
  });
});
