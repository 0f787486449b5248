import { type Diagnostic, type Parsed, parsed } from '../diagnostics/diagnostic.ts';
import { requireString } from '../environment.ts';
import { domainName, isAtOrBelow, parseDomainName } from '../names/domain-name.ts';
import { decodeOctets } from '../text/base64.ts';
import { utf8, utf8Bytes } from '../text/bytes.ts';
import { asciiLower, isDigits } from '../text/characters.ts';
import { type ScannedTag, scanTagList } from '../text/tag-list.ts';
import { type DkimCode, diagnoseSignature } from './rules.ts';
import { checkCharacters, firstOfEachName, itemSpan, listItems, reportFaults, withoutWhiteSpace } from './tags.ts';

/** A tag of a DKIM-Signature field or a key record, as written. */
export interface DkimTag extends ScannedTag {
  /** Whether RFC 6376 or an RFC that extends it defines the tag. */
  known: boolean;
}

/** A DKIM-Signature field (RFC 6376 §3.5). Properties carry the tag names; absent ones are absent. */
export interface DkimSignature {
  v?: string;
  /** The algorithm, lower-cased: `rsa-sha256`, `ed25519-sha256`, or what is written. */
  a?: string;
  /** The signature in base64 without white space. */
  b?: string;
  /** The body hash in base64 without white space. */
  bh?: string;
  /** Header and body canonicalization, defaults filled in, lower-cased: `relaxed/simple`. */
  c: string;
  /** The signing domain as written; normalized in `domain`. */
  d?: string;
  /** The signed header field names as written. */
  h?: string[];
  /** The agent or user identifier as written, without white space; `auidDomain` reads its domain. */
  i?: string;
  /** How many octets of the canonical body are signed. */
  l?: number;
  /** Query methods, lower-cased; `dns/txt` where none is written. */
  q: string[];
  /** The selector as written; normalized in `selector`. */
  s?: string;
  /** When it was signed, in seconds since 1970. */
  t?: number;
  /** When it expires, in seconds since 1970. */
  x?: number;
  /** Copied header fields, as written; never used to verify. */
  z?: string;
  /** `d` as A-labels, lower-cased. */
  domain?: string;
  /** `s` as A-labels, lower-cased. */
  selector?: string;
  tags: DkimTag[];
}

/** The rows of the verdict table that a signature's text alone decides, in the table's order. */
export type SignatureFault = 'syntax' | (typeof FAULTS)[number];

// Each is also the code of its finding, behind `dkim.`; every other error is a matter of syntax.
const FAULTS = [
  'missing-tag',
  'version',
  'from-unsigned',
  'expiry-before-timestamp',
  'domain-mismatch',
  'algorithm-historic',
  'algorithm',
  'canonicalization',
  'query-method',
] as const;

const REQUIRED = ['v', 'a', 'b', 'bh', 'd', 'h', 's'] as const;
const KNOWN = ['v', 'a', 'b', 'bh', 'd', 'h', 's', 'c', 'i', 'l', 'q', 't', 'x', 'z'] as const;
const MOST_TIME = 999_999_999_999;

/**
 * Reads the value of a DKIM-Signature field, folds and all, and judges every tag as RFC 6376 §6.1.1 asks: with any
 * error the signature is not to be used. The value holds as much as was understood; times are seconds since 1970.
 * No text makes it throw, only an argument that is no string (RFC 6376 §3.5, RFC 8301 §3, RFC 8463 §4.1, RFC 8616 §5).
 *
 * @example
 * const parsed = parseDkimSignature('v=1; a=rsa-sha256; d=example.com; s=mail; h=from; bh=…; b=…');
 * console.log(parsed.value?.domain, parsed.diagnostics);
 */
