import type { DmarcRecord, DmarcUri } from './record.ts';

/**
 * Writes a DMARC policy record (RFC 9989 §4.7).
 *
 * A record with `tags` is written as they say, in their order, unknown ones included: `parse(format(r))` equals `r` up to
 * spans. Without any (`tags: []`, a record made by hand) it is written from its fields, and what is a default is left out.
 *
 * @example
 * const { value } = parseDmarcRecord('v=DMARC1;p=none');
 * formatDmarcRecord(value!); // => 'v=DMARC1; p=none'
 */
export function formatDmarcRecord(record: DmarcRecord): string {
  const { tags } = record;
  const written = tags.length > 0 ? tags.map(({ name, value }): [string, string] => [name, value]) : listTags(record);
  return written.map(([name, value]) => `${name}=${value}`).join('; ');
}

function listTags({ p, sp = p, np = sp, ...record }: DmarcRecord): [name: string, value: string][] {
  const list: [string, string | number | undefined, (string | number | undefined)?][] = [
    ['v', record.v],
    ['p', p],
    ['sp', sp, p],
    ['np', np, sp],
    ['adkim', record.adkim, 'r'],
    ['aspf', record.aspf, 'r'],
    ['t', record.t, 'n'],
    ['psd', record.psd, 'u'],
    ['fo', record.fo.join(':'), '0'],
    ['rua', record.rua.map(writeUri).join(',')],
    ['ruf', record.ruf.map(writeUri).join(',')],
    ['pct', record.pct],
    ['rf', record.rf],
    ['ri', record.ri],
  ];
  return list.flatMap(([name, value, byDefault]): [string, string][] =>
    value === undefined || value === '' || value === byDefault ? [] : [[name, String(value)]],
  );
}

/** RFC 9989 §4.8: what would end the URI, the list or the tag is percent-encoded. */
function writeUri({ uri, size }: DmarcUri): string {
  const encoded = uri.replace(/[!,; ]/g, (unit) => `%${unit.charCodeAt(0).toString(16).toUpperCase()}`);
  return size === undefined ? encoded : `${encoded}!${size}`;
}
