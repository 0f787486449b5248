import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type SignedMessage, signMessage } from '../../src/dkim/sign.ts';
import { parseDkimSignature } from '../../src/dkim/signature.ts';
import { signerFromPem } from '../../src/dkim/signer.ts';
import type { SignOptions } from '../../src/dkim/signing-options.ts';
import { verifyDkimSignatures } from '../../src/dkim/verify.ts';
import { memoryResolver } from '../../src/resolvers/memory.ts';
import { OVERSIGNED } from '../support/dkim.ts';
import { ed25519, keyRecord, octetsOf, rsa1024 } from '../support/keys.ts';

const pem = (key: typeof rsa1024) => key.export({ format: 'pem', type: 'pkcs8' }) as string;
const keys = [
  { selector: 'r', signer: await signerFromPem(pem(rsa1024)) },
  { selector: 'e', signer: await signerFromPem(pem(ed25519)) },
];
const now = () => new Date(1_700_000_000_000);
const env = {
  now,
  resolver: memoryResolver({
    'r._domainkey.example.com': { TXT: [keyRecord(rsa1024)] },
    'e._domainkey.example.com': { TXT: [keyRecord(ed25519)] },
  }),
};

// Octets of a line: no CR, no LF; a field body may be folded, and a fold is never all of a line.
const octet = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('a', 'B', '7', ' ', '\t', ':', ';', '=', 'x') },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) },
);
const line = fc.array(octet, { maxLength: 40 }).map((octets) => octets.join('').replace(/[\r\n]/g, ''));
const lineBreaks = fc.array(line, { maxLength: 8 }).map((lines) => lines.map((text) => `${text}\r\n`).join(''));
const body = fc
  .tuple(lineBreaks, fc.constantFrom('', '\r\n', '\r\n\r\n', ' \r\n', 'no end', '\t'))
  .map(([a, b]) => a + b);
const fieldBody = fc
  .tuple(line, fc.array(line, { maxLength: 2 }))
  .map(([first, more]) => [first, ...more].join('\r\n '));
const field = fc
  .tuple(fc.constantFrom(...OVERSIGNED.slice(1), 'Received', 'X-Other', 'Sender', 'References', 'sUBJECT'), fieldBody)
  .map(([name, value]) => `${name}:${value}\r\n`);
const message = fc
  .tuple(fc.array(field, { maxLength: 5 }), fieldBody, fc.array(field, { maxLength: 3 }), body)
  .map(([above, from, below, text]) => `${above.join('')}From: a@example.com ${from}\r\n${below.join('')}\r\n${text}`);
const canonicalization = fc.constantFrom<NonNullable<SignOptions['canonicalization']>>(
  'relaxed/relaxed',
  'relaxed/simple',
  'simple/relaxed',
  'simple/simple',
);

const sign = (text: string | AsyncIterable<Uint8Array>, options: Partial<SignOptions> = {}): Promise<SignedMessage> =>
  signMessage(
    typeof text === 'string' ? octetsOf(text) : text,
    { domain: 'example.com', keys, ...options } as SignOptions,
    {
      now,
    },
  );
const verdicts = async (text: string) => (await verifyDkimSignatures(octetsOf(text), env)).map(({ result }) => result);

describe('signing', () => {
  test('any message that is one verifies under both algorithms', async () => {
    await fc.assert(
      fc.asyncProperty(message, canonicalization, async (text, c) => {
        const { headers } = await sign(text, { canonicalization: c });
        expect(await verdicts(headers + text)).toEqual(['pass', 'pass']);
      }),
    );
  });

  test('the field does not depend on how the message is cut', async () => {
    await fc.assert(
      fc.asyncProperty(message, fc.integer({ min: 1, max: 50 }), async (text, size) => {
        const octets = octetsOf(text);
        async function* cut() {
          for (let i = 0; i < octets.length; i += size) yield octets.subarray(i, i + size);
        }
        expect(await sign(cut())).toEqual(await sign(text));
      }),
    );
  });

  test('with LF lines it is the same signature, and the returned form verifies', async () => {
    await fc.assert(
      fc.asyncProperty(message, async (text) => {
        const lf = await sign(text.replaceAll('\r\n', '\n'));
        expect(lf.fields).toEqual((await sign(text)).fields);
        expect(Buffer.from(lf.message!).toString('latin1')).toBe(text);
      }),
    );
  });

  test('a change of any octet that counts is seen', async () => {
    await fc.assert(
      fc.asyncProperty(message, fc.nat(), fc.constantFrom('Q', '!'), async (text, at, octetThere) => {
        const { headers } = await sign(text, { canonicalization: 'simple/simple' });
        // Any octet of the body but those of the line ends after it, which the canonical form may not have.
        const start = text.indexOf('\r\n\r\n') + 4;
        const content = text.slice(start).replace(/(\r\n)+$/, '');
        fc.pre(content.length > 0);
        const place = start + (at % content.length);
        fc.pre(text[place] !== octetThere && text[place] !== '\r' && text[place] !== '\n');
        const changed = text.slice(0, place) + octetThere + text.slice(place + 1);
        expect(await verdicts(headers + changed)).toEqual(['fail', 'fail']);
      }),
    );
  });

  test('a change of a signed field, or another one of its name, is seen', async () => {
    await fc.assert(
      fc.asyncProperty(
        message,
        canonicalization,
        fc.constantFrom(...OVERSIGNED),
        fc.boolean(),
        async (text, c, name, top) => {
          const { headers } = await sign(text, { canonicalization: c });
          const added = `${name}: z\r\n`;
          const split = text.indexOf('\r\n\r\n') + 2;
          const more = top ? added + headers + text : headers + text.slice(0, split) + added + text.slice(split);
          expect(await verdicts(more)).toEqual(['fail', 'fail']);
          const changed = text.replace('From: a@', 'From: b@');
          expect(await verdicts(headers + changed)).toEqual(['fail', 'fail']);
        },
      ),
    );
  });

  test('the field parses without a finding, and its lines are short', async () => {
    const label = fc.stringMatching(/^[a-z]([a-z0-9-]{0,20}[a-z0-9])?$/);
    const name = fc.array(label, { minLength: 2, maxLength: 5 }).map((labels) => labels.join('.'));
    const headerName = fc.stringMatching(/^[!-9;-~]{1,60}$/).filter((text) => text.toLowerCase() !== 'dkim-signature');
    await fc.assert(
      fc.asyncProperty(name, name, fc.array(headerName, { maxLength: 20 }), async (domain, selector, names) => {
        const { fields } = await sign('From: a@example.com\r\n\r\n', {
          domain,
          keys: [{ selector, signer: keys[0]!.signer }],
          oversignedHeaders: ['From', ...names.map((one) => one.replaceAll(';', '.'))],
          expiresInSeconds: 60,
        });
        const [text] = fields;
        const parsed = parseDkimSignature(text!.slice('DKIM-Signature:'.length));
        expect(parsed.diagnostics).toEqual([]);
        expect([parsed.value!.domain, parsed.value!.selector, parsed.value!.x! - parsed.value!.t!]).toEqual([
          domain,
          selector,
          60,
        ]);
        const lines = text!.split('\r\n');
        const longest = Math.max(78, domain.length + 4, selector.length + 4);
        expect(lines.every((one) => one.length <= longest && one.replace(/[ \t]/g, '') !== '')).toBe(true);
      }),
    );
  });
});
