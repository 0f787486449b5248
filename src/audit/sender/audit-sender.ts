import { requireDomain, requireLimits } from '../../arguments.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { OrganizationalDomainStrategy } from '../../dmarc/alignment.ts';
import { requireStrategy } from '../../dmarc/alignment.ts';
import { prefetchDmarc } from '../../dmarc/discover.ts';
import { DnsSession } from '../../dns/session.ts';
import { type Environment, requireEnvironment, show } from '../../environment.ts';
import type { Limits } from '../../limits.ts';
import { isAtOrBelow } from '../../names/domain-name.ts';
import { analyzeIn } from '../../spf/analyze.ts';
import { publishText } from '../change.ts';
import type { SenderAudit } from './audit.ts';
import { senderDirectory } from './directory.ts';
import { checkKey } from './dkim-path.ts';
import { checkEnvelope } from './envelope.ts';
import { judgeOutcome } from './outcome.ts';
import { checkAligned, findPolicy } from './policy.ts';
import { type ResolvedSender, resolveSender } from './resolve.ts';
import { diagnose } from './rules.ts';
import type { Sender } from './sender.ts';

/** Whose mail is to be sent by whom. */
export interface AuditSenderInput {
  /** The customer's domain, in A-labels or U-labels. */
  domain: string;
  /** The id of a sender in `senderDirectory`, or how it sends. */
  sender: string | Sender;
  /** What the variables of the sender's patterns stand for, such as the customer's account. */
  variables?: { [name: string]: string };
}

export interface AuditSenderOptions {
  /** Who knows organizational domains, such as `publicSuffix`: mail is then judged as RFC 7489 does, instead of RFC 9989. */
  organizationalDomain?: OrganizationalDomainStrategy;
  limits?: Partial<Limits>;
}

const ACTION = 'audit the sender';

/**
 * Says whether somebody who sends mail on behalf of a domain can do so in a way that passes DMARC: by which path, what a
 * policy of p=reject would do, and which DNS changes are missing, in the order to make them. No more is proposed than the
 * sender asks for, and nothing that would break the SPF record of others.
 *
 * What DNS does not answer for now is `unknown`, never missing.
 *
 * @param input - the customer's domain, and the sender
 * @param env - who answers DNS questions; each is asked once, all that are known at once
 * @throws TypeError when an argument is wrong, or patterns of the sender make no names; the signal's reason when it aborts
 * @see RFC 9989 §5.1.6
 * @example
 * import { auditSender } from 'mailverdict/audit';
 * const resolver = memoryResolver({
 *   'example.com': { TXT: ['v=spf1 mx -all'] },
 *   '_dmarc.example.com': { TXT: ['v=DMARC1; p=reject'] },
 * });
 * const { atReject, changes } = await auditSender({ domain: 'example.com', sender: 'mailchimp' }, { resolver });
 * atReject.result; // => 'rejected'
 * changes.map(({ name }) => name); // => ['k2._domainkey.example.com', 'k3._domainkey.example.com']
 */
export async function auditSender(
  input: AuditSenderInput,
  env: Environment,
  options: AuditSenderOptions = {},
): Promise<SenderAudit> {
  const domain = requireDomain(ACTION, 'domain', input?.domain);
  const sender = resolveSender(requireSender(input.sender), domain, input.variables);
  const limits = requireLimits(ACTION, options);
  const { organizationalDomain: strategy } = options;
  if (strategy !== undefined) requireStrategy(ACTION, strategy);
  requireEnvironment(ACTION, env);
  const session = DnsSession.open(env, limits);
  const { id, name, author, envelope, keys, missing } = sender;
  prefetchPolicies(sender, session, strategy);
  const [policy, elsewhere, spf, ...dkim] = await Promise.all([
    findPolicy(sender, session, limits, strategy),
    findElsewhere(sender, session, limits),
    envelope && checkEnvelope(sender, envelope, session, limits),
    ...keys.map((key) => checkKey(sender, key, session, limits)),
  ]);
  // A delegation comes first: what lies below it is not the customer's to publish.
  const checked = spf === undefined ? dkim : envelope?.ns.length ? [spf, ...dkim] : [...dkim, spf];
  const compared = await Promise.all(
    checked.map(async (path) => ({
      ...path,
      aligned: path.domain.known
        ? await checkAligned(path.path, path.domain.text, author, policy, session, limits, strategy)
        : path.own
          ? ('no' as const)
          : ('unknown' as const),
    })),
  );
  const { diagnostics, ...outcome } = judgeOutcome(sender, compared, policy);
  return {
    domain: author,
    sender: { ...(id !== undefined && { id }), name },
    ...outcome,
    changes: [
      ...checked.flatMap(({ changes }) => changes),
      ...(policy.status === 'absent' ? [publishText(policy.name, 'v=DMARC1; p=none')] : []),
    ],
    diagnostics: [
      ...diagnostics,
      ...missing.map((variable) => diagnose('sender.variable-missing', { variable, sender: name })),
      ...checked.flatMap((path) => path.diagnostics),
      ...elsewhere,
    ],
  };
}

/** The sender of the id, or the description; a `TypeError` where it is neither. */
export function requireSender(sender: unknown): Sender {
  if (typeof sender === 'string') {
    const entry = senderDirectory.find(({ id }) => id === sender);
    if (entry !== undefined) return entry;
  } else if (typeof sender === 'object' && sender !== null) {
    return sender as Sender;
  }
  throw new TypeError(
    `Cannot ${ACTION}: "sender" must be an id of the directory or a description, received ${show(sender)}`,
  );
}

/** Asks for the policies of all domains that will be compared, so that alignment waits for nothing. */
function prefetchPolicies(
  { domain, author, envelope, keys }: ResolvedSender,
  session: DnsSession,
  strategy: OrganizationalDomainStrategy | undefined,
): void {
  prefetchDmarc(author, session, { organizationalDomain: strategy });
  // With a strategy alignment needs no DNS, and beyond the customer's domain nothing is aligned.
  if (strategy !== undefined) return;
  for (const { domain: one } of [...(envelope === undefined ? [] : [envelope]), ...keys]) {
    if (one.known && isAtOrBelow(one.text, domain)) prefetchDmarc(one.text, session);
  }
}

/** RFC 7208 §2.4: SPF looks at the MAIL FROM domain, so that terms in the record of another do nothing. */
async function findElsewhere(
  { name: sender, author, at, envelope, terms }: ResolvedSender,
  session: DnsSession,
  limits: Readonly<Limits>,
): Promise<Diagnostic[]> {
  if (at !== 'author' || envelope === undefined || envelope.domain.text === author) return [];
  const { tree } = (await analyzeIn(session, author, limits)).analysis;
  const present = terms.filter(({ text }) => tree.terms.some(({ term }) => term.toLowerCase() === text.toLowerCase()));
  return present.map(({ text: term }) => {
    const params = { term, domain: author, sender, envelope: envelope.domain.text };
    return diagnose('sender.spf-elsewhere', params, { subject: author });
  });
}
