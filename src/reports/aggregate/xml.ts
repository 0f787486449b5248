// A lenient XML tokenizer for reports (XML 1.0 §2, §3.1): elements, text, the five predefined entities and character references.
// No declarations: whoever sends a document type is refused by the reader. It never throws, holds at most one token of the
// text that has not come yet, and gives the same events however the text is cut into pieces.
// saxes would be a sixth of all the code for reports and, counting elements alone, take nearly as long as all that is done here
// with a report (docs/performance.md).

/** What the tokenizer tells; `start` and `end` are offsets into the whole text. */
export interface XmlHandler {
  /** Whether the text of the place is wanted. */
  listening: boolean;
  open(name: string, attributes: ReadonlyMap<string, string> | undefined, start: number, end: number): void;
  /** Character data that ends there, at most 10,000 units of it. */
  text(data: string, end: number): void;
  /** The element that was opened last ends. */
  close(end: number): void;
  /** An element that is deeper than any may be: it and what is in it are passed over. */
  deep(start: number, end: number): void;
  /** A document type declaration. */
  doctype(start: number, end: number): void;
  fault(problem: string, start: number, end: number): void;
}

/** Takes the text piece by piece. */
export interface XmlReader {
  write(piece: string): void;
  /** To be called when the text has ended; gives its length. */
  close(): number;
  /** Nothing more is read. */
  stop(): void;
}

interface State {
  handler: XmlHandler;
  /** What was not read yet, and where it stands in the whole text. */
  buffer: string;
  base: number;
  /** The character without which the buffer holds no token. */
  wanted: string;
  /** Everything up to it is passed over. */
  skipTo: string;
  /** The elements that are open, outermost first. */
  names: string[];
  /** How many may be open, and how many more are. */
  maxDepth: number;
  beyond: number;
  /** Set when the root element has begun. */
  rooted: boolean;
  stopped: boolean;
  ended: boolean;
}

