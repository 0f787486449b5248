import { describe, expect, test } from 'vitest';
import type { FailureReason } from '../../src/dns/resolver.ts';
import { buildMtaStsRecord } from '../../src/mta-sts/build.ts';
import { lookupMtaSts } from '../../src/mta-sts/lookup.ts';
import { memoryResolver } from '../../src/resolvers/memory.ts';

const record = 'v=STSv1; id=1';
const policy = 'version: STSv1\nmode: enforce\nmx: mx.example.com\nmax_age: 604800\n';
const plain = { headers: { 'content-type': 'text/plain; charset=utf-8' } };
const ok = async () => new Response(policy, plain);
const lookup = (TXT: string[] | { failure: FailureReason }, fetch?: () => Promise<Response>) =>
  lookupMtaSts('example.com', {
    resolver: memoryResolver({ '_mta-sts.example.com': { TXT } }),
    ...(fetch && { fetch }),
  });
const codes = ({ diagnostics }: Awaited<ReturnType<typeof lookup>>) => diagnostics.map(({ code }) => code);

describe('look-up (RFC 8461 §3)', () => {
  test('record and policy', async () => {
    let asked: string | undefined;
    const fetch = async (url: unknown) => {
      asked = String(url);
      return new Response(policy, plain);
    };
    const result = await lookup([record], fetch as typeof ok);
    expect(asked).toBe('https://mta-sts.example.com/.well-known/mta-sts.txt');
    expect(result).toMatchObject({
      domain: 'example.com',
      status: 'found',
      name: '_mta-sts.example.com',
      text: record,
      record: { id: '1' },
      policyUrl: asked,
      policyText: policy,
      policy: { mode: 'enforce', mx: ['mx.example.com'], max_age: 604_800 },
      diagnostics: [],
    });
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  });

  test.each<[string, string[] | { failure: FailureReason }, object, string[]]>([
    ['no record', [], { status: 'none' }, []],
    ['another record', ['v=spf1 -all'], { status: 'none' }, []],
    [
      'what is only nearly one',
      ['v=STSv1 ; id=1'],
      { status: 'invalid', reason: 'record-syntax', record: { id: '1' } },
      ['mta-sts.version'],
    ],
    ['a record without id', ['v=STSv1;'], { status: 'invalid', reason: 'record-syntax' }, ['mta-sts.missing-id']],
    ['two records', [record, record], { status: 'invalid', reason: 'multiple-records' }, ['mta-sts.multiple-records']],
    [
      'a huge record',
      [`${record}; x=${'y'.repeat(9000)}`],
      { status: 'invalid', reason: 'record-too-large' },
      ['mta-sts.record-too-large'],
    ],
    ['a failure', { failure: 'timeout' }, { status: 'unknown', reason: 'dns-failure' }, ['mta-sts.dns-failure']],
  ])('%s: the policy is not asked for', async (_, TXT, expected, found) => {
    const result = await lookup(TXT, () => Promise.reject(new Error('asked for')));
    expect(result).toMatchObject(expected);
    expect(codes(result)).toEqual(found);
  });

  test.each<[string, (() => Promise<Response>) | undefined, object, string[]]>([
    ['no fetch', undefined, { status: 'unknown', reason: 'no-fetch' }, ['mta-sts.policy-not-fetched']],
    [
      'a network error',
      () => Promise.reject(new Error('no route')),
      { status: 'unknown', reason: 'policy-unavailable' },
      ['mta-sts.policy-not-fetched'],
    ],
    [
      'a server that is out of order',
      async () => new Response('', { status: 503 }),
      { status: 'unknown', reason: 'policy-unavailable' },
      ['mta-sts.policy-not-fetched'],
    ],
    [
      'no such file',
      async () => new Response('', { status: 404 }),
      { status: 'invalid', reason: 'policy-unavailable' },
      ['mta-sts.policy-unavailable'],
    ],
    [
      'a redirect',
      async () => new Response('', { status: 302 }),
      { status: 'invalid', reason: 'policy-unavailable' },
      ['mta-sts.policy-unavailable'],
    ],
    [
      'more than 64 KB',
      async () => new Response('x'.repeat(65_537)),
      { status: 'invalid', reason: 'policy-unavailable' },
      ['mta-sts.policy-unavailable'],
    ],
    [
      'another type',
      async () => new Response(policy, { headers: { 'content-type': 'text/html' } }),
      { status: 'found' },
      ['mta-sts.content-type'],
    ],
    [
      'octets that are no text',
      async () => new Response(Uint8Array.of(0xff, 0xfe), plain),
      { status: 'invalid', reason: 'policy-syntax' },
      ['mta-sts.policy-not-utf8'],
    ],
    [
      'a policy with faults',
      async () => new Response('version: STSv1\nmode: none\n', plain),
      { status: 'invalid', reason: 'policy-syntax' },
      ['mta-sts.policy-none', 'mta-sts.policy-missing-field'],
    ],
    [
      'a faulty line in a policy',
      async () => new Response(`${policy}junk`, plain),
      { status: 'invalid', policy: { mode: 'enforce' } },
      ['mta-sts.policy-line'],
    ],
  ])('%s', async (_, fetch, expected, found) => {
    const result = await lookup([record], fetch);
    expect(result).toMatchObject(expected);
    expect(codes(result)).toEqual(found);
    for (const { subject } of result.diagnostics) expect(subject).toBe(result.policyUrl);
  });

  test('a CNAME to a provider is followed, and a name that is too long does not exist', async () => {
    const resolver = memoryResolver({
      '_mta-sts.example.com': { CNAME: ['sts.provider.example'] },
      'sts.provider.example': { TXT: [record] },
    });
    expect((await lookupMtaSts('example.com', { resolver, fetch: ok })).status).toBe('found');
  });

  test('wrong arguments', async () => {
    await expect(lookupMtaSts(5 as never, { resolver: memoryResolver({}) })).rejects.toThrow(
      '"domain" must be a string',
    );
    await expect(lookupMtaSts('example.com', null as never)).rejects.toThrow('"env.resolver"');
  });
});

