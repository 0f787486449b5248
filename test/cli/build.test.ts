import { createPublicKey } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { callCli, scratchFile } from '../support/cli.ts';
import { ed25519, rsaKey } from '../support/keys.ts';

const domain = ['--domain', 'example.com'];
const ed25519Key = '11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=';

describe('mailverdict build with flags', () => {
  test('dmarc: the record in both forms, and what the receiver of reports has to publish', async () => {
    const { status, out, err } = await callCli([
      'build',
      'dmarc',
      ...domain,
      '--p',
      'none',
      '--rua',
      'a@vendor.example',
    ]);
    expect(status).toBe(0);
    expect(err).toBe(
      'warning dmarc.build-external: vendor.example gets no reports unless it publishes example.com._report._dmarc.vendor.example (RFC 9990 §4)\n',
    );
    expect(out).toMatchInlineSnapshot(`
      "Publish. In a zone file:

      _dmarc.example.com. IN TXT "v=DMARC1; p=none; rua=mailto:a@vendor.example"

      In a web form or an API: type TXT, name _dmarc.example.com, value

      v=DMARC1; p=none; rua=mailto:a@vendor.example

      The receiver of the reports has to publish this, or gets none. In a zone file:

      example.com._report._dmarc.vendor.example. IN TXT "v=DMARC1"

      In a web form or an API: type TXT, name example.com._report._dmarc.vendor.example, value

      v=DMARC1
      "
    `);
  });

  test('mta-sts: the policy file comes first', async () => {
    const flags = ['--mode', 'enforce', '--mx', 'mx1.example.com,*.mail.example', '--id', '20261122'];
    const { status, out, err } = await callCli(['build', 'mta-sts', ...domain, ...flags]);
    expect([status, err]).toEqual([0, '']);
    expect(out).toMatchInlineSnapshot(`
      "First serve this file as text/plain at https://mta-sts.example.com/.well-known/mta-sts.txt

      version: STSv1
      mode: enforce
      mx: mx1.example.com
      mx: *.mail.example
      max_age: 604800

      Publish. In a zone file:

      _mta-sts.example.com. IN TXT "v=STSv1; id=20261122"

      In a web form or an API: type TXT, name _mta-sts.example.com, value

      v=STSv1; id=20261122
      "
    `);
  });

  test.each<[kind: string, flags: string[], text: string]>([
    [
      'dmarc',
      ['--p', 'reject', '--sp', 'none', '--np', 'reject', '--rua', 'a@example.com,https://example.com/r'],
      'v=DMARC1; p=reject; sp=none; np=reject; rua=mailto:a@example.com,https://example.com/r',
    ],
    [
      'dmarc',
      [
        '--p',
        'reject',
        '--adkim',
        's',
        '--aspf',
        'relaxed',
        '--t',
        'y',
        '--psd',
        'n',
        '--fo',
        '1',
        '--fo',
        'd',
        '--rua',
        'a@example.com',
        '--ruf',
        'f@example.com',
      ],
      'v=DMARC1; p=reject; adkim=s; aspf=r; t=y; psd=n; fo=1:d; rua=mailto:a@example.com; ruf=mailto:f@example.com',
    ],
    ['dmarc', ['--p', 'none', '--rua', 'a@news.example.com'], 'v=DMARC1; p=none; rua=mailto:a@news.example.com'],
    [
      'dmarc',
      ['--p', 'none', '--rua', '"a,b"@example.com, c@example.com'],
      'v=DMARC1; p=none; rua=mailto:%22a%2Cb%22@example.com,mailto:c@example.com',
    ],
    ['tls-rpt', ['--rua', 'https://example.com/a,b'], 'v=TLSRPTv1; rua=https://example.com/a%2Cb'],
    ['spf', ['--all', 'fail'], 'v=spf1 -all'],
    [
      'spf',
      ['--address', '192.0.2.1,2001:db8::/32', '--address', '192.0.2.9', '--include', 'a.example', '--mx', '--a'],
      'v=spf1 ip4:192.0.2.1 ip6:2001:db8::/32 ip4:192.0.2.9 a mx include:a.example ~all',
    ],
    [
      'spf',
      ['--mx-of', 'a.example', '--a', '--a-of', 'b.example,c.example', '--all', 'fail', '--exp', 'why.example'],
      'v=spf1 a:example.com a:b.example a:c.example mx:a.example -all exp=why.example',
    ],
    ['spf', ['--exists', '%{d1,}.example'], 'v=spf1 exists:%{d1,}.example ~all'],
    ['spf', ['--redirect', '_spf.example.com'], 'v=spf1 redirect=_spf.example.com'],
    [
      'dkim',
      ['--selector', 'a', '--key', ed25519Key, '--t', 'y,s', '--s', 'email', '--n', 'note'],
      `v=DKIM1; k=ed25519; s=email; t=y:s; n=note; p=${ed25519Key}`,
    ],
    ['dkim', ['--selector', 'a', '--revoked'], 'v=DKIM1; k=rsa; p='],
    [
      'bimi',
      ['--l', 'https://example.com/a.svg', '--a', 'https://example.com/a.pem', '--avp', 'personal'],
      'v=BIMI1; l=https://example.com/a.svg; a=https://example.com/a.pem; avp=personal',
    ],
    ['bimi', ['--declined', '--selector', 'x'], 'v=BIMI1; l=; a='],
    ['mta-sts', ['--mode', 'none', '--max-age', '0', '--id', '1'], 'v=STSv1; id=1'],
    [
      'tls-rpt',
      ['--rua', 'a@example.com', '--rua', 'https://example.com/r'],
      'v=TLSRPTv1; rua=mailto:a@example.com,https://example.com/r',
    ],
  ])('%s %j', async (kind, flags, text) => {
    const { status, out } = await callCli(['build', kind, ...domain, ...flags]);
    expect(status).toBe(0);
    expect(out.split('\n')).toContain(text);
  });

  test('a key from a file in PEM', async () => {
    const pem = createPublicKey(ed25519).export({ format: 'pem', type: 'spki' }) as string;
    const file = scratchFile('key.pem', pem);
    const { status, out } = await callCli(['build', 'dkim', ...domain, '--selector', 'a', '--key', file]);
    expect(status).toBe(0);
    expect(out).toMatch(/^a\._domainkey\.example\.com\. IN TXT "v=DKIM1; k=ed25519; p=[^"]{44}"$/m);
  });

  test('a private key is refused, and none of it is printed', async () => {
    const pem = rsaKey(2048).export({ format: 'pem', type: 'pkcs8' }) as string;
    const flags = ['--selector', 'a', '--key', scratchFile('key.pem', pem)];
    const { status, out, err } = await callCli(['build', 'dkim', ...domain, ...flags]);
    expect([status, out]).toEqual([1, '']);
    expect(err).toMatch(/^error dkim\.build-private-key: [^\n]*\n$/);
  });

  test('what is not sound is not printed, and the status is 1', async () => {
    const { status, out, err } = await callCli(['build', 'spf', ...domain, '--address', '300.0.0.1']);
    expect([status, out]).toEqual([1, '']);
    expect(err).toContain('error spf.build-value: "300.0.0.1" is no value for "addresses" (RFC 7208 §12)\n');
  });

  test('--json prints the record with what goes with it, and the findings', async () => {
    const { status, out } = await callCli(['build', 'mta-sts', ...domain, '--mode', 'none', '--id', '1', '--json']);
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      record: {
        name: '_mta-sts.example.com',
        text: 'v=STSv1; id=1',
        policy: { url: expect.stringContaining('https') },
      },
      diagnostics: [{ code: 'mta-sts.policy-none' }],
    });
    const wrong = await callCli(['build', 'spf', ...domain, '--address', 'x', '--json']);
    expect(wrong.status).toBe(1);
    expect(JSON.parse(wrong.out)).toMatchObject({ diagnostics: [{ code: 'spf.build-value' }, {}] });
  });

  test.each<[title: string, args: string[], message: string]>([
    ['no kind', [], 'name one of dmarc, spf, dkim, bimi, mta-sts and tls-rpt\n'],
    ['an unknown kind', ['arc'], 'name one of dmarc, spf, dkim, bimi, mta-sts and tls-rpt: found "arc"'],
    [
      'dmarc without anything',
      ['dmarc'],
      'build dmarc needs --domain NAME (domain that publishes the record) and --p POLICY (for mail that fails: none, quarantine or reject)\n',
    ],
    ['tls-rpt without an address', ['tls-rpt', ...domain], 'build tls-rpt needs --rua ADDRESS'],
    ['mta-sts without hosts', ['mta-sts', ...domain, '--mode', 'testing'], 'build mta-sts needs --mx NAME'],
    ['spf without senders', ['spf', ...domain], 'build spf needs --all RESULT'],
    ['dkim without a key', ['dkim', ...domain, '--selector', 'a'], 'build dkim needs --key FILE'],
    ['bimi without an indicator', ['bimi', ...domain], 'build bimi needs --l URI'],
    ['a domain that is none', ['spf', '--domain', 'a..b'], '"domain" must be a domain name, received "a..b"'],
    [
      'a policy that is none',
      ['dmarc', ...domain, '--p', 'drop'],
      '"p" must be one of "none", "quarantine", "reject", received "drop"',
    ],
    [
      'an age that is none',
      ['mta-sts', ...domain, '--mode', 'none', '--max-age', 'long'],
      '"max_age" must be a number of seconds',
    ],
    ...['', ' ', '0x10', '1e3'].map((age): [string, string[], string] => [
      `the age "${age}"`,
      ['mta-sts', ...domain, '--mode', 'none', '--max-age', age],
      '"max_age" must be a number of seconds',
    ]),
    [
      'a key file that is not there',
      ['dkim', ...domain, '--selector', 'a', '--key', 'no-such.pem'],
      '"no-such.pem" is no file, and no key in base64',
    ],
    ['a key file that is a folder', ['dkim', ...domain, '--selector', 'a', '--key', '.'], 'EISDIR'],
    ['an option of another kind', ['tls-rpt', ...domain, '--p', 'none'], '--p'],
  ])('%s is a usage error', async (_, args, message) => {
    const { status, out, err } = await callCli(['build', ...args]);
    expect([status, out]).toEqual([2, '']);
    expect(err).toMatch(/^mailverdict: /);
    expect(err).toContain(message);
  });

  test('--help lists the options of each kind', async () => {
    const { status, out } = await callCli(['build', 'dmarc', '--help']);
    expect(status).toBe(0);
    expect(out).toContain(
      '\nMTA-STS: mailverdict build mta-sts\n  --domain NAME         domain that publishes the record\n',
    );
    expect(out).toContain('\n  --max-age SECONDS     how long senders keep the policy: 604800\n');
    expect(out.split('\n').filter((line) => line.length > 120)).toEqual([]);
  });
});

