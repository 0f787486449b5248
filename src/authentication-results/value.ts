import { isAlphanumeric } from '../text/characters.ts';
import { isDotAtom } from '../text/structured-field.ts';

// RFC 2045 §5.1: everything but controls, space and tspecials.
const TOKEN = /^[!#-'*+.\dA-Z^-~\x80-\uffff-]+$/;

/** ``Keyword = Ldh-str = *( ALPHA / DIGIT / "-" ) (ALPHA / DIGIT)`` (RFC 5321 §4.1.2). */
export function isKeyword(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (!isAlphanumeric(unit) && unit !== 0x2d) return false;
  }
  return text !== '' && !text.endsWith('-');
}

/** A token (RFC 2045 §5.1); RFC 8601 §2.5 and §2.7 allow UTF-8 in several values, so it may hold that. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** ``[ [local-part] "@" ] domain-name`` with an "@" (RFC 8601 §2.2); the local part is a dot-atom or a quoted-string. */
export function isAddress(text: string): boolean {
  const at = text.lastIndexOf('@');
  if (at === -1 || !isDomain(text.slice(at + 1))) return false;
  return at === 0 || isDotAtom(text.slice(0, at)) || isQuotedString(text.slice(0, at));
}

/** ``domain-name = sub-domain 1*("." sub-domain)`` (RFC 6376 §3.5) or a single one, of which there are some in use. */
function isDomain(text: string): boolean {
  let start = true;
  let hyphen = false;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    const edge = unit === 0x2e || unit === 0x2d;
    if (edge ? start || (hyphen && unit === 0x2e) : !isAlphanumeric(unit) && unit < 0x80) return false;
    start = unit === 0x2e;
    hyphen = unit === 0x2d;
  }
  return !start && !hyphen;
}

function isQuotedString(text: string): boolean {
  const last = text.length - 1;
  if (last < 1 || text[0] !== '"' || text[last] !== '"') return false;
  for (let i = 1; i < last; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '"') return false;
    if (i >= last) return false;
    const unit = text.charCodeAt(i);
    if (unit < 0x20 || unit === 0x7f) return false;
  }
  return true;
}
