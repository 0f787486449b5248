import { describe, expect, test } from 'vitest';
import type { Zone } from '../../../src/resolvers/memory.ts';
import { auditZone, codesOf, findingOf, octetsOf } from '../world.ts';

const mail = (...TXT: string[]): Zone => ({
  'example.com': { MX: ['10 mx.example.com'], ...(TXT.length > 0 && { TXT }) },
  'mx.example.com': { A: ['192.0.2.25'] },
});
const spfCodes = (codes: string[]) => codes.filter((code) => code.startsWith('spf.'));

describe('findings about the record, each with the change that cures it', () => {
  test.each<[string, string, string, string | undefined]>([
    [
      'a term that goes takes its space along',
      'v=spf1 mx  a:gone.example.com -all',
      'spf.target-missing',
      'v=spf1 mx -all',
    ],
    [
      'a term that is rewritten',
      'v=spf1 mx ipv4:192.0.2.1 -all',
      'spf.unknown-mechanism',
      'v=spf1 mx ip4:192.0.2.1 -all',
    ],
    ['what is nearly a record', 'v=spf mx -all', 'spf.version', 'v=spf1 mx -all'],
    ['what was pasted', '"v=spf1 mx -all"', 'spf.pasted', 'v=spf1 mx -all'],
    ['a matter for the owner', 'v=spf1 mx ptr -all', 'spf.ptr', undefined],
  ])('%s', async (_, text, code, after) => {
    const { change, evidence, area } = findingOf(await auditZone(mail('token=1', text)), code);
    expect(area).toBe('spf');
    expect(evidence[0]).toEqual({ name: 'example.com', type: 'TXT', found: text });
    expect(change).toEqual(
      after && {
        action: 'replace',
        name: 'example.com',
        type: 'TXT',
        before: text,
        after,
        zoneLine: `example.com. IN TXT "${after}"`,
      },
    );
    if (after !== undefined) expect(codesOf(await auditZone(mail(after)))).not.toContain(code);
  });

  test('what the record names is evidence too', async () => {
    const { evidence } = findingOf(await auditZone(mail('v=spf1 include:gone.example -all')), 'spf.include-dangling');
    expect(evidence).toEqual([
      { name: 'example.com', type: 'TXT', found: 'v=spf1 include:gone.example -all' },
      { name: 'gone.example', type: 'TXT', found: 'nxdomain' },
    ]);
  });

  test('a question that failed is evidence', async () => {
    const zone: Zone = { ...mail('v=spf1 mx -all'), 'mx.example.com': { A: { failure: 'timeout' } } };
    expect(findingOf(await auditZone(zone), 'spf.dns-failure').evidence).toContainEqual({
      name: 'mx.example.com',
      type: 'A',
      found: 'timeout',
    });
  });

  test('UTF-8 is shown as the characters that it means', async () => {
    const text = 'v=spf1 mx\u00a0 a:gone.example.com x=\u00fc -all';
    const audit = await auditZone(mail(octetsOf(text)));
    const unknown = findingOf(audit, 'spf.unknown-mechanism');
    expect(unknown).toMatchObject({ message: '"mx\u00a0" is no mechanism', span: { start: 7, end: 10 } });
    expect(unknown.evidence[0]?.found).toBe(text);
    expect(unknown.change).toMatchObject({ before: text, after: 'v=spf1 mx a:gone.example.com x=\u00fc -all' });
    const { span } = findingOf(audit, 'spf.target-missing');
    expect(text.slice(span?.start, span?.end)).toBe('a:gone.example.com');
  });

  test('UTF-8 in a record stays what it is', async () => {
    const { change } = findingOf(
      await auditZone(mail(octetsOf('v=spf1 mx a:gone.example.com x=\u00fc -all'))),
      'spf.target-missing',
    );
    expect(change && 'after' in change && change.after).toBe('v=spf1 mx x=\u00fc -all');
  });
});

describe('no record', () => {
  test('of a domain with mail is an error', async () => {
    const finding = findingOf(await auditZone(mail()), 'spf.missing');
    expect(finding).toMatchObject({
      severity: 'error',
      evidence: [{ name: 'example.com', type: 'TXT', found: 'nodata' }],
    });
    expect(finding.change).toBeUndefined();
  });

  test('several records are as good as none, and have one word', async () => {
    expect(spfCodes(codesOf(await auditZone(mail('v=spf1 mx -all', 'v=spf1 -all'))))).toEqual(['spf.multiple-records']);
  });

  test('no answer is no missing record', async () => {
    const zone: Zone = { ...mail(), 'example.com': { MX: ['10 mx.example.com'], TXT: { failure: 'timeout' } } };
    expect(spfCodes(codesOf(await auditZone(zone)))).toEqual(['spf.dns-failure']);
  });
});

describe('the records of others', () => {
  const vendor = (text: string): Zone => ({
    ...mail('v=spf1 include:_spf.vendor.example include:_spf.example.com -all'),
    '_spf.vendor.example': { TXT: [text] },
    '_spf.example.com': { TXT: ['v=spf1 ip4:192.0.2.7/24 -all'] },
  });
  test('are theirs to change', async () => {
    const { change, subject } = findingOf(
      await auditZone(vendor('v=spf1 a:gone.example ip4:192.0.2.1 -all')),
      'spf.target-missing',
    );
    expect(subject).toBe('_spf.vendor.example');
    expect(change).toBeUndefined();
  });

  test('have what is only worth knowing left out; the own ones below the domain have it', async () => {
    const { findings } = await auditZone(vendor('v=spf1 ip4:198.51.100.7/24 -all'));
    expect(findings.filter(({ code }) => code === 'spf.host-bits')).toMatchObject([{ subject: '_spf.example.com' }]);
  });

  test('are the owner\u2019s to change where they stand below the domain', async () => {
    const zone = {
      ...vendor('v=spf1 -all'),
      '_spf.example.com': { TXT: ['v=spf1 a:gone.example ip4:192.0.2.7 -all'] },
    };
    expect(findingOf(await auditZone(zone), 'spf.target-missing').change).toMatchObject({
      name: '_spf.example.com',
      after: 'v=spf1 ip4:192.0.2.7 -all',
    });
  });

  test('a sender that many share is worth knowing (RFC 7208 §11.4)', async () => {
    const zone: Zone = {
      ...mail('v=spf1 include:_spf.google.com -all'),
      '_spf.google.com': { TXT: ['v=spf1 ip4:198.51.0.0/16 -all'] },
    };
    const audit = await auditZone(zone);
    // How wide its networks are says no more.
    expect(codesOf(audit)).not.toContain('spf.range-too-wide');
    expect(findingOf(audit, 'spf.shared-sender')).toMatchObject({ severity: 'info', area: 'spf' });
    expect(audit.providers).toMatchObject([
      { id: 'google-workspace', seen: [{ area: 'spf', value: '_spf.google.com' }] },
    ]);
  });
});

test('of a tree with a thousand faults two hundred are told', async () => {
  const zone: Zone = mail(`v=spf1 ${Array.from({ length: 600 }, (_, i) => `x${i}`).join(' ')} -all`);
  const { findings } = await auditZone(zone);
  expect(findings.filter(({ area }) => area === 'spf')).toHaveLength(200);
});
