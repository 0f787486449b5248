import type { Diagnostic, Fix, Parsed, Span } from '../diagnostics/diagnostic.ts';
import { parsed } from '../diagnostics/diagnostic.ts';
import { asciiLower } from '../text/characters.ts';
import { moveSpans, unwrapPasted } from '../text/pasted.ts';
import { scanTagList, type TagListFault } from '../text/tag-list.ts';
import { decodeDkimKey } from './key-data.ts';
import { lintKeyRecord } from './key-lint.ts';
import { diagnoseKeyLint } from './key-lint-rules.ts';
import { KEY_TAGS, type KeyReading, otherRecord, readKeyTags } from './key-reader.ts';
import type { DkimKeyRecord } from './key-record.ts';
import { type DkimCode, diagnoseKey } from './rules.ts';
import type { DkimTag } from './signature.ts';
import { isFws, reportFaults, withoutWhiteSpace } from './tags.ts';

type Diagnostics = Diagnostic<DkimCode>[];

/** Reads a text that has a fault as what was meant, and says what it is instead. */
export function cureKeyRecord(text: string): Parsed<DkimKeyRecord, DkimCode> {
  const { tags, faults } = scanTagList(text, KEY_TAGS);
  const pasted = faults.length > 0 ? unwrapPasted(text) : undefined;
  if (pasted === undefined) return readCured(text, tags, faults);
  const inner = scanTagList(pasted.text, KEY_TAGS);
  const { value, diagnostics } = moveSpans(readCured(pasted.text, inner.tags, inner.faults), pasted);
  const span = { start: 0, end: text.length };
  const fix = { description: 'Give the record alone', replacement: pasted.text };
  return parsed(value, [diagnoseKeyLint('dkim.key-pasted', {}, { span, fix }), ...diagnostics]);
}

function readCured(text: string, written: DkimTag[], faults: TagListFault[]): Parsed<DkimKeyRecord, DkimCode> {
  const diagnostics: Diagnostics = [];
  if (otherRecord(text, written) !== undefined) {
    if (!reportBareKey(text, diagnostics)) {
      diagnostics.push(diagnoseKey('dkim.key-other-record', { text }, { span: { start: 0, end: text.length } }));
    }
    return parsed<DkimKeyRecord, DkimCode>(undefined, diagnostics);
  }
  reportKeyFaults(faults, diagnostics);
  const tags = splitAtMissingSemicolons(written, diagnostics);
  const reading = readKeyTags(withoutQuotes(tags, diagnostics), diagnostics);
  replaceKeyFaults(reading);
  // The tags as they are written.
  const record = { ...reading.record!, tags };
  lintKeyRecord(text, { ...reading, record });
  return parsed(record, reading.diagnostics);
}

/** Reports the pieces that are no tags; with the fix where ":" or a space stands for "=". */
function reportKeyFaults(faults: readonly TagListFault[], diagnostics: Diagnostics): void {
  reportFaults(faults, diagnostics);
  for (const diagnostic of diagnostics) {
    const found = /^([vkhnpst])[ \t]{0,9}[: \t][ \t]{0,9}(?=[^ \t])/.exec(String(diagnostic.params.text ?? ''));
    if (found === null || diagnostic.span === undefined) continue;
    diagnostic.span = { start: diagnostic.span.start, end: diagnostic.span.start + found[0].length };
    diagnostic.fix = { description: 'Put "=" behind the name of the tag', replacement: `${found[1]}=` };
  }
}

/** Cuts tags where a semicolon is missing, so that `v=DKIM1 k=rsa` is understood, and reported. */
function splitAtMissingSemicolons(tags: DkimTag[], diagnostics: Diagnostics): DkimTag[] {
  const out: DkimTag[] = [];
  for (const tag of tags) {
    let rest: DkimTag | undefined = tag;
    while (rest !== undefined) {
      const next: DkimTag | undefined = mayHoldTag(rest) ? cut(rest, out, diagnostics) : undefined;
      if (next === undefined) out.push(rest);
      rest = next;
    }
  }
  return out;
}

