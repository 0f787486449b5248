import { type Diagnostic, type Parsed, parsed, type Span } from '../diagnostics/diagnostic.ts';
import { requireString } from '../environment.ts';
import { domainName } from '../names/domain-name.ts';
import { isDigits, isWsp } from '../text/characters.ts';
import { fixOf } from '../text/field-record.ts';
import { meantWord } from '../text/spelling.ts';
import { diagnose, type MtaStsPolicyCode } from './policy-rules.ts';
import type { MtaStsField, MtaStsMode, MtaStsPolicy } from './record.ts';

const KEYS = ['version', 'mode', 'max_age', 'mx'];
const MODES: readonly MtaStsMode[] = ['enforce', 'testing', 'none'];
// RFC 8461 §3.2: about a year.
const MOST_SECONDS = 31_557_600;
const DAY = 86_400;

interface Reading {
  text: string;
  fields: MtaStsField[];
  /** The first of each key; of a misspelt one where the right one is missing. */
  first: Map<string, MtaStsField>;
  diagnostics: Diagnostic<MtaStsPolicyCode>[];
}

/**
 * Reads an MTA-STS policy file (RFC 8461 §3.2): lines of "key: value" that end in CRLF or LF, unknown keys ignored.
 *
 * @param text - the body of `https://mta-sts.<domain>/.well-known/mta-sts.txt`
 * @throws TypeError where `text` is not a string
 * @example
 * parseMtaStsPolicy('version: STSv1\nmode: enforce\nmx: *.example.net\nmax_age: 604800\n').value?.mx; // => ['*.example.net']
 */
export function parseMtaStsPolicy(text: string): Parsed<MtaStsPolicy, MtaStsPolicyCode> {
  requireString('parse the MTA-STS policy', 'text', text);
  const reading: Reading = { text, fields: [], first: new Map(), diagnostics: [] };
  // A page of HTML is one finding, not one for each of its lines.
  if (!/^[ \t\ufeff]*(version|mode|max_age|mx)[ \t]*:/im.test(text)) {
    reportMissing(reading, 'version');
    return parsed<MtaStsPolicy, MtaStsPolicyCode>(undefined, reading.diagnostics);
  }
  for (let from = 0; from < text.length; ) {
    const newline = text.indexOf('\n', from);
    const to = newline < 0 ? text.length : newline;
    readLine(reading, from, text[to - 1] === '\r' && to > from && newline >= 0 ? to - 1 : to, to + 1);
    from = to + 1;
  }
  return parsed(readPolicy(reading), reading.diagnostics);
}

function report(
  { diagnostics }: Reading,
  code: Exclude<MtaStsPolicyCode, 'mta-sts.policy-blank-line' | 'mta-sts.policy-testing' | 'mta-sts.policy-none'>,
  value: string,
  span: Span,
  cure?: string,
): void {
  diagnostics.push(diagnose(code, { value }, { span, ...fixOf(cure) }));
}

function reportMissing(reading: Reading, key: string): void {
  const { length } = reading.text;
  report(reading, 'mta-sts.policy-missing-field', key, { start: length, end: length });
}

/**
 * ```
 * sts-policy-record      = sts-policy-field *WSP *(sts-policy-term sts-policy-field *WSP) [sts-policy-term]
 * sts-policy-field-delim = ":" *WSP
 * sts-policy-ext-name    = (ALPHA / DIGIT) *31(ALPHA / DIGIT / "_" / "-" / ".")
 * ```
 *
 * The line is text[from, to), the next one begins at `next`.
 */
function readLine(reading: Reading, from: number, to: number, next: number): void {
  const { text } = reading;
  let start = from;
  let end = to;
  while (start < end && (isWsp(text.charCodeAt(start)) || text[start] === '\ufeff')) start++;
  while (end > start && isWsp(text.charCodeAt(end - 1))) end--;
  if (start === end) {
    const place = { span: { start: from, end: Math.min(next, text.length) }, ...fixOf('') };
    reading.diagnostics.push(diagnose('mta-sts.policy-blank-line', {}, place));
    return;
  }
  const line = text.slice(start, end);
  const colon = line.indexOf(':');
  let keyEnd = Math.max(colon, 0);
  while (keyEnd > 0 && isWsp(line.charCodeAt(keyEnd - 1))) keyEnd--;
  const key = line.slice(0, keyEnd);
  let valueStart = colon + 1;
  while (isWsp(line.charCodeAt(valueStart))) valueStart++;
  const value = line.slice(valueStart);
  if (!/^[a-z\d][\w.-]{0,31}$/i.test(key) || value === '' || /\p{Cc}/u.test(value)) {
    report(reading, 'mta-sts.policy-line', line, { start, end });
    return;
  }
  if (start > from) report(reading, 'mta-sts.policy-white-space', key, { start: from, end: start }, '');
  if (keyEnd < colon)
    report(reading, 'mta-sts.policy-white-space', ':', { start: start + keyEnd, end: start + colon }, '');
  reading.fields.push({
    key,
    value,
    span: { start, end },
    keySpan: { start, end: start + keyEnd },
    valueSpan: { start: start + valueStart, end },
    known: KEYS.includes(key),
  });
}

