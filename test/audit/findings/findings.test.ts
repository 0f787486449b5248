import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { absentCodes, isAbsent } from './absent.ts';
import { type Base, bases } from './base.ts';
import { writeFindings } from './document.ts';
import { examples } from './index.ts';
import { auditWorld, type Finding, runExample, withChange } from './run.ts';

const all = examples.flatMap(({ list }) => list);
const source = new URL('../../../src/', import.meta.url).pathname;
const areas = ['audit', 'bimi', 'dkim', 'dmarc', 'mta-sts', 'spf', 'tls-rpt'];

/** Every code of the tables that have to do with what a domain publishes. */
async function allCodes(): Promise<string[]> {
  const files = areas.flatMap((area) =>
    readdirSync(join(source, area), { recursive: true, encoding: 'utf8' })
      .filter((path) => /rules\.ts$/.test(path))
      .map((path) => join(source, area, path)),
  );
  const modules = (await Promise.all(files.map((file) => import(file)))) as { [name: string]: object }[];
  const tables = modules.flatMap((module) => Object.entries(module).filter(([name]) => name.endsWith('Rules')));
  return tables.flatMap(([, rules]) => Object.keys(rules));
}

function codesOf(findings: readonly Finding[]): string[] {
  return [...new Set(findings.map(({ code }) => code))].sort();
}

function count(findings: readonly Finding[], code: string): number {
  return findings.filter((one) => one.code === code).length;
}

describe('the healthy domains', () => {
  test.each(Object.keys(bases) as Base[])('%s: no findings', async (base) => {
    expect(await auditWorld(bases[base], base)).toEqual([]);
  });
});

describe('an example for every code', () => {
  test('every code of the tables has one, or a reason why it cannot', async () => {
    const known = new Set(all.map(({ code }) => code));
    expect((await allCodes()).filter((code) => !known.has(code) && !isAbsent(code))).toEqual([]);
  });

  test('no code has two, none is of the past, none has both an example and a reason', async () => {
    const codes = all.map(({ code }) => code);
    const existing = await allCodes();
    expect(codes.filter((code, i) => codes.indexOf(code) !== i)).toEqual([]);
    expect(codes.filter((code) => !existing.includes(code) || isAbsent(code))).toEqual([]);
    const patterns = absentCodes.flatMap((group) => group.codes.split(' '));
    const matches = (pattern: string) =>
      existing.some((code) => (pattern.endsWith('*') ? code.startsWith(pattern.slice(0, -1)) : code === pattern));
    expect(patterns.filter((pattern) => !matches(pattern))).toEqual([]);
  });

  test.each(all)('$code: $story', async (example) => {
    const { code, with: follows = [], brings = [], base = 'mail', options } = example;
    const { world, findings, left: afterwards } = await runExample(example);
    expect(codesOf(findings)).toEqual([code, ...follows].sort());
    expect(afterwards).toEqual([]);
    // Each change cures its own finding, and brings no other.
    for (const finding of findings) {
      if (finding.change === undefined) continue;
      const left = await auditWorld(withChange(world, finding.change), base, options);
      expect(count(left, finding.code), finding.code).toBeLessThan(count(findings, finding.code));
      expect(codesOf(left).filter((one) => ![code, ...follows, ...brings].includes(one))).toEqual([]);
    }
  });
});

test('docs/findings.md is what scripts/write-findings.mjs writes', async () => {
  const written = readFileSync(new URL('../../../docs/findings.md', import.meta.url), 'utf8');
  expect(written).toBe(await writeFindings());
});
