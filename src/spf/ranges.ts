import { formatIpAddress, parseIpAddress } from '../names/ip-address.ts';

// All addresses on one line, so that one pass over it serves both families: IPv6 from 0 on, IPv4 behind it.

/** Where IPv4 begins. */
export const IP4_START = 0x1_0000_0000_0000_0000_0000_0000_0000_0000n;
/** Where everything ends. */
export const SPACE_END = 0x1_0000_0000_0000_0000_0000_0001_0000_0000n;

// IPv4-mapped addresses, ::ffff:0:0/96 (RFC 4291 §2.5.5.2).
const MAPPED_START = 0xffff_0000_0000n;
const MAPPED_END = 0x1_0000_0000_0000n;

/** A half-open range on that line, within one family. */
export interface AddressRange {
  start: bigint;
  end: bigint;
}

/** The range of `address/bits` or of an address alone; `undefined` where the text is neither. */
export function networkRange(text: string): AddressRange | undefined {
  const slash = text.indexOf('/');
  const address = parseIpAddress(slash < 0 ? text : text.slice(0, slash));
  if (address === undefined) return undefined;
  const width = address.bytes.length * 8;
  const size = 1n << BigInt(width - (slash < 0 ? width : Number(text.slice(slash + 1))));
  let value = 0n;
  for (const byte of address.bytes) value = (value << 8n) | BigInt(byte);
  const start = (value / size) * size + (width === 32 ? IP4_START : 0n);
  return { start, end: start + size };
}

/**
 * The canonical text of the network around an address: host bits cleared, RFC 5952, no prefix length for one address.
 * `undefined` where no client is in it: RFC 7208 §5 has those at IPv4-mapped addresses checked as IPv4.
 */
export function networkText(address: string, bits: number | undefined): string | undefined {
  const range = networkRange(bits === undefined ? address : `${address}/${bits}`);
  return range && !unmapRange(range) ? rangeNetworks(range)[0] : undefined;
}

/** The IPv4 range that a range of IPv4-mapped addresses stands for; `undefined` for any other. */
export function unmapRange({ start, end }: AddressRange): AddressRange | undefined {
  if (start < MAPPED_START || end > MAPPED_END) return undefined;
  const shift = IP4_START - MAPPED_START;
  return { start: start + shift, end: end + shift };
}

/** Sorts ranges and joins those that touch; the families never touch. */
export function mergeRanges(ranges: readonly AddressRange[]): AddressRange[] {
  const merged: AddressRange[] = [];
  for (const { start, end } of [...ranges].sort(byStart)) {
    const last = merged.at(-1);
    if (last === undefined || start > last.end || (start === last.end && start === IP4_START)) {
      merged.push({ start, end });
    } else if (end > last.end) {
      last.end = end;
    }
  }
  return merged;
}

export function byStart(a: AddressRange, b: AddressRange): number {
  return a.start < b.start ? -1 : a.start > b.start ? 1 : 0;
}

/** The fewest networks that make up a range within one family, in order. */
export function splitRange({ start, end }: AddressRange): AddressRange[] {
  const networks: AddressRange[] = [];
  const base = start >= IP4_START ? IP4_START : 0n;
  for (let at = start; at < end; ) {
    const offset = at - base;
    // The largest aligned block at this place that still fits.
    let size = offset === 0n ? (base === 0n ? IP4_START : 1n << 32n) : offset & -offset;
    while (at + size > end) size >>= 1n;
    networks.push({ start: at, end: at + size });
    at += size;
  }
  return networks;
}

/** The same as texts. */
export function rangeNetworks(range: AddressRange): string[] {
  return splitRange(range).map(formatNetwork);
}

/** The text of a range that is one network. */
export function formatNetwork({ start, end }: AddressRange): string {
  const isIp4 = start >= IP4_START;
  const bytes = new Uint8Array(isIp4 ? 4 : 16);
  let value = isIp4 ? start - IP4_START : start;
  for (let i = bytes.length - 1; i >= 0; i--) {
    bytes[i] = Number(value & 0xffn);
    value >>= 8n;
  }
  const text = formatIpAddress({ family: isIp4 ? 4 : 6, bytes });
  const bits = bytes.length * 8 - ((end - start).toString(2).length - 1);
  return bits === bytes.length * 8 ? text : `${text}/${bits}`;
}

export function isIp4Range({ start }: AddressRange): boolean {
  return start >= IP4_START;
}
