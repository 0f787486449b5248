import { describe, expect, test } from 'vitest';
import { createKeyCache } from '../../src/crypto/key-cache.ts';
import { portableCrypto } from '../../src/crypto/portable.ts';
import type { CryptoProvider } from '../../src/crypto/provider.ts';
import type { DkimResult } from '../../src/dkim/result.ts';
import { type DkimOptions, verifyDkimSignature, verifyDkimSignatures } from '../../src/dkim/verify.ts';
import type { Resolver } from '../../src/dns/resolver.ts';
import type { Environment } from '../../src/environment.ts';
import { memoryResolver, type Zone } from '../../src/resolvers/memory.ts';
import { ed25519, keyRecord, octetsOf, publicKeyText, rsa1024, rsaKey, SIGNATURE, signWith } from '../support/keys.ts';

const header = [
  'From: Ann <ann@example.com>',
  'To: Bob <bob@example.net>',
  'Subject: Is dinner ready?',
  'Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)',
  'Message-ID: <1@example.com>',
];
const message = `${header.join('\r\n')}\r\n\r\nHi.\r\n\r\nWe lost  the game. \r\nAnn\r\n\r\n`;
const place = 'sel._domainkey.example.com';
const NOW = 1_700_000_000;

function zoneOf(...records: string[]): Zone {
  return { [place]: { TXT: records } };
}

function environment(zone: Zone = zoneOf(keyRecord(rsa1024)), more: Partial<Environment> = {}): Environment {
  return { resolver: memoryResolver(zone), now: () => new Date(NOW * 1000), ...more };
}

function verify(text: string, zone?: Zone, options?: DkimOptions): Promise<DkimResult> {
  return verifyDkimSignature(octetsOf(text), environment(zone), options);
}

function codes({ diagnostics }: DkimResult): string[] {
  return diagnostics.map(({ code }) => code);
}

describe('a signature that verifies', () => {
  test('gives every fact (RFC 6376 §6)', async () => {
    const signed = signWith(message, {
      key: rsaKey(2048),
      tags: `t=${NOW - 60}; x=${NOW + 60}; i=ann@mail.example.com`,
    });
    const result = await verify(signed, zoneOf(keyRecord(rsaKey(2048))));
    expect(result).toEqual({
      result: 'pass',
      domain: 'example.com',
      selector: 'sel',
      auid: 'ann@mail.example.com',
      algorithm: 'rsa-sha256',
      keyBits: 2048,
      testing: false,
      headerIndex: 0,
      signedHeaders: ['from', 'to', 'subject', 'date'],
      bodyHash: 'match',
      signature: 'match',
      signatureText: expect.stringMatching(/^[\w+/]{342}==$/),
      unsignedBodyBytes: 0,
      timestamp: NOW - 60,
      expires: NOW + 60,
      diagnostics: [],
    });
  });

  test.each([
    ['simple/simple', rsa1024],
    ['simple/relaxed', rsa1024],
    ['relaxed/simple', rsa1024],
    ['relaxed/relaxed', rsa1024],
    ['relaxed', rsa1024],
    ['simple/simple', ed25519],
    ['relaxed/relaxed', ed25519],
  ])('c=%s with a key of each type (RFC 6376 §3.4, RFC 8463 §3)', async (c, key) => {
    const env = environment(zoneOf(keyRecord(key)));
    for (const crypto of [undefined, portableCrypto]) {
      const given = { ...env, ...(crypto && { crypto }) };
      expect(await verifyDkimSignature(signWith(message, { key, c }), given)).toMatchObject({ result: 'pass' });
    }
  });

  test('without i= the identity is the domain (RFC 6376 §3.5)', async () => {
    expect(await verify(signWith(message))).toMatchObject({ result: 'pass', auid: '@example.com' });
  });

  test('the domain may be a U-label, the key is at its A-labels; only UTF-8 makes one (RFC 8616 §5)', async () => {
    const utf8 = Buffer.from('b\u00fccher.example').toString('latin1');
    const zone: Zone = { 'sel._domainkey.xn--bcher-kva.example': { TXT: [keyRecord(rsa1024)] } };
    const verify = (d: string) =>
      verifyDkimSignature(new Uint8Array(Buffer.from(signWith(message, { d }), 'latin1')), environment(zone));
    expect(await verify(utf8)).toMatchObject({ result: 'pass', domain: 'xn--bcher-kva.example' });
    // Which letter stands for the octet of another character set nobody knows.
    const guessed = await verify('b\u00fccher.example');
    expect(guessed).toMatchObject({ result: 'neutral', reason: 'syntax' });
    expect(guessed.domain).toBeUndefined();
  });

  test.each<[title: string, edit: (field: string) => string]>([
    ['in front', (field) => `DKIM-Signature: b=${SIGNATURE}; ${field.slice(16).replace(/; *\r\n b=.*/, '')}`],
    ['with white space around', (field) => field.replace(`b=${SIGNATURE}`, `b = \r\n\t${SIGNATURE} \r\n ; z=b=x`)],
    ['behind bh= and z= that look like it', (field) => field.replace(' b=', ' z=Subject:b=3Db=; xb=b; b=')],
    ['behind octets outside ASCII', (field) => field.replace(' b=', ' z=Subject:\u00c3\u00bc\u00e2\u0082\u00ac; b=')],
  ])('the value of b= is cut out %s (RFC 6376 §3.7)', async (_, edit) => {
    for (const c of ['relaxed/relaxed', 'simple/simple']) {
      const signed = signWith(message, { c, edit });
      expect(await verify(signed)).toMatchObject({ result: 'pass' });
    }
  });

  test('a message without a body (RFC 6376 §3.4.3, §3.4.4)', async () => {
    const bare = `${header.join('\r\n')}\r\n`;
    for (const c of ['simple/simple', 'relaxed/relaxed']) {
      expect(await verify(signWith(bare, { c }))).toMatchObject({ result: 'pass' });
      expect(await verify(signWith(`${bare}\r\n`, { c }))).toMatchObject({ result: 'pass' });
      expect(await verify(signWith(bare.slice(0, -2), { c }).replace(/\r\n$/, ''))).toMatchObject({ result: 'pass' });
    }
  });
});

