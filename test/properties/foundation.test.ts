import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodePkcs1 } from '../../src/crypto/der.ts';
import { ed25519KeyFault, rsaKeyFault } from '../../src/crypto/key-fault.ts';
import { escapeControls } from '../../src/diagnostics/diagnostic.ts';
import { renderDiagnostic } from '../../src/diagnostics/render.ts';
import { checkAnswer } from '../../src/dns/answer.ts';
import type { RecordType } from '../../src/dns/resolver.ts';
import { domainName, isAtOrBelow, labelCount, parentName, parseDomainName } from '../../src/names/domain-name.ts';
import { formatIpAddress, parseIpAddress, samePrefix, unmapIpAddress } from '../../src/names/ip-address.ts';
import { decodeBase64, encodeBase64 } from '../../src/text/base64.ts';
import { headerText, latin1, latin1Bytes, utf8, utf8Bytes } from '../../src/text/bytes.ts';
import { unwrapPasted } from '../../src/text/pasted.ts';
import { meantWord } from '../../src/text/spelling.ts';
import { scanTagList } from '../../src/text/tag-list.ts';
import { readKeyBytes } from '../support/public-key.ts';

/** Any UTF-16 units, lone surrogates among them, with many of the characters that mean something. */
const text = (special: string) =>
  fc.string({
    maxLength: 60,
    unit: fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...special) },
      { weight: 1, arbitrary: fc.nat(0xffff).map((unit) => String.fromCharCode(unit)) },
    ),
  });

describe('base64', () => {
  test('decode∘encode is the identity', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void expect(decodeBase64(encodeBase64(bytes))).toEqual(bytes)));
  });

  test('white space anywhere changes nothing, and what is decoded is what Node decodes', () => {
    fc.assert(
      fc.property(text('QUJDRw=+/ \t\r\n'), (written) => {
        const bytes = decodeBase64(written);
        if (bytes === undefined) return;
        expect(decodeBase64(written.replace(/[ \t\r\n]/g, ''))).toEqual(bytes);
        expect(bytes).toEqual(new Uint8Array(Buffer.from(written, 'base64')));
      }),
    );
  });
});

describe('bytes and text', () => {
  test('latin1 and its bytes are inverse, whatever the part', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.nat(20), fc.nat(20), (bytes, start, length) => {
        expect(latin1Bytes(latin1(bytes))).toEqual(bytes);
        expect(latin1(bytes, start, Math.min(start + length, bytes.length))).toBe(
          latin1(bytes).slice(start, Math.min(start + length, bytes.length)),
        );
      }),
    );
  });

  test('UTF-8 is read back, and any bytes have a header text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (written) => void expect(utf8(utf8Bytes(written))).toBe(written)),
    );
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(headerText(bytes)).toBe(utf8(bytes) ?? latin1(bytes));
      }),
    );
  });
});

describe('tag lists', () => {
  test('spans lie inside the text, point at what they name, and follow each other', () => {
    fc.assert(
      fc.property(text('vpa1_==;;; \t\r\n'), (written) => {
        const { tags, faults } = scanTagList(written);
        for (const { name, value, span, nameSpan, valueSpan } of tags) {
          expect(written.slice(nameSpan.start, nameSpan.end)).toBe(name);
          expect(written.slice(valueSpan.start, valueSpan.end)).toBe(value);
          expect(nameSpan.end).toBeLessThan(valueSpan.start);
          expect(span).toEqual({ start: nameSpan.start, end: valueSpan.end });
          expect(name).toMatch(/^[A-Za-z][A-Za-z0-9_]*$/);
          expect(value).not.toContain(';');
        }
        const spans = [...tags, ...faults].map(({ span }) => span).sort((a, b) => a.start - b.start || a.end - b.end);
        spans.forEach(({ start, end }, i) => {
          expect(start).toBeLessThanOrEqual(end);
          expect(end).toBeLessThanOrEqual(written.length);
          if (i > 0) expect(start).toBeGreaterThan(spans[i - 1]!.end);
        });
        // Every piece is a tag or a fault, but for white space after the last semicolon.
        const pieces = written.split(';').length;
        expect(tags.length + faults.length).toBeGreaterThanOrEqual(Math.max(1, pieces - 1));
        expect(tags.length + faults.length).toBeLessThanOrEqual(pieces);
      }),
    );
  });
});

