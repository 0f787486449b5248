import { equal, matches, ok, plainData, thrownBy } from '../assertions.mjs';

// parse and format of every kind of record: [name, text, what the value holds].
const kinds = [
  {
    parse: 'parseDmarcRecord',
    format: 'formatDmarcRecord',
    good: 'v=DMARC1; p=reject; sp=quarantine; adkim=s; fo=1:d; rua=mailto:a@example.com,mailto:b%40x@example.com',
    value: { v: 'DMARC1', p: 'reject', sp: 'quarantine', np: 'quarantine', adkim: 's', aspf: 'r', fo: ['1', 'd'] },
    bad: ['v=DMARC1; p=rejct', 'rejct'],
  },
  {
    parse: 'parseSpfRecord',
    format: 'formatSpfRecord',
    good: 'v=spf1 mx a:mail.%{d2}/24//64 ~include:_spf.example.net ip6:2001:db8::/32 -all exp=why.%{d}',
    value: {
      terms: [
        { kind: 'directive', mechanism: 'mx', qualifier: '+' },
        { mechanism: 'a', domainSpec: 'mail.%{d2}', cidr: { ip4: 24, ip6: 64 } },
        { mechanism: 'include', qualifier: '~' },
        { mechanism: 'ip6', network: '2001:db8::', cidr: { ip6: 32 } },
        { mechanism: 'all', qualifier: '-' },
        { kind: 'modifier', name: 'exp', value: 'why.%{d}' },
      ],
    },
    bad: ['v=spf1 ip4:192.0.2.300 -all', '192.0.2.300'],
  },
  {
    parse: 'parseDkimKeyRecord',
    format: 'formatDkimKeyRecord',
    good: 'v=DKIM1; k=ed25519; t=y:s; n=note; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=',
    value: { v: 'DKIM1', k: 'ed25519', keyType: 'ed25519', keyBits: 256, t: ['y', 's'], revoked: false },
    bad: ['v=DKIM1; k=rsa; p=MIGf*MA0', '*'],
  },
  {
    parse: 'parseDkimSignature',
    format: 'formatDkimSignature',
    good: `v=1; a=rsa-sha256; c=relaxed/simple; d=Example.com; s=sel; t=100; x=200; h=From:To; bh=${'A'.repeat(43)}=; b=${'B'.repeat(44)}`,
    value: { a: 'rsa-sha256', c: 'relaxed/simple', domain: 'example.com', selector: 'sel', h: ['From', 'To'], x: 200 },
    bad: [`v=1; a=rsa-sha256; d=-; s=sel; h=From; bh=${'A'.repeat(43)}=; b=${'B'.repeat(44)}`, '-'],
  },
];

// Texts that no parser may throw on.
const hostile = [
  '',
  ';',
  '=',
  'v=DMARC1;__proto__=x;constructor=y',
  '\u0000\ud800',
  '"',
  'v=spf1 '.repeat(2000),
  '%{'.repeat(500),
];

function withoutSpans(value) {
  if (Array.isArray(value)) return value.map(withoutSpans);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => !/span$/i.test(key));
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutSpans(inner)]));
}

const casesOf = ({ parse, format, good, value, bad }) => [
  {
    name: `${parse} reads a sound record`,
    run(lib) {
      const parsed = lib[parse](good);
      ok(parsed.ok, `not ok: ${JSON.stringify(parsed.diagnostics)}`);
      matches(parsed.value, value);
      plainData(parsed);
    },
  },
  {
    name: `${format} writes what ${parse} reads back`,
    run(lib) {
      const { value: record } = lib[parse](good);
      equal(withoutSpans(lib[parse](lib[format](record)).value), withoutSpans(record));
    },
  },
  {
    name: `${parse} points at what is wrong, and renderDiagnostic shows it`,
    run(lib) {
      const [text, wrong] = bad;
      const parsed = lib[parse](text);
      equal(parsed.ok, false, 'ok');
      const pointing = parsed.diagnostics.filter(
        ({ span }) => span && text.slice(span.start, span.end).includes(wrong),
      );
      ok(pointing.length > 0, `no finding points at ${wrong}: ${JSON.stringify(parsed.diagnostics)}`);
      const [diagnostic] = pointing;
      const lines = lib.renderDiagnostic(text, diagnostic).split('\n');
      ok(
        lines[0].includes(diagnostic.code) && lines[0].includes(diagnostic.spec.spec),
        `the first line is ${lines[0]}`,
      );
      const marked = text.slice(diagnostic.span.start, diagnostic.span.end);
      ok(
        lines.some((line) => line.trim() === '^'.repeat(marked.length)),
        `no carets under ${marked}: ${lines.join('|')}`,
      );
    },
  },
  {
    name: `${parse} throws on no text, and a TypeError on what is none`,
    async run(lib) {
      for (const text of [...hostile, good.repeat(50), good.replaceAll(';', ';\r\n\t')]) plainData(lib[parse](text));
      const error = await thrownBy(() => lib[parse](undefined));
      ok(error instanceof TypeError && error.message.includes('undefined'), `it threw ${error}`);
    },
  },
];

export const recordCases = kinds.flatMap(casesOf);
