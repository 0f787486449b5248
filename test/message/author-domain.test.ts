import { describe, expect, test } from 'vitest';
import { defaultLimits } from '../../src/limits.ts';
import { authorDomain, parseAuthorDomain } from '../../src/message/author-domain.ts';
import { openMessage } from '../../src/message/open.ts';

const rest = 'To: <victim@victim.example>\r\nSubject: Hi\r\n\r\nbody\r\nFrom: <body@body.example>\r\n';
const parse = (header: string) => parseAuthorDomain(`${header}\r\n${rest}`);
const codes = (header: string) => parse(header).diagnostics.map(({ code }) => code);

/** The result without its findings. */
function verdict(header: string) {
  const { diagnostics: _, ...result } = parse(header);
  return result;
}

describe('the author domain (RFC 9989 §5.3.1)', () => {
  test.each([
    ['an address', 'From: ann@example.com', 'example.com', 'ann@example.com'],
    ['letters are lower-cased', 'From: Ann@Example.COM', 'example.com', 'Ann@Example.COM'],
    ['a name', 'From: "Ann" <ann@example.com>', 'example.com', 'ann@example.com'],
    ['folded', 'From:\r\n "Ann"\r\n\t<ann@example.com>\r\n ', 'example.com', 'ann@example.com'],
    ['a comment behind', 'From: ann@example.com (Ann)', 'example.com', 'ann@example.com'],
    ['the root dot is dropped', 'From: ann@example.com.', 'example.com', 'ann@example.com.'],
    ['U-labels become A-labels', 'From: ann@bücher.example', 'xn--bcher-kva.example', 'ann@bücher.example'],
    ['a local part in UTF-8', 'From: änn@example.com', 'example.com', 'änn@example.com'],
    ['an at sign in a quoted local part', 'From: "ceo@bank"@evil.example', 'evil.example', '"ceo@bank"@evil.example'],
    ['a group of one (RFC 6854)', 'From: Staff: ann@example.com;', 'example.com', 'ann@example.com'],
    ['the same address twice', 'From: a@example.com <a@example.com>', 'example.com', 'a@example.com'],
    ['any letter case of the name', 'fROM: ann@example.com', 'example.com', 'ann@example.com'],
    ['white space before the colon', 'From \t: ann@example.com', 'example.com', 'ann@example.com'],
    ['Sender is of no interest', 'Sender: x@other.example\r\nFrom: ann@example.com', 'example.com', 'ann@example.com'],
  ])('%s', (_, header, domain, address) => {
    expect(verdict(header)).toEqual({ domain, address });
  });

  test.each([
    ['several addresses of one domain', 'From: a@example.com, b@EXAMPLE.com', 'example.com'],
    ['a group of several', 'From: Staff: a@example.com, b@example.com;, c@example.com', 'example.com'],
  ])('%s: the domain is certain, the address is not', (_, header, domain) => {
    expect(verdict(header)).toEqual({ domain });
  });

  test.each([
    ['no From field', 'Sender: ann@example.com\r\nResent-From: ann@example.com', 'message.no-from'],
    ['an empty one', 'From:', 'message.no-author-address'],
    ['white space only', 'From: \r\n \t', 'message.no-author-address'],
    ['a comment only', 'From: (ann@example.com)', 'message.no-author-address'],
    ['an empty group', 'From: Undisclosed:;', 'message.no-author-address'],
    ['an empty address', 'From: Ann <>', 'message.no-author-address'],
    ['a name only', 'From: Ann', 'message.no-author-address'],
    ['angle brackets around a name', 'From: <Ann>', 'message.no-author-address'],
  ])('%s: no-author-domain', (_, header, code) => {
    expect(verdict(header)).toEqual({ reason: 'no-author-domain' });
    expect(codes(header)).toContain(code);
  });

  test.each([
    ['a domain literal', 'ann@[192.0.2.1]', 'message.author-domain-invalid'],
    ['an IPv6 literal', 'ann@[IPv6:2001:db8::1]', 'message.author-domain-invalid'],
    ['an address without brackets', 'ann@192.0.2.1', 'message.author-domain-invalid'],
    ['an empty label', 'ann@example..com', 'message.author-domain-invalid'],
    ['a dot first', 'ann@.example.com', 'message.author-domain-invalid'],
    ['a label of 64 octets', `ann@${'a'.repeat(64)}.example`, 'message.author-domain-invalid'],
    ['a name of 254 octets', `ann@${'a.'.repeat(127)}`.slice(0, -1).concat('bc'), 'message.author-domain-invalid'],
    ['a character that no name has', 'ann@exa%6dple.com', 'message.author-domain-invalid'],
    ['an encoded domain', 'ann@=?utf-8?Q?example.com?=', 'message.author-domain-invalid'],
    ['one of two', 'ann@example.com, bob@[192.0.2.1]', 'message.author-domain-invalid'],
    ['white space in the domain', 'ann@example . com', 'message.from-syntax'],
    ['a comment in the domain', 'ann@example.com(x).evil.example', 'message.from-syntax'],
    ['two at signs', 'ann@example.com@evil.example', 'message.from-syntax'],
    ['no domain', 'ann@', 'message.from-syntax'],
    ['an unquoted comma in a name', 'Doe, Ann <ann@example.com>', 'message.from-syntax'],
    ['a NUL', 'ann@example.com\0.evil.example', 'message.from-syntax'],
    ['a bare LF', 'ann@example.com\n <bob@evil.example>', 'message.from-syntax'],
    ['a bare CR', 'ann@example.com\r <bob@evil.example>', 'message.from-syntax'],
    ['a semicolon between addresses', 'ann@example.com; bob@example.com', 'message.from-syntax'],
  ])('%s: invalid-author-domain', (_, value, code) => {
    expect(verdict(`From: ${value}`)).toEqual({ reason: 'invalid-author-domain' });
    expect(codes(`From: ${value}`)).toContain(code);
  });

  test('several domains are all listed', () => {
    expect(verdict('From: a@B.example, b@c.example, c@b.example')).toEqual({
      reason: 'multiple-author-domains',
      domains: ['b.example', 'c.example'],
    });
    expect(codes('From: a@b.example, b@c.example')).toEqual(['message.multiple-author-domains']);
  });

  test('octets that are not UTF-8 are no letters of a domain, but may be in a name (RFC 6532 §3.1)', () => {
    const latin1 = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0));
    expect(parseAuthorDomain(latin1('From: Jos\xe9 <j@example.com>\r\n\r\n')).domain).toBe('example.com');
    expect(parseAuthorDomain(latin1('From: Jose <j@b\xfccher.example>\r\n\r\n'))).toMatchObject({
      reason: 'invalid-author-domain',
      diagnostics: [{ code: 'message.author-domain-invalid', params: { fault: 'charset' } }],
    });
  });

  test('a message in a file with LF lines', () => {
    const result = parseAuthorDomain('Received: x\nFrom: "Ann"\n <ann@example.com>\nTo: y\n\nFrom: z@body.example\n');
    expect(result).toEqual({ domain: 'example.com', address: 'ann@example.com', diagnostics: [] });
  });

  test('a header block that was cut off may hide another From field', async () => {
    const header = 'From: <ann@example.com>\r\nTo: x\r\nFrom: <bob@evil.example>';
    const opened = await openMessage(`${header}\r\n\r\n`, { limits: { ...defaultLimits, headerBytes: 40 } });
    expect(opened.header.fields.map(({ name }) => name)).toEqual(['from', 'to'].slice(0, opened.header.fields.length));
    expect(authorDomain(opened.header)).toMatchObject({ reason: 'invalid-author-domain' });
  });

  test.each([
    [undefined, 'undefined'],
    [null, 'null'],
    [[], 'an array'],
  ])('%j is a wrong argument', (value, shown) => {
    expect(() => parseAuthorDomain(value as unknown as string)).toThrow(
      new TypeError(`Cannot parse author domain: "message" must be a string or Uint8Array, received ${shown}`),
    );
  });
});

