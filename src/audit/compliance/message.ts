import { requireFlag, requireOptions } from '../../arguments.ts';
import type { MessageVerdict } from '../../authenticate/verdict.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { show } from '../../environment.ts';
import { fieldsOf, fieldText, type MessageHeader, readFields } from './fields.ts';
import { formatFindings } from './message-format.ts';
import {
  type BulkRule,
  complianceRows,
  type Judgement,
  judgeFromDomain,
  judgeKeySizes,
  judgeUnseen,
  OUT_OF_SIGHT,
  PROVIDERS,
  quoted,
} from './requirements.ts';
import type { BulkProvider, ComplianceRow } from './row.ts';
import { readUnsubscribe, type Unsubscribe } from './unsubscribe.ts';

/** What else is known about a message than its text and verdict. */
export interface BulkSenderOptions {
  /** The PTR names of the address that the message came from, and whether one of them has that address (A or AAAA). */
  ptr?: { names: string[]; confirmed: boolean };
  /** Whether the message came over TLS, or how. */
  tls?: boolean | { version?: string };
  /**
   * Whether it is marketing or subscribed mail, for which the rules about unsubscribing are. By default it is where a field
   * List-Unsubscribe, List-Id or Precedence says so, and unknown where none does.
   */
  marketing?: boolean;
}

/** A message by the rules of Gmail, Yahoo and Microsoft for bulk senders. */
export interface BulkSenderAudit {
  rows: ComplianceRow[];
  /** What is wrong in the message itself; spans are octets of its header. */
  diagnostics: Diagnostic[];
  /**
   * Whether the message meets all that is required of bulk senders: `no` where one rule is not met, `unknown` where one
   * cannot be told. The link to unsubscribe and the rate of spam, which no message shows, do not count.
   */
  compliant: Record<BulkProvider, 'yes' | 'no' | 'unknown'>;
}

/** All that a rule is judged by. */
interface Facts extends BulkSenderOptions {
  message: MessageHeader;
  verdict: MessageVerdict;
  format: Diagnostic[];
  unsubscribe: Unsubscribe;
}

const ACTION = 'audit a bulk sender';

/**
 * Judges one message by the rules of Gmail, Yahoo and Microsoft for those who send much: authentication, key size, reverse
 * DNS, TLS, the format of RFC 5322, one-click unsubscribing (RFC 8058). docs/bulk-senders.md has the rules and their sources.
 * Nothing in the message makes it throw.
 *
 * @param verdict - what `authenticateMessage` said about the same message; with `arc: true` forwarding is judged too
 * @throws TypeError where an argument is of the wrong type
 * @example
 * const resolver = memoryResolver({ 'example.com': { TXT: ['v=spf1 ip4:192.0.2.1 -all'] } });
 * const message = 'From: news@example.com\r\nDate: Sun, 22 Nov 2026 01:00:00 +0000\r\nMessage-ID: <1@example.com>\r\n\r\nHi\r\n';
 * const envelope = { ip: '192.0.2.1', helo: 'mx.example.com', mailFrom: 'bounce@example.com' };
 * const verdict = await authenticateMessage(message, envelope, { resolver });
 * const { compliant, rows } = auditBulkSender(message, verdict, { tls: true });
 * compliant.gmail; // => 'no'
 * rows.find(({ result }) => result === 'not-met')?.rule; // => 'spf-and-dkim'
 */
export function auditBulkSender(
  message: string | Uint8Array,
  verdict: MessageVerdict,
  options: BulkSenderOptions = {},
): BulkSenderAudit {
  if (
    !Array.isArray(verdict?.dkim) ||
    typeof verdict.dmarc !== 'object' ||
    typeof verdict.spf !== 'object' ||
    !Array.isArray(verdict.diagnostics)
  ) {
    throw new TypeError(`Cannot ${ACTION}: "verdict" must be a MessageVerdict, received ${show(verdict)}`);
  }
  requireOptions(ACTION, options);
  requireFlag(ACTION, 'marketing', options.marketing);
  const { ptr } = options;
  if (ptr !== undefined && !(Array.isArray(ptr?.names) && typeof ptr.confirmed === 'boolean')) {
    throw new TypeError(`Cannot ${ACTION}: "ptr" must have "names" and "confirmed", received ${show(ptr)}`);
  }
  const header = readFields(ACTION, message);
  const format = formatFindings(header, verdict);
  const unsubscribe = readUnsubscribe(header, verdict.dkim);
  const marketing = options.marketing ?? looksSubscribed(header);
  const facts: Facts = { ...options, message: header, verdict, format, unsubscribe };
  if (marketing !== undefined) facts.marketing = marketing;
  const rows = complianceRows((rule, provider) => judgeRule(facts, rule, provider));
  const compliant = Object.fromEntries(PROVIDERS.map((provider) => [provider, sumUp(rows, provider)]));
  return {
    rows,
    diagnostics: [...format, ...(marketing === true ? unsubscribe.findings : [])],
    compliant: compliant as BulkSenderAudit['compliant'],
  };
}

