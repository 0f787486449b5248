import type { ImportedKey } from './provider.ts';

/** Imported public keys by provider and record text; made by `createKeyCache()` and owned by the caller. */
export interface KeyCache {
  get(recordText: string): ImportedKey | undefined;
  set(recordText: string, key: ImportedKey): void;
}
