import { describe, expect, test } from 'vitest';
import { auidDomain, type DkimSignature, parseDkimSignature, signatureFault } from '../../src/dkim/signature.ts';

const SHA256 = '2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=';
const SHA1 = 'uoq1oCgLlTqpdDX/iUbLy7J1Wic=';
const ED25519 = '/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11BusFa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==';

const SOUND: { [tag: string]: string } = {
  v: '1',
  a: 'rsa-sha256',
  d: 'example.com',
  s: 'mail',
  h: 'from:to',
  bh: SHA256,
  b: 'dzdVyOfAKCdLXdJOc9G2q8LoXSlEniSbav+yuU4zGeeruD00lszZVoG4ZHRNiYzR',
};

/** A sound signature with some of its tags otherwise; `undefined` leaves one out. */
function signature(tags: { [tag: string]: string | undefined } = {}): string {
  return Object.entries({ ...SOUND, ...tags })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${value}`)
    .join('; ');
}

function codes(text: string): string[] {
  return parseDkimSignature(text).diagnostics.map(({ code }) => code);
}

function understood(text: string): DkimSignature {
  const { value } = parseDkimSignature(text);
  expect(value).toBeDefined();
  return value!;
}

// RFC 6376 §3.5, the example, and RFC 8463 §A.3.
const RFC6376 = `v=1; a=rsa-sha256; d=example.net; s=brisbane;
      c=simple; q=dns/txt; i=@eng.example.net;
      t=1117574938; x=1118006938;
      h=from:to:subject:date;
      z=From:foo@eng.example.net|To:joe@example.com|
       Subject:demo=20run|Date:July=205,=202005=203:44:08=20PM=20-0700;
      bh=MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=;
      b=dzdVyOfAKCdLXdJOc9G2q8LoXSlEniSbav+yuU4zGeeruD00lszZVoG4ZHRNiYzR`;
const RFC8463 = ` v=1; a=ed25519-sha256; c=relaxed/relaxed;\r
 d=football.example.com; i=@football.example.com;\r
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r
 subject : date : message-id : from : subject : date;\r
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r
 b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus\r
 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==`;

describe('the examples of the RFCs', () => {
  test('RFC 6376 §3.5', () => {
    const parsed = parseDkimSignature(RFC6376);
    expect(parsed).toMatchObject({ ok: true, diagnostics: [] });
    expect(parsed.value).toMatchObject({
      v: '1',
      a: 'rsa-sha256',
      c: 'simple/simple',
      domain: 'example.net',
      selector: 'brisbane',
      q: ['dns/txt'],
      i: '@eng.example.net',
      t: 1117574938,
      x: 1118006938,
      h: ['from', 'to', 'subject', 'date'],
    });
    expect(parsed.value?.z).toMatch(/^From:foo@eng\.example\.net\|To:/);
  });

  test('RFC 8463 §A.3', () => {
    const parsed = parseDkimSignature(RFC8463);
    expect(parsed).toMatchObject({ ok: true, diagnostics: [] });
    expect(parsed.value).toMatchObject({
      a: 'ed25519-sha256',
      c: 'relaxed/relaxed',
      b: ED25519,
      bh: SHA256,
      h: ['from', 'to', 'subject', 'date', 'message-id', 'from', 'subject', 'date'],
    });
    expect(parsed.value?.tags.map(({ name }) => name)).toEqual([
      'v',
      'a',
      'c',
      'd',
      'i',
      'q',
      's',
      't',
      'h',
      'bh',
      'b',
    ]);
    expect(parsed.value?.tags.every(({ known }) => known)).toBe(true);
  });

  test('every tag knows where it stands', () => {
    for (const { name, value, span, nameSpan, valueSpan } of understood(RFC8463).tags) {
      expect(RFC8463.slice(nameSpan.start, nameSpan.end)).toBe(name);
      expect(RFC8463.slice(valueSpan.start, valueSpan.end)).toBe(value);
      expect(RFC8463.slice(span.start, span.end)).toBe(`${name}=${value}`);
    }
  });
});

describe('what is accepted', () => {
  const sound: [statement: string, text: string, value: Partial<DkimSignature>][] = [
    ['defaults (§3.5)', signature(), { c: 'simple/simple', q: ['dns/txt'] }],
    [
      'v= need not be first (§3.5)',
      `b=abcd; v=1; a=rsa-sha256; d=a.b; s=c; h=From; bh=${SHA256}`,
      { v: '1', b: 'abcd' },
    ],
    ['a final semicolon (§3.2)', `${signature()};`, {}],
    ['white space around names and values (§3.2)', signature().replace(/=m/, ' =\r\n\t m'), { selector: 'mail' }],
    ['the line break that ends the field', `${signature()}\r\n`, { b: SOUND.b! }],
    ['the line break that ends the field of a file with LF', `${signature()}\n`, { b: SOUND.b! }],
    ['folds in base64 (§3.5)', signature({ b: 'ab\r\n cd' }), { b: 'abcd' }],
    ['base64 without padding (§2.10)', signature({ bh: SHA256.slice(0, -1) }), { bh: SHA256.slice(0, -1) }],
    [
      'upper case in a=, c= and q=',
      signature({ a: 'RSA-SHA256', c: 'Relaxed', q: 'DNS/TXT' }),
      { c: 'relaxed/simple' },
    ],
    ['only the header named in c= (§3.5)', signature({ c: 'relaxed' }), { c: 'relaxed/simple' }],
    ['unknown query methods beside dns/txt (§3.5)', signature({ q: 'x/y:dns/txt' }), { q: ['x/y', 'dns/txt'] }],
    ['unknown tags (§3.2)', signature({ dara: 'some thing', x_1: '' }), {}],
    ['the tag names of objects', signature({ constructor: '1', toString: '2' }), {}],
    ['a selector of two labels (§3.1)', signature({ s: 'march2005.reykjavik' }), { selector: 'march2005.reykjavik' }],
    ['a selector that is a number', signature({ s: '20230601' }), { selector: '20230601' }],
    [
      'upper case in d= and s=',
      signature({ d: 'EXAMPLE.com', s: 'Mail' }),
      { domain: 'example.com', selector: 'mail' },
    ],
    ['underscores in names', signature({ d: '_x.example.com', s: '_s' }), { domain: '_x.example.com', selector: '_s' }],
    [
      'U-labels (RFC 8616 §5)',
      signature({ d: 'bücher.example', s: 'ä', i: 'jörg@bücher.example' }),
      { selector: 'xn--4ca' },
    ],
    ['i= with a local part in quoted-printable (§2.11)', signature({ i: 'a=3Bb=40c@example.com' }), {}],
    ['i= with UTF-8 in quoted-printable', signature({ d: 'bücher.example', i: '@b=C3=BCcher.example' }), {}],
    ['i= with folds', signature({ i: 'joe\r\n @mail.example.com' }), { i: 'joe@mail.example.com' }],
    ['an Ed25519 signature of 64 octets (RFC 8463 §3)', signature({ a: 'ed25519-sha256', b: ED25519 }), { b: ED25519 }],
    ['times of twelve digits (§3.5)', signature({ t: '999999999998', x: '999999999999' }), { x: 999999999999 }],
    ['leading zeros', signature({ t: '000000000001' }), { t: 1 }],
    ['copied fields, empty or in UTF-8', signature({ z: '' }), { z: '' }],
    ['other signatures in h= (§3.5)', signature({ h: 'From:DKIM-Signature' }), { h: ['From', 'DKIM-Signature'] }],
  ];
  test.each(sound)('%s', (_, text, value) => {
    const parsed = parseDkimSignature(text);
    expect(parsed.diagnostics).toEqual([]);
    expect(parsed.ok).toBe(true);
    expect(parsed.value).toMatchObject(value);
    expect(signatureFault(parsed.diagnostics)).toBeUndefined();
  });

  test('l= up to 2^53-1, with a warning (§8.2)', () => {
    const parsed = parseDkimSignature(signature({ l: '0009007199254740991' }));
    expect(parsed.ok).toBe(true);
    expect(parsed.value?.l).toBe(Number.MAX_SAFE_INTEGER);
    expect(parsed.diagnostics).toMatchObject([{ code: 'dkim.body-length', severity: 'warning' }]);
  });
});

describe('what is refused, and the row of the verdict table', () => {
  const refused: [statement: string, text: string, code: string, fault: string][] = [
    ['nothing (§3.2)', '', 'dkim.tag-empty', 'syntax'],
    ['an empty tag (§3.2)', signature().replace('; ', ';; '), 'dkim.tag-empty', 'syntax'],
    ['a tag without "=" (§3.2)', `${signature()}; x`, 'dkim.tag-no-equals', 'syntax'],
    ['a tag name that begins with a digit (§3.2)', signature({ '1x': '1' }), 'dkim.tag-name', 'syntax'],
    ['a tag twice (§3.2)', `${signature()}; d=example.com`, 'dkim.tag-duplicate', 'syntax'],
    ['an unknown tag twice (§3.2)', `${signature()}; y=1; y=1`, 'dkim.tag-duplicate', 'syntax'],
    ['__proto__ twice', `${signature()}; p__proto__=1; p__proto__=1`, 'dkim.tag-duplicate', 'syntax'],
    ['an empty b= (§3.5)', signature({ b: '' }), 'dkim.tag-value-empty', 'syntax'],
    ['an empty l= (§3.5)', signature({ l: '' }), 'dkim.tag-value-empty', 'syntax'],
    ['a control character in an unknown tag (§3.2)', signature({ y: 'a\u0007b' }), 'dkim.tag-character', 'syntax'],
    ['DEL in z= (§3.2)', signature({ z: 'a\u007fb' }), 'dkim.tag-character', 'syntax'],
    ['UTF-8 in an unknown tag (RFC 8616 §3)', signature({ y: 'é' }), 'dkim.tag-character', 'syntax'],
    ['UTF-8 in q= (RFC 8616 §3)', signature({ q: 'dns/txt:é' }), 'dkim.tag-character', 'syntax'],
    ['b= outside base64 (§2.10)', signature({ b: 'ab*d' }), 'dkim.base64', 'syntax'],
    ['b= with one digit too many (§2.10)', signature({ b: 'abcde' }), 'dkim.base64', 'syntax'],
    ['bh= with padding in the middle', signature({ bh: 'ab==cdef' }), 'dkim.base64', 'syntax'],
    ['bh= shorter than the hash (§3.5)', signature({ bh: SHA1 }), 'dkim.hash-length', 'syntax'],
    ['bh= longer than the hash', signature({ bh: 'A'.repeat(44) }), 'dkim.hash-length', 'syntax'],
    ['bh= of rsa-sha1 that is no SHA-1', signature({ a: 'rsa-sha1' }), 'dkim.hash-length', 'syntax'],
    ['b= of Ed25519 (RFC 8463 §3)', signature({ a: 'ed25519-sha256' }), 'dkim.signature-length', 'syntax'],
    ['d= of one label (§3.5)', signature({ d: 'com' }), 'dkim.domain', 'syntax'],
    ['d= with a final dot (§3.5)', signature({ d: 'example.com.' }), 'dkim.domain', 'syntax'],
    ['d= an address', signature({ d: '192.0.2.1' }), 'dkim.domain', 'syntax'],
    ['d= with a fold inside', signature({ d: 'exam\r\n ple.com' }), 'dkim.domain', 'syntax'],
    ['d= with a quote', signature({ d: "legitimate.com'a.attack.com" }), 'dkim.domain', 'syntax'],
    ['s= with NUL', signature({ s: 'selector.attack.com.\0.any' }), 'dkim.selector', 'syntax'],
    ['s= with an empty label (§3.1)', signature({ s: 'a..b' }), 'dkim.selector', 'syntax'],
    ['s= with a final dot', signature({ s: 'a.' }), 'dkim.selector', 'syntax'],
    ['s= with a long label', signature({ s: 'a'.repeat(64) }), 'dkim.selector', 'syntax'],
    ['an empty name in h= (§3.5)', signature({ h: 'from::to' }), 'dkim.header-name', 'syntax'],
    ['a final colon in h= (§3.5)', signature({ h: 'from:to:' }), 'dkim.header-name', 'syntax'],
    ['a space inside a name of h=', signature({ h: 'from:my field' }), 'dkim.header-name', 'syntax'],
    ['UTF-8 in h= (RFC 8616 §3)', signature({ h: 'from:é' }), 'dkim.header-name', 'syntax'],
    ['i= without "@" (§3.5)', signature({ i: 'example.com' }), 'dkim.identity', 'syntax'],
    ['i= with bad quoted-printable (§2.11)', signature({ i: 'a=4@example.com' }), 'dkim.identity', 'syntax'],
    ['i= with lower case in quoted-printable (§2.11)', signature({ i: 'a=3b@example.com' }), 'dkim.identity', 'syntax'],
    ['i= with quoted-printable that is no UTF-8', signature({ i: 'a=FF@example.com' }), 'dkim.identity', 'syntax'],
    ['i= with a control character', signature({ i: 'a\u0000@example.com' }), 'dkim.tag-character', 'syntax'],
    ['l= that is no number', signature({ l: '1e3' }), 'dkim.number', 'syntax'],
    ['l= above 2^53-1', signature({ l: '9007199254740992' }), 'dkim.number', 'syntax'],
    ['l= of 77 digits', signature({ l: '0'.repeat(77) }), 'dkim.number', 'syntax'],
    ['t= of thirteen digits', signature({ t: '1'.repeat(13) }), 'dkim.number', 'syntax'],
    ['a negative x=', signature({ x: '-1' }), 'dkim.number', 'syntax'],
    ['no v= (§6.1.1)', signature({ v: undefined }), 'dkim.missing-tag', 'missing-tag'],
    ['no b= (§6.1.1)', signature({ b: undefined }), 'dkim.missing-tag', 'missing-tag'],
    ['A= for a=: names are case-sensitive (§3.2)', signature().replace('a=', 'A='), 'dkim.missing-tag', 'missing-tag'],
    ['v=2 (§6.1.1)', signature({ v: '2' }), 'dkim.version', 'version'],
    ['v=1.0', signature({ v: '1.0' }), 'dkim.version', 'version'],
    ['From not in h= (§5.4)', signature({ h: 'to:x-from' }), 'dkim.from-unsigned', 'from-unsigned'],
    ['x= before t= (§3.5)', signature({ t: '2', x: '1' }), 'dkim.expiry-before-timestamp', 'expiry-before-timestamp'],
    ['x= equal to t= (§3.5)', signature({ t: '2', x: '2' }), 'dkim.expiry-before-timestamp', 'expiry-before-timestamp'],
    ['i= elsewhere (§3.5)', signature({ i: '@example.org' }), 'dkim.domain-mismatch', 'domain-mismatch'],
    [
      'i= above d= (§3.5)',
      signature({ d: 'a.example.com', i: '@example.com' }),
      'dkim.domain-mismatch',
      'domain-mismatch',
    ],
    ['i= that ends like d=', signature({ i: '@notexample.com' }), 'dkim.domain-mismatch', 'domain-mismatch'],
    ['the last "@" of i= counts', signature({ i: '"a@example.com"@b.org' }), 'dkim.domain-mismatch', 'domain-mismatch'],
    [
      'rsa-sha1 (RFC 8301 §3.1)',
      signature({ a: 'rsa-sha1', bh: SHA1 }),
      'dkim.algorithm-historic',
      'algorithm-historic',
    ],
    ['an unknown algorithm', signature({ a: 'rsa-sha512' }), 'dkim.algorithm', 'algorithm'],
    ['an algorithm without hash', signature({ a: 'rsa' }), 'dkim.algorithm', 'algorithm'],
    ['an unknown canonicalization', signature({ c: 'relaxed/nowsp' }), 'dkim.canonicalization', 'canonicalization'],
    ['half a canonicalization', signature({ c: 'relaxed/' }), 'dkim.canonicalization', 'canonicalization'],
    ['only unknown query methods', signature({ q: 'dns' }), 'dkim.query-method', 'query-method'],
  ];
  test.each(refused)('%s', (_, text, code, fault) => {
    const parsed = parseDkimSignature(text);
    expect(parsed.ok).toBe(false);
    const errors = parsed.diagnostics.filter(({ severity }) => severity === 'error').map((one) => one.code);
    expect(errors).toContain(code);
    expect(signatureFault(parsed.diagnostics)).toBe(fault);
  });

  test('the rows come in the order of the table, whatever the order in the text', () => {
    const rows: [tag: string, value: string | undefined, fault: string][] = [
      ['b', '*', 'syntax'],
      ['b', undefined, 'missing-tag'],
      ['v', '2', 'version'],
      ['h', 'to', 'from-unsigned'],
      ['x', '1', 'expiry-before-timestamp'],
      ['i', '@example.org', 'domain-mismatch'],
      ['a', 'rsa-sha512', 'algorithm'],
      ['c', 'none', 'canonicalization'],
      ['q', 'dns', 'query-method'],
    ];
    for (let first = 0; first < rows.length; first++) {
      const tags: { [tag: string]: string | undefined } = { t: '2' };
      for (const [tag, value] of rows.slice(first).reverse()) tags[tag] = value;
      expect(signatureFault(parseDkimSignature(signature(tags)).diagnostics)).toBe(rows[first]![2]);
    }
  });

  test('a warning is no fault', () => {
    expect(signatureFault(parseDkimSignature(signature({ l: '1' })).diagnostics)).toBeUndefined();
  });
});

describe('findings', () => {
  test('say what is wrong and where', () => {
    const text = signature({ h: 'from: to : b d ' });
    const { diagnostics } = parseDkimSignature(text);
    expect(diagnostics).toMatchObject([
      {
        code: 'dkim.header-name',
        message: 'Tag "h" must list header fields: found "b d"',
        params: { value: 'b d' },
      },
    ]);
    const { start, end } = diagnostics[0]!.span!;
    expect(text.slice(start, end)).toBe(' b d');
  });

  test('a tag in the wrong case can be cured', () => {
    const text = signature().replace('a=', 'A=');
    const { span, fix } = parseDkimSignature(text).diagnostics[0]!;
    expect(text.slice(0, span!.start) + fix!.replacement + text.slice(span!.end)).toBe(signature());
  });

  test('a forbidden character is pointed at', () => {
    const text = signature({ y: 'ab\u0001' });
    const { span, message } = parseDkimSignature(text).diagnostics[0]!;
    expect(text.slice(span!.start, span!.end)).toBe('\u0001');
    expect(message).toBe('Tag "y" must not hold "\\u{1}"');
  });

  test('of two tags the first counts', () => {
    expect(understood(`${signature()}; s=other`).selector).toBe('mail');
  });

  test('as much as possible is understood', () => {
    const value = understood('d=example.com; s=mail; b=*; t=x; c=Weird; h=to');
    expect(value).toMatchObject({ domain: 'example.com', selector: 'mail', c: 'weird/simple', h: ['to'] });
    expect(value).not.toHaveProperty('b');
    expect(value).not.toHaveProperty('t');
    expect(codes('d=example.com')).toEqual(Array(6).fill('dkim.missing-tag'));
  });

  test.each([';', 'a=;', 'x;'])('a megabyte of "%s" is told by some findings, not all', (piece) => {
    const { ok, diagnostics } = parseDkimSignature(piece.repeat(1_000_000 / piece.length));
    expect(ok).toBe(false);
    expect(diagnostics.length).toBeLessThan(200);
  });

  test('an argument that is no string is a TypeError', () => {
    expect(() => parseDkimSignature(undefined as never)).toThrow(
      new TypeError('Cannot parse DKIM signature: "headerValue" must be a string, received undefined'),
    );
  });
});

describe('auidDomain (RFC 6376 §3.5)', () => {
  test.each([
    ['@example.com', 'example.com'],
    ['joe@Mail.Example.com', 'mail.example.com'],
    ['joe=40a@b=2Eexample.com', 'b.example.com'],
    ['example.com', undefined],
    ['@', undefined],
    ['@=zz', undefined],
    ['@a=', undefined],
  ])('%s', (i, domain) => {
    expect(auidDomain(i)).toBe(domain);
  });
});
