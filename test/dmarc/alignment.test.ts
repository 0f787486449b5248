import { describe, expect, test, vi } from 'vitest';
import { checkAlignmentWith } from '../../src/dmarc/alignment.ts';
import { checkAlignment } from '../../src/public-suffix.ts';

const lastTwoLabels = (domain: string) => (domain.includes('.') ? domain.split('.').slice(-2).join('.') : undefined);

describe('relaxed mode: the same organizational domain (RFC 9989 §3.2.10, RFC 7489 §3.1.1)', () => {
  test.each([
    ['example.com', 'example.com', true, 'identical'],
    ['news.example.com', 'example.com', true, 'same-organizational-domain'],
    ['example.com', 'cbg.bounces.example.com', true, 'same-organizational-domain'],
    ['a.example.com', 'b.example.com', true, 'same-organizational-domain'],
    ['child.example.com', 'example.net', false, 'different-organizational-domain'],
    // A label boundary counts, not the end of the text.
    ['bank.com', 'evilbank.com', false, 'different-organizational-domain'],
    ['evilbank.com', 'bank.com', false, 'different-organizational-domain'],
    ['bank.com', 'bank.com.evil.net', false, 'different-organizational-domain'],
    ['bank.co.uk', 'evil.co.uk', false, 'different-organizational-domain'],
    ['mail.bank.co.uk', 'bank.co.uk', true, 'same-organizational-domain'],
    ['example.com', 'com', false, 'public-suffix'],
    ['bank.co.uk', 'co.uk', false, 'public-suffix'],
    ['co.uk', 'bank.co.uk', false, 'public-suffix'],
    ['com', 'net', false, 'public-suffix'],
    ['github.io', 'alice.github.io', false, 'public-suffix'],
    ['alice.github.io', 'mallory.github.io', false, 'different-organizational-domain'],
    // The same name is the same name, even where it is nobody's organization.
    ['co.uk', 'co.uk', true, 'identical'],
  ])('%s and %s: %s, %s', (author, identifier, aligned, reason) => {
    expect(checkAlignment(author, identifier)).toMatchObject({ aligned, reason, mode: 'relaxed' });
  });

  test('names the organizational domains, and leaves out what there is none of', () => {
    expect(checkAlignment('news.bank.co.uk', 'uk')).toEqual({
      aligned: false,
      mode: 'relaxed',
      authorDomain: 'news.bank.co.uk',
      identifierDomain: 'uk',
      authorOrganizationalDomain: 'bank.co.uk',
      reason: 'public-suffix',
      diagnostics: [expect.objectContaining({ code: 'dmarc.public-suffix', params: { domain: 'uk' } })],
    });
    expect(checkAlignment('a.example.com', 'b.example.com')).toEqual({
      aligned: true,
      mode: 'relaxed',
      authorDomain: 'a.example.com',
      identifierDomain: 'b.example.com',
      authorOrganizationalDomain: 'example.com',
      identifierOrganizationalDomain: 'example.com',
      reason: 'same-organizational-domain',
      diagnostics: [],
    });
  });

  test('one public suffix is spoken of once', () => {
    expect(checkAlignment('co.uk', 'co.uk').diagnostics).toHaveLength(1);
    expect(checkAlignment('co.uk', 'com').diagnostics).toHaveLength(2);
  });
});

describe('strict mode: the same name (RFC 9989 §3.2.10)', () => {
  test.each([
    ['example.com', 'example.com', true, 'identical'],
    ['example.com', 'mail.example.com', false, 'not-identical'],
    ['mail.example.com', 'example.com', false, 'not-identical'],
    ['example.com', 'com', false, 'not-identical'],
  ])('%s and %s: %s, %s', (author, identifier, aligned, reason) => {
    expect(checkAlignment(author, identifier, { mode: 'strict' })).toEqual({
      aligned,
      mode: 'strict',
      authorDomain: author,
      identifierDomain: identifier,
      reason,
      diagnostics: [],
    });
  });

  test('does not ask for organizational domains', () => {
    const strategy = vi.fn(lastTwoLabels);
    checkAlignmentWith(strategy, 'example.com', 'mail.example.com', { mode: 'strict' });
    expect(strategy).not.toHaveBeenCalled();
  });
});

