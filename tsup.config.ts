import { defineConfig, type Options } from 'tsup';

const portable = {
  index: 'src/index.ts',
  core: 'src/core.ts',
  'public-suffix': 'src/public-suffix.ts',
  audit: 'src/audit.ts',
  reports: 'src/reports.ts',
};
const shared: Options = {
  splitting: true,
  sourcemap: true,
  treeshake: true,
  target: 'es2022',
  // TypeScript 6 calls the baseUrl that the declaration bundler sets deprecated.
  dts: { compilerOptions: { ignoreDeprecations: '6.0' } },
  // V8 reads all of a file before it runs any: short names and no comments take a quarter off the import. Source maps say the
  // rest. Syntax too: as variables of one chunk the constants of modules would cost speed in loops over bytes.
  minify: true,
  esbuildOptions: (options) => {
    // src/audit.ts says why it has such an import.
    options.logOverride = { 'ignored-bare-import': 'silent' };
  },
  outExtension: ({ format }) => ({ js: format === 'cjs' ? '.cjs' : '.js' }),
};

export default defineConfig([
  // noble is ESM only: ESM leaves it to the package manager, CJS carries it.
  // A "neutral" build fails on a node: import, which keeps the portable entries portable.
  { ...shared, entry: portable, format: 'esm', platform: 'neutral' },
  { ...shared, entry: portable, format: 'cjs', platform: 'neutral', noExternal: [/^@noble\//] },
  { ...shared, entry: { node: 'src/node.ts' }, format: ['esm', 'cjs'], platform: 'node' },
  {
    ...shared,
    entry: { cli: 'src/cli/main.ts' },
    format: 'esm',
    platform: 'node',
    dts: false,
    sourcemap: false,
    // A command loads its own parts only: the start of the process takes half the time.
    esbuildOptions: (options) => {
      options.chunkNames = 'cli/[name]-[hash]';
    },
  },
]);
