import { describe, expect, test } from 'vitest';
import { buildDmarcRecord } from '../../src/dmarc/build.ts';
import { type DmarcChanges, editDmarcRecord } from '../../src/dmarc/edit.ts';

const build = (options: object) =>
  buildDmarcRecord({ domain: 'example.com', p: 'reject', rua: 'a@example.com', ...options });

describe('build (RFC 9989 §4.7)', () => {
  test('a record, ready to publish', () => {
    expect(build({ domain: 'Bücher.example.', p: 'none' })).toMatchObject({
      ok: true,
      value: {
        name: '_dmarc.xn--bcher-kva.example',
        type: 'TXT',
        text: 'v=DMARC1; p=none; rua=mailto:a@example.com',
        zoneLine: '_dmarc.xn--bcher-kva.example. IN TXT "v=DMARC1; p=none; rua=mailto:a@example.com"',
      },
    });
  });

  test.each<[object, string, string[]]>([
    [{}, 'p=reject; rua=mailto:a@example.com', []],
    [{ rua: undefined }, 'p=reject', ['dmarc.build-no-reports']],
    [{ rua: [] }, 'p=reject', ['dmarc.build-no-reports']],
    [{ rua: ['a@example.com', 'mailto:a@example.com'] }, 'p=reject; rua=mailto:a@example.com', []],
    [
      { rua: 'a@example.com , b@example.com,mailto:c@example.com' },
      'p=reject; rua=mailto:a@example.com,mailto:b@example.com,mailto:c@example.com',
      [],
    ],
    [{ rua: '"a,b@c"@example.com' }, 'p=reject; rua=mailto:%22a%2Cb%40c%22@example.com', []],
    [{ p: 'none', rua: undefined }, 'p=none', ['dmarc.no-reports']],
    [{ sp: 'none', np: 'reject' }, 'p=reject; sp=none; np=reject; rua=mailto:a@example.com', ['dmarc.weaker-policy']],
    [{ adkim: 'strict', aspf: 'r' }, 'p=reject; adkim=s; aspf=r; rua=mailto:a@example.com', ['dmarc.build-strict']],
    [{ t: 'y' }, 'p=reject; t=y; rua=mailto:a@example.com', ['dmarc.testing']],
    [{ psd: 'n' }, 'p=reject; psd=n; rua=mailto:a@example.com', ['dmarc.psd']],
    [{ fo: ['1', 'd'] }, 'p=reject; fo=1:d; rua=mailto:a@example.com', ['dmarc.fo-without-ruf']],
    [{ fo: '1:s', ruf: 'b@example.com' }, 'p=reject; fo=1:s; rua=mailto:a@example.com; ruf=mailto:b@example.com', []],
    [{ rua: 'a; p=none@example.com' }, 'p=reject; rua=mailto:a%3B%20p=none@example.com', ['dmarc.uri']],
    [{ rua: 'a,b!c@example.com' }, 'p=reject; rua=mailto:a%2Cb%21c@example.com', []],
    [{ rua: 'nobody' }, 'p=reject; rua=mailto:nobody', ['dmarc.uri']],
    [{ rua: 'mailto:a@example.com?x=1;2' }, 'p=reject; rua=mailto:a@example.com?x=1%3B2', []],
  ])('%j', (options, text, codes) => {
    const { value, diagnostics, ok } = build(options);
    expect(value?.text).toBe(`v=DMARC1; ${text}`);
    expect(diagnostics.map(({ code }) => code)).toEqual(codes);
    expect(ok).toBe(!codes.includes('dmarc.uri'));
    expect(value?.reportRecords).toEqual([]);
  });

  test('hosts outside the organization have to publish their consent (RFC 9990 §4)', () => {
    const { value, diagnostics } = build({
      rua: ['a@vendor.example', 'b@Vendor.example', 'https://r.example:8443/x'],
      ruf: 'c@sub.example.com',
    });
    expect(value?.reportRecords.map(({ zoneLine }) => zoneLine)).toEqual([
      'example.com._report._dmarc.vendor.example. IN TXT "v=DMARC1"',
      'example.com._report._dmarc.r.example. IN TXT "v=DMARC1"',
    ]);
    expect(diagnostics.filter(({ code }) => code === 'dmarc.build-external').map(({ params }) => params.host)).toEqual([
      'vendor.example',
      'r.example',
    ]);
  });

  test('an address is written with A-labels', () => {
    expect(build({ rua: 'a@bücher.example', domain: 'bücher.example' })).toMatchObject({
      ok: true,
      value: { text: 'v=DMARC1; p=reject; rua=mailto:a@xn--bcher-kva.example', reportRecords: [] },
    });
  });

  test('the organizational domain decides what is outside', () => {
    const organizationalDomain = (domain: string) => domain.split('.').slice(-2).join('.');
    const hosts = (options: object) => build(options).value?.reportRecords.map(({ name }) => name);
    expect(hosts({ domain: 'a.example.com', rua: 'x@b.example.com' })).toEqual([
      'a.example.com._report._dmarc.b.example.com',
    ]);
    expect(hosts({ domain: 'a.example.com', rua: 'x@b.example.com', organizationalDomain })).toEqual([]);
    expect(hosts({ domain: 'a.example.com', rua: 'x@example.com' })).toEqual([]);
    expect(
      hosts({
        domain: 'a.co.uk',
        rua: 'x@co.uk',
        organizationalDomain: (d: string) => (d === 'co.uk' ? undefined : d),
      }),
    ).toEqual(['a.co.uk._report._dmarc.co.uk']);
  });

  test('a name that is too long cannot be published', () => {
    const label = 'x'.repeat(60);
    const { diagnostics, value } = build({ domain: `${label}.${label}.example`, rua: `a@${label}.${label}.test` });
    expect(diagnostics.map(({ code }) => code)).toEqual(['dmarc.build-external-name']);
    expect(value?.reportRecords).toEqual([]);
  });

  test.each([
    [{ p: undefined }, '"p" must be one of "none", "quarantine", "reject", received "absent"'],
    [{ p: 'rejct' }, '"p" must be one of "none", "quarantine", "reject", received "rejct"'],
    [{ fo: 'x' }, '"fo" must be one of'],
    [{ rua: [5] }, '"rua" must be a string, received 5'],
    [{ domain: 'a b' }, '"domain" must be a domain name, received "a b"'],
    [{ domain: '_dmarc.example.com' }, '"domain" must be without "_dmarc."'],
    [{ organizationalDomain: 'x' }, '"organizationalDomain" must be a function'],
  ])('%j', (options, message) => {
    expect(() => build(options)).toThrow(TypeError);
    expect(() => build(options)).toThrow(message);
  });
});

