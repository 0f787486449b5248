import { describe, expect, test } from 'vitest';
import { selectAuthenticationResults } from '../../src/authentication-results/select.ts';

const id = 'mx.example.com';
const field = (value: string) => `Authentication-Results: ${value}\r\n`;
const select = (message: string | Uint8Array, trusted = [id]) =>
  selectAuthenticationResults(message, { trusted }).map(({ headerIndex, receivedAbove, results }) => [
    headerIndex,
    receivedAbove,
    ...results.map(({ method, result }) => `${method}=${result}`),
  ]);

describe('only trusted fields are selected (RFC 8601 §4.1)', () => {
  const message =
    'Received: from a by b\r\n' +
    field(`${id}; spf=pass smtp.mailfrom=a.example`) +
    field('other.example; dkim=pass header.d=a.example') +
    'Received: from c by d\r\n' +
    'Subject: Authentication-Results: mx.example.com; dkim=pass\r\n' +
    field(`MX.Example.COM 1;\r\n dkim=fail header.d=a.example`) +
    'X-Authentication-Results: mx.example.com; dkim=pass\r\n' +
    '\r\n' +
    field(`${id}; dmarc=pass`);

  test('topmost first, with the position', () => {
    expect(select(message)).toEqual([
      [1, 1, 'spf=pass'],
      [5, 2, 'dkim=fail'],
    ]);
    const [first] = selectAuthenticationResults(message, { trusted: [id] });
    expect(message.slice(first!.start, first!.end)).toBe(field(`${id}; spf=pass smtp.mailfrom=a.example`));
  });

  test('no trusted id, no result', () => {
    expect(select(message, [])).toEqual([]);
    expect(select(message, ['example.com'])).toEqual([]);
    expect(select('Subject: none\r\n\r\n')).toEqual([]);
  });

  test('bytes, and files with LF lines', () => {
    expect(select(new TextEncoder().encode(message))).toEqual(select(message));
    expect(select(message.replaceAll('\r\n', '\n'))).toEqual(select(message));
  });

  test('the position counts octets of the message as it is', () => {
    const text = `Subject: caf\u00e9\n${field(`${id}; none`).replaceAll('\r\n', '\n')}\n`;
    const { start, end } = selectAuthenticationResults(text, { trusted: [id] })[0]!;
    expect(new TextDecoder().decode(new TextEncoder().encode(text).subarray(start, end))).toBe(
      `Authentication-Results: ${id}; none\n`,
    );
  });

  test.each([
    ['a field that names nobody', 'spf=pass smtp.mailfrom=mx.example.com'],
    ['the id in a comment', '(mx.example.com) other.example; spf=pass'],
    ['the id between results, as Microsoft writes it', 'spf=pass; mx.example.com; dkim=pass'],
    ['the id as part of a name', 'smx.example.com; spf=pass'],
    ['a subdomain', 'a.mx.example.com; spf=pass'],
    ['a root dot that the host does not write', 'mx.example.com.; spf=pass'],
    ['full-width letters, which only mapping software takes for the id', '\uff4dx.example.com; spf=pass'],
    ['an ideographic full stop', 'mx\u3002example.com; spf=pass'],
    ['an invisible character', 'mx.exam\u00adple.com; spf=pass'],
    ['the method first', 'dkim=pass; mx.example.com; spf=pass'],
  ])('%s is not trusted', (_, value) => {
    expect(select(field(value))).toEqual([]);
  });

  test.each([
    ['quoted', '"mx.example.com"; spf=pass'],
    ['with comments', '(a) mx.example.com (b) 1 (c); spf=pass'],
    ['folded', '\r\n mx.example.com\r\n ;\r\n spf=pass'],
  ])('the id may be %s', (_, value) => {
    expect(select(field(value))).toEqual([[0, 0, 'spf=pass']]);
  });

  test('A-labels and U-labels are the same name', () => {
    expect(select(field('b\u00fccher.example; spf=pass'), ['xn--bcher-kva.example'])).toHaveLength(1);
    expect(select(field('B\u00dcCHER.example; spf=pass'), ['b\u00fccher.example'])).toHaveLength(1);
    expect(select(field('xn--bcher-kva.example; spf=pass'), ['b\u00fccher.example'])).toHaveLength(1);
  });

  test('octets that are not UTF-8 are not guessed at', () => {
    const octets = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0));
    expect(select(octets(field('b\u00fccher.example; spf=pass')), ['b\u00fccher.example'])).toEqual([]);
    expect(select(octets(field('mx.example.com; spf=pass (\u00fc)')))).toEqual([[0, 0, 'spf=pass']]);
  });
});

