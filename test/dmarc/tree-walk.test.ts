import { describe, expect, test } from 'vitest';
import { selectOrganizationalDomain } from '../../src/dmarc/organizational-domain.ts';
import { treeWalkDomains, walkTree } from '../../src/dmarc/tree-walk.ts';
import type { RecordType, Resolver } from '../../src/dns/resolver.ts';
import { DnsSession } from '../../src/dns/session.ts';
import { defaultLimits } from '../../src/limits.ts';
import { memoryResolver, type Zone } from '../../src/resolvers/memory.ts';

const record = (tags = 'p=none') => ({ TXT: [`v=DMARC1; ${tags}`] });

function counting(zone: Zone): { session: DnsSession; asked: string[] } {
  const inner = memoryResolver(zone);
  const asked: string[] = [];
  const resolver: Resolver = {
    query: (name, type: RecordType) => {
      asked.push(`${name} ${type}`);
      return inner.query(name, type as 'TXT') as never;
    },
  };
  return { session: DnsSession.open({ resolver }, defaultLimits), asked };
}

/** Walks a zone given by domain; the value is the tags of its record, or whole records, or a failure. */
async function walk(start: string, records: { [domain: string]: string | string[] | 'fails' }) {
  const zone: Zone = {};
  for (const [domain, tags] of Object.entries(records)) {
    const texts = typeof tags === 'string' ? record(tags) : { TXT: tags };
    zone[`_dmarc.${domain}`] = tags === 'fails' ? { TXT: { failure: 'servfail' } } : texts;
  }
  const { session, asked } = counting(zone);
  const result = await walkTree(start, session, defaultLimits);
  return { ...result, asked, organizationalDomain: selectOrganizationalDomain(result) };
}

describe('which names are asked (RFC 9989 §4.10)', () => {
  test.each([
    ['com', ['com']],
    ['example.com', ['example.com', 'com']],
    ['a.mail.example.com', ['a.mail.example.com', 'mail.example.com', 'example.com', 'com']],
    ['1.2.3.4.5.6.com', ['1.2.3.4.5.6.com', '2.3.4.5.6.com', '3.4.5.6.com', '4.5.6.com', '5.6.com', '6.com', 'com']],
  ])('%s', (start, expected) => {
    expect(treeWalkDomains(start)).toEqual(expected);
  });

  test('the example of §4.10: twelve labels, eight questions', () => {
    expect(treeWalkDomains('a.b.c.d.e.f.g.h.i.j.mail.example.com')).toEqual([
      'a.b.c.d.e.f.g.h.i.j.mail.example.com',
      'g.h.i.j.mail.example.com',
      'h.i.j.mail.example.com',
      'i.j.mail.example.com',
      'j.mail.example.com',
      'mail.example.com',
      'example.com',
      'com',
    ]);
  });

  test.each([
    [7, 7, 6],
    [8, 8, 7],
    [9, 8, 7],
    [127, 8, 7],
  ])('%i labels: %i questions, the second at %i labels (steps 3 and 4)', (labels, questions, second) => {
    const domains = treeWalkDomains(Array(labels).fill('a').join('.'));
    expect(domains.map((domain) => domain.split('.').length)).toEqual([
      labels,
      ...Array.from({ length: questions - 1 }, (_, i) => second - i),
    ]);
  });

  test('a name that is too long for DNS is not asked, and has no record', async () => {
    const start = `${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}.com`;
    const { steps, asked, organizationalDomain } = await walk(start, { com: 'psd=y' });
    expect(start).toHaveLength(247);
    expect(asked).toHaveLength(4);
    expect(steps[0]).toMatchObject({ domain: start, status: 'nxdomain', records: 0 });
    expect(organizationalDomain).toBe(`${'d'.repeat(60)}.com`);
  });

  test('all names are asked before the first answer', async () => {
    const { session, asked } = counting({ '_dmarc.a.example.com': record('psd=n') });
    const walked = walkTree('a.example.com', session, defaultLimits);
    expect(asked).toEqual(['_dmarc.a.example.com TXT', '_dmarc.example.com TXT', '_dmarc.com TXT']);
    expect((await walked).steps).toHaveLength(1);
  });
});

