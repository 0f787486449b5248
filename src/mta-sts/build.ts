import { requireList, requireOneOf, requireOptions, requireRecordName } from '../arguments.ts';
import { type Diagnostic, type Parsed, parsed } from '../diagnostics/diagnostic.ts';
import { type Publishable, publishTxt } from '../dns/publishable.ts';
import { requireString, show } from '../environment.ts';
import { domainName } from '../names/domain-name.ts';
import { diagnose, type MtaStsBuildCode } from './build-rules.ts';
import { formatMtaStsPolicy } from './format.ts';
import { parseMtaStsRecord } from './parse.ts';
import { parseMtaStsPolicy } from './parse-policy.ts';
import type { MtaStsPolicyCode } from './policy-rules.ts';
import type { MtaStsMode } from './record.ts';
import type { MtaStsRecordCode } from './rules.ts';

export interface MtaStsRecordOptions {
  domain: string;
  mode: MtaStsMode;
  /** The MX hosts; `*.example.net` for all that are one label below. None is needed in mode "none". */
  mx?: string | string[];
  /** Seconds for which senders keep the policy: a week where nothing is said. */
  max_age?: number;
  /** Another one for each version of the policy; by default it is made from the policy, so that it changes with it. */
  id?: string;
}

/** An MTA-STS record to publish, and the policy that has to be there before. */
export interface MtaStsPublishable extends Publishable {
  /** To be served over HTTPS at `url` as text/plain, without a redirect. */
  policy: { url: string; text: string };
}

const ACTION = 'build the MTA-STS record';
const WEEK = 604_800;

type Code = MtaStsRecordCode | MtaStsPolicyCode | MtaStsBuildCode;

/**
 * Builds an MTA-STS record and its policy file (RFC 8461 §3). Findings about the file have its URL as their subject.
 *
 * @throws TypeError where an option is of the wrong type
 * @example
 * const { value } = buildMtaStsRecord({ domain: 'example.com', mode: 'testing', mx: 'mx.example.com', id: '1' });
 * value?.zoneLine; // => '_mta-sts.example.com. IN TXT "v=STSv1; id=1"'
 * value?.policy.text; // => 'version: STSv1\r\nmode: testing\r\nmx: mx.example.com\r\nmax_age: 604800\r\n'
 */
export function buildMtaStsRecord(options: MtaStsRecordOptions): Parsed<MtaStsPublishable, Code> {
  requireOptions(ACTION, options);
  const { domain, name } = requireRecordName(ACTION, '_mta-sts.', options.domain);
  const { mode, max_age = WEEK } = options;
  requireOneOf(ACTION, 'mode', mode ?? 'absent', ['enforce', 'testing', 'none']);
  if (!Number.isSafeInteger(max_age) || max_age < 0) {
    throw new TypeError(`Cannot ${ACTION}: "max_age" must be a number of seconds, received ${show(max_age)}`);
  }
  const diagnostics: Diagnostic<Code>[] = [];
  const mx = readHosts(requireList(ACTION, 'mx', options.mx), diagnostics);
  const policy = formatMtaStsPolicy({ version: 'STSv1', mode, mx, max_age, fields: [] });
  const { id = fingerprint(policy) } = options;
  requireString(ACTION, 'id', id);
  // Said here and not by the parser, to which a ";" in it would be the end of it.
  if (!/^[a-z\d]{1,32}$/i.test(id)) diagnostics.push(diagnose('mta-sts.build-id', { value: id }));
  const text = `v=STSv1; id=${id.replace(/[^a-z\d]/gi, '')}`;
  const url = `https://mta-sts.${domain}/.well-known/mta-sts.txt`;
  const findings = parseMtaStsPolicy(policy).diagnostics.map((finding) => ({ ...finding, subject: url }));
  if (diagnostics.length === 0) diagnostics.push(...parseMtaStsRecord(text).diagnostics);
  return parsed<MtaStsPublishable, Code>({ ...publishTxt(name, text), policy: { url, text: policy } }, [
    ...diagnostics,
    ...findings,
  ]);
}

/** As A-labels; RFC 8461 §3.2 has no others. */
function readHosts(hosts: string[], diagnostics: Diagnostic<Code>[]): string[] {
  const names: string[] = [];
  for (const value of hosts) {
    const wildcard = value.startsWith('*.') ? '*.' : '';
    const host = domainName(value.slice(wildcard.length));
    if (host === undefined) diagnostics.push(diagnose('mta-sts.build-mx', { value }));
    else if (!names.includes(wildcard + host)) names.push(wildcard + host);
  }
  return names;
}

/** 64 bits of FNV-1a as hex, in two halves with different beginnings: enough to tell the policies of one domain apart. */
function fingerprint(text: string): string {
  let out = '';
  for (const seed of [0x811c9dc5, 0x01000193]) {
    let hash = seed;
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    out += (hash >>> 0).toString(16).padStart(8, '0');
  }
  return out;
}
