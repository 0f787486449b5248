import { gzipSync } from 'node:zlib';
import { describe, expect, test, vi } from 'vitest';
import { buildBimiRecord } from '../../src/bimi/build.ts';
import { formatBimiRecord } from '../../src/bimi/format.ts';
import { lookupBimi } from '../../src/bimi/lookup.ts';
import { parseBimiRecord } from '../../src/bimi/parse.ts';
import { memoryResolver, type Zone } from '../../src/resolvers/memory.ts';

type Finding = [code: string, place: string, replacement?: string];

const l = 'l=https://example.com/logo.svg';
const a = 'a=https://example.com/vmc.pem';
const both = `v=BIMI1; ${l}; ${a}`;

describe('the record (BIMI draft §4.3)', () => {
  test.each([both, `v=BIMI1;${a};${l};`, ` v = BIMI1 ; ${l} ; ${a}`, `${both}; avp=personal; lps=news,brand-x`])(
    '%s',
    (text) => {
      const { ok, value, diagnostics } = parseBimiRecord(text);
      expect({ ok, diagnostics }).toEqual({ ok: true, diagnostics: [] });
      expect(value).toMatchObject({
        v: 'BIMI1',
        l: 'https://example.com/logo.svg',
        a: 'https://example.com/vmc.pem',
        declined: false,
      });
      for (const { name, span } of value!.tags) expect(text.slice(span.start, span.end)).toMatch(RegExp(`^${name}`));
      expect(parseBimiRecord(formatBimiRecord(value!)).value).toMatchObject({
        l: value!.l,
        a: value!.a,
        avp: value!.avp,
        lps: value!.lps,
      });
      expect(parseBimiRecord(formatBimiRecord({ ...value!, tags: [] })).value).toMatchObject({
        l: value!.l,
        avp: value!.avp,
        lps: value!.lps,
      });
    },
  );

  test.each<[string, Finding[]]>([
    [`v=bimi1; ${l}; ${a}`, [['bimi.version', 'v=bimi1', 'v=BIMI1']]],
    [`v=BIMI; ${l}; ${a}`, [['bimi.version', 'v=BIMI', 'v=BIMI1']]],
    [`${l}; ${a}`, [['bimi.version', '', 'v=BIMI1; ']]],
    [`${l}; v=BIMI1; ${a}`, [['bimi.version', '', 'v=BIMI1; ']]],
    [`v=BIMI1 ${l}; ${a}`, [['bimi.separator', ' ', '; ']]],
    [`v=BIMI1; ${l}, ${a}`, [['bimi.separator', ', ', '; ']]],
    [`"${both}"`, [['bimi.pasted', `"${both}"`, both]]],
    [`v=BIMI1; ${l}; ${a}\u200b`, [['bimi.character', '\u200b', '']]],
    [`v=BIMI1; ${l}; ${a}; junk`, [['bimi.tag-syntax', ' junk', '']]],
    [`v=BIMI1; ${l}; ${a}; z=1`, [['bimi.unknown-tag', 'z']]],
    [`v=BIMI1; ${l}; ${a}; ${a}`, [['bimi.duplicate-tag', ` ${a}`, '']]],
    [`v=BIMI1; ${a}`, [['bimi.missing-location', '']]],
    [`v=BIMI1; l=; ${a}`, [['bimi.evidence-alone', a]]],
    ['v=BIMI1; l=; a=', [['bimi.declined', 'l=']]],
    ['v=BIMI1; l=;', [['bimi.declined', 'l=']]],
    [`v=BIMI1; ${l}`, [['bimi.no-evidence', l]]],
    [
      `v=BIMI1; l=http://example.com/logo.svg; ${a}`,
      [['bimi.uri', 'http://example.com/logo.svg', 'https://example.com/logo.svg']],
    ],
    [`v=BIMI1; l=example.com/logo.svg; ${a}`, [['bimi.uri', 'example.com/logo.svg', 'https://example.com/logo.svg']]],
    [
      `v=BIMI1; l=https://a.example/x.svg,https://b.example/y.svg; ${a}`,
      [['bimi.uri', 'https://a.example/x.svg,https://b.example/y.svg']],
    ],
    [`v=BIMI1; l=https://localhost/x.svg; ${a}`, [['bimi.uri', 'https://localhost/x.svg']]],
    [`v=BIMI1; l=https://example.com/logo.png; ${a}`, [['bimi.indicator-format', 'https://example.com/logo.png']]],
    [`v=BIMI1; ${l}; a=self`, [['bimi.uri', 'self']]],
    [`${both}; avp=Brand`, [['bimi.preference', 'Brand', 'brand']]],
    [`${both}; avp=logo`, [['bimi.preference', 'logo']]],
    [`${both}; lps=a_b,c`, [['bimi.local-parts', 'a_b,c']]],
  ])('%s', (text, expected) => {
    const found = parseBimiRecord(text).diagnostics.map(({ code, span, fix }): Finding => {
      const place = text.slice(span!.start, span!.end);
      return fix === undefined ? [code, place] : [code, place, fix.replacement!];
    });
    expect(found).toEqual(expected);
  });

  test('wrong words fall back', () => {
    expect(parseBimiRecord(`${both}; avp=logo; lps=`).value).toMatchObject({ avp: 'brand', lps: [] });
    expect(parseBimiRecord(`${both}; lps=a_b, c`).value?.lps).toEqual(['c']);
  });

  test.each([' ', '\t,', 'a,', 'a ', ';', 'l= ', 'https://a.'])('time is linear: %j', (unit) => {
    const start = performance.now();
    for (const head of ['v=BIMI1; lps=', 'v=BIMI1; l=https://a.', '"v=BIMI1;']) {
      parseBimiRecord(`${head}${unit.repeat(60_000 / unit.length)}!`);
    }
    expect(performance.now() - start).toBeLessThan(8000);
  });

  test.each(['v=spf1 -all', '', 'v=DMARC1; p=none'])('%j is no BIMI record', (text) => {
    expect(parseBimiRecord(text)).not.toHaveProperty('value');
  });
});

