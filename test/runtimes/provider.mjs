import { sampleEnvironment } from './cases/verdict.mjs';

/**
 * Which provider `authenticateMessage` uses where the environment names none, as seen from outside: whether it asks the
 * engine's node:crypto to verify. With it the verdict, which must not depend on the engine.
 */
export async function chosenProvider(lib, { message, envelope, zone }) {
  const { process } = globalThis;
  const original = process?.getBuiltinModule;
  let asked = false;
  if (typeof original === 'function') {
    process.getBuiltinModule = (name) => {
      const module = original.call(process, name);
      if (module === undefined || name !== 'node:crypto') return module;
      const { createHash, createPublicKey, verify } = module;
      const spy = (...given) => {
        asked = true;
        return verify(...given);
      };
      return { createHash, createPublicKey, verify: spy };
    };
  }
  try {
    const env = sampleEnvironment(lib, zone);
    const verdict = await lib.authenticateMessage(message, envelope, env, { authservId: 'mx.reader.example' });
    if (verdict.dmarc.result !== 'pass') throw new Error(`the sample gives ${verdict.dmarc.result}`);
    return { provider: asked ? 'native' : 'portable', verdict: JSON.stringify(verdict) };
  } finally {
    if (typeof original === 'function') process.getBuiltinModule = original;
  }
}
