import { describe, expect, test } from 'vitest';
import type { ParsedAuthenticationResults } from '../../src/authentication-results/header.ts';
import { parseArcAuthenticationResults, parseAuthenticationResults } from '../../src/authentication-results/parse.ts';
import { registeredResults } from '../../src/authentication-results/registry.ts';

/** A field in short: who, then one line for each result. */
function brief({ authservId, version, results }: ParsedAuthenticationResults): string[] {
  return [
    version === undefined ? authservId : `${authservId} ${version}`,
    ...results.map(({ method, version: v, result, reason, properties }) =>
      [
        `${method}${v === undefined ? '' : `/${v}`}=${result}`,
        ...(reason === undefined ? [] : [`reason=${reason}`]),
        ...properties.map(({ ptype, property, value }) => `${ptype}.${property}=${value}`),
      ].join(' '),
    ),
  ];
}

const read = (value: string) => {
  const { ok, value: header, diagnostics } = parseAuthenticationResults(value);
  return {
    ok,
    brief: brief(header!),
    comments: header!.results.map(({ comments }) => comments),
    findings: diagnostics.map(({ code, span }) => [code, span && value.slice(span.start, span.end)]),
  };
};

describe('the examples of RFC 8601 appendix B', () => {
  test.each([
    ['B.2', ' example.org 1; none', ['example.org 1']],
    [
      'B.3',
      ' example.com;\r\n          spf=pass smtp.mailfrom=example.net\r\n',
      ['example.com', 'spf=pass smtp.mailfrom=example.net'],
    ],
    [
      'B.4, the first field',
      ' example.com;\r\n          auth=pass (cram-md5) smtp.auth=sender@example.net;\r\n          spf=pass smtp.mailfrom=example.net',
      ['example.com', 'auth=pass smtp.auth=sender@example.net', 'spf=pass smtp.mailfrom=example.net'],
    ],
    [
      'B.4, the second field',
      ' example.com; iprev=pass\r\n          policy.iprev=192.0.2.200',
      ['example.com', 'iprev=pass policy.iprev=192.0.2.200'],
    ],
    [
      'B.5, the upper field',
      ' example.com;\r\n          dkim=pass (good signature) header.d=example.com',
      ['example.com', 'dkim=pass header.d=example.com'],
    ],
    [
      'B.5, the lower field',
      ' example.com;\r\n          auth=pass (cram-md5) smtp.auth=sender@example.com;\r\n          spf=fail smtp.mailfrom=example.com',
      ['example.com', 'auth=pass smtp.auth=sender@example.com', 'spf=fail smtp.mailfrom=example.com'],
    ],
    [
      'B.6, the upper field',
      ' example.com;\r\n      dkim=pass reason="good signature"\r\n        header.i=@mail-router.example.net;\r\n      dkim=fail reason="bad signature"\r\n        header.i=@newyork.example.com',
      [
        'example.com',
        'dkim=pass reason=good signature header.i=@mail-router.example.net',
        'dkim=fail reason=bad signature header.i=@newyork.example.com',
      ],
    ],
    [
      'B.6, the lower field',
      ' example.net;\r\n      dkim=pass (good signature) header.i=@newyork.example.com',
      ['example.net', 'dkim=pass header.i=@newyork.example.com'],
    ],
    [
      'B.7',
      " foo.example.net (foobar) 1 (baz);\r\n    dkim (Because I like it) / 1 (One yay) = (wait for it) fail\r\n      policy (A dot can go here) . (like that) expired\r\n      (this surprised me) = (as I wasn't expecting it) 1362471462",
      ['foo.example.net 1', 'dkim/1=fail policy.expired=1362471462'],
    ],
    [
      '§2.7.4',
      'c.example; auth=pass smtp.auth=client@c.example smtp.mailfrom=bob@b.example',
      ['c.example', 'auth=pass smtp.auth=client@c.example smtp.mailfrom=bob@b.example'],
    ],
    [
      '§2.7.6',
      ' example.com;\r\n          foo=pass bar.baz=blob (2 of 3 tests OK)',
      ['example.com', 'foo=pass bar.baz=blob'],
    ],
    [
      '§2.4',
      'example.com; dkim=policy policy.dkim-rules=unsigned-subject',
      ['example.com', 'dkim=policy policy.dkim-rules=unsigned-subject'],
    ],
  ])('%s', (_, value, expected) => {
    const { ok, brief: got, findings } = read(value);
    expect(got).toEqual(expected);
    expect([ok, findings]).toEqual([true, []]);
  });

  test('B.7: comments stay with what they stand beside', () => {
    const { value } = parseAuthenticationResults(
      " foo.example.net (foobar) 1 (baz); dkim (Because I like it) / 1 (One yay) = (wait for it) fail policy (A dot can go here) . (like that) expired (this surprised me) = (as I wasn't expecting it) 1362471462",
    );
    expect(value?.comments).toEqual(['foobar', 'baz']);
    expect(value?.results[0]?.comments).toEqual([
      'Because I like it',
      'One yay',
      'wait for it',
      'A dot can go here',
      'like that',
      'this surprised me',
      "as I wasn't expecting it",
    ]);
  });
});

