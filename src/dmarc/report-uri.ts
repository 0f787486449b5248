import type { Span } from '../diagnostics/diagnostic.ts';
import type { DmarcTag, DmarcUri } from './record.ts';
import { find, type Reading, report, trimmed } from './scan.ts';

// A mailto URI with the address of RFC 6068 §2 (ASCII: RFC 8616 §5), or any other URI (RFC 3986); "," and "!" have to be
// percent-encoded (RFC 9989 §4.8). The obsolete size limit may follow.
const URI =
  /^(?:mailto:((?:[\w.+~$&'*=-]|%(?!20|7f)[2-7][\da-f])+@[\w.-]+)(?:\?[^ !]*)?|(?!mailto:)[a-z][\w+.-]*:[^ !"<>]+)(!\d+[kmgt]?)?$/i;

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
    for (let from = start; from <= end; ) {
      from = readUri(reading, tag.name, from, Math.min(find(reading.text, ',', from), end), uris);
    }
  }
  return uris;
}

/** Reads what stands between two commas; returns where the next address begins. */
function readUri(reading: Reading, name: string, from: number, to: number, uris: DmarcUri[]): number {
  const span = trimmed(reading.text, from, to);
  const { start, end } = span;
  const value = reading.text.slice(start, end);
  const match = URI.exec(value);
  if (match) {
    uris.push(makeUri(reading, value, span, match[1], match[2]));
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
  const bare = value.slice(0, 320).replace(/^[\s"'<]*(mail ?to[\s:/"'<]+)?|[\s"'>]+$/gi, '');
  const cure = `mailto:${bare.replaceAll('!', '%21')}`;
  report(reading, 'dmarc.uri', { name, value }, span, URI.test(cure) ? cure : undefined);
  return to + 1;
}

function makeUri(reading: Reading, value: string, span: Span, address?: string, limit = ''): DmarcUri {
  const end = value.length - limit.length;
  const uri: DmarcUri = { uri: value.slice(0, end), scheme: 'mailto', span };
  if (address) {
    uri.address = decodeURIComponent(address);
  } else {
    uri.scheme = value.split(':', 1)[0]!.toLowerCase();
    report(reading, 'dmarc.uri-scheme', { value }, span);
  }
  if (limit) {
    uri.size = limit.slice(1);
    report(reading, 'dmarc.historic', { value: limit }, { start: span.start + end, end: span.end }, '');
  }
  return uri;
}
