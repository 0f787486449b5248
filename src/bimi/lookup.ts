import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { DnsSession } from '../dns/session.ts';
import { lookupTxt, type TxtLookup } from '../dns/txt.ts';
import { type Environment, requireEnvironment, requireString, show, unreachable } from '../environment.ts';
import { type Limits, resolveLimits } from '../limits.ts';
import { domainName, isAtOrBelow } from '../names/domain-name.ts';
import { fetchIndicator } from './fetch.ts';
import { isBimiRecord, parseBimiRecord } from './parse.ts';
import { requireBimiName } from './place.ts';
import type { BimiResult } from './result.ts';
import { diagnose } from './verdict-rules.ts';

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
  const ask = (name: string) => lookupTxt(name, isBimiRecord, session, limits);
  const organization = readOrganization(place.domain, organizationalDomain);
  const asked = [ask(place.name)];
  if (organization !== undefined) asked.push(ask(requireBimiName(ACTION, selector, organization).name));
  const [own, fallback] = (await Promise.all(asked)) as [TxtLookup, TxtLookup?];
  // §7.2: only an empty set sends a receiver on to the organizational domain.
  const goesOn = own.status === 'none' && fallback !== undefined;
  const lookup = goesOn && (fallback.status !== 'none' || nearest(own) === undefined) ? fallback : own;
  let result = readLookup(place.domain, selector, lookup, limits);
  const nearer = localPartSelector(result, localPart);
  if (nearer !== undefined) {
    const { name } = requireBimiName(ACTION, nearer, lookup === own ? place.domain : organization);
    result = chooseNearer(result, readLookup(place.domain, nearer, await ask(name), limits));
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

/** A text that only nearly is a record: none to a receiver, but its owner wants to know. */
function nearest(lookup: TxtLookup): string | undefined {
  if (lookup.status !== 'none') return undefined;
  return lookup.others.find((text) => parseBimiRecord(text).value !== undefined);
}

function add({ diagnostics }: BimiResult, findings: readonly Diagnostic[], subject: string): void {
  for (const finding of findings) diagnostics.push({ ...finding, subject });
}

function readLookup(
  domain: string,
  selector: string,
  lookup: TxtLookup,
  { recordBytes }: Readonly<Limits>,
): BimiResult {
  const { name } = lookup;
  const result: BimiResult = { domain, selector, status: 'none', name, diagnostics: [] };
  switch (lookup.status) {
    case 'found':
      readText(result, lookup.text);
      break;
    case 'none': {
      const text = nearest(lookup);
      if (text !== undefined) readText(result, text);
      break;
    }
    case 'several': {
      const { count } = lookup;
      Object.assign(result, { status: 'invalid', reason: 'multiple-records' });
      add(result, [diagnose('bimi.multiple-records', { name, count })], name);
      break;
    }
    case 'too-large':
      Object.assign(result, { status: 'invalid', reason: 'record-too-large' });
      add(result, [diagnose('bimi.record-too-large', { name, limit: recordBytes })], name);
      break;
    case 'failure':
      Object.assign(result, { status: 'unknown', reason: 'dns-failure' });
      add(result, [diagnose('bimi.dns-failure', { name, reason: lookup.reason })], name);
      break;
    default:
      unreachable(lookup);
  }
  return result;
}

function readText(result: BimiResult, text: string): void {
  const { ok, value, diagnostics } = parseBimiRecord(text);
  result.text = text;
  add(result, diagnostics, result.name);
  if (value !== undefined) result.record = value;
  if (!ok) {
    Object.assign(result, { status: 'invalid', reason: 'record-syntax' });
    return;
  }
  result.status = value.declined ? 'declined' : 'found';
  if (value.a === '') return;
  result.evidence = { uri: value.a, validation: 'not-checked' };
  add(result, [diagnose('bimi.evidence-not-checked', { url: value.a })], result.name);
}
