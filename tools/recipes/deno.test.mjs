import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  forged,
  forgedEnvelope,
  freePort,
  mailverdict,
  recipe,
  runProgram,
  sample,
  sampleEnvelope,
  sampleZone,
  start,
  withDoh,
} from './support.mjs';

// The binary itself: the package's wrapper would not pass on the signal that ends it.
const deno = createRequire(import.meta.url)('deno/install_api.cjs').runInstall();
const cwd = recipe('deno-edge-function');

async function withFunction(work) {
  await withDoh(sampleZone, async (doh) => {
    const port = await freePort();
    const args = ['run', '--no-prompt', '--no-check', '--allow-net', '--allow-env', 'main.ts'];
    const stop = await start(deno, args, { port, cwd, env: { PORT: String(port), DOH_URL: doh } });
    try {
      await work(`http://127.0.0.1:${port}/`, doh);
    } finally {
      await stop();
    }
  });
}

test('Deno function: answers with the verdict that Node gives, byte for byte, and refuses wrong arguments', async () => {
  await withFunction(async (url, doh) => {
    for (const [message, envelope, result] of [
      [sample, sampleEnvelope, 'pass'],
      [forged, forgedEnvelope, 'fail'],
    ]) {
      const response = await fetch(`${url}?${new URLSearchParams(envelope)}`, { method: 'POST', body: message });
      assert.equal(response.status, 200);
      const text = await response.text();
      const resolver = mailverdict.dohResolver({ url: doh });
      assert.equal(text, JSON.stringify(await mailverdict.authenticateMessage(message, envelope, { resolver })));
      assert.equal(JSON.parse(text).dmarc.result, result);
    }
    const wrong = await fetch(`${url}?ip=10.0.0`, { method: 'POST', body: sample });
    assert.equal(wrong.status, 400);
    assert.match((await wrong.json()).error, /"ip" must be an IP address, received "10\.0\.0"/);
    assert.equal((await fetch(url)).status, 405);
  });
});

test('Deno function: Deno accepts its types', async () => {
  const { code, output } = await runProgram(deno, ['check', 'main.ts'], { cwd });
  assert.equal(code, 0, output);
});

test('JSR takes the sources: exported types are explicit, and every import resolves', async () => {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const args = ['publish', '--dry-run', '--allow-dirty', '--config', 'jsr.json'];
  const env = { ...process.env, NO_COLOR: '1' };
  const { code, output } = await runProgram(deno, args, { cwd: root, env });
  assert.equal(code, 0, output);
  assert.match(output, /src\/core\.ts/);
  assert.doesNotMatch(output, /src\/cli|slow-types|warning\[/);
});
