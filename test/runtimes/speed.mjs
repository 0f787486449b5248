import { fromBase64 } from './bytes.mjs';

const MILLISECONDS = 300;

/** Signatures verified in a second with each provider that the engine has, with an imported key. */
export async function measureSpeed({ nativeCrypto, portableCrypto }, { rsa, ed25519 }) {
  const keys = {
    rsa2048: [{ type: 'rsa', n: fromBase64(rsa.n), e: fromBase64(rsa.e) }, rsa],
    ed25519: [{ type: 'ed25519', key: fromBase64(ed25519.key) }, ed25519],
  };
  const speed = {};
  for (const provider of [nativeCrypto(), portableCrypto]) {
    if (provider === undefined) continue;
    speed[provider.name] = {};
    for (const [name, [key, signed]] of Object.entries(keys)) {
      const imported = await provider.importKey(key);
      const [data, signature] = [fromBase64(signed.data), fromBase64(signed.signature)];
      speed[provider.name][name] = await rate(() => imported.verify(data, signature));
    }
  }
  return speed;
}

// Rounds grow until one takes long enough; the clock is read between rounds only, since it stands still in a Worker
// that does nothing but compute.
async function rate(verify) {
  for (let count = 16; ; ) {
    const started = await readClock();
    for (let i = 0; i < count; i++) {
      if ((await verify()) !== true) throw new Error('a good signature did not verify');
    }
    const elapsed = Math.max(1, (await readClock()) - started);
    if (elapsed >= MILLISECONDS) return Math.round((count / elapsed) * 1000);
    count = Math.ceil(count * Math.min(8, (MILLISECONDS * 1.2) / elapsed));
  }
}

async function readClock() {
  await new Promise((resolve) => setTimeout(resolve, 0));
  return Date.now();
}