describe('every registered method with every registered result (IANA Email Authentication Parameters)', () => {
  const table = {
    auth: 'none pass fail temperror permerror',
    dkim: 'none pass fail policy neutral temperror permerror',
    spf: 'none pass fail softfail policy neutral temperror permerror hardfail',
    dmarc: 'none pass fail temperror permerror',
    arc: 'none pass fail',
    iprev: 'pass fail temperror permerror',
    rrvs: 'none unknown temperror permerror pass fail',
    vbr: 'none pass fail temperror permerror',
    dnswl: 'none pass temperror permerror',
    smime: 'none pass fail policy neutral temperror permerror',
    'dkim-atps': 'none pass fail temperror permerror',
    'dkim-adsp': 'none pass unknown fail discard nxdomain temperror permerror',
    domainkeys: 'none pass fail policy neutral temperror permerror',
    'sender-id': 'none pass fail softfail policy neutral temperror permerror hardfail',
  };
  test.each(Object.entries(table))('%s', (method, results) => {
    expect([...(registeredResults(method) ?? [])].sort()).toEqual(results.split(' ').sort());
    for (const result of results.split(' ')) {
      expect(read(`mx.example; ${method}=${result}`)).toMatchObject({
        ok: true,
        brief: ['mx.example', `${method}=${result}`],
        findings: [],
      });
    }
  });

  test.each(['bimi', 'constructor', '__proto__', ''])('%j is not registered', (method) => {
    expect(registeredResults(method)).toBeUndefined();
  });

  test.each([
    ['dkim', 'header.d=example.com header.i=@example.com header.s=sel header.a=rsa-sha256 header.b=oINEO8hg'],
    ['spf', 'smtp.mailfrom=example.com smtp.helo=mx.example.com'],
    ['dmarc', 'header.from=example.com policy.dmarc=reject'],
    ['dnswl', 'dns.zone=list.example policy.ip="127.0.10.3,127.0.10.4" policy.txt="fwd.example" dns.sec=yes'],
    ['smime', 'body.smime-part=1.2 body.smime-identifier=ann@example.com'],
    ['arc', 'header.oldest-pass=0'],
    ['rrvs', 'smtp.rcptto=ann@example.com'],
  ])('properties of %s', (method, properties) => {
    const { ok, brief: got, findings } = read(`mx.example; ${method}=pass ${properties}`);
    expect(got[1]).toBe(`${method}=pass ${properties.replaceAll('"', '')}`);
    expect([ok, findings]).toEqual([true, []]);
  });
});