function readPolicy(reading: Reading): MtaStsPolicy | undefined {
  selectFirst(reading);
  const { fields, first } = reading;
  const version = readVersion(reading);
  const mode = readMode(reading);
  const max_age = readMaxAge(reading);
  const mx: string[] = [];
  for (const field of fields) {
    if (field.key !== 'mx' && field !== first.get('mx')) continue;
    const pattern = readPattern(reading, field);
    if (pattern !== undefined && !mx.includes(pattern)) mx.push(pattern);
  }
  // RFC 8461 §3.2: required at least once, except when the mode is "none".
  if (mode !== 'none' && !fields.some(({ key }) => key === 'mx')) reportMissing(reading, 'mx');
  if (!version || mode === undefined || max_age === undefined) return undefined;
  return { version: 'STSv1', mode, mx, max_age, fields };
}

function selectFirst(reading: Reading): void {
  const { fields, first } = reading;
  for (const field of fields) {
    const { key, span, known } = field;
    if (!known) continue;
    // RFC 8461 §3.2: of fields other than mx, the first counts.
    if (!first.has(key)) first.set(key, field);
    else if (key !== 'mx') report(reading, 'mta-sts.policy-duplicate', key, span);
  }
  for (const field of fields) {
    if (field.known) continue;
    const meant = meantWord(field.key, KEYS, { maxage: 'max_age' });
    const missing = meant !== undefined && !first.has(meant);
    if (missing) first.set(meant, field);
    report(reading, 'mta-sts.policy-unknown', field.key, field.keySpan, missing ? meant : undefined);
  }
}

/** The field of a key that has to be there. */
function need(reading: Reading, key: string): MtaStsField | undefined {
  const field = reading.first.get(key);
  if (field?.key !== key) reportMissing(reading, key);
  return field;
}

function readVersion(reading: Reading): boolean {
  const field = need(reading, 'version');
  if (field === undefined || field.value === 'STSv1') return true;
  const near = /^sts/i.test(field.value);
  report(reading, 'mta-sts.policy-version', field.value, field.valueSpan, near ? 'STSv1' : undefined);
  return near;
}

function readMode(reading: Reading): MtaStsMode | undefined {
  const field = need(reading, 'mode');
  if (field === undefined) return undefined;
  const { value, valueSpan } = field;
  const mode = MODES.find((word) => word === value);
  const meant =
    mode ?? MODES.find((word) => word === meantWord(value, [...MODES], { enforced: 'enforce', test: 'testing' }));
  if (mode === undefined) report(reading, 'mta-sts.policy-mode', value, valueSpan, meant);
  if (mode === 'testing') reading.diagnostics.push(diagnose('mta-sts.policy-testing', {}, { span: valueSpan }));
  if (mode === 'none') reading.diagnostics.push(diagnose('mta-sts.policy-none', {}, { span: valueSpan }));
  return meant;
}

/** sts-policy-max-age-value = 1*10(DIGIT) */
function readMaxAge(reading: Reading): number | undefined {
  const field = need(reading, 'max_age');
  if (field === undefined) return undefined;
  const { value, valueSpan } = field;
  const seconds = isDigits(value) && value.length <= 10 ? Number(value) : -1;
  if (seconds > MOST_SECONDS || seconds < 0) {
    report(reading, 'mta-sts.policy-max-age', value, valueSpan, seconds > 0 ? String(MOST_SECONDS) : undefined);
    return seconds < 0 ? undefined : MOST_SECONDS;
  }
  // RFC 8461 §10.2: a policy that expires soon is easily kept from being renewed. One on its way out may.
  if (seconds < DAY && reading.first.get('mode')?.value !== 'none') {
    report(reading, 'mta-sts.policy-short', value, valueSpan);
  }
  return seconds;
}

/** sts-policy-mx-value = ["*."] Domain; as A-labels. */
function readPattern(reading: Reading, { value, valueSpan }: MtaStsField): string | undefined {
  const wildcard = value.startsWith('*.') ? '*.' : '';
  const name = domainName(value.slice(wildcard.length));
  const pattern = name === undefined || /_|(^|\.)-|-(\.|$)/.test(name) ? undefined : wildcard + name;
  if (pattern !== value.toLowerCase()) report(reading, 'mta-sts.policy-mx', value, valueSpan, pattern);
  return pattern;
}
