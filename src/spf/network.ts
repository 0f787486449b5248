import { isDigit } from '../text/characters.ts';

// The addresses in a record are only checked here and become bytes when they are compared; names/ip-address.ts, which does
// both, would cost a parser three times the code and its callers an array for each of the many networks of a record.
// test/properties/spf-record.test.ts holds the two against each other.

/** The number that a dotted quad without leading zeros stands for (RFC 7208 §5.6), or -1. */
export function ip4Value(text: string): number {
  let value = 0;
  let octet = -1;
  let dots = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 0x2e && octet >= 0) {
      value = value * 256 + octet;
      octet = -1;
      dots++;
    } else if (isDigit(unit) && octet !== 0) {
      octet = Math.max(octet, 0) * 10 + unit - 0x30;
      if (octet > 255) return -1;
    } else return -1;
  }
  return dots === 3 && octet >= 0 ? value * 256 + octet : -1;
}

/** Whether the text is an IPv6 address (RFC 4291 §2.2): eight groups, some of them as "::", the last two as a dotted quad. */
export function isIp6Address(text: string): boolean {
  const last = text.lastIndexOf(':') + 1;
  const groups = ip4Value(text.slice(last)) < 0 ? text : `${text.slice(0, last)}0:0`;
  const missing = 8 - groups.split(/:+/).filter(Boolean).length;
  // "::" stands for at least one group; it alone may begin or end the address.
  const full = groups.replace('::', `:${'0:'.repeat(Math.max(missing, 1))}`);
  return !/^:(?!:)|[^:]:$/.test(groups) && /^:?(?:[\da-f]{1,4}(?::|$)){8}$/i.test(full);
}
