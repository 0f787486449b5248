import { promises as dns } from 'node:dns';
import type { Resolver } from '../dns/resolver.ts';
import { resolverFrom } from './adapt.ts';

/** Where and how long `nodeResolver` asks. */
export interface NodeResolverOptions {
  /** Addresses of the servers to ask, each with an optional port: `['192.0.2.53', '[2001:db8::53]:5353']`; by default the system's. */
  servers?: readonly string[];
  /** Milliseconds for one try of one question; by default 5000. */
  timeoutMs?: number;
}

const TRIES = 2;

/**
 * Asks the system's name servers, or the given ones, through `node:dns`.
 *
 * @throws TypeError when an option is wrong
 * @example
 * import { nodeResolver } from 'mailverdict/node';
 * const resolver = nodeResolver({ timeoutMs: 3000 });
 */
export function nodeResolver({ servers, timeoutMs = 5000 }: NodeResolverOptions = {}): Resolver {
  const resolver = new dns.Resolver({ timeout: timeoutMs, tries: TRIES });
  if (servers !== undefined) resolver.setServers(servers);
  return resolverFrom((name, type) => resolver.resolve(name, type));
}
