import { splitName } from '../values.ts';

// RFC 6591 §3.3 and RFC 9991 §4.
export const AUTH_FAILURES: readonly string[] = ['adsp', 'bodyhash', 'dmarc', 'revoked', 'signature', 'spf'];
// RFC 6591 §3.2.2.
export const DELIVERY_RESULTS: readonly string[] = ['delivered', 'spam', 'policy', 'reject', 'other'];

/** What a report must say about a failure, as properties of the result (RFC 6591 §3.2.1, RFC 9991 §4). */
export function requiredFor(
  authFailure: string | undefined,
): readonly ('identityAlignment' | 'spfDns' | 'dkimAdspDns' | 'dkimDomain' | 'dkimSelector')[] {
  switch (authFailure) {
    case 'dmarc':
      return ['identityAlignment'];
    case 'spf':
      return ['spfDns'];
    case 'adsp':
      return ['dkimAdspDns'];
    case 'bodyhash':
    case 'revoked':
    case 'signature':
      return ['dkimDomain', 'dkimSelector'];
    default:
      return [];
  }
}

/** The field that a property of the result stands for: DKIM-ADSP-DNS for `dkimAdspDns`. */
export function fieldName(property: string): string {
  return splitName(property, '-').replace(/\b(?:(?:mta|ip|uri|dkim|spf|dns|adsp)\b|[a-z])/gi, (part) =>
    part.toUpperCase(),
  );
}
