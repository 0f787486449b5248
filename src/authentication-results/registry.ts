// IANA "Email Authentication Parameters": methods with their results, and ptypes (RFC 8601 §2.7, §6; the RFCs at the rows).
// The words are written out: a template would stay in every bundle, whether anything reads it or not.
const RESULTS = [
  ['auth', 'none pass fail temperror permerror'],
  ['dkim', 'none pass fail temperror permerror policy neutral'],
  ['spf', 'none pass fail temperror permerror policy neutral softfail hardfail'],
  ['dmarc', 'none pass fail temperror permerror'], // RFC 7489 §11.2, RFC 9989 §9.1
  ['arc', 'none pass fail'], // RFC 8617 §10.1
  ['iprev', 'pass fail temperror permerror'],
  ['rrvs', 'none pass fail temperror permerror unknown'], // RFC 7293 §11.3
  ['vbr', 'none pass fail temperror permerror'], // RFC 6212 §3
  ['dnswl', 'none pass temperror permerror'], // RFC 8904 §4
  ['smime', 'none pass fail temperror permerror policy neutral'], // RFC 7281 §3
  ['dkim-atps', 'none pass fail temperror permerror'], // RFC 6541 §8.2
  // Deprecated, but registered.
  ['dkim-adsp', 'none pass unknown fail discard nxdomain temperror permerror'],
  ['domainkeys', 'none pass fail temperror permerror policy neutral'],
  ['sender-id', 'none pass fail temperror permerror policy neutral softfail hardfail'],
] as const;
const PTYPES = ['body', 'dns', 'header', 'policy', 'smtp'] as const;

/** The result words that are registered for a method; `undefined` for a method that is not registered. */
export function registeredResults(method: string): readonly string[] | undefined {
  return RESULTS.find(([name]) => name === method)?.[1].split(' ');
}

export function isKnownPtype(ptype: string): boolean {
  return PTYPES.some((name) => name === ptype);
}
