// Unit tests for your own mail: would what the application sends today pass SPF, DKIM and DMARC? No network is needed.
//   node --test newsletter.test.mjs
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { authenticateMessage, memoryResolver } from 'mailverdict';
import nodemailer from 'nodemailer';

// A key for the tests; the real private key stays where it is.
const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'der' },
});

// Your DNS as it is, or as you plan it. Only what is listed exists.
const zone = {
  'example.com': { TXT: ['v=spf1 ip4:192.0.2.0/24 -all'] },
  '_dmarc.example.com': { TXT: ['v=DMARC1; p=reject; rua=mailto:dmarc@example.com'] },
  's1._domainkey.example.com': { TXT: [`v=DKIM1; k=rsa; p=${publicKey.toString('base64')}`] },
};

/** Put your application's own sending code here; this transport hands out the message instead of sending it. */
async function renderNewsletter() {
  const dkim = { domainName: 'example.com', keySelector: 's1', privateKey };
  const transport = nodemailer.createTransport({ streamTransport: true, buffer: true, newline: 'windows', dkim });
  const { message } = await transport.sendMail({
    from: 'News <news@example.com>',
    to: 'ann@reader.example',
    subject: 'November',
    text: 'Hello Ann,\n\nthis is what happened in November.\n',
  });
  return message;
}

const ourServer = { ip: '192.0.2.10', helo: 'mx.example.com', mailFrom: 'bounce@example.com' };
const verdictOf = (message, envelope = ourServer, dns = zone) =>
  authenticateMessage(message, envelope, { resolver: memoryResolver(dns) });

test('the newsletter passes SPF, DKIM and DMARC from our server', async () => {
  const { spf, dkim, dmarc } = await verdictOf(await renderNewsletter());
  assert.equal(spf.mailFrom.result, 'pass');
  assert.deepEqual(
    dkim.map(({ result, domain }) => [result, domain]),
    [['pass', 'example.com']],
  );
  assert.equal(dmarc.result, 'pass');
});

test('it passes DMARC after forwarding, where SPF breaks and DKIM holds', async () => {
  const { spf, dmarc } = await verdictOf(await renderNewsletter(), { ...ourServer, ip: '203.0.113.9' });
  assert.equal(spf.mailFrom.result, 'fail');
  assert.equal(dmarc.result, 'pass');
});

test('a footer added on the way breaks the signature, and the verdict says which part', async () => {
  const message = Buffer.concat([await renderNewsletter(), Buffer.from('-- \r\nThe list\r\n')]);
  const { dkim, dmarc } = await verdictOf(message, { ...ourServer, ip: '203.0.113.9' });
  assert.deepEqual([dkim[0].result, dkim[0].reason, dkim[0].signature], ['fail', 'body-hash', 'match']);
  assert.equal(dmarc.result, 'fail');
});

test('a DNS failure is no verdict on the newsletter: receivers try again', async () => {
  const broken = { ...zone, 's1._domainkey.example.com': { TXT: { failure: 'timeout' } } };
  const { dmarc } = await verdictOf(await renderNewsletter(), { ...ourServer, ip: '203.0.113.9' }, broken);
  assert.equal(dmarc.result, 'temperror');
});
