import type { Diagnostic, Span } from '../diagnostics/diagnostic.ts';
import { parseIpAddress } from '../names/ip-address.ts';
import { asciiLower, isAlpha, isAlphanumeric, isDigit } from '../text/characters.ts';
import { parseMacroString, type SpfMacroFault } from './macro-string.ts';
import type { SpfDirective, SpfMacroString, SpfMechanismName, SpfModifier, SpfQualifier, SpfTerm } from './record.ts';
import { diagnose, type SpfRecordCode } from './rules.ts';

export type TermFault = Diagnostic<SpfRecordCode>;

/** The prefix lengths at the end of a term, and where they begin; `start` is the end of the term where there are none. */
interface Cidr {
  start: number;
  lengths?: { ip4?: number; ip6?: number };
}

/**
 * Reads text[start, end), which holds no space, as one term (RFC 7208 §4.6.1), or says why it is none.
 *
 *     directive = [ qualifier ] mechanism
 *     modifier  = redirect / explanation / unknown-modifier
 *
 * "=" before any ":" or "/" makes a term a modifier.
 */
export function readTerm(text: string, start: number, end: number): SpfTerm | TermFault {
  const nameStart = isQualifier(text.charCodeAt(start)) ? start + 1 : start;
  let nameEnd = nameStart;
  let delimiter = 0;
  for (; nameEnd < end; nameEnd++) {
    delimiter = text.charCodeAt(nameEnd);
    if (delimiter === 0x3a || delimiter === 0x2f || delimiter === 0x3d) break;
  }
  const name = asciiLower(text.slice(nameStart, nameEnd));
  if (nameEnd < end && delimiter === 0x3d) {
    if (nameStart === start && isModifierName(text, start, nameEnd)) return readModifier(text, name, nameEnd, { start, end });
  } else if (isMechanism(name)) {
    const qualifier = nameStart === start ? '+' : (text[start] as SpfQualifier);
    return readMechanism(text, qualifier, name, nameEnd, { start, end });
  }
  return diagnose('spf.unknown-mechanism', { name: text.slice(start, nameEnd) }, { span: { start, end } });
}

function isQualifier(unit: number): boolean {
  return unit === 0x2d || unit === 0x7e || unit === 0x2b || unit === 0x3f;
}

/** name = ALPHA *( ALPHA / DIGIT / "-" / "_" / "." ) */
function isModifierName(text: string, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const unit = text.charCodeAt(i);
    if (isAlpha(unit)) continue;
    if (i === start || !(isDigit(unit) || unit === 0x2d || unit === 0x5f || unit === 0x2e)) return false;
  }
  return start < end;
}

function isMechanism(name: string): name is SpfMechanismName {
  switch (name) {
    case 'include':
    case 'ip4':
    case 'all':
    case 'a':
    case 'mx':
    case 'ip6':
    case 'exists':
    case 'ptr':
      return true;
    default:
      return false;
  }
}

/** RFC 7208 §6: the value of `redirect` and `exp` is a domain-spec, that of any other modifier a macro-string. */
function readModifier(text: string, lower: string, nameEnd: number, span: Span): SpfModifier | TermFault {
  const known = lower === 'redirect' || lower === 'exp';
  const name = known ? lower : text.slice(span.start, nameEnd);
  const macro = known
    ? readDomainSpec(text, name, nameEnd + 1, span.end)
    : readMacroString(text, nameEnd + 1, span.end);
  return 'code' in macro ? macro : { kind: 'modifier', name, value: macro.text, macro, span };
}

