import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { ArcReason } from '../../src/arc/result.ts';
import { sealMessage } from '../../src/arc/seal.ts';
import { verifyArc } from '../../src/arc/verify.ts';
import { selectAuthenticationResults } from '../../src/authentication-results/select.ts';
import { type Signer, signerFromPem } from '../../src/dkim/signer.ts';
import { memoryResolver, type Zone } from '../../src/resolvers/memory.ts';
import { conformanceAbsent, conformancePath, hasConformance } from '../support/conformance.ts';
import { canonicalField } from '../support/keys.ts';

interface Scenario<Case> {
  description: string;
  tests: { [name: string]: Case };
  'txt-records'?: { [name: string]: string };
}

function readSuite<Case>(file: string): Scenario<Case>[] {
  const text = readFileSync(conformancePath(`arc/${file}`), 'utf8');
  return parseAllDocuments(text).map((document) => document.toJS() as Scenario<Case>);
}

function zoneOf(scenario: Scenario<unknown>): Zone {
  return Object.fromEntries(
    // The suite folds long records; in DNS they are without the line breaks.
    Object.entries(scenario['txt-records'] ?? {}).map(([name, text]) => [name, { TXT: [text.replace(/\n/g, '')] }]),
  );
}

interface SigningCase {
  description: string;
  message: string;
  t: number;
  'sig-headers': string;
  'srv-id': string;
  AAR: string;
  AMS: string;
  AS: string;
}

interface SigningScenario extends Scenario<SigningCase> {
  domain: string;
  sel: string;
  privatekey: string;
}

/** A field of the suite in relaxed form, as its signatures have it: lines wrapped with one space, and none within b=. */
function relaxed(name: string, value: string): string {
  const text = value.trim().replace(/\n/g, ' ');
  const whole = text.replace(/; b=[^;]*/, (tag) => `; ${tag.replace(/[; ]/g, '')}`);
  return canonicalField(`${name}: ${whole}`, 'relaxed').slice(0, -2);
}

/** The field as it is signed: without the value of b=. */
function unsigned(field: string): string {
  return field.replace(/([:;] ?)b=[^;]*/, '$1b=');
}

/** The tags of a field, in whatever order they are written, without white space. */
function tagsOf(field: string): { [name: string]: string } {
  const pieces = field
    .slice(field.indexOf(':') + 1)
    .replace(/\s+/g, '')
    .replace(/;$/, '')
    .split(';');
  return Object.fromEntries(
    pieces.map((piece) => [piece.slice(0, piece.indexOf('=')), piece.slice(piece.indexOf('=') + 1)]),
  );
}

/**
 * A signer that sees what we sign, and signs it as the suite writes it. RFC 8617 §4.1.2 has the instance first; the suite sorts
 * the tags and wraps b=, so that the octets of the new fields differ, and with them the signatures. That all tags are
 * the same is asserted here; what comes before the new fields is signed as we made it.
 */
function suiteSigner(signer: Signer, expected: { aar: string; ams: string; seal: string }): Signer {
  return {
    algorithm: signer.algorithm,
    sign(data) {
      const lines = Buffer.from(data).toString('latin1').split('\r\n');
      const own = lines.pop()!;
      const wanted = own.startsWith('arc-seal:') ? expected.seal : expected.ams;
      expect(tagsOf(own)).toEqual({ ...tagsOf(wanted), b: '' });
      if (own.startsWith('arc-seal:')) {
        expect(tagsOf(lines.pop()!)).toEqual(tagsOf(expected.ams));
        expect(lines.pop()).toBe(expected.aar);
        lines.push(expected.aar, expected.ams);
      }
      return signer.sign(new Uint8Array(Buffer.from([...lines, unsigned(wanted)].join('\r\n'), 'latin1')));
    },
  };
}

// On the wire lines end in CRLF.
const onTheWire = (message: string): string => message.replace(/\n/g, '\r\n');

/** Where we leave the suite, which was written against a draft. */
const departures: { readonly [name: string]: { result: string; reason: ArcReason; because: string } } = {
  ams_fields_h_empty: {
    result: 'fail',
    reason: 'message-signature',
    because:
      'RFC 8617 §4.1.2: syntax and semantics of DKIM-Signature, so that h= has a name (RFC 6376 §3.5) and From is one (§5.4)',
  },
  ams_fields_c_na: {
    result: 'fail',
    reason: 'message-signature',
    because: 'RFC 6376 §3.5: without c= it is simple/simple, and this one was signed as relaxed/relaxed',
  },
};

