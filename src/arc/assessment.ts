import type { AuthenticationResult } from '../authentication-results/header.ts';
import { parseAuthenticationResults } from '../authentication-results/parse.ts';
import {
  readSignOptions,
  type SigningEnvironment,
  type SigningKey,
  type SigningPlan,
  type SignSettings,
} from '../dkim/signing-options.ts';
import { requireString, show } from '../environment.ts';
import { ARC_FIELDS } from './header.ts';
import type { ArcResult, ArcResultWord } from './result.ts';

/** A verdict of `authenticateMessage` that was asked for `authservId`, and better for `arc` too. */
export interface SealedVerdict {
  authenticationResults?: string;
  arc?: Pick<ArcResult, 'result'>;
}

/**
 * What a seal is made of. The message signature covers what `signMessage` covers by default, and the DKIM-Signature fields
 * in any case (RFC 8617 §4.1.2).
 */
export interface SealOptions extends Omit<SignSettings, 'auid' | 'expiresInSeconds'>, SigningKey {
  /** Whose results these are; by default who the given results name. */
  authservId?: string;
  /**
   * What was found when the message arrived: the value of an Authentication-Results field, its results, or a verdict. Where
   * `arc` is not among them, it is added.
   */
  authenticationResults: string | { authservId?: string; results: readonly AuthenticationResult[] } | SealedVerdict;
  /** The verdict on the chain as the message arrived; by default that of the given verdict, else the chain is validated. */
  arc?: Pick<ArcResult, 'result'>;
}

/** What a sealer says of a message. */
export interface Assessment {
  authservId: string;
  results: readonly AuthenticationResult[];
  /** Of the chain on arrival, where it is known. */
  arc?: ArcResultWord;
}

const WORDS: readonly string[] = ['none', 'pass', 'fail'];

/** Reads what is to be sealed, or throws a `TypeError` that says what is wrong with it. */
export function readAssessment(action: string, options: SealOptions): Assessment {
  const { authservId, authenticationResults: given } = options;
  const stated = readResults(action, given);
  const id = authservId ?? stated.authservId;
  requireString(action, 'authservId', id);
  if (id === '') throw new TypeError(`Cannot ${action}: "authservId" must name a service, received ""`);
  const arc: unknown = (options.arc ?? (typeof given === 'object' && 'arc' in given ? given.arc : undefined))?.result;
  if (arc !== undefined && !WORDS.some((word) => word === arc)) {
    throw new TypeError(`Cannot ${action}: "arc.result" must be none, pass or fail, received ${show(arc)}`);
  }
  return { authservId: id, results: stated.results, ...(arc !== undefined && { arc: arc as ArcResultWord }) };
}

function readResults(
  action: string,
  given: SealOptions['authenticationResults'],
): { authservId?: string; results: readonly AuthenticationResult[] } {
  if (typeof given === 'object' && given !== null && 'results' in given && Array.isArray(given.results)) return given;
  const text = typeof given === 'object' && given !== null ? (given as SealedVerdict).authenticationResults : given;
  if (typeof text !== 'string') {
    const rule = 'the value of an Authentication-Results field, its results, or a verdict with such a value';
    throw new TypeError(`Cannot ${action}: "authenticationResults" must be ${rule}, received ${show(given)}`);
  }
  const parsed = parseAuthenticationResults(text);
  if (parsed.ok) return parsed.value;
  throw new TypeError(`Cannot ${action}: "authenticationResults" cannot be read: ${parsed.diagnostics[0].message}`);
}

/** The options of the message signature with everything filled in. */
export function readSealPlan(action: string, options: SealOptions, env: SigningEnvironment): SigningPlan {
  const plan = readSignOptions(action, options, env);
  // A message signature has neither an identifier (RFC 8617 §4.1.2), nor a date after which the chain breaks.
  delete plan.auid;
  delete plan.expires;
  // RFC 8617 §4.1.2: neither ARC fields nor Authentication-Results, which servers on the way remove.
  const excluded: readonly string[] = ['authentication-results', ...ARC_FIELDS.map(([, lower]) => lower)];
  const wrong = [...plan.oversigned, ...plan.signed].find(([, lower]) => excluded.includes(lower));
  if (wrong !== undefined) throw new TypeError(`Cannot ${action}: ${wrong[0]} must not be among the signed headers`);
  return { ...plan, signed: [...plan.signed, ['DKIM-Signature', 'dkim-signature']] };
}
