import { type DkimKeyRecord, parseDkimKeyRecord } from './key-record.ts';
import { type DkimSignature, type DkimTag, parseDkimSignature } from './signature.ts';

const SIGNATURE_TAGS = ['v', 'a', 'c', 'd', 's', 'i', 'q', 't', 'x', 'l', 'h', 'z', 'bh', 'b'] as const;
const KEY_TAGS = ['v', 'k', 'h', 's', 't', 'n', 'p'] as const;

/** The texts of properties by the name of their tag, in the order in which tags are added. */
type Texts = ReadonlyMap<string, string>;

/**
 * Writes a signature as the value of its field, on one line: the tags of `tags` in their order, as written where the
 * property still says the same, then what only the properties say. Where a property was removed, so is its tag.
 * Read again, it is the same signature up to spans and line breaks (RFC 6376 §3.5).
 *
 * @example
 * const { value } = parseDkimSignature('v=1; a=rsa-sha256; d=example.com; s=mail; h=from; bh=…; b=…');
 * if (value !== undefined) console.log(formatDkimSignature({ ...value, s: 'other' }));
 */
export function formatDkimSignature(signature: DkimSignature): string {
  const { ok, value } = parseDkimSignature(written(signature.tags));
  const defaults = new Map([
    ['c', 'simple/simple'],
    ['q', 'dns/txt'],
  ]);
  return format(
    signature.tags,
    texts(SIGNATURE_TAGS, signature),
    ok ? texts(SIGNATURE_TAGS, value) : undefined,
    defaults,
  );
}

/**
 * Writes a key record as the text of its TXT record, by the rules of `formatDkimSignature` (RFC 6376 §3.6.1).
 *
 * @example
 * formatDkimKeyRecord({ v: 'DKIM1', k: 'rsa', s: ['*'], t: ['s'], p: '', revoked: true, tags: [] }); // v=DKIM1; t=s; p=
 */
export function formatDkimKeyRecord(record: DkimKeyRecord): string {
  const { ok, value } = parseDkimKeyRecord(written(record.tags));
  const defaults = new Map([
    ['k', 'rsa'],
    ['s', '*'],
    ['t', ''],
  ]);
  return format(record.tags, texts(KEY_TAGS, record), ok ? texts(KEY_TAGS, value) : undefined, defaults);
}

function texts<Name extends string>(
  names: readonly Name[],
  record: { readonly [name in Name]?: string | number | string[] },
): Texts {
  const out = new Map<string, string>();
  for (const name of names) {
    const value = record[name];
    if (value !== undefined) out.set(name, oneLine(Array.isArray(value) ? value.join(':') : String(value)));
  }
  return out;
}

/** `now` is what the properties say, `before` what the tags said as long as they are sound. */
function format(tags: readonly DkimTag[], now: Texts, before: Texts | undefined, defaults: Texts): string {
  const out: string[] = [];
  const done = new Set<string>();
  for (const tag of tags) {
    const { name, known } = tag;
    const text = now.get(name);
    if (done.has(name) || (known && text === undefined)) continue;
    done.add(name);
    out.push(!known || text === before?.get(name) ? written([tag]) : `${name}=${text}`);
  }
  for (const [name, text] of now) {
    if (done.has(name) || text === defaults.get(name)) continue;
    // RFC 6376 §3.6.1: v= must be the first tag.
    if (name === 'v') out.unshift(`v=${text}`);
    else out.push(`${name}=${text}`);
  }
  return out.join('; ');
}

function written(tags: readonly DkimTag[]): string {
  return tags.map(({ name, value }) => `${name}=${oneLine(value)}`).join('; ');
}

// A semicolon would end the tag; notes and copied fields, which may hold one, write it as "=3B" (RFC 6376 §2.11, §3.5).
function oneLine(text: string): string {
  return text.replace(/[\r\n]/g, '').replace(/;/g, '=3B');
}
