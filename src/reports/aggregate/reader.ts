import type { Span } from '../../diagnostics/diagnostic.ts';
import { asciiLower } from '../../text/characters.ts';
import { type Fields, fieldOf, type HeadDraft, type RecordDraft, trimmed } from './draft.ts';
import type { Findings } from './findings.ts';
import { type Container, createLayout, type Entry, type Layout } from './layout.ts';
import { createXmlReader, type XmlHandler, type XmlReader } from './xml.ts';

/** Takes XML piece by piece. */
export interface ReportReader extends Pick<XmlReader, 'write'> {
  close(): void;
  readonly head: HeadDraft;
  /** Set where nothing more is to be read: a document type declaration. */
  readonly stopped: boolean;
}

const MOST_EXTENSION_TEXT = 1000;
const MOST_EXTENSIONS = 100;
// RFC 9990 §3.1.3: signatures SHOULD be limited to 100.
const MOST_RESULTS = 1000;
// Honest elements stay below a hundred.
const MOST_TEXT = 10_000;
const IN_RECORD: readonly Container[] = ['row', 'policy_evaluated', 'identifiers', 'auth_results'];
// Of these, what is in the second is added to the first.
const MERGED: readonly Container[] = ['auth_results', 'extension', 'record'];

interface Place {
  container: Container;
  fields: Fields;
  /** What may stand in it. */
  children: ReadonlyMap<string, Entry> | undefined;
}

interface State {
  findings: Findings;
  onRecord: (draft: RecordDraft) => void;
  xml: XmlReader;
  handler: XmlHandler;
  layout: Layout;
  head: HeadDraft;
  /** The containers around the place, outermost first. */
  places: Place[];
  place: Place;
  record: RecordDraft | undefined;
  sawRecord: boolean;
  stopped: boolean;
  /** The text element that is open. */
  leaf: string | undefined;
  /** The element of neither schema that is open, and how many are open in it. */
  foreign: { name: string; depth: number; start: number } | undefined;
  /** What the open text or foreign element says so far. */
  text: string;
  textStart: number;
  textEnd: number;
}

/** Reads the events of a lenient XML parser into drafts; `onRecord` gets each record when it ends. */
export function createReader(
  findings: Findings,
  maxDepth: number,
  onRecord: (draft: RecordDraft) => void,
): ReportReader {
  const layout = createLayout();
  const handler: XmlHandler = {
    listening: false,
    open: (name, attributes, start, end) => openElement(state, name, attributes, start, end),
    text(data, end) {
      if (state.text.length < MOST_TEXT) state.text += data;
      state.textEnd = end;
    },
    close: (end) => closeElement(state, end),
    deep: (start, end) => findings.add('aggregate.too-deep', { limit: maxDepth }, { start, end }),
    doctype(start, end) {
      findings.add('aggregate.doctype', {}, { start, end });
      stop(state, end);
    },
    fault: (problem, start, end) => findings.add('aggregate.not-well-formed', { problem }, { start, end }),
  };
  const xml = createXmlReader(handler, maxDepth);
  const state: State = {
    findings,
    onRecord,
    xml,
    handler,
    layout,
    head: { parts: {}, errors: [], extensions: [] },
    places: [],
    place: { container: 'outside', fields: [], children: layout.get('outside') },
    record: undefined,
    sawRecord: false,
    stopped: false,
    leaf: undefined,
    foreign: undefined,
    text: '',
    textStart: 0,
    textEnd: 0,
  };
  return {
    head: state.head,
    get stopped() {
      return state.stopped;
    },
    write: xml.write,
    close: () => endRecord(state, xml.close()),
  };
}

function stop(state: State, end: number): void {
  endRecord(state, end);
  state.stopped = true;
  state.xml.stop();
}

function openElement(
  state: State,
  name: string,
  attributes: ReadonlyMap<string, string> | undefined,
  start: number,
  end: number,
): void {
  if (state.foreign) {
    state.foreign.depth++;
    return;
  }
  state.text = '';
  state.textStart = state.textEnd = end;
  const entry = state.leaf === undefined ? findEntry(state, name, start, end) : undefined;
  if (entry === undefined) openUnknown(state, name, start, end);
  else if (entry.container === undefined) {
    state.leaf = entry.name;
    state.handler.listening = true;
  } else {
    if (entry.container === 'feedback') {
      const colon = name.indexOf(':');
      state.head.namespace ??= attributes?.get(colon === -1 ? 'xmlns' : `xmlns:${name.slice(0, colon)}`) ?? '';
    }
    openContainer(state, entry.container, start, end);
  }
}

