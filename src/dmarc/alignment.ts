import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { requireString, show } from '../environment.ts';
import { domainName, isAtOrBelow } from '../names/domain-name.ts';
import { diagnose } from './identifier-rules.ts';
import type { AlignmentMode } from './record.ts';

/** Names the organizational domain of a domain; `undefined` where it has none, as a public suffix does. */
export type OrganizationalDomainStrategy = (domain: string) => string | undefined;

/** Why two domains are aligned or not. */
export type AlignmentReason =
  | 'identical'
  | 'same-organizational-domain'
  | 'different-organizational-domain'
  | 'not-identical'
  | 'public-suffix'
  | 'invalid-domain';

/** Whether an identifier's domain is aligned with the author domain (RFC 7489 §3.1, RFC 9989 §4.4). */
export interface AlignmentResult {
  aligned: boolean;
  mode: AlignmentMode;
  /** Normalized; as it was given where it is no domain name. */
  authorDomain: string;
  /** Normalized; as it was given where it is no domain name. */
  identifierDomain: string;
  /** In relaxed mode, unless the domain has none. */
  authorOrganizationalDomain?: string;
  /** In relaxed mode, unless the domain has none. */
  identifierOrganizationalDomain?: string;
  reason: AlignmentReason;
  diagnostics: Diagnostic[];
}

/** How `checkAlignmentWith` and `checkAlignment` compare. */
export interface AlignmentOptions {
  /** What the record's adkim or aspf asks for; `relaxed` by default. */
  mode?: AlignmentMode;
}

/**
 * Says whether the domain of an SPF or DKIM identifier is aligned with the author domain, by a function of the caller's
 * that names organizational domains.
 *
 * Domains are compared as A-labels, without regard to case or a root dot. Strict mode asks for the same name, relaxed mode
 * for the same organizational domain; a name is aligned with itself in both.
 *
 * @param organizationalDomain - asked in relaxed mode only, once for each domain; what it returns counts as no
 *   organizational domain unless it is the domain itself or one above it
 * @throws TypeError when an argument is wrong, and whatever `organizationalDomain` throws
 * @see RFC 9989 §4.4, RFC 7489 §3.1
 * @example
 * const lastTwoLabels = (domain: string) => domain.split('.').slice(-2).join('.');
 * checkAlignmentWith(lastTwoLabels, 'example.com', 'mail.example.com').aligned; // => true
 */
export function checkAlignmentWith(
  organizationalDomain: OrganizationalDomainStrategy,
  authorDomain: string,
  identifierDomain: string,
  options: AlignmentOptions = {},
): AlignmentResult {
  requireStrategy('check alignment', organizationalDomain);
  requireString('check alignment', 'authorDomain', authorDomain);
  requireString('check alignment', 'identifierDomain', identifierDomain);
  const { mode = 'relaxed' } = options;
  if (mode !== 'relaxed' && mode !== 'strict') {
    throw new TypeError(`Cannot check alignment: "mode" must be relaxed or strict, received ${show(mode)}`);
  }
  const author = domainName(authorDomain);
  const identifier = domainName(identifierDomain);
  const names = { mode, authorDomain: author ?? authorDomain, identifierDomain: identifier ?? identifierDomain };
  if (author === undefined || identifier === undefined) {
    const diagnostics = [
      ...(author === undefined ? [diagnose('dmarc.invalid-author-domain', { domain: authorDomain })] : []),
      ...(identifier === undefined ? [diagnose('dmarc.invalid-identifier', { domain: identifierDomain })] : []),
    ];
    return { aligned: false, ...names, reason: 'invalid-domain', diagnostics };
  }
  if (mode === 'strict') {
    const aligned = author === identifier;
    return { aligned, ...names, reason: aligned ? 'identical' : 'not-identical', diagnostics: [] };
  }
  return checkRelaxed(
    names,
    organizationOf(organizationalDomain, author),
    organizationOf(organizationalDomain, identifier),
  );
}

function checkRelaxed(
  names: Pick<AlignmentResult, 'mode' | 'authorDomain' | 'identifierDomain'>,
  author: string | undefined,
  identifier: string | undefined,
): AlignmentResult {
  const { authorDomain, identifierDomain } = names;
  const reason: AlignmentReason =
    authorDomain === identifierDomain
      ? 'identical'
      : // RFC 7489 §3.1.1: a public suffix cannot be an organizational domain, so d=com never aligns with what is below it.
        author === undefined || identifier === undefined
        ? 'public-suffix'
        : author === identifier
          ? 'same-organizational-domain'
          : 'different-organizational-domain';
  return {
    aligned: reason === 'identical' || reason === 'same-organizational-domain',
    ...names,
    ...(author !== undefined && { authorOrganizationalDomain: author }),
    ...(identifier !== undefined && { identifierOrganizationalDomain: identifier }),
    reason,
    diagnostics: [
      ...(author === undefined ? [diagnose('dmarc.public-suffix', { domain: authorDomain })] : []),
      ...(identifier === undefined && identifierDomain !== authorDomain
        ? [diagnose('dmarc.public-suffix', { domain: identifierDomain })]
        : []),
    ],
  };
}

/** What the caller's function says of a normalized name, if it can be true. */
export function organizationOf(strategy: OrganizationalDomainStrategy, domain: string): string | undefined {
  const answer: unknown = strategy(domain);
  const name = typeof answer === 'string' ? domainName(answer) : undefined;
  return name !== undefined && isAtOrBelow(domain, name) ? name : undefined;
}

/** Throws a `TypeError` unless the value can name organizational domains. */
export function requireStrategy(action: string, strategy: unknown): asserts strategy is OrganizationalDomainStrategy {
  if (typeof strategy !== 'function') {
    throw new TypeError(`Cannot ${action}: "organizationalDomain" must be a function, received ${show(strategy)}`);
  }
}
