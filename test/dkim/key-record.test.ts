import { describe, expect, test } from 'vitest';
import { encodePkcs1 } from '../../src/crypto/der.ts';
import { decodeDkimKey } from '../../src/dkim/key-data.ts';
import { type DkimKeyRecord, parseDkimKeyRecord } from '../../src/dkim/key-record.ts';

// RFC 8463 §A.2.
const RSA1024 =
  'MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB';
const ED25519 = '11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=';
const ED25519_SPKI = Buffer.concat([
  Buffer.from('302a300506032b6570032100', 'hex'),
  Buffer.from(ED25519, 'base64'),
]).toString('base64');

/** A public key whose modulus has so many bits; it need not be a product of primes here. */
function pkcs1(bits: number, { e = [1, 0, 1], even = false } = {}): Buffer {
  const n = new Uint8Array(Math.ceil(bits / 8)).fill(0xa5);
  n[0] = 1 << ((bits - 1) % 8);
  n[n.length - 1] = even ? 0xa4 : 0xa5;
  return Buffer.from(encodePkcs1(n, Uint8Array.from(e)));
}

function element(tag: number, ...parts: Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const size = content.length;
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

function spki(bits: number, options?: { e?: number[]; even?: boolean }): string {
  const algorithm = Buffer.from('300d06092a864886f70d0101010500', 'hex');
  const key = element(0x03, Buffer.from([0]), pkcs1(bits, options));
  return element(0x30, algorithm, key).toString('base64');
}

const KEY = spki(2048);
const SOUND = `v=DKIM1; k=rsa; p=${KEY}`;

/** The codes that a text gives, without those that say nothing is wrong with it. */
function codes(text: string): string[] {
  return parseDkimKeyRecord(text).diagnostics.map(({ code }) => code);
}

/** The text with all its fixes made, the last one first. */
function cured(text: string): string {
  const fixes = parseDkimKeyRecord(text).diagnostics.filter(({ span, fix }) => span && fix?.replacement !== undefined);
  fixes.sort((a, b) => b.span!.start - a.span!.start);
  return fixes.reduce(
    (out, { span, fix }) => out.slice(0, span!.start) + fix!.replacement + out.slice(span!.end),
    text,
  );
}

describe('sound records', () => {
  const rsa = { keyType: 'rsa', keyBits: 2048, revoked: false } as const;
  const sound: [statement: string, text: string, value: Partial<DkimKeyRecord>][] = [
    ['defaults (RFC 6376 §3.6.1)', `v=DKIM1; p=${KEY}`, { v: 'DKIM1', k: 'rsa', s: ['*'], t: [], p: KEY, ...rsa }],
    ['a final semicolon (§3.2)', `${SOUND};`, rsa],
    ['a final semicolon and a space', `${SOUND}; `, rsa],
    ['every tag', `v=DKIM1; h=sha1:sha256; k=rsa; n=a note; s=email; p=${KEY}`, { h: ['sha1', 'sha256'], n: 'a note' }],
    ['unknown words are ignored', `v=DKIM1; h=sha256:sha512; s=email:tlsrpt; t=x-y; p=${KEY}`, { t: ['x-y'] }],
    ['white space in lists (§3.6.1)', `v=DKIM1; s=* : email; p=${KEY}`, { s: ['*', 'email'] }],
    ['unknown tags are ignored', `${SOUND}; x=y; hasOwnProperty=z; constructor=1`, rsa],
    ['an unknown tag may be named as if for one that is there', `${SOUND}; key=x`, rsa],
    ['Ed25519 (RFC 8463 §A.2)', `v=DKIM1; k=ed25519; p=${ED25519}`, { keyType: 'ed25519', keyBits: 256 }],
    ['Ed25519 without padding', `v=DKIM1; k=ed25519; p=${ED25519.slice(0, -1)}`, { keyBits: 256 }],
    ['RSA of 4096 bits (RFC 8301 §3.2)', `v=DKIM1; p=${spki(4096)}`, { keyBits: 4096 }],
  ];
  test.each(sound)('%s', (_, text, value) => {
    const parsed = parseDkimKeyRecord(text);
    expect(parsed.diagnostics).toEqual([]);
    expect(parsed.ok).toBe(true);
    expect(parsed.value).toMatchObject(value);
  });

  test('every tag knows where it stands', () => {
    const text = `v=DKIM1 ; x=1;\tk=rsa; p=${KEY}`;
    const { value } = parseDkimKeyRecord(text);
    expect(value?.tags.map(({ name, known }) => [name, known])).toEqual([
      ['v', true],
      ['x', false],
      ['k', true],
      ['p', true],
    ]);
    for (const { name, value: written, span, valueSpan } of value!.tags) {
      expect(text.slice(span.start, span.end)).toBe(`${name}=${written}`);
      expect(text.slice(valueSpan.start, valueSpan.end)).toBe(written);
    }
  });
});

describe('legal records about which there is something to say', () => {
  const legal: [statement: string, text: string, codes: string[]][] = [
    ['no v= (§3.6.1: recommended)', `k=rsa; p=${KEY}`, ['dkim.key-version-missing']],
    ['a revoked key (§3.6.1)', 'v=DKIM1; p=', ['dkim.key-revoked']],
    ['a revoked key of white space', 'v=DKIM1; p= ; k=rsa', ['dkim.key-revoked']],
    ['test mode', `v=DKIM1; t=y; p=${KEY}`, ['dkim.key-testing']],
    ['flag s', `v=DKIM1; t=s; p=${KEY}`, ['dkim.key-strict']],
    ['both flags', `v=DKIM1; t=y:s; p=${KEY}`, ['dkim.key-testing', 'dkim.key-strict']],
    ['empty flags', `v=DKIM1; t=; p=${KEY}`, ['dkim.key-no-flags']],
    ['another service', `v=DKIM1; s=tlsrpt; p=${KEY}`, ['dkim.key-service']],
    ['no service', `v=DKIM1; s=; p=${KEY}`, ['dkim.key-service']],
    ['g= of RFC 4871', `v=DKIM1; g=*; p=${KEY}`, ['dkim.key-tag-historic']],
    ['upper case in k=', `v=DKIM1; k=RSA; p=${KEY}`, ['dkim.key-case']],
    ['upper case in t=', `v=DKIM1; t=Y; p=${KEY}`, ['dkim.key-testing', 'dkim.key-case']],
    ['UTF-8 in a note (RFC 8616 §3)', `v=DKIM1; n=ClÃ©; p=${KEY}`, ['dkim.key-non-ascii']],
    ['white space around "="', `v=DKIM1; k = rsa; p=${KEY}`, ['dkim.key-white-space']],
    ['white space in p=', `v=DKIM1; p=${KEY.slice(0, 200)} ${KEY.slice(200)}`, ['dkim.key-white-space']],
    ['white space at the start', `  ${SOUND}`, ['dkim.key-white-space']],
    ['RSA of 1024 bits (RFC 8301 §3.2)', `v=DKIM1; p=${RSA1024}`, ['dkim.key-weak']],
    ['RSA of 2047 bits', `v=DKIM1; p=${spki(2047)}`, ['dkim.key-weak']],
    ['RSA above 4096 bits (RFC 8301 §3.2)', `v=DKIM1; p=${spki(4104)}`, ['dkim.key-large']],
    ['RSAPublicKey (§3.6.1)', `v=DKIM1; p=${pkcs1(2048).toString('base64')}`, ['dkim.key-pkcs1']],
    ['Ed25519 in SubjectPublicKeyInfo', `v=DKIM1; k=ed25519; p=${ED25519_SPKI}`, ['dkim.key-wrapped']],
  ];
  test.each(legal)('%s', (_, text, expected) => {
    const parsed = parseDkimKeyRecord(text);
    expect(parsed.diagnostics.map(({ code }) => code)).toEqual(expected);
    expect(parsed.ok).toBe(true);
    expect(parsed.value?.revoked).toBe(expected.includes('dkim.key-revoked'));
  });

  test.each([
    [`k=rsa; p=${KEY}`, `v=DKIM1; k=rsa; p=${KEY}`],
    [`  ${SOUND}`, SOUND],
    [`v=DKIM1; k\t=RSA; p=${KEY}`, SOUND],
    [`v=DKIM1; k=rsa; p=${KEY.slice(0, 200)} ${KEY.slice(200)}`, SOUND],
    [`v=DKIM1; k=ed25519; p=${ED25519_SPKI}`, `v=DKIM1; k=ed25519; p=${ED25519}`],
  ])('the fix of %s', (text, expected) => {
    // Two findings about one tag have one fix each; the record is then read again.
    expect(cured(cured(text))).toBe(expected);
  });
});

describe('records that break a rule', () => {
  const broken: [statement: string, text: string, code: string][] = [
    ['an empty tag (§3.2)', `v=DKIM1;; p=${KEY}`, 'dkim.tag-empty'],
    ['a piece that is no tag (§3.2)', `${SOUND}; remark`, 'dkim.tag-no-equals'],
    ['a bad name (§3.2)', `${SOUND}; 1=2`, 'dkim.tag-name'],
    ['a tag twice (§3.2)', `${SOUND}; k=rsa`, 'dkim.tag-duplicate'],
    ['a control character (§3.2)', `v=DKIM1; n=a\u0000b; p=${KEY}`, 'dkim.tag-character'],
    ['v= not first (§3.6.1)', `k=rsa; v=DKIM1; p=${KEY}`, 'dkim.key-version-place'],
    ['another version (§3.6.1)', `v=DKIM1.0; p=${KEY}`, 'dkim.key-version'],
    ['the version in lower case', `v=dkim1; p=${KEY}`, 'dkim.key-version'],
    ['an empty version', `v=; p=${KEY}`, 'dkim.key-version'],
    ['an unknown key type (§3.6.1)', `v=DKIM1; k=dsa; p=${KEY}`, 'dkim.key-type'],
    ['an empty key type', `v=DKIM1; k=; p=${KEY}`, 'dkim.key-type'],
    ['only sha1 (RFC 8301 §3.1)', `v=DKIM1; h=sha1; p=${KEY}`, 'dkim.key-hash'],
    ['no hash', `v=DKIM1; h=; p=${KEY}`, 'dkim.key-hash'],
    ['commas in a list', `v=DKIM1; t=y,s; p=${KEY}`, 'dkim.key-list'],
    ['an empty item of a list', `v=DKIM1; h=sha256:; p=${KEY}`, 'dkim.key-list'],
    ['"*" where no service is', `v=DKIM1; h=*; p=${KEY}`, 'dkim.key-list'],
    ['no p= (§3.6.1)', 'v=DKIM1; k=rsa', 'dkim.key-missing'],
    ['a bad character in p=', `v=DKIM1; p=${KEY.slice(0, 99)}*${KEY.slice(100)}`, 'dkim.key-base64'],
    ['padding inside p=', `v=DKIM1; p=${KEY.slice(0, 99)}=${KEY.slice(100)}`, 'dkim.key-base64'],
    ['too much padding', `v=DKIM1; k=ed25519; p=${ED25519}=`, 'dkim.key-base64'],
    ['a lone digit at the end', `v=DKIM1; k=ed25519; p=${ED25519.slice(0, -1)}AA`, 'dkim.key-base64'],
    ['octets behind the key', `v=DKIM1; p=${KEY}AAAA`, 'dkim.key-malformed'],
    ['no DER', 'v=DKIM1; p=AAAA', 'dkim.key-malformed'],
    ['an Ed25519 key of 31 octets', `v=DKIM1; k=ed25519; p=${'A'.repeat(42)}`, 'dkim.key-malformed'],
    ['an Ed25519 key in a record for RSA', `v=DKIM1; p=${ED25519}`, 'dkim.key-type-mismatch'],
    ['an RSA key in a record for Ed25519', `v=DKIM1; k=ed25519; p=${KEY}`, 'dkim.key-type-mismatch'],
    ['RSA below 1024 bits (RFC 8301 §3.2)', `v=DKIM1; p=${spki(1023)}`, 'dkim.key-too-short'],
    ['RSA of 384 bits', `v=DKIM1; p=${spki(384)}`, 'dkim.key-too-short'],
    ['RSA above 8192 bits', `v=DKIM1; p=${spki(8200)}`, 'dkim.key-unusable'],
    ['an even exponent', `v=DKIM1; p=${spki(2048, { e: [1, 0, 0] })}`, 'dkim.key-unusable'],
    ['exponent 1', `v=DKIM1; p=${spki(2048, { e: [1] })}`, 'dkim.key-unusable'],
    ['an exponent of 33 bits', `v=DKIM1; p=${spki(2048, { e: [1, 0, 0, 0, 1] })}`, 'dkim.key-unusable'],
    ['an even modulus', `v=DKIM1; p=${spki(2048, { even: true })}`, 'dkim.key-unusable'],
    ['an Ed25519 key of small order', `v=DKIM1; k=ed25519; p=AQ${'A'.repeat(41)}=`, 'dkim.key-unusable'],
  ];
  test.each(broken)('%s', (_, text, code) => {
    const parsed = parseDkimKeyRecord(text);
    expect(parsed.ok).toBe(false);
    expect(parsed.diagnostics.filter(({ severity }) => severity === 'error').map((one) => one.code)).toEqual([code]);
    expect(parsed.value).toMatchObject({ s: expect.any(Array), tags: expect.any(Array) });
  });

  test('the key is named although its type does not fit', () => {
    const { value } = parseDkimKeyRecord(`v=DKIM1; p=${ED25519}`);
    expect(value).toMatchObject({ k: 'rsa', keyType: 'ed25519', keyBits: 256 });
  });

  test('a message quotes no more than is of use', () => {
    const [finding] = parseDkimKeyRecord(`v=DKIM1; h=sha1; p=${KEY}`).diagnostics;
    expect(finding).toMatchObject({ message: 'Tag "h" must allow sha256: found "sha1"', params: { value: 'sha1' } });
  });

  test('an argument that is no string is a TypeError', () => {
    expect(() => parseDkimKeyRecord(7 as never)).toThrow(
      new TypeError('Cannot parse DKIM key record: "text" must be a string, received 7'),
    );
  });
});

describe('what people paste and publish', () => {
  const chunks = `"v=DKIM1; k=rsa; p=${KEY.slice(0, 200)}" "${KEY.slice(200)}"`;
  const wrapped = KEY.replace(/.{64}/g, '$&\n');
  const pem = `-----BEGIN PUBLIC KEY-----\n${wrapped}\n-----END PUBLIC KEY-----`;

  const curable: [statement: string, text: string, code: string][] = [
    ['a zone-file line', `sel._domainkey.example.com. 3600 IN TXT ( ${chunks} )`, 'dkim.key-pasted'],
    ['a record in quotes', chunks, 'dkim.key-pasted'],
    ['a record in curly quotes', `“${SOUND}”`, 'dkim.key-pasted'],
    [
      'quotes between the chunks of a key',
      `v=DKIM1; k=rsa; p=${KEY.slice(0, 99)}" "${KEY.slice(99)}`,
      'dkim.key-quotes',
    ],
    ['backslashes before semicolons', `v=DKIM1\\; k=rsa\\; p=${KEY}`, 'dkim.key-quotes'],
    ['curly quotes around a value', `v=DKIM1; k=“rsa”; p=${KEY}`, 'dkim.key-quotes'],
    ['curly quotes as octets of UTF-8', `v=DKIM1; k=rsa; p=\xe2\x80\x9c${KEY}\xe2\x80\x9d`, 'dkim.key-quotes'],
    ['missing semicolons', `v=DKIM1 k=rsa p=${KEY}`, 'dkim.key-semicolon'],
    ['commas for semicolons', `v=DKIM1, k=rsa, p=${KEY}`, 'dkim.key-semicolon'],
    ['a colon for "="', `v=DKIM1; k=rsa; p:${KEY}`, 'dkim.tag-no-equals'],
    ['no "=" at all', `v=DKIM1; k rsa; p=${KEY}`, 'dkim.tag-no-equals'],
    ['p= in upper case', `v=DKIM1; k=rsa; P=${KEY}`, 'dkim.key-tag-misspelt'],
    ['p= twice over', `v=DKIM1; k=rsa; pp=${KEY}`, 'dkim.key-tag-misspelt'],
    ['another name for p=', `v=DKIM1; k=rsa; key=${KEY}`, 'dkim.key-tag-misspelt'],
    ['names translated', `version=DKIM1; tipo=rsa; clave=${KEY}`, 'dkim.key-tag-misspelt'],
    ['PEM in p=', `v=DKIM1; k=rsa; p=${pem}`, 'dkim.key-pem'],
    ['PEM alone', pem, 'dkim.key-pem'],
    ['the base64 alone', KEY, 'dkim.key-missing'],
    ['k=ed25519 with an RSA key', `v=DKIM1; k=ed25519; p=${KEY}`, 'dkim.key-type-mismatch'],
    ['the version misspelt', `v=DKIM 1; k=rsa; p=${KEY}`, 'dkim.key-version'],
  ];
  test.each(curable)('%s', (_, text, code) => {
    expect(codes(text)).toContain(code);
    expect(cured(text)).toBe(SOUND);
  });

  test('the record in what was pasted is understood, and its spans point into what was pasted', () => {
    const text = `sel._domainkey.example.com. IN TXT "v=DKIM1; k=rsa; t=y; p=" "${KEY}"`;
    const { value, diagnostics } = parseDkimKeyRecord(text);
    expect(value).toMatchObject({ v: 'DKIM1', keyBits: 2048, t: ['y'] });
    const testing = diagnostics.find(({ code }) => code === 'dkim.key-testing');
    expect(text.slice(testing!.span!.start, testing!.span!.end)).toBe('y');
    const p = value!.tags.find(({ name }) => name === 'p')!;
    expect(text.slice(p.valueSpan.start, p.valueSpan.end)).toBe(KEY);
  });

  test('a missing semicolon behind the key', () => {
    const { value, diagnostics } = parseDkimKeyRecord(`${SOUND} t=s`);
    expect(value).toMatchObject({ keyBits: 2048, t: ['s'], p: KEY });
    expect(diagnostics).toMatchObject([
      { code: 'dkim.key-semicolon', params: { tag: 't' } },
      { code: 'dkim.key-strict' },
    ]);
  });

  test('a list with commas', () => {
    expect(cured(`v=DKIM1; t=y , s; p=${KEY}`)).toBe(`v=DKIM1; t=y:s; p=${KEY}`);
    const spaced = parseDkimKeyRecord(`v=DKIM1; t=y s; p=${KEY}`).diagnostics[0];
    expect(spaced).toMatchObject({ code: 'dkim.key-list' });
    expect(spaced).not.toHaveProperty('fix');
  });

  test('an Ed25519 key whose type was not written', () => {
    expect(cured(`v=DKIM1; p=${ED25519}`)).toBe(`v=DKIM1; k=ed25519; p=${ED25519}`);
    const armored = `-----BEGIN PUBLIC KEY-----\n${ED25519_SPKI}\n-----END PUBLIC KEY-----`;
    expect(cured(armored)).toBe(`v=DKIM1; k=ed25519; p=${ED25519}`);
  });

  test('base64 in the alphabet of URLs', () => {
    const text = `v=DKIM1; k=rsa; p=${RSA1024.replace('/', '_')}`;
    expect(parseDkimKeyRecord(text).diagnostics).toMatchObject([
      { code: 'dkim.key-base64', params: { character: '_' } },
    ]);
    expect(cured(text)).toBe(`v=DKIM1; k=rsa; p=${RSA1024}`);
    expect(parseDkimKeyRecord(`v=DKIM1; p=${KEY.slice(0, 9)}-`).diagnostics[0]?.fix?.replacement).toBe('+');
  });

  test('PEM that holds no key', () => {
    const { value, diagnostics } = parseDkimKeyRecord('v=DKIM1; p=-----BEGIN PUBLIC KEY-----');
    expect(diagnostics.map(({ code }) => code)).toEqual(['dkim.key-pem', 'dkim.key-revoked']);
    expect(diagnostics[0]?.fix).not.toHaveProperty('replacement');
    expect(value).toMatchObject({ p: '' });
    expect(parseDkimKeyRecord('-----BEGIN CERTIFICATE-----\nMIIB\n').diagnostics[0]?.fix).not.toHaveProperty(
      'replacement',
    );
  });

  test('quotes around nothing', () => {
    expect(codes('v=DKIM1; p=""')).toEqual(['dkim.key-quotes', 'dkim.key-revoked']);
  });

  test('quotes and another bad character', () => {
    expect(codes(`v=DKIM1; p=${KEY.slice(0, 9)}"*"${KEY.slice(9)}`)).toEqual(['dkim.key-quotes', 'dkim.key-base64']);
  });

  test('a key for SSH', () => {
    const { diagnostics } = parseDkimKeyRecord('v=DKIM1; p=AAAAB3NzaC1yc2EAAAADAQABAAABgQ==');
    expect(diagnostics).toMatchObject([
      { code: 'dkim.key-malformed', message: 'Tag "p" must be a DER key: this is a key for SSH' },
    ]);
  });

  test.each([
    ['two strings, of which the second is missing', SOUND.slice(0, 255)],
    ['one digit less', SOUND.slice(0, 254)],
    ['two digits less', SOUND.slice(0, 253)],
    ['cut within a group of four', SOUND.slice(0, 252)],
  ])('a key cut off: %s', (_, text) => {
    const octets = Math.floor(((text.length - 'v=DKIM1; k=rsa; p='.length) * 3) / 4);
    const { ok, value, diagnostics } = parseDkimKeyRecord(text);
    expect(ok).toBe(false);
    expect(diagnostics).toMatchObject([
      { code: 'dkim.key-truncated', params: { missing: 294 - octets, expected: 294 } },
    ]);
    expect(diagnostics[0]?.fix?.description).toContain('255 octets');
    expect(value).not.toHaveProperty('keyBits');
  });

  describe('a private key is called one, and loudly', () => {
    const der = element(0x30, Buffer.from([2, 1, 0]), pkcs1(1024).subarray(3)).toString('base64');
    test.each([
      ['as PEM in p=', 'v=DKIM1; p=-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----'],
      ['as PEM alone', '-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----'],
      ['as base64 in p=', `v=DKIM1; p=${der}`],
      ['as base64 alone', der],
      ['cut off', `v=DKIM1; p=${der.slice(0, 100)}`],
    ])('%s', (_, text) => {
      const { ok, diagnostics } = parseDkimKeyRecord(text);
      expect(ok).toBe(false);
      expect(diagnostics).toMatchObject([{ code: 'dkim.key-private', severity: 'error' }]);
      expect(diagnostics[0]?.message).toMatch(/^THIS IS A PRIVATE KEY/);
      expect(JSON.stringify(diagnostics)).not.toContain('MII');
      expect(diagnostics[0]?.fix?.description).toContain('new key pair');
    });
  });

  describe('another record answers, as a wildcard makes it', () => {
    test.each([
      'v=spf1 include:_spf.example.com ~all',
      'v=DMARC1; p=none',
      'v=TLSRPTv1; rua=mailto:a@example.com',
      'v=STSv1; id=1',
      'v=BIMI1; l=https://example.com/a.svg',
      'google-site-verification=abc_def',
      'MS=ms12345678',
      '"v=spf1 -all"',
      'hello',
      '',
      'v=other',
    ])('%s', (text) => {
      const parsed = parseDkimKeyRecord(text);
      expect(parsed.ok).toBe(false);
      expect(parsed).not.toHaveProperty('value');
      expect(parsed.diagnostics.at(-1)).toMatchObject({ code: 'dkim.key-other-record' });
    });
  });
});

describe('decodeDkimKey', () => {
  test('gives the numbers of the key', () => {
    const rsa = decodeDkimKey(spki(2048), 'rsa');
    expect(rsa).toMatchObject({ ok: true, bits: 2048, form: 'spki', key: { type: 'rsa', e: '\x01\0\x01' } });
    expect(decodeDkimKey(pkcs1(1024).toString('base64'), 'rsa')).toMatchObject({ ok: true, form: 'pkcs1', bits: 1024 });
    const raw = decodeDkimKey(ED25519, 'ed25519');
    expect(raw).toMatchObject({ ok: true, form: 'raw', key: { key: atob(ED25519) } });
    const wrapped = decodeDkimKey(ED25519_SPKI, 'ed25519');
    expect(wrapped).toMatchObject({ ok: true, form: 'spki', key: raw.ok && raw.key });
  });

  test('says why there are none', () => {
    expect(decodeDkimKey('*', 'rsa')).toEqual({ ok: false, fault: 'base64' });
    expect(decodeDkimKey('', 'rsa')).toEqual({ ok: false, fault: 'not-a-public-key', present: 0 });
    expect(decodeDkimKey(ED25519_SPKI, 'rsa')).toEqual({
      ok: false,
      fault: 'type-mismatch',
      type: 'ed25519',
      bits: 256,
    });
    expect(decodeDkimKey(spki(384), 'rsa')).toMatchObject({ ok: true, unusable: 'modulus-size' });
  });
});