describe('pasted records', () => {
  test('each unit has an offset inside the text, in order', () => {
    fc.assert(
      fc.property(fc.constantFrom('', '"', 'x IN TXT ', 'TXT "'), text('"ab\\;0123 \t“”()'), (head, tail) => {
        const written = head + tail;
        const pasted = unwrapPasted(written);
        if (pasted === undefined) return;
        expect(pasted.offsets).toHaveLength(pasted.text.length);
        pasted.offsets.forEach((offset, i) => {
          expect(offset).toBeLessThan(written.length);
          expect(offset).toBeGreaterThan(i === 0 ? -1 : pasted.offsets[i - 1]!);
        });
      }),
    );
  });

  test('a record without backslash or quote comes out of its quotes as it was', () => {
    const record = text('v=DMARC1; p').filter((written) => !/[\\"“”„«»]/.test(written));
    fc.assert(
      fc.property(record, fc.constantFrom('', '_dmarc.example.com. 300 IN TXT '), (written, head) => {
        expect(unwrapPasted(`${head}"${written}"`)?.text).toBe(written);
      }),
    );
  });
});

test('a guess is one of the candidates, and each candidate is its own', () => {
  const candidates = ['none', 'quarantine', 'reject'];
  fc.assert(
    fc.property(text('noequartirjc'), (written) => {
      expect([undefined, ...candidates]).toContain(meantWord(written, candidates));
    }),
  );
  for (const candidate of candidates) expect(meantWord(candidate, candidates)).toBe(candidate);
});

describe('domain names', () => {
  const written = text('aBz09-_..éß。．１①℀％＠\u00ad\u200d');

  test('no text throws; a name is in the normal form, which is its own', () => {
    fc.assert(
      fc.property(written, (given) => {
        const result = parseDomainName(given);
        if (!result.ok) return;
        expect(result.name).toMatch(/^(?=.{1,253}$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$/);
        expect(parseIpAddress(result.name)).toBeUndefined();
        expect(parseDomainName(result.name)).toEqual(result);
        expect(domainName(`${result.name}.`)).toBe(result.name);
        expect(domainName(result.name.toUpperCase())).toBe(result.name);
      }),
      { numRuns: 500 },
    );
  });

  test('a name lies below each of its ancestors, and they are as many as its labels', () => {
    fc.assert(
      fc.property(fc.domain(), (name) => {
        let ancestors = 0;
        for (let at: string | undefined = name; at !== undefined; at = parentName(at)) {
          expect(isAtOrBelow(name, at)).toBe(true);
          if (at !== name) expect(isAtOrBelow(at, name)).toBe(false);
          ancestors++;
        }
        expect(labelCount(name)).toBe(ancestors);
        expect(isAtOrBelow(`evil${name}`, name)).toBe(false);
      }),
    );
  });
});

describe('addresses', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ minLength: 4, maxLength: 4 }),
    fc.uint8Array({ minLength: 16, maxLength: 16 }),
    // Mostly zeros, so that there are gaps to shorten.
    fc
      .array(fc.constantFrom(0, 0, 0, 1, 255), { minLength: 16, maxLength: 16 })
      .map((octets) => Uint8Array.from(octets)),
  );
  const address = bytes.map((octets) => ({ family: octets.length === 4 ? (4 as const) : (6 as const), bytes: octets }));

  test('parse∘format is the identity', () => {
    fc.assert(fc.property(address, (given) => void expect(parseIpAddress(formatIpAddress(given))).toEqual(given)));
  });

  test('the text of an IPv6 address is that of the URL parser (RFC 5952)', () => {
    fc.assert(
      fc.property(address, (given) => {
        const host = given.family === 6 ? `[${formatIpAddress(given)}]` : formatIpAddress(given);
        expect(new URL(`http://${host}`).hostname).toBe(host);
      }),
    );
  });

  test('every text that is read is read the same after it was written', () => {
    fc.assert(
      fc.property(text('0123456789abcdefF:::..'), (given) => {
        const read = parseIpAddress(given);
        if (read) expect(parseIpAddress(formatIpAddress(read))).toEqual(read);
      }),
      { numRuns: 500 },
    );
  });

  test('an address is in each of its own prefixes, and in those of another up to the first bit that differs', () => {
    fc.assert(
      fc.property(address, fc.nat(127), (given, bit) => {
        const size = given.bytes.length * 8;
        const at = bit % size;
        const other = { family: given.family, bytes: Uint8Array.from(given.bytes) };
        other.bytes[at >> 3]! ^= 0x80 >> (at & 7);
        for (let bits = 0; bits <= size; bits++) {
          expect(samePrefix(given, given, bits)).toBe(true);
          expect(samePrefix(given, other, bits)).toBe(bits <= at);
        }
      }),
      { numRuns: 50 },
    );
  });

  test('an IPv4 address mapped is itself', () => {
    fc.assert(
      fc.property(fc.ipV4(), (given) => {
        expect(formatIpAddress(unmapIpAddress(parseIpAddress(`::ffff:${given}`)!))).toBe(given);
      }),
    );
  });
});

