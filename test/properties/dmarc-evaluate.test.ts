import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkAlignmentWith } from '../../src/dmarc/alignment.ts';
import { type DmarcOptions, evaluateDmarc } from '../../src/dmarc/evaluate.ts';
import type { AuthenticatedIdentifier, DmarcResult } from '../../src/dmarc/result.ts';
import { treeWalkDomains } from '../../src/dmarc/tree-walk.ts';
import type { RecordType, Resolver } from '../../src/dns/resolver.ts';
import { labelCount } from '../../src/names/domain-name.ts';
import { checkAlignment, publicSuffix, publicSuffixFrom } from '../../src/public-suffix.ts';
import { memoryResolver, type Zone } from '../../src/resolvers/memory.ts';

const names = [
  'com',
  'example.com',
  'mail.example.com',
  'a.mail.example.com',
  'b.mail.example.com',
  'evilexample.com',
  'a.b.c.d.e.f.g.h.example.com',
  'net',
];
const word = fc.constantFrom('none', 'quarantine', 'reject', 'bogus');
const record = fc
  .record(
    {
      p: word,
      sp: word,
      np: word,
      t: fc.constantFrom('y', 'n'),
      psd: fc.constantFrom('y', 'n', 'u'),
      adkim: fc.constantFrom('r', 's'),
      aspf: fc.constantFrom('r', 's'),
      rua: fc.constant('mailto:a@example.com'),
      pct: fc.constantFrom('0', '50', 'x'),
    },
    { requiredKeys: [] },
  )
  .map((tags) => ['v=DMARC1', ...Object.entries(tags).map(([name, value]) => `${name}=${value}`)].join('; '));
const records = fc.oneof(
  { weight: 6, arbitrary: record.map((text) => [text]) },
  { weight: 1, arbitrary: fc.tuple(record, record) },
  { weight: 1, arbitrary: record.map((text) => ['v=spf1 -all', text]) },
  { weight: 1, arbitrary: fc.constant(['hello']) },
);
const zone: fc.Arbitrary<Zone> = fc
  .tuple(
    fc.dictionary(fc.constantFrom(...names), records),
    fc.dictionary(fc.constantFrom(...names), fc.constant(['192.0.2.1'])),
  )
  .map(([policies, addresses]) => ({
    ...Object.fromEntries(Object.entries(policies).map(([name, texts]) => [`_dmarc.${name}`, { TXT: [...texts] }])),
    ...Object.fromEntries(Object.entries(addresses).map(([name, texts]) => [name, { A: [...texts] }])),
  }));
const identifier: fc.Arbitrary<AuthenticatedIdentifier> = fc.record({
  method: fc.constantFrom('spf', 'dkim'),
  domain: fc.constantFrom(...names, 'not a name'),
  result: fc.constantFrom('pass', 'pass', 'fail', 'temperror', 'none', 'permerror'),
});
const identifiers = fc.array(identifier, { maxLength: 6 });
const author = fc.constantFrom(...names);
const options = fc.constantFrom<DmarcOptions>({}, { protocol: 'rfc7489', organizationalDomain: publicSuffix });

/** A resolver that fails the question at an index, and counts them. */
function failing(inner: Resolver, index: number): { resolver: Resolver; asked: string[] } {
  const asked: string[] = [];
  const query = async (name: string, type: RecordType) => {
    asked.push(`${name} ${type}`);
    if (asked.length - 1 === index) return { name, type, status: 'failure', reason: 'servfail' } as never;
    return inner.query(name, type) as never;
  };
  return { resolver: { query }, asked };
}

/** What does not depend on the order of the identifiers. */
function verdictOf({ alignments, diagnostics, ...rest }: DmarcResult) {
  return { ...rest, alignments: alignments.map((alignment) => JSON.stringify(alignment)).sort() };
}

