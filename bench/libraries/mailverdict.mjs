// What mailverdict does in each row: the built package, as its users get it.

import { records } from '../corpus/records.mjs';
import { heavy, includes, nested, one } from '../corpus/spf.mjs';
import { built } from './built.mjs';
import { chunksOf, expectAll, signatureValues, turns } from './jobs.mjs';

const library = await import(built('core.js'));
const {
  authenticateMessage,
  createKeyCache,
  evaluateSpf,
  memoryResolver,
  signMessage,
  signerFromPem,
  verifyDkimSignatures,
} = library;

function verify(corpus, set, { keyCache = createKeyCache(), source = (bytes) => bytes } = {}) {
  const resolver = memoryResolver(corpus.zone);
  const env = { resolver, ...(keyCache && { keyCache }) };
  const next = turns(corpus.messages(set));
  return async () => expectAll(await verifyDkimSignatures(source(next().bytes), env), ({ result }) => result);
}

function spf({ zone, question, result }) {
  const resolver = memoryResolver(zone);
  return async () => expectAll([(await evaluateSpf(question, { resolver })).result], (word) => word, result);
}

function parse(name, texts) {
  const read = library[name];
  if (read === undefined) return undefined;
  const next = turns(texts);
  return () => read(next());
}

export const jobs = {
  rsa3k: (corpus) => verify(corpus, 'rsa3k'),
  'rsa3k-new': (corpus) => verify(corpus, 'rsa3k', { keyCache: null }),
  ed3k: (corpus) => verify(corpus, 'ed3k'),
  two3k: (corpus) => verify(corpus, 'two3k'),
  five3k: (corpus) => verify(corpus, 'five3k'),
  simple3k: (corpus) => verify(corpus, 'simple3k'),
  simple30k: (corpus) => verify(corpus, 'simple30k'),
  html30k: (corpus) => verify(corpus, 'html30k'),
  base641m: (corpus) => verify(corpus, 'base641m'),
  html1m: (corpus) => verify(corpus, 'html1m'),
  simple1m: (corpus) => verify(corpus, 'simple1m'),
  base6425m: (corpus) => verify(corpus, 'base6425m'),
  stream25m: (corpus) => verify(corpus, 'base6425m', { source: chunksOf }),
  simple25m: (corpus) => verify(corpus, 'simple25m'),
  async sign3k(corpus) {
    if (signMessage === undefined) return undefined;
    const [{ pem, selector }] = corpus.keys;
    const signer = await signerFromPem(pem);
    const message = corpus.unsigned();
    return () => signMessage(message, { domain: corpus.domain, selector, signer });
  },
  authenticate(corpus) {
    const env = { resolver: memoryResolver(corpus.zone), keyCache: createKeyCache() };
    const next = turns(corpus.messages('rsa3k'));
    return async () => {
      const verdict = await authenticateMessage(next().bytes, corpus.envelope, env, { authservId: 'mx.example.org' });
      expectAll([verdict.dmarc.result, verdict.spf.mailFrom.result, verdict.dkim[0].result], (word) => word);
    };
  },
  'spf-one': () => spf(one),
  'spf-nested': () => spf(nested),
  'spf-heavy': () => spf(heavy),
  ...Object.fromEntries([1, 2, 3, 5, 8, 10].map((n) => [`spf-${n}`, () => spf(includes(n))])),
  'parse-dmarc': () => parse('parseDmarcRecord', records.dmarc),
  'parse-spf': () => parse('parseSpfRecord', records.spf),
  'parse-key': (corpus) =>
    parse(
      'parseDkimKeyRecord',
      corpus.keys.map(({ record }) => record),
    ),
  'parse-signature': (corpus) => parse('parseDkimSignature', signatureValues(corpus)),
  'parse-results': () => parse('parseAuthenticationResults', records.authenticationResults),
  async 'format-results'(corpus) {
    const { formatAuthenticationResults } = library;
    if (formatAuthenticationResults === undefined) return undefined;
    const env = { resolver: memoryResolver(corpus.zone) };
    const verdict = await authenticateMessage(corpus.messages('rsa3k')[0].bytes, corpus.envelope, env);
    return () => formatAuthenticationResults('mx.example.org', verdict);
  },
};
