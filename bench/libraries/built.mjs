import { pathToFileURL } from 'node:url';

/** Where the built package is; another build is compared by MAILVERDICT_DIST, a folder. */
export const dist = process.env.MAILVERDICT_DIST
  ? pathToFileURL(`${process.env.MAILVERDICT_DIST}/`)
  : new URL('../../dist/', import.meta.url);

export const built = (entry) => new URL(entry, dist).href;
