import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

// Keys for tests only. These two are published in RFC 8463 §A.1.
const RFC8463_RSA = `-----BEGIN RSA PRIVATE KEY-----
MIICXQIBAAKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQi
Y/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqM
KrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB
AoGAH0cxOhFZDgzXWhDhnAJDw5s4roOXN4OhjiXa8W7Y3rhX3FJqmJSPuC8N9vQm
6SVbaLAE4SG5mLMueHlh4KXffEpuLEiNp9Ss3O4YfLiQpbRqE7Tm5SxKjvvQoZZe
zHorimOaChRL2it47iuWxzxSiRMv4c+j70GiWdxXnxe4UoECQQDzJB/0U58W7RZy
6enGVj2kWF732CoWFZWzi1FicudrBFoy63QwcowpoCazKtvZGMNlPWnC7x/6o8Gc
uSe0ga2xAkEA8C7PipPm1/1fTRQvj1o/dDmZp243044ZNyxjg+/OPN0oWCbXIGxy
WvmZbXriOWoSALJTjExEgraHEgnXssuk7QJBALl5ICsYMu6hMxO73gnfNayNgPxd
WFV6Z7ULnKyV7HSVYF0hgYOHjeYe9gaMtiJYoo0zGN+L3AAtNP9huqkWlzECQE1a
licIeVlo1e+qJ6Mgqr0Q7Aa7falZ448ccbSFYEPD6oFxiOl9Y9se9iYHZKKfIcst
o7DUw1/hz2Ck4N5JrgUCQQCyKveNvjzkkd8HjYs0SwM0fPjK16//5qDZ2UiDGnOe
uEzxBDAr518Z8VFbR41in3W4Y3yCDgQlLlcETrS+zYcL
-----END RSA PRIVATE KEY-----`;
const RFC8463_ED25519 = 'nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=';

/** The RSA key of 1024 bits in RFC 8463 §A.1. */
export const rsa1024: KeyObject = createPrivateKey(RFC8463_RSA);

/** The Ed25519 key in RFC 8463 §A.1, wrapped in PKCS#8 (RFC 8410 §7). */
export const ed25519: KeyObject = createPrivateKey({
  key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.from(RFC8463_ED25519, 'base64')]),
  format: 'der',
  type: 'pkcs8',
});

const made = new Map<number, KeyObject>();

/** An RSA key of some size, made once per test file. */
export function rsaKey(bits: number): KeyObject {
  const key = made.get(bits) ?? generateKeyPairSync('rsa', { modulusLength: bits }).privateKey;
  made.set(bits, key);
  return key;
}

/** The value of p= for a key: SubjectPublicKeyInfo for RSA, 32 octets for Ed25519 (RFC 8463 §4.2). */
export function publicKeyText(key: KeyObject): string {
  const der = createPublicKey(key).export({ format: 'der', type: 'spki' });
  return der.subarray(key.asymmetricKeyType === 'ed25519' ? -32 : 0).toString('base64');
}

/** A key record; `tags` go between v= and p=. */
export function keyRecord(key: KeyObject, tags = ''): string {
  const k = key.asymmetricKeyType === 'ed25519' ? 'k=ed25519; ' : '';
  return `v=DKIM1; ${k}${tags === '' ? '' : `${tags}; `}p=${publicKeyText(key)}`;
}

/** Stands in the field for the value of b=. */
export const SIGNATURE = '<b>';

export interface SignOptions {
  key?: KeyObject;
  a?: string;
  c?: string;
  d?: string;
  s?: string;
  h?: string;
  /** Further tags, as `t=1; x=2`. */
  tags?: string;
  l?: number;
  /** Tags in place of those that would be made. */
  bh?: string;
  /** What the field goes through before it is signed, with `SIGNATURE` where the value of b= will be. */
  edit?: (field: string) => string;
}

/**
 * Signs a message with CRLF line endings, one UTF-16 unit per octet, and returns it with the field on top. It shares no
 * code with the library: canonicalization is written here as RFC 6376 §3.4 words it, one step after the other.
 */
export function signWith(message: string, options: SignOptions = {}): string {
  const { key = rsa1024, c = 'relaxed/relaxed', d = 'example.com', s = 'sel', h = 'from:to:subject:date' } = options;
  const a = options.a ?? (key.asymmetricKeyType === 'ed25519' ? 'ed25519-sha256' : 'rsa-sha256');
  const [headerC, bodyC = 'simple'] = c.split('/');
  const split = message.startsWith('\r\n') ? 0 : message.indexOf('\r\n\r\n') + 2;
  const body = canonicalBody(split < 2 ? '' : message.slice(split + 2), bodyC);
  const bh = options.bh ?? hash(body.slice(0, options.l)).toString('base64');
  const l = options.l === undefined ? '' : ` l=${options.l};`;
  const tags = options.tags === undefined ? '' : ` ${options.tags};`;
  const plain = `DKIM-Signature: v=1; a=${a}; c=${c}; d=${d}; s=${s};${l}${tags} h=${h};\r\n bh=${bh};\r\n b=${SIGNATURE}`;
  const field = options.edit?.(plain) ?? plain;
  // RFC 6376 §3.7: with the value, "all surrounding whitespace" is deleted.
  const unsigned = field.replace(/[ \t\r\n]*<b>[ \t\r\n]*/, '');
  const left = (split < 2 ? message : message.slice(0, split)).match(/[^\r\n][\s\S]*?(?:\r\n(?![ \t])|$)/g) ?? [];
  const fields = [...left];
  const signed = h.split(':').flatMap((name) => {
    const wanted = name.trim().toLowerCase();
    const at = fields.map((one) => one.slice(0, one.indexOf(':')).trim().toLowerCase()).lastIndexOf(wanted);
    return at < 0 ? [] : fields.splice(at, 1);
  });
  const data =
    signed.map((one) => canonicalField(one, headerC!)).join('') +
    canonicalField(unsigned, headerC!).replace(/\r\n$/, '');
  const octets = Buffer.from(data, 'latin1');
  const b = key.asymmetricKeyType === 'ed25519' ? sign(null, hash(data), key) : sign('sha256', octets, key);
  return `${field.replace(SIGNATURE, b.toString('base64').replace(/.{60}/g, '$&\r\n '))}\r\n${message}`;
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text, 'latin1').digest();
}

/** RFC 6376 §3.4.3 and §3.4.4, on a whole body. */
export function canonicalBody(body: string, canonicalization: string): string {
  const relaxed = canonicalization === 'relaxed';
  const reduced = relaxed ? body.replace(/[ \t]+(?=\r\n|$)/g, '').replace(/[ \t]+/g, ' ') : body;
  const content = reduced.replace(/(\r\n)+$/, '');
  return relaxed && content === '' ? '' : `${content}\r\n`;
}

/** RFC 6376 §3.4.1 and §3.4.2, on one field; it ends in CRLF. */
export function canonicalField(field: string, canonicalization: string): string {
  const whole = field.endsWith('\r\n') ? field : `${field}\r\n`;
  if (canonicalization === 'simple') return whole;
  const colon = whole.indexOf(':');
  const name = whole
    .slice(0, colon)
    .toLowerCase()
    .replace(/[ \t]+$/, '');
  const value = whole
    .slice(colon + 1)
    .replace(/\r\n/g, '')
    .replace(/[ \t]+/g, ' ')
    .replace(/^ | $/g, '');
  return `${name}:${value}\r\n`;
}

/** The octets of a text with one UTF-16 unit per octet. */
export function octetsOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}
