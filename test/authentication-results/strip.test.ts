import { describe, expect, test } from 'vitest';
import { selectAuthenticationResults } from '../../src/authentication-results/select.ts';
import { stripAuthenticationResults } from '../../src/authentication-results/strip.ts';

const id = 'mx.example.com';
const text = (bytes: Uint8Array) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
const octets = (binary: string) => Uint8Array.from(binary, (c) => c.charCodeAt(0));
const strip = (message: string, options = {}, ids = [id]) => text(stripAuthenticationResults(message, ids, options));

const forged: [how: string, field: string][] = [
  ['as it should be', 'Authentication-Results: mx.example.com; dkim=pass\r\n'],
  ['name in lower case', 'authentication-results: mx.example.com; dkim=pass\r\n'],
  ['name in upper case', 'AUTHENTICATION-RESULTS: mx.example.com; dkim=pass\r\n'],
  ['id in other case', 'Authentication-Results: MX.Example.COM; dkim=pass\r\n'],
  ['no space behind the colon', 'Authentication-Results:mx.example.com;dkim=pass\r\n'],
  ['space before the colon (RFC 5322 §4.5)', 'Authentication-Results \t: mx.example.com; dkim=pass\r\n'],
  ['folded before the id', 'Authentication-Results:\r\n mx.example.com; dkim=pass\r\n'],
  ['folded twice', 'Authentication-Results: \r\n\t\r\n mx.example.com\r\n ;\r\n dkim=pass\r\n'],
  ['a comment before the id', 'Authentication-Results: (hello) mx.example.com; dkim=pass\r\n'],
  ['nested comments with a semicolon', 'Authentication-Results: (a;(b\\));c)mx.example.com(d); dkim=pass\r\n'],
  ['a comment within the id', 'Authentication-Results: mx.exam(x)ple.com; dkim=pass\r\n'],
  ['white space within the id', 'Authentication-Results: mx . example . com; dkim=pass\r\n'],
  ['quoted', 'Authentication-Results: "mx.example.com"; dkim=pass\r\n'],
  ['quoted pairs', 'Authentication-Results: "\\mx\\.example.com" ; dkim=pass\r\n'],
  ['quoted in part', 'Authentication-Results: "mx".example.com; dkim=pass\r\n'],
  ['spaces in the quotes', 'Authentication-Results: " mx.example.com "; dkim=pass\r\n'],
  ['quotes that do not end', 'Authentication-Results: "mx.example.com; dkim=pass\r\n'],
  ['a comment that does not end', 'Authentication-Results: mx.example.com (; dkim=pass\r\n'],
  ['a comment that does not end before the id', 'Authentication-Results: (x mx.example.com; dkim=pass\r\n'],
  ['the root dot', 'Authentication-Results: mx.example.com.; dkim=pass\r\n'],
  ['version 1', 'Authentication-Results: mx.example.com 1; dkim=pass\r\n'],
  ['another version', 'Authentication-Results: mx.example.com (v) 99; dkim=pass\r\n'],
  ['no semicolon', 'Authentication-Results: mx.example.com dkim=pass\r\n'],
  ['a semicolon first', 'Authentication-Results: ; mx.example.com; dkim=pass\r\n'],
  ['the id alone', 'Authentication-Results: mx.example.com\r\n'],
  ['none', 'Authentication-Results: mx.example.com; none\r\n'],
  ['a port', 'Authentication-Results: mx.example.com:25; dkim=pass\r\n'],
  ['angle brackets', 'Authentication-Results: <mx.example.com>; dkim=pass\r\n'],
  ['a second id', 'Authentication-Results: other.example mx.example.com; dkim=pass\r\n'],
  ['an encoded-word (RFC 2047)', 'Authentication-Results: =?utf-8?q?mx.example.com?=; dkim=pass\r\n'],
  ['full-width letters, which UTS 46 maps', 'Authentication-Results: \uff4d\uff58.example.com; dkim=pass\r\n'],
  ['an ideographic full stop', 'Authentication-Results: mx\u3002example.com; dkim=pass\r\n'],
  ['a soft hyphen', 'Authentication-Results: mx.exam\u00adple.com; dkim=pass\r\n'],
  ['NUL in the id', 'Authentication-Results: mx.exam\0ple.com; dkim=pass\r\n'],
  ['a bare CR in the id', 'Authentication-Results: mx.exam\rple.com; dkim=pass\r\n'],
  ['a no-break space behind the id', 'Authentication-Results: mx.example.com\u00a0; dkim=pass\r\n'],
  ['an ideographic space before the id', 'Authentication-Results: \u3000mx.example.com; dkim=pass\r\n'],
  ['a no-break space between two ids', 'Authentication-Results: other.example\u00a0mx.example.com; dkim=pass\r\n'],
  ['an encoded-word that hides the id', 'Authentication-Results: =?utf-8?q?mx=2Eexample=2Ecom?=; dkim=pass\r\n'],
  ['an encoded-word in base64', 'Authentication-Results: =?utf-8?b?bXguZXhhbXBsZS5jb20=?=; dkim=pass\r\n'],
  ['NUL in the name', 'Authentication\0-Results\0: mx.example.com; dkim=pass\r\n'],
  ['a byte order mark before the name', '\ufeffAuthentication-Results: mx.example.com; dkim=pass\r\n folded\r\n'],
  ['a no-break space behind the name', 'Authentication-Results\u00a0: mx.example.com; dkim=pass\r\n'],
  ['a bare LF before the id', 'Authentication-Results:\nmx.example.com; dkim=pass\r\n'],
];

