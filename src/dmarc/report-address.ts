import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { DnsAnswer } from '../dns/resolver.ts';
import { DnsSession } from '../dns/session.ts';
import { type Environment, requireEnvironment, requireString, show, unreachable } from '../environment.ts';
import { type Limits, resolveLimits } from '../limits.ts';
import { domainName } from '../names/domain-name.ts';
import { type OrganizationalDomainStrategy, organizationOf, requireStrategy } from './alignment.ts';
import { selectOrganizationalDomain } from './organizational-domain.ts';
import { isDmarcRecord, parsePublishedDmarcRecord } from './parse.ts';
import type { DmarcRecord, DmarcUri } from './record.ts';
import { diagnose } from './report-address-rules.ts';
import { walkTree } from './tree-walk.ts';
import { diagnose as diagnoseVerdict } from './verdict-rules.ts';

const ACTION = 'authorize report addresses';
const MAX_NAME = 253;
// Every host can cost nine questions, and a record has room for hundreds of them.
const MAX_HOSTS = 10;

/** Whether a report may be sent to an address, and why not. */
export interface ReportAddressVerdict {
  /** The URI as published, without an obsolete size limit. */
  uri: string;
  /** The destination host, where there is one. */
  host?: string;
  /**
   * `internal`: of the organization itself, so that nobody has to be asked. `authorized`: the host accepts these reports.
   * `unauthorized`: nothing may be sent. `temperror`: a failed question leaves it open, so that it may be tried again later.
   */
  result: 'internal' | 'authorized' | 'unauthorized' | 'temperror';
  /** Set unless the result is `internal` or `authorized`. */
  reason?: 'invalid-host' | 'name-too-long' | 'no-record' | 'foreign-override' | 'dns-failure' | 'psd' | 'host-limit';
  /** The name that the host would answer at, where it was asked. */
  name?: string;
  /** Where to send: the URI itself, or what the host put in its place; empty where nothing may be sent. */
  destinations: ReportDestination[];
}

/** One URI that reports may be sent to. */
export interface ReportDestination {
  /** A mailto URI is cut before its "?": what follows could name other recipients. */
  uri: string;
  /** The address of a mailto URI. */
  address?: string;
}

/** Who may receive reports about a domain. */
export interface ReportAddresses {
  policyDomain: string;
  /** Aggregate reports, in the order of the record. */
  rua: ReportAddressVerdict[];
  /** Failure reports, in the order of the record. */
  ruf: ReportAddressVerdict[];
  diagnostics: Diagnostic[];
}

export interface AuthorizeReportAddressesOptions {
  /** The domain whose record it is: `policyDomain` of the DMARC verdict. */
  policyDomain: string;
  /** Who knows organizational domains, such as `publicSuffix` (RFC 7489); without it a tree walk tells (RFC 9989 §4.10.2). */
  organizationalDomain?: OrganizationalDomainStrategy;
  limits?: Partial<Limits>;
}

interface Context {
  policyDomain: string;
  strategy: OrganizationalDomainStrategy | undefined;
  session: DnsSession;
  limits: Readonly<Limits>;
  /** The destination hosts that are looked at; no more are once there are `MAX_HOSTS`. */
  hosts: Set<string>;
  diagnostics: Diagnostic[];
}

/**
 * Says where reports about a domain may be sent: a destination outside the domain's organization has to accept them, and may
 * put another address of the same host in place of the published one. Asks all its questions at once, each of them once.
 *
 * @param record - the policy record, from `parseDmarcRecord` or a DMARC verdict
 * @param env - who answers DNS questions
 * @param options - whose record it is
 * @throws TypeError when an argument is wrong; the signal's reason when it aborts
 * @see RFC 9990 §4; RFC 9991 §5 for failure reports
 * @example
 * const resolver = memoryResolver({ 'example.com._report._dmarc.reports.example.net': { TXT: ['v=DMARC1'] } });
 * const record = parseDmarcRecord('v=DMARC1; p=none; rua=mailto:example@reports.example.net').value;
 * const { rua } = await authorizeReportAddresses(record, { resolver }, { policyDomain: 'example.com' });
 * rua[0].result; // => 'authorized'
 */
