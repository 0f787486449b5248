import { readdirSync, readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { transformSync } from 'esbuild';
import { describe, expect, test } from 'vitest';

// Every TypeScript block of README and docs, and every @example of the sources, runs. A line `expression; // => value`
// says what the expression must give. Imports of the package mean the sources; examples of the sources need none.

const root = new URL('../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const entries: { readonly [specifier: string]: () => Promise<object> } = {
  mailverdict: () => import('../src/index.ts'),
  'mailverdict/audit': () => import('../src/audit.ts'),
  'mailverdict/core': () => import('../src/core.ts'),
  'mailverdict/public-suffix': () => import('../src/public-suffix.ts'),
  'mailverdict/node': () => import('../src/node.ts'),
  'mailverdict/reports': () => import('../src/reports.ts'),
  'node:dns': () => import('node:dns'),
  'node:fs/promises': () => import('node:fs/promises'),
};

interface Example {
  title: string;
  code: string;
}

function blocksOf(path: string): Example[] {
  const text = read(path);
  return [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => ({
    title: `${path}:${text.slice(0, match.index).split('\n').length}`,
    code: match[1]!,
  }));
}

function examplesOf(path: string): Example[] {
  const text = read(path);
  return [...text.matchAll(/^ *\* @example\n((?:^ *\*(?! @|\/).*\n)+)/gm)].map((match) => ({
    title: `${path}:${text.slice(0, match.index).split('\n').length}`,
    code: match[1]!.replace(/^ *\* ?/gm, ''),
  }));
}

async function runExample(code: string): Promise<void> {
  const names = new Map(
    Object.entries({
      ...(await entries.mailverdict!()),
      ...(await entries['mailverdict/node']!()),
      ...(await entries['mailverdict/reports']!()),
      ...(await entries['mailverdict/audit']!()),
    }),
  );
  const checked = code.replace(/^(.*?);\s*\/\/ => (.+)$/gm, (_, expression: string, value: string) => {
    return `__check((${expression}), (${value}), ${JSON.stringify(expression)});`;
  });
  const script = checked.replace(
    /^import\s*(\{[^}]*\})\s*from\s*'([^']+)';?$/gm,
    (_, list: string, specifier: string) => {
      const wanted = list.replace(/\btype\s+\w+,?/g, '').replaceAll(' as ', ': ');
      return `const ${wanted} = await __load('${specifier}');`;
    },
  );
  const { code: js } = transformSync(script, { loader: 'ts', target: 'es2022', tsconfigRaw: '{}' });
  const declared = new Set(
    [...js.matchAll(/\b(?:const|let|function|class)\s+(?:\{([^}]*)\}|(\w+))/g)].flatMap((m) =>
      (m[1] ?? m[2]!).split(/[\s,:]+/),
    ),
  );
  const globals = [...names.keys()].filter((name) => !declared.has(name) && name !== 'default');
  const load = async (specifier: string) => {
    const entry = entries[specifier];
    if (entry === undefined) throw new Error(`an example imports ${specifier}`);
    return entry();
  };
  const check = (actual: unknown, expected: unknown, expression: string) => {
    if (!isDeepStrictEqual(actual, expected)) expect(actual, expression).toEqual(expected);
  };
  const AsyncFunction = (async () => {}).constructor as new (
    ...args: string[]
  ) => (...args: unknown[]) => Promise<void>;
  await new AsyncFunction('__load', '__check', ...globals, js)(load, check, ...globals.map((name) => names.get(name)));
}

const documents = [
  'README.md',
  ...readdirSync(new URL('docs/', root))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const sources = readdirSync(new URL('src/', root), { recursive: true, encoding: 'utf8' }).filter((path) =>
  path.endsWith('.ts'),
);

describe('documentation', () => {
  test.each(documents.flatMap(blocksOf))('$title runs', ({ code }) => runExample(code));
  test.each(sources.flatMap((path) => examplesOf(`src/${path}`)))('$title runs', ({ code }) => runExample(code));
});
