import type { DmarcTag, DmarcUri } from './record.ts';
import { diagnose } from './rules.ts';
import { find, type Reading, skipWsp, skipWspBack, write } from './scan.ts';

// RFC 3986 with "," and "!" percent-encoded (RFC 9989 §4.8), then the obsolete size limit.
const URI = /^([a-z][a-z\d+.-]*):((?:[\w~:/?#[\]@$&'()*+=.-]|%[\da-f]{2})+)(!\d+[kmgt]?)?$/i;

// RFC 8616 §5: the mailbox stays ASCII. The "//" of "mailto://" would pass as part of the local part.
const ADDRESS = /^(?!\/\/)[!-~]+@[\w.-]+$/;

// An address that only lacks its "mailto:", or has too much punctuation around it.
const NEARLY = /^[\s"'<]*(?:mail ?to)?[\s:/"'<]*([^\s:/<>"'@]+@[\w.-]+)[\s"'>]*$/i;

/**
 * Reads the addresses of rua or ruf; what is none is left out.
 *
 * ```
 * dmarc-urilist = (dmarc-uri / obs-dmarc-uri) *(*WSP "," *WSP (dmarc-uri / obs-dmarc-uri))
 * ```
 */
export function readUris(reading: Reading, tag: DmarcTag | undefined): DmarcUri[] {
  const uris: DmarcUri[] = [];
  if (!tag) return uris;
  const { plain, lenient, diagnostics } = reading;
  const last = tag.valueSpan.end;
  for (let from = tag.valueSpan.start; from <= last; ) {
    let to = Math.min(find(plain, ',', from), last);
    from = skipWsp(plain, from, to);
    const item = plain.slice(from, to);
    let next = to + 1;
    const at = item.indexOf('@');
    const gap = at === -1 ? null : /[ \t;]+/.exec(item.slice(at));
    if (gap && item.includes('@', at + gap.index)) {
      const start = from + at + gap.index;
      const end = start + gap[0].length;
      diagnostics.push(diagnose('dmarc.uri-separator', {}, { span: { start, end }, fix: write(',') }));
      if (lenient) {
        to = start;
        next = end;
      }
    }
    const uri = readUri(reading, tag.name, from, skipWspBack(plain, from, to));
    if (uri) uris.push(uri);
    from = next;
  }
  return uris;
}

/**
 * ```
 * obs-dmarc-uri         = dmarc-uri obs-dmarc-report-size
 * obs-dmarc-report-size = "!" 1*DIGIT [ "k" / "m" / "g" / "t" ]
 * ```
 */
function readUri({ plain, diagnostics }: Reading, name: string, start: number, end: number): DmarcUri | undefined {
  const found = plain.slice(start, end);
  const span = { start, end };
  const match = URI.exec(found);
  const scheme = match?.[1]!.toLowerCase();
  const address = match && scheme === 'mailto' ? decode(match[2]!.split('?', 1)[0]!) : '';
  if (!match || !scheme || (scheme === 'mailto' && !ADDRESS.test(address))) {
    // Bounded, since its look for "@" starts again at every place.
    const bare = found.length > 320 ? null : NEARLY.exec(found);
    const cure = bare && `mailto:${bare[1]!.replaceAll('!', '%21')}`;
    diagnostics.push(
      diagnose('dmarc.uri', { name, found }, { span, ...(cure && URI.test(cure) && { fix: write(cure) }) }),
    );
    return undefined;
  }
  const uri: DmarcUri = { uri: found, scheme, span };
  if (address) uri.address = address;
  else diagnostics.push(diagnose('dmarc.uri-scheme', { scheme }, { span }));
  if (match[3]) {
    const size = match[3].slice(1);
    uri.uri = found.slice(0, -match[3].length);
    uri.size = size;
    diagnostics.push(
      diagnose('dmarc.uri-size', { size }, { span: { start: end - match[3].length, end }, fix: write('') }),
    );
  }
  return uri;
}

function decode(text: string): string {
  return text.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
