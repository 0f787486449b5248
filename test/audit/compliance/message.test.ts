import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { auditBulkSender, type BulkSenderOptions } from '../../../src/audit/compliance/message.ts';
import type { BulkProvider } from '../../../src/audit/compliance/row.ts';
import { authenticateMessage } from '../../../src/authenticate/authenticate.ts';
import type { MessageVerdict } from '../../../src/authenticate/verdict.ts';
import { memoryResolver, type Zone } from '../../../src/resolvers/memory.ts';
import { ed25519, keyRecord, octetsOf, rsa1024, rsaKey, signWith } from '../../support/keys.ts';
import { sampleEnvelope, sampleMessage, sampleZone } from '../../support/sample.ts';

const zone: Zone = {
  'example.com': { TXT: ['v=spf1 ip4:192.0.2.1 -all'] },
  '_dmarc.example.com': { TXT: ['v=DMARC1; p=none; rua=mailto:d@example.com'] },
  'sel._domainkey.example.com': { TXT: [keyRecord(rsaKey(2048))] },
  'short._domainkey.example.com': { TXT: [keyRecord(rsa1024)] },
  'tiny._domainkey.example.com': { TXT: [keyRecord(rsaKey(512))] },
  'ed._domainkey.example.com': { TXT: [keyRecord(ed25519)] },
};
const header = {
  From: 'News <news@example.com>',
  To: 'bob@example.org',
  Subject: 'November',
  Date: 'Sun, 22 Nov 2026 01:00:00 +0000',
  'Message-ID': '<1@example.com>',
  'List-Unsubscribe': '<https://example.com/u?t=1>, <mailto:u@example.com>',
  'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
};
const h = 'from:to:subject:date:list-unsubscribe:list-unsubscribe-post:list-unsubscribe:list-unsubscribe-post';
const ptr = { names: ['mx.example.com'], confirmed: true };
const known = { ptr, tls: true };

type Fields = { [name: string]: string | string[] | undefined };