describe('the verdict table', () => {
  const past = NOW - 1000;

  test.each<[reason: string, result: string, signed: string, zone?: Zone | undefined, options?: DkimOptions]>([
    ['syntax', 'neutral', signWith(message, { edit: (f) => f.replace('; c=', ';; c=') })],
    ['syntax', 'neutral', signWith(message, { bh: 'AAAA' })],
    ['syntax', 'neutral', signWith(message, { d: 'com' })],
    ['syntax', 'neutral', signWith(message, { tags: 'l=9007199254740992' })],
    ['syntax', 'neutral', signWith(message).replace(/b=[\w+/]{4}/, 'b=?')],
    ['missing-tag', 'permerror', signWith(message, { edit: (f) => f.replace(/ h=.*;/, '') })],
    ['version', 'permerror', signWith(message, { edit: (f) => f.replace('v=1', 'v=2') })],
    ['from-unsigned', 'permerror', signWith(message, { h: 'to:subject' })],
    ['expiry-before-timestamp', 'permerror', signWith(message, { tags: `t=${past}; x=${past}` })],
    ['domain-mismatch', 'permerror', signWith(message, { tags: 'i=@example.net' })],
    [
      'domain-mismatch',
      'permerror',
      signWith(message, { tags: 'i=@a.example.com' }),
      zoneOf(keyRecord(rsa1024, 't=s')),
    ],
    ['message-too-large', 'policy', signWith(message), undefined, { limits: { headerFields: 3 } }],
    ['too-many-signatures', 'policy', signWith(message), undefined, { limits: { signatures: 0 } }],
    ['algorithm-historic', 'policy', signWith(message, { a: 'rsa-sha1', bh: 'uoq1oCgLlTqpdDX/iUbLy7J1Wic=' })],
    ['algorithm', 'neutral', signWith(message, { a: 'rsa-sha512' })],
    ['canonicalization', 'neutral', signWith(message, { edit: (f) => f.replace('c=relaxed/', 'c=nofws/') })],
    ['query-method', 'neutral', signWith(message, { tags: 'q=http/get' })],
    ['no-key', 'permerror', signWith(message), {}],
    ['no-key', 'permerror', signWith(message), { [place]: { A: ['192.0.2.1'] } }],
    ['no-key', 'permerror', signWith(message), zoneOf('v=spf1 -all')],
    ['no-key', 'permerror', signWith(message), zoneOf('v=spf1 -all', 'v=DMARC1; p=none')],
    [
      'no-key',
      'permerror',
      signWith(message, { s: Array(20).fill('selector').join('.'), d: `${'long.'.repeat(20)}example.com` }),
    ],
    ['key-revoked', 'permerror', signWith(message), zoneOf('v=DKIM1; p=')],
    ['key-revoked', 'permerror', signWith(message), zoneOf('v=spf1 -all', 'v=DKIM1; k=ed25519; p=')],
    ['key-syntax', 'permerror', signWith(message), zoneOf('v=DKIM1')],
    ['key-syntax', 'permerror', signWith(message), zoneOf('v=DKIM2; p=AAAA')],
    ['key-syntax', 'permerror', signWith(message), zoneOf('v=DKIM1; p=AAAA')],
    ['key-syntax', 'permerror', signWith(message), zoneOf(`${keyRecord(rsa1024)}; p=`)],
    ['key-syntax', 'permerror', signWith(message), zoneOf(`"${keyRecord(rsa1024)}"`)],
    ['key-syntax', 'permerror', signWith(message), undefined, { limits: { recordBytes: 100 } }],
    ['key-mismatch', 'permerror', signWith(message), zoneOf(keyRecord(ed25519))],
    ['key-mismatch', 'permerror', signWith(message), zoneOf(keyRecord(rsa1024, 'k=dsa'))],
    ['key-mismatch', 'permerror', signWith(message), zoneOf(`v=DKIM1; k=rsa; p=${publicKeyText(ed25519)}`)],
    ['key-mismatch', 'permerror', signWith(message), zoneOf(keyRecord(rsa1024, 'h=sha1'))],
    ['key-mismatch', 'permerror', signWith(message), zoneOf(keyRecord(rsa1024, 's=tlsrpt'))],
    ['key-unavailable', 'temperror', signWith(message), { [place]: { TXT: { failure: 'servfail' } } }],
    ['key-too-short', 'policy', signWith(message, { key: rsaKey(768) }), zoneOf(keyRecord(rsaKey(768)))],
    ['key-too-short', 'policy', signWith(message), undefined, { minKeyBits: 2048 }],
    ['key-syntax', 'permerror', signWith(message), zoneOf(`v=DKIM1; p=${rsaSpki(1024, [1])}`)],
    ['key-syntax', 'permerror', signWith(message), zoneOf(`v=DKIM1; p=${rsaSpki(1024, [1, 0, 0, 0, 1])}`)],
    ['key-syntax', 'permerror', signWith(message), zoneOf(`v=DKIM1; p=${rsaSpki(8200, [1, 0, 1])}`)],
    ['key-too-short', 'policy', signWith(message), zoneOf(`v=DKIM1; p=${rsaSpki(384, [1, 0, 1])}`)],
    ['body-length-exceeded', 'permerror', signWith(message, { l: 1000 })],
    ['body-hash', 'fail', signWith(message).replace('lost', 'won')],
    ['body-hash', 'fail', signWith(message).replace('lost', 'won').replace('Is dinner', 'Was dinner')],
    ['signature', 'fail', signWith(message).replace('Is dinner', 'Was dinner')],
    ['signature', 'fail', signWith(message), zoneOf(keyRecord(rsaKey(2048)))],
    ['expired', 'policy', signWith(message, { tags: `x=${NOW - 301}` })],
    ['body-length-limited', 'policy', signWith(message, { l: 3 })],
    ['body-length-limited', 'policy', signWith(message, { l: 0 })],
  ])('%s is %s: %#', async (reason, result, signed, zone, options) => {
    expect(await verify(signed, zone, options)).toMatchObject({ result, reason });
  });

  test.each<[first: string, second: string, signed: string, zone?: Zone]>([
    ['syntax', 'missing-tag', signWith(message, { bh: 'AAAA', edit: (f) => f.replace('v=1; ', '') })],
    [
      'from-unsigned',
      'algorithm-historic',
      signWith(message, { h: 'to', a: 'rsa-sha1', bh: 'uoq1oCgLlTqpdDX/iUbLy7J1Wic=' }),
    ],
    ['algorithm', 'no-key', signWith(message, { a: 'dsa-sha256' }), {}],
    ['key-revoked', 'key-mismatch', signWith(message), zoneOf('v=DKIM1; k=ed25519; p=')],
    ['key-mismatch', 'key-too-short', signWith(message), zoneOf(keyRecord(rsaKey(768), 's=other'))],
    ['key-unavailable', 'expired', signWith(message, { tags: 'x=1' }), { [place]: { TXT: { failure: 'timeout' } } }],
    ['body-length-exceeded', 'body-hash', signWith(message, { l: 1000 }).replace('lost', 'won')],
    ['body-hash', 'signature', signWith(message).replace('lost', 'won').replace('dinner', 'lunch')],
    ['signature', 'expired', signWith(message, { tags: 'x=1' }).replace('dinner', 'lunch')],
    ['expired', 'body-length-limited', signWith(message, { tags: 'x=1', l: 3 })],
  ])('%s comes before %s', async (reason, _, signed, zone) => {
    expect(await verify(signed, zone)).toMatchObject({ reason });
  });

  test.each<[code: string, signed: string, zone?: Zone | undefined, options?: DkimOptions]>([
    ['dkim.message-too-large', signWith(message), undefined, { limits: { headerFields: 3 } }],
    ['dkim.too-many-signatures', signWith(message), undefined, { limits: { signatures: 0 } }],
    ['dkim.no-key', signWith(message), {}],
    ['dkim.no-key', signWith(message), zoneOf('v=spf1 -all')],
    ['dkim.key-unavailable', signWith(message), { [place]: { TXT: { failure: 'refused' } } }],
    ['dkim.key-oversized', signWith(message), undefined, { limits: { recordBytes: 100 } }],
    ['dkim.key-several', signWith(message), zoneOf('v=DKIM1; p=', 'v=DKIM1; k=ed25519; p=')],
    ['dkim.key-algorithm', signWith(message), zoneOf(keyRecord(ed25519))],
    ['dkim.key-strict-mismatch', signWith(message, { tags: 'i=@a.example.com' }), zoneOf(keyRecord(rsa1024, 't=s'))],
    ['dkim.key-below-minimum', signWith(message), undefined, { minKeyBits: 2048 }],
    ['dkim.body-length-exceeded', signWith(message, { l: 1000 })],
    ['dkim.body-hash', signWith(message).replace('lost', 'won')],
    ['dkim.signature', signWith(message).replace('Is dinner', 'Was dinner')],
    ['dkim.expired', signWith(message, { tags: 'x=1' })],
    ['dkim.unsigned-body', signWith(message, { l: 3 })],
  ])('%s explains a result: %#', async (code, signed, zone, options) => {
    const { diagnostics } = await verify(signed, zone, options);
    expect(diagnostics.filter((one) => one.code === code)).toMatchObject([{ subject: expect.any(String) }]);
  });

  test.each<[code: string, record: string, at: string | undefined]>([
    ['dkim.key-revoked', 'v=DKIM1; p=', 'p='],
    ['dkim.key-testing', keyRecord(rsa1024, 't=y'), 'y'],
    ['dkim.key-weak', keyRecord(rsa1024), publicKeyText(rsa1024)],
    ['dkim.key-hash', keyRecord(rsa1024, 'h=sha1'), 'sha1'],
    ['dkim.key-service', keyRecord(rsa1024, 's=x'), 'x'],
    ['dkim.key-base64', 'v=DKIM1; p=MI*A', '*'],
    ['dkim.key-truncated', keyRecord(rsa1024).slice(0, 99), publicKeyText(rsa1024).slice(0, 88)],
    ['dkim.key-malformed', 'v=DKIM1; p=AAAA', 'AAAA'],
    ['dkim.key-type', keyRecord(rsa1024, 'k=dsa'), 'dsa'],
    ['dkim.key-list', keyRecord(rsa1024, 'k=rsa t=y'), 'rsa t=y'],
    ['dkim.tag-no-equals', `${keyRecord(rsa1024)}; x`, 'x'],
    ['dkim.key-missing', publicKeyText(rsa1024), publicKeyText(rsa1024)],
    ['dkim.key-missing', 'v=DKIM1', undefined],
  ])('%s of a key record is among the findings, with its place: %s', async (code, record, at) => {
    const { diagnostics } = await verify(signWith(message), zoneOf(record));
    const found = diagnostics.find((one) => one.code === code);
    expect(found?.subject).toBe(place);
    expect(found?.span && record.slice(found.span.start, found.span.end)).toBe(at);
  });

  test('what is only of interest to whoever publishes a key is not among the findings', async () => {
    const { diagnostics, result } = await verify(signWith(message), zoneOf(`k = RSA; p=${publicKeyText(rsa1024)}`));
    expect(result).toBe('pass');
    expect(diagnostics.map(({ code }) => code)).toEqual(['dkim.key-weak']);
  });

  test.each([
    ['key-syntax', `${keyRecord(rsa1024, 'k=rsa t=y')}`],
    ['key-syntax', publicKeyText(rsa1024)],
    ['key-syntax', '-----BEGIN PUBLIC KEY-----'],
    ['key-syntax', `v=dkim1; pk=${publicKeyText(rsa1024)}`],
    ['key-syntax', `pk=${publicKeyText(rsa1024)}`],
    ['no-key', 'hello'],
  ])('%s: the text that is no record is %s', async (reason, record) => {
    expect(await verify(signWith(message), zoneOf(record))).toMatchObject({ result: 'permerror', reason });
  });

  test('a limit comes behind faults of the text, before those of a=, c= and q=', async () => {
    const historic = signWith(message, { a: 'rsa-sha1', bh: 'uoq1oCgLlTqpdDX/iUbLy7J1Wic=' });
    const limits = { signatures: 0 };
    expect(await verify(historic, {}, { limits })).toMatchObject({ reason: 'too-many-signatures' });
    const broken = signWith(message, { bh: 'AAAA' });
    expect(await verify(broken, {}, { limits })).toMatchObject({ reason: 'syntax' });
    expect(await verify(broken, {}, { limits: { headerFields: 3 } })).toMatchObject({ reason: 'syntax' });
  });

  test.each([
    ['expired', signWith(message, { tags: 'x=1' }), 'match', 'match'],
    ['body-hash', signWith(message).replace('lost', 'won'), 'mismatch', 'match'],
    [
      'body-hash',
      signWith(message, { tags: 'x=1' }).replace('lost', 'won').replace('dinner', 'tea'),
      'mismatch',
      'mismatch',
    ],
    ['signature', signWith(message).replace('dinner', 'lunch'), 'match', 'mismatch'],
    ['body-length-exceeded', signWith(message, { l: 1000 }), 'match', 'match'],
    ['body-length-limited', signWith(message, { l: 3 }), 'match', 'match'],
  ])('%s: both layers are judged', async (reason, signed, bodyHash, signature) => {
    expect(await verify(signed)).toMatchObject({ reason, bodyHash, signature });
  });

  test.each([
    ['no-key', {}],
    ['key-unavailable', { [place]: { TXT: { failure: 'refused' } } } as Zone],
    ['key-revoked', zoneOf('v=DKIM1; p=')],
  ])('%s: nothing is judged', async (reason, zone) => {
    const result = await verify(signWith(message), zone);
    expect(result).toMatchObject({ reason, bodyHash: 'not-checked', signature: 'not-checked', unsignedBodyBytes: 0 });
  });
});