export async function authorizeReportAddresses(
  record: Pick<DmarcRecord, 'rua' | 'ruf' | 'psd'>,
  env: Environment,
  options: AuthorizeReportAddressesOptions,
): Promise<ReportAddresses> {
  if (!Array.isArray(record?.rua) || !Array.isArray(record.ruf)) {
    throw new TypeError(`Cannot ${ACTION}: "record" must be a DmarcRecord, received ${show(record)}`);
  }
  requireEnvironment(ACTION, env);
  requireString(ACTION, 'policyDomain', options?.policyDomain);
  const policyDomain = domainName(options.policyDomain);
  if (policyDomain === undefined) {
    throw new TypeError(
      `Cannot ${ACTION}: "policyDomain" must be a domain name, received ${show(options.policyDomain)}`,
    );
  }
  const { organizationalDomain: strategy } = options;
  if (strategy !== undefined) requireStrategy(ACTION, strategy);
  const limits = resolveLimits(options.limits);
  return authorizeAddresses(record, policyDomain, strategy, DnsSession.open(env, limits), limits);
}

/** The same within a session; the domain is normalized. */
export async function authorizeAddresses(
  record: Pick<DmarcRecord, 'rua' | 'ruf' | 'psd'>,
  policyDomain: string,
  strategy: OrganizationalDomainStrategy | undefined,
  session: DnsSession,
  limits: Readonly<Limits>,
): Promise<ReportAddresses> {
  const context: Context = { policyDomain, strategy, session, limits, hosts: new Set(), diagnostics: [] };
  const rua = record.rua.map((uri) => authorize(uri, 'rua', context));
  const ruf = record.ruf.map((uri) =>
    record.psd === 'y' ? refusePublicSuffix(uri, context) : authorize(uri, 'ruf', context),
  );
  const verdicts = { rua: await Promise.all(rua), ruf: await Promise.all(ruf) };
  return { policyDomain, ...verdicts, diagnostics: context.diagnostics };
}

/** RFC 9991 §2, RFC 9990 §7.3: the operator of a public suffix gets aggregate reports only. */
function refusePublicSuffix({ uri }: DmarcUri, { diagnostics }: Context): ReportAddressVerdict {
  diagnostics.push(diagnose('dmarc.report-psd', { uri }));
  return { uri, result: 'unauthorized', reason: 'psd', destinations: [] };
}

async function authorize(published: DmarcUri, tag: 'rua' | 'ruf', context: Context): Promise<ReportAddressVerdict> {
  const { uri } = published;
  const { policyDomain, session, hosts, diagnostics } = context;
  const refuse = (
    reason: NonNullable<ReportAddressVerdict['reason']>,
    more: { host?: string; name?: string } = {},
  ) => ({
    uri,
    ...more,
    result: reason === 'dns-failure' ? ('temperror' as const) : ('unauthorized' as const),
    reason,
    destinations: [],
  });
  const host = destinationHost(published);
  if (host === undefined) {
    diagnostics.push(diagnose('dmarc.report-host', { uri }));
    return refuse('invalid-host');
  }
  const own = { uri, host, destinations: [destinationOf(published)] };
  if (host === policyDomain) return { ...own, result: 'internal' };
  if (!hosts.has(host) && hosts.size >= MAX_HOSTS) {
    diagnostics.push(diagnose('dmarc.report-destination-limit', { uri, limit: MAX_HOSTS }));
    return refuse('host-limit', { host });
  }
  hosts.add(host);
  // Steps 2 and 3.
  const name = `${policyDomain}._report._dmarc.${host}`;
  const question = name.length > MAX_NAME ? undefined : session.query(name, 'TXT');
  const [relation, answer] = await Promise.all([relate(host, context), question]);
  if (relation === 'internal') return { ...own, result: 'internal' };
  const permission = answer === undefined ? 'too-long' : readPermission(answer, tag, host, context);
  switch (permission) {
    case 'too-long':
      // Step 4.
      if (relation === 'open') return refuse('dns-failure', { host });
      diagnostics.push(diagnose('dmarc.report-name-too-long', { name }));
      return refuse('name-too-long', { host });
    case 'failure':
      return refuse('dns-failure', { host, name });
    case 'none':
      // Who did not accept may still be the same organization, as far as is known.
      if (relation === 'open') return refuse('dns-failure', { host, name });
      diagnostics.push(diagnose('dmarc.report-unauthorized', { host, domain: policyDomain, name }, { subject: name }));
      return refuse('no-record', { host, name });
    case 'foreign':
      return refuse('foreign-override', { host, name });
    default:
      return { ...own, result: 'authorized', name, ...(permission.length > 0 && { destinations: permission }) };
  }
}

