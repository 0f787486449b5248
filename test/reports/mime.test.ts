import { describe, expect, test } from 'vitest';
import { decodeBody, readEntity, readParameters, readParts, textOf } from '../../src/reports/mime.ts';
import { latin1Bytes, utf8Bytes } from '../../src/text/bytes.ts';

const entity = (text: string) => readEntity(utf8Bytes(text));

describe('Content-Type (RFC 2045 §5.1, RFC 2231)', () => {
  test.each<[string, string, Record<string, string>]>([
    ['Text/Plain; Charset="us-ascii" (really); x=1', 'text/plain', { charset: 'us-ascii', x: '1' }],
    ["a/b; name*=UTF-8'en'caf%C3%A9.xml", 'a/b', { name: 'café.xml' }],
    ['a/b; name*0="one"; name*1=two; name*2*=%20x', 'a/b', { name: 'onetwo x' }],
    ['a/b; name*=%zz; name=second', 'a/b', { name: '%zz' }],
    ['a/b; =x; y; z="open', 'a/b', {}],
    ['a/b "x" ; y = 2', 'a/b', { y: '2' }],
    ['', '', {}],
  ])('%s', (text, token, parameters) => {
    const read = readParameters(text);
    expect(read.token).toBe(token);
    expect(Object.fromEntries(read.parameters)).toEqual(parameters);
  });
});

describe('parts (RFC 2046 §5.1)', () => {
  const parts = (body: string, boundary = 'b', type = 'multipart/mixed') =>
    readParts(entity(`Content-Type: ${type}; boundary="${boundary}"\n\n${body}`)).map(
      (part) => `${part.type} ${textOf(part)}`,
    );

  test.each<[string, string, string[]]>([
    [
      'preamble and epilogue are left out',
      'pre\n--b\n\none\n--b  \n\ntwo\n--b--\nepilogue\n--b\n\nthree',
      ['text/plain one', 'text/plain two'],
    ],
    ['CRLF', '--b\r\n\r\none\r\n\r\n--b--\r\n', ['text/plain one\r\n']],
    ['cut off', '--b\n\none', ['text/plain one']],
    ['another boundary', '--bb\n\none\n--b\n\ntwo\n--\n--b--', ['text/plain two\n--']],
    ['an empty part', '--b\n--b--', ['text/plain ']],
  ])('%s', (_, body, expected) => expect(parts(body)).toEqual(expected));

  test('a digest holds messages', () => {
    expect(parts('--b\n\n\n--b--', 'b', 'multipart/digest')).toEqual(['message/rfc822 ']);
  });

  test('no boundary, no parts, and at most a hundred', () => {
    expect(readParts(entity('Content-Type: multipart/mixed\n\n--\n\nx'))).toEqual([]);
    expect(parts('x', 'y'.repeat(1001))).toEqual([]);
    expect(parts('--b\n\nx\n'.repeat(200))).toHaveLength(100);
  });

  test('the file name', () => {
    expect(
      entity('Content-Disposition: attachment; filename="a.xml"\nContent-Type: x/y; name=b.xml\n\n').fileName,
    ).toBe('a.xml');
    expect(entity('Content-Type: x/y; name=b.xml\n\n').fileName).toBe('b.xml');
    expect(entity('Content-Type: x\n\n')).toMatchObject({ type: 'text/plain' });
  });
});

describe('transfer encodings (RFC 2045 §6)', () => {
  test.each([
    ['base64', 'SGVs\n bG8=', 'Hello'],
    ['BASE64', '!SGVsbG8=', 'Hello'],
    ['base64', 'SGVsbG8=SGVs', 'Hello'],
    ['base64', 'SGVsb', 'Hel'],
    ['base64', '', ''],
    ['quoted-printable', 'caf=C3=A9 =3d =\nx=  \r\ny=zz', 'café = xy=zz'],
    ['quoted-printable', 'end=', 'end'],
    ['8bit', 'a=3D', 'a=3D'],
    ['x-unknown', 'a', 'a'],
  ])('%s %j', (encoding, body, expected) => {
    expect(textOf(entity(`Content-Transfer-Encoding: ${encoding}\n\n${body}`))).toBe(expected);
  });

  test('what is not UTF-8 is read one unit per octet, and a byte order mark is left out', () => {
    expect(textOf(readEntity(latin1Bytes('\n\ncaf\xe9')))).toBe('\ncaf\xe9');
    expect(textOf(entity('A: b\n\n\ufeffx'))).toBe('x');
    expect(decodeBody(entity('A: b\n\nx'))).toEqual(utf8Bytes('x'));
  });
});