describe('results that must not be used', () => {
  test.each([
    ['an unknown version of the field (§2.6)', '2; spf=pass', 'authentication-results.version'],
    ['a missing semicolon', 'spf=pass', 'authentication-results.missing-semicolon'],
    ['text behind the id', 'x; spf=pass', 'authentication-results.syntax'],
    ['an unterminated comment', '; spf=pass; dkim=pass (', 'authentication-results.unreadable'],
    ['"none" beside results', '; none; spf=pass', 'authentication-results.none-with-results'],
  ])('%s: the whole field', (_, rest, code) => {
    const selected = selectAuthenticationResults(field(`${id} ${rest}`), { trusted: [id] });
    expect(selected.map(({ results }) => results)).toEqual([[]]);
    expect(selected[0]!.diagnostics.map((diagnostic) => diagnostic.code)).toContain(code);
  });

  test.each([
    ['an unknown method (§4.1)', 'x-spam=pass', 'authentication-results.unknown-method'],
    ['a method of a draft', 'bimi=pass header.d=a.example', 'authentication-results.unknown-method'],
    ['a name of Object.prototype', 'constructor=pass', 'authentication-results.unknown-method'],
    ['an unknown version of a method (§2.6)', 'dkim/2=pass', 'authentication-results.unknown-method-version'],
    ['an unknown result (§4.1)', 'dmarc=bestguesspass', 'authentication-results.unknown-result'],
    ['a result of another method', 'dmarc=softfail', 'authentication-results.unknown-result'],
    ['an unknown ptype (§4.1)', 'dkim=pass foo.bar=x', 'authentication-results.unknown-ptype'],
    ['a result that is malformed', 'dkim=pass x', 'authentication-results.syntax'],
  ])('%s: this result alone', (_, result, code) => {
    const selected = selectAuthenticationResults(field(`${id}; ${result}; spf=pass`), { trusted: [id] });
    expect(selected.map(({ results }) => results.map(({ method }) => method))).toEqual([['spf']]);
    expect(selected[0]!.diagnostics.map((diagnostic) => diagnostic.code)).toEqual([code]);
  });

  test('version 1 of a method is the known one, a property without ptype does no harm', () => {
    expect(select(field(`${id}; dkim/1=pass; dmarc=pass action=none header.from=a.example`))).toEqual([
      [0, 0, 'dkim=pass', 'dmarc=pass'],
    ]);
  });

  test('experimental methods that the caller agreed on are given (§2.7.6)', () => {
    const [selected] = selectAuthenticationResults(field(`${id}; BIMI=declined; x-spam=yes`), {
      trusted: [id],
      experimental: ['bimi'],
    });
    expect(selected!.results.map(({ method }) => method)).toEqual(['bimi']);
  });

  test('unequal results for one signature are all ignored (RFC 6008 §4)', () => {
    const message =
      field(`${id}; dkim=pass header.d=a.example header.b=abcdefgh; dkim=pass header.d=b.example header.b=ABCDEFGH`) +
      field(
        `MX.EXAMPLE.COM; dkim=fail header.d=a.example header.b=abcdefgh; dkim=pass header.d=b.example header.b=ABCDEFGH; spf=pass`,
      ) +
      field('other.example; dkim=fail header.d=b.example header.b=ABCDEFGH');
    const selected = selectAuthenticationResults(message, { trusted: [id, 'other.example'] });
    expect(selected.map(({ results }) => results.map(({ method, result }) => `${method}=${result}`))).toEqual([
      ['dkim=pass'],
      ['dkim=pass', 'spf=pass'],
      ['dkim=fail'],
    ]);
    expect(selected.map(({ diagnostics }) => diagnostics.map(({ code }) => code))).toEqual([
      ['authentication-results.contradiction'],
      ['authentication-results.contradiction'],
      [],
    ]);
  });
});

