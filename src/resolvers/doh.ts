import { failure } from '../dns/answer.ts';
import type { DnsAnswer, RecordData, RecordType, Resolver } from '../dns/resolver.ts';
import { decodeResponse, encodeQuery, failureOfRcode, typeCode } from '../dns/wire.ts';
import { show } from '../environment.ts';
import { joinBytes, latin1, utf8 } from '../text/bytes.ts';
import { octetText } from './octet-text.ts';

/** Which server `dohResolver` asks, and how. */
export interface DohOptions {
  /** The server's query endpoint, `https:` (`http:` for a server on the same machine): `https://dns.example/dns-query`. */
  url: string;
  /** `wire` (RFC 8484, the default) or the JSON form that the big providers share. */
  format?: 'wire' | 'json';
  /** Sends the request; the runtime's own by default. */
  fetch?: typeof globalThis.fetch;
  /** Milliseconds for one question, by default 5000. */
  timeoutMs?: number;
}

const WIRE_TYPE = 'application/dns-message';
// A DNS message has at most 65,535 octets (RFC 1035 §4.2.2); the JSON form of one, with escapes, several times that.
const MAX_OCTETS = { wire: 65_535, json: 524_288 } as const;

/**
 * Asks a DNS-over-HTTPS server (RFC 8484), which works in browsers and on edge runtimes too. Redirects are not followed,
 * an answer that is too long, too late, no DNS message or to another question is a failure.
 *
 * @throws TypeError when an option is wrong
 * @example
 * const resolver = dohResolver({ url: 'https://dns.example/dns-query', timeoutMs: 3000 });
 */
export function dohResolver({ url, format = 'wire', fetch, timeoutMs = 5000 }: DohOptions): Resolver {
  const endpoint = checkEndpoint(url);
  if (format !== 'wire' && format !== 'json') {
    throw new TypeError(`Cannot ask by DoH: "format" must be wire or json, received ${show(format)}`);
  }
  if (!(timeoutMs > 0))
    throw new TypeError(`Cannot ask by DoH: "timeoutMs" must be above 0, received ${show(timeoutMs)}`);
  // Looked up at each call: fetch must be called on the global object, and tests and runtimes replace it.
  const send: typeof globalThis.fetch = fetch ?? ((input, init) => globalThis.fetch(input, init));
  return {
    async query(name, type, options) {
      const target = requestUrl(endpoint, format, name, type);
      if (target === undefined) return failure(name, type, 'malformed', 'the name has no form in DNS');
      const bytes = await withinTime(timeoutMs, options?.signal, (signal) => ask(send, target, format, signal));
      if ('reason' in bytes) return failure(name, type, bytes.reason, bytes.detail);
      return format === 'wire' ? decodeResponse(bytes.body, name, type) : decodeJson(bytes.body, name, type);
    },
  };
}

type Outcome = { body: Uint8Array } | { reason: 'timeout' | 'network' | 'malformed'; detail: string };

function checkEndpoint(url: string): URL {
  const endpoint = typeof url === 'string' && URL.canParse(url) ? new URL(url) : undefined;
  const local = endpoint !== undefined && ['127.0.0.1', '[::1]', 'localhost'].includes(endpoint.hostname);
  // RFC 8484 §1: DNS over HTTPS; without TLS anybody on the way could answer.
  if (endpoint === undefined || !(endpoint.protocol === 'https:' || (endpoint.protocol === 'http:' && local))) {
    throw new TypeError(`Cannot ask by DoH: "url" must be an https: URL, received ${show(url)}`);
  }
  return endpoint;
}

function requestUrl(endpoint: URL, format: 'wire' | 'json', name: string, type: RecordType): string | undefined {
  const query = encodeQuery(name, type);
  if (query === undefined) return undefined;
  const url = new URL(endpoint);
  if (format === 'json') {
    url.searchParams.set('name', name);
    url.searchParams.set('type', String(typeCode(type)));
  } else {
    // RFC 8484 §4.1: base64url without padding. GET needs no preflight request in a browser.
    const base64 = btoa(latin1(query)).replaceAll('+', '-').replaceAll('/', '_');
    url.searchParams.set('dns', base64.replace(/=+$/, ''));
  }
  return url.href;
}

/** Runs a request until it ends, the time is over or the caller's signal aborts, whatever the request itself does. */
function withinTime(
  timeoutMs: number,
  outer: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<Outcome>,
): Promise<Outcome> {
  const controller = new AbortController();
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void, cause?: unknown) => {
      clearTimeout(timer);
      outer?.removeEventListener('abort', abort);
      settle();
      if (cause !== undefined) controller.abort(cause);
    };
    const detail = `no answer within ${timeoutMs} ms`;
    const timer = setTimeout(() => finish(() => resolve({ reason: 'timeout', detail }), new Error(detail)), timeoutMs);
    const abort = () => finish(() => reject(outer?.reason), outer?.reason);
    if (outer?.aborted) return abort();
    outer?.addEventListener('abort', abort);
    work(controller.signal).then(
      (outcome) => finish(() => resolve(outcome)),
      (error: unknown) => finish(() => resolve({ reason: 'network', detail: String(error) })),
    );
  });
}

