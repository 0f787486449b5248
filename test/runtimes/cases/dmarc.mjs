import { equal, matches, ok, plainData, thrownBy } from '../assertions.mjs';

const zone = {
  '_dmarc.example.com': { TXT: ['v=DMARC1; p=reject; sp=quarantine; np=reject; adkim=s'] },
  'example.com': { A: ['192.0.2.1'] },
  'mail.example.com': { A: ['192.0.2.1'] },
  '_dmarc.example.co.uk': { TXT: ['v=DMARC1; p=quarantine; t=y'] },
  'news.example.co.uk': { A: ['192.0.2.1'] },
  '_dmarc.bank.example': { TXT: ['v=DMARC1; p=reject; psd=n'] },
  'a.b.c.d.e.f.g.h.i.bank.example': { A: ['192.0.2.1'] },
  '_dmarc.two.example': { TXT: ['v=DMARC1; p=none', 'v=DMARC1; p=reject'] },
  '_dmarc.down.example': { TXT: { failure: 'servfail' } },
  'plain.example': { A: ['192.0.2.1'] },
};

const spf = (domain, result = 'pass') => ({ method: 'spf', domain, result });
const dkim = (domain, result = 'pass') => ({ method: 'dkim', domain, result });

// [what, author domain, identifiers, expected]
const evaluations = [
  ['an identical domain passes', 'example.com', [dkim('example.com')], { result: 'pass', disposition: 'none' }],
  ['relaxed SPF passes', 'example.com', [spf('bounce.example.com')], { result: 'pass' }],
  [
    'strict DKIM does not',
    'example.com',
    [dkim('mail.example.com')],
    { result: 'fail', reason: 'not-aligned', disposition: 'quarantine', policy: { published: 'reject', source: 'p' } },
  ],
  [
    'a subdomain has sp',
    'mail.example.com',
    [],
    { result: 'fail', policyDomain: 'example.com', policy: { source: 'sp' } },
  ],
  ['a name that does not exist has np', 'no.example.com', [], { policy: { source: 'np', effective: 'reject' } }],
  [
    'the walk climbs to the organization (RFC 9989 §4.10)',
    'a.b.c.d.e.f.g.h.i.bank.example',
    [spf('x.bank.example')],
    { result: 'pass', organizationalDomain: 'bank.example' },
  ],
  ['test mode steps the policy down', 'example.co.uk', [], { policy: { testing: true, effective: 'none' } }],
  ['two records are none', 'two.example', [], { result: 'none' }],
  ['a DNS failure', 'down.example', [], { result: 'temperror', reason: 'dns-failure' }],
  ['no record', 'plain.example', [], { result: 'none', reason: 'no-record' }],
];

// [author, identifier, mode, aligned, reason]
const alignments = [
  ['example.co.uk', 'mail.example.co.uk', 'relaxed', true, 'same-organizational-domain'],
  ['a.co.uk', 'b.co.uk', 'relaxed', false, 'different-organizational-domain'],
  ['co.uk', 'a.co.uk', 'relaxed', false, 'public-suffix'],
  ['Example.COM.', 'example.com', 'strict', true, 'identical'],
  ['example.com', 'www.example.com', 'strict', false, 'not-identical'],
  ['b\u00fccher.example.com', 'mail.xn--bcher-kva.example.com', 'relaxed', true, 'same-organizational-domain'],
  ['1.2.3.4', 'example.com', 'relaxed', false, 'invalid-domain'],
];

const list = 'com\nuk\nco.uk\n*.ck\n!www.ck\n// a comment\nexample.net\n';

export const dmarcCases = [
  ...evaluations.map(([what, authorDomain, identifiers, expected]) => ({
    name: `evaluateDmarc by tree walk: ${what}`,
    async run(lib) {
      const result = await lib.evaluateDmarc({ authorDomain, identifiers }, { resolver: lib.memoryResolver(zone) });
      matches(result, { protocol: 'rfc9989', ...expected });
      plainData(result);
    },
  })),
  {
    name: 'evaluateDmarc by public suffix list (RFC 7489): the one that comes along, and one of the caller',
    async run(lib) {
      const env = { resolver: lib.memoryResolver(zone) };
      const input = { authorDomain: 'news.example.co.uk', identifiers: [dkim('example.co.uk')] };
      for (const organizationalDomain of [lib.publicSuffix, lib.publicSuffixFrom(list)]) {
        const result = await lib.evaluateDmarc(input, env, { protocol: 'rfc7489', organizationalDomain });
        matches(result, { result: 'pass', protocol: 'rfc7489', organizationalDomain: 'example.co.uk' });
      }
    },
  },
  ...alignments.map(([author, identifier, mode, aligned, reason]) => ({
    name: `checkAlignment: ${author} and ${identifier}, ${mode}`,
    run(lib) {
      const result = lib.checkAlignment(author, identifier, { mode });
      matches(result, { aligned, reason, mode });
      plainData(result);
    },
  })),
  {
    name: 'checkAlignmentWith asks the caller’s function',
    run(lib) {
      const lastTwo = (domain) => domain.split('.').slice(-2).join('.');
      matches(lib.checkAlignmentWith(lastTwo, 'a.co.uk', 'b.co.uk'), { aligned: true });
    },
  },
  {
    name: 'publicSuffix and publicSuffixFrom name the organizational domain',
    async run(lib) {
      const fresh = lib.publicSuffixFrom(list);
      const names = ['mail.example.co.uk', 'co.uk', 'a.b.www.ck', 'a.b.c.ck', 'x.example.net', '1.2.3.4'];
      equal(
        names.map((name) => fresh(name) ?? null),
        ['example.co.uk', null, 'www.ck', 'b.c.ck', 'x.example.net', null],
      );
      equal(
        names.map((name) => lib.publicSuffix(name) ?? null),
        ['example.co.uk', null, 'www.ck', 'b.c.ck', 'example.net', null],
      );
      ok((await thrownBy(() => lib.publicSuffixFrom(1))) instanceof TypeError, 'a number is no list');
    },
  },
];
