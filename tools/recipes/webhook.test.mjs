import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import nodemailer from 'nodemailer';
import {
  brokenZone,
  forged,
  forgedEnvelope,
  freePort,
  recipe,
  sample,
  sampleEnvelope,
  sampleZone,
  start,
  withDoh,
  withReject,
  zoneWith,
} from './support.mjs';

const cwd = recipe('inbound-webhook');
writeFileSync(join(cwd, 'rejecting.mjs'), withReject(readFileSync(join(cwd, 'webhook.mjs'), 'utf8')));

/** What a provider posts, octet for octet. */
function post(url, message, { ip, mailFrom }) {
  const boundary = 'xYzZY';
  const field = (name, value) => [
    Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n`),
    Buffer.from(value),
    Buffer.from('\r\n'),
  ];
  const body = Buffer.concat([
    ...field('sender_ip', ip),
    ...field('envelope', JSON.stringify({ to: ['ann@reader.example'], from: mailFrom })),
    ...field('email', message),
    Buffer.from(`--${boundary}--\r\n`),
  ]);
  const headers = { 'content-type': `multipart/form-data; boundary=${boundary}` };
  return fetch(url, { method: 'POST', headers, body });
}

async function withWebhook(zone, program, work) {
  await withDoh(zone, async (doh) => {
    const port = await freePort();
    const env = { PORT: String(port), DOH_URL: doh, WEBHOOK_KEY: 'secret' };
    const stop = await start(process.execPath, [program], { port, cwd, env });
    try {
      await work(`http://127.0.0.1:${port}/inbound/`);
    } finally {
      await stop();
    }
  });
}

test('webhook: delivers the sample, quarantines a forgery, refuses a wrong key', async () => {
  await withWebhook(sampleZone, 'webhook.mjs', async (url) => {
    const good = await post(`${url}secret`, sample, sampleEnvelope);
    assert.equal(good.status, 200);
    assert.deepEqual(await good.json(), { handling: 'deliver', dmarc: 'pass', spf: 'pass', dkim: ['pass', 'pass'] });
    const bad = await post(`${url}secret`, forged, forgedEnvelope);
    assert.deepEqual(await bad.json(), { handling: 'quarantine', dmarc: 'fail', spf: 'none', dkim: ['fail', 'fail'] });
    assert.equal((await post(`${url}guess`, sample, sampleEnvelope)).status, 404);
    assert.equal((await post(`${url}undefined`, sample, sampleEnvelope)).status, 404);
  });
});

test('webhook: discards a forgery only when shouldReject agrees, and never under p=none', async () => {
  await withWebhook(sampleZone, 'rejecting.mjs', async (url) => {
    assert.equal((await (await post(`${url}secret`, forged, forgedEnvelope)).json()).handling, 'discard');
    assert.equal((await (await post(`${url}secret`, sample, sampleEnvelope)).json()).handling, 'deliver');
  });
  await withWebhook(zoneWith('v=DMARC1; p=none'), 'rejecting.mjs', async (url) => {
    assert.equal((await (await post(`${url}secret`, forged, forgedEnvelope)).json()).handling, 'deliver');
  });
});

test('webhook: a DNS failure asks the provider to post again', async () => {
  await withWebhook(brokenZone, 'rejecting.mjs', async (url) => {
    const response = await post(`${url}secret`, sample, sampleEnvelope);
    assert.equal(response.status, 503);
    assert.equal(response.headers.get('retry-after'), '300');
  });
});

test('webhook: mail in a charset other than UTF-8 keeps its octets, so its signature holds', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'der' },
  });
  const text =
    'From: news@example.org\r\nSubject: 8-bit\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: 8bit\r\n\r\nGr\xfc\xdfe, caf\xe9 \x80\x9f\r\n';
  const dkim = { domainName: 'example.org', keySelector: 'latin', privateKey };
  const transport = nodemailer.createTransport({ streamTransport: true, buffer: true, newline: 'windows', dkim });
  const envelope = { from: 'bounce@news.example.org', to: 'ann@reader.example' };
  const { message } = await transport.sendMail({ raw: Buffer.from(text, 'latin1'), envelope });
  assert.ok(message.includes(Buffer.from('Gr\xfc\xdfe', 'latin1')));
  const key = `v=DKIM1; k=rsa; p=${publicKey.toString('base64')}`;
  await withWebhook(zoneWith('', { 'latin._domainkey.example.org': { TXT: [key] } }), 'webhook.mjs', async (url) => {
    const response = await post(`${url}secret`, message, sampleEnvelope);
    assert.deepEqual((await response.json()).dkim, ['pass']);
  });
});
