import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// The public suites stay outside the repository (their licences are their own). They are looked for beside the checkout.
const folder =
  process.env.MAILVERDICT_CONFORMANCE ?? fileURLToPath(new URL('../../../shared/conformance/', import.meta.url));

/** Whether the public test suites are there; a suite without them says so in its one test. */
export const hasConformance: boolean = existsSync(folder);

/** The path of a file of the public test suites. */
export function conformancePath(file: string): string {
  return `${folder.replace(/\/$/, '')}/${file}`;
}

/** The title of the test that stands in for a suite whose files are absent. */
export const conformanceAbsent: string =
  'the public suites are absent: set MAILVERDICT_CONFORMANCE to the folder that holds them';
