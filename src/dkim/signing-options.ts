import { type Environment, requireString, show } from '../environment.ts';
import { type Limits, resolveLimits } from '../limits.ts';
import { domainName, isAtOrBelow } from '../names/domain-name.ts';
import { utf8Bytes } from '../text/bytes.ts';
import { asciiLower } from '../text/characters.ts';
import type { Canonicalization } from './canonicalize.ts';
import { requireKeyPlace } from './key-place.ts';
import type { Signer } from './signer.ts';

/** A private key, and the selector under which its public key is published. */
export interface SigningKey {
  selector: string;
  signer: Signer;
}

/** What a signature says besides its key. */
export interface SignSettings {
  /** The signing domain (d=); U-labels are written as A-labels. */
  domain: string;
  /** Header and body canonicalization; `relaxed/relaxed` where nothing is said. */
  canonicalization?: `${Canonicalization}/${Canonicalization}`;
  /**
   * Names of header fields that are signed once more than they are present, so that none can be added (RFC 6376 §8.15).
   * By default From, Subject, To, Cc, Date, Reply-To, Message-ID, MIME-Version, Content-Type, List-Unsubscribe and
   * List-Unsubscribe-Post. From must be signed, here or in `signedHeaders`.
   */
  oversignedHeaders?: readonly string[];
  /**
   * Names of header fields that are signed as often as they are present: by default Sender, In-Reply-To, References,
   * Content-Transfer-Encoding and the other List fields of RFC 6376 §5.4.1.
   */
  signedHeaders?: readonly string[];
  /** The agent or user identifier (i=), an address or `@` and a domain, at or below `domain`; left out by default. */
  auid?: string;
  /** When it is signed (t=), in seconds since 1970; `env.now` by default. */
  timestamp?: number;
  /** Seconds after which the signature expires (x=); by default it does not. */
  expiresInSeconds?: number;
  /** `auto` (default) signs a message without any CR in its header block as if its LF were CRLF; `as-is` refuses it. */
  lineEndings?: 'auto' | 'as-is';
  limits?: Partial<Limits>;
}

/** How a message is signed: with one key, or with several, each of which makes a signature (RFC 8463 §6). */
export type SignOptions = SignSettings & ((SigningKey & { keys?: undefined }) | { keys: readonly SigningKey[] });

/** What signing uses of an environment; there is no DNS in it. */
export type SigningEnvironment = Partial<Pick<Environment, 'crypto' | 'now' | 'signal'>>;

/** The name of a header field as it is written in h=, and in lower case, as fields are looked up. */
export type HeaderName = readonly [written: string, lower: string];

/** The options with everything filled in, and nothing wrong with them. */
export interface SigningPlan {
  keys: SigningKey[];
  domain: string;
  canonicalization: { header: Canonicalization; body: Canonicalization };
  oversigned: readonly HeaderName[];
  signed: readonly HeaderName[];
  auid?: string;
  timestamp: number;
  expires?: number;
  lineEndings: 'auto' | 'as-is';
  limits: Readonly<Limits>;
}

const OVERSIGNED = [
  ['From', 'from'],
  ['Subject', 'subject'],
  ['To', 'to'],
  ['Cc', 'cc'],
  ['Date', 'date'],
  ['Reply-To', 'reply-to'],
  ['Message-ID', 'message-id'],
  ['MIME-Version', 'mime-version'],
  ['Content-Type', 'content-type'],
  ['List-Unsubscribe', 'list-unsubscribe'],
  ['List-Unsubscribe-Post', 'list-unsubscribe-post'],
] as const;

const SIGNED = [
  ['Sender', 'sender'],
  ['In-Reply-To', 'in-reply-to'],
  ['References', 'references'],
  ['Content-Transfer-Encoding', 'content-transfer-encoding'],
  ['List-Id', 'list-id'],
  ['List-Help', 'list-help'],
  ['List-Subscribe', 'list-subscribe'],
  ['List-Post', 'list-post'],
  ['List-Owner', 'list-owner'],
  ['List-Archive', 'list-archive'],
] as const;

const ALGORITHMS = ['rsa-sha256', 'ed25519-sha256'];
const CANONICALIZATIONS = ['relaxed/relaxed', 'relaxed/simple', 'simple/relaxed', 'simple/simple'];
// t= and x= have at most 12 digits (RFC 6376 §3.5).
const MOST_TIME = 999_999_999_999;
// Longer names would not fit on a line with others.
const MOST_NAME = 256;
// RFC 5321 §4.5.3.1.1.
const MOST_LOCAL_PART = 64;

