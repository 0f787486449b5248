import { type Diagnostic, type Parsed, parsed, type RuleParams, type Span } from '../diagnostics/diagnostic.ts';
import { requireString } from '../environment.ts';
import { asciiLower, isDigits } from '../text/characters.ts';
import { type FieldReader, readQuotedString, readRun, skipCfws, startFieldReader } from '../text/structured-field.ts';
import { isAtSemicolon, numberOf, readHead, rewind } from './head.ts';
import type {
  ParsedArcAuthenticationResults,
  ParsedAuthenticationResults,
  ParsedProperty,
  ParsedResult,
} from './header.ts';
import { type AuthenticationResultsCode, authenticationResultsRules, diagnose } from './rules.ts';
import { isAddress, isKeyword, isToken } from './value.ts';

const MOST_FINDINGS = 50;
const MOST_QUOTED = 60;
const MOST_INSTANCES = 50;
const VALUE_STOPS = ';"()';
const NAME_STOPS = ';"()=./,:<>@[]\\?';

/** A field that is being read. */
interface Reading {
  reader: FieldReader;
  header: ParsedAuthenticationResults;
  diagnostics: Diagnostic<AuthenticationResultsCode>[];
  /** Whether "none" was read. */
  none: boolean;
}

/** A field that was read. */
export interface ReadField {
  header: ParsedAuthenticationResults;
  diagnostics: Diagnostic<AuthenticationResultsCode>[];
  /** Whether who speaks, and where each result ends, is certain. Whatever else is wrong concerns one result, which is left out. */
  certain: boolean;
}

/**
 * Parses the value of an Authentication-Results field (RFC 8601 §2.2). Names and result words are lower-cased.
 *
 * What software is known to write beside the grammar is read and named by a warning: properties without ptype, values
 * without quotes, empty results. An error means that something is in doubt; a result in doubt is left out, and a field that
 * does not say who made it has the `authservId` `''`. A parsed field is no reason to believe it: see `selectAuthenticationResults`.
 *
 * @param value - the text behind "Authentication-Results:", folded or not
 * @returns the field, with spans in UTF-16 units of `value`
 * @throws TypeError when `value` is no string
 * @example
 * const { value } = parseAuthenticationResults('mx.example.com; spf=pass smtp.mailfrom=example.net');
 * value.authservId; // => 'mx.example.com'
 * value.results[0].properties[0].value; // => 'example.net'
 */
export function parseAuthenticationResults(
  value: string,
): Parsed<ParsedAuthenticationResults, AuthenticationResultsCode> {
  requireString('parse Authentication-Results', 'value', value);
  const { header, diagnostics } = readAuthenticationResults(startFieldReader(value));
  return parsed(header, diagnostics);
}

/**
 * Parses the value of an ARC-Authentication-Results field: `i=` and what an Authentication-Results field has.
 *
 * @param value - the text behind "ARC-Authentication-Results:", folded or not
 * @returns the field; without `instance` where that is missing or outside 1 to 50
 * @throws TypeError when `value` is no string
 * @see RFC 8617 §4.1.1
 * @example
 * const { value } = parseArcAuthenticationResults('i=1; lists.example.org; spf=pass smtp.mailfrom=jqd@d1.example');
 * value.instance; // => 1
 */
export function parseArcAuthenticationResults(
  value: string,
): Parsed<ParsedArcAuthenticationResults, AuthenticationResultsCode> {
  requireString('parse ARC-Authentication-Results', 'value', value);
  const reader = startFieldReader(value);
  const instance = readInstance(reader);
  const span = { start: 0, end: reader.at };
  const { header, diagnostics } = readAuthenticationResults(reader);
  if (instance === undefined) diagnostics.unshift(diagnose('authentication-results.instance', {}, { span }));
  return parsed({ ...header, ...instance }, diagnostics);
}

