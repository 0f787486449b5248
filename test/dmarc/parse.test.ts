import { describe, expect, test } from 'vitest';
import { isDmarcRecord, parseDmarcRecord, parsePublishedDmarcRecord } from '../../src/dmarc/parse.ts';
import type { DmarcRecordCode } from '../../src/dmarc/rules.ts';

type Finding = [code: DmarcRecordCode, under: string, replacement?: string];

/** Code, the text under the span, and what should stand there instead. */
function findings(text: string): Finding[] {
  return parseDmarcRecord(text).diagnostics.map(({ code, span, fix }) => {
    const under = text.slice(span!.start, span!.end);
    return fix?.replacement === undefined ? [code, under] : [code, under, fix.replacement];
  });
}

const rua = 'rua=mailto:d@example.com';

describe('what a DMARC record is (RFC 9989 §4.7, §4.8)', () => {
  test.each([
    ['v=DMARC1', true],
    ['v=DMARC1;', true],
    ['v=DMARC1; p=none', true],
    ['v = DMARC1 ; p=none', true],
    ['V=DMARC1;p=none', true],
    ['v\t=\tDMARC1\t', true],
    ['v=dmarc1; p=none', false],
    ['v=DMARC2; p=none', false],
    ['v=DMARC1.; p=none', false],
    ['v=DMARC1 p=none', false],
    ['v=DMARC1, p=none', false],
    ['v=DMARC10', false],
    [' v=DMARC1; p=none', false],
    ['p=none; v=DMARC1', false],
    ['v=DMARC1\n; p=none', false],
    ['v=spf1 -all', false],
    ['', false],
  ])('%j: %s', (text, expected) => {
    expect(isDmarcRecord(text)).toBe(expected);
  });
});

