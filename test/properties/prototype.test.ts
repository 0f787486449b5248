import { beforeAll, describe, expect, test } from 'vitest';
import type { Parsed } from '../../src/diagnostics/diagnostic.ts';
import { parseDkimKeyRecord } from '../../src/dkim/key-record.ts';
import { parseDkimSignature } from '../../src/dkim/signature.ts';
import { formatDmarcRecord } from '../../src/dmarc/format.ts';
import { parseDmarcRecord, parsePublishedDmarcRecord } from '../../src/dmarc/parse.ts';
import { parseSpfRecord } from '../../src/spf/parse.ts';

// With a frozen Object.prototype every write to an inherited name throws, and so does a look-up table that inherits.
const names = [...Object.getOwnPropertyNames(Object.prototype), 'prototype', 'length', 'then', 'toJSON'];

const signature =
  'v=1; a=rsa-sha256; d=example.com; s=s; h=from; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA';

const parsers: [name: string, parse: (text: string) => Parsed<object>, texts: (name: string) => string[]][] = [
  [
    'parseDmarcRecord',
    parseDmarcRecord,
    (name) => [
      `v=DMARC1; p=reject; ${name}=reject`,
      `v=DMARC1; ${name}=1; p=reject; ${name}=2`,
      `v=DMARC1; p=${name}; sp=${name}; adkim=${name}; fo=${name}`,
      `v=DMARC1; p=none; rua=${name}:${name}@${name}`,
      `v=${name}; p=none`,
      `${name}=DMARC1; p=none`,
      `v=DMARC1 ${name}=x p=none`,
    ],
  ],
  ['parsePublishedDmarcRecord', parsePublishedDmarcRecord, (name) => [`v=DMARC1; p=reject; ${name}=reject; t=${name}`]],
  [
    'parseSpfRecord',
    parseSpfRecord,
    (name) => [
      `v=spf1 ${name} -all`,
      `v=spf1 ${name}:example.com -all`,
      `v=spf1 ${name}=example.com ${name}=example.net -all`,
      `v=spf1 a:%{${name}} exp=${name} redirect=${name}`,
      `${name} -all`,
    ],
  ],
  [
    'parseDkimSignature',
    parseDkimSignature,
    (name) => [
      `${signature}; ${name}=x; ${name}=y`,
      signature.replace('rsa-sha256', name),
      signature.replace('h=from', `h=from:${name}; c=${name}/${name}; q=${name}`),
      `${name}=1`,
    ],
  ],
  [
    'parseDkimKeyRecord',
    parseDkimKeyRecord,
    (name) => [
      `v=DKIM1; k=${name}; p=AAAA`,
      `v=DKIM1; ${name}=x; ${name}=y; p=`,
      `v=${name}; h=${name}; s=${name}; t=${name}; p=AAAA`,
    ],
  ],
];

/** Every object in a result, itself included. */
function objectsIn(value: unknown): object[] {
  return typeof value === 'object' && value !== null ? [value, ...Object.values(value).flatMap(objectsIn)] : [];
}

// The file runs in a worker of its own, so that nobody else meets the frozen prototype.
beforeAll(() => {
  Object.freeze(Object.prototype);
});

describe.each(parsers)('%s takes names of Object.prototype for names like any other', (_, parse, texts) => {
  test.each(names)('%s', (name) => {
    for (const text of texts(name)) {
      const result = parse(text);
      expect(JSON.parse(JSON.stringify(result))).toEqual(result);
      for (const object of objectsIn(result)) {
        expect([Object.prototype, Array.prototype]).toContain(Object.getPrototypeOf(object));
      }
      for (const { code, message, severity } of result.diagnostics) {
        expect(code).toMatch(/^(spf|dkim|dmarc)\.[a-z-]+$/);
        expect(message).not.toMatch(/native code|\[object|undefined/);
        expect(['error', 'warning', 'info']).toContain(severity);
      }
    }
  });
});

test('a DMARC record with such tags keeps its policy and survives formatting', () => {
  for (const name of names) {
    const { value } = parseDmarcRecord(`v=DMARC1; p=reject; ${name}=none`);
    expect(value).toMatchObject({ p: 'reject', sp: 'reject', np: 'reject' });
    const again = parseDmarcRecord(formatDmarcRecord(value!)).value;
    expect(again?.tags.map((tag) => tag.name)).toEqual(value?.tags.map((tag) => tag.name));
  }
});
