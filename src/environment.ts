import type { KeyCache } from './crypto/key-cache.ts';
import type { CryptoProvider } from './crypto/provider.ts';
import type { Resolver } from './dns/resolver.ts';

/** Everything that touches the outside world, in one argument. */
export interface Environment {
  /** Who answers DNS questions: `memoryResolver(zone)`, `nodeResolver()` of `mailverdict/node`, or one of the caller's. */
  resolver: Resolver;
  /** Who hashes and verifies; by default `nativeCrypto()` where the runtime has it, else `portableCrypto`. */
  crypto?: CryptoProvider;
  fetch?: typeof globalThis.fetch;
  /** The clock, for expiry dates and the `%{t}` macro. */
  now?: () => Date;
  /** When it aborts, the call rejects with its reason. */
  signal?: AbortSignal;
  /** Imported public keys by record text, from `createKeyCache()`; without one, keys live for one call. */
  keyCache?: KeyCache;
}

/** How a wrong argument is shown in a `TypeError`. */
export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
  if (typeof value === 'function') return 'a function';
  if (value === null || typeof value !== 'object') return String(value);
  return Array.isArray(value) ? 'an array' : 'an object';
}

/** Throws a `TypeError` unless the environment has a resolver, and the signal's reason where it has aborted; `action` completes "Cannot …". */
export function requireEnvironment(action: string, env: Environment): void {
  requireResolver(action, 'env.resolver', env?.resolver);
  env.signal?.throwIfAborted();
}

/** Throws a `TypeError` unless the value is a resolver. */
export function requireResolver(action: string, name: string, value: Resolver): void {
  if (typeof value?.query !== 'function') {
    throw new TypeError(`Cannot ${action}: "${name}" must be a Resolver, received ${show(value)}`);
  }
}

/** Throws a `TypeError` unless the value is a string. */
export function requireString(action: string, name: string, value: unknown): asserts value is string {
  if (typeof value !== 'string') {
    throw new TypeError(`Cannot ${action}: "${name}" must be a string, received ${show(value)}`);
  }
}

/** Throws a `TypeError` unless the value is a function. */
export function requireFunction(action: string, name: string, value: unknown): void {
  if (typeof value !== 'function') {
    throw new TypeError(`Cannot ${action}: "${name}" must be a function, received ${show(value)}`);
  }
}

/** For the branch that cannot be: TypeScript refuses the call where a case was forgotten. */
export function unreachable(value: never): never {
  throw new Error(`Unreachable case: ${JSON.stringify(value)}`);
}