describe('the grammar (RFC 8601 §2.2)', () => {
  test.each([
    [
      'names and result words are compared without case',
      'mx.example; SPF=Pass SMTP.MailFrom=Example.com',
      'spf=pass smtp.mailfrom=Example.com',
    ],
    ['"reason" and "none" too', 'mx.example; spf=pass REASON=x', 'spf=pass reason=x'],
    ['a value may be quoted', 'mx.example; spf=pass smtp.helo="a;b=(c)"', 'spf=pass smtp.helo=a;b=(c)'],
    ['a quoted value may be empty', 'mx.example; spf=pass smtp.mailfrom=""', 'spf=pass smtp.mailfrom='],
    ['a comment is white space', 'mx.example;spf=pass(x)smtp.helo=a(y)', 'spf=pass smtp.helo=a'],
    [
      'a local part may be quoted',
      'mx.example; auth=pass smtp.auth="a b"@example.com',
      'auth=pass smtp.auth="a b"@example.com',
    ],
    [
      'a local part that is quoted may be folded',
      'mx.example; auth=pass smtp.auth="a\r\n b"@example.com',
      'auth=pass smtp.auth="a b"@example.com',
    ],
    [
      'a comment may stand behind a local part',
      'mx.example; auth=pass smtp.auth=a (x) @example.com',
      'auth=pass smtp.auth=a@example.com',
    ],
    [
      'a local part has more characters than a token',
      'mx.example; auth=pass smtp.auth=a/b=c@example.com',
      'auth=pass smtp.auth=a/b=c@example.com',
    ],
    [
      'an address may lack its local part',
      'mx.example; dkim=pass header.i=@example.com',
      'dkim=pass header.i=@example.com',
    ],
    [
      'UTF-8 in an address (§2.7.1)',
      'mx.example; dkim=pass header.i=j\u00f8rn@b\u00fccher.example',
      'dkim=pass header.i=j\u00f8rn@b\u00fccher.example',
    ],
    [
      'white space around every sign',
      'mx.example ; spf / 1 = pass reason = "x" smtp . helo = a ',
      'spf/1=pass reason=x smtp.helo=a',
    ],
    ['lines that end in LF alone', 'mx.example;\n spf=pass\n smtp.helo=a\n', 'spf=pass smtp.helo=a'],
  ])('%s', (_, value, expected) => {
    expect(read(value)).toMatchObject({ ok: true, brief: ['mx.example', expected], findings: [] });
  });

  test.each([
    ['a quoted authserv-id', '"mx example"; none', ['mx example']],
    ['with quoted pairs', '"mx\\.example" 1; none', ['mx.example 1']],
    ['UTF-8 in it (§2.5)', 'b\u00fccher.example; none', ['b\u00fccher.example']],
    ['comments around it', '(a) (b (c)) mx.example (d); NONE (e)', ['mx.example']],
  ])('%s', (_, value, expected) => {
    expect(read(value)).toMatchObject({ ok: true, brief: expected, findings: [] });
  });

  test('every token has its span', () => {
    const text = ' "mx" 1; dkim/1=pass (ok) reason="good one" header.i=@example.com';
    const { value } = parseAuthenticationResults(text);
    const at = (span?: { start: number; end: number }) => span && text.slice(span.start, span.end);
    const [result] = value!.results;
    const [property] = result!.properties;
    expect([at(value!.authservIdSpan), at(value!.versionSpan)]).toEqual(['"mx"', '1']);
    expect(at(result!.span)).toBe('dkim/1=pass (ok) reason="good one" header.i=@example.com');
    expect([at(result!.methodSpan), at(result!.resultSpan), at(result!.reasonSpan)]).toEqual([
      'dkim',
      'pass',
      '"good one"',
    ]);
    expect(result!.commentSpans.map(at)).toEqual(['(ok)']);
    expect([at(property!.span), at(property!.nameSpan), at(property!.valueSpan)]).toEqual([
      'header.i=@example.com',
      'header.i',
      '@example.com',
    ]);
  });

  test('nobody is named: that is an error, and the id is empty', () => {
    for (const text of [
      '',
      ' ',
      '(mx.example)',
      ';',
      '; spf=pass',
      '"" ; spf=pass',
      'spf=pass',
      'spf / 1 = pass',
      '=x',
    ]) {
      const { ok, value, diagnostics } = parseAuthenticationResults(text);
      expect([ok, value?.authservId]).toEqual([false, '']);
      expect(diagnostics[0]?.code).toBe('authentication-results.no-authserv-id');
    }
  });

  test.each([
    [
      'a version that is not known ends the parse (§2.6)',
      'mx.example 2; spf=pass',
      ['mx.example 2'],
      'authentication-results.version',
      '2',
    ],
    [
      'also a huge one',
      `mx.example ${'9'.repeat(400)}; spf=pass`,
      ['mx.example 9007199254740991'],
      'authentication-results.version',
      '9'.repeat(400),
    ],
    [
      '"none" beside results',
      'mx.example; none; spf=pass',
      ['mx.example', 'spf=pass'],
      'authentication-results.none-with-results',
      'spf=pass',
    ],
    [
      'no semicolon behind the authserv-id',
      'mx.example spf=pass',
      ['mx.example', 'spf=pass'],
      'authentication-results.missing-semicolon',
      'spf=pass',
    ],
    [
      'nor behind the version',
      'mx.example 1 spf/1=pass',
      ['mx.example 1', 'spf/1=pass'],
      'authentication-results.missing-semicolon',
      'spf/1=pass',
    ],
    [
      'digits that are a method',
      'mx.example 1=pass',
      ['mx.example', '1=pass'],
      'authentication-results.missing-semicolon',
      '1=pass',
    ],
    [
      'text behind the authserv-id',
      'mx.example "x;y" z; spf=pass',
      ['mx.example', 'spf=pass'],
      'authentication-results.syntax',
      '"x',
    ],
    [
      'a method without result',
      'mx.example; spf; dkim=pass',
      ['mx.example', 'dkim=pass'],
      'authentication-results.syntax',
      'spf',
    ],
    [
      'nothing behind the equals sign',
      'mx.example; spf=; dkim=pass',
      ['mx.example', 'dkim=pass'],
      'authentication-results.syntax',
      '',
    ],
    [
      'a result in quotes',
      'mx.example; spf="pass"; dkim=pass',
      ['mx.example', 'dkim=pass'],
      'authentication-results.syntax',
      '"pass"',
    ],
    [
      'a method version that is none',
      'mx.example; spf/x=pass; dkim=pass',
      ['mx.example', 'dkim=pass'],
      'authentication-results.syntax',
      'spf/x=pass',
    ],
    [
      'a property where a method belongs',
      'mx.example; smtp.helo=x; dkim=pass',
      ['mx.example', 'dkim=pass'],
      'authentication-results.syntax',
      'smtp.helo=x',
    ],
    [
      'two words',
      'mx.example; spf pass; dkim=pass',
      ['mx.example', 'dkim=pass'],
      'authentication-results.syntax',
      'spf',
    ],
    [
      'a result with a stray word is left out',
      'mx.example; spf=pass x; dkim=pass',
      ['mx.example', 'dkim=pass'],
      'authentication-results.syntax',
      'x',
    ],
    [
      'a property of three names',
      'mx.example; spf=pass a.b.c=d; dkim=pass',
      ['mx.example', 'dkim=pass'],
      'authentication-results.syntax',
      'a.b.c=d',
    ],
    [
      'a parenthesis that closes nothing',
      'mx.example; spf=pass ) ; dkim=pass',
      ['mx.example', 'dkim=pass'],
      'authentication-results.syntax',
      ')',
    ],
    [
      'behind an error, quotes and comments are still read',
      'mx.example; spf=pass x "; dkim=pass" (; dkim=fail); arc=none',
      ['mx.example', 'arc=none'],
      'authentication-results.syntax',
      'x',
    ],
    [
      'an unterminated comment takes its result with it',
      'mx.example; arc=none; spf=pass (x; dkim=fail',
      ['mx.example', 'arc=none'],
      'authentication-results.unreadable',
      '(x; dkim=fail',
    ],
    [
      'so does an unterminated quoted string',
      'mx.example; arc=none; spf=pass smtp.helo="x; dkim=fail',
      ['mx.example', 'arc=none'],
      'authentication-results.unreadable',
      '"x; dkim=fail',
    ],
    [
      'and a control character',
      'mx.example; arc=none; spf=pass\r\nX: y',
      ['mx.example', 'arc=none'],
      'authentication-results.unreadable',
      '\r',
    ],
    [
      'comments nested without end',
      `mx.example; spf=pass ${'('.repeat(1000)}`,
      ['mx.example'],
      'authentication-results.unreadable',
      '('.repeat(33),
    ],
  ])('%s', (_, value, expected, code, text) => {
    expect(read(value)).toMatchObject({ ok: false, brief: expected, findings: [[code, text]] });
  });

  test.each([
    ['an authserv-id alone', 'mx.example', ['mx.example'], 'authentication-results.no-results', ''],
    [
      'an authserv-id that needs quotes',
      'mx.example:25; none',
      ['mx.example:25'],
      'authentication-results.unquoted-value',
      'mx.example:25',
    ],
    [
      'a semicolon at the end',
      'mx.example; spf=pass;',
      ['mx.example', 'spf=pass'],
      'authentication-results.empty-result',
      '',
    ],
    ['two semicolons', 'mx.example;; spf=pass', ['mx.example', 'spf=pass'], 'authentication-results.empty-result', ''],
    [
      'bare "=", "/" and "+" of base64',
      'mx.example; dkim=pass header.b=ab/+c=',
      ['mx.example', 'dkim=pass header.b=ab/+c='],
      'authentication-results.unquoted-value',
      'ab/+c=',
    ],
    [
      'a bare IPv6 address',
      'mx.example; iprev=pass policy.iprev=2001:db8::1',
      ['mx.example', 'iprev=pass policy.iprev=2001:db8::1'],
      'authentication-results.unquoted-value',
      '2001:db8::1',
    ],
    [
      'a bare path',
      'mx.example; spf=pass smtp.mailfrom=<a@b.example>',
      ['mx.example', 'spf=pass smtp.mailfrom=<a@b.example>'],
      'authentication-results.unquoted-value',
      '<a@b.example>',
    ],
    [
      'an address with a domain that is none',
      'mx.example; auth=pass smtp.auth=a@b_c',
      ['mx.example', 'auth=pass smtp.auth=a@b_c'],
      'authentication-results.unquoted-value',
      'a@b_c',
    ],
    [
      'no value',
      'mx.example; spf=none smtp.mailfrom=; arc=none',
      ['mx.example', 'spf=none smtp.mailfrom=', 'arc=none'],
      'authentication-results.empty-value',
      '',
    ],
    [
      'a property without ptype',
      'mx.example; dmarc=pass action=none header.from=a.example',
      ['mx.example', 'dmarc=pass .action=none header.from=a.example'],
      'authentication-results.property-without-ptype',
      'action',
    ],
    [
      'a second reason',
      'mx.example; spf=pass reason=a reason=b',
      ['mx.example', 'spf=pass reason=a .reason=b'],
      'authentication-results.property-without-ptype',
      'reason',
    ],
    [
      'a reason behind a property',
      'mx.example; spf=pass smtp.helo=a reason=b',
      ['mx.example', 'spf=pass reason=b smtp.helo=a'],
      'authentication-results.late-reason',
      'reason',
    ],
    [
      'no space behind a quoted value',
      'mx.example; spf=pass reason="a"smtp.helo=b',
      ['mx.example', 'spf=pass reason=a smtp.helo=b'],
      'authentication-results.missing-space',
      'smtp.helo=b',
    ],
    [
      'a name with an underscore',
      'mx.example; x_spam=yes',
      ['mx.example', 'x_spam=yes'],
      'authentication-results.keyword',
      'x_spam',
    ],
    [
      'a result that is no keyword',
      'mx.example; x-spam=1.5',
      ['mx.example', 'x-spam=1.5'],
      'authentication-results.keyword',
      '1.5',
    ],
    [
      'a ptype that is no keyword',
      'mx.example; spf=pass x-.y=z',
      ['mx.example', 'spf=pass x-.y=z'],
      'authentication-results.keyword',
      'x-.y',
    ],
    [
      'a host name between results',
      'mx.example; spf=pass; a.example; dkim=pass',
      ['mx.example', 'spf=pass', 'dkim=pass'],
      'authentication-results.misplaced-id',
      'a.example',
    ],
  ])('%s is read, with a warning', (_, value, expected, code, text) => {
    expect(read(value)).toMatchObject({ ok: true, brief: expected, findings: [[code, text]] });
  });

  test('a missing semicolon between results makes no second method', () => {
    const { value } = parseAuthenticationResults(
      'mx.example; spf=fail smtp.mailfrom=a.example dkim=pass header.d=a.example',
    );
    expect(brief(value!)).toEqual(['mx.example', 'spf=fail smtp.mailfrom=a.example .dkim=pass header.d=a.example']);
  });

  test('what an attacker puts into a value stays in it or ends the parse', () => {
    // CVE-2020-12272: d=example.net(.example.com, written without quotes.
    expect(read('mx.example; dkim=pass header.d=example.net(.example.com; spf=fail')).toMatchObject({
      ok: false,
      brief: ['mx.example'],
    });
  });

  test('a flood of faults gives fifty findings, and the error is among them', () => {
    const { ok, diagnostics } = parseAuthenticationResults(`mx.example${';'.repeat(1000)} spf`);
    expect(ok).toBe(false);
    expect(diagnostics.length).toBe(51);
    expect(diagnostics[50]?.code).toBe('authentication-results.syntax');
  });

  test('only a string is parsed', () => {
    expect(() => parseAuthenticationResults(1 as never)).toThrow(
      new TypeError('Cannot parse Authentication-Results: "value" must be a string, received 1'),
    );
    expect(() => parseArcAuthenticationResults(undefined as never)).toThrow(TypeError);
  });
});

