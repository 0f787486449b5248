import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative } from 'node:path';
import { describe, expect, test } from 'vitest';

// docs/architecture.md: dependencies point downwards only. Each folder lists the folders that it may import.
const words = ['diagnostics', 'text', 'names', 'environment', 'limits', 'arguments'];
const allowed: { readonly [folder: string]: readonly string[] } = {
  diagnostics: [],
  limits: [],
  arguments: ['environment', 'limits', 'names'],
  text: ['diagnostics'],
  names: ['text', 'diagnostics'],
  // Types of what the environment carries; nothing of it runs.
  environment: ['crypto', 'dns'],
  crypto: ['text', 'environment'],
  dns: ['diagnostics', 'text', 'names', 'environment', 'limits'],
  message: words,
  spf: [...words, 'dns'],
  dkim: [...words, 'dns', 'crypto', 'message'],
  dmarc: [...words, 'dns'],
  https: ['environment'],
  bimi: [...words, 'dns', 'https'],
  'mta-sts': [...words, 'dns', 'https'],
  'tls-rpt': [...words, 'dns'],
  'authentication-results': [...words, 'message'],
  arc: [...words, 'dns', 'crypto', 'message', 'dkim', 'authentication-results'],
  authenticate: [...words, 'dns', 'crypto', 'message', 'spf', 'dkim', 'arc', 'dmarc', 'authentication-results'],
  reports: [...words, 'message', 'authenticate', 'dmarc', 'spf', 'dkim', 'dns'],
  audit: [...words, 'dns', 'spf', 'dkim', 'dmarc', 'bimi', 'mta-sts', 'tls-rpt', 'message', 'authenticate', 'reports'],
  resolvers: ['text', 'dns', 'environment'],
  cli: [
    ...['diagnostics', 'names', 'environment', 'limits', 'dns', 'spf', 'dkim', 'dmarc', 'bimi', 'mta-sts', 'tls-rpt'],
    ...['arc', 'authenticate', 'reports', 'audit', 'resolvers'],
  ],
};

const entryPoints = ['audit.ts', 'index.ts', 'core.ts', 'node.ts', 'public-suffix.ts', 'reports.ts'];
// The only files that may know a runtime, and the only one that may know psl.
const nodeFiles = /^(cli\/|resolvers\/node\.ts$|node\.ts$)/;
const pslFile = 'dmarc/public-suffix.ts';

const source = new URL('../src/', import.meta.url).pathname;
const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))
  .map((path) => path.replaceAll('\\', '/'));

function importsOf(file: string): string[] {
  const text = readFileSync(join(source, file), 'utf8');
  return [...text.matchAll(/(?:^(?:import|export)\b[^;'"]*?from\s+|\bimport\()\s*'([^']+)'/gm)].map(
    (match) => match[1]!,
  );
}

function folderOf(file: string): string {
  return file.includes('/') ? file.slice(0, file.indexOf('/')) : file.replace(/\.ts$/, '');
}

describe('architecture', () => {
  test('every file was found', () => {
    expect(files.length).toBeGreaterThan(40);
  });

  test.each(files.filter((file) => !entryPoints.includes(file)))('%s imports only what lies below it', (file) => {
    const own = folderOf(file);
    const wrong = importsOf(file)
      .filter((target) => target.startsWith('.'))
      .map((target) => relative(source, join(source, posix.dirname(file), target)).replaceAll('\\', '/'))
      .filter((target) => !target.startsWith('../'))
      .filter((target) => folderOf(target) !== own && !allowed[own]?.includes(folderOf(target)));
    expect(wrong).toEqual([]);
  });

  test.each(files)('%s imports no package that it may not know', (file) => {
    const packages = importsOf(file).filter((target) => !target.startsWith('.'));
    const wrong = packages.filter((name) => {
      if (name.startsWith('node:')) return !nodeFiles.test(file);
      if (name === 'psl') return file !== pslFile;
      if (name === 'fflate') return folderOf(file) !== 'reports';
      return !(name.startsWith('@noble/') && folderOf(file) === 'crypto');
    });
    expect(wrong).toEqual([]);
  });

  test('nothing portable imports a resolver or the command line', () => {
    const wrong = files
      .filter((file) => !['cli', 'resolvers'].includes(folderOf(file)) && !entryPoints.includes(file))
      .filter((file) => importsOf(file).some((target) => /\/(cli|resolvers)\//.test(target)));
    expect(wrong).toEqual([]);
  });

  test('no folder or file hides behind a name that says nothing', () => {
    expect(files.filter((file) => /(^|\/)(utils?|common|shared|helpers?|lib|types)(\/|\.ts$)/.test(file))).toEqual([]);
  });

  test('no file is longer than 400 lines', () => {
    const long = files.filter((file) => readFileSync(join(source, file), 'utf8').split('\n').length > 401);
    expect(long).toEqual([]);
  });
});
