import { equal, matches, ok, plainData } from '../assertions.mjs';
import { bytesOf, streamOf } from '../bytes.mjs';

const CLOCK = '2026-11-21T12:00:00Z';

/** The environment for the sample message: its zone, and a fixed clock. */
export function sampleEnvironment(lib, zone) {
  return { resolver: lib.memoryResolver(zone), now: () => new Date(CLOCK) };
}

const plain = (from) => `From: ${from}\r\nSubject: x\r\n\r\nbody\r\n`;

export const verdictCases = [
  {
    name: 'authenticateMessage judges the sample',
    async run(lib, { message, envelope, zone }) {
      const verdict = await lib.authenticateMessage(message, envelope, sampleEnvironment(lib, zone));
      matches(verdict, {
        author: { domain: 'example.org', address: 'news@example.org' },
        spf: { mailFrom: { result: 'pass', domain: 'news.example.org' }, helo: { result: 'pass' } },
        dmarc: { result: 'pass', policyDomain: 'example.org', policy: { published: 'reject' }, disposition: 'none' },
      });
      equal(
        verdict.dkim.map(({ result }) => result),
        ['pass', 'pass'],
      );
      ok(verdict.receivedSpf.startsWith('pass '), `Received-SPF is ${verdict.receivedSpf}`);
      plainData(verdict);
      equal(JSON.parse(JSON.stringify(verdict)), verdict);
      equal(structuredClone(verdict), verdict, 'the clone');
    },
  },
  {
    name: 'authenticateMessage writes Authentication-Results (RFC 8601)',
    async run(lib, { message, envelope, zone }) {
      const env = sampleEnvironment(lib, zone);
      const options = { authservId: 'mx.reader.example' };
      const { authenticationResults } = await lib.authenticateMessage(message, envelope, env, options);
      const lines = authenticationResults.split('\r\n ');
      equal(lines.slice(0, 2), ['mx.reader.example;', 'spf=pass smtp.mailfrom=news.example.org;']);
      ok(
        lines.some((line) => line.startsWith('dkim=pass header.d=example.org ')),
        authenticationResults,
      );
      equal(lines.at(-1), 'dmarc=pass header.from=example.org policy.dmarc=reject');
    },
  },
  {
    name: 'authenticateMessage reads a stream, and gives what the text gives',
    async run(lib, { message, envelope, zone }) {
      const env = sampleEnvironment(lib, zone);
      const ofText = await lib.authenticateMessage(message, envelope, env);
      for (const size of [1, 19, 4096]) {
        equal(await lib.authenticateMessage(streamOf(bytesOf(message), size), envelope, env), ofText);
      }
    },
  },
  {
    name: 'authenticateMessage by the rules of RFC 7489',
    async run(lib, { message, envelope, zone }) {
      const options = { protocol: 'rfc7489', organizationalDomain: lib.publicSuffix };
      const verdict = await lib.authenticateMessage(message, envelope, sampleEnvironment(lib, zone), options);
      matches(verdict.dmarc, { result: 'pass', protocol: 'rfc7489', organizationalDomain: 'example.org' });
    },
  },
  {
    name: 'a forged message fails, one without a single author is a permerror',
    async run(lib, { zone }) {
      const env = sampleEnvironment(lib, zone);
      const envelope = { ip: '203.0.113.200', helo: 'bot.example', mailFrom: 'x@bot.example' };
      const forged = await lib.authenticateMessage(plain('Boss <boss@example.org>'), envelope, env);
      matches(forged.dmarc, { result: 'fail', disposition: 'quarantine', policy: { effective: 'reject' } });
      const two = await lib.authenticateMessage(plain('a@example.org, b@bot.example'), envelope, env);
      matches(two.dmarc, { result: 'permerror', reason: 'multiple-author-domains' });
      const none = await lib.authenticateMessage('Subject: x\r\n\r\n', envelope, env);
      matches(none.dmarc, { result: 'permerror', reason: 'no-author-domain' });
    },
  },
];
