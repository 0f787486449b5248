import { describe, expect, test } from 'vitest';
import { formatMtaStsPolicy, formatMtaStsRecord } from '../../src/mta-sts/format.ts';
import { matchMtaStsMx } from '../../src/mta-sts/match.ts';
import { isMtaStsRecord, parseMtaStsRecord } from '../../src/mta-sts/parse.ts';
import { parseMtaStsPolicy } from '../../src/mta-sts/parse-policy.ts';

type Finding = [code: string, place: string, replacement?: string];

function findings(
  text: string,
  { diagnostics }: ReturnType<typeof parseMtaStsRecord | typeof parseMtaStsPolicy>,
): Finding[] {
  return diagnostics.map(({ code, span, fix }): Finding => {
    const place = text.slice(span!.start, span!.end);
    return fix === undefined ? [code, place] : [code, place, fix.replacement!];
  });
}

describe('the record (RFC 8461 §3.1)', () => {
  test.each([
    'v=STSv1; id=20160831085700Z;',
    'v=STSv1;id=1',
    'v=STSv1; id=1',
    'v=STSv1;x-y.z_1=a:b;id=1',
    'v=STSv1; id=aZ09aZ09aZ09aZ09aZ09aZ09aZ09aZ09 ;',
  ])('%s', (text) => {
    const result = parseMtaStsRecord(text);
    expect(result.ok).toBe(true);
    expect(result.diagnostics.filter(({ code }) => code !== 'mta-sts.unknown-tag')).toEqual([]);
    expect(isMtaStsRecord(text)).toBe(true);
  });

  test('every field with its place', () => {
    const text = 'v=STSv1; x-1=a; id=7';
    const { value } = parseMtaStsRecord(text);
    expect(value).toMatchObject({ v: 'STSv1', id: '7' });
    expect(value?.tags.map(({ name, known, span }) => [name, known, text.slice(span.start, span.end)])).toEqual([
      ['v', true, 'v=STSv1'],
      ['x-1', false, 'x-1=a'],
      ['id', true, 'id=7'],
    ]);
  });

  test.each<[string, Finding[], string?]>([
    // Records that do not begin with "v=STSv1;" are discarded, even where the ABNF would allow them.
    ['v=STSv1 ; id=1', [['mta-sts.version', 'v=STSv1 ', 'v=STSv1']], '1'],
    ['v=stsv1; id=1', [['mta-sts.version', 'v=stsv1', 'v=STSv1']], '1'],
    ['V=STSv1; id=1', [['mta-sts.version', 'V=STSv1', 'v=STSv1']], '1'],
    [' v=STSv1; id=1', [['mta-sts.version', ' v=STSv1', 'v=STSv1']], '1'],
    ['id=1', [['mta-sts.version', '', 'v=STSv1; ']], '1'],
    ['v=STSv1 id=1', [['mta-sts.separator', ' ', '; ']], '1'],
    ['v=STSv1, id=1', [['mta-sts.separator', ', ', '; ']], '1'],
    ['v=STSv1; id = 1', [['mta-sts.white-space', 'id = 1', 'id=1']], '1'],
    ['v=STSv1; id=1 ', [['mta-sts.white-space', ' ', '']], '1'],
    ['v=STSv1;; id=1', [['mta-sts.tag-syntax', ';', '']], '1'],
    ['v=STSv1; id=1; junk;', [['mta-sts.tag-syntax', ' junk;', '']], '1'],
    [
      'v=STSv1; id=1; x=a b',
      [
        ['mta-sts.unknown-tag', 'x'],
        ['mta-sts.tag-syntax', ' x=a b', ''],
      ],
      '1',
    ],
    ['v=STSv1; id=1; id=2', [['mta-sts.duplicate-tag', ' id=2', '']], '1'],
    [
      'v=STSv1; id=“1”',
      [
        ['mta-sts.character', '“', ''],
        ['mta-sts.character', '”', ''],
      ],
      '1',
    ],
    [
      'v=STSv1; x=é; id=1',
      [
        ['mta-sts.character', 'é'],
        ['mta-sts.unknown-tag', 'x'],
        ['mta-sts.tag-syntax', ' x=é;', ''],
      ],
      '1',
    ],
    ['v=STSv1; id=2026-11-21', [['mta-sts.id', '2026-11-21', '20261121']], '2026-11-21'],
    ['v=STSv1; id=', [['mta-sts.id', '']], ''],
    [
      'v=STSv1; ID=5',
      [
        ['mta-sts.unknown-tag', 'ID', 'id'],
        ['mta-sts.missing-id', ''],
      ],
      '5',
    ],
    ['v=STSv1;', [['mta-sts.missing-id', '']]],
  ])('%s', (text, expected, id) => {
    const result = parseMtaStsRecord(text);
    const found = findings(text, result).map(([code, place, cure]): Finding => {
      const shown = place.replace(/[^\t -~“”é]/g, '?');
      return cure === undefined ? [code, shown] : [code, shown, cure];
    });
    if (text.includes('é')) expect(found.map(([code]) => code)).toEqual(expected.map(([code]) => code));
    else expect(found).toEqual(expected);
    expect(result.value?.id).toBe(id);
    const ignorable = expected.every(([code]) => /duplicate|unknown/.test(code));
    expect(result.ok).toBe(ignorable);
  });

  test.each(['v=spf1 -all', 'v=DMARC1; p=none', '', 'hello', ';', 'v=STX'])('%j is no MTA-STS record', (text) => {
    const result = parseMtaStsRecord(text);
    expect(result).not.toHaveProperty('value');
    expect(result.diagnostics.map(({ code }) => code)).toEqual(['mta-sts.version']);
  });

  test('a pasted zone-file line is understood, with spans in what was pasted', () => {
    const text = '_mta-sts.example.com. 300 IN TXT "v=STSv1; id=a" "b!"';
    const result = parseMtaStsRecord(text);
    expect(result.value?.id).toBe('ab!');
    expect(findings(text, result)).toEqual([
      ['mta-sts.pasted', text, 'v=STSv1; id=ab!'],
      ['mta-sts.id', 'a" "b!', 'ab'],
    ]);
  });

  test('characters as DNS has them, one unit for each octet of their UTF-8', () => {
    const text = Buffer.from('v=STSv1; id=“1”; x=é').toString('latin1');
    const { diagnostics } = parseMtaStsRecord(text);
    const found = diagnostics.filter(({ code }) => code === 'mta-sts.character');
    expect(found.map(({ params, span, fix }) => [params.value, span!.end - span!.start, fix?.replacement])).toEqual([
      ['“', 3, ''],
      ['”', 3, ''],
      ['é', 2, undefined],
    ]);
  });

  test.each(['__proto__', 'constructor'])('field "%s" is harmless', (name) => {
    expect(parseMtaStsRecord(`v=STSv1; id=1; ${name}=2`).value?.id).toBe('1');
  });

  test('format writes what parse reads', () => {
    const { value } = parseMtaStsRecord('v=STSv1;id=9;  x-y=1;');
    expect(formatMtaStsRecord(value!)).toBe('v=STSv1; id=9; x-y=1');
    expect(formatMtaStsRecord({ v: 'STSv1', id: '3', tags: [] })).toBe('v=STSv1; id=3');
  });

  test('only a text is parsed', () => {
    expect(() => parseMtaStsRecord(5 as never)).toThrow('"text" must be a string, received 5');
    expect(() => parseMtaStsPolicy(undefined as never)).toThrow(TypeError);
  });
});

