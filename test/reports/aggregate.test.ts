import { describe, expect, test } from 'vitest';
import { parseAggregateReport } from '../../src/reports/aggregate/parse.ts';
import { parseAggregateRecords } from '../../src/reports/aggregate/records.ts';
import { identifiers, metadata, policy, recordXml, reportXml } from '../support/reports.ts';

const codes = ({ diagnostics }: { diagnostics: { code: string }[] }) => diagnostics.map(({ code }) => code);
const parseHead = (head: string) => parseAggregateReport(reportXml({ head }));

describe('a report with everything (RFC 9990 Appendix A)', () => {
  const xml = reportXml({
    head:
      '<version>1.0</version><report_metadata><org_name>Example &amp; Sons &#x2014; &lt;mail&gt;</org_name><email>d@example.org</email>' +
      '<extra_contact_info lang="en">https://example.org</extra_contact_info><report_id>r1</report_id>' +
      '<date_range><begin>1709683200</begin><end>1709769599</end></date_range><error lang="en"><![CDATA[one & two]]></error>' +
      '<generator>G 1.0</generator></report_metadata>' +
      '<policy_published><domain>example.com</domain><discovery_method>treewalk</discovery_method><p>reject</p><sp>quarantine</sp>' +
      '<np>none</np><fo>1:d</fo><adkim>s</adkim><aspf>r</aspf><testing>y</testing></policy_published>' +
      '<extension><x:a xmlns:x="urn:x"><x:b>1</x:b> 2</x:a></extension>',
    records: recordXml({
      ip: '<source_ip>2001:db8::1</source_ip>',
      count: '<count>12</count>',
      evaluated:
        '<policy_evaluated><disposition>none</disposition><dkim>fail</dkim><spf>fail</spf>' +
        '<reason><type>local_policy</type><comment lang="en">arc=pass</comment></reason><reason><type>policy_test_mode</type></reason></policy_evaluated>',
      identifiers:
        '<identifiers><header_from>example.com</header_from><envelope_from/><envelope_to>example.org</envelope_to></identifiers>',
      results:
        '<auth_results><dkim><domain>example.com</domain><selector>a</selector><result>fail</result><human_result>bad hash</human_result></dkim>' +
        '<dkim><domain>example.net</domain><selector>b</selector><result>pass</result></dkim>' +
        '<spf><domain>example.net</domain><scope>mfrom</scope><result>softfail</result><human_result>no</human_result></spf></auth_results><y:z xmlns:y="urn:y">3</y:z>',
    }),
  });
  const { ok, value, diagnostics } = parseAggregateReport(xml);

  test('is read whole', () => {
    expect(diagnostics).toEqual([]);
    expect(ok).toBe(true);
    expect(value).toMatchObject({
      schema: 'rfc9990',
      version: '1.0',
      reportMetadata: {
        orgName: 'Example & Sons — <mail>',
        email: 'd@example.org',
        extraContactInfo: 'https://example.org',
        reportId: 'r1',
        dateRange: { begin: 1709683200, end: 1709769599 },
        errors: ['one & two'],
        generator: 'G 1.0',
      },
      policyPublished: {
        domain: 'example.com',
        discoveryMethod: 'treewalk',
        p: 'reject',
        sp: 'quarantine',
        np: 'none',
        fo: '1:d',
        adkim: 's',
        aspf: 'r',
        testing: true,
      },
    });
    expect(value!.records).toMatchObject([
      {
        sourceIp: '2001:db8::1',
        count: 12,
        policyEvaluated: {
          disposition: 'none',
          dkim: 'fail',
          spf: 'fail',
          reasons: [{ type: 'local_policy', comment: 'arc=pass' }, { type: 'policy_test_mode' }],
        },
        identifiers: { headerFrom: 'example.com', envelopeFrom: '', envelopeTo: 'example.org' },
        authResults: {
          dkim: [
            { domain: 'example.com', selector: 'a', result: 'fail', humanResult: 'bad hash' },
            { domain: 'example.net', selector: 'b', result: 'pass' },
          ],
          spf: [{ domain: 'example.net', scope: 'mfrom', result: 'softfail', humanResult: 'no' }],
        },
      },
    ]);
  });

  test('with its extensions, and spans that point at them and at the records', () => {
    const cut = ({ start, end }: { start: number; end: number }) => xml.slice(start, end);
    const [top] = value!.extensions!;
    expect(top).toMatchObject({ name: 'x:a', text: '1 2' });
    expect(cut(top!.span)).toBe('<x:a xmlns:x="urn:x"><x:b>1</x:b> 2</x:a>');
    const [record] = value!.records;
    expect(record!.extensions).toMatchObject([{ name: 'y:z', text: '3' }]);
    expect(cut(record!.span!)).toMatch(/^<record>.*<\/record>$/);
  });

  test('and is plain data', () => {
    expect(JSON.parse(JSON.stringify(value))).toEqual(value);
  });
});

