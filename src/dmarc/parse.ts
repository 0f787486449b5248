import { type Parsed, parsed } from '../diagnostics/diagnostic.ts';
import { requireString } from '../environment.ts';
import { meantWord } from '../text/spelling.ts';
import { lintRecord, POLICIES } from './lint.ts';
import type { DmarcRecord, DmarcTag } from './record.ts';
import { readUris } from './report-uri.ts';
import type { DmarcRecordCode } from './rules.ts';
import { FILLER, find, type Reading, report, scanTag, textOf } from './scan.ts';

// What people write for a policy: the word of another product, or a translation that came with the guide they copied from.
// The first letters of monitor, aucun, kein, ninguna, nenhuma, nessuna; cuarentena, quarentena; rejeter, rechazar,
// rifiuta, ablehnen, zurückweisen, block.
const WORDS: { readonly [keyword: string]: RegExp } = {
  none: /^(mon|au[ck]|kein|ning|nenh|ness|no$)/,
  quarantine: /^[cq]uar/,
  reject: /^(rej|rech|rif|abl|zur|bloc)/,
};

/**
 * Whether a TXT record is a DMARC policy record, whatever follows its version (RFC 9989 §4.7, §4.10).
 *
 * ```
 * dmarc-version = "v" equals %s"DMARC1"
 * ```
 */
export function isDmarcRecord(text: string): boolean {
  return /^[vV][ \t]*=[ \t]*DMARC1[ \t]*(;|$)/.test(text);
}

/**
 * Reads a DMARC policy record (RFC 9989 §4.7, §4.8): the effective value of every tag, and every fault.
 *
 * It reads as people do: a record without a semicolon, or pasted with its zone-file line, is an error, yet `value` holds
 * what was meant. A receiver must not do that: see `parsePublishedDmarcRecord`.
 *
 * @param text - the record: the strings of one TXT record joined with nothing
 * @throws TypeError where `text` is not a string
 * @example
 * parseDmarcRecord('v=DMARC1; p=reject; rua=mailto:dmarc@example.com').value?.p; // => 'reject'
 */
export function parseDmarcRecord(text: string): Parsed<DmarcRecord, DmarcRecordCode> {
  requireString('parse the DMARC record', 'text', text);
  return read(text, true);
}

/**
 * Reads a DMARC policy record as receivers have to: what breaks the grammar falls back to its default (RFC 9989 §4.8).
 */
export function parsePublishedDmarcRecord(text: string): Parsed<DmarcRecord, DmarcRecordCode> {
  return read(text, false);
}

function read(text: string, lenient: boolean): Parsed<DmarcRecord, DmarcRecordCode> {
  const reading: Reading = { text, lenient, tags: [], first: [], diagnostics: [] };
  if (/[^\t -~]/.test(text)) reading.text = replaceCharacters(reading);
  if (lenient && !isDmarcRecord(text)) reading.text = blankSurroundings(reading);
  for (let from = 0, to = -1; from <= text.length; ) {
    if (from > to) to = find(reading.text, ';', from);
    from = scanTag(reading, from, to);
  }
  const record = checkVersion(reading) ? readRecord(reading) : undefined;
  return parsed(record, reading.diagnostics);
}

/** Reports what is not printable ASCII. Quotes, odd spaces and line breaks, as word processors leave them, become spaces. */
function replaceCharacters(reading: Reading): string {
  return reading.text.replace(/([^\t -~\p{L}]+)|[^\t -~]+/gu, (value, stray: string | undefined, start: number) => {
    report(reading, 'dmarc.character', { value }, { start, end: start + value.length }, stray && '');
    return stray ? (reading.lenient ? ' ' : '\x7f').repeat(value.length) : value;
  });
}

/** Takes away the zone-file line or the quotes that the record was pasted with, the joints of its strings included. */
function blankSurroundings(reading: Reading): string {
  const { text } = reading;
  const blank = (run: string) => FILLER.repeat(run.length);
  const record = text.replace(/^(?!v[ \t]*=)[^;]*?[^; \t][ \t]*(?=v[ \t]*=[ \t]*DMARC)/i, blank);
  if (record === text) return text;
  const bare = record.replace(/\\|"([ \t()]*("|$))?/g, blank);
  const span = { start: 0, end: text.length };
  report(reading, 'dmarc.pasted', {}, span, textOf(bare, span));
  return bare;
}

