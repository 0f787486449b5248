import type { KeyRotation } from '../../../src/audit/plan/rotation.ts';
import type { Sender } from '../../../src/audit/sender/sender.ts';
import type { ZoneNode } from '../../../src/resolvers/memory.ts';
import { publicKey } from './keys.ts';

/** What a web server answers. */
export interface WebFile {
  body: string | Uint8Array;
  type?: string;
  status?: number;
}

/** What a domain publishes: DNS by name, and files by URL. */
export interface World {
  zone: { [name: string]: ZoneNode };
  files: { [url: string]: WebFile };
  /** Whether DNSSEC proves every answer. */
  signed: boolean;
}

/** A small change of a healthy domain that raises a finding; undone, the finding is gone. */
export interface FindingExample {
  code: string;
  /** What somebody did. */
  story: string;
  /** The names that differ; `null` where there is nothing. */
  zone?: { [name: string]: ZoneNode | null };
  files?: { [url: string]: WebFile | null };
  signed?: boolean;
  /** Codes that necessarily come with it. */
  with?: readonly string[];
  /** Which domain is healthy: one that sends mail, one that does not, or one that has a service send for it. */
  /** Whether it is not for the owner of the domain to cure it. */
  byOthers?: boolean;
  /** Codes that a change may bring which the audit gives for a part of the cure. */
  brings?: readonly string[];
  base?: Base;
  options?: { [name: string]: unknown };
}

export const POLICY_URL = 'https://mta-sts.example.com/.well-known/mta-sts.txt';
export const LOGO_URL = 'https://example.com/brand/logo.svg';

export const SPF = 'v=spf1 mx ip4:192.0.2.0/26 include:_spf.newsletter.example -all';
export const DMARC_REPORTS = 'rua=mailto:dmarc@example.com,mailto:example-com@reports.example';
export const DMARC = `v=DMARC1; p=reject; ${DMARC_REPORTS}`;
export const KEY = publicKey(2048, 20_260_401);
export const DKIM = `v=DKIM1; k=rsa; p=${KEY}`;
export const BIMI = `v=BIMI1; l=${LOGO_URL}; a=https://example.com/brand/vmc.pem`;
export const POLICY = [
  'version: STSv1',
  'mode: enforce',
  'mx: mx1.example.com',
  'mx: mx2.example.com',
  'max_age: 604800',
  '',
].join('\n');
export const LOGO = [
  '<svg xmlns="http://www.w3.org/2000/svg" version="1.2" baseProfile="tiny-ps" viewBox="0 0 64 64">',
  '  <title>Example</title>',
  '  <desc>A red disc</desc>',
  '  <circle cx="32" cy="32" r="30" fill="#c00"/>',
  '</svg>',
  '',
].join('\n');

const AUTUMN = `v=DKIM1; k=rsa; p=${publicKey(2048, 20_261_001)}`;

/** 2026-11-22. */
export const NOW = 1_795_305_600;

const mail: World = {
  zone: {
    'example.com': {
      A: ['192.0.2.80'],
      MX: ['10 mx1.example.com', '20 mx2.example.com'],
      TXT: [SPF, 'site-verification=4f1c9a'],
    },
    'mx1.example.com': { A: ['198.51.100.10'], AAAA: ['2001:db8:10::25'] },
    'mx2.example.com': { A: ['198.51.100.20'], AAAA: ['2001:db8:20::25'] },
    '_spf.newsletter.example': { TXT: ['v=spf1 ip4:203.0.113.0/25 -all'] },
    'spring._domainkey.example.com': { TXT: [DKIM] },
    'autumn._domainkey.example.com': { TXT: [AUTUMN] },
    '_dmarc.example.com': { TXT: [DMARC] },
    'example.com._report._dmarc.reports.example': { TXT: ['v=DMARC1'] },
    '_mta-sts.example.com': { TXT: ['v=STSv1; id=20261101'] },
    'mta-sts.example.com': { A: ['192.0.2.80'] },
    '_smtp._tls.example.com': { TXT: ['v=TLSRPTv1; rua=mailto:tls@example.com'] },
    'default._bimi.example.com': { TXT: [BIMI] },
  },
  files: {
    [POLICY_URL]: { body: POLICY, type: 'text/plain' },
    [LOGO_URL]: { body: LOGO, type: 'image/svg+xml' },
  },
  signed: true,
};

