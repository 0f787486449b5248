import { requireList, requireOneOf, requireOptions, requireRecordName } from '../arguments.ts';
import { type Diagnostic, type Parsed, parsed } from '../diagnostics/diagnostic.ts';
import { type Publishable, publishTxt } from '../dns/publishable.ts';
import { show } from '../environment.ts';
import { domainName } from '../names/domain-name.ts';
import { parseIpAddress } from '../names/ip-address.ts';
import { isPublicNetwork } from '../names/public-address.ts';
import { diagnose, type SpfBuildCode } from './build-rules.ts';
import { diagnose as diagnoseEdit } from './edit-rules.ts';
import { parseSpfRecord } from './parse.ts';
import type { SpfRecord } from './record.ts';
import type { SpfRecordCode } from './rules.ts';
import { readTerm } from './term.ts';

/** Who may send as a domain. */
export interface SpfRecordOptions {
  domain: string;
  /** IPv4 and IPv6 addresses and networks: "192.0.2.1", "2001:db8::/32". */
  addresses?: string | string[];
  /** The addresses of the domain itself, or of other hosts, each with a prefix length where wanted. */
  a?: boolean | string | string[];
  /** The mail exchangers of the domain itself, or of other domains. */
  mx?: boolean | string | string[];
  /** Domains whose own record says who sends. */
  include?: string | string[];
  /** Names, mostly with macros, that exist for those who may send. */
  exists?: string | string[];
  /** The domain whose record holds where nothing matches; then there is no `all`. */
  redirect?: string;
  /** The name of the text that explains a fail. */
  exp?: string;
  /** For everybody else. By default `softfail`, and `fail` where nobody sends at all. */
  all?: 'fail' | 'softfail' | 'neutral' | 'pass';
}

const ACTION = 'build the SPF record';
const ALL = { fail: '-all', softfail: '~all', neutral: '?all', pass: '+all' } as const;
// RFC 7208 §3.4: "if the combined length of the DNS name and the text of all the records of a given type is under 450 octets,
// then DNS answers ought to fit in UDP packets".
const LONG = 450;
const LOOKUP_LIMIT = 10;

type Findings = Diagnostic<SpfRecordCode | SpfBuildCode>[];

/**
 * Builds an SPF record (RFC 7208 §4.6.1): addresses first, since they cost no lookup, then hosts, then what others say. More
 * than ten terms with a lookup are an error, as are values that make no term; what is merely unwise is a warning.
 *
 * @throws TypeError where an option is of the wrong type
 * @example
 * const { value } = buildSpfRecord({ domain: 'example.com', addresses: '192.0.2.0/28', include: '_spf.example.net' });
 * value?.text; // => 'v=spf1 ip4:192.0.2.0/28 include:_spf.example.net ~all'
 */
export function buildSpfRecord(options: SpfRecordOptions): Parsed<Publishable, SpfRecordCode | SpfBuildCode> {
  requireOptions(ACTION, options);
  const { domain, name } = requireRecordName(ACTION, '', options.domain);
  requireOneOf(ACTION, 'all', options.all, Object.keys(ALL));
  const diagnostics: Findings = [];
  const terms = senders(options, diagnostics);
  const nobody = terms.length === 0 && options.redirect === undefined;
  // Both together are for the parser to report: "all" would make "redirect" void.
  if (options.all !== undefined || options.redirect === undefined) {
    terms.push(ALL[options.all ?? (nobody ? 'fail' : 'softfail')]);
  }
  terms.push(...modifiers(options, diagnostics));
  const text = ['v=spf1', ...terms].join(' ');
  const { value: record, diagnostics: findings } = parseSpfRecord(text);
  diagnostics.push(...findings.filter(({ code }) => code !== 'spf.lookup-limit-likely'));
  if (nobody && terms[0] === '-all') diagnostics.push(diagnose('spf.build-nobody', { domain }));
  if (record !== undefined) judge(record, domain, text, diagnostics);
  return parsed(publishTxt(name, text), diagnostics);
}

