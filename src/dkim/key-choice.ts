import type { PublicKey } from '../crypto/provider.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Limits } from '../limits.ts';
import { type DkimKeyRecord, decodeDkimKey } from './key-record.ts';
import type { FetchedRecord, KeyLookup } from './lookup.ts';
import type { DkimReason } from './result.ts';
import { auidDomain } from './signature.ts';
import { diagnose } from './verdict-rules.ts';

/** What a key must fit. */
export interface KeyDemand {
  algorithm: 'rsa-sha256' | 'ed25519-sha256';
  domain: string;
  /** i= as written. */
  auid?: string;
  minKeyBits: number;
  limits: Readonly<Limits>;
}

/** A key that may be tried. */
export interface UsableKey {
  text: string;
  record: DkimKeyRecord;
  key: PublicKey;
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
    const diagnostics = [diagnose('dkim.key-unavailable', { name, reason: lookup.reason }, { subject: name })];
    return { none: { reason: 'key-unavailable', diagnostics } };
  }
  const judged = lookup.status === 'none' ? [] : lookup.records.map((record) => judgeRecord(record, name, demand));
  const [first, ...rest] = judged.filter((one) => 'key' in one).slice(0, MOST_KEYS);
  const several =
    judged.length > 1 ? [diagnose('dkim.key-several', { name, count: judged.length }, { subject: name })] : [];
  if (first !== undefined) {
    return { keys: [{ ...first, diagnostics: [...first.diagnostics, ...several] }, ...rest] };
  }
  const unusable = judged.filter((one) => 'reason' in one);
  const none = unusable.find(({ reason }) => reason !== 'no-key') ?? unusable[0];
  if (none !== undefined) return { none: { ...none, diagnostics: [...none.diagnostics, ...several] } };
  return { none: { reason: 'no-key', diagnostics: [diagnose('dkim.no-key', { name }, { subject: name })] } };
}

// Errors of a record's text that do not make it unreadable, and what they are instead.
const FIT_FAULTS: ReadonlyArray<readonly [code: string, reason: DkimReason]> = [
  ['dkim.key-other-record', 'no-key'],
  // RFC 6376 §6.1.2 steps 6 and 8: a hash or a key type that does not fit.
  ['dkim.key-type', 'key-mismatch'],
  ['dkim.key-type-mismatch', 'key-mismatch'],
  ['dkim.key-hash', 'key-mismatch'],
  ['dkim.key-too-short', 'key-too-short'],
];

/** The rows of the verdict table on one record; the first that applies decides. */
function judgeRecord({ text, parsed }: FetchedRecord, name: string, demand: KeyDemand): UsableKey | NoUsableKey {
  if (parsed === undefined) {
    const params = { name, octets: text.length, limit: demand.limits.recordBytes };
    return { reason: 'key-syntax', diagnostics: [diagnose('dkim.key-oversized', params, { subject: name })] };
  }
  const diagnostics: Diagnostic[] = parsed.diagnostics.map((finding) => ({ ...finding, subject: name }));
  const record = parsed.value;
  const faults = parsed.diagnostics.filter(({ severity }) => severity === 'error').map(({ code }) => code);
  const foreign = record === undefined || faults.includes('dkim.key-other-record') || !looksLikeKey(record);
  if (foreign) {
    return { reason: 'no-key', diagnostics: [...diagnostics, diagnose('dkim.no-key', { name }, { subject: name })] };
  }
  const fits = faults.map((code) => FIT_FAULTS.find(([fault]) => fault === code)?.[1]);
  // RFC 6376 §6.1.2 step 5: a record that is malformed is ignored, flags and all.
  if (fits.includes(undefined)) return { reason: 'key-syntax', diagnostics };
  const misfit = strictMismatch(record, name, demand);
  if (misfit !== undefined) return { reason: 'domain-mismatch', record, diagnostics: [...diagnostics, misfit] };
  if (record.revoked) return { reason: 'key-revoked', record, diagnostics };
  const { algorithm, minKeyBits } = demand;
  if (`${record.k}-sha256` !== algorithm) {
    diagnostics.push(diagnose('dkim.key-algorithm', { name, k: record.k, a: algorithm }, { subject: name }));
    return { reason: 'key-mismatch', record, diagnostics };
  }
  // RFC 6376 §3.6.1: a record whose service types do not include email is to be ignored.
  const forEmail = record.s.includes('*') || record.s.includes('email');
  if (fits.includes('key-mismatch') || !forEmail) return { reason: 'key-mismatch', record, diagnostics };
  const bits = record.keyBits ?? 0;
  if (record.keyType === 'rsa' && bits < minKeyBits) {
    diagnostics.push(diagnose('dkim.key-below-minimum', { bits, minimum: minKeyBits }, { subject: name }));
    return { reason: 'key-too-short', record, diagnostics };
  }
  const key = decodeDkimKey(record);
  return key === undefined ? { reason: 'key-syntax', record, diagnostics } : { text, record, key, diagnostics };
}

function looksLikeKey({ tags }: DkimKeyRecord): boolean {
  return tags.some(({ name, value }) => name === 'p' || (name === 'v' && value.startsWith('DKIM')));
}

/** RFC 6376 §3.6.1: with flag s the domain of i= must equal d=; without i= it does. */
function strictMismatch(record: DkimKeyRecord, name: string, { auid, domain }: KeyDemand): Diagnostic | undefined {
  if (auid === undefined || !record.t.includes('s') || auidDomain(auid) === domain) return undefined;
  return diagnose('dkim.key-strict-mismatch', { domain, value: auid }, { subject: name });
}
