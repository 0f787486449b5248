import { utf8Bytes } from './bytes.ts';

const SCHEME = /^[a-z][a-z\d+.-]*:/i;

/**
 * The URI of a report address as DMARC and TLS-RPT write it: an e-mail address becomes a mailto URI (RFC 6068 §2), a URI
 * stays one. What would end the URI, the list or the tag is percent-encoded (RFC 9989 §4.8, RFC 8460 §3).
 */
export function writeReportUri(address: string): string {
  if (SCHEME.test(address)) return address.replace(/[!,; ]/g, percent);
  const at = address.lastIndexOf('@');
  return `mailto:${address.slice(0, Math.max(at, 0)).replace(/[^\w.+~$&'*=-]/gu, percent)}${address.slice(Math.max(at, 0)).replace(/[!,; ]/g, percent)}`;
}

function percent(unit: string): string {
  return Array.from(utf8Bytes(unit), (octet) => `%${octet.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}
