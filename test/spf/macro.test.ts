import { describe, expect, test } from 'vitest';
import { memoryResolver, type Zone } from '../../src/resolvers/memory.ts';
import { evaluateSpf, type SpfInput } from '../../src/spf/evaluate.ts';

const rfc: SpfInput = { ip: '192.0.2.3', helo: 'mx.example.org', mailFrom: 'strong-bad@email.example.com' };
const ip6 = '2001:db8::cb01';

/** What a domain-spec stands for. */
async function targetOf(domainSpec: string, question: SpfInput = rfc, zone: Zone = {}): Promise<string | undefined> {
  const resolver = memoryResolver({ ...zone, 'email.example.com': { TXT: [`v=spf1 exists:${domainSpec} ?all`] } });
  const { trace } = await evaluateSpf(question, { resolver });
  return trace.steps[0]?.target;
}

/** What an explanation stands for. */
async function textOf(explanation: string, question: SpfInput = rfc, zone: Zone = {}): Promise<string | undefined> {
  const resolver = memoryResolver({
    ...zone,
    'email.example.com': { TXT: ['v=spf1 -all exp=why.example.net'] },
    'why.example.net': { TXT: [explanation] },
  });
  return (await evaluateSpf(question, { resolver })).explanation;
}

describe('the examples of RFC 7208 §7.4', () => {
  test.each([
    ['%{s}', 'strong-bad@email.example.com'],
    ['%{o}', 'email.example.com'],
    ['%{d}', 'email.example.com'],
    ['%{d4}', 'email.example.com'],
    ['%{d3}', 'email.example.com'],
    ['%{d2}', 'example.com'],
    ['%{d1}', 'com'],
    ['%{dr}', 'com.example.email'],
    ['%{d2r}', 'example.email'],
    ['%{l}', 'strong-bad'],
    ['%{l-}', 'strong.bad'],
    ['%{lr}', 'strong-bad'],
    ['%{lr-}', 'bad.strong'],
    ['%{l1r-}', 'strong'],
  ])('%s is %s', async (macro, expansion) => {
    expect(await targetOf(macro)).toBe(expansion);
    expect(await textOf(macro)).toBe(expansion);
  });

  test.each([
    ['%{ir}.%{v}._spf.%{d2}', '3.2.0.192.in-addr._spf.example.com', rfc.ip],
    ['%{lr-}.lp._spf.%{d2}', 'bad.strong.lp._spf.example.com', rfc.ip],
    ['%{lr-}.lp.%{ir}.%{v}._spf.%{d2}', 'bad.strong.lp.3.2.0.192.in-addr._spf.example.com', rfc.ip],
    ['%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}', '3.2.0.192.in-addr.strong.lp._spf.example.com', rfc.ip],
    ['%{d2}.trusted-domains.example.net', 'example.com.trusted-domains.example.net', rfc.ip],
    [
      '%{ir}.%{v}._spf.%{d2}',
      '1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6._spf.example.com',
      ip6,
    ],
  ])('%s is %s', async (domainSpec, expansion, ip) => {
    expect(await targetOf(domainSpec, { ...rfc, ip })).toBe(expansion);
  });
});

describe('letters (RFC 7208 §7.2)', () => {
  test.each<[string, string, Partial<SpfInput>]>([
    ['%{h}', 'mx.example.org', {}],
    ['%{h}', 'unknown', { helo: '' }],
    ['%{h}', 'unknown', { helo: 'x.'.repeat(200) }],
    ['%{h}', 'xn--bcher-kva.example', { helo: 'bücher.example' }],
    ['%{i}', '192.0.2.3', {}],
    ['%{i}', '192.0.2.3', { ip: '::ffff:192.0.2.3' }],
    ['%{v}', 'in-addr', {}],
    ['%{v}', 'ip6', { ip: ip6 }],
    ['%{l}', 'postmaster', { mailFrom: '@email.example.com' }],
    ['%{s}', 'postmaster@email.example.com', { mailFrom: '', helo: 'email.example.com' }],
    ['%{s}', 'postmaster@email.example.com', { identity: 'helo', helo: 'email.example.com' }],
    ['%{o}', 'email.example.com', { mailFrom: 'x@EMAIL.example.com.' }],
    ['%{l}.x', '"a@b".x', { mailFrom: '"a@b"@email.example.com' }],
    ['%{p}.x', 'unknown.x', {}],
  ])('%s is %s with %j', async (macro, expansion, question) => {
    expect(await targetOf(macro, { ...rfc, ...question })).toBe(expansion);
  });

  test.each([
    ['%{c}', '192.0.2.3', rfc],
    ['%{c}', '2001:db8::cb01', { ...rfc, ip: '2001:DB8:0::CB01' }],
    ['%{r}', 'unknown', rfc],
    ['%{r}', 'mta.example.net', { ...rfc, receiver: 'mta.example.net' }],
    ['%{i}', '2.0.0.1.0.D.B.8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.C.B.0.1', { ...rfc, ip: ip6 }],
    ['%{d}', 'email.example.com', rfc],
  ])('%s in an explanation is %s', async (macro, expansion, question) => {
    expect(await textOf(macro, question)).toBe(expansion);
  });

  test('d is the current domain and o that of the sender, in an include and after a redirect', async () => {
    const zone: Zone = {
      'email.example.com': { TXT: ['v=spf1 include:child.example redirect=other.example'] },
      'child.example': { TXT: ['v=spf1 exists:%{d}.%{o}.x.example ?all'] },
      'other.example': { TXT: ['v=spf1 exists:%{d}.%{o}.x.example -all exp=why.%{d}'] },
      'why.other.example': { TXT: ['%{d} for %{o}'] },
    };
    const { trace, explanation } = await evaluateSpf(rfc, { resolver: memoryResolver(zone) });
    expect(trace.steps[0]?.check?.steps[0]?.target).toBe('child.example.email.example.com.x.example');
    expect(trace.steps[1]?.check?.steps[0]?.target).toBe('other.example.email.example.com.x.example');
    expect(explanation).toBe('other.example for email.example.com');
  });
});

