import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Nothing is timed: a machine under load must not fail a test.
    testTimeout: 120_000,
    // By default one core is left idle, which on two cores is half of them.
    maxWorkers: '100%',
    coverage: {
      provider: 'v8',
      include: ['src/**'],
      thresholds: { lines: 95, branches: 90 },
    },
  },
});
