import { show } from '../environment.ts';
import type { ImportedKey } from './provider.ts';

/** Imported public keys by provider and record text; made by `createKeyCache()` and owned by the caller. */
export interface KeyCache {
  get(recordText: string): ImportedKey | undefined;
  set(recordText: string, key: ImportedKey): void;
}

const MAX_ENTRIES = 1000;

/** A key, and those that were used right before and right after it. */
interface Entry {
  recordText: string;
  key: ImportedKey;
  older: Entry | undefined;
  newer: Entry | undefined;
}

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
  const entries = new Map<string, Entry>();
  // A list in the order of their use. The Map has an order too, but to delete from it and add again takes five times as long.
  let oldest: Entry | undefined;
  let newest: Entry | undefined;
  const remove = ({ older, newer }: Entry): void => {
    if (older === undefined) oldest = newer;
    else older.newer = newer;
    if (newer === undefined) newest = older;
    else newer.older = older;
  };
  const add = (entry: Entry): void => {
    entry.older = newest;
    entry.newer = undefined;
    if (newest === undefined) oldest = entry;
    else newest.newer = entry;
    newest = entry;
  };
  return {
    get(recordText) {
      const entry = entries.get(recordText);
      if (entry === undefined) return undefined;
      remove(entry);
      add(entry);
      return entry.key;
    },
    set(recordText, key) {
      const known = entries.get(recordText);
      if (known !== undefined) remove(known);
      const entry: Entry = { recordText, key, older: undefined, newer: undefined };
      entries.set(recordText, entry);
      add(entry);
      if (entries.size <= maxEntries || oldest === undefined) return;
      entries.delete(oldest.recordText);
      remove(oldest);
    },
  };
}
