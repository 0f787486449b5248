// IANA "Email Authentication Parameters": methods with their results, and ptypes (RFC 8601 §2.7, §6; the RFCs at the rows).
const BASIC = 'none pass fail temperror permerror';
const SIGNATURE = `${BASIC} policy neutral`;
const RESULTS = [
  ['auth', BASIC],
  ['dkim', SIGNATURE],
  ['spf', `${SIGNATURE} softfail hardfail`],
  ['dmarc', BASIC], // RFC 7489 §11.2, RFC 9989 §9.1
  ['arc', 'none pass fail'], // RFC 8617 §10.1
  ['iprev', 'pass fail temperror permerror'],
  ['rrvs', `${BASIC} unknown`], // RFC 7293 §11.3
  ['vbr', BASIC], // RFC 6212 §3
  ['dnswl', 'none pass temperror permerror'], // RFC 8904 §4
  ['smime', SIGNATURE], // RFC 7281 §3
  ['dkim-atps', BASIC], // RFC 6541 §8.2
  // Deprecated, but registered.
  ['dkim-adsp', 'none pass unknown fail discard nxdomain temperror permerror'],
  ['domainkeys', SIGNATURE],
  ['sender-id', `${SIGNATURE} softfail hardfail`],
] as const;
const PTYPES = ['body', 'dns', 'header', 'policy', 'smtp'] as const;

/** The result words that are registered for a method; `undefined` for a method that is not registered. */
export function registeredResults(method: string): readonly string[] | undefined {
  return RESULTS.find(([name]) => name === method)?.[1].split(' ');
}

export function isKnownPtype(ptype: string): boolean {
  return PTYPES.some((name) => name === ptype);
}