/** A SubjectPublicKeyInfo whose modulus is all ones. */
function rsaSpki(bits: number, exponent: number[]): string {
  const element = (tag: number, content: number[]): number[] => {
    const { length } = content;
    if (length < 128) return [tag, length, ...content];
    return length < 256 ? [tag, 0x81, length, ...content] : [tag, 0x82, length >> 8, length & 255, ...content];
  };
  const key = element(0x30, [...element(2, [0, ...Array(bits / 8).fill(255)]), ...element(2, exponent)]);
  const algorithm = [0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 1, 5, 0];
  return Buffer.from(element(0x30, [...algorithm, ...element(3, [0, ...key])])).toString('base64');
}

describe('keys (RFC 6376 §3.6, §6.1.2)', () => {
  test('a key in test mode gives the result as computed', async () => {
    const zone = zoneOf(keyRecord(rsa1024, 't=y:s'));
    expect(await verify(signWith(message), zone)).toMatchObject({ result: 'pass', testing: true });
    const broken = signWith(message).replace('lost', 'won');
    expect(await verify(broken, zone, { ignoreTesting: true })).toMatchObject({ result: 'fail', testing: true });
  });

  test.each(['i=@example.com', 'i=ann@EXAMPLE.com', 'q=dns/txt'])('with flag s, %s equals d=', async (tags) => {
    expect(await verify(signWith(message, { tags }), zoneOf(keyRecord(rsa1024, 't=s')))).toMatchObject({
      result: 'pass',
    });
  });

  test.each(['h=sha256', 'h=sha1:sha256', 's=email', 's=*', 's=other:email', 'k=rsa', 'n=a note'])(
    'a record with %s fits',
    async (tags) => {
      expect(await verify(signWith(message), zoneOf(keyRecord(rsa1024, tags)))).toMatchObject({ result: 'pass' });
    },
  );

  test('one of several records is enough, whatever the others are', async () => {
    const zone = zoneOf('v=spf1 -all', 'v=DKIM1; p=', keyRecord(rsaKey(2048), 't=y'), keyRecord(rsa1024));
    const result = await verify(signWith(message), zone);
    expect(result).toMatchObject({ result: 'pass', keyBits: 1024, testing: false });
  });

  test('three of several usable records are tried', async () => {
    const wrong = [512, 768, 1032].map((bits) => keyRecord(rsaKey(bits)));
    const options = { minKeyBits: 512 };
    const third = await verify(signWith(message), zoneOf(wrong[0]!, wrong[1]!, keyRecord(rsa1024)), options);
    expect(third).toMatchObject({ result: 'pass', keyBits: 1024 });
    // Whichever of them it was.
    expect(codes(third)).toContain('dkim.key-several');
    const fourth = await verify(signWith(message), zoneOf(...wrong, keyRecord(rsa1024)), options);
    expect(fourth).toMatchObject({ result: 'fail', reason: 'signature', keyBits: 512 });
    expect(codes(fourth)).toContain('dkim.key-several');
  });

  test('a smaller key passes when the caller lowers the bound', async () => {
    const key = rsaKey(768);
    const result = await verify(signWith(message, { key }), zoneOf(keyRecord(key)), { minKeyBits: 768 });
    expect(result).toMatchObject({ result: 'pass', keyBits: 768 });
    expect(codes(result)).toContain('dkim.key-too-short');
  });

  test('a record in chunks is joined with nothing (RFC 6376 §3.6.2.2)', async () => {
    const record = keyRecord(rsa1024);
    const zone: Zone = { [place]: { TXT: [[record.slice(0, 100), record.slice(100)]] } };
    expect(await verify(signWith(message), zone)).toMatchObject({ result: 'pass' });
  });
});