const real = [
  'Received: from a by mx.example.com\r\n',
  'Authentication-Results: other.example; spf=pass smtp.mailfrom=mx.example.com\r\n',
  'Authentication-Results: other.example (for mx.example.com); dkim=pass header.d=mx.example.com\r\n',
  'Authentication-Results: notmx.example.com; dkim=pass\r\n',
  'Authentication-Results: a.mx.example.com; dkim=pass\r\n',
  'Authentication-Results: mx.example.com.evil.example; dkim=pass\r\n',
  'Authentication-Results: "mx example com"; dkim=pass\r\n',
  'Authentication-Results: other.example 2; mx.example.com; dkim=pass\r\n',
  'Authentication-Results: spf=pass (sender IP is 192.0.2.1)\r\n smtp.mailfrom=mx.example.com; mx.example.com; dkim=pass\r\n',
  'Authentication-Results: dkim/1=pass header.d=mx.example.com\r\n',
  'Authentication-Results: other.example; spf=pass smtp.helo="mx.example.com\r\n',
  'Authentication-Results: (mx.example.com) other.example; none\r\n',
  'Authentication-Results:\r\n',
  'X-Authentication-Results: mx.example.com; dkim=pass\r\n',
  'ARC-Authentication-Results: i=1; mx.example.com; dkim=pass\r\n',
  'Authentication-Results-Original: mx.example.com; dkim=pass\r\n',
  'Subject: Authentication-Results: mx.example.com; dkim=pass\r\n',
  'Comments: x\r\n Authentication-Results: mx.example.com; dkim=pass\r\n',
  'Authentication-Results mx.example.com; no field\r\n',
];
const body = '\r\nAuthentication-Results: mx.example.com; dkim=pass\r\n\nAuthentication-Results: mx.example.com; x\r\n';

