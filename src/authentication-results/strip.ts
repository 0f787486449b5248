import type { Span } from '../diagnostics/diagnostic.ts';
import { messageBytes } from '../message/source.ts';
import { headerText, latin1 } from '../text/bytes.ts';
import { asciiLower, isWsp } from '../text/characters.ts';
import { startFieldReader } from '../text/structured-field.ts';
import { authservIdKey, requireIds } from './authserv-id.ts';
import { claims } from './claim.ts';
import { readFields } from './fields.ts';

const CR = 0x0d;
const LF = 0x0a;
const COLON = 0x3a;

export interface StripAuthenticationResultsOptions {
  /** Also ARC-Authentication-Results fields, which breaks the ARC chain that they belong to. */
  arc?: boolean;
  /** Also fields of names like X-Authentication-Results and X-Original-Authentication-Results. */
  x?: boolean;
  /** Also fields that name nobody, as Microsoft writes them. */
  unnamed?: boolean;
  /** Also fields of a version that is not known, whoever they name; RFC 8601 §5 demands it at the border. */
  unknownVersions?: boolean;
}

/**
 * Removes the Authentication-Results fields that claim to be of a given service, and touches nothing else (RFC 8601 §5): what a
 * border host must do with mail from outside before it adds its own.
 *
 * Ids are compared as any software might read them: without case, comments, quotes, version and root dot, U-labels as their
 * A-labels. Where the beginning of a field is malformed, it is enough that the id is a word of it. A field that is hidden
 * behind a bare LF or CR of another is removed with that line break, and so is a line that is a field only to software that
 * overlooks white space, control characters or octets above 126 in its name.
 *
 * @param message - in text or bytes, with CRLF lines or LF lines
 * @param ids - the authserv-ids that your own hosts write
 * @returns the message without these fields; the given bytes where there were none. A string gives its UTF-8 bytes
 * @throws TypeError when an argument is wrong or there are no ids
 * @example
 * const message = 'AUTHENTICATION-RESULTS: (a) "MX.example.com" 1; dmarc=pass\r\nSubject: Hi\r\n\r\n';
 * new TextDecoder().decode(stripAuthenticationResults(message, ['mx.example.com'])); // => 'Subject: Hi\r\n\r\n'
 */
export function stripAuthenticationResults(
  message: string | Uint8Array,
  ids: readonly string[],
  options: StripAuthenticationResultsOptions = {},
): Uint8Array {
  const action = 'strip Authentication-Results';
  const bytes = messageBytes(action, message);
  requireIds(action, 'ids', ids);
  if (ids.length === 0)
    throw new TypeError(`Cannot ${action}: "ids" must hold at least one authserv-id, received none`);
  const { fields, malformed, bytes: header, lineEndings } = readFields(bytes);
  const keys = new Set(ids.map(authservIdKey));
  const isForged = (name: string, start: number, end: number): boolean => {
    if (!isStripped(name, options)) return false;
    const reader = startFieldReader(headerText(bytes.subarray(start, end)));
    return claims(reader, keys, name.startsWith('arc-'), options);
  };
  const removed: Span[] = [];
  for (const { name, start, colon, end } of fields) {
    if (isForged(name, colon + 1, end)) removed.push({ start, end });
  }
  for (const { start, end } of malformed) {
    const colon = start + header.subarray(start, end).indexOf(COLON);
    if (colon >= start && isForged(nameBefore(header, start, colon), colon + 1, end)) removed.push({ start, end });
  }
  removed.sort((a, b) => a.start - b.start);
  if (lineEndings === 'crlf') removed.push(...hiddenFields(header, removed, isForged));
  return without(bytes, removed);
}

function isStripped(name: string, { arc, x }: StripAuthenticationResultsOptions): boolean {
  if (!name.endsWith('authentication-results')) return false;
  const prefix = name.slice(0, -'authentication-results'.length);
  return prefix === '' || (prefix === 'arc-' && arc === true) || (/^x-(.*-)?$/.test(prefix) && x === true);
}

/**
 * Fields that only software sees for which a bare LF or CR ends a line: each from that line break to the one that ends it,
 * so that the line in which it hides stays as it is.
 */
function hiddenFields(
  header: Uint8Array,
  removed: readonly Span[],
  isForged: (name: string, start: number, end: number) => boolean,
): Span[] {
  const hidden: Span[] = [];
  let next = 0;
  for (let i = 0; i < header.length; i++) {
    if (!isBareBreak(header, i)) continue;
    while (next < removed.length && removed[next]!.end <= i) next++;
    if (next < removed.length && removed[next]!.start <= i) continue;
    const colon = colonOfName(header, i + 1);
    if (colon === undefined) continue;
    const end = lineEnd(header, colon);
    if (isForged(nameBefore(header, i + 1, colon), colon + 1, end)) hidden.push({ start: i, end });
    // What a field that stays holds was read with it.
    i = end - 1;
  }
  return hidden;
}

function isBareBreak(bytes: Uint8Array, i: number): boolean {
  return bytes[i] === LF ? bytes[i - 1] !== CR : bytes[i] === CR && bytes[i + 1] !== LF;
}

function colonOfName(bytes: Uint8Array, start: number): number | undefined {
  let i = start;
  while (i < bytes.length && bytes[i]! > 0x20 && bytes[i] !== COLON) i++;
  const named = i > start;
  while (i < bytes.length && isWsp(bytes[i]!)) i++;
  return named && bytes[i] === COLON ? i : undefined;
}

function nameBefore(bytes: Uint8Array, start: number, colon: number): string {
  return asciiLower(latin1(bytes, start, colon)).replace(/[^!-~]+/g, '');
}

/** Before the next line break of any kind that begins no folded line. */
function lineEnd(bytes: Uint8Array, from: number): number {
  for (let i = from; i < bytes.length; i++) {
    if (bytes[i] !== CR && bytes[i] !== LF) continue;
    const behind = bytes[i] === CR && bytes[i + 1] === LF ? i + 2 : i + 1;
    if (behind >= bytes.length || !isWsp(bytes[behind]!)) return i;
  }
  return bytes.length;
}

function without(bytes: Uint8Array, removed: Span[]): Uint8Array {
  if (removed.length === 0) return bytes;
  removed.sort((a, b) => a.start - b.start);
  const out = new Uint8Array(removed.reduce((length, { start, end }) => length - (end - start), bytes.length));
  let from = 0;
  let to = 0;
  for (const { start, end } of [...removed, { start: bytes.length, end: bytes.length }]) {
    out.set(bytes.subarray(from, start), to);
    to += start - from;
    from = end;
  }
  return out;
}
