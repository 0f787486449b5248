// Made sample/message.eml and sample/zone.json. The private keys are thrown away: run it again to change the sample.
import { createHash, createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';

const domain = 'example.org';
const time = Date.parse('2026-11-20T09:30:00Z') / 1000;
const fields = [
  ['From', 'Example News <news@example.org>'],
  ['To', 'Ann Reader <ann@reader.example>'],
  ['Subject', 'November at Example'],
  ['Date', 'Fri, 20 Nov 2026 09:30:00 +0000'],
  ['Message-ID', '<november-2026@news.example.org>'],
  ['MIME-Version', '1.0'],
  ['Content-Type', 'text/plain; charset=utf-8'],
  ['List-Unsubscribe', '<https://news.example.org/unsubscribe/7f3a>'],
  ['List-Unsubscribe-Post', 'List-Unsubscribe=One-Click'],
];
const body = [
  'Hello Ann,',
  '',
  'this month we moved our mail to a new provider, set up SPF, DKIM and DMARC,',
  'and shipped a sample message for people who want to see what a verdict looks like.',
  '',
  'Example News',
  '',
].join('\r\n');

// The names that are signed once more than they are present: a field added later breaks the signature (RFC 6376 §5.4.2).
const oversigned = ['From', 'To', 'Subject', 'Date'];
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ed25519 = generateKeyPairSync('ed25519');
const signatures = [
  signature('rsa-sha256', 'nov2026', (data) =>
    sign('sha256', data, createPrivateKey(rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }))),
  ),
  signature('ed25519-sha256', 'nov2026-ed', (data) =>
    sign(null, createHash('sha256').update(data).digest(), ed25519.privateKey),
  ),
];

function signature(algorithm, selector, signData) {
  const h = [...fields.map(([name]) => name), ...oversigned].join(':');
  const bh = createHash('sha256').update(body).digest('base64');
  const value = `v=1; a=${algorithm}; c=relaxed/relaxed; d=${domain}; s=${selector}; t=${time}; h=${h}; bh=${bh}; b=`;
  const signed = [...fields, ['DKIM-Signature', value]]
    .map(([name, text]) => `${name.toLowerCase()}:${text}`)
    .join('\r\n');
  const b = signData(Buffer.from(signed)).toString('base64');
  // Folded where relaxed canonicalization puts the same single space back, and inside b=, whose white space does not count.
  const folded = `${value.replaceAll('; ', ';\r\n ')}${b.replace(/.{72}/g, '$&\r\n  ')}`;
  return `DKIM-Signature: ${folded}`;
}

const message = [...signatures, ...fields.map(([name, text]) => `${name}: ${text}`), '', body].join('\r\n');
writeFileSync(new URL('../sample/message.eml', import.meta.url), message);

const zone = {
  'example.org': { TXT: ['v=spf1 mx -all'], MX: [{ preference: 10, exchange: 'mx.example.org' }] },
  'mx.example.org': { A: ['192.0.2.25'], TXT: ['v=spf1 a -all'] },
  'news.example.org': { TXT: ['v=spf1 include:_spf.mailer.example include:_spf.shop.example -all'] },
  '_spf.mailer.example': { TXT: ['v=spf1 ip4:198.51.100.0/24 ip6:2001:db8:5::/48 ~all'] },
  '_spf.shop.example': { TXT: ['v=spf1 ip4:203.0.113.7 ip4:192.0.2.0/27 ~all'] },
  '_dmarc.example.org': { TXT: ['v=DMARC1; p=reject; adkim=s; rua=mailto:dmarc@example.org'] },
  'nov2026._domainkey.example.org': {
    TXT: [chunks(`v=DKIM1; k=rsa; p=${rsa.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')}`)],
  },
  'nov2026-ed._domainkey.example.org': {
    TXT: [
      `v=DKIM1; k=ed25519; p=${ed25519.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64')}`,
    ],
  },
};
writeFileSync(new URL('../sample/zone.json', import.meta.url), `${JSON.stringify(zone, undefined, 2)}\n`);

function chunks(text) {
  return text.match(/.{1,255}/g);
}
