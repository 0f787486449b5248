import { utf8Bytes } from '../text/bytes.ts';
import { isAscii } from '../text/characters.ts';
import { domainName } from './domain-name.ts';

const SCHEME = /^[a-z][a-z\d+.-]*:/i;
// A comma between two addresses or before a URI; a local part and a path may have others.
const SEPARATOR = /(?<=@[^ \t",@]*)[ \t]*,[ \t]*(?=[^ \t",:/@]+@)|[ \t]*,[ \t]*(?=mailto:|https:)/i;

/** The URIs of report addresses, no two alike; one text may hold several between commas, as a record does. */
export function writeReportUris(addresses: readonly string[]): string[] {
  return [
    ...new Set(addresses.flatMap((list) => list.split(SEPARATOR)).map((address) => writeReportUri(toAscii(address)))),
  ];
}

/** The address with A-labels. */
function toAscii(address: string): string {
  const at = address.lastIndexOf('@') + 1;
  const host = at === 0 || isAscii(address) ? undefined : domainName(address.slice(at));
  return host === undefined ? address : address.slice(0, at) + host;
}

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
