import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { recipe, runProgram } from './support.mjs';

const check = (...args) => runProgram(process.execPath, ['check.mjs', ...args], { cwd: recipe('vendor-onboarding') });

test('onboarding check: DKIM decides, SPF is advice', async () => {
  const both = await check('shop.co.uk', 'bounces.shop.co.uk', 'shop.co.uk');
  assert.equal(both.code, 0);
  assert.match(
    both.output,
    /SPF: bounces\.shop\.co\.uk for shop\.co\.uk: aligned \(same-organizational-domain\), unless .* aspf=s/,
  );
  assert.match(both.output, /DKIM: shop\.co\.uk for shop\.co\.uk: aligned \(identical\)\n/);
  assert.doesNotMatch(both.output, /To do|Better/);

  const dkimOnly = await check('shop.co.uk', 'bounces.vendor.example', 'mail.shop.co.uk');
  assert.equal(dkimOnly.code, 0);
  assert.match(dkimOnly.output, /Better: a bounce domain below shop\.co\.uk/);

  const spfOnly = await check('shop.co.uk', 'bounces.shop.co.uk', 'vendor.example');
  assert.equal(spfOnly.code, 1);
  assert.match(spfOnly.output, /not aligned \(different-organizational-domain\)/);
  assert.match(spfOnly.output, /To do: .* sign with d=shop\.co\.uk/);

  const neighbour = await check('shop.co.uk', 'other.co.uk', 'other.co.uk');
  assert.equal(neighbour.code, 1);
  const broken = await check('shop.co.uk', 'not a domain', 'shop..co.uk');
  assert.equal(broken.code, 1);
  assert.match(broken.output, /not a domain/);
  assert.equal((await check('shop.co.uk')).code, 2);
});

test('unit tests of own mail: all pass, and they notice a change of DNS', async () => {
  const cwd = recipe('mail-unit-test');
  const env = { ...process.env };
  delete env.NODE_TEST_CONTEXT; // or the inner run would report to this one
  const args = ['--test', '--test-reporter=tap', 'newsletter.test.mjs'];
  const { code, output } = await runProgram(process.execPath, args, { cwd, env });
  assert.equal(code, 0, output);
  assert.match(output, /# pass 4\n# fail 0\n/);
  const source = readFileSync(join(cwd, 'newsletter.test.mjs'), 'utf8');
  const broken = source.replace("'s1._domainkey.example.com': {", "'s2._domainkey.example.com': {");
  const changed = await runProgram(process.execPath, ['--input-type=module', '-e', broken], { cwd, env });
  assert.notEqual(broken, source);
  assert.equal(changed.code, 1, changed.output);
});

const folders = readdirSync(recipe('.'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
for (const { name } of folders) {
  test(`${name}: listed, explained, short, and copyable as it is`, () => {
    assert.ok(readFileSync(join(recipe('.'), 'README.md'), 'utf8').includes(`(${name}/README.md)`));
    const originals = readdirSync(new URL(`../../docs/recipes/${name}/`, import.meta.url));
    assert.ok(originals.includes('README.md'));
    const programs = originals.filter((file) => /\.(ts|mjs|js)$/.test(file));
    assert.ok(programs.length > 0);
    for (const program of programs) {
      const text = readFileSync(join(recipe(name), program), 'utf8');
      assert.match(text, /from 'mailverdict(?:\/reports)?';\n/);
      assert.ok(text.split('\n').length <= 80, `${program} has ${text.split('\n').length - 1} lines`);
      // Nothing above the program's own folder, nothing of the machine it was written on.
      assert.doesNotMatch(text, /from '\.\.|'\/(?:home|work|tmp|usr)\//);
      // A recipe that can refuse mail asks the reader's function first.
      if (/setReject|'discard'|\b550\b/.test(text))
        assert.match(text, /=== 'reject' && shouldReject\(verdict\)|!== 'reject' \|\| !shouldReject\(verdict\)/);
    }
  });
}