describe('evaluateDmarc', () => {
  test('the order of the identifiers does not change the result', async () => {
    await fc.assert(
      fc.asyncProperty(
        author,
        identifiers.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
        zone,
        options,
        async (authorDomain, [list, shuffled], data, chosen) => {
          const env = { resolver: memoryResolver(data) };
          const one = await evaluateDmarc({ authorDomain, identifiers: list }, env, chosen);
          const other = await evaluateDmarc({ authorDomain, identifiers: shuffled }, env, chosen);
          expect(verdictOf(other)).toEqual(verdictOf(one));
        },
      ),
    );
  });

  test('no single failed question makes a pass or a none of another result', async () => {
    await fc.assert(
      fc.asyncProperty(author, identifiers, zone, options, async (authorDomain, list, data, chosen) => {
        const inner = memoryResolver(data);
        const calm = failing(inner, -1);
        const input = { authorDomain, identifiers: list };
        const { result } = await evaluateDmarc(input, calm, chosen);
        for (let index = 0; index < calm.asked.length; index++) {
          const verdict = await evaluateDmarc(input, failing(inner, index), chosen);
          expect([result, 'temperror']).toContain(verdict.result);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('a pass has an aligned identifier that passed, and nothing but pass has one', async () => {
    await fc.assert(
      fc.asyncProperty(author, identifiers, zone, options, async (authorDomain, list, data, chosen) => {
        const env = { resolver: memoryResolver(data) };
        const verdict = await evaluateDmarc({ authorDomain, identifiers: list }, env, chosen);
        const counted = verdict.alignments.some(({ aligned, result }) => aligned && result === 'pass');
        expect(verdict.result === 'pass').toBe(counted);
        expect(verdict.reason === undefined).toBe(verdict.result === 'pass');
        expect(verdict.disposition === 'quarantine' ? verdict.result : 'fail').toBe('fail');
      }),
    );
  });

  test('never throws, whatever the author domain, the identifiers and the records; results are plain JSON data', async () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), author, fc.ipV4(), fc.domain());
    const anyIdentifier = fc.oneof(
      identifier,
      fc.record({ method: fc.constantFrom('spf', 'dkim'), domain: text, result: fc.constantFrom('pass', 'temperror') }),
    ) as fc.Arbitrary<AuthenticatedIdentifier>;
    const octets = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) });
    const published = fc.array(
      fc.oneof(
        octets,
        octets.map((tail) => `v=DMARC1;${tail}`),
        record,
      ),
      { maxLength: 3 },
    );
    await fc.assert(
      fc.asyncProperty(
        text,
        fc.array(anyIdentifier, { maxLength: 5 }),
        fc.array(published, { minLength: 1, maxLength: 4 }),
        options,
        async (authorDomain, list, answers, chosen) => {
          let asked = 0;
          const query = async (name: string, type: RecordType) => {
            const texts = answers[asked++ % answers.length]!.map((entry) => ({ text: entry }));
            return { name, type, status: 'answer', records: texts } as never;
          };
          const verdict = await evaluateDmarc({ authorDomain, identifiers: list }, { resolver: { query } }, chosen);
          expect(verdict.alignments.length === 0 || verdict.alignments.length === list.length).toBe(true);
          expect(asked).toBeLessThanOrEqual(80);
          expect(structuredClone(verdict)).toStrictEqual(verdict);
          expect(JSON.parse(JSON.stringify(verdict))).toStrictEqual(verdict);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('alignment', () => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.domain(), fc.ipV4(), fc.ipV6());
  const mode = fc.constantFrom<'relaxed' | 'strict'>('relaxed', 'strict');

  test('never throws, is symmetric, and relaxed holds wherever strict does', () => {
    fc.assert(
      fc.property(fc.oneof(text, author), fc.oneof(text, author), mode, (one, other, chosen) => {
        const result = checkAlignment(one, other, { mode: chosen });
        expect(checkAlignment(other, one, { mode: chosen }).aligned).toBe(result.aligned);
        if (result.aligned) expect(checkAlignment(one, other).aligned).toBe(true);
        expect(JSON.parse(JSON.stringify(result))).toStrictEqual(result);
      }),
    );
  });

  test('whatever the function answers, an organizational domain is the name itself or above it', () => {
    fc.assert(
      fc.property(author, author, fc.anything(), (one, other, answer) => {
        const result = checkAlignmentWith(() => answer as string, one, other);
        const { authorOrganizationalDomain: organization } = result;
        if (organization !== undefined) expect(`.${one}`.endsWith(`.${organization}`)).toBe(true);
      }),
    );
  });

  test('publicSuffixFrom reads any text, and its function answers anything', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text, (list, domain) => {
        const answer = publicSuffixFrom(list)(domain);
        expect(answer === undefined || answer.includes('.')).toBe(true);
      }),
    );
  });
});

test('a walk looks at one to eight domains, each below the next', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', 'b', 'example', 'com'), { minLength: 1, maxLength: 60 }), (labels) => {
      const start = labels.join('.');
      const domains = treeWalkDomains(start);
      expect(domains).toHaveLength(Math.min(8, labels.length));
      expect(domains[0]).toBe(start);
      domains.slice(1).forEach((domain, i) => {
        expect(domains[i]!.endsWith(`.${domain}`)).toBe(true);
        expect(labelCount(domain)).toBe(Math.min(7, labels.length - 1) - i);
      });
    }),
  );
});
