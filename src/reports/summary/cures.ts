import { reasonOf, type Wording } from './causes.ts';
import type { SourceCause } from './summary.ts';

/** A cause with its reason, and with what would cure it. */
export const describeCause: Wording<Omit<SourceCause, 'messages'>> = (cause, domain, author, special) => ({
  cause,
  ...(domain && { domain }),
  reason: reasonOf(cause, domain, author, special),
  cure: CURES[cause](domain, author, special),
});

const nothing = 'There is nothing to publish: ask';

const CURES: {
  readonly [cause in SourceCause['cause']]: (domain: string, author: string, special: boolean) => string;
} = {
  'spf-not-aligned': (_, author, strict) =>
    strict
      ? `Use ${author} itself in the bounce address, or publish aspf=r.`
      : `Use a bounce address under ${author} whose SPF record allows the source.`,
  'spf-failed': (domain) => `If this source is yours, add it to the SPF record of ${domain}.`,
  'spf-error': (domain) => `Repair the SPF record of ${domain}.`,
  'dkim-none': (_, author) => `Let the source sign with d=${author}.`,
  'dkim-not-aligned': (domain, author, strict) =>
    strict ? `Let the source sign with d=${author}, or publish adkim=r.` : `Let ${domain} sign with d=${author}.`,
  'dkim-failed': (key) => `Publish the key that signs at ${key}, and let nothing change the mail once it is signed.`,
  'dkim-error': (key) => `Publish a valid key record at ${key}.`,
  forwarded: (_, author, signed) =>
    signed
      ? `${nothing} the forwarder not to change signed mail, or to seal it by ARC.`
      : `Let the source sign with d=${author}: a signature survives forwarding, SPF does not.`,
  'mailing-list': (_, author) => `${nothing} the list to replace ${author} in From by its own domain.`,
  unauthorized: (_, author) =>
    `If this source is yours, let it sign with d=${author} or add it to SPF; if not, a stricter policy stops it.`,
};
