import { verifyOpenedArc } from '../arc/verify.ts';
import { defaultCrypto } from '../crypto/default.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { BodyDigests } from '../dkim/body-digest.ts';
import type { DkimResult } from '../dkim/result.ts';
import { type DkimOptions, requireDkimOptions, verifyOpenedMessage } from '../dkim/verify.ts';
import { prefetchDmarc } from '../dmarc/discover.ts';
import { type DmarcOptions, evaluateDmarc, requireDmarcOptions } from '../dmarc/evaluate.ts';
import type { AuthenticatedIdentifier, DmarcReason, DmarcResult } from '../dmarc/result.ts';
import { DnsSession } from '../dns/session.ts';
import { type Environment, requireEnvironment, requireString, show } from '../environment.ts';
import { type Limits, resolveLimits } from '../limits.ts';
import { type AuthorResult, authorDomain } from '../message/author-domain.ts';
import type { OpenedMessage } from '../message/message.ts';
import { openMessage } from '../message/open.ts';
import { openedFindings } from '../message/opened-findings.ts';
import type { MessageSource } from '../message/source.ts';
import { parseIpAddress } from '../names/ip-address.ts';
import { evaluateSpf } from '../spf/evaluate.ts';
import { formatReceivedSpf } from '../spf/received-spf.ts';
import type { SpfResult } from '../spf/result.ts';
import { formatVerdict } from './authentication-results.ts';
import type { MessageVerdict } from './verdict.ts';

/** What the SMTP session said (RFC 5321). */
export interface Envelope {
  /** The client's address. */
  ip: string;
  /** The name in HELO or EHLO. */
  helo: string;
  /** The reverse path without angle brackets; `''` is the null reverse path. */
  mailFrom: string;
}

export interface AuthenticateOptions {
  /** Whose results these are (RFC 8601 §2.5); without it no Authentication-Results value is made. */
  authservId?: string;
  /** Its `limits`, where it has any, hold for signatures, over those of the call. */
  dkim?: DkimOptions;
  /** Whose rules DMARC follows; `rfc9989` by default. */
  protocol?: DmarcOptions['protocol'];
  /** For `rfc7489`: who knows organizational domains, such as `publicSuffix`. */
  organizationalDomain?: DmarcOptions['organizationalDomain'];
  /** Whether to validate the chain of ARC sets as well; it changes nothing else of the verdict but the field. */
  arc?: boolean;
  limits?: Partial<Limits>;
}

/**
 * Judges one message: SPF on both identities, every DKIM signature, and DMARC on the author's domain. Everything that does
 * not depend on another answer is asked at once, while the body is still being read; each DNS question is asked once.
 *
 * @param message - the message as received, in text, bytes or a stream that is read once
 * @param envelope - what the SMTP session said
 * @returns the verdict, plain data
 * @throws TypeError when an argument is wrong
 * @throws `env.signal.reason` when the signal aborts, and whatever the message's stream fails with
 * @see RFC 9989 §5.3
 * @example
 * const resolver = memoryResolver({ 'example.com': { TXT: ['v=spf1 ip4:192.0.2.1 -all'] }, '_dmarc.example.com': { TXT: ['v=DMARC1; p=reject'] } });
 * const envelope = { ip: '192.0.2.1', helo: 'mx.example.com', mailFrom: 'ann@example.com' };
 * const verdict = await authenticateMessage('From: ann@example.com\r\n\r\nHi\r\n', envelope, { resolver });
 * verdict.dmarc.result; // => 'pass'
 */