/** What the element of that name is here, whatever its prefix and case. */
function findEntry(state: State, name: string, start: number, end: number): Entry | undefined {
  // Nearly always it is written as in the schema.
  const entry = childOf(state, name);
  if (entry !== undefined) return entry;
  const local = name.slice(name.indexOf(':') + 1);
  const lower = asciiLower(local);
  const found = childOf(state, lower);
  if (found !== undefined && lower !== local) {
    state.findings.add('aggregate.case', { element: lower, value: local }, { start, end });
  }
  return found;
}

function childOf({ place: { container, children }, layout, head }: State, local: string): Entry | undefined {
  // What a stray closing tag left outside is read all the same.
  const here = container === 'outside' && head.namespace !== undefined ? layout.get('feedback') : children;
  const entry = here?.get(local);
  // Whatever was left open before it, a record is a record.
  if (entry === undefined && local === 'record' && container !== 'outside' && container !== 'extension')
    return layout.get('feedback')!.get(local);
  return entry;
}

function openContainer(state: State, container: Container, start: number, end: number): void {
  const fields: Fields = [];
  if (container === 'record') {
    endRecord(state, start);
    state.sawRecord = true;
    state.record = { parts: {}, reason: [], dkim: [], spf: [], extensions: [], span: { start, end: start } };
  }
  state.places.push(state.place);
  state.place = { container, fields, children: state.layout.get(container) };
  if (container === 'reason' || container === 'dkim' || container === 'spf') {
    const results = state.record?.[container];
    if (results && results.length < MOST_RESULTS) results.push(fields);
  } else keepOnce(state, container, fields, { start, end });
}

/** Containers that occur once. */
function keepOnce({ record, head, findings, sawRecord }: State, container: Container, fields: Fields, at: Span): void {
  // RFC 9990 §3.1.1.2: in this order; whoever reads record by record would see them too late.
  if (sawRecord && (container === 'report_metadata' || container === 'policy_published')) {
    findings.add('aggregate.order', { element: container }, at);
  }
  const parent = IN_RECORD.includes(container) ? 'record' : 'feedback';
  const draft = parent === 'record' ? record : head;
  if (draft === undefined) return;
  if (draft.parts[container] === undefined) draft.parts[container] = fields;
  else if (!MERGED.includes(container)) findings.add('aggregate.duplicate-element', { element: container, parent }, at);
}

function openUnknown(state: State, name: string, start: number, end: number): void {
  const { place, leaf, findings, handler } = state;
  const { container } = place;
  if (container === 'outside') {
    findings.add('aggregate.wrapper', { element: name }, { start, end });
    state.places.push(place);
    state.place = { ...place, fields: [] };
    return;
  }
  // RFC 9990 §5: extensions have places of their own; anywhere else an unknown element is a finding.
  if (container !== 'extension' && !(container === 'record' && name.includes(':'))) {
    findings.add('aggregate.unknown-element', { element: name, parent: leaf ?? container }, { start, end });
  }
  state.foreign = { name, depth: 1, start };
  handler.listening = true;
}

function closeElement(state: State, end: number): void {
  if (state.foreign) closeForeign(state, state.foreign, end);
  else if (state.leaf !== undefined) closeLeaf(state, state.leaf);
  else if (state.places.length > 0) {
    if (state.place.container === 'record') endRecord(state, end);
    state.place = state.places.pop()!;
  }
}

function closeForeign(state: State, element: { name: string; depth: number; start: number }, end: number): void {
  if (--element.depth > 0) return;
  const { leaf, record, head, text } = state;
  state.foreign = undefined;
  state.text = '';
  state.handler.listening = leaf !== undefined;
  const { extensions } = record ?? head;
  if (leaf !== undefined || extensions.length >= MOST_EXTENSIONS) return;
  extensions.push({
    name: element.name,
    text: text.slice(0, MOST_EXTENSION_TEXT),
    span: { start: element.start, end },
  });
}

function closeLeaf(state: State, name: string): void {
  const { place, findings, head } = state;
  const field = trimmed(name, state.text, state.textStart, state.textEnd);
  state.leaf = undefined;
  state.text = '';
  state.handler.listening = false;
  if (name === 'error' && place.container === 'report_metadata') {
    // RFC 7489 Appendix C allows any number, RFC 9990 one.
    if (head.errors.length < MOST_EXTENSIONS) head.errors.push(field);
    return;
  }
  const fields = place.container === 'outside' ? (head.parts.feedback ?? place.fields) : place.fields;
  if (fieldOf(fields, name) === undefined) fields.push(field);
  else findings.add('aggregate.duplicate-element', { element: name, parent: place.container }, field);
}

function endRecord(state: State, end: number): void {
  const { record } = state;
  if (record === undefined) return;
  record.span.end = end;
  state.record = undefined;
  state.onRecord(record);
}
