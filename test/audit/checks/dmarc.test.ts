import { describe, expect, test } from 'vitest';
import type { DmarcReceiverView } from '../../../src/audit/audit.ts';
import { publicSuffix } from '../../../src/public-suffix.ts';
import type { Zone } from '../../../src/resolvers/memory.ts';
import { auditZone, codesOf, findingOf, healthy, healthyFiles, octetsOf } from '../world.ts';

const mail = {
  'example.com': { MX: ['10 mx.example.com'], TXT: ['v=spf1 mx -all'] },
  'mx.example.com': { A: ['192.0.2.25'] },
  'news.example.com': { A: ['192.0.2.80'] },
};
const at = (text: string, ...more: string[]): Zone => ({ ...mail, '_dmarc.example.com': { TXT: [text, ...more] } });
const RUA = 'rua=mailto:dmarc@example.com';

describe('which record applies (RFC 9989 §4.10.1)', () => {
  test.each<[string, Zone, string, object]>([
    [
      'the own record',
      at(`v=DMARC1; p=reject; ${RUA}`),
      'example.com',
      { status: 'found', policyDomain: 'example.com', organizationalDomain: 'example.com' },
    ],
    [
      'the record of the organization',
      at(`v=DMARC1; p=reject; ${RUA}`),
      'news.example.com',
      { status: 'inherited', name: '_dmarc.news.example.com', policyDomain: 'example.com' },
    ],
    ['none', mail, 'example.com', { status: 'none', organizationalDomain: 'example.com' }],
    ['two are as good as none', at('v=DMARC1; p=none', 'v=DMARC1; p=reject'), 'example.com', { status: 'invalid' }],
    ['one without a policy and addresses (§4.10.1)', at('v=DMARC1; p=rejct'), 'example.com', { status: 'invalid' }],
    ['what is nearly one', at('v=dmarc1; p=reject'), 'example.com', { status: 'invalid' }],
    ['one that is too large', at(`v=DMARC1; p=reject; x=${'y'.repeat(9000)}`), 'example.com', { status: 'invalid' }],
    ['another record', at('v=spf1 -all'), 'example.com', { status: 'none' }],
    [
      'no answer',
      { ...mail, '_dmarc.example.com': { TXT: { failure: 'servfail' } } },
      'example.com',
      { status: 'unknown' },
    ],
    [
      'no answer about the organization, for a domain without a record',
      { ...mail, '_dmarc.example.com': { TXT: { failure: 'servfail' } } },
      'news.example.com',
      { status: 'unknown' },
    ],
  ])('%s', async (_, zone, domain, expected) => {
    const { dmarc } = await auditZone(zone, { domain });
    expect(dmarc).toMatchObject(expected);
    expect(dmarc.text !== undefined).toBe(dmarc.policyDomain !== undefined);
  });

  test('the walk is told, with the record that was selected', async () => {
    const { dmarc } = await auditZone(at('v=DMARC1; p=reject'), { domain: 'news.example.com' });
    expect(dmarc.walk).toEqual([
      { name: '_dmarc.news.example.com', status: 'nxdomain', selected: false },
      { name: '_dmarc.example.com', status: 'answer', record: 'v=DMARC1; p=reject', selected: true },
      { name: '_dmarc.com', status: 'nxdomain', selected: false },
    ]);
  });
});

