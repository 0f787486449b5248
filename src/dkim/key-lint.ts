import type { KeyFault } from '../crypto/key-fault.ts';
import type { Diagnostic, Fix, Place, Span } from '../diagnostics/diagnostic.ts';
import { encodeBase64 } from '../text/base64.ts';
import { asciiLower } from '../text/characters.ts';
import type { TagListFault } from '../text/tag-list.ts';
import { type DecodedDkimKey, decodeDkimKey } from './key-data.ts';
import { type DkimCode, diagnoseKey } from './rules.ts';
import type { DkimTag } from './signature.ts';
import { isFws, reportFaults, withoutWhiteSpace } from './tags.ts';

type Diagnostics = Diagnostic<DkimCode>[];

// What guides and control panels call the tags, in their several languages.
const OTHER_NAMES = {
  pk: 'p',
  pub: 'p',
  public: 'p',
  publickey: 'p',
  key: 'p',
  clave: 'p',
  cle: 'p',
  schluessel: 'p',
  version: 'v',
  type: 'k',
  tipo: 'k',
  typ: 'k',
  hash: 'h',
  notes: 'n',
  service: 's',
  flags: 't',
} as const;

const NAMES = ['v', 'k', 'h', 'p', 's', 't'] as const;

/** The tag that somebody meant by an unknown name. */
export function meantTag(name: string): string | undefined {
  const lower = asciiLower(name);
  if (Object.hasOwn(OTHER_NAMES, lower)) return OTHER_NAMES[lower as keyof typeof OTHER_NAMES];
  return NAMES.find((tag) => tag === lower || tag + tag === lower);
}

/** Reports an unknown tag that stands where a known one is missing. */
export function reportMisspelt(tags: Map<string, DkimTag>, diagnostics: Diagnostics): void {
  for (const { name, known, nameSpan: span } of tags.values()) {
    const tag = known ? undefined : meantTag(name);
    if (tag === undefined || tags.has(tag)) continue;
    const fix = { description: `Name the tag "${tag}"`, replacement: tag };
    diagnostics.push(diagnoseKey('dkim.key-tag-misspelt', { name, tag }, { span, fix }));
  }
}

/** Reports the pieces that are no tags; with the fix where ":" or a space stands for "=". */
export function reportKeyFaults(faults: readonly TagListFault[], diagnostics: Diagnostics): void {
  reportFaults(faults, diagnostics);
  for (const diagnostic of diagnostics) {
    const found = /^([vkhnpst])[ \t]{0,9}[: \t][ \t]{0,9}(?=[^ \t])/.exec(String(diagnostic.params.text ?? ''));
    if (found === null || diagnostic.span === undefined) continue;
    diagnostic.span = { start: diagnostic.span.start, end: diagnostic.span.start + found[0].length };
    diagnostic.fix = { description: 'Put "=" behind the name of the tag', replacement: `${found[1]}=` };
  }
}

/** Cuts tags where a semicolon is missing, so that `v=DKIM1 k=rsa` is understood, and reported. */
export function splitAtMissingSemicolons(tags: DkimTag[], diagnostics: Diagnostics): DkimTag[] {
  if (!tags.some(mayHoldTag)) return tags;
  const out: DkimTag[] = [];
  for (const tag of tags) {
    let rest: DkimTag | undefined = tag;
    while (rest !== undefined) {
      const next: DkimTag | undefined = mayHoldTag(rest) ? cut(rest, out, diagnostics) : undefined;
      if (next === undefined) out.push(rest);
      rest = next;
    }
  }
  return out;
}

// In base64, "=" stands at the end only; a note, like a tag of somebody else, may hold anything.
function mayHoldTag({ name, known, value }: DkimTag): boolean {
  const equals = value.indexOf('=');
  return equals >= 0 && (equals < value.length - 2 || !value.endsWith('=')) && known && name !== 'n';
}

const NEXT_TAG = /[ \t\r\n,:]([vkhnpst])[ \t]?=[^=]/;

/** Puts the part before the second tag out and returns the rest. */
function cut(tag: DkimTag, out: DkimTag[], diagnostics: Diagnostics): DkimTag | undefined {
  const { value, valueSpan } = tag;
  const found = NEXT_TAG.exec(value);
  if (found === null) return undefined;
  const name = found[1]!;
  const at = found.index + 1;
  let end = found.index;
  while (end > 0 && (value[end - 1] === ',' || isFws(value.charCodeAt(end - 1)))) end--;
  let from = value.indexOf('=', at) + 1;
  while (isFws(value.charCodeAt(from))) from++;
  const gap = { start: valueSpan.start + end, end: valueSpan.start + at };
  const fix = { description: 'Put a semicolon between the tags', replacement: '; ' };
  diagnostics.push(diagnoseKey('dkim.key-semicolon', { tag: name }, { span: gap, fix }));
  out.push({
    ...tag,
    value: value.slice(0, end),
    span: { start: tag.span.start, end: gap.start },
    valueSpan: { start: valueSpan.start, end: gap.start },
  });
  return {
    name,
    value: value.slice(from),
    span: { start: gap.end, end: valueSpan.end },
    nameSpan: { start: gap.end, end: gap.end + 1 },
    valueSpan: { start: valueSpan.start + from, end: valueSpan.end },
    known: true,
  };
}