describe('fields as large providers write them', () => {
  test('Google', () => {
    const {
      ok,
      brief: got,
      findings,
    } = read(
      ' mx.google.com;\r\n       dkim=pass header.i=@example.com header.s=20230601 header.b="Ab/dEf+h";\r\n       spf=pass (google.com: domain of ann@example.com designates 192.0.2.1 as permitted sender) smtp.mailfrom=ann@example.com;\r\n       dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=example.com;\r\n       dara=pass header.i=@gmail.com',
    );
    expect(got).toEqual([
      'mx.google.com',
      'dkim=pass header.i=@example.com header.s=20230601 header.b=Ab/dEf+h',
      'spf=pass smtp.mailfrom=ann@example.com',
      'dmarc=pass header.from=example.com',
      'dara=pass header.i=@gmail.com',
    ]);
    expect([ok, findings]).toEqual([true, []]);
  });

  test('Yahoo: a comment without space, a semicolon at the end', () => {
    const {
      ok,
      brief: got,
      comments,
      findings,
    } = read(
      ' atlas-production.v2-mail-prod1-gq1.omega.yahoo.com;\r\n dkim=pass header.i=@example.com header.s=s1;\r\n spf=pass smtp.mailfrom=example.com;\r\n dmarc=pass(p=REJECT,sp=NONE) header.from=example.com;\r\n',
    );
    expect(got).toEqual([
      'atlas-production.v2-mail-prod1-gq1.omega.yahoo.com',
      'dkim=pass header.i=@example.com header.s=s1',
      'spf=pass smtp.mailfrom=example.com',
      'dmarc=pass header.from=example.com',
    ]);
    expect(comments[2]).toEqual(['p=REJECT,sp=NONE']);
    expect([ok, findings]).toEqual([true, [['authentication-results.empty-result', '']]]);
  });

  test('Fastmail: experimental methods, a property without ptype', () => {
    const {
      ok,
      brief: got,
      findings,
    } = read(
      ' phl-mx-04.messagingengine.com;\r\n    x-csa=none;\r\n    x-me-sender=none;\r\n    x-ptr=pass smtp.helo=mx.example.com policy.ptr=mx.example.com;\r\n    bimi=skipped (DMARC Policy is not at enforcement);\r\n    arc=none (no signatures found);\r\n    dkim=pass (2048-bit rsa key sha256) header.d=example.com\r\n    header.i=@example.com header.b=Ab1Cd2Ef header.a=rsa-sha256 header.s=sel x-bits=2048;\r\n    dmarc=pass policy.published-domain-policy=none policy.applied-disposition=none\r\n    policy.evaluated-disposition=none (p=none,d=none,d.eval=none) policy.policy-from=p header.from=example.com;\r\n    iprev=pass smtp.remote-ip=192.0.2.1 (mx.example.com);\r\n    spf=pass smtp.mailfrom=ann@example.com smtp.helo=mx.example.com',
    );
    expect(ok).toBe(true);
    expect(got).toContain('iprev=pass smtp.remote-ip=192.0.2.1');
    expect(got).toContain(
      'dkim=pass header.d=example.com header.i=@example.com header.b=Ab1Cd2Ef header.a=rsa-sha256 header.s=sel .x-bits=2048',
    );
    expect(got.length).toBe(10);
    expect(findings).toEqual([['authentication-results.property-without-ptype', 'x-bits']]);
  });

  test('Tutanota: a comment with semicolons behind the authserv-id', () => {
    const { ok, brief: got } = read(
      ' w10.tutanota.de (dis=neutral; info=dmarc default policy);\r\n\tdmarc=pass (dis=neutral p=none; aspf=r; adkim=r; pSrc=config) header.from=example.com',
    );
    expect([ok, got]).toEqual([true, ['w10.tutanota.de', 'dmarc=pass header.from=example.com']]);
  });

  test('Cisco: words in other case, a property without ptype', () => {
    const { ok, brief: got } = read(
      ' esa1.example.net; spf=None smtp.pra=ann@example.com; spf=Pass smtp.mailfrom=ann@example.com; spf=None smtp.helo=postmaster@mx.example.com; dkim=pass (signature verified) header.i=@example.com; dmarc=pass (p=none dis=none) d=example.com',
    );
    expect(ok).toBe(true);
    expect(got.slice(1, 3)).toEqual(['spf=none smtp.pra=ann@example.com', 'spf=pass smtp.mailfrom=ann@example.com']);
    expect(got.at(-1)).toBe('dmarc=pass .d=example.com');
  });

  test('Microsoft 365: nobody is named', () => {
    const {
      ok,
      brief: got,
      findings,
    } = read(
      ' spf=pass (sender IP is 192.0.2.1)\r\n smtp.mailfrom=example.com; dkim=pass (signature was verified)\r\n header.d=example.com;dmarc=pass action=none\r\n header.from=example.com;compauth=pass reason=100',
    );
    expect(got).toEqual([
      '',
      'spf=pass smtp.mailfrom=example.com',
      'dkim=pass header.d=example.com',
      'dmarc=pass .action=none header.from=example.com',
      'compauth=pass reason=100',
    ]);
    expect(ok).toBe(false);
    expect(findings).toEqual([
      ['authentication-results.no-authserv-id', ''],
      ['authentication-results.property-without-ptype', 'action'],
    ]);
  });

  test('Microsoft 365, older: the domain of the recipient before each result names nobody either', () => {
    const {
      ok,
      brief: got,
      findings,
    } = read(
      ' spf=pass (sender IP is 192.0.2.1)\r\n smtp.mailfrom=example.com; reader.example; dkim=pass (signature was verified)\r\n header.d=example.com;reader.example; dmarc=bestguesspass action=none header.from=example.com;',
    );
    expect(got).toEqual([
      '',
      'spf=pass smtp.mailfrom=example.com',
      'dkim=pass header.d=example.com',
      'dmarc=bestguesspass .action=none header.from=example.com',
    ]);
    expect(ok).toBe(false);
    expect(findings.map(([code]) => code)).toEqual([
      'authentication-results.no-authserv-id',
      'authentication-results.misplaced-id',
      'authentication-results.misplaced-id',
      'authentication-results.property-without-ptype',
      'authentication-results.empty-result',
    ]);
  });

  test('Microsoft without semicolon behind the name', () => {
    const { ok, brief: got } = read(' mail.example.net spf=pass smtp.mailfrom=example.com; dkim=none');
    expect([ok, got]).toEqual([false, ['mail.example.net', 'spf=pass smtp.mailfrom=example.com', 'dkim=none']]);
  });
});

