import { describe, expect, test } from 'vitest';
import { callCli, zoneOptions } from '../support/cli.ts';

const small = {
  'example.com': { TXT: ['v=spf1 include:_spf.mail.example mx -all'], MX: ['10 mx.example.com'] },
  'mx.example.com': { A: ['192.0.2.25'] },
  '_spf.mail.example': { TXT: ['v=spf1 ip4:198.51.100.0/25 ip4:198.51.100.128/25 -all'] },
};
const smallZone = zoneOptions(small);

const large = zoneOptions({
  'example.com': {
    TXT: [
      'v=spf1 include:_spf.mail.example include:_spf.crm.example include:example.com a:gone.example ?mx ip4:192.0.0.0/8 redirect=none.example ~all frob=1',
    ],
    MX: Array.from({ length: 11 }, (_, i) => `10 mx${i}.example.com`),
  },
  '_spf.mail.example': {
    TXT: ['v=spf1 include:_ip.mail.example include:_more.mail.example exists:%{i}._spf.mail.example ?all'],
  },
  '_ip.mail.example': { TXT: ['v=spf1 ip4:198.51.100.0/25 ip4:198.51.100.200 ip4:203.0.113.0/28 ip6:2001:db8::/48'] },
  '_more.mail.example': { TXT: ['v=spf1 ip4:203.0.113.128/25 -all'] },
  '_spf.crm.example': { TXT: ['v=spf1 a:1.crm.example a:2.crm.example a:3.crm.example include:_x.crm.example -all'] },
  '1.crm.example': { A: ['192.0.2.1'] },
  '2.crm.example': { AAAA: ['2001:db8:1::2'] },
  '3.crm.example': { A: ['192.0.2.3'], AAAA: ['2001:db8:1::3'] },
  '_x.crm.example': { TXT: ['v=spf1 ip4:300.0.0.1 -all'] },
  'none.example': { TXT: ['hello'] },
});

