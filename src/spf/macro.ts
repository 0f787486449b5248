import { formatIpAddress, type IpAddress } from '../names/ip-address.ts';
import { utf8Bytes } from '../text/bytes.ts';
import { asciiLower, isAlphanumeric } from '../text/characters.ts';
import type { SpfSubject } from './identity.ts';
import type { SpfMacroLetter, SpfMacroPart } from './record.ts';

/** What macros stand for while the record of one domain is evaluated. */
export interface MacroScope {
  subject: SpfSubject;
  /** `%{d}`: the domain whose record this is. */
  domain: string;
  /** `%{p}`, where it was looked up. */
  pointer?: string;
}

const MAX_NAME = 253;
const MAX_LABEL = 63;

/** Whether a macro-string uses one of these letters. */
export function usesMacro(parts: readonly SpfMacroPart[], letters: string): boolean {
  for (const part of parts) if (part.kind === 'macro' && letters.includes(part.letter)) return true;
  return false;
}

/** Expands from left to right and stops beyond `most` characters. */
export function expandText(parts: readonly SpfMacroPart[], scope: MacroScope, most: number): string {
  let out = '';
  for (const part of parts) {
    out += expandPart(part, scope);
    if (out.length > most) break;
  }
  return out;
}

/** Expands what is to be a name: from right to left, since of a longer text only the right-hand end is used. */
export function expandName(parts: readonly SpfMacroPart[], scope: MacroScope): string {
  let out = '';
  for (let i = parts.length - 1; i >= 0 && out.length <= MAX_NAME + 1; i--) out = expandPart(parts[i]!, scope) + out;
  return out;
}

/**
 * The DNS name of an expanded domain-spec: cut on the left to 253 characters (RFC 7208 §7.3), without root dot, in lower
 * case; `undefined` where that is no name. RFC 7208 §4.8 leaves the characters open, so all that can be seen are taken but
 * the backslash, which resolvers read as an escape.
 */
export function queryName(text: string): string | undefined {
  const end = text.endsWith('.') ? text.length - 1 : text.length;
  let start = 0;
  while (end - start > MAX_NAME) {
    const dot = text.indexOf('.', start);
    if (dot === -1 || dot >= end) return undefined;
    start = dot + 1;
  }
  if (start >= end) return undefined;
  let labelStart = start;
  for (let i = start; i <= end; i++) {
    const unit = i === end ? 0x2e : text.charCodeAt(i);
    if (unit === 0x2e) {
      if (i === labelStart || i - labelStart > MAX_LABEL) return undefined;
      labelStart = i + 1;
    } else if (unit < 0x20 || unit > 0x7e || unit === 0x5c) {
      return undefined;
    }
  }
  return asciiLower(start === 0 && end === text.length ? text : text.slice(start, end));
}

/** The name under which PTR records for an address are. */
export function pointerQueryName(ip: IpAddress): string {
  const labels = dotted(ip).split('.').reverse().join('.');
  return ip.family === 4 ? `${labels}.in-addr.arpa` : `${labels.toLowerCase()}.ip6.arpa`;
}

function expandPart(part: SpfMacroPart, scope: MacroScope): string {
  return part.kind === 'literal' ? part.text : writeMacro(part, macroValue(part.letter, scope));
}

/** What a macro makes of the value of its letter. */
export function writeMacro(macro: SpfMacroPart & { kind: 'macro' }, letterValue: string): string {
  let value = letterValue;
  const { digits, reverse, delimiters } = macro;
  if (reverse || digits !== undefined || delimiters !== '.') value = transform(value, delimiters, reverse, digits);
  return macro.escape ? urlEscape(value) : value;
}

/** RFC 7208 §7.2. */
function macroValue(letter: SpfMacroLetter, { subject, domain, pointer }: MacroScope): string {
  switch (letter) {
    case 's':
      return `${subject.localPart}@${subject.shown}`;
    case 'l':
      return subject.localPart;
    case 'o':
      return subject.shown;
    case 'd':
      return domain;
    case 'i':
      return dotted(subject.ip);
    case 'p':
      return pointer ?? 'unknown';
    case 'v':
      return subject.ip.family === 4 ? 'in-addr' : 'ip6';
    case 'h':
      return subject.helo;
    case 'c':
      return formatIpAddress(subject.ip);
    case 'r':
      return subject.receiver;
    case 't':
      return String(Math.floor(subject.now().getTime() / 1000));
  }
}

/**
 * RFC 7208 §7.3: IPv6 as 32 nibbles with dots. The letter case is open (the suite wants upper case in explanations, the
 * RFC's example has lower case in names, which `queryName` makes).
 */
function dotted({ family, bytes }: IpAddress): string {
  if (family === 4) return bytes.join('.');
  let out = '';
  for (const byte of bytes) out += `${out && '.'}${(byte >> 4).toString(16)}.${(byte & 15).toString(16)}`;
  return out.toUpperCase();
}

/** RFC 7208 §7.3: split on the delimiters (edges and neighbours give empty parts), reverse, keep right-hand parts, join. */
function transform(value: string, delimiters: string, reverse: boolean, digits: number | undefined): string {
  let parts: string[] = [];
  let start = 0;
  for (let i = 0; i <= value.length; i++) {
    if (i < value.length && !delimiters.includes(value[i]!)) continue;
    parts.push(value.slice(start, i));
    start = i + 1;
  }
  if (reverse) parts.reverse();
  if (digits !== undefined && digits < parts.length) parts = parts.slice(parts.length - digits);
  return parts.join('.');
}

/** RFC 7208 §7.3: every octet outside the unreserved set of RFC 3986 §2.3 becomes %XX. */
function urlEscape(value: string): string {
  let out = '';
  for (const byte of utf8Bytes(value)) {
    const c = String.fromCharCode(byte);
    if (isAlphanumeric(byte) || '-._~'.includes(c)) out += c;
    else out += `%${byte < 16 ? '0' : ''}${byte.toString(16).toUpperCase()}`;
  }
  return out;
}