describe('l= (RFC 6376 §3.5, §8.2)', () => {
  const canonical = 'Hi.\r\n\r\nWe lost the game.\r\nAnn\r\n';

  test.each([0, 1, 5, canonical.length - 1])('%i leaves the rest unsigned', async (l) => {
    const signed = signWith(message, { l });
    const unsignedBodyBytes = canonical.length - l;
    expect(await verify(signed)).toMatchObject({ result: 'policy', reason: 'body-length-limited', unsignedBodyBytes });
    const accepted = await verify(signed, undefined, { acceptBodyLength: true });
    expect(accepted).toMatchObject({ result: 'pass', unsignedBodyBytes });
    expect(codes(accepted)).toContain('dkim.unsigned-body');
  });

  test('that covers the whole canonical body passes, and text added to it is noticed', async () => {
    const signed = signWith(message, { l: canonical.length });
    expect(await verify(signed)).toMatchObject({ result: 'pass', unsignedBodyBytes: 0 });
    expect(await verify(`${signed}added\r\n`)).toMatchObject({ reason: 'body-length-limited', unsignedBodyBytes: 9 });
  });
});

describe('time (RFC 6376 §3.5)', () => {
  test.each([
    [`x=${NOW - 300}`, undefined, 'pass'],
    [`x=${NOW - 301}`, undefined, 'policy'],
    [`x=${NOW - 301}`, 301, 'pass'],
    [`x=${NOW - 1}`, 0, 'policy'],
    [`x=${NOW}`, 0, 'pass'],
    ['x=0', undefined, 'policy'],
  ])('%s with a skew of %s is %s', async (tags, clockSkewSeconds, result) => {
    const options = clockSkewSeconds === undefined ? {} : { clockSkewSeconds };
    expect(await verify(signWith(message, { tags }), undefined, options)).toMatchObject({ result });
  });

  test('t= in the future is a finding only', async () => {
    const result = await verify(signWith(message, { tags: `t=${NOW + 301}` }));
    expect(result).toMatchObject({ result: 'pass', timestamp: NOW + 301 });
    expect(codes(result)).toContain('dkim.future-timestamp');
    expect(codes(await verify(signWith(message, { tags: `t=${NOW + 300}` })))).not.toContain('dkim.future-timestamp');
  });

  test('without env.now it is now', async () => {
    const resolver = memoryResolver(zoneOf(keyRecord(rsa1024)));
    const seconds = Math.floor(Date.now() / 1000);
    const result = await verifyDkimSignature(signWith(message, { tags: `x=${seconds + 1000}` }), { resolver });
    expect(result).toMatchObject({ result: 'pass' });
  });
});