describe('the messages of RFC 8601 appendix B', () => {
  const b5 =
    'Authentication-Results: example.com;\r\n          dkim=pass (good signature) header.d=example.com\r\n' +
    'Received: from mail-router.example.com\r\n              (mail-router.example.com [192.0.2.1])\r\n          by auth-checker.example.com (8.11.6/8.11.6)\r\n' +
    'DKIM-Signature:  v=1; a=rsa-sha256; s=gatsby; d=example.com\r\n' +
    'Authentication-Results: example.com;\r\n          auth=pass (cram-md5) smtp.auth=sender@example.com;\r\n          spf=fail smtp.mailfrom=example.com\r\n' +
    'Received: from dialup-1-2-3-4.example.net\r\n          by mail-router.example.com (8.11.6/8.11.6)\r\n' +
    'From: sender@example.com\r\n\r\nHello!  Goodbye!\r\n';
  test('B.5: two hosts of one domain', () => {
    expect(select(b5, ['example.com'])).toEqual([
      [0, 0, 'dkim=pass'],
      [3, 1, 'auth=pass', 'spf=fail'],
    ]);
  });

  const b6 =
    'Authentication-Results: example.com;\r\n      dkim=pass reason="good signature"\r\n        header.i=@mail-router.example.net;\r\n      dkim=fail reason="bad signature"\r\n        header.i=@newyork.example.com\r\n' +
    'Received: from mail-router.example.net\r\n' +
    'Authentication-Results: example.net;\r\n      dkim=pass (good signature) header.i=@newyork.example.com\r\n' +
    'Received: from smtp.newyork.example.com\r\n' +
    'From: sender@newyork.example.com\r\n\r\n';
  test('B.6: two domains, of which one or both are trusted', () => {
    expect(select(b6, ['example.com'])).toEqual([[0, 0, 'dkim=pass', 'dkim=fail']]);
    expect(select(b6, ['example.com', 'example.net'])).toEqual([
      [0, 0, 'dkim=pass', 'dkim=fail'],
      [2, 1, 'dkim=pass'],
    ]);
  });

  test('B.1: no field', () => {
    expect(select('Received: from a\r\nFrom: sender@example.com\r\n\r\n', ['example.com'])).toEqual([]);
  });
});

describe('wrong arguments', () => {
  test.each([
    [undefined, '"trusted" must be an array of authserv-ids, received undefined'],
    [{}, '"trusted" must be an array of authserv-ids, received undefined'],
    [{ trusted: id }, `"trusted" must be an array of authserv-ids, received "${id}"`],
    [{ trusted: [id, ''] }, '"trusted" must be an array of authserv-ids, received ""'],
    [{ trusted: [1] }, '"trusted" must be an array of authserv-ids, received 1'],
    [{ trusted: [undefined] }, '"trusted" must be an array of authserv-ids, received undefined'],
    [{ trusted: [id], experimental: 'bimi' }, '"experimental" must be an array of authserv-ids, received "bimi"'],
  ])('%j', (options, message) => {
    expect(() => selectAuthenticationResults('', options as never)).toThrow(
      new TypeError(`Cannot select Authentication-Results: ${message}`),
    );
  });

  test('a message that is neither text nor bytes', () => {
    expect(() => selectAuthenticationResults(1 as never, { trusted: [id] })).toThrow(TypeError);
  });
});

test('a header of hostile fields costs linear time', () => {
  const started = performance.now();
  const piece = `${field(`${id}; dkim=pass header.b=abcdefgh; dkim=fail header.b=abcdefgh`)}Received: x\r\n`;
  expect(selectAuthenticationResults(piece.repeat(1e4), { trusted: [id] })).toHaveLength(1e4);
  expect(performance.now() - started).toBeLessThan(3000);
});
