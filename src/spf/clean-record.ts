import { parseIpAddress } from '../names/ip-address.ts';
import { isDigit } from '../text/characters.ts';
import { ip4Value } from './network.ts';
import type { SpfDirective, SpfQualifier, SpfRecord, SpfTerm } from './record.ts';
import { isImpossible, KNOWN_MODIFIER, readTerm } from './term.ts';

// Every message brings some records and nearly all of them are in order. Parsing finds that out at the end, after looking
// for everything that could be wrong; here the first doubt ends it. Networks, of which records hold dozens, are read in place.

// RFC 7208 §4.6.4. Records with more terms, or with shorter prefixes than these, may deserve a warning.
const MOST_LOOKUPS = 10;
const SHORT_IP4 = 12;
const SHORT_IP6 = 20;

/**
 * Reads a published record as `parseSpfRecord` does, if that would have no error and no warning for it; `undefined` where
 * it might.
 */
export function readCleanRecord(text: string): SpfRecord | undefined {
  const terms: SpfTerm[] = [];
  let lookups = 0;
  let closed = false;
  let modifiers = '';
  for (let at = text.indexOf(' '); at >= 0 && at < text.length; ) {
    if (text.charCodeAt(at) === 0x20) {
      at++;
      continue;
    }
    const space = text.indexOf(' ', at);
    const end = space < 0 ? text.length : space;
    const term = readNetwork(text, at, end) ?? readTerm(text, at, end);
    if ('code' in term || isDoubtful(term)) return undefined;
    if (term.kind === 'modifier') {
      if (modifiers.includes(term.name)) return undefined;
      modifiers += term.name;
    } else {
      if (closed) return undefined;
      if (term.mechanism === 'all') closed = true;
      else if (term.network === undefined) lookups++;
    }
    terms.push(term);
    at = end;
  }
  const redirected = modifiers.includes('redirect');
  // Exactly one of them: without both the record is open, and with both one is ignored.
  return closed === redirected || lookups + (redirected ? 1 : 0) > MOST_LOOKUPS ? undefined : { terms };
}

function isDoubtful(term: SpfTerm): boolean {
  if (isImpossible(term)) return true;
  if (term.kind === 'modifier') return !KNOWN_MODIFIER.test(term.name);
  const { mechanism, qualifier, cidr } = term;
  if (mechanism === 'ptr') return true;
  if (qualifier !== '+') return false;
  return mechanism === 'all' || (cidr !== undefined && ((cidr.ip4 ?? 32) < SHORT_IP4 || (cidr.ip6 ?? 128) < SHORT_IP6));
}

/** Reads text[start, end) if it is an `ip4` or `ip6` term without fault, its name in lower case; others are for `readTerm`. */
function readNetwork(text: string, start: number, end: number): SpfDirective | undefined {
  const first = text.charCodeAt(start);
  const qualified = first === 0x2d || first === 0x2b || first === 0x7e || first === 0x3f;
  const name = qualified ? start + 1 : start;
  const mechanism = text.startsWith('ip4:', name) ? 'ip4' : text.startsWith('ip6:', name) ? 'ip6' : undefined;
  if (mechanism === undefined) return undefined;
  const from = name + 4;
  let to = from;
  while (to < end && text.charCodeAt(to) !== 0x2f) to++;
  const bits = to === end ? -1 : readLength(text, to + 1, end, mechanism === 'ip4' ? 32 : 128);
  if (bits === undefined) return undefined;
  const qualifier = qualified ? (text[start] as SpfQualifier) : '+';
  const span = { start, end };
  const network = text.slice(from, to);
  if (mechanism === 'ip4') {
    if (ip4Value(network) < 0) return undefined;
    if (bits < 0) return { kind: 'directive', qualifier, mechanism, network, span };
    return { kind: 'directive', qualifier, mechanism, network, cidr: { ip4: bits }, span };
  }
  if (parseIpAddress(network)?.family !== 6) return undefined;
  if (bits < 0) return { kind: 'directive', qualifier, mechanism, network, span };
  return { kind: 'directive', qualifier, mechanism, network, cidr: { ip6: bits }, span };
}

/** A prefix length of at most three digits without leading zeros. */
function readLength(text: string, start: number, end: number, most: number): number | undefined {
  let bits = 0;
  if (start === end || end - start > 3 || (text.charCodeAt(start) === 0x30 && end - start > 1)) return undefined;
  for (let i = start; i < end; i++) {
    const unit = text.charCodeAt(i);
    if (!isDigit(unit)) return undefined;
    bits = bits * 10 + unit - 0x30;
  }
  return bits > most ? undefined : bits;
}
