import { describe, expect, test } from 'vitest';
import { parseDmarcRecord } from '../../src/dmarc/parse.ts';
import { authorizeReportAddresses } from '../../src/dmarc/report-address.ts';
import { memoryResolver, type Zone } from '../../src/resolvers/memory.ts';
import { recordingResolver } from '../../src/resolvers/record.ts';

const policyDomain = 'blue.example.com';

async function authorize(uris: string, zone: Zone, { tags = '', tag = 'rua' as 'rua' | 'ruf', ...options } = {}) {
  const record = parseDmarcRecord(`v=DMARC1; p=none; ${tags}${tag}=${uris}`).value!;
  const resolver = recordingResolver(memoryResolver(zone));
  const result = await authorizeReportAddresses(record, { resolver }, { policyDomain, ...options });
  return { ...result, asked: Object.keys(resolver.zone()).sort(), verdicts: result[tag] };
}
const permission = (text: string | string[]): Zone => ({
  [`${policyDomain}._report._dmarc.red.example.net`]: { TXT: [text].flat() },
});
const external = 'mailto:reports@red.example.net';
const codes = (diagnostics: readonly { code: string }[]) => diagnostics.map(({ code }) => code);

describe('who has to be asked (RFC 9990 §4)', () => {
  test.each<[string, string, Zone]>([
    ['the policy domain itself', 'mailto:a@BLUE.example.com', {}],
    [
      'the same organization by the tree walk',
      'mailto:a@mail.example.com',
      { '_dmarc.example.com': { TXT: ['v=DMARC1; p=none'] } },
    ],
    [
      'a name below, one organization as there is no other record',
      'mailto:a@x.example.com',
      { '_dmarc.example.com': { TXT: ['v=DMARC1; p=none'] } },
    ],
  ])('%s: nobody', async (_, uri, zone) => {
    const { verdicts, diagnostics } = await authorize(uri, zone);
    expect(verdicts).toEqual([
      {
        uri,
        host: uri.split('@')[1]!.toLowerCase(),
        result: 'internal',
        destinations: [{ uri, address: uri.slice(7) }],
      },
    ]);
    expect(diagnostics).toEqual([]);
  });

  test('the policy domain itself costs no question, another top-level domain one', async () => {
    expect((await authorize('mailto:a@blue.example.com', {})).asked).toEqual([]);
    expect((await authorize('mailto:a@red.example.net', permission('v=DMARC1'))).asked).toHaveLength(1);
    const elsewhere = { 'blue.example.com._report._dmarc.reports.test': { TXT: ['v=DMARC1'] } };
    expect((await authorize('mailto:a@reports.test, mailto:b@reports.test', elsewhere)).asked).toEqual([
      'blue.example.com._report._dmarc.reports.test',
    ]);
  });

  test('psd=n below makes another organization', async () => {
    const zone = {
      '_dmarc.example.com': { TXT: ['v=DMARC1; p=none'] },
      '_dmarc.other.example.com': { TXT: ['v=DMARC1; p=none; psd=n'] },
    };
    expect((await authorize('mailto:a@other.example.com', zone)).verdicts[0]).toMatchObject({
      result: 'unauthorized',
      reason: 'no-record',
    });
  });

  test('a caller may know organizational domains (RFC 7489)', async () => {
    const organizationalDomain = (domain: string) => domain.split('.').slice(-2).join('.');
    expect(
      (await authorize('mailto:a@red.example.com', {}, { organizationalDomain } as object)).verdicts[0]!.result,
    ).toBe('internal');
    const none = await authorize('mailto:a@red.example.com', {}, { organizationalDomain: () => undefined } as object);
    expect(none.verdicts[0]!.result).toBe('unauthorized');
  });
});

