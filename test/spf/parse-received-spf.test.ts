import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { memoryResolver } from '../../src/resolvers/memory.ts';
import { evaluateSpf } from '../../src/spf/evaluate.ts';
import { parseReceivedSpf } from '../../src/spf/parse-received-spf.ts';
import { formatReceivedSpf } from '../../src/spf/received-spf.ts';

const read = (value: string) => {
  const { ok, value: field, diagnostics } = parseReceivedSpf(value);
  return {
    ok,
    result: field?.result,
    comment: field?.comment,
    pairs: field?.properties.map((property) => `${property.name}=${property.value}`),
    findings: diagnostics.map(({ code, span }) => [code, span && value.slice(span.start, span.end)]),
  };
};

describe('the examples of RFC 7208 §9.1', () => {
  test('the first, with a semicolon at the end', () => {
    expect(
      read(
        ' pass (mybox.example.org: domain of\r\n myname@example.com designates 192.0.2.1 as permitted sender)\r\n    receiver=mybox.example.org; client-ip=192.0.2.1;\r\n    envelope-from="myname@example.com"; helo=foo.example.com;\r\n',
      ),
    ).toEqual({
      ok: true,
      result: 'pass',
      comment: 'mybox.example.org: domain of myname@example.com designates 192.0.2.1 as permitted sender',
      pairs: [
        'receiver=mybox.example.org',
        'client-ip=192.0.2.1',
        'envelope-from=myname@example.com',
        'helo=foo.example.com',
      ],
      findings: [],
    });
  });

  test('the second', () => {
    expect(
      read(
        ' fail (mybox.example.org: domain of\r\n                  myname@example.com does not designate\r\n                  192.0.2.1 as permitted sender)\r\n                  identity=mailfrom; client-ip=192.0.2.1;\r\n                  envelope-from="myname@example.com";',
      ),
    ).toMatchObject({
      ok: true,
      result: 'fail',
      pairs: ['identity=mailfrom', 'client-ip=192.0.2.1', 'envelope-from=myname@example.com'],
      findings: [],
    });
  });

  test('the third has a value that its own grammar wants in quotes', () => {
    expect(
      read(
        'pass (x) receiver=mybox.example.org; client-ip=192.0.2.1; mechanism=ip4:192.0.2.1; envelope-from="myname@example.com"',
      ),
    ).toMatchObject({
      ok: true,
      pairs: [
        'receiver=mybox.example.org',
        'client-ip=192.0.2.1',
        'mechanism=ip4:192.0.2.1',
        'envelope-from=myname@example.com',
      ],
      findings: [['received-spf.unquoted-value', 'ip4:192.0.2.1']],
    });
  });
});

describe('fields as software writes them', () => {
  test.each([
    [
      'Google',
      ' pass (google.com: domain of ann@example.com designates 192.0.2.1 as permitted sender) client-ip=192.0.2.1;',
      'pass',
      ['client-ip=192.0.2.1'],
      [],
    ],
    [
      'Microsoft',
      ' Pass (protection.outlook.com: domain of example.com designates\r\n 192.0.2.1 as permitted sender) receiver=protection.outlook.com;\r\n client-ip=192.0.2.1; helo=mx.example.com; pr=C',
      'pass',
      ['receiver=protection.outlook.com', 'client-ip=192.0.2.1', 'helo=mx.example.com', 'pr=C'],
      [],
    ],
    [
      'policyd-spf',
      ' Softfail (mailfrom) identity=mailfrom; client-ip=2001:db8::1; helo=mx.example.com; envelope-from=ann@example.com; receiver=<UNKNOWN> ',
      'softfail',
      [
        'identity=mailfrom',
        'client-ip=2001:db8::1',
        'helo=mx.example.com',
        'envelope-from=ann@example.com',
        'receiver=<UNKNOWN>',
      ],
      [
        ['received-spf.unquoted-value', '2001:db8::1'],
        ['received-spf.unquoted-value', 'ann@example.com'],
        ['received-spf.unquoted-value', '<UNKNOWN>'],
      ],
    ],
  ])('%s', (_, value, result, pairs, findings) => {
    expect(read(value)).toMatchObject({ ok: true, result, pairs, findings });
  });
});

