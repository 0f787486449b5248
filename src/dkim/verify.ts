import { defaultCrypto } from '../crypto/default.ts';
import type { ImportedKey } from '../crypto/provider.ts';
import { DnsSession } from '../dns/session.ts';
import { type Environment, requireEnvironment, show } from '../environment.ts';
import { type Limits, resolveLimits } from '../limits.ts';
import type { OpenedMessage } from '../message/message.ts';
import { openMessage } from '../message/open.ts';
import type { MessageSource } from '../message/source.ts';
import { type BodyDigest, BodyDigests } from './body-digest.ts';
import { type CheckTools, checkSignature } from './check.ts';
import { headerFindings } from './header-findings.ts';
import { chooseKeys } from './key-choice.ts';
import type { DkimKeyRecord } from './key-record.ts';
import { type KeyLookup, lookupDkimKey } from './lookup.ts';
import type { DkimReason, DkimResult } from './result.ts';
import { factsOf, readSignature, type SignatureFacts, type SoundSignature } from './signature-field.ts';
import { type FieldIndex, indexFields, selectFields, signedData } from './signed-data.ts';
import { judgeCheck, resultWords, type VerdictOptions } from './verdict.ts';
import { diagnose } from './verdict-rules.ts';

/** How signatures are judged. */
export interface DkimOptions {
  /** Whether a signature passes that leaves body octets unsigned by l=; by default it does not. */
  acceptBodyLength?: boolean;
  /** For `authenticateMessage`: whether a key in test mode (t=y) is no identifier for DMARC. Verification itself reports `testing`. */
  ignoreTesting?: boolean;
  /** Seconds by which clocks may differ, for x= and t=; 300 by default. */
  clockSkewSeconds?: number;
  /** Bits that an RSA key must have; 1024 by default, below which RFC 8301 lets none pass. */
  minKeyBits?: number;
  /** `auto` (default) reads a message without any CR in its header block as a file with LF lines; `as-is` takes octets as they are. */
  lineEndings?: 'auto' | 'as-is';
  limits?: Partial<Limits>;
}

/**
 * Verifies every DKIM-Signature field of a message, from the top down; an unsigned message has no results.
 *
 * @param message - as received; a stream is read once, whatever the number of signatures
 * @returns one result for each field, plain data
 * @throws TypeError when an argument is wrong
 * @throws `env.signal.reason` when the signal aborts, and whatever the message's stream fails with
 * @see RFC 6376 §6, RFC 8301, RFC 8463
 * @example
 * const results = await verifyDkimSignatures('From: ann@example.com\r\n\r\nHi\r\n', { resolver: memoryResolver({}) });
 * results.length; // => 0
 */
export async function verifyDkimSignatures(
  message: MessageSource,
  env: Environment,
  options: DkimOptions = {},
): Promise<DkimResult[]> {
  const opened = await openToVerify('verify DKIM signatures', message, env, options);
  return verifyOpenedMessage(opened, env, options);
}

/**
 * Verifies one DKIM-Signature field: the topmost, or the one of that `index` among them. The result is `none` where there is none.
 *
 * @param message - as received; a stream is read once
 * @throws TypeError when an argument is wrong
 * @throws `env.signal.reason` when the signal aborts, and whatever the message's stream fails with
 * @see RFC 6376 §6, RFC 8301, RFC 8463
 * @example
 * const { result } = await verifyDkimSignature('From: ann@example.com\r\n\r\nHi\r\n', { resolver: memoryResolver({}) });
 * result; // => 'none'
 */
export async function verifyDkimSignature(
  message: MessageSource,
  env: Environment,
  options: DkimOptions & { index?: number } = {},
): Promise<DkimResult> {
  const action = 'verify a DKIM signature';
  const { index = 0 } = options;
  if (!Number.isSafeInteger(index) || index < 0) {
    throw new TypeError(`Cannot ${action}: "index" must be a whole number of at least 0, received ${show(index)}`);
  }
  const opened = await openToVerify(action, message, env, options);
  const [result] = await verifyOpenedMessage(opened, env, options, undefined, index, index + 1);
  return result ?? Object.assign({ result: 'none' as const }, factsOf(undefined, -1, []));
}

/** Checks the arguments, and opens the message. */
export async function openToVerify(
  action: string,
  message: MessageSource,
  env: Environment,
  options: DkimOptions,
): Promise<OpenedMessage> {
  requireEnvironment(action, env);
  const limits = resolveLimits(options.limits);
  requireDkimOptions(action, options);
  return openMessage(message, { limits, lineEndings: options.lineEndings, signal: env.signal });
}

/** Throws a `TypeError` for an option that would let pass what it is meant to stop: no key is shorter than NaN bits. */
export function requireDkimOptions(action: string, options: DkimOptions): void {
  for (const name of ['clockSkewSeconds', 'minKeyBits'] as const) {
    const value = options[name];
    if (value !== undefined && !(Number.isFinite(value) && value >= 0)) {
      throw new TypeError(`Cannot ${action}: "${name}" must be a number of at least 0, received ${show(value)}`);
    }
  }
  const { lineEndings } = options;
  if (lineEndings !== undefined && lineEndings !== 'auto' && lineEndings !== 'as-is') {
    throw new TypeError(`Cannot ${action}: "lineEndings" must be "auto" or "as-is", received ${show(lineEndings)}`);
  }
}