describe('ARC-Authentication-Results (RFC 8617 §4.1.1)', () => {
  test.each([
    [' i=1; lists.example.org;\r\n spf=pass smtp.mfrom=jqd@d1.example', 1, 'lists.example.org'],
    [' (a) i (b) = (c) 50 (d) ; (e) gmail.example; none', 50, 'gmail.example'],
    [' i=1; mx.microsoft.com 1; spf=pass smtp.mailfrom=example.com; arc=none', 1, 'mx.microsoft.com'],
  ])('%s', (value, instance, authservId) => {
    const { ok, value: header } = parseArcAuthenticationResults(value);
    expect([ok, header?.instance, header?.authservId]).toEqual([true, instance, authservId]);
    expect(value.slice(header!.instanceSpan!.start, header!.instanceSpan!.end)).toBe(String(instance));
  });

  test.each([
    ['i=0; a.example; none', 'a.example'],
    ['i=51; a.example; none', 'a.example'],
    ['i=001; a.example; none', 'a.example'],
    ['i=x; a.example; none', 'a.example'],
    ['I=1; a.example; none', ''],
    ['a.example; none', 'a.example'],
    ['i=1 a.example; none', ''],
    ['i=(', ''],
    ['', ''],
  ])('%s has no instance (§4.2.1)', (value, authservId) => {
    const { ok, value: header, diagnostics } = parseArcAuthenticationResults(value);
    expect([ok, header && 'instance' in header, header?.authservId]).toEqual([false, false, authservId]);
    expect(diagnostics[0]?.code).toBe('authentication-results.instance');
  });
});

describe('hostile values cost linear time (RFC 8601 §7.8)', () => {
  test.each([
    '(',
    '()',
    ')',
    '"',
    ';',
    '\\',
    'a ',
    'a=',
    'a=a ',
    ';a=b',
    'a.a=a ',
    '"" ',
    ';a=a a.a=a (',
    '\r\n ',
    '@',
    ' @a',
    '(\\',
    '/1',
    ';none',
    ' 1',
  ])('a million characters of %j', (piece) => {
    const started = performance.now();
    const text = piece.repeat(1e6 / piece.length);
    for (const value of [text, `mx.example; a=a a.a=${text}`]) {
      expect(parseAuthenticationResults(value).diagnostics.length).toBeLessThan(60);
    }
    expect(performance.now() - started).toBeLessThan(5000);
  });
});