describe('what receivers do', () => {
  type Views = { rfc9989: DmarcReceiverView; rfc7489?: DmarcReceiverView };
  const view = (policy: string, subdomains = policy, nonexistentSubdomains = subdomains, more: object = {}) => ({
    policyDomain: 'example.com',
    policy,
    subdomains,
    nonexistentSubdomains,
    ...more,
  });
  test.each<[string, Zone, string, object]>([
    [
      'p alone holds for all',
      at('v=DMARC1; p=reject'),
      'example.com',
      { rfc9989: view('reject'), rfc7489: view('reject') },
    ],
    [
      'sp and np; RFC 7489 knows no np',
      at('v=DMARC1; p=quarantine; sp=none; np=reject'),
      'example.com',
      { rfc9989: view('quarantine', 'none', 'reject'), rfc7489: view('quarantine', 'none', 'none') },
    ],
    [
      't=y is one step down (RFC 9989 §4.7), and unknown to RFC 7489',
      at('v=DMARC1; p=reject; sp=quarantine; t=y'),
      'example.com',
      { rfc9989: view('quarantine', 'none'), rfc7489: view('reject', 'quarantine') },
    ],
    [
      'pct is ignored (RFC 9989 §A.6), and a share to RFC 7489',
      at('v=DMARC1; p=reject; pct=25'),
      'example.com',
      { rfc9989: view('reject'), rfc7489: view('reject', 'reject', 'reject', { percent: 25 }) },
    ],
    [
      'pct=0 leaves the next weaker policy (RFC 7489 §6.6.4)',
      at('v=DMARC1; p=reject; sp=quarantine; pct=0'),
      'example.com',
      { rfc9989: view('reject', 'quarantine'), rfc7489: view('quarantine', 'none', 'none', { percent: 0 }) },
    ],
    [
      'a subdomain that exists gets sp',
      at('v=DMARC1; p=reject; sp=quarantine; np=none'),
      'news.example.com',
      { rfc9989: view('quarantine', 'quarantine', 'none'), rfc7489: view('quarantine', 'quarantine') },
    ],
    [
      'a subdomain that does not exist gets np',
      at('v=DMARC1; p=reject; sp=quarantine; np=none'),
      'gone.example.com',
      { rfc9989: view('none', 'quarantine', 'none'), rfc7489: view('quarantine', 'quarantine') },
    ],
    ['no record', mail, 'example.com', { rfc9989: {}, rfc7489: {} }],
    [
      'several records: RFC 7489 goes no further, RFC 9989 does',
      {
        ...at(`v=DMARC1; p=reject; ${RUA}`),
        '_dmarc.news.example.com': { TXT: ['v=DMARC1; p=none', 'v=DMARC1; p=reject'] },
      },
      'news.example.com',
      { rfc9989: view('reject'), rfc7489: {} },
    ],
  ])('%s', async (_, zone, domain, expected) => {
    const { dmarc } = await auditZone(zone, { domain, organizationalDomain: publicSuffix });
    expect(dmarc.receivers satisfies Views).toEqual(expected);
  });

  test('where nobody knows whether the subdomain exists, sp and np that differ leave it open', async () => {
    const zone = {
      ...at('v=DMARC1; p=reject; sp=quarantine; np=none'),
      'news.example.com': { TXT: { failure: 'timeout' } },
    };
    const { dmarc } = await auditZone(zone as Zone, { domain: 'news.example.com' });
    expect(dmarc.receivers.rfc9989).toEqual({
      policyDomain: 'example.com',
      subdomains: 'quarantine',
      nonexistentSubdomains: 'none',
    });
  });

  test('without a strategy RFC 7489 is told where the own record settles it', async () => {
    const zone = at('v=DMARC1; p=reject');
    expect((await auditZone(zone)).dmarc.receivers.rfc7489).toEqual(view('reject'));
    expect((await auditZone(zone, { domain: 'news.example.com' })).dmarc.receivers.rfc7489).toBeUndefined();
  });

  test('a difference is a finding', async () => {
    const audit = await auditZone(at(`v=DMARC1; p=reject; t=y; ${RUA}`));
    expect(findingOf(audit, 'dmarc.receivers-differ').message).toBe(
      'Receivers that go by RFC 7489 apply p=reject, those by RFC 9989 p=quarantine',
    );
  });
});