/** Reports a wrong beginning; `false` where this is no DMARC record at all. */
function checkVersion(reading: Reading): boolean {
  const { text, tags, first } = reading;
  const [tag] = tags;
  const end = tag && tag === first[3] ? tag.span.end : 0;
  const span = { start: 0, end };
  const value = textOf(text, span);
  if (isDmarcRecord(value)) {
    if (value !== 'v=DMARC1') report(reading, 'dmarc.version-form', { value }, span, 'v=DMARC1');
    return true;
  }
  // RFC 9989 §4.7: another version voids the record. What looks like one is still worth reading to its author.
  const near = tag !== undefined && /^(v\W*dm|p\W*=)/i.test(text.slice(tag.span.start));
  const cure = end ? 'v=DMARC1' : 'v=DMARC1; ';
  report(reading, 'dmarc.version', { value: text }, span, near ? cure : undefined);
  return near;
}

/** RFC 9989 §4.8: what is absent or wrong has its default. */
function readRecord(reading: Reading): DmarcRecord {
  const { tags, first } = reading;
  const [pct, rf, ri, , , , , adkim, aspf, t, psd, fo, rua, ruf] = first;
  const record: DmarcRecord = {
    v: 'DMARC1',
    p: 'none',
    sp: 'none',
    np: 'none',
    adkim: choose(reading, adkim, ['r', 's']) ?? 'r',
    aspf: choose(reading, aspf, ['r', 's']) ?? 'r',
    t: choose(reading, t, ['y', 'n']) ?? 'n',
    psd: choose(reading, psd, ['y', 'n', 'u']) ?? 'u',
    fo: readFailureOptions(reading, fo),
    rua: readUris(reading, rua),
    ruf: readUris(reading, ruf),
    tags,
  };
  readPolicies(reading, record);
  // RFC 7489 §6.3: a percentage, and a number of seconds.
  if (pct && /^(\d\d?|100)$/.test(pct.value)) record.pct = Number(pct.value);
  if (rf?.value) record.rf = rf.value;
  if (ri && /^\d{1,10}$/.test(ri.value)) record.ri = Number(ri.value);
  lintRecord(reading, record);
  return record;
}

function readPolicies(reading: Reading, record: DmarcRecord): void {
  const [, , , , pTag, spTag, npTag] = reading.first;
  const p = choose(reading, pTag, POLICIES);
  const sp = choose(reading, spTag, POLICIES, p);
  const np = choose(reading, npTag, POLICIES, sp);
  if (p && sp && np) {
    record.p = p;
    record.sp = sp;
    record.np = np;
    return;
  }
  // RFC 9989 §4.10.1: without a valid p, or with an invalid sp or np, only a usable rua keeps the record in force, as p=none.
  const tag = p ? (sp ? npTag : spTag) : pTag;
  const code = record.rua.length > 0 ? 'dmarc.acts-as-none' : 'dmarc.no-processing';
  report(reading, code, { name: tag?.name ?? 'p' }, (tag ?? reading.tags[0]!).span);
  if (record.rua.length === 0) {
    for (const name of ['p', 'sp', 'np'] as const) delete record[name];
  }
}

/** The tag's value where it is one of those allowed; ABNF literals are case-insensitive. */
function choose<T extends string>(
  reading: Reading,
  tag: DmarcTag | undefined,
  allowed: readonly T[],
  absent?: T,
): T | undefined {
  if (!tag) return absent;
  const written = tag.value.toLowerCase();
  if (allowed.includes(written as T)) return written as T;
  // Letters only: that also takes off the quotes and dots around a keyword.
  const word = written.replace(/[^a-z]/g, '');
  const meant = meantWord(word, [...allowed, 'relaxed', 'strict', 'yes', 'no']);
  const cure = allowed.find((it) => it === meant || it === meant?.[0] || WORDS[it]?.test(word));
  reportValue(reading, tag, allowed.join(', ').replace(/, (?=\w+$)/, ' or '), cure);
  return undefined;
}

function reportValue(reading: Reading, { name, value, valueSpan }: DmarcTag, allowed: string, cure?: string): void {
  report(reading, 'dmarc.tag-value', { name, allowed, value }, valueSpan, cure);
}

/**
 * ```
 * dmarc-fo   = ("0" / "1") *(":" dmarc-afrf) / dmarc-afrf [":" ("0" / "1")] [":" dmarc-afrf] / *(dmarc-afrf ":") ("0" / "1")
 * dmarc-afrf = "d" / "s"   ; each may appear at most once in dmarc-fo
 * ```
 */
function readFailureOptions(reading: Reading, tag: DmarcTag | undefined): string[] {
  if (!tag) return ['0'];
  const written = tag.value.toLowerCase();
  if (/^[01ds]$/.test(written)) return [written];
  // In any order, each once; "1" asks for all that "0" does.
  const options = [...new Set(written.match(/[01ds]/g))].filter((option) => option !== '0' || !written.includes('1'));
  const meant = options.join(':');
  if (meant && meant === written) return options;
  reportValue(reading, tag, 'like 0, 1 or 1:d:s', meant || undefined);
  return ['0'];
}
