import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DomainAudit } from '../../src/audit/audit.ts';
import { auditDomain } from '../../src/audit.ts';
import { publicSuffix } from '../../src/public-suffix.ts';
import { memoryResolver, type Zone } from '../../src/resolvers/memory.ts';
import { failing, healthy, healthyFiles, KEY, OTHER_KEY } from '../audit/world.ts';

const fetch = async (url: unknown): Promise<Response> => {
  const text = (healthyFiles as { [url: string]: string })[String(url)];
  return new Response(text ?? '', {
    status: text === undefined ? 404 : 200,
    headers: { 'content-type': 'text/plain' },
  });
};

/** Zones of every kind: sound, bare, faulty, parked, below an organization. */
const zones: { readonly [title: string]: Zone } = {
  healthy,
  faulty: {
    'example.com': {
      MX: ['10 mx.example.com', '20 alias.example.com', '30 gone.example.com', '40 .'],
      TXT: ['v=spf1 mx a:gone.example.com include:_spf.vendor.example include:nothing.example ?all'],
    },
    'mx.example.com': { A: ['192.0.2.25'] },
    'alias.example.com': { CNAME: ['mx.example.com'] },
    '_spf.vendor.example': { TXT: ['v=spf1 a mx redirect=_more.vendor.example'], A: ['192.0.2.1'] },
    '_more.vendor.example': { TXT: ['v=spf1 ip4:203.0.113.0/24 -all'] },
    's1._domainkey.example.com': { TXT: [KEY] },
    's2._domainkey.example.com': { CNAME: ['s2.vendor.example'] },
    'default._domainkey.example.com': { CNAME: ['key.vendor.example'] },
    'key.vendor.example': { TXT: [OTHER_KEY] },
    '_dmarc.example.com': { TXT: ['v=DMARC1; p=quarantine; t=y; rua=mailto:a@b.example,mailto:c@d.com'] },
    'b.example._report._dmarc.b.example': { TXT: ['v=DMARC1'] },
    '_mta-sts.example.com': { TXT: ['v=STSv1; id=1'] },
    'default._bimi.example.com': { TXT: ['v=BIMI1; l=; a='] },
  },
  bare: { 'example.com': { MX: ['10 mx.example.com'] }, 'mx.example.com': { AAAA: ['2001:db8::1'] } },
  parked: {
    'example.com': { A: ['192.0.2.80'], MX: ['0 .'], TXT: ['v=spf1 -all'] },
    '_dmarc.example.com': { TXT: ['v=DMARC1; p=reject'] },
    '*._domainkey.example.com': { TXT: ['v=DKIM1; p='] },
  },
  empty: { 'example.com': { A: ['192.0.2.80'] } },
  inherited: {
    'news.example.com': { A: ['192.0.2.80'], TXT: ['v=spf1 a -all'] },
    '_dmarc.example.com': { TXT: ['v=DMARC1; p=reject; sp=none; np=reject; rua=mailto:dmarc@example.com'] },
    'default._bimi.example.com': { TXT: ['v=BIMI1; l=; a='] },
  },
};

const options = { selectors: ['s1', 'other'], senders: ['mailchimp'], organizationalDomain: publicSuffix };

/** Whoever names selectors and senders says that the domain sends mail. */
const optionsOf = (title: string) => (title === 'parked' || title === 'empty' ? {} : options);

// The only things that a failure may bring up.
const ABOUT_FAILURES = /\.(dns-failure|probe-incomplete)$/;

/** Every status of an audit by what it is about. */
function statuses(audit: DomainAudit): Map<string, string> {
  const { mx, spf, dkim, dmarc, mtaSts, tlsRpt, bimi, senders } = audit;
  const all = { mx, spf: spf.tree, dmarc, mtaSts, tlsRpt, bimi };
  const found = new Map(Object.entries(all).map(([part, { status }]) => [part, status as string]));
  for (const { selector, status } of dkim.selectors) found.set(`selector ${selector}`, status);
  for (const { paths, dmarc: outcome } of senders) {
    for (const { path, selector = '', authenticated } of paths) found.set(`${path} ${selector}`, authenticated);
    found.set('sender', outcome.result);
  }
  return found;
}

function audit(title: string, fails: (question: string) => boolean): Promise<DomainAudit> {
  const domain = title === 'inherited' ? 'news.example.com' : 'example.com';
  return auditDomain(domain, { resolver: failing(memoryResolver(zones[title]!), fails), fetch }, optionsOf(title));
}