describe('findings, each with what it rests on and the change that cures it', () => {
  test.each<[string, string, string, string | undefined]>([
    ['a fault that the parser cures', `v=DMARC1; p=rejct; ${RUA}`, 'dmarc.tag-value', `v=DMARC1; p=reject; ${RUA}`],
    ['test mode', `v=DMARC1; p=reject; t=y; ${RUA}`, 'dmarc.testing', `v=DMARC1; p=reject; ${RUA}`],
    ['weaker subdomains', `v=DMARC1; p=reject; sp=none; ${RUA}`, 'dmarc.weaker-policy', `v=DMARC1; p=reject; ${RUA}`],
    [
      'weaker non-subdomains',
      `v=DMARC1; p=reject; np=none; ${RUA}`,
      'dmarc.weaker-policy',
      `v=DMARC1; p=reject; ${RUA}`,
    ],
    ['fo without ruf', `v=DMARC1; p=reject; fo=1; ${RUA}`, 'dmarc.fo-without-ruf', `v=DMARC1; p=reject; ${RUA}`],
    ['what is nearly a record', `v=dmarc1; p=reject; ${RUA}`, 'dmarc.version', `v=DMARC1; p=reject; ${RUA}`],
    ['no addresses', 'v=DMARC1; p=reject', 'dmarc.no-rua', undefined],
    ['p=none', `v=DMARC1; p=none; ${RUA}`, 'dmarc.policy-none', undefined],
  ])('%s', async (_, text, code, after) => {
    const audit = await auditZone(at(text));
    const { evidence, change, area } = findingOf(audit, code);
    expect(area).toBe('dmarc');
    expect(evidence).toEqual([{ name: '_dmarc.example.com', type: 'TXT', found: text }]);
    expect(change).toEqual(
      after && {
        action: 'replace',
        name: '_dmarc.example.com',
        type: 'TXT',
        before: text,
        after,
        zoneLine: `_dmarc.example.com. IN TXT "${after}"`,
      },
    );
    if (after !== undefined) expect(codesOf(await auditZone(at(after)))).not.toContain(code);
  });

  test('no record: nothing that could be published without asking', async () => {
    const finding = findingOf(await auditZone(mail), 'dmarc.missing');
    expect(finding).toMatchObject({
      severity: 'error',
      subject: '_dmarc.example.com',
      spec: { spec: 'RFC 9989', section: '5.1.4' },
      evidence: [{ name: '_dmarc.example.com', type: 'TXT', found: 'nxdomain' }],
    });
    expect(finding.fix?.description).toContain('v=DMARC1; p=none; rua=mailto:');
    expect(finding.change).toBeUndefined();
  });

  test('a record at the domain itself is to go where it belongs', async () => {
    const text = `v=DMARC1; p=reject; ${RUA}`;
    const zone = { ...mail, 'example.com': { ...mail['example.com'], TXT: ['v=spf1 mx -all', text] } };
    const audit = await auditZone(zone);
    expect(codesOf(audit)).not.toContain('dmarc.missing');
    expect(findingOf(audit, 'dmarc.misplaced').change).toMatchObject({
      action: 'add',
      name: '_dmarc.example.com',
      after: text,
    });
    const two = { ...mail, 'example.com': { MX: ['10 mx.example.com'], TXT: ['v=DMARC1; p=none', text] } };
    expect(findingOf(await auditZone(two), 'dmarc.misplaced').change).toBeUndefined();
  });

  test('a host that does not accept reports is to publish its consent (RFC 9990 §4)', async () => {
    const { 'example.com._report._dmarc.reports.example': _, ...zone } = healthy;
    const audit = await auditZone(zone, { selectors: 's1', files: healthyFiles });
    expect(codesOf(audit)).toEqual(['dmarc.report-unauthorized']);
    expect(audit.findings[0]).toMatchObject({
      evidence: [
        { name: '_dmarc.example.com', found: expect.stringContaining('reports.example') },
        { name: 'example.com._report._dmarc.reports.example', found: 'nxdomain' },
      ],
      change: {
        action: 'add',
        zoneLine: 'example.com._report._dmarc.reports.example. IN TXT "v=DMARC1"',
      },
    });
    expect(audit.dmarc.reportAddresses?.rua.map(({ result }) => result)).toEqual(['internal', 'unauthorized']);
  });

  test('a record that an alias leads to is changed by whoever publishes it', async () => {
    const zone = {
      ...mail,
      '_dmarc.example.com': { CNAME: ['example.com.dmarc.vendor.example'] },
      'example.com.dmarc.vendor.example': { TXT: [`v=DMARC1; p=reject; t=y; ${RUA}`] },
    };
    expect(findingOf(await auditZone(zone), 'dmarc.testing').change).toBeUndefined();
  });

  test('a policy of the organization is told by its tag, and where it stands', async () => {
    const zone = {
      ...at(`v=DMARC1; p=reject; sp=none; ${RUA}`),
      'mx.example.com': { A: ['192.0.2.25'], MX: ['10 mx.example.com'] },
    };
    const audit = await auditZone(zone, { domain: 'mx.example.com', parked: false });
    expect(findingOf(audit, 'dmarc.policy-none')).toMatchObject({
      message: '"sp=none" asks receivers to do nothing about mail that fails',
      subject: '_dmarc.example.com',
    });
    expect(findingOf(audit, 'dmarc.weaker-policy').change).toMatchObject({ name: '_dmarc.example.com' });
  });

  test('mistakes have one word, not two', async () => {
    expect(codesOf(await auditZone(at(`v=DMARC1; ${RUA}`)))).toContain('dmarc.acts-as-none');
    expect(codesOf(await auditZone(at(`v=DMARC1; ${RUA}`)))).not.toContain('dmarc.policy-none');
    expect(codesOf(await auditZone(at('v=DMARC1; p=none')))).not.toContain('dmarc.no-rua');
  });

  test.each([
    ['an address that is no URI', 'v=DMARC1; p=reject; rua=dmarc@example.com', ['dmarc.uri']],
    ['such an address for other reports', 'v=DMARC1; p=reject; ruf=dmarc@example.com', ['dmarc.uri', 'dmarc.no-rua']],
  ])('no reports because of %s', async (_, text, codes) => {
    expect(codesOf(await auditZone(at(text))).filter((code) => code.startsWith('dmarc.'))).toEqual(codes);
  });

  test('the reports of a public suffix are not for the owner of a domain below it', async () => {
    const zone = { ...mail, '_dmarc.com': { TXT: ['v=DMARC1; p=reject; psd=y; rua=mailto:dmarc@nic.com'] } };
    expect(findingOf(await auditZone(zone), 'dmarc.no-rua')).toMatchObject({
      message: 'Without "rua" nobody tells the owner of example.com which mail fails',
      subject: '_dmarc.example.com',
    });
  });

  test('a top-level domain whose record lacks psd=y makes one organization of all below it (RFC 9989 §11.8)', async () => {
    const audit = await auditZone({ ...mail, '_dmarc.com': { TXT: [`v=DMARC1; p=reject; rua=mailto:a@example.com`] } });
    expect(findingOf(audit, 'dmarc.shared-organization').subject).toBe('_dmarc.com');
  });

  test('of a text with a thousand faults fifty are told, the worst', async () => {
    const { findings } = await auditZone(at(`v=DMARC1; p=reject; t=y${'; x'.repeat(1000)}`));
    const own = findings.filter(({ subject, area }) => area === 'dmarc' && subject === '_dmarc.example.com');
    expect(own.length).toBeLessThan(60);
    expect(own.filter(({ code }) => code === 'dmarc.tag-syntax')).toHaveLength(50);
  });
});

