import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCleanRecord } from '../../src/spf/clean-record.ts';
import { parseSpfRecord } from '../../src/spf/parse.ts';

/** What the parser says about a record that has neither errors nor warnings. */
function parsedIfClean(text: string): unknown {
  const { value, diagnostics } = parseSpfRecord(text);
  return diagnostics.some(({ severity }) => severity !== 'info') ? undefined : value;
}

describe('the record of a domain that made no mistake (RFC 7208 §4.6.1)', () => {
  test.each([
    'v=spf1 -all',
    'V=SPF1  ip4:192.0.2.0/24   ~all ',
    'v=spf1 ip4:0.0.0.0 ?ip4:255.255.255.255/32 -ip4:192.0.2.1/0 ~ip6:2001:db8::/32 ip6:::ffff:192.0.2.1/128 ?all',
    'v=spf1 a mx a:www.example.com//64 mx:example.com/24//64 exists:%{ir}.%{v}._spf.%{d2} include:_spf.example.com -all',
    'v=spf1 include:a.example redirect=b.example',
    'v=spf1 exp=why.example.com -all',
    'v=spf1 IP4:192.0.2.1 Include:a.example -ALL',
    'v=spf1 a a ip4:192.0.2.1/24 -all',
  ])('%s is read as the parser reads it', (text) => {
    expect(parsedIfClean(text)).toBeDefined();
    expect(readCleanRecord(text)).toEqual(parsedIfClean(text));
  });

  test.each([
    ['an unknown mechanism', 'v=spf1 ip5:192.0.2.1 -all'],
    ['no "all"', 'v=spf1 a'],
    ['nothing at all', 'v=spf1'],
    ['+all', 'v=spf1 +all'],
    ['ptr', 'v=spf1 ptr -all'],
    ['a term behind "all"', 'v=spf1 -all a'],
    ['redirect beside "all"', 'v=spf1 -all redirect=a.example'],
    ['two redirects', 'v=spf1 redirect=a.example redirect=a.example'],
    ['an impossible host', 'v=spf1 a:localhost -all'],
    ['a misspelt modifier', 'v=spf1 redirct=a.example -all'],
    ['a wide network', 'v=spf1 ip4:10.0.0.0/8 -all'],
    ['11 terms with lookups', `v=spf1 ${'a '.repeat(11)}-all`],
    ['a wrong prefix length', 'v=spf1 ip4:192.0.2.0/33 -all'],
    ['a prefix length with a leading zero', 'v=spf1 ip4:192.0.2.0/024 -all'],
    ['a prefix length that is none', 'v=spf1 ip4:192.0.2.0/ -all'],
    ['an address of three numbers', 'v=spf1 ip4:192.0.2/24 -all'],
    ['an empty octet', 'v=spf1 ip4:192..2.1 -all'],
    ['a number above 255', 'v=spf1 ip4:192.0.2.256 -all'],
    ['a leading zero', 'v=spf1 ip4:192.0.02.1 -all'],
    ['IPv4 in ip6', 'v=spf1 ip6:192.0.2.1 -all'],
    ['IPv6 in ip4', 'v=spf1 ip4:2001:db8::1 -all'],
    ['two prefix lengths of a network', 'v=spf1 ip4:192.0.2.0/24//64 -all'],
  ])('%s is left to the parser', (_, text) => {
    expect(readCleanRecord(text)).toBeUndefined();
  });

  test('any record is left to the parser, or read as it reads it', () => {
    const piece = fc.constantFrom(
      ...[
        'ip4:',
        'ip6:',
        'IP4:',
        'a',
        'mx',
        'ptr',
        'all',
        'exists:',
        'include:',
        'redirect=',
        'exp=',
        'x=',
        '%{i}',
        '%',
      ],
      ...['192.0.2.0', '10.0.0.0', '0.1', '256', '2001:db8::', '::', 'example.com', '.', '/', '//', '/24', '/8', '/0'],
      ...['/064', '/129', '-', '~', '+', '?', ':', ' ', ' ', ' -all', ' ip4:192.0.2.1', ' a:example.com', 'v=spf1'],
    );
    const text = fc.array(piece, { maxLength: 14 }).map((pieces) => `v=spf1 ${pieces.join('')}`);
    let clean = 0;
    fc.assert(
      fc.property(text, (record) => {
        const read = readCleanRecord(record);
        if (read === undefined) return;
        clean++;
        expect(read).toEqual(parsedIfClean(record));
      }),
      { numRuns: 20_000 },
    );
    expect(clean).toBeGreaterThan(20);
  });
});
