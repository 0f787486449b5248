import { escapeControls } from '../../diagnostics/diagnostic.ts';
import type { BulkProvider, ComplianceRow } from './row.ts';

/**
 * The rules for bulk senders as of November 2026: name, sentence, and what Gmail, Yahoo and Microsoft do: require it of all
 * (R) or of bulk senders (r), advise it to these (a), or nothing (-); docs/bulk-senders.md has the sources. Gmail and Yahoo:
 * from February 2024, one-click from June 2024. Microsoft (Outlook.com and its sisters): from 5 May 2025. Where a provider
 * asks more of bulk senders, only that is here.
 */
const REQUIREMENTS = [
  ['spf-or-dkim', 'SPF or DKIM is set up and passes.', 'RR-'],
  ['spf-and-dkim', 'SPF and DKIM are both set up; for Microsoft both pass.', 'rrr'],
  ['dmarc-record', 'The From domain has a DMARC record; p=none suffices.', 'rrr'],
  ['dmarc-alignment', 'DMARC passes: the From domain is aligned with that of SPF or DKIM.', 'rrr'],
  ['dkim-key-size', 'RSA keys for DKIM have 1024 bits, better 2048.', 'Raa'],
  ['reverse-dns', 'The sending address has a PTR name that leads back to it.', 'RRa'],
  ['tls', 'Mail is sent over TLS.', 'Raa'],
  ['message-format', 'Messages have the format of RFC 5322, with From, Date and Message-ID once each.', 'RRa'],
  ['own-from-domain', "The From domain is none of the provider's own.", 'RR-'],
  ['list-unsubscribe', 'Marketing mail has a List-Unsubscribe field.', '-ra'],
  ['one-click-unsubscribe', 'Marketing mail can be unsubscribed from with one click (RFC 8058).', 'ra-'],
  ['unsubscribe-link', 'Marketing mail shows a link to unsubscribe, which takes effect within two days.', 'rra'],
  ['spam-rate', 'Less than 0.3 % of the mail is reported as spam, better less than 0.1 %.', 'RRa'],
  ['forwarding', 'Forwarded mail has ARC fields, and mail of a list a List-Id field.', 'R--'],
  ['reachable-sender', 'The address in From or Reply-To accepts mail.', '--a'],
] as const;

/** The name of a rule, the same for all providers that have it. */
export type BulkRule = (typeof REQUIREMENTS)[number][0];

/** What is known about one rule; the second is a sentence. */
export type Judgement = readonly [result: ComplianceRow['result'], evidence: string];

export const PROVIDERS = ['gmail', 'yahoo', 'microsoft'] as const;

/** What neither DNS nor a message shows, so that it says nothing about whether a message complies. */
export const OUT_OF_SIGHT: readonly string[] = ['unsubscribe-link', 'spam-rate'];

/** The table of rules, by provider, with what `judge` says about each. */
export function complianceRows(judge: (rule: BulkRule, provider: BulkProvider) => Judgement): ComplianceRow[] {
  return PROVIDERS.flatMap((provider, column) =>
    REQUIREMENTS.flatMap(([rule, requirement, demands]) => {
      const demand = demands[column];
      if (demand === '-') return [];
      const level = demand === 'a' ? 'recommended' : 'required';
      const audience = demand === 'R' ? 'all' : 'bulk';
      const [result, evidence] = judge(rule, provider);
      return [{ provider, rule, requirement, level, audience, result, evidence }];
    }),
  );
}

/** What neither a domain nor a message shows. */
export function judgeUnseen(rule: BulkRule): Judgement {
  const what =
    rule === 'spam-rate'
      ? "the provider's own tools for senders"
      : rule === 'tls' || rule === 'reverse-dns'
        ? 'the connection of a message'
        : 'a message';
  return ['unknown', `It takes ${what} to tell.`];
}

/** A text from outside as evidence quotes it: short, and harmless to a terminal. */
export function quoted(text = ''): string {
  return `"${escapeControls(text.length > 100 ? `${text.slice(0, 100)}…` : text)}"`;
}

// A sample of each; the lists of both providers' domains are long, and the others belong to these companies only.
const FOREIGN: { readonly [provider: string]: RegExp } = {
  gmail: /^(gmail|googlemail)\.com$/,
  yahoo: /^((yahoo|ymail|rocketmail|aol|aim)\.com|yahoo\.(com?\.)?[a-z]{2})$/,
};

/** Whether a From domain is one in which only the provider itself may send. */
export function judgeFromDomain(domain: string, provider: BulkProvider): Judgement {
  return [FOREIGN[provider]?.test(domain) ? 'not-met' : 'met', `The From domain is ${domain}.`];
}

/** Whether keys are long enough; `keys` are those in use. */
export function judgeKeySizes(keys: readonly { bits: number; rsa: boolean; where: string }[]): Judgement {
  const [shortest] = keys.filter(({ rsa }) => rsa).sort((a, b) => a.bits - b.bits);
  if (shortest === undefined) return ['met', `The key at ${keys[0]?.where} is Ed25519.`];
  const { bits, where } = shortest;
  return [bits < 1024 ? 'not-met' : 'met', `The shortest RSA key, at ${where}, has ${bits} bits.`];
}