describe('a change never takes away what its finding is not about', () => {
  const reject = `v=DMARC1; p=reject; ${RUA}`;
  test.each<[string, string, string, string | undefined]>([
    ['the semicolon that is missing', `v=DMARC1; p=reject ${RUA}`, 'dmarc.separator', reject],
    ['not the address behind it', `v=DMARC1; p=reject ${RUA}`, 'dmarc.tag-value', undefined],
    ['not the tag behind it', `v=DMARC1; p=reject adkim=s; ${RUA}`, 'dmarc.tag-value', undefined],
    ['no name that makes a new error', `${reject}; foo=bar`, 'dmarc.unknown-tag', undefined],
    ['a name that was meant', `${reject}; adkin=s`, 'dmarc.unknown-tag', `${reject}; adkim=s`],
    ['a space of a web page', `v=DMARC1;\u00a0p=reject; ${RUA}`, 'dmarc.character', `v=DMARC1;p=reject; ${RUA}`],
    ['not the policy behind that space', `v=DMARC1;\u00a0p=reject; ${RUA}`, 'dmarc.tag-syntax', undefined],
    ['not the policy, to those who never looked at pct', `${reject}; pct=0`, 'dmarc.percent', undefined],
    ['no letter that nobody can tell', `v=DMARC1; p=r\u00e9ject; ${RUA}`, 'dmarc.character', undefined],
  ])('%s', async (_, text, code, after) => {
    const { change, evidence, subject, span } = findingOf(await auditZone(at(octetsOf(text))), code);
    expect(subject).toBe('_dmarc.example.com');
    expect(evidence[0]?.found).toBe(text);
    expect(span!.end).toBeLessThanOrEqual(text.length);
    expect(change).toEqual(after && expect.objectContaining({ action: 'replace', before: text, after }));
  });

  test('UTF-8 is shown as the characters that it means', async () => {
    const text = `v=DMARC1;\u00a0p=reject; ${RUA}`;
    const audit = await auditZone(at(octetsOf(text)));
    expect(findingOf(audit, 'dmarc.character')).toMatchObject({
      message: 'Character "\u00a0" is not allowed',
      span: { start: 9, end: 10 },
    });
    expect(audit.dmarc.text).toBe(text);
    expect(audit.dmarc.walk[0]?.record).toBe(text);
    expect(audit.records.find(({ name }) => name === '_dmarc.example.com')?.records).toEqual([text]);
  });

  test('octets that are no UTF-8 stay what they are', async () => {
    const audit = await auditZone(at(`v=DMARC1;\u00a0p=reject; ${RUA}`));
    expect(findingOf(audit, 'dmarc.character').message).toBe('Character "\u00a0" is not allowed');
  });
});
