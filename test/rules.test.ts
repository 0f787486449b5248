import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Rules } from '../src/diagnostics/diagnostic.ts';

const source = new URL('../src/', import.meta.url).pathname;
const tests = new URL('./', import.meta.url).pathname;
const listing = (folder: string) => readdirSync(folder, { recursive: true, encoding: 'utf8' });

const tables: [file: string, rules: Rules][] = [];
for (const file of listing(source).filter((path) => /rules\.ts$/.test(path))) {
  const module = (await import(join(source, file))) as { [name: string]: unknown };
  for (const [name, value] of Object.entries(module)) if (name.endsWith('Rules')) tables.push([file, value as Rules]);
}
const rows = tables.flatMap(([file, rules]) => Object.entries(rules).map(([code, rule]) => ({ file, code, rule })));
const documented = readFileSync(new URL('../docs/diagnostics.md', import.meta.url), 'utf8');
const asserted = listing(tests)
  .filter((path) => path.endsWith('.ts') && path !== 'rules.test.ts')
  .map((path) => readFileSync(join(tests, path), 'utf8'))
  .join('\n');

describe('every diagnostic', () => {
  test('is found', () => {
    expect(rows.length).toBeGreaterThan(60);
  });

  test('has a code of its own', () => {
    const codes = rows.map(({ code }) => code);
    expect(codes.filter((code, i) => codes.indexOf(code) !== i)).toEqual([]);
  });

  test.each(rows)('$code is well formed', ({ code, rule: [severity, spec, section, message] }) => {
    expect(code).toMatch(/^[a-z0-9-]+\.[a-z0-9-]+$/);
    expect(['error', 'warning', 'info']).toContain(severity);
    expect(spec).toMatch(/^(RFC \d+|BIMI draft|SVG Tiny PS draft)$/);
    expect(section).toMatch(/^(\d+(\.\d+)*|[A-Z](\.\d+)*)$/);
    expect(message).toMatch(/^[A-Z"{].*[^.\s]$/);
  });

  test('is documented in docs/diagnostics.md, which is generated from the tables', () => {
    expect(rows.filter(({ code }) => !documented.includes(`\`${code}\``)).map(({ code }) => code)).toEqual([]);
  });

  test('is raised by a test', () => {
    expect(rows.filter(({ code }) => !asserted.includes(`'${code}'`)).map(({ code }) => code)).toEqual([]);
  });
});
