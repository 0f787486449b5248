import { show } from '../environment.ts';
import type { ImportedKey } from './provider.ts';

/** Imported public keys by provider and record text; made by `createKeyCache()` and owned by the caller. */
export interface KeyCache {
  get(recordText: string): ImportedKey | undefined;
  set(recordText: string, key: ImportedKey): void;
}

const MAX_ENTRIES = 1000;

/**
 * Makes a cache for `env.keyCache`, so that a key is imported once for many messages. It holds at most `maxEntries` keys (1000
 * where nothing is said) and drops the one that was not used for longest. What DNS says is still asked every time.
 *
 * @throws TypeError - where `maxEntries` is not a whole number of at least 1
 * @example
 * const keyCache = createKeyCache({ maxEntries: 500 });
 */
export function createKeyCache(options: { maxEntries?: number } = {}): KeyCache {
  const { maxEntries = MAX_ENTRIES } = options;
  if (!Number.isSafeInteger(maxEntries) || maxEntries < 1) {
    throw new TypeError(
      `Cannot create a key cache: "maxEntries" must be a whole number of at least 1, received ${show(maxEntries)}`,
    );
  }
  // A Map keeps the order in which its keys were set: the first is the one that was not used for longest.
  const keys = new Map<string, ImportedKey>();
  return {
    get(recordText) {
      const key = keys.get(recordText);
      if (key !== undefined) {
        keys.delete(recordText);
        keys.set(recordText, key);
      }
      return key;
    },
    set(recordText, key) {
      keys.delete(recordText);
      keys.set(recordText, key);
      const [oldest] = keys.keys();
      if (keys.size > maxEntries && oldest !== undefined) keys.delete(oldest);
    },
  };
}