const parked: World = {
  zone: {
    'example.com': { A: ['192.0.2.80'], MX: ['0 .'], TXT: ['v=spf1 -all'] },
    '_dmarc.example.com': { TXT: ['v=DMARC1; p=reject'] },
    '*._domainkey.example.com': { TXT: ['v=DKIM1; p='] },
  },
  files: {},
  signed: true,
};

/** A service that sends for the domain. */
export const newsletter: Sender = {
  name: 'Newsletter',
  envelope: { domain: 'bounce.{domain}', cname: 'customers.newsletter.example' },
  spf: { terms: ['include:_spf.newsletter.example'] },
  dkim: [{ selector: 'nl1', cname: 'nl1.dkim.newsletter.example' }],
};

const sender: World = {
  ...mail,
  zone: {
    ...mail.zone,
    'bounce.example.com': { CNAME: ['customers.newsletter.example'] },
    'customers.newsletter.example': {
      MX: ['10 bounces.newsletter.example'],
      TXT: ['v=spf1 include:_spf.newsletter.example -all'],
    },
    'nl1._domainkey.example.com': { CNAME: ['nl1.dkim.newsletter.example'] },
    'nl1.dkim.newsletter.example': { TXT: [`v=DKIM1; k=rsa; p=${publicKey(2048, 20_260_115)}`] },
  },
};

// Half way between two keys.
const rotation: World = { ...mail, files: {} };

// Before the last step.
const rollout: World = {
  ...mail,
  zone: { ...mail.zone, '_dmarc.example.com': { TXT: ['v=DMARC1; p=reject; t=y; rua=mailto:dmarc@example.com'] } },
};

/** Daily reports about messages that pass, 1,000 unless `daily` says how many, and about others. */
export interface GivenReports {
  days: number;
  /** The policy that the receiver found. */
  p: string;
  daily?: number;
  /** When the last one ended. */
  daysAgo?: number;
  /** Messages of each day that do not pass by DKIM; `spf`: the domain of MAIL FROM, which passes. */
  more?: { ip: string; messages: number; spf?: string; reason?: string };
}

export type Base = 'mail' | 'parked' | 'sender' | 'rotation' | 'rollout';

export const bases: { [base in Base]: World } = { mail, parked, sender, rotation, rollout };

/** How the domains are audited: a domain that sends names its selectors; "sender" is for `auditSender`. */
export const baseOptions: {
  mail: { selectors: string[] };
  parked: { selectors?: string[] };
  sender: { sender: Sender };
  rotation: Omit<KeyRotation, 'domain'>;
  rollout: { domain: string; reports: GivenReports | 'none' };
} = {
  mail: { selectors: ['spring', 'autumn'] },
  parked: {},
  sender: { sender: newsletter },
  rotation: { current: 'spring', next: { selector: 'autumn', record: AUTUMN }, now: NOW, published: NOW - 86_400 },
  rollout: { domain: 'example.com', reports: { days: 30, p: 'reject' } },
};

/** Overrides where what a name holds is replaced, type by type. */
export function changed(
  base: World,
  { zone = {}, files = {}, signed = base.signed }: Pick<FindingExample, 'zone' | 'files' | 'signed'>,
): World {
  const apply = <T>(all: { [key: string]: T }, changes: { [key: string]: T | null }) =>
    Object.fromEntries(Object.entries({ ...all, ...changes }).filter(([, value]) => value !== null)) as {
      [key: string]: T;
    };
  return { zone: apply(base.zone, zone), files: apply(base.files, files), signed };
}
