import type { DnsAnswer, RecordType, Resolver } from '../dns/resolver.ts';
import { requireResolver, show } from '../environment.ts';

/** How `cachingResolver` keeps answers. */
export interface CacheOptions {
  /** Answers that are kept; the one that was used longest ago goes first. By default 10,000. */
  maxEntries?: number;
  /** Seconds that an answer without a TTL is kept, by default 60. */
  defaultTtl?: number;
  /** The clock, in milliseconds; `Date.now` by default. */
  now?: () => number;
}

// RFC 8767 §4 advises a cap on TTLs, of days at the most.
const MAX_TTL = 86_400;

interface Entry {
  answer: DnsAnswer;
  storedAt: number;
  expiresAt: number;
}

/**
 * Keeps the answers of another resolver for as long as their TTL says, denials as long as theirs (RFC 2308), failures not
 * at all. Equal questions that are open at the same time are asked once.
 *
 * @param inner - who answers
 * @throws TypeError when `inner` is no resolver or an option is wrong
 * @example
 * const resolver = cachingResolver(nodeResolver(), { maxEntries: 5000 });
 */
export function cachingResolver(inner: Resolver, options: CacheOptions = {}): Resolver {
  requireResolver('cache DNS answers', 'inner', inner);
  const { maxEntries = 10_000, defaultTtl = 60, now = Date.now } = options;
  if (!Number.isInteger(maxEntries) || maxEntries < 1) {
    throw new TypeError(
      `Cannot cache DNS answers: "maxEntries" must be a whole number above 0, received ${show(maxEntries)}`,
    );
  }
  if (!(defaultTtl >= 0)) {
    throw new TypeError(`Cannot cache DNS answers: "defaultTtl" must be at least 0, received ${show(defaultTtl)}`);
  }
  const entries = new Map<string, Entry>();
  const open = new Map<string, Promise<DnsAnswer>>();

  function store(key: string, answer: DnsAnswer): void {
    const ttl = Math.min(answer.ttl ?? defaultTtl, MAX_TTL);
    if (answer.status === 'failure' || !(ttl > 0)) return;
    const storedAt = now();
    entries.set(key, { answer, storedAt, expiresAt: storedAt + ttl * 1000 });
    const oldest = entries.keys().next().value;
    if (entries.size > maxEntries && oldest !== undefined) entries.delete(oldest);
  }

  function lookUp(key: string): DnsAnswer | undefined {
    const entry = entries.get(key);
    if (entry === undefined) return undefined;
    entries.delete(key);
    if (now() >= entry.expiresAt) return undefined;
    // Behind the others again: a map keeps the order in which its keys were set.
    entries.set(key, entry);
    const { answer, storedAt } = entry;
    if (answer.ttl === undefined) return answer;
    return { ...answer, ttl: Math.max(0, answer.ttl - Math.floor((now() - storedAt) / 1000)) };
  }

  async function ask(key: string, name: string, type: RecordType): Promise<DnsAnswer> {
    try {
      // No signal of one caller: the answer is for everybody who waits for it. In a later turn, so that a resolver that
      // throws at once finds the question listed as open.
      const answer = await Promise.resolve().then(() => inner.query(name, type));
      store(key, answer);
      return answer;
    } finally {
      open.delete(key);
    }
  }

  return {
    async query<T extends RecordType>(name: string, type: T): Promise<DnsAnswer<T>> {
      const key = `${type} ${name.toLowerCase()}`;
      const kept = lookUp(key);
      if (kept !== undefined) return { ...kept, name } as DnsAnswer<T>;
      const pending = open.get(key) ?? ask(key, name, type);
      open.set(key, pending);
      return { ...(await pending), name } as DnsAnswer<T>;
    },
  };
}