// Quotes of every kind and the backslash; those of other alphabets also as the octets of their UTF-8, as DNS has them.
const QUOTES = /["'`\\“”„‘’«»]|\xe2\x80[\x98-\x9f]|\xc2[\xab\xbb]/g;

/** The value of a tag without quotes and backslashes, which are reported. */
export function withoutQuotes({ name, value, valueSpan: span }: DkimTag, diagnostics: Diagnostics): string {
  const cleaned = value.replace(QUOTES, '');
  if (cleaned === value) return value;
  const replacement = name === 'p' ? withoutWhiteSpace(cleaned) : cleaned;
  const fix = { description: 'Remove the quotes and backslashes', replacement };
  const character = value.match(QUOTES)![0];
  diagnostics.push(diagnoseKey('dkim.key-quotes', { tag: name, character }, { span, fix }));
  return replacement;
}

const ARMOR = /-----(?:BEGIN|END)[^-]{0,40}-----/g;
const STRAY = /[^A-Za-z0-9+/= \t\r\n]|=(?=[ \t\r\n]*[A-Za-z0-9+/])/;

/** Reports why a value of `p=` is not base64, and returns the base64 that was meant, where that can be told. */
export function cureKey(tag: DkimTag, k: string, diagnostics: Diagnostics): string | undefined {
  const { value, valueSpan: span } = tag;
  if (value.includes('-----')) return reportPem(value, span, k, diagnostics);
  const p = withoutQuotes(tag, diagnostics);
  if (p !== value && (p === '' || decodeDkimKey(p, k).ok)) return p;
  const stray = STRAY.exec(p);
  if (stray !== null) {
    const start = span.start + stray.index;
    const place = p === value ? { span: { start, end: start + 1 }, ...urlSafe(stray[0]) } : { span };
    diagnostics.push(diagnoseKey('dkim.key-base64', { character: stray[0] }, place));
    return undefined;
  }
  // Only the end is wrong. A text cut off within a group of four is no base64, but above all it is a key cut off.
  const digits = withoutWhiteSpace(p).replace(/=/g, '');
  const whole = digits.slice(0, digits.length - (digits.length % 4 === 1 ? 1 : 0));
  const data = decodeDkimKey(whole, k);
  if (!data.ok && data.fault === 'truncated') return whole;
  const character = p.includes('=') ? '=' : digits.slice(-1);
  diagnostics.push(diagnoseKey('dkim.key-base64', { character }, { span: { start: span.end - 1, end: span.end } }));
  return data.ok ? whole : undefined;
}

// The alphabet of RFC 4648 §5, which DKIM does not use.
function urlSafe(character: string): Place {
  const replacement = character === '-' ? '+' : character === '_' ? '/' : undefined;
  return replacement === undefined ? {} : { fix: { description: 'Use the usual alphabet of base64', replacement } };
}

function reportPem(text: string, span: Span, k: string, diagnostics: Diagnostics): string | undefined {
  if (text.includes('PRIVATE KEY')) {
    diagnostics.push(privateKey(span));
    return undefined;
  }
  const inside = withoutWhiteSpace(text.replace(ARMOR, '').replace(QUOTES, ''));
  const fix: Fix = { description: 'Publish the base64 between the lines of dashes, as one text' };
  if (decodeDkimKey(inside, k).ok) fix.replacement = inside;
  const armor = text.match(ARMOR)?.[0] ?? '-----';
  diagnostics.push(diagnoseKey('dkim.key-pem', { text: armor }, { span, fix }));
  return inside;
}

function privateKey(span: Span): Diagnostic<DkimCode> {
  const fix = { description: 'Make a new key pair, publish its public key, and never use this private key again' };
  return diagnoseKey('dkim.key-private', {}, { span, fix });
}

/** Reports a text without tags that is a key, and says what its record would be. */
export function reportBareKey(text: string, diagnostics: Diagnostics): boolean {
  const span = { start: 0, end: text.length };
  if (text.includes('-----BEGIN')) {
    const key = reportPem(text, span, 'rsa', diagnostics);
    const fix = diagnostics.at(-1)!.fix!;
    const replacement = key === undefined ? undefined : recordOf(key);
    if (replacement !== undefined) fix.replacement = replacement;
    return true;
  }
  // The first octet of DER, that of a SEQUENCE, makes the base64 begin with "M".
  const p = text.length > 40 && text.startsWith('M') ? withoutWhiteSpace(text) : '';
  const data = decodeDkimKey(p, 'rsa');
  const replacement = recordOf(p);
  if (!data.ok && data.fault === 'private-key') diagnostics.push(privateKey(span));
  else if (replacement !== undefined) {
    const fix = { description: 'Publish the key in a record', replacement };
    diagnostics.push(diagnoseKey('dkim.key-missing', {}, { span, fix }));
  }
  return diagnostics.length > 0;
}

function recordOf(p: string): string | undefined {
  const data = decodeDkimKey(p, 'rsa');
  if (data.ok) return `v=DKIM1; k=rsa; p=${p}`;
  if (data.fault !== 'type-mismatch') return undefined;
  const ed25519 = decodeDkimKey(p, 'ed25519');
  return ed25519.ok && ed25519.key.type === 'ed25519'
    ? `v=DKIM1; k=ed25519; p=${encodeBase64(ed25519.key.key)}`
    : undefined;
}

/** Reports what is to be said about the key itself. */
export function judgeKey(data: DecodedDkimKey, tags: Map<string, DkimTag>, k: string, diagnostics: Diagnostics): void {
  const p = tags.get('p')!;
  const span = p.valueSpan;
  if (!data.ok) {
    const finding = unreadable(data, p, tags.get('k'), k);
    if (finding !== undefined) diagnostics.push(finding);
    return;
  }
  const { key, bits, form, unusable } = data;
  if (form === 'pkcs1') diagnostics.push(diagnoseKey('dkim.key-pkcs1', {}, { span }));
  if (key.type === 'ed25519' && form === 'spki') {
    const fix = { description: 'Publish the last 32 octets alone', replacement: encodeBase64(key.key) };
    diagnostics.push(diagnoseKey('dkim.key-wrapped', {}, { span, fix }));
  }
  if (key.type === 'rsa' && bits < 2048) {
    const fix = { description: 'Make a key of 2048 bits under a new selector' };
    diagnostics.push(diagnoseKey(bits < 1024 ? 'dkim.key-too-short' : 'dkim.key-weak', { bits }, { span, fix }));
  }
  if (bits > 4096 && unusable === undefined) diagnostics.push(diagnoseKey('dkim.key-large', { bits }, { span }));
  if (unusable !== undefined && !(unusable === 'modulus-size' && bits < 1024)) {
    diagnostics.push(diagnoseKey('dkim.key-unusable', { fault: UNUSABLE[unusable] }, { span }));
  }
}

const UNUSABLE: { readonly [fault in KeyFault]: string } = {
  'modulus-size': 'the modulus has over 8192 bits',
  'modulus-even': 'the modulus is even',
  exponent: 'the exponent is not an odd number from 3 to 2^32',
  'key-size': 'the length is not 32 octets',
  'non-canonical': 'the number is not below 2^255-19',
  'small-order': 'everybody can sign under it',
};

function unreadable(
  data: DecodedDkimKey & { ok: false },
  p: DkimTag,
  k: DkimTag | undefined,
  type: string,
): Diagnostic<DkimCode> | undefined {
  const span = p.valueSpan;
  switch (data.fault) {
    // Said before, by the finding that tells what the text is instead.
    case 'base64':
      return undefined;
    case 'private-key':
      return privateKey(span);
    case 'type-mismatch': {
      // Of a type that nobody knows, the key may be what it will.
      if (type !== 'rsa' && type !== 'ed25519') return undefined;
      const replacement = k === undefined ? `k=${data.type}; p` : `k=${data.type}`;
      const fix = { description: `Say that the key is of type ${data.type}`, replacement };
      return diagnoseKey('dkim.key-type-mismatch', { k: type, type: data.type }, { span: k?.span ?? p.nameSpan, fix });
    }
    case 'truncated': {
      const { expected } = data;
      const fix = {
        description: 'Publish the whole key: one string of a TXT record holds 255 octets, the rest needs a second',
      };
      return diagnoseKey('dkim.key-truncated', { missing: expected - data.present, expected }, { span, fix });
    }
    case 'trailing-bytes':
      return malformed(`${data.present - data.expected} octets too many`, span);
    default:
      if (type === 'ed25519') return malformed(`an Ed25519 key has 32 octets, here are ${data.present}`, span);
      return malformed(p.value.startsWith('AAAAB3Nza') ? 'this is a key for SSH' : data.fault.replace(/-/g, ' '), span);
  }
}

function malformed(fault: string, span: Span): Diagnostic<DkimCode> {
  return diagnoseKey('dkim.key-malformed', { fault }, { span });
}
