import { isAtOrBelow } from '../../names/domain-name.ts';
import { entry, isPassed } from './counts.ts';
import type { SourceCause, SummaryFlow } from './summary.ts';

type Cause = SourceCause['cause'];

/** What the mail of a policy domain that passes tells about the mail that fails. */
interface Evidence {
  /** Keys whose signatures pass and are aligned. */
  keys: Set<string>;
  /** Addresses that SPF authorizes, aligned. */
  addresses: Set<string>;
}

/** Why a flow fails: whose mail it looks like, and what there is to say about SPF and DKIM. */
export interface FlowVerdict<Words> {
  kind: 'legitimate' | 'forwarded' | 'unauthorized';
  causes: Words[];
}

/** What is said about a cause; `special` are the cases of the wording. */
export type Wording<Words> = (cause: Cause, domain: string, author: string, special: boolean) => Words;

/**
 * Says of flows that fail whose mail they look like, and why they fail. Flows of one kind, which differ in nothing but their
 * address, are judged by the same words where their number is given.
 */
export function createJudge<Words>(
  flows: readonly SummaryFlow[],
  word: Wording<Words>,
): (flow: SummaryFlow, known: boolean, kind?: number) => FlowVerdict<Words> {
  const evidence = collectEvidence(flows);
  const verdicts = new Map<string, FlowVerdict<Words>>();
  const wordings = new Map<string, Words>();
  return (flow, known, kind) => {
    const ofDomain = evidence.get(flow.policyDomain)!;
    const authorized = ofDomain.addresses.has(flow.sourceIp);
    const judgeAnew = () => {
      const { kind: whose, causes } = judgeFlow(flow, ofDomain.keys, known, authorized);
      const author = flow.headerFrom || flow.policyDomain;
      const worded = causes.map(([cause, domain = '', special = false]) => {
        const words = word(cause, domain, author, special);
        return entry(wordings, JSON.stringify(words), () => words);
      });
      return { kind: whose, causes: worded };
    };
    return kind === undefined ? judgeAnew() : entry(verdicts, `${kind} ${known} ${authorized}`, judgeAnew);
  };
}

/** Collects what passes, by policy domain. */
function collectEvidence(flows: readonly SummaryFlow[]): Map<string, Evidence> {
  const evidence = new Map<string, Evidence>();
  for (const flow of flows) {
    const own = entry(evidence, flow.policyDomain, () => ({ keys: new Set(), addresses: new Set() }));
    if (flow.spf === 'pass') own.addresses.add(flow.sourceIp);
    if (flow.dkim !== 'pass') continue;
    for (const signature of flow.signatures) {
      if (signature.result === 'pass' && isOwn(signature.domain, flow)) own.keys.add(keyName(signature));
    }
  }
  return evidence;
}

/**
 * Whether a domain belongs to the author domain, as far as a report tells: it is at or below the policy domain, which is the
 * organizational domain or lies below it, or the author domain is at or below it.
 */
export function isOwn(domain: string, { headerFrom, policyDomain }: SummaryFlow): boolean {
  const author = headerFrom || policyDomain;
  // A public suffix may have a policy (RFC 9091), but what lies below it is not one organization.
  const top = isAtOrBelow(author, policyDomain) && policyDomain.includes('.') ? policyDomain : author;
  return isAtOrBelow(domain, top) || (domain.includes('.') && isAtOrBelow(author, domain));
}

/**
 * Judges a flow that fails.
 *
 * Forwarded is what the receiver says was, by a reason or an ARC chain, and mail whose signature by a key that elsewhere
 * passes is broken, from an address that SPF never authorizes. Unauthorized is what nothing vouches for: no known sender, no
 * signature of the domain, no address that otherwise passes, and no other domain for which SPF or DKIM passes. The rest
 * counts as legitimate, on the careful side: whoever sends it can be named, and may have to be set up.
 */
