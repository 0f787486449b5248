import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { authenticateMessage } from '../../src/authenticate/authenticate.ts';
import type { Resolver } from '../../src/dns/resolver.ts';
import { memoryResolver } from '../../src/resolvers/memory.ts';
import { sampleEnvelope, sampleMessage, sampleZone } from '../support/sample.ts';

const resolver = memoryResolver(sampleZone);

describe('authenticateMessage', () => {
  test('no message makes it throw, and the verdict is plain data', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), fc.string(), fc.string(), async (bytes, helo, mailFrom) => {
        const verdict = await authenticateMessage(
          bytes,
          { ip: '192.0.2.1', helo, mailFrom },
          { resolver },
          { authservId: helo || 'mx' },
        );
        expect(JSON.parse(JSON.stringify(verdict))).toEqual(verdict);
        expect(
          verdict.authenticationResults
            ?.split('\r\n')
            .slice(1)
            .every((line) => line.startsWith(' ')),
        ).not.toBe(false);
        expect(verdict.receivedSpf).not.toMatch(/[\r\n]/);
      }),
      { numRuns: 200 },
    );
  });

  test('a damaged sample never passes DKIM with both signatures, and never throws', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(sampleMessage.length - 1), fc.integer({ min: 0x21, max: 0x7e }), async (at, octet) => {
        const damaged = Uint8Array.from(sampleMessage);
        // A changed letter case may be canonicalized away, and so may white space: only other changes must show. Of the last
        // character of base64 some bits mean nothing (RFC 4648 §3.5).
        const before = damaged[at]!;
        fc.pre(before > 0x20 && (before | 0x20) !== (octet | 0x20) && damaged[at + 1] !== 0x3d);
        damaged[at] = octet;
        const { dkim } = await authenticateMessage(damaged, sampleEnvelope, { resolver });
        expect(dkim.filter(({ result }) => result === 'pass').length).toBeLessThan(2);
      }),
      { numRuns: 300 },
    );
  });

  test('one failing DNS question never makes a pass or a none of what was neither', async () => {
    const asked: string[] = [];
    const recording: Resolver = {
      query: (name, type) => {
        asked.push(`${type} ${name}`);
        return resolver.query(name, type);
      },
    };
    for (const ip of ['192.0.2.25', '203.0.113.99']) {
      const envelope = { ...sampleEnvelope, ip };
      const whole = await authenticateMessage(sampleMessage, envelope, { resolver: recording });
      for (const question of new Set(asked)) {
        const failing: Resolver = {
          query: async (name, type) =>
            `${type} ${name}` === question
              ? { name, type, status: 'failure', reason: 'servfail' }
              : resolver.query(name, type),
        };
        const verdict = await authenticateMessage(sampleMessage, envelope, { resolver: failing });
        const before = [whole.spf.mailFrom!, whole.spf.helo!, ...whole.dkim, whole.dmarc].map(({ result }) => result);
        const after = [verdict.spf.mailFrom!, verdict.spf.helo!, ...verdict.dkim, verdict.dmarc].map(
          ({ result }) => result,
        );
        for (const [i, result] of after.entries()) {
          if (result === 'pass' || result === 'none') expect([question, i, result]).toEqual([question, i, before[i]]);
        }
      }
    }
  });
});
