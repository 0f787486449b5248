import type { ZoneNode } from '../../../src/resolvers/memory.ts';
import { type FindingExample, SPF } from './base.ts';

type Records = { [name: string]: ZoneNode | null };

const A = ['192.0.2.80'];
const MX = ['10 mx1.example.com', '20 mx2.example.com'];

/** The domain's names as they are but for its SPF record; `more` holds what the record refers to. */
function record(
  code: string,
  story: string,
  text: string | readonly string[],
  more: Records = {},
  follows: readonly string[] = [],
): FindingExample {
  const texts = typeof text === 'string' ? [text] : [...text];
  return {
    code,
    story,
    zone: { 'example.com': { A, MX, TXT: [...texts, 'site-verification=4f1c9a'] }, ...more },
    with: follows,
  };
}

/** The record with something more in front of "-all". */
function plus(terms: string): string {
  return SPF.replace('-all', `${terms} -all`);
}

function services(count: number): Records {
  const names = Array.from({ length: count }, (_, i) => i + 1);
  return Object.fromEntries(
    names.map((n) => [`_spf.service${n}.example`, { TXT: [`v=spf1 ip4:203.0.113.${128 + n} -all`] }]),
  );
}

function includes(count: number): string {
  return Array.from({ length: count }, (_, i) => `include:_spf.service${i + 1}.example`).join(' ');
}

/** A tree of includes that nobody can follow to its end. */
function maze(): Records {
  const records: Records = {};
  for (let i = 1; i <= 15; i++) {
    const children = Array.from({ length: 15 }, (_, n) => `m${i}-${n}.example`);
    records[`m${i}.example`] = { TXT: [`v=spf1 ${children.map((name) => `include:${name}`).join(' ')} -all`] };
    for (const [n, name] of children.entries()) records[name] = { TXT: [`v=spf1 ip4:203.0.${i + 113}.${n} -all`] };
  }
  return records;
}

const mazeIncludes = Array.from({ length: 15 }, (_, i) => `include:m${i + 1}.example`).join(' ');

const syntax: readonly FindingExample[] = [
  record('spf.version', 'The version is that of another record', SPF.replace('v=spf1', 'v=spf2.0')),
  record('spf.pasted', 'A form that wants the text alone was given the line of a zone file', `"${SPF}"`),
  record('spf.character', 'A letter got an accent', SPF.replace('newsletter', 'newslétter')),
  record('spf.unknown-mechanism', 'A mechanism is misspelt', SPF.replace('include', 'inlcude')),
  record('spf.value-missing', 'The domain of an include was forgotten', SPF.replace('_spf.newsletter.example', '')),
  record('spf.domain-spec', 'A single word stands for a domain', SPF.replace('_spf.newsletter.example', 'newsletter')),
  record('spf.macro', 'A percent sign is left of a template', SPF.replace('_spf', '%spf')),
  record('spf.network', 'An address is incomplete', SPF.replace('192.0.2.0', '192.0.2')),
  record('spf.cidr', 'A prefix is longer than an address', SPF.replace('/26', '/33')),
  record('spf.duplicate-modifier', 'Two explanations are given', plus('exp=why.example.com exp=reason.example.com')),
  record('spf.misspelt-modifier', 'An equals sign stands for a colon', SPF.replace('ip4:', 'ip4=')),
  record('spf.unknown-modifier', 'A modifier of a draft is used', plus('ra=postmaster')),
  record('spf.name', 'An include is the address of a page', SPF.replace('include:', 'include:https://'), {}, [
    'spf.include-dangling',
  ]),
  record(
    'spf.second-record',
    'A service’s record was put behind the own one',
    `${SPF.replace(' -all', '')} v=spf1 -all`,
  ),
  record('spf.pass-all', 'Everybody may send', SPF.replace('-all', '+all')),
  record('spf.neutral-all', 'The record was never finished', SPF.replace('-all', '?all')),
  record('spf.missing-all', 'The end was cut off', SPF.replace(' -all', '')),
  record('spf.ignored-term', 'An address was added behind the end', `${SPF} ip4:198.51.100.77`),
  record('spf.ptr', 'The record was copied from an old guide', SPF.replace('mx', 'ptr')),
  record('spf.duplicate-directive', 'An address was added twice', plus('ip4:192.0.2.0/26'), {}, ['spf.shadowed-term']),
  record('spf.host-bits', 'A network begins in its middle', SPF.replace('192.0.2.0', '192.0.2.9')),
];

