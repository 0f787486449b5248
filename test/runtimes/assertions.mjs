// Assertions of the portable suite: plain functions, because no test framework runs in every engine.

/** What an assertion throws. */
export class Failure extends Error {}

const show = (value) => {
  const text = typeof value === 'string' ? JSON.stringify(value) : (JSON.stringify(value) ?? String(value));
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
};

export function fail(message) {
  throw new Failure(message);
}

export function ok(condition, message) {
  if (!condition) fail(message);
}

/** The same data, key for key: an absent key and one that is `undefined` differ. */
export function equal(actual, expected, what = 'value') {
  compare(actual, expected, what, false);
}

/** As `equal`, but an object may have more keys than expected. */
export function matches(actual, expected, what = 'value') {
  compare(actual, expected, what, true);
}

function compare(actual, expected, path, partial) {
  if (typeof expected !== 'object' || expected === null) {
    ok(Object.is(actual, expected), `${path} is ${show(actual)}, expected ${show(expected)}`);
    return;
  }
  ok(typeof actual === 'object' && actual !== null, `${path} is ${show(actual)}, expected ${show(expected)}`);
  if (Array.isArray(expected)) {
    ok(
      Array.isArray(actual) && actual.length === expected.length,
      `${path} is ${show(actual)}, expected ${show(expected)}`,
    );
  }
  const keys = new Set([...Object.keys(expected), ...(partial ? [] : Object.keys(actual))]);
  for (const key of keys) {
    ok(Object.hasOwn(actual, key) && Object.hasOwn(expected, key), `${path}.${key} is in one of the two only`);
    compare(actual[key], expected[key], `${path}.${key}`, partial);
  }
}

/** Plain data that survives JSON and a structured clone: no `undefined`, class, BigInt, NaN or bytes anywhere. */
export function plainData(value, path = 'value') {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return;
  if (typeof value === 'number') return ok(Number.isFinite(value), `${path} is ${value}`);
  ok(typeof value === 'object', `${path} is of type ${typeof value}`);
  const prototype = Object.getPrototypeOf(value);
  ok(Array.isArray(value) || prototype === Object.prototype, `${path} is no plain object`);
  for (const [key, inner] of Object.entries(value)) plainData(inner, `${path}.${key}`);
}

/** The error that `work` throws or rejects with. */
export async function thrownBy(work) {
  try {
    await work();
  } catch (error) {
    return error;
  }
  return fail('nothing was thrown');
}

/** Awaits `work` and checks that it took less than `milliseconds`. */
export async function within(milliseconds, work) {
  const started = Date.now();
  const result = await work();
  const elapsed = Date.now() - started;
  ok(elapsed < milliseconds, `it took ${elapsed} ms, the limit is ${milliseconds} ms`);
  return result;
}