describe('build', () => {
  const build = (options: object) =>
    buildMtaStsRecord({ domain: 'example.com', mode: 'enforce', mx: 'mx.example.com', ...options });

  test('record and policy', () => {
    expect(build({ id: 'a1' })).toEqual({
      ok: true,
      value: {
        name: '_mta-sts.example.com',
        type: 'TXT',
        text: 'v=STSv1; id=a1',
        chunks: ['v=STSv1; id=a1'],
        zoneLine: '_mta-sts.example.com. IN TXT "v=STSv1; id=a1"',
        policy: {
          url: 'https://mta-sts.example.com/.well-known/mta-sts.txt',
          text: 'version: STSv1\r\nmode: enforce\r\nmx: mx.example.com\r\nmax_age: 604800\r\n',
        },
      },
      diagnostics: [],
    });
  });

  test('the id follows the policy', () => {
    const id = (options: object) => build(options).value?.text;
    expect(id({})).toMatch(/^v=STSv1; id=[0-9a-f]{16}$/);
    expect(id({})).toBe(id({}));
    expect(id({ mode: 'testing' })).not.toBe(id({}));
    expect(id({ mx: 'mx2.example.com' })).not.toBe(id({}));
  });

  test.each([
    [
      { mx: ['*.Bücher.example', 'MX.example.com', 'mx.example.com'] },
      ['*.xn--bcher-kva.example', 'mx.example.com'],
      [],
    ],
    [{ mx: [] }, [], ['mta-sts.policy-missing-field']],
    [{ mx: 'mx.example.com\r\nmode: none' }, [], ['mta-sts.build-mx', 'mta-sts.policy-missing-field']],
    [{ mx: 'a_b.example' }, ['a_b.example'], ['mta-sts.policy-mx']],
    [{ id: '1; x=2' }, ['mx.example.com'], ['mta-sts.build-id']],
    [{ max_age: 60 }, ['mx.example.com'], ['mta-sts.policy-short']],
    [{ max_age: 40_000_000 }, ['mx.example.com'], ['mta-sts.policy-max-age']],
    [{ mode: 'none', mx: [] }, [], ['mta-sts.policy-none']],
  ])('%j', (options, mx, expected) => {
    const { value, diagnostics } = build(options);
    expect([...value!.policy.text.matchAll(/^mx: (.*)\r$/gm)].map(([, host]) => host)).toEqual(mx);
    expect(diagnostics.map(({ code }) => code)).toEqual(expected);
    expect(value?.text).toMatch(/^v=STSv1; id=[a-z\d]+$/i);
  });

  test.each([
    [{ mode: 'enforced' }, '"mode" must be one of "enforce", "testing", "none", received "enforced"'],
    [{ max_age: 1.5 }, '"max_age" must be a number of seconds, received 1.5'],
    [{ id: 5 }, '"id" must be a string'],
    [{ domain: '' }, '"domain" must be a domain name'],
  ])('%j', (options, message) => {
    expect(() => build(options)).toThrow(message);
  });
});
