import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { memoryResolver, type Zone } from '../../src/resolvers/memory.ts';
import { evaluateSpf, type SpfInput } from '../../src/spf/evaluate.ts';
import { formatReceivedSpf } from '../../src/spf/received-spf.ts';

const session: SpfInput = {
  ip: '192.0.2.1',
  helo: 'foo.example.com',
  mailFrom: 'myname@example.com',
  receiver: 'mybox.example.org',
};

async function received(record: string | undefined, question: SpfInput = session, zone: Zone = {}): Promise<string> {
  const resolver = memoryResolver(record === undefined ? zone : { ...zone, 'example.com': { TXT: [record] } });
  return formatReceivedSpf(await evaluateSpf(question, { resolver }), question);
}

const pairs =
  'client-ip=192.0.2.1; envelope-from="myname@example.com"; helo=foo.example.com; identity=mailfrom; receiver=mybox.example.org';

describe('the Received-SPF field (RFC 7208 §9.1)', () => {
  test.each([
    [
      'v=spf1 ip4:192.0.2.1 -all',
      'pass (domain of example.com designates 192.0.2.1 as permitted sender)',
      '; mechanism="ip4:192.0.2.1"',
    ],
    [
      'v=spf1 -all',
      'fail (domain of example.com does not designate 192.0.2.1 as permitted sender)',
      '; mechanism=-all',
    ],
    [
      'v=spf1 ~all',
      'softfail (domain of example.com does not designate 192.0.2.1 as permitted sender, says so weakly)',
      '; mechanism=~all',
    ],
    ['v=spf1 ?all', 'neutral (domain of example.com says nothing about 192.0.2.1)', '; mechanism=?all'],
    ['v=spf1', 'neutral (domain of example.com says nothing about 192.0.2.1)', '; mechanism=default'],
    [
      'v=spf1 include:none.example',
      'permerror (domain of example.com has an SPF record that cannot be used)',
      '; problem=include-none',
    ],
    [undefined, 'none (domain of example.com has no SPF record)', ''],
  ])('%s', async (record, start, end) => {
    expect(await received(record)).toBe(`${start} ${pairs}${end}`);
  });

  test('a lookup that failed is named', async () => {
    const zone: Zone = { 'example.com': { TXT: { failure: 'timeout' } } };
    expect(await received(undefined, session, zone)).toBe(
      `temperror (domain of example.com could not be looked up) ${pairs}; problem=dns-failure`,
    );
  });

  test('only what is known is said', async () => {
    const helo = { ip: '2001:db8::1', helo: 'example.com' };
    expect(await received('v=spf1 -all', helo)).toBe(
      'fail (HELO example.com does not designate 2001:db8::1 as permitted sender) client-ip="2001:db8::1"; helo=example.com; identity=helo; mechanism=-all',
    );
    const bounce = { ip: '192.0.2.1', helo: 'example.com', mailFrom: '<>' };
    expect(await received('v=spf1 -all', bounce)).toContain('; envelope-from=""; helo=example.com; identity=mailfrom;');
    const brackets = { ip: '192.0.2.1', mailFrom: '<a@example.com>' };
    expect(await received('v=spf1 -all', brackets)).toContain('; envelope-from="a@example.com"; identity=mailfrom;');
  });

  test('specials of words and comments are escaped, what is no visible ASCII becomes a question mark', async () => {
    const hostile = {
      ip: '192.0.2.1',
      mailFrom: 'a@x(.\\y")\r\nX-Evil: 1',
      helo: 'a\tb\u0000\u00e9.example',
      receiver: '.mx..example.',
    };
    expect(await received(undefined, hostile)).toBe(
      'none (domain of a@x\\(.\\\\y"\\)\\\\u{d}\\\\u{a}X-Evil: 1 cannot be looked up) client-ip=192.0.2.1; ' +
        'envelope-from="a@x(.\\\\y\\")??X-Evil: 1"; helo=a?b??.example; identity=mailfrom; receiver=".mx..example."',
    );
  });

  test('the address must be a string', async () => {
    const result = await evaluateSpf(session, { resolver: memoryResolver({}) });
    expect(() => formatReceivedSpf(result, {} as { ip: string })).toThrow(
      new TypeError('Cannot format Received-SPF: "ip" must be a string, received undefined'),
    );
  });

  test('long values are cut, and what does not fit in a line is left out', async () => {
    const long = 'x'.repeat(240);
    const question = {
      ip: '192.0.2.1',
      helo: `${long}.${long}`,
      mailFrom: `${long}.${long}@example.com`,
      receiver: `${long}\\\\\\`,
    };
    const value = await received('v=spf1 -all', question);
    expect(value.length).toBeLessThanOrEqual(910);
    expect(value).toContain('identity=mailfrom');
    expect(value.startsWith('fail client-ip=192.0.2.1; ')).toBe(true);
  });

  test('whatever the session said, the value is one line of the grammar', async () => {
    const word = /[-\w.!#$%&'*+/=?^`{|}~]+|"(?:[ !#-[\]-~]|\\[ -~])*"/.source;
    const grammar = new RegExp(
      `^(?:pass|fail|none|neutral|softfail|temperror|permerror) (?:\\((?:[ -'*-[\\]-~]|\\\\[ -~])*\\) )?[-a-z]+=(?:${word})(?:; [-a-z]+=(?:${word}))*$`,
    );
    const text = fc.string({ unit: 'binary', maxLength: 300 });
    await fc.assert(
      fc.asyncProperty(text, text, text, async (helo, local, receiver) => {
        const question = { ip: '192.0.2.1', helo, mailFrom: `${local}@example.com`, receiver };
        const value = await received('v=spf1 a -all', question);
        expect(value).toMatch(grammar);
        expect(value.length).toBeLessThanOrEqual(998);
      }),
    );
  });
});
