import { describe, expect, test } from 'vitest';
import {
  type Environment,
  requireEnvironment,
  requireFunction,
  requireString,
  show,
  unreachable,
} from '../src/environment.ts';

const resolver: Environment['resolver'] = { query: () => new Promise(() => {}) };

describe('a wrong argument is a TypeError that says which and what it got', () => {
  test.each<[string, unknown, string]>([
    ['no environment', undefined, 'undefined'],
    ['null', null, 'undefined'],
    ['a text', 'resolver', 'undefined'],
    ['no resolver', {}, 'undefined'],
    ['a resolver that is null', { resolver: null }, 'null'],
    ['a resolver without query', { resolver: {} }, 'an object'],
    ['a query that is no function', { resolver: { query: 'a.example' } }, 'an object'],
    ['a function for a resolver', { resolver: () => {} }, 'a function'],
  ])('%s', (_, env, received) => {
    expect(() => requireEnvironment('evaluate SPF', env as Environment)).toThrow(
      new TypeError(`Cannot evaluate SPF: "env.resolver" must be a Resolver, received ${received}`),
    );
  });

  test.each<[unknown, string]>([
    [undefined, 'undefined'],
    [5, '5'],
    [['a'], 'an array'],
    [new Uint8Array(1), 'an object'],
  ])('%j is no string', (value, received) => {
    expect(() => requireString('parse a DMARC record', 'text', value)).toThrow(
      new TypeError(`Cannot parse a DMARC record: "text" must be a string, received ${received}`),
    );
  });

  test.each<[unknown, string]>([
    [undefined, 'undefined'],
    ['f', '"f"'],
    [{}, 'an object'],
  ])('%j is no function', (value, received) => {
    expect(() => requireFunction('check alignment', 'organizationalDomain', value)).toThrow(
      new TypeError(`Cannot check alignment: "organizationalDomain" must be a function, received ${received}`),
    );
  });

  test('what is right passes', () => {
    expect(() => requireFunction('check', 'f', () => {})).not.toThrow();
    expect(() => requireEnvironment('evaluate SPF', { resolver })).not.toThrow();
    expect(() => requireEnvironment('evaluate SPF', { resolver, signal: new AbortController().signal })).not.toThrow();
    expect(() => requireString('parse', 'text', '')).not.toThrow();
  });
});

test('a signal that has aborted throws its reason', () => {
  const reason = new Error('the caller left');
  expect(() => requireEnvironment('evaluate SPF', { resolver, signal: AbortSignal.abort(reason) })).toThrow(reason);
});

test.each<[unknown, string]>([
  ['10.0.0', '"10.0.0"'],
  ['a\u001b', '"a\\u001b"'],
  ['x'.repeat(1000), `"${'x'.repeat(80)}…"`],
  [null, 'null'],
  [Number.NaN, 'NaN'],
  [5n, '5'],
  [Symbol('s'), 'Symbol(s)'],
  [[1], 'an array'],
  [{ a: 1 }, 'an object'],
  [Object.create(null), 'an object'],
  [() => 'a long text of source', 'a function'],
])('%o is shown as %s', (value, text) => expect(show(value)).toBe(text));

test('a case that cannot be says so', () => {
  expect(() => unreachable('answer' as never)).toThrow('Unreachable case: "answer"');
});
