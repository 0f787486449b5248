import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { brokenZone, forged, recipe, sample, sampleZone, withDoh } from './support.mjs';

const folder = recipe('browser-page');
const executablePath = process.env.CHROMIUM ?? ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find(existsSync);
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

async function listen(handle) {
  const server = createServer(handle);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { origin: `http://127.0.0.1:${server.address().port}`, close };
}

/** The page, bundled as any bundler would. */
async function servePage() {
  const { outputFiles } = await build({
    entryPoints: [join(folder, 'page.js')],
    bundle: true,
    write: false,
    format: 'esm',
  });
  const files = {
    '/': ['text/html', readFileSync(join(folder, 'index.html'))],
    '/page.js': ['text/javascript', outputFiles[0].contents],
  };
  return listen(({ url }, response) => {
    const [type, body] = files[url] ?? [];
    response.writeHead(body ? 200 : 404, { 'content-type': type ?? 'text/plain' }).end(body);
  });
}

/** A DNS-over-HTTPS server of another origin that allows simple cross-origin requests and no preflights, as the public ones do. */
const serveCrossOrigin = (upstream) =>
  listen(async ({ url, method }, response) => {
    if (method !== 'GET') return response.writeHead(405).end();
    const answer = await fetch(new URL(url, upstream));
    const headers = { 'content-type': answer.headers.get('content-type'), 'access-control-allow-origin': '*' };
    response.writeHead(answer.status, headers).end(Buffer.from(await answer.arrayBuffer()));
  });

async function verifyPasted(message, zone) {
  assert.ok(executablePath, 'Chromium is not installed; CHROMIUM names its binary');
  return withDoh(zone, async (upstream) => {
    const [page, doh] = await Promise.all([servePage(), serveCrossOrigin(upstream)]);
    const browser = await chromium.launch({ executablePath, args });
    try {
      const tab = await browser.newPage();
      const errors = [];
      tab.on('pageerror', (error) => errors.push(String(error)));
      await tab.goto(page.origin);
      await tab.fill('#doh', `${doh.origin}/dns-query`);
      await tab.fill('#message', message.toString('utf8'));
      await tab.click('button');
      await tab.waitForFunction(() => / for | \(/.test(document.getElementById('dmarc').textContent));
      const signatures = await tab.locator('#signatures li').allTextContents();
      return { dmarc: await tab.textContent('#dmarc'), signatures, errors };
    } finally {
      await browser.close();
      await page.close();
      await doh.close();
    }
  });
}

test('browser page: the pasted sample passes', async () => {
  const { dmarc, signatures, errors } = await verifyPasted(sample, sampleZone);
  assert.deepEqual(errors, []);
  assert.equal(dmarc, 'pass for example.org, policy reject');
  assert.equal(signatures.length, 2);
  assert.match(signatures[0], /^pass: signed by example\.org, selector nov2026\./);
  assert.match(signatures[1], /^pass: signed by example\.org, selector nov2026-ed\./);
});

test('browser page: a forgery fails, and its markup stays text', async () => {
  const hostile = Buffer.from(forged.toString('latin1').replace('s=nov2026-ed', 's=<img src=x>'), 'latin1');
  const { dmarc, signatures, errors } = await verifyPasted(hostile, sampleZone);
  assert.deepEqual(errors, []);
  assert.match(
    dmarc,
    /^fail for example\.org \(no-identifier\), policy reject|^fail for example\.org \(not-aligned\), policy reject/,
  );
  assert.match(signatures[0], /^fail: signed by example\.org, selector nov2026 \(body-hash; body hash: mismatch\)/);
  assert.equal(signatures.length, 2);
});

test('browser page: a DNS failure is a temperror, not a fail', async () => {
  const { dmarc } = await verifyPasted(sample, brokenZone);
  assert.match(dmarc, /^temperror for example\.org \(dns-failure\)/);
});
