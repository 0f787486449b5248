import { describe, expect, test } from 'vitest';
import { isSpfRecord, parseSpfRecord } from '../../src/spf/parse.ts';
import type { SpfDirective, SpfModifier, SpfTerm } from '../../src/spf/record.ts';

/** The one term of a record; the record may be faulty. */
function only(term: string): SpfTerm {
  const terms = parseSpfRecord(`v=spf1 ${term}`).value!.terms;
  expect(terms).toHaveLength(1);
  return terms[0]!;
}

function written(text: string, { span }: SpfTerm): string {
  return text.slice(span.start, span.end);
}

describe('isSpfRecord (RFC 7208 §4.5)', () => {
  test.each([
    ['v=spf1', true],
    ['v=spf1 -all', true],
    ['V=SPF1 -all', true],
    ['v=spf1 é', true],
    ['v=spf10 -all', false],
    ['v=spf1\t-all', false],
    ['v=spf1-all', false],
    [' v=spf1 -all', false],
    ['v=spf1\n', false],
    ['', false],
  ])('%j: %s', (text, expected) => expect(isSpfRecord(text)).toBe(expected));
});

describe('what is understood', () => {
  test('every term of a typical record, with its place', () => {
    const text = 'v=spf1 include:_spf.example.com ip4:192.0.2.0/24 ip6:2001:db8::/32 a:mail.example.com/28//64 mx ~all';
    const result = parseSpfRecord(text);
    expect(result.diagnostics).toEqual([]);
    expect(result.ok).toBe(true);
    expect(result.value!.terms.map((term) => written(text, term))).toEqual(text.split(' ').slice(1));
    expect(result.value!.terms.map((term) => ({ ...term, span: undefined, macro: undefined }))).toMatchObject([
      { kind: 'directive', qualifier: '+', mechanism: 'include', domainSpec: '_spf.example.com' },
      { kind: 'directive', qualifier: '+', mechanism: 'ip4', network: '192.0.2.0', cidr: { ip4: 24 } },
      { kind: 'directive', qualifier: '+', mechanism: 'ip6', network: '2001:db8::', cidr: { ip6: 32 } },
      { mechanism: 'a', domainSpec: 'mail.example.com', cidr: { ip4: 28, ip6: 64 } },
      { mechanism: 'mx' },
      { qualifier: '~', mechanism: 'all' },
    ]);
    const macro = (result.value!.terms[0] as SpfDirective).macro!;
    expect(text.slice(macro.span.start, macro.span.end)).toBe('_spf.example.com');
    expect(macro.parts).toEqual([{ kind: 'literal', text: '_spf.example.com', span: macro.span }]);
  });

  test('names are case-insensitive, values keep their case (RFC 7208 §12)', () => {
    const { value, ok } = parseSpfRecord('V=sPf1 InClUdE:Example.COM REDIRECT=A.Example Foo=Bar');
    expect(ok).toBe(true);
    expect(value!.terms).toMatchObject([
      { mechanism: 'include', domainSpec: 'Example.COM' },
      { name: 'redirect', value: 'A.Example' },
      { name: 'Foo', value: 'Bar' },
    ]);
  });

  test.each([
    ['a', undefined, undefined],
    ['a/24', undefined, { ip4: 24 }],
    ['a//64', undefined, { ip6: 64 }],
    ['a/0//0', undefined, { ip4: 0, ip6: 0 }],
    ['a:foo.example/32//128', 'foo.example', { ip4: 32, ip6: 128 }],
    ['mx:foo/24.example/24', 'foo/24.example', { ip4: 24 }],
    ['a:%{d}/24', '%{d}', { ip4: 24 }],
    ['a:foo.%{l2/}//64', 'foo.%{l2/}', { ip6: 64 }],
    ['a:foo.example.', 'foo.example.', undefined],
    ['a:foo.example-1', 'foo.example-1', undefined],
    ['a:foo.1-2', 'foo.1-2', undefined],
    ['exists:%{i}._spf.%{d2}', '%{i}._spf.%{d2}', undefined],
    ['exists:example%%', 'example%%', undefined],
    ['ptr:example.com', 'example.com', undefined],
    ['include:.com', '.com', undefined],
  ])('%s: a prefix length is taken off the end (RFC 7208 §5.6, §7.1)', (term, domainSpec, cidr) => {
    expect(parseSpfRecord(`v=spf1 ${term}`).ok).toBe(true);
    const read = only(term) as SpfDirective;
    expect(read.domainSpec).toBe(domainSpec);
    expect(read.cidr).toEqual(cidr);
    expect(Object.keys(read).includes('cidr')).toBe(cidr !== undefined);
  });

  test.each([
    ['foo=', ''],
    ['foo=%{l1r-}x', '%{l1r-}x'],
    ['foo.bar-1_2=a:b/c,d;e', 'a:b/c,d;e'],
    ['__proto__x=1', undefined],
    ['constructor=1', '1'],
    ['include=a/b', 'a/b'],
    ['default=x', 'x'],
  ])('%s: an unknown modifier has a macro-string (RFC 7208 §6)', (term, value) => {
    const result = parseSpfRecord(`v=spf1 ${term} -all`);
    expect(result.ok).toBe(value !== undefined);
    expect((result.value!.terms[0] as SpfModifier).value).toBe(value);
  });

  test('spaces between terms and at the end are free (RFC 7208 §4.6.1)', () => {
    const { ok, value, diagnostics } = parseSpfRecord('v=spf1   a    -all   ');
    expect(ok).toBe(true);
    expect(value!.terms).toHaveLength(2);
    expect(diagnostics).toEqual([]);
  });

  test('what is right is read though something else is faulty', () => {
    const text = 'v=spf1 mx inlcude:example.com exp=%{x} -all';
    const { ok, value } = parseSpfRecord(text);
    expect(ok).toBe(false);
    expect(value!.terms.map((term) => written(text, term))).toEqual(['mx', '-all']);
  });
});

