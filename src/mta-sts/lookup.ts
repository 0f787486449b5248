import { requireRecordName } from '../arguments.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { readLookup } from '../dns/record-lookup.ts';
import { DnsSession } from '../dns/session.ts';
import { lookupTxt } from '../dns/txt.ts';
import { type Environment, requireEnvironment } from '../environment.ts';
import { fetchDocument, type HttpsAnswer } from '../https/document.ts';
import { type Limits, resolveLimits } from '../limits.ts';
import { utf8 } from '../text/bytes.ts';
import { isMtaStsRecord, parseMtaStsRecord } from './parse.ts';
import { parseMtaStsPolicy } from './parse-policy.ts';
import type { MtaStsResult } from './result.ts';
import { diagnose, mtaStsLookupRules } from './verdict-rules.ts';

export interface MtaStsOptions {
  /** `elapsedMs` holds for the DNS question and for the fetch each. */
  limits?: Partial<Limits>;
}

const ACTION = 'look up MTA-STS';
// RFC 8461 §3.3: "a suggested maximum policy size is 64 kilobytes".
const MAX_POLICY_OCTETS = 65_536;

/**
 * Looks up what a domain publishes for MTA-STS: the record at `_mta-sts`, and by `env.fetch` the policy, which is never
 * looked for without a record (RFC 8461 §3). That the certificate of the policy host is valid is for `env.fetch` to see to.
 * A sender that has an older policy in its cache goes on using it unless the status is `found`.
 *
 * @throws TypeError where an argument is wrong; the reason of `env.signal` when it aborts
 * @example
 * const resolver = memoryResolver({ '_mta-sts.example.com': { TXT: ['v=STSv1; id=1'] } });
 * const fetch = async () => new Response('version: STSv1\nmode: none\nmax_age: 0', { headers: { 'content-type': 'text/plain' } });
 * const { status, policy } = await lookupMtaSts('example.com', { resolver, fetch });
 * status; // => 'found'
 * policy?.mode; // => 'none'
 */
export async function lookupMtaSts(
  domain: string,
  env: Environment,
  options: MtaStsOptions = {},
): Promise<MtaStsResult> {
  const { domain: policyDomain, name } = requireRecordName(ACTION, '_mta-sts.', domain);
  requireEnvironment(ACTION, env);
  const limits = resolveLimits(options.limits);
  const lookup = await lookupTxt(name, isMtaStsRecord, DnsSession.open(env, limits), limits);
  const policyUrl = `https://mta-sts.${policyDomain}/.well-known/mta-sts.txt`;
  const facts = readLookup(lookup, 'mta-sts', mtaStsLookupRules, parseMtaStsRecord, limits);
  const result: MtaStsResult = { domain: policyDomain, name, policyUrl, ...facts };
  if (result.status !== 'found') return result;
  const answer = await fetchDocument(policyUrl, env, { maxBytes: MAX_POLICY_OCTETS, elapsedMs: limits.elapsedMs });
  readDocument(result, answer);
  return result;
}

function add({ diagnostics }: MtaStsResult, findings: readonly Diagnostic[], subject: string): void {
  for (const finding of findings) diagnostics.push({ ...finding, subject });
}

function readDocument(result: MtaStsResult, answer: HttpsAnswer): void {
  const { policyUrl: url } = result;
  if (answer.status === 'failure') {
    const { reason, detail = 'the environment has no "fetch"' } = answer;
    // What a server says holds until its owner changes it; that it was not reached, or is out of order, does not.
    const lasting = reason === 'redirect' || reason === 'http-status' || reason === 'too-large';
    const code = lasting ? 'mta-sts.policy-unavailable' : 'mta-sts.policy-not-fetched';
    Object.assign(result, {
      status: lasting ? 'invalid' : 'unknown',
      reason: reason === 'no-fetch' ? reason : 'policy-unavailable',
    });
    add(result, [diagnose(code, { url, reason: detail })], url);
    return;
  }
  const { bytes, contentType = '' } = answer;
  // RFC 8461 §3.2: parameters are ignored.
  if (!/^text\/plain[ \t]*(;|$)/i.test(contentType)) {
    add(result, [diagnose('mta-sts.content-type', { value: contentType })], url);
  }
  const text = utf8(bytes);
  if (text === undefined) {
    Object.assign(result, { status: 'invalid', reason: 'policy-syntax' });
    add(result, [diagnose('mta-sts.policy-not-utf8', { url })], url);
    return;
  }
  const { ok, value, diagnostics } = parseMtaStsPolicy(text);
  result.policyText = text;
  if (value !== undefined) result.policy = value;
  add(result, diagnostics, url);
  if (!ok) Object.assign(result, { status: 'invalid', reason: 'policy-syntax' });
}