/** Fills the options in, or throws a `TypeError` that says which one is wrong; `action` completes "Cannot …". */
export function readSignOptions(action: string, options: SignOptions, env: SigningEnvironment): SigningPlan {
  if (typeof options !== 'object' || options === null) fail(action, 'the options must be an object', options);
  const { canonicalization = 'relaxed/relaxed', lineEndings = 'auto', expiresInSeconds, auid } = options;
  if (!CANONICALIZATIONS.includes(canonicalization)) {
    fail(action, `"canonicalization" must be one of ${CANONICALIZATIONS.join(', ')}`, canonicalization);
  }
  if (lineEndings !== 'auto' && lineEndings !== 'as-is') {
    fail(action, '"lineEndings" must be "auto" or "as-is"', lineEndings);
  }
  const { domain, keys } = readKeys(action, options);
  const [header, body] = canonicalization.split('/') as [Canonicalization, Canonicalization];
  const timestamp = readTimestamp(action, options.timestamp, env);
  if (expiresInSeconds !== undefined && !(isCount(expiresInSeconds, 1) && timestamp + expiresInSeconds <= MOST_TIME)) {
    fail(action, '"expiresInSeconds" must be a whole number of at least 1', expiresInSeconds);
  }
  return {
    keys,
    domain,
    canonicalization: { header, body },
    ...readHeaders(action, options),
    ...(auid !== undefined && { auid: readAuid(action, auid, domain) }),
    timestamp,
    ...(expiresInSeconds !== undefined && { expires: timestamp + expiresInSeconds }),
    lineEndings,
    limits: resolveLimits(options.limits),
  };
}

function fail(action: string, rule: string, received: unknown): never {
  throw new TypeError(`Cannot ${action}: ${rule}, received ${show(received)}`);
}

function isCount(value: unknown, least: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= MOST_TIME;
}

function readKeys(action: string, options: SignOptions): { domain: string; keys: SigningKey[] } {
  const given: readonly SigningKey[] = options.keys ?? [options as SigningKey];
  if (!Array.isArray(given) || given.length === 0) {
    fail(action, '"keys" must be a list of { selector, signer }', options.keys);
  }
  let domain = '';
  const keys: SigningKey[] = [];
  for (const key of given) {
    const { selector, signer } = key ?? {};
    const place = requireKeyPlace(action, options.domain, selector);
    if (!ALGORITHMS.includes(signer?.algorithm) || typeof signer.sign !== 'function') {
      fail(action, '"signer" must have a function "sign" and the "algorithm" rsa-sha256 or ed25519-sha256', signer);
    }
    // RFC 8463 §6: there is one key record for each selector, so that every key needs its own.
    if (keys.some((one) => one.selector === place.selector)) {
      fail(action, 'each key must have a selector of its own', selector);
    }
    domain = place.domain;
    keys.push({ selector: place.selector, signer });
  }
  return { domain, keys };
}

function readTimestamp(action: string, given: number | undefined, env: SigningEnvironment): number {
  const timestamp = given ?? Math.floor((env.now?.() ?? new Date()).getTime() / 1000);
  if (isCount(timestamp, 0)) return timestamp;
  if (given === undefined) throw new TypeError(`Cannot ${action}: "env.now" must return a valid Date`);
  return fail(action, '"timestamp" must be a whole number of seconds since 1970', given);
}

function readHeaders(action: string, options: SignOptions): Pick<SigningPlan, 'oversigned' | 'signed'> {
  const { oversignedHeaders, signedHeaders } = options;
  // What nobody chose need not be looked at for every message.
  if (oversignedHeaders === undefined && signedHeaders === undefined) return { oversigned: OVERSIGNED, signed: SIGNED };
  const taken = new Set<string>();
  const oversigned = readNames(action, 'oversignedHeaders', oversignedHeaders ?? OVERSIGNED.map(written), taken);
  const signed = readNames(action, 'signedHeaders', signedHeaders ?? SIGNED.map(written), taken);
  // RFC 6376 §5.4: the From header field must be signed.
  if (!taken.has('from')) {
    throw new TypeError(`Cannot ${action}: "oversignedHeaders" or "signedHeaders" must have From`);
  }
  return { oversigned, signed };
}

function written([name]: HeaderName): string {
  return name;
}

/** The names that were not there before. */
function readNames(action: string, option: string, names: unknown, taken: Set<string>): HeaderName[] {
  if (!Array.isArray(names)) fail(action, `"${option}" must be a list of header field names`, names);
  const out: HeaderName[] = [];
  for (const name of names as unknown[]) {
    if (typeof name !== 'string' || name.length > MOST_NAME || !/^[!-9<-~]+$/.test(name)) {
      fail(action, `"${option}" must be a list of header field names`, name);
    }
    const lower = asciiLower(name as string);
    // RFC 6376 §5.4: it would mean other signatures, which servers on the way put in another order.
    if (lower === 'dkim-signature') fail(action, `"${option}" must not have DKIM-Signature`, name);
    if (taken.has(lower)) continue;
    taken.add(lower);
    out.push([name as string, lower]);
  }
  return out;
}

/**
 * ```
 * sig-i-tag             = %x69 [FWS] "=" [FWS] [ Local-part ] "@" domain-name
 * dkim-quoted-printable = *(FWS / hex-octet / dkim-safe-char)
 * ```
 */
function readAuid(action: string, auid: unknown, domain: string): string {
  requireString(action, 'auid', auid);
  const at = auid.lastIndexOf('@');
  const name = at < 0 ? undefined : domainName(auid.slice(at + 1));
  const octets = utf8Bytes(auid.slice(0, Math.max(at, 0)));
  if (name === undefined || !isAtOrBelow(name, domain) || octets.length > MOST_LOCAL_PART) {
    fail(action, `"auid" must be an address, or "@" and a domain, at or below ${domain}`, auid);
  }
  let local = '';
  for (const octet of octets) {
    const safe = octet > 0x20 && octet < 0x7f && octet !== 0x3b && octet !== 0x3d;
    local += safe ? String.fromCharCode(octet) : `=${octet.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return `${local}@${name}`;
}
