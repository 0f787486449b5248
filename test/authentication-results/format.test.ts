import { describe, expect, test } from 'vitest';
import { authenticateMessage } from '../../src/authenticate/authenticate.ts';
import { formatAuthenticationResults } from '../../src/authenticate/authentication-results.ts';
import { formatHeader } from '../../src/authentication-results/format.ts';
import type { AuthenticationResult } from '../../src/authentication-results/header.ts';
import { parseAuthenticationResults } from '../../src/authentication-results/parse.ts';
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts';
import { memoryResolver } from '../../src/resolvers/memory.ts';
import { sampleEnvelope, sampleMessage, sampleZone } from '../support/sample.ts';

const one = (value: string, eai = false) =>
  formatHeader(
    {
      authservId: 'mx.example',
      results: [{ method: 'dkim', result: 'pass', properties: [{ ptype: 'header', property: 's', value }] }],
    },
    eai,
  );
const written = (value: string, eai = false) =>
  one(value, eai).value.slice('mx.example;\r\n dkim=pass header.s='.length);

describe('the value of an Authentication-Results field', () => {
  test('no result is the word none (RFC 8601 §2.2)', () => {
    expect(formatHeader({ authservId: 'mx.example', results: [] }).value).toBe('mx.example; none');
    expect(formatHeader({ authservId: 'mx.example', version: 1, results: [], comments: ['a)'] }).value).toBe(
      'mx.example 1 (a\\)); none',
    );
  });

  test('one method a line, then comments, the reason and the properties (RFC 8601 §2.2)', () => {
    const { value, diagnostics } = formatHeader({
      authservId: 'mx.example',
      results: [
        {
          method: 'spf',
          version: 1,
          result: 'pass',
          properties: [{ ptype: 'smtp', property: 'mailfrom', value: 'example.com' }],
        },
        {
          method: 'dkim',
          result: 'fail',
          reason: 'body-hash',
          comments: ['2048 bit (rsa)'],
          properties: [{ ptype: 'header', property: 'd', value: 'example.com' }],
        },
      ],
    });
    expect(value).toBe(
      'mx.example;\r\n spf/1=pass smtp.mailfrom=example.com;\r\n dkim=fail (2048 bit \\(rsa\\)) reason=body-hash header.d=example.com',
    );
    expect(diagnostics).toEqual([]);
  });

  test.each([
    ['a token is written as it is', 'nov2026', 'nov2026'],
    ['base64 is quoted, since "/" and "=" are no token characters (RFC 2045 §5.1)', 'ab/+=', '"ab/+="'],
    ['an address is not quoted (RFC 8601 §2.2)', 'ann+x@example.com', 'ann+x@example.com'],
    ['an address may lack its local part', '@example.com', '@example.com'],
    ['the quotes of a local part are its own', '"a \\"b"@example.com', '"a \\"b"@example.com'],
    ['an address whose local part is no dot-atom is quoted', 'a..b@example.com', '"a..b@example.com"'],
    ['so is one whose local part only begins with quotes', '"a"b@example.com', '"\\"a\\"b@example.com"'],
    ['or whose quotes do not end', '"a\\"@example.com', '"\\"a\\\\\\"@example.com"'],
    ['an address whose domain is none is quoted', 'a@exa mple', '"a@exa mple"'],
    ['or is an IP address', 'a@192.0.2.1', '"a@192.0.2.1"'],
    ['an empty value is quoted', '', '""'],
    ['quotes and backslashes are escaped', 'a"b\\c', '"a\\"b\\\\c"'],
    ['a semicolon cannot begin a new method', 'x; dmarc=pass', '"x; dmarc=pass"'],
    ['a parenthesis cannot begin a comment', 'x(y', '"x(y"'],
  ])('%s', (_, value, text) => {
    expect(written(value)).toBe(text);
    expect(one(value).diagnostics).toEqual([]);
  });

  test.each([
    ['a line break', 'x\r\nX-Evil: 1', '"xX-Evil: 1"'],
    ['NUL', 'a\0b', 'ab'],
    ['HTAB', 'a\tb', 'ab'],
    ['octets outside ASCII', 'caf\u00e9', 'caf'],
  ])('%s is left out, and a diagnostic says so (RFC 8601 §7.8)', (_, value, text) => {
    expect(written(value)).toBe(text);
    expect(one(value).diagnostics).toMatchObject([
      { code: 'authentication-results.value-filtered', params: { property: 'header.s' } },
    ]);
  });

  test.each([
    ['ASCII', 'x'.repeat(900), 'x'.repeat(800)],
    ['what needs a backslash counts twice', '"'.repeat(900), `"${'\\"'.repeat(400)}"`],
  ])('a value of more than 800 octets is cut: %s (RFC 5322 §2.1.1)', (_, value, text) => {
    expect(written(value)).toBe(text);
    expect(one(value).diagnostics).toMatchObject([
      { code: 'authentication-results.value-cut', params: { property: 'header.s' } },
    ]);
  });

  test.each([
    ['text is quoted', 'caf\u00e9 \u{1f4e7}', '"caf\u00e9 \u{1f4e7}"'],
    ['also one word', 'caf\u00e9', '"caf\u00e9"'],
    ['an address is not', 'j\u00f8rn@b\u00fccher.example', 'j\u00f8rn@b\u00fccher.example'],
    ['unless its domain is none', 'a@\uff1b.example', '"a@\uff1b.example"'],
  ])('with eai, UTF-8 is written (RFC 8601 §1.5.2): %s', (_, value, text) => {
    expect(written(value, true)).toBe(text);
    expect(one(value, true).diagnostics).toEqual([]);
  });

  test('with eai, half a surrogate pair and control characters are left out, and octets are counted', () => {
    expect(written('a\ud800b\u0001', true)).toBe('ab');
    expect(written('\u{1f4e7}'.repeat(300), true)).toBe(`"${'\u{1f4e7}'.repeat(200)}"`);
    expect(written('\u20ac'.repeat(300), true)).toBe(`"${'\u20ac'.repeat(266)}"`);
  });

  test.each([
    ['a method', { method: 'a;b', result: 'pass', properties: [] }, 'a;b'],
    ['a result', { method: 'spf', result: 'pass; dkim=pass', properties: [] }, 'pass; dkim=pass'],
    ['an overlong name', { method: 'a'.repeat(65), result: 'pass', properties: [] }, 'a'.repeat(65)],
    ['an empty name', { method: '', result: 'pass', properties: [] }, ''],
  ])('%s that is no keyword is left out with its result', (_, result, name) => {
    const { value, diagnostics } = formatHeader({ authservId: 'mx.example', results: [result] });
    expect(value).toBe('mx.example; none');
    expect(diagnostics).toMatchObject([{ code: 'authentication-results.name-dropped', params: { name } }]);
  });

  test('a property whose name is no keyword is left out', () => {
    const properties = [
      { ptype: '', property: 'action', value: 'none' },
      { ptype: 'header', property: 'x=y', value: 'none' },
      { ptype: 'header', property: 'from', value: 'example.com' },
    ];
    const { value, diagnostics } = formatHeader({
      authservId: 'mx.example',
      results: [{ method: 'dmarc', result: 'pass', properties }],
    });
    expect(value).toBe('mx.example;\r\n dmarc=pass header.from=example.com');
    expect(diagnostics.map(({ params }) => params.name)).toEqual(['', 'x=y']);
  });

  test('lines are folded before they are too long (RFC 5322 §2.1.1)', () => {
    const properties = Array.from({ length: 30 }, (_, i) => ({
      ptype: 'header',
      property: 'd',
      value: 'x'.repeat(i * 27),
    }));
    const results: AuthenticationResult[] = [
      {
        method: 'dkim',
        result: 'fail',
        reason: 'y'.repeat(790),
        comments: ['z'.repeat(799), ')'.repeat(400)],
        properties,
      },
    ];
    const comments = Array.from({ length: 9 }, () => 'c'.repeat(300));
    const { value, diagnostics } = formatHeader({ authservId: 'a'.repeat(800), results, comments });
    expect(diagnostics).toEqual([]);
    for (const line of `ARC-Authentication-Results: i=50; ${value}`.split('\r\n'))
      expect(line.length).toBeLessThanOrEqual(998);
    expect(parseAuthenticationResults(value).value).toMatchObject({ authservId: 'a'.repeat(800), results, comments });
  });
});

