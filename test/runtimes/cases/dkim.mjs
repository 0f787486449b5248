import { equal, matches, ok, plainData, thrownBy } from '../assertions.mjs';
import { bytesOf, chunksOf, fromBase64, streamOf } from '../bytes.mjs';
import { sampleEnvironment } from './verdict.mjs';

// Every provider that the engine has, by what the environment holds: native or portable, both, one of the caller's.
const providers = [
  { label: 'the default provider', of: () => undefined },
  { label: 'the native provider', of: (lib) => lib.nativeCrypto() },
  { label: 'the portable provider', of: (lib) => lib.portableCrypto },
  { label: 'native hashes with portable keys', of: (lib) => mixed(lib.nativeCrypto(), lib.portableCrypto) },
  { label: 'portable hashes with native keys', of: (lib) => mixed(lib.portableCrypto, lib.nativeCrypto()) },
  { label: 'portable RSA with native Ed25519', of: (lib) => mixedByType(lib.nativeCrypto(), lib.portableCrypto) },
  { label: 'a provider that answers later', of: (lib) => later(lib.portableCrypto) },
];

const mixed = (hashes, keys) => hashes && keys && { ...hashes, name: 'mixed', importKey: keys.importKey };

// As docs/runtimes.md advises where an engine's own RSA is slow.
const mixedByType = (native, portable) =>
  native && { ...native, name: 'mixed', importKey: (key) => (key.type === 'rsa' ? portable : native).importKey(key) };

const later = ({ createHash, importKey }) => ({
  name: 'later',
  createHash(algorithm) {
    const hash = createHash(algorithm);
    return { update: (bytes) => hash.update(bytes), digest: async () => hash.digest() };
  },
  async importKey(key) {
    const imported = await importKey(key);
    return { verify: async (data, signature) => imported.verify(data, signature) };
  },
});

const word = ({ result, reason }) => (reason === undefined ? result : `${result} ${reason}`);

function withProvider({ label, of }) {
  // Where the engine has no native provider, the default one stands in: the case runs, whatever the engine.
  const envOf = (lib, zone) => {
    const crypto = of(lib);
    return { ...sampleEnvironment(lib, zone), ...(crypto && { crypto }) };
  };
  return [
    {
      name: `RSA and Ed25519 signatures verify with ${label}`,
      async run(lib, { message, zone }) {
        const results = await lib.verifyDkimSignatures(message, envOf(lib, zone));
        equal(
          results.map(({ result, algorithm, keyBits }) => [result, algorithm, keyBits]),
          [
            ['pass', 'rsa-sha256', 2048],
            ['pass', 'ed25519-sha256', 256],
          ],
        );
        plainData(results);
      },
    },
    {
      name: `every size of key and every canonicalization verifies with ${label}`,
      async run(lib, { signed }) {
        const words = {};
        for (const { name, message, zone } of signed) {
          words[name] = word(await lib.verifyDkimSignature(fromBase64(message), envOf(lib, zone)));
        }
        equal(words, Object.fromEntries(signed.map(({ name, expected }) => [name, expected])), 'results');
      },
    },
    {
      name: `what was changed fails with ${label}`,
      async run(lib, { message, zone }) {
        const env = envOf(lib, zone);
        const body = await lib.verifyDkimSignatures(message.replace('this month', 'last month'), env);
        for (const result of body) matches(result, { result: 'fail', reason: 'body-hash', signature: 'match' });
        const header = await lib.verifyDkimSignatures(message.replace('November at', 'December at'), env);
        for (const result of header) matches(result, { result: 'fail', reason: 'signature', bodyHash: 'match' });
        const signature = await lib.verifyDkimSignatures(message.replace(/(\n b=)../g, '$1AA'), env);
        for (const result of signature) matches(result, { result: 'fail', reason: 'signature', bodyHash: 'match' });
      },
    },
  ];
}

// Every form of message must give what the text gives.
const sources = [
  ['bytes', (bytes) => bytes],
  ['a stream in chunks of 1 octet', (bytes) => streamOf(bytes, 1)],
  ['a stream in chunks of 7 octets', (bytes) => streamOf(bytes, 7)],
  ['a stream in chunks of 64 KiB', (bytes) => streamOf(bytes, 65_536)],
  ['an async iterable in chunks of 13 octets', (bytes) => chunksOf(bytes, 13)],
];

export const dkimCases = [
  ...providers.flatMap(withProvider),
  ...sources.map(([what, sourceOf]) => ({
    name: `${what} verifies as the text does`,
    async run(lib, { message, zone }) {
      const env = sampleEnvironment(lib, zone);
      const results = await lib.verifyDkimSignatures(sourceOf(bytesOf(message)), env);
      equal(results, await lib.verifyDkimSignatures(message, env));
    },
  })),
  {
    name: 'a large body streams through',
    async run(lib, { message, zone }) {
      const size = 2_000_000;
      const results = await lib.verifyDkimSignatures(
        streamOf(bytesOf(`${message}${'x'.repeat(998)}\r\n`.padEnd(size, 'line\r\n')), 50_001),
        sampleEnvironment(lib, zone),
      );
      for (const result of results) matches(result, { result: 'fail', reason: 'body-hash', signature: 'match' });
    },
  },
  {
    name: 'a stream that fails rejects with its error',
    async run(lib, { zone }) {
      const reason = new Error('the connection closed');
      const source = new ReadableStream({ pull: (controller) => controller.error(reason) });
      const error = await thrownBy(() => lib.verifyDkimSignatures(source, sampleEnvironment(lib, zone)));
      ok(error === reason, `it rejected with ${error}`);
    },
  },
  {
    name: 'createKeyCache: a key is imported once for many messages',
    async run(lib, { message, zone }) {
      let imports = 0;
      const counting = {
        ...lib.portableCrypto,
        importKey(key) {
          imports++;
          return lib.portableCrypto.importKey(key);
        },
      };
      const env = {
        ...sampleEnvironment(lib, zone),
        crypto: counting,
        keyCache: lib.createKeyCache({ maxEntries: 10 }),
      };
      for (let i = 0; i < 3; i++) {
        equal(
          (await lib.verifyDkimSignatures(message, env)).map(({ result }) => result),
          ['pass', 'pass'],
        );
      }
      equal(imports, 2, 'imports');
    },
  },
  {
    name: 'verifyDkimSignature judges one field, or says that there is none',
    async run(lib, { message, zone }) {
      const env = sampleEnvironment(lib, zone);
      matches(await lib.verifyDkimSignature(message, env, { index: 1 }), { result: 'pass', selector: 'nov2026-ed' });
      matches(await lib.verifyDkimSignature('From: a@example.com\r\n\r\nHi\r\n', env), {
        result: 'none',
        headerIndex: -1,
      });
    },
  },
  {
    name: 'the verdict words of RFC 8601 for keys that are missing, revoked or out of reach',
    async run(lib, { message, zone }) {
      const name = 'nov2026._domainkey.example.org';
      const at = async (node) => {
        const env = sampleEnvironment(lib, { ...zone, [name]: node });
        return word(await lib.verifyDkimSignature(message, env));
      };
      equal(await at({ nxdomain: true }), 'permerror no-key');
      equal(await at({ TXT: ['v=DKIM1; p='] }), 'permerror key-revoked');
      equal(await at({ TXT: ['v=DKIM1; p=AAAA'] }), 'permerror key-syntax');
      equal(await at({ TXT: { failure: 'timeout' } }), 'temperror key-unavailable');
    },
  },
];
