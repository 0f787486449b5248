// Writes docs/findings.md from the examples of test/audit/findings, each of which is audited for it.
import { writeFileSync } from 'node:fs';
import { build } from 'esbuild';

const root = new URL('../', import.meta.url);
const bundle = new URL('node_modules/.cache/findings.mjs', root);
await build({
  entryPoints: [new URL('test/audit/findings/document.ts', root).pathname],
  bundle: true,
  outfile: bundle.pathname,
  format: 'esm',
  platform: 'node',
});
const { writeFindings } = await import(bundle);
const text = await writeFindings();
writeFileSync(new URL('docs/findings.md', root), text);
console.log(`docs/findings.md: ${text.match(/^### /gm).length} codes`);
