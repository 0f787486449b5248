import { type Diagnostic, type Parsed, parsed } from '../diagnostics/diagnostic.ts';
import { requireString } from '../environment.ts';
import { type FieldGrammar, fixOf, readPasted, scanFieldRecord } from '../text/field-record.ts';
import type { ScannedTag } from '../text/tag-list.ts';
import type { BimiRecord } from './record.ts';
import { type BimiRecordCode, diagnose } from './rules.ts';

const GRAMMAR: FieldGrammar = { version: 'v=BIMI1', names: ['v', 'l', 'a', 'avp', 'lps'], spaced: true };

// A URI (RFC 3986) of HTTPS on a host with a dot; a comma has to be encoded, a space, a quote or "<" is none of a URI.
const HTTPS_URI = /^https:\/\/[a-z\d-]+\.[a-z\d.-]*[a-z\d](?::\d{1,5})?(?:[/?#](?:[!#-+\--:=?-~]*))?$/i;

type Findings = Diagnostic<BimiRecordCode>[];

/** Whether a TXT record counts: "v=BIMI1" exactly, as its first tag (BIMI draft §4.3). */
export function isBimiRecord(text: string): boolean {
  return /^[ \t]*v[ \t]*=[ \t]*BIMI1[ \t]*(?:;|$)/.test(text);
}

/**
 * Reads a BIMI assertion record (draft-brand-indicators-for-message-identification §4.3) and every fault in it. `value`
 * holds what was meant, where that is clear; a receiver uses nothing of a record that is not `ok`.
 *
 * @param text - the record: the strings of one TXT record joined with nothing
 * @throws TypeError where `text` is not a string
 * @example
 * parseBimiRecord('v=BIMI1; l=https://example.com/logo.svg').value?.l; // => 'https://example.com/logo.svg'
 */
export function parseBimiRecord(text: string): Parsed<BimiRecord, BimiRecordCode> {
  requireString('parse the BIMI record', 'text', text);
  return readPasted(text, isBimiRecord, read, (place) => diagnose('bimi.pasted', {}, place));
}

function read(text: string): Parsed<BimiRecord, BimiRecordCode> {
  const { meant, tags, first, faults } = scanFieldRecord(text, GRAMMAR);
  const diagnostics: Findings = [];
  for (const { kind, value, span, cure } of faults) {
    // Only the grammars without white space report any.
    if (kind === 'white-space') continue;
    diagnostics.push(diagnose(`bimi.${kind}`, { value }, { span, ...fixOf(cure) }));
  }
  if (!meant) return parsed<BimiRecord, BimiRecordCode>(undefined, diagnostics);
  const l = first.get('l');
  const a = first.get('a');
  if (l?.name !== 'l') {
    diagnostics.push(diagnose('bimi.missing-location', {}, { span: { start: text.length, end: text.length } }));
  }
  const record: BimiRecord = {
    v: 'BIMI1',
    l: readUri(l, diagnostics),
    a: readUri(a, diagnostics),
    avp: readPreference(first.get('avp'), diagnostics),
    lps: readLocalParts(first.get('lps'), diagnostics),
    declined: l?.value === '' && (a?.value ?? '') === '',
    tags,
  };
  lint(record, l, a, diagnostics);
  return parsed(record, diagnostics);
}

function readUri(tag: ScannedTag | undefined, diagnostics: Findings): string {
  if (tag === undefined || tag.value === '' || HTTPS_URI.test(tag.value)) return tag?.value ?? '';
  const { name, value, valueSpan: span } = tag;
  const https = `https://${value.replace(/^(?:https?)?:?\/{0,2}/i, '')}`;
  const cure = HTTPS_URI.test(https) ? https : undefined;
  diagnostics.push(diagnose('bimi.uri', { name, value }, { span, ...fixOf(cure) }));
  return cure ?? '';
}

function readPreference(tag: ScannedTag | undefined, diagnostics: Findings): 'brand' | 'personal' {
  if (tag === undefined) return 'brand';
  const { value, valueSpan: span } = tag;
  const meant = (['brand', 'personal'] as const).find((word) => word === value.toLowerCase());
  if (meant !== value) diagnostics.push(diagnose('bimi.preference', { value }, { span, ...fixOf(meant) }));
  return meant ?? 'brand';
}

/** A comma list of prefixes, as local parts are normalized: 1 to 63 of letters, digits and "-". */
function readLocalParts(tag: ScannedTag | undefined, diagnostics: Findings): string[] {
  if (tag === undefined || tag.value === '') return [];
  const parts = tag.value.split(',');
  const sound = parts.filter((part) => /^[ \t]*[a-z\d-]{1,63}[ \t]*$/i.test(part));
  if (sound.length < parts.length) {
    diagnostics.push(diagnose('bimi.local-parts', { value: tag.value }, { span: tag.valueSpan }));
  }
  return sound.map((part) => part.replace(/[ \t]+/g, ''));
}

/** What is written, and shows nobody an indicator. */
function lint(record: BimiRecord, l: ScannedTag | undefined, a: ScannedTag | undefined, diagnostics: Findings): void {
  if (record.declined) diagnostics.push(diagnose('bimi.declined', {}, { span: l!.span }));
  if (record.l !== '' && !/^[^?#]*\.svgz?([?#]|$)/i.test(record.l)) {
    diagnostics.push(diagnose('bimi.indicator-format', { value: record.l }, { span: l!.valueSpan }));
  }
  if (record.a !== '' && l?.value === '') diagnostics.push(diagnose('bimi.evidence-alone', {}, { span: a!.span }));
  if (record.l !== '' && (a?.value ?? '') === '') {
    diagnostics.push(diagnose('bimi.no-evidence', {}, { span: (a ?? l)!.span }));
  }
}
