import { Buffer } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import { decodeBase64, encodeBase64 } from '../../src/text/base64.ts';
import { latin1, latin1Bytes } from '../../src/text/bytes.ts';

const decode = (text: string): string | undefined => {
  const bytes = decodeBase64(text);
  return bytes && latin1(bytes);
};

describe('decoding (RFC 6376 §2.10, RFC 4648 §4)', () => {
  // RFC 4648 §10.
  test.each([
    ['', ''],
    ['Zg==', 'f'],
    ['Zm8=', 'fo'],
    ['Zm9v', 'foo'],
    ['Zm9vYg==', 'foob'],
    ['Zm9vYmE=', 'fooba'],
    ['Zm9vYmFy', 'foobar'],
  ])('%j is %j, and the other way', (text, bytes) => {
    expect(decode(text)).toBe(bytes);
    expect(encodeBase64(latin1Bytes(bytes))).toBe(text);
  });

  test.each([
    ['white space anywhere', ' Zm\t9v\r\n Y mFy ', 'foobar'],
    ['white space within the padding', 'Zg = =', 'f'],
    ['no padding', 'Zg', 'f'],
    ['no padding after two octets', 'Zm8', 'fo'],
    ['only white space', ' \r\n\t', ''],
    ['both ends of the alphabet', '+/+/', '\xfb\xff\xbf'],
    ['bits that stand for nothing', 'Zh==', 'f'],
  ])('%s is taken', (_, text, expected) => expect(decode(text)).toBe(expected));

  test.each([
    ['a single character in a group', 'Z'],
    ['a single character after a whole group', 'Zm9vZ'],
    ['the alphabet of URLs', 'Zm-_'],
    ['a letter outside ASCII', 'Zm9é'],
    ['a no-break space', 'Zm9v\u00a0'],
    ['a form feed', 'Zm9v\f'],
    ['a control character', 'Zm\u00009v'],
    ['a semicolon', 'Zm9v;'],
    ['a character beyond U+FFFF', 'Zm9v😀'],
    ['letters after the padding', 'Zg==Zm9v'],
    ['padding in the middle', 'Z=g='],
    ['one "=" where two are due', 'Zg='],
    ['two "=" where one is due', 'Zm8=='],
    ['padding of a whole group', 'Zm9v='],
    ['a group of padding', 'Zm9v===='],
    ['only padding', '===='],
    ['one lone "="', '='],
  ])('%s is refused', (_, text) => expect(decode(text)).toBeUndefined());

  test('the octets are as many as there are', () => {
    expect(decodeBase64('Zg==')).toHaveLength(1);
    expect(decodeBase64(' Z g = = ')).toHaveLength(1);
  });

  test('every octet survives, as Node writes it', () => {
    const bytes = Uint8Array.from({ length: 1000 }, (_, i) => (i * 97) & 0xff);
    expect(encodeBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
    expect(decodeBase64(encodeBase64(bytes))).toEqual(bytes);
  });
});
