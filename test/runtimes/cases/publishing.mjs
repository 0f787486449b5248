import { equal, matches, ok, plainData } from '../assertions.mjs';
import { fromBase64 } from '../bytes.mjs';

const built = [
  [
    'buildDmarcRecord',
    { domain: 'example.com', p: 'none', rua: 'a@example.com' },
    'v=DMARC1; p=none; rua=mailto:a@example.com',
  ],
  [
    'buildSpfRecord',
    { domain: 'example.com', addresses: '192.0.2.0/28', include: 'a.example' },
    'v=spf1 ip4:192.0.2.0/28 include:a.example ~all',
  ],
  [
    'buildDkimKeyRecord',
    { domain: 'example.com', selector: 'a', publicKey: '11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=' },
    'v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=',
  ],
  [
    'buildBimiRecord',
    { domain: 'example.com', l: 'https://example.com/a.svg' },
    'v=BIMI1; l=https://example.com/a.svg',
  ],
  ['buildMtaStsRecord', { domain: 'example.com', mode: 'testing', mx: 'mx.example.com', id: '1' }, 'v=STSv1; id=1'],
  ['buildTlsRptRecord', { domain: 'example.com', rua: 'a@example.com' }, 'v=TLSRPTv1; rua=mailto:a@example.com'],
];

// An indicator in SVG Tiny PS, compressed.
const svgz =
  'H4sIAAAAAAACAyWMyw7CIBAAf2Wzd3nUmwEOJt77C1pXJEFoWMLWv2+qp5m5jOMRYfvkwh7fva8XrUVEyVnVFvVkjNE8IsKgxqkWj1ZNCI8709zq' +
  'K2Xy2FP5nlZGGInkWjePBgxYsBhcTz1TuDn9F/ckXo780R3rsAMoANC0ggAAAA==';

const read = [
  ['parseBimiRecord', 'formatBimiRecord', 'v=BIMI1; l=https://example.com/a.svg'],
  ['parseMtaStsRecord', 'formatMtaStsRecord', 'v=STSv1; id=20261121'],
  [
    'parseMtaStsPolicy',
    'formatMtaStsPolicy',
    'version: STSv1\r\nmode: enforce\r\nmx: *.example.net\r\nmax_age: 604800\r\n',
  ],
  ['parseTlsRptRecord', 'formatTlsRptRecord', 'v=TLSRPTv1; rua=mailto:a@example.com'],
];

const svg =
  '<svg xmlns="http://www.w3.org/2000/svg" version="1.2" baseProfile="tiny-ps" viewBox="0 0 1 1"><title>A</title><script/></svg>';

export const publishingCases = [
  ...built.map(([name, options, text]) => ({
    name: `${name} builds the record to publish`,
    run(lib) {
      const parsed = lib[name](options);
      ok(parsed.ok, 'the record has errors');
      ok(parsed.value.text.startsWith(text), parsed.value.text);
      plainData(parsed);
    },
  })),
  ...read.map(([parse, format, text]) => ({
    name: `${parse} and ${format} round-trip`,
    run(lib) {
      const parsed = lib[parse](text);
      ok(parsed.ok, 'the text has errors');
      equal(lib[format](parsed.value).replace(/[; \r\n]+$/, ''), text.replace(/[; \r\n]+$/, ''));
    },
  })),
  {
    name: 'parseBimiIndicator names what SVG Tiny PS forbids',
    run: (lib) => matches(lib.parseBimiIndicator(svg), { ok: false }),
  },
  {
    name: 'edits change what is asked and keep the rest',
    run(lib) {
      equal(lib.editDmarcRecord('v=DMARC1;p=none;  X=1', { p: 'reject' }).value.text, 'v=DMARC1;p=reject;  X=1');
      equal(lib.editSpfRecord('v=spf1 MX  a -all', { remove: 'a' }).value.text, 'v=spf1 MX -all');
    },
  },
  {
    name: 'BIMI, MTA-STS and TLS-RPT are looked up',
    async run(lib) {
      const resolver = lib.memoryResolver({
        'default._bimi.example.com': { TXT: ['v=BIMI1; l=; a='] },
        '_mta-sts.example.com': { TXT: ['v=STSv1; id=1'] },
        '_smtp._tls.example.com': { TXT: ['v=TLSRPTv1; rua=mailto:a@example.com'] },
      });
      const policy = 'version: STSv1\nmode: enforce\nmx: *.example.net\nmax_age: 604800';
      const fetch = async () => new Response(policy, { headers: { 'content-type': 'text/plain' } });
      const env = { resolver, fetch };
      matches(await lib.lookupBimi('example.com', env), { status: 'declined' });
      matches(await lib.lookupTlsRpt('example.com', env), { status: 'found' });
      const found = await lib.lookupMtaSts('example.com', env);
      matches(found, { status: 'found' });
      equal(lib.matchMtaStsMx(found.policy, 'MX.example.net').matched, true);
    },
  },
  {
    name: 'a compressed BIMI indicator is inflated, where the runtime can',
    async run(lib) {
      const resolver = lib.memoryResolver({
        'default._bimi.example.com': { TXT: ['v=BIMI1; l=https://example.com/a.svgz; lps=news'] },
        'news._bimi.example.com': { TXT: ['v=BIMI1; l=https://example.com/news.svgz'] },
      });
      const fetch = async () => new Response(fromBase64(svgz), { headers: { 'content-type': 'image/svg+xml' } });
      const { name, indicator } = await lib.lookupBimi(
        'example.com',
        { resolver, fetch },
        { localPart: 'news.letter' },
      );
      equal(name, 'default._bimi.example.com');
      equal(indicator.validation, typeof DecompressionStream === 'function' ? 'conforms' : 'not-checked');
      const other = await lib.lookupBimi('example.com', { resolver, fetch }, { localPart: 'news+today' });
      equal(other.name, 'news._bimi.example.com');
    },
  },
  {
    name: 'SPF is analyzed, simulated and flattened',
    async run(lib) {
      const resolver = lib.memoryResolver({
        'example.com': { TXT: ['v=spf1 include:a.example ip4:192.0.2.0/25 -all'] },
        'a.example': { TXT: ['v=spf1 ip4:192.0.2.128/25 ~all'] },
      });
      const analysis = await lib.analyzeSpf('example.com', { resolver });
      equal(analysis.lookups.terms, 1);
      plainData(analysis);
      const flat = lib.flattenSpf(analysis);
      equal(
        flat.records.map(({ text }) => text),
        ['v=spf1 ip4:192.0.2.0/24 -all'],
      );
      const simulated = await lib.simulateSpf(analysis, { add: 'include:a.example' }, { resolver });
      plainData(simulated);
    },
  },
];