describe('what the destination says (RFC 9990 §4 steps 5 to 9)', () => {
  const own = [{ uri: external, address: 'reports@red.example.net' }];
  test.each<[string, string | string[], string, string | undefined, object[]]>([
    ['v=DMARC1 alone', 'v=DMARC1', 'authorized', undefined, own],
    ['a trailing semicolon', 'v=DMARC1;', 'authorized', undefined, own],
    ['an unusable p does not matter', 'v=DMARC1; p=nonsense', 'authorized', undefined, own],
    ['several records', ['v=DMARC1', 'x', 'v=DMARC1; p=none'], 'authorized', undefined, own],
    [
      'rua at the same host replaces',
      'v=DMARC1; rua=mailto:new@RED.example.net',
      'authorized',
      undefined,
      [{ uri: 'mailto:new@RED.example.net', address: 'new@RED.example.net' }],
    ],
    ['ruf does not replace rua', 'v=DMARC1; ruf=mailto:new@red.example.net', 'authorized', undefined, own],
    [
      'rua at another host: to neither',
      'v=DMARC1; rua=mailto:victim@green.example.org',
      'unauthorized',
      'foreign-override',
      [],
    ],
    [
      'rua below the host: to neither',
      'v=DMARC1; rua=mailto:a@sub.red.example.net',
      'unauthorized',
      'foreign-override',
      [],
    ],
    [
      'one of two elsewhere: to neither',
      'v=DMARC1; rua=mailto:a@red.example.net,mailto:a@b.example',
      'unauthorized',
      'foreign-override',
      [],
    ],
    ['an rua without an address', 'v=DMARC1; rua=nobody', 'unauthorized', 'foreign-override', []],
    ['another version', 'v=DMARC2', 'unauthorized', 'no-record', []],
    ['lower case', 'v=dmarc1', 'unauthorized', 'no-record', []],
    ['v not first', 'p=none; v=DMARC1', 'unauthorized', 'no-record', []],
    ['no tag list', 'v=DMARC1; hello', 'unauthorized', 'no-record', []],
    ['a record above the limit', `v=DMARC1; ${'x'.repeat(9000)}=1`, 'unauthorized', 'no-record', []],
    ['other TXT records', 'v=spf1 -all', 'unauthorized', 'no-record', []],
  ])('%s', async (_, text, result, reason, destinations) => {
    const { verdicts } = await authorize(external, permission(text));
    expect(verdicts[0]).toEqual({
      uri: external,
      host: 'red.example.net',
      name: 'blue.example.com._report._dmarc.red.example.net',
      result,
      ...(reason && { reason }),
      destinations,
    });
  });

  test('findings say who refused', async () => {
    expect(codes((await authorize(external, {})).diagnostics)).toEqual(['dmarc.report-unauthorized']);
    expect(codes((await authorize(external, permission('v=DMARC1; rua=mailto:a@b.example'))).diagnostics)).toEqual([
      'dmarc.report-override',
    ]);
  });

  test('a wildcard accepts reports about any domain', async () => {
    const zone = { '*._report._dmarc.red.example.net': { TXT: ['v=DMARC1'] } };
    expect((await authorize(external, zone)).verdicts[0]!.result).toBe('authorized');
  });

  test('a failed question is a temperror', async () => {
    const zone: Zone = { [`${policyDomain}._report._dmarc.red.example.net`]: { TXT: { failure: 'timeout' } } };
    const { verdicts, diagnostics } = await authorize(external, zone);
    expect(verdicts[0]).toMatchObject({ result: 'temperror', reason: 'dns-failure', destinations: [] });
    expect(codes(diagnostics)).toEqual(['dmarc.dns-failure']);
  });

  test('a failed walk leaves the organization open, and permission settles it', async () => {
    const zone: Zone = { '_dmarc.red.example.com': { TXT: { failure: 'servfail' } } };
    const { verdicts, diagnostics } = await authorize('mailto:a@red.example.com', zone);
    expect(verdicts[0]).toMatchObject({ result: 'temperror', destinations: [] });
    expect(codes(diagnostics)).toEqual(['dmarc.dns-failure']);
    const given = { ...zone, [`${policyDomain}._report._dmarc.red.example.com`]: { TXT: ['v=DMARC1'] } };
    expect((await authorize('mailto:a@red.example.com', given)).verdicts[0]!.result).toBe('authorized');
  });

  test('a name that DNS cannot hold is no permission (step 4)', async () => {
    const long = `${'a'.repeat(60)}.`.repeat(3);
    const { verdicts, diagnostics } = await authorize(`mailto:a@${long}example.net`, {}, {
      policyDomain: `${long}test`,
    } as object);
    expect(verdicts[0]).toMatchObject({ result: 'unauthorized', reason: 'name-too-long' });
    expect(codes(diagnostics)).toEqual(['dmarc.report-name-too-long']);
    const open = { [`_dmarc.${long}test`]: { TXT: { failure: 'timeout' } } } as Zone;
    const unsure = await authorize(`mailto:a@b.${long}test`, open, { policyDomain: `${long}test` } as object);
    expect(unsure.verdicts[0]).toMatchObject({ result: 'temperror', reason: 'dns-failure' });
  });
});

