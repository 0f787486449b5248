import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import { nativeCrypto } from '../../src/crypto/native.ts';
import { portableCrypto } from '../../src/crypto/portable.ts';
import { type SignedMessage, signMessage } from '../../src/dkim/sign.ts';
import { parseDkimSignature } from '../../src/dkim/signature.ts';
import { type Signer, signerFromPem } from '../../src/dkim/signer.ts';
import type { SignOptions } from '../../src/dkim/signing-options.ts';
import { verifyDkimSignatures } from '../../src/dkim/verify.ts';
import type { MessageSource } from '../../src/message/source.ts';
import { memoryResolver } from '../../src/resolvers/memory.ts';
import { OVERSIGNED } from '../support/dkim.ts';
import { canonicalBody, canonicalField, ed25519, keyRecord, octetsOf, rsa1024, rsaKey } from '../support/keys.ts';

const rsa = rsaKey(2048);
const signerOf = (key: KeyObject) => signerFromPem(key.export({ format: 'pem', type: 'pkcs8' }) as string);
const signer = await signerOf(rsa);
const edSigner = await signerOf(ed25519);
const shortSigner = await signerOf(rsa1024);
const base = { domain: 'example.com', selector: 'sel', signer, timestamp: 1_700_000_000 };
const header = [
  'Received: from a by b',
  'From: Ann <ann@example.com>',
  'To: bob@example.org',
  'Subject: A folded',
  '\t subject  line ',
  'Date: Sat, 21 Nov 2026 10:00:00 +0000',
  'Message-ID: <1@example.com>',
].join('\r\n');
const message = `${header}\r\n\r\nHello  Bob \r\n\r\n\r\n`;
const env = {
  resolver: memoryResolver({
    'sel._domainkey.example.com': { TXT: [keyRecord(rsa)] },
    'ed._domainkey.example.com': { TXT: [keyRecord(ed25519)] },
    'short._domainkey.example.com': { TXT: [keyRecord(rsa1024)] },
  }),
  now: () => new Date(1_700_000_100_000),
};

const sign = (source: MessageSource, options: object = {}, environment = {}) =>
  signMessage(source, { ...base, ...options } as SignOptions, environment);
const codes = (signed: SignedMessage) => signed.diagnostics.map(({ code }) => code);
const unfolded = (field: string) => field.replace(/\r\n[ \t]+/g, ' ');
const tag = (field: string, name: string) => new RegExp(`[ ;]${name}=([^;]*)`).exec(unfolded(field))?.[1];
const namesOf = (field: string) => tag(field, 'h')!.replaceAll(' ', '').split(':');
const refusal = (source: MessageSource, options: object = {}, environment = {}) =>
  sign(source, options, environment).then(
    () => 'signed',
    (error: unknown) => (error instanceof TypeError ? error.message : error),
  );
async function* chunks(text: string, size = 7) {
  const octets = octetsOf(text);
  for (let i = 0; i < octets.length; i += size) yield octets.slice(i, i + size);
}

