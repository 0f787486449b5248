import { describe, expect, test } from 'vitest';
import { formatHeader } from '../../src/authentication-results/format.ts';

const one = (value: string, name = 's') =>
  formatHeader({ authservId: 'mx.example', results: [{ method: 'dkim', result: 'pass', properties: [{ ptype: 'header', property: name, value }] }] });

describe('the value of an Authentication-Results field', () => {
  test('no result is the word none (RFC 8601 §2.2)', () => {
    expect(formatHeader({ authservId: 'mx.example', results: [] }).value).toBe('mx.example; none');
  });

  test('one method a line, the reason before the properties (RFC 8601 §2.2)', () => {
    const { value, diagnostics } = formatHeader({
      authservId: 'mx.example',
      results: [
        { method: 'spf', result: 'pass', properties: [{ ptype: 'smtp', property: 'mailfrom', value: 'example.com' }] },
        { method: 'dkim', result: 'fail', reason: 'body-hash', properties: [{ ptype: 'header', property: 'd', value: 'example.com' }] },
      ],
    });
    expect(value).toBe('mx.example;\r\n spf=pass smtp.mailfrom=example.com;\r\n dkim=fail reason=body-hash header.d=example.com');
    expect(diagnostics).toEqual([]);
  });

  test.each([
    ['a token is written as it is', 'nov2026', 'nov2026'],
    ['base64 is quoted, since "/" and "=" are no token characters (RFC 2045 §5.1)', 'ab/+=', '"ab/+="'],
    ['an address is not quoted (RFC 8601 §2.2)', 'ann+x@example.com', 'ann+x@example.com'],
    ['an address may lack its local part', '@example.com', '@example.com'],
    ['an address whose local part is no dot-atom is quoted', 'a..b@example.com', '"a..b@example.com"'],
    ['an address whose domain is none is quoted', 'a@exa mple', '"a@exa mple"'],
    ['an empty value is quoted', '', '""'],
    ['quotes and backslashes are escaped', 'a"b\\c', '"a\\"b\\\\c"'],
    ['a semicolon cannot begin a new method', 'x; dmarc=pass', '"x; dmarc=pass"'],
    ['a parenthesis cannot begin a comment', 'x(y', '"x(y"'],
  ])('%s', (_, value, written) => {
    const result = one(value);
    expect(result.value).toBe(`mx.example;\r\n dkim=pass header.s=${written}`);
    expect(result.diagnostics).toEqual([]);
  });

  test.each([
    ['a line break', 'x\r\nX-Evil: 1', '"xX-Evil: 1"'],
    ['NUL', 'a\0b', 'ab'],
    ['octets outside ASCII', 'caf\u00e9', 'caf'],
    ['more than 500 characters', 'x'.repeat(600), 'x'.repeat(500)],
  ])('%s is left out, and a diagnostic says so (RFC 8601 §7.8)', (_, value, written) => {
    const result = one(value);
    expect(result.value).toBe(`mx.example;\r\n dkim=pass header.s=${written}`);
    expect(result.diagnostics).toMatchObject([{ code: 'authentication-results.value-filtered', params: { property: 'header.s' } }]);
  });

  test('the authserv-id is filtered like any value', () => {
    expect(formatHeader({ authservId: 'mx example\r\n', results: [] }).value).toBe('"mx example"; none');
  });
});