/** Reads what follows the name of a mechanism (RFC 7208 §5.1 to §5.7); `nameEnd` is the end of the name. */
function readMechanism(
  text: string,
  qualifier: SpfQualifier,
  mechanism: SpfMechanismName,
  nameEnd: number,
  span: Span,
): SpfDirective | TermFault {
  const { end } = span;
  const directive: SpfDirective = { kind: 'directive', qualifier, mechanism, span };
  let valueEnd = end;
  switch (mechanism) {
    case 'all':
      return nameEnd === end ? directive : unexpected(text, mechanism, nameEnd, end);
    case 'ip4':
    case 'ip6':
      return readNetwork(text, directive, nameEnd);
    case 'a':
    case 'mx': {
      const cidr = readDualCidr(text, nameEnd, end);
      if ('code' in cidr) return cidr;
      if (cidr.lengths !== undefined) directive.cidr = cidr.lengths;
      valueEnd = cidr.start;
      break;
    }
    default:
  }
  if (nameEnd < valueEnd && text[nameEnd] === ':') {
    const macro = readDomainSpec(text, mechanism, nameEnd + 1, valueEnd);
    if ('code' in macro) return macro;
    directive.domainSpec = macro.text;
    directive.macro = macro;
    return directive;
  }
  if (nameEnd < valueEnd) return unexpected(text, mechanism, nameEnd, end);
  return mechanism === 'include' || mechanism === 'exists' ? valueMissing(mechanism, span) : directive;
}

function unexpected(text: string, name: string, start: number, end: number): TermFault {
  return diagnose('spf.value-unexpected', { name, found: text.slice(start, end) }, { span: { start, end } });
}

function valueMissing(name: string, span: Span): TermFault {
  return diagnose('spf.value-missing', { name }, { span });
}

/** ip4 = "ip4" ":" ip4-network [ ip4-cidr-length ]; likewise ip6 (RFC 7208 §5.6). */
function readNetwork(text: string, directive: SpfDirective, nameEnd: number): SpfDirective | TermFault {
  const { mechanism, span } = directive;
  const family = mechanism === 'ip4' ? 4 : 6;
  const start = nameEnd + 1;
  if (start >= span.end) return valueMissing(mechanism, span);
  const slash = indexOfSlash(text, start, span.end);
  const network = text.slice(start, slash);
  if (text[nameEnd] !== ':' || !isAddress(network, family)) {
    const place = { span: { start, end: slash } };
    return diagnose('spf.network', { name: mechanism, family, value: network }, place);
  }
  directive.network = network;
  if (slash === span.end) return directive;
  const limit = family === 4 ? 32 : 128;
  const length = prefixLength(text, slash + 1, span.end, limit);
  if (length < 0) return cidrFault(text, slash, span.end, limit);
  directive.cidr = family === 4 ? { ip4: length } : { ip6: length };
  return directive;
}

function isAddress(text: string, family: 4 | 6): boolean {
  return family === 4 ? ip4Value(text) >= 0 : parseIpAddress(text)?.family === 6;
}

function indexOfSlash(text: string, start: number, end: number): number {
  for (let i = start; i < end; i++) if (text.charCodeAt(i) === 0x2f) return i;
  return end;
}

/** The number that a dotted quad without leading zeros stands for, -1 for anything else: records hold many of them. */
export function ip4Value(text: string): number {
  let value = 0;
  let octet = 0;
  let digits = 0;
  let dots = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (isDigit(unit)) {
      if (digits > 0 && octet === 0) return -1;
      octet = octet * 10 + unit - 0x30;
      digits++;
      if (octet > 255) return -1;
    } else {
      if (unit !== 0x2e || digits === 0 || ++dots > 3) return -1;
      value = value * 256 + octet;
      octet = digits = 0;
    }
  }
  return dots === 3 && digits > 0 ? value * 256 + octet : -1;
}

/** The prefix length text[start, end), or -1 where it is empty, has leading zeros or is above the limit. */
function prefixLength(text: string, start: number, end: number, limit: number): number {
  const digits = end - start;
  if (digits < 1 || digits > 3 || (digits > 1 && text.charCodeAt(start) === 0x30)) return -1;
  let value = 0;
  for (let i = start; i < end; i++) {
    const unit = text.charCodeAt(i);
    if (!isDigit(unit)) return -1;
    value = value * 10 + unit - 0x30;
  }
  return value > limit ? -1 : value;
}

