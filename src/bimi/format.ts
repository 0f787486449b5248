import type { BimiRecord } from './record.ts';

/**
 * Writes a BIMI record (BIMI draft §4.3): the tags of `tags` in their order, or without any those of the record, defaults
 * left out.
 *
 * @example
 * formatBimiRecord({ v: 'BIMI1', l: '', a: '', avp: 'brand', lps: [], declined: true, tags: [] }); // => 'v=BIMI1; l=; a='
 */
export function formatBimiRecord({ v, l, a, avp, lps, tags }: BimiRecord): string {
  if (tags.length > 0) return tags.map(({ name, value }) => `${name}=${value}`).join('; ');
  const list = [`v=${v}`, `l=${encodeUri(l)}`];
  // Both are written out to decline (§4.3.1).
  if (a !== '' || l === '') list.push(`a=${encodeUri(a)}`);
  if (avp !== 'brand') list.push(`avp=${avp}`);
  if (lps.length > 0) list.push(`lps=${lps.join(',')}`);
  return list.join('; ');
}

/** BIMI draft §4.3: a comma must be encoded; a semicolon would end the tag. */
function encodeUri(uri: string): string {
  return uri.replace(/[,; ]/g, (unit) => `%${unit.charCodeAt(0).toString(16).toUpperCase()}`);
}
