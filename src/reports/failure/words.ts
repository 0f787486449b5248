// RFC 6591 §3.3 and RFC 9991 §4.
export const AUTH_FAILURES: readonly string[] = ['adsp', 'bodyhash', 'dmarc', 'revoked', 'signature', 'spf'];
// RFC 6591 §3.2.2.
export const DELIVERY_RESULTS: readonly string[] = ['delivered', 'spam', 'policy', 'reject', 'other'];