/** What all signatures of one call share. */
interface Run {
  message: OpenedMessage;
  fields: FieldIndex;
  body: BodyDigests;
  limits: Readonly<Limits>;
  minKeyBits: number;
  tools: CheckTools;
  verdict: VerdictOptions;
}

/** A signature whose key and body hash are on their way. */
interface Job {
  facts: SignatureFacts;
  sound: SoundSignature;
  lookup: Promise<KeyLookup>;
  digest: BodyDigest;
}

/**
 * Verifies the DKIM-Signature fields of a message that was opened, all of them or those `from` one `to` another, and reads
 * its body unless nobody needs it: the signatures, and who else asked for digests of this `body`.
 */
export async function verifyOpenedMessage(
  message: OpenedMessage,
  env: Environment,
  options: DkimOptions,
  body?: BodyDigests,
  from = 0,
  to?: number,
): Promise<DkimResult[]> {
  const run = startRun(message, env, options, body);
  const session = DnsSession.open(env, run.limits);
  const lookups = new Map<string, Promise<KeyLookup>>();
  const places = (run.fields.get('dkim-signature') ?? []).slice(from, to);
  const steps = places.map((place, i): DkimResult | Job => {
    const read = readSignature(message, place, from + i, run.limits);
    if (read.sound === undefined) return conclude(read.facts, read.reason);
    const { facts, sound } = read;
    const { selector, domain, l } = sound.signature;
    const name = `${selector} ${domain}`;
    const lookup = lookups.get(name) ?? lookupDkimKey(selector, domain, session, run.limits);
    lookups.set(name, lookup);
    return { facts, sound, lookup, digest: run.body.request(sound.canonicalization.body, l) };
  });
  // Keys are fetched while the body is read. Should that fail, or the signal abort, nobody awaits the other lookups.
  for (const lookup of lookups.values()) lookup.catch(() => {});
  if (run.body.requested) await run.body.read(message);
  else await message.close();
  const results: DkimResult[] = [];
  for (const step of steps) results.push('lookup' in step ? await verifyJob(step, run) : step);
  return results;
}

function startRun(message: OpenedMessage, env: Environment, options: DkimOptions, body?: BodyDigests): Run {
  const crypto = env.crypto ?? defaultCrypto();
  return {
    message,
    fields: indexFields(message.header),
    body: body ?? new BodyDigests(crypto, message.lineEndings),
    limits: resolveLimits(options.limits),
    minKeyBits: options.minKeyBits ?? 1024,
    tools: { crypto, keyCache: env.keyCache ?? new Map<string, ImportedKey>() },
    verdict: {
      now: secondsNow(env),
      clockSkewSeconds: options.clockSkewSeconds ?? 300,
      acceptBodyLength: options.acceptBodyLength ?? false,
    },
  };
}

export function secondsNow(env: Environment): number {
  const seconds = Math.floor((env.now?.() ?? new Date()).getTime() / 1000);
  if (Number.isFinite(seconds)) return seconds;
  // Compared with NaN, no signature would ever have expired.
  throw new TypeError('Cannot verify DKIM: "env.now" must return a valid Date');
}

async function verifyJob({ facts, sound, lookup, digest }: Job, run: Run): Promise<DkimResult> {
  const { message, fields, limits, minKeyBits } = run;
  const { signature, field, signatureValue, canonicalization } = sound;
  const { diagnostics } = facts;
  const selected = selectFields(fields, signature.h, facts.headerIndex);
  const signedHeaders = selected.map((i) => message.header.fields[i]!.name);
  facts.signedHeaders = signedHeaders;
  if (message.lineEndings === 'lf') diagnostics.push(diagnose('dkim.lf-line-endings', {}));
  const { a: algorithm, domain, i: auid } = signature;
  const found = await lookup;
  const choice = chooseKeys(found, { algorithm, domain, auid, minKeyBits, limits });
  if (choice.keys === undefined) {
    const { record, reason } = choice.none;
    diagnostics.push(...choice.none.diagnostics);
    addKey(facts, record);
    return conclude(facts, reason);
  }
  const data = signedData(message.header, selected, field, signatureValue, canonicalization.header);
  const check = await checkSignature(signature, choice.keys, data, digest, run.tools);
  const { key } = check;
  const about = { mixed: run.body.mixed, keyName: found.name, provider: run.tools.crypto.name };
  const judged = judgeCheck(signature, check, digest, about, run.verdict);
  diagnostics.push(...key.diagnostics, ...judged.diagnostics, ...headerFindings(fields, signature, signedHeaders));
  addKey(facts, key.record);
  facts.bodyHash = check.bodyHash;
  facts.signature = check.signature;
  facts.unsignedBodyBytes = check.unsignedBodyBytes;
  return conclude(facts, judged.reason);
}

function addKey(facts: SignatureFacts, record: DkimKeyRecord | undefined): void {
  if (record === undefined) return;
  facts.testing = record.t.includes('y');
  if (record.keyBits !== undefined) facts.keyBits = record.keyBits;
}

function conclude(facts: SignatureFacts, reason: DkimReason | undefined): DkimResult {
  const verdict: Pick<DkimResult, 'result' | 'reason'> =
    reason === undefined ? { result: 'pass' } : { result: resultWords[reason], reason };
  // Not by a spread, which takes five times as long.
  return Object.assign(verdict, facts);
}
