import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeResponse, encodeQuery } from '../../src/dns/wire.ts';

const hex = (text: string) =>
  Uint8Array.from((text.match(/[0-9a-f]{2}/g) ?? []).map((pair) => Number.parseInt(pair, 16)));
const label = (text: string) =>
  `${text.length.toString(16).padStart(2, '0')}${[...text].map((c) => c.charCodeAt(0).toString(16).padStart(2, '0')).join('')}`;
const u16 = (value: number) => value.toString(16).padStart(4, '0');

const question = `${label('a')}${label('example')}00`;
/** A response to the question for a.example: flags, type, then records as hexadecimal text. */
const response = ({ flags = 0x8180, type = 16, answers = [] as string[], authorities = [] as string[] } = {}) =>
  hex(
    `0000${u16(flags)}0001${u16(answers.length)}${u16(authorities.length)}0000${question}${u16(type)}0001${answers.join('')}${authorities.join('')}`,
  );
const record = (owner: string, type: number, ttl: number, data: string) =>
  `${owner}${u16(type)}0001${ttl.toString(16).padStart(8, '0')}${u16(data.length / 2)}${data}`;
// RFC 1035 §4.1.4: a pointer to offset 12, where the name of the question stands.
const SELF = 'c00c';

describe('encodeQuery', () => {
  test('one question with recursion desired, and AD to hear of DNSSEC (RFC 6840 §5.7)', () => {
    expect(encodeQuery('a.example', 'TXT')).toEqual(hex(`000001200001000000000000${question}00100001`));
    expect(encodeQuery('a.example.', 'TXT')).toEqual(encodeQuery('a.example', 'TXT'));
  });

  test.each([['a..b'], [''], ['x'.repeat(64)], ['a.'.repeat(128)]])('%j has no form in DNS', (name) => {
    expect(encodeQuery(name, 'A')).toBeUndefined();
  });
});

describe('decodeResponse', () => {
  test('TXT: character-strings joined with nothing, TTL and AD', () => {
    const bytes = response({ flags: 0x81a0, answers: [record(SELF, 16, 300, `${label('v=spf1 ')}${label('-all')}`)] });
    expect(decodeResponse(bytes, 'A.example', 'TXT')).toEqual({
      name: 'A.example',
      type: 'TXT',
      status: 'answer',
      ttl: 300,
      authenticated: true,
      records: [{ text: 'v=spf1 -all', chunks: ['v=spf1 ', '-all'] }],
    });
  });

  test('a CNAME chain is followed within the answer; the least TTL counts', () => {
    const b = `${label('b')}${SELF}`;
    const bytes = response({
      type: 1,
      answers: [record(b, 1, 500, 'c0000201'), record(SELF, 5, 60, b), record('00', 1, 1, 'c0000202')],
    });
    expect(decodeResponse(bytes, 'a.example', 'A')).toMatchObject({
      status: 'answer',
      records: ['192.0.2.1'],
      cnames: ['b.a.example'],
      ttl: 60,
    });
  });

  test('a denial is kept for the lesser of the SOA TTL and its minimum (RFC 2308 §5)', () => {
    const soa = record(SELF, 6, 3600, `${SELF}${SELF}${'00000001'.repeat(4)}0000012c`);
    expect(decodeResponse(response({ flags: 0x8183, authorities: [soa] }), 'a.example', 'TXT')).toMatchObject({
      status: 'nxdomain',
      ttl: 300,
    });
    expect(decodeResponse(response({ authorities: [soa] }), 'a.example', 'TXT')).toMatchObject({
      status: 'nodata',
      ttl: 300,
    });
  });

  test.each([
    ['AAAA', 28, '20010db8000000000000000000000001', '2001:db8::1'],
    ['MX', 15, `000a${label('mx')}${SELF}`, { preference: 10, exchange: 'mx.a.example' }],
    ['PTR', 12, `${label('h')}${SELF}`, 'h.a.example'],
    ['NS', 2, `${label('NS')}${SELF}`, 'ns.a.example'],
    ['CNAME', 5, `${label('t')}${SELF}`, 't.a.example'],
    ['PTR', 12, `${label('a.b\u0000')}00`, 'a\\046b\\000'],
  ] as const)('%s', (type, code, data, expected) => {
    const bytes = response({ type: code, answers: [record(SELF, code, 1, data)] });
    expect(decodeResponse(bytes, 'a.example', type)).toMatchObject({ status: 'answer', records: [expected] });
  });

  test.each([
    [1, 'malformed'],
    [2, 'servfail'],
    [4, 'servfail'],
    [5, 'refused'],
  ])('response code %d is a failure', (rcode, reason) => {
    expect(decodeResponse(response({ flags: 0x8180 | rcode }), 'a.example', 'TXT')).toMatchObject({
      status: 'failure',
      reason,
    });
  });

  test.each([
    ['no bytes', hex('')],
    ['a query', response({ flags: 0x0100 })],
    ['a truncated response', response({ flags: 0x8380 })],
    ['a response to another type', response({ type: 1 })],
    ['a response to another name', hex(`000081800001000000000000${label('b')}00000c0001`)],
    ['a record that ends early', response({ answers: [record(SELF, 16, 1, label('x'))] }).slice(0, -1)],
    ['a character-string that ends outside its record', response({ answers: [record(SELF, 16, 1, '0541')] })],
    ['an address of three octets', response({ type: 1, answers: [record(SELF, 1, 1, 'c00002')] })],
    ['a name that points to itself', response({ type: 12, answers: [record(SELF, 12, 1, 'c02b')] })],
    ['a name that points forward', response({ type: 12, answers: [record('c0ff', 12, 1, '00')] })],
    ['a name that ends early', hex(`000081800001000000000000${label('a').slice(0, 2)}`)],
    [
      'a name whose pointers make it longer than any name',
      response({ type: 12, answers: [record(SELF, 12, 1, `${label('x'.repeat(40))}c02b`)] }),
    ],
  ])('%s is malformed', (title, bytes) => {
    const type = title.includes('address') ? 'A' : title.includes('name') ? 'PTR' : 'TXT';
    expect(decodeResponse(bytes, 'a.example', type)).toMatchObject({ status: 'failure', reason: 'malformed' });
  });

  test('no bytes make it throw, and every answer names the question', () => {
    const start = [...response({ answers: [record(SELF, 16, 1, label('x'))] })];
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(start.length - 1), fc.nat(255)), { maxLength: 4 }),
        fc.nat(60),
        (changes, length) => {
          const bytes = Uint8Array.from(start.slice(0, start.length - Math.min(length, start.length)));
          for (const [at, octet] of changes) if (at < bytes.length) bytes[at] = octet;
          expect(decodeResponse(bytes, 'a.example', 'TXT')).toMatchObject({ name: 'a.example', type: 'TXT' });
        },
      ),
    );
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(decodeResponse(bytes, 'a.example', 'TXT').status).toBe('failure');
      }),
    );
  });
});