describe('mailverdict build in a terminal', () => {
  test('dmarc: asks, says why an answer is none, takes an empty one for the usual', async () => {
    const answers = [
      'exa mple',
      '',
      'example.com',
      'drop',
      '',
      'reject',
      '',
      'dmarc at example.com',
      'dmarc@example.com',
    ];
    const { status, out, err } = await callCli(['build', 'dmarc'], { answers });
    expect([status, err]).toEqual([0, '']);
    expect(out).toMatchInlineSnapshot(`
      "Which domain? exa mple
        "domain" must be a domain name, received "exa mple".
      Which domain? 
        This needs an answer.
      Which domain? example.com
      What shall receivers do with mail that fails: none, quarantine or reject? [none] drop
        "p" must be one of "none", "quarantine", "reject", received "drop".
      What shall receivers do with mail that fails: none, quarantine or reject? [none] 
      And with mail of its subdomains, where it differs? [nothing] reject
      And with mail of subdomains that do not exist? [nothing] 
      Where shall reports go, as e-mail addresses? [nothing] dmarc at example.com
        Tag "rua" must be URIs like mailto:a@example.com: found "mailto:dmarc".
      Where shall reports go, as e-mail addresses? [nothing] dmarc@example.com

      Publish. In a zone file:

      _dmarc.example.com. IN TXT "v=DMARC1; p=none; sp=reject; rua=mailto:dmarc@example.com"

      In a web form or an API: type TXT, name _dmarc.example.com, value

      v=DMARC1; p=none; sp=reject; rua=mailto:dmarc@example.com
      "
    `);
  });

  test('spf: lists and yes or no; a finding about an answer asks again', async () => {
    const answers = [
      '192.0.2.300',
      '192.0.2.1, 2001:db8::1',
      'example.com',
      '_spf.mail.example',
      'perhaps',
      'Y',
      'fail',
    ];
    const { status, out } = await callCli(['build', 'spf'], { answers: ['example.com', ...answers] });
    expect(status).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "Which domain? example.com
      Which addresses or networks send its mail? [nothing] 192.0.2.300
        "192.0.2.300" is no value for "addresses".
      Which addresses or networks send its mail? [nothing] 192.0.2.1, 2001:db8::1
      Which services send its mail, by the names that they tell to include? [nothing] example.com
        "include:example.com" leads back to example.com itself.
      Which services send its mail, by the names that they tell to include? [nothing] _spf.mail.example
      Do its mail exchangers send too, yes or no? [no] perhaps
        Answer yes or no: found "perhaps".
      Do its mail exchangers send too, yes or no? [no] Y
      What is everybody else: softfail, fail, neutral or pass? [softfail] fail

      Publish. In a zone file:

      example.com. IN TXT "v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 mx include:_spf.mail.example -all"

      In a web form or an API: type TXT, name example.com, value

      v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 mx include:_spf.mail.example -all
      "
    `);
  });

  test('spf of a domain that sends nothing', async () => {
    const { status, out } = await callCli(['build', 'spf', ...domain], { answers: ['', '', '', ''] });
    expect(status).toBe(0);
    expect(out).toContain('What is everybody else: softfail, fail, neutral or pass? [fail] \n\nPublish.');
    expect(out).toContain('\nv=spf1 -all\n');
  });

  test('nothing is asked where nothing is missing', async () => {
    const { out } = await callCli(['build', 'tls-rpt', ...domain, '--rua', 'a@example.com'], { answers: [] });
    expect(out).toMatch(/^Publish\. In a zone file:\n/);
  });

  test('dkim: a key as base64; bimi: none of the questions that are settled; mta-sts', async () => {
    const dkim = await callCli(['build', 'dkim'], { answers: ['example.com', 'nov2026', 'AAAA', ed25519Key] });
    expect(dkim.out).toContain('\n  "AAAA" is no file, and no key in base64.\n');
    expect(dkim.out).toContain(`\nv=DKIM1; k=ed25519; p=${ed25519Key}\n`);
    const revoked = await callCli(['build', 'dkim', '--revoked'], { answers: ['example.com', 'nov2026'] });
    expect(revoked.out).toContain('\nv=DKIM1; k=rsa; p=\n');
    const mtaSts = await callCli(['build', 'mta-sts'], {
      answers: ['example.com', '', 'mx..1', 'mx.example.com', 'a week', '86400'],
    });
    expect(mtaSts.status).toBe(0);
    expect(mtaSts.out).toContain('\n  "mx..1" is no name of an MX host.\n');
    expect(mtaSts.out).toContain('\n  "max_age" must be a number of seconds, received NaN.\n');
    expect(mtaSts.out).toContain('\nmode: testing\nmx: mx.example.com\nmax_age: 86400\n');
  });

  test('a flag that is wrong is told before anything is asked', async () => {
    const { status, out, err } = await callCli(['build', 'dmarc', '--p', 'drop'], { answers: ['example.com'] });
    expect([status, out]).toEqual([2, '']);
    expect(err).toContain('"p" must be one of');
  });

  test('whoever leaves gets no record', async () => {
    const { status, out, err } = await callCli(['build', 'dmarc'], { answers: ['example.com'] });
    expect(status).toBe(2);
    expect(err).toBe('mailverdict: the answers ended before the record was complete\n');
    expect(out).not.toContain('DMARC1');
  });
});
