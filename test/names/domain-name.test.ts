import { describe, expect, test } from 'vitest';
import {
  type DomainNameFault,
  domainName,
  isAtOrBelow,
  labelCount,
  parentName,
  parseDomainName,
} from '../../src/names/domain-name.ts';

const label63 = 'a'.repeat(63);
const name253 = `${label63}.${label63}.${label63}.${'a'.repeat(61)}`;

describe('names', () => {
  test.each([
    ['a name', 'example.com', 'example.com'],
    ['upper case', 'ExAmPle.COM', 'example.com'],
    ['the root dot', 'example.com.', 'example.com'],
    ['a single label', 'localhost', 'localhost'],
    ['underscores', '_dmarc._x.example.com', '_dmarc._x.example.com'],
    ['hyphens anywhere', '-a-.b--c.com', '-a-.b--c.com'],
    ['digits', '123.example.com', '123.example.com'],
    ['a reverse name', '1.2.0.192.in-addr.arpa', '1.2.0.192.in-addr.arpa'],
    ['hexadecimal that only a URL takes for an address', '0x7f.1', '0x7f.1'],
    ['a label of 63 octets', `${label63}.com`, `${label63}.com`],
    ['a name of 253 octets', name253, name253],
    ['… with its root dot', `${name253}.`, name253],
    ['an A-label', 'xn--bcher-kva.example', 'xn--bcher-kva.example'],
    ['an A-label in upper case', 'XN--BCHER-KVA.example', 'xn--bcher-kva.example'],
  ])('%s', (_, text, name) => expect(parseDomainName(text)).toEqual({ ok: true, name }));

  test.each<[string, string, DomainNameFault]>([
    ['nothing', '', 'empty'],
    ['only the root', '.', 'empty-label'],
    ['two dots', 'a..b', 'empty-label'],
    ['a leading dot', '.a', 'empty-label'],
    ['two final dots', 'a..', 'empty-label'],
    ['a label of 64 octets', `a.${label63}b.c`, 'label-too-long'],
    ['a name of 254 octets', `${name253}a`, 'name-too-long'],
    ['a megabyte', 'a'.repeat(1_000_000), 'name-too-long'],
    ['an address', '192.0.2.1', 'ip-address'],
    ['an address with a root dot', '192.0.2.1.', 'ip-address'],
    ['an abbreviated address', '1.2.3', 'ip-address'],
    ['a number', '3221225985', 'ip-address'],
    ['five numbers', '1.2.3.4.5', 'ip-address'],
    ['an IPv6 address', '2001:db8::1', 'invalid-character'],
    ['an address literal (RFC 5321 §4.1.3)', '[192.0.2.1]', 'invalid-character'],
  ])('%s', (_, text, fault) => expect(parseDomainName(text)).toEqual({ ok: false, fault }));

  // Every other ASCII character, wherever it stands: NUL, white space, quotes, slashes, "%" and "@" among them.
  test('only letters, digits, hyphen, dot and underscore of ASCII', () => {
    const taken = Array.from({ length: 128 }, (_, i) => String.fromCharCode(i)).filter(
      (c) => domainName(`a${c}b.example`) !== undefined,
    );
    expect(taken.join('')).toBe('-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz');
    for (let i = 0; i < 128; i++) {
      const c = String.fromCharCode(i);
      if (taken.includes(c)) continue;
      // The same beside a letter outside ASCII, which takes the way through the URL parser.
      expect(parseDomainName(`é${c}b.example`)).toEqual({ ok: false, fault: 'invalid-character' });
      expect(parseDomainName(`${c}example.com`)).toEqual({ ok: false, fault: 'invalid-character' });
      expect(parseDomainName(`example.com${c}`)).toEqual({ ok: false, fault: 'invalid-character' });
    }
  });
});

