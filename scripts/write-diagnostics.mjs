// Writes docs/diagnostics.md from the rules tables, so that every code is documented where it is defined.
import { readdirSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

const source = new URL('../src/', import.meta.url);
const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => /rules\.ts$/.test(path))
  .sort();
const { outputFiles } = await build({
  stdin: { contents: files.map((file) => `export * from './${file}';`).join('\n'), resolveDir: source.pathname },
  bundle: true,
  write: false,
  format: 'esm',
});
const module = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
const tables = Object.entries(module).filter(([name]) => name.endsWith('Rules'));
const rows = tables.flatMap(([, rules]) => Object.entries(rules)).sort(([a], [b]) => (a < b ? -1 : 1));
const cell = (text) => text.replaceAll('|', '\\|');
const lines = [
  '# Diagnostics',
  '',
  'Every finding that mailverdict can report, by code. `{name}` in a message stands for a value of `params`.',
  'An `error` breaks a rule of the section, a `warning` will hurt somebody, an `info` is worth knowing.',
  '',
  '| code | severity | section | message |',
  '| --- | --- | --- | --- |',
  ...rows.map(
    ([code, [severity, spec, section, message]]) =>
      `| \`${code}\` | ${severity} | ${spec} §${section} | ${cell(message)} |`,
  ),
  '',
];
writeFileSync(new URL('../docs/diagnostics.md', import.meta.url), lines.join('\n'));
console.log(`docs/diagnostics.md: ${rows.length} codes`);
