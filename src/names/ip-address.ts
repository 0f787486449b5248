import { isDigit } from '../text/characters.ts';

/** An address as bytes in network order: 4 of IPv4 or 16 of IPv6. */
export interface IpAddress {
  family: 4 | 6;
  bytes: Uint8Array;
}

/** Reads a dotted quad (no leading zeros) or an IPv6 address (RFC 4291 §2.2, no zone); `undefined` for anything else. */
export function parseIpAddress(text: string): IpAddress | undefined {
  if (text.length > 45) return undefined;
  const bytes = text.includes(':') ? parseIp6(text) : parseIp4(text, 0);
  return bytes && { family: bytes.length === 4 ? 4 : 6, bytes };
}

function parseIp4(text: string, from: number): Uint8Array | undefined {
  const bytes = new Uint8Array(4);
  let octet = 0;
  let digits = 0;
  let value = 0;
  for (let i = from; i <= text.length; i++) {
    const unit = i === text.length ? 0x2e : text.charCodeAt(i);
    if (unit === 0x2e) {
      if (digits === 0 || octet > 3 || value > 255) return undefined;
      bytes[octet++] = value;
      digits = value = 0;
    } else {
      if (!isDigit(unit) || digits === 3 || (digits > 0 && value === 0)) return undefined;
      value = value * 10 + unit - 0x30;
      digits++;
    }
  }
  return octet === 4 ? bytes : undefined;
}

function hexValue(unit: number): number {
  if (isDigit(unit)) return unit - 0x30;
  const lower = unit | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

function parseIp6(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(16);
  let length = 0;
  let gap = -1;
  let i = 0;
  if (text.startsWith('::')) {
    gap = 0;
    i = 2;
  }
  while (i < text.length) {
    if (length >= 16) return undefined;
    const groupStart = i;
    let value = 0;
    for (; i < text.length && hexValue(text.charCodeAt(i)) >= 0; i++) value = value * 16 + hexValue(text.charCodeAt(i));
    if (text[i] === '.') {
      // RFC 4291 §2.2 form 3: the last 32 bits as a dotted quad.
      const quad = length <= 12 ? parseIp4(text, groupStart) : undefined;
      if (quad === undefined) return undefined;
      bytes.set(quad, length);
      length += 4;
      i = text.length;
      break;
    }
    if (i === groupStart || i - groupStart > 4) return undefined;
    bytes[length++] = value >> 8;
    bytes[length++] = value & 0xff;
    if (i === text.length) break;
    if (text[i] !== ':' || i + 1 === text.length) return undefined;
    i++;
    if (text[i] === ':') {
      if (gap !== -1) return undefined;
      gap = length;
      i++;
    }
  }
  if (gap === -1) return length === 16 ? bytes : undefined;
  if (length > 14) return undefined;
  bytes.copyWithin(16 - (length - gap), gap, length);
  bytes.fill(0, gap, 16 - (length - gap));
  return bytes;
}

/** The IPv4 address inside an IPv4-mapped IPv6 address (::ffff:0:0/96), any other address as it is. */
export function unmapIpAddress(address: IpAddress): IpAddress {
  const { family, bytes } = address;
  if (family === 4 || bytes[10] !== 0xff || bytes[11] !== 0xff) return address;
  for (let i = 0; i < 10; i++) if (bytes[i] !== 0) return address;
  return { family: 4, bytes: bytes.slice(12) };
}

/** Whether the first `bits` bits of two addresses of one family are the same; addresses of two families never match. */
export function samePrefix(a: IpAddress, b: IpAddress, bits: number): boolean {
  if (a.family !== b.family) return false;
  const whole = bits >> 3;
  for (let i = 0; i < whole; i++) if (a.bytes[i] !== b.bytes[i]) return false;
  const rest = bits & 7;
  return rest === 0 || ((a.bytes[whole]! ^ b.bytes[whole]!) & (0xff << (8 - rest)) & 0xff) === 0;
}

/** The text form: a dotted quad, or RFC 5952 for IPv6. */
export function formatIpAddress({ family, bytes }: IpAddress): string {
  if (family === 4) return bytes.join('.');
  const groups: number[] = [];
  for (let i = 0; i < 16; i += 2) groups.push((bytes[i]! << 8) | bytes[i + 1]!);
  // RFC 5952 §4.2: the longest run of two or more zero groups, the first of equals, becomes "::".
  let runStart = -1;
  let runLength = 1;
  for (let i = 0; i < 8; i++) {
    let j = i;
    while (j < 8 && groups[j] === 0) j++;
    if (j - i > runLength) {
      runStart = i;
      runLength = j - i;
    }
    if (j > i) i = j;
  }
  const hex = (part: number[]) => part.map((group) => group.toString(16)).join(':');
  return runStart === -1
    ? hex(groups)
    : `${hex(groups.slice(0, runStart))}::${hex(groups.slice(runStart + runLength))}`;
}