// In base64, "=" stands at the end only; a note, like a tag of somebody else, may hold anything.
function mayHoldTag({ name, known, value }: DkimTag): boolean {
  const equals = value.indexOf('=');
  return equals >= 0 && (equals < value.length - 2 || !value.endsWith('=')) && known && name !== 'n';
}

const NEXT_TAG = /[ \t\r\n,:]([vkhnpst])[ \t]?=[^=]/;

/** Puts the part before the second tag out and returns the rest. */
function cut(tag: DkimTag, out: DkimTag[], diagnostics: Diagnostics): DkimTag | undefined {
  const { value, valueSpan } = tag;
  const found = NEXT_TAG.exec(value);
  if (found === null) return undefined;
  const name = found[1]!;
  const at = found.index + 1;
  let end = found.index;
  while (end > 0 && (value[end - 1] === ',' || isFws(value.charCodeAt(end - 1)))) end--;
  let from = value.indexOf('=', at) + 1;
  while (isFws(value.charCodeAt(from))) from++;
  const gap = { start: valueSpan.start + end, end: valueSpan.start + at };
  const fix = { description: 'Put a semicolon between the tags', replacement: '; ' };
  diagnostics.push(diagnoseKeyLint('dkim.key-semicolon', { tag: name }, { span: gap, fix }));
  out.push({
    ...tag,
    value: value.slice(0, end),
    span: { start: tag.span.start, end: gap.start },
    valueSpan: { start: valueSpan.start, end: gap.start },
  });
  return {
    name,
    value: value.slice(from),
    span: { start: gap.end, end: valueSpan.end },
    nameSpan: { start: gap.end, end: gap.end + 1 },
    valueSpan: { start: valueSpan.start + from, end: valueSpan.end },
    known: true,
  };
}

