import type { Span } from '../diagnostics/diagnostic.ts';
import { isWsp } from '../text/characters.ts';

/** One address of an address list. */
export interface Mailbox {
  /** Local part, `@` and domain as written, without the white space and comments between them. */
  address: string;
  localPart: string;
  /** As written; a domain-literal keeps its brackets. */
  domain: string;
  /** From the local part to the domain. */
  span: Span;
  domainSpan: Span;
  /** The words before `<`, unquoted and with single spaces; encoded-words are not decoded. */
  displayName?: string;
}

/** Why a text is no address list. */
export type MailboxProblem =
  | 'unterminated comment'
  | 'comments nested too deep'
  | 'unterminated quoted string'
  | 'unterminated domain literal'
  | 'unterminated group'
  | 'unexpected character'
  | 'text without an address'
  | 'empty address'
  | 'misplaced colon'
  | 'text beside an address'
  | 'no local part'
  | 'no domain'
  | 'missing >'
  | 'malformed route'
  | 'encoded-word in an address';

/** What is obsolete or odd in an address list whose addresses are certain all the same. */
export type MailboxOddity = 'route' | 'space-in-address' | 'empty-element' | 'odd-dots' | 'address-as-name' | 'group';

export interface MailboxList {
  mailboxes: Mailbox[];
  /** In order; any one means that the addresses are not certain. At most 16 are kept. */
  faults: { problem: MailboxProblem; span: Span }[];
  /** The first of each kind. */
  oddities: { kind: MailboxOddity; span: Span }[];
  /** The first 16 comments, parentheses included. */
  comments: Span[];
}

const MOST_COMMENT_DEPTH = 32;
const MOST_KEPT = 16;

const SPECIALS = '()<>[]:;@\\,"';

type TokenKind = 'word' | 'quoted' | 'literal' | 'end' | 'bad' | '<' | '>' | '@' | ',' | ';' | ':';

/** A word is a run of atext and dots; whether it is a dot-atom is asked where it must be one. */
interface Token {
  kind: TokenKind;
  start: number;
  end: number;
  /** Whether white space or a comment stands before it. */
  spaced: boolean;
}

interface Reader {
  text: string;
  token: Token;
  /** Whether an address may begin here: at the start, behind a comma, behind the colon of a group. */
  mayBegin: boolean;
  inGroup: boolean;
  list: MailboxList;
}

/** The length of the white space at an offset: SP, HTAB, or CRLF before one of them (RFC 5322 §3.2.2). */
function spaceAt(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  if (isWsp(unit)) return 1;
  return unit === 0x0d && text.charCodeAt(at + 1) === 0x0a && isWsp(text.charCodeAt(at + 2)) ? 3 : 0;
}

// RFC 5322 §4.1 lets obsolete text hold control characters; software differs so much on them that nothing is certain behind one.
function isControl(unit: number): boolean {
  return unit < 0x20 || unit === 0x7f;
}

/** The offset behind what begins at `start` and ends with `close`, or what is wrong with it; only comments nest. */
function endOfEnclosed(
  text: string,
  start: number,
  close: string,
  unterminated: MailboxProblem,
): number | MailboxProblem {
  let depth = 1;
  for (let i = start + 1; i < text.length; ) {
    const space = spaceAt(text, i);
    const c = text[i];
    if (space === 0 && isControl(text.charCodeAt(i))) return 'unexpected character';
    if (c === close && --depth === 0) return i + 1;
    if (c === '(' && close === ')' && ++depth > MOST_COMMENT_DEPTH) return 'comments nested too deep';
    // quoted-pair = "\" (VCHAR / WSP)
    i += c === '\\' && !isControl(text.charCodeAt(i + 1)) ? 2 : space || 1;
  }
  return unterminated;
}

function addFault(list: MailboxList, problem: MailboxProblem, start: number, end: number): void {
  if (list.faults.length < MOST_KEPT) list.faults.push({ problem, span: { start, end } });
}

function addOddity(list: MailboxList, kind: MailboxOddity, start: number, end: number): void {
  if (!list.oddities.some((oddity) => oddity.kind === kind)) list.oddities.push({ kind, span: { start, end } });
}

/** Skips white space and comments: the offset behind them, or of a comment with a problem. */
function skipCfws(text: string, from: number, list: MailboxList): { at: number; problem?: MailboxProblem } {
  for (let at = from; ; ) {
    const space = spaceAt(text, at);
    if (space === 0 && text[at] !== '(') return { at };
    const end = space > 0 ? at + space : endOfEnclosed(text, at, ')', 'unterminated comment');
    if (typeof end === 'string') return { at, problem: end };
    if (space === 0 && list.comments.length < MOST_KEPT) list.comments.push({ start: at, end });
    at = end;
  }
}