// Every row ends in permerror (RFC 7208 §4.6): code, text under the span, replacement.
describe('errors', () => {
  test.each<[string, string, string, string?]>([
    // The version.
    ['', 'spf.version', ''],
    ['hello world', 'spf.version', 'hello'],
    ['v=DMARC1; p=none', 'spf.version', 'v=DMARC1;'],
    ['v=spf10 -all', 'spf.version', 'v=spf10', 'v=spf1'],
    ['v=spf2.0 -all', 'spf.version', 'v=spf2.0', 'v=spf1'],
    ['spf2.0/mfrom,pra -all', 'spf.version', 'spf2.0/mfrom,pra', 'v=spf1'],
    ['spf1 -all', 'spf.version', 'spf1', 'v=spf1'],
    ['v = spf1 -all', 'spf.version', 'v = spf1', 'v=spf1'],
    [' v=spf1 -all', 'spf.version', ' v=spf1', 'v=spf1'],
    ['v=spf1include:a.example -all', 'spf.version', 'v=spf1include:a.example', 'v=spf1 include:a.example'],
    ['v=spf1;a -all', 'spf.version', 'v=spf1;a', 'v=spf1 a'],
    ['mx -all', 'spf.version', 'mx', 'v=spf1 mx'],
    // More than the record.
    ['"v=spf1 mx -all"', 'spf.pasted', '"v=spf1 mx -all"', 'v=spf1 mx -all'],
    ['“v=spf1 mx -all”', 'spf.pasted', '“v=spf1 mx -all”', 'v=spf1 mx -all'],
    [
      'example.com. 3600 IN TXT "v=spf1 mx" " -all"',
      'spf.pasted',
      'example.com. 3600 IN TXT "v=spf1 mx" " -all"',
      'v=spf1 mx -all',
    ],
    ['v=spf1 -all"', 'spf.unknown-mechanism', '-all"', '-all'],
    ['v=spf1 -all”', 'spf.unknown-mechanism', '-all”', '-all'],
    ['v=spf1 mx " " -all', 'spf.unknown-mechanism', '"', ''],
    ['v=spf1 –all', 'spf.unknown-mechanism', '–all', '-all'],
    ['v=spf1 a\u200b -all', 'spf.unknown-mechanism', 'a\u200b', 'a'],
    // Keywords: misspelt, translated, of other records.
    ['v=spf1 inlcude:a.example -all', 'spf.unknown-mechanism', 'inlcude:a.example', 'include:a.example'],
    ['v=spf1 incluez:a.example -all', 'spf.unknown-mechanism', 'incluez:a.example', 'include:a.example'],
    ['v=spf1 inclure:a.example -all', 'spf.unknown-mechanism', 'inclure:a.example', 'include:a.example'],
    ['v=spf1 incluir:a.example -all', 'spf.unknown-mechanism', 'incluir:a.example', 'include:a.example'],
    ['v=spf1 einschliessen:a.example -all', 'spf.unknown-mechanism', 'einschliessen:a.example', 'include:a.example'],
    ['v=spf1 einschließen:a.example -all', 'spf.unknown-mechanism', 'einschließen:a.example', 'include:a.example'],
    ['v=spf1 existe:%{i}.a.example -all', 'spf.unknown-mechanism', 'existe:%{i}.a.example', 'exists:%{i}.a.example'],
    ['v=spf1 a ~tous', 'spf.unknown-mechanism', '~tous', '~all'],
    ['v=spf1 a -tous', 'spf.unknown-mechanism', '-tous', '-all'],
    ['v=spf1 a -alle', 'spf.unknown-mechanism', '-alle', '-all'],
    ['v=spf1 a ~todos', 'spf.unknown-mechanism', '~todos', '~all'],
    ['v=spf1 a ~al', 'spf.unknown-mechanism', '~al', '~all'],
    ['v=spf1 a -all.', 'spf.unknown-mechanism', '-all.', '-all'],
    ['v=spf1 redirect:a.example', 'spf.unknown-mechanism', 'redirect:a.example', 'redirect=a.example'],
    ['v=spf1 ~redirect=a.example', 'spf.unknown-mechanism', '~redirect=a.example', 'redirect=a.example'],
    ['v=spf1 =a.example -all', 'spf.unknown-mechanism', '=a.example'],
    ['v=spf1 1foo=x -all', 'spf.unknown-mechanism', '1foo=x'],
    ['v=spf1 xyzzy -all', 'spf.unknown-mechanism', 'xyzzy'],
    ['v=spf1 tours.example.com -all', 'spf.unknown-mechanism', 'tours.example.com'],
    ['v=spf1 a ~all:x', 'spf.unknown-mechanism', '~all:x', '~all'],
    ['v=spf1 -all/8', 'spf.unknown-mechanism', '-all/8', '-all'],
    ['v=spf1 ptr/0 -all', 'spf.unknown-mechanism', 'ptr/0', 'ptr'],
    // Addresses in the wrong place.
    ['v=spf1 ipv4:192.0.2.1 -all', 'spf.unknown-mechanism', 'ipv4:192.0.2.1', 'ip4:192.0.2.1'],
    ['v=spf1 ip:192.0.2.0/24 -all', 'spf.unknown-mechanism', 'ip:192.0.2.0/24', 'ip4:192.0.2.0/24'],
    ['v=spf1 192.0.2.1 -all', 'spf.unknown-mechanism', '192.0.2.1', 'ip4:192.0.2.1'],
    ['v=spf1 -192.0.2.0/24 ~all', 'spf.unknown-mechanism', '-192.0.2.0/24', '-ip4:192.0.2.0/24'],
    ['v=spf1 2001:db8::/32 -all', 'spf.unknown-mechanism', '2001:db8::/32', 'ip6:2001:db8::/32'],
    ['v=spf1 ip4:2001:db8::1 -all', 'spf.network', 'ip4:2001:db8::1', 'ip6:2001:db8::1'],
    ['v=spf1 ip6:192.0.2.1 -all', 'spf.network', 'ip6:192.0.2.1', 'ip4:192.0.2.1'],
    ['v=spf1 ip4:mail.example.com -all', 'spf.network', 'ip4:mail.example.com', 'a:mail.example.com'],
    ['v=spf1 include:192.0.2.1 -all', 'spf.domain-spec', 'include:192.0.2.1', 'ip4:192.0.2.1'],
    ['v=spf1 a:2001:db8::1 -all', 'spf.domain-spec', 'a:2001:db8::1', 'ip6:2001:db8::1'],
    ['v=spf1 ip4:192.0.2 -all', 'spf.network', '192.0.2'],
    ['v=spf1 ip4:192.0.2.01 -all', 'spf.network', '192.0.2.01'],
    ['v=spf1 ip4:192.0.2.256 -all', 'spf.network', '192.0.2.256'],
    ['v=spf1 ip4:192..2.1 -all', 'spf.network', '192..2.1'],
    ['v=spf1 ip4:192.0.2.1. -all', 'spf.network', '192.0.2.1.'],
    ['v=spf1 ip4:1.2.3.4.5 -all', 'spf.network', '1.2.3.4.5'],
    ['v=spf1 ip6:2001:db8::1::1 -all', 'spf.network', '2001:db8::1::1'],
    ['v=spf1 ip4:192.0.2.1,192.0.2.2 -all', 'spf.network', 'ip4:192.0.2.1,192.0.2.2', 'ip4:192.0.2.1 ip4:192.0.2.2'],
    // Prefix lengths.
    ['v=spf1 ip4:192.0.2.0/33 -all', 'spf.cidr', '/33'],
    ['v=spf1 ip4:192.0.2.0/08 -all', 'spf.cidr', '/08'],
    ['v=spf1 ip4:192.0.2.0/ -all', 'spf.cidr', '/'],
    ['v=spf1 ip4:192.0.2.0//24 -all', 'spf.cidr', '//24'],
    ['v=spf1 ip4:192.0.2.0/24/24 -all', 'spf.network', 'ip4:192.0.2.0/24/24', 'ip4:192.0.2.0/24'],
    ['v=spf1 ip6:2001:db8::/129 -all', 'spf.cidr', '/129'],
    ['v=spf1 a/33 -all', 'spf.cidr', '/33'],
    ['v=spf1 a//129 -all', 'spf.cidr', '//129'],
    ['v=spf1 a/24//00 -all', 'spf.cidr', '/24//00'],
    ['v=spf1 a///64 -all', 'spf.cidr', '///64'],
    ['v=spf1 mx/ -all', 'spf.cidr', '/'],
    ['v=spf1 include:a.example/24 -all', 'spf.domain-spec', 'include:a.example/24', 'include:a.example'],
    // Values.
    ['v=spf1 include -all', 'spf.value-missing', 'include'],
    ['v=spf1 exists: -all', 'spf.value-missing', 'exists:'],
    ['v=spf1 ip4 -all', 'spf.value-missing', 'ip4'],
    ['v=spf1 a: -all', 'spf.value-missing', 'a:', 'a'],
    ['v=spf1 redirect=', 'spf.value-missing', 'redirect='],
    ['v=spf1 a exp= -all', 'spf.value-missing', 'exp='],
    ['v=spf1 include: a.example -all', 'spf.value-missing', 'include: a.example', 'include:a.example'],
    ['v=spf1 include a.example -all', 'spf.value-missing', 'include a.example', 'include:a.example'],
    ['v=spf1 ip4 192.0.2.1 -all', 'spf.value-missing', 'ip4 192.0.2.1', 'ip4:192.0.2.1'],
    ['v=spf1 redirect= a.example', 'spf.value-missing', 'redirect= a.example', 'redirect=a.example'],
    ['v=spf1 a - all', 'spf.unknown-mechanism', '- all', '-all'],
    // Names (RFC 7208 §7.1).
    ['v=spf1 a:museum -all', 'spf.domain-spec', 'museum'],
    ['v=spf1 a:museum. -all', 'spf.domain-spec', 'museum.'],
    ['v=spf1 a:foo:8080 -all', 'spf.domain-spec', 'foo:8080'],
    ['v=spf1 a:foo.-com -all', 'spf.domain-spec', 'foo.-com'],
    ['v=spf1 a:foo.com- -all', 'spf.domain-spec', 'foo.com-'],
    ['v=spf1 a:foo.c_m -all', 'spf.domain-spec', 'foo.c_m'],
    ['v=spf1 a:foo.. -all', 'spf.domain-spec', 'foo..'],
    ['v=spf1 a:%{d}com -all', 'spf.domain-spec', '%{d}com'],
    ['v=spf1 include:a.example, -all', 'spf.domain-spec', 'include:a.example,', 'include:a.example'],
    ['v=spf1 include:http://a.example/ -all', 'spf.domain-spec', 'include:http://a.example/', 'include:a.example'],
    ['v=spf1 a:münchen.example -all', 'spf.character', 'ü'],
    ['v=spf1 foo=é -all', 'spf.character', 'é'],
    ['v=spf1 foo=\u007f -all', 'spf.character', '\u007f'],
    // Separators.
    ['v=spf1 a, mx -all', 'spf.unknown-mechanism', 'a,', 'a'],
    [
      'v=spf1 a,mx;include:a.example,-all',
      'spf.unknown-mechanism',
      'a,mx;include:a.example,-all',
      'a mx include:a.example -all',
    ],
    ['v=spf1 a\tmx -all', 'spf.unknown-mechanism', 'a\tmx', 'a mx'],
    ['v=spf1 mx -all\n', 'spf.unknown-mechanism', '-all\n', '-all'],
    // Macros.
    ['v=spf1 exists:%d.example -all', 'spf.macro', '%d'],
    ['v=spf1 exists:%{x}.example -all', 'spf.macro', '%{x}'],
    ['v=spf1 exists:%{d0}.example -all', 'spf.macro', '%{d0}'],
    ['v=spf1 exists:%{d.example -all', 'spf.macro', '%{d.example'],
    ['v=spf1 exists:%{c}.example -all', 'spf.macro', '%{c}'],
    ['v=spf1 exp=%{r}.example -all', 'spf.macro', '%{r}'],
    ['v=spf1 foo=%{t} -all', 'spf.macro', '%{t}'],
    ['v=spf1 redirect=a.example redirect=b.example', 'spf.duplicate-modifier', 'redirect=b.example', ''],
    ['v=spf1 exp=a.example EXP=a.example -all', 'spf.duplicate-modifier', 'EXP=a.example', ''],
  ])('%j: %s', (text, code, marked, replacement) => {
    const result = parseSpfRecord(text);
    expect(result.ok).toBe(false);
    const found = result.diagnostics.find((d) => d.severity === 'error')!;
    expect(found.code).toBe(code);
    expect(text.slice(found.span!.start, found.span!.end)).toBe(marked);
    expect(found.params).toEqual({ found: marked });
    expect(found.fix?.replacement).toBe(replacement);
    if (replacement === undefined) return;
    const cured = text.slice(0, found.span!.start) + replacement + text.slice(found.span!.end);
    expect(parseSpfRecord(cured).diagnostics.filter((d) => d.severity === 'error').length).toBeLessThan(
      result.diagnostics.filter((d) => d.severity === 'error').length,
    );
  });

  test('the message quotes what was written', () => {
    expect(parseSpfRecord('v=spf1 inlcude:a.example -all').diagnostics[0]).toEqual({
      code: 'spf.unknown-mechanism',
      severity: 'error',
      message: '"inlcude:a.example" is no mechanism',
      params: { found: 'inlcude:a.example' },
      spec: { spec: 'RFC 7208', section: '5' },
      span: { start: 7, end: 24 },
      fix: { description: 'Write "include:a.example"', replacement: 'include:a.example' },
    });
  });

  test('a bare domain name can mean two things, so there is no replacement', () => {
    expect(parseSpfRecord('v=spf1 a.example -all').diagnostics[0]!.fix).toEqual({
      description: 'Write "include:a.example" or "a:a.example"',
    });
  });

  test('text that is no SPF record at all is one finding and no value', () => {
    expect(parseSpfRecord('some-site-verification=abc')).toMatchObject({
      ok: false,
      diagnostics: [{ code: 'spf.version' }],
    });
    expect('value' in parseSpfRecord('some-site-verification=abc')).toBe(false);
  });

  test('spans of a pasted line point into the line', () => {
    const line = 'example.com. IN TXT "v=spf1 include:a" ".example inlcude:b.example -all"';
    const result = parseSpfRecord(line);
    expect(result.diagnostics.map(({ code }) => code)).toEqual(['spf.pasted', 'spf.unknown-mechanism']);
    const { start, end } = result.diagnostics[1]!.span!;
    expect(line.slice(start, end)).toBe('inlcude:b.example');
    expect(result.value!.terms.map((term) => written(line, term))).toEqual(['include:a" ".example', '-all']);
  });

  test('an argument that is no string is a TypeError', () => {
    expect(() => parseSpfRecord(undefined as unknown as string)).toThrow(
      new TypeError('Cannot parse SPF: "text" must be a string, received undefined'),
    );
  });
});

