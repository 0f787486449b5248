import { describe, expect, test } from 'vitest';
import { publicSuffix, publicSuffixFrom } from '../../src/public-suffix.ts';

describe('publicSuffix: the organizational domain by the list of psl (RFC 7489 §3.2)', () => {
  test.each([
    ['a.b.c.d.example.com', 'example.com'],
    ['example.com', 'example.com'],
    ['Mail.Example.CO.UK.', 'example.co.uk'],
    ['com', undefined],
    ['co.uk', undefined],
    ['github.io', undefined],
    ['a.alice.github.io', 'alice.github.io'],
    ['www.city.kobe.jp', 'city.kobe.jp'],
    ['www.a.kobe.jp', 'www.a.kobe.jp'],
    ['a.kobe.jp', undefined],
    ['www.食狮.公司.cn', 'xn--85x722f.xn--55qx5d.cn'],
    ['www.unlisted-top-level', 'www.unlisted-top-level'],
    // Underscores are in names that DNS has, and in d= of none.
    ['_dmarc.example.com', 'example.com'],
  ])('%s: %s', (domain, expected) => {
    expect(publicSuffix(domain)).toBe(expected);
  });

  test.each([
    ['1.2.3.4'],
    ['3.4'],
    ['::1'],
    ['[192.0.2.1]'],
    [''],
    ['.'],
    ['example..com'],
    ['exa mple.com'],
    ['x'.repeat(64)],
  ])('%j is no domain name and has none', (text) => {
    expect(publicSuffix(text)).toBeUndefined();
  });

  test('is a strategy: it throws for nothing', () => {
    expect((publicSuffix as (domain: unknown) => unknown)(undefined)).toBeUndefined();
    expect((publicSuffixFrom('com') as (domain: unknown) => unknown)(7)).toBeUndefined();
  });
});

describe('publicSuffixFrom: the format of the list', () => {
  const list = [
    '// comment',
    '',
    'com // what follows white space is not read',
    'uk\r',
    'co.uk\tprivate',
    '*.ck',
    '!www.ck',
    '公司.cn',
    'cn',
    '// ===BEGIN PRIVATE DOMAINS===',
    'github.io',
    'io',
    '*.compute.example',
    'deep.x.compute.example',
    '!b.a.deep.example',
    '*.a.deep.example',
    'c.b.a.deep.example',
    ' indented.example',
    'not a.rule.example',
    '*bar.example',
    'a.*.example',
    '!',
    '*.',
    'exa$mple.example',
    '1.2.3.4',
  ].join('\n');
  const organizationalDomain = publicSuffixFrom(list);

  test.each([
    ['com', undefined],
    ['a.example.com', 'example.com'],
    ['a.example.uk', 'example.uk'],
    ['a.example.co.uk', 'example.co.uk'],
    ['co.uk', undefined],
    // Wildcards, and their exceptions.
    ['ck', undefined],
    ['any.ck', undefined],
    ['shop.any.ck', 'shop.any.ck'],
    ['a.shop.any.ck', 'shop.any.ck'],
    ['www.ck', 'www.ck'],
    ['a.b.www.ck', 'www.ck'],
    // A rule in U-labels is the same rule.
    ['xn--55qx5d.cn', undefined],
    ['a.b.公司.cn', 'b.xn--55qx5d.cn'],
    // The private section counts.
    ['github.io', undefined],
    ['a.alice.github.io', 'alice.github.io'],
    // A wildcard does not make the name above it a suffix; "*" does where nothing else is said.
    ['compute.example', 'compute.example'],
    ['x.compute.example', undefined],
    ['y.x.compute.example', 'y.x.compute.example'],
    ['deep.x.compute.example', undefined],
    ['y.deep.x.compute.example', 'y.deep.x.compute.example'],
    // An exception prevails over rules with more labels.
    ['d.c.b.a.deep.example', 'b.a.deep.example'],
    // What is no rule of the list is skipped.
    ['www.indented.example', 'indented.example'],
    ['www.bar.example', 'bar.example'],
    ['x.rule.example', 'rule.example'],
    ['unlisted', undefined],
    ['a.b.unlisted', 'b.unlisted'],
    ['1.2.3.4', undefined],
    ['Bad Name', undefined],
  ])('%s: %s', (domain, expected) => {
    expect(organizationalDomain(domain)).toBe(expected);
  });

  test('a text without rules makes top-level domains public suffixes', () => {
    expect(publicSuffixFrom('')('a.b.example.com')).toBe('example.com');
    expect(publicSuffixFrom('// nothing')('com')).toBeUndefined();
  });

  test('names like those of every object are nothing special', () => {
    expect(publicSuffixFrom('com')('a.constructor.__proto__')).toBe('constructor.__proto__');
  });

  test('anything but a string is a wrong argument', () => {
    expect(() => (publicSuffixFrom as (text: unknown) => unknown)(undefined)).toThrow(
      new TypeError('Cannot read the public suffix list: "listText" must be a string, received undefined'),
    );
  });

  test('time grows with the text, whatever it holds', () => {
    const started = performance.now();
    publicSuffixFrom('a'.repeat(2_000_000));
    publicSuffixFrom('\n'.repeat(500_000));
    publicSuffixFrom('!*.'.repeat(500_000));
    const deep = publicSuffixFrom(`${'*.'.repeat(100)}example\n`.repeat(2000));
    expect(deep(`${'a.'.repeat(120)}example`)).toBe('a.example');
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
