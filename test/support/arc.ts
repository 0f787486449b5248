import { createHash, type KeyObject, sign } from 'node:crypto';
import type { Zone } from '../../src/resolvers/memory.ts';
import { canonicalBody, canonicalField, keyRecord, rsa1024, SIGNATURE } from './keys.ts';

export interface SetOptions {
  key?: KeyObject;
  d?: string;
  s?: string;
  h?: string;
  c?: string;
  /** What the message signature says besides, as `x=2;`. */
  ams?: string;
  /** What the seal says besides. */
  seal?: string;
  cv?: string;
  instance?: number;
  results?: string;
  /** What each field goes through before it is signed, with `SIGNATURE` where the value of b= will be. */
  edit?: (field: string) => string;
  /** Whether the seal signs its own set only (RFC 8617 §5.1.2). */
  alone?: boolean;
  l?: number;
}

/** Answers for every chain that `addSet` makes with the default key. */
export const arcZone: Zone = { 'arc._domainkey.lists.example': { TXT: [keyRecord(rsa1024)] } };

/**
 * Adds an ARC set to a message with CRLF line endings. It shares no code with the library: what is signed is written here as
 * RFC 8617 §5.1 words it.
 */
export function addSet(message: string, options: SetOptions = {}): string {
  const { key = rsa1024, d = 'lists.example', s = 'arc', h = 'from:to:subject:date', c = 'relaxed/relaxed' } = options;
  const { edit = (field) => field } = options;
  const end = message.indexOf('\r\n\r\n') + 2;
  const fields = message.slice(0, end).match(/[^\r\n][\s\S]*?\r\n(?![ \t])/g) ?? [];
  const instance = options.instance ?? 1 + fields.filter((field) => /^arc-seal:/i.test(field)).length;
  const cv = options.cv ?? (instance === 1 ? 'none' : 'pass');
  const a = key.asymmetricKeyType === 'ed25519' ? 'ed25519-sha256' : 'rsa-sha256';
  const [headerC, bodyC = 'simple'] = c.split('/');
  const body = canonicalBody(message.slice(end + 2), bodyC).slice(0, options.l);
  const bh = createHash('sha256').update(body, 'latin1').digest('base64');
  const l = options.l === undefined ? '' : ` l=${options.l};`;
  const common = `i=${instance}; a=${a}; d=${d}; s=${s}`;
  const aar = `ARC-Authentication-Results: i=${instance}; ${options.results ?? `${d}; spf=pass smtp.mailfrom=example.com`}`;
  const ams = signed(
    edit(`ARC-Message-Signature: ${common}; c=${c};${l} ${options.ams ?? ''} h=${h};\r\n bh=${bh};\r\n b=${SIGNATURE}`),
    selected([aar, ...fields], h).map((field) => canonicalField(field, headerC!)),
    headerC!,
    key,
  );
  const sets = options.alone ? [] : [...fields].filter((field) => /^arc-/i.test(field)).sort(inSealOrder);
  const seal = signed(
    edit(`ARC-Seal: ${common}; cv=${cv}; ${options.seal ?? 't=12345;'} b=${SIGNATURE}`),
    [...sets, aar, ams].map((field) => canonicalField(field, 'relaxed')),
    'relaxed',
    key,
  );
  return `${seal}\r\n${ams}\r\n${aar}\r\n${message}`;
}

function selected(fields: readonly string[], h: string): string[] {
  const left = [...fields];
  return h.split(':').flatMap((name) => {
    const at = left.map((one) => one.slice(0, one.indexOf(':')).toLowerCase()).lastIndexOf(name.trim().toLowerCase());
    return at < 0 ? [] : left.splice(at, 1);
  });
}

function inSealOrder(a: string, b: string): number {
  const rank = (field: string): number => {
    const kind = ['arc-a', 'arc-m', 'arc-s'].indexOf(field.slice(0, 5).toLowerCase());
    return 10 * Number(/[:;]\s*i=(\d+)/.exec(field)![1]) + kind;
  };
  return rank(a) - rank(b);
}

function signed(field: string, before: readonly string[], canonicalization: string, key: KeyObject): string {
  const unsigned = field.replace(/[ \t\r\n]*<b>[ \t\r\n]*/, '');
  const data = before.join('') + canonicalField(unsigned, canonicalization).replace(/\r\n$/, '');
  const octets = Buffer.from(data, 'latin1');
  const value =
    key.asymmetricKeyType === 'ed25519'
      ? sign(null, createHash('sha256').update(octets).digest(), key)
      : sign('sha256', octets, key);
  return field.replace(SIGNATURE, value.toString('base64').replace(/.{60}/g, '$&\r\n '));
}