// Legal by the grammar, so that an evaluation goes on: code, text under the span, replacement.
describe('findings about records that are legal', () => {
  const many = Array.from({ length: 11 }, (_, i) => `include:s${i}.example`).join(' ');
  test.each<[string, string, string, string?]>([
    ['v=spf1 redirection=a.example', 'spf.misspelt-modifier', 'redirection=a.example', 'redirect=a.example'],
    ['v=spf1 weiterleitung=a.example', 'spf.misspelt-modifier', 'weiterleitung=a.example', 'redirect=a.example'],
    ['v=spf1 redirigir=a.example', 'spf.misspelt-modifier', 'redirigir=a.example', 'redirect=a.example'],
    ['v=spf1 include=a.example -all', 'spf.misspelt-modifier', 'include=a.example', 'include:a.example'],
    ['v=spf1 ip4=192.0.2.1 -all', 'spf.misspelt-modifier', 'ip4=192.0.2.1', 'ip4:192.0.2.1'],
    ['v=spf1 mx=a.example/24 -all', 'spf.misspelt-modifier', 'mx=a.example/24', 'mx:a.example/24'],
    ['v=spf1 ra=first.last -all', 'spf.unknown-modifier', 'ra=first.last'],
    ['v=spf1 foo=bar -all', 'spf.unknown-modifier', 'foo=bar'],
    ['v=spf1 include:http://a.example -all', 'spf.name', 'include:http://a.example', 'include:a.example'],
    ['v=spf1 mx:user@a.example -all', 'spf.name', 'mx:user@a.example', 'mx:a.example'],
    [
      'v=spf1 include:a.example,include:b.example -all',
      'spf.name',
      'include:a.example,include:b.example',
      'include:a.example include:b.example',
    ],
    ['v=spf1 a:a..example -all', 'spf.name', 'a:a..example'],
    ['v=spf1 redirect=.example', 'spf.name', 'redirect=.example'],
    ['v=spf1 a -all v=spf1 -all', 'spf.second-record', 'v=spf1'],
    ['v=spf1 +all', 'spf.pass-all', '+all'],
    ['v=spf1 all', 'spf.pass-all', 'all'],
    ['v=spf1 ?all', 'spf.neutral-all', '?all'],
    ['v=spf1', 'spf.missing-all', ''],
    ['v=spf1 a exp=a.example', 'spf.missing-all', ''],
    ['v=spf1 -all mx', 'spf.ignored-term', 'mx', ''],
    ['v=spf1 redirect=a.example -all', 'spf.ignored-term', 'redirect=a.example', ''],
    ['v=spf1 ptr -all', 'spf.ptr', 'ptr'],
    [`v=spf1 ${many} -all`, 'spf.lookup-limit-likely', 'include:s10.example'],
    [`v=spf1 ${many.slice(0, -20)} redirect=a.example`, 'spf.lookup-limit-likely', 'redirect=a.example'],
    ['v=spf1 mx a mx -all', 'spf.duplicate-directive', 'mx', ''],
    ['v=spf1 ip4:192.0.2.1 -ip4:192.0.2.1 -all', 'spf.duplicate-directive', '-ip4:192.0.2.1', ''],
    ['v=spf1 ip4:192.0.2.1/24 -all', 'spf.host-bits', 'ip4:192.0.2.1/24'],
    ['v=spf1 ip4:0.0.0.0/0 -all', 'spf.wide-range', 'ip4:0.0.0.0/0'],
    ['v=spf1 ip4:16.0.0.0/11 -all', 'spf.wide-range', 'ip4:16.0.0.0/11'],
    ['v=spf1 ip6:2000::/3 -all', 'spf.wide-range', 'ip6:2000::/3'],
    ['v=spf1 a/8 -all', 'spf.wide-range', 'a/8'],
    ['v=spf1 mx//16 -all', 'spf.wide-range', 'mx//16'],
  ])('%j: %s', (text, code, marked, replacement) => {
    const result = parseSpfRecord(text);
    expect(result.ok).toBe(true);
    const found = result.diagnostics.find((d) => d.code === code)!;
    expect(found.severity).not.toBe('error');
    expect(text.slice(found.span!.start, found.span!.end)).toBe(marked);
    expect(found.fix?.replacement).toBe(replacement);
  });

  test.each([
    ['v=spf1 -ip4:0.0.0.0/0 ~all', 'a range that is refused'],
    ['v=spf1 ip4:40.92.0.0/15 ip4:52.100.0.0/14 ip6:2a01:111:f400::/48 -all', 'ranges that providers publish'],
    ['v=spf1 ip4:192.0.2.1/32 ip4:192.0.2.128/25 ip6:2001:db8::/32 -all', 'prefixes without host bits'],
    ['v=spf1 a:%{d} exists:%{l}@%{o}.example exists:%{D}.example exists:%{d}.example -all', 'macros'],
    [`v=spf1 ${many.slice(0, -20)} ip4:192.0.2.1 -all`, 'ten lookups'],
    ['v=spf1 redirect=_spf.example.com', 'a redirect in place of all'],
    ['v=spf1 a -all exp=explain.%{d}', 'exp after all'],
    ['v=spf1 a a/24 a//64 -all', 'terms that only look alike'],
  ])('%s: nothing to say about %2$s', (text) => expect(parseSpfRecord(text).diagnostics).toEqual([]));

  test('no guess is made for long terms, nor after twenty findings', () => {
    const fixes = (text: string) => parseSpfRecord(text).diagnostics.filter(({ fix }) => fix !== undefined).length;
    expect(fixes(`v=spf1${' inlcude:a.example'.repeat(100)} -all`)).toBe(21);
    expect(fixes(`v=spf1 inlcude:${'a'.repeat(300)}.example -all`)).toBe(0);
  });

  test('where a term was not understood, "all" is not called missing', () => {
    const codes = parseSpfRecord('v=spf1 mx ~tous').diagnostics.map(({ code }) => code);
    expect(codes).toEqual(['spf.unknown-mechanism']);
  });
});