/** What begins at an offset that is behind white space: the kind of token and its end, or a fault. */
function scanToken(text: string, at: number): { kind: TokenKind; end: number } | MailboxProblem {
  const c = text[at];
  switch (c) {
    case undefined:
      return { kind: 'end', end: at };
    case '<':
    case '>':
    case '@':
    case ',':
    case ';':
    case ':':
      return { kind: c, end: at + 1 };
    case '"':
    case '[': {
      const quoted = c === '"';
      const end = quoted
        ? endOfEnclosed(text, at, '"', 'unterminated quoted string')
        : endOfEnclosed(text, at, ']', 'unterminated domain literal');
      return typeof end === 'string' ? end : { kind: quoted ? 'quoted' : 'literal', end };
    }
  }
  let end = at;
  while (end < text.length && isWordUnit(text, end)) end++;
  return end === at ? 'unexpected character' : { kind: 'word', end };
}

/** Reads the next token; `bad` is the last one, since nothing behind a lexical fault is certain. */
function advance(reader: Reader): void {
  const { text, list } = reader;
  const from = reader.token.end;
  const { at, problem } = skipCfws(text, from, list);
  const token = problem ?? scanToken(text, at);
  const spaced = at > from;
  if (typeof token === 'string') {
    addFault(list, token, at, text.length);
    reader.token = { kind: 'bad', start: at, end: text.length, spaced };
  } else {
    reader.token = { kind: token.kind, start: at, end: token.end, spaced };
  }
}

/** The kind of the token that is next; a call, because the compiler believes that `advance` leaves `reader.token` as it was. */
function next(reader: Reader): TokenKind {
  return reader.token.kind;
}

function isWordUnit(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit > 0x20 && unit !== 0x7f && (unit > 0x7f || !SPECIALS.includes(text[at]!));
}

/**
 * Reads an address list as the From field has it, and refuses to guess: where any fault is listed, the addresses are not certain.
 *
 *     address-list = (address *("," address)) / obs-addr-list
 *     address      = mailbox / group
 *     mailbox      = [display-name] angle-addr / addr-spec
 *     group        = display-name ":" [group-list] ";" [CFWS]
 *
 * RFC 5322 §3.4 with the obsolete forms of §4.4, RFC 6854 (groups in From) and RFC 6532 (UTF-8). Linear in the length.
 */
export function parseMailboxList(text: string): MailboxList {
  const list: MailboxList = { mailboxes: [], faults: [], oddities: [], comments: [] };
  const reader: Reader = {
    text,
    token: { kind: ',', start: 0, end: 0, spaced: false },
    mayBegin: true,
    inGroup: false,
    list,
  };
  advance(reader);
  for (;;) {
    const { kind, start, end } = reader.token;
    if (kind === 'end' || kind === 'bad') break;
    if (kind === ',') {
      if (reader.mayBegin) addOddity(list, 'empty-element', start, end);
      reader.mayBegin = true;
      advance(reader);
    } else if (kind === ';' && reader.inGroup) {
      reader.inGroup = reader.mayBegin = false;
      advance(reader);
    } else {
      const problem = reader.mayBegin ? readElement(reader) : 'text beside an address';
      if (problem !== undefined) skipElement(reader, problem, start);
    }
  }
  if (reader.inGroup) addFault(list, 'unterminated group', text.length, text.length);
  return list;
}

/** Goes on at the next comma, or at the end of the group. */
function skipElement(reader: Reader, problem: MailboxProblem, start: number): void {
  let end = reader.token.start;
  for (;;) {
    const { kind } = reader.token;
    if (kind === 'end' || kind === 'bad' || kind === ',' || (kind === ';' && reader.inGroup)) break;
    end = reader.token.end;
    advance(reader);
  }
  reader.mayBegin = false;
  // A lexical fault says more than what it made of the words before it.
  if (reader.token.kind !== 'bad') addFault(reader.list, problem, start, Math.max(start, end));
}

/** One address, or the name and colon that begin a group. */
function readElement(reader: Reader): MailboxProblem | undefined {
  const { list } = reader;
  const words = readWords(reader);
  const { kind, end } = reader.token;
  reader.mayBegin = false;
  switch (kind) {
    case ':':
      if (words.length === 0 || reader.inGroup) return 'misplaced colon';
      addOddity(list, 'group', words[0]!.start, end);
      reader.inGroup = reader.mayBegin = true;
      advance(reader);
      return undefined;
    case '<':
      return readAngle(reader, words);
    case '@': {
      const problem = readAddrSpec(reader, words, undefined);
      if (problem !== undefined || reader.token.kind !== '<') return problem;
      // Not RFC 5322, but so common ("me@example.com <me@example.com>") that both are listed and must agree.
      addOddity(list, 'address-as-name', words[0]!.start, reader.token.start);
      return readAngle(reader, []);
    }
    default:
      return words.length > 0 ? 'text without an address' : 'text beside an address';
  }
}

