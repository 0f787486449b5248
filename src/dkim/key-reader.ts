import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { asciiLower } from '../text/characters.ts';
import { scanTagList } from '../text/tag-list.ts';
import { type DecodedDkimKey, decodeDkimKey } from './key-data.ts';
import type { DkimKeyRecord } from './key-record.ts';
import { type DkimCode, diagnoseKey } from './rules.ts';
import type { DkimTag } from './signature.ts';
import { checkCharacters, firstOfEachName, listItems, reportFaults, withoutWhiteSpace } from './tags.ts';

type Diagnostics = Diagnostic<DkimCode>[];

/** A key record as the grammar has it; what people get wrong in practice is the matter of `parseDkimKeyRecord`. */
export interface KeyReading {
  /** With all that was understood; absent where the text is another record. */
  record?: DkimKeyRecord;
  /** What the bytes of `p=` are; absent where there are none. */
  data?: DecodedDkimKey;
  diagnostics: Diagnostics;
}

// g= is of RFC 4871 and means nothing any more.
export const KEY_TAGS = ['v', 'k', 'h', 'n', 'p', 's', 't'] as const;

/** What guides and control panels call the tag `p`, in their several languages. */
export const KEY_NAMES: RegExp = /^(?:pp?|pk|pub|public|publickey|key|clave|cle|schluessel)$/i;

/** Reads the text of a TXT record as a DKIM public key (RFC 6376 §3.6.1, RFC 8301 §3, RFC 8463 §4.2), by the letter. */
export function readKeyRecord(text: string): KeyReading {
  const { tags, faults } = scanTagList(text, KEY_TAGS);
  const diagnostics: Diagnostics = [];
  const other = otherRecord(text, tags);
  if (other !== undefined) {
    diagnostics.push(diagnoseKey(other, { text }, { span: { start: 0, end: text.length } }));
    return { diagnostics };
  }
  reportFaults(faults, diagnostics);
  return readKeyTags(tags, diagnostics);
}

/** What a text is that is no key record: another record, or a key without one. */
export function otherRecord(
  text: string,
  tags: readonly DkimTag[],
): 'dkim.key-other-record' | 'dkim.key-missing' | undefined {
  const v = tags.find(({ name }) => name === 'v')?.value ?? '';
  if (v === 'DKIM1') return undefined;
  if (!/^(?:spf|DMARC|STS|TLSRPT|BIMI)/i.test(v)) {
    // A version alone makes no key record, unless it is ours with something wrong about it.
    if (tags.some(isOfKeyRecord) || /dkim/i.test(text.slice(0, 20))) return undefined;
    // The first octet of DER, that of a SEQUENCE, makes the base64 begin with "M".
    if (/-----BEGIN|^M[A-Za-z\d+/ ]{40}/.test(text)) return 'dkim.key-missing';
  }
  return 'dkim.key-other-record';
}

function isOfKeyRecord({ name, known, value }: DkimTag): boolean {
  return known ? name !== 'v' : value.length > 40 && KEY_NAMES.test(name);
}

/** Reads the tags of a key record; findings are added to those that there are. */
export function readKeyTags(tags: DkimTag[], diagnostics: Diagnostics): KeyReading {
  const first = firstOfEachName(tags, diagnostics);
  const record: DkimKeyRecord = { k: 'rsa', s: ['*'], t: [], revoked: false, tags };
  const v = first.get('v');
  if (v !== undefined && v !== tags[0]) diagnostics.push(diagnoseKey('dkim.key-version-place', {}, { span: v.span }));
  for (const tag of first.values()) readTag(record, tag, diagnostics);
  const p = first.get('p');
  if (p === undefined) diagnostics.push(diagnoseKey('dkim.key-missing', {}));
  const data = p && readKey(record, p, first.get('k'), diagnostics);
  return data === undefined ? { record, diagnostics } : { record, data, diagnostics };
}

function readTag(record: DkimKeyRecord, tag: DkimTag, diagnostics: Diagnostics): void {
  const { name, value } = tag;
  const place = { span: tag.valueSpan };
  switch (name) {
    // key-v-tag = %x76 [FWS] "=" [FWS] %x44.4B.49.4D.31
    case 'v':
      record.v = value;
      if (value !== 'DKIM1') diagnostics.push(diagnoseKey('dkim.key-version', { value }, place));
      break;
    case 'k':
      // RFC 6376 §3.2 has values case-sensitive, the strings of its ABNF are not: both readings are about.
      record.k = asciiLower(value);
      if (record.k !== 'rsa' && record.k !== 'ed25519') {
        if (record.k === '' || isWord(record.k)) diagnostics.push(diagnoseKey('dkim.key-type', { value }, place));
        else diagnostics.push(diagnoseKey('dkim.key-list', { tag: name, value }, place));
      }
      break;
    case 'h':
    case 's':
    case 't':
      readList(record, name, tag, diagnostics);
      break;
    case 'p':
      break;
    default:
      // Text that no program interprets: RFC 6376 §3.2 advises not to preclude UTF-8 there.
      if (name === 'n') record.n = value;
      checkCharacters(tag, 0xffff, diagnostics);
  }
}