describe('where a walk stops (RFC 9989 §4.10 steps 2 and 6)', () => {
  test.each([
    ['psd=n', 'psd=n', ['a.b.example.com', 'b.example.com']],
    ['psd=y', 'psd=y', ['a.b.example.com', 'b.example.com']],
    ['psd=u', 'psd=u', ['a.b.example.com', 'b.example.com', 'example.com', 'com']],
    ['no psd', 'p=reject', ['a.b.example.com', 'b.example.com', 'example.com', 'com']],
    ['an invalid psd, which is u', 'psd=x', ['a.b.example.com', 'b.example.com', 'example.com', 'com']],
  ])('%s', async (_, tags, expected) => {
    const { steps } = await walk('a.b.example.com', { 'b.example.com': tags });
    expect(steps.map(({ domain }) => domain)).toEqual(expected);
  });

  test('several records at one name are discarded, psd or not, and the walk goes on', async () => {
    const { steps, organizationalDomain } = await walk('a.example.com', {
      'a.example.com': ['v=DMARC1; p=none; psd=n', 'v=DMARC1; p=reject'],
      'example.com': 'p=none',
    });
    expect(steps.map(({ records }) => records)).toEqual([2, 1, 0]);
    expect(steps[0]!.text).toBeUndefined();
    expect(steps[0]!.diagnostics).toMatchObject([
      { code: 'dmarc.multiple-records', subject: '_dmarc.a.example.com', params: { count: 2 } },
    ]);
    expect(organizationalDomain).toBe('example.com');
  });

  test.each([
    ['SPF', 'v=spf1 -all'],
    ['another version', 'v=DMARC2; p=none'],
    ['a version in lower case', 'v=dmarc1; p=none'],
    ['v= that is not first', 'p=none; v=DMARC1'],
    ['leading white space', ' v=DMARC1; p=none'],
    ['words', 'hello'],
  ])('a TXT record that is no DMARC record is discarded first: %s', async (_, other) => {
    const { steps } = await walk('example.com', { 'example.com': [other, 'v=DMARC1; p=reject'] });
    expect(steps[0]).toMatchObject({ records: 1, text: 'v=DMARC1; p=reject' });
    expect((await walk('example.com', { 'example.com': [other] })).steps[0]).toMatchObject({ records: 0 });
  });

  test('the strings of one TXT record are joined with nothing (RFC 9989 §4.5)', async () => {
    const zone: Zone = { '_dmarc.example.com': { TXT: [['v=DMARC1; p=no', 'ne; psd=', 'n']] } };
    const { steps } = await walkTree('example.com', counting(zone).session, defaultLimits);
    expect(steps).toMatchObject([{ text: 'v=DMARC1; p=none; psd=n', record: { p: 'none', psd: 'n' } }]);
  });

  test('a record over limits.recordBytes is there, but not read', async () => {
    const { session } = counting({ '_dmarc.example.com': record(`p=none; psd=n; x=${'y'.repeat(100)}`) });
    const result = await walkTree('example.com', session, { ...defaultLimits, recordBytes: 100 });
    expect(result.steps).toHaveLength(2);
    expect(result.steps[0]).toMatchObject({ records: 1, findings: [{ code: 'dmarc.record-too-large' }] });
    expect(result.steps[0]).not.toHaveProperty('record');
    expect(selectOrganizationalDomain(result)).toBe('example.com');
  });
});

describe('which domain is the organizational domain (RFC 9989 §4.10.2)', () => {
  const start = 'a.mail.example.com';
  test.each([
    [
      'first example: the fewest labels',
      start,
      { 'mail.example.com': 'p=none', 'example.com': 'p=none' },
      'example.com',
    ],
    ['second example: psd=n', start, { 'mail.example.com': 'psd=n', 'example.com': 'p=none' }, 'mail.example.com'],
    ['third example: one label below psd=y', start, { com: 'psd=y' }, 'example.com'],
    ['no record: the start', start, {}, start],
    ['a record at the start alone', start, { [start]: 'p=none' }, start],
    ['a record at the start and one above', start, { [start]: 'p=none', 'example.com': 'p=none' }, 'example.com'],
    ['psd=n at the start', start, { [start]: 'psd=n', 'example.com': 'p=none' }, start],
    ['psd=n at the top, with records below', start, { [start]: 'p=none', 'example.com': 'psd=n' }, 'example.com'],
    ['psd=y at the start: rule 2 does not hold there', start, { [start]: 'psd=y', 'example.com': 'p=none' }, start],
    ['psd=y at the parent of the start', start, { 'mail.example.com': 'psd=y', 'example.com': 'p=none' }, start],
    ['psd=y above a deeper record', start, { 'mail.example.com': 'p=none', com: 'psd=y' }, 'example.com'],
    ['psd=y above a deeper psd=n', start, { 'mail.example.com': 'psd=n', com: 'psd=y' }, 'mail.example.com'],
    ['psd=y below psd=n: the longer name counts', start, { 'example.com': 'psd=y', com: 'psd=n' }, 'mail.example.com'],
    ['a top-level record without psd=y (§11.8)', start, { 'example.com': 'p=none', com: 'p=none' }, 'com'],
    ['psd=u is as good as absent', start, { 'example.com': 'psd=u', com: 'psd=u' }, 'com'],
    ['a single label', 'com', { com: 'psd=y' }, 'com'],
    ['several records are none', start, { 'example.com': ['v=DMARC1; p=none', 'v=DMARC1; psd=n'] }, start],
    ['an unusable record is a record (§4.8)', start, { 'example.com': 'p=bogus' }, 'example.com'],
    [
      'the name below psd=y may have been jumped over',
      '1.2.3.4.5.6.7.8.9.com',
      { '4.5.6.7.8.9.com': 'psd=y' },
      '3.4.5.6.7.8.9.com',
    ],
  ] as [string, string, { [domain: string]: string | string[] }, string][])(
    '%s',
    async (_, from, records, expected) => {
      expect((await walk(from, records)).organizationalDomain).toBe(expected);
    },
  );

  test('records between the start and the seventh label are not seen (§5.1.8)', async () => {
    const { organizationalDomain } = await walk('1.2.3.4.5.6.7.8.9.com', {
      '2.3.4.5.6.7.8.9.com': 'psd=n',
      '8.9.com': 'p=none',
    });
    expect(organizationalDomain).toBe('8.9.com');
  });

  test.each([
    ['the start', { [start]: 'fails', 'example.com': 'psd=n' }, undefined],
    ['below the stop', { 'mail.example.com': 'fails', 'example.com': 'psd=n' }, undefined],
    ['the top', { 'example.com': 'p=none', com: 'fails' }, undefined],
    ['beyond psd=n', { 'mail.example.com': 'psd=n', 'example.com': 'fails', com: 'fails' }, 'mail.example.com'],
    ['beyond psd=y', { 'example.com': 'psd=y', com: 'fails' }, 'mail.example.com'],
  ] as [string, { [domain: string]: string }, string | undefined][])(
    'a failed question: %s',
    async (_, records, expected) => {
      expect((await walk(start, records)).organizationalDomain).toBe(expected);
    },
  );
});
