import { type Diagnostic, type Parsed, parsed } from '../diagnostics/diagnostic.ts';
import { requireString } from '../environment.ts';
import { asciiLower } from '../text/characters.ts';
import { moveSpans, unwrapPasted } from '../text/pasted.ts';
import type { TagListFault } from '../text/tag-list.ts';
import { decodeDkimKey } from './key-data.ts';
import {
  cureKey,
  judgeKey,
  meantTag,
  reportBareKey,
  reportKeyFaults,
  reportMisspelt,
  splitAtMissingSemicolons,
  withoutQuotes,
} from './key-lint.ts';
import { type DkimCode, diagnoseKey } from './rules.ts';
import type { DkimTag } from './signature.ts';
import {
  checkCharacters,
  findForbidden,
  firstOfEachName,
  isFws,
  listItems,
  scanDkimTags,
  withoutWhiteSpace,
} from './tags.ts';

/** A DKIM key record (RFC 6376 §3.6.1). Properties carry the tag names, defaults filled in. */
export interface DkimKeyRecord {
  v?: string;
  /** The key type as written, lower-cased; `rsa` where none is written. */
  k: string;
  /** The hash algorithms that may be used, lower-cased; absent means all. */
  h?: string[];
  n?: string;
  /** The key in base64 without white space; empty means revoked. */
  p?: string;
  /** Service types, lower-cased; `['*']` where none is written. */
  s: string[];
  /** Flags, lower-cased: `y` testing, `s` no subdomains in i=. */
  t: string[];
  /** What the bytes of `p` are; absent where they are no key that we know. */
  keyType?: 'rsa' | 'ed25519';
  /** Bits of the RSA modulus, 256 for Ed25519. */
  keyBits?: number;
  revoked: boolean;
  tags: DkimTag[];
}

type Diagnostics = Diagnostic<DkimCode>[];

// g= is of RFC 4871 and means nothing any more.
const KNOWN = ['v', 'k', 'h', 'n', 'p', 's', 't'] as const;

/**
 * Reads the text of a TXT record as a DKIM public key (RFC 6376 §3.6.1, RFC 8301 §3, RFC 8463 §4.2): its tags, and the
 * type and size of the key in bits. The findings cover faults as well as what harms in practice: a key cut off, PEM,
 * quotes, a weak key, test mode. The value is there, with all that was understood, unless the text is another record.
 * No text makes it throw, only an argument that is no string.
 *
 * @example
 * const parsed = parseDkimKeyRecord('v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=');
 * console.log(parsed.value?.keyType, parsed.value?.keyBits);
 */
export function parseDkimKeyRecord(text: string): Parsed<DkimKeyRecord, DkimCode> {
  requireString('parse DKIM key record', 'text', text);
  const { tags, faults } = scanDkimTags(text, KNOWN);
  const pasted = faults.length > 0 ? unwrapPasted(text) : undefined;
  if (pasted === undefined) return read(text, tags, faults);
  const inner = scanDkimTags(pasted.text, KNOWN);
  const { value, diagnostics } = moveSpans(read(pasted.text, inner.tags, inner.faults), pasted);
  const span = { start: 0, end: text.length };
  const fix = { description: 'Give the record alone', replacement: pasted.text };
  return parsed(value, [diagnoseKey('dkim.key-pasted', {}, { span, fix }), ...diagnostics]);
}

function read(text: string, written: DkimTag[], faults: TagListFault[]): Parsed<DkimKeyRecord, DkimCode> {
  const diagnostics: Diagnostics = [];
  if (isOtherRecord(text, written, diagnostics)) return parsed<DkimKeyRecord, DkimCode>(undefined, diagnostics);
  if (faults.length > 0) reportKeyFaults(faults, diagnostics);
  const tags = splitAtMissingSemicolons(written, diagnostics);
  const first = firstOfEachName(tags, diagnostics);
  const record: DkimKeyRecord = { k: 'rsa', s: ['*'], t: [], revoked: false, tags };
  checkVersionPlace(tags, first, diagnostics);
  checkStart(text, tags, diagnostics);
  for (const tag of first.values()) {
    checkWhiteSpace(tag, diagnostics);
    if (tag.name !== 'p') readTag(record, tag, diagnostics);
  }
  reportMisspelt(first, diagnostics);
  const p = first.get('p');
  if (p === undefined) diagnostics.push(diagnoseKey('dkim.key-missing', {}));
  else readKey(record, p, first, diagnostics);
  return parsed(record, diagnostics);
}