/**
 * Reads `i=` and its semicolon; without both, the reader is where it was.
 *
 * ```
 * arc-info = instance [CFWS] ";" authres-payload       instance = [CFWS] %s"i" [CFWS] "=" [CFWS] 1*2DIGIT [CFWS]
 * ```
 */
export function readInstance(reader: FieldReader): { instance: number; instanceSpan: Span } | undefined {
  const before = reader.at;
  skipCfws(reader);
  const tag = readRun(reader, NAME_STOPS);
  skipCfws(reader);
  if (tag === 'i' && reader.text[reader.at] === '=') {
    reader.at++;
    skipCfws(reader);
    const start = reader.at;
    const digits = readRun(reader, VALUE_STOPS);
    const instanceSpan = { start, end: reader.at };
    skipCfws(reader);
    if (reader.fault === undefined && reader.text[reader.at] === ';') {
      reader.at++;
      const instance = isDigits(digits) && digits.length <= 2 ? Number(digits) : 0;
      return instance >= 1 && instance <= MOST_INSTANCES ? { instance, instanceSpan } : undefined;
    }
  }
  rewind(reader, before);
  return undefined;
}

/** Reads a field from where the reader is. */
export function readAuthenticationResults(reader: FieldReader): ReadField {
  const head = readHead(reader);
  const { authservId, authservIdSpan, quoted, version, versionSpan, next } = head;
  const header: ParsedAuthenticationResults = {
    authservId,
    ...(version !== undefined && { version }),
    results: [],
    comments: [],
    authservIdSpan,
    ...(versionSpan && { versionSpan }),
    commentSpans: [],
  };
  const reading: Reading = { reader, header, diagnostics: [], none: false };
  takeComments(reader, header);
  if (next === 'no-id') report(reading, 'authentication-results.no-authserv-id', {}, authservIdSpan);
  else if (!quoted && !isToken(authservId)) unquoted(reading, authservId, authservIdSpan);
  // RFC 8601 §2.6: what follows a version that is not known may have any form.
  const known = version === undefined || version === 1;
  if (known) readResults(reading, next);
  else report(reading, 'authentication-results.version', { version }, versionSpan);
  if (reader.fault !== undefined) {
    const { problem, span } = reader.fault;
    report(reading, 'authentication-results.unreadable', { problem }, span);
  }
  const mixed = reading.none && header.results.length > 0;
  if (mixed) report(reading, 'authentication-results.none-with-results', {}, header.results[0]!.span);
  const certain = next === 'results' && known && !mixed && reader.fault === undefined;
  return { header, diagnostics: reading.diagnostics, certain };
}

/** ``no-result / 1*resinfo``, and what is read for want of better. */
function readResults(reading: Reading, next: 'results' | 'no-id' | 'missing-semicolon' | 'text'): void {
  const { reader } = reading;
  const text = upcoming(reader);
  const span = { start: reader.at, end: reader.at + text.length };
  if (next === 'missing-semicolon') report(reading, 'authentication-results.missing-semicolon', { text }, span);
  if (next === 'text') syntaxError(reading, '";"');
  else if (next !== 'results' && !isAtSemicolon(reader)) readPiece(reading);
  if (reader.at === reader.end && next === 'results' && reader.fault === undefined) {
    report(reading, 'authentication-results.no-results', {}, span);
  }
  while (reader.at < reader.end) {
    reader.at++;
    readPiece(reading);
  }
}

/** Reads what stands between two semicolons, up to the second. */
function readPiece(reading: Reading): void {
  const { reader, header } = reading;
  skipCfws(reader);
  const start = reader.at;
  if (reader.fault !== undefined) return;
  if (isAtSemicolon(reader)) {
    report(reading, 'authentication-results.empty-result', {}, { start, end: start });
    takeComments(reader, header);
    return;
  }
  const result = readResult(reading);
  if (result === undefined || reader.fault !== undefined) {
    takeComments(reader, header);
  } else {
    takeComments(reader, result);
    header.results.push(result);
  }
}

