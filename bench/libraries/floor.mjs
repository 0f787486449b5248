// The floor: one hash over the octets of the message, and one verification by node:crypto for each signature. No parsing, no
// canonicalization, no lookup: nobody gets there who does the work.
import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { chunksOf, turns } from './jobs.mjs';

const publicKeyOf = (spki) => createPublicKey({ key: Buffer.from(spki, 'base64'), format: 'der', type: 'spki' });

/** Keys by selector: imported before, or each time from the octets of the key inside its SubjectPublicKeyInfo. */
function keysOf(corpus, fresh) {
  const keys = new Map();
  for (const { selector, spki } of corpus.keys) {
    const key = publicKeyOf(spki);
    const pkcs1 = fresh && key.asymmetricKeyType === 'rsa' && key.export({ format: 'der', type: 'pkcs1' });
    keys.set(selector, pkcs1 ? () => createPublicKey({ key: pkcs1, format: 'der', type: 'pkcs1' }) : () => key);
  }
  return keys;
}

function floor(corpus, set, { fresh = false, chunked = false } = {}) {
  const keys = keysOf(corpus, fresh);
  const messages = corpus.messages(set).map((message) => ({
    ...message,
    checks: message.checks.map((check) => ({ ...check, signature: Buffer.from(check.signature, 'base64') })),
  }));
  const next = turns(messages);
  return async () => {
    const { bytes, headerEnd, checks } = next();
    const hash = createHash('sha256');
    if (chunked) for await (const chunk of chunksOf(bytes)) hash.update(chunk);
    else hash.update(bytes);
    hash.digest();
    const signed = bytes.subarray(0, headerEnd);
    for (const { selector, algorithm, signature } of checks) {
      const rsa = algorithm === 'rsa-sha256';
      const data = rsa ? signed : createHash('sha256').update(signed).digest();
      if (!verify(rsa ? 'sha256' : null, data, keys.get(selector)(), signature))
        throw new Error('the floor does not hold');
    }
  };
}

export const jobs = {
  rsa3k: (corpus) => floor(corpus, 'rsa3k'),
  'rsa3k-new': (corpus) => floor(corpus, 'rsa3k', { fresh: true }),
  ed3k: (corpus) => floor(corpus, 'ed3k'),
  two3k: (corpus) => floor(corpus, 'two3k'),
  five3k: (corpus) => floor(corpus, 'five3k'),
  simple3k: (corpus) => floor(corpus, 'simple3k'),
  simple30k: (corpus) => floor(corpus, 'simple30k'),
  html30k: (corpus) => floor(corpus, 'html30k'),
  base641m: (corpus) => floor(corpus, 'base641m'),
  html1m: (corpus) => floor(corpus, 'html1m'),
  simple1m: (corpus) => floor(corpus, 'simple1m'),
  base6425m: (corpus) => floor(corpus, 'base6425m'),
  stream25m: (corpus) => floor(corpus, 'base6425m', { chunked: true }),
  simple25m: (corpus) => floor(corpus, 'simple25m'),
  sign3k(corpus) {
    const key = createPrivateKey(corpus.keys[0].pem);
    const message = corpus.unsigned();
    return () => {
      createHash('sha256').update(message).digest();
      return sign('sha256', message.subarray(0, 1000), key);
    };
  },
  authenticate: (corpus) => floor(corpus, 'rsa3k'),
};
