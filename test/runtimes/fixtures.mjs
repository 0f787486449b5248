import { constants, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';

const read = (path) => readFileSync(new URL(path, import.meta.url), 'utf8');

// Making a key of 8192 bits takes most of a minute: this signature was made once with one, and the key thrown away.
const rsa8192 = JSON.parse(read('rsa8192.json'));

const MESSAGE = [
  'From: Ann <ann@example.com>',
  'To: bob@example.net',
  'Subject:  folded\r\n\tand  spaced ',
  'Date: Fri, 20 Nov 2026 09:30:00 +0000',
  '',
  'Hello  Bob, \t',
  'caf\u00e9 in one octet',
  ' trailing\t ',
  '',
  '',
].join('\r\n');

/** Plain data for `runSuite`: the sample, messages signed with many kinds of key, and what speed is measured with. */
export function makeFixtures(signing) {
  return {
    message: read('../../sample/message.eml'),
    zone: JSON.parse(read('../../sample/zone.json')),
    envelope: { ip: '192.0.2.25', helo: 'mx.example.org', mailFrom: 'bounce@news.example.org' },
    signed: [...signedMessages(signing), rsa8192],
    speed: { rsa: speedKey('rsa'), ed25519: speedKey('ed25519') },
  };
}

function signedMessages({ signWith, keyRecord, ed25519 }) {
  const rsa = (modulusLength, publicExponent = 65537) =>
    generateKeyPairSync('rsa', { modulusLength, publicExponent }).privateKey;
  const rsa2048 = rsa(2048);
  const entry = (
    name,
    key,
    { record = keyRecord(key), expected = 'pass', edit = (text) => text, ...options } = {},
  ) => ({
    name,
    expected,
    message: Buffer.from(edit(signWith(MESSAGE, { key, ...options })), 'latin1').toString('base64'),
    zone: { 'sel._domainkey.example.com': { TXT: [record] } },
  });
  const forms = ['simple/simple', 'simple/relaxed', 'relaxed/simple', 'relaxed/relaxed'];
  return [
    ...forms.map((c) => entry(`RSA-2048 ${c}`, rsa2048, { c })),
    ...forms.map((c) => entry(`Ed25519 ${c}`, ed25519, { c })),
    entry('RSA-1024', rsa(1024)),
    entry('RSA-1025', rsa(1025)),
    entry('RSA-4096', rsa(4096)),
    entry('RSA-2048, e=3', rsa(2048, 3)),
    entry('RSA-2048, e=4294967291', rsa(2048, 4_294_967_291)),
    entry('RSA-768 is too short', rsa(768), { expected: 'policy key-too-short' }),
    entry('a bare RSAPublicKey', rsa2048, { record: `v=DKIM1; p=${pkcs1(rsa2048).toString('base64')}` }),
    entry('an RSA key without NULL parameters', rsa2048, { record: `v=DKIM1; p=${withoutNull(rsa2048)}` }),
    entry('another key', rsa2048, { record: keyRecord(rsa(2048)), expected: 'fail signature' }),
    entry('l= with body left over', rsa2048, { l: 5, expected: 'policy body-length-limited' }),
    entry('lines that end in LF alone', rsa2048, { edit: (text) => text.replaceAll('\r\n', '\n') }),
    entry('a header field added', rsa2048, { edit: (text) => `X: y\r\n${text}` }),
    entry('no key record for the selector', rsa2048, { s: 'other', expected: 'permerror no-key' }),
  ];
}

const pkcs1 = (key) => createPublicKey(key).export({ format: 'der', type: 'pkcs1' });

/** SubjectPublicKeyInfo whose algorithm has no parameters: node:crypto does not write it. */
function withoutNull(key) {
  const wrap = (tag, content) => {
    const length = content.length < 128 ? [content.length] : [0x82, content.length >> 8, content.length & 0xff];
    return Buffer.concat([Buffer.from([tag, ...length]), content]);
  };
  const algorithm = wrap(0x30, Buffer.from('06092a864886f70d010101', 'hex'));
  return wrap(0x30, Buffer.concat([algorithm, wrap(0x03, Buffer.concat([Buffer.from([0]), pkcs1(key)]))])).toString(
    'base64',
  );
}

function speedKey(type) {
  const { publicKey, privateKey } = generateKeyPairSync(type, { modulusLength: 2048 });
  // As in DKIM: some hundred octets of header fields under RSA, the hash of them under Ed25519.
  const data = Buffer.alloc(type === 'rsa' ? 800 : 32, 'x');
  const key = { key: privateKey, padding: constants.RSA_PKCS1_PADDING };
  const signature = type === 'rsa' ? sign('sha256', data, key) : sign(null, data, privateKey);
  const { n, e, x } = publicKey.export({ format: 'jwk' });
  const base64 = (text) => Buffer.from(text, 'base64url').toString('base64');
  return {
    ...(type === 'rsa' ? { n: base64(n), e: base64(e) } : { key: base64(x) }),
    data: data.toString('base64'),
    signature: signature.toString('base64'),
  };
}
