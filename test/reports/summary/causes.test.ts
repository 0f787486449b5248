import { describe, expect, test } from 'vitest';
import { summarizeAggregateReports } from '../../../src/reports/summary/summarize.ts';
import { record, report } from '../../support/summaries.ts';

type Parts = NonNullable<Parameters<typeof record>[2]>;
const ip = '192.0.2.1';
// What shows that the key s1 and the address 192.0.2.100 are good.
const good: Parts = { dkim: ['pass example.com s1'], spf: ['pass example.com'], aligned: ['dkim', 'spf'] };

function causesOf(parts: Parts, sources?: () => { sender: string }) {
  const summary = summarizeAggregateReports(
    [report([record('192.0.2.100', 50, good), record(ip, 1, parts)])],
    sources && { sources },
  );
  return summary.sources.find(({ addresses }) => addresses.includes(ip))!.causes;
}

describe('why mail of a source fails, and what would cure it', () => {
  test.each<[string, Parts, [cause: string, domain?: string][]]>([
    [
      'a service that authenticates as itself',
      { dkim: ['pass example.net k'], spf: ['pass bounce.example.net'] },
      [
        ['dkim-not-aligned', 'example.net'],
        ['spf-not-aligned', 'bounce.example.net'],
      ],
    ],
    [
      'a service that does not sign',
      { spf: ['pass bounce.example.net'] },
      [['dkim-none'], ['spf-not-aligned', 'bounce.example.net']],
    ],
    [
      'a signature "none" is no signature',
      { dkim: ['none example.com'], spf: ['pass example.net'] },
      [['dkim-none'], ['spf-not-aligned', 'example.net']],
    ],
    [
      'of several signers the one that passes is named',
      { dkim: ['fail a.example', 'pass b.example'] },
      [['dkim-not-aligned', 'b.example'], ['spf-not-aligned']],
    ],
    [
      'a key that is missing',
      { dkim: ['permerror example.com s9'], spf: ['fail example.com'] },
      [
        ['dkim-error', 's9._domainkey.example.com'],
        ['spf-failed', 'example.com'],
      ],
    ],
    [
      'a key that could not be asked for',
      { dkim: ['temperror example.com s9'], spf: ['none example.com'] },
      [
        ['dkim-error', 's9._domainkey.example.com'],
        ['spf-failed', 'example.com'],
      ],
    ],
    [
      'a key that never fits',
      { dkim: ['fail example.com s9'], spf: ['pass example.net'] },
      [
        ['dkim-failed', 's9._domainkey.example.com'],
        ['spf-not-aligned', 'example.net'],
      ],
    ],
    [
      'a signature without a selector',
      { dkim: ['neutral example.com'], spf: ['softfail example.com'] },
      [
        ['dkim-failed', 'example.com'],
        ['spf-failed', 'example.com'],
      ],
    ],
    ['an SPF record that is broken', { spf: ['permerror example.com'] }, [['dkim-none'], ['spf-error', 'example.com']]],
    ['the old word for it', { spf: ['unknown example.com'] }, [['dkim-none'], ['spf-error', 'example.com']]],
    [
      'only HELO passes',
      { dkim: ['pass example.net'], spf: ['pass example.com helo'] },
      [['dkim-not-aligned', 'example.net'], ['spf-not-aligned']],
    ],
    [
      'strict alignment',
      { from: 'news.example.com', dkim: ['pass example.com s1'], spf: ['pass bounce.example.com'] },
      [
        ['dkim-not-aligned', 'example.com'],
        ['spf-not-aligned', 'bounce.example.com'],
      ],
    ],
    ['nobody vouches for it', { spf: ['softfail example.com'] }, [['unauthorized']]],
    ['nor for the domain of another', { dkim: [], spf: ['fail spam.example'] }, [['unauthorized']]],
    ['HELO vouches for nobody', { spf: ['pass spam.example helo'] }, [['unauthorized']]],
    [
      'the receiver knows a forwarder (RFC 7489)',
      { reasons: [{ type: 'forwarded' }], spf: ['fail example.com'] },
      [['forwarded']],
    ],
    [
      'the receiver trusts it (RFC 9990)',
      { reasons: [{ type: 'trusted_forwarder' }], dkim: ['fail example.com s1'] },
      [['forwarded']],
    ],
    ['an ARC chain passed (RFC 8617)', { reasons: [{ type: 'local_policy', comment: 'arc=pass' }] }, [['forwarded']]],
    ['a local policy of another kind', { reasons: [{ type: 'local_policy', comment: 'spam' }] }, [['unauthorized']]],
    [
      'a mailing list',
      { reasons: [{ type: 'mailing_list' }], dkim: ['fail example.com s1', 'pass list.example'] },
      [['mailing-list']],
    ],
    [
      'a good key whose signature is broken elsewhere',
      { dkim: ['fail example.com s1'], spf: ['pass srs.example'] },
      [['forwarded']],
    ],
  ])('%s', (_, parts, expected) => {
    expect(causesOf(parts).map(({ cause, domain }) => (domain === undefined ? [cause] : [cause, domain]))).toEqual(
      expected,
    );
  });

  test('a sender that the caller knows is nobody unauthorized', () => {
    const causes = causesOf({ spf: ['softfail example.com'] }, () => ({ sender: 'Shop' }));
    expect(causes.map(({ cause }) => cause)).toEqual(['dkim-none', 'spf-failed']);
  });

  test('an address that SPF allows is no forwarder and not unauthorized', () => {
    const { sources } = summarizeAggregateReports([
      report([
        record(ip, 50, good),
        record(ip, 2, { dkim: ['fail example.com s1'], spf: ['temperror example.com'] }),
        record(ip, 1, { spf: ['none example.net'] }),
      ]),
    ]);
    expect(sources[0]!.causes.map(({ cause, domain, messages }) => [cause, domain, messages])).toEqual([
      ['dkim-failed', 's1._domainkey.example.com', 2],
      ['spf-error', 'example.com', 2],
      ['dkim-none', undefined, 1],
      ['spf-not-aligned', 'example.net', 1],
    ]);
  });

  test('what goes for one policy domain goes for no other', () => {
    const { sources } = summarizeAggregateReports([
      report([record(ip, 5, good)]),
      report([record(ip, 1, { from: 'example.org', spf: ['fail example.org'] })], { domain: 'example.org' }),
    ]);
    expect(sources[0]!.causes.map(({ cause }) => cause)).toEqual(['unauthorized']);
  });

  test.each<[string, string, string, string, string]>([
    ['the author domain above the policy domain', 'example.com', 'mail.example.com', 'example.com', 'dkim-failed'],
    ['a domain above the policy domain', 'mail.example.com', 'mail.example.com', 'example.com', 'dkim-failed'],
    ['a sibling below the policy domain', 'a.example.com', 'example.com', 'b.example.com', 'dkim-failed'],
    ['a neighbour under a public suffix', 'a.bank', 'bank', 'b.bank', 'unauthorized'],
    ['the public suffix', 'a.bank', 'a.bank', 'bank', 'unauthorized'],
    ['no policy domain', 'a.example', '', 'a.example', 'dkim-failed'],
    ['no author domain', '', 'example.com', 'example.com', 'dkim-failed'],
    ['a name that ends alike', 'example.com', 'example.com', 'badexample.com', 'unauthorized'],
  ])('whose signature it is: %s', (_, from, domain, signer, cause) => {
    const { sources } = summarizeAggregateReports([
      report([record(ip, 1, { from, dkim: [`fail ${signer} s`] })], { domain }),
    ]);
    expect(sources[0]!.causes[0]!.cause).toBe(cause);
  });
});

