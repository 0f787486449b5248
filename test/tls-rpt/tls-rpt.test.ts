import { describe, expect, test } from 'vitest';
import type { FailureReason } from '../../src/dns/resolver.ts';
import { memoryResolver } from '../../src/resolvers/memory.ts';
import { buildTlsRptRecord } from '../../src/tls-rpt/build.ts';
import { formatTlsRptRecord } from '../../src/tls-rpt/format.ts';
import { lookupTlsRpt } from '../../src/tls-rpt/lookup.ts';
import { parseTlsRptRecord } from '../../src/tls-rpt/parse.ts';

type Finding = [code: string, place: string, replacement?: string];

function findings(text: string): Finding[] {
  return parseTlsRptRecord(text).diagnostics.map(({ code, span, fix }): Finding => {
    const place = text.slice(span!.start, span!.end);
    return fix === undefined ? [code, place] : [code, place, fix.replacement!];
  });
}

const to = (list: string) => `v=TLSRPTv1; rua=${list}`;

describe('the record (RFC 8460 §3)', () => {
  test.each([
    ['v=TLSRPTv1;rua=mailto:reports@example.com', ['mailto:reports@example.com']],
    ['v=TLSRPTv1; rua=https://reporting.example.com/v1/tlsrpt', ['https://reporting.example.com/v1/tlsrpt']],
    [to('mailto:a@example.com , https://b.example/x?y=1;'), ['mailto:a@example.com', 'https://b.example/x?y=1']],
    [`${to('mailto:a@example.com')}; rua=mailto:b@example.com`, ['mailto:a@example.com', 'mailto:b@example.com']],
  ])('%s', (text, uris) => {
    const { ok, value, diagnostics } = parseTlsRptRecord(text);
    expect({ ok, diagnostics }).toEqual({ ok: true, diagnostics: [] });
    expect(value?.rua.map(({ uri }) => uri)).toEqual(uris);
    for (const { uri, span } of value!.rua) expect(text.slice(span.start, span.end)).toBe(uri);
    expect(formatTlsRptRecord(value!).replaceAll(' ', '')).toBe(text.replaceAll(' ', '').replace(/;$/, ''));
  });

  test('written from its fields alone, a record means the same', () => {
    const { value } = parseTlsRptRecord(to('mailto:a%21b@example.com,https://b.example/'));
    expect(formatTlsRptRecord({ ...value!, tags: [] })).toBe(to('mailto:a%21b@example.com,https://b.example/'));
    const rua = [{ uri: 'mailto:a,b@example.com', scheme: 'mailto' as const, span: { start: 0, end: 0 } }];
    expect(formatTlsRptRecord({ v: 'TLSRPTv1', rua, tags: [] })).toBe(to('mailto:a%2Cb@example.com'));
  });

  test('an address is decoded', () => {
    expect(parseTlsRptRecord(to('mailto:a%21b@example.com')).value?.rua[0]).toMatchObject({
      scheme: 'mailto',
      address: 'a!b@example.com',
    });
  });

  test.each<[string, Finding[]]>([
    ['v=TLSRPTv1 ; rua=mailto:a@example.com', [['tls-rpt.version', 'v=TLSRPTv1 ', 'v=TLSRPTv1']]],
    ['v=TLSRPT1; rua=mailto:a@example.com', [['tls-rpt.version', 'v=TLSRPT1', 'v=TLSRPTv1']]],
    ['v=TLSRPTv1 rua=mailto:a@example.com', [['tls-rpt.separator', ' ', '; ']]],
    [
      'v=TLSRPTv1; rua= mailto:a@example.com',
      [['tls-rpt.white-space', 'rua= mailto:a@example.com', 'rua=mailto:a@example.com']],
    ],
    ['v=TLSRPTv1; junk; rua=mailto:a@example.com', [['tls-rpt.tag-syntax', ' junk;', '']]],
    [
      'v=TLSRPTv1; rau=mailto:a@example.com',
      [
        ['tls-rpt.unknown-tag', 'rau', 'rua'],
        ['tls-rpt.missing-rua', ''],
      ],
    ],
    ['v=TLSRPTv1; ruf=a; rua=mailto:a@example.com', [['tls-rpt.unknown-tag', 'ruf']]],
    ['v=TLSRPTv1; v=TLSRPTv1; rua=mailto:a@example.com', [['tls-rpt.duplicate-tag', ' v=TLSRPTv1;', '']]],
    ['v=TLSRPTv1;', [['tls-rpt.missing-rua', '']]],
    ['v=TLSRPTv1; rua=mailto:a@example.com\u00a0', [['tls-rpt.character', '\u00a0', '']]],
    [
      '"v=TLSRPTv1; rua=mailto:a@example.com"',
      [['tls-rpt.pasted', '"v=TLSRPTv1; rua=mailto:a@example.com"', 'v=TLSRPTv1; rua=mailto:a@example.com']],
    ],
    [to('a@example.com'), [['tls-rpt.uri', 'a@example.com', 'mailto:a@example.com']]],
    [to('mailto:a@example.com!10m'), [['tls-rpt.uri', 'mailto:a@example.com!10m', 'mailto:a@example.com']]],
    [to('https://example.com/!'), [['tls-rpt.uri', 'https://example.com/!', 'https://example.com/%21']]],
    [to('nonsense'), [['tls-rpt.uri', 'nonsense']]],
    [
      to('http://example.com/'),
      [
        ['tls-rpt.uri-scheme', 'http://example.com/', 'https://example.com/'],
        ['tls-rpt.no-destination', 'http://example.com/'],
      ],
    ],
    [
      to('ftp://example.com/'),
      [
        ['tls-rpt.uri-scheme', 'ftp://example.com/'],
        ['tls-rpt.no-destination', 'ftp://example.com/'],
      ],
    ],
  ])('%s', (text, expected) => {
    expect(findings(text)).toEqual(expected);
  });

  test.each(['v=spf1 -all', '', 'v=STSv1; id=1'])('%j is no TLS-RPT record', (text) => {
    expect(parseTlsRptRecord(text)).not.toHaveProperty('value');
  });

  test('only a text is parsed', () => {
    expect(() => parseTlsRptRecord(null as never)).toThrow('"text" must be a string, received null');
  });
});

