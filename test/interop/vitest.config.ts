import { defineConfig } from 'vitest/config';

// Against software that npm does not install: npm run test:interop.
export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['test/interop/**/*.interop.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
