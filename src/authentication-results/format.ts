import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { domainName } from '../names/domain-name.ts';
import { isAscii } from '../text/characters.ts';
import { diagnose, type FormatCode } from './format-rules.ts';
import type { AuthenticationProperty, AuthenticationResult, AuthenticationResultsHeader } from './header.ts';
import { isAddress, isKeyword, isToken } from './value.ts';

// RFC 5322 §2.1.1: a line holds at most 998 octets. A name is a keyword of at most 64, so that name, "=" and value fit.
const MAX_LINE = 990;
const MAX_VALUE = 800;
const MAX_NAME = 64;

interface Writer {
  /** Whether the message may have UTF-8 in its header (RFC 6532). */
  eai: boolean;
  diagnostics: Diagnostic<FormatCode>[];
}

/**
 * Writes the value of an Authentication-Results field, one method a line.
 *
 * ```
 * authres-payload = [CFWS] authserv-id [CFWS authres-version] ( no-result / 1*resinfo ) [CFWS] CRLF
 * ```
 *
 * Every value that came from outside is written as a token, as an address, quoted or as a comment; what none of these may
 * hold is left out with a diagnostic, so that nothing can begin a new line, a new method or a new property (RFC 8601 §7.8).
 */
export function formatHeader(
  { authservId, version, results, comments = [] }: AuthenticationResultsHeader,
  eai = false,
): { value: string; diagnostics: Diagnostic<FormatCode>[] } {
  const writer: Writer = { eai, diagnostics: [] };
  // A name loses nothing as A-labels; without some of its characters it would be somebody else's.
  const id = eai || isAscii(authservId) ? authservId : (domainName(authservId) ?? authservId);
  const head = [formatValue(id, 'authserv-id', writer)];
  if (version !== undefined) head.push(String(version));
  for (const comment of comments) head.push(formatComment(comment, writer));
  let lines = '';
  for (const result of results) {
    const parts = formatResult(result, writer);
    if (parts.length > 0) lines += `;\r\n ${joinFolded(parts)}`;
  }
  // RFC 8601 §2.2: no-result is the one word "none".
  return { value: joinFolded(head) + (lines || '; none'), diagnostics: writer.diagnostics };
}

/** The parts with a space between them, folded where the line would be too long. */
function joinFolded(parts: readonly string[]): string {
  let out = '';
  let length = 0;
  // The name of the field is in the first line.
  const most = MAX_LINE - 'ARC-Authentication-Results: i=50; '.length;
  const joined = parts.join(' ');
  // Nearly every line is far from that, even if all of it were such units as take three octets.
  if (joined.length < most / 3) return joined;
  for (const part of parts) {
    const octets = octetLength(part);
    const fold = length > 0 && length + octets > most;
    out += `${fold ? '\r\n  ' : out && ' '}${part}`;
    length = fold ? octets : length + octets + 1;
  }
  return out;
}

function octetLength(text: string): number {
  let length = 0;
  for (let i = 0; i < text.length; i++) length += unitOctets(text.charCodeAt(i));
  return length;
}

/** The octets of a UTF-16 unit in UTF-8; each half of a surrogate pair has two. */
function unitOctets(unit: number): number {
  if (unit < 0x80) return 1;
  return unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 2 : 3;
}

function formatResult(
  { method, version, result, reason, properties, comments = [] }: AuthenticationResult,
  writer: Writer,
): string[] {
  if (!isName(method, writer) || !isName(result, writer)) return [];
  const parts = [`${method}${version === undefined ? '' : `/${version}`}=${result}`];
  for (const comment of comments) parts.push(formatComment(comment, writer));
  if (reason !== undefined) parts.push(`reason=${formatValue(reason, `${method} reason`, writer)}`);
  for (const property of properties) formatProperty(property, writer, parts);
  return parts;
}

/** Names are written as they are, so that they must be what they should be. */
function isName(name: string, { diagnostics }: Writer): boolean {
  if (isKeyword(name) && name.length <= MAX_NAME) return true;
  diagnostics.push(diagnose('authentication-results.name-dropped', { name }, { subject: 'Authentication-Results' }));
  return false;
}

function formatProperty({ ptype, property, value }: AuthenticationProperty, writer: Writer, parts: string[]): void {
  if (!isName(ptype, writer) || !isName(property, writer)) return;
  const name = `${ptype}.${property}`;
  parts.push(`${name}=${formatValue(value, name, writer, true)}`);
}

/** ``value = token / quoted-string`` (RFC 2045 §5.1), or an address, which RFC 8601 §2.2 wants without quotes. */
function formatValue(value: string, name: string, writer: Writer, mayBeAddress = false): string {
  const kept = writable(value, '"\\', name, writer);
  if (mayBeAddress && isAddress(kept) && domainName(kept.slice(kept.lastIndexOf('@') + 1)) !== undefined) return kept;
  return isToken(kept) && isAscii(kept) ? kept : `"${kept.replace(/["\\]/g, '\\$&')}"`;
}

function formatComment(comment: string, writer: Writer): string {
  return `(${writable(comment, '()\\', 'a comment', writer).replace(/[()\\]/g, '\\$&')})`;
}

/**
 * The text without what no quoted-string and no comment may hold: controls, line breaks, what is not ASCII (with `eai`: what
 * is not Unicode), and what is too much for a line; the `specials` cost a backslash.
 */
function writable(text: string, specials: string, name: string, { eai, diagnostics }: Writer): string {
  // Nothing to take away, even where every character costs a backslash.
  if (text.length <= MAX_VALUE / 2 && !/[^ -~]/.test(text)) return text;
  let kept = '';
  let octets = 0;
  let filtered = false;
  let cut = false;
  for (const c of text) {
    const unit = c.charCodeAt(0);
    const lone = c.length === 1 && unit >= 0xd800 && unit <= 0xdfff;
    if (unit < 0x20 || unit === 0x7f || lone || (unit > 0x7f && !eai)) {
      filtered = true;
      continue;
    }
    octets += octetLength(c) + (specials.includes(c) ? 1 : 0);
    cut = octets > MAX_VALUE;
    if (cut) break;
    kept += c;
  }
  const place = { subject: 'Authentication-Results' };
  const params = { property: name, value: kept };
  if (filtered) diagnostics.push(diagnose('authentication-results.value-filtered', params, place));
  if (cut) diagnostics.push(diagnose('authentication-results.value-cut', { property: name }, place));
  return kept;
}