export async function authenticateMessage(
  message: MessageSource,
  envelope: Envelope,
  env: Environment,
  options: AuthenticateOptions = {},
): Promise<MessageVerdict> {
  const { ip, helo, mailFrom } = checkArguments(envelope, env, options);
  const limits = resolveLimits(options.limits);
  const { protocol, organizationalDomain, authservId } = options;
  const { dkim: ofDkim } = options;
  const dkimOptions: DkimOptions = { ...ofDkim, limits: ofDkim?.limits ? { ...limits, ...ofDkim.limits } : limits };
  const dmarcOptions: DmarcOptions = { limits };
  if (protocol) dmarcOptions.protocol = protocol;
  if (organizationalDomain) dmarcOptions.organizationalDomain = organizationalDomain;
  requireDmarcOptions('authenticate a message', dmarcOptions);
  const session = DnsSession.open(env, limits);
  const inner: Environment = { ...env, resolver: session };
  const ofMailFrom = evaluateSpf({ ip, helo, mailFrom, identity: 'mailfrom' }, inner, { limits });
  const ofHelo = evaluateSpf({ ip, helo, mailFrom, identity: 'helo' }, inner, { limits });
  // The message is awaited first: should its stream fail, nobody awaits these any more.
  ofMailFrom.catch(() => {});
  ofHelo.catch(() => {});
  const opened = await openMessage(message, { limits, lineEndings: dkimOptions.lineEndings, signal: env.signal });
  const author = authorDomain(opened.header);
  if (author.domain !== undefined) prefetchDmarc(author.domain, session, dmarcOptions);
  const { dkim, arc } = await verifySignatures(opened, inner, dkimOptions, options.arc);
  const spf = { mailFrom: await ofMailFrom, helo: await ofHelo };
  const identifiers = identifiersOf(spf.mailFrom, dkim, dkimOptions);
  const dmarc =
    author.domain === undefined
      ? withoutAuthor(author, protocol ?? 'rfc9989')
      : await evaluateDmarc({ authorDomain: author.domain, identifiers }, inner, dmarcOptions);
  const diagnostics: Diagnostic[] = [...openedFindings(opened), ...author.diagnostics];
  const verdict: Omit<MessageVerdict, 'receivedSpf' | 'diagnostics'> = {
    author: describeAuthor(author),
    spf,
    dkim,
    dmarc,
  };
  if (arc) verdict.arc = arc;
  if (authservId !== undefined) {
    const header = formatVerdict(authservId, verdict);
    verdict.authenticationResults = header.value;
    diagnostics.push(...header.diagnostics);
  }
  return Object.assign(verdict, { receivedSpf: formatReceivedSpf(spf.mailFrom, { ip, helo, mailFrom }), diagnostics });
}

/** DKIM and, where it is asked for, ARC: the body is read once for both. */
async function verifySignatures(
  opened: OpenedMessage,
  env: Environment,
  options: DkimOptions,
  arc: boolean | undefined,
): Promise<Pick<MessageVerdict, 'dkim' | 'arc'>> {
  if (!arc) return { dkim: await verifyOpenedMessage(opened, env, options) };
  const body = new BodyDigests(env.crypto ?? defaultCrypto(), opened.lineEndings);
  const chain = verifyOpenedArc(opened, env, options, body);
  return { dkim: await verifyOpenedMessage(opened, env, options, body), arc: await chain() };
}

/** RFC 9989 §4.4.2: SPF authenticates the MAIL FROM domain, which is the HELO name when the reverse path is null. */
function identifiersOf(
  { domain, result }: SpfResult,
  dkim: readonly DkimResult[],
  { ignoreTesting }: DkimOptions,
): AuthenticatedIdentifier[] {
  const identifiers: AuthenticatedIdentifier[] = [{ method: 'spf', domain, result }];
  for (const { domain, result, testing } of dkim) {
    if (domain !== undefined && !(testing && ignoreTesting)) identifiers.push({ method: 'dkim', domain, result });
  }
  return identifiers;
}

function checkArguments(envelope: Envelope, env: Environment, options: AuthenticateOptions): Envelope {
  const action = 'authenticate a message';
  requireEnvironment(action, env);
  if (typeof envelope?.ip !== 'string' || parseIpAddress(envelope.ip) === undefined) {
    throw new TypeError(`Cannot ${action}: "ip" must be an IP address, received ${show(envelope?.ip)}`);
  }
  requireString(action, 'helo', envelope.helo);
  requireString(action, 'mailFrom', envelope.mailFrom);
  const { authservId } = options;
  if (authservId !== undefined) requireString(action, 'authservId', authservId);
  if (authservId === '') throw new TypeError(`Cannot ${action}: "authservId" must name a service, received ""`);
  requireDkimOptions(action, options.dkim ?? {});
  return envelope;
}

/** RFC 9989 §5.3.1: without exactly one author domain DMARC does not apply; that is said, with the reason. */
function withoutAuthor({ reason }: AuthorResult, protocol: 'rfc9989' | 'rfc7489'): DmarcResult {
  return {
    result: 'permerror',
    ...(reason && { reason: reason satisfies DmarcReason }),
    protocol,
    disposition: 'none',
    alignments: [],
    walk: [],
    diagnostics: [],
  };
}

function describeAuthor({ domain, address, reason }: AuthorResult): MessageVerdict['author'] {
  return { ...(domain && { domain }), ...(address && { address }), ...(reason && { reason }) };
}