describe('effective values (RFC 9989 §4.7)', () => {
  const defaults = { adkim: 'r', aspf: 'r', t: 'n', psd: 'u', fo: ['0'], rua: [], ruf: [] };

  test('every tag that is absent has its default', () => {
    const { ok, value } = parseDmarcRecord('v=DMARC1; p=quarantine');
    expect(ok).toBe(true);
    expect(value).toMatchObject({ ...defaults, v: 'DMARC1', p: 'quarantine', sp: 'quarantine', np: 'quarantine' });
    expect(value).not.toHaveProperty('pct');
    expect(value).not.toHaveProperty('rf');
    expect(value).not.toHaveProperty('ri');
  });

  test.each([
    ['np falls back on sp', 'v=DMARC1; p=none; sp=quarantine', ['none', 'quarantine', 'quarantine']],
    ['np stands for itself', 'v=DMARC1; p=none; np=reject', ['none', 'none', 'reject']],
    ['keywords are case-insensitive', 'v=DMARC1; P=Reject; SP=NONE', ['reject', 'none', 'none']],
    ['p may stand anywhere', `v=DMARC1; ${rua}; p=reject`, ['reject', 'reject', 'reject']],
    ['§4.10.1 absent p with rua', `v=DMARC1; sp=reject; ${rua}`, ['none', 'none', 'none']],
    ['§4.10.1 invalid p with rua', `v=DMARC1; p=rejct; ${rua}`, ['none', 'none', 'none']],
    ['§4.10.1 invalid sp with rua', `v=DMARC1; p=reject; sp=x; ${rua}`, ['none', 'none', 'none']],
    ['§4.10.1 invalid np with rua', `v=DMARC1; p=reject; np=x; ${rua}`, ['none', 'none', 'none']],
    ['§4.10.1 empty sp is invalid', `v=DMARC1; p=reject; sp=; ${rua}`, ['none', 'none', 'none']],
    ['§4.10.1 absent p', 'v=DMARC1', [undefined, undefined, undefined]],
    ['§4.10.1 invalid p', 'v=DMARC1; p=rejct', [undefined, undefined, undefined]],
    ['§4.10.1 invalid sp', 'v=DMARC1; p=reject; sp=x', [undefined, undefined, undefined]],
    ['§4.10.1 invalid np', 'v=DMARC1; p=reject; np=x', [undefined, undefined, undefined]],
    ['§4.10.1 a rua without a valid URI', 'v=DMARC1; p=x; rua=d@example.com', [undefined, undefined, undefined]],
    ['§4.8 a tag without "=" is ignored', 'v=DMARC1; p=reject; sp', ['reject', 'reject', 'reject']],
  ])('%s', (_, text, [p, sp, np]) => {
    const { value } = parseDmarcRecord(text);
    expect([value?.p, value?.sp, value?.np]).toEqual([p, sp, np]);
    if (p === undefined) for (const key of ['p', 'sp', 'np']) expect(value).not.toHaveProperty(key);
  });

  test.each([
    ['v=DMARC1', false, ['dmarc.no-processing', 'error']],
    [`v=DMARC1; ${rua}`, true, ['dmarc.acts-as-none', 'warning']],
  ])('absent p: %s', (text, ok, [code, severity]) => {
    const result = parseDmarcRecord(text);
    expect(result.ok).toBe(ok);
    expect(result.diagnostics).toMatchObject([{ code, severity, params: { name: 'p' }, spec: { section: '4.10.1' } }]);
  });

  test.each([
    ['adkim=s; aspf=S', { adkim: 's', aspf: 's' }],
    ['t=y; psd=n', { t: 'y', psd: 'n' }],
    ['psd=Y', { psd: 'y' }],
    ['fo=1', { fo: ['1'] }],
    ['fo=d', { fo: ['d'] }],
    ['fo=d:s', { fo: ['d', 's'] }],
    ['fo=s:1:D', { fo: ['s', '1', 'd'] }],
    ['pct=0; rf=afrf; ri=86400', { pct: 0, rf: 'afrf', ri: 86400 }],
    ['pct=100', { pct: 100 }],
  ])('%s', (tags, expected) => {
    expect(parseDmarcRecord(`v=DMARC1; p=reject; ruf=mailto:d@example.com; ${tags}`)).toMatchObject({
      ok: true,
      value: expected,
    });
  });

  test.each(['adkim=x', 'aspf=', 't=maybe', 'psd=1', 'fo=0:1', 'fo=d:d', 'fo=', 'fo=x', 'fo=d: s'])(
    '%s is an error and the default applies (§4.8)',
    (tag) => {
      const { ok, value, diagnostics } = parseDmarcRecord(`v=DMARC1; p=reject; ruf=mailto:d@example.com; ${tag}`);
      expect(ok).toBe(false);
      expect(diagnostics.map(({ code }) => code)).toEqual(['dmarc.tag-value']);
      expect(value).toMatchObject({ p: 'reject', adkim: 'r', aspf: 'r', t: 'n', psd: 'u', fo: ['0'] });
    },
  );

  test.each(['pct=101', 'pct=-1', 'pct=', 'pct=1e1', 'ri=x', 'ri=99999999999'])('%s is ignored', (tag) => {
    const { value } = parseDmarcRecord(`v=DMARC1; p=reject; ${tag}`);
    expect(value).not.toHaveProperty('pct');
    expect(value).not.toHaveProperty('ri');
  });
});

