import { describe, expect, test } from 'vitest';
import { formatDmarcRecord } from '../../src/dmarc/format.ts';
import { parseDmarcRecord } from '../../src/dmarc/parse.ts';
import type { DmarcRecord } from '../../src/dmarc/record.ts';

const byHand: DmarcRecord = {
  v: 'DMARC1',
  p: 'reject',
  adkim: 'r',
  aspf: 'r',
  t: 'n',
  psd: 'u',
  fo: ['0'],
  rua: [],
  ruf: [],
  tags: [],
};
const span = { start: 0, end: 0 };

describe('a record that was parsed is written from its tags', () => {
  test.each([
    ['v=DMARC1', 'v=DMARC1'],
    ['v=DMARC1;p = reject ; ', 'v=DMARC1; p=reject'],
    ['v=DMARC1; x=1; P=None; pct=5', 'v=DMARC1; x=1; P=None; pct=5'],
    ['v=DMARC1 p=none rua=mailto:a@example.com', 'v=DMARC1; p=none; rua=mailto:a@example.com'],
    ['_dmarc TXT "v=DMARC1; p=no" "ne"', 'v=DMARC1; p=none'],
  ])('%s', (text, expected) => {
    expect(formatDmarcRecord(parseDmarcRecord(text).value!)).toBe(expected);
  });
});

describe('a record made by hand is written from its fields', () => {
  test.each<[string, Partial<DmarcRecord>, string]>([
    ['defaults are left out', {}, 'v=DMARC1; p=reject'],
    ['sp and np that are what they would be anyway', { sp: 'reject', np: 'reject' }, 'v=DMARC1; p=reject'],
    ['sp and np that differ', { sp: 'none', np: 'reject' }, 'v=DMARC1; p=reject; sp=none; np=reject'],
    ['np as sp', { sp: 'none', np: 'none' }, 'v=DMARC1; p=reject; sp=none'],
    ['modes', { adkim: 's', aspf: 's', t: 'y', psd: 'n' }, 'v=DMARC1; p=reject; adkim=s; aspf=s; t=y; psd=n'],
    ['options', { fo: ['1', 'd'] }, 'v=DMARC1; p=reject; fo=1:d'],
    ['historic tags', { pct: 0, rf: 'afrf', ri: 5 }, 'v=DMARC1; p=reject; pct=0; rf=afrf; ri=5'],
    [
      'addresses, with what ends them percent-encoded (RFC 9989 §4.8)',
      {
        rua: [
          { uri: 'mailto:a!b@example.com', scheme: 'mailto', span },
          { uri: 'https://example.com/a,b;c', scheme: 'https', size: '1m', span },
        ],
        ruf: [{ uri: 'mailto:f@example.com', scheme: 'mailto', span }],
      },
      'v=DMARC1; p=reject; rua=mailto:a%21b@example.com,https://example.com/a%2Cb%3Bc!1m; ruf=mailto:f@example.com',
    ],
  ])('%s', (_, fields, expected) => {
    expect(formatDmarcRecord({ ...byHand, ...fields })).toBe(expected);
  });

  test('without a policy', () => {
    const { p, ...record } = byHand;
    expect(p).toBe('reject');
    expect(formatDmarcRecord(record)).toBe('v=DMARC1');
  });
});
