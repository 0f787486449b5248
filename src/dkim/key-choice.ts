import type { KeyText } from '../crypto/der.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Limits } from '../limits.ts';
import { isForEmail } from './key-reader.ts';
import type { DkimKeyRecord } from './key-record.ts';
import type { FetchedRecord, KeyLookup } from './lookup.ts';
import { diagnose as diagnoseLookup } from './lookup-rules.ts';
import type { DkimReason } from './result.ts';
import type { DkimCode } from './rules.ts';
import { auidDomain } from './signature.ts';
import { diagnose } from './verdict-rules.ts';

/** What a key must fit. */
export interface KeyDemand {
  algorithm: 'rsa-sha256' | 'ed25519-sha256';
  domain: string;
  /** i= as written. */
  auid?: string | undefined;
  minKeyBits: number;
  limits: Readonly<Limits>;
}

/** A key that may be tried. */
export interface UsableKey {
  text: string;
  record: DkimKeyRecord;
  key: KeyText;
  diagnostics: Diagnostic[];
}

/** Why there is no key to try, with the record that says most about it. */
export interface NoUsableKey {
  reason: DkimReason;
  record?: DkimKeyRecord;
  diagnostics: Diagnostic[];
}

export type KeyChoice = { keys: [UsableKey, ...UsableKey[]] } | { keys?: undefined; none: NoUsableKey };

// RFC 6376 §6.1.2 step 4 leaves it to the verifier how many of several records it tries; each costs a verification.
const MOST_KEYS = 3;

/** The keys among the records that may have made a signature, in the order that DNS gave them (RFC 6376 §6.1.2). */
export function chooseKeys(lookup: KeyLookup, demand: KeyDemand): KeyChoice {
  const { name } = lookup;
  if (lookup.status === 'failure') {
    const diagnostics = [diagnoseLookup('dkim.key-unavailable', { name, reason: lookup.reason }, { subject: name })];
    return { none: { reason: 'key-unavailable', diagnostics } };
  }
  const judged = lookup.status === 'none' ? [] : lookup.records.map((record) => judgeRecord(record, name, demand));
  if (judged.length > 1) {
    const several = diagnoseLookup('dkim.key-several', { name, count: judged.length }, { subject: name });
    for (const { diagnostics } of judged) diagnostics.push(several);
  }
  const [first, ...rest] = judged.filter((one) => 'key' in one).slice(0, MOST_KEYS);
  if (first !== undefined) return { keys: [first, ...rest] };
  const unusable = judged.filter((one) => 'reason' in one);
  const none = unusable.find(({ reason }) => reason !== 'no-key') ?? unusable[0];
  if (none !== undefined) return { none };
  return { none: { reason: 'no-key', diagnostics: [diagnoseLookup('dkim.no-key', { name }, { subject: name })] } };
}

// Errors of a record's text that leave it readable: RFC 6376 §6.1.2 steps 6 and 8, and keys that are judged by their size.
const MISFITS: readonly DkimCode[] = ['dkim.key-type', 'dkim.key-type-mismatch', 'dkim.key-hash'];
const UNFIT: readonly DkimCode[] = ['dkim.key-too-short', 'dkim.key-unusable'];

/** The rows of the verdict table on one record; the first that applies decides. */
function judgeRecord({ text, reading }: FetchedRecord, name: string, demand: KeyDemand): UsableKey | NoUsableKey {
  const place = { subject: name };
  if (reading === undefined) {
    const params = { name, octets: text.length, limit: demand.limits.recordBytes };
    return { reason: 'key-syntax', diagnostics: [diagnoseLookup('dkim.key-oversized', params, place)] };
  }
  const diagnostics: Diagnostic[] = reading.diagnostics.map((finding) => ({ ...finding, ...place }));
  const { record, data } = reading;
  const faults = reading.diagnostics.filter(({ severity }) => severity === 'error').map(({ code }) => code);
  // RFC 6376 §6.1.2, the note: a wildcard answers with records that are no keys.
  if (faults.includes('dkim.key-other-record')) {
    return { reason: 'no-key', diagnostics: [...diagnostics, diagnoseLookup('dkim.no-key', { name }, place)] };
  }
  // RFC 6376 §6.1.2 step 5: a record that is malformed is ignored, flags and all.
  const readable = faults.every((code) => MISFITS.includes(code) || UNFIT.includes(code));
  if (record === undefined || !readable) return { reason: 'key-syntax', diagnostics };
  const { algorithm, auid, domain } = demand;
  // RFC 6376 §3.6.1: with flag s the domain of i= must equal d=, as it does without i=.
  if (record.t.includes('s') && auid !== undefined && auidDomain(auid) !== domain) {
    diagnostics.push(diagnose('dkim.key-strict-mismatch', { domain, value: auid }, place));
    return { reason: 'domain-mismatch', record, diagnostics };
  }
  if (record.revoked) return { reason: 'key-revoked', record, diagnostics };
  if (`${record.k}-sha256` !== algorithm) {
    diagnostics.push(diagnose('dkim.key-algorithm', { name, k: record.k, a: algorithm }, place));
    return { reason: 'key-mismatch', record, diagnostics };
  }
  if (!isForEmail(record) || faults.some((code) => MISFITS.includes(code))) {
    return { reason: 'key-mismatch', record, diagnostics };
  }
  const bits = record.keyBits ?? 0;
  if (record.keyType === 'rsa' && bits < demand.minKeyBits) {
    if (!faults.includes('dkim.key-too-short')) {
      diagnostics.push(diagnose('dkim.key-below-minimum', { bits, minimum: demand.minKeyBits }, place));
    }
    return { reason: 'key-too-short', record, diagnostics };
  }
  if (!data?.ok || data.unusable !== undefined) return { reason: 'key-syntax', record, diagnostics };
  return { text, record, key: data.key, diagnostics };
}