describe('names are compared as DNS names (RFC 9989 §4.4, §5.3.1)', () => {
  test.each([
    ['Example.COM', 'example.com'],
    ['example.com.', 'example.com'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['BÜCHER.example.', 'bücher.example'],
  ])('%s is %s', (author, identifier) => {
    const result = checkAlignment(author, identifier, { mode: 'strict' });
    expect(result).toMatchObject({ aligned: true, reason: 'identical' });
    expect(result.authorDomain).toBe(result.identifierDomain);
  });

  test.each([
    ['', 'example.com', ['dmarc.invalid-author-domain']],
    ['example.com', 'mail example.com', ['dmarc.invalid-identifier']],
    ['192.0.2.1', '192.0.2.1', ['dmarc.invalid-author-domain', 'dmarc.invalid-identifier']],
    ['example.com', '3.4', ['dmarc.invalid-identifier']],
    ['[192.0.2.1]', 'example..com', ['dmarc.invalid-author-domain', 'dmarc.invalid-identifier']],
    ['example.com', '2001:db8::1', ['dmarc.invalid-identifier']],
  ])('%j and %j: invalid-domain', (author, identifier, codes) => {
    for (const mode of ['relaxed', 'strict'] as const) {
      const result = checkAlignment(author, identifier, { mode });
      expect(result).toMatchObject({ aligned: false, reason: 'invalid-domain', authorDomain: author });
      expect(result.diagnostics.map(({ code }) => code)).toEqual(codes);
    }
  });
});

describe("the caller's function", () => {
  test('is given normalized names, each once', () => {
    const strategy = vi.fn(lastTwoLabels);
    const result = checkAlignmentWith(strategy, 'A.Example.com.', 'bücher.Example.com');
    expect(result.reason).toBe('same-organizational-domain');
    expect(strategy.mock.calls).toEqual([['a.example.com'], ['xn--bcher-kva.example.com']]);
  });

  test('its answer is normalized', () => {
    expect(checkAlignmentWith(() => 'Example.COM.', 'a.example.com', 'b.example.com')).toMatchObject({
      aligned: true,
      authorOrganizationalDomain: 'example.com',
    });
  });

  test.each([
    ['null', null],
    ['a number', 7],
    ['an object', {}],
    ['an empty string', ''],
    ['an address', '192.0.2.1'],
    ['a foreign domain', 'example.net'],
    ['the end of a label', 'mple.com'],
    ['a name below', 'x.a.example.com'],
  ])('%s is no organizational domain', (_, answer) => {
    const strategy = (() => answer) as (domain: string) => string | undefined;
    expect(checkAlignmentWith(strategy, 'a.example.com', 'b.example.com')).toMatchObject({
      aligned: false,
      reason: 'public-suffix',
    });
  });

  test('what it throws is thrown', () => {
    const strategy = () => {
      throw new RangeError('list is gone');
    };
    expect(() => checkAlignmentWith(strategy, 'a.example.com', 'b.example.com')).toThrow(
      new RangeError('list is gone'),
    );
  });
});

describe('wrong arguments', () => {
  const call = checkAlignmentWith as (...args: unknown[]) => unknown;
  test.each([
    ['"organizationalDomain" must be a function, received undefined', undefined, 'example.com', 'example.com', {}],
    ['"authorDomain" must be a string, received undefined', lastTwoLabels, undefined, 'example.com', {}],
    ['"identifierDomain" must be a string, received null', lastTwoLabels, 'example.com', null, {}],
    ['"mode" must be relaxed or strict, received "r"', lastTwoLabels, 'example.com', 'example.com', { mode: 'r' }],
  ])('%s', (message, ...args) => {
    expect(() => call(...args)).toThrow(new TypeError(`Cannot check alignment: ${message}`));
  });
});

test('results are plain JSON data', () => {
  for (const [author, identifier] of [
    ['a.example.com', 'b.example.com'],
    ['co.uk', 'bank.co.uk'],
    ['', '1.2.3.4'],
  ] as const) {
    const result = checkAlignment(author, identifier);
    expect(JSON.parse(JSON.stringify(result))).toStrictEqual(result);
    expect(structuredClone(result)).toStrictEqual(result);
  }
});