/** RFC 9990 §4 step 1: the host part of the URI's authority; of a mailto URI, the domain of its only address. */
function destinationHost({ uri, scheme, address }: DmarcUri): string | undefined {
  if (scheme === 'mailto') {
    // Percent-encoded, a local part can hold whole addresses: "victim%40example.net%2Cme@example.com".
    const parts = address?.split(/[@,;:"<>()[\]\\]/) ?? [];
    return parts.length === 2 ? domainName(parts[1]!) : undefined;
  }
  try {
    return domainName(new URL(uri).hostname);
  } catch {
    return undefined;
  }
}

function destinationOf({ uri, scheme, address }: DmarcUri): ReportDestination {
  return scheme === 'mailto' && address !== undefined ? { uri: uri.split('?', 1)[0]!, address } : { uri };
}

/** Whether the host belongs to the organization of the policy domain; `open` where a failed question hides it. */
async function relate(
  host: string,
  { policyDomain, strategy, session, limits, diagnostics }: Context,
): Promise<'internal' | 'external' | 'open'> {
  // An organizational domain is the domain itself or one above it: two top-level domains have none in common.
  if (topLevel(host) !== topLevel(policyDomain)) return 'external';
  if (strategy !== undefined) {
    const organization = organizationOf(strategy, policyDomain);
    return organization !== undefined && organization === organizationOf(strategy, host) ? 'internal' : 'external';
  }
  const walks = await Promise.all([policyDomain, host].map((domain) => walkTree(domain, session, limits)));
  const organizations = walks.map(selectOrganizationalDomain);
  if (organizations.includes(undefined)) {
    diagnostics.push(...walks.flatMap(({ steps }) => steps.flatMap((step) => step.diagnostics)));
    return 'open';
  }
  return organizations[0] === organizations[1] ? 'internal' : 'external';
}

function topLevel(domain: string): string {
  return domain.slice(domain.lastIndexOf('.') + 1);
}

/** What the destination says: what to send to instead (empty: nothing else), or why it accepts nothing. */
function readPermission(
  answer: DnsAnswer<'TXT'>,
  tag: 'rua' | 'ruf',
  host: string,
  { limits, diagnostics }: Context,
): ReportDestination[] | 'none' | 'foreign' | 'failure' {
  const { name } = answer;
  switch (answer.status) {
    case 'answer': {
      // Steps 6 to 8: p does not apply, and several records are as good as one.
      const records = answer.records.flatMap(({ text }) => readRecord(text, limits) ?? []);
      if (records.length === 0) return 'none';
      const replaced = records.some(({ tags }) => tags.some((it) => it.name.toLowerCase() === tag));
      const uris = records.flatMap((record) => record[tag]);
      // Step 9. Nor is a report due where the tag is there and holds no address that could be used.
      const foreign = uris.find((uri) => destinationHost(uri) !== host);
      if (foreign === undefined && (uris.length > 0 || !replaced)) return uris.map(destinationOf);
      diagnostics.push(diagnose('dmarc.report-override', { name, uri: foreign?.uri ?? '', host }, { subject: name }));
      return 'foreign';
    }
    case 'nodata':
    case 'nxdomain':
      return 'none';
    case 'failure': {
      const { type, reason } = answer;
      diagnostics.push(diagnoseVerdict('dmarc.dns-failure', { type, name, reason }, { subject: name }));
      return 'failure';
    }
    default:
      return unreachable(answer);
  }
}

/** A record of a destination: a tag list that begins with v=DMARC1, whatever else it says. */
function readRecord(text: string, { recordBytes }: Readonly<Limits>): DmarcRecord | undefined {
  if (text.length > recordBytes || !isDmarcRecord(text)) return undefined;
  const { value, diagnostics } = parsePublishedDmarcRecord(text);
  return diagnostics.some(({ code, params }) => code === 'dmarc.tag-syntax' && params.value !== '') ? undefined : value;
}
