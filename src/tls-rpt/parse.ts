import { type Diagnostic, type Parsed, parsed } from '../diagnostics/diagnostic.ts';
import { requireString } from '../environment.ts';
import { isWsp } from '../text/characters.ts';
import { type FieldGrammar, fixOf, readPasted, scanFieldRecord } from '../text/field-record.ts';
import type { ScannedTag } from '../text/tag-list.ts';
import type { TlsRptRecord, TlsRptUri } from './record.ts';
import { diagnose, type TlsRptRecordCode } from './rules.ts';

const GRAMMAR: FieldGrammar = { version: 'v=TLSRPTv1', names: ['v', 'rua'], repeatable: ['rua'] };

// A mailto URI with one ASCII address (RFC 6068 §2), or any other URI (RFC 3986); "," "!" and ";" have to be encoded.
const URI =
  /^(?:mailto:((?:[\w.+~$&'*=-]|%(?!20|7f)[2-7][\da-f])+@[\w.-]+)(?:\?[#-+\--:=?-~]*)?|(?!mailto:)[a-z][\w+.-]*:[#-+\--:=?-~]+)$/i;

/** Whether a TXT record counts (RFC 8460 §3): records that do not begin so are discarded. */
export function isTlsRptRecord(text: string): boolean {
  return text.startsWith('v=TLSRPTv1;');
}

/**
 * Reads a TLS-RPT record (RFC 8460 §3) and every fault in it. `value` holds what was meant, where that is clear.
 *
 * @param text - the record: the strings of one TXT record joined with nothing
 * @throws TypeError where `text` is not a string
 * @example
 * parseTlsRptRecord('v=TLSRPTv1; rua=mailto:tls@example.com').value?.rua[0]?.address; // => 'tls@example.com'
 */
export function parseTlsRptRecord(text: string): Parsed<TlsRptRecord, TlsRptRecordCode> {
  requireString('parse the TLS-RPT record', 'text', text);
  return readPasted(text, isTlsRptRecord, read, (place) => diagnose('tls-rpt.pasted', {}, place));
}

/**
 * ```
 * tlsrpt-record = tlsrpt-version 1*(field-delim tlsrpt-field) [field-delim]
 * tlsrpt-rua    = %s"rua=" tlsrpt-uri *(*WSP "," *WSP tlsrpt-uri)
 * ```
 */
function read(text: string): Parsed<TlsRptRecord, TlsRptRecordCode> {
  const { meant, tags, first, faults } = scanFieldRecord(text, GRAMMAR);
  const diagnostics = faults.map(({ kind, value, span, cure }) =>
    diagnose(`tls-rpt.${kind}`, { value }, { span, ...fixOf(cure) }),
  );
  if (!meant) return parsed<TlsRptRecord, TlsRptRecordCode>(undefined, diagnostics);
  const counted = first.get('rua');
  const span = { start: text.length, end: text.length };
  if (counted?.name !== 'rua') diagnostics.push(diagnose('tls-rpt.missing-rua', {}, { span }));
  const rua: TlsRptUri[] = [];
  // RFC 8460 §3: "The record supports the ability to declare more than one rua".
  for (const tag of tags) if (tag === counted || tag.name === 'rua') readUris(tag, rua, diagnostics);
  if (rua.length === 0 && diagnostics.every(({ severity }) => severity !== 'error')) {
    diagnostics.push(diagnose('tls-rpt.no-destination', {}, { span: counted!.valueSpan }));
  }
  return parsed<TlsRptRecord, TlsRptRecordCode>({ v: 'TLSRPTv1', rua, tags }, diagnostics);
}

function readUris(
  { value, valueSpan }: ScannedTag,
  rua: TlsRptUri[],
  diagnostics: Diagnostic<TlsRptRecordCode>[],
): void {
  for (let from = 0; from <= value.length; ) {
    const comma = value.indexOf(',', from);
    const to = comma < 0 ? value.length : comma;
    let start = from;
    let end = to;
    while (start < end && isWsp(value.charCodeAt(start))) start++;
    while (end > start && isWsp(value.charCodeAt(end - 1))) end--;
    const span = { start: valueSpan.start + start, end: valueSpan.start + end };
    const uri = readUri(value.slice(start, end), span, diagnostics);
    if (uri !== undefined) rua.push(uri);
    from = to + 1;
  }
}

function readUri(
  uri: string,
  span: TlsRptUri['span'],
  diagnostics: Diagnostic<TlsRptRecordCode>[],
): TlsRptUri | undefined {
  const match = URI.exec(uri);
  if (match === null) {
    // An address that only lacks its "mailto:", has brackets around it, or the size limit of an old DMARC record behind it.
    const bare = uri
      .slice(0, 320)
      .replace(/^(mail ?to)?[ :/"'<]*/i, '')
      .replace(/(!\d+[kmgt]?)?[ "'>]*$/i, '');
    const cure = /^https:/i.test(uri) ? uri.replace(/!/g, '%21') : `mailto:${bare}`;
    diagnostics.push(diagnose('tls-rpt.uri', { value: uri }, { span, ...fixOf(URI.test(cure) ? cure : undefined) }));
    return undefined;
  }
  const address = match[1];
  if (address !== undefined) {
    return { uri, scheme: 'mailto', address: address.includes('%') ? decodeURIComponent(address) : address, span };
  }
  if (/^https:\/\/./i.test(uri)) return { uri, scheme: 'https', span };
  const cure = /^http:\/\/./i.test(uri) ? uri.replace(/^http/i, 'https') : undefined;
  diagnostics.push(diagnose('tls-rpt.uri-scheme', { value: uri }, { span, ...fixOf(cure) }));
  return undefined;
}
