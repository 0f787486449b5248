import { show } from '../../environment.ts';
import { encodeBase64 } from '../../text/base64.ts';
import { utf8Bytes } from '../../text/bytes.ts';
import { isAlphanumeric } from '../../text/characters.ts';

// 72 bits: no two of a receiver's users look the same, and the name stays short.
const DIGEST_OCTETS = 9;
// RFC 5322 §3.2.3 atext beside letters and digits, and the dot.
const ATEXT = ".!#$%&'*+-/=?^_`{|}~";
// They look like addresses, and are what the domain's owner finds the message by (RFC 6590 §5.3).
const IDENTIFIER_FIELD = /^(?:(?:resent-)?message-id|in-reply-to|references|content-id)[ \t]*:/i;

/** How local parts of addresses are hidden: a key for HMAC-SHA-256, a function, or not at all. */
export type Redaction = { key: string | Uint8Array } | ((localPart: string) => string | Promise<string>) | 'nothing';

/** A text in which every private datum has been replaced by what stands for it. */
export type Redact = (text: string) => string;

/** Throws a `TypeError` unless the value is a redaction. */
export function requireRedaction(action: string, redaction: unknown): asserts redaction is Redaction {
  const key = typeof redaction === 'object' && redaction !== null ? (redaction as { key?: unknown }).key : undefined;
  const keyed = (typeof key === 'string' || key instanceof Uint8Array) && key.length > 0;
  if (redaction !== 'nothing' && typeof redaction !== 'function' && !keyed) {
    throw new TypeError(
      `Cannot ${action}: "redact" must be { key }, a function or "nothing", received ${show(redaction)}`,
    );
  }
}

/**
 * Prepares the redaction of some texts (RFC 6590 §3): finds the local parts of all addresses in them, transforms each once,
 * and returns what replaces them, the same everywhere.
 */
export async function prepareRedaction(redaction: Redaction, texts: readonly string[]): Promise<Redact> {
  if (redaction === 'nothing') return (text) => text;
  const transform = typeof redaction === 'function' ? redaction : await keyedTransform(redaction.key);
  const replacements = new Map<string, string>();
  for (const text of texts) {
    replaceLocalParts(text, (part) => {
      replacements.set(part, part);
      return part;
    });
  }
  await Promise.all([...replacements.keys()].map(async (part) => replacements.set(part, await transform(part))));
  return (text) => replaceLocalParts(text, (part) => replacements.get(part) ?? part);
}

/** RFC 6590 §4 leaves the transformation open, and names HMAC as a strong one. */
async function keyedTransform(key: string | Uint8Array): Promise<(localPart: string) => Promise<string>> {
  const bytes = Uint8Array.from(typeof key === 'string' ? utf8Bytes(key) : key);
  const { subtle } = globalThis.crypto;
  const imported = await subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return async (localPart) => {
    const digest = await subtle.sign('HMAC', imported, Uint8Array.from(utf8Bytes(localPart)));
    return encodeBase64(new Uint8Array(digest).subarray(0, DIGEST_OCTETS));
  };
}

/** Replaces what stands before each "@" that a domain follows; goes back from each of them to the one before at most. */
function replaceLocalParts(text: string, replace: (localPart: string) => string): string {
  let out = '';
  let copied = 0;
  for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', at + 1)) {
    const next = text.charCodeAt(at + 1);
    if (!isAlphanumeric(next) && next !== 0x5b && !(next > 0x7f)) continue;
    const start = localPartStart(text, copied, at);
    if (start === at) continue;
    out += text.slice(copied, start) + replace(text.slice(start, at));
    copied = at;
  }
  return out + text.slice(copied);
}

function localPartStart(text: string, from: number, at: number): number {
  if (text[at - 1] === '"') {
    const quote = text.lastIndexOf('"', at - 2);
    if (quote >= from && !text.slice(quote, at).includes('\n')) return quote;
  }
  let start = at;
  while (start > from && isLocal(text, start - 1)) start--;
  return start;
}

function isLocal(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return isAlphanumeric(unit) || unit > 0x7f || ATEXT.includes(text[at]!);
}

/** A header block with its addresses redacted; identifiers of messages stay as they are. */
export function redactHeaders(headers: string, redact: Redact): string {
  return headers
    .split(/\r\n(?![ \t])/)
    .map((field) => (IDENTIFIER_FIELD.test(field) ? field : redact(field)))
    .join('\r\n');
}
