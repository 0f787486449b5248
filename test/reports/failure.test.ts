import { describe, expect, test } from 'vitest';
import { buildFailureReport, type FailureReportInput } from '../../src/reports/failure/build.ts';
import { parseFailureReport } from '../../src/reports/failure/parse.ts';
import { utf8Bytes } from '../../src/text/bytes.ts';

/** A finding, and what it is about. */
const at = (code: string, path: string) => `${code} ${path}`;

const crlf = (text: string) => text.replaceAll('\n', '\r\n');

/** A report around the given feedback fields. */
function mail(
  fields: string,
  { type = 'multipart/report; report-type=feedback-report', original = 'message/rfc822' } = {},
) {
  return `From: a@example.net
Content-Type: ${type}; boundary="b;1"

preamble
--b;1
Content-Type: text/plain

For people
--b;1
Content-Type: message/feedback-report

${fields}
--b;1
Content-Type: ${original}

From: ann@example.com
Subject: Hi

Hello
--b;1--
`;
}
const required = 'Feedback-Type: auth-failure\nUser-Agent: X/1\nVersion: 1\n';
const dmarc = `${required}Auth-Failure: dmarc\nAuthentication-Results: mx; dmarc=fail\nIdentity-Alignment: dkim\n`;

// RFC 9991 Appendix A, the evidence shortened.
const example = `From: DMARC Filter <DMARC@gen.example>;
To: dmarcfail@consumer.example
Subject: FW: This is the original subject
Mime-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report;
  boundary="=_mime_boundary_"

This is a MIME-formatted message.

--=_mime_boundary_
Content-Type: text/plain; charset=utf-8
Content-Disposition: inline
Content-Transfer-Encoding: 7bit

This is an authentication failure report for an email message
received from IP 192.0.2.2 on Tue, 19 Jul 2022 00:57:48 -0500.

--=_mime_boundary_
Content-Type: message/feedback-report
Content-Transfer-Encoding: 7bit

Feedback-Type: auth-failure
Version: 1
User-Agent: DMARC-Filter/1.2.3
Auth-Failure: dmarc
Authentication-Results: gen.example;
  dmarc=fail header.from=consumer.example
Identity-Alignment: dkim
DKIM-Domain: consumer.example
DKIM-Identity: @consumer.example
DKIM-Selector: epsilon
Original-Envelope-Id: 65E1A3F0A0
Original-Mail-From: author=gen.example@forwarder.example
Source-IP: 192.0.2.2
Source-Port: 12345
Reported-Domain: consumer.example

--=_mime_boundary_
Content-Type: message/rfc822; charset=utf-8
Content-Transfer-Encoding: 7bit

Subject: This is the original subject
From: Message Author <author@consumer.example>

[ Message body was here ]
--=_mime_boundary_--
`;

describe('RFC 9991 Appendix A', () => {
  test.each([
    ['LF', example],
    ['CRLF', crlf(example)],
  ])('with %s lines', (_, text) => {
    const { ok, value, diagnostics } = parseFailureReport(text);
    expect(diagnostics).toEqual([]);
    expect(ok).toBe(true);
    expect(value).toMatchObject({
      feedbackType: 'auth-failure',
      userAgent: 'DMARC-Filter/1.2.3',
      version: '1',
      authFailure: 'dmarc',
      identityAlignment: { listed: ['dkim'], reading: 'rfc9991', certain: true, dkim: 'fail' },
      dkimDomain: 'consumer.example',
      dkimIdentity: '@consumer.example',
      dkimSelector: 'epsilon',
      originalEnvelopeId: '65E1A3F0A0',
      originalMailFrom: 'author=gen.example@forwarder.example',
      sourceIp: '192.0.2.2',
      sourcePort: 12345,
      incidents: 1,
      reportedDomains: ['consumer.example'],
      authenticationResults: ['gen.example;  dmarc=fail header.from=consumer.example'],
      originalRcptTo: [],
      spfDns: [],
      otherFields: [],
    });
    expect(value!.identityAlignment).not.toHaveProperty('spf');
    expect(value!.text).toMatch(/^This is an authentication failure report/);
    expect(value!.originalHeaders).toMatch(/^Subject: This is the original subject\r?\nFrom: .*example>/);
    expect(value!.originalMessage).toContain('[ Message body was here ]');
    expect(parseFailureReport(utf8Bytes(text)).value).toEqual(value);
  });
});