function looksSubscribed(message: MessageHeader): true | undefined {
  const named = ['list-unsubscribe', 'list-id'].some((name) => fieldsOf(message, name).length > 0);
  const bulk = fieldsOf(message, 'precedence').some((field) => /^(bulk|list)$/i.test(fieldText(message, field)));
  return named || bulk || undefined;
}

function sumUp(rows: readonly ComplianceRow[], provider: BulkProvider): 'yes' | 'no' | 'unknown' {
  const results = rows
    .filter((row) => row.provider === provider && row.level === 'required' && !OUT_OF_SIGHT.includes(row.rule))
    .map(({ result }) => result);
  if (results.includes('not-met')) return 'no';
  return results.includes('unknown') ? 'unknown' : 'yes';
}

function judgeRule(facts: Facts, rule: BulkRule, provider: BulkProvider): Judgement {
  switch (rule) {
    case 'spf-or-dkim':
    case 'spf-and-dkim':
      return judgeMethods(facts.verdict, rule);
    case 'dmarc-record':
      return judgeRecord(facts.verdict);
    case 'dmarc-alignment':
      return judgeAlignment(facts.verdict);
    case 'dkim-key-size':
      return judgeKeys(facts.verdict);
    case 'reverse-dns':
      return judgeReverse(facts);
    case 'tls':
      return judgeTls(facts);
    case 'message-format':
      return judgeFindings(facts.format, 'Nothing is wrong with the header.');
    case 'own-from-domain': {
      const { domain } = facts.verdict.author;
      return domain === undefined ? ['unknown', NO_AUTHOR] : judgeFromDomain(domain, provider);
    }
    case 'list-unsubscribe':
    case 'one-click-unsubscribe':
    case 'unsubscribe-link':
      return judgeUnsubscribe(facts, rule);
    case 'spam-rate':
      return judgeUnseen(rule);
    case 'forwarding':
      return judgeForwarding(facts);
    case 'reachable-sender':
      return judgeSender(facts);
  }
}

const NO_AUTHOR = 'The message has no single author domain.';

function judgeMethods({ spf, dkim }: MessageVerdict, rule: 'spf-or-dkim' | 'spf-and-dkim'): Judgement {
  const spfResult = spf.mailFrom?.result ?? 'none';
  const words = dkim.map(({ result }) => result);
  const dkimResult =
    words.find((word) => word === 'pass') ?? words.find((word) => word === 'temperror') ?? words[0] ?? 'none';
  const results = [spfResult, dkimResult];
  const evidence = `SPF of MAIL FROM is ${spfResult}, DKIM is ${dkimResult}.`;
  const passed = results.filter((result) => result === 'pass').length;
  const open = results.filter((result) => result === 'temperror').length;
  const needed = rule === 'spf-or-dkim' ? 1 : 2;
  if (passed >= needed) return ['met', evidence];
  return [passed + open >= needed ? 'unknown' : 'not-met', evidence];
}

function judgeRecord({ dmarc }: MessageVerdict): Judgement {
  const { result, reason, policy, policyDomain = '', organizationalDomain = '' } = dmarc;
  // RFC 9989 §4.10.1: above its organization there is only a public suffix.
  if (policyDomain !== '' && policyDomain.length < organizationalDomain.length) {
    return ['not-met', `Only the public suffix ${policyDomain} publishes a record.`];
  }
  if (policy !== undefined) return ['met', `${policyDomain} publishes p=${policy.published}.`];
  if (result === 'none') return ['not-met', `There is no DMARC record that can be used (${reason}).`];
  return ['unknown', result === 'permerror' ? NO_AUTHOR : 'DNS did not answer the question for the DMARC record.'];
}

