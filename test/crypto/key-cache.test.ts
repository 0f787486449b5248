import { expect, test } from 'vitest';
import { createKeyCache } from '../../src/crypto/key-cache.ts';
import type { ImportedKey } from '../../src/crypto/provider.ts';

const key = (): ImportedKey => ({ verify: () => true });

test('a key is found by its record', () => {
  const cache = createKeyCache();
  const imported = key();
  cache.set('v=DKIM1; p=AAAA', imported);
  expect(cache.get('v=DKIM1; p=AAAA')).toBe(imported);
  expect(cache.get('v=DKIM1; p=BBBB')).toBeUndefined();
});

test.each(['__proto__', 'constructor', 'toString', ''])('a record of %j is a record like others', (text) => {
  const cache = createKeyCache();
  expect(cache.get(text)).toBeUndefined();
  const imported = key();
  cache.set(text, imported);
  expect(cache.get(text)).toBe(imported);
});

test('the key that was not used for longest is dropped', () => {
  const cache = createKeyCache({ maxEntries: 2 });
  cache.set('a', key());
  cache.set('b', key());
  cache.get('a');
  cache.set('c', key());
  expect(['a', 'b', 'c'].map((text) => cache.get(text) !== undefined)).toEqual([true, false, true]);
});

test('setting a key again replaces it, uses it, and drops nothing', () => {
  const cache = createKeyCache({ maxEntries: 2 });
  const second = key();
  cache.set('a', key());
  cache.set('b', key());
  cache.set('a', second);
  expect([cache.get('b') !== undefined, cache.get('a')]).toEqual([true, second]);
  cache.set('a', second);
  cache.set('c', key());
  expect([cache.get('b'), cache.get('a')]).toEqual([undefined, second]);
});

test('1000 keys are kept where nothing is said', () => {
  const cache = createKeyCache();
  for (let i = 0; i <= 1000; i++) cache.set(`key ${i}`, key());
  expect(cache.get('key 0')).toBeUndefined();
  expect(cache.get('key 1')).toBeDefined();
  expect(cache.get('key 1000')).toBeDefined();
});

test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '5', null])(
  'maxEntries of %j is refused',
  (maxEntries) => {
    const wrong = () => createKeyCache({ maxEntries: maxEntries as number });
    expect(wrong).toThrow(TypeError);
    expect(wrong).toThrow(/^Cannot create a key cache: "maxEntries" must be a whole number of at least 1, received /);
  },
);