describe('look-up (BIMI draft §7.2)', () => {
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" version="1.2" baseProfile="tiny-ps" viewBox="0 0 8 8"><title>E</title><desc>E</desc></svg>';
  const typed = { headers: { 'content-type': 'image/svg+xml' } };
  const zone: Zone = {
    'default._bimi.example.com': { TXT: [both, 'v=spf1 -all'] },
    'x._bimi.example.com': { TXT: ['v=BIMI1; l=; a='] },
    'default._bimi.two.example': { TXT: [both, both] },
    'default._bimi.near.example.com': { TXT: ['v=bimi1; l='] },
    'default._bimi.near.example.org': { TXT: ['v=bimi1; l='] },
    'default._bimi.down.example.com': { TXT: { failure: 'servfail' } },
    'default._bimi.big.example': { TXT: [`${both}; x=${'y'.repeat(9000)}`] },
  };
  const lookup = (
    domain: string,
    options: object = {},
    fetch: typeof globalThis.fetch = async () => new Response(svg, typed),
  ) =>
    lookupBimi(domain, { resolver: memoryResolver(zone), fetch }, { organizationalDomain: 'example.com', ...options });

  test('a record, its indicator, and evidence that is not verified', async () => {
    const result = await lookup('example.com');
    expect(result).toMatchObject({
      domain: 'example.com',
      selector: 'default',
      status: 'found',
      name: 'default._bimi.example.com',
      text: both,
      indicator: { uri: 'https://example.com/logo.svg', validation: 'conforms', value: { title: 'E' } },
      evidence: { uri: 'https://example.com/vmc.pem', validation: 'not-checked' },
    });
    expect(result.diagnostics.map(({ code }) => code)).toEqual(['bimi.evidence-not-checked']);
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  });

  test.each<[string, object, object]>([
    ['news.example.com', {}, { status: 'found', name: 'default._bimi.example.com' }],
    ['news.example.com', { organizationalDomain: () => 'example.com' }, { status: 'found' }],
    [
      'news.example.com',
      { organizationalDomain: undefined },
      { status: 'none', name: 'default._bimi.news.example.com' },
    ],
    ['news.example.com', { organizationalDomain: 'example.org' }, { status: 'none' }],
    ['example.com', { selector: 'X' }, { status: 'declined', selector: 'X', name: 'x._bimi.example.com' }],
    [
      'two.example',
      {},
      { status: 'invalid', reason: 'multiple-records', diagnostics: [{ code: 'bimi.multiple-records' }] },
    ],
    ['near.example.com', {}, { status: 'found', name: 'default._bimi.example.com' }],
    ['near.example.org', {}, { status: 'invalid', reason: 'record-syntax' }],
    ['down.example.com', {}, { status: 'unknown', reason: 'dns-failure', diagnostics: [{ code: 'bimi.dns-failure' }] }],
    [
      'big.example',
      {},
      { status: 'invalid', reason: 'record-too-large', diagnostics: [{ code: 'bimi.record-too-large' }] },
    ],
  ])('%s, %j', async (domain, options, expected) => {
    expect(await lookup(domain, options)).toMatchObject(expected);
  });

  test.each<[string, () => Promise<Response>, string, string[]]>([
    ['404', async () => new Response('', { status: 404 }), 'faulty', ['bimi.indicator-unavailable']],
    ['503', async () => new Response('', { status: 503 }), 'not-checked', ['bimi.indicator-not-checked']],
    ['no route', () => Promise.reject(new Error('no route')), 'not-checked', ['bimi.indicator-not-checked']],
    ['another type', async () => new Response(svg), 'conforms', ['bimi.content-type']],
    ['compressed (.svgz)', async () => new Response(gzipSync(svg), typed), 'conforms', []],
    [
      'compressed, cut off',
      async () => new Response(gzipSync(svg).subarray(0, 60), typed),
      'faulty',
      ['bimi.indicator-unavailable'],
    ],
    [
      'a bomb of 20 MB in 20 kB',
      async () => new Response(gzipSync(new Uint8Array(20_000_000)), typed),
      'faulty',
      ['bimi.indicator-unavailable'],
    ],
    ['a compressed page', async () => new Response(gzipSync('<html></html>'), typed), 'faulty', ['bimi.svg-root']],
    ['no UTF-8', async () => new Response(Uint8Array.of(0xff), typed), 'faulty', ['bimi.indicator-unavailable']],
    ['no SVG', async () => new Response('<html></html>', typed), 'faulty', ['bimi.svg-root']],
  ])('indicator: %s', async (_, fetch, validation, codes) => {
    const { indicator, diagnostics, status } = await lookup('example.com', {}, fetch);
    expect(status).toBe('found');
    expect(indicator?.validation).toBe(validation);
    expect(diagnostics.map(({ code }) => code)).toEqual(expect.arrayContaining(codes));
  });

  test('a compressed indicator is not checked where the runtime cannot inflate', async () => {
    vi.stubGlobal('DecompressionStream', undefined);
    const { indicator, diagnostics } = await lookup('example.com', {}, async () => new Response(gzipSync(svg), typed));
    vi.unstubAllGlobals();
    expect(indicator?.validation).toBe('not-checked');
    expect(diagnostics.map(({ message }) => message)).toContain(
      'The indicator at https://example.com/logo.svg was not checked: it is compressed, and this runtime cannot inflate it',
    );
  });

  describe('a local part with a record of its own', () => {
    const local = 'l=https://example.com/local.svg';
    const resolver = memoryResolver({
      'default._bimi.example.com': { TXT: [`${both}; lps=news,brand-X`] },
      'news._bimi.example.com': { TXT: [`v=BIMI1; ${local}; ${a}`] },
      'news-daily._bimi.example.com': { TXT: ['v=BIMI1; l=; a='] },
      'news-two._bimi.example.com': { TXT: [both, both] },
      'news-typo._bimi.example.com': { TXT: [`v=BIMI1; l=ftp://example.com/x; ${a}`] },
      'brand-x-y._bimi.example.com': { TXT: [`v=BIMI1; ${local}; ${a}; lps=brand`] },
      'news-down._bimi.example.com': { TXT: { failure: 'servfail' } },
      'other._bimi.example.com': { TXT: [`v=BIMI1; ${local}; ${a}`] },
      'default._bimi.out.example': { TXT: ['v=BIMI1; l=; a=; lps=news'] },
      'news._bimi.out.example': { TXT: [`v=BIMI1; ${local}; ${a}`] },
    });
    const fetch = async () => new Response(svg, typed);

    test.each<[string, string, object]>([
      ['example.com', 'news', { selector: 'news', name: 'news._bimi.example.com', indicator: { uri: local.slice(2) } }],
      ['example.com', 'NEWS+offer=me', { selector: 'news', status: 'found' }],
      ['example.com', '_News_.', { selector: 'news', status: 'found' }],
      ['example.com', 'news._daily', { selector: 'news-daily', status: 'declined' }],
      ['example.com', 'Brand.X_.y', { selector: 'brand-x-y', status: 'found' }],
      ['sub.example.com', 'news', { selector: 'news', name: 'news._bimi.example.com' }],
      ['out.example', 'newsletter', { selector: 'default', status: 'declined' }],
      ['out.example', 'news', { selector: 'news', status: 'found' }],
      ['example.com', 'news.down', { selector: 'news-down', status: 'unknown', reason: 'dns-failure' }],
      ['example.com', 'news.none', { selector: 'default', status: 'found' }],
      ['example.com', 'news.two', { selector: 'default', diagnostics: [{}, { code: 'bimi.multiple-records' }] }],
      ['example.com', 'news.typo', { selector: 'default', diagnostics: [{}, { code: 'bimi.uri' }] }],
      ['example.com', 'other', { selector: 'default' }],
      ['example.com', `news${'x'.repeat(60)}`, { selector: 'default' }],
      ['example.com', '"news"', { selector: 'default' }],
      ['example.com', '+news', { selector: 'default' }],
    ])('%s, %s', async (domain, localPart, expected) => {
      const result = await lookupBimi(domain, { resolver, fetch }, { localPart, organizationalDomain: 'example.com' });
      expect(result).toMatchObject(expected);
      expect(result.name).toMatch(RegExp(`^${result.selector}[.]_bimi[.]`));
    });

    test('time is linear', async () => {
      const start = performance.now();
      for (const unit of ['-', '._', 'a-', '+']) {
        await lookupBimi('example.com', { resolver }, { localPart: unit.repeat(500_000) });
      }
      expect(performance.now() - start).toBeLessThan(4000);
    });
  });

  test('wrong arguments', async () => {
    await expect(lookup('example.com', { localPart: 5 })).rejects.toThrow('"localPart" must be a string, received 5');
    await expect(lookup('example.com', { selector: 'a b' })).rejects.toThrow(
      '"selector" must be labels of a domain name',
    );
    await expect(lookup('example.com', { organizationalDomain: 5 })).rejects.toThrow(
      'must be a domain name or a function',
    );
    await expect(lookup('1.2.3.4')).rejects.toThrow('"domain" must be a domain name');
  });
});