async function ask(
  send: typeof globalThis.fetch,
  url: string,
  format: 'wire' | 'json',
  signal: AbortSignal,
): Promise<Outcome> {
  const accept = format === 'wire' ? WIRE_TYPE : 'application/dns-json';
  // Not "error": Workers know only "follow" and "manual". A redirect then is a status that is not 200.
  const response = await send(url, { headers: { accept }, redirect: 'manual', signal });
  const contentType = response.headers.get('content-type') ?? '';
  const known = format === 'wire' ? contentType.startsWith(WIRE_TYPE) : /json/.test(contentType);
  if (response.status !== 200 || !known) {
    await response.body?.cancel();
    const detail =
      response.status === 200 ? `the server sent ${contentType || 'no type'}` : `HTTP status ${response.status}`;
    return { reason: response.status === 200 ? 'malformed' : 'network', detail };
  }
  const body = await readLimited(response, MAX_OCTETS[format], signal);
  return body === undefined
    ? { reason: 'malformed', detail: `the answer is over ${MAX_OCTETS[format]} octets` }
    : { body };
}

async function readLimited(response: Response, limit: number, signal: AbortSignal): Promise<Uint8Array | undefined> {
  const reader = response.body?.getReader();
  // The body of a caller's fetch may know nothing of the signal, and would be read on for nobody.
  signal.addEventListener('abort', () => void reader?.cancel().catch(() => {}), { once: true });
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true };
    if (done || value === undefined) break;
    length += value.length;
    if (length > limit) {
      await reader?.cancel();
      return undefined;
    }
    chunks.push(value);
  }
  return joinBytes(chunks, length);
}

interface JsonResource {
  name?: unknown;
  type?: unknown;
  TTL?: unknown;
  data?: unknown;
}

function decodeJson<T extends RecordType>(body: Uint8Array, name: string, type: T): DnsAnswer<T> {
  const message = parseJson(body);
  if (message === undefined || typeof message.Status !== 'number') {
    return failure(name, type, 'malformed', 'the server sent no DNS answer as JSON');
  }
  const { Status: rcode, AD: authenticated } = message;
  if (rcode !== 0 && rcode !== 3) return failure(name, type, failureOfRcode(rcode), `response code ${rcode}`);
  if (message.TC === true) return failure(name, type, 'malformed', 'the response is truncated');
  const { cnames, found, ttl } = followJson(listOf(message.Answer), name, type);
  if (!found.every(({ data }) => typeof data === 'string')) {
    return failure(name, type, 'malformed', 'the server sent a record without data');
  }
  const records = found.map(({ data }) => readJsonData(String(data), type) as RecordData[T]);
  const base = {
    name,
    type,
    ...(ttl !== undefined && { ttl }),
    ...(typeof authenticated === 'boolean' && { authenticated }),
    ...(cnames.length > 0 && { cnames }),
  };
  const [first, ...rest] = records;
  if (first !== undefined) return { ...base, status: 'answer', records: [first, ...rest] };
  return { ...base, status: rcode === 3 ? 'nxdomain' : 'nodata' };
}

function parseJson(body: Uint8Array): { [key: string]: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(utf8(body) ?? '');
    return typeof value === 'object' && value !== null ? (value as { [key: string]: unknown }) : undefined;
  } catch {
    return undefined;
  }
}

function listOf(value: unknown): JsonResource[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'object' && item !== null) : [];
}

function bareName(text: unknown): string {
  const name = String(text).toLowerCase();
  return name.endsWith('.') ? name.slice(0, -1) : name;
}

function followJson(
  answers: readonly JsonResource[],
  name: string,
  type: RecordType,
): { cnames: string[]; found: JsonResource[]; ttl: number | undefined } {
  const aliases = new Map<string, JsonResource>();
  for (const answer of answers) if (answer.type === typeCode('CNAME')) aliases.set(bareName(answer.name), answer);
  const used: JsonResource[] = [];
  const cnames: string[] = [];
  let owner = bareName(name);
  for (let alias = aliases.get(owner); alias !== undefined && type !== 'CNAME'; alias = aliases.get(owner)) {
    aliases.delete(owner);
    owner = bareName(alias.data);
    cnames.push(owner);
    used.push(alias);
  }
  const found = answers.filter((answer) => answer.type === typeCode(type) && bareName(answer.name) === owner);
  const ttls = [...used, ...found].map(({ TTL }) => TTL).filter((ttl) => typeof ttl === 'number');
  return { cnames, found, ttl: ttls.length === 0 ? undefined : Math.min(...ttls) };
}

function readJsonData(data: string, type: RecordType): unknown {
  switch (type) {
    case 'A':
    case 'AAAA':
      return data;
    case 'TXT':
      return readPresentation(data);
    case 'MX': {
      const space = data.indexOf(' ');
      return { preference: Number(data.slice(0, space)), exchange: bareName(data.slice(space + 1)) };
    }
    default:
      return bareName(data);
  }
}

/**
 * TXT data as the providers write it: quoted character-strings with the escapes of RFC 1035 §5.1 (`\"`, `\\`, `\195`),
 * or the bare text, as some do for a record of one string.
 */
function readPresentation(data: string): { text: string; chunks?: string[] } {
  if (!data.startsWith('"')) return { text: octetText(data) };
  const chunks: string[] = [];
  let chunk: string | undefined;
  for (let i = 0; i < data.length; i++) {
    const c = data[i]!;
    if (c === '"') {
      if (chunk !== undefined) chunks.push(octetText(chunk));
      chunk = chunk === undefined ? '' : undefined;
    } else if (chunk !== undefined && c === '\\') {
      const octet = /^\d{3}/.exec(data.slice(i + 1, i + 4))?.[0];
      chunk += octet === undefined ? (data[i + 1] ?? '') : String.fromCharCode(Number(octet) & 0xff);
      i += octet === undefined ? 1 : 3;
    } else if (chunk !== undefined) {
      chunk += c;
    }
  }
  return { text: chunks.join(''), chunks };
}