describe('Identity-Alignment, in the words of two specifications', () => {
  test.each<[string, string, string, object, string[]]>([
    // RFC 9991 §4: those that failed.
    ['dkim, spf', 'fail', 'rfc9991', { certain: true, dkim: 'fail', spf: 'fail' }, []],
    ['(both) dkim (a) , spf', 'fail', 'rfc9991', { certain: true, dkim: 'fail', spf: 'fail' }, []],
    ['SPF', 'fail', 'rfc9991', { certain: true, spf: 'fail' }, []],
    ['none', 'pass', 'rfc9991', { certain: true, dkim: 'pass', spf: 'pass' }, []],
    // RFC 7489 §7.3.1: those that did not.
    ['none', 'fail', 'rfc7489', { certain: true, dkim: 'fail', spf: 'fail' }, ['failure-report.inverse-alignment']],
    ['spf,dkim', 'pass', 'rfc7489', { certain: true, dkim: 'pass', spf: 'pass' }, ['failure-report.inverse-alignment']],
    // Either.
    ['spf', 'pass', 'rfc9991', { certain: false, dkim: 'pass', spf: 'fail' }, ['failure-report.uncertain-alignment']],
    ['dkim', 'none', 'rfc9991', { certain: false, dkim: 'fail', spf: 'pass' }, ['failure-report.uncertain-alignment']],
  ])('%s, where dmarc=%s', (list, result, reading, expected, codes) => {
    const { value, diagnostics } = parseFailureReport(
      mail(dmarc.replace('dmarc=fail', `dmarc=${result}`).replace('Alignment: dkim', `Alignment: ${list}`)),
    );
    expect(value!.identityAlignment).toEqual({ listed: expect.any(Array), reading, ...expected });
    expect(diagnostics.map(({ code }) => code)).toEqual(codes);
  });

  test.each(['', 'arc', 'dkim, dkim', 'none, spf', 'dkim spf x,'])('%j is not in the grammar', (list) => {
    const { ok, value, diagnostics } = parseFailureReport(mail(dmarc.replace('Alignment: dkim', `Alignment: ${list}`)));
    expect(ok).toBe(false);
    expect(value).not.toHaveProperty('identityAlignment');
    expect(diagnostics[0]).toMatchObject({
      code: 'failure-report.field-value',
      params: { name: 'Identity-Alignment' },
    });
  });
});