/** What findings about the subject of a question begin with. */
function protocolOf(question: string): RegExp {
  if (question.includes('_dmarc.')) return /^dmarc/;
  if (question.includes('_domainkey.')) return /^dkim/;
  return question.startsWith('TXT') ? /^(spf|mta-sts|tls-rpt|bimi)/ : /^(mx|spf\.(void|target))/;
}

describe('a question that fails', () => {
  test.each(Object.keys(zones))(
    '%s: leaves what depends on it unknown, and says that nothing is missing',
    async (title) => {
      const whole = await audit(title, () => false);
      expect(whole.complete).toBe(true);
      const codes = new Set(whole.findings.map(({ code }) => code));
      const before = statuses(whole);
      for (const { name, type } of whole.records) {
        const question = `${type} ${name}`;
        const hurt = await audit(title, (asked) => asked === question);
        expect(hurt.complete, question).toBe(false);
        for (const [part, status] of statuses(hurt)) {
          expect([before.get(part) ?? 'none', 'unknown'], `${question}: ${part}`).toContain(status);
        }
        const fresh = hurt.findings.map(({ code }) => code).filter((code) => !codes.has(code));
        // What may send mail is judged as what does: that only says more about the rest.
        const sameView = hurt.purpose === whole.purpose;
        const wrong = fresh.filter(
          (code) => !ABOUT_FAILURES.test(code) && (sameView || protocolOf(question).test(code)),
        );
        expect(wrong, question).toEqual([]);
        if (sameView) expect(hurt.score.points, question).toBeGreaterThanOrEqual(whole.score.points);
      }
    },
  );

  test('several: the same', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.keys(zones)),
        fc.infiniteStream(fc.boolean()),
        async (title, coins) => {
          const whole = await audit(title, () => false);
          const hurt = await audit(title, () => coins.next().value);
          // What may send mail is judged as what does.
          fc.pre(hurt.purpose === whole.purpose);
          const codes = new Set(whole.findings.map(({ code }) => code));
          const fresh = hurt.findings.map(({ code }) => code).filter((code) => !codes.has(code));
          expect(fresh.filter((code) => !ABOUT_FAILURES.test(code))).toEqual([]);
          expect(JSON.parse(JSON.stringify(hurt))).toEqual(hurt);
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('whatever a domain publishes', () => {
  const word = fc.constantFrom(
    'v=spf1',
    'v=DMARC1',
    'v=DKIM1',
    'v=STSv1',
    'v=TLSRPTv1',
    'v=BIMI1',
    ';',
    ' ',
    'p=',
    'p=reject',
    'rua=mailto:a@b.example',
    'mx',
    'include:example.com',
    '-all',
    'id=1',
    'l=https://a.example/b.svg',
    '\u00ff',
    '"',
  );
  const text = fc.oneof(
    fc.array(word, { maxLength: 8 }).map((words) => words.join('')),
    fc.string(),
  );
  const names = ['', '_dmarc.', '_mta-sts.', '_smtp._tls.', 'default._bimi.', 's1._domainkey.', '_domainkey.'];

  test('the audit never throws, is plain data, and its parts add up', async () => {
    const records = fc.tuple(...names.map(() => fc.array(text, { maxLength: 3 })));
    const mx = fc.array(
      fc.tuple(fc.nat(99), fc.oneof(fc.constantFrom('', '.', 'mx.example.com', '192.0.2.1'), fc.string())),
    );
    await fc.assert(
      fc.asyncProperty(records, mx, fc.boolean(), async (texts, exchanges, parked) => {
        const zone: Zone = Object.fromEntries(
          names.map((prefix, i) => [
            `${prefix}example.com`,
            { TXT: texts[i]!.map((one) => one.replace(/[^\0-\xff]/g, '')) },
          ]),
        );
        zone['example.com'] = {
          ...zone['example.com'],
          MX: exchanges.map(([preference, exchange]) => ({ preference, exchange })),
        };
        const result = await auditDomain(
          'example.com',
          { resolver: memoryResolver(zone), fetch },
          { ...options, parked },
        );
        expect(JSON.parse(JSON.stringify(result))).toEqual(result);
        const { score, findings, records: questions } = result;
        expect(score.parts.reduce((sum, { of }) => sum + of, 0)).toBe(100);
        expect(score.parts.reduce((sum, { points }) => sum + points, 0)).toBe(score.points);
        for (const { points, of, lost } of score.parts) {
          expect(points + lost.reduce((sum, one) => sum + one.points, 0)).toBe(of);
          for (const { code } of lost) expect(findings.map((finding) => finding.code)).toContain(code);
        }
        const asked = questions.map(({ name, type }) => `${type} ${name}`);
        expect(new Set(asked).size).toBe(asked.length);
      }),
      { numRuns: 100 },
    );
  });
});
