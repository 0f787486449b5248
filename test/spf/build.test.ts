import { describe, expect, test } from 'vitest';
import { buildSpfRecord } from '../../src/spf/build.ts';
import { editSpfRecord, type SpfChanges } from '../../src/spf/edit.ts';

const build = (options: object) => buildSpfRecord({ domain: 'example.com', ...options });

describe('build (RFC 7208 §4.6.1)', () => {
  test.each<[object, string, string[]]>([
    [{}, '-all', ['spf.build-nobody']],
    [{ all: 'softfail' }, '~all', []],
    [{ mx: true }, 'mx ~all', []],
    [{ mx: false, a: true, all: 'fail' }, 'a -all', []],
    [
      { include: 'b.example', a: ['h.example/28'], addresses: ['192.0.2.0/24', '2001:db8::/32'] },
      'ip4:192.0.2.0/24 ip6:2001:db8::/32 a:h.example/28 include:b.example ~all',
      [],
    ],
    [{ include: 'bücher.example' }, 'include:xn--bcher-kva.example ~all', []],
    [
      { exists: '%{i}._spf.example.com', exp: 'why.example.com' },
      'exists:%{i}._spf.example.com ~all exp=why.example.com',
      [],
    ],
    [{ redirect: '_spf.example.net' }, 'redirect=_spf.example.net', []],
    [{ redirect: '_spf.example.net', all: 'fail' }, '-all redirect=_spf.example.net', ['spf.ignored-term']],
    [{ mx: true, all: 'pass' }, 'mx +all', ['spf.pass-all']],
    [{ mx: true, all: 'neutral' }, 'mx ?all', ['spf.neutral-all']],
    [{ mx: ['a.example', 'a.example'] }, 'mx:a.example mx:a.example ~all', ['spf.duplicate-directive']],
    [{ addresses: '192.0.2.300' }, '-all', ['spf.build-value', 'spf.build-nobody']],
    [{ addresses: '192.0.2.1 +all' }, '-all', ['spf.build-value', 'spf.build-nobody']],
    [{ mx: true, include: 'a.example all' }, 'mx ~all', ['spf.build-value']],
    [{ mx: true, include: '' }, 'mx ~all', ['spf.build-value']],
    [{ mx: true, exp: 'a b' }, 'mx ~all', ['spf.build-value']],
    [{ include: 'Example.com' }, 'include:Example.com ~all', ['spf.build-loop']],
    [{ redirect: 'example.com' }, 'redirect=example.com', ['spf.build-loop']],
    [{ include: 'localhost' }, '-all', ['spf.build-value', 'spf.build-nobody']],
    ...['10.0.0.0/8', '127.0.0.1', '172.16.0.1', '192.168.1.1', '169.254.0.1'].map((ip): [object, string, string[]] => [
      { addresses: ip },
      `ip4:${ip} ~all`,
      [...(ip === '10.0.0.0/8' ? ['spf.wide-range'] : []), 'spf.build-private'],
    ]),
    ...['fd00::/64', 'fe80::1', '::1'].map((ip): [object, string, string[]] => [
      { addresses: ip },
      `ip6:${ip} ~all`,
      ['spf.build-private'],
    ]),
    ...['100.64.0.0/10', '100.127.0.1', '224.0.0.1', '255.255.255.255'].map((ip): [object, string, string[]] => [
      { addresses: ip },
      `ip4:${ip} ~all`,
      [...(ip === '100.64.0.0/10' ? ['spf.wide-range'] : []), 'spf.build-private'],
    ]),
    // RFC 7208 §5: an IPv4-mapped address is taken as the IPv4 address, which "ip6" never matches.
    [
      { mx: true, addresses: ['::ffff:192.0.2.1', '::FFFF:c000:200/120'] },
      'mx ~all',
      ['spf.build-value', 'spf.build-value'],
    ],
    [{ addresses: ['::fffe:192.0.2.1', '::/0'] }, 'ip6:::fffe:192.0.2.1 ip6:::/0 ~all', ['spf.wide-range']],
    [{ addresses: ['100.63.0.1', '223.0.0.1'] }, 'ip4:100.63.0.1 ip4:223.0.0.1 ~all', []],
    [{ addresses: ['172.32.0.1', '192.0.2.1'] }, 'ip4:172.32.0.1 ip4:192.0.2.1 ~all', []],
  ])('%j', (options, text, codes) => {
    const { value, diagnostics } = build(options);
    expect(value).toMatchObject({ name: 'example.com', text: `v=spf1 ${text}` });
    expect(diagnostics.map(({ code }) => code)).toEqual(codes);
  });

  test('ten lookups are allowed, eleven are an error (RFC 7208 §4.6.4)', () => {
    const include = Array.from({ length: 10 }, (_, i) => `s${i}.example`);
    expect(build({ include })).toMatchObject({ ok: true, diagnostics: [] });
    expect(build({ include, mx: true })).toMatchObject({
      ok: false,
      diagnostics: [{ code: 'spf.build-lookups', params: { count: 11 } }],
    });
    expect(build({ include, redirect: 'r.example', exp: 'e.example' })).toMatchObject({
      ok: false,
      diagnostics: [{ params: { count: 11 } }],
    });
  });

  test('a long record is split into strings and found long', () => {
    const { value, diagnostics } = build({ addresses: Array.from({ length: 40 }, (_, i) => `192.0.2.${i}`) });
    expect(value?.chunks.length).toBe(3);
    expect(diagnostics.map(({ code }) => code)).toEqual(['spf.build-long']);
  });

  test.each([
    [{ all: 'deny' }, '"all" must be one of "fail", "softfail", "neutral", "pass", received "deny"'],
    [{ include: 5 }, '"include" must be a string'],
    [{ redirect: ['a.example'] }, '"redirect" must be a string, received an array'],
    [{ domain: '' }, '"domain" must be a domain name'],
  ])('%j', (options, message) => {
    expect(() => build(options)).toThrow(message);
  });
});