/** hyphenated-word = ALPHA [ *(ALPHA / DIGIT / "-") (ALPHA / DIGIT) ] */
function isWord(text: string): boolean {
  return /^[a-z](?:[a-z\d-]*[a-z\d])?$/.test(text);
}

/**
 * ```
 * key-h-tag      = %x68 [FWS] "=" [FWS] key-h-tag-alg *( [FWS] ":" [FWS] key-h-tag-alg )    ; s= and t= likewise
 * key-h-tag-alg  = "sha1" / "sha256" / hyphenated-word
 * key-s-tag-type = "email" / "*" / hyphenated-word
 * key-t-tag-flag = "y" / "s" / hyphenated-word
 * ```
 */
function readList(record: DkimKeyRecord, name: 'h' | 's' | 't', tag: DkimTag, diagnostics: Diagnostics): void {
  const value = asciiLower(tag.value);
  const items = value === '' ? [] : listItems(value);
  record[name] = items;
  const place = { span: tag.valueSpan };
  if (!items.every((item) => isWord(item) || (item === '*' && name === 's'))) {
    diagnostics.push(diagnoseKey('dkim.key-list', { tag: name, value: tag.value }, place));
  } else if (name === 'h') {
    // RFC 8301 §3.1: sha1 is history, so that without sha256 no signature fits the key.
    if (!items.includes('sha256')) diagnostics.push(diagnoseKey('dkim.key-hash', { value }, place));
  } else if (name === 's') {
    if (!isForEmail(record)) diagnostics.push(diagnoseKey('dkim.key-service', { value }, place));
  } else if (items.includes('y')) {
    diagnostics.push(diagnoseKey('dkim.key-testing', {}, place));
  }
}

/** RFC 6376 §3.6.1: a record whose service types do not include email is to be ignored. */
export function isForEmail({ s }: DkimKeyRecord): boolean {
  return s.includes('*') || s.includes('email');
}

/**
 * ```
 * key-p-tag    = %x70 [FWS] "=" [ [FWS] base64string ]
 * base64string = ALPHADIGITPS *([FWS] ALPHADIGITPS) [ [FWS] "=" [ [FWS] "=" ] ]
 * ```
 */
function readKey(
  record: DkimKeyRecord,
  tag: DkimTag,
  k: DkimTag | undefined,
  diagnostics: Diagnostics,
): DecodedDkimKey | undefined {
  record.p = withoutWhiteSpace(tag.value);
  if (record.p === '') {
    record.revoked = true;
    diagnostics.push(diagnoseKey('dkim.key-revoked', {}, { span: tag.span }));
    return undefined;
  }
  const data = decodeDkimKey(record.p, record.k);
  if (data.ok) {
    record.keyType = data.key.type;
    record.keyBits = data.bits;
  } else if (data.fault === 'type-mismatch') {
    record.keyType = data.type;
    record.keyBits = data.bits;
  }
  judgeKey(data, record.k, tag, k, diagnostics);
  return data;
}

/** Reports what keeps a key from being used, or will soon. */
function judgeKey(
  data: DecodedDkimKey,
  type: string,
  tag: DkimTag,
  k: DkimTag | undefined,
  diagnostics: Diagnostics,
): void {
  if (!data.ok) {
    diagnostics.push(...unreadable(data, type, tag, k));
    return;
  }
  const { key, bits, unusable } = data;
  const place = { span: tag.valueSpan };
  if (key.type === 'rsa' && bits < 2048) {
    diagnostics.push(diagnoseKey(bits < 1024 ? 'dkim.key-too-short' : 'dkim.key-weak', { bits }, place));
  }
  if (unusable !== undefined && !(unusable === 'modulus-size' && bits < 1024)) {
    diagnostics.push(diagnoseKey('dkim.key-unusable', { fault: words(unusable) }, place));
  }
}

const STRAY = /[^A-Za-z\d+/= \t\r\n]|=(?=[ \t\r\n]*[A-Za-z\d+/])/;

function unreadable(
  data: DecodedDkimKey & { ok: false },
  type: string,
  { value, valueSpan: span, nameSpan }: DkimTag,
  k: DkimTag | undefined,
): Diagnostics {
  switch (data.fault) {
    case 'base64': {
      const stray = STRAY.exec(value);
      const start = span.start + (stray?.index ?? value.length - 1);
      // A value of another length than its text was changed before it came here.
      const whole = span.end - span.start !== value.length;
      const place = { span: whole ? span : { start, end: start + 1 } };
      return [diagnoseKey('dkim.key-base64', { character: stray?.[0] ?? value.slice(-1) }, place)];
    }
    case 'type-mismatch': {
      // Of a type that nobody knows, the key may be what it will.
      if (type !== 'rsa' && type !== 'ed25519') return [];
      const place = { span: k?.span ?? nameSpan };
      return [diagnoseKey('dkim.key-type-mismatch', { k: type, type: data.type }, place)];
    }
    case 'truncated': {
      const { expected, present } = data;
      return [diagnoseKey('dkim.key-truncated', { missing: expected - present, expected }, { span })];
    }
    default: {
      const fault = type === 'ed25519' ? `32 octets are expected, here are ${data.present}` : words(data.fault);
      return [diagnoseKey('dkim.key-malformed', { fault }, { span })];
    }
  }
}

function words(fault: string): string {
  return fault.replace(/-/g, ' ');
}
