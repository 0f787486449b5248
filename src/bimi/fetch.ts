import type { Environment } from '../environment.ts';
import { fetchDocument, readBody } from '../https/document.ts';
import type { Limits } from '../limits.ts';
import { utf8 } from '../text/bytes.ts';
import { parseBimiIndicator } from './indicator.ts';
import type { BimiResult } from './result.ts';
import { diagnose } from './verdict-rules.ts';

// More than any receiver takes; the finding about the size is the indicator's own. Inflated, it may be no larger either.
const MAX_OCTETS = 262_144;
// Some decoders inflate a whole piece before anybody can stop them; one octet becomes 1,032 at most.
const PIECE = 1024;

/** Fetches the indicator of a record that was found, and checks it. */
export async function fetchIndicator(
  result: BimiResult,
  env: Environment,
  { elapsedMs }: Readonly<Limits>,
): Promise<void> {
  const url = result.record!.l;
  const add = (finding: ReturnType<typeof diagnose>) => result.diagnostics.push({ ...finding, subject: url });
  const notChecked = (reason: string) => {
    result.indicator = { uri: url, validation: 'not-checked' };
    add(diagnose('bimi.indicator-not-checked', { url, reason }));
  };
  const faulty = (reason: string) => {
    result.indicator = { uri: url, validation: 'faulty' };
    add(diagnose('bimi.indicator-unavailable', { url, reason }));
  };
  const answer = await fetchDocument(url, env, { maxBytes: MAX_OCTETS, elapsedMs });
  if (answer.status === 'failure') {
    const { reason, detail = 'the environment has no "fetch"' } = answer;
    const lasting = reason === 'redirect' || reason === 'http-status' || reason === 'too-large';
    return lasting ? faulty(detail) : notChecked(detail);
  }
  const { contentType = '' } = answer;
  if (!/^image\/svg\+xml[ \t]*(;|$)/i.test(contentType)) add(diagnose('bimi.content-type', { value: contentType }));
  let { bytes } = answer;
  // RFC 1952 §2.3.1: how gzip begins.
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    const inflated = await inflate(bytes);
    if (inflated === undefined) return notChecked('it is compressed, and this runtime cannot inflate it');
    if (typeof inflated === 'string') return faulty(inflated);
    bytes = inflated;
  }
  const text = utf8(bytes);
  if (text === undefined) return faulty('it is not UTF-8');
  const { ok, value, diagnostics } = parseBimiIndicator(text);
  result.indicator = { uri: url, validation: ok ? 'conforms' : 'faulty', ...(value !== undefined && { value }) };
  for (const finding of diagnostics) result.diagnostics.push({ ...finding, subject: url });
}

/** What a gzip holds, why it cannot be had, or `undefined` where the runtime has no decoder. */
async function inflate(packed: Uint8Array): Promise<Uint8Array | string | undefined> {
  // The platform's own: a decoder of ours would cost everybody 3 kB for the few indicators that are compressed.
  if (typeof DecompressionStream !== 'function') return undefined;
  let at = 0;
  const source = new ReadableStream<BufferSource>({
    pull(controller) {
      // A copy: a piece may be transferred, and its buffer with it.
      controller.enqueue(packed.slice(at, at + PIECE));
      at += PIECE;
      if (at >= packed.length) controller.close();
    },
  });
  try {
    const inflated = await readBody(source.pipeThrough(new DecompressionStream('gzip')), MAX_OCTETS);
    return inflated ?? `it inflates to more than ${MAX_OCTETS} octets`;
  } catch {
    return 'it is no whole gzip';
  }
}
