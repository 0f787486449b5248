import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { publicSuffix, publicSuffixFrom } from '../../src/public-suffix.ts';
import { conformanceAbsent, conformancePath, hasConformance } from '../support/conformance.ts';

type Case = [input: string, expected: string | undefined];

/** The cases of test_psl.txt: `checkPublicSuffix('www.example.com', 'example.com');`, `null` where there is no answer. */
function casesOfCalls(text: string): Case[] {
  return [...text.matchAll(/^checkPublicSuffix\('([^']*)', (?:'([^']*)'|null)\);/gm)].map(([, input, expected]) => [
    input!,
    toAscii(expected),
  ]);
}

/** The cases of tests.txt: `www.example.com example.com`. */
function casesOfLines(text: string): Case[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('//') && line !== 'null null')
    .map((line) => {
      const [input, expected] = line.split(' ');
      return [input!, expected === 'null' ? undefined : toAscii(expected)];
    });
}

/** The suite writes some answers in U-labels; ours are A-labels. */
function toAscii(name: string | undefined): string | undefined {
  return name === undefined ? undefined : new URL(`http://${name}`).hostname;
}

if (hasConformance) {
  describe('public suffix list', () => {
    const read = (name: string) => readFileSync(conformancePath(`psl/${name}`), 'utf8');
    const fromList = publicSuffixFrom(read('public_suffix_list.dat'));

    describe.each([
      ['test_psl.txt', casesOfCalls(read('test_psl.txt'))],
      ['tests.txt', casesOfLines(read('tests.txt'))],
    ])('%s', (_, cases) => {
      test('was read', () => {
        expect(cases.length).toBeGreaterThan(70);
      });

      test.each([
        ['publicSuffixFrom with the list of the suite', fromList],
        ['publicSuffix with the list of psl', publicSuffix],
      ])('%s gives every answer', (_name, organizationalDomain) => {
        expect(cases.map(([input]) => [input, organizationalDomain(input)])).toEqual(cases);
      });
    });
  });
} else {
  test(conformanceAbsent, () => {
    expect(hasConformance).toBe(false);
  });
}