function judgeFlow(
  flow: SummaryFlow,
  goodKeys: ReadonlySet<string>,
  known: boolean,
  authorized: boolean,
): FlowVerdict<Found> {
  const isOurs = ({ domain }: { domain: string }) => isOwn(domain, flow);
  const signatures = flow.signatures.filter(({ result }) => result !== 'none');
  const envelopes = flow.envelopes.filter(({ scope }) => scope !== 'helo');
  const ownSignatures = signatures.filter(isOurs);
  const ownEnvelopes = envelopes.filter(isOurs);
  const passes = isPassed(flow);
  if (flow.reasons.includes('mailing_list')) return { kind: 'forwarded', causes: [['mailing-list']] };
  if (
    flow.arc ||
    flow.reasons.some((type) => type === 'forwarded' || type === 'trusted_forwarder') ||
    (!passes && !authorized && ownSignatures.some((it) => !isPass(it) && goodKeys.has(keyName(it))))
  ) {
    return { kind: 'forwarded', causes: [['forwarded', undefined, ownSignatures.length > 0]] };
  }
  const vouched =
    passes ||
    known ||
    authorized ||
    ownSignatures.length > 0 ||
    [...signatures, ...envelopes].some(isPass) ||
    ownEnvelopes.some(isError);
  return vouched
    ? { kind: 'legitimate', causes: [causeOfDkim(ownSignatures, signatures), causeOfSpf(ownEnvelopes, envelopes)] }
    : { kind: 'unauthorized', causes: [['unauthorized']] };
}

type Found = readonly [cause: Cause, domain?: string | undefined, special?: boolean];

function causeOfDkim(own: SummaryFlow['signatures'], all: SummaryFlow['signatures']): Found {
  const [first] = all;
  if (first === undefined) return ['dkim-none'];
  const passing = own.find(isPass);
  if (passing) return ['dkim-not-aligned', passing.domain, true];
  const failed = own.find((signature) => !isError(signature));
  if (failed) return ['dkim-failed', keyName(failed)];
  if (own[0]) return ['dkim-error', keyName(own[0])];
  return ['dkim-not-aligned', (all.find(isPass) ?? first).domain];
}

function causeOfSpf(own: SummaryFlow['envelopes'], all: SummaryFlow['envelopes']): Found {
  const passing = all.find(isPass);
  if (passing) return ['spf-not-aligned', passing.domain, own.includes(passing)];
  const failed = own.find((envelope) => !isError(envelope));
  if (failed) return ['spf-failed', failed.domain];
  if (own[0]) return ['spf-error', own[0].domain];
  return ['spf-not-aligned', all[0]?.domain];
}

function isPass({ result }: { result: string }): boolean {
  return result === 'pass';
}

function isError({ result }: { result: string }): boolean {
  // RFC 8601 Appendix D.1: permerror was once "unknown".
  return result.endsWith('error') || result === 'unknown';
}

function keyName({ domain, selector }: SummaryFlow['signatures'][number]): string {
  return selector === undefined ? domain : `${selector}._domainkey.${domain}`;
}

/** Why mail fails. */
export const reasonOf: Wording<string> = (cause, domain, author, special) => REASONS[cause](domain, author, special);

const REASONS: { readonly [cause in Cause]: (domain: string, author: string, special: boolean) => string } = {
  'spf-not-aligned': (domain, author, strict) => {
    if (strict) return `SPF passes for ${domain}, which is not ${author} as strict alignment asks for.`;
    return domain ? `SPF is about ${domain}, not about ${author}.` : 'SPF passes for no bounce address.';
  },
  'spf-failed': (domain) => `The SPF record of ${domain} does not allow the source.`,
  'spf-error': (domain) => `Receivers could not evaluate the SPF record of ${domain}.`,
  'dkim-none': () => 'The mail is not signed.',
  'dkim-not-aligned': (domain, author, strict) =>
    strict
      ? `DKIM passes for ${domain}, which is not ${author} as strict alignment asks for.`
      : `The mail is signed by ${domain}, not by ${author}.`,
  'dkim-failed': (key) => `Signatures by the key ${key} do not verify.`,
  'dkim-error': (key) => `Receivers found no usable key at ${key}.`,
  forwarded: (_, _author, signed) =>
    signed ? 'The mail was forwarded and changed on the way.' : 'The mail was forwarded.',
  'mailing-list': () => 'A mailing list changed the mail.',
  unauthorized: (_, author) => `Nothing shows that the source may send for ${author}.`,
};
