import type { TlsRptRecord } from './record.ts';

/**
 * Writes a TLS-RPT record (RFC 8460 §3): the fields of `tags` in their order, or without any those of the record.
 *
 * @example
 * const rua = [{ uri: 'https://example.com/tls', scheme: 'https' as const, span: { start: 0, end: 0 } }];
 * formatTlsRptRecord({ v: 'TLSRPTv1', rua, tags: [] }); // => 'v=TLSRPTv1; rua=https://example.com/tls'
 */
export function formatTlsRptRecord({ v, rua, tags }: TlsRptRecord): string {
  if (tags.length > 0) return tags.map(({ name, value }) => `${name}=${value}`).join('; ');
  return `v=${v}; rua=${rua.map(({ uri }) => encodeUri(uri)).join(',')}`;
}

/** RFC 8460 §3: commas, exclamation points and semicolons must be encoded; a space would end a field as well. */
function encodeUri(uri: string): string {
  return uri.replace(/[!,; ]/g, (unit) => `%${unit.charCodeAt(0).toString(16).toUpperCase()}`);
}
