import { equal, matches, ok, plainData, thrownBy, within } from '../assertions.mjs';

const zone = {
  'example.com': {
    TXT: ['v=spf1 mx include:_spf.vendor.example exists:%{ir}.%{v}._spf.%{d2} -all exp=why.%{d}'],
    MX: ['10 mx.example.com'],
  },
  'mx.example.com': { A: ['192.0.2.10'], AAAA: ['2001:db8::10'], TXT: ['v=spf1 a -all'] },
  '3.2.0.192.in-addr._spf.example.com': { A: ['127.0.0.2'] },
  'why.example.com': { TXT: ['%{i} may not send for %{o}, says %{h}'] },
  '_spf.vendor.example': { TXT: ['v=spf1 ip4:198.51.100.0/24 ip6:2001:db8:5::/48 ~all'] },
  'redirect.example': { TXT: ['v=spf1 redirect=example.com'] },
  'upper.example': { TXT: ['v=spf1 exists:%{L}.%{o1r-}.x.example -all'] },
  'a%2Bb.upper.x.example': { A: ['127.0.0.2'] },
  'ptr.example': { TXT: ['v=spf1 ptr -all'] },
  '9.2.0.192.in-addr.arpa': { PTR: ['host.ptr.example'] },
  'host.ptr.example': { A: ['192.0.2.9'] },
  'two.example': { TXT: ['v=spf1 -all', 'v=spf1 +all'] },
  'syntax.example': { TXT: ['v=spf1 ipv4:192.0.2.1 -all'] },
  'deep.example': {
    TXT: [`v=spf1 ${Array.from({ length: 11 }, (_, i) => `include:i${i}.deep.example`).join(' ')} -all`],
  },
  '*.deep.example': { TXT: ['v=spf1 ip4:203.0.113.1 -all'] },
  'void.example': { TXT: ['v=spf1 a:x.void.example a:y.void.example a:z.void.example -all'] },
  'loop.example': { TXT: ['v=spf1 include:loop.example -all'] },
  'down.example': { TXT: { failure: 'servfail' } },
  'none.example': { A: ['192.0.2.1'] },
  'xn--bcher-kva.example': { TXT: ['v=spf1 ip4:192.0.2.1 -all'] },
};

// [what, ip, mailFrom, expected]
const evaluations = [
  ['mx matches', '192.0.2.10', 'a@example.com', { result: 'pass', matched: { term: 'mx', domain: 'example.com' } }],
  ['mx matches an IPv6 address', '2001:db8::10', 'a@example.com', { result: 'pass', matched: { term: 'mx' } }],
  ['include matches', '198.51.100.7', 'a@example.com', { result: 'pass', lookups: { terms: 2, void: 0 } }],
  ['include matches IPv6', '2001:db8:5:1::1', 'a@example.com', { result: 'pass' }],
  ['macros expand (RFC 7208 \u00a77.4)', '192.0.2.3', 'a@example.com', { result: 'pass', lookups: { terms: 3 } }],
  [
    'all fails with an explanation',
    '192.0.2.99',
    'a@example.com',
    { result: 'fail', reason: 'matched', explanation: '192.0.2.99 may not send for example.com, says helo.example' },
  ],
  ['redirect is followed', '192.0.2.10', 'a@redirect.example', { result: 'pass', domain: 'redirect.example' }],
  ['upper-case macros are percent-encoded', '192.0.2.1', 'a+b@upper.example', { result: 'fail' }],
  ['ptr is validated', '192.0.2.9', 'a@ptr.example', { result: 'pass', matched: { term: 'ptr' } }],
  [
    'an international domain',
    '192.0.2.1',
    'a@b\u00fccher.example',
    { result: 'pass', domain: 'xn--bcher-kva.example' },
  ],
  ['no record', '192.0.2.1', 'a@none.example', { result: 'none', reason: 'no-record' }],
  ['no such domain', '192.0.2.1', 'a@nowhere.example', { result: 'none', reason: 'no-record' }],
  ['two records', '192.0.2.1', 'a@two.example', { result: 'permerror', reason: 'multiple-records' }],
  ['a syntax error', '192.0.2.1', 'a@syntax.example', { result: 'permerror', reason: 'syntax' }],
  ['eleven lookups', '192.0.2.1', 'a@deep.example', { result: 'permerror', reason: 'lookup-limit' }],
  ['three void lookups', '192.0.2.1', 'a@void.example', { result: 'permerror', reason: 'void-limit' }],
  ['a loop', '192.0.2.1', 'a@loop.example', { result: 'permerror', reason: 'lookup-limit' }],
  ['a DNS failure', '192.0.2.1', 'a@down.example', { result: 'temperror', reason: 'dns-failure' }],
];