describe('line endings', () => {
  const lf = (text: string) => text.replaceAll('\r\n', '\n');

  test('a file with LF lines is read as if they were CRLF, and that is said', async () => {
    const result = await verify(lf(signWith(message)));
    expect(result).toMatchObject({ result: 'pass' });
    expect(codes(result)).toContain('dkim.lf-line-endings');
  });

  test('not with lineEndings as-is', async () => {
    const result = await verify(lf(signWith(message)), undefined, { lineEndings: 'as-is' });
    // The whole file is then one field.
    expect(result).toMatchObject({ result: 'neutral', reason: 'syntax' });
  });

  test.each([
    ['a CRLF', (text: string) => lf(text).replace(/\n$/, '\r\n'), 'match'],
    ['a bare CR', (text: string) => lf(text).replace('game', 'ga\rme'), 'mismatch'],
  ])('%s in the body of such a file makes it neutral', async (_, edit, bodyHash) => {
    const result = await verify(edit(signWith(message)));
    expect(result).toMatchObject({ result: 'neutral', reason: 'mixed-line-endings', bodyHash, signature: 'match' });
    expect(codes(result)).toContain('dkim.mixed-line-endings');
  });

  test('bare CR and LF in the body of a message with CRLF lines are content', async () => {
    const signed = signWith(message.replace('game', 'g\ra\nm\n\re'), { c: 'simple/simple' });
    expect(await verify(signed)).toMatchObject({ result: 'pass' });
    expect(await verify(signed.replace('\n\re', '\r\ne'))).toMatchObject({ reason: 'body-hash' });
  });
});