/**
 * ```
 * resinfo    = [CFWS] ";" methodspec [ CFWS reasonspec ] [ CFWS 1*propspec ]
 * methodspec = [CFWS] method [CFWS] "=" [CFWS] result
 * method     = Keyword [ [CFWS] "/" [CFWS] method-version ]
 * ```
 */
function readResult(reading: Reading): ParsedResult | undefined {
  const { reader } = reading;
  const start = reader.at;
  const method = asciiLower(readRun(reader, NAME_STOPS));
  const methodSpan = { start, end: reader.at };
  skipCfws(reader);
  const version = readMethodVersion(reader);
  if (method === '' || reader.text[reader.at] !== '=') return notAResult(reading, start);
  reader.at++;
  skipCfws(reader);
  const resultSpan = { start: reader.at, end: reader.at };
  const word = asciiLower(readRun(reader, VALUE_STOPS));
  resultSpan.end = reader.at;
  if (word === '') return syntaxError(reading, 'a result');
  keyword(reading, method, methodSpan);
  keyword(reading, word, resultSpan);
  const result: ParsedResult = {
    method,
    ...(version !== undefined && { version }),
    result: word,
    properties: [],
    comments: [],
    span: { start, end: reader.at },
    methodSpan,
    resultSpan,
    commentSpans: [],
  };
  for (let last = reader.at; ; last = reader.at) {
    result.span.end = last;
    skipCfws(reader);
    if (isAtSemicolon(reader)) return result;
    if (reader.at === last) {
      const text = upcoming(reader);
      report(reading, 'authentication-results.missing-space', { text }, { start: last, end: last + text.length });
    }
    if (!readProperty(reading, result)) return undefined;
  }
}

/** ``method-version = 1*DIGIT [CFWS]``; without digits the reader stays at the slash. */
function readMethodVersion(reader: FieldReader): number | undefined {
  const slash = reader.at;
  if (reader.text[slash] !== '/') return undefined;
  reader.at++;
  skipCfws(reader);
  const digits = readRun(reader, NAME_STOPS);
  skipCfws(reader);
  if (isDigits(digits)) return numberOf(digits);
  rewind(reader, slash);
  return undefined;
}

/** "none", or a word that stands there alone, as Microsoft repeats the recipient's domain; it changes nothing. */
function notAResult(reading: Reading, start: number): undefined {
  const { reader } = reading;
  rewind(reader, start);
  const text = readRun(reader, `${VALUE_STOPS}=`);
  const end = reader.at;
  skipCfws(reader);
  const none = asciiLower(text) === 'none';
  if (!isAtSemicolon(reader) || !(none || text.includes('.'))) {
    rewind(reader, start);
    return syntaxError(reading, '"method=result"');
  }
  if (none) reading.none = true;
  else if (reader.fault === undefined) report(reading, 'authentication-results.misplaced-id', { text }, { start, end });
  return undefined;
}

/**
 * ```
 * reasonspec = "reason" [CFWS] "=" [CFWS] value
 * propspec   = ptype [CFWS] "." [CFWS] property [CFWS] "=" pvalue
 * ```
 */
