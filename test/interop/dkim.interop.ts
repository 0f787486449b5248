import { describe, expect, test } from 'vitest';
import { signMessage } from '../../src/dkim/sign.ts';
import { signerFromPem } from '../../src/dkim/signer.ts';
import type { SignOptions } from '../../src/dkim/signing-options.ts';
import { verifyDkimSignatures } from '../../src/dkim/verify.ts';
import { memoryResolver } from '../../src/resolvers/memory.ts';
import { ed25519, keyRecord, rsaKey } from '../support/keys.ts';
import { large, messages } from './messages.ts';
import { type Algorithm, dkimpy, mailDkim, openDkim, type SignJob, type Software } from './software.ts';

// What we sign verifies with others, and what others sign verifies with us (RFC 6376 §3.4: both algorithms of
// canonicalization for both parts). The keys are made for each run, and published in one zone for everybody.

type Canonicalization = NonNullable<SignOptions['canonicalization']>;

const canonicalizations: readonly Canonicalization[] = [
  'relaxed/relaxed',
  'relaxed/simple',
  'simple/relaxed',
  'simple/simple',
];
const domain = 'example.com';
const rsa = rsaKey(2048);
const keys = { 'rsa-sha256': rsa, 'ed25519-sha256': ed25519 } as const;
const selectors = { 'rsa-sha256': 'r2026', 'ed25519-sha256': 'e2026' } as const;
const pem = (algorithm: Algorithm) => keys[algorithm].export({ format: 'pem', type: 'pkcs8' }) as string;
const signers = {
  'rsa-sha256': await signerFromPem(pem('rsa-sha256')),
  'ed25519-sha256': await signerFromPem(pem('ed25519-sha256')),
};
const zone = Object.fromEntries(
  (['rsa-sha256', 'ed25519-sha256'] as const).map((algorithm) => [
    `${selectors[algorithm]}._domainkey.${domain}`,
    keyRecord(keys[algorithm]),
  ]),
);
const resolver = memoryResolver(
  Object.fromEntries(Object.entries(zone).map(([name, text]) => [name, { TXT: [text] }])),
);

interface Case {
  name: string;
  message: Buffer;
  canonicalization: Canonicalization;
  algorithm: Algorithm;
}

function casesOf(software: Software, of: { readonly [name: string]: Buffer }): Case[] {
  return Object.entries(of).flatMap(([name, message]) =>
    canonicalizations.flatMap((canonicalization) =>
      software.algorithms.map((algorithm) => ({ name, message, canonicalization, algorithm })),
    ),
  );
}

async function ours({ message, canonicalization, algorithm }: Case): Promise<Buffer> {
  const options = { domain, selector: selectors[algorithm], signer: signers[algorithm], canonicalization };
  const { headers } = await signMessage(message, options);
  return Buffer.concat([Buffer.from(headers, 'latin1'), message]);
}

function jobOf(software: Software, { message, canonicalization, algorithm }: Case): SignJob {
  const seed = () => Buffer.from(ed25519.export({ format: 'jwk' }).d!, 'base64url').toString('base64');
  // dkimpy takes an Ed25519 key as RFC 8463 §A.2 writes it.
  const key = software === dkimpy && algorithm === 'ed25519-sha256' ? seed() : pem(algorithm);
  return { message, canonicalization, algorithm, key, domain, selector: selectors[algorithm] };
}

async function verifiedByUs(field: string, { message }: Case): Promise<string[]> {
  const results = await verifyDkimSignatures(Buffer.concat([Buffer.from(field, 'latin1'), message]), { resolver });
  return results.map(({ result, reason }) => (reason === undefined ? result : `${result} ${reason}`));
}

/** All cases go to the software in one call; each has a test of its own. */
function once<T>(action: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= action();
    return result;
  };
}

/** Where software leaves the RFC, and what then becomes of our signature there and of its signature here. */
interface Departure {
  software: Software;
  how: string;
  applies(one: Case): boolean;
  /** What it says of ours; nothing where it verifies ours all the same. */
  theyFind?: unknown[];
  weFind: string[];
}

const openEnds = ['no CRLF at the end', 'no CRLF and white space at the end'];
const headerIs = (one: Case, name: string) => one.canonicalization.startsWith(`${name}/`);
const bodyIs = (one: Case, name: string) => one.canonicalization.endsWith(`/${name}`);

