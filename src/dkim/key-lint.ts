import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { asciiLower } from '../text/characters.ts';
import { diagnoseKeyLint } from './key-lint-rules.ts';
import { KEY_NAMES, type KeyReading } from './key-reader.ts';
import type { DkimCode } from './rules.ts';
import type { DkimTag } from './signature.ts';
import { findForbidden, isFws } from './tags.ts';

type Diagnostics = Diagnostic<DkimCode>[];

const OTHER_NAMES = {
  version: 'v',
  type: 'k',
  tipo: 'k',
  typ: 'k',
  hash: 'h',
  notes: 'n',
  service: 's',
  flags: 't',
} as const;

const NAMES = ['v', 'k', 'h', 's', 't'] as const;

/** The tag that somebody meant by an unknown name. */
function meantTag(name: string): string | undefined {
  const lower = asciiLower(name);
  if (KEY_NAMES.test(name)) return 'p';
  if (Object.hasOwn(OTHER_NAMES, lower)) return OTHER_NAMES[lower as keyof typeof OTHER_NAMES];
  return NAMES.find((tag) => tag === lower || tag + tag === lower);
}

/** Adds to a reading what is legal and does harm, and to its findings what would cure them. */
export function lintKeyRecord(text: string, reading: KeyReading): void {
  const { record, data, diagnostics } = reading;
  for (const diagnostic of diagnostics) addFix(diagnostic, reading);
  if (record === undefined) return;
  const { tags } = record;
  lintStart(text, tags, diagnostics);
  for (const tag of tags) lintTag(tag, reading);
  const p = tags.find(({ name }) => name === 'p');
  if (p === undefined || data === undefined || !data.ok) return;
  const place = { span: p.valueSpan };
  if (data.form === 'pkcs1') diagnostics.push(diagnoseKeyLint('dkim.key-pkcs1', {}, place));
  if (data.key.type === 'ed25519' && data.form === 'spki') {
    const fix = { description: 'Publish the last 32 octets alone', replacement: btoa(data.key.key) };
    diagnostics.push(diagnoseKeyLint('dkim.key-wrapped', {}, { ...place, fix }));
  }
  if (data.bits > 4096 && data.unusable === undefined) {
    diagnostics.push(diagnoseKeyLint('dkim.key-large', { bits: data.bits }, place));
  }
}

/** Says what would cure a finding of the reader. */
function addFix(diagnostic: Diagnostic<DkimCode>, { data, record }: KeyReading): void {
  switch (diagnostic.code) {
    case 'dkim.key-version':
      diagnostic.fix = { description: 'Write the version as it is', replacement: 'DKIM1' };
      break;
    case 'dkim.key-too-short':
    case 'dkim.key-weak':
      diagnostic.fix = { description: 'Make a key of 2048 bits under a new selector' };
      break;
    case 'dkim.key-list': {
      const items = asciiLower(String(diagnostic.params.value)).split(/[ \t]*[:,][ \t]*/);
      if (items.length > 1)
        diagnostic.fix = { description: 'Put colons between the words', replacement: items.join(':') };
      break;
    }
    case 'dkim.key-base64': {
      // The alphabet of RFC 4648 §5, which DKIM does not use.
      const replacement = { '-': '+', _: '/' }[diagnostic.params.character as '-' | '_'];
      if (replacement) diagnostic.fix = { description: 'Use the usual alphabet of base64', replacement };
      break;
    }
    case 'dkim.key-truncated':
      diagnostic.fix = {
        description: 'Publish the whole key: one string of a TXT record holds 255 octets, the rest needs a second',
      };
      break;
    case 'dkim.key-type-mismatch': {
      if (data?.ok !== false || data.fault !== 'type-mismatch') break;
      const written = record?.tags.some(({ name }) => name === 'k');
      const replacement = `k=${data.type}${written ? '' : '; p'}`;
      diagnostic.fix = { description: `Say that the key is of type ${data.type}`, replacement };
    }
  }
}

/** Reports a missing version, and white space before the first tag: many look for records by how they begin. */
function lintStart(text: string, tags: readonly DkimTag[], diagnostics: Diagnostics): void {
  const [tag] = tags;
  if (!tags.some(({ name, known }) => name === 'v' || (!known && meantTag(name) === 'v'))) {
    const fix = { description: 'Begin the record with its version', replacement: 'v=DKIM1; ' };
    diagnostics.push(diagnoseKeyLint('dkim.key-version-missing', {}, { span: { start: 0, end: 0 }, fix }));
  }
  if (tag === undefined || !isFws(text.charCodeAt(0))) return;
  const fix = { description: 'Remove the white space', replacement: '' };
  const span = { start: 0, end: tag.span.start };
  diagnostics.push(diagnoseKeyLint('dkim.key-white-space', { tag: tag.name }, { span, fix }));
}

function lintTag(tag: DkimTag, { record, data, diagnostics }: KeyReading): void {
  const { name, value, span, nameSpan, valueSpan, known } = tag;
  // Legal, and not seldom misread.
  if (nameSpan.end + 1 !== valueSpan.start) reportWhiteSpace(tag, value, diagnostics);
  switch (name) {
    case 'v':
      break;
    case 'p':
      if (data?.ok && record?.p && record.p.length < value.length) reportWhiteSpace(tag, record.p, diagnostics);
      break;
    case 't':
      if (value === '') diagnostics.push(diagnoseKeyLint('dkim.key-no-flags', {}, { span }));
      if (record?.t.includes('s')) diagnostics.push(diagnoseKeyLint('dkim.key-strict', {}, { span: valueSpan }));
      lintCase(tag, diagnostics);
      break;
    case 'k':
    case 'h':
    case 's':
      lintCase(tag, diagnostics);
      break;
    default:
      if (name === 'g') diagnostics.push(diagnoseKeyLint('dkim.key-tag-historic', {}, { span }));
      if (!known) lintName(tag, record?.tags ?? [], diagnostics);
      if (findForbidden(value, 0x7e) >= 0 && findForbidden(value, 0xffff) < 0) {
        diagnostics.push(diagnoseKeyLint('dkim.key-non-ascii', { tag: name, value }, { span: valueSpan }));
      }
  }
}

function lintCase({ name, value, valueSpan: span }: DkimTag, diagnostics: Diagnostics): void {
  const lower = asciiLower(value);
  if (lower === value) return;
  const fix = { description: 'Write it in lower case', replacement: lower };
  diagnostics.push(diagnoseKeyLint('dkim.key-case', { tag: name, value }, { span, fix }));
}

/** Reports an unknown tag that stands where a known one is missing. */
function lintName({ name, nameSpan: span }: DkimTag, tags: readonly DkimTag[], diagnostics: Diagnostics): void {
  const meant = meantTag(name);
  if (meant === undefined || tags.some((tag) => tag.name === meant)) return;
  const fix = { description: `Name the tag "${meant}"`, replacement: meant };
  diagnostics.push(diagnoseKeyLint('dkim.key-tag-misspelt', { name, tag: meant }, { span, fix }));
}

function reportWhiteSpace(tag: DkimTag, value: string, diagnostics: Diagnostics): void {
  const fix = { description: 'Remove the white space', replacement: `${tag.name}=${value}` };
  diagnostics.push(diagnoseKeyLint('dkim.key-white-space', { tag: tag.name }, { span: tag.span, fix }));
}
