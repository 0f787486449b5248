import type { Environment } from '../environment.ts';

/** What came of fetching a document; nothing about it is trusted but that it came from the host of its URL. */
export type HttpsAnswer = { url: string } & (
  | { status: 'document'; bytes: Uint8Array; contentType?: string }
  | {
      status: 'failure';
      /** `server-error`: a status that says that it may pass (RFC 9110 §15.6, RFC 6585 §4). */
      reason: 'no-fetch' | 'redirect' | 'http-status' | 'server-error' | 'too-large' | 'timeout' | 'network';
      detail?: string;
    }
);

export interface DocumentLimits {
  /** Octets of the body as decoded. */
  maxBytes: number;
  /** For all of it, from the request to the last octet. */
  elapsedMs: number;
}

// A longer delay overflows the timers of every runtime and fires at once.
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Fetches a document by `env.fetch`: HTTPS, status 200 and nothing else, no redirect, within limits of size and time.
 * Whatever a foreign `fetch` does becomes an answer; it rejects only when the caller's signal aborts.
 */
export async function fetchDocument(url: string, env: Environment, limits: DocumentLimits): Promise<HttpsAnswer> {
  const { fetch, signal } = env;
  if (fetch === undefined) return { url, status: 'failure', reason: 'no-fetch' };
  const controller = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let onAbort: (() => void) | undefined;
  // A fetch that heeds no signal must not hold the call either.
  const stop = new Promise<HttpsAnswer>((resolve, reject) => {
    timer = setTimeout(
      () => {
        resolve({ url, status: 'failure', reason: 'timeout', detail: `no document within ${limits.elapsedMs} ms` });
        controller.abort();
      },
      Math.min(limits.elapsedMs, MAX_TIMER_MS),
    );
    onAbort = () => {
      reject(signal!.reason);
      controller.abort(signal!.reason);
    };
    signal?.addEventListener('abort', onAbort);
  });
  const run = read(url, fetch, controller.signal, limits).catch(
    (error: unknown): HttpsAnswer => ({ url, status: 'failure', reason: 'network', detail: describe(error) }),
  );
  try {
    return await Promise.race([stop, run]);
  } finally {
    clearTimeout(timer);
    if (onAbort !== undefined) signal?.removeEventListener('abort', onAbort);
  }
}

async function read(
  url: string,
  fetch: typeof globalThis.fetch,
  signal: AbortSignal,
  { maxBytes }: DocumentLimits,
): Promise<HttpsAnswer> {
  // RFC 8461 §3.3: redirects are not followed, and no HTTP cache is used. "error" would do, but Workers do not know it.
  const response = await fetch(url, { redirect: 'manual', cache: 'no-store', credentials: 'omit', signal });
  const { status, type, body } = response;
  if (status !== 200) {
    // Nobody reads the body; a caller's fetch may know nothing of the signal.
    body?.cancel().catch(() => {});
    // A browser hides where a redirect leads, and even its status.
    const redirect = type === 'opaqueredirect' || (status >= 300 && status < 400);
    const reason = redirect ? 'redirect' : status >= 500 || status === 429 ? 'server-error' : 'http-status';
    return { url, status: 'failure', reason, detail: `HTTP status ${status}` };
  }
  const bytes = await readBody(body, maxBytes);
  if (bytes === undefined) {
    return { url, status: 'failure', reason: 'too-large', detail: `more than ${maxBytes} octets` };
  }
  const contentType = response.headers.get('content-type');
  return { url, status: 'document', bytes, ...(contentType !== null && { contentType: contentType.slice(0, 200) }) };
}

/** The body, or `undefined` where it is longer than `maxBytes`, of which no more is kept. */
export async function readBody(
  body: ReadableStream<Uint8Array> | null,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  if (body === null) return new Uint8Array();
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (let step = await reader.read(); !step.done; step = await reader.read()) {
    length += step.value.length;
    if (length > maxBytes) {
      reader.cancel().catch(() => {});
      return undefined;
    }
    chunks.push(step.value);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

function describe(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message : error).slice(0, 200);
  } catch {
    return 'fetch threw';
  }
}