describe('spellings of the field name (RFC 5322 §2.2, §4.5)', () => {
  const legit = 'From: <admin@legit.example>';

  // The first counts as From everywhere, the second only for other software, the third for nobody.
  const spellings: [line: string, kind: 'from' | 'hidden' | 'other'][] = [
    ['From:', 'from'],
    ['from:', 'from'],
    ['FROM:', 'from'],
    ['fRoM:', 'from'],
    ['From :', 'from'],
    ['From\t:', 'from'],
    ['From \t \t:', 'from'],
    ['From:\r\n ', 'from'],
    ['From :\r\n\t', 'from'],
    [' From:', 'hidden'],
    ['\tFrom:', 'hidden'],
    [' \t FROM :', 'hidden'],
    ['From\r\n :', 'hidden'],
    ['From\r\n\t \t:', 'hidden'],
    ['From \r\n \r\n :', 'hidden'],
    ['\0From:', 'hidden'],
    ['From\0:', 'hidden'],
    ['Fr\0om:', 'hidden'],
    ['From\x07:', 'hidden'],
    ['From\x7f:', 'hidden'],
    ['From\u00a0:', 'hidden'],
    ['\u00a0From:', 'hidden'],
    ['\ufeffFrom:', 'hidden'],
    ['From\u200b:', 'hidden'],
    ['From\u3000:', 'hidden'],
    ['\rFrom:', 'hidden'],
    ['X: y\r\n\nFrom:', 'hidden'],
    ['Fr om:', 'hidden'],
    ['X: y\nFrom:', 'hidden'],
    ['X: y\rFrom:', 'hidden'],
    ['X: y\r\nY: z\n\nFrom:', 'hidden'],
    ['X: y\n\r\nFrom:', 'from'],
    ['X: y\n From:', 'hidden'],
    ['X: y\r\rfrom :', 'hidden'],
    ['X: y\r\nFrom\n:', 'hidden'],
    ['X-From:', 'other'],
    ['From-X:', 'other'],
    ['Resent-From:', 'other'],
    ['Froma:', 'other'],
    ['>From:', 'other'],
    ['From;', 'other'],
    ['From', 'other'],
    ['"From":', 'other'],
    ['F.r.o.m:', 'other'],
    ['X: From:', 'other'],
    ['From someone@example.com Mon Jan  1 10:00:00 2024', 'other'],
  ];

  test.each(spellings)('%j is %s', (line, kind) => {
    const attack = `${line} <x@attack.example>`;
    const both = verdict(`${attack}\r\n${legit}`);
    const alone = verdict(attack);
    const hidden = codes(attack).includes('message.hidden-from');
    if (kind === 'other') {
      expect(both).toEqual({ domain: 'legit.example', address: 'admin@legit.example' });
      expect(alone).toEqual({ reason: 'no-author-domain' });
      expect(hidden).toBe(false);
      return;
    }
    const domains = kind === 'from' ? ['attack.example', 'legit.example'] : ['legit.example'];
    expect(both).toEqual({ reason: 'multiple-from', domains });
    expect(hidden).toBe(kind === 'hidden');
    if (kind === 'from') expect(alone).toEqual({ domain: 'attack.example', address: 'x@attack.example' });
    else expect(alone).toEqual({ reason: 'no-author-domain' });
  });

  test('in either order, and thrice', () => {
    expect(verdict(`${legit}\r\nFROM : <x@attack.example>`).reason).toBe('multiple-from');
    expect(verdict(`${legit}\r\nTo: x\r\n${legit}\r\n${legit}`)).toEqual({
      reason: 'multiple-from',
      domains: ['legit.example'],
    });
    expect(codes(`${legit}\r\nTo: x\r\n${legit}`)).toEqual(['message.multiple-from']);
  });

  test('several unusable From fields list no domain', () => {
    expect(verdict('From: x\r\nFrom: a@b@c')).toEqual({ reason: 'multiple-from' });
  });

  test('a folded line that looks like one is only reported: by the RFC it is text of the field above', () => {
    const folded = `Received: by mx\r\n From: <admin@legit.example>\r\nFrom: <x@attack.example>`;
    expect(verdict(folded).domain).toBe('attack.example');
    expect(codes(folded)).toEqual(['message.folded-from']);
    expect(codes(`DKIM-Signature: h=Date:\r\n\tFrom:To; i=@legit.example\r\n${legit}`)).toEqual([]);
    expect(codes(`DKIM-Signature: h=Date:\r\n\tFrom\r\n : To\r\n${legit}`)).toEqual([]);
  });
});

