// Makes the messages and keys that everything is measured with, signed by mailauth: neither verifier signed its own.

import { createHash, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mailauth } from '../libraries/mailauth-modules.mjs';

const DOMAIN = 'example.com';
const MEGABYTE = 1 << 20;

/** Numbers that look random and are the same in every run. */
function dice(seed) {
  let state = seed >>> 0;
  return (most) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * most);
  };
}

const WORDS =
  'the of invoice meeting and your order has been shipped please find attached report for week we are pleased to confirm that delivery account update team regards'.split(
    ' ',
  );

function words(next, length) {
  let line = '';
  let out = '';
  while (out.length < length) {
    const word = WORDS[next(WORDS.length)];
    if (line.length + word.length > 72) {
      out += `${line.trimEnd()}\r\n`;
      line = '';
    }
    line += `${word} `;
  }
  return `${out}${line.trimEnd()}\r\n`;
}

/** HTML as mail programs write it: indented by runs of spaces, so relaxed canonicalization has something to do in each line. */
function html(next, length) {
  const parts = ['<!DOCTYPE html>\r\n<html>\r\n  <body>\r\n    <table>\r\n'];
  let size = parts[0].length;
  while (size < length) {
    const indent = ' '.repeat(6 + 2 * next(4));
    const line = `${indent}<td style="padding: ${next(20)}px;  color: #333" align="left">${words(next, 20 + next(30)).replaceAll('\r\n', ' ')}</td>\r\n`;
    parts.push(line);
    size += line.length;
  }
  return `${parts.join('')}    </table>\r\n  </body>\r\n</html>\r\n`;
}

function base64(next, length) {
  const bytes = Buffer.alloc(57);
  const lines = [];
  for (let size = 0; size < length; size += 78) {
    for (let i = 0; i < bytes.length; i++) bytes[i] = next(256);
    lines.push(bytes.toString('base64'));
  }
  return `${lines.join('\r\n')}\r\n`;
}

function header(i, type, encoding) {
  return [
    `Received: from mail-${i}.${DOMAIN} (mail-${i}.${DOMAIN} [192.0.2.17])`,
    `\tby mx.example.org (Postfix) with ESMTPS id 4Zx${i}F8kq2z1`,
    `\tfor <bob@example.org>; Sat, 21 Nov 2026 08:${10 + (i % 50)}:00 +0000 (UTC)`,
    `Return-Path: <bounce@${DOMAIN}>`,
    'MIME-Version: 1.0',
    'Date: Sat, 21 Nov 2026 08:00:00 +0000',
    `Message-ID: <20261121.${i}.c0ffee@mail.${DOMAIN}>`,
    `From: "Ann Example" <ann@${DOMAIN}>`,
    'To: Bob Example <bob@example.org>, Carol Example <carol@example.org>',
    `Subject: Your order ${1000 + i} has been shipped: what happens next, and when`,
    ` it will arrive`,
    `Reply-To: <service@${DOMAIN}>`,
    `List-Unsubscribe: <https://www.${DOMAIN}/unsubscribe?id=${i}>`,
    'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
    `Content-Type: ${type}; charset="utf-8"`,
    `Content-Transfer-Encoding: ${encoding}`,
    'X-Mailer: Example Mailer 4.2',
    '',
    '',
  ].join('\r\n');
}

const texts = {
  text: (i, size) => {
    const head = header(i, 'text/plain', '7bit');
    return head + words(dice(i + 1), size - head.length - 600);
  },
  html: (i, size) => header(i, 'text/html', '8bit') + html(dice(i + 1), size - 1500),
  base64: (i, size) => header(i, 'application/pdf', 'base64') + base64(dice(i + 1), size - 1500),
};

function makeKeys(type, count) {
  return Array.from({ length: count }, (_, i) => {
    const { privateKey, publicKey } =
      type === 'rsa' ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : generateKeyPairSync('ed25519');
    const spki = publicKey.export({ format: 'der', type: 'spki' });
    const record =
      type === 'rsa'
        ? `v=DKIM1; k=rsa; p=${spki.toString('base64')}`
        : `v=DKIM1; k=ed25519; p=${spki.subarray(-32).toString('base64')}`;
    return {
      algorithm: type === 'rsa' ? 'rsa-sha256' : 'ed25519-sha256',
      selector: `${type}${i}`,
      pem: privateKey.export({ format: 'pem', type: 'pkcs8' }),
      spki: spki.toString('base64'),
      record,
    };
  });
}