describe('fields (RFC 5965 §3, RFC 6591 §3, RFC 6692 §3)', () => {
  test.each<[string, object, string[]]>([
    ['Source-IP: IPv6:2001:db8::1', { sourceIp: '2001:db8::1' }, []],
    ['Source-IP: [IPv6:2001:db8::1]', { sourceIp: '2001:db8::1' }, []],
    ['Source-IP: 2001:db8::1', { sourceIp: '2001:db8::1' }, ['failure-report.address-form']],
    ['Source-IP: (the client) 192.0.2.7 (there)', { sourceIp: '192.0.2.7' }, []],
    ['Source-IP: mx.example', {}, ['failure-report.field-value']],
    ['Source-IP: 192.0.2.1\nSource-IP: 192.0.2.2', { sourceIp: '192.0.2.1' }, ['failure-report.duplicate-field']],
    ['Source-Port: 70000', {}, ['failure-report.field-value']],
    ['Incidents: 12', { incidents: 12 }, []],
    ['Incidents: 4294967296', { incidents: 1 }, ['failure-report.field-value']],
    ['Incidents: -1', { incidents: 1 }, ['failure-report.field-value']],
    ['Original-Mail-From: <>', { originalMailFrom: '' }, []],
    [
      'Original-Rcpt-To: <b@example.net>\nOriginal-Rcpt-To: c@example.net',
      { originalRcptTo: ['b@example.net', 'c@example.net'] },
      [],
    ],
    ['Reporting-MTA: dns; mx.example.net', { reportingMta: 'mx.example.net' }, []],
    ['Reporting-MTA: mx.example.net', { reportingMta: 'mx.example.net' }, []],
    ['Arrival-Date: Tue, 19 Jul 2022 00:57:48 -0500 (CDT)', { arrivalDate: 1658210268 }, []],
    ['Received-Date: 19 Jul 2022 05:57:48 GMT', { arrivalDate: 1658210268 }, []],
    ['Arrival-Date: 19 Jul 2022 07:57 +0200', { arrivalDate: 1658210220 }, []],
    ['Arrival-Date: 19 Foo 2022 07:57 +0200', {}, ['failure-report.field-value']],
    ['Arrival-Date: yesterday', {}, ['failure-report.field-value']],
    [
      'Arrival-Date: 19 Jul 2022 05:57:48 GMT\nReceived-Date: 19 Jul 2022 05:57:48 GMT',
      { arrivalDate: 1658210268 },
      ['failure-report.duplicate-field'],
    ],
    ['Delivery-Result: Reject', { deliveryResult: 'reject' }, []],
    ['Delivery-Result: eaten', { deliveryResult: 'eaten' }, ['failure-report.unknown-value']],
    ['Reported-URI: https://example.com/', { reportedUris: ['https://example.com/'] }, []],
    ['DKIM-Canonicalized-Header: RnJv\n bTo=', { dkimCanonicalizedHeader: 'RnJvbTo=' }, []],
    ['DKIM-Canonicalized-Body: no!', {}, ['failure-report.field-value']],
    ['DKIM-Selector-DNS: "v=DKIM1; \\"p="', { dkimSelectorDns: 'v=DKIM1; "p=' }, []],
    ['DKIM-ADSP-DNS: dkim=all', { dkimAdspDns: 'dkim=all' }, []],
    [
      'SPF-DNS: txt : example.com : "v=spf1 -all"\nSPF-DNS: SPF:b.example:v=spf1',
      {
        spfDns: [
          { type: 'txt', domain: 'example.com', record: 'v=spf1 -all' },
          { type: 'spf', domain: 'b.example', record: 'v=spf1' },
        ],
      },
      [],
    ],
    ['SPF-DNS: a : b', { spfDns: [] }, ['failure-report.field-value']],
    [
      'X-Extra: 1\n__proto__: 2',
      {
        otherFields: [
          { name: 'x-extra', value: '1' },
          { name: '__proto__', value: '2' },
        ],
      },
      [],
    ],
  ])('%s', (fields, expected, codes) => {
    const { value, diagnostics } = parseFailureReport(mail(`${dmarc}${fields}`));
    expect(value).toMatchObject(expected);
    for (const name of ['sourceIp', 'sourcePort', 'arrivalDate', 'dkimCanonicalizedBody']) {
      if (!Object.hasOwn(expected, name)) expect(value).not.toHaveProperty(name);
    }
    expect(diagnostics.map(({ code }) => code)).toEqual(codes);
  });

  test.each<[string, string, string[]]>([
    ['nothing', 'X: y', ['Feedback-Type', 'User-Agent', 'Version']],
    ['auth-failure alone', required, ['Auth-Failure', 'Authentication-Results']],
    ['dmarc', `${required}Auth-Failure: dmarc\nAuthentication-Results: mx; none`, ['Identity-Alignment']],
    ['spf', `${required}Auth-Failure: spf\nAuthentication-Results: mx; none`, ['SPF-DNS']],
    [
      'signature',
      `${required}Auth-Failure: signature\nAuthentication-Results: mx; none`,
      ['DKIM-Domain', 'DKIM-Selector'],
    ],
    ['adsp', `${required}Auth-Failure: adsp\nAuthentication-Results: mx; none`, ['DKIM-ADSP-DNS']],
    ['abuse needs no more', required.replace('auth-failure', 'abuse'), []],
  ])('what is required of %s', (_, fields, names) => {
    const { diagnostics } = parseFailureReport(mail(fields));
    expect(diagnostics.map(({ params }) => params.name)).toEqual(names);
    for (const { code } of diagnostics)
      expect(['failure-report.missing-field', 'failure-report.missing-detail']).toContain(code);
  });

  test('a version that is no number', () => {
    const { diagnostics } = parseFailureReport(mail(dmarc.replace('Version: 1', 'Version: 0.1')));
    expect(diagnostics).toMatchObject([{ code: 'failure-report.field-value', params: { name: 'Version' } }]);
  });
});