function write(changes: Fields, body = 'Hello\r\n'): string {
  const lines = Object.entries({ ...header, ...changes }).flatMap(([name, value]) =>
    value === undefined ? [] : [value].flat().map((text) => `${name}: ${text}`),
  );
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

const envelope = { ip: '192.0.2.1', helo: 'mx.example.com', mailFrom: 'bounce@example.com' };

async function verdictOn(text: string, options: { envelope?: object; zone?: object; arc?: boolean } = {}) {
  const resolver = memoryResolver({ ...zone, ...options.zone });
  return authenticateMessage(
    octetsOf(text),
    { ...envelope, ...options.envelope },
    { resolver },
    { arc: options.arc === true },
  );
}

/** Signs and verifies a message with changed fields, and audits it. */
async function audit(
  changes: Fields = {},
  options: BulkSenderOptions & { signed?: object; envelope?: object; zone?: object; arc?: boolean } = {},
) {
  const { signed, envelope, zone, arc, ...rest } = options;
  const text = signWith(write(changes), { key: rsaKey(2048), h, ...signed });
  const verdict = await verdictOn(text, { ...(envelope && { envelope }), ...(zone && { zone }), ...(arc && { arc }) });
  return auditBulkSender(octetsOf(text), verdict, { ...known, ...rest });
}

type Audit = ReturnType<typeof auditBulkSender>;
const row = ({ rows }: Audit, rule: string, provider: BulkProvider = 'gmail') => {
  const found = rows.find((one) => one.rule === rule && one.provider === provider);
  return [found?.result, found?.evidence];
};
const result = (found: Audit, rule: string, provider: BulkProvider = 'gmail') => row(found, rule, provider)[0];
const codes = ({ diagnostics }: Audit) => diagnostics.map(({ code }) => code);

describe('a newsletter as the providers want it', () => {
  test('complies with all three', async () => {
    const found = await audit();
    expect(found.compliant).toEqual({ gmail: 'yes', yahoo: 'yes', microsoft: 'yes' });
    expect(found.diagnostics).toEqual([]);
    expect(JSON.parse(JSON.stringify(found))).toEqual(found);
    expect(
      found.rows
        .filter((one) => one.provider === 'gmail')
        .map((one) => [one.rule, one.level, one.audience, one.result, one.evidence]),
    ).toEqual([
      ['spf-or-dkim', 'required', 'all', 'met', 'SPF of MAIL FROM is pass, DKIM is pass.'],
      ['spf-and-dkim', 'required', 'bulk', 'met', 'SPF of MAIL FROM is pass, DKIM is pass.'],
      ['dmarc-record', 'required', 'bulk', 'met', 'example.com publishes p=none.'],
      [
        'dmarc-alignment',
        'required',
        'bulk',
        'met',
        'example.com is aligned with SPF for example.com and DKIM for example.com.',
      ],
      [
        'dkim-key-size',
        'required',
        'all',
        'met',
        'The shortest RSA key, at sel._domainkey.example.com, has 2048 bits.',
      ],
      ['reverse-dns', 'required', 'all', 'met', 'The PTR name "mx.example.com" leads back to the sending address.'],
      ['tls', 'required', 'all', 'met', 'The message came over TLS.'],
      ['message-format', 'required', 'all', 'met', 'Nothing is wrong with the header.'],
      ['own-from-domain', 'required', 'all', 'met', 'The From domain is example.com.'],
      ['one-click-unsubscribe', 'required', 'bulk', 'met', 'One click posts to "https://example.com/u?t=1".'],
      ['unsubscribe-link', 'required', 'bulk', 'unknown', 'It takes a reader to tell.'],
      ['spam-rate', 'required', 'all', 'unknown', "It takes the provider's own tools for senders to tell."],
      ['forwarding', 'required', 'all', 'met', 'Nothing says that it was forwarded.'],
    ]);
  });

  test('a file with LF lines is no fault', async () => {
    const text = write({}).replaceAll('\r\n', '\n');
    expect(result(auditBulkSender(text, await verdictOn(text)), 'message-format')).toBe('met');
  });

  test('the sample of the repository complies', async () => {
    const resolver = memoryResolver(sampleZone);
    const verdict = await authenticateMessage(sampleMessage, sampleEnvelope, { resolver });
    const found = auditBulkSender(sampleMessage, verdict, { ...known, marketing: true });
    expect(found.compliant).toEqual({ gmail: 'yes', yahoo: 'yes', microsoft: 'yes' });
  });
});

describe('authentication', () => {
  test.each<[string, object, object]>([
    ['both pass', {}, { 'spf-or-dkim': 'met', 'spf-and-dkim': 'met', 'dmarc-alignment': 'met' }],
    [
      'SPF fails',
      { envelope: { ip: '192.0.2.9' } },
      { 'spf-or-dkim': 'met', 'spf-and-dkim': 'not-met', 'dmarc-alignment': 'met' },
    ],
    [
      'no key',
      { signed: { s: 'gone' } },
      { 'spf-or-dkim': 'met', 'spf-and-dkim': 'not-met', 'dmarc-alignment': 'met', 'dkim-key-size': 'unknown' },
    ],
    [
      'the key cannot be fetched',
      { zone: { 'sel._domainkey.example.com': { TXT: { failure: 'timeout' } } } },
      { 'spf-or-dkim': 'met', 'spf-and-dkim': 'unknown', 'dmarc-alignment': 'met', 'dkim-key-size': 'unknown' },
    ],
    [
      'neither passes',
      { envelope: { ip: '192.0.2.9' }, signed: { s: 'gone' } },
      { 'spf-or-dkim': 'not-met', 'spf-and-dkim': 'not-met', 'dmarc-record': 'met', 'dmarc-alignment': 'not-met' },
    ],
    [
      'no DMARC record',
      { zone: { '_dmarc.example.com': { TXT: ['v=spf1 -all'] } } },
      { 'dmarc-record': 'not-met', 'dmarc-alignment': 'not-met' },
    ],
    [
      'a DMARC record of the public suffix only',
      { zone: { '_dmarc.example.com': {}, '_dmarc.com': { TXT: ['v=DMARC1; p=none; psd=y'] } } },
      { 'dmarc-record': 'not-met', 'dmarc-alignment': 'met' },
    ],
    [
      'DNS does not answer for DMARC',
      {
        zone: { '_dmarc.example.com': { TXT: { failure: 'servfail' } } },
        envelope: { mailFrom: 'b@example.net' },
        signed: { d: 'other.com' },
      },
      { 'dmarc-record': 'unknown', 'dmarc-alignment': 'unknown' },
    ],
  ])('%s', async (_, options, expected) => {
    const found = await audit({}, options);
    expect(Object.fromEntries(Object.keys(expected).map((rule) => [rule, result(found, rule)]))).toEqual(expected);
  });

  test('a message without a signature', async () => {
    const text = write({});
    const found = auditBulkSender(text, await verdictOn(text));
    expect(row(found, 'spf-and-dkim', 'microsoft')).toEqual(['not-met', 'SPF of MAIL FROM is pass, DKIM is none.']);
  });

  test.each([
    ['short', rsa1024, 'met', 'The shortest RSA key, at short._domainkey.example.com, has 1024 bits.'],
    ['tiny', rsaKey(512), 'not-met', 'The shortest RSA key, at tiny._domainkey.example.com, has 512 bits.'],
    ['ed', ed25519, 'met', 'The key at ed._domainkey.example.com is Ed25519.'],
  ])('keys of selector %s', async (s, key, expected, evidence) => {
    expect(row(await audit({}, { signed: { s, key } }), 'dkim-key-size')).toEqual([expected, evidence]);
  });

  test('a short key beside one that is long enough harms nobody', async () => {
    const text = signWith(signWith(write({}), { key: rsaKey(512), s: 'tiny' }), { key: rsaKey(2048) });
    const found = auditBulkSender(octetsOf(text), await verdictOn(text));
    expect(row(found, 'dkim-key-size')).toEqual([
      'met',
      'The shortest RSA key, at sel._domainkey.example.com, has 2048 bits.',
    ]);
  });
});

describe('the connection', () => {
  test.each<[string, BulkSenderOptions, string, string, string]>([
    ['no PTR given', {}, 'reverse-dns', 'unknown', 'It takes the connection of a message to tell.'],
    [
      'no name',
      { ptr: { names: [], confirmed: false } },
      'reverse-dns',
      'not-met',
      'The sending address has no PTR name.',
    ],
    [
      'not confirmed',
      { ptr: { names: ['a.example'], confirmed: false } },
      'reverse-dns',
      'not-met',
      'The PTR name "a.example" does not lead back to the sending address.',
    ],
    ['nothing known of TLS', {}, 'tls', 'unknown', 'It takes the connection of a message to tell.'],
    ['no TLS', { tls: false }, 'tls', 'not-met', 'The message came without TLS.'],
    ['a version', { tls: { version: 'TLSv1.3' } }, 'tls', 'met', 'The message came over TLS ("TLSv1.3").'],
    ['no version', { tls: {} }, 'tls', 'met', 'The message came over TLS.'],
  ])('%s', async (_, options, rule, expected, evidence) => {
    const text = write({});
    expect(row(auditBulkSender(text, await verdictOn(text), options), rule)).toEqual([expected, evidence]);
  });

  test('what is not known leaves it open whether the message complies', async () => {
    const text = signWith(write({}), { key: rsaKey(2048), h });
    expect(auditBulkSender(octetsOf(text), await verdictOn(text)).compliant).toEqual({
      gmail: 'unknown',
      yahoo: 'unknown',
      microsoft: 'yes',
    });
  });
});

describe('the format of RFC 5322', () => {
  test.each<[string, Fields, string[]]>([
    ['no Date', { Date: undefined }, ['bulk.field-missing']],
    ['no Message-ID', { 'Message-ID': undefined }, ['bulk.field-missing']],
    ['no From', { From: undefined }, ['bulk.field-missing']],
    ['two From fields', { From: ['a@example.com', 'b@example.com'] }, ['bulk.field-repeated']],
    ['two Subject fields', { Subject: ['a', 'b'] }, ['bulk.field-repeated']],
    ['two Received fields', { Received: ['a', 'b'] }, []],
    ['a date that is none', { Date: 'yesterday' }, ['bulk.date']],
    ['31 November', { Date: '31 Nov 2026 01:00:00 +0000' }, ['bulk.date']],
    ['another day of the week', { Date: 'Mon, 22 Nov 2026 01:00:00 +0000' }, ['bulk.date']],
    ['no such month', { Date: '22 Nev 2026 01:00:00 +0000' }, ['bulk.date']],
    ['hour 24', { Date: '22 Nov 2026 24:00:00 +0000' }, ['bulk.date']],
    ['ISO 8601', { Date: '2026-11-22T01:00:00Z' }, ['bulk.date']],
    ['a comment, no seconds, no day', { Date: '1 Nov 2026 01:00 -0500 (EST)' }, []],
    ['a folded date', { Date: 'Sun,\r\n 22 Nov 2026 01:00:60 GMT' }, []],
    ['a Message-ID with a comment', { 'Message-ID': '<1@example.com> (added by mx.example.com)' }, []],
    ['a Message-ID without brackets', { 'Message-ID': '1@example.com' }, ['bulk.message-id']],
    ['a Message-ID without a host', { 'Message-ID': '<1>' }, ['bulk.message-id']],
    ['a line that is no field', { Subject: 'a\r\nno field' }, ['message.malformed-line']],
    ['a line of 999 octets', { Subject: 'a'.repeat(999) }, ['message.long-line']],
  ])('%s', async (_, changes, expected) => {
    const text = write(changes);
    const found = auditBulkSender(octetsOf(text), await verdictOn(text), { marketing: false });
    expect(codes(found)).toEqual(expected);
    expect(result(found, 'message-format')).toBe(expected.length > 0 ? 'not-met' : 'met');
    for (const { span } of found.diagnostics) if (span) expect(span.end).toBeLessThanOrEqual(text.length);
  });

  test('evidence quotes the first findings', async () => {
    const text = write({ Date: undefined, 'Message-ID': 'x' });
    expect(row(auditBulkSender(text, await verdictOn(text)), 'message-format')[1]).toBe(
      'There is no Date field. Message-ID must be of the form <left@right>: found "x".',
    );
  });

  test('a From field without an address', async () => {
    const text = write({ From: 'nobody' });
    const found = auditBulkSender(text, await verdictOn(text));
    expect(row(found, 'message-format')).toEqual([
      'not-met',
      'From is no address list (text without an address): "nobody". From has no address: " nobody".',
    ]);
    expect(row(found, 'own-from-domain')).toEqual(['unknown', 'The message has no single author domain.']);
    expect(row(found, 'dmarc-record')).toEqual(['unknown', 'The message has no single author domain.']);
  });
});

describe('one-click unsubscribe (RFC 8058)', () => {
  const list = 'List-Unsubscribe';
  const post = 'List-Unsubscribe-Post';
  test.each<[string, Fields, string[], string?]>([
    ['one HTTPS URI', { [list]: '<https://example.com/u>' }, []],
    [
      'white space and comments',
      { [list]: '(a <b>)\r\n < https://example.com/\r\n\tu > , (c)<mailto:u@example.com>' },
      [],
    ],
    ['no field', { [list]: undefined }, ['bulk.unsubscribe-missing'], 'not-met'],
    ['no Post field', { [post]: undefined }, ['bulk.unsubscribe-missing']],
    ['only mailto', { [list]: '<mailto:u@example.com>' }, ['bulk.unsubscribe-uri']],
    ['two HTTPS URIs', { [list]: '<https://example.com/1>,<https://example.com/2>' }, ['bulk.unsubscribe-uri']],
    ['HTTP beside HTTPS', { [list]: '<http://example.com/1>,<https://example.com/2>' }, ['bulk.unsubscribe-http']],
    ['HTTPS without a host', { [list]: '<https:///u>' }, ['bulk.unsubscribe-uri']],
    ['no brackets', { [list]: 'https://example.com/u' }, ['bulk.unsubscribe-uri'], 'not-met'],
    ['text before the bracket', { [list]: 'go to <https://example.com/u>' }, ['bulk.unsubscribe-uri'], 'not-met'],
    ['a bracket that is not closed', { [list]: '<https://example.com/u' }, ['bulk.unsubscribe-uri'], 'not-met'],
    ['another value of Post', { [post]: 'List-Unsubscribe=Yes' }, ['bulk.unsubscribe-post']],
    ['the value of Post in lower case', { [post]: 'list-unsubscribe=one-click' }, []],
    ['two fields', { [list]: ['<https://example.com/1>', '<mailto:u@example.com>'] }, ['bulk.unsubscribe-repeated']],
    [
      'two Post fields',
      { [post]: ['List-Unsubscribe=One-Click', 'List-Unsubscribe=One-Click'] },
      ['bulk.unsubscribe-repeated'],
    ],
  ])('%s', async (_, changes, expected, listed = 'met') => {
    const found = await audit(changes, { marketing: true });
    expect(codes(found)).toEqual(expected);
    expect(result(found, 'one-click-unsubscribe')).toBe(expected.length > 0 ? 'not-met' : 'met');
    expect(result(found, 'list-unsubscribe', 'yahoo')).toBe(listed);
  });

  test.each<[string, string, boolean]>([
    ['both', 'from:list-unsubscribe:list-unsubscribe-post', true],
    ['both, in capitals and oversigned', 'From:LIST-UNSUBSCRIBE:List-Unsubscribe:List-Unsubscribe-Post', true],
    ['none', 'from', false],
    ['one', 'from:list-unsubscribe', false],
    ['the other', 'from:list-unsubscribe-post:list-unsubscribe-post', false],
  ])('a signature covers %s (§4)', async (_, h, covered) => {
    const found = await audit({}, { signed: { h } });
    expect(codes(found)).toEqual(covered ? [] : ['bulk.unsubscribe-unsigned']);
  });

  test('one signature for each of them is not one for both', async () => {
    const once = signWith(write({}), { key: rsaKey(2048), h: 'from:list-unsubscribe' });
    const text = signWith(once, { key: rsaKey(2048), h: 'from:list-unsubscribe-post' });
    expect(codes(auditBulkSender(octetsOf(text), await verdictOn(text)))).toEqual(['bulk.unsubscribe-unsigned']);
  });

  test('a field that was put in behind the signature, on top of the signed one, counts against it', async () => {
    const text = `List-Unsubscribe: <https://evil.example/u>\r\n${signWith(write({}), { key: rsaKey(2048), h: 'from:list-unsubscribe:list-unsubscribe-post' })}`;
    const found = auditBulkSender(octetsOf(text), await verdictOn(text));
    expect(codes(found)).toEqual(['bulk.unsubscribe-repeated', 'bulk.unsubscribe-uri']);
  });

  test('a signature that does not pass covers nothing', async () => {
    const found = await audit({}, { signed: { s: 'gone' } });
    expect(codes(found)).toEqual(['bulk.unsubscribe-unsigned']);
    expect(found.compliant.gmail).toBe('no');
  });

  test.each<[string, Fields, BulkSenderOptions, string]>([
    ['a message that says nothing', {}, {}, 'unknown'],
    ['List-Id', { 'List-Id': '<a.example.com>' }, {}, 'not-met'],
    ['Precedence: bulk', { Precedence: 'Bulk ' }, {}, 'not-met'],
    ['Precedence: first-class', { Precedence: 'first-class' }, {}, 'unknown'],
    ['said to be marketing', {}, { marketing: true }, 'not-met'],
    ['said to be none', { 'List-Id': '<a.example.com>' }, { marketing: false }, 'met'],
  ])('who has to offer it: %s', async (_, changes, options, expected) => {
    const found = await audit({ [list]: undefined, [post]: undefined, ...changes }, options);
    expect(result(found, 'one-click-unsubscribe')).toBe(expected);
    expect(codes(found).includes('bulk.unsubscribe-missing')).toBe(expected === 'not-met');
  });
});

describe('the other rules', () => {
  test.each([
    ['x@gmail.com', 'gmail', 'not-met'],
    ['x@gmail.com', 'yahoo', 'met'],
    ['x@yahoo.co.uk', 'yahoo', 'not-met'],
    ['x@notgmail.com', 'gmail', 'met'],
  ] as const)('From %s, for %s: %s', async (From, provider, expected) => {
    expect(result(await audit({ From }), 'own-from-domain', provider)).toBe(expected);
  });

  test.each<[string, Fields, string]>([
    ['mail of a list', { 'List-Post': '<mailto:l@example.com>', 'List-Id': '<l.example.com>' }, 'met'],
    ['mail of a list without List-Id', { 'List-Post': '<mailto:l@example.com>' }, 'not-met'],
    ['forwarded without ARC', { 'X-Forwarded-To': 'x@gmail.com' }, 'not-met'],
    ['ARC that was not verified', { 'ARC-Seal': 'i=1; cv=none' }, 'unknown'],
  ])('forwarding: %s', async (_, changes, expected) => {
    expect(result(await audit(changes), 'forwarding')).toBe(expected);
  });

  test('forwarding: ARC that was verified', async () => {
    const found = await audit({ 'ARC-Seal': 'i=1; cv=none' }, { arc: true });
    expect(row(found, 'forwarding')).toEqual(['not-met', 'The ARC chain is fail.']);
  });

  test.each<[string, Fields, string]>([
    ['an address', {}, 'unknown'],
    ['no-reply', { From: 'No-Reply@example.com' }, 'not-met'],
    ['do_not_reply', { From: 'do_not_reply@example.com' }, 'not-met'],
    ['no-reply with Reply-To', { From: 'noreply@example.com', 'Reply-To': 'a@example.com' }, 'unknown'],
    ['norepl', { From: 'noreplying@example.com' }, 'unknown'],
  ])('an address that accepts mail: %s', async (_, changes, expected) => {
    expect(result(await audit(changes), 'reachable-sender', 'microsoft')).toBe(expected);
  });
});

describe('what it is given', () => {
  test('any message', async () => {
    const verdict = await verdictOn(write({}));
    const line = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc
        .tuple(fc.constantFrom(...Object.keys(header)), fc.string({ maxLength: 40 }))
        .map(([name, value]) => `${name}: ${value}`),
    );
    const message = fc.array(line, { maxLength: 12 }).map((lines) => lines.join('\r\n'));
    fc.assert(
      fc.property(fc.oneof(message, fc.uint8Array({ maxLength: 200 })), (text) => {
        const found = auditBulkSender(text, verdict, { marketing: true });
        expect(found.rows).toHaveLength(37);
        const length = typeof text === 'string' ? Buffer.byteLength(text) : text.length;
        for (const { span } of found.diagnostics) if (span) expect(span.end).toBeLessThanOrEqual(length);
      }),
    );
  });

  test('hostile messages', async () => {
    const verdict = await verdictOn('');
    for (const text of [
      '',
      '\0',
      '\r\n',
      ':'.repeat(10_000),
      'List-Unsubscribe:'.repeat(5000),
      `List-Unsubscribe: ${'<('.repeat(50_000)}`,
      `Date: ${' '.repeat(100_000)}x`,
    ]) {
      expect(auditBulkSender(text, verdict).compliant.gmail).toBe('no');
    }
  });

  test.each<[string, unknown, unknown, unknown, string]>([
    ['message', 5, undefined, {}, '"message" must be a string or Uint8Array'],
    ['verdict', '', null, {}, '"verdict" must be a MessageVerdict, received null'],
    ['verdict', '', { dkim: [] }, {}, '"verdict" must be a MessageVerdict, received an object'],
    ['ptr', '', undefined, { ptr: { names: [] } }, '"ptr" must have "names" and "confirmed"'],
    ['ptr', '', undefined, { ptr: 'mx.example.com' }, '"ptr" must have "names" and "confirmed"'],
    ['set of options', '', undefined, null, 'the options must be an object, received null'],
    ['flag', '', undefined, { marketing: 'yes' }, '"marketing" must be true or false, received "yes"'],
  ])('a wrong %s', async (_, message, verdict, options, text) => {
    const good = await verdictOn('');
    const call = () =>
      auditBulkSender(message as string, (verdict === undefined ? good : verdict) as MessageVerdict, options as object);
    expect(call).toThrow(TypeError);
    expect(call).toThrow(text);
  });
});