function senders(options: SpfRecordOptions, diagnostics: Findings): string[] {
  const terms: string[] = [];
  const add = (option: string, value: string, term: string) => {
    // A value with a space in it would be several terms.
    const isTerm = /^[!-~]+$/.test(term) && !('code' in readTerm(term, 0, term.length));
    // RFC 7208 §5: a client at an IPv4-mapped address is one at the IPv4 address, so that "ip6" never matches it.
    if (isTerm && !isMapped(term)) terms.push(term);
    else diagnostics.push(diagnoseEdit('spf.build-value', { name: option, value }));
  };
  for (const value of requireList(ACTION, 'addresses', options.addresses)) {
    add('addresses', value, `${value.includes(':') ? 'ip6' : 'ip4'}:${value}`);
  }
  for (const option of ['a', 'mx'] as const) {
    const value = options[option];
    if (value === true) terms.push(option);
    if (typeof value === 'boolean') continue;
    for (const host of requireList(ACTION, option, value)) add(option, host, `${option}:${asciiName(host)}`);
  }
  for (const option of ['include', 'exists'] as const) {
    for (const value of requireList(ACTION, option, options[option]))
      add(option, value, `${option}:${asciiName(value)}`);
  }
  return terms;
}

function modifiers(options: SpfRecordOptions, diagnostics: Findings): string[] {
  const terms: string[] = [];
  for (const name of ['redirect', 'exp'] as const) {
    const value: unknown = options[name];
    if (value === undefined) continue;
    if (typeof value !== 'string') {
      throw new TypeError(`Cannot ${ACTION}: "${name}" must be a string, received ${show(value)}`);
    }
    const term = `${name}=${asciiName(value)}`;
    const isTerm = /^[!-~]+$/.test(term) && !('code' in readTerm(term, 0, term.length));
    if (isTerm) terms.push(term);
    else diagnostics.push(diagnoseEdit('spf.build-value', { name, value }));
  }
  return terms;
}

/** RFC 7208 §4.3: A-labels; what is no plain name stays as it is. */
function asciiName(value: string): string {
  return /^[ -~]*$/.test(value) ? value : (domainName(value) ?? value);
}

function judge({ terms }: SpfRecord, domain: string, text: string, diagnostics: Findings): void {
  let count = 0;
  for (const term of terms) {
    const value = text.slice(term.span.start, term.span.end);
    const target = term.kind === 'modifier' ? term.value : term.domainSpec;
    const follows = term.kind === 'modifier' ? term.name === 'redirect' : term.mechanism === 'include';
    if (term.kind === 'directive' ? term.mechanism !== 'all' && term.network === undefined : follows) count++;
    if (follows && target !== undefined && domainName(target) === domain) {
      diagnostics.push(diagnose('spf.build-loop', { value, domain }, { span: term.span }));
    }
    if (
      term.kind === 'directive' &&
      term.network !== undefined &&
      !isPublicNetwork(value.slice(value.indexOf(':') + 1))
    ) {
      diagnostics.push(diagnose('spf.build-private', { value }, { span: term.span }));
    }
  }
  if (count > LOOKUP_LIMIT) diagnostics.push(diagnose('spf.build-lookups', { count }));
  const length = text.length + domain.length;
  if (length > LONG) diagnostics.push(diagnose('spf.build-long', { length: text.length }));
}

/** Whether a term is a network within ::ffff:0:0/96 (RFC 4291 §2.5.5.2). */
function isMapped(term: string): boolean {
  const [, network = '', bits = '128'] = /^ip6:([^/]*)\/?(\d+)?$/i.exec(term) ?? [];
  const bytes = parseIpAddress(network)?.bytes;
  return (
    bytes?.length === 16 && Number(bits) >= 96 && bytes.slice(0, 12).every((byte, i) => byte === (i < 10 ? 0 : 255))
  );
}