describe('the mail around it (RFC 5965 §2)', () => {
  test('only the header of the message, in base64', () => {
    const text = mail(dmarc, { original: 'text/rfc822-headers\nContent-Transfer-Encoding: base64' }).replace(
      'From: ann@example.com\nSubject: Hi\n\nHello',
      btoa('From: ann@example.com\nSubject: Hi\n'),
    );
    const { value } = parseFailureReport(text);
    expect(value!.originalHeaders).toBe('From: ann@example.com\nSubject: Hi\n');
    expect(value).not.toHaveProperty('originalMessage');
  });

  test('only the header of an internationalized message (RFC 6533 §6)', () => {
    const { value } = parseFailureReport(mail(dmarc, { original: 'message/global-headers' }));
    expect(value!.originalHeaders).toBe('From: ann@example.com\nSubject: Hi\n');
    expect(value).not.toHaveProperty('originalMessage');
  });

  test('inside what a mailing list put around it', () => {
    const inner = mail(dmarc).replace(/^From: .*\n/, '');
    const outer = `Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: text/plain\n\nfooter\n--o\n${inner}\n--o--\n`;
    expect(parseFailureReport(outer)).toMatchObject({ ok: true, value: { authFailure: 'dmarc', text: 'For people' } });
  });

  test.each<[string, string, string[]]>([
    ['multipart/mixed', mail(dmarc, { type: 'multipart/mixed' }), ['failure-report.structure']],
    [
      'another report type',
      mail(dmarc, { type: 'multipart/report; report-type=delivery-status' }),
      ['failure-report.structure'],
    ],
    ['no evidence', mail(dmarc, { original: 'image/png' }), ['failure-report.missing-part']],
    [
      'the fields alone',
      `Content-Type: message/feedback-report\n\n${dmarc}`,
      ['failure-report.structure', 'failure-report.missing-part', 'failure-report.missing-part'],
    ],
  ])('%s', (_, text, codes) => {
    const { value, diagnostics } = parseFailureReport(text);
    expect(value!.authFailure).toBe('dmarc');
    expect(diagnostics.map(({ code }) => code)).toEqual(codes);
  });

  test.each(['', 'From: a@b\n\nHi', 'Content-Type: multipart/report; boundary=x\n\n--y--'])(
    '%j is no report',
    (text) => {
      expect(parseFailureReport(text)).toMatchObject({
        ok: false,
        diagnostics: [{ code: 'failure-report.not-a-report' }],
      });
    },
  );

  test('limits', () => {
    const nested = Array.from(
      { length: 50 },
      (_, i) => `Content-Type: multipart/mixed; boundary=x${i}\n\n--x${i}\n`,
    ).join('');
    expect(parseFailureReport(nested + mail(dmarc)).ok).toBe(false);
    const { diagnostics } = parseFailureReport(mail(dmarc), { limits: { inflatedBytes: 100 } });
    expect(diagnostics.map(({ code }) => code)).toEqual(['failure-report.too-large']);
    expect(() => parseFailureReport(3 as never)).toThrow(TypeError);
    expect(() => parseFailureReport('', { limits: null as never })).toThrow('"limits" must be an object');
  });
});

