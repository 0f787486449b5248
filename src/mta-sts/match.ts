import { requireString } from '../environment.ts';
import { domainName } from '../names/domain-name.ts';
import type { MtaStsPolicy } from './record.ts';

/** Whether a policy allows an MX host. */
export interface MtaStsMatch {
  matched: boolean;
  /** The pattern that did, as the policy has it. */
  pattern?: string;
}

/**
 * Says whether the name of an MX host is one that a policy allows (RFC 8461 §4.1): the very name, or `*.` for exactly one
 * label. Whether the host's certificate is valid for that name only the one who connects can see.
 *
 * @throws TypeError where `host` is not a string
 * @example
 * const { value } = parseMtaStsPolicy('version: STSv1\nmode: enforce\nmx: *.example.net\nmax_age: 604800');
 * matchMtaStsMx(value!, 'MX1.example.net').matched; // => true
 * matchMtaStsMx(value!, 'a.b.example.net').matched; // => false
 */
export function matchMtaStsMx(policy: Pick<MtaStsPolicy, 'mx'>, host: string): MtaStsMatch {
  requireString('match the MX host', 'host', host);
  const name = domainName(host);
  if (name === undefined) return { matched: false };
  const wildcard = name.includes('.') ? `*${name.slice(name.indexOf('.'))}` : undefined;
  const pattern = policy.mx.find((mx) => mx.toLowerCase() === name || mx.toLowerCase() === wildcard);
  return pattern === undefined ? { matched: false } : { matched: true, pattern };
}
