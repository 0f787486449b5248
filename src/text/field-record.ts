import { type Diagnostic, type Parsed, type Place, parsed, type Span } from '../diagnostics/diagnostic.ts';
import { latin1Bytes, utf8 } from './bytes.ts';
import { moveSpans, unwrapPasted } from './pasted.ts';
import { meantWord } from './spelling.ts';
import { type ScannedTag, scanTagList } from './tag-list.ts';

/** What is wrong with a record of fields, whatever the protocol; `cure` is the text that belongs in place of the span. */
export interface FieldFault {
  kind: 'character' | 'separator' | 'white-space' | 'tag-syntax' | 'unknown-tag' | 'duplicate-tag' | 'version';
  value: string;
  span: Span;
  cure?: string | undefined;
}

/** How the records of a protocol look. */
export interface FieldGrammar {
  /** What a record begins with. */
  version: string;
  /** Names with a meaning, the version's first. */
  names: readonly string[];
  /** The names that may occur more than once. */
  repeatable?: readonly string[];
  /** Whether white space around "=" is allowed, as in the tag-lists of RFC 6376 §3.2. */
  spaced?: boolean;
}

/** The fields of a record in order, and the one of each name that counts, also where only its name is misspelt. */
export interface FieldRecord {
  /** Whether the text is such a record, or was meant as one. */
  meant: boolean;
  tags: ScannedTag[];
  first: Map<string, ScannedTag>;
  faults: FieldFault[];
}

// ext-name = (ALPHA / DIGIT) *31(ALPHA / DIGIT / "_" / "-" / "."), ext-value = 1*(%x21-3A / %x3C / %x3E-7E)
const EXTENSION = /^[a-z\d][\w.-]{0,31}=[!-:<>-~]+$/i;

/**
 * Cuts a record into its fields, and understands what people write instead: a missing ";", quotes and spaces of a word
 * processor, a misspelt name.
 *
 * ```
 * record      = version 1*(field-delim field) [field-delim]      ; RFC 8461 §3.1, RFC 8460 §3
 * field-delim = *WSP ";" *WSP
 * ```
 */
export function scanFieldRecord(text: string, grammar: FieldGrammar): FieldRecord {
  const faults: FieldFault[] = [];
  const repaired = separate(clean(text, faults), grammar.names, faults);
  const { tags, faults: listFaults } = scanTagList(repaired, grammar.names);
  for (const { kind, text: value, span } of listFaults) {
    const equals = value.indexOf('=');
    if (kind === 'name' && !grammar.spaced && EXTENSION.test(value)) {
      const nameSpan = { start: span.start, end: span.start + equals };
      const valueSpan = { start: nameSpan.end + 1, end: span.end };
      tags.push({
        name: value.slice(0, equals),
        value: value.slice(equals + 1),
        span,
        nameSpan,
        valueSpan,
        known: false,
      });
    } else if (repaired !== '') {
      add(faults, 'tag-syntax', value, piece(repaired, span), '');
    }
  }
  tags.sort((a, b) => a.span.start - b.span.start);
  const meant = readVersion(repaired, tags, grammar, faults);
  if (!grammar.spaced && faults.every(({ kind }) => kind !== 'character')) findSpaces(repaired, tags, faults);
  const first = selectFirst(repaired, tags, grammar, faults);
  // Of what is something else, one fault says enough.
  return { meant, tags, first, faults: meant ? faults : faults.filter(({ kind }) => kind === 'version') };
}

function add(faults: FieldFault[], kind: FieldFault['kind'], value: string, span: Span, cure?: string): void {
  faults.push({ kind, value, span, cure });
}

/** A piece and the semicolon behind it. */
function piece(text: string, { start, end }: Span): Span {
  let from = start;
  while (from > 0 && text[from - 1] !== ';') from--;
  const semicolon = text.indexOf(';', end);
  return { start: from, end: semicolon < 0 ? text.length : semicolon + 1 };
}

/** Blanks what is not printable ASCII. */
function clean(text: string, faults: FieldFault[]): string {
  return text.replace(/[^\t -~]+/g, (found, start: number) => {
    // A record from DNS has one unit for each octet: what somebody sees there is the UTF-8 of these.
    const value = (/[^\x80-\xff]/.test(found) ? undefined : utf8(latin1Bytes(found))) ?? found;
    const cure = /\p{L}/u.test(value) ? undefined : '';
    add(faults, 'character', value, { start, end: start + found.length }, cure);
    return ' '.repeat(found.length);
  });
}