// Cases of "Composition Kills" (USENIX Security 2020) by the names that the espoofer tool gives them.
describe('known attacks', () => {
  const encoded = '=?utf-8?B?PGFkbWluQGxlZ2l0aW1hdGUuZXhhbXBsZT4=?=';
  test.each([
    ['a8: two From fields', 'From: <first@attack.example>\r\nFrom: <admin@legitimate.example>', 'multiple-from'],
    [
      'a9: space before the first',
      ' From: <first@attack.example>\r\nFrom: <admin@legitimate.example>',
      'multiple-from',
    ],
    [
      'a10: space behind the name',
      'From: <first@attack.example>\r\nFrom : <admin@legitimate.example>',
      'multiple-from',
    ],
    ['a11: folded name', 'From\r\n : <first@attack.example>\r\nFrom: <admin@legitimate.example>', 'multiple-from'],
    ['a12: Sender', 'From\r\n : <first@attack.example>\r\nSender: <admin@legitimate.example>', 'no-author-domain'],
    ['a13: Resent-From', 'From\r\n : <a@attack.example>\r\nResent-From: <b@legitimate.example>', 'no-author-domain'],
    ['a14: two addresses', 'From: <a@attack.example>, <admin@legitimate.example>', 'multiple-author-domains'],
    ['a14 swapped', 'From: <admin@legitimate.example>, <a@attack.example>', 'multiple-author-domains'],
    ['a15: encoded address', `From:${encoded},<second@attack.example>`, 'invalid-author-domain'],
    ['a15 in angle brackets', `From: <${encoded}@attack.example>`, 'invalid-author-domain'],
    ['a17: quoted pair', 'From: <admin@legitimate.example>\\,<second@attack.example>', 'invalid-author-domain'],
    ['a18: precedence', 'From: admin@legitimate.example,<second@attack.example>', 'multiple-author-domains'],
    ['a19: address behind', 'From: <any@attack.example>admin@legitimate.example', 'invalid-author-domain'],
    ['a19: address before', 'From: admin@legitimate.example<any@attack.example>', 'multiple-author-domains'],
    ['client a1: two From fields', 'From: <attacker@example.com>\r\nFrom: <admin@example.com>', 'multiple-from'],
  ])('%s', (_, header, reason) => {
    const result = verdict(header);
    expect(result.reason).toBe(reason);
    expect(result.domain).toBeUndefined();
    expect(result.address).toBeUndefined();
  });

  test('a16: the domain is behind the route', () => {
    const header = 'From: <@attack.example,@any.example:admin@legitimate.example>';
    expect(verdict(header)).toEqual({ domain: 'legitimate.example', address: 'admin@legitimate.example' });
    expect(codes(header)).toEqual(['message.route']);
  });

  test('client a2: two addresses of one domain', () => {
    expect(verdict('From: <attacker@example.com>, <admin@example.com>')).toEqual({ domain: 'example.com' });
  });
});

