import type { DmarcTag, DmarcUri } from './record.ts';
import { find, type Reading, report, textOf, trimmed } from './scan.ts';

// A mailto URI with the address of RFC 6068 §2 (ASCII: RFC 8616 §5), or any other URI (RFC 3986); "," and "!" have to be
// percent-encoded (RFC 9989 §4.8). The obsolete size limit may follow.
const URI =
  /^(?:mailto:((?:[\w.+~$&'*=-]|%(?!20|7f)[2-7][\da-f])+@[\w.-]+)(?:\?[#-;=?-~]*)?|(?!mailto:)[a-z][\w+.-]*:[#-;=?-~]+)(!\d+[kmgt]?)?$/i;

/**
 * Reads the addresses of rua or ruf; what is none is left out.
 *
 * ```
 * dmarc-urilist         = (dmarc-uri / obs-dmarc-uri) *(*WSP "," *WSP (dmarc-uri / obs-dmarc-uri))
 * obs-dmarc-uri         = dmarc-uri obs-dmarc-report-size
 * obs-dmarc-report-size = "!" 1*DIGIT [ "k" / "m" / "g" / "t" ]
 * ```
 */
export function readUris(reading: Reading, tag: DmarcTag | undefined): DmarcUri[] {
  const uris: DmarcUri[] = [];
  if (tag) {
    const { start, end } = tag.valueSpan;
    for (let from = start, to = -1; from <= end; ) {
      if (from > to) to = Math.min(find(reading.text, ',', from), end);
      from = readUri(reading, tag.name, from, to, uris);
    }
  }
  return uris;
}

/** Reads what stands between two commas; returns where the next address begins. */
function readUri(reading: Reading, name: string, from: number, to: number, uris: DmarcUri[]): number {
  const span = trimmed(reading.text, from, to);
  const { start, end } = span;
  const value = textOf(reading.text, span);
  // Nearly every address is as plain as this, and exec() takes twice as long as test().
  const match = /^mailto:[\w.-]+@[\w.-]+$/.test(value) ? [value, value.slice(7)] : URI.exec(value);
  if (match) {
    const [, address, limit = ''] = match;
    const uri: DmarcUri = { uri: value.slice(0, value.length - limit.length), scheme: 'mailto', span };
    uris.push(uri);
    if (address) {
      uri.address = address.includes('%') ? decodeURIComponent(address) : address;
    } else {
      uri.scheme = value.split(':', 1)[0]!.toLowerCase();
      report(reading, 'dmarc.uri-scheme', { value }, span);
    }
    if (limit) {
      uri.size = limit.slice(1);
      report(reading, 'dmarc.historic', { value: limit }, { start: end - limit.length, end }, '');
    }
    return to + 1;
  }
  const gap = /^([^ \t;]*@[^ \t;]*)([ \t;]+)/.exec(value);
  if (gap) {
    const place = { start: start + gap[1]!.length, end: start + gap[0].length };
    report(reading, 'dmarc.separator', { separator: ',', value: value.slice(gap[0].length) }, place, ',');
    if (reading.lenient) {
      readUri(reading, name, from, place.start, uris);
      return place.end;
    }
  }
  // An address that only lacks its "mailto:", or has too much punctuation around it.
  const cure = `mailto:${value.slice(0, 320).replace(/^(mail ?to)?[ :/"'<]*|[ "'>]+$/gi, '')}`;
  report(reading, 'dmarc.uri', { name, value }, span, URI.test(cure) ? cure : undefined);
  return to + 1;
}
