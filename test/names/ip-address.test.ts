import { isIP } from 'node:net';
import { describe, expect, test } from 'vitest';
import { formatIpAddress, parseIpAddress, samePrefix, unmapIpAddress } from '../../src/names/ip-address.ts';

const normalized = (text: string) => {
  const address = parseIpAddress(text);
  return address && formatIpAddress(address);
};

describe('addresses', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['0.0.0.0', '0.0.0.0'],
    ['255.255.255.255', '255.255.255.255'],
    ['::', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['2001:DB8::A', '2001:db8::a'],
    ['2001:0db8:0000:0000:0000:0000:0000:0001', '2001:db8::1'],
    ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
    ['::2:3:4:5:6:7:8', '0:2:3:4:5:6:7:8'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['1::3:4:5:6:7:8', '1:0:3:4:5:6:7:8'],
    ['::192.0.2.1', '::c000:201'],
    ['::ffff:192.0.2.1', '::ffff:c000:201'],
    ['1:2:3:4:5:6:192.0.2.1', '1:2:3:4:5:6:c000:201'],
    ['1:2:3:4:5::192.0.2.1', '1:2:3:4:5:0:c000:201'],
    ['::1:2:3:4:5:192.0.2.1', '0:1:2:3:4:5:c000:201'],
    // RFC 5952 §4.2.2, §4.2.3: the longest run, of equals the first, and never a single group.
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['1:0:0:2:3:0:0:4', '1::2:3:0:0:4'],
    ['1:0:2:0:3:0:4:0', '1:0:2:0:3:0:4:0'],
    ['0:0:1:1:1:1:0:0', '::1:1:1:1:0:0'],
    ['1:1:1:1:1:1:0:0', '1:1:1:1:1:1::'],
  ])('%s is %s', (text, expected) => expect(normalized(text)).toBe(expected));

  test.each([
    ['nothing', ''],
    ['three octets', '192.0.2'],
    ['five octets', '192.0.2.1.1'],
    ['an octet above 255', '192.0.2.256'],
    ['four digits', '192.0.2.0001'],
    ['a leading zero, which some read as octal', '192.0.2.01'],
    ['two zeros', '192.0.2.00'],
    ['an empty octet', '192..2.1'],
    ['a final dot', '192.0.2.1.'],
    ['white space', ' 192.0.2.1'],
    ['a sign', '192.0.2.-1'],
    ['hexadecimal', '0xc0.0.2.1'],
    ['full-width digits', '１92.0.2.1'],
    ['a port', '192.0.2.1:25'],
    ['a prefix length', '192.0.2.0/24'],
    ['a name', 'example.com'],
    ['seven groups', '1:2:3:4:5:6:7'],
    ['nine groups', '1:2:3:4:5:6:7:8:9'],
    ['two gaps', '1::2::3'],
    ['three colons', '1:::2'],
    ['only three colons', ':::'],
    ['a gap for nothing', '1:2:3:4::5:6:7:8'],
    ['a gap for nothing in front', '::1:2:3:4:5:6:7:8'],
    ['a gap for nothing behind', '1:2:3:4:5:6:7:8::'],
    ['a final colon', '1:2:3:4:5:6:7:'],
    ['a leading colon', ':1:2:3:4:5:6:7'],
    ['a colon', ':'],
    ['five digits', '12345::'],
    ['no hexadecimal digit', '::g'],
    ['a zone (RFC 4007 §11)', 'fe80::1%eth0'],
    ['brackets', '[::1]'],
    ['a quad in front', '192.0.2.1::'],
    ['a quad in the middle', '::192.0.2.1:1'],
    ['a quad too many', '1:2:3:4:5:6:7:192.0.2.1'],
    ['a quad and eight groups', '1:2:3:4:5:6:7:8:192.0.2.1'],
    ['a gap for nothing before a quad', '1:2:3:4:5:6::192.0.2.1'],
    ['a quad of three', '::192.0.2'],
    ['a quad that begins with a letter', '::a.0.2.1'],
    ['a megabyte of zeros', '0'.repeat(1_000_000)],
    ['46 characters', `0000:0000:0000:0000:0000:0000:255.255.255.255 `],
  ])('%s is none', (_, text) => {
    expect(parseIpAddress(text)).toBeUndefined();
    // Node reads zones; in all else it agrees.
    if (!text.includes('%')) expect(isIP(text)).toBe(0);
  });

  test('the longest text of an address', () => {
    const text = '0000:0000:0000:0000:0000:ffff:255.255.255.255';
    expect(text).toHaveLength(45);
    expect(normalized(text)).toBe('::ffff:ffff:ffff');
  });
});

describe('IPv4-mapped addresses (RFC 4291 §2.5.5.2)', () => {
  test.each([
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::ffff:0:0', '0.0.0.0'],
    ['192.0.2.1', '192.0.2.1'],
    ['::192.0.2.1', '::c000:201'],
    ['::fffe:c000:201', '::fffe:c000:201'],
    ['::ff:c000:201', '::ff:c000:201'],
    ['::1:ffff:c000:201', '::1:ffff:c000:201'],
    ['100::ffff:c000:201', '100::ffff:c000:201'],
  ])('%s is %s', (text, expected) => expect(formatIpAddress(unmapIpAddress(parseIpAddress(text)!))).toBe(expected));
});

describe('prefixes', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1', 32, true],
    ['192.0.2.1', '192.0.2.0', 32, false],
    ['192.0.2.1', '192.0.2.0', 31, true],
    ['192.0.2.129', '192.0.2.1', 25, false],
    ['192.0.2.129', '192.0.2.1', 24, true],
    ['192.0.2.1', '10.0.0.1', 1, false],
    ['192.0.2.1', '10.0.0.1', 0, true],
    ['2001:db8::1', '2001:db8::1', 128, true],
    ['2001:db8::1', '2001:db8::', 128, false],
    ['2001:db8:8000::', '2001:db8::', 32, true],
    ['2001:db8:8000::', '2001:db8::', 33, false],
    ['::', '0.0.0.0', 0, false],
  ])('%s and %s in %i bits: %s', (a, b, bits, expected) => {
    expect(samePrefix(parseIpAddress(a)!, parseIpAddress(b)!, bits)).toBe(expected);
  });
});