describe('look-up', () => {
  const record = to('mailto:a@example.com');
  const zone = (TXT: string[] | { failure: FailureReason }) => ({
    resolver: memoryResolver({ '_smtp._tls.example.com': { TXT } }),
  });

  test.each([
    ['a record', [record], { status: 'found', text: record }],
    ['the one record among others', ['v=spf1 -all', record, 'v=TLSRPTv1'], { status: 'found', text: record }],
    ['no such record', ['v=spf1 -all'], { status: 'none', diagnostics: [] }],
    [
      'two records',
      [record, record],
      { status: 'invalid', reason: 'multiple-records', diagnostics: [{ code: 'tls-rpt.multiple-records' }] },
    ],
    ['a record with faults', ['v=TLSRPTv1; rua=a'], { status: 'invalid', reason: 'record-syntax' }],
    [
      'what is only nearly a record',
      ['v=TLSRPTV1; rua=mailto:a@b.example'],
      {
        status: 'invalid',
        reason: 'record-syntax',
        diagnostics: [{ code: 'tls-rpt.version', subject: '_smtp._tls.example.com' }],
      },
    ],
    [
      'a huge record',
      [`${record}; x=${'y'.repeat(9000)}`],
      { status: 'invalid', reason: 'record-too-large', diagnostics: [{ code: 'tls-rpt.record-too-large' }] },
    ],
    [
      'a failure',
      { failure: 'servfail' as const },
      { status: 'unknown', reason: 'dns-failure', diagnostics: [{ code: 'tls-rpt.dns-failure' }] },
    ],
  ])('%s', async (_, TXT, expected) => {
    const result = await lookupTlsRpt('Example.com.', zone(TXT));
    expect(result).toMatchObject({ domain: 'example.com', name: '_smtp._tls.example.com', ...expected });
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  });

  test('a domain without anything', async () => {
    expect((await lookupTlsRpt('example.org', zone([record]))).status).toBe('none');
  });

  test('wrong arguments', async () => {
    await expect(lookupTlsRpt('192.0.2.1', zone([]))).rejects.toThrow('"domain" must be a domain name');
    await expect(lookupTlsRpt(`${'a.'.repeat(120)}example`, zone([]))).rejects.toThrow('longer than a domain name');
    await expect(lookupTlsRpt('example.com', {} as never)).rejects.toThrow('"env.resolver"');
    await expect(lookupTlsRpt('_smtp._tls.example.com', zone([]))).rejects.toThrow('must be without "_smtp._tls."');
  });
});

describe('build', () => {
  test.each([
    ['a@example.com', 'mailto:a@example.com', []],
    [['mailto:a@example.com', 'https://b.example/;x'], 'mailto:a@example.com,https://b.example/%3Bx', []],
    ['a; rua=evil@example.com', 'mailto:a%3B%20rua=evil@example.com', ['tls-rpt.uri']],
    ['jürgen@example.com', 'mailto:j%C3%BCrgen@example.com', ['tls-rpt.uri']],
    ['nobody', 'mailto:nobody', ['tls-rpt.uri']],
    ['a@example.com, b@bücher.example', 'mailto:a@example.com,mailto:b@xn--bcher-kva.example', []],
    ['https://b.example/a,c', 'https://b.example/a%2Cc', []],
    [[], '', ['tls-rpt.uri']],
  ])('%j', (rua, expected, codes) => {
    const { value, diagnostics, ok } = buildTlsRptRecord({ domain: 'example.com', rua });
    expect(value).toMatchObject({ name: '_smtp._tls.example.com', text: `v=TLSRPTv1; rua=${expected}` });
    expect(diagnostics.map(({ code }) => code)).toEqual(codes);
    expect(ok).toBe(codes.length === 0);
  });

  test('wrong options', () => {
    expect(() => buildTlsRptRecord(null as never)).toThrow('the options must be an object, received null');
    expect(() => buildTlsRptRecord({ domain: 'example.com', rua: 5 as never })).toThrow('"rua" must be a string');
  });
});
