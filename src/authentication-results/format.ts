import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { domainName } from '../names/domain-name.ts';
import type { AuthenticationProperty, AuthenticationResult, AuthenticationResultsHeader } from './header.ts';
import { type AuthenticationResultsCode, diagnose } from './rules.ts';

// RFC 2045 §5.1: what a token may not hold, besides controls and space.
const TSPECIALS = '()<>@,;:\\"/[]?=';
// RFC 5322 §3.2.3: what an atom may hold besides letters and digits.
const ATEXT_SPECIALS = "!#$%&'*+-/=?^_`{|}~";
// RFC 5322 §2.1.1: a line holds at most 998 octets, so no single value may come near.
const MAX_VALUE = 500;

/**
 * Writes the value of an Authentication-Results field, one method a line.
 *
 * ```
 * authres-payload = [CFWS] authserv-id [CFWS authres-version] ( no-result / 1*resinfo ) [CFWS] CRLF
 * ```
 *
 * Every value that came from outside is written as a token, as an address or quoted; what no quoted-string may hold is
 * left out with a diagnostic, so that nothing can begin a new line, a new method or a new property (RFC 8601 §7.8).
 */
export function formatHeader(header: AuthenticationResultsHeader): {
  value: string;
  diagnostics: Diagnostic<AuthenticationResultsCode>[];
} {
  const diagnostics: Diagnostic<AuthenticationResultsCode>[] = [];
  const id = formatValue(header.authservId, 'authserv-id', diagnostics);
  // RFC 8601 §2.2: no-result is the one word "none".
  if (header.results.length === 0) return { value: `${id}; none`, diagnostics };
  const lines = header.results.map((result) => formatResult(result, diagnostics));
  return { value: [id, ...lines].join(';\r\n '), diagnostics };
}

function formatResult(
  { method, result, reason, properties }: AuthenticationResult,
  diagnostics: Diagnostic<AuthenticationResultsCode>[],
): string {
  const parts = [`${method}=${result}`];
  if (reason !== undefined) parts.push(`reason=${formatValue(reason, `${method} reason`, diagnostics)}`);
  for (const property of properties) parts.push(formatProperty(property, diagnostics));
  return parts.join(' ');
}

function formatProperty(
  { ptype, property, value }: AuthenticationProperty,
  diagnostics: Diagnostic<AuthenticationResultsCode>[],
): string {
  const name = `${ptype}.${property}`;
  // RFC 8601 §2.2: a value that stands for an address has the form [local-part]@domain and is not quoted.
  return `${name}=${isAddress(value) ? value : formatValue(value, name, diagnostics)}`;
}

/** ``[ [local-part] "@" ] domain-name`` with a dot-atom as local part and a name of A-labels. */
function isAddress(value: string): boolean {
  const at = value.lastIndexOf('@');
  if (at === -1 || value.length > MAX_VALUE || value !== printableOnly(value)) return false;
  const domain = value.slice(at + 1);
  return domainName(domain) === domain.toLowerCase() && (at === 0 || isDotAtom(value.slice(0, at)));
}

function isDotAtom(text: string): boolean {
  return text.split('.').every((atom) => atom !== '' && [...atom].every(isAtext));
}

function isAtext(c: string): boolean {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || ATEXT_SPECIALS.includes(c);
}

/** ``value = token / quoted-string`` (RFC 2045 §5.1). */
function formatValue(value: string, name: string, diagnostics: Diagnostic<AuthenticationResultsCode>[]): string {
  const kept = printableOnly(value);
  if (kept !== value) {
    diagnostics.push(
      diagnose(
        'authentication-results.value-filtered',
        { property: name, value: kept },
        { subject: 'Authentication-Results' },
      ),
    );
  }
  if (kept !== '' && [...kept].every((c) => c !== ' ' && !TSPECIALS.includes(c))) return kept;
  return `"${kept.replace(/["\\]/g, '\\$&')}"`;
}

/** The text without what no quoted-string may hold: controls, line breaks and whatever is not ASCII. */
function printableOnly(text: string): string {
  return [...text.slice(0, MAX_VALUE)].filter((c) => c >= ' ' && c <= '~').join('');
}