describe('which host a URI has', () => {
  test.each([
    // Percent-encoded, a local part could hold another recipient.
    'mailto:victim%40victim.example%2Ca@blue.example.com',
    'mailto:a%3Bb@blue.example.com',
    'mailto:a@192.0.2.1',
    'https://192.0.2.1/x',
    'urn:x:y',
  ])('%s has none that is certain', async (uri) => {
    const { verdicts, diagnostics, asked } = await authorize(uri, {});
    expect(verdicts).toEqual([{ uri, result: 'unauthorized', reason: 'invalid-host', destinations: [] }]);
    expect(codes(diagnostics)).toEqual(['dmarc.report-host']);
    expect(asked).toEqual([]);
  });

  test('what follows "?" could name other recipients, and is left out', async () => {
    const { verdicts } = await authorize('mailto:a@blue.example.com?cc=b@victim.example!10m', {});
    expect(verdicts[0]!.destinations).toEqual([{ uri: 'mailto:a@blue.example.com', address: 'a@blue.example.com' }]);
  });

  test('https', async () => {
    const { verdicts } = await authorize('https://blue.example.com/report', {});
    expect(verdicts[0]).toMatchObject({
      host: 'blue.example.com',
      result: 'internal',
      destinations: [{ uri: 'https://blue.example.com/report' }],
    });
  });
});

describe('failure reports (RFC 9991 §5)', () => {
  test('ruf of the destination replaces ruf', async () => {
    const { verdicts } = await authorize(
      external,
      permission('v=DMARC1; rua=mailto:x@green.example; ruf=mailto:f@red.example.net'),
      { tag: 'ruf' },
    );
    expect(verdicts[0]!.destinations).toEqual([{ uri: 'mailto:f@red.example.net', address: 'f@red.example.net' }]);
  });

  test('a public suffix gets none (RFC 9991 §2)', async () => {
    const { ruf, diagnostics, asked } = await authorize(external, permission('v=DMARC1'), {
      tag: 'ruf',
      tags: 'psd=y; ',
    });
    expect(ruf).toEqual([{ uri: external, result: 'unauthorized', reason: 'psd', destinations: [] }]);
    expect(codes(diagnostics)).toContain('dmarc.report-psd');
    expect(asked).toEqual([]);
  });
});

test('no more than ten hosts are asked', async () => {
  const uris = Array.from({ length: 12 }, (_, i) => `mailto:a@h${i}.example.net`).join();
  const { verdicts, diagnostics, asked } = await authorize(uris, {});
  expect(verdicts.map(({ reason }) => reason)).toEqual([...Array(10).fill('no-record'), 'host-limit', 'host-limit']);
  expect(codes(diagnostics).filter((code) => code === 'dmarc.report-destination-limit')).toHaveLength(2);
  expect(asked).toHaveLength(10);
});

test.each<[unknown, unknown, unknown, string]>([
  [undefined, {}, { policyDomain }, '"record" must be a DmarcRecord, received undefined'],
  [{ rua: [], ruf: [] }, {}, { policyDomain }, '"env.resolver" must be a Resolver'],
  [{ rua: [], ruf: [] }, { resolver: memoryResolver({}) }, undefined, '"policyDomain" must be a string'],
  [
    { rua: [], ruf: [] },
    { resolver: memoryResolver({}) },
    { policyDomain: '' },
    '"policyDomain" must be a domain name, received ""',
  ],
  [
    { rua: [], ruf: [] },
    { resolver: memoryResolver({}) },
    { policyDomain, organizationalDomain: 1 },
    '"organizationalDomain" must be a function',
  ],
])('wrong arguments throw (%#)', async (record, env, options, message) => {
  await expect(authorizeReportAddresses(record as never, env as never, options as never)).rejects.toThrow(message);
});