/** Puts the ";" that is missing where white space or a comma stands before a known name and its "=". */
function separate(text: string, names: readonly string[], faults: FieldFault[]): string {
  const gap = RegExp(`(?<=[^;, \\t])(?:,[ \\t]*|[ \\t]+)(?=(?:${names.join('|')})[ \\t]*=)`, 'gi');
  return text.replace(gap, (found, start: number) => {
    const end = start + found.length;
    const value = /[^ \t=]*/.exec(text.slice(end, end + 20))![0];
    add(faults, 'separator', value, { start, end }, '; ');
    return `;${' '.repeat(found.length - 1)}`;
  });
}

/** Reports a wrong beginning; whether the record was meant as one of this protocol. */
function readVersion(text: string, tags: ScannedTag[], grammar: FieldGrammar, faults: FieldFault[]): boolean {
  const { version, spaced } = grammar;
  const [tag] = tags;
  // A tag-list may begin with white space and has it around "="; the others begin with these very characters.
  if (spaced ? tag?.name === 'v' && `v=${tag.value}` === version : text.startsWith(`${version};`)) return true;
  const isVersion = tag !== undefined && tag.name.toLowerCase() === 'v';
  const semicolon = isVersion ? text.indexOf(';', tag.span.end) : 0;
  const end = semicolon < 0 ? text.length : semicolon;
  const near = isVersion
    ? letters(tag.value) === letters(version.slice(2))
    : tags.some(({ name, known }) => known && name !== 'v');
  const ending = isVersion ? (semicolon < 0 && !spaced ? ';' : '') : '; ';
  const cure = near ? version + ending : undefined;
  add(faults, 'version', text, { start: 0, end }, cure);
  return near;
}

/** What a version is recognized by: "STSv1" is also meant by "stsv1.0" and "STS1". */
function letters(version: string): string {
  return version
    .toLowerCase()
    .replace(/[^a-z]/g, '')
    .replace(/v$/, '');
}

/** White space where these grammars have none: around "=", and behind the last field. */
function findSpaces(text: string, tags: ScannedTag[], faults: FieldFault[]): void {
  for (const { name, value, span, nameSpan, valueSpan } of tags) {
    if (nameSpan.end + 1 === valueSpan.start) continue;
    add(faults, 'white-space', text.slice(span.start, span.end), span, `${name}=${value}`);
  }
  const last = tags.at(-1)?.span.end ?? text.length;
  if (last < text.length && text.indexOf(';', last) < 0) {
    add(faults, 'white-space', text.slice(last), { start: last, end: text.length }, '');
  }
}

/** RFC 8461 §3.2: of fields that are no list, all but the first are ignored, and so are unknown ones. */
function selectFirst(
  text: string,
  tags: ScannedTag[],
  grammar: FieldGrammar,
  faults: FieldFault[],
): Map<string, ScannedTag> {
  const first = new Map<string, ScannedTag>();
  for (const tag of tags) {
    if (!tag.known) continue;
    if (!first.has(tag.name)) first.set(tag.name, tag);
    else if (!grammar.repeatable?.includes(tag.name)) {
      add(faults, 'duplicate-tag', tag.name, piece(text, tag.span), '');
    }
  }
  for (const tag of tags) {
    if (tag.known || (tag === tags[0] && tag.name === 'V')) continue;
    const meant = meantWord(tag.name, grammar.names.slice(1));
    const missing = meant !== undefined && !first.has(meant);
    add(faults, 'unknown-tag', tag.name, tag.nameSpan, missing ? meant : undefined);
    if (missing) first.set(meant, tag);
    else if (!grammar.spaced && !EXTENSION.test(`${tag.name}=${tag.value}`)) {
      add(faults, 'tag-syntax', `${tag.name}=${tag.value}`, piece(text, tag.span), '');
    }
  }
  return first;
}

/** Reads a record by `read`, also out of a zone-file line or quotes, which `reportPasted` is told. */
export function readPasted<T, Code extends string>(
  text: string,
  isRecord: (text: string) => boolean,
  read: (text: string) => Parsed<T, Code>,
  reportPasted: (place: Place) => Diagnostic<Code>,
): Parsed<T, Code> {
  const pasted = isRecord(text) ? undefined : unwrapPasted(text);
  if (pasted === undefined) return read(text);
  const { value, diagnostics } = moveSpans(read(pasted.text), pasted);
  return parsed(value, [reportPasted({ span: { start: 0, end: text.length }, ...fixOf(pasted.text) }), ...diagnostics]);
}

/** The cure of a fault as a diagnostic has it. */
export function fixOf(cure: string | undefined): { fix?: { description: string; replacement: string } } {
  if (cure === undefined) return {};
  return { fix: { description: cure ? `Write "${cure}"` : 'Remove it', replacement: cure } };
}
