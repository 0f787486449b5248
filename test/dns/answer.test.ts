import { describe, expect, test } from 'vitest';
import { checkAnswer, failure } from '../../src/dns/answer.ts';
import type { RecordType } from '../../src/dns/resolver.ts';

const LIMIT = 100;
const check = (raw: unknown, type: RecordType = 'A', limit = LIMIT) => checkAnswer(raw, 'example.com', type, limit);
const base = (type: RecordType) => ({ name: 'example.com', type });

describe('answers that are taken', () => {
  test.each<[RecordType, unknown[]]>([
    ['A', ['192.0.2.1', '192.0.2.2']],
    ['AAAA', ['2001:db8::1', '::ffff:192.0.2.1']],
    ['CNAME', ['other.example.com']],
    ['NS', ['ns.example.com.']],
    ['PTR', ['mx.example.com', '']],
    [
      'MX',
      [
        { preference: 0, exchange: 'mx.example.com' },
        { preference: 65535, exchange: '' },
      ],
    ],
    [
      'TXT',
      [
        { text: 'v=spf1 -all' },
        { text: 'caf\u00c3\u00a9 \u0000\u00ff', chunks: ['caf\u00c3', '\u00a9 \u0000\u00ff'] },
        { text: '', chunks: [''] },
      ],
    ],
  ])('%s', (type, records) => {
    expect(check({ status: 'answer', records }, type)).toEqual({ ...base(type), status: 'answer', records });
  });

  test.each(['nodata', 'nxdomain'] as const)('%s', (status) => {
    expect(check({ status, records: ['192.0.2.1'] })).toEqual({ ...base('A'), status });
  });

  test('an answer without records is no data', () => {
    expect(check({ status: 'answer', records: [] })).toEqual({ ...base('A'), status: 'nodata' });
  });

  test.each(['servfail', 'refused', 'timeout', 'network', 'malformed'] as const)('a failure of kind %s', (reason) => {
    expect(check({ status: 'failure', reason, detail: 'why' })).toEqual({
      ...base('A'),
      status: 'failure',
      reason,
      detail: 'why',
    });
  });

  test('extras of the right types, and nothing else', () => {
    const extras = { ttl: 300, authenticated: true, cnames: ['b.example', 'c.example'] };
    const raw = { ...extras, name: 'evil.example', type: 'MX', extra: 1, status: 'answer', records: ['192.0.2.1'] };
    expect(check(raw)).toEqual({ ...base('A'), ...extras, status: 'answer', records: ['192.0.2.1'] });
  });

  test.each<[string, object]>([
    ['ttl', { ttl: -1 }],
    ['ttl', { ttl: Number.NaN }],
    ['ttl', { ttl: Number.POSITIVE_INFINITY }],
    ['ttl', { ttl: '300' }],
    ['authenticated', { authenticated: 'yes' }],
    ['cnames', { cnames: 'b.example' }],
  ])('a %s of the wrong kind is left out: %j', (key, extra) => {
    expect(check({ ...extra, status: 'nodata' })).not.toHaveProperty(key);
  });

  test('no number that JSON does not know', () => {
    expect(check({ status: 'nodata', ttl: -0 })).toStrictEqual({ ...base('A'), ttl: 0, status: 'nodata' });
    expect(check({ status: 'answer', records: [{ preference: -0, exchange: '.' }] }, 'MX')).toStrictEqual({
      ...base('MX'),
      status: 'answer',
      records: [{ preference: 0, exchange: '.' }],
    });
  });

  test('of names on the way only so many, and only names', () => {
    const cnames = [1, null, 'a.example', 'x'.repeat(2000), ...Array<string>(1_000_000).fill('b.example')];
    expect(check({ status: 'nodata', cnames }).cnames).toEqual(['a.example', ...Array<string>(28).fill('b.example')]);
  });

  test('the answer shares nothing with what the resolver keeps', () => {
    const record = { text: 'ab', chunks: ['a', 'b'] };
    const answer = check({ status: 'answer', records: [record] }, 'TXT');
    record.text = 'changed';
    record.chunks[0] = 'changed';
    expect(answer).toMatchObject({ records: [{ text: 'ab', chunks: ['a', 'b'] }] });
  });

  test('results are plain data', () => {
    class Record {
      preference = 10;
      exchange = 'mx.example.com';
      secret = 1;
    }
    const answer = check({ status: 'answer', records: [new Record()] }, 'MX');
    expect(answer).toStrictEqual({
      ...base('MX'),
      status: 'answer',
      records: [{ preference: 10, exchange: 'mx.example.com' }],
    });
  });
});