describe('tags and spans', () => {
  test('each tag keeps its name and value as written and its places', () => {
    const text = 'v=DMARC1;\tP = none ;x=1 2; pct=50;';
    const { value } = parseDmarcRecord(text);
    expect(value?.tags.map(({ name, value, known }) => [name, value, known])).toEqual([
      ['v', 'DMARC1', true],
      ['P', 'none', true],
      ['x', '1 2', false],
      ['pct', '50', false],
    ]);
    for (const tag of value!.tags) {
      expect(text.slice(tag.nameSpan.start, tag.nameSpan.end)).toBe(tag.name);
      expect(text.slice(tag.valueSpan.start, tag.valueSpan.end)).toBe(tag.value);
    }
    expect(text.slice(value!.tags[1]!.span.start, value!.tags[1]!.span.end)).toBe('P = none');
  });

  test.each([
    ['p=none; p=reject', 'none', [['dmarc.duplicate-tag', ' p=reject', '']]],
    ['p=none; sp=none; SP=reject;', 'none', [['dmarc.duplicate-tag', ' SP=reject;', '']]],
  ])('the first of two counts: %s', (tags, p, expected) => {
    const text = `v=DMARC1; ${rua}; ${tags}`;
    expect(parseDmarcRecord(text).value?.p).toBe(p);
    expect(parseDmarcRecord(text).value?.sp).toBe('none');
    expect(findings(text)).toEqual(expected);
  });

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'])('tag "%s" is harmless', (name) => {
    const { value } = parseDmarcRecord(`v=DMARC1; p=reject; ${name}=reject`);
    expect(value).toMatchObject({ p: 'reject', sp: 'reject' });
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });
});

describe('report addresses (RFC 9989 §4.8)', () => {
  const uris = (list: string) => {
    const text = `v=DMARC1; p=none; rua=${list}`;
    const { value } = parseDmarcRecord(text);
    return value?.rua.map(({ span, ...uri }) => ({ ...uri, text: text.slice(span.start, span.end) }));
  };

  test.each([
    ['mailto:a@example.com', [{ address: 'a@example.com' }]],
    ['MAILTO:a@example.com', [{ uri: 'MAILTO:a@example.com', scheme: 'mailto', address: 'a@example.com' }]],
    ['mailto:a@example.com?subject=x', [{ address: 'a@example.com', uri: 'mailto:a@example.com?subject=x' }]],
    ['mailto:a%21b%2Cc@example.com', [{ address: 'a!b,c@example.com', uri: 'mailto:a%21b%2Cc@example.com' }]],
    ['mailto:a@example.com , mailto:b@example.net', [{ address: 'a@example.com' }, { address: 'b@example.net' }]],
    ['mailto:a@example.com!10m', [{ uri: 'mailto:a@example.com', size: '10m', text: 'mailto:a@example.com!10m' }]],
    ['https://example.com/r!1', [{ uri: 'https://example.com/r', scheme: 'https', size: '1' }]],
    ['HTTP://example.com/r', [{ uri: 'HTTP://example.com/r', scheme: 'http' }]],
  ])('%s', (list, expected) => {
    expect(uris(list)).toMatchObject(expected);
  });

  test.each([
    '',
    'a@example.com',
    'mailto:',
    'mailto:a',
    'mailto:@example.com',
    'mailto:a@',
    'mailto:a@b@c',
    'mailto://a@example.com',
    'mailto:a@example.com!10x',
    'mailto:a!b@example.com',
    'mailto:jürgen@example.com',
    'mailto:a@exämple.com',
    'mailto:a%0Ab@example.com',
    'mailto:a%20b@example.com',
    'mailto:a%C3%A4@example.com',
    'http://exämple.com',
    'example.com',
    ':a',
  ])('%j is dropped', (list) => {
    expect(uris(list)).toEqual([]);
    expect(parseDmarcRecord(`v=DMARC1; p=none; rua=${list}`).diagnostics).toContainEqual(
      expect.objectContaining({ code: 'dmarc.uri', severity: 'error', params: { name: 'rua', value: list } }),
    );
  });

  test('one bad address leaves the others', () => {
    expect(uris('mailto:a@example.com,,b@example.com,mailto:c@example.com')).toMatchObject([
      { address: 'a@example.com' },
      { address: 'c@example.com' },
    ]);
  });
});