async function signed(text, keys, canonicalization) {
  const { signatures, errors } = await mailauth.dkimSign(text, {
    canonicalization,
    signTime: new Date('2026-11-21T08:00:00Z'),
    signatureData: keys.map(({ selector, pem, algorithm }) => ({
      signingDomain: DOMAIN,
      selector,
      privateKey: pem,
      algorithm,
      canonicalization,
    })),
  });
  if (errors.length > 0) throw new Error(`mailauth did not sign: ${errors[0].message ?? errors[0].err}`);
  return Buffer.from(signatures + text);
}

const RELAXED = 'relaxed/relaxed';
const SIMPLE = 'simple/simple';

/** What is made: how many messages, of what, how large, signed how. */
const SETS = {
  rsa3k: { count: 64, text: 'text', size: 3000, keys: ['rsa'], c: RELAXED },
  simple3k: { count: 64, text: 'text', size: 3000, keys: ['rsa'], c: SIMPLE },
  ed3k: { count: 64, text: 'text', size: 3000, keys: ['ed'], c: RELAXED },
  two3k: { count: 32, text: 'text', size: 3600, keys: ['rsa', 'ed'], c: RELAXED },
  five3k: { count: 16, text: 'text', size: 5200, keys: ['rsa', 'rsa', 'rsa', 'rsa', 'rsa'], c: RELAXED },
  html30k: { count: 16, text: 'html', size: 30_000, keys: ['rsa'], c: RELAXED },
  simple30k: { count: 16, text: 'html', size: 30_000, keys: ['rsa'], c: SIMPLE },
  base641m: { count: 3, text: 'base64', size: MEGABYTE, keys: ['rsa'], c: RELAXED },
  simple1m: { count: 3, text: 'base64', size: MEGABYTE, keys: ['rsa'], c: SIMPLE },
  html1m: { count: 3, text: 'html', size: MEGABYTE, keys: ['rsa'], c: RELAXED },
  base6425m: { count: 1, text: 'base64', size: 25 * MEGABYTE, keys: ['rsa'], c: RELAXED },
  simple25m: { count: 1, text: 'base64', size: 25 * MEGABYTE, keys: ['rsa'], c: SIMPLE },
};

function firstKeys(all, wanted, i) {
  return wanted.map((type, k) => all[type][(i + k) % all[type].length]);
}

/** The least that anybody has to do: hash the octets, and check one signature over the header block for each there is. */
function floorFor(bytes, keys) {
  const end = bytes.indexOf('\r\n\r\n') + 2;
  const digest = createHash('sha256').update(bytes.subarray(0, end)).digest();
  return {
    headerEnd: end,
    checks: keys.map(({ algorithm, pem, selector }) => ({
      selector,
      algorithm,
      signature: sign(
        algorithm === 'rsa-sha256' ? 'sha256' : null,
        algorithm === 'rsa-sha256' ? bytes.subarray(0, end) : digest,
        pem,
      ).toString('base64'),
    })),
  };
}

/** Writes the corpus into a folder. */
export async function buildCorpus(folder, { large }) {
  mkdirSync(folder, { recursive: true });
  const all = { rsa: makeKeys('rsa', 16), ed: makeKeys('ed25519', 16) };
  const sets = {};
  for (const [name, { count, text, size, keys: wanted, c }] of Object.entries(SETS)) {
    if (size > MEGABYTE && !large) continue;
    sets[name] = [];
    for (let i = 0; i < count; i++) {
      const keys = firstKeys(all, wanted, i);
      const bytes = await signed(texts[text](i, size), keys, c);
      const file = `${name}-${i}.eml`;
      writeFileSync(join(folder, file), bytes);
      sets[name].push({ file, ...floorFor(bytes, keys) });
    }
  }
  const unsigned = join(folder, 'unsigned.eml');
  writeFileSync(unsigned, texts.text(0, 3000));
  const keys = [...all.rsa, ...all.ed];
  writeFileSync(join(folder, 'corpus.json'), JSON.stringify({ domain: DOMAIN, keys, sets }));
  for (const { spki } of keys) createPublicKey({ key: Buffer.from(spki, 'base64'), format: 'der', type: 'spki' });
}