const hostile = [
  [
    'throws',
    () => {
      throw 'no';
    },
  ],
  ['rejects', () => Promise.reject(undefined)],
  ['returns nothing', async () => undefined],
  ['answers with what is no record', async () => ({ status: 'answer', records: [1, {}, null] })],
  ['never settles', () => new Promise(() => {})],
];

export const spfCases = [
  ...evaluations.map(([what, ip, mailFrom, expected]) => ({
    name: `evaluateSpf: ${what}`,
    async run(lib) {
      const env = { resolver: lib.memoryResolver(zone) };
      const result = await lib.evaluateSpf({ ip, helo: 'helo.example', mailFrom }, env);
      matches(result, { identity: 'mailfrom', ...expected });
      plainData(result);
    },
  })),
  {
    name: 'evaluateSpf checks the HELO identity, and the null reverse path',
    async run(lib) {
      const env = { resolver: lib.memoryResolver(zone) };
      const helo = await lib.evaluateSpf({ ip: '192.0.2.10', helo: 'mx.example.com', identity: 'helo' }, env);
      matches(helo, { result: 'pass', identity: 'helo', domain: 'mx.example.com' });
      const bounce = await lib.evaluateSpf({ ip: '192.0.2.10', helo: 'mx.example.com', mailFrom: '' }, env);
      matches(bounce, { result: 'pass', identity: 'mailfrom', domain: 'mx.example.com' });
    },
  },
  {
    name: 'formatReceivedSpf writes one line',
    async run(lib) {
      const session = {
        ip: '192.0.2.10',
        helo: 'mx.example.com',
        mailFrom: 'a@example.com',
        receiver: 'mx.reader.example',
      };
      const result = await lib.evaluateSpf(session, { resolver: lib.memoryResolver(zone) });
      const value = lib.formatReceivedSpf(result, session);
      ok(
        value.startsWith('pass ') && value.includes('client-ip=192.0.2.10') && !/[\r\n]/.test(value),
        `it is ${value}`,
      );
    },
  },
  {
    name: 'limits are the caller\u2019s to lower, defaultLimits says what they are',
    async run(lib) {
      equal([lib.defaultLimits.spfTerms, lib.defaultLimits.elapsedMs], [10, 20_000]);
      const input = { ip: '198.51.100.7', mailFrom: 'a@example.com' };
      const env = { resolver: lib.memoryResolver(zone) };
      matches(await lib.evaluateSpf(input, env, { limits: { spfTerms: 1 } }), { reason: 'lookup-limit' });
    },
  },
  ...hostile.map(([what, query]) => ({
    name: `evaluateSpf gives a temperror in time when the resolver ${what}`,
    async run(lib) {
      const input = { ip: '192.0.2.1', mailFrom: 'a@example.com' };
      const evaluate = () => lib.evaluateSpf(input, { resolver: { query } }, { limits: { elapsedMs: 100 } });
      matches(await within(2000, evaluate), { result: 'temperror' });
    },
  })),
  {
    name: 'a wrong argument is a TypeError, an aborted signal rejects with its reason',
    async run(lib) {
      const env = { resolver: lib.memoryResolver(zone) };
      const error = await thrownBy(() => lib.evaluateSpf({ ip: '10.0.0', mailFrom: 'a@example.com' }, env));
      ok(error instanceof TypeError && error.message.includes('"10.0.0"'), `it rejected with ${error}`);
      const controller = new AbortController();
      const reason = new Error('enough');
      const waiting = { resolver: { query: () => new Promise(() => {}) }, signal: controller.signal };
      const pending = thrownBy(() => lib.evaluateSpf({ ip: '192.0.2.1', mailFrom: 'a@example.com' }, waiting));
      controller.abort(reason);
      ok((await pending) === reason, 'the signal’s reason is not what it rejected with');
    },
  },
];