describe('edit', () => {
  const text = 'v=DMARC1;p=None;  X=1; rua=mailto:a@example.com, mailto:b@example.com;';

  test.each<[DmarcChanges, string, [string, string][]]>([
    [{}, text, []],
    [{ p: 'none' }, text, []],
    [{ p: 'reject' }, text.replace('None', 'reject'), [['None', 'reject']]],
    [{ t: 'y' }, `${text.slice(0, -1)};t=y;`, [['', ';t=y']]],
    [{ rua: null }, 'v=DMARC1;p=None;  X=1;', [['; rua=mailto:a@example.com, mailto:b@example.com', '']]],
    [
      { rua: 'c@example.com' },
      'v=DMARC1;p=None;  X=1; rua=mailto:c@example.com;',
      [['mailto:a@example.com, mailto:b@example.com', 'mailto:c@example.com']],
    ],
    [{ rua: { add: 'c@example.com' } }, `${text.slice(0, -1)},mailto:c@example.com;`, [['', ',mailto:c@example.com']]],
    [{ rua: { add: 'B@example.com' } }, text, []],
    [
      { rua: { remove: 'a@example.com' } },
      text.replace('mailto:a@example.com, ', ''),
      [['mailto:a@example.com, ', '']],
    ],
    [
      { rua: { remove: 'b@example.com' } },
      text.replace(', mailto:b@example.com', ''),
      [[', mailto:b@example.com', '']],
    ],
    [
      { rua: { remove: ['a@example.com', 'b@example.com'] } },
      'v=DMARC1;p=None;  X=1;',
      [['; rua=mailto:a@example.com, mailto:b@example.com', '']],
    ],
    [
      { rua: { remove: ['a@example.com', 'b@example.com'], add: 'c@example.com' } },
      'v=DMARC1;p=None;  X=1; rua=mailto:c@example.com;',
      [['mailto:a@example.com, mailto:b@example.com', 'mailto:c@example.com']],
    ],
    [
      { rua: { remove: 'b@example.com', add: 'c@example.com' } },
      text.replace(', mailto:b@example.com', ',mailto:c@example.com'),
      [[', mailto:b@example.com', ',mailto:c@example.com']],
    ],
    [
      { ruf: { add: 'c@example.com' } },
      `${text.slice(0, -1)};ruf=mailto:c@example.com;`,
      [['', ';ruf=mailto:c@example.com']],
    ],
    [{ ruf: { add: [] } }, text, []],
    [{ rua: [] }, 'v=DMARC1;p=None;  X=1;', [['; rua=mailto:a@example.com, mailto:b@example.com', '']]],
    [
      { p: 'reject', sp: 'none', adkim: 'strict' },
      `${text.replace('None', 'reject').slice(0, -1)};sp=none;adkim=s;`,
      [
        ['None', 'reject'],
        ['', ';sp=none;adkim=s'],
      ],
    ],
  ])('%j', (changes, expected, list) => {
    const { value } = editDmarcRecord(text, changes);
    expect(value?.text).toBe(expected);
    expect(value?.changes.map(({ span, replacement }) => [text.slice(span.start, span.end), replacement])).toEqual(
      list,
    );
  });

  test.each<[string, DmarcChanges, string]>([
    [
      'mailto:a@example.com!10m',
      { rua: { remove: 'a@example.com', add: 'b@example.com' } },
      '; rua=mailto:b@example.com',
    ],
    ['mailto:a@example.com!10m', { rua: { remove: 'mailto:a@example.com!10m' } }, ''],
    ['mailto:a@example.com!10m', { rua: { add: 'a@example.com' } }, '; rua=mailto:a@example.com!10m'],
    ['', { rua: { add: 'b@example.com' } }, '; rua=mailto:b@example.com'],
    ['mailto:a@example.com,', { rua: { add: 'b@example.com' } }, '; rua=mailto:a@example.com,mailto:b@example.com'],
    ['mailto:a@example.com,', { rua: { remove: 'a@example.com' } }, ''],
  ])('addresses as people wrote them: "rua=%s", %j', (rua, changes, rest) => {
    expect(editDmarcRecord(`v=DMARC1; p=none; rua=${rua}`, changes).value?.text).toBe(`v=DMARC1; p=none${rest}`);
  });

  test('historic tags and repeated ones go', () => {
    expect(
      editDmarcRecord('v=DMARC1; p=reject; pct=50; PCT=1; ri=1; rf=afrf', { pct: null, ri: null, rf: null, np: null })
        .value?.text,
    ).toBe('v=DMARC1; p=reject');
  });

  test('a missing p is put second', () => {
    expect(editDmarcRecord('v=DMARC1; rua=mailto:a@example.com', { p: 'none' })).toMatchObject({
      ok: true,
      value: { text: 'v=DMARC1; p=none; rua=mailto:a@example.com' },
    });
    expect(editDmarcRecord('v=DMARC1', { p: 'none', rua: 'a@example.com' }).value).toEqual({
      text: 'v=DMARC1; p=none; rua=mailto:a@example.com',
      changes: [{ span: { start: 8, end: 8 }, replacement: '; p=none; rua=mailto:a@example.com' }],
    });
  });

  test('what the new record lacks is found, and what could not be removed', () => {
    const { diagnostics } = editDmarcRecord(text, { rua: { remove: 'z@example.com' }, p: 'reject', sp: 'none' });
    expect(diagnostics.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['dmarc.weaker-policy', 'dmarc.edit-absent']),
    );
  });

  test('only a record that stands alone is edited', () => {
    expect(editDmarcRecord('"v=DMARC1; p=none"', { p: 'reject' })).toMatchObject({
      ok: false,
      diagnostics: [{ code: 'dmarc.edit-pasted' }],
    });
    expect(editDmarcRecord('v=spf1 -all', { p: 'reject' })).not.toHaveProperty('value');
    expect(() => editDmarcRecord('v=DMARC1', { p: 'no' as never })).toThrow(
      'Cannot edit the DMARC record: "p" must be one of',
    );
    expect(() => editDmarcRecord('v=DMARC1', null as never)).toThrow('the options must be an object');
    expect(() => editDmarcRecord(1 as never, {})).toThrow('"text" must be a string');
  });
});
