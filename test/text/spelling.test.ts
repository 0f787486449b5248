import { expect, test } from 'vitest';
import { meantWord } from '../../src/text/spelling.ts';

const policies = ['none', 'quarantine', 'reject'];

test.each([
  ['rejct', 'reject'],
  ['REJETC', 'reject'],
  ['rejected', 'reject'],
  ['quarantaine', 'quarantine'],
  ['qurantin', 'quarantine'],
  ['non', 'none'],
  ['nnoe', 'none'],
  ['none', 'none'],
])('%s means %s', (written, meant) => expect(meantWord(written, policies)).toBe(meant));

test.each([
  ['nothing like it', 'allow'],
  ['three edits', 'rjcte'],
  ['two edits in four letters', 'nuna'],
  ['nothing', ''],
  ['a text that is no word', 'x'.repeat(100_000)],
  ['a name that objects inherit', 'constructor'],
  ['another such name', '__proto__'],
])('%s is not guessed', (_, written) => expect(meantWord(written, policies)).toBeUndefined());

test('two candidates that are equally near are none, a nearer third is one', () => {
  expect(meantWord('cart', ['card', 'care'])).toBeUndefined();
  expect(meantWord('cart', ['card', 'care', 'cart'])).toBe('cart');
  expect(meantWord('cart', ['cart', 'card', 'care'])).toBe('cart');
});

test('a word of which no letter stayed was not misspelt', () => {
  expect(meantWord('', ['p'])).toBeUndefined();
  expect(meantWord('x', ['p', 'sp'])).toBeUndefined();
  expect(meantWord('pp', ['p'])).toBeUndefined();
  expect(meantWord('psd', ['sp', 'psd'])).toBe('psd');
});

test('words that were translated along with a guide', () => {
  const translations = { rejet: 'reject', aucune: 'none', keine: 'none' };
  expect(meantWord('Aucune', policies, translations)).toBe('none');
  expect(meantWord('rejet', policies, translations)).toBe('reject');
  expect(meantWord('toString', policies, translations)).toBeUndefined();
});