describe('several signatures', () => {
  const first = signWith(message, { s: 'one' });
  const both = signWith(first, { s: 'two', h: 'from:to:subject:date:dkim-signature', key: ed25519 });
  const zone: Zone = {
    'one._domainkey.example.com': { TXT: [keyRecord(rsa1024)] },
    'two._domainkey.example.com': { TXT: [keyRecord(ed25519)] },
  };

  test('each has its result, top first', async () => {
    const results = await verifyDkimSignatures(both, environment(zone));
    expect(results).toMatchObject([
      { result: 'pass', selector: 'two', headerIndex: 0, keyBits: 256 },
      { result: 'pass', selector: 'one', headerIndex: 1, keyBits: 1024 },
    ]);
    expect(results[0]!.signedHeaders).toContain('dkim-signature');
  });

  test('a bad one does not spoil a good one', async () => {
    const results = await verifyDkimSignatures(`DKIM-Signature: v=1; b\r\n${both}`, environment(zone));
    expect(results.map(({ result }) => result)).toEqual(['neutral', 'pass', 'pass']);
  });

  test.each([
    [undefined, 'two'],
    [0, 'two'],
    [1, 'one'],
    [2, undefined],
  ])('index %s of them is %s', async (index, selector) => {
    const result = await verifyDkimSignature(both, environment(zone), index === undefined ? {} : { index });
    expect(result.selector).toBe(selector);
    expect(result.result).toBe(selector === undefined ? 'none' : 'pass');
  });

  test('2000 of them cost as many questions as the limit says, and equal ones are asked once', async () => {
    const { resolver, asked } = counting(zone);
    const flood = Array.from({ length: 2000 }, (_, i) =>
      first.slice(0, first.indexOf('From:')).replace('s=one', `s=s${i}`),
    );
    const results = await verifyDkimSignatures(flood.join('') + message, { resolver });
    expect(results).toHaveLength(2000);
    expect(asked).toHaveLength(16);
    expect(results.filter(({ reason }) => reason === 'too-many-signatures')).toHaveLength(1984);
    asked.length = 0;
    await verifyDkimSignatures(first.slice(0, first.indexOf('From:')).repeat(16) + message, { resolver });
    expect(asked).toEqual(['one._domainkey.example.com']);
  });

  test('beyond the limit a broken one is still called broken, with one finding', async () => {
    const results = await verifyDkimSignatures('DKIM-Signature: v=1\r\n'.repeat(3), environment(), {
      limits: { signatures: 1 },
    });
    expect(results.map(({ reason }) => reason)).toEqual(['missing-tag', 'missing-tag', 'missing-tag']);
    expect(results.map(({ diagnostics }) => diagnostics.length)).toEqual([6, 1, 1]);
  });

  test('an index beyond the limit is not asked about', async () => {
    const { resolver, asked } = counting(zone);
    const result = await verifyDkimSignature(both, { resolver }, { index: 1, limits: { signatures: 1 } });
    expect(result).toMatchObject({ result: 'policy', reason: 'too-many-signatures' });
    expect(codes(result)).toContain('dkim.too-many-signatures');
    expect(asked).toEqual([]);
  });
});

