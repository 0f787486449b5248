import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { keyFault } from '../../src/crypto/key-fault.ts';
import type { PublicKey } from '../../src/crypto/provider.ts';
import { conformanceAbsent, conformancePath, hasConformance } from '../support/conformance.ts';
import { fromHex, providers } from '../support/crypto.ts';
import { readKeyBytes } from '../support/public-key.ts';

interface Suite {
  numberOfTests: number;
  testGroups: {
    publicKey: { modulus?: string; publicExponent?: string; pk?: string };
    publicKeyDer: string;
    publicKeyAsn?: string;
    tests: {
      tcId: number;
      comment: string;
      flags: string[];
      msg: string;
      sig: string;
      result: 'valid' | 'invalid' | 'acceptable';
    }[];
  }[];
}

const load = (file: string): Suite => JSON.parse(readFileSync(conformancePath(`wycheproof/${file}`), 'utf8')) as Suite;

function readKey(der: string): PublicKey {
  const key = readKeyBytes(fromHex(der));
  if (!key.ok) throw new Error(`the suite's key was not read: ${key.fault}`);
  expect(keyFault(key)).toBeUndefined();
  return key;
}

/** Every case with what is expected of it and what a provider says. */
async function outcomes(suite: Suite, provider: (typeof providers)[number]) {
  const seen: { id: number; why: string; expected: boolean; verified: boolean }[] = [];
  for (const group of suite.testGroups) {
    const key = await provider.importKey(readKey(group.publicKeyDer));
    for (const { tcId, comment, flags, msg, sig, result } of group.tests) {
      const verified = await key.verify(fromHex(msg), fromHex(sig));
      seen.push({ id: tcId, why: `${comment} ${flags.join()}`, expected: result === 'valid', verified });
    }
  }
  return seen;
}

if (!hasConformance) {
  test(conformanceAbsent, () => expect(hasConformance).toBe(false));
} else {
  describe.each(providers)('Wycheproof, $name', (provider) => {
    test.each([
      ['rsa_signature_2048_sha256_test.json', 259],
      ['rsa_signature_4096_sha256_test.json', 258],
      ['ed25519_test.json', 151],
    ])('%s: valid is true, everything else is false, all %i', async (file, count) => {
      const suite = load(file);
      const seen = await outcomes(suite, provider);
      expect(seen).toHaveLength(count);
      expect(seen.filter(({ expected, verified }) => expected !== verified)).toEqual([]);
    });
  });

  // RFC 8017 §9.2 note 1 lets a verifier accept a DigestInfo without the NULL parameters. DKIM signers all write them, what is
  // compared is the whole encoded message, and OpenSSL refuses it too.
  test('the only "acceptable" cases are the signatures without NULL, which fail', () => {
    const files = ['rsa_signature_2048_sha256_test.json', 'rsa_signature_4096_sha256_test.json', 'ed25519_test.json'];
    const acceptable = files
      .flatMap((file) => load(file).testGroups.flatMap((group) => group.tests))
      .filter(({ result }) => result === 'acceptable');
    expect(acceptable.map(({ flags }) => flags)).toEqual([['MissingNull'], ['MissingNull']]);
  });

  test('the keys are read as the suite spells them, in both forms', () => {
    for (const { publicKey, publicKeyDer, publicKeyAsn } of load('rsa_signature_2048_sha256_test.json').testGroups) {
      const numbers = {
        n: fromHex(publicKey.modulus!.replace(/^00/, '')),
        e: fromHex(publicKey.publicExponent!.replace(/^00/, '')),
      };
      expect(readKeyBytes(fromHex(publicKeyDer))).toEqual({
        ok: true,
        form: 'spki',
        type: 'rsa',
        bits: 2048,
        ...numbers,
      });
      expect(readKeyBytes(fromHex(publicKeyAsn!))).toMatchObject({ form: 'pkcs1', ...numbers });
    }
    for (const { publicKey, publicKeyDer } of load('ed25519_test.json').testGroups) {
      expect(readKey(publicKeyDer)).toMatchObject({ type: 'ed25519', key: fromHex(publicKey.pk!) });
    }
  });
}