function streamOf(text: string): ReadableStream<Uint8Array> {
  const source = chunks(text, 1);
  return new ReadableStream({
    async pull(controller) {
      const { value, done } = await source.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
}

/** Whether a signature holds for a message by the letter of RFC 6376 §3.7, without any code of the library. */
function holds(field: string, text: string, key: KeyObject): boolean {
  const [c, bodyC] = tag(field, 'c')!.split('/') as [string, string];
  const split = text.indexOf('\r\n\r\n') + 2;
  const fields = text.slice(0, split).match(/[^\r\n][\s\S]*?(?:\r\n(?![ \t])|$)/g) ?? [];
  const signed = namesOf(field).flatMap((name) => {
    const at = fields.map((one) => one.slice(0, one.indexOf(':')).toLowerCase()).lastIndexOf(name.toLowerCase());
    return at < 0 ? [] : fields.splice(at, 1);
  });
  const own = field.slice(0, field.lastIndexOf('b=') + 2);
  const data = [...signed, own]
    .map((one) => canonicalField(one, c))
    .join('')
    .replace(/\r\n$/, '');
  const body = canonicalBody(text.slice(split + 2), bodyC);
  const hash = (octets: string) => createHash('sha256').update(octets, 'latin1').digest();
  const b = Buffer.from(tag(field, 'b')!.replaceAll(' ', ''), 'base64');
  const signature =
    key.asymmetricKeyType === 'ed25519'
      ? verify(null, hash(data), createPublicKey(key), b)
      : verify('sha256', Buffer.from(data, 'latin1'), createPublicKey(key), b);
  return signature && tag(field, 'bh') === hash(body).toString('base64');
}

describe('what is signed verifies', () => {
  const canonicalizations = ['relaxed/relaxed', 'relaxed/simple', 'simple/relaxed', 'simple/simple'];
  const bodies = [
    'Hello  Bob \r\n\r\n\r\n',
    '',
    '\r\n \r\n',
    'no line end',
    'high \u00e9\u00ff octets\r\n',
    'tab\t\tend\t',
  ];
  const cases = canonicalizations.flatMap((c) => bodies.map((body) => [c, body] as const));

  test.each(cases)('%s of body %j, by both algorithms (RFC 6376 §3.4, RFC 8463 §3)', async (c, body) => {
    const text = `${header}\r\n\r\n${body}`;
    const keys = [
      { selector: 'sel', signer },
      { selector: 'ed', signer: edSigner },
    ];
    const { fields, headers } = await sign(octetsOf(text), { canonicalization: c, keys });
    expect(fields.map((field, i) => holds(field, text, [rsa, ed25519][i]!))).toEqual([true, true]);
    const results = await verifyDkimSignatures(octetsOf(headers + text), env);
    expect(results.map(({ result, algorithm }) => [result, algorithm])).toEqual([
      ['pass', 'rsa-sha256'],
      ['pass', 'ed25519-sha256'],
    ]);
  });

  test.each<[string, () => MessageSource]>([
    ['a string', () => message],
    ['bytes', () => octetsOf(message)],
    ['an AsyncIterable', () => chunks(message)],
    ['a ReadableStream', () => streamOf(message)],
  ])('%s gives the same field, and no copy of the message', async (_, source) => {
    const { fields, message: copy } = await sign(source());
    expect(fields).toEqual((await sign(message)).fields);
    expect(copy).toBeUndefined();
  });

  test.each(['native', 'portable'])('with the %s provider', async (name) => {
    const crypto = name === 'native' ? nativeCrypto()! : portableCrypto;
    const { headers } = await sign(message, { selector: 'ed', signer: edSigner }, { crypto });
    expect((await verifyDkimSignatures(headers + message, env))[0]?.result).toBe('pass');
  });

  test('a message of header fields alone, without an empty line', async () => {
    const { headers } = await sign(header);
    expect((await verifyDkimSignatures(headers + header, env))[0]?.result).toBe('pass');
  });

  test('a message that is signed already: the new field is on top, the old one still verifies (RFC 6376 §5.6)', async () => {
    const first = await sign(message);
    const second = await sign(first.headers + message, { selector: 'ed', signer: edSigner });
    const results = await verifyDkimSignatures(second.headers + first.headers + message, env);
    expect(results.map(({ result, selector }) => [result, selector])).toEqual([
      ['pass', 'ed'],
      ['pass', 'sel'],
    ]);
  });
});

describe('the field', () => {
  test('stays the same for the same input, and looks like this', async () => {
    const [field] = (await sign(message, { auid: '@mail.example.com', expiresInSeconds: 604_800 })).fields;
    expect(field!.split('\r\n').slice(0, 6)).toEqual([
      'DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=sel;',
      ' i=@mail.example.com; t=1700000000; x=1700604800; h=From:From:Subject:Subject:',
      ' To:To:Cc:Date:Date:Reply-To:Message-ID:Message-ID:MIME-Version:Content-Type:',
      ' List-Unsubscribe:List-Unsubscribe-Post;',
      expect.stringMatching(/^ bh=[A-Za-z0-9+/]{43}=;$/),
      expect.stringMatching(/^ b=[A-Za-z0-9+/]{75}$/),
    ]);
    expect((await sign(message, { auid: '@mail.example.com', expiresInSeconds: 604_800 })).fields).toEqual([field]);
  });

  test('has lines of at most 78 octets wherever a name allows it, and never above 998 (RFC 5322 §2.1.1)', async () => {
    const long = [63, 63, 63, 40].map((length) => 'd'.repeat(length)).join('.');
    const options = {
      domain: `${long}.de`,
      auid: `${'ü'.repeat(32)}@${long}.de`,
      signedHeaders: ['X'.repeat(256)],
      canonicalization: 'simple/simple',
    };
    const [field] = (await sign(`${'X'.repeat(256)}: 1\r\n${message}`, options)).fields;
    const lengths = field!.split('\r\n').map((line) => line.length);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(998);
    expect(lengths.filter((length) => length > 78)).toHaveLength(3);
    expect(parseDkimSignature(field!.slice('DKIM-Signature:'.length)).ok).toBe(true);
  });

  test('several fields are joined, each with its line break, in the order of the keys', async () => {
    const keys = [
      { selector: 'ed', signer: edSigner },
      { selector: 'sel', signer },
    ];
    const { fields, headers } = await sign(message, { selector: undefined, signer: undefined, keys });
    expect(fields.map((field) => tag(field, 's'))).toEqual(['ed', 'sel']);
    expect(headers).toBe(`${fields[0]}\r\n${fields[1]}\r\n`);
  });

  test('names are written as A-labels (RFC 8616 §4)', async () => {
    const { fields } = await sign(message, {
      domain: 'Bücher.Example.',
      selector: 'Ä1',
      auid: 'a@news.bücher.example',
    });
    expect(['d', 's', 'i'].map((name) => tag(fields[0]!, name))).toEqual([
      'xn--bcher-kva.example',
      'xn--1-zfa',
      'a@news.xn--bcher-kva.example',
    ]);
  });

  test('i= is in dkim-quoted-printable (RFC 6376 §2.11)', async () => {
    const { fields } = await sign(message, { auid: '"a; b=c"@example.com' });
    expect(tag(fields[0]!, 'i')).toBe('"a=3B=20b=3Dc"@example.com');
    expect((await verifyDkimSignatures(`${fields[0]}\r\n${message}`, env))[0]?.result).toBe('pass');
  });

  test('never limits the body (l=), copies fields (z=) or expires unasked', async () => {
    const { fields } = await sign(message);
    const { value } = parseDkimSignature(fields[0]!.slice('DKIM-Signature:'.length));
    expect(value!.tags.map(({ name }) => name)).toEqual(['v', 'a', 'c', 'd', 's', 't', 'h', 'bh', 'b']);
  });

  test('a selector may be a date', async () => {
    expect(tag((await sign(message, { selector: '20261121' })).fields[0]!, 's')).toBe('20261121');
  });
});

describe('time', () => {
  test.each<[string, object, object, string, string | undefined]>([
    [
      'the clock of the environment',
      { timestamp: undefined },
      { now: () => new Date(1_234_567_890_999) },
      '1234567890',
      undefined,
    ],
    ['a given time', { timestamp: 5 }, {}, '5', undefined],
    ['x= counts from t=', { timestamp: 5, expiresInSeconds: 10 }, {}, '5', '15'],
  ])('%s', async (_, options, environment, t, x) => {
    const [field] = (await sign(message, options, environment)).fields;
    expect([tag(field!, 't'), tag(field!, 'x')]).toEqual([t, x]);
  });

  test('now, where nothing is said', async () => {
    const before = Math.floor(Date.now() / 1000);
    const t = Number(tag((await sign(message, { timestamp: undefined })).fields[0]!, 't'));
    expect(t).toBeGreaterThanOrEqual(before);
    expect(t).toBeLessThanOrEqual(Date.now() / 1000);
  });
});

describe('which header fields are signed (RFC 6376 §5.4)', () => {
  test('each of the list once more than present, others of the second list as often as present', async () => {
    const text = `Sender: s@example.com\r\nList-Id: <a>\r\nList-ID: <b>\r\nX-Other: x\r\n${message}`;
    const names = namesOf((await sign(text)).fields[0]!);
    const count = (name: string) => names.filter((one) => one.toLowerCase() === name).length;
    expect(['from', 'to', 'subject', 'cc', 'reply-to', 'list-unsubscribe-post'].map(count)).toEqual([2, 2, 2, 1, 1, 1]);
    expect(['sender', 'list-id', 'in-reply-to', 'x-other', 'received'].map(count)).toEqual([1, 2, 0, 0, 0]);
  });

  test.each(OVERSIGNED)('nobody can add %s (RFC 6376 §8.15)', async (name) => {
    const { headers } = await sign(message);
    const [result] = await verifyDkimSignatures(`${name}: evil\r\n${headers}${message}`, env);
    expect([result?.result, result?.signature]).toEqual(['fail', 'mismatch']);
  });

  test('lists of the caller, each name once', async () => {
    const options = { oversignedHeaders: ['from', 'X-A', 'FROM'], signedHeaders: ['Subject', 'x-a'] };
    expect(namesOf((await sign(message, options)).fields[0]!)).toEqual(['from', 'from', 'X-A', 'Subject']);
  });

  test('From may be signed without being oversigned', async () => {
    const options = { oversignedHeaders: ['Subject'], signedHeaders: ['From'] };
    expect(namesOf((await sign(message, options)).fields[0]!)).toEqual(['Subject', 'Subject', 'From']);
  });

  test('one list of the caller leaves the other at its default', async () => {
    const text = `Sender: s@example.com\r\n${message}`;
    expect(namesOf((await sign(text, { oversignedHeaders: ['From'] })).fields[0]!)).toEqual(['From', 'From', 'Sender']);
    const names = namesOf((await sign(text, { signedHeaders: ['Received'] })).fields[0]!);
    expect(names.slice(-2)).toEqual(['List-Unsubscribe-Post', 'Received']);
  });
});

describe('line endings (RFC 6376 §5.3)', () => {
  const lf = message.replaceAll('\r\n', '\n');

  test.each<[string, () => MessageSource]>([
    ['a string', () => lf],
    ['a stream', () => chunks(lf, 3)],
  ])('LF throughout, from %s: signed as CRLF, and that form is returned', async (_, source) => {
    const signed = await sign(source());
    expect(new TextDecoder().decode(signed.message)).toBe(message);
    expect(signed.fields).toEqual((await sign(message)).fields);
    expect(codes(signed)).toEqual(['dkim.sign-lf-line-endings']);
  });

  test.each([
    ['without an empty line', 'From: a@example.com\nSubject: x\n', 'From: a@example.com\r\nSubject: x\r\n\r\n'],
    ['without a last line end', 'From: a@example.com\nSubject: x', 'From: a@example.com\r\nSubject: x\r\n\r\n'],
  ])('LF throughout, %s', async (_, text, expected) => {
    const signed = await sign(text);
    expect(new TextDecoder().decode(signed.message)).toBe(expected);
    const results = await verifyDkimSignatures(signed.headers + expected, env);
    expect(results[0]?.result).toBe('pass');
  });

  test.each<[string, string, string]>([
    ['an LF in the header block', message.replace('Ann <', 'Ann\n <'), 'LF without CR before it'],
    ['a CR in the header block', message.replace('Ann <', 'Ann\r<'), 'CR without LF after it'],
    ['an LF in the body', `${message}a\nb\r\n`, 'an LF without CR before it at octet 18 of the body'],
    ['an LF that begins the body', `${header}\r\n\r\n\nb\r\n`, 'an LF without CR before it at octet 0 of the body'],
    ['a CR in the body', `${message}a\rb\r\n`, 'a CR without LF after it at octet 18 of the body'],
    ['a CR that ends the body', `${message}a\r`, 'a CR without LF after it at octet 18 of the body'],
    ['two CR', `${message}a\r\r\n`, 'a CR without LF after it at octet 18 of the body'],
    ['a CR in the body of a message with LF', `${lf}a\r\nb\n`, 'a CR in a message of LF lines at octet 15 of the body'],
  ])('%s is refused, however the message is cut', async (_, text, reason) => {
    for (const source of [text, chunks(text, 1), chunks(text, 5), chunks(text, 64)]) {
      expect(await refusal(source)).toMatch(/^Cannot sign the message: its line endings are mixed: /);
    }
    expect(await refusal(text)).toContain(reason);
    expect(await refusal(chunks(text, 1))).toContain(reason);
  });

  test('as-is refuses a file with LF', async () => {
    expect(await refusal(lf, { lineEndings: 'as-is' })).toContain('LF without CR before it');
    expect(await refusal(message, { lineEndings: 'as-is' })).toBe('signed');
  });
});

describe('messages that are not signed (RFC 6376 §3.8, §5.4)', () => {
  test.each<[string, string, string]>([
    ['no From', 'To: a@example.com\r\n\r\n', 'it must have one From field: found 0'],
    ['two From fields', `From: b@example.com\r\n${message}`, 'it must have one From field: found 2'],
    ['nothing', '', 'it must have one From field: found 0'],
    ['an empty header block', '\r\nHi\r\n', 'it must have one From field: found 0'],
    ['a line that is no field', `nonsense\r\n${message}`, '1 header lines are no field, the first is "nonsense"'],
    ['a line of an mbox', `From ann@example.com Sat Nov 21\r\n${message}`, 'header lines are no field'],
    ['white space first', ` x: y\r\n${message}`, 'header lines are no field'],
  ])('%s', async (_, text, reason) => {
    expect(await refusal(text)).toMatch(/^Cannot sign the message: /);
    expect(await refusal(text)).toContain(reason);
  });

  test('a header block over the limits', async () => {
    expect(await refusal(message, { limits: { headerBytes: 50 } })).toContain('over the limit of 50 octets');
    expect(await refusal(message, { limits: { headerFields: 3 } })).toContain('over the limit of 3 fields');
  });

  test('a stream is told when it is not read to its end', async () => {
    const cancel = vi.fn();
    const start = (controller: ReadableStreamDefaultController) => controller.enqueue(octetsOf('nonsense\r\n\r\nx'));
    expect(await refusal(new ReadableStream({ start, cancel }))).toContain('no field');
    const body = (controller: ReadableStreamDefaultController) => controller.enqueue(octetsOf(`${message}a\nb`));
    expect(await refusal(new ReadableStream({ start: body, cancel }))).toContain('mixed');
    expect(cancel).toHaveBeenCalledTimes(2);
  });
});

describe('findings', () => {
  const plain = 'From: a@example.com\r\nDate: x\r\nMessage-ID: <1@example.com>\r\n';

  test('a sound message has none', async () => expect(codes(await sign(message))).toEqual([]));

  test.each<[string, string, object, string, string]>([
    ['an RSA key below 2048 bits (RFC 8301 §3.2)', plain, { signer: shortSigner }, 'dkim.sign-key-short', '1024'],
    [
      'an RSA key above 4096 bits',
      plain,
      { signer: { algorithm: 'rsa-sha256', sign: () => new Uint8Array(1024) } },
      'dkim.sign-key-long',
      '8192',
    ],
    ['Ed25519 alone (RFC 8463 §6)', plain, { signer: edSigner }, 'dkim.sign-ed25519-alone', 'RSA'],
    [
      'octets above 127 (RFC 6376 §5.3)',
      `${plain}\r\n${'x'.repeat(50)}\u00e9${'x'.repeat(50)}\r\n`,
      {},
      'dkim.sign-eight-bit',
      '8BITMIME',
    ],
    [
      'a line above 998 octets (RFC 5322 §2.1.1)',
      `${plain}\r\n${'x'.repeat(999)}\r\nshort\r\n`,
      {},
      'dkim.sign-long-line',
      '999',
    ],
    ['a last line above 998 octets', `${plain}\r\n\r\n${'x'.repeat(1000)}`, {}, 'dkim.sign-long-line', '1000'],
    ['NUL octets', `${plain}\r\na\0b\0\r\n`, {}, 'dkim.sign-nul', '2 NUL'],
    [
      'two fields where one may be (RFC 5322 §3.6)',
      `Subject: a\r\nSubject: b\r\n${plain}`,
      {},
      'dkim.sign-duplicate-header',
      'Subject occurs 2 times',
    ],
    ['no Date, which servers add', plain.replace('Date: x\r\n', ''), {}, 'dkim.sign-absent-header', 'Date'],
    [
      'no Message-ID, which servers add',
      plain.replace('Message-ID', 'X-ID'),
      {},
      'dkim.sign-absent-header',
      'Message-ID',
    ],
    [
      'a field that changes on the way',
      plain,
      { signedHeaders: ['From', 'Received'] },
      'dkim.sign-transient-header',
      'Received',
    ],
    [
      'what is wrong with the header block itself',
      `${plain}Subject : x\r\n`,
      {},
      'message.space-before-colon',
      'subject',
    ],
  ])('%s', async (_, text, options, code, quoted) => {
    const signed = await sign(octetsOf(text), options);
    expect(codes(signed)).toEqual([code]);
    expect(signed.diagnostics[0]?.message).toContain(quoted);
  });

  test('lines of 998 octets are as long as lines may be, also with LF', async () => {
    const text = `${plain}\r\n${'x'.repeat(998)}\r\n`;
    expect(codes(await sign(text))).toEqual([]);
    expect(codes(await sign(text.replaceAll('\r\n', '\n')))).toEqual(['dkim.sign-lf-line-endings']);
  });

  test('both keys are judged', async () => {
    const keys = [
      { selector: 'a', signer: shortSigner },
      { selector: 'b', signer: shortSigner },
      { selector: 'c', signer: edSigner },
    ];
    expect(codes(await sign(message, { keys }))).toEqual(['dkim.sign-key-short', 'dkim.sign-key-short']);
  });
});

describe('a Signer', () => {
  test('gets the octets for RSA and their hash for Ed25519 (RFC 8463 §3)', async () => {
    const seen: Uint8Array[] = [];
    const spy = (algorithm: Signer['algorithm'], length: number): Signer => ({
      algorithm,
      sign: async (data) => {
        seen.push(data);
        return new Uint8Array(length);
      },
    });
    await sign(message, { selector: 'same', signer: spy('rsa-sha256', 256) });
    await sign(message, { selector: 'same', signer: spy('ed25519-sha256', 64) });
    expect(new TextDecoder().decode(seen[0])).toMatch(
      /^from:Ann <ann@example.com>\r\nsubject:A folded subject line\r\n/,
    );
    expect(new TextDecoder().decode(seen[0])).toMatch(/dkim-signature:v=1; [^\r]*; b=$/);
    expect(seen[1]).toHaveLength(32);
  });

  test('may hold a key that nobody can export', async () => {
    const algorithm = {
      name: 'RSASSA-PKCS1-v1_5',
      modulusLength: 2048,
      publicExponent: Uint8Array.of(1, 0, 1),
      hash: 'SHA-256',
    };
    const { privateKey, publicKey } = await crypto.subtle.generateKey(algorithm, false, ['sign', 'verify']);
    const held: Signer = {
      algorithm: 'rsa-sha256',
      sign: async (data) => new Uint8Array(await crypto.subtle.sign(algorithm.name, privateKey, new Uint8Array(data))),
    };
    const spki = Buffer.from(await crypto.subtle.exportKey('spki', publicKey)).toString('base64');
    const { headers } = await sign(message, { signer: held });
    const resolver = memoryResolver({ 'sel._domainkey.example.com': { TXT: [`v=DKIM1; p=${spki}`] } });
    expect((await verifyDkimSignatures(headers + message, { resolver, now: env.now }))[0]?.result).toBe('pass');
  });

  test.each<[string, Signer['algorithm'], unknown, string]>([
    ['no octets', 'rsa-sha256', 'abc', '"signer.sign" must return a Uint8Array, received "abc"'],
    ['nothing', 'rsa-sha256', undefined, '"signer.sign" must return a Uint8Array, received undefined'],
    ['an RSA key below 1024 bits', 'rsa-sha256', new Uint8Array(127), 'at least 128 octets (RFC 8301), received 127'],
    ['an Ed25519 signature of another length', 'ed25519-sha256', new Uint8Array(63), 'has 64 octets, received 63'],
  ])('that returns %s is refused', async (_, algorithm, value, reason) => {
    const wrong = { algorithm, sign: () => value };
    expect(await refusal(message, { signer: wrong })).toContain(`Cannot sign the message: `);
    expect(await refusal(message, { signer: wrong })).toContain(reason);
  });

  test('that fails, fails the call with its own error', async () => {
    const failure = new Error('the key service is down');
    const failing: Signer = { algorithm: 'rsa-sha256', sign: () => Promise.reject(failure) };
    await expect(sign(message, { signer: failing })).rejects.toBe(failure);
  });

  test('a provider that cannot hash is named', async () => {
    const crypto = {
      ...portableCrypto,
      name: 'broken',
      createHash: () => {
        throw new Error('no');
      },
    };
    expect(await refusal(message, {}, { crypto })).toContain('the crypto provider "broken" made no SHA-256 hash');
    let calls = 0;
    const once = {
      ...portableCrypto,
      name: 'tired',
      createHash: () => (calls++ === 0 ? portableCrypto.createHash('sha256') : crypto.createHash()),
    };
    expect(await refusal(message, { signer: edSigner }, { crypto: once })).toContain('"tired" made no SHA-256 hash');
  });
});

describe('an aborted signal', () => {
  test('before, during the message, and while the signer works', async () => {
    const reason = new Error('enough');
    const aborted = AbortSignal.abort(reason);
    await expect(sign(message, {}, { signal: aborted })).rejects.toBe(reason);
    const during = new AbortController();
    const endless = new ReadableStream({
      pull: () => {
        during.abort(reason);
        return new Promise<void>(() => {});
      },
    });
    await expect(sign(endless, {}, { signal: during.signal })).rejects.toBe(reason);
    const late = new AbortController();
    const slow: Signer = {
      algorithm: 'rsa-sha256',
      sign: () => {
        late.abort(reason);
        return new Uint8Array(256);
      },
    };
    await expect(sign(message, { signer: slow }, { signal: late.signal })).rejects.toBe(reason);
  });
});

describe('wrong arguments', () => {
  test.each<[string, object, string]>([
    ['no domain', { domain: undefined }, '"domain" must be a string, received undefined'],
    [
      'a domain without a dot',
      { domain: 'localhost' },
      '"domain" must be a domain name with a dot, received "localhost"',
    ],
    ['an address as domain', { domain: '192.0.2.1' }, '"domain" must be a domain name with a dot'],
    ['no selector', { selector: undefined }, '"selector" must be a string, received undefined'],
    ['an empty selector', { selector: '' }, '"selector" must be labels of a domain name, received ""'],
    ['a selector with a tag in it', { selector: 'a; d=evil.example' }, '"selector" must be labels of a domain name'],
    [
      'a name too long for DNS',
      { selector: Array(4).fill('s'.repeat(59)).join('.') },
      'is longer than a domain name may be',
    ],
    ['no signer', { signer: undefined }, '"signer" must have a function "sign"'],
    ['an unknown algorithm', { signer: { ...signer, algorithm: 'rsa-sha1' } }, '"signer" must have a function "sign"'],
    ['a signer that cannot sign', { signer: { algorithm: 'rsa-sha256' } }, '"signer" must have a function "sign"'],
    ['no keys', { keys: [] }, '"keys" must be a list of { selector, signer }, received an array'],
    ['keys that are no list', { keys: 'sel' }, '"keys" must be a list of { selector, signer }, received "sel"'],
    ['a key that is none', { keys: [null] }, '"selector" must be a string, received undefined'],
    [
      'two keys under one selector (RFC 8463 §6)',
      {
        keys: [
          { selector: 'a', signer },
          { selector: 'A', signer: edSigner },
        ],
      },
      'each key must have a selector of its own, received "A"',
    ],
    ['a canonicalization', { canonicalization: 'nofws' }, '"canonicalization" must be one of relaxed/relaxed, '],
    ['line endings', { lineEndings: 'cr' }, '"lineEndings" must be "auto" or "as-is", received "cr"'],
    [
      'a time that is none',
      { timestamp: 1.5 },
      '"timestamp" must be a whole number of seconds since 1970, received 1.5',
    ],
    ['a time of 13 digits (RFC 6376 §3.5)', { timestamp: 1_700_000_000_000 }, '"timestamp" must be a whole number'],
    ['no time to live', { expiresInSeconds: 0 }, '"expiresInSeconds" must be a whole number of at least 1, received 0'],
    ['an end of time', { expiresInSeconds: 999_999_999_999 }, '"expiresInSeconds" must be'],
    [
      'names that are no list',
      { signedHeaders: 'From' },
      '"signedHeaders" must be a list of header field names, received "From"',
    ],
    [
      'a name with a colon',
      { oversignedHeaders: ['From', 'a:b'] },
      '"oversignedHeaders" must be a list of header field names, received "a:b"',
    ],
    ['a name that is too long', { oversignedHeaders: ['From', 'a'.repeat(257)] }, '"oversignedHeaders" must be a list'],
    ['a name that is no string', { oversignedHeaders: ['From', 1] }, '"oversignedHeaders" must be a list'],
    [
      'DKIM-Signature (RFC 6376 §5.4)',
      { signedHeaders: ['dkim-signature'] },
      '"signedHeaders" must not have DKIM-Signature',
    ],
    [
      'From left out (RFC 6376 §5.4)',
      { oversignedHeaders: ['To'], signedHeaders: [] },
      '"oversignedHeaders" or "signedHeaders" must have From',
    ],
    [
      'an auid of another domain',
      { auid: 'a@example.org' },
      '"auid" must be an address, or "@" and a domain, at or below example.com',
    ],
    ['an auid without a domain', { auid: 'ann' }, '"auid" must be an address'],
    ['an auid that is too long', { auid: `${'a'.repeat(65)}@example.com` }, '"auid" must be an address'],
    ['an auid that is no string', { auid: 5 }, '"auid" must be a string, received 5'],
  ])('%s', async (_, options, reason) => {
    expect(await refusal(message, options)).toMatch(/^Cannot sign the message: /);
    expect(await refusal(message, options)).toContain(reason);
  });

  test('a clock that has no time', async () => {
    const options = { timestamp: undefined };
    expect(await refusal(message, options, { now: () => new Date(Number.NaN) })).toBe(
      'Cannot sign the message: "env.now" must return a valid Date',
    );
  });

  test('no options, no message', async () => {
    await expect(signMessage(message, undefined as never)).rejects.toThrow(
      'the options must be an object, received undefined',
    );
    await expect(sign(5 as never)).rejects.toThrow(TypeError);
    expect(await refusal(message, { limits: { headerBytes: -1 } })).toContain('Cannot use limits');
  });
});