describe('%{p} (RFC 7208 §7.3)', () => {
  const pointers = (...PTR: string[]): Zone => ({ '3.2.0.192.in-addr.arpa': { PTR } });
  const here = { A: ['192.0.2.3'] };

  test.each<[string, Zone, string]>([
    [
      'the domain itself first',
      {
        ...pointers('a.example', 'x.email.example.com', 'Email.Example.Com.'),
        'a.example': here,
        'x.email.example.com': here,
        'email.example.com': here,
      },
      'email.example.com',
    ],
    [
      'then a name below it',
      { ...pointers('a.example', 'x.email.example.com'), 'a.example': here, 'x.email.example.com': here },
      'x.email.example.com',
    ],
    ['then any', { ...pointers('a.example', 'b.example'), 'b.example': here }, 'b.example'],
    [
      'only validated names',
      { ...pointers('x.email.example.com'), 'x.email.example.com': { A: ['192.0.2.4'] } },
      'unknown',
    ],
    [
      'a failed lookup of an address is skipped',
      { ...pointers('a.example', 'b.example'), 'a.example': { A: { failure: 'timeout' } }, 'b.example': here },
      'b.example',
    ],
    ['a failed lookup of PTR is unknown', { '3.2.0.192.in-addr.arpa': { PTR: { failure: 'timeout' } } }, 'unknown'],
  ])('%s', async (_, zone, name) => {
    const full: Zone = {
      ...zone,
      'email.example.com': {
        ...zone['email.example.com'],
        TXT: ['v=spf1 -exists:%{p}.x.example -all exp=%{p}.y.example'],
      },
    };
    full[`${name}.y.example`] = { TXT: ['from %{p}'] };
    const { trace, explanation } = await evaluateSpf(rfc, { resolver: memoryResolver(full) });
    expect(trace.steps[0]?.target).toBe(`${name}.x.example`);
    expect(explanation).toBe(`from ${name}`);
  });
});

describe('transformers and escapes (RFC 7208 §7.1, §7.3)', () => {
  test.each<[string, string, string]>([
    ['%{l2r+-}', 'foo-bar+zip+quux', 'bar.foo'],
    ['%{l+}', 'a+b-c', 'a.b-c'],
    ['%{l=_,/}', 'a=b_c/d', 'a.b.c.d'],
    ['%{lr-}.x', '-a--b-', '.b..a..x'],
    ['%{l1-}.x', 'a-', '.x'],
    ['%{l127}', 'a.b', 'a.b'],
    ['%{l99999999999r}', 'a.b', 'b.a'],
    ['%{L}', "j&j=~a_b.c-d!*'", 'j%26j%3D~a_b.c-d%21%2A%27'],
    ['%{L2R+}', 'a&+b&+c', 'b%26.a%26'],
  ])('%s of %s is %s', async (macro, localPart, expansion) => {
    const mailFrom = `${localPart}@email.example.com`;
    expect(await textOf(macro, { ...rfc, mailFrom })).toBe(expansion);
  });

  test('%% is a percent sign, %_ a space, %- an encoded space', async () => {
    expect(await textOf('100%% of%_it%-')).toBe('100% of it%20');
    expect(await targetOf('a%%b%_c%-.example.com')).toBe('a%b c%20.example.com');
  });

  test('octets beyond ASCII are escaped one by one', async () => {
    expect(await textOf('%{H}', { ...rfc, helo: 'ü b' })).toBe('%C3%BC%20b');
  });

  test('a name of more than 253 characters loses labels on the left', async () => {
    const long = `${'a'.repeat(40)}.`.repeat(6);
    const cut = await targetOf(`${long}%{d}`);
    expect(cut).toBe(`${`${'a'.repeat(40)}.`.repeat(5)}email.example.com`);
    expect(await targetOf(`${'%{d}.'.repeat(40)}%{d}`)).toBe(Array(14).fill('email.example.com').join('.'));
    expect(await targetOf(`${`${'a'.repeat(63)}.`.repeat(3)}${'b'.repeat(57)}.x23`)).toHaveLength(253);
    expect(await targetOf(`${`${'a'.repeat(63)}.`.repeat(3)}${'b'.repeat(58)}.x23`)).toHaveLength(190);
  });

  test('a macro that expands to more than a name holds is cut, however often it is written', async () => {
    const mailFrom = `${'long-local-part.'.repeat(60)}x@email.example.com`;
    const target = await targetOf(`${'%{l}.'.repeat(1000)}%{d}`, { ...rfc, mailFrom });
    expect(target?.length).toBeLessThanOrEqual(253);
    expect(target?.endsWith('.x.email.example.com')).toBe(true);
    expect(await targetOf('%{l}', { ...rfc, mailFrom: `${'x'.repeat(600)}@email.example.com` })).toBeUndefined();
  });
});