describe('keys', () => {
  const integer = (size: number) =>
    fc.uint8Array({ minLength: 1, maxLength: size }).filter((octets) => octets[0] !== 0);

  test('read∘encode is the identity', () => {
    fc.assert(
      fc.property(integer(300), integer(5), (n, e) => {
        expect(readKeyBytes(encodePkcs1(n, e))).toMatchObject({ ok: true, type: 'rsa', form: 'pkcs1', n, e });
      }),
    );
  });

  test('any bytes are a key or a fault, and any numbers are judged', () => {
    const der = fc.array(fc.constantFrom(0x30, 0x02, 0x03, 0x06, 0x05, 0x80, 0x81, 0x82, 0, 1, 2, 3, 7, 0xff), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 60 }),
          der.map((octets) => Uint8Array.from([0x30, octets.length, ...octets])),
        ),
        (bytes) => {
          const key = readKeyBytes(bytes);
          expect(JSON.parse(JSON.stringify(key))).toMatchObject({ ok: key.ok });
          if (key.ok && key.type === 'rsa')
            expect(readKeyBytes(encodePkcs1(key.n, key.e))).toMatchObject({ n: key.n, e: key.e });
          ed25519KeyFault(bytes);
          rsaKeyFault(bytes, bytes);
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('what foreign code returns', () => {
  const types: RecordType[] = ['A', 'AAAA', 'CNAME', 'MX', 'NS', 'PTR', 'TXT'];

  test('is an answer of known shape that survives JSON', () => {
    const record = fc.oneof(
      fc.anything(),
      fc.ipV4(),
      fc.record({ text: fc.string(), chunks: fc.array(fc.string()) }, { requiredKeys: ['text'] }),
      fc.record({ preference: fc.integer(), exchange: fc.string() }),
    );
    const raw = fc.oneof(
      fc.anything(),
      fc.record(
        {
          status: fc.constantFrom('answer', 'nodata', 'nxdomain', 'failure', 'other'),
          records: fc.oneof(fc.array(record, { maxLength: 3 }), fc.anything()),
          reason: fc.anything(),
          detail: fc.anything(),
          ttl: fc.anything(),
          authenticated: fc.anything(),
          cnames: fc.anything(),
        },
        { requiredKeys: ['status'] },
      ),
    );
    fc.assert(
      fc.property(raw, fc.constantFrom(...types), (given, type) => {
        const answer = checkAnswer(given, 'a.example', type, 100);
        expect(answer).toMatchObject({ name: 'a.example', type });
        expect(['answer', 'nodata', 'nxdomain', 'failure']).toContain(answer.status);
        expect(JSON.parse(JSON.stringify(answer))).toEqual(answer);
        expect(checkAnswer(answer, 'a.example', type, 100)).toEqual(answer);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('rendering', () => {
  test('shows any text with any span, without a character that steers a terminal', () => {
    fc.assert(
      fc.property(text('ab \n\r\t\u001b\u202e'), fc.nat(80), fc.nat(80), (given, start, length) => {
        const rendered = renderDiagnostic(given, {
          code: 'test.code',
          severity: 'info',
          message: 'A sentence',
          params: {},
          spec: { spec: 'RFC 9989', section: '4' },
          span: { start, end: start + length },
        });
        const lines = rendered.split('\n');
        expect(lines).toHaveLength(3);
        for (const line of lines) expect(escapeControls(line)).toBe(line);
        expect(lines[2]).toMatch(/^ +\^+$/);
      }),
    );
  });
});
