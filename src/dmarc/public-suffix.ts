// @ts-types="./psl.d.ts"
import { get } from 'psl';
import { domainName } from '../names/domain-name.ts';
import { checkAlignmentWith } from './alignment.ts';
import type { AlignmentMode } from './record.ts';
import type { AlignmentResult } from './result.ts';

/**
 * Names the organizational domain of a domain by the public suffix list that the psl package carries; `undefined` for a
 * public suffix and for what is no domain name, an IP address among them.
 *
 * It fits `organizationalDomain` of `evaluateDmarc` and `checkAlignmentWith`. The list is as old as the installed psl: for
 * a fresher one use `publicSuffixFrom`. Source: RFC 7489 §3.2.
 *
 * @example
 * ```ts
 * publicSuffix('mail.example.co.uk'); // 'example.co.uk'
 * ```
 */
export function publicSuffix(domain: string): string | undefined {
  // psl calls 3.4 the registrable domain of 1.2.3.4: it only ever sees names.
  const name = typeof domain === 'string' ? domainName(domain) : undefined;
  return name === undefined ? undefined : (get(name) ?? undefined);
}

/**
 * Says whether the domain of an SPF or DKIM identifier is aligned with the author domain, by the public suffix list.
 *
 * Domains are compared as A-labels, without regard to case or a root dot. Strict mode asks for the same name, relaxed
 * mode (the default) for the same organizational domain; a name is aligned with itself in both. Throws a `TypeError` for
 * wrong arguments. Source: RFC 7489 §3.1.
 *
 * @example
 * ```ts
 * checkAlignment('example.co.uk', 'mail.example.co.uk').reason; // 'same-organizational-domain'
 * ```
 */
export function checkAlignment(
  authorDomain: string,
  identifierDomain: string,
  options: { mode?: AlignmentMode } = {},
): AlignmentResult {
  return checkAlignmentWith(publicSuffix, authorDomain, identifierDomain, options);
}