describe('mailverdict spf', () => {
  test('prints what it costs and allows, term by term', async () => {
    const { status, out, err } = await callCli(['spf', 'example.com', ...smallZone]);
    expect([status, err]).toEqual([0, '']);
    expect(out).toMatchInlineSnapshot(`
      "SPF of example.com

        Lookups   2 of 10
        Void      0 of 2
        Networks  2 pass; any other address: fail
        Size      40 octets

        cost  total  term
           1      1  include:_spf.mail.example
           0           ip4:198.51.100.0/25
           0           ip4:198.51.100.128/25
           0           -all
           1      2  mx                         1 network
           0         -all

      Nothing is wrong with it.
      "
    `);
  });

  test('a record that cannot be read is shown as it is, without what a terminal would obey', async () => {
    const zone = zoneOptions({ 'example.com': { TXT: ['v=spf1 inlcude:\u001b[31ma.example -all'] } });
    const { status, out } = await callCli(['spf', 'example.com', ...zone]);
    expect(status).toBe(1);
    expect(out).toContain(
      '  Record  the record has a syntax error\n  Text    v=spf1 inlcude:\\u{1b}[31ma.example -all\n',
    );
  });

  test('prints what is wrong, the worst first, and the status is 1', async () => {
    const { status, out } = await callCli(['spf', 'EXAMPLE.com.', ...large]);
    expect(status).toBe(1);
    expect(out).toMatchInlineSnapshot(`
      "SPF of example.com

        Lookups   12 of 10: too many
        Void      2 of 2
        Networks  8 pass; any other address: permerror
        Size      146 octets

        cost  total  term
           1      1  include:_spf.mail.example        4 lookups in all
           1      2    include:_ip.mail.example
           0             ip4:198.51.100.0/25          and 3 more addresses
           1      3    include:_more.mail.example
           0             ip4:203.0.113.128/25
           0             -all
           1      4    exists:%{i}._spf.mail.example  depends on the message
           0           ?all
           1      5  include:_spf.crm.example         5 lookups in all
           1      6    a:1.crm.example                void for IPv6, 1 network
           1      7    a:2.crm.example                void for IPv4, 1 network
           1      8    a:3.crm.example                2 networks
           1      9    include:_x.crm.example         the record has a syntax error
           0             -all
           0           -all
           1     10  include:example.com              leads back to a record above
           1     11  a:gone.example                   beyond the limit; the name does
                                                      not exist, void
           1     12  ?mx                              more than 10 mail exchangers
           0         ip4:192.0.0.0/8
                     redirect=none.example            never evaluated
           0         ~all
                     frob=1                           never evaluated

      error    "300.0.0.1" is no address of this IP version.
               spf.network, RFC 7208 §5.6, _x.crm.example

      error    The records refer to each other in a circle: example.com > example.com.
               Remove it.
               spf.loop, RFC 7208 §4.6.4, example.com

      error    "a:gone.example" is one more than 10 terms with DNS lookups.
               spf.lookup-limit, RFC 7208 §4.6.4, example.com

      error    Domain example.com has 11 MX records, limit 10.
               spf.mx-limit, RFC 7208 §4.6.4, example.com

      warning  "redirect=none.example" is ignored because of "all".
               Remove it.
               spf.ignored-term, RFC 7208 §5.1, example.com

      warning  "a:gone.example" names gone.example, which does not exist.
               Remove it.
               spf.target-missing, RFC 7208 §5, example.com

      warning  "ip4:192.0.0.0/8" lets all of 192.0.0.0/8 send.
               spf.range-too-wide, RFC 7208 §11.4, example.com

      note     "frob=1" is an unknown modifier and is ignored.
               spf.unknown-modifier, RFC 7208 §6, example.com
      "
    `);
  });

  test('--ip tells what an address gets, and why', async () => {
    const ips = ['--ip', '198.51.100.200', '--ip', '2001:db8::1'];
    const { status, out } = await callCli(['spf', 'example.com', ...smallZone, ...ips]);
    expect(status).toBe(0);
    expect(out.slice(out.indexOf('Addresses'))).toMatchInlineSnapshot(`
      "Addresses

        198.51.100.200  pass: "include:_spf.mail.example" of example.com matches
        2001:db8::1     fail: "-all" of example.com matches
      "
    `);
    const one = await callCli(['spf', 'none.example', ...large, '--ip', '192.0.2.1']);
    expect(one.out.slice(one.out.indexOf('Address'))).toMatchInlineSnapshot(`
      "Address

        192.0.2.1  none: the domain publishes no SPF record
      "
    `);
  });

  test('--add and --remove tell what a change would cost', async () => {
    const change = ['--remove', 'mx', '--add', 'a:gone.example', '--add', 'ip4:192.0.2.25', '--remove', 'ptr'];
    const { status, out } = await callCli(['spf', 'example.com', ...smallZone, ...change]);
    expect(status).toBe(0);
    expect(out.slice(out.indexOf('With the change'))).toMatchInlineSnapshot(`
      "With the change

        Lookups  2 instead of 2
        Void     1 instead of 0
        Octets   67 instead of 40

      Publish. In a zone file:

      example.com. IN TXT "v=spf1 include:_spf.mail.example a:gone.example ip4:192.0.2.25 -all"

      In a web form or an API: type TXT, name example.com, value

      v=spf1 include:_spf.mail.example a:gone.example ip4:192.0.2.25 -all

      What the change brings

      warning  There is no term "ptr" to remove.
               spf.edit-absent, RFC 7208 §4.6.1, example.com

      warning  "a:gone.example" names gone.example, which does not exist.
               Remove it.
               spf.target-missing, RFC 7208 §5, example.com
      "
    `);
  });

  test('a change that cures all errors makes the status 0', async () => {
    const zone = zoneOptions({ 'example.com': { TXT: ['v=spf1 include:gone.example ip4:192.0.2.1 -all'] } });
    expect((await callCli(['spf', 'example.com', ...zone])).status).toBe(1);
    const { status, out } = await callCli(['spf', 'example.com', ...zone, '--remove', 'include:gone.example']);
    expect(status).toBe(0);
    expect(out).toMatch(/What the change cures\n\nerror {4}"include:gone\.example" names gone\.example/);
  });

  test('--flatten proposes records, with the origin of each network and what a copy means', async () => {
    const { status, out } = await callCli(['spf', 'example.com', ...smallZone, '--flatten']);
    expect(status).toBe(0);
    expect(out.slice(out.indexOf('Flattened'))).toMatchInlineSnapshot(`
      "Flattened

        0 of 10 lookups instead of 2

      Publish. In a zone file:

      example.com. IN TXT "v=spf1 ip4:192.0.2.25 ip4:198.51.100.0/24 -all"

      In a web form or an API: type TXT, name example.com, value

      v=spf1 ip4:192.0.2.25 ip4:198.51.100.0/24 -all

      Origin of each network

        192.0.2.25       pass  mx of example.com
        198.51.100.0/24  pass  ip4:198.51.100.0/25 of _spf.mail.example,
                               ip4:198.51.100.128/25 of _spf.mail.example

      warning  The addresses of _spf.mail.example and example.com are copied: when
               they change, these records do not.
               spf.flatten-drift, RFC 7208 §10.1.1, example.com
      "
    `);
  });

  test('--flatten names a few of many origins, and what is kept', async () => {
    const terms = Array.from({ length: 8 }, (_, i) => `ip4:192.0.2.${i}`).join(' ');
    const zone = zoneOptions({
      'example.com': { TXT: ['v=spf1 include:a.example include:b.example exists:%{i}.example.com ~all'] },
      'a.example': { TXT: [`v=spf1 ${terms} -all`] },
      'b.example': { TXT: ['v=spf1 ip4:203.0.113.1 -all'] },
    });
    const { out } = await callCli(['spf', 'example.com', ...zone, '--flatten']);
    expect(out.slice(out.indexOf('Origin of each network'))).toMatchInlineSnapshot(`
      "Origin of each network

        192.0.2.0/29  pass  ip4:192.0.2.0 of a.example, ip4:192.0.2.1 of a.example,
                            ip4:192.0.2.2 of a.example, 5 more
        203.0.113.1   pass  ip4:203.0.113.1 of b.example

      warning  The addresses of a.example and b.example are copied: when they change,
               these records do not.
               spf.flatten-drift, RFC 7208 §10.1.1, example.com

      note     "exists:%{i}.example.com" is kept as it is: it depends on the client or
               the sender.
               spf.flatten-kept, RFC 7208 §7, example.com
      "
    `);
  });

  test('--flatten of nothing', async () => {
    const { status, out } = await callCli(['spf', 'example.net', ...smallZone, '--flatten']);
    expect(status).toBe(1);
    expect(out).toMatchInlineSnapshot(`
      "SPF of example.net

        Record  the name does not exist

      note     Domain example.net has no SPF record.
               spf.no-record, RFC 7208 §4.5, example.net

      Flattened

      error    Domain example.net has no record to flatten: nxdomain.
               spf.flatten-impossible, RFC 7208 §4.5, example.net
      "
    `);
  });

  test('what DNS does not answer is unknown', async () => {
    const failure = { TXT: { failure: 'servfail' as const } };
    const zone = zoneOptions({ ...small, '_spf.mail.example': failure, 'example.net': failure });
    const { status, out } = await callCli(['spf', 'example.com', ...zone]);
    expect(status).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "SPF of example.com

        Lookups   2 of 10
        Void      0 of 2
        Networks  none; any other address: temperror
        Size      40 octets
        Unknown   not every question was answered: the figures are the least that it
                  costs

        cost  total  term
           1      1  include:_spf.mail.example  DNS did not answer
           1      2  mx                         1 network
           0         -all

      warning  No answer for _spf.mail.example TXT: servfail.
               spf.dns-failure, RFC 7208 §4.4, _spf.mail.example
      "
    `);
    expect((await callCli(['spf', 'example.net', ...zone])).out).toMatchInlineSnapshot(`
      "SPF of example.net

        Record  DNS did not answer

      warning  No answer for example.net TXT: servfail.
               spf.dns-failure, RFC 7208 §4.4, example.net
      "
    `);
  });

  test('--json prints everything', async () => {
    const more = ['--ip', '192.0.2.25', '--add', 'a', '--flatten', '--json'];
    const { status, out } = await callCli(['spf', 'example.com', ...smallZone, ...more]);
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      analysis: { lookups: { terms: 2 } },
      checks: [{ ip: '192.0.2.25', result: { result: 'pass', matched: { term: 'mx' } } }],
      simulation: { after: { terms: 3 } },
      flattening: { lookups: { before: 3, after: 0 } },
    });
  });

  test('fits a narrow terminal, and colours it', async () => {
    const { out } = await callCli(['spf', 'example.com', ...large], { terminal: true, columns: 50 });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one
    const plain = out.replace(/\u001b\[\d+m/g, '').split('\n');
    expect(out).toContain('\u001b[31merror\u001b[39m');
    expect(plain.filter((line) => line.length > 50 && !/^ +\d|^ {15}/.test(line))).toEqual([]);
  });

  test.each([
    ['no domain', [], 'name one domain'],
    ['two domains', ['a.example', 'b.example'], 'name one domain'],
    ['a name that is none', ['a..b'], '"domain" must be a domain name'],
    ['an address that is none', ['example.com', '--ip', '10.1'], '"ip" must be an IP address'],
  ])('%s is a usage error', async (_, args, message) => {
    const { status, out, err } = await callCli(['spf', ...args, ...smallZone]);
    expect([status, out]).toEqual([2, '']);
    expect(err).toContain(message);
  });
});