const SLASH = 0x2f;
const LESS = 0x3c;
const GREATER = 0x3e;
// A longer tag is none. Honest ones stay below a few hundred.
const MOST_TOKEN = 16_384;
const MOST_TEXT = 10_000;
const ENTITIES = ['amp', 'lt', 'gt', 'quot', 'apos'];
const CDATA = '<![CDATA[';
const DOCTYPE = '<!DOCTYPE';
// XML 1.0 §3.1: Attribute ::= Name S? '=' S? ('"' [^<&"]* '"' | "'" [^<&']* "'")
const ATTRIBUTE = /[ \t\r\n]+([^\t\n\r "&'/<=>]+)[ \t\r\n]*=[ \t\r\n]*(?:"([^"]*)"|'([^']*)')/gy;
// A line break, a reference, or what begins none.
const REFERENCE = /\r\n?|&(?:(amp|lt|gt|quot|apos)|#(\d{1,10})|#x([\da-fA-F]{1,8}));|&#?\w{0,30};?/g;
// XML 1.0 §2.2: what no text may hold.
const NO_CHARACTER = /[^\t\n\r -\ufffd]/;

/** Reads a text and tells the handler what is in it, as far as `maxDepth` elements inside each other. */
export function createXmlReader(handler: XmlHandler, maxDepth: number): XmlReader {
  const state: State = {
    handler,
    buffer: '',
    base: 0,
    wanted: '',
    skipTo: '',
    names: [],
    maxDepth,
    beyond: 0,
    rooted: false,
    stopped: false,
    ended: false,
  };
  return {
    write: (piece) => write(state, piece),
    close() {
      state.ended = true;
      write(state, '');
      const end = state.base + state.buffer.length;
      if (state.stopped) return end;
      if (state.skipTo !== '') handler.fault('the text ends too early', end, end);
      const open = state.names.at(-1);
      if (open !== undefined) handler.fault(`"${open}" is not closed`, end, end);
      return end;
    },
    stop() {
      state.stopped = true;
    },
  };
}

function write(state: State, piece: string): void {
  if (state.stopped) return;
  const before = state.buffer;
  const text = before + piece;
  state.buffer = text;
  // A token that comes in many pieces is not looked at for each of them.
  if (!state.ended && before !== '' && text.length < MOST_TOKEN && !piece.includes(state.wanted)) return;
  let at = 0;
  while (at < text.length && !state.stopped) {
    const next = readToken(state, text, at);
    if (next === at) break;
    at = next;
  }
  state.base += at;
  state.buffer = text.slice(at);
}

/** The end of the token that begins there; its own offset where the rest of it has not come yet. */
function readToken(state: State, text: string, at: number): number {
  if (state.skipTo !== '') return skip(state, text, at);
  if (text.charCodeAt(at) !== LESS) return readText(state, text, at);
  switch (text.charCodeAt(at + 1)) {
    case SLASH:
      return readEndTag(state, text, at);
    case 0x21:
    case 0x3f:
      return readMarkup(state, text, at);
    default:
      return readStartTag(state, text, at);
  }
}

function fault({ handler, base }: State, problem: string, start: number, end: number): void {
  handler.fault(problem, base + start, base + end);
}

/** A token whose end is not there: to be waited for, unless there is none to come. Else it is passed over to `next`. */
function incomplete(state: State, text: string, at: number, next: number): number {
  if (!state.ended && text.length - at < MOST_TOKEN) {
    state.wanted = text.charCodeAt(at) === LESS ? '>' : '<';
    return at;
  }
  fault(state, 'a tag does not end', at, next);
  return next;
}

/** Passes over what nobody reads. */
function skip(state: State, text: string, at: number): number {
  const { skipTo } = state;
  const found = text.indexOf(skipTo, at);
  if (found === -1) {
    state.wanted = skipTo.slice(-1);
    // Its beginning may be there.
    return Math.max(at, text.length - skipTo.length + 1);
  }
  state.skipTo = '';
  return found + skipTo.length;
}

function readText(state: State, text: string, at: number): number {
  const { handler, base, names } = state;
  let end = text.indexOf('<', at);
  if (end === -1) {
    end = text.length;
    if (!state.ended && end - at < MOST_TOKEN) return incomplete(state, text, at, end);
  }
  if (handler.listening && state.beyond === 0)
    handler.text(replaceReferences(state, keptText(state, text, at, end), at, end), base + end);
  else if (names.length === 0 && /[^ \t\r\n\ufeff]/.test(text.slice(at, end))) {
    fault(state, 'text is outside the root', at, end);
  }
  return end;
}

/** What is kept of the text there. */
function keptText(state: State, text: string, start: number, end: number): string {
  const data = text.slice(start, Math.min(end, start + MOST_TEXT));
  const bad = data.search(NO_CHARACTER);
  if (bad >= 0) fault(state, 'a character is forbidden', start + bad, start + bad + 1);
  return data;
}

/** The text with its line breaks (XML 1.0 §2.11) and references (§4.1, §4.6) replaced. */
function replaceReferences(state: State, data: string, start: number, end: number): string {
  if (!data.includes('&') && !data.includes('\r')) return data;
  return data.replace(REFERENCE, (written: string, name?: string, decimal?: string, hex?: string) => {
    if (written[0] === '\r') return '\n';
    if (name !== undefined) return '&<>"\''[ENTITIES.indexOf(name)]!;
    const code = Number(decimal ?? `0x${hex}`);
    const possible = code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
    const character = possible ? String.fromCodePoint(code) : '\0';
    if (!NO_CHARACTER.test(character)) return character;
    fault(state, `"${written}" is no reference`, start, end);
    return written;
  });
}

/** ``STag ::= '<' Name (S Attribute)* S? '>'``, ``EmptyElemTag ::= '<' Name (S Attribute)* S? '/>'`` */
function readStartTag(state: State, text: string, at: number): number {
  if (at + 1 === text.length) return incomplete(state, text, at, at + 1);
  const nameEnd = isNameStart(text.charCodeAt(at + 1)) ? endOfName(text, at + 2) : 0;
  if (nameEnd === 0) {
    fault(state, 'a "<" begins no tag', at, at + 1);
    return at + 1;
  }
  const close = text.charCodeAt(nameEnd) === GREATER ? nameEnd : endOfTag(text, nameEnd);
  if (close === -1) return incomplete(state, text, at, nameEnd);
  const { handler, base, names } = state;
  // "<a <b>" lacks a ">".
  const lacking = text.charCodeAt(close) === LESS;
  const end = lacking ? close : close + 1;
  if (lacking) fault(state, 'a tag does not end', at, end);
  const empty = close > nameEnd && text.charCodeAt(close - 1) === SLASH;
  const name = text.slice(at + 1, nameEnd);
  const attributes = close > nameEnd + 1 ? readAttributes(state, text, nameEnd, empty ? close - 1 : close) : undefined;
  if (names.length === 0 && state.rooted) fault(state, 'a second root begins', at, end);
  state.rooted = true;
  if (names.length >= state.maxDepth) {
    // Counted and not remembered: the names of a million would cost memory, and time to look for one among them.
    if (state.beyond === 0) handler.deep(base + at, base + end);
    if (!empty) state.beyond++;
    return end;
  }
  names.push(name);
  handler.open(name, attributes, base + at, base + end);
  if (empty && !state.stopped) {
    names.pop();
    handler.close(base + end);
  }
  return end;
}

/** XML 1.0 §2.3: NameStartChar, taken generously. */
function isNameStart(unit: number): boolean {
  const lower = unit | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || unit === 0x5f || unit === 0x3a || unit > 0x7f;
}

/** A name ends at white space and at any of `"&'/<=>`. */
function endOfName(text: string, at: number): number {
  for (let i = at; ; i++) {
    const unit = text.charCodeAt(i);
    if (!(unit > GREATER || (unit > 0x27 && unit < LESS && unit !== SLASH))) return i;
  }
}

/** The ">" of a tag, or the "<" of the next where there is none; -1 where the text ends before. */
function endOfTag(text: string, from: number): number {
  for (let i = from; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === GREATER || unit === LESS) return i;
    if (unit === 0x22 || unit === 0x27) {
      i = text.indexOf(text[i]!, i + 1);
      if (i === -1) return -1;
    }
  }
  return -1;
}

function readAttributes(state: State, text: string, start: number, end: number): Map<string, string> {
  const attributes = new Map<string, string>();
  const part = text.slice(start, end);
  let read = 0;
  for (const [all, name, double, single] of part.matchAll(ATTRIBUTE)) {
    attributes.set(name!, double ?? single!);
    read += all.length;
  }
  if (/[^ \t\r\n]/.test(part.slice(read))) fault(state, 'an attribute is malformed', start + read, end);
  return attributes;
}

/** ``ETag ::= '</' Name S? '>'`` */
function readEndTag(state: State, text: string, at: number): number {
  const { handler, base, names } = state;
  const expected = state.beyond > 0 ? '' : (names.at(-1) ?? '');
  let nameEnd = at + 2 + expected.length;
  // Nearly always it is the right one.
  if (expected !== '' && text.charCodeAt(nameEnd) === GREATER && text.startsWith(expected, at + 2)) {
    names.pop();
    handler.close(base + nameEnd + 1);
    return nameEnd + 1;
  }
  nameEnd = endOfName(text, at + 2);
  let end = nameEnd;
  while (end < text.length && ' \t\r\n'.includes(text[end]!)) end++;
  if (end === text.length) return incomplete(state, text, at, nameEnd);
  if (text.charCodeAt(end) === GREATER) end++;
  else fault(state, 'a tag does not end', at, end);
  closeNamed(state, text.slice(at + 2, nameEnd), at, end);
  return end;
}

/** Closes what is open inside the element too. */
function closeNamed(state: State, name: string, start: number, end: number): void {
  const { handler, base, names } = state;
  if (state.beyond > 0) {
    state.beyond--;
    return;
  }
  const depth = names.lastIndexOf(name);
  if (depth === -1) fault(state, `"${name}" ends and was not open`, start, end);
  while (depth >= 0 && names.length > depth && !state.stopped) {
    const last = names.pop()!;
    if (last !== name) fault(state, `"${last}" is not closed`, start, end);
    handler.close(base + end);
  }
}

/** Comments, CDATA sections, processing instructions and the XML declaration; and what is refused (XML 1.0 §2.5 to §2.8). */
function readMarkup(state: State, text: string, at: number): number {
  const { handler, base } = state;
  if (text.startsWith('<?', at)) return skipTo(state, '?>', at + 2);
  if (text.startsWith('<!--', at)) return skipTo(state, '-->', at + 4);
  if (text.startsWith(CDATA, at)) return readCdata(state, text, at);
  if (text.startsWith(DOCTYPE, at)) {
    handler.doctype(base + at, base + at + DOCTYPE.length);
    return at + DOCTYPE.length;
  }
  if (text.length - at < CDATA.length && !text.includes('>', at)) return incomplete(state, text, at, text.length);
  fault(state, 'a declaration is malformed', at, at + 2);
  return skipTo(state, '>', at + 2);
}

function skipTo(state: State, end: string, at: number): number {
  state.skipTo = end;
  return at;
}

function readCdata(state: State, text: string, at: number): number {
  const { handler, base } = state;
  const start = at + CDATA.length;
  const found = text.indexOf(']]>', start);
  const end = found === -1 ? text.length : found;
  if (found === -1 && !state.ended && end - at < MOST_TOKEN) return incomplete(state, text, at, end);
  if (handler.listening) handler.text(keptText(state, text, start, end), base + end);
  return found === -1 ? skipTo(state, ']]>', end) : end + 3;
}
