import { buildBimiRecord } from '../bimi/build.ts';
import type { Parsed } from '../diagnostics/diagnostic.ts';
import { buildDkimKeyRecord } from '../dkim/build.ts';
import { buildDmarcRecord } from '../dmarc/build.ts';
import { publicSuffix } from '../dmarc/public-suffix.ts';
import type { Publishable } from '../dns/publishable.ts';
import { buildMtaStsRecord } from '../mta-sts/build.ts';
import { buildSpfRecord } from '../spf/build.ts';
import { buildTlsRptRecord } from '../tls-rpt/build.ts';

/** Options of a build function by name. */
export interface Options {
  [option: string]: unknown;
}

/** One option of a build function, as a flag and as a question. */
export interface Field {
  option: string;
  flag: string;
  /** `list`: may be repeated, and holds several values between commas. `switch`: has no value. `key`: a file, or base64. */
  kind: 'text' | 'list' | 'switch' | 'number' | 'key';
  /** What stands for the value in the usage. */
  value: string;
  about: string;
  /** Whether there is no record without it, given the other options. */
  needed?(given: Options): boolean;
  /** Without one, it is never asked for. */
  question?: string;
  /** What an empty answer stands for, given the other options. */
  usual?(given: Options): string;
}

/** One kind of record: what it is made of, and how. */
export interface Builder {
  title: string;
  fields: readonly Field[];
  /** Options that make a sound record: while a person answers, they stand for what was not asked yet. */
  sample: Options;
  build(options: Options): Parsed<Publishable>;
}

const always = () => true;

// The build functions look at what they get: words of a command line are as good as those of untyped code.
function untyped<Build extends (options: never) => unknown>(options: Options): Parameters<Build>[0] {
  return options as unknown as Parameters<Build>[0];
}

const domain: Field = {
  option: 'domain',
  flag: 'domain',
  kind: 'text',
  value: 'NAME',
  about: 'domain that publishes the record',
  needed: always,
  question: 'Which domain?',
};

function reports(needed: boolean): Field {
  return {
    option: 'rua',
    flag: 'rua',
    kind: 'list',
    value: 'ADDRESS',
    about: `where aggregate reports go: an e-mail address or a URI`,
    ...(needed && { needed: always }),
    question: 'Where shall reports go, as e-mail addresses?',
  };
}

function policy(option: 'p' | 'sp' | 'np', about: string): Field {
  return { option, flag: option, kind: 'text', value: 'POLICY', about };
}

function tag(option: string, value: string, about: string, kind: Field['kind'] = 'text'): Field {
  return { option, flag: option, kind, value, about };
}

const POLICY_QUESTION = 'What shall receivers do with mail that fails: none, quarantine or reject?';

const dmarc: Builder = {
  title: 'DMARC',
  sample: { domain: 'example.com', p: 'none' },
  fields: [
    domain,
    {
      ...policy('p', 'for mail that fails: none, quarantine or reject'),
      needed: always,
      question: POLICY_QUESTION,
      usual: () => 'none',
    },
    { ...policy('sp', 'for subdomains that exist'), question: 'And with mail of its subdomains, where it differs?' },
    { ...policy('np', 'for subdomains that do not exist'), question: 'And with mail of subdomains that do not exist?' },
    tag('adkim', 'MODE', 'alignment of DKIM: r (relaxed) or s (strict)'),
    tag('aspf', 'MODE', 'alignment of SPF: r (relaxed) or s (strict)'),
    tag('t', 'y|n', 'whether the policy is only tested'),
    tag('psd', 'y|n|u', 'whether the domain is a public suffix'),
    tag('fo', 'OPTIONS', 'which failures are reported: 0, 1, d, s', 'list'),
    reports(false),
    tag('ruf', 'ADDRESS', 'where failure reports go', 'list'),
  ],
  build: (options) =>
    buildDmarcRecord({ ...untyped<typeof buildDmarcRecord>(options), organizationalDomain: publicSuffix }),
};

const spf: Builder = {
  title: 'SPF',
  sample: { domain: 'example.com' },
  fields: [
    domain,
    {
      ...tag('addresses', 'ADDRESS', 'address or network that sends', 'list'),
      flag: 'address',
      question: 'Which addresses or networks send its mail?',
    },
    {
      ...tag('include', 'NAME', 'domain whose own record says who sends', 'list'),
      question: 'Which services send its mail, by the names that they tell to include?',
    },
    {
      ...tag('mx', '', 'the mail exchangers of the domain send', 'switch'),
      question: 'Do its mail exchangers send too, yes or no?',
      usual: () => 'no',
    },
    { ...tag('mxOf', 'NAME', 'the mail exchangers of another domain send', 'list'), flag: 'mx-of' },
    tag('a', '', 'the addresses of the domain send', 'switch'),
    { ...tag('aOf', 'NAME', 'the addresses of another host send', 'list'), flag: 'a-of' },
    tag('exists', 'NAME', 'name with macros that exists for those who may send', 'list'),
    tag('redirect', 'NAME', 'domain whose record holds instead'),
    tag('exp', 'NAME', 'name of the text that explains a fail'),
    {
      ...tag('all', 'RESULT', 'for everybody else: softfail, fail, neutral or pass'),
      question: 'What is everybody else: softfail, fail, neutral or pass?',
      // Whoever names no sender at all may have forgotten them.
      needed: (given) => !namesSender(given),
      usual: (given) => (namesSender(given) ? 'softfail' : 'fail'),
    },
  ],
  build: ({ a, aOf, mx, mxOf, ...rest }) => {
    const options = untyped<typeof buildSpfRecord>(rest);
    return buildSpfRecord({
      ...options,
      a: ownAndOthers(options.domain, a, aOf),
      mx: ownAndOthers(options.domain, mx, mxOf),
    });
  },
};

