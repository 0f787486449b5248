import { type Diagnostic, type Parsed, parsed, type Span } from '../diagnostics/diagnostic.ts';
import { requireString } from '../environment.ts';
import { asciiLower, isAlpha, isAlphanumeric } from '../text/characters.ts';
import {
  type FieldReader,
  isDotAtom,
  readQuotedString,
  readRun,
  skipCfws,
  startFieldReader,
} from '../text/structured-field.ts';
import { diagnose, type ReceivedSpfCode } from './received-spf-rules.ts';
import type { SpfResultWord } from './result.ts';

const MOST_FINDINGS = 50;
const RESULTS = ['none', 'neutral', 'pass', 'fail', 'softfail', 'temperror', 'permerror'] as const;
const STOPS = ';"()';

/** One `key=value` of a Received-SPF field; spans count UTF-16 units of the value that was parsed. */
export interface ReceivedSpfProperty {
  /** `client-ip`, `envelope-from`, `helo`, `identity`, `mechanism`, `problem`, `receiver`, …; lower-cased. */
  name: string;
  /** Without quotes. */
  value: string;
  span: Span;
  nameSpan: Span;
  valueSpan: Span;
}

/** A Received-SPF field (RFC 7208 §9.1). */
export interface ReceivedSpf {
  result: SpfResultWord;
  resultSpan: Span;
  /** The first comment, without its outer parentheses: free text. */
  comment?: string;
  commentSpan?: Span;
  /** In order. */
  properties: ReceivedSpfProperty[];
}

interface Reading {
  reader: FieldReader;
  properties: ReceivedSpfProperty[];
  names: Set<string>;
  diagnostics: Diagnostic<ReceivedSpfCode>[];
}

/**
 * Parses the value of a Received-SPF field. Values without quotes and missing semicolons, which several programs write, are
 * read and named by a warning. The field does not say who wrote it: believe it only where your own host did.
 *
 * @param value - the text behind "Received-SPF:", folded or not
 * @returns the field, with spans in UTF-16 units of `value`; no field where its result is none of RFC 7208
 * @throws TypeError when `value` is no string
 * @see RFC 7208 §9.1
 * @example
 * const { value } = parseReceivedSpf('Pass (mx.example.org: ok) client-ip=192.0.2.1; envelope-from="ann@example.com";');
 * value.result; // => 'pass'
 * value.properties[1].value; // => 'ann@example.com'
 */
export function parseReceivedSpf(value: string): Parsed<ReceivedSpf, ReceivedSpfCode> {
  requireString('parse Received-SPF', 'value', value);
  const reader = startFieldReader(value);
  const reading: Reading = { reader, properties: [], names: new Set(), diagnostics: [] };
  skipCfws(reader);
  const start = reader.at;
  const text = readRun(reader, STOPS);
  const resultSpan = { start, end: reader.at };
  const result = RESULTS.find((word) => word === asciiLower(text));
  if (result === undefined) {
    return parsed<ReceivedSpf, ReceivedSpfCode>(undefined, [
      diagnose('received-spf.result', { text }, { span: resultSpan }),
    ]);
  }
  reader.comments = [];
  skipCfws(reader);
  const comment = reader.comments[0];
  readPairs(reading);
  const { fault } = reader;
  if (fault !== undefined) {
    reading.diagnostics.push(diagnose('received-spf.unreadable', { problem: fault.problem }, { span: fault.span }));
  }
  const received: ReceivedSpf = {
    result,
    resultSpan,
    ...(comment && { comment: comment.text, commentSpan: comment.span }),
    properties: reading.properties,
  };
  return parsed(received, reading.diagnostics);
}

/** ``key-value-list = key-value-pair *( ";" [CFWS] key-value-pair ) [";"]`` */
function readPairs(reading: Reading): void {
  const { reader } = reading;
  const { text, end } = reader;
  let separated = true;
  for (skipCfws(reader); reader.at < end; skipCfws(reader)) {
    const start = reader.at;
    if (text[start] === ';') {
      if (separated) report(reading, diagnose('received-spf.empty-pair', {}, { span: { start, end: start + 1 } }));
      reader.at++;
      separated = true;
      continue;
    }
    if (!separated) {
      const next = readRun(reader, `${STOPS}=`);
      const span = { start, end: reader.at };
      reader.at = start;
      report(reading, diagnose('received-spf.missing-semicolon', { text: next }, { span }));
    }
    separated = false;
    readPair(reading);
  }
}

/** ``key-value-pair = key [CFWS] "=" ( dot-atom / quoted-string )`` */
function readPair(reading: Reading): void {
  const { reader } = reading;
  const { text } = reader;
  const start = reader.at;
  const name = asciiLower(readRun(reader, `${STOPS}=`));
  const nameSpan = { start, end: reader.at };
  skipCfws(reader);
  if (!isName(name) || text[reader.at] !== '=') {
    syntaxError(reading, nameSpan);
    return;
  }
  reader.at++;
  skipCfws(reader);
  const valueStart = reader.at;
  const quoted = text[valueStart] === '"';
  const value = quoted ? readQuotedString(reader) : readRun(reader, STOPS);
  if (value === undefined || reader.fault !== undefined) return;
  const valueSpan = { start: valueStart, end: reader.at };
  if (!quoted && value === '') report(reading, diagnose('received-spf.empty-value', { name }, { span: valueSpan }));
  else if (!quoted && !isDotAtom(value)) {
    report(reading, diagnose('received-spf.unquoted-value', { text: value }, { span: valueSpan }));
  }
  if (reading.names.has(name)) report(reading, diagnose('received-spf.duplicate', { name }, { span: nameSpan }));
  reading.names.add(name);
  reading.properties.push({ name, value, span: { start, end: reader.at }, nameSpan, valueSpan });
}

/** ``name = ALPHA *( ALPHA / DIGIT / "-" / "_" / "." )`` (RFC 7208 §12) */
function isName(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (i === 0 ? !isAlpha(unit) : !isAlphanumeric(unit) && !'-_.'.includes(text[i]!)) return false;
  }
  return text !== '';
}

/** Names the text that is no pair, and goes on behind it, up to the semicolon. */
function syntaxError(reading: Reading, nameSpan: Span): void {
  const { reader } = reading;
  const { text, end } = reader;
  if (reader.fault !== undefined) return;
  const span = { start: nameSpan.start, end: Math.max(nameSpan.end, nameSpan.start + 1) };
  // The first error must not be lost among findings of less weight.
  const finding = diagnose('received-spf.syntax', { text: text.slice(span.start, span.end) }, { span });
  if (reading.diagnostics.every(({ severity }) => severity !== 'error')) reading.diagnostics.push(finding);
  else report(reading, finding);
  for (; reader.at < end && text[reader.at] !== ';'; skipCfws(reader)) {
    if (text[reader.at] === '"') readQuotedString(reader);
    else reader.at++;
  }
}

function report({ diagnostics }: Reading, finding: Diagnostic<ReceivedSpfCode>): void {
  if (diagnostics.length < MOST_FINDINGS) diagnostics.push(finding);
}