function readProperty(reading: Reading, result: ParsedResult): boolean {
  const { reader } = reading;
  const start = reader.at;
  let ptype = '';
  let property = asciiLower(readRun(reader, NAME_STOPS));
  const nameSpan = { start, end: reader.at };
  skipCfws(reader);
  if (reader.text[reader.at] === '.' && property !== '') {
    reader.at++;
    skipCfws(reader);
    ptype = property;
    property = asciiLower(readRun(reader, NAME_STOPS));
    nameSpan.end = reader.at;
    skipCfws(reader);
  }
  if (property === '' || reader.text[reader.at] !== '=') {
    rewind(reader, start);
    syntaxError(reading, '"ptype.property=value"');
    return false;
  }
  reader.at++;
  const { value, span: valueSpan } = readValue(reading, ptype === '' ? property : `${ptype}.${property}`);
  if (ptype === '' && property === 'reason' && result.reason === undefined) {
    if (result.properties.length > 0) report(reading, 'authentication-results.late-reason', {}, nameSpan);
    result.reason = value;
    result.reasonSpan = valueSpan;
    return true;
  }
  if (ptype === '') report(reading, 'authentication-results.property-without-ptype', { property }, nameSpan);
  else keyword(reading, ptype, nameSpan);
  keyword(reading, property, nameSpan);
  const entry: ParsedProperty = { ptype, property, value, span: { start, end: valueSpan.end }, nameSpan, valueSpan };
  result.properties.push(entry);
  return true;
}

/**
 * ```
 * pvalue = [CFWS] ( value / [ [local-part] "@" ] domain-name ) [CFWS]
 * value  = token / quoted-string
 * ```
 */
function readValue(reading: Reading, property: string): { value: string; span: Span } {
  const { reader } = reading;
  const { text } = reader;
  skipCfws(reader);
  const start = reader.at;
  const quoted = text[start] === '"';
  let value = quoted ? (readQuotedString(reader) ?? '') : readRun(reader, VALUE_STOPS);
  let end = reader.at;
  let legal = quoted || isToken(value) || isAddress(value);
  // RFC 5322 §3.4.1: CFWS may stand behind the local part.
  skipCfws(reader);
  if (text[reader.at] === '@' && end > start && (quoted || !value.includes('@'))) {
    const local = quoted ? text.slice(start, end).replace(/\r?\n/g, '') : value;
    value = local + readRun(reader, VALUE_STOPS);
    end = reader.at;
    legal = isAddress(value);
  } else {
    rewind(reader, end);
  }
  const span = { start, end };
  if (end === start) report(reading, 'authentication-results.empty-value', { property }, span);
  else if (!legal) unquoted(reading, value, span);
  return { value, span };
}

/** Gives the comments that were read to the field or the result that they belong to. */
function takeComments(reader: FieldReader, owner: { comments: string[]; commentSpans: Span[] }): void {
  for (const { text, span } of reader.comments) {
    owner.comments.push(text);
    owner.commentSpans.push(span);
  }
  reader.comments = [];
}

/** The text that comes next, up to a semicolon or white space. */
function upcoming({ text, at, end }: FieldReader): string {
  let to = at;
  while (to < Math.min(end, at + MOST_QUOTED) && !'; \t\r\n'.includes(text[to]!)) to++;
  return text.slice(at, to);
}

function syntaxError(reading: Reading, expected: string): undefined {
  const { reader } = reading;
  const text = upcoming(reader);
  const span = { start: reader.at, end: reader.at + text.length };
  if (reader.fault === undefined) report(reading, 'authentication-results.syntax', { expected, text }, span);
  for (; !isAtSemicolon(reader); skipCfws(reader)) {
    if (reader.text[reader.at] === '"') readQuotedString(reader);
    else reader.at++;
  }
}

function keyword(reading: Reading, text: string, span: Span): void {
  if (!isKeyword(text)) report(reading, 'authentication-results.keyword', { text }, span);
}

function unquoted(reading: Reading, text: string, span: Span): void {
  report(reading, 'authentication-results.unquoted-value', { text }, span);
}

/** Adds a finding: the first fifty, and in any case the first error. */
function report<Code extends AuthenticationResultsCode>(
  { diagnostics }: Reading,
  code: Code,
  params: RuleParams<(typeof authenticationResultsRules)[Code]>,
  span: Span | undefined,
): void {
  const error = authenticationResultsRules[code][0] === 'error';
  if (diagnostics.length >= MOST_FINDINGS && !(error && diagnostics.every(({ severity }) => severity !== 'error')))
    return;
  diagnostics.push(diagnose(code, params, span && { span }));
}