function cidrFault(text: string, start: number, end: number, limit: number): TermFault {
  return diagnose('spf.cidr', { limit, found: text.slice(start, end) }, { span: { start, end } });
}

/**
 * dual-cidr-length = [ ip4-cidr-length ] [ "/" ip6-cidr-length ]
 *
 * Taken off the end, since "/" is legal inside a domain-spec; no domain-spec ends in "/" and digits (RFC 7208 §7.1).
 */
function readDualCidr(text: string, nameEnd: number, end: number): Cidr | TermFault {
  let start = slashBeforeDigits(text, nameEnd, end);
  if (start === end) return { start };
  const lengths: { ip4?: number; ip6?: number } = {};
  let ip4End = end;
  if (start > nameEnd && text.charCodeAt(start - 1) === 0x2f) {
    lengths.ip6 = prefixLength(text, start + 1, end, 128);
    if (lengths.ip6 < 0) return cidrFault(text, start, end, 128);
    ip4End = start - 1;
    start = slashBeforeDigits(text, nameEnd, ip4End);
  }
  if (start < ip4End) {
    lengths.ip4 = prefixLength(text, start + 1, ip4End, 32);
    if (lengths.ip4 < 0) return cidrFault(text, start, ip4End, 32);
  }
  return { start, lengths };
}

/** Where the "/" and digits at the end of text[start, end) begin; `end` where there are none. */
function slashBeforeDigits(text: string, start: number, end: number): number {
  let i = end - 1;
  while (i >= start && isDigit(text.charCodeAt(i))) i--;
  return i >= start && text.charCodeAt(i) === 0x2f ? i : end;
}

/** domain-spec = macro-string domain-end; domain-end = ( "." toplabel [ "." ] ) / macro-expand */
function readDomainSpec(text: string, name: string, start: number, end: number): SpfMacroString | TermFault {
  const span = { start, end };
  if (start >= end) return valueMissing(name, span);
  const { parts, expandEnd, fault } = parseMacroString(text, start, end, false);
  if (fault !== undefined) return macroFault(text, fault);
  const value = text.slice(start, end);
  if (expandEnd === end || endsInToplabel(text, expandEnd, end)) return { text: value, parts, span };
  return diagnose('spf.domain-spec', { name, value }, { span });
}

function readMacroString(text: string, start: number, end: number): SpfMacroString | TermFault {
  const { parts, fault } = parseMacroString(text, start, end, false);
  return fault === undefined ? { text: text.slice(start, end), parts, span: { start, end } } : macroFault(text, fault);
}

function macroFault(text: string, { kind, span }: SpfMacroFault): TermFault {
  const found = text.slice(span.start, span.end);
  if (kind === 'character') return diagnose('spf.character', { found }, { span });
  return diagnose(kind === 'percent' ? 'spf.macro' : 'spf.macro-explanation', { macro: found }, { span });
}

/**
 * toplabel = ( *alphanum ALPHA *alphanum ) / ( 1*alphanum "-" *( alphanum / "-" ) alphanum )
 *
 * That is letters, digits and inner hyphens, but not digits alone; the dot before it has to be there.
 */
function endsInToplabel(text: string, start: number, end: number): boolean {
  const last = text.charCodeAt(end - 1) === 0x2e ? end - 1 : end;
  let numeric = true;
  let i = last - 1;
  for (; i >= start; i--) {
    const unit = text.charCodeAt(i);
    if (unit === 0x2e) break;
    if (!isAlphanumeric(unit) && unit !== 0x2d) return false;
    if (!isDigit(unit)) numeric = false;
  }
  return i >= start && !numeric && text.charCodeAt(last - 1) !== 0x2d && text.charCodeAt(i + 1) !== 0x2d;
}