describe('what is really sent is read, with a diagnostic that points at it (RFC 9990 §3.1)', () => {
  test.each<[what: string, xml: string, code: string, at: string | undefined]>([
    ['no namespace', reportXml().replace(/ xmlns="[^"]*"/, ''), 'aggregate.namespace', undefined],
    [
      'a missing version (RFC 7489 Appendix C)',
      reportXml({ head: metadata + policy }).replace(/ xmlns="[^"]*"/, ''),
      'aggregate.omitted-element',
      undefined,
    ],
    [
      'an element around it',
      `<xs:schema xmlns:xs="x">${reportXml().slice(39)}</xs:schema>`,
      'aggregate.wrapper',
      undefined,
    ],
    ['a byte order mark', `\ufeff${reportXml()}`, 'aggregate.byte-order-mark', '\ufeff'],
    [
      'hardfail',
      reportXml().replace('<scope>mfrom</scope><result>pass', '<scope>mfrom</scope><result>hardfail'),
      'aggregate.result',
      'hardfail',
    ],
    [
      'a result of no RFC',
      reportXml().replace('<selector>s</selector><result>pass', '<selector>s</selector><result>odd'),
      'aggregate.value',
      'odd',
    ],
    ['upper case', reportXml().replace('<dkim>pass', '<dkim> Pass '), 'aggregate.case', 'Pass'],
    ['an element in upper case', reportXml().replaceAll('source_ip>', 'Source_IP>'), 'aggregate.case', '<Source_IP>'],
    ['an empty element', reportXml().replace('<email>dmarc@example.org', '<email>'), 'aggregate.empty-element', ''],
    [
      'an unknown element',
      reportXml().replace('<count>', '<colour>red</colour><count>'),
      'aggregate.unknown-element',
      '<colour>',
    ],
    ['an element twice', reportXml().replace('<count>', '<count>1</count><count>'), 'aggregate.duplicate-element', '1'],
    [
      'policy after records',
      reportXml({ head: metadata, records: recordXml() + policy }),
      'aggregate.order',
      '<policy_published>',
    ],
    [
      'a container twice',
      reportXml({ records: recordXml().replace('<auth', `${identifiers}<auth`) }),
      'aggregate.duplicate-element',
      '<identifiers>',
    ],
    ['pct (RFC 7489)', reportXml().replace('<p>', '<pct>100</pct><p>'), 'aggregate.old-element', '100'],
    [
      'forwarded (RFC 7489)',
      reportXml().replace('</policy_ev', '<reason><type>forwarded</type></reason></policy_ev'),
      'aggregate.old-value',
      'forwarded',
    ],
    [
      'a reason without type',
      reportXml().replace('</policy_ev', '<reason><comment>x</comment></reason></policy_ev'),
      'aggregate.assumed',
      undefined,
    ],
    ['scope helo (RFC 7489)', reportXml().replace('mfrom', 'helo'), 'aggregate.old-value', 'helo'],
    [
      'disposition pass in an old report',
      reportXml()
        .replace(/ xmlns="[^"]*"/, '')
        .replace('<disposition>none', '<disposition>pass'),
      'aggregate.value',
      'pass',
    ],
    ['no selector', reportXml().replace('<selector>s</selector>', ''), 'aggregate.omitted-element', undefined],
    ['no p', reportXml().replace('<p>reject</p>', ''), 'aggregate.omitted-element', undefined],
    ['fractions of a second', reportXml().replace('1709683200', '1709683200.5'), 'aggregate.date', '1709683200.5'],
    ['a begin of 0', reportXml().replace('1709683200', '0'), 'aggregate.zero-date', '0'],
    ['an end of 0', reportXml().replace('1709769599', '00'), 'aggregate.zero-date', '00'],
    ['more than a day (25 hours)', reportXml().replace('1709769599', '1709773201'), 'aggregate.period', '1709773201'],
    ['an end before the begin', reportXml().replace('1709769599', '1'), 'aggregate.date-order', '1'],
    ['no records', reportXml({ records: '' }), 'aggregate.no-records', undefined],
    ['no disposition', reportXml().replace('<disposition>none</disposition>', ''), 'aggregate.assumed', undefined],
    ['a source that is no address', reportXml().replace('192.0.2.1', 'unknown'), 'aggregate.source-ip', 'unknown'],
    [
      'no header_from',
      reportXml().replace('<header_from>example.com</header_from>', ''),
      'aggregate.missing-element',
      undefined,
    ],
    ['no auth_results', reportXml({ records: recordXml({ results: '' }) }), 'aggregate.missing-element', undefined],
    ['no policy', reportXml({ head: metadata }), 'aggregate.missing-element', undefined],
    ['no metadata', reportXml({ head: policy }), 'aggregate.missing-element', undefined],
    ['no date range', reportXml().replace(/<date_range>.*<\/date_range>/, ''), 'aggregate.missing-element', undefined],
    ['a bare ampersand', reportXml().replace('Example', 'A & B'), 'aggregate.not-well-formed', undefined],
  ])('%s', (_, xml, code, at) => {
    const result = parseAggregateReport(xml);
    const found = result.diagnostics.find((diagnostic) => diagnostic.code === code);
    expect(codes(result)).toContain(code);
    if (at !== undefined) expect(xml.slice(found!.span!.start, found!.span!.end)).toBe(at);
    if (code !== 'aggregate.no-records') expect(result.value?.records).toHaveLength(1);
  });

  test.each<[text: string, seconds: number | undefined]>([
    ['1709683200', 1709683200],
    [' 1709683200\n', 1709683200],
    ['1709683200000', 1709683200],
    ['1709683200.999', 1709683200],
    ['2024-03-06', 1709683200],
    ['2024-03-06T00:00:00Z', 1709683200],
    ['2024-03-06 01:30:00.5+01:30', 1709683200],
    ['2024-03-06T00:00:00-0000', 1709683200],
    ['2024-03-06 00:00 UTC', 1709683200],
    ['2024-03-05T22:30-0130', 1709683200],
    ['2024-02-30', undefined],
    ['2024-03-06T25:00:00Z', undefined],
    ['1970-01-01T00:00:00+01:00', undefined],
    ['1e309', undefined],
    ['-5', undefined],
    ['99999-01-01', undefined],
    ['9999-12-31T23:59:59-01:00', undefined],
    ['0071-01-01', undefined],
    ['', undefined],
  ])('the time %j', (text, seconds) => {
    const { value, diagnostics } = parseAggregateReport(reportXml().replace('<begin>1709683200', `<begin>${text}`));
    expect(value?.reportMetadata.dateRange.begin).toBe(seconds ?? 1709769599);
    expect(diagnostics.some(({ code }) => code === 'aggregate.no-date')).toBe(seconds === undefined);
  });

  test('a report without any time says 0', () => {
    const { value, ok } = parseHead(metadata.replace(/<begin>.*<\/end>/, '<begin>x</begin>') + policy);
    expect(value?.reportMetadata.dateRange).toEqual({ begin: 0, end: 0 });
    expect(ok).toBe(false);
  });

  test('old words and drafts', () => {
    const old = parseAggregateReport(
      reportXml({ records: recordXml({ identifiers: identifiers.replaceAll('identifiers', 'identities') }) }).replace(
        'urn:ietf:params:xml:ns:dmarc-2.0',
        'http://dmarc.org/dmarc-xml/0.1',
      ),
    );
    expect(old.value).toMatchObject({ schema: 'rfc7489', records: [{ identifiers: { headerFrom: 'example.com' } }] });
    const prefixed = reportXml()
      .replace('xmlns=', 'xmlns:d=')
      .replace('<feedback', '<d:feedback')
      .replace('</feedback', '</d:feedback');
    expect(parseAggregateReport(prefixed)).toMatchObject({ ok: true, value: { schema: 'rfc9990' } });
    const unnamed = reportXml()
      .replace(/ xmlns="[^"]*"/, '')
      .replace('<p>', '<testing>n</testing><p>');
    expect(parseAggregateReport(unnamed).value).toMatchObject({
      schema: 'rfc9990',
      policyPublished: { testing: false },
    });
  });
});

describe('bytes are decoded by what they say', () => {
  const named = (encoding: string) => reportXml().replace('UTF-8', encoding).replace('Example', 'Café');
  test.each<[what: string, bytes: Uint8Array, expected: string[]]>([
    ['UTF-8', Buffer.from(named('utf-8')), []],
    ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${named('utf-8')}`), ['aggregate.byte-order-mark']],
    [
      'UTF-16 with a byte order mark',
      Buffer.from(`\ufeff${named('utf-16')}`, 'utf16le'),
      ['aggregate.byte-order-mark'],
    ],
    ['UTF-16 without one', Buffer.from(named('utf-16'), 'utf16le'), []],
    ['big-endian UTF-16', Buffer.from(named('utf-16'), 'utf16le').swap16(), []],
    ['ISO-8859-1', Buffer.from(named('iso-8859-1'), 'latin1'), []],
    ['ISO-8859-1 called UTF-8', Buffer.from(named('utf-8'), 'latin1'), ['aggregate.encoding']],
    ['UTF-8 called by a name that nobody knows', Buffer.from(named('x-nothing')), ['aggregate.encoding']],
  ])('%s', (_, bytes, expected) => {
    const result = parseAggregateReport(bytes);
    expect(result.value?.reportMetadata.orgName).toBe('Café');
    expect(codes(result)).toEqual(expected);
  });
});

describe('one bad record never costs the others (RFC 9990 §8.1)', () => {
  const good = recordXml({ ip: '<source_ip>192.0.2.9</source_ip>' });
  test.each<[what: string, bad: string, kept: number]>([
    ['no source', recordXml({ ip: '' }), 1],
    ['an empty source', recordXml({ ip: '<source_ip> </source_ip>' }), 1],
    ['no count', recordXml({ count: '' }), 1],
    ['a count of 1e309', recordXml({ count: '<count>1e309</count>' }), 1],
    ['a negative count', recordXml({ count: '<count>-1</count>' }), 1],
    ['a count beyond all numbers', recordXml({ count: `<count>${'9'.repeat(400)}</count>` }), 1],
    ['a count with a sign and zeros', recordXml({ count: '<count>+007</count>' }), 2],
    ['a count of none', recordXml({ count: '<count>0</count>' }), 2],
    ['nothing in it', '<record/>', 1],
    ['an element that is not closed', recordXml().replace('</row>', ''), 2],
    ['a record that is not closed', recordXml().replace('</record>', ''), 2],
    ['a stray closing tag', recordXml().replace('</row>', '</row></stray>'), 2],
    ['a tag that is none', recordXml().replace('<count>', '<co<unt><count>'), 1],
    ['an element in a text element', recordXml().replace('192.0.2.1', '<b>192.0.2.1</b>'), 1],
    ['control characters', recordXml().replace('example.com', 'example\u0001.com'), 2],
    [
      'names of Object.prototype',
      recordXml()
        .replace('<row>', '<__proto__>1</__proto__><row><constructor>x</constructor>')
        .replace('<count>', '<toString/><count __proto__="1" constructor="2">'),
      2,
    ],
  ])('%s', (_, bad, kept) => {
    for (const records of [bad + good, good + bad, good + bad + good]) {
      const { value } = parseAggregateReport(reportXml({ records }));
      const expected = kept + (records.length > bad.length + good.length ? 1 : 0);
      // A stray tag closes what it stands in, for the record that has it.
      expect(value!.records.length).toBeGreaterThanOrEqual(expected - (bad.includes('stray') ? 1 : 0));
      expect(value!.records.map(({ sourceIp }) => sourceIp)).toContain('192.0.2.9');
      expect(JSON.parse(JSON.stringify(value))).toEqual(value);
    }
  });

  test('what is left out is said, with its place', () => {
    const xml = reportXml({ records: good + recordXml({ count: '<count>-1</count>' }) });
    const result = parseAggregateReport(xml);
    expect(result.ok).toBe(false);
    expect(result.diagnostics).toMatchObject([
      { code: 'aggregate.number', params: { value: '-1' } },
      { code: 'aggregate.record-dropped', params: { number: 2, element: 'count' } },
    ]);
    expect(xml.slice(result.diagnostics[1]!.span!.start).startsWith('<record>')).toBe(true);
  });

  test('a report that was cut off keeps its records', () => {
    const xml = reportXml({ records: good.repeat(5) });
    const result = parseAggregateReport(xml.slice(0, -100));
    expect(result.value?.records).toHaveLength(5);
    expect(codes(result)).toContain('aggregate.not-well-formed');
  });
});

describe('attacks (RFC 9990 §8.1)', () => {
  test.each([
    ['entities that multiply', '<!DOCTYPE f [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'],
    ['an external entity', '<!DOCTYPE f [<!ENTITY x SYSTEM "file:///etc/passwd">]>'],
    ['a harmless one', '<!DOCTYPE feedback>'],
  ])('a document type declaration is refused: %s', (_, doctype) => {
    const result = parseAggregateReport(doctype + reportXml().slice(39).replace('Example', '&b;&x;'));
    expect(result.value).toBeUndefined();
    expect(codes(result)).toEqual(['aggregate.doctype', 'aggregate.not-a-report']);
  });

  test('an entity that nobody declared stays as it is', () => {
    const result = parseAggregateReport(reportXml().replace('Example', '&b;&constructor;&#x110000;'));
    expect(result.value?.reportMetadata.orgName).toBe('&b;&constructor;&#x110000;');
    expect(result.ok).toBe(false);
  });

  test('bare ampersands, also at the end of a piece, in a comment and in CDATA', () => {
    for (const text of [
      'A & B',
      'https://example.org/?a=1&b=2&c',
      '&',
      'a&&amp;b',
      '<![CDATA[a & b]]>',
      `${'x'.repeat(65_000)}&y`,
    ]) {
      for (let shift = 0; shift < 3; shift++) {
        const xml = reportXml().replace('Example', `<!-- & ${' '.repeat(shift)}-->${text}`);
        const { value } = parseAggregateReport(xml);
        expect(value?.records).toHaveLength(1);
        const plain = text.replace(/<!\[CDATA\[|]]>/g, '').replace('&amp;', '&');
        expect(value?.reportMetadata.orgName.slice(0, 9)).toBe(plain.slice(0, 9));
      }
    }
  });

  test('depth', () => {
    const deep = parseAggregateReport(reportXml({ records: `${recordXml()}${'<a>'.repeat(100_000)}` }));
    expect(codes(deep)).toContain('aggregate.too-deep');
    expect(deep.value?.records).toHaveLength(1);
    const legal = reportXml({
      records: `${recordXml()}<extension>${'<a>'.repeat(29)}${'</a>'.repeat(29)}</extension>`,
    });
    expect(codes(parseAggregateReport(legal))).toEqual([]);
    expect(codes(parseAggregateReport(reportXml(), { limits: { xmlDepth: 3 } }))).toContain('aggregate.too-deep');
  });

  test('records beyond the limit', () => {
    const result = parseAggregateReport(reportXml({ records: recordXml().repeat(9) }), {
      limits: { reportRecords: 4 },
    });
    expect(result.value?.records).toHaveLength(4);
    expect(codes(result)).toEqual(['aggregate.too-many-records']);
  });

  test('a fault a hundred thousand times is told twenty times, and counted', () => {
    const { diagnostics } = parseAggregateReport(reportXml({ records: recordXml() + '<a/>'.repeat(100_000) }));
    expect(diagnostics).toHaveLength(21);
    expect(diagnostics.at(-1)).toMatchObject({
      code: 'aggregate.more',
      params: { count: 99_980, code: 'aggregate.unknown-element' },
    });
  });

  test.each([
    ['attributes', (n: number) => `<record ${'a="1" '.repeat(n)}>`],
    ['entities', (n: number) => `<record><row><count>${'&amp;'.repeat(n)}`],
    ['an endless name', (n: number) => `<${'a'.repeat(n * 5)}`],
    ['an endless comment', (n: number) => `<!--${'- '.repeat(n)}`],
    ['an endless declaration', (n: number) => `<!DOCTYPE ${'['.repeat(n)}`],
    ['brackets', (n: number) => '<'.repeat(n)],
  ])('time grows with the length: %s', (_, attack) => {
    const run = (n: number) => {
      const start = performance.now();
      parseAggregateReport(reportXml({ records: attack(n) }));
      return performance.now() - start;
    };
    run(1000);
    expect(run(200_000)).toBeLessThan(2000);
  });

  test.each([undefined, null, 7, {}, []])('an argument %j is a TypeError', (value) => {
    expect(() => parseAggregateReport(value as unknown as string)).toThrow(
      /^Cannot parse aggregate report: "xml" must be/,
    );
  });
});

describe('parseAggregateRecords', () => {
  const xml = reportXml({
    records: Array.from({ length: 50 }, (_, i) => recordXml({ count: `<count>${i}</count>` })).join(''),
  });
  const stream = (bytes: Uint8Array, size: number) => {
    async function* pieces() {
      for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
    }
    return pieces();
  };

  test.each([1, 7, 1000, 1_000_000])('gives what parseAggregateReport gives, in pieces of %i octets', async (size) => {
    const source = xml.replace('Example', 'Café & €');
    const whole = parseAggregateReport(source);
    const reading = parseAggregateRecords(stream(Buffer.from(source), size));
    const records = [];
    for await (const record of reading) records.push(record);
    const { records: expected, ...head } = whole.value!;
    expect(records).toEqual(expected);
    expect(reading.report()).toEqual({ ...whole, value: head });
    expect(reading.report()).toBe(reading.report());
  });

  test('tells what it knows of the encoding', async () => {
    const reading = parseAggregateRecords(stream(Buffer.from(`\ufeff${xml.replace('UTF-8', 'x-nothing')}`), 99));
    for await (const _ of reading);
    expect(codes(reading.report())).toEqual(['aggregate.byte-order-mark']);
    const unknown = parseAggregateRecords(stream(Buffer.from(xml.replace('UTF-8', 'x-nothing')), 99));
    for await (const _ of unknown);
    expect(codes(unknown.report())).toEqual(['aggregate.encoding']);
  });

  test.each<[string, Buffer]>([
    ['UTF-16', Buffer.from(`\ufeff${xml}`, 'utf16le')],
    ['UTF-16, the other way round', Buffer.from(`\ufeff${xml}`, 'utf16le').swap16()],
    ['a byte order mark', Buffer.from(`\ufeff${xml}`)],
    ['Latin 1', Buffer.from(xml.replace('UTF-8', 'iso-8859-1').replace('Example', 'é'), 'latin1')],
  ])('%s is known however little comes first', async (_, bytes) => {
    async function* pieces() {
      yield new Uint8Array(0);
      for (const octet of bytes) yield Uint8Array.of(octet);
    }
    const whole = parseAggregateReport(bytes);
    const reading = parseAggregateRecords(pieces());
    const records = [];
    for await (const record of reading) records.push(record);
    expect({ ...reading.report().value, records }).toEqual(whole.value);
    expect(codes(reading.report())).toEqual(codes(whole));
  });

  test('octets that are not what they say are a finding', async () => {
    const reading = parseAggregateRecords(stream(Buffer.from(xml.replace('Example', 'é'), 'latin1'), 99));
    for await (const _ of reading);
    expect(codes(reading.report())).toEqual(['aggregate.encoding']);
    expect(reading.report().value!.reportMetadata.orgName).toBe('\ufffd');
  });

  test('what is asked for early is not the last word', async () => {
    const end = '</feedback>';
    const parts = [xml.replace(policy, '').replace(end, ''), `${policy}${end}`].map((part) => Buffer.from(part));
    async function* pieces() {
      yield* parts;
    }
    const reading = parseAggregateRecords(pieces());
    const early: unknown[] = [];
    for await (const _ of reading) early.push(reading.report());
    expect(early[0]).toMatchObject({ value: { policyPublished: { domain: '' } }, diagnostics: [] });
    expect(reading.report().value!.policyPublished.domain).toBe('example.com');
    expect(codes(reading.report())).toEqual(['aggregate.order']);
  });

  test('stops at a document type declaration, at the limit and when the caller does', async () => {
    const refused = parseAggregateRecords(stream(Buffer.from(`<!DOCTYPE a>${xml.slice(39)}`), 50));
    for await (const _ of refused) expect.unreachable();
    expect(codes(refused.report())).toEqual(['aggregate.doctype', 'aggregate.not-a-report']);
    const limited = parseAggregateRecords(stream(Buffer.from(xml), 50), { limits: { reportRecords: 3 } });
    let count = 0;
    for await (const _ of limited) count++;
    expect(count).toBe(3);
    let closed = false;
    async function* endless() {
      try {
        yield Buffer.from(xml.replace('</feedback>', ''));
        for (;;) yield Buffer.from(recordXml());
      } finally {
        closed = true;
      }
    }
    for await (const _ of parseAggregateRecords(endless())) break;
    expect(closed).toBe(true);
  });

  test('an empty stream is no report, a string is a TypeError', async () => {
    const empty = parseAggregateRecords(stream(new Uint8Array(0), 1));
    for await (const _ of empty) expect.unreachable();
    expect(empty.report()).toMatchObject({ ok: false });
    expect(() => parseAggregateRecords('<a/>' as unknown as ReadableStream)).toThrow(/must be a stream of Uint8Array/);
    expect(() => parseAggregateRecords(stream(new Uint8Array(0), 1), null as never)).toThrow(
      'options must be an object',
    );
    expect(() => parseAggregateReport('', { limits: null as never })).toThrow('"limits" must be an object');
  });
});

test('memory does not grow with the report: 40 MB of records', async () => {
  const record = Buffer.from(recordXml());
  async function* long() {
    yield Buffer.from(reportXml({ records: '' }).replace('</feedback>', ''));
    for (let i = 0; i < 1000; i++) yield Buffer.concat(Array.from({ length: 64 }, () => record));
  }
  let count = 0;
  let highest = 0;
  const before = process.memoryUsage().rss;
  for await (const _ of parseAggregateRecords(long()))
    if (count++ % 1000 === 0) highest = Math.max(highest, process.memoryUsage().rss);
  expect(count).toBe(64_000);
  expect((highest - before) / 1e6).toBeLessThan(60);
});