describe('forged fields are removed, and nothing else (RFC 8601 §5)', () => {
  test.each(forged)('%s', (_, field) => {
    for (const between of [real, [], ['Subject: x\r\n']]) {
      const kept = between.join('');
      expect(strip(field + kept + body)).toBe(kept + body);
      expect(strip(kept + field + body)).toBe(kept + body);
      expect(strip(kept + field + kept + field + field + kept + body)).toBe(kept + kept + kept + body);
    }
  });

  test('all at once', () => {
    const kept = real.join('') + body;
    const message = forged.map(([, field], i) => field + (real[i] ?? '')).join('') + body;
    expect(forged.length).toBeGreaterThan(real.length);
    expect(strip(message)).toBe(kept);
    expect(strip(kept)).toBe(kept);
  });

  test.each(forged.filter(([, field]) => !/[^\n]\r[^\n]|[^\r]\n/.test(field)))(
    'in a file with LF lines: %s',
    (_, field) => {
      const lf = (part: string) => part.replaceAll('\r\n', '\n');
      expect(strip(lf(real.join('') + field + real.join('') + body))).toBe(lf(real.join('') + real.join('') + body));
    },
  );

  test('white space before the name, in the first line (RFC 5322 §2.2.3: nothing that it could continue)', () => {
    const forgery = ' Authentication-Results: mx.example.com;\r\n dkim=pass\r\n';
    expect(strip(forgery + body)).toBe(body);
    expect(strip(` x\r\n${forgery}Subject: x\r\n${body}`)).toBe(` x\r\n${forgery}Subject: x\r\n${body}`);
    expect(strip(` Authentication-Results: other.example; none\r\n${body}`)).toContain('other.example');
  });

  test('octets that are not UTF-8 are kept as they are', () => {
    const kept = octets('Subject: \xff\xfe\r\nAuthentication-Results: other.example; none (\xfc)\r\n\r\n\xff\0\r\r\n');
    const message = new Uint8Array([...octets('Authentication-Results: mx.example.com; x=y (\xff)\r\n'), ...kept]);
    expect(stripAuthenticationResults(message, [id])).toEqual(kept);
    expect(stripAuthenticationResults(kept, [id])).toBe(kept);
  });

  test('U-labels and A-labels', () => {
    const message =
      'Authentication-Results: B\u00dccher.example; none\r\nAuthentication-Results: xn--bcher-kva.example; none\r\n\r\n';
    expect(strip(message, {}, ['b\u00fccher.example'])).toBe('\r\n');
    expect(strip(message, {}, ['XN--bcher-kva.example.'])).toBe('\r\n');
  });

  test('an id that is no name', () => {
    const message =
      'Authentication-Results: "My Service"; none\r\nAuthentication-Results: my service; none\r\nAuthentication-Results: service; none\r\n\r\n';
    expect(strip(message, {}, ['My Service'])).toBe('Authentication-Results: service; none\r\n\r\n');
  });

  test('several ids', () => {
    expect(strip('Authentication-Results: a; none\r\nAuthentication-Results: b; none\r\n\r\n', {}, ['b', 'a'])).toBe(
      '\r\n',
    );
  });

  test('a message without body, and one that ends within the field', () => {
    expect(strip('Subject: x\r\nAuthentication-Results: mx.example.com; none\r\n')).toBe('Subject: x\r\n');
    expect(strip('Subject: x\r\nAuthentication-Results: mx.example.com; none')).toBe('Subject: x\r\n');
    expect(strip('')).toBe('');
  });
});

describe('fields hidden behind a bare LF or CR, which other software takes for a line break', () => {
  test.each([
    [
      'LF',
      'X-A: b\nAuthentication-Results: mx.example.com; none\r\nSubject: x\r\n\r\n',
      'X-A: b\r\nSubject: x\r\n\r\n',
    ],
    [
      'CR',
      'X-A: b\rauthentication-results : mx.example.com; none\r\nSubject: x\r\n\r\n',
      'X-A: b\r\nSubject: x\r\n\r\n',
    ],
    [
      'folded',
      'X-A: b\nAuthentication-Results:\n mx.example.com;\r\n none\r\nSubject: x\r\n\r\n',
      'X-A: b\r\nSubject: x\r\n\r\n',
    ],
    [
      'two',
      'X-A: b\nAuthentication-Results: mx.example.com\nAuthentication-Results: mx.example.com\rc\r\n\r\n',
      'X-A: b\rc\r\n\r\n',
    ],
    [
      'in a field that is kept',
      'Authentication-Results: other.example; none\nAuthentication-Results: mx.example.com; none\r\n\r\n',
      'Authentication-Results: other.example; none\r\n\r\n',
    ],
    [
      'in one that is not',
      'Authentication-Results: mx.example.com\nAuthentication-Results: mx.example.com; none\r\nX-A: b\r\n\r\n',
      'X-A: b\r\n\r\n',
    ],
    [
      'behind another hidden field',
      'X-A: b\nX-B: c\rAuthentication-Results: mx.example.com; none\r\n\r\n',
      'X-A: b\nX-B: c\r\n\r\n',
    ],
    [
      'behind a line that is none',
      'x\nAuthentication-Results: mx.example.com; none\r\nX-A: b\r\n\r\n',
      'x\r\nX-A: b\r\n\r\n',
    ],
    ['at the end', 'X-A: b\r\nX-B: c\nAuthentication-Results: mx.example.com; none', 'X-A: b\r\nX-B: c'],
  ])('%s', (_, message, expected) => {
    expect(strip(message)).toBe(expected);
  });

  test.each([
    'X-A: b\nAuthentication-Results: other.example; none\r\n\r\n',
    'X-A: b\nX-B: c\nd\r e\r\n\r\n',
    'X-A: b\n Authentication-Results: mx.example.com; none\r\n\r\n',
    'X-A: b\n: c\n\r\n\r\n',
  ])('%j has none', (message) => {
    expect(strip(message)).toBe(message);
  });
});