describe('the grammar', () => {
  test.each(['none', 'neutral', 'pass', 'fail', 'softfail', 'temperror', 'permerror'])('%s alone', (result) => {
    expect(read(` (a) ${result.toUpperCase()}`)).toEqual({
      ok: true,
      result,
      comment: undefined,
      pairs: [],
      findings: [],
    });
  });

  test.each(['', ' ', 'error', 'unknown', 'pass.', '"pass"', '(pass', 'constructor'])('%j is no result', (value) => {
    expect(read(value)).toMatchObject({
      ok: false,
      result: undefined,
      findings: [['received-spf.result', expect.anything()]],
    });
    expect('value' in parseReceivedSpf(value)).toBe(false);
  });

  test.each([
    ['no semicolon', 'pass a=b c=d', ['a=b', 'c=d'], 'received-spf.missing-semicolon', 'c'],
    ['a semicolon too many', 'pass; a=b', ['a=b'], 'received-spf.empty-pair', ';'],
    ['two in a row', 'pass a=b;;c=d', ['a=b', 'c=d'], 'received-spf.empty-pair', ';'],
    ['no value', 'pass a=; c=d', ['a=', 'c=d'], 'received-spf.empty-value', ''],
    ['a key twice', 'pass Helo=b; helo=d', ['helo=b', 'helo=d'], 'received-spf.duplicate', 'helo'],
  ])('%s is a warning', (_, value, pairs, code, text) => {
    expect(read(value)).toMatchObject({ ok: true, pairs, findings: [[code, text]] });
  });

  test.each([
    ['no equals sign', 'pass a; c=d', ['c=d'], 'received-spf.syntax', 'a'],
    ['no key', 'pass =b; c=d', ['c=d'], 'received-spf.syntax', '='],
    ['a key that is none', 'pass 1a=b "; x=y" (; z=0); c=d', ['c=d'], 'received-spf.syntax', '1a'],
    ['a key with other signs', 'pass a/b=b; c=d', ['c=d'], 'received-spf.syntax', 'a/b'],
    ['a quoted string without end', 'pass a=b; c="d; e=f', ['a=b'], 'received-spf.unreadable', '"d; e=f'],
    ['a comment without end', 'pass a=b; c=d (; e=f', ['a=b', 'c=d'], 'received-spf.unreadable', '(; e=f'],
    ['a comment without end in a key', 'pass a=b; c (', ['a=b'], 'received-spf.unreadable', '('],
    ['a control character', 'pass a=b\r\nX-Evil: 1', ['a=b'], 'received-spf.unreadable', '\r'],
  ])('%s is an error', (_, value, pairs, code, text) => {
    expect(read(value)).toMatchObject({ ok: false, pairs, findings: [[code, text]] });
  });

  test('every token has its span', () => {
    const text = ' Pass (ok) helo (x) = "a b";';
    const { value } = parseReceivedSpf(text);
    const at = ({ start, end }: { start: number; end: number }) => text.slice(start, end);
    const [property] = value!.properties;
    expect([at(value!.resultSpan), at(value!.commentSpan!)]).toEqual(['Pass', '(ok)']);
    expect([at(property!.span), at(property!.nameSpan), at(property!.valueSpan)]).toEqual([
      'helo (x) = "a b"',
      'helo',
      '"a b"',
    ]);
  });

  test('a flood of faults gives fifty findings, and the error is among them', () => {
    const { ok, diagnostics } = parseReceivedSpf(`pass ${';'.repeat(1000)} x; y;`);
    expect([ok, diagnostics.length]).toEqual([false, 51]);
  });

  test('only a string is parsed', () => {
    expect(() => parseReceivedSpf(null as never)).toThrow(
      new TypeError('Cannot parse Received-SPF: "value" must be a string, received null'),
    );
  });
});

describe('what formatReceivedSpf writes is read again', () => {
  test('whatever the session said', async () => {
    const text = fc.string({ unit: 'binary-ascii', maxLength: 80 });
    await fc.assert(
      fc.asyncProperty(text, text, text, async (helo, local, receiver) => {
        const session = { ip: '192.0.2.1', helo, mailFrom: `${local}@example.com`, receiver };
        const resolver = memoryResolver({ 'example.com': { TXT: ['v=spf1 -all'] } });
        const result = await evaluateSpf(session, { resolver });
        const { ok, value, diagnostics } = parseReceivedSpf(formatReceivedSpf(result, session));
        expect([ok, diagnostics]).toEqual([true, []]);
        expect(value?.result).toBe(result.result);
        const visible = (part: string) => part.replace(/[^ -~]/g, '?');
        const wanted = { 'client-ip': '192.0.2.1', helo: visible(helo), receiver: visible(receiver) };
        for (const [name, expected] of Object.entries(wanted)) {
          expect(value?.properties.find((property) => property.name === name)?.value).toBe(expected);
        }
      }),
      { numRuns: 200 },
    );
  });

  test.each(['(', '"', ';', 'a', 'a ', 'a=', 'a=b ', 'a=b;', '()', '\\', '= ', '\r\n '])(
    'a million characters of %j cost linear time',
    (piece) => {
      const started = performance.now();
      expect(parseReceivedSpf(`pass ${piece.repeat(1e6 / piece.length)}`).diagnostics.length).toBeLessThan(60);
      expect(performance.now() - started).toBeLessThan(3000);
    },
  );
});