const SENDERS = ['addresses', 'a', 'aOf', 'mx', 'mxOf', 'include', 'exists', 'redirect'] as const;

function namesSender(given: Options): boolean {
  return SENDERS.some((option) => given[option] !== undefined && given[option] !== false);
}

function ownAndOthers(domain: string, own: unknown, others: unknown): boolean | string[] {
  if (others === undefined) return own === true;
  return own === true ? [domain, ...(others as string[])] : (others as string[]);
}

const dkim: Builder = {
  title: 'DKIM',
  sample: {
    domain: 'example.com',
    selector: 'selector',
    publicKey: '11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=',
  },
  fields: [
    domain,
    {
      ...tag('selector', 'NAME', 'name of the key under the domain'),
      needed: always,
      question: 'Which selector, the name of the key under the domain?',
    },
    {
      ...tag('publicKey', 'FILE', 'public key: a file in PEM, or its base64', 'key'),
      flag: 'key',
      needed: ({ revoked }) => revoked !== true,
      question: 'Which public key: a file in PEM, or its base64?',
    },
    tag('revoked', '', 'say that the key is no longer valid', 'switch'),
    tag('k', 'TYPE', 'type that the key must have: rsa or ed25519'),
    tag('h', 'sha256', 'hash algorithms that may be used', 'list'),
    tag('s', 'SERVICE', 'services that may use the key, such as email', 'list'),
    tag('t', 'y|s', 'y: test mode; s: identities of the domain itself only', 'list'),
    tag('n', 'TEXT', 'notes for people'),
  ],
  build: (options) => buildDkimKeyRecord(untyped<typeof buildDkimKeyRecord>(options)),
};

const bimi: Builder = {
  title: 'BIMI',
  sample: { domain: 'example.com', l: 'https://example.com/logo.svg' },
  fields: [
    domain,
    {
      ...tag('l', 'URI', 'where the indicator is'),
      needed: ({ declined }) => declined !== true,
      question: 'Where is the indicator, an https URI that ends in .svg?',
    },
    { ...tag('a', 'URI', 'where the certificate is'), question: 'Where is its certificate?' },
    tag('selector', 'NAME', 'name of the record under the domain: default'),
    tag('avp', 'WORD', 'what is shown: brand or personal'),
    tag('lps', 'PREFIX', 'prefix of local parts that have records of their own', 'list'),
    tag('declined', '', 'say that the domain takes no part', 'switch'),
  ],
  build: (options) => buildBimiRecord(untyped<typeof buildBimiRecord>(options)),
};

const mtaSts: Builder = {
  title: 'MTA-STS',
  sample: { domain: 'example.com', mode: 'testing', mx: 'mx.example.com' },
  fields: [
    domain,
    {
      ...tag('mode', 'MODE', 'testing, enforce or none'),
      needed: always,
      question: 'Which mode: testing, enforce or none?',
      usual: () => 'testing',
    },
    {
      ...tag('mx', 'NAME', 'MX host; *.NAME for all that are one label below', 'list'),
      needed: ({ mode }) => mode !== 'none',
      question: 'Which hosts are its mail exchangers?',
    },
    {
      ...tag('max_age', 'SECONDS', 'how long senders keep the policy: 604800', 'number'),
      flag: 'max-age',
      question: 'How many seconds shall senders keep the policy?',
      usual: () => '604800',
    },
    tag('id', 'ID', 'another one for each version of the policy; made from it'),
  ],
  build: (options) => buildMtaStsRecord(untyped<typeof buildMtaStsRecord>(options)),
};

const tlsRpt: Builder = {
  title: 'TLS-RPT',
  sample: { domain: 'example.com', rua: 'tls@example.com' },
  fields: [domain, reports(true)],
  build: (options) => buildTlsRptRecord(untyped<typeof buildTlsRptRecord>(options)),
};

/** The kinds of records that can be built, by the word for them on the command line. */
export const builders: ReadonlyMap<string, Builder> = new Map([
  ['dmarc', dmarc],
  ['spf', spf],
  ['dkim', dkim],
  ['bimi', bimi],
  ['mta-sts', mtaSts],
  ['tls-rpt', tlsRpt],
]);
