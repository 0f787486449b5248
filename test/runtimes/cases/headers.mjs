import { equal, matches, ok, plainData, thrownBy } from '../assertions.mjs';
import { bytesOf } from '../bytes.mjs';
import { sampleEnvironment } from './verdict.mjs';

const forged = 'Authentication-Results: MX.Reader.example; dmarc=pass header.from=bank.example\r\n';
const real = 'Authentication-Results: other.example; spf=pass smtp.mailfrom=example.org\r\n';
const message = `${forged}${real}From: a@bank.example\r\n\r\nHi\r\n`;

export const headerCases = [
  {
    name: 'formatAuthenticationResults writes a verdict that parseAuthenticationResults reads',
    async run(lib, { message: sample, zone, envelope }) {
      const verdict = await lib.authenticateMessage(sample, envelope, sampleEnvironment(lib, zone));
      const value = lib.formatAuthenticationResults('mx.reader.example', verdict);
      const parsed = lib.parseAuthenticationResults(value);
      ok(parsed.ok, 'the value has errors');
      equal(parsed.value.authservId, 'mx.reader.example');
      equal(
        parsed.value.results.map(({ method, result }) => `${method}=${result}`),
        ['spf=pass', 'spf=pass', 'dkim=pass', 'dkim=pass', 'dmarc=pass'],
      );
      plainData(parsed);
      equal(lib.formatAuthenticationResults('mx.reader.example', parsed.value), value);
    },
  },
  {
    name: 'parseArcAuthenticationResults reads the instance',
    run(lib) {
      matches(lib.parseArcAuthenticationResults(' i=2; mx.example; arc=pass').value, {
        instance: 2,
        authservId: 'mx.example',
      });
    },
  },
  {
    name: 'selectAuthenticationResults gives fields of trusted services only',
    run(lib) {
      equal(
        lib
          .selectAuthenticationResults(message, { trusted: ['other.example'] })
          .map(({ authservId, headerIndex }) => [authservId, headerIndex]),
        [['other.example', 1]],
      );
      equal(lib.selectAuthenticationResults(message, { trusted: [] }), []);
    },
  },
  {
    name: 'stripAuthenticationResults removes forged fields and nothing else',
    run(lib) {
      const stripped = lib.stripAuthenticationResults(bytesOf(message), ['mx.reader.example']);
      equal(new TextDecoder().decode(stripped), message.slice(forged.length));
    },
  },
  {
    name: 'parseReceivedSpf reads what formatReceivedSpf wrote',
    async run(lib, { zone }) {
      const session = { ip: '192.0.2.25', helo: 'mx.example.org', mailFrom: 'a@news.example.org' };
      const value = lib.formatReceivedSpf(await lib.evaluateSpf(session, sampleEnvironment(lib, zone)), session);
      const parsed = lib.parseReceivedSpf(value);
      ok(parsed.ok, 'the value has errors');
      equal(parsed.value.result, 'pass');
      ok(
        parsed.value.properties.some(({ name, value: text }) => name === 'client-ip' && text === '192.0.2.25'),
        'client-ip is missing',
      );
    },
  },
];

const unsigned = 'From: ann@example.com\r\nSubject: Hi\r\n\r\nHello\r\n';

export const signingCases = [
  ...['rsa', 'ed25519'].map((algorithm) => ({
    name: `a key pair of generateDkimKeyPair (${algorithm}) signs what verifies`,
    async run(lib) {
      const { privateKey, record } = await lib.generateDkimKeyPair({ algorithm, domain: 'example.com', selector: 'a' });
      equal([record.name, record.type], ['a._domainkey.example.com', 'TXT']);
      ok(lib.parseDkimKeyRecord(record.text).ok, 'the record has errors');
      const signer = await lib.signerFromPem(privateKey);
      const { headers } = await lib.signMessage(unsigned, { domain: 'example.com', selector: 'a', signer });
      const env = { resolver: lib.memoryResolver({ [record.name]: { TXT: [record.chunks] } }) };
      matches(await lib.verifyDkimSignature(headers + unsigned, env), { result: 'pass', domain: 'example.com' });
      const added = `Subject: other\r\n${headers}${unsigned}`;
      matches(await lib.verifyDkimSignature(added, env), { result: 'fail', reason: 'signature' });
    },
  })),
  {
    name: 'signMessage and signerFromPem refuse what they must',
    async run(lib) {
      const sign = (text) =>
        lib.signMessage(text, {
          domain: 'example.com',
          selector: 'a',
          signer: { algorithm: 'rsa-sha256', sign: () => new Uint8Array(256) },
        });
      for (const promise of [
        sign('Subject: x\r\n\r\n'),
        sign('From: a@b.example\r\nX: y\n\r\n'),
        lib.signerFromPem('no key'),
      ]) {
        ok((await thrownBy(() => promise)) instanceof TypeError, 'no TypeError');
      }
    },
  },
];

export const arcCases = [
  {
    name: 'a chain that sealMessage begins is one that verifyArc passes, until the body changes',
    async run(lib) {
      const { privateKey, record } = await lib.generateDkimKeyPair({ domain: 'hop.example', selector: 'seal' });
      const env = { resolver: lib.memoryResolver({ [record.name]: { TXT: [record.chunks] } }) };
      const signer = await lib.signerFromPem(privateKey);
      const options = {
        domain: 'hop.example',
        selector: 'seal',
        signer,
        authenticationResults: 'mx.hop.example; spf=pass smtp.mailfrom=example.com',
      };
      const { headers, fields } = await lib.sealMessage(unsigned, options, env);
      equal(fields.length, 3);
      const arc = await lib.verifyArc(headers + unsigned, env);
      matches(arc, { result: 'pass', oldestPass: 0 });
      plainData(arc);
      matches(await lib.verifyArc(headers + unsigned.replace('Hello', 'Bye'), env), { result: 'fail' });
      equal((await lib.verifyArc(unsigned, env)).result, 'none');
    },
  },
];