export function parseDkimSignature(headerValue: string): Parsed<DkimSignature, DkimCode> {
  requireString('parse DKIM signature', 'headerValue', headerValue);
  const diagnostics: Diagnostic<DkimCode>[] = [];
  const { tags, faults } = scanTagList(withoutLastLineBreak(headerValue), KNOWN);
  if (faults.length > 0) reportFaults(faults, diagnostics);
  const signature: DkimSignature = { c: 'simple/simple', q: ['dns/txt'], tags };
  const first = firstOfEachName(tags, diagnostics);
  for (const tag of first.values()) {
    // Copied fields are never looked at, and an unknown tag may mean something when it is empty.
    if (tag.value !== '' || !tag.known || tag.name === 'z') readTag(signature, tag, diagnostics);
    else diagnostics.push(diagnoseSignature('dkim.tag-value-empty', { tag: tag.name }, { span: tag.span }));
  }
  for (const name of REQUIRED) if (!first.has(name)) diagnostics.push(missingTag(name, first));
  judge(signature, first, diagnostics);
  return parsed(signature, diagnostics);
}

/** The first row of the verdict table that applies to the findings of `parseDkimSignature`; `undefined` where none does. */
export function signatureFault(diagnostics: readonly Diagnostic[]): SignatureFault | undefined {
  let row: number = FAULTS.length;
  for (const { code, severity } of diagnostics) {
    if (severity !== 'error') continue;
    const index = FAULTS.findIndex((fault) => code === `dkim.${fault}`);
    if (index < 0) return 'syntax';
    row = Math.min(row, index);
  }
  return FAULTS[row];
}

/**
 * The normalized domain of an `i=` value, or `undefined` where it is no identifier.
 *
 * ```
 * sig-i-tag = %x69 [FWS] "=" [FWS] [ Local-part ] "@" domain-name      ; in dkim-quoted-printable
 * ```
 */
export function auidDomain(i: string): string | undefined {
  const text = decodeQuoted(withoutWhiteSpace(i)) ?? '';
  const at = text.lastIndexOf('@');
  return at < 0 ? undefined : domainName(text.slice(at + 1));
}

// The field may come with the line break that ends it, which is no fold.
function withoutLastLineBreak(text: string): string {
  if (!text.endsWith('\n')) return text;
  return text.slice(0, text.endsWith('\r\n') ? -2 : -1);
}

function missingTag(name: string, tags: Map<string, DkimTag>): Diagnostic<DkimCode> {
  // RFC 6376 §3.2: tags must be interpreted in a case-sensitive manner.
  const written = tags.get(name.toUpperCase());
  if (written === undefined) return diagnoseSignature('dkim.missing-tag', { tag: name });
  const fix = { description: 'Write the name of the tag in lower case', replacement: name };
  return diagnoseSignature('dkim.missing-tag', { tag: name }, { span: written.nameSpan, fix });
}

function readTag(signature: DkimSignature, tag: DkimTag, diagnostics: Diagnostic<DkimCode>[]): void {
  const { name, value, valueSpan: span } = tag;
  switch (name) {
    case 'v':
      signature.v = value;
      if (value !== '1') diagnostics.push(diagnoseSignature('dkim.version', { value }, { span }));
      break;
    case 'a':
      readAlgorithm(signature, tag, diagnostics);
      break;
    case 'b':
    case 'bh':
      readBase64(signature, name, tag, diagnostics);
      break;
    case 'c':
      readCanonicalization(signature, tag, diagnostics);
      break;
    case 'd':
    case 's':
      readName(signature, tag, diagnostics);
      break;
    case 'h':
      readHeaderNames(signature, tag, diagnostics);
      break;
    case 'i':
      signature.i = withoutWhiteSpace(value);
      checkCharacters(tag, 0xffff, diagnostics);
      break;
    case 'l':
    case 't':
    case 'x':
      readNumber(signature, name, tag, diagnostics);
      break;
    case 'q':
      signature.q = listItems(asciiLower(value));
      // Unknown methods are ignored, so that only a list without dns/txt is no use.
      if (!signature.q.includes('dns/txt'))
        diagnostics.push(diagnoseSignature('dkim.query-method', { value }, { span }));
      checkCharacters(tag, 0x7e, diagnostics);
      break;
    case 'z':
      signature.z = value;
      checkCharacters(tag, 0xffff, diagnostics);
      break;
    default:
      checkCharacters(tag, 0x7e, diagnostics);
  }
}