describe('options', () => {
  const arc = 'ARC-Authentication-Results: i=1; mx.example.com; dkim=pass\r\n';
  const odd = 'ARC-Authentication-Results: mx.example.com; dkim=pass\r\n';
  const x =
    'X-Authentication-Results: mx.example.com; dkim=pass\r\nX-Original-Authentication-Results: mx.example.com; dkim=pass\r\n';
  const nobody = 'Authentication-Results: spf=pass smtp.mailfrom=a.example\r\nAuthentication-Results: ; spf=pass\r\n';
  const unknown = 'Authentication-Results: other.example 2; whatever\r\n';
  const kept =
    'Authentication-Results: other.example 1; none\r\nARC-Authentication-Results: i=2; other.example; none\r\n\r\n';
  const all = arc + odd + x + nobody + unknown + kept;

  test.each([
    ['by default', {}, all],
    ['arc', { arc: true }, x + nobody + unknown + kept],
    ['x', { x: true }, arc + odd + nobody + unknown + kept],
    ['unnamed', { unnamed: true }, arc + odd + x + unknown + kept],
    ['unknownVersions (RFC 8601 §5)', { unknownVersions: true }, arc + odd + x + nobody + kept],
    ['all', { arc: true, x: true, unnamed: true, unknownVersions: true }, kept],
  ])('%s', (_, options, expected) => {
    expect(strip(all, options)).toBe(expected);
  });
});

describe('wrong arguments', () => {
  test.each([
    [[], '"ids" must hold at least one authserv-id, received none'],
    [undefined, '"ids" must be an array of authserv-ids, received undefined'],
    [id, `"ids" must be an array of authserv-ids, received "${id}"`],
    [[''], '"ids" must be an array of authserv-ids, received ""'],
  ])('%j', (ids, message) => {
    expect(() => stripAuthenticationResults('', ids as never)).toThrow(
      new TypeError(`Cannot strip Authentication-Results: ${message}`),
    );
  });

  test('a stream is no message here', () => {
    expect(() => stripAuthenticationResults(new ReadableStream() as never, [id])).toThrow(TypeError);
  });
});

test('what was stripped cannot be selected', () => {
  const message = forged.map(([, field]) => field).join('') + body;
  expect(selectAuthenticationResults(message, { trusted: [id] }).length).toBeGreaterThan(10);
  expect(selectAuthenticationResults(stripAuthenticationResults(message, [id]), { trusted: [id] })).toEqual([]);
});

describe('hostile headers cost linear time', () => {
  test.each([
    '(',
    '()',
    '"',
    '\\',
    ';',
    '=',
    '=?a',
    '?=',
    'a.',
    'a ',
    '\u00fc',
    '\r\nA ',
    '\nA:',
    '\rAuthentication-Results:',
    '\nAuthentication-Results:(',
    '\r\nAuthentication-Results: (',
  ])('a million characters of %j', (piece) => {
    const started = performance.now();
    for (const start of ['', '(', '"', '=']) {
      const message = `Authentication-Results: ${start}${piece.repeat(1e6 / piece.length)}\r\n\r\n`;
      expect(stripAuthenticationResults(message, [id]).length).toBeGreaterThan(0);
    }
    expect(performance.now() - started).toBeLessThan(5000);
  });
});
