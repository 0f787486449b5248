import { expect, test } from 'vitest';
import { defaultLimits, type Limits, resolveLimits } from '../src/limits.ts';

test('without limits, and without a limit, the defaults hold', () => {
  expect(resolveLimits(undefined)).toBe(defaultLimits);
  expect(resolveLimits({})).toEqual(defaultLimits);
  expect(resolveLimits({ spfTerms: 3, elapsedMs: 0 })).toEqual({ ...defaultLimits, spfTerms: 3, elapsedMs: 0 });
  expect(resolveLimits({ elapsedMs: Number.POSITIVE_INFINITY }).elapsedMs).toBe(Number.POSITIVE_INFINITY);
});

// RFC 7208 §4.6.4: 10 terms, 2 void lookups, at least 20 seconds.
test('the defaults are those of the specification', () => {
  expect(defaultLimits).toMatchObject({ spfTerms: 10, spfVoid: 2, elapsedMs: 20_000 });
});

test.each([-1, Number.NaN, '10', null, undefined])('a limit of %j is a TypeError that names it', (value) => {
  const limits = { spfTerms: value } as Partial<Limits>;
  expect(() => resolveLimits(limits)).toThrow(TypeError);
  expect(() => resolveLimits(limits)).toThrow(
    /^Cannot use limits: "spfTerms" must be a number of at least 0, received /,
  );
});