test('the sentences', () => {
  const sentences = (parts: Parts) => causesOf(parts).flatMap(({ reason, cure }) => [reason, cure]);
  expect([
    ...sentences({ dkim: ['pass example.net k'], spf: ['pass bounce.example.net'] }),
    ...sentences({ dkim: ['fail example.com s9'], spf: ['fail example.com'] }),
    ...sentences({ dkim: ['permerror example.com s9'], spf: ['permerror example.com'] }),
    ...sentences({ from: 'news.example.com', dkim: ['pass example.com s1'], spf: ['pass example.com'] }),
    ...sentences({ spf: ['temperror example.com', 'pass example.net helo'] }),
    ...sentences({ dkim: ['pass example.net k'] }),
    ...sentences({ reasons: [{ type: 'forwarded' }] }),
    ...sentences({ dkim: ['fail example.com s1'] }),
    ...sentences({ reasons: [{ type: 'mailing_list' }] }),
    ...sentences({}),
  ]).toMatchInlineSnapshot(`
    [
      "The mail is signed by example.net, not by example.com.",
      "Let example.net sign with d=example.com.",
      "SPF is about bounce.example.net, not about example.com.",
      "Use a bounce address under example.com whose SPF record allows the source.",
      "Signatures by the key s9._domainkey.example.com do not verify.",
      "Publish the key that signs at s9._domainkey.example.com, and let nothing change the mail once it is signed.",
      "The SPF record of example.com does not allow the source.",
      "If this source is yours, add it to the SPF record of example.com.",
      "Receivers found no usable key at s9._domainkey.example.com.",
      "Publish a valid key record at s9._domainkey.example.com.",
      "Receivers could not evaluate the SPF record of example.com.",
      "Repair the SPF record of example.com.",
      "DKIM passes for example.com, which is not news.example.com as strict alignment asks for.",
      "Let the source sign with d=news.example.com, or publish adkim=r.",
      "SPF passes for example.com, which is not news.example.com as strict alignment asks for.",
      "Use news.example.com itself in the bounce address, or publish aspf=r.",
      "The mail is not signed.",
      "Let the source sign with d=example.com.",
      "Receivers could not evaluate the SPF record of example.com.",
      "Repair the SPF record of example.com.",
      "The mail is signed by example.net, not by example.com.",
      "Let example.net sign with d=example.com.",
      "SPF passes for no bounce address.",
      "Use a bounce address under example.com whose SPF record allows the source.",
      "The mail was forwarded.",
      "Let the source sign with d=example.com: a signature survives forwarding, SPF does not.",
      "The mail was forwarded and changed on the way.",
      "There is nothing to publish: ask the forwarder not to change signed mail, or to seal it by ARC.",
      "A mailing list changed the mail.",
      "There is nothing to publish: ask the list to replace example.com in From by its own domain.",
      "Nothing shows that the source may send for example.com.",
      "If this source is yours, let it sign with d=example.com or add it to SPF; if not, a stricter policy stops it.",
    ]
  `);
});