describe('the policy (RFC 8461 §3.2)', () => {
  const lines = (...list: string[]) => ['version: STSv1', ...list].join('\n');

  test('the example of the RFC, with CRLF and with LF', () => {
    const text =
      'version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\nmx: *.example.net\r\nmx: backupmx.example.com\r\nmax_age: 604800\r\n';
    for (const body of [text, text.replaceAll('\r\n', '\n'), text.slice(0, -2)]) {
      const result = parseMtaStsPolicy(body);
      expect(result).toMatchObject({ ok: true, diagnostics: [] });
      expect(result.value).toMatchObject({
        version: 'STSv1',
        mode: 'enforce',
        mx: ['mail.example.com', '*.example.net', 'backupmx.example.com'],
        max_age: 604_800,
      });
      for (const { key, value, span, keySpan, valueSpan } of result.value!.fields) {
        expect(body.slice(span.start, span.end)).toBe(`${key}: ${value}`);
        expect(body.slice(keySpan.start, keySpan.end)).toBe(key);
        expect(body.slice(valueSpan.start, valueSpan.end)).toBe(value);
      }
    }
  });

  test('the order is free, and white space around a value too', () => {
    const { ok, value } = parseMtaStsPolicy('max_age:86400 \nmx:a.example\t\nx.y: ü ü\nmode:\tenforce\nversion:STSv1');
    expect(ok).toBe(true);
    expect(value).toMatchObject({ mode: 'enforce', max_age: 86_400, mx: ['a.example'] });
  });

  test.each<[string, Finding[]]>([
    [lines('mode: none', 'max_age: 0'), [['mta-sts.policy-none', 'none']]],
    [lines('mode: testing', 'mx: a.example', 'max_age: 604800'), [['mta-sts.policy-testing', 'testing']]],
    [lines('mode: enforce', 'mx: a.example', 'max_age: 3600'), [['mta-sts.policy-short', '3600']]],
    [lines('mode: enforce', 'max_age: 604800'), [['mta-sts.policy-missing-field', '']]],
    [lines('mx: a.example', 'max_age: 604800'), [['mta-sts.policy-missing-field', '']]],
    [lines('mode: enforce', 'mx: a.example'), [['mta-sts.policy-missing-field', '']]],
    ['mode: enforce\nmx: a.example\nmax_age: 604800', [['mta-sts.policy-missing-field', '']]],
    ['version: STSv2\nmode: enforce\nmx: a.example\nmax_age: 604800', [['mta-sts.policy-version', 'STSv2', 'STSv1']]],
    ['version: 1\nmode: enforce\nmx: a.example\nmax_age: 604800', [['mta-sts.policy-version', '1']]],
    [lines('mode: Enforce', 'mx: a.example', 'max_age: 604800'), [['mta-sts.policy-mode', 'Enforce', 'enforce']]],
    [lines('mode: report', 'mx: a.example', 'max_age: 604800'), [['mta-sts.policy-mode', 'report']]],
    [
      lines('mode: enforce', 'mx: a.example', 'max_age: 31557601'),
      [['mta-sts.policy-max-age', '31557601', '31557600']],
    ],
    [lines('mode: enforce', 'mx: a.example', 'max_age: 31557600'), []],
    [lines('mode: enforce', 'mx: a.example', 'max_age: 1w'), [['mta-sts.policy-max-age', '1w']]],
    [lines('mode: enforce', 'mx: a.example', 'max_age: 00000604800'), [['mta-sts.policy-max-age', '00000604800']]],
    [lines('mode: enforce', 'mx: a.example.', 'max_age: 604800'), [['mta-sts.policy-mx', 'a.example.', 'a.example']]],
    [
      lines('mode: enforce', 'mx: *.bücher.example', 'max_age: 604800'),
      [['mta-sts.policy-mx', '*.bücher.example', '*.xn--bcher-kva.example']],
    ],
    [lines('mode: enforce', 'mx: mx*.example', 'max_age: 604800'), [['mta-sts.policy-mx', 'mx*.example']]],
    [lines('mode: enforce', 'mx: a_b.example', 'max_age: 604800'), [['mta-sts.policy-mx', 'a_b.example']]],
    [lines('mode: enforce', 'mx: A.example', 'mx: a.example', 'max_age: 604800'), []],
    [
      lines('mode: enforce', 'mode: none', 'mx: a.example', 'max_age: 604800'),
      [['mta-sts.policy-duplicate', 'mode: none']],
    ],
    [
      lines('mode: enforce', 'mx: a.example', 'maxage: 604800'),
      [
        ['mta-sts.policy-unknown', 'maxage', 'max_age'],
        ['mta-sts.policy-missing-field', ''],
      ],
    ],
    [
      lines('mode: enforce', 'MX: a.example', 'max_age: 604800'),
      [
        ['mta-sts.policy-unknown', 'MX', 'mx'],
        ['mta-sts.policy-missing-field', ''],
      ],
    ],
    [lines('mode: enforce', 'mx: a.example', 'max_age: 604800', 'x: y'), [['mta-sts.policy-unknown', 'x']]],
    [lines('mode: enforce', '', 'mx: a.example', 'max_age: 604800'), [['mta-sts.policy-blank-line', '\n', '']]],
    [lines('mode: enforce', 'junk', 'mx: a.example', 'max_age: 604800'), [['mta-sts.policy-line', 'junk']]],
    [lines('mode: enforce', 'mx:', 'mx: a.example', 'max_age: 604800'), [['mta-sts.policy-line', 'mx:']]],
    [lines('mode: enforce', ' mx: a.example', 'max_age: 604800'), [['mta-sts.policy-white-space', ' ', '']]],
    [lines('mode: enforce', 'mx : a.example', 'max_age: 604800'), [['mta-sts.policy-white-space', ' ', '']]],
    [
      `\ufeff${lines('mode: enforce', 'mx: a.example', 'max_age: 604800')}`,
      [['mta-sts.policy-white-space', '\ufeff', '']],
    ],
    ['<!doctype html>\n<title>404</title>\n', [['mta-sts.policy-missing-field', '']]],
    ['', [['mta-sts.policy-missing-field', '']]],
  ])('%j', (text, expected) => {
    expect(findings(text, parseMtaStsPolicy(text))).toEqual(expected);
  });

  test('the first of a key counts', () => {
    const text = lines('mode: enforce', 'mode: none', 'mx: a.example', 'max_age: 604800', 'max_age: 1');
    expect(parseMtaStsPolicy(text)).toMatchObject({ ok: true, value: { mode: 'enforce', max_age: 604_800 } });
  });

  test('format writes what parse reads', () => {
    const text = 'version: STSv1\r\nmode: none\r\nx: y\r\nmax_age: 0\r\n';
    expect(formatMtaStsPolicy(parseMtaStsPolicy(text).value!)).toBe(text);
  });

  test('time is linear', () => {
    const start = performance.now();
    for (const unit of ['\n', 'mx:', 'mx: a\n', ' ', 'v=;', 'id= ', ', ', 'a=b c;'])
      for (const head of ['version: STSv1\n', 'v=STSv1;']) {
        parseMtaStsPolicy(head + unit.repeat(20_000));
        parseMtaStsRecord(head + unit.repeat(20_000));
      }
    expect(performance.now() - start).toBeLessThan(8000);
  });
});

describe('MX hosts (RFC 8461 §4.1)', () => {
  const policy = { mx: ['mail.example.com', '*.Example.net'] };

  test.each([
    ['mail.example.com', 'mail.example.com'],
    ['MAIL.example.com.', 'mail.example.com'],
    ['mx.example.net', '*.Example.net'],
    ['a.mx.example.net', undefined],
    ['example.net', undefined],
    ['.example.net', undefined],
    ['example.com', undefined],
    ['com', undefined],
    ['192.0.2.1', undefined],
  ])('%s', (host, pattern) => {
    expect(matchMtaStsMx(policy, host)).toEqual(
      pattern === undefined ? { matched: false } : { matched: true, pattern },
    );
  });

  test('the host is a text', () => {
    expect(() => matchMtaStsMx(policy, null as never)).toThrow('"host" must be a string');
  });
});