// Quotes of every kind and the backslash; those of other alphabets also as the octets of their UTF-8, as DNS has them.
// Escaped: one character beyond ASCII makes V8 read all of the file it ends up in as UTF-16, which takes a tenth longer.
const QUOTES = /["'`\\\u201c-\u201e\u2018\u2019\xab\xbb]|\xe2\x80[\x98-\x9f]|\xc2[\xab\xbb]/g;

/** The tags with their values as they were meant. */
function withoutQuotes(tags: DkimTag[], diagnostics: Diagnostics): DkimTag[] {
  let k = 'rsa';
  const out = tags.map((tag) => {
    if (!tag.known || tag.name === 'n' || tag.name === 'p') return tag;
    const value = unquote(tag, diagnostics);
    if (tag.name === 'k') k = asciiLower(value);
    return { ...tag, value };
  });
  const at = out.findIndex(({ name }) => name === 'p');
  if (at >= 0) out[at] = { ...out[at]!, value: cureKey(out[at]!, k, diagnostics) };
  return out;
}

/** The value of a tag without quotes and backslashes, which are reported. */
function unquote({ name, value, valueSpan: span }: DkimTag, diagnostics: Diagnostics): string {
  const cleaned = value.replace(QUOTES, '');
  if (cleaned === value) return value;
  const replacement = name === 'p' ? withoutWhiteSpace(cleaned) : cleaned;
  const fix = { description: 'Remove the quotes and backslashes', replacement };
  const character = value.match(QUOTES)![0];
  diagnostics.push(diagnoseKeyLint('dkim.key-quotes', { tag: name, character }, { span, fix }));
  return replacement;
}

const ARMOR = /-----(?:BEGIN|END)[^-]{0,40}-----/g;

/** The base64 that was meant by a value of `p=`. */
function cureKey(tag: DkimTag, k: string, diagnostics: Diagnostics): string {
  const { value, valueSpan: span } = tag;
  const written = decodeDkimKey(value, k);
  if (written.ok || written.fault !== 'base64') return value;
  if (value.includes('-----')) return reportPem(value, span, k, diagnostics) ?? value;
  const p = unquote(tag, diagnostics);
  if (!/^[A-Za-z\d+/ \t\r\n]*[= \t\r\n]*$/.test(p)) return p;
  // Only the end is wrong. A text cut off within a group of four is no base64, but above all it is a key cut off.
  const digits = withoutWhiteSpace(p).replace(/=/g, '');
  const whole = digits.slice(0, digits.length - (digits.length % 4 === 1 ? 1 : 0));
  const data = decodeDkimKey(whole, k);
  if (!data.ok && data.fault === 'truncated') return whole;
  if (!data.ok || decodeDkimKey(p, k).ok) return p;
  const character = p.includes('=') ? '=' : digits.slice(-1);
  diagnostics.push(diagnoseKey('dkim.key-base64', { character }, { span: { start: span.end - 1, end: span.end } }));
  return whole;
}

function reportPem(text: string, span: Span, k: string, diagnostics: Diagnostics): string | undefined {
  if (text.includes('PRIVATE KEY')) {
    diagnostics.push(privateKey(span));
    return undefined;
  }
  const inside = withoutWhiteSpace(text.replace(ARMOR, '').replace(QUOTES, ''));
  const fix: Fix = { description: 'Publish the base64 between the lines of dashes, as one text' };
  if (decodeDkimKey(inside, k).ok) fix.replacement = inside;
  const armor = text.match(ARMOR)?.[0] ?? '-----';
  diagnostics.push(diagnoseKeyLint('dkim.key-pem', { text: armor }, { span, fix }));
  return inside;
}

function privateKey(span: Span): Diagnostic<DkimCode> {
  const fix = { description: 'Make a new key pair, publish its public key, and never use this private key again' };
  return diagnoseKeyLint('dkim.key-private', {}, { span, fix });
}

/** Puts what a text is instead in the place of the finding that it is no key. */
function replaceKeyFaults(reading: KeyReading): void {
  const { record, data, diagnostics } = reading;
  if (data === undefined || data.ok) return;
  const at = diagnostics.findIndex(({ code }) => code === 'dkim.key-base64' || code === 'dkim.key-malformed');
  const { span } = diagnostics[at] ?? {};
  if (span === undefined) return;
  if (diagnostics.some(({ code }) => code === 'dkim.key-private' || code === 'dkim.key-pem')) diagnostics.splice(at, 1);
  else if (data.fault === 'private-key') diagnostics[at] = privateKey(span);
  else if (record?.p?.startsWith('AAAAB3Nza')) {
    diagnostics[at] = diagnoseKey('dkim.key-malformed', { fault: 'this is a key for SSH' }, { span });
  }
}

/** Reports a text without tags that is a key, and says what its record would be. */
function reportBareKey(text: string, diagnostics: Diagnostics): boolean {
  const span = { start: 0, end: text.length };
  if (text.includes('-----BEGIN')) {
    const key = reportPem(text, span, 'rsa', diagnostics);
    const fix = diagnostics.at(-1)!.fix!;
    const replacement = key === undefined ? undefined : recordOf(key);
    if (replacement !== undefined) fix.replacement = replacement;
    return true;
  }
  const p = text.length > 40 && text.startsWith('M') ? withoutWhiteSpace(text) : '';
  const data = decodeDkimKey(p, 'rsa');
  const replacement = recordOf(p);
  if (!data.ok && data.fault === 'private-key') diagnostics.push(privateKey(span));
  else if (replacement !== undefined) {
    const fix = { description: 'Publish the key in a record', replacement };
    diagnostics.push(diagnoseKey('dkim.key-missing', {}, { span, fix }));
  }
  return diagnostics.length > 0;
}

function recordOf(p: string): string | undefined {
  const data = decodeDkimKey(p, 'rsa');
  if (data.ok) return `v=DKIM1; k=rsa; p=${p}`;
  if (data.fault !== 'type-mismatch') return undefined;
  const ed25519 = decodeDkimKey(p, 'ed25519');
  return ed25519.ok && ed25519.key.type === 'ed25519' ? `v=DKIM1; k=ed25519; p=${btoa(ed25519.key.key)}` : undefined;
}
