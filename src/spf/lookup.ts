import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { TxtData } from '../dns/resolver.ts';
import { readCleanRecord } from './clean-record.ts';
import { isSpfRecord, parseSpfRecord } from './parse.ts';
import type { SpfRecord } from './record.ts';
import { diagnose } from './verdict-rules.ts';

/** The SPF record among the TXT records of a domain, or why there is none to evaluate (RFC 7208 §4.5, §4.6). */
export interface SelectedRecord {
  record?: SpfRecord;
  fault?: 'no-record' | 'multiple-records' | 'record-too-large' | 'syntax';
  /** Where there is exactly one. */
  text?: string;
  diagnostics: Diagnostic[];
}

/** Selects the text of the SPF record of a domain; what it says is not looked at. */
export function selectText(domain: string, answer: readonly TxtData[], recordBytes: number): SelectedRecord {
  let text: string | undefined;
  let count = 0;
  for (const txt of answer) {
    if (!isSpfRecord(txt.text)) continue;
    count++;
    text = txt.text;
  }
  const place = { subject: domain };
  if (text === undefined) {
    return { fault: 'no-record', diagnostics: [diagnose('spf.no-record', { domain }, place)] };
  }
  if (count > 1) {
    const finding = diagnose('spf.multiple-records', { domain, count }, place);
    return { fault: 'multiple-records', diagnostics: [finding] };
  }
  if (text.length > recordBytes) {
    const params = { domain, size: text.length, limit: recordBytes };
    return { fault: 'record-too-large', text, diagnostics: [diagnose('spf.record-too-large', params, place)] };
  }
  return { text, diagnostics: [] };
}

/** Selects and parses the SPF record of a domain. */
export function selectRecord(domain: string, answer: readonly TxtData[], recordBytes: number): SelectedRecord {
  const selected = selectText(domain, answer, recordBytes);
  const { text, fault } = selected;
  if (text === undefined || fault !== undefined) return selected;
  const record = readCleanRecord(text);
  if (record !== undefined) return { record, text, diagnostics: [] };
  const parsed = parseSpfRecord(text);
  const diagnostics: Diagnostic[] = [];
  // What is only worth knowing about a record is not worth a line in the verdict on a message.
  for (const d of parsed.diagnostics) if (d.severity !== 'info') diagnostics.push({ ...d, subject: domain });
  return parsed.ok ? { record: parsed.value, text, diagnostics } : { fault: 'syntax', text, diagnostics };
}