describe('what a person gets wrong', () => {
  test.each<[string, Finding[]]>([
    // The version
    ['v=dmarc1; p=reject', [['dmarc.version', 'v=dmarc1', 'v=DMARC1']]],
    ['v=DMARC1.; p=reject', [['dmarc.version', 'v=DMARC1.', 'v=DMARC1']]],
    ['v=DMARC2; p=reject', [['dmarc.version', 'v=DMARC2', 'v=DMARC1']]],
    [' v=DMARC1; p=reject', [['dmarc.version', ' v=DMARC1', 'v=DMARC1']]],
    ['p=reject', [['dmarc.version', '', 'v=DMARC1; ']]],
    ['V=DMARC1; p=reject', [['dmarc.version-form', 'V=DMARC1', 'v=DMARC1']]],
    ['v = DMARC1; p=reject', [['dmarc.version-form', 'v = DMARC1', 'v=DMARC1']]],
    // Separators
    ['v=DMARC1; p=none rua=mailto:a@example.com', [['dmarc.separator', ' ', '; ']]],
    ['v=DMARC1 p=reject', [['dmarc.separator', ' ', '; ']]],
    ['v=DMARC1, p=reject', [['dmarc.separator', ', ', '; ']]],
    ['v=DMARC1; p=reject,sp=reject', [['dmarc.separator', ',', '; ']]],
    ['v=DMARC1;; p=reject', [['dmarc.tag-syntax', ';', '']]],
    ['v=DMARC1; p=reject; junk', [['dmarc.tag-syntax', ' junk', '']]],
    ['v=DMARC1; p=reject; junk;', [['dmarc.tag-syntax', ' junk;', '']]],
    ['v=DMARC1; p=reject; x1=2', [['dmarc.tag-syntax', ' x1=2', '']]],
    ['v=DMARC1; p=reject; x=', [['dmarc.tag-syntax', ' x=', '']]],
    // Characters
    [
      'v=DMARC1; p=“reject”',
      [
        ['dmarc.character', '“', ''],
        ['dmarc.character', '”', ''],
      ],
    ],
    ['v=DMARC1;\u00a0p=reject', [['dmarc.character', '\u00a0', '']]],
    ['v=DMARC1;\r\np=reject', [['dmarc.character', '\r\n', '']]],
    [
      'v=DMARC1; p=reject; x=é',
      [
        ['dmarc.character', 'é'],
        ['dmarc.unknown-tag', 'x'],
      ],
    ],
    // Tags
    ['v=DMARC1; p=reject; adkin=s', [['dmarc.unknown-tag', 'adkin', 'adkim']]],
    ['v=DMARC1; p=reject; rau=mailto:a@example.com', [['dmarc.unknown-tag', 'rau', 'rua']]],
    ['v=DMARC1; p=reject; zzzzzz=1', [['dmarc.unknown-tag', 'zzzzzz']]],
    [
      'v=DMARC1; p=reject; rf=afrf; ri=3600',
      [
        ['dmarc.historic', ' rf=afrf;', ''],
        ['dmarc.historic', ' ri=3600', ''],
      ],
    ],
    ['v=DMARC1; p=reject; pct=100', [['dmarc.historic', ' pct=100', '']]],
    [
      'v=DMARC1; p=reject; pct=0',
      [
        ['dmarc.historic', ' pct=0', ''],
        ['dmarc.percent', 'pct=0', 't=y'],
      ],
    ],
    [
      'v=DMARC1; p=reject; pct=50',
      [
        ['dmarc.historic', ' pct=50', ''],
        ['dmarc.percent', 'pct=50'],
      ],
    ],
    // Values
    [
      'v=DMARC1; p=reject; adkim=relaxed; aspf=strict',
      [
        ['dmarc.tag-value', 'relaxed', 'r'],
        ['dmarc.tag-value', 'strict', 's'],
      ],
    ],
    ['v=DMARC1; p=reject; adkim="s"', [['dmarc.tag-value', '"s"', 's']]],
    ['v=DMARC1; p=reject; t=no', [['dmarc.tag-value', 'no', 'n']]],
    ['v=DMARC1; p=reject; adkim=x', [['dmarc.tag-value', 'x']]],
    ['v=DMARC1; p=reject; ruf=mailto:a@example.com; fo=0:1', [['dmarc.tag-value', '0:1', '1']]],
    ['v=DMARC1; p=reject; ruf=mailto:a@example.com; fo=0:1:d:s', [['dmarc.tag-value', '0:1:d:s', '1:d:s']]],
    ['v=DMARC1; p=reject; ruf=mailto:a@example.com; fo=1,d,s', [['dmarc.tag-value', '1,d,s', '1:d:s']]],
    ['v=DMARC1; p=reject; ruf=mailto:a@example.com; fo=x', [['dmarc.tag-value', 'x']]],
    // Practice
    ['v=DMARC1; p=none', [['dmarc.no-reports', 'p=none']]],
    ['v=DMARC1; p=reject; sp=none', [['dmarc.weaker-policy', 'sp=none']]],
    ['v=DMARC1; p=quarantine; np=none', [['dmarc.weaker-policy', 'np=none']]],
    ['v=DMARC1; p=none; sp=reject; rua=mailto:a@example.com', []],
    ['v=DMARC1; p=reject; t=y', [['dmarc.testing', 't=y']]],
    ['v=DMARC1; p=reject; fo=1', [['dmarc.fo-without-ruf', 'fo=1']]],
    ['v=DMARC1; p=reject; psd=y', [['dmarc.psd', 'psd=y']]],
    ['v=DMARC1; p=reject; psd=u', []],
    // Addresses
    ['v=DMARC1; p=none; rua=a@example.com', [['dmarc.uri', 'a@example.com', 'mailto:a@example.com']]],
    ['v=DMARC1; p=none; rua=mailto://a@example.com', [['dmarc.uri', 'mailto://a@example.com', 'mailto:a@example.com']]],
    ['v=DMARC1; p=none; rua=mailto: a@example.com', [['dmarc.uri', 'mailto: a@example.com', 'mailto:a@example.com']]],
    ['v=DMARC1; p=none; rua=<a@example.com>', [['dmarc.uri', '<a@example.com>', 'mailto:a@example.com']]],
    [
      'v=DMARC1; p=none; rua=mailto:a@example.com,b@example.com',
      [['dmarc.uri', 'b@example.com', 'mailto:b@example.com']],
    ],
    ['v=DMARC1; p=none; rua=mailto:John Doe@example.com', [['dmarc.uri', 'mailto:John Doe@example.com']]],
    ['v=DMARC1; p=none; rua=mailto:a@example.com!10m', [['dmarc.historic', '!10m', '']]],
    ['v=DMARC1; p=none; rua=https://example.com/', [['dmarc.uri-scheme', 'https://example.com/']]],
    ['v=DMARC1; p=none; rua=mailto:a@example.com mailto:b@example.com', [['dmarc.separator', ' ', ',']]],
    ['v=DMARC1; p=none; rua=mailto:a@example.com; mailto:b@example.com', [['dmarc.separator', '; ', ',']]],
  ])('%s', (text, expected) => {
    const unexplained = findings(text).filter(
      ([code]) => code !== 'dmarc.no-processing' && code !== 'dmarc.acts-as-none',
    );
    expect(unexplained).toEqual(expected);
  });

  test.each([
    ['rejct', 'reject'],
    ['rejected', 'reject'],
    ['rejet', 'reject'],
    ['rejeter', 'reject'],
    ['rejeté', 'reject'],
    ['ablehnen', 'reject'],
    ['zurückweisen', 'reject'],
    ['rechazar', 'reject'],
    ['rejeitar', 'reject'],
    ['block', 'reject'],
    ['"reject"', 'reject'],
    ['reject.', 'reject'],
    ['quarentine', 'quarantine'],
    ['quarantaine', 'quarantine'],
    ['quarantäne', 'quarantine'],
    ['cuarentena', 'quarantine'],
    ['quarentena', 'quarantine'],
    ['nnoe', 'none'],
    ['aucun', 'none'],
    ['aucune', 'none'],
    ['kein', 'none'],
    ['keine', 'none'],
    ['ninguno', 'none'],
    ['ninguna', 'none'],
    ['nessuna', 'none'],
    ['monitor', 'none'],
    ['no', 'none'],
  ])('p=%s means %s', (word, keyword) => {
    for (const name of ['p', 'sp', 'np']) {
      const text = `v=DMARC1; ${rua}; ${name === 'p' ? '' : 'p=none; '}${name}=${word}`;
      const finding = parseDmarcRecord(text).diagnostics.find(({ code }) => code === 'dmarc.tag-value');
      expect(finding).toMatchObject({
        severity: 'error',
        message: `Tag "${name}" must be none, quarantine or reject: found "${word}"`,
        params: { name, value: word },
        fix: { replacement: keyword },
      });
      expect(text.slice(finding!.span!.start, finding!.span!.end)).toBe(word);
    }
  });

  test.each(['x', 'qqqqqqqqqqqq', 'strict', ''])('p=%s has no obvious meaning', (word) => {
    const [finding] = parseDmarcRecord(`v=DMARC1; p=${word}`).diagnostics;
    expect(finding).toMatchObject({ code: 'dmarc.tag-value' });
    expect(finding).not.toHaveProperty('fix');
  });

  test('a missing semicolon is understood', () => {
    expect(parseDmarcRecord('v=DMARC1 p=reject, rua=mailto:a@example.com aspf=s').value).toMatchObject({
      p: 'reject',
      rua: [{ address: 'a@example.com' }],
      aspf: 's',
    });
    expect(parseDmarcRecord(',p=none; rua=mailto:a@example.com').ok).toBe(false);
  });

  test('addresses that other signs than commas separate are understood', () => {
    const { value } = parseDmarcRecord(
      'v=DMARC1; p=none; rua=mailto:a@example.com mailto:b@example.com; mailto:c@example.com',
    );
    expect(value?.rua.map(({ address }) => address)).toEqual(['a@example.com', 'b@example.com', 'c@example.com']);
    expect(value?.tags).toHaveLength(3);
  });

  test.each(['v=spf1 -all', 'v=DKIM1; k=rsa; p=MIGf', 'hello', '', ';', 'google-site-verification=abc'])(
    '%j is another record: no value',
    (text) => {
      const result = parseDmarcRecord(text);
      expect(result.ok).toBe(false);
      expect(result).not.toHaveProperty('value');
      expect(result.diagnostics.map(({ code }) => code)).toContain('dmarc.version');
    },
  );

  test('the message quotes what was found, and a long value only in part', () => {
    const { diagnostics } = parseDmarcRecord(`v=DMARC1; p=${'x'.repeat(500)}`);
    expect(diagnostics[0]!.message.length).toBeLessThan(200);
    expect(diagnostics[0]!.params.value).toBe('x'.repeat(500));
  });

  test.each([undefined, null, 5, {}])('%s is not a text', (text) => {
    expect(() => parseDmarcRecord(text as string)).toThrow(
      /^Cannot parse the DMARC record: "text" must be a string, received/,
    );
  });
});