function judgeAlignment({ dmarc }: MessageVerdict): Judgement {
  const { result, reason, alignments, authorDomain } = dmarc;
  const passing = alignments.filter(({ aligned, result: word }) => aligned && word === 'pass');
  const by = new Set(passing.map(({ method, domain }) => `${method.toUpperCase()} for ${domain}`));
  if (result === 'pass') return ['met', `${authorDomain} is aligned with ${[...by].join(' and ')}.`];
  return [result === 'temperror' ? 'unknown' : 'not-met', `DMARC is ${result} (${reason}).`];
}

function judgeKeys({ dkim }: MessageVerdict): Judgement {
  const seen = dkim.filter(({ result, reason }) => result === 'pass' || reason === 'key-too-short');
  const keys = seen.flatMap(({ keyBits: bits, algorithm, selector, domain }) =>
    bits === undefined
      ? []
      : [{ bits, rsa: algorithm?.startsWith('rsa') === true, where: `${selector}._domainkey.${domain}` }],
  );
  // One signature that counts suffices: what else was tried harms nobody.
  const enough = keys.filter(({ rsa, bits }) => !rsa || bits >= 1024);
  if (keys.length === 0) return ['unknown', 'No DKIM signature passes.'];
  return judgeKeySizes(enough.length > 0 ? enough : keys);
}

function judgeReverse({ ptr }: Facts): Judgement {
  if (ptr === undefined) return judgeUnseen('reverse-dns');
  const [name] = ptr.names;
  if (name === undefined) return ['not-met', 'The sending address has no PTR name.'];
  const leads = ptr.confirmed ? 'leads' : 'does not lead';
  return [ptr.confirmed ? 'met' : 'not-met', `The PTR name ${quoted(name)} ${leads} back to the sending address.`];
}

function judgeTls({ tls }: Facts): Judgement {
  if (tls === undefined) return judgeUnseen('tls');
  const version = typeof tls === 'object' && tls.version !== undefined ? ` (${quoted(tls.version)})` : '';
  return tls === false ? ['not-met', 'The message came without TLS.'] : ['met', `The message came over TLS${version}.`];
}

/** The first findings say enough; all are in the diagnostics. */
function judgeFindings(findings: readonly Diagnostic[], praise: string): Judgement {
  if (findings.length === 0) return ['met', praise];
  return [
    'not-met',
    findings
      .slice(0, 3)
      .map(({ message }) => `${message}.`)
      .join(' '),
  ];
}

function judgeUnsubscribe({ marketing, unsubscribe }: Facts, rule: BulkRule): Judgement {
  const { uris, findings } = unsubscribe;
  if (marketing === false) return ['met', 'This is no marketing mail.'];
  if (marketing === undefined) return ['unknown', 'Nothing says whether this is marketing mail.'];
  if (rule === 'unsubscribe-link') return ['unknown', 'It takes a reader to tell.'];
  if (rule === 'one-click-unsubscribe')
    return judgeFindings(findings, `One click posts to ${quoted(uris.find(isHttps))}.`);
  const [first] = uris.filter((uri) => isHttps(uri) || /^mailto:/i.test(uri));
  return first === undefined
    ? ['not-met', 'There is no List-Unsubscribe field that can be used.']
    : ['met', `List-Unsubscribe has ${quoted(first)}.`];
}

function isHttps(uri: string): boolean {
  return /^https:/i.test(uri);
}

function judgeForwarding({ message, verdict }: Facts): Judgement {
  const has = (name: string) => fieldsOf(message, name).length > 0;
  if (has('list-post') && !has('list-id')) return ['not-met', 'There is no List-Id field.'];
  if (has('arc-seal')) {
    const { result } = verdict.arc ?? {};
    if (result === undefined) return ['unknown', 'The ARC chain was not verified.'];
    return [result === 'pass' ? 'met' : 'not-met', `The ARC chain is ${result}.`];
  }
  const forwarded = ['resent-from', 'x-forwarded-to', 'x-forwarded-for'].find(has);
  return forwarded === undefined
    ? ['met', 'Nothing says that it was forwarded.']
    : ['not-met', `It was forwarded (${forwarded}) without ARC fields.`];
}

function judgeSender({ message, verdict }: Facts): Judgement {
  const { address } = verdict.author;
  const silent = address !== undefined && /^"?(no|do[._-]?not)[._-]?reply\b/i.test(address);
  if (silent && fieldsOf(message, 'reply-to').length === 0) {
    return ['not-met', `By its name ${quoted(address)} takes no replies.`];
  }
  return ['unknown', 'It takes a reply to tell.'];
}