const lookup: readonly FindingExample[] = [
  {
    code: 'spf.missing',
    story: 'There is no SPF record',
    zone: { 'example.com': { A, MX, TXT: ['site-verification=4f1c9a'] } },
  },
  record('spf.multiple-records', 'The record of a service was published beside the own one', [
    SPF,
    'v=spf1 include:_spf.newsletter.example ~all',
  ]),
  record('spf.record-too-large', 'The record holds more than anybody reads', plus(`x=${'y'.repeat(8200)}`), {}, [
    'spf.record-long',
  ]),
  record('spf.dns-failure', 'The name servers of a service do not answer', SPF, {
    '_spf.newsletter.example': { TXT: { failure: 'servfail' } },
  }),
  record('spf.lookup-limit', 'One service after the other was added', plus(includes(9)), services(9)),
  record('spf.lookup-margin', 'Nearly every lookup is spent', plus(includes(7)), services(7)),
  record(
    'spf.void-limit',
    'Three hosts have no address any more',
    plus('a:web1.example.com a:web2.example.com a:web3.example.com'),
    {},
    ['spf.target-missing'],
  ),
  record('spf.mx-limit', 'A partner has more mail servers than may be looked up', plus('mx:partner.example'), {
    'partner.example': { MX: Array.from({ length: 11 }, (_, i) => `10 mx${i + 1}.partner.example`) },
  }),
  record('spf.loop', 'A service includes the domain that includes it', SPF, {
    '_spf.newsletter.example': { TXT: ['v=spf1 ip4:203.0.113.0/25 include:example.com -all'] },
  }),
  record(
    'spf.include-none',
    'A service was included by the name of its web site',
    plus('include:www.newsletter.example'),
    {
      'www.newsletter.example': { TXT: ['hello'] },
    },
  ),
  record('spf.redirect-none', 'The record redirects to a domain without one', 'v=spf1 redirect=other.example', {
    'other.example': { A: ['192.0.2.99'] },
  }),
  record('spf.invalid-target', 'A macro makes an empty label', SPF.replace('mx', 'mx:mail..%{d}')),
];

const analysis: readonly FindingExample[] = [
  record(
    'spf.include-dangling',
    'A service is long gone, and anybody may register its domain',
    plus('include:_spf.gone.example'),
  ),
  record(
    'spf.include-repeated',
    'A service is included that another one includes',
    SPF.replace('include', 'include:_spf.shop.example include'),
    {
      '_spf.shop.example': { TXT: ['v=spf1 include:_spf.newsletter.example -all'] },
      '_spf.newsletter.example': { TXT: ['v=spf1 exists:%{i}._spf.newsletter.example -all'] },
    },
  ),
  record('spf.include-empty', 'A service authorizes nobody any more', plus('include:_spf.idle.example'), {
    '_spf.idle.example': { TXT: ['v=spf1 -all'] },
  }),
  record('spf.target-missing', 'A server was shut down', plus('a:old.example.com')),
  record('spf.void-term', 'A server lost its address', plus('a:old.example.com'), {
    'old.example.com': { TXT: ['moved'] },
  }),
  record('spf.mapped-network', 'An address was copied as a log shows it', plus('ip6:::ffff:198.51.100.77')),
  record('spf.unreachable-term', 'An exception stands behind the rule', plus('-ip4:192.0.2.9')),
  record('spf.shadowed-term', 'An address is inside a network of the record', plus('ip4:192.0.2.9')),
  record('spf.range-too-wide', 'A whole provider may send', plus('ip4:100.0.0.0/12')),
  record('spf.macro-pointer', 'The name of the client is asked for', plus('exists:%{p}._spf.example.com')),
  record(
    'spf.record-long',
    'Every server is listed',
    plus(Array.from({ length: 30 }, (_, i) => `ip4:198.51.100.${2 * i + 41}`).join(' ')),
  ),
  record('spf.shared-sender', 'A service is included that sends for everybody', plus('include:amazonses.com'), {
    'amazonses.com': { TXT: ['v=spf1 ip4:203.0.113.192/27 -all'] },
  }),
  record('spf.analysis-limit', 'The records branch without end', plus(mazeIncludes), maze(), ['spf.lookup-limit']),
];

export const spfExamples: readonly FindingExample[] = [...syntax, ...lookup, ...analysis];
