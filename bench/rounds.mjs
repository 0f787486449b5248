// How often one message waits for DNS: every answer takes 20 ms, and what is asked at once is answered at once.
import { generateKeyPairSync } from 'node:crypto';
import { built } from './libraries/built.mjs';
import { mailauth } from './libraries/mailauth-modules.mjs';

const LATENCY = 20;
const AUTHOR = 'mail.news.shop.example';
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const key = `v=DKIM1; k=rsa; p=${publicKey.export({ format: 'der', type: 'spki' }).toString('base64')}`;
const pem = privateKey.export({ format: 'pem', type: 'pkcs8' });

const zone = {
  // Eight includes, two deep; the last network of the last one matches.
  'bounce.shop.example': {
    TXT: ['v=spf1 include:a.spf.example include:b.spf.example include:c.spf.example include:d.spf.example -all'],
  },
  ...Object.fromEntries(
    ['a', 'b', 'c', 'd'].flatMap((name) => [
      [`${name}.spf.example`, { TXT: [`v=spf1 include:${name}2.spf.example ip4:198.51.100.0/24 -all`] }],
      [`${name}2.spf.example`, { TXT: [`v=spf1 ip4:${name === 'd' ? '192.0.2.0' : '203.0.113.0'}/24 -all`] }],
    ]),
  ),
  'mx.shop.example': { TXT: ['v=spf1 a -all'], A: ['192.0.2.17'] },
  // The walk from the author domain asks four names, and the record is at the third.
  '_dmarc.shop.example': { TXT: ['v=DMARC1; p=reject'] },
  'one._domainkey.shop.example': { TXT: [key] },
  'two._domainkey.vendor.example': { TXT: [key] },
};

const text = `From: ann@${AUTHOR}\r\nTo: bob@example.org\r\nSubject: Hi\r\nDate: Sat, 21 Nov 2026 08:00:00 +0000\r\nMessage-ID: <1@${AUTHOR}>\r\n\r\nHello\r\n`;
const { signatures } = await mailauth.dkimSign(text, {
  canonicalization: 'relaxed/relaxed',
  signatureData: [
    { signingDomain: 'shop.example', selector: 'one', privateKey: pem },
    { signingDomain: 'vendor.example', selector: 'two', privateKey: pem },
  ],
});
const message = signatures + text;
const envelope = { ip: '192.0.2.17', helo: 'mx.shop.example', mailFrom: 'x@bounce.shop.example' };

/** Counts questions, and in which round each is asked: one later than the latest answer that was there by then. */
function counter() {
  const state = { questions: 0, rounds: 0 };
  let answered = 0;
  return {
    state,
    async ask() {
      const round = answered + 1;
      state.questions++;
      state.rounds = Math.max(state.rounds, round);
      await new Promise((resolve) => setTimeout(resolve, LATENCY));
      answered = Math.max(answered, round);
    },
  };
}

const libraries = {
  async mailverdict(count) {
    const { authenticateMessage, memoryResolver } = await import(built('core.js'));
    const inner = memoryResolver(zone);
    const query = async (name, type) => {
      await count.ask();
      return inner.query(name, type);
    };
    return async () => (await authenticateMessage(message, envelope, { resolver: { query } })).dmarc.result;
  },
  async mailauth(count) {
    const resolver = async (name, type) => {
      await count.ask();
      const found = zone[name]?.[type];
      if (found) return type === 'TXT' ? found.map((record) => [record]) : found;
      throw Object.assign(new Error(name), { code: 'ENOTFOUND' });
    };
    const { ip, helo, mailFrom: sender } = envelope;
    const options = { resolver, ip, helo, sender, mta: 'mx.example.org', disableArc: true, disableBimi: true };
    return async () => (await mailauth.authenticate(message, options)).dmarc.status.result;
  },
};

const results = {};
for (const [library, prepare] of Object.entries(libraries)) {
  const times = [];
  let state;
  for (let i = 0; i < 7; i++) {
    const count = counter();
    const run = await prepare(count);
    const start = performance.now();
    const result = await run();
    times.push(performance.now() - start);
    if (result !== 'pass') throw new Error(`${library}: ${result}`);
    ({ state } = count);
  }
  times.sort((a, b) => a - b);
  results[library] = { ...state, ms: times[3] };
}
console.log(JSON.stringify(results));