describe('pasted with what stands around it', () => {
  test.each([
    ['_dmarc.example.com. IN TXT "v=DMARC1; p=reject"', 'v=DMARC1; p=reject'],
    ['_dmarc.example.com.\t3600\tIN\tTXT\t"v=DMARC1; p=reject"', 'v=DMARC1; p=reject'],
    ['_dmarc TXT ( "v=DMARC1; " "p=rej" "ect" )', 'v=DMARC1; p=reject'],
    ['_dmarc IN TXT v=DMARC1\\; p=reject', 'v=DMARC1; p=reject'],
    ['"v=DMARC1; p=reject"', 'v=DMARC1; p=reject'],
    ['_dmarc.example.com text = "v=DMARC1; p=reject"', 'v=DMARC1; p=reject'],
    ['Value: v=DMARC1; p=reject', 'v=DMARC1; p=reject'],
  ])('%s', (text, record) => {
    const { ok, value, diagnostics } = parseDmarcRecord(text);
    expect(ok).toBe(false);
    expect(diagnostics).toMatchObject([
      { code: 'dmarc.pasted', severity: 'error', span: { start: 0, end: text.length }, fix: { replacement: record } },
    ]);
    expect(value).toMatchObject({
      p: 'reject',
      tags: [
        { name: 'v', value: 'DMARC1' },
        { name: 'p', value: 'reject' },
      ],
    });
    expect(text.slice(value!.tags[1]!.nameSpan.start)).toMatch(/^p=/);
  });

  test('faults inside point into the pasted text', () => {
    const text = '_dmarc IN TXT "v=DMARC1; p=rejct; rua=mailto:a@exam" "ple.com"';
    const { value, diagnostics } = parseDmarcRecord(text);
    expect(value?.rua).toMatchObject([{ uri: 'mailto:a@example.com', address: 'a@example.com' }]);
    const finding = diagnostics.find(({ code }) => code === 'dmarc.tag-value')!;
    expect(text.slice(finding.span!.start, finding.span!.end)).toBe('rejct');
  });

  test('curly quotes around all', () => {
    const { value, diagnostics } = parseDmarcRecord('“v=DMARC1; p=reject”');
    expect(value?.p).toBe('reject');
    expect(diagnostics.map(({ code }) => code)).toEqual(['dmarc.character', 'dmarc.character', 'dmarc.version']);
  });
});

