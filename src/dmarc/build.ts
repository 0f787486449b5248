import { requireList, requireOneOf, requireOptions, requireRecordName } from '../arguments.ts';
import { type Diagnostic, type Parsed, parsed } from '../diagnostics/diagnostic.ts';
import { type Publishable, publishTxt } from '../dns/publishable.ts';
import { domainName, isAtOrBelow } from '../names/domain-name.ts';
import { writeReportUris } from '../names/report-uri.ts';
import { type OrganizationalDomainStrategy, organizationOf, requireStrategy } from './alignment.ts';
import { type DmarcBuildCode, diagnose } from './build-rules.ts';
import { POLICIES } from './lint.ts';
import { parseDmarcRecord } from './parse.ts';
import type { AlignmentMode, DmarcPolicy, DmarcRecord } from './record.ts';
import type { DmarcRecordCode } from './rules.ts';

/** What a DMARC record is to say; what is left out is left out of the record too. */
export interface DmarcRecordOptions {
  domain: string;
  p: DmarcPolicy;
  /** For subdomains that exist. */
  sp?: DmarcPolicy;
  /** For subdomains that do not exist. */
  np?: DmarcPolicy;
  adkim?: 'r' | 's' | AlignmentMode;
  aspf?: 'r' | 's' | AlignmentMode;
  t?: 'y' | 'n';
  psd?: 'y' | 'n' | 'u';
  /** Failure reporting options, of 0, 1, d and s. */
  fo?: string | string[];
  /** Where aggregate reports go: e-mail addresses or URIs. */
  rua?: string | string[];
  /** Where failure reports go. */
  ruf?: string | string[];
  /** Who knows organizational domains, such as `publicSuffix`; without it a host is external unless it is above or below the domain. */
  organizationalDomain?: OrganizationalDomainStrategy;
}

/** A DMARC record to publish, and what others have to publish for it. */
export interface DmarcPublishable extends Publishable {
  /** What the external hosts of `rua` and `ruf` have to publish to get the reports (RFC 9990 §4). */
  reportRecords: Publishable[];
}

const ACTION = 'build the DMARC record';

/**
 * Builds a DMARC policy record (RFC 9989 §4.7), and says what is wrong or unwise about it. Reports to a host outside the
 * organization need its consent: the records that it has to publish come along.
 *
 * @throws TypeError where an option is of the wrong type or no word of its tag
 * @example
 * const { value } = buildDmarcRecord({ domain: 'example.com', p: 'none', rua: 'reports@vendor.example' });
 * value?.zoneLine; // => '_dmarc.example.com. IN TXT "v=DMARC1; p=none; rua=mailto:reports@vendor.example"'
 * value?.reportRecords[0]?.name; // => 'example.com._report._dmarc.vendor.example'
 */
export function buildDmarcRecord(
  options: DmarcRecordOptions,
): Parsed<DmarcPublishable, DmarcRecordCode | DmarcBuildCode> {
  requireOptions(ACTION, options);
  const { domain, name } = requireRecordName(ACTION, '_dmarc.', options.domain);
  const { p, organizationalDomain } = options;
  if (organizationalDomain !== undefined) requireStrategy(ACTION, organizationalDomain);
  requireOneOf(ACTION, 'p', p ?? 'absent', POLICIES);
  const text = [['v', 'DMARC1'], ...DMARC_TAGS.map((tag) => [tag, writeTag(ACTION, tag, options[tag])])]
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([tag, value]) => `${tag}=${value}`)
    .join('; ');
  const { value: record, diagnostics: findings } = parseDmarcRecord(text);
  const diagnostics: Diagnostic<DmarcRecordCode | DmarcBuildCode>[] = [...findings];
  // The parser has its own word on p=none.
  if (p !== 'none' && !/ rua=/.test(text)) diagnostics.push(diagnose('dmarc.build-no-reports', {}));
  for (const tag of ['adkim', 'aspf'] as const) {
    if (record?.[tag] === 's') diagnostics.push(diagnose('dmarc.build-strict', { name: tag }));
  }
  const reportRecords = externalRecords(domain, record, organizationalDomain, diagnostics);
  return parsed<DmarcPublishable, DmarcRecordCode | DmarcBuildCode>(
    { ...publishTxt(name, text), reportRecords },
    diagnostics,
  );
}

/** The tags that can be built and edited, in the order in which they are written. */
export const DMARC_TAGS = ['p', 'sp', 'np', 'adkim', 'aspf', 't', 'psd', 'fo', 'rua', 'ruf'] as const;

const WORDS: { readonly [tag: string]: readonly string[] } = {
  p: POLICIES,
  sp: POLICIES,
  np: POLICIES,
  adkim: ['r', 's', 'relaxed', 'strict'],
  aspf: ['r', 's', 'relaxed', 'strict'],
  t: ['y', 'n'],
  psd: ['y', 'n', 'u'],
  fo: ['0', '1', 'd', 's'],
};

/** The value of a tag as an option gives it; a `TypeError` where it is no word of the tag. */
export function writeTag(action: string, tag: (typeof DMARC_TAGS)[number], value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (tag === 'rua' || tag === 'ruf') return writeReportUris(requireList(action, tag, value)).join(',');
  if (tag === 'fo') {
    const options = requireList(action, tag, value).flatMap((list) => list.split(':'));
    for (const option of options) requireOneOf(action, tag, option, WORDS.fo!);
    return options.join(':');
  }
  requireOneOf(action, tag, value, WORDS[tag]!);
  return tag === 'adkim' || tag === 'aspf' ? String(value).slice(0, 1) : String(value);
}

/**
 * RFC 9990 §4: a host outside the organization says at `<domain>._report._dmarc.<host>` that it accepts the reports; the
 * version alone suffices.
 */
function externalRecords(
  domain: string,
  record: DmarcRecord | undefined,
  strategy: OrganizationalDomainStrategy | undefined,
  diagnostics: Diagnostic<DmarcRecordCode | DmarcBuildCode>[],
): Publishable[] {
  const hosts = [...(record?.rua ?? []), ...(record?.ruf ?? [])].map(({ uri, address }) => hostOf(uri, address));
  const records: Publishable[] = [];
  for (const host of new Set(hosts)) {
    if (host === undefined || !isExternal(domain, host, strategy)) continue;
    const name = `${domain}._report._dmarc.${host}`;
    if (domainName(name) === undefined) {
      diagnostics.push(diagnose('dmarc.build-external-name', { host, name }));
    } else {
      diagnostics.push(diagnose('dmarc.build-external', { host, name }));
      records.push(publishTxt(name, 'v=DMARC1'));
    }
  }
  return records;
}

function hostOf(uri: string, address: string | undefined): string | undefined {
  if (address !== undefined) return domainName(address.slice(address.lastIndexOf('@') + 1));
  const authority = /^[^:]*:\/\/([^/?#]*)/.exec(uri)?.[1] ?? '';
  return domainName(authority.replace(/^.*@|:\d*$/g, ''));
}

function isExternal(domain: string, host: string, strategy: OrganizationalDomainStrategy | undefined): boolean {
  if (isAtOrBelow(host, domain)) return false;
  if (strategy === undefined) return !isAtOrBelow(domain, host);
  const organization = organizationOf(strategy, domain);
  return organization === undefined || organization !== organizationOf(strategy, host);
}