if (!hasConformance) {
  test(conformanceAbsent, () => expect(hasConformance).toBe(false));
} else {
  const scenarios = readSuite<{ message: string; cv: string; description: string }>('arc-draft-validation-tests.yml');
  const cases = scenarios.flatMap((scenario) =>
    Object.entries(scenario.tests).map(([name, one]) => ({ name, ...one, zone: zoneOf(scenario) })),
  );

  describe('the validation cases of ValiMail/arc_test_suite', () => {
    test('are all there, and so are those where we leave it', () => {
      expect(cases).toHaveLength(171);
      expect(Object.keys(departures).filter((name) => !cases.some((one) => one.name === name))).toEqual([]);
    });

    test.each(cases)('$name: $description', async ({ name, message, cv, zone }) => {
      const result = await verifyArc(onTheWire(message), { resolver: memoryResolver(zone) });
      const departure = departures[name];
      if (departure !== undefined) {
        expect(departure.result).not.toBe(cv.toLowerCase());
        expect(result, departure.because).toMatchObject({ result: departure.result, reason: departure.reason });
        return;
      }
      // RFC 8617 §5.2 steps 2 and 3: fail. The draft of the suite had no word for a chain that says itself that it failed.
      expect(result.result).toBe(cv === '' ? 'fail' : cv.toLowerCase());
      expect(result.reason === undefined).toBe(result.result !== 'fail');
    });
  });

  const signing = readSuite<SigningCase>('arc-draft-sign-tests.yml') as SigningScenario[];
  const signingCases = signing.flatMap(({ tests, ...scenario }) =>
    Object.entries(tests).map(([name, one]) => ({ ...one, name, scenario: { ...scenario, tests } })),
  );

  describe('the signing cases of ValiMail/arc_test_suite', () => {
    test('are all there', () => {
      expect(signingCases).toHaveLength(17);
    });

    test.each(signingCases)('$name: $description', async ({ scenario, ...one }) => {
      const expected = {
        aar: relaxed('ARC-Authentication-Results', one.AAR),
        ams: relaxed('ARC-Message-Signature', one.AMS),
        seal: relaxed('ARC-Seal', one.AS),
      };
      const message = onTheWire(one.message);
      const results = selectAuthenticationResults(message, { trusted: [one['srv-id']] }).flatMap(
        (field) => field.results,
      );
      const options = {
        domain: scenario.domain,
        selector: scenario.sel,
        signer: suiteSigner(await signerFromPem(scenario.privatekey), expected),
        authservId: one['srv-id'],
        authenticationResults: { results },
        timestamp: one.t,
        oversignedHeaders: [],
        signedHeaders: one['sig-headers'].split(':'),
      };
      const sealed = await sealMessage(message, options, { resolver: memoryResolver(zoneOf(scenario)) });
      if (one.AS.trim() === '') {
        expect(sealed.fields).toEqual([]);
        return;
      }
      const [seal, ams, aar] = sealed.fields;
      expect(tagsOf(seal!)).toEqual(tagsOf(expected.seal));
      expect(tagsOf(ams!)).toEqual(tagsOf(expected.ams));
      expect(canonicalField(aar!, 'relaxed').slice(0, -2)).toBe(expected.aar);
    });

    test.each(signingCases)('$name: in our own form, the chain verifies', async ({ scenario, ...one }) => {
      const message = onTheWire(one.message);
      const resolver = memoryResolver(zoneOf(scenario));
      const before = await verifyArc(message, { resolver });
      const signer = await signerFromPem(scenario.privatekey);
      const about = { authservId: 'lists.example.org', authenticationResults: { results: [] } };
      const sealed = await sealMessage(
        message,
        { domain: scenario.domain, selector: scenario.sel, signer, ...about },
        { resolver },
      );
      const after = await verifyArc(sealed.headers + message, { resolver });
      expect(after.result).toBe(before.result === 'none' ? 'pass' : before.result);
      if (sealed.fields.length > 0) expect(after.instances.at(-1)?.seal?.cv).toBe(before.result);
      else expect(before.reason).toBe('chain-failed');
    });
  });
}