describe('formatAuthenticationResults', () => {
  test('the field of a verdict', async () => {
    const resolver = memoryResolver(sampleZone);
    const options = { authservId: 'mx.reader.example' };
    const verdict = await authenticateMessage(sampleMessage, sampleEnvelope, { resolver }, options);
    expect(formatAuthenticationResults('mx.reader.example', verdict)).toBe(verdict.authenticationResults);
    const { ok, value } = parseAuthenticationResults(verdict.authenticationResults!);
    expect(ok).toBe(true);
    expect(value?.results.map(({ method, result }) => `${method}=${result}`)).toEqual([
      'spf=pass',
      'spf=pass',
      'dkim=pass',
      'dkim=pass',
      'dmarc=pass',
    ]);
  });

  test('the result of ARC, where there is one (RFC 8617 §6)', async () => {
    const verdict = await authenticateMessage(
      'From: a@b.example\r\n\r\n',
      { ip: '192.0.2.1', helo: '', mailFrom: '' },
      { resolver: memoryResolver({}) },
    );
    expect(formatAuthenticationResults('mx', { ...verdict, arc: { result: 'pass', oldestPass: 0 } })).toMatch(
      /;\r\n arc=pass header.oldest-pass=0$/,
    );
    expect(formatAuthenticationResults('mx', { ...verdict, arc: { result: 'none' } })).toMatch(/;\r\n arc=none$/);
  });

  test('signatures that were not evaluated are said once, and equal prefixes of signatures are lengthened (RFC 6008 §4)', async () => {
    const signature = (b: string) =>
      `DKIM-Signature: v=1; a=rsa-sha256; d=a.example; s=x; h=from; bh=${'A'.repeat(43)}=; b=${b}\r\n`;
    const message = `${signature(`${'A'.repeat(12)}BAAA`)}${signature(`${'A'.repeat(12)}CAAA`)}${signature('DDDD').repeat(50)}From: a@a.example\r\n\r\n`;
    const verdict = await authenticateMessage(
      message,
      { ip: '192.0.2.1', helo: 'x', mailFrom: '' },
      { resolver: memoryResolver({}) },
    );
    const { value } = parseAuthenticationResults(formatAuthenticationResults('mx', verdict));
    const dkim = value!.results.filter(({ method }) => method === 'dkim');
    expect(dkim.length).toBe(17);
    expect(
      dkim.slice(0, 2).map(({ properties }) => properties.find(({ property }) => property === 'b')?.value),
    ).toEqual([`${'A'.repeat(12)}B`, `${'A'.repeat(12)}C`]);
    expect(dkim[16]?.reason).toBe('too-many-signatures');
  });

  test('a header block full of what is no signature does not become a field as long', async () => {
    const message = `${'DKIM-Signature: b=!\r\n'.repeat(300)}From: a@example.com\r\n\r\n`;
    const verdict = await authenticateMessage(
      message,
      { ip: '192.0.2.1', helo: 'x', mailFrom: '' },
      { resolver: memoryResolver({}) },
    );
    expect(verdict.dkim.length).toBe(300);
    expect(formatAuthenticationResults('mx', verdict).split('dkim=neutral').length - 1).toBe(101);
  });

  test('a parsed field is written as it was', () => {
    const text = 'mx.example 1 (a);\r\n dkim/1=pass (b) (c) reason="d e" header.i=@example.com header.b="f/="';
    const { value } = parseAuthenticationResults(text);
    expect(formatAuthenticationResults(value!.authservId, value!)).toBe(text);
  });

  test('without eai, the authserv-id is written as A-labels', () => {
    expect(formatAuthenticationResults('b\u00fccher.example', { results: [] })).toBe('xn--bcher-kva.example; none');
    expect(formatAuthenticationResults('b\u00fccher.example', { results: [] }, { eai: true })).toBe(
      '"b\u00fccher.example"; none',
    );
    expect(formatAuthenticationResults('b\u00fccher example', { results: [] })).toBe('"bcher example"; none');
  });

  test('what cannot be written is told', () => {
    const diagnostics: Diagnostic[] = [];
    const results = [{ method: 'spf', result: 'pass', reason: 'caf\u00e9\r\n', properties: [] }];
    const onDiagnostic = (diagnostic: Diagnostic) => diagnostics.push(diagnostic);
    expect(formatAuthenticationResults('mx', { results }, { onDiagnostic })).toBe('mx;\r\n spf=pass reason=caf');
    expect(diagnostics.map(({ code, subject }) => [code, subject])).toEqual([
      ['authentication-results.value-filtered', 'Authentication-Results'],
    ]);
    expect(formatAuthenticationResults('mx', { results }, { eai: true })).toBe('mx;\r\n spf=pass reason="caf\u00e9"');
  });

  test.each([
    [
      'authservId',
      () => formatAuthenticationResults(1 as never, { results: [] }),
      '"authservId" must be a string, received 1',
    ],
    [
      'an empty authservId',
      () => formatAuthenticationResults('', { results: [] }),
      '"authservId" must name a service, received ""',
    ],
    [
      'one of which nothing can be written',
      () => formatAuthenticationResults('\r\n', { results: [] }),
      '"authservId" must name a service, received "\\r\\n"',
    ],
    [
      'verdict',
      () => formatAuthenticationResults('mx', null as never),
      '"verdict" must be a verdict or have "results", received null',
    ],
    [
      'an object',
      () => formatAuthenticationResults('mx', {} as never),
      '"verdict" must be a verdict or have "results", received an object',
    ],
    [
      'version',
      () => formatAuthenticationResults('mx', { version: 2, results: [] }),
      '"verdict.version" must be 1, received 2',
    ],
    [
      'onDiagnostic',
      () => formatAuthenticationResults('mx', { results: [] }, { onDiagnostic: 1 as never }),
      '"onDiagnostic" must be a function, received 1',
    ],
  ])('a wrong %s', (_, call, message) => {
    expect(call).toThrow(new TypeError(`Cannot format Authentication-Results: ${message}`));
  });
});