function readBase64(
  signature: DkimSignature,
  name: 'b' | 'bh',
  { value, valueSpan: span }: DkimTag,
  diagnostics: Diagnostic<DkimCode>[],
): void {
  const text = withoutWhiteSpace(value);
  if (decodeOctets(text) !== undefined) signature[name] = text;
  else diagnostics.push(diagnoseSignature('dkim.base64', { tag: name, value }, { span }));
}

function readAlgorithm(signature: DkimSignature, tag: DkimTag, diagnostics: Diagnostic<DkimCode>[]): void {
  const a = asciiLower(tag.value);
  signature.a = a;
  if (a === 'rsa-sha256' || a === 'ed25519-sha256') return;
  const code = a === 'rsa-sha1' ? 'dkim.algorithm-historic' : 'dkim.algorithm';
  diagnostics.push(diagnoseSignature(code, { value: tag.value }, { span: tag.valueSpan }));
}

/**
 * ```
 * sig-c-tag     = %x63 [FWS] "=" [FWS] sig-c-tag-alg ["/" sig-c-tag-alg]
 * sig-c-tag-alg = "simple" / "relaxed" / x-sig-c-tag-alg
 * ```
 */
function readCanonicalization(signature: DkimSignature, tag: DkimTag, diagnostics: Diagnostic<DkimCode>[]): void {
  const c = asciiLower(tag.value);
  // RFC 6376 §3.5: if only one algorithm is named, it is the header's, and the body's is simple.
  signature.c = c.includes('/') ? c : `${c}/simple`;
  if (/^(?:simple|relaxed)\/(?:simple|relaxed)$/.test(signature.c)) return;
  diagnostics.push(diagnoseSignature('dkim.canonicalization', { value: tag.value }, { span: tag.valueSpan }));
}

/**
 * ```
 * domain-name = sub-domain 1*("." sub-domain)
 * selector    = sub-domain *( "." sub-domain )
 * ```
 *
 * RFC 8616 §5 adds U-labels. Underscores are tolerated, since keys are published under such names; a final dot is not.
 */
function readName(signature: DkimSignature, tag: DkimTag, diagnostics: Diagnostic<DkimCode>[]): void {
  const { value, valueSpan: span } = tag;
  if (tag.name === 'd') {
    signature.d = value;
    const domain = domainName(value);
    if (domain?.includes('.') && !value.endsWith('.')) signature.domain = domain;
    else diagnostics.push(diagnoseSignature('dkim.domain', { value }, { span }));
    return;
  }
  signature.s = value;
  // A selector may be a date; only as part of a longer name is "20230601" no address.
  const result = parseDomainName(`${value}._domainkey`);
  if (result.ok) signature.selector = result.name.slice(0, -'._domainkey'.length);
  else diagnostics.push(diagnoseSignature('dkim.selector', { value }, { span }));
}

/**
 * ```
 * sig-h-tag  = %x68 [FWS] "=" [FWS] hdr-name *( [FWS] ":" [FWS] hdr-name )
 * field-name = 1*( %d33-57 / %d59-126 )                                     ; RFC 5322 §3.6.8
 * ```
 */
function readHeaderNames(signature: DkimSignature, tag: DkimTag, diagnostics: Diagnostic<DkimCode>[]): void {
  const names = listItems(tag.value);
  signature.h = names;
  const wrong = names.findIndex((name) => !isFieldName(name));
  if (wrong >= 0) {
    diagnostics.push(diagnoseSignature('dkim.header-name', { value: names[wrong]! }, { span: itemSpan(tag, wrong) }));
  }
  if (!names.some((name) => name.length === 4 && name.toLowerCase() === 'from')) {
    diagnostics.push(diagnoseSignature('dkim.from-unsigned', { value: tag.value }, { span: tag.valueSpan }));
  }
}