describe('what is worth knowing', () => {
  test.each([
    ['a route', '<@a.example:b@c.example>', ['message.route']],
    ['white space in the address', 'b @ c.example', ['message.space-in-address']],
    ['a comment in the address', 'b(x)@c.example', ['message.space-in-address']],
    ['an empty element', ', b@c.example', ['message.empty-element']],
    ['dots of a local part', 'b..d.@c.example', ['message.odd-dots']],
    ['an address as name', 'b@c.example <b@c.example>', ['message.address-as-name']],
    ['a group', 'G: b@c.example;', ['message.group']],
    ['another address as name', '"support@paypal.example" <b@c.example>', ['message.name-shows-address']],
    ['… encoded (Q)', '=?utf-8?q?support=40paypal.example?= <b@c.example>', ['message.name-shows-address']],
    ['… encoded (B)', '=?UTF-8?B?c3VwcG9ydEBwYXlwYWwuZXhhbXBsZQ==?= <b@c.example>', ['message.name-shows-address']],
    ['… in two words', '=?utf-8?q?a=40pay?= =?utf-8?q?pal.example?= <b@c.example>', ['message.name-shows-address']],
    ['… with a language', '=?utf-8*en?q?a=40paypal.example?= <b@c.example>', ['message.name-shows-address']],
    ['… with a full-width at sign', 'a＠paypal.example <b@c.example>', ['message.name-shows-address']],
    ['… in a comment', 'b@c.example (support@paypal.example)', ['message.name-shows-address']],
    ['… in the local part', '"ceo@bank"@c.example', ['message.name-shows-address']],
    ['another domain as name', '"www.paypal.example" <b@c.example>', ['message.name-shows-domain']],
    ['… behind an at sign', '"@paypal.example" <b@c.example>', ['message.name-shows-domain']],
    ['its own domain as name', '"c.example" <b@mail.c.example>', []],
    ['a subdomain as name', '"mail.c.example" <b@c.example>', []],
    ['a name with dots', 'Dr.Smith J.R. <b@c.example>', []],
    ['dots and dashes', '"--. ..@ -.com-" <b@c.example>', []],
    ['an unknown character set', '=?x-none?q?a=40paypal?= <b@c.example>', []],
    ['broken base64', '=?utf-8?b?!?= <b@c.example>', []],
    ['letters of two scripts', '"\u0420aypal" <b@c.example>', ['message.mixed-scripts']],
    ['words of two scripts', '"Сбербанк Online" <b@c.example>', []],
    ['right-to-left override', '"\u202elapyap" <b@c.example>', ['message.invisible-characters']],
    ['an emoji of several', '"👩\u200d💻" <b@c.example>', []],
    ['a U-label', 'b@bücher.example', ['message.idn-domain']],
    ['an A-label', 'b@xn--bcher-kva.example', ['message.idn-domain']],
    ['two scripts in one label', 'b@ра\u0443раl.example', ['message.mixed-scripts', 'message.idn-domain']],
    ['a soft hyphen', 'b@pay\u00adpal.example', ['message.invisible-characters']],
    ['an A-label of nothing', 'b@xn--zzzzzz99999.example', ['message.invalid-a-label', 'message.idn-domain']],
  ])('%s', (_, value, expected) => {
    expect(parse(`From: ${value}`).domain).toBeDefined();
    expect(codes(`From: ${value}`)).toEqual(expected);
  });

  test('findings point into the value of the field', () => {
    const value = ' "support@paypal.example" <b@c.example>, <@d.example:e@c.example>';
    const found = parse(`From:${value}`).diagnostics.map(({ subject, span }) => [
      subject,
      value.slice(span?.start, span?.end),
    ]);
    expect(found).toEqual([
      ['From', '@d.example:'],
      ['From', 'b@c.example'],
    ]);
  });

  test('a hidden From field points into the header block', () => {
    const header = 'X: y\n From: <a@b.example>';
    const { span, message } = parse(header).diagnostics[0]!;
    expect(header.slice(span?.start, span?.end)).toBe(' From: <a@b.example>');
    expect(message).toBe('Other software may see a From field in " From: <a@b.example>"');
  });
});

