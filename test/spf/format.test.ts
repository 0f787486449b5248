import { describe, expect, test } from 'vitest';
import { formatSpfRecord } from '../../src/spf/format.ts';
import { parseSpfRecord } from '../../src/spf/parse.ts';

describe('formatSpfRecord', () => {
  test.each([
    'v=spf1',
    'v=spf1 -all',
    'v=spf1 a mx ptr a:foo.example/24 mx/24//64 a//64 ?all',
    'v=spf1 ip4:192.0.2.0/24 ip4:192.0.2.1 ip6:2001:db8::/32 ip6:2001:DB8::1 ~all',
    'v=spf1 include:_spf.%{d2} -exists:%{ir}.%{v}._spf.%{d} redirect=_spf.example.com exp=e.%{D} Foo=%%bar',
  ])('%s comes out as it went in', (text) => {
    expect(formatSpfRecord(parseSpfRecord(text).value!)).toBe(text);
  });

  test.each([
    ['V=SPF1   +A  -ALL ', 'v=spf1 a -all'],
    ['v=spf1 REDIRECT=Example.COM', 'v=spf1 redirect=Example.COM'],
  ])('%j is written as %j: default qualifier, spaces and the case of names say nothing', (text, expected) => {
    expect(formatSpfRecord(parseSpfRecord(text).value!)).toBe(expected);
  });

  test('a record can be built by hand', () => {
    const span = { start: 0, end: 0 };
    const record = {
      terms: [
        { kind: 'directive', qualifier: '+', mechanism: 'ip6', network: '2001:db8::', cidr: { ip6: 32 }, span },
        { kind: 'directive', qualifier: '~', mechanism: 'all', span },
      ],
    } as const;
    expect(formatSpfRecord({ terms: [...record.terms] })).toBe('v=spf1 ip6:2001:db8::/32 ~all');
  });
});