function isFieldName(name: string): boolean {
  for (let i = 0; i < name.length; i++) {
    const unit = name.charCodeAt(i);
    if (unit < 0x21 || unit > 0x7e) return false;
  }
  return name !== '';
}

/** `1*76DIGIT` for l=, of which a number holds those up to 2^53-1; `1*12DIGIT` for t= and x=. */
function readNumber(
  signature: DkimSignature,
  name: 'l' | 't' | 'x',
  { value, valueSpan: span }: DkimTag,
  diagnostics: Diagnostic<DkimCode>[],
): void {
  const most = name === 'l' ? Number.MAX_SAFE_INTEGER : MOST_TIME;
  const digits = name === 'l' ? 76 : 12;
  if (isDigits(value) && value.length <= digits && Number(value) <= most) signature[name] = Number(value);
  else diagnostics.push(diagnoseSignature('dkim.number', { tag: name, value, most }, { span }));
}

/** The rules that take two tags. */
function judge(signature: DkimSignature, tags: Map<string, DkimTag>, diagnostics: Diagnostic<DkimCode>[]): void {
  const { a, b, bh, domain, i, l, t, x } = signature;
  const at = (name: string) => ({ span: tags.get(name)!.valueSpan });
  const hash = a?.slice(a.indexOf('-') + 1) ?? '';
  const expected = hash === 'sha256' ? 32 : hash === 'sha1' ? 20 : undefined;
  const length = bh === undefined ? undefined : decodeOctets(bh)?.length;
  if (length !== undefined && expected !== undefined && length !== expected) {
    diagnostics.push(diagnoseSignature('dkim.hash-length', { hash, expected, length }, at('bh')));
  }
  const signed = b === undefined || a !== 'ed25519-sha256' ? undefined : decodeOctets(b)?.length;
  if (signed !== undefined && signed !== 64) {
    diagnostics.push(diagnoseSignature('dkim.signature-length', { length: signed }, at('b')));
  }
  const auid = i === undefined ? undefined : auidDomain(i);
  if (i !== undefined && auid === undefined) {
    diagnostics.push(diagnoseSignature('dkim.identity', { value: i }, at('i')));
  } else if (i !== undefined && auid !== undefined && domain !== undefined && !isAtOrBelow(auid, domain)) {
    diagnostics.push(diagnoseSignature('dkim.domain-mismatch', { value: i, domain }, at('i')));
  }
  // RFC 6376 §3.5: x= must be greater than t= if both are present.
  if (t !== undefined && x !== undefined && x <= t) {
    diagnostics.push(diagnoseSignature('dkim.expiry-before-timestamp', { x, t }, at('x')));
  }
  if (l !== undefined) diagnostics.push(diagnoseSignature('dkim.body-length', { length: l }, at('l')));
}

/**
 * Undoes dkim-quoted-printable; `undefined` where an "=" is not followed by two digits.
 *
 * ```
 * dkim-quoted-printable = *(FWS / hex-octet / dkim-safe-char)
 * ```
 */
function decodeQuoted(text: string): string | undefined {
  if (!text.includes('=')) return text;
  const from = utf8Bytes(text);
  const to = new Uint8Array(from.length);
  let length = 0;
  for (let i = 0; i < from.length; i++) {
    let octet = from[i]!;
    if (octet === 0x3d) {
      // RFC 6376 §2.11: no lowercase characters permitted.
      const digits = String.fromCharCode(from[i + 1] ?? 0, from[i + 2] ?? 0);
      if (!/^[\dA-F]{2}$/.test(digits)) return undefined;
      octet = Number.parseInt(digits, 16);
      i += 2;
    }
    to[length++] = octet;
  }
  return utf8(to.subarray(0, length));
}
