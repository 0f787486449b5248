// @ts-types="./psl.d.ts"
import { get } from 'psl';
import { domainName } from '../names/domain-name.ts';
import { type AlignmentOptions, type AlignmentResult, checkAlignmentWith } from './alignment.ts';

/**
 * Names the organizational domain of a domain by the public suffix list that the psl package carries; `undefined` for a
 * public suffix and for what is no domain name, an IP address among them. The list is as old as the installed psl:
 * `publicSuffixFrom` reads a fresher one.
 *
 * @see RFC 7489 §3.2
 * @example
 * publicSuffix('mail.example.co.uk'); // => 'example.co.uk'
 */
export function publicSuffix(domain: string): string | undefined {
  // psl calls 3.4 the registrable domain of 1.2.3.4: it only ever sees names.
  const name = typeof domain === 'string' ? domainName(domain) : undefined;
  return name === undefined ? undefined : (get(name) ?? undefined);
}

/**
 * Says whether the domain of an SPF or DKIM identifier is aligned with the author domain, by the public suffix list.
 *
 * Domains are compared as A-labels, without regard to case or a root dot. Strict mode asks for the same name, relaxed mode
 * for the same organizational domain; a name is aligned with itself in both.
 *
 * @throws TypeError when an argument is wrong
 * @see RFC 7489 §3.1
 * @example
 * checkAlignment('example.co.uk', 'mail.example.co.uk').reason; // => 'same-organizational-domain'
 */
export function checkAlignment(
  authorDomain: string,
  identifierDomain: string,
  options: AlignmentOptions = {},
): AlignmentResult {
  return checkAlignmentWith(publicSuffix, authorDomain, identifierDomain, options);
}