describe('internationalized names (RFC 5890, UTS 46)', () => {
  test.each([
    ['a U-label', 'bücher.example', 'xn--bcher-kva.example'],
    ['upper case', 'BÜCHER.EXAMPLE', 'xn--bcher-kva.example'],
    ['decomposed', 'bu\u0308cher.example', 'xn--bcher-kva.example'],
    ['U-labels and A-labels', 'bücher.xn--bcher-kva.example', 'xn--bcher-kva.xn--bcher-kva.example'],
    ['sharp s is a letter of its own (IDNA 2008)', 'faß.de', 'xn--fa-hia.de'],
    ['a U-label under an underscore', '_dmarc.bücher.example', '_dmarc.xn--bcher-kva.example'],
    ['the root dot', 'bücher.example.', 'xn--bcher-kva.example'],
    ['ideographic full stops', '例え。テスト。', 'xn--r8jz45g.xn--zckzah'],
    ['a Cyrillic look-alike is another name', 'раураl.com', 'xn--l-7sba6dbr.com'],
    ['full-width letters', 'ｅｘａｍｐｌｅ.com', 'example.com'],
    ['a soft hyphen, which nobody sees', 'exam\u00adple.com', 'example.com'],
  ])('%s', (_, text, name) => expect(parseDomainName(text)).toEqual({ ok: true, name }));

  test.each<[string, string, DomainNameFault]>([
    ['full-width digits that make an address', '１９２.0.2.1', 'ip-address'],
    ['… an abbreviated one', '１.2.3', 'ip-address'],
    ['… a hexadecimal one', '0x7f.１', 'ip-address'],
    ['… an octal one', '0１7.1', 'ip-address'],
    ['… circled', '①②③', 'ip-address'],
    ['full-width "@"', 'user＠example.com', 'invalid-idn'],
    ['full-width "/"', 'example.com／path', 'invalid-idn'],
    ['full-width ":"', 'example.com：80', 'invalid-idn'],
    ['full-width "%", whose escape would be decoded', 'a％6d.example', 'invalid-idn'],
    ['full-width "#"', 'a＃b.example', 'invalid-idn'],
    ['full-width quote, which a URL lets through', 'a＇b.example', 'invalid-idn'],
    ['full-width exclamation mark', 'a！b.example', 'invalid-idn'],
    ['an ideographic space', 'a\u3000b.example', 'invalid-idn'],
    ['a no-break space', 'a\u00a0b.example', 'invalid-idn'],
    ['account of, which becomes a/c', '℀.example', 'invalid-idn'],
    ['a lone surrogate', 'a\ud800.example', 'invalid-idn'],
    ['right-to-left override', '\u202eexample.com', 'invalid-idn'],
    ['a name of invisible characters', '\u00ad', 'invalid-idn'],
    ['an A-label that decodes to nothing, beside a U-label', 'xn--a.é', 'invalid-idn'],
    ['dots that become empty labels', '例。。え', 'empty-label'],
    ['a U-label that is too long as an A-label', `${'é'.repeat(63)}.example`, 'label-too-long'],
    ['more letters than a name has octets', 'é'.repeat(1_000_000), 'name-too-long'],
    ['more octets than a name has', `${'é'.repeat(40)}.`.repeat(6), 'name-too-long'],
  ])('%s', (_, text, fault) => expect(parseDomainName(text)).toEqual({ ok: false, fault }));
});

test('the short form: the name or undefined', () => {
  expect(domainName('Example.COM.')).toBe('example.com');
  expect(domainName('a b')).toBeUndefined();
});

describe('relations of normalized names', () => {
  test.each([
    ['example.com', 'example.com', true],
    ['a.example.com', 'example.com', true],
    ['a.b.example.com', 'example.com', true],
    ['evilexample.com', 'example.com', false],
    ['example.com', 'a.example.com', false],
    ['com', 'example.com', false],
    ['example.com.evil', 'example.com', false],
    ['example.com', 'com', true],
  ])('%s at or below %s: %s', (name, ancestor, expected) => expect(isAtOrBelow(name, ancestor)).toBe(expected));

  test.each([
    ['a.example.com', 'example.com', 3],
    ['example.com', 'com', 2],
    ['com', undefined, 1],
  ])('the parent of %s is %s, of %i labels', (name, parent, labels) => {
    expect(parentName(name)).toBe(parent);
    expect(labelCount(name)).toBe(labels);
  });

  test('127 labels', () => expect(labelCount(Array(127).fill('a').join('.'))).toBe(127));
});
