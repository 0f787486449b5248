// What mailauth does in each row, in its default mode; ARC and BIMI are off, since authenticateMessage looks at neither.
import { Readable } from 'node:stream';
import { records } from '../corpus/records.mjs';
import { heavy, includes, nested, one } from '../corpus/spf.mjs';
import { chunksOf, expectAll, signatureValues, turns } from './jobs.mjs';
import { mailauth } from './mailauth-modules.mjs';

/** A resolver of its form: a map in memory, errors as node:dns throws them. */
function resolverOf(zone) {
  const answers = new Map();
  for (const [name, types] of Object.entries(zone)) {
    for (const [type, list] of Object.entries(types))
      answers.set(
        `${type} ${name}`,
        list.map((data) => inForm(type, data)),
      );
  }
  return async (name, type) => {
    const found = answers.get(`${type} ${name.toLowerCase()}`);
    if (found !== undefined) return found;
    throw Object.assign(new Error(`query ${type} ${name}`), {
      code: Object.hasOwn(zone, name) ? 'ENODATA' : 'ENOTFOUND',
    });
  };
}

function inForm(type, data) {
  if (type === 'TXT') return [data];
  if (type !== 'MX') return data;
  const [priority, exchange] = data.split(' ');
  return { priority: Number(priority), exchange };
}

function verify(corpus, set, source = (bytes) => bytes) {
  const resolver = resolverOf(corpus.zone);
  const next = turns(corpus.messages(set));
  return async () => {
    const { results } = await mailauth.dkimVerify(source(next().bytes), { resolver });
    expectAll(results, ({ status }) => status.result);
  };
}

function spf({ zone, question, result }) {
  const { ip, helo, mailFrom } = question;
  const options = { resolver: resolverOf(zone), ip, helo, sender: mailFrom, mta: 'mx.example.org' };
  return async () => expectAll([(await mailauth.spf(options)).status.result], (word) => word, result);
}

function parse(read, texts) {
  const next = turns(texts);
  return () => read(next());
}

export const jobs = {
  rsa3k: (corpus) => verify(corpus, 'rsa3k'),
  'rsa3k-new': (corpus) => verify(corpus, 'rsa3k'),
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
  stream25m: (corpus) => verify(corpus, 'base6425m', (bytes) => Readable.from(chunksOf(bytes), { objectMode: false })),
  simple25m: (corpus) => verify(corpus, 'simple25m'),
  sign3k(corpus) {
    const [{ pem, selector, algorithm }] = corpus.keys;
    const message = corpus.unsigned();
    const signatureData = [{ signingDomain: corpus.domain, selector, privateKey: pem, algorithm }];
    return () => mailauth.dkimSign(message, { canonicalization: 'relaxed/relaxed', signatureData });
  },
  authenticate(corpus) {
    const { ip, helo, mailFrom: sender } = corpus.envelope;
    const options = {
      resolver: resolverOf(corpus.zone),
      ip,
      helo,
      sender,
      mta: 'mx.example.org',
      disableArc: true,
      disableBimi: true,
    };
    const next = turns(corpus.messages('rsa3k'));
    return async () => {
      const { dkim, spf: spfResult, dmarc } = await mailauth.authenticate(next().bytes, options);
      expectAll([dmarc, spfResult, dkim.results[0]], ({ status }) => status.result);
    };
  },
  'spf-one': () => spf(one),
  'spf-nested': () => spf(nested),
  'spf-heavy': () => spf(heavy),
  ...Object.fromEntries([1, 2, 3, 5, 8, 10].map((n) => [`spf-${n}`, () => spf(includes(n))])),
  'parse-dmarc': () => parse((text) => mailauth.parseDmarcRecord(text), records.dmarc),
  // It has no parser of its own: terms are cut and checked, and read again while they are evaluated.
  'parse-spf': () => parse((text) => mailauth.validateTerms(text.split(/\s+/).slice(1)), records.spf),
  'parse-key': (corpus) =>
    parse(
      (text) => mailauth.parseDkimHeaders(`DNS: TXT;${text}`),
      corpus.keys.map(({ record }) => record),
    ),
  'parse-signature': (corpus) =>
    parse(
      (text) => mailauth.parseDkimHeaders(text),
      signatureValues(corpus).map((value) => `DKIM-Signature:${value}`),
    ),
  'parse-results': () =>
    parse(
      (text) => mailauth.parseDkimHeaders(text),
      records.authenticationResults.map((value) => `Authentication-Results: ${value}`),
    ),
};
