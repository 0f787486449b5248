import { type Parsed, parsed } from '../diagnostics/diagnostic.ts';
import { requireString } from '../environment.ts';
import { type FieldGrammar, fixOf, readPasted, scanFieldRecord } from '../text/field-record.ts';
import type { MtaStsRecord } from './record.ts';
import { diagnose, type MtaStsRecordCode } from './rules.ts';

const GRAMMAR: FieldGrammar = { version: 'v=STSv1', names: ['v', 'id'] };

/** Whether a TXT record counts (RFC 8461 §3.1): records that do not begin so are discarded, whatever the ABNF allows. */
export function isMtaStsRecord(text: string): boolean {
  return text.startsWith('v=STSv1;');
}

/**
 * Reads an MTA-STS record (RFC 8461 §3.1) and every fault in it. `ok` is false exactly where senders must take the domain
 * for one without a policy; `value` then holds what was meant, where that is clear.
 *
 * @param text - the record: the strings of one TXT record joined with nothing
 * @throws TypeError where `text` is not a string
 * @example
 * parseMtaStsRecord('v=STSv1; id=20261121T000000;').value?.id; // => '20261121T000000'
 */
export function parseMtaStsRecord(text: string): Parsed<MtaStsRecord, MtaStsRecordCode> {
  requireString('parse the MTA-STS record', 'text', text);
  return readPasted(text, isMtaStsRecord, read, (place) => diagnose('mta-sts.pasted', {}, place));
}

/**
 * ```
 * sts-text-record = sts-version 1*(sts-field-delim sts-field) [sts-field-delim]
 * sts-id          = %s"id=" 1*32(ALPHA / DIGIT)
 * ```
 */
function read(text: string): Parsed<MtaStsRecord, MtaStsRecordCode> {
  const { meant, tags, first, faults } = scanFieldRecord(text, GRAMMAR);
  const diagnostics = faults.map(({ kind, value, span, cure }) =>
    diagnose(`mta-sts.${kind}`, { value }, { span, ...fixOf(cure) }),
  );
  if (!meant) return parsed<MtaStsRecord, MtaStsRecordCode>(undefined, diagnostics);
  const tag = first.get('id');
  if (tag?.name !== 'id') {
    diagnostics.push(diagnose('mta-sts.missing-id', {}, { span: { start: text.length, end: text.length } }));
  }
  if (tag === undefined) return parsed<MtaStsRecord, MtaStsRecordCode>(undefined, diagnostics);
  const { value, valueSpan: span } = tag;
  if (!/^[a-z\d]{1,32}$/i.test(value)) {
    const meantId = value.replace(/[^a-z\d]/gi, '').slice(0, 32);
    diagnostics.push(diagnose('mta-sts.id', { value }, { span, ...fixOf(meantId || undefined) }));
  }
  return parsed<MtaStsRecord, MtaStsRecordCode>({ v: 'STSv1', id: value, tags }, diagnostics);
}