describe('build', () => {
  const build = (options: object) => buildBimiRecord({ domain: 'example.com', ...options });

  test.each<[object, string, string[]]>([
    [{ l: 'https://example.com/logo.svg', a: 'https://example.com/vmc.pem' }, both, ['bimi.build-policy']],
    [{ declined: true }, 'v=BIMI1; l=; a=', ['bimi.declined']],
    [
      { l: 'https://example.com/a,b;c.svg', avp: 'personal', lps: ['news', 'a;b'] },
      'v=BIMI1; l=https://example.com/a%2Cb%3Bc.svg; avp=personal; lps=news',
      ['bimi.build-local-part', 'bimi.no-evidence', 'bimi.build-policy'],
    ],
    [
      { declined: true, l: 'https://example.com/logo.svg' },
      'v=BIMI1; l=https://example.com/logo.svg',
      ['bimi.build-declined', 'bimi.no-evidence'],
    ],
    [
      { l: 'http://example.com/logo.svg' },
      'v=BIMI1; l=http://example.com/logo.svg',
      ['bimi.uri', 'bimi.no-evidence', 'bimi.build-policy'],
    ],
    [
      { a: 'https://example.com/vmc.pem' },
      'v=BIMI1; l=; a=https://example.com/vmc.pem',
      ['bimi.evidence-alone', 'bimi.build-policy'],
    ],
  ])('%j', (options, text, codes) => {
    const { value, diagnostics } = build(options);
    expect(value).toMatchObject({ name: 'default._bimi.example.com', text });
    expect(diagnostics.map(({ code }) => code)).toEqual(codes);
  });

  test('wrong options', () => {
    expect(() => build({})).toThrow('"l" must be the URI of the indicator, received undefined');
    expect(() => build({ l: 'x', avp: 'both' })).toThrow('"avp" must be one of "brand", "personal", received "both"');
    expect(() => build({ l: 'x', selector: '' })).toThrow('"selector"');
  });
});