/** Whether the text is no key record at all; if so, says what it is. */
function isOtherRecord(text: string, tags: readonly DkimTag[], diagnostics: Diagnostics): boolean {
  const v = tags.find(({ name }) => name === 'v')?.value;
  if (v === 'DKIM1') return false;
  if (!/^(?:spf|DMARC|STS|TLSRPT|BIMI)/i.test(v ?? '')) {
    // A version alone makes no key record, unless it is ours with something wrong about it.
    if (tags.some(isOfKeyRecord) || /dkim/i.test(text.slice(0, 20))) return false;
    if (reportBareKey(text, diagnostics)) return true;
  }
  diagnostics.push(diagnoseKey('dkim.key-other-record', { text }, { span: { start: 0, end: text.length } }));
  return true;
}

function isOfKeyRecord({ name, known, value }: DkimTag): boolean {
  return known ? name !== 'v' : value.length > 40 && meantTag(name) === 'p';
}

function checkVersionPlace(tags: readonly DkimTag[], first: Map<string, DkimTag>, diagnostics: Diagnostics): void {
  const v = first.get('v');
  if (v === undefined) {
    if (tags.some(({ name }) => meantTag(name) === 'v')) return;
    const fix = { description: 'Begin the record with its version', replacement: 'v=DKIM1; ' };
    diagnostics.push(diagnoseKey('dkim.key-version-missing', {}, { span: { start: 0, end: 0 }, fix }));
  } else if (v !== tags[0]) {
    diagnostics.push(diagnoseKey('dkim.key-version-place', {}, { span: v.span }));
  }
}

function readTag(record: DkimKeyRecord, tag: DkimTag, diagnostics: Diagnostics): void {
  switch (tag.name) {
    case 'v':
      readVersion(record, tag, diagnostics);
      break;
    case 'k':
      record.k = readWord(tag, diagnostics);
      if (record.k !== 'rsa' && record.k !== 'ed25519') {
        diagnostics.push(diagnoseKey('dkim.key-type', { value: tag.value }, { span: tag.valueSpan }));
      }
      break;
    case 'h':
    case 's':
    case 't':
      readList(record, tag.name, tag, diagnostics);
      break;
    default:
      if (tag.name === 'n') record.n = tag.value;
      if (tag.name === 'g') diagnostics.push(diagnoseKey('dkim.key-tag-historic', {}, { span: tag.span }));
      checkText(tag, diagnostics);
  }
}

/**
 * ```
 * key-v-tag = %x76 [FWS] "=" [FWS] %x44.4B.49.4D.31
 * ```
 */
function readVersion(record: DkimKeyRecord, tag: DkimTag, diagnostics: Diagnostics): void {
  record.v = tag.value;
  if (tag.value === 'DKIM1') return;
  record.v = withoutQuotes(tag, diagnostics);
  if (record.v === 'DKIM1') return;
  const fix = { description: 'Write the version as it is', replacement: 'DKIM1' };
  diagnostics.push(diagnoseKey('dkim.key-version', { value: tag.value }, { span: tag.valueSpan, fix }));
}

/** A value of words in lower case, without quotes. */
function readWord(tag: DkimTag, diagnostics: Diagnostics): string {
  if (tag.value === 'rsa') return tag.value;
  const value = withoutQuotes(tag, diagnostics);
  const lower = asciiLower(value);
  if (lower === value) return value;
  // RFC 6376 §3.2 has values case-sensitive, the strings of its ABNF are not: both readings are about.
  const fix = { description: 'Write it in lower case', replacement: lower };
  diagnostics.push(diagnoseKey('dkim.key-case', { tag: tag.name, value }, { span: tag.valueSpan, fix }));
  return lower;
}

/**
 * ```
 * key-h-tag       = %x68 [FWS] "=" [FWS] key-h-tag-alg *( [FWS] ":" [FWS] key-h-tag-alg )    ; s= and t= likewise
 * key-h-tag-alg   = "sha1" / "sha256" / hyphenated-word
 * key-s-tag-type  = "email" / "*" / hyphenated-word
 * key-t-tag-flag  = "y" / "s" / hyphenated-word
 * hyphenated-word = ALPHA [ *(ALPHA / DIGIT / "-") (ALPHA / DIGIT) ]
 * ```
 */
