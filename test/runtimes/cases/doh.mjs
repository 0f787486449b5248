import { equal, matches, ok, thrownBy, within } from '../assertions.mjs';
import { checkAnswers } from './resolvers.mjs';
import { sampleEnvironment } from './verdict.mjs';

const TIMEOUT = 400;
// A failure must come within the time that was asked for; what is above is for a busy machine.
const PATIENCE = TIMEOUT + 1500;

const url = 'https://dns.example/dns-query';
const wireType = { headers: { 'content-type': 'application/dns-message' } };
const jsonType = { headers: { 'content-type': 'application/dns-json' } };
const endless = () =>
  new ReadableStream({
    pull: (controller) =>
      new Promise((resolve) => setTimeout(resolve, 10)).then(() => controller.enqueue(new Uint8Array(1))),
  });

// With a fetch of the caller's: [what, fetch, reason].
const injected = [
  ['fetch rejects', () => Promise.reject(new TypeError('offline')), 'network'],
  [
    'fetch throws',
    () => {
      throw 'offline';
    },
    'network',
  ],
  ['fetch never settles', () => new Promise(() => {}), 'timeout'],
  ['the body never ends', async () => new Response(endless(), wireType), 'timeout'],
  [
    'the server answers HTML',
    async () => new Response('<html>', { headers: { 'content-type': 'text/html' } }),
    'malformed',
  ],
  ['the server answers 502', async () => new Response('bad gateway', { status: 502 }), 'network'],
  ['the server redirects', async () => new Response(null, { status: 302, headers: { location: url } }), 'network'],
  ['the server answers 10 MB', async () => new Response(new Uint8Array(10_000_000), wireType), 'malformed'],
  ['the server answers a cut off message', async () => new Response(new Uint8Array(5), wireType), 'malformed'],
];

// With the engine's own fetch and the server of the runner: [what, path, reason].
const served = [
  ['nothing listens there', undefined, 'network'],
  ['the server never answers', '/never', 'timeout'],
  ['the body comes too slowly', '/slow', 'timeout'],
  ['the server answers HTML', '/html', 'malformed'],
  ['the server answers 10 MB', '/big', 'malformed'],
  ['the server redirects to one that would answer', '/redirect', 'network'],
  ['the server has an error', '/error', 'network'],
];

const formats = ['wire', 'json'];

export const dohCases = [
  ...injected.map(([what, fetch, reason]) => ({
    name: `dohResolver with the caller’s fetch: ${what}`,
    async run(lib) {
      const resolver = lib.dohResolver({ url, fetch, timeoutMs: TIMEOUT });
      const answer = await within(PATIENCE, () => resolver.query('example.com', 'TXT'));
      matches(answer, { name: 'example.com', type: 'TXT', status: 'failure', reason });
    },
  })),
  ...served.flatMap(([what, path, reason]) =>
    formats.map((format) => ({
      name: `dohResolver with the engine’s fetch, ${format}: ${what}`,
      async run(lib, { doh }) {
        const target = path === undefined ? doh.closed : `${doh.origin}${path}?format=${format}`;
        const resolver = lib.dohResolver({ url: target, format, timeoutMs: TIMEOUT });
        const answer = await within(PATIENCE, () => resolver.query('txt.example.com', 'TXT'));
        matches(answer, { status: 'failure', reason });
      },
    })),
  ),
  ...formats.map((format) => ({
    name: `dohResolver asks a server on loopback, ${format}`,
    run: (lib, { doh }) => checkAnswers(lib.dohResolver({ url: `${doh.origin}/dns-query`, format, timeoutMs: 5000 })),
  })),
  ...formats.map((format) => ({
    name: `a verdict by DNS over HTTPS is the one by a zone in memory, ${format}`,
    async run(lib, { doh, message, envelope, zone }) {
      const env = sampleEnvironment(lib, zone);
      const inner = lib.dohResolver({ url: `${doh.origin}/dns-query`, format, timeoutMs: 5000 });
      const overHttp = { ...env, resolver: lib.cachingResolver(inner) };
      const verdict = await lib.authenticateMessage(message, envelope, overHttp);
      equal(verdict, await lib.authenticateMessage(message, envelope, env));
    },
  })),
  {
    name: 'dohResolver reads the JSON of a caller’s fetch, and asks by GET without following redirects',
    async run(lib) {
      const calls = [];
      const fetch = async (input, init) => {
        calls.push([String(input), init]);
        return new Response(
          JSON.stringify({
            Status: 0,
            AD: true,
            Answer: [{ name: 'a.example.', type: 1, TTL: 60, data: '192.0.2.1' }],
          }),
          jsonType,
        );
      };
      const answer = await lib.dohResolver({ url, format: 'json', fetch }).query('a.example', 'A');
      matches(answer, { status: 'answer', records: ['192.0.2.1'], ttl: 60, authenticated: true });
      equal(calls.length, 1, 'calls');
      equal(calls[0][0], `${url}?name=a.example&type=1`);
      equal(calls[0][1].redirect, 'manual', 'redirect');
    },
  },
  {
    name: 'an aborted question rejects with the reason of its signal',
    async run(lib, { doh }) {
      const controller = new AbortController();
      const reason = new Error('enough');
      const resolver = lib.dohResolver({ url: `${doh.origin}/never`, timeoutMs: 10_000 });
      const pending = thrownBy(() => resolver.query('example.com', 'TXT', { signal: controller.signal }));
      setTimeout(() => controller.abort(reason), 20);
      ok((await within(PATIENCE, () => pending)) === reason, 'it rejected with something else');
    },
  },
];