describe('size', () => {
  const address = (i: number, domain = 'example.com') => `"Name ${i}" <user${i}@${domain}>`;

  test('10,000 addresses of one domain', () => {
    const list = Array.from({ length: 10_000 }, (_, i) => address(i)).join(',\r\n ');
    expect(verdict(`From: ${list}`)).toEqual({ domain: 'example.com' });
  });

  test('10,000 addresses of 10,000 domains', () => {
    const list = Array.from({ length: 10_000 }, (_, i) => address(i, `d${i}.example`)).join(',\r\n ');
    expect(verdict(`From: ${list}`).domains).toHaveLength(10_000);
  });

  test('findings are bounded', () => {
    const list = Array.from({ length: 1000 }, () => '"x@paypal.example" <b@bücher.example>').join(',');
    expect(parse(`From: ${list}`).diagnostics.length).toBeLessThan(40);
    expect(parse(`From: ${'a@b@c,'.repeat(1000)}`).diagnostics.length).toBeLessThan(40);
    expect(parse(`From: ${'a@[b],'.repeat(1000)}`).diagnostics.length).toBeLessThan(40);
    expect(parse('X: y\nFrom: z\r\n'.repeat(1000)).diagnostics.length).toBeLessThan(40);
    const long = parse(`From: ${'x'.repeat(100_000)}`).diagnostics;
    expect(JSON.stringify(long).length).toBeLessThan(2000);
  });
});
