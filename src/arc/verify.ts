import { defaultCrypto } from '../crypto/default.ts';
import type { ImportedKey } from '../crypto/provider.ts';
import { type BodyDigest, BodyDigests } from '../dkim/body-digest.ts';
import { type KeyLookup, lookupDkimKey } from '../dkim/lookup.ts';
import { indexFields } from '../dkim/signed-data.ts';
import { type DkimOptions, openToVerify, secondsNow } from '../dkim/verify.ts';
import { DnsSession } from '../dns/session.ts';
import { type Environment, show } from '../environment.ts';
import { resolveLimits } from '../limits.ts';
import type { OpenedMessage } from '../message/message.ts';
import type { MessageSource } from '../message/source.ts';
import { domainName } from '../names/domain-name.ts';
import { type ArcSet, readChain } from './chain.ts';
import type { ArcSignatureField } from './header.ts';
import { judgeChain, judgeStructure, keyPlace } from './judge.ts';
import type { ArcResult } from './result.ts';

/** How a chain is validated. */
export interface ArcOptions extends Pick<DkimOptions, 'clockSkewSeconds' | 'minKeyBits' | 'lineEndings' | 'limits'> {
  /** Domains of sealers that you believe: their instances are marked `trusted`, and the result is the same. */
  trustedSealers?: readonly string[];
}

/**
 * Validates the chain of ARC sets of a message. `pass` says that every sealer's report is as it was sealed and that the
 * newest sealer sent this message on, no more: anybody may seal, so that a report is worth what its sealer is worth to you.
 * There is no temporary error: a key that could not be fetched fails the chain (`dns-failure`).
 *
 * @param message - as received; a stream is read once, whatever the number of sets
 * @returns the chain validation status, plain data
 * @throws TypeError when an argument is wrong
 * @throws `env.signal.reason` when the signal aborts, and whatever the message's stream fails with
 * @see RFC 8617 §5.2; on its way to Historic
 * @example
 * const { result } = await verifyArc('From: ann@example.com\r\n\r\nHi\r\n', { resolver: memoryResolver({}) });
 * result; // => 'none'
 */
export async function verifyArc(
  message: MessageSource,
  env: Environment,
  options: ArcOptions = {},
): Promise<ArcResult> {
  const action = 'verify ARC';
  const { trustedSealers } = options;
  if (trustedSealers !== undefined && !isNames(trustedSealers)) {
    throw new TypeError(`Cannot ${action}: "trustedSealers" must be domain names, received ${show(trustedSealers)}`);
  }
  const opened = await openToVerify(action, message, env, options);
  const body = new BodyDigests(env.crypto ?? defaultCrypto(), opened.lineEndings);
  const verdict = verifyOpenedArc(opened, env, options, body);
  if (body.requested) await body.read(opened);
  else await opened.close();
  const result = await verdict();
  if (trustedSealers === undefined) return result;
  const trusted = trustedSealers.map(domainName);
  return {
    ...result,
    instances: result.instances.map((one) => ({ ...one, trusted: trusted.includes(one.seal?.domain ?? '') })),
  };
}

function isNames(value: readonly unknown[]): boolean {
  return Array.isArray(value) && value.every((name) => typeof name === 'string' && domainName(name) !== undefined);
}

/**
 * Begins to validate the chain of a message that was opened: asks for every key, and asks `body` for what the message
 * signatures need. The function that it returns gives the verdict, once somebody has read the body.
 */
export function verifyOpenedArc(
  message: OpenedMessage,
  env: Environment,
  options: Pick<ArcOptions, 'clockSkewSeconds' | 'minKeyBits' | 'limits'>,
  body: BodyDigests,
): () => Promise<ArcResult> {
  const index = indexFields(message.header);
  const chain = readChain(message, index);
  if (chain.faults.length > 0 || chain.highest === 0) return async () => judgeStructure(chain);
  const limits = resolveLimits(options.limits);
  const session = DnsSession.open(env, limits);
  const lookups = new Map<string, Promise<KeyLookup>>();
  const digests = new Map<ArcSignatureField, BodyDigest>();
  // Without a fault every set is whole.
  const sets = chain.sets as Required<ArcSet>[];
  for (const signature of sets.flatMap(({ ams, seal }) => [ams, seal])) {
    if (signature.sound === undefined) continue;
    const { selector, domain, c, l, h } = signature.sound.signature;
    const place = keyPlace(signature.sound.signature);
    const lookup = lookups.get(place) ?? lookupDkimKey(selector, domain, session, limits);
    // When the signal aborts while the body is read, nobody awaits these any more.
    lookup.catch(() => {});
    lookups.set(place, lookup);
    // A seal signs nothing of the body.
    if (h.length > 0) digests.set(signature, body.request(c.endsWith('/relaxed') ? 'relaxed' : 'simple', l));
  }
  const { clockSkewSeconds = 300, minKeyBits = 1024 } = options;
  const verdict = { now: secondsNow(env), clockSkewSeconds, acceptBodyLength: false };
  const tools = { crypto: env.crypto ?? defaultCrypto(), keyCache: env.keyCache ?? new Map<string, ImportedKey>() };
  return () => judgeChain({ message, index, sets, lookups, digests, body, limits, minKeyBits, tools, verdict });
}
