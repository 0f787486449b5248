import type { MtaStsPolicy, MtaStsRecord } from './record.ts';

/**
 * Writes an MTA-STS record (RFC 8461 §3.1): the fields of `tags` in their order, or without any those of the record.
 *
 * @example
 * formatMtaStsRecord({ v: 'STSv1', id: '20261121', tags: [] }); // => 'v=STSv1; id=20261121'
 */
export function formatMtaStsRecord({ v, id, tags }: MtaStsRecord): string {
  const fields = tags.length > 0 ? tags.map(({ name, value }) => `${name}=${value}`) : [`v=${v}`, `id=${id}`];
  return fields.join('; ');
}

/**
 * Writes an MTA-STS policy file (RFC 8461 §3.2), every line with CRLF: the lines of `fields` in their order, or without any
 * those of the policy.
 *
 * @example
 * formatMtaStsPolicy({ version: 'STSv1', mode: 'none', mx: [], max_age: 86400, fields: [] });
 * // => 'version: STSv1\r\nmode: none\r\nmax_age: 86400\r\n'
 */
export function formatMtaStsPolicy({ version, mode, mx, max_age, fields }: MtaStsPolicy): string {
  const lines =
    fields.length > 0
      ? fields.map(({ key, value }) => `${key}: ${value}`)
      : [`version: ${version}`, `mode: ${mode}`, ...mx.map((pattern) => `mx: ${pattern}`), `max_age: ${max_age}`];
  return lines.map((line) => `${line}\r\n`).join('');
}