describe('buildFailureReport', () => {
  const original =
    'Received: from x by y for <bob@example.net>\nFrom: "Ann" <ann@example.com>\nTo: bob@example.net, "odd one"@example.net\nSubject: Für bob@example.net\nMessage-ID: <1@example.com>\n\nHello bob@example.net\n--=_report0\n.\n';
  const input: FailureReportInput = {
    authFailure: 'dmarc',
    identityAlignment: { listed: ['dkim', 'spf'] },
    authenticationResults: ['mx.example.net; dmarc=fail\r\n header.from=example.com'],
    deliveryResult: 'reject',
    sourceIp: '2001:db8::1',
    sourcePort: 25,
    originalMailFrom: 'ann@example.com',
    originalRcptTo: ['bob@example.net'],
    originalEnvelopeId: 'ABC',
    arrivalDate: 1658210268,
    reportingMta: 'mx.example.net',
    incidents: 3,
    reportedDomains: ['example.com'],
    reportedUris: ['https://example.com/'],
    dkimDomain: 'example.com',
    dkimIdentity: '@example.com',
    dkimSelector: 's1',
    dkimSelectorDns: 'v=DKIM1; p="\\',
    dkimCanonicalizedHeader: 'QUJD'.repeat(60),
    dkimCanonicalizedBody: 'QUJD',
    dkimAdspDns: 'dkim=all',
    spfDns: [{ type: 'txt', domain: 'example.com', record: 'v=spf1 exp="x" -all' }],
    otherFields: [{ name: 'x-extra', value: 'yes' }],
    message: original,
  };
  const options = {
    submitter: 'example.net',
    mail: { from: 'dmarc@example.net', to: ['ruf@example.com', 'b@example.com'], date: new Date(0) },
    redact: 'nothing',
  } as const;

  test('reads back as it was built', async () => {
    const built = await buildFailureReport(input, { ...options, includeBody: true });
    expect(built.diagnostics).toEqual([]);
    const { message: _, ...fields } = input;
    const { value, diagnostics } = parseFailureReport(built.value!.message);
    expect(diagnostics).toEqual([]);
    expect(value).toMatchObject({
      ...fields,
      authenticationResults: ['mx.example.net; dmarc=fail header.from=example.com'],
      identityAlignment: { listed: ['dkim', 'spf'], reading: 'rfc9991', certain: true },
      userAgent: 'mailverdict',
      originalMessage: crlf(original),
    });
    expect(built.value!.message).toMatch(
      /^From: dmarc@example.net\r\nTo: ruf@example.com,\r\n b@example.com\r\nDate: Thu, 01 Jan 1970 00:00:00 \+0000\r\n/,
    );
    expect(built.value!.subject).toBe('FW: F?r bob@example.net');
    expect(built.value!.message).not.toMatch(/[^\r]\n|\r[^\n]/);
  });

  test('only the header, unless the body is asked for (RFC 6591 §3.1)', async () => {
    const { value } = await buildFailureReport(input, options);
    expect(value!.message).toContain('Content-Type: text/rfc822-headers\r\nContent-Transfer-Encoding: 8bit');
    expect(value!.message).not.toContain('Hello');
  });

  test('the same private data look the same, and nothing else does (RFC 6590 §3)', async () => {
    const { value, diagnostics } = await buildFailureReport(input, {
      ...options,
      redact: { key: 'potatoes' },
      includeBody: true,
    });
    const { originalMessage = '', originalRcptTo, originalMailFrom } = parseFailureReport(value!.message).value!;
    const [bob] = /^To: ([\w+/]{12})@example\.net, [\w+/]{12}@example\.net/m.exec(originalMessage)!.slice(1);
    expect(originalRcptTo).toEqual([`${bob}@example.net`]);
    expect(originalMessage).toContain(`for <${bob}@example.net>`);
    expect(originalMessage).toContain(`Hello ${bob}@example.net`);
    expect(value!.subject).toBe(`FW: F?r ${bob}@example.net`);
    expect(originalMailFrom).not.toBe(`${bob}@example.com`);
    expect(originalMessage).toContain('Message-ID: <1@example.com>');
    expect(value!.message).not.toMatch(/bob@|ann@|odd one/);
    // RFC 6591 §3.2.4.
    expect(diagnostics.map(({ code, params }) => `${code} ${params.path}`)).toEqual([
      at('report-build.redacted', 'dkimCanonicalizedHeader'),
      at('report-build.redacted', 'dkimCanonicalizedBody'),
    ]);
    const other = await buildFailureReport(input, { ...options, redact: { key: utf8Bytes('other') } });
    expect(other.value!.message).not.toContain(bob);
  });

  test('a transformation of the caller (RFC 6590 §4)', async () => {
    const message = 'From: é@example.com\r\nTo: a"b"@x.example, @y.example, c@@z.example, d@!\r\n\r\n';
    const { value } = await buildFailureReport(
      { ...input, message },
      { ...options, redact: (part) => `[${part.length}]` },
    );
    expect(value!.message).toContain('From: [1]@example.com\r\nTo: a[3]@x.example, @y.example, c@@z.example, d@!');
  });

  test('the reading of RFC 7489 is turned round', async () => {
    const identityAlignment = { listed: ['dkim' as const], reading: 'rfc7489' as const };
    const { value } = await buildFailureReport({ ...input, identityAlignment }, options);
    expect(value!.text).toContain('Identity-Alignment: spf\r\n');
    const none = await buildFailureReport({ ...input, identityAlignment: { listed: [] } }, options);
    expect(none.value!.text).toContain('Identity-Alignment: none\r\n');
  });

  test('no line is longer than 998 octets, whatever the message brought (RFC 5322 §2.1.1)', async () => {
    const words = 'a@b.example '.repeat(300);
    const message = `Subject: ${words}\r\nX-Long: ${'é'.repeat(700)}\r\nX-Words: ${words}\r\n\r\n${'x'.repeat(3000)}\r\n`;
    const { value } = await buildFailureReport(
      { ...input, authenticationResults: [`mx.example.net; ${words}`], message },
      { ...options, redact: () => 'redacted-at-length', includeBody: true },
    );
    const octets = value!.message.split('\r\n').map((line) => utf8Bytes(line).length);
    expect(Math.max(...octets)).toBeLessThan(999);
    const read = parseFailureReport(value!.message).value!;
    // White space is where a line may be folded, and nothing is added to it.
    expect(read.authenticationResults).toEqual([
      `mx.example.net; ${words.replaceAll('a@', 'redacted-at-length@')}`.trim(),
    ]);
    expect(read.originalMessage!.replaceAll('\r\n ', '')).toContain('x'.repeat(3000));
  });

  test('no value begins another field or part', async () => {
    const { value } = await buildFailureReport(
      {
        ...input,
        reportedDomains: ['a.example\r\nX-Evil: 1', 'b\n\n--=_report0--'],
        otherFields: [{ name: 'bad name', value: 'x' }],
        message: 'Subject: a\r\n\tb\rEvil: 1\r\n\r\n',
      },
      options,
    );
    expect(value!.text).not.toMatch(/^X-Evil|^--/m);
    expect(value!.text).not.toContain('bad name');
    expect(parseFailureReport(value!.message).value!.reportedDomains).toHaveLength(2);
  });

  test.each<[string, Partial<FailureReportInput>, string]>([
    ['an unknown failure', { authFailure: 'arc' }, at('report-build.failure-value', 'authFailure')],
    ['an unknown delivery', { deliveryResult: 'gone' }, at('report-build.failure-value', 'deliveryResult')],
    ['no address', { sourceIp: 'x' }, at('report-build.failure-value', 'sourceIp')],
    ['no port', { sourcePort: -1 }, at('report-build.failure-value', 'sourcePort')],
    ['too many incidents', { incidents: 2 ** 32 }, at('report-build.failure-value', 'incidents')],
    ['no time', { arrivalDate: Number.NaN }, at('report-build.failure-value', 'arrivalDate')],
    ['no results', { authenticationResults: [] }, at('report-build.failure-field', 'authenticationResults')],
    ['no SPF record', { authFailure: 'spf', spfDns: [] }, at('report-build.failure-field', 'spfDns')],
    ['no selector', { authFailure: 'bodyhash', dkimSelector: '' }, at('report-build.failure-field', 'dkimSelector')],
    ['no ADSP record', { authFailure: 'adsp', dkimAdspDns: '' }, at('report-build.failure-field', 'dkimAdspDns')],
  ])('%s is refused', async (_, more, finding) => {
    const { ok, value, diagnostics } = await buildFailureReport({ ...input, ...more }, options);
    expect(ok).toBe(false);
    expect(value).toBeUndefined();
    expect(diagnostics.map(({ code, params }) => `${code} ${params.path}`)).toEqual([finding]);
  });

  test.each<[object, string]>([
    [{ submitter: '' }, '"submitter" must be a domain name, received ""'],
    [{ redact: undefined }, '"redact" must be { key }, a function or "nothing", received undefined'],
    [{ redact: { key: '' } }, '"redact" must be'],
    [{ mail: undefined }, '"mail" must be an object, received undefined'],
    [{ mail: { ...options.mail, from: 'a@b\r\nBcc: c@d' } }, '"mail.from" must be an address'],
    [{ mail: { ...options.mail, from: 3 } }, '"mail.from" must be a string'],
    [{ mail: { ...options.mail, to: [] } }, '"mail.to" must be a string, received undefined'],
    [{ mail: { ...options.mail, date: new Date(Number.NaN) } }, '"mail.date" must be a Date'],
    [{ userAgent: 1 }, '"userAgent" must be a string'],
  ])('%j throws', async (more, message) => {
    await expect(buildFailureReport(input, { ...options, ...more } as never)).rejects.toThrow(message);
  });
});
