import { DnsSession } from '../dns/session.ts';
import { type Environment, requireEnvironment, requireString, show } from '../environment.ts';
import { type Limits, resolveLimits } from '../limits.ts';
import { domainName, isAtOrBelow } from '../names/domain-name.ts';
import { fetchIndicator } from './fetch.ts';
import { findRecord, readRecord } from './find.ts';
import { requireBimiName } from './place.ts';
import type { BimiResult } from './result.ts';

export interface BimiOptions {
  /** `default` where nothing is said; a message may name another in its BIMI-Selector field. */
  selector?: string;
  /**
   * What stands before the "@" of the author's address: the record may list prefixes (`lps`) of local parts that have records
   * of their own.
   */
  localPart?: string;
  /** The organizational domain, or who knows it (such as `publicSuffix`): where to look when the domain has no record. */
  organizationalDomain?: string | ((domain: string) => string | undefined);
  /** `elapsedMs` holds for the DNS questions and for the fetch each. */
  limits?: Partial<Limits>;
}

const ACTION = 'look up BIMI';

/**
 * Looks up what a domain publishes for BIMI: the record of the domain, else of its organizational domain, and by `env.fetch`
 * the indicator, which is checked against SVG Tiny PS. Whether DMARC allows an indicator at all is for `evaluateDmarc` to
 * say. The certificate of the evidence is not verified, and the result says so.
 *
 * @throws TypeError where an argument is wrong; the reason of `env.signal` when it aborts
 * @see draft-brand-indicators-for-message-identification §7.2
 * @example
 * const resolver = memoryResolver({ 'default._bimi.example.com': { TXT: ['v=BIMI1; l=; a='] } });
 * const options = { organizationalDomain: 'example.com' };
 * (await lookupBimi('news.example.com', { resolver }, options)).status; // => 'declined'
 */
export async function lookupBimi(domain: string, env: Environment, options: BimiOptions = {}): Promise<BimiResult> {
  const { selector = 'default', localPart = '', organizationalDomain } = options;
  requireString(ACTION, 'localPart', localPart);
  const place = requireBimiName(ACTION, selector, domain);
  requireEnvironment(ACTION, env);
  const limits = resolveLimits(options.limits);
  const session = DnsSession.open(env, limits);
  const organization = readOrganization(place.domain, organizationalDomain);
  const above = organization === undefined ? undefined : requireBimiName(ACTION, selector, organization);
  const found = await findRecord(place, selector, above, session, limits);
  let { result } = found;
  const nearer = localPartSelector(result, localPart);
  if (nearer !== undefined) {
    const { name } = requireBimiName(ACTION, nearer, found.owner);
    result = chooseNearer(result, await readRecord(place.domain, nearer, name, session, limits));
  }
  if (result.status === 'found') await fetchIndicator(result, env, limits);
  return result;
}

/** §7.2: the local part as a selector, where a record that counts lists a prefix of it. */
function localPartSelector({ status, record }: BimiResult, localPart: string): string | undefined {
  if (status !== 'found' && status !== 'declined') return undefined;
  const [beforePlus = ''] = localPart.split('+', 1);
  const word = trimHyphens(beforePlus.replace(/[_.]+/g, '-')).toLowerCase();
  if (!/^[a-z\d-]{1,63}$/.test(word)) return undefined;
  return record?.lps.some((prefix) => word.startsWith(prefix.toLowerCase())) ? word : undefined;
}

function trimHyphens(word: string): string {
  let start = 0;
  let end = word.length;
  while (word[start] === '-') start++;
  while (end > start && word[end - 1] === '-') end--;
  return word.slice(start, end);
}

/** The record of a local part counts where it is sound, or may be; else the one that led to it. */
function chooseNearer(result: BimiResult, nearer: BimiResult): BimiResult {
  if (nearer.status !== 'invalid' && nearer.status !== 'none') return nearer;
  result.diagnostics.push(...nearer.diagnostics);
  return result;
}

function readOrganization(domain: string, given: BimiOptions['organizationalDomain']): string | undefined {
  if (given !== undefined && typeof given !== 'string' && typeof given !== 'function') {
    throw new TypeError(
      `Cannot ${ACTION}: "organizationalDomain" must be a domain name or a function, received ${show(given)}`,
    );
  }
  const answer: unknown = typeof given === 'function' ? given(domain) : given;
  const name = typeof answer === 'string' ? domainName(answer) : undefined;
  return name !== undefined && name !== domain && isAtOrBelow(domain, name) ? name : undefined;
}