function counting(zone: Zone): { resolver: Resolver; asked: string[] } {
  const inner = memoryResolver(zone);
  const asked: string[] = [];
  const resolver: Resolver = {
    query: (name, type, options) => {
      asked.push(name);
      return inner.query(name, type, options);
    },
  };
  return { resolver, asked };
}

describe('what a signature leaves open (RFC 6376 §8)', () => {
  const findings = async (signed: string, options?: DkimOptions) =>
    (await verify(signed, zoneOf(keyRecord(rsa1024)), options)).diagnostics
      .filter(({ subject, code }) => subject === 'DKIM-Signature' && code !== 'dkim.body-length')
      .map(({ code, params }) => `${code} ${params.name ?? ''}`.trim());

  test.each<[title: string, signed: string, expected: string[]]>([
    ['nothing', signWith(message), []],
    ['a second Subject', `Subject: Other\r\n${signWith(message)}`, ['dkim.unsigned-duplicate Subject']],
    [
      'a second From',
      `From: eve@example.net\r\n${signWith(message)}`,
      ['dkim.unsigned-duplicate From', 'dkim.header-count-mismatch'],
    ],
    [
      'a second Message-ID',
      `Message-ID: <2>\r\n${signWith(message, { h: 'from:to:subject:date:message-id' })}`,
      ['dkim.unsigned-duplicate Message-ID'],
    ],
    ['an unsigned Subject', signWith(message, { h: 'from:to:date' }), ['dkim.unsigned-header Subject']],
    ['an unsigned Reply-To', `Reply-To: eve@example.net\r\n${signWith(message)}`, ['dkim.unsigned-header Reply-To']],
    [
      'an unsigned Content-Type',
      `Content-Type: text/html\r\n${signWith(message)}`,
      ['dkim.unsigned-header Content-Type'],
    ],
    ['l= and no Content-Type', signWith(message, { l: 31 }), ['dkim.unsigned-content-type']],
    ['l= and a signed Content-Type', signWith(message, { l: 31, h: 'from:to:subject:date:content-type' }), []],
  ])('%s', async (_, signed, expected) => {
    expect(await findings(signed)).toEqual(expected);
  });

  test('a field that is named once more than it occurs cannot be added (RFC 6376 §5.4.2)', async () => {
    const signed = signWith(message, { h: 'from:from:to:subject:date' });
    expect(await verify(signed)).toMatchObject({ result: 'pass', signedHeaders: ['from', 'to', 'subject', 'date'] });
    expect(await verify(`From: eve@example.net\r\n${signed}`)).toMatchObject({ reason: 'signature' });
  });

  test('a finding points into the value of the field', async () => {
    const signed = signWith(message).replace('lost', 'won');
    const { diagnostics } = await verify(signed);
    const { span, message: text } = diagnostics.find(({ code }) => code === 'dkim.body-hash')!;
    const value = signed.slice('DKIM-Signature:'.length);
    const bh = value.slice(span!.start, span!.end);
    expect(value.slice(span!.start - 3, span!.start)).toBe('bh=');
    expect(text).toContain(bh);
  });
});

describe('the crypto provider', () => {
  const signed = signWith(message);
  const broken = (change: Partial<CryptoProvider>): Partial<Environment> => ({
    crypto: { ...portableCrypto, ...change },
  });
  const fail = () => {
    throw new Error('no');
  };

  test.each<[title: string, change: Partial<CryptoProvider>, bodyHash: string, signature: string]>([
    ['cannot hash', { createHash: fail }, 'not-checked', 'match'],
    ['fails at hashing', { createHash: () => ({ update: fail, digest: fail }) }, 'not-checked', 'match'],
    [
      'fails at the digest',
      { createHash: () => ({ update() {}, digest: async () => fail() }) },
      'not-checked',
      'match',
    ],
    [
      'gives a digest that is none',
      { createHash: () => ({ update() {}, digest: () => new Uint8Array(20) }) },
      'not-checked',
      'match',
    ],
    ['cannot import', { importKey: fail }, 'match', 'not-checked'],
    ['rejects at import', { importKey: async () => fail() }, 'match', 'not-checked'],
    ['fails at verification', { importKey: () => ({ verify: fail }) }, 'match', 'not-checked'],
    ['rejects at verification', { importKey: () => ({ verify: async () => fail() }) }, 'match', 'not-checked'],
    ['says no boolean', { importKey: () => ({ verify: () => 1 as unknown as boolean }) }, 'match', 'not-checked'],
  ])('%s', async (_, change, bodyHash, signature) => {
    const result = await verifyDkimSignature(signed, environment(undefined, broken(change)));
    expect(result).toMatchObject({ result: 'permerror', reason: 'crypto-unsupported', bodyHash, signature });
    expect(codes(result)).toContain('dkim.crypto-unsupported');
  });

  test('without a hash there is no Ed25519 either (RFC 8463 §3)', async () => {
    const env = environment(zoneOf(keyRecord(ed25519)), broken({ createHash: fail }));
    const result = await verifyDkimSignature(signWith(message, { key: ed25519 }), env);
    expect(result).toMatchObject({ reason: 'crypto-unsupported', bodyHash: 'not-checked', signature: 'not-checked' });
  });

  test('imports a key once for all messages of one cache, whatever the provider of another', async () => {
    const keyCache = createKeyCache();
    let imports = 0;
    const counted = (name: string): CryptoProvider => ({
      ...portableCrypto,
      name,
      importKey: (key) => {
        imports++;
        return portableCrypto.importKey(key);
      },
    });
    for (const name of ['a', 'a', 'b']) {
      const result = await verifyDkimSignature(signed, environment(undefined, { keyCache, crypto: counted(name) }));
      expect(result).toMatchObject({ result: 'pass' });
    }
    expect(imports).toBe(2);
    await verifyDkimSignatures(
      signed.slice(0, signed.indexOf('From:')) + signed,
      environment(undefined, { crypto: counted('c') }),
    );
    expect(imports).toBe(3);
  });

  test('the body is hashed once for signatures that ask for the same', async () => {
    let hashes = 0;
    const createHash: CryptoProvider['createHash'] = (algorithm) => {
      hashes++;
      return portableCrypto.createHash(algorithm);
    };
    const three = signWith(signWith(signWith(message), { c: 'relaxed/simple' }), { h: 'from' });
    const results = await verifyDkimSignatures(three, environment(undefined, broken({ createHash })));
    expect(results.map(({ result }) => result)).toEqual(['pass', 'pass', 'pass']);
    expect(hashes).toBe(2);
  });
});