describe('as receivers read it (RFC 9989 §4.8)', () => {
  test.each([
    ['a missing semicolon spoils the value', `v=DMARC1; p=reject ${rua}`, undefined],
    ['with a rua of its own: §4.10.1', `v=DMARC1; p=reject sp=none; ${rua}`, 'none'],
    ['curly quotes spoil the value', `v=DMARC1; p=“reject”; ${rua}`, 'none'],
    ['a line break is no white space', `v=DMARC1;\np=reject; ${rua}`, 'none'],
    ['nor is NUL', `v=DMARC1; p=\0reject; ${rua}`, 'none'],
    ['a correct record', `v=DMARC1; p=reject; ${rua}`, 'reject'],
  ])('%s', (_, text, p) => {
    expect(parsePublishedDmarcRecord(text).value?.p).toBe(p);
  });

  test('addresses that no comma separates are no addresses', () => {
    expect(parsePublishedDmarcRecord('v=DMARC1; p=none; rua=mailto:a@b.example mailto:c@b.example').value?.rua).toEqual(
      [],
    );
    expect(parsePublishedDmarcRecord('v=DMARC1; p=none; rua=mailto:a@b.example;mailto:c@b.example')).toMatchObject({
      value: { rua: [{ address: 'a@b.example' }] },
      diagnostics: [{ code: 'dmarc.tag-syntax' }],
    });
  });
});

test.each(['a;', 'v=DMARC1;', 'p=x ', 'a@b ', ',', '" ', ' v', '%41', 'é“', 'v=DMARC1; rua=mailto:a@b ; ', '\\"'])(
  'time is linear: %j repeated',
  (unit) => {
    const start = performance.now();
    for (const head of ['', 'v=DMARC1; rua=', '"v=DMARC1; p=none', 'v=DMARC1; x=']) {
      parseDmarcRecord(head + unit.repeat(60_000 / unit.length));
      parsePublishedDmarcRecord(head + unit.repeat(60_000 / unit.length));
    }
    // Quadratic work on these would take minutes.
    expect(performance.now() - start).toBeLessThan(8000);
  },
);