// SMTP ends every message with CRLF, so that only files show the departures about bodies.
const departures: readonly Departure[] = [
  {
    software: dkimpy,
    how: 'white space at the end of a body without CRLF stays in the relaxed form (RFC 6376 §3.4.4)',
    applies: (one) => bodyIs(one, 'relaxed') && one.name === openEnds[1],
    theyFind: [expect.stringContaining('body hash mismatch')],
    weFind: ['fail body-hash'],
  },
  {
    software: mailDkim,
    how: 'a body without CRLF at its end gets none in the simple form (RFC 6376 §3.4.3)',
    applies: (one) => bodyIs(one, 'simple') && openEnds.includes(one.name),
    theyFind: ['fail (body has been altered)'],
    weFind: ['fail body-hash'],
  },
  {
    software: openDkim,
    how: 'a body without CRLF at its end has no relaxed form: no result and no signature (RFC 6376 §3.4.4)',
    applies: (one) => bodyIs(one, 'relaxed') && one.name === openEnds[0],
    theyFind: [],
    weFind: [],
  },
  {
    software: openDkim,
    how: 'a body that ends in white space without CRLF has another relaxed form (RFC 6376 §3.4.4)',
    applies: (one) => bodyIs(one, 'relaxed') && one.name === openEnds[1],
    theyFind: ['signature verification failed'],
    weFind: ['fail body-hash'],
  },
  {
    software: openDkim,
    how: 'a milter does not see the white space behind the colon, and takes it for one space (RFC 6376 §3.4.1)',
    applies: (one) => headerIs(one, 'simple') && one.name === 'white space behind the colon',
    theyFind: ['signature verification failed'],
    weFind: ['fail signature'],
  },
  {
    software: openDkim,
    how: 'an Ed25519 signature with simple header canonicalization verifies nowhere, not with OpenDKIM either (RFC 8463 §3)',
    applies: (one) => headerIs(one, 'simple') && one.algorithm === 'ed25519-sha256',
    weFind: ['fail signature'],
  },
];

describe.each([dkimpy, mailDkim, openDkim])('$name', (software) => {
  const cases = [...casesOf(software, messages), ...casesOf(software, { '5 MB': large })];
  const theirVerdicts = once(async () => software.verify(await Promise.all(cases.map(ours)), zone));
  const theirFields = once(async () => software.sign(cases.map((one) => jobOf(software, one))));
  const ownDepartures = departures.filter((departure) => departure.software === software);
  const titled = cases.map((one, i) => {
    const departure = ownDepartures.find(({ applies }) => applies(one));
    const title = `${one.algorithm} ${one.canonicalization}, ${one.name}`;
    return [departure === undefined ? title : `${title} (departs: ${departure.how})`, one, i, departure] as const;
  });

  test.each(titled)('verifies what we sign: %s', async (_, __, i, departure) => {
    expect((await theirVerdicts())[i]).toEqual(departure?.theyFind ?? ['pass']);
  });

  test.each(titled)('signs what we verify: %s', async (_, one, i, departure) => {
    expect(await verifiedByUs((await theirFields())[i]!, one)).toEqual(departure?.weFind ?? ['pass']);
  });

  test.each(ownDepartures)('departs in a way that others see as we do: $how', async ({ applies, weFind }) => {
    const i = cases.findIndex(applies);
    const signed = Buffer.concat([Buffer.from((await theirFields())[i]!, 'latin1'), cases[i]!.message]);
    const other = software === dkimpy ? openDkim : dkimpy;
    // Both leave the same rule about white space at the end of a body, and each in its own way.
    const verdicts = other.verify([signed], zone)[0]!;
    expect(verdicts.includes('pass')).toBe(false);
    expect(verdicts).toHaveLength(weFind.length);
  });

  test('says no to a message that was changed, so that its yes means something', async () => {
    const [one] = cases;
    const text = (await ours(one!)).toString('latin1');
    const changed = [text.replace('Hello Bob', 'Hello Eve'), `Subject: another\r\n${text}`];
    const verdicts = software.verify(
      changed.map((message) => Buffer.from(message, 'latin1')),
      zone,
    );
    expect(verdicts.map((words) => words.length)).toEqual([1, 1]);
    expect(verdicts.flat()).not.toContain('pass');
  });

  test('verifies both signatures of a message that was signed with two keys (RFC 8463 §6)', async () => {
    const both = software.algorithms.map((algorithm) => ({
      selector: selectors[algorithm],
      signer: signers[algorithm],
    }));
    const { headers } = await signMessage(messages.plain!, { domain, keys: both });
    const verdicts = software.verify([Buffer.concat([Buffer.from(headers), messages.plain!])], zone);
    expect(verdicts).toEqual([both.map(() => 'pass')]);
  });
});

test('OpenDKIM does not verify its own Ed25519 signatures with simple header canonicalization', () => {
  const one: Case = {
    name: 'plain',
    message: messages.plain!,
    canonicalization: 'simple/simple',
    algorithm: 'ed25519-sha256',
  };
  const [field] = openDkim.sign([jobOf(openDkim, one)]);
  const signed = Buffer.concat([Buffer.from(field!, 'latin1'), one.message]);
  expect(openDkim.verify([signed], zone)).toEqual([['signature verification failed']]);
});