describe('messages of any form', () => {
  test('an unsigned one has no results, and its stream is closed', async () => {
    let closed = false;
    const stream = (async function* () {
      try {
        yield octetsOf(message);
        yield octetsOf('more');
      } finally {
        closed = true;
      }
    })();
    expect(await verifyDkimSignatures(stream, environment())).toEqual([]);
    expect(closed).toBe(true);
    expect(await verify(message)).toEqual({
      result: 'none',
      testing: false,
      headerIndex: -1,
      signedHeaders: [],
      bodyHash: 'not-checked',
      signature: 'not-checked',
      unsignedBodyBytes: 0,
      diagnostics: [],
    });
  });

  test('headerIndex counts the fields of the message', async () => {
    expect(await verify(`Received: a\r\nReceived: b\r\n${signWith(message)}`)).toMatchObject({ headerIndex: 2 });
  });

  test('a stream that fails rejects with its error', async () => {
    const stream = (async function* () {
      yield octetsOf(signWith(message));
      throw new Error('connection lost');
    })();
    await expect(verifyDkimSignatures(stream, environment())).rejects.toThrow('connection lost');
  });

  test('an aborted signal rejects with its reason, also while the key is awaited', async () => {
    const signed = signWith(message);
    await expect(
      verifyDkimSignatures(signed, environment(undefined, { signal: AbortSignal.abort('early') })),
    ).rejects.toBe('early');
    const controller = new AbortController();
    const resolver: Resolver = { query: () => new Promise(() => {}) };
    const pending = verifyDkimSignatures(signed, environment(undefined, { resolver, signal: controller.signal }));
    setTimeout(() => controller.abort('late'), 5);
    await expect(pending).rejects.toBe('late');
  });

  test('a resolver that never answers costs a temperror', async () => {
    const resolver: Resolver = { query: () => new Promise(() => {}) };
    const result = await verifyDkimSignature(signWith(message), { resolver }, { limits: { elapsedMs: 10 } });
    expect(result).toMatchObject({ result: 'temperror', reason: 'key-unavailable' });
    expect(codes(result)).toContain('dkim.key-unavailable');
  });
});

describe('wrong arguments', () => {
  const wrong = (value: unknown) => value as never;
  test.each<[title: string, call: () => Promise<unknown>, text: string]>([
    ['no resolver', () => verifyDkimSignatures(message, wrong({})), '"env.resolver" must be a Resolver'],
    ['no message', () => verifyDkimSignature(wrong(7), environment()), '"message" must be'],
    ['an index', () => verifyDkimSignature(message, environment(), { index: -1 }), '"index" must be a whole number'],
    ['an index', () => verifyDkimSignature(message, environment(), { index: wrong('0') }), 'received "0"'],
    [
      'a skew',
      () => verifyDkimSignature(message, environment(), { clockSkewSeconds: -1 }),
      '"clockSkewSeconds" must be',
    ],
    ['a size', () => verifyDkimSignatures(message, environment(), { minKeyBits: Number.NaN }), '"minKeyBits" must be'],
    [
      'line endings',
      () => verifyDkimSignatures(message, environment(), { lineEndings: wrong('lf') }),
      '"lineEndings" must be',
    ],
    [
      'a limit',
      () => verifyDkimSignatures(message, environment(), { limits: { signatures: -1 } }),
      '"signatures" must be',
    ],
    [
      'a clock',
      () => verifyDkimSignatures(message, environment(undefined, { now: () => new Date(Number.NaN) })),
      '"env.now" must return a valid Date',
    ],
  ])('%s', async (_, call, text) => {
    await expect(call()).rejects.toThrow(TypeError);
    await expect(call()).rejects.toThrow(text);
  });
});