describe('hostile input is read in linear time', () => {
  test.each([
    ['unclosed macros', 'v=spf1 exists:'.padEnd(8192, '%{')],
    ['unclosed macros in many terms', `v=spf1 ${'a:%{ '.repeat(20_000)}`],
    ['commas', 'v=spf1 '.padEnd(40_000, ',x')],
    ['slashes', 'v=spf1 a:'.padEnd(100_000, '/')],
    ['slashes and digits', 'v=spf1 a:'.padEnd(100_000, '/1')],
    ['dots', 'v=spf1 a:'.padEnd(100_000, '.')],
    ['hyphens', 'v=spf1 a:a.a'.padEnd(100_000, '-')],
    ['digits', `v=spf1 exists:%{d${'9'.repeat(100_000)}}`],
    ['equal terms', `v=spf1${' mx'.repeat(20_000)}`],
    ['unknown terms', `v=spf1${' inclde:a.example'.repeat(2000)}`],
    ['spaces', 'v=spf1'.padEnd(1_000_000, ' ')],
    ['spaces before', 'v=spf1 -all'.padStart(1_000_000, ' ')],
  ])('%s', (_, text) => {
    const start = performance.now();
    parseSpfRecord(text);
    expect(performance.now() - start).toBeLessThan(3000);
  });
});