describe('edit', () => {
  const text = 'v=spf1 MX  include:a.example x=1 ~all';

  test.each<[SpfChanges, string, [string, string][], string[]]>([
    [{}, text, [], []],
    [
      { add: 'include:b.example' },
      'v=spf1 MX  include:a.example x=1 include:b.example ~all',
      [['', 'include:b.example ']],
      [],
    ],
    [
      { add: ['ip4:192.0.2.1', 'a'], all: 'fail' },
      'v=spf1 MX  include:a.example x=1 ip4:192.0.2.1 a -all',
      [['~', 'ip4:192.0.2.1 a -']],
      [],
    ],
    [{ remove: '+mx' }, 'v=spf1  include:a.example x=1 ~all', [[' MX', '']], []],
    [{ remove: ['INCLUDE:a.example'] }, 'v=spf1 MX x=1 ~all', [['  include:a.example', '']], []],
    [{ remove: 'a' }, text, [], ['spf.edit-absent']],
    [{ add: 'mx' }, text, [], ['spf.edit-present']],
    [{ add: ['a', '+a'] }, 'v=spf1 MX  include:a.example x=1 a ~all', [['', 'a ']], ['spf.edit-present']],
    [
      { add: 'mx', remove: 'mx' },
      'v=spf1  include:a.example x=1 mx ~all',
      [
        [' MX', ''],
        ['', 'mx '],
      ],
      [],
    ],
    [{ add: 'a -all' }, text, [], ['spf.build-value']],
    [{ add: 'inlcude:b.example' }, text, [], ['spf.build-value']],
    [{ all: 'softfail' }, text, [], []],
    [{ all: 'pass' }, text.replace('~', '+'), [['~', '+']], ['spf.pass-all']],
    [{ remove: '~all' }, text.replace(' ~all', ''), [[' ~all', '']], ['spf.missing-all']],
  ])('%j', (changes, expected, list, codes) => {
    const { value, diagnostics } = editSpfRecord(text, changes);
    expect(value?.text).toBe(expected);
    expect(value?.changes.map(({ span, replacement }) => [text.slice(span.start, span.end), replacement])).toEqual(
      list,
    );
    expect(diagnostics.map(({ code }) => code).filter((code) => code !== 'spf.unknown-modifier')).toEqual(codes);
  });

  test.each<[string, SpfChanges, string]>([
    ['v=spf1 all', { all: 'fail' }, 'v=spf1 -all'],
    ['v=spf1 a', { all: 'fail', add: 'mx' }, 'v=spf1 a mx -all'],
    ['v=spf1 a  ', { add: 'mx' }, 'v=spf1 a mx  '],
    ['v=spf1 redirect=a.example', { add: 'mx' }, 'v=spf1 mx redirect=a.example'],
    ['v=spf1', { all: 'softfail' }, 'v=spf1 ~all'],
    ['v=spf1 mx -all', { add: ['exp=e.example', 'a'] }, 'v=spf1 mx a -all exp=e.example'],
    [
      'v=spf1 a redirect=a.example ',
      { remove: 'redirect=a.example', add: 'redirect=b.example' },
      'v=spf1 a redirect=b.example ',
    ],
    [
      'v=spf1 inlcude:a.example  -all',
      { remove: 'INLCUDE:a.example', add: 'include:a.example' },
      'v=spf1  include:a.example -all',
    ],
    ['v=spf1 v=spf1 -all', { remove: 'v=spf1' }, 'v=spf1 -all'],
  ])('%s, %j', (before, changes, after) => {
    expect(editSpfRecord(before, changes).value?.text).toBe(after);
  });

  test('only a record that stands alone is edited', () => {
    expect(editSpfRecord('"v=spf1 -all"', { add: 'mx' })).toMatchObject({
      ok: false,
      diagnostics: [{ code: 'spf.edit-pasted' }],
    });
    expect(editSpfRecord('hello', { add: 'mx' })).not.toHaveProperty('value');
    expect(() => editSpfRecord('v=spf1', { all: 'x' as never })).toThrow(
      'Cannot edit the SPF record: "all" must be one of',
    );
    expect(() => editSpfRecord(1 as never, {})).toThrow('"text" must be a string');
  });
});