describe('chunks that do not make the text are left out', () => {
  test.each<[string, unknown]>([
    ['other text', ['a', 'c']],
    ['no list', 'ab'],
    ['numbers', ['a', 1]],
    ['holes', Object.assign(new Array<string>(3), ['a', 'b'])],
    ['more than there can be', new Array<string>(4_294_967_295)],
    ['characters that are no octets', ['a', 'b', '\u0100']],
  ])('%s', (_, chunks) => {
    expect(check({ status: 'answer', records: [{ text: 'ab', chunks }] }, 'TXT')).toEqual({
      ...base('TXT'),
      status: 'answer',
      records: [{ text: 'ab' }],
    });
  });
});

describe('lies are malformed, never "no record"', () => {
  test.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['a text', 'v=spf1 +all'],
    ['a number', 4],
    ['a function', () => ({ status: 'nodata' })],
    ['nothing', {}],
    ['a list', ['192.0.2.1']],
    ['another status', { status: 'NOERROR', records: ['192.0.2.1'] }],
    ['a status that objects inherit', { status: 'constructor' }],
    ['no records', { status: 'answer' }],
    ['records that are no list', { status: 'answer', records: { 0: '192.0.2.1', length: 1 } }],
    ['a text for the records', { status: 'answer', records: '192.0.2.1' }],
    ['a failure of an unknown kind', { status: 'failure', reason: 'tired' }],
    ['a failure without a kind', { status: 'failure' }],
    ['a list that holds nothing', { status: 'answer', records: [undefined] }],
    ['a list with holes', { status: 'answer', records: new Array(3) }],
  ])('%s', (_, raw) => expect(check(raw)).toMatchObject({ ...base('A'), status: 'failure', reason: 'malformed' }));

  test.each<[RecordType, unknown]>([
    ['A', '2001:db8::1'],
    ['A', '192.0.2.256'],
    ['A', 'example.com'],
    ['A', 3221225985],
    ['AAAA', '192.0.2.1'],
    ['AAAA', 'fe80::1%eth0'],
    ['MX', 'mx.example.com'],
    ['MX', null],
    ['MX', { preference: '10', exchange: 'mx.example.com' }],
    ['MX', { preference: 1.5, exchange: 'mx.example.com' }],
    ['MX', { preference: -1, exchange: 'mx.example.com' }],
    ['MX', { preference: 65536, exchange: 'mx.example.com' }],
    ['MX', { preference: Number.NaN, exchange: 'mx.example.com' }],
    ['MX', { preference: 10 }],
    ['MX', { preference: 10, exchange: 'x'.repeat(1025) }],
    ['TXT', 'v=spf1 -all'],
    ['TXT', ['v=spf1 -all']],
    ['TXT', null],
    ['TXT', { text: 5 }],
    ['TXT', { text: 'Ā' }],
    ['TXT', { text: 'x'.repeat(65_536) }],
    ['PTR', { name: 'example.com' }],
    ['PTR', 'x'.repeat(1025)],
    ['NS', 5],
    ['CNAME', null],
  ])('%s record %j', (type, record) => {
    const good = { A: '192.0.2.1', AAAA: '::1', MX: { preference: 1, exchange: 'a' }, TXT: { text: '' } };
    const other = type in good ? good[type as keyof typeof good] : 'a.example';
    expect(check({ status: 'answer', records: [other] }, type).status).toBe('answer');
    expect(check({ status: 'answer', records: [other, record] }, type)).toEqual({
      ...base(type),
      status: 'failure',
      reason: 'malformed',
      detail: `the answer holds what is no ${type} record`,
    });
  });

  test('more text than one DNS message holds', () => {
    const records = [{ text: 'a'.repeat(40_000) }, { text: 'b'.repeat(40_000) }];
    expect(check({ status: 'answer', records }, 'TXT')).toMatchObject({ status: 'failure', reason: 'malformed' });
    expect(check({ status: 'answer', records: records.slice(1) }, 'TXT').status).toBe('answer');
  });

  test.each([
    ['one more than the limit', new Array(4).fill('192.0.2.1'), 4],
    ['a million', new Array(1_000_000).fill('192.0.2.1'), 1_000_000],
    ['four billion', new Array(4_294_967_295), 4_294_967_295],
  ])('%s', (_, records, count) => {
    expect(check({ status: 'answer', records }, 'A', 3)).toEqual({
      ...base('A'),
      status: 'failure',
      reason: 'malformed',
      detail: `the answer has ${count} records, limit 3`,
    });
    expect(check({ status: 'answer', records: records.slice(0, 3).fill('192.0.2.1') }, 'A', 3).status).toBe('answer');
  });
});

describe('failures', () => {
  test('keep a reason of 200 characters', () => {
    expect(failure('a.example', 'TXT', 'network', 'x'.repeat(1000))).toEqual({
      name: 'a.example',
      type: 'TXT',
      status: 'failure',
      reason: 'network',
      detail: 'x'.repeat(200),
    });
  });

  test('have no detail where there is none', () => {
    expect(failure('a.example', 'A', 'timeout')).not.toHaveProperty('detail');
    expect(check({ status: 'failure', reason: 'timeout', detail: 5 })).not.toHaveProperty('detail');
  });
});