function readWords(reader: Reader): Token[] {
  const words: Token[] = [];
  while (reader.token.kind === 'word' || reader.token.kind === 'quoted') {
    words.push(reader.token);
    advance(reader);
  }
  return words;
}

/** angle-addr = [CFWS] "<" [obs-route] addr-spec ">" [CFWS] */
function readAngle(reader: Reader, name: Token[]): MailboxProblem | undefined {
  const { start } = reader.token;
  advance(reader);
  if (next(reader) === '>') {
    advance(reader);
    return 'empty address';
  }
  if (next(reader) === '@' || next(reader) === ',') {
    if (!skipRoute(reader)) return 'malformed route';
    // RFC 5322 §4.4: the route is ignored; the address is what follows its colon.
    addOddity(reader.list, 'route', start + 1, reader.token.start);
  }
  const problem = readAddrSpec(reader, readWords(reader), displayName(reader.text, name));
  if (problem !== undefined) return problem;
  if (next(reader) !== '>') return 'missing >';
  advance(reader);
  return undefined;
}

/** obs-route = *(CFWS / ",") "@" domain *("," [CFWS] ["@" domain]) ":" (RFC 5322 §4.4) */
function skipRoute(reader: Reader): boolean {
  let any = false;
  for (let behindDomain = false; ; ) {
    const { kind } = reader.token;
    if (kind === ':' ? !any : kind !== (behindDomain ? ',' : '@') && kind !== ',') return false;
    advance(reader);
    if (kind === ':') return true;
    behindDomain = kind === '@';
    if (!behindDomain) continue;
    if (next(reader) !== 'word' && next(reader) !== 'literal') return false;
    any = true;
    advance(reader);
  }
}

/** addr-spec = local-part "@" domain; the words of the local part were read, the next token should be the at sign. */
function readAddrSpec(reader: Reader, words: Token[], name: string | undefined): MailboxProblem | undefined {
  const { text, list, token: at } = reader;
  const first = words[0];
  if (at.kind !== '@') return 'text without an address';
  if (first === undefined) return 'no local part';
  if (!isLocalPart(text, words)) return 'text beside an address';
  advance(reader);
  const { kind, start, end, spaced } = reader.token;
  if (kind !== 'word' && kind !== 'literal') return 'no domain';
  advance(reader);
  let localPart = '';
  for (const word of words) localPart += text.slice(word.start, word.end);
  // RFC 2047 §5: an encoded-word is no part of an addr-spec; software that decodes it there sees another address.
  if (localPart.includes('=?') && localPart.includes('?=')) return 'encoded-word in an address';
  const span = { start: first.start, end };
  if (spaced || at.spaced || words.some((word) => word !== first && word.spaced)) {
    addOddity(list, 'space-in-address', span.start, end);
  }
  // RFC 5322 §3.2.3 forbids these, and yet there are such addresses; the domain is certain all the same.
  if (!localPart.includes('"') && /^\.|\.\.|\.$/.test(localPart)) addOddity(list, 'odd-dots', span.start, at.start);
  const domain = text.slice(start, end);
  const address = `${localPart}@${domain}`;
  const mailbox: Mailbox = { address, localPart, domain, span, domainSpan: { start, end } };
  if (name !== undefined) mailbox.displayName = name;
  list.mailboxes.push(mailbox);
  return undefined;
}

/** Whether words are joined by dots: local-part = dot-atom / quoted-string / obs-local-part (RFC 5322 §3.4.1, §4.4). */
function isLocalPart(text: string, words: Token[]): boolean {
  for (let i = 1; i < words.length; i++) {
    if (text[words[i - 1]!.end - 1] !== '.' && text[words[i]!.start] !== '.') return false;
  }
  return true;
}

function displayName(text: string, words: Token[]): string | undefined {
  if (words.length === 0) return undefined;
  let name = '';
  for (const { kind, start, end, spaced } of words) {
    if (spaced && name !== '') name += ' ';
    name += kind === 'quoted' ? unquote(text, start + 1, end - 1) : text.slice(start, end);
  }
  return name;
}

function unquote(text: string, start: number, end: number): string {
  return text.slice(start, end).replace(/\\(.)|\r\n/gsu, '$1');
}
