import type { Span } from '../diagnostics/diagnostic.ts';
import { parseMacroString } from './macro-string.ts';
import { ip4Value, isIp6Address } from './network.ts';
import type { SpfDirective, SpfMacroString, SpfMechanismName, SpfQualifier, SpfTerm } from './record.ts';
import { finding, type SpfFinding } from './rules.ts';

export const MECHANISMS: readonly SpfMechanismName[] = ['include', 'ip4', 'all', 'a', 'mx', 'ip6', 'exists', 'ptr'];

// name = ALPHA *( ALPHA / DIGIT / "-" / "_" / "." )
const MODIFIER_NAME = /^[a-z][\w.-]*$/i;

const NEEDS_VALUE = /^[ie]/; // include, ip4, ip6, exists

// dual-cidr-length = [ ip4-cidr-length ] [ "/" ip6-cidr-length ]; the numbers are checked afterwards. It is taken off the
// end, since "/" is legal inside a domain-spec, and no domain-spec ends in "/" and digits (RFC 7208 §7.1).
export const DUAL_CIDR: RegExp = /(?:\/(\d*))?(?:\/\/(\d*))?$/;

// domain-end = ( "." toplabel [ "." ] ) / macro-expand
// toplabel = ( *alphanum ALPHA *alphanum ) / ( 1*alphanum "-" *( alphanum / "-" ) alphanum )
const DOMAIN_END = /\.(?!\d+\.?$)[a-z\d](?:[a-z\d-]*[a-z\d])?\.?$/i;

// A domain-spec that is a host name. The grammar allows more: a URL, an e-mail address, an empty label.
const HOST = /^(?:[\w-]+\.)+(?!\d+\.?$)[a-z\d](?:[a-z\d-]*[a-z\d])?\.?$/i;

/**
 * Whether a domain-spec holds no macro and yet names no possible host; only a host name has a part with the very span of
 * the whole (see `readMacroString`), which spares every record a second look at its names.
 */
export function isImpossible({ macro }: SpfTerm): boolean {
  return macro !== undefined && macro.parts[0]?.span !== macro.span && !macro.text.includes('%');
}

/** The modifiers that evaluation knows (RFC 7208 §6); it ignores all others. */
export const KNOWN_MODIFIER: RegExp = /^(?:redirect|exp)$/;

/**
 * Reads text[start, end), which holds no space, as one term (RFC 7208 §4.6.1), or says why it is none.
 *
 * ```
 * directive = [ qualifier ] mechanism
 * modifier  = redirect / explanation / unknown-modifier
 * ```
 *
 * "=" before any ":" or "/" makes a term a modifier.
 */
export function readTerm(text: string, start: number, end: number): SpfTerm | SpfFinding {
  const span = { start, end };
  const qualified = '+-~?'.includes(text[start]!);
  const nameStart = qualified ? start + 1 : start;
  let nameEnd = nameStart;
  while (nameEnd < end && !isDelimiter(text.charCodeAt(nameEnd))) nameEnd++;
  const written = text.slice(nameStart, nameEnd);
  // Of all letters outside ASCII only the Kelvin sign has a lower case inside it, and no name has a "k".
  const lower = written.toLowerCase();
  if (text[nameEnd] !== '=') {
    const mechanism = MECHANISMS[(MECHANISMS as readonly string[]).indexOf(lower)];
    const qualifier = qualified ? (text[start] as SpfQualifier) : '+';
    if (mechanism !== undefined) return readMechanism(text, { kind: 'directive', qualifier, mechanism, span }, nameEnd);
  } else if (!qualified && MODIFIER_NAME.test(written)) {
    const known = KNOWN_MODIFIER.test(lower);
    if (known && nameEnd + 1 === end) return finding(text, 'spf.value-missing', span);
    const macro = readMacroString(text, { start: nameEnd + 1, end }, known);
    return 'code' in macro
      ? macro
      : { kind: 'modifier', name: known ? lower : written, value: macro.text, macro, span };
  }
  return finding(text, 'spf.unknown-mechanism', span);
}

function isDelimiter(unit: number): boolean {
  return unit === 0x3a || unit === 0x2f || unit === 0x3d;
}

/** Reads what follows the name of a mechanism (RFC 7208 §5); `start` is the end of the name. */
function readMechanism(text: string, directive: SpfDirective, start: number): SpfDirective | SpfFinding {
  const { mechanism, span } = directive;
  const isNetwork = mechanism === 'ip4' || mechanism === 'ip6';
  const isIp6 = mechanism === 'ip6';
  let { end } = span;
  const written = text.slice(start, end);
  if (written.includes('/') && (isNetwork || mechanism === 'a' || mechanism === 'mx')) {
    const [cidr, first, second] = DUAL_CIDR.exec(written)!;
    end -= cidr.length;
    if (!isLength(first, isIp6 ? 128 : 32) || !isLength(second, isNetwork ? -1 : 128)) {
      return finding(text, 'spf.cidr', { start: end, end: span.end });
    }
    const ip6 = isIp6 ? first : second;
    if (cidr) directive.cidr = { ...(first && !isIp6 && { ip4: +first }), ...(ip6 && { ip6: +ip6 }) };
  }
  if (start === end && !NEEDS_VALUE.test(mechanism)) return directive;
  const place = { start: start + 1, end };
  if (start + 1 >= end) return finding(text, 'spf.value-missing', span);
  if (text[start] !== ':' || mechanism === 'all') return finding(text, 'spf.unknown-mechanism', span);
  if (isNetwork) {
    const network = text.slice(start + 1, end);
    if (isIp6 ? !isIp6Address(network) : ip4Value(network) < 0) return finding(text, 'spf.network', place);
    directive.network = network;
    return directive;
  }
  const macro = readMacroString(text, place, true);
  if ('code' in macro) return macro;
  directive.domainSpec = macro.text;
  directive.macro = macro;
  return directive;
}

/** Whether the text is a prefix length without leading zeros, or absent. */
function isLength(text: string | undefined, limit: number): boolean {
  return text === undefined || (+text <= limit && String(+text >>> 0) === text);
}

/** Reads a macro-string, or a domain-spec, which has to end in a top-level label or a macro. */
function readMacroString(text: string, span: Span, isDomain: boolean): SpfMacroString | SpfFinding {
  const { start, end } = span;
  const value = text.slice(start, end);
  // Nearly every domain-spec is a plain name.
  if (HOST.test(value)) return { text: value, parts: [{ kind: 'literal', text: value, span }], span };
  const { parts, expandEnd, fault } = parseMacroString(text, start, end, false);
  if (fault) return finding(text, `spf.${fault.kind}`, fault.span);
  if (isDomain && expandEnd !== end && !DOMAIN_END.test(text.slice(expandEnd, end))) {
    return finding(text, 'spf.domain-spec', span);
  }
  return { text: value, parts, span };
}
