import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sealMessage } from '../../src/arc/seal.ts';
import { verifyArc } from '../../src/arc/verify.ts';
import { signerFromPem } from '../../src/dkim/signer.ts';
import type { Resolver } from '../../src/dns/resolver.ts';
import { memoryResolver } from '../../src/resolvers/memory.ts';
import { addSet, arcZone } from '../support/arc.ts';
import { octetsOf, rsa1024 } from '../support/keys.ts';

const plain = 'From: ann@example.com\r\nTo: bob@example.net\r\nSubject: Hi\r\n\r\nHello\r\n';
const resolver = memoryResolver(arcZone);
const env = { resolver, now: () => new Date('2025-01-01T00:00:00Z') };
const signer = await signerFromPem(rsa1024.export({ format: 'pem', type: 'pkcs8' }) as string);
const about = { domain: 'lists.example', selector: 'arc', signer };

const piece = fc.constantFrom(
  ...[
    'ARC-Seal:',
    'ARC-Message-Signature:',
    'ARC-Authentication-Results:',
    'i=',
    '1',
    '2',
    '51',
    ';',
    ' ',
    '\r\n',
    '\r\n ',
  ],
  ...[
    'cv=none',
    'cv=pass',
    'cv=fail',
    'a=rsa-sha256',
    'd=lists.example',
    's=arc',
    'h=from',
    'b=',
    'bh=',
    'AAAA',
    '(',
    '"',
  ],
  ...['x=1', 'l=2', 'c=relaxed', '\u0000', '\r', '\n', '__proto__', '\xff', 'From: a@b.example'],
);

describe('verifyArc', () => {
  test('no octets make it throw, none passes, and the result is plain data', async () => {
    const messages = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.array(piece, { maxLength: 60 }).map((p) => octetsOf(p.join(''))),
    );
    await fc.assert(
      fc.asyncProperty(messages, async (bytes) => {
        const result = await verifyArc(bytes, env, { trustedSealers: ['lists.example'] });
        expect(['none', 'fail']).toContain(result.result);
        expect(result.reason === undefined).toBe(result.result === 'none');
        expect(JSON.parse(JSON.stringify(result))).toEqual(result);
      }),
      { numRuns: 1000 },
    );
  });

  test('a changed octet of a sealed set never leaves the chain intact', async () => {
    const chain = octetsOf(addSet(addSet(plain)));
    const end = chain.length - octetsOf(plain).length;
    await fc.assert(
      fc.asyncProperty(fc.nat(end - 1), fc.integer({ min: 0x21, max: 0x7e }), async (at, octet) => {
        // Letter case may be canonicalized away, and so may white space.
        const before = chain[at]!;
        fc.pre(before > 0x20 && (before | 0x20) !== (octet | 0x20));
        const changed = Uint8Array.from(chain);
        changed[at] = octet;
        expect((await verifyArc(changed, env)).result).not.toBe('pass');
      }),
      { numRuns: 300 },
    );
  });

  test('one failing DNS question never makes a pass or a none of what was neither, and no pass of anything', async () => {
    const zone = { ...arcZone };
    let message = plain;
    for (const s of ['a', 'b', 'c']) {
      zone[`${s}._domainkey.lists.example`] = arcZone['arc._domainkey.lists.example']!;
      message = addSet(message, { s });
    }
    const whole = memoryResolver(zone);
    for (const chain of [message, message.replace('Hello', 'Hallo')]) {
      const before = await verifyArc(chain, { ...env, resolver: whole });
      for (const s of ['a', 'b', 'c']) {
        const failing: Resolver = {
          query: async (name, type) =>
            name.startsWith(`${s}.`) ? { name, type, status: 'failure', reason: 'servfail' } : whole.query(name, type),
        };
        const after = await verifyArc(chain, { ...env, resolver: failing });
        expect(after.result).toBe('fail');
        // RFC 8617 §5.2.1: final, and said to be so where it decides.
        if (before.result === 'pass') expect(after.reason).toBe('dns-failure');
      }
    }
  });
});

describe('sealMessage', () => {
  test('what it seals verifies, whatever the body and the subject, and however often', async () => {
    const subject = fc
      .string({ unit: 'grapheme', maxLength: 40 })
      .map((text) => text.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ''));
    const lines = fc.array(
      fc.string({ maxLength: 30 }).map((text) => text.replace(/[\r\n]/g, '')),
      { maxLength: 5 },
    );
    await fc.assert(
      fc.asyncProperty(
        subject,
        lines,
        fc.integer({ min: 1, max: 3 }),
        fc.string(),
        async (text, body, times, reason) => {
          let message = `From: ann@example.com\r\nSubject: ${text}\r\n\r\n${body.join('\r\n')}`;
          const results = [{ method: 'spf', result: 'pass', reason, properties: [] }];
          for (let i = 1; i <= times; i++) {
            const sealed = await sealMessage(
              message,
              { ...about, authenticationResults: { authservId: 'us', results } },
              env,
            );
            expect(sealed).toMatchObject({ instance: i, cv: i === 1 ? 'none' : 'pass' });
            expect(sealed.headers.split('\r\n').filter((line) => line !== '' && !/^(ARC-| )/.test(line))).toEqual([]);
            message = sealed.headers + message;
          }
          expect(await verifyArc(message, env)).toMatchObject({ result: 'pass', oldestPass: 0 });
        },
      ),
      { numRuns: 100 },
    );
  });
});