function readList(record: DkimKeyRecord, name: 'h' | 's' | 't', tag: DkimTag, diagnostics: Diagnostics): void {
  const value = readWord(tag, diagnostics);
  const items = value === '' ? [] : listItems(value);
  record[name] = items;
  const place = { span: tag.valueSpan };
  if (!items.every((item) => /^[a-z](?:[a-z\d-]*[a-z\d])?$/.test(item) || (item === '*' && name === 's'))) {
    const replacement = listItems(value.replace(/,/g, ':')).join(':');
    const fix = value.includes(',') && { fix: { description: 'Put colons between the words', replacement } };
    diagnostics.push(diagnoseKey('dkim.key-list', { tag: name, value }, { ...place, ...fix }));
  } else if (name === 'h') {
    // RFC 8301 §3.1: sha1 is history, so that without sha256 no signature fits the key.
    if (!items.includes('sha256')) diagnostics.push(diagnoseKey('dkim.key-hash', { value }, place));
  } else if (name === 's') {
    if (!items.includes('*') && !items.includes('email'))
      diagnostics.push(diagnoseKey('dkim.key-service', { value }, place));
  } else {
    if (items.length === 0) diagnostics.push(diagnoseKey('dkim.key-no-flags', {}, { span: tag.span }));
    if (items.includes('y')) diagnostics.push(diagnoseKey('dkim.key-testing', {}, place));
    if (items.includes('s')) diagnostics.push(diagnoseKey('dkim.key-strict', {}, place));
  }
}

/** Text that no program interprets: RFC 6376 §3.2 advises not to preclude UTF-8 there. */
function checkText(tag: DkimTag, diagnostics: Diagnostics): void {
  checkCharacters(tag, 0xffff, diagnostics);
  if (findForbidden(tag.value, 0x7e) >= 0 && findForbidden(tag.value, 0xffff) < 0) {
    const { name, value, valueSpan: span } = tag;
    diagnostics.push(diagnoseKey('dkim.key-non-ascii', { tag: name, value }, { span }));
  }
}

/**
 * ```
 * key-p-tag    = %x70 [FWS] "=" [ [FWS] base64string ]
 * base64string = ALPHADIGITPS *([FWS] ALPHADIGITPS) [ [FWS] "=" [ [FWS] "=" ] ]
 * ```
 */
function readKey(record: DkimKeyRecord, tag: DkimTag, tags: Map<string, DkimTag>, diagnostics: Diagnostics): void {
  let data = decodeDkimKey(tag.value, record.k);
  record.p = withoutWhiteSpace(tag.value);
  if (!data.ok && data.fault === 'base64') {
    const cured = cureKey(tag, record.k, diagnostics);
    if (cured !== undefined) {
      record.p = cured;
      data = decodeDkimKey(cured, record.k);
    }
  } else if (record.p.length < tag.value.length) {
    reportWhiteSpace(tag, record.p, diagnostics);
  }
  if (record.p === '') {
    record.revoked = true;
    diagnostics.push(diagnoseKey('dkim.key-revoked', {}, { span: tag.span }));
    return;
  }
  if (data.ok) {
    record.keyType = data.key.type;
    record.keyBits = data.bits;
  } else if (data.fault === 'type-mismatch') {
    record.keyType = data.type;
    record.keyBits = data.bits;
  }
  judgeKey(data, tags, record.k, diagnostics);
}

/** Reports white space before the first tag: many look for records by how they begin. */
function checkStart(text: string, [tag]: readonly DkimTag[], diagnostics: Diagnostics): void {
  if (tag === undefined || !isFws(text.charCodeAt(0))) return;
  const fix = { description: 'Remove the white space', replacement: '' };
  const span = { start: 0, end: tag.span.start };
  diagnostics.push(diagnoseKey('dkim.key-white-space', { tag: tag.name }, { span, fix }));
}

/** Reports white space around "=", which is legal and not seldom misread. */
function checkWhiteSpace(tag: DkimTag, diagnostics: Diagnostics): void {
  if (tag.nameSpan.end + 1 !== tag.valueSpan.start) reportWhiteSpace(tag, tag.value, diagnostics);
}

function reportWhiteSpace(tag: DkimTag, value: string, diagnostics: Diagnostics): void {
  const fix = { description: 'Remove the white space', replacement: `${tag.name}=${value}` };
  diagnostics.push(diagnoseKey('dkim.key-white-space', { tag: tag.name }, { span: tag.span, fix }));
}
