import { SaxesParser } from 'saxes';
import type { Span } from '../../diagnostics/diagnostic.ts';
import { asciiLower } from '../../text/characters.ts';
import { type Fields, type HeadDraft, type RecordDraft, trimmed } from './draft.ts';
import type { Findings } from './findings.ts';
import { type Container, createLayout, type Layout } from './layout.ts';

/** Takes XML piece by piece. */
export interface ReportReader {
  readonly head: HeadDraft;
  /** Set where nothing more is to be read: a document type declaration, or too deep. */
  readonly stopped: boolean;
  write(text: string): void;
  close(): void;
}

const MOST_EXTENSION_TEXT = 1000;
const MOST_EXTENSIONS = 100;
// saxes takes one piece whole, whatever an event said; so the pieces are small.
const PIECE = 65_536;
// XML 1.0 §4.1: "&name;", "&#9;", "&#x9;"; the longest that means something is "&#x10ffff;", zeros apart.
const MOST_REFERENCE = 32;
const BARE_AMPERSAND = /&(?!#?[A-Za-z0-9]{1,30};)/g;
const PLACEHOLDER = '\ufdd0';
// Honest elements stay below a hundred.
const MOST_TEXT = 10_000;

type Attributes = { readonly [name: string]: string };

interface Place {
  container: Container;
  fields: Fields;
  /** What may stand in it. */
  children: ReadonlyMap<string, Container | 'text'> | undefined;
}

interface State {
  findings: Findings;
  maxDepth: number;
  onRecord: (draft: RecordDraft) => void;
  parser: SaxesParser;
  layout: Layout;
  head: HeadDraft;
  /** The containers around the place, outermost first. */
  places: Place[];
  place: Place;
  record: RecordDraft | undefined;
  sawRecord: boolean;
  stopped: boolean;
  depth: number;
  /** The text element that is open. */
  leaf: string | undefined;
  /** The element of neither schema that is open, and how many are open in it. */
  foreign: { name: string; depth: number; start: number } | undefined;
  /** What the open text or foreign element says so far. */
  text: string;
  textStart: number;
  textEnd: number;
  tagStart: number;
  /** How much the parser has got, and what it gets with the next piece. */
  written: number;
  waiting: string;
  /** Whether an ampersand was taken out. */
  replaced: boolean;
}

/** Reads the events of a lenient XML parser into drafts; `onRecord` gets each record when it ends. */
export function createReader(
  findings: Findings,
  maxDepth: number,
  onRecord: (draft: RecordDraft) => void,
): ReportReader {
  const parser = new SaxesParser({ position: false });
  const layout = createLayout();
  const state: State = {
    findings,
    maxDepth,
    onRecord,
    parser,
    layout,
    head: { errors: [], extensions: [] },
    places: [],
    place: { container: 'outside', fields: new Map(), children: layout.get('outside') },
    record: undefined,
    sawRecord: false,
    stopped: false,
    depth: 0,
    leaf: undefined,
    foreign: undefined,
    text: '',
    textStart: 0,
    textEnd: 0,
    tagStart: 0,
    written: 0,
    waiting: '',
    replaced: false,
  };
  listen(state);
  return {
    head: state.head,
    get stopped() {
      return state.stopped;
    },
    write(text) {
      for (let i = 0; i < text.length && !state.stopped; i += PIECE) {
        writePiece(state, text.length <= PIECE ? text : text.slice(i, i + PIECE));
      }
    },
    close() {
      const { waiting } = state;
      state.waiting = '';
      if (!state.stopped && waiting !== '') feed(state, waiting);
      if (!state.stopped) parser.close();
      endRecord(state, state.written);
    },
  };
}

/**
 * Takes an ampersand that begins no reference out of the parser's sight, which would look for the semicolon up to the end
 * of the report. A noncharacter holds its place, so that every offset stays true.
 */
function writePiece(state: State, piece: string): void {
  const text = state.waiting + piece;
  // A reference may go on in the next piece.
  const last = text.lastIndexOf('&');
  const cut = last >= 0 && text.length - last <= MOST_REFERENCE && !text.includes(';', last) ? last : text.length;
  state.waiting = text.slice(cut);
  if (cut > 0) feed(state, text.slice(0, cut));
}

function feed(state: State, text: string): void {
  state.written += text.length;
  let seen = text;
  if (text.includes('&')) {
    seen = text.replace(BARE_AMPERSAND, PLACEHOLDER);
    state.replaced ||= seen !== text;
  }
  state.parser.write(seen);
}

/** The text with its bare ampersands back in it. */
function restored({ replaced }: State, text: string): string {
  return replaced ? text.replaceAll(PLACEHOLDER, '&') : text;
}

function listen(state: State): void {
  const { parser } = state;
  // A text event comes when "<" was read, so that the position is one behind the text's end.
  parser.on('text', (data) => {
    if (state.leaf === undefined && state.foreign === undefined) return;
    state.textEnd = parser.position - 1;
    const text = restored(state, data);
    if (text !== data) {
      const span = { start: state.textStart, end: state.textEnd };
      state.findings.add('aggregate.not-well-formed', { problem: 'an ampersand begins no reference' }, span);
    }
    if (state.text.length < MOST_TEXT) state.text = state.text === '' ? text : state.text + text;
  });
  parser.on('cdata', (data) => {
    if (state.text.length < MOST_TEXT) state.text += restored(state, data);
    state.textEnd = parser.position;
  });
  parser.on('doctype', () => {
    if (state.stopped) return;
    const span = spanFrom(state, 0);
    state.findings.add('aggregate.doctype', {}, span);
    stop(state, span.end);
  });
  parser.on('opentagstart', (tag) => {
    state.tagStart = parser.position - tag.name.length - 2;
  });
  parser.on('opentag', ({ name, attributes }) => {
    if (!state.stopped) openElement(state, name, attributes);
  });
  parser.on('closetag', () => {
    if (!state.stopped) closeElement(state);
  });
  parser.on('error', ({ message }) => {
    if (state.stopped) return;
    const problem = message.replace(/[.]$/, '');
    state.findings.add(
      'aggregate.not-well-formed',
      { problem },
      spanFrom(state, Math.max(0, Math.min(parser.position, state.written) - 1)),
    );
  });
}

function stop(state: State, end: number): void {
  endRecord(state, end);
  state.stopped = true;
}

function spanFrom({ parser, written }: State, start: number): Span {
  // Between two pieces the parser's position is behind what it has got.
  const end = Math.min(parser.position, written);
  return { start: Math.min(start, end), end };
}

function openElement(state: State, name: string, attributes: Attributes): void {
  const start = state.tagStart;
  if (++state.depth > state.maxDepth) {
    const span = spanFrom(state, start);
    state.findings.add('aggregate.too-deep', { limit: state.maxDepth }, span);
    stop(state, span.end);
    return;
  }
  if (state.foreign) {
    state.foreign.depth++;
    return;
  }
  state.text = '';
  state.textStart = state.textEnd = state.parser.position;
  if (state.leaf !== undefined) openUnknown(state, name);
  else openKnown(state, name, attributes);
}

function openKnown(state: State, name: string, attributes: Attributes): void {
  const colon = name.indexOf(':');
  const written = colon === -1 ? name : name.slice(colon + 1);
  let local = written;
  let child = childOf(state, local);
  if (child === undefined) {
    local = asciiLower(written);
    child = childOf(state, local);
    if (child)
      state.findings.add('aggregate.case', { element: local, value: written }, spanFrom(state, state.tagStart));
  }
  if (child === undefined) {
    openUnknown(state, name);
    return;
  }
  if (child === 'text') {
    state.leaf = local;
    return;
  }
  if (child === 'feedback')
    state.head.namespace ??= attributes[colon === -1 ? 'xmlns' : `xmlns:${name.slice(0, colon)}`] ?? '';
  openContainer(state, child);
}

/** What an element of that name is here. */
function childOf(
  { place: { container, children }, layout, head }: State,
  local: string,
): Container | 'text' | undefined {
  // The parser takes a stray closing tag for the end of everything.
  const here = container === 'outside' && head.namespace !== undefined ? layout.get('feedback') : children;
  const child = here?.get(local);
  // Whatever was left open before it, a record is a record.
  if (child === undefined && local === 'record' && container !== 'outside' && container !== 'extension')
    return 'record';
  return child;
}

function openContainer(state: State, container: Container): void {
  const start = state.tagStart;
  const fields: Fields = new Map();
  if (container === 'record') {
    endRecord(state, start);
    state.sawRecord = true;
    state.record = { hasResults: false, reasons: [], dkim: [], spf: [], extensions: [], span: { start, end: start } };
  }
  state.places.push(state.place);
  state.place = { container, fields, children: state.layout.get(container) };
  const { record } = state;
  if (container === 'reason') record?.reasons.push(fields);
  else if (container === 'dkim') record?.dkim.push(fields);
  else if (container === 'spf') record?.spf.push(fields);
  else if (container === 'auth_results' && record) record.hasResults = true;
  else keepOnce(state, container, fields);
}

/** Containers that occur once. */
function keepOnce(
  { record, head, findings, parser, tagStart, sawRecord }: State,
  container: Container,
  fields: Fields,
): void {
  const span = { start: tagStart, end: parser.position };
  switch (container) {
    case 'row':
    case 'policy_evaluated':
    case 'identifiers':
      if (record?.[container])
        findings.add('aggregate.duplicate-element', { element: container, parent: 'record' }, span);
      else if (record) record[container] = fields;
      return;
    case 'report_metadata':
    case 'policy_published':
      // RFC 9990 §3.1.1.2: in this order; whoever reads record by record would see them too late.
      if (sawRecord) findings.add('aggregate.order', { element: container }, span);
      break;
    case 'feedback':
    case 'date_range':
      break;
    default:
      return;
  }
  if (head[container]) findings.add('aggregate.duplicate-element', { element: container, parent: 'feedback' }, span);
  else head[container] = fields;
}

function openUnknown(state: State, name: string): void {
  const { place, leaf, findings, tagStart: start } = state;
  const { container } = place;
  if (container === 'outside') {
    findings.add('aggregate.wrapper', { element: name }, spanFrom(state, start));
    state.places.push(place);
    state.place = { ...place, fields: new Map() };
    return;
  }
  // RFC 9990 §5: extensions have places of their own; anywhere else an unknown element is a finding.
  if (container !== 'extension' && !(container === 'record' && name.includes(':'))) {
    findings.add('aggregate.unknown-element', { element: name, parent: leaf ?? container }, spanFrom(state, start));
  }
  state.foreign = { name, depth: 1, start };
}

function closeElement(state: State): void {
  state.depth--;
  if (state.foreign) closeForeign(state, state.foreign);
  else if (state.leaf !== undefined) closeLeaf(state, state.leaf);
  else if (state.places.length > 0) {
    if (state.place.container === 'record') endRecord(state, state.parser.position);
    state.place = state.places.pop()!;
  }
}

function closeForeign(state: State, element: { name: string; depth: number; start: number }): void {
  if (--element.depth > 0) return;
  const { leaf, record, head, text } = state;
  state.foreign = undefined;
  state.text = '';
  const { extensions } = record ?? head;
  if (leaf !== undefined || extensions.length >= MOST_EXTENSIONS) return;
  extensions.push({
    name: element.name,
    text: text.slice(0, MOST_EXTENSION_TEXT),
    span: spanFrom(state, element.start),
  });
}

function closeLeaf(state: State, name: string): void {
  const { place, findings, head } = state;
  const field = trimmed(state.text, state.textStart, state.textEnd);
  state.leaf = undefined;
  state.text = '';
  if (name === 'error' && place.container === 'report_metadata') {
    // RFC 7489 Appendix C allows any number, RFC 9990 one.
    if (head.errors.length < MOST_EXTENSIONS) head.errors.push(field);
    return;
  }
  const fields = place.container === 'outside' ? (head.feedback ?? place.fields) : place.fields;
  if (!fields.has(name)) fields.set(name, field);
  else findings.add('aggregate.duplicate-element', { element: name, parent: place.container }, field);
}

function endRecord(state: State, end: number): void {
  const { record } = state;
  if (record === undefined) return;
  record.span.end = end;
  state.record = undefined;
  state.onRecord(record);
}
