import { type FetchedRecord, type KeyLookup, lookupDkimKey } from '../../dkim/lookup.ts';
import type { DnsSession } from '../../dns/session.ts';
import { unreachable } from '../../environment.ts';
import type { Limits } from '../../limits.ts';
import { domainName, isAtOrBelow } from '../../names/domain-name.ts';
import { asText } from '../../text/bytes.ts';
import { exchangeRecords } from '../change.ts';
import { checkAlias, judgeAlias } from './alias.ts';
import { type CheckedPath, unanswered } from './path.ts';
import type { ResolvedKey, ResolvedSender } from './resolve.ts';
import { diagnose } from './rules.ts';

/** Whether signatures by one of the sender's keys verify with what DNS has now. */
export async function checkKey(
  sender: ResolvedSender,
  key: ResolvedKey,
  session: DnsSession,
  limits: Readonly<Limits>,
): Promise<CheckedPath> {
  const { selector, domain, own } = key;
  const path: CheckedPath = {
    path: 'dkim',
    domain,
    own,
    selector: selector.text,
    authenticated: 'unknown',
    why: `${sender.name} signs as ${domain.text}, a domain of its own`,
    changes: [],
    diagnostics: [],
  };
  if (own) return path;
  const name = `${selector.text}._domainkey.${domain.text}`;
  if (!selector.known || !domain.known || domainName(name) === undefined) {
    return { ...path, why: `Which key ${sender.name} signs with is not known` };
  }
  const { cname: target } = key;
  const [lookup, alias] = await Promise.all([
    lookupDkimKey(selector.text, domain.text, session, limits),
    target && checkAlias(name, target, isKeyText, session),
  ]);
  const judged = judgeLookup(path, lookup);
  // What lies below a delegated name nobody else can publish.
  const delegated = sender.envelope?.ns.length ? sender.envelope.domain.text : undefined;
  if (delegated !== undefined && isAtOrBelow(name, delegated)) return judged;
  return target !== undefined && alias !== undefined
    ? judgeAlias(sender, judged, alias, { name, target, what: 'key' })
    : judgeRecord(sender, key, judged, lookup);
}

function isKeyText(text: string): boolean {
  return /(^|;)[ \t]*p[ \t]*=/.test(text);
}

/** Whether a verifier could use a record as a key. */
function isUsable({ reading }: FetchedRecord): boolean {
  return reading?.data?.ok === true && !reading.diagnostics.some(({ severity }) => severity === 'error');
}

/** The path by what is at the selector, wherever it comes from. */
function judgeLookup(path: CheckedPath, lookup: KeyLookup): CheckedPath {
  const { name } = lookup;
  switch (lookup.status) {
    case 'failure':
      return { ...path, authenticated: 'unknown', why: unanswered(name) };
    case 'none':
      return { ...path, authenticated: 'no', why: `There is no key at ${name}` };
    case 'records':
      return lookup.records.some(isUsable)
        ? { ...path, authenticated: 'yes', why: `There is a key at ${name}` }
        : { ...path, authenticated: 'no', why: `What stands at ${name} is no usable key` };
    default:
      return unreachable(lookup);
  }
}

/** A key that the customer publishes. */
function judgeRecord(
  sender: ResolvedSender,
  { record }: ResolvedKey,
  judged: CheckedPath,
  lookup: KeyLookup,
): CheckedPath {
  if (judged.authenticated === 'unknown') return judged;
  const { name } = lookup;
  const place = { subject: name };
  if (record === undefined || !record.known) {
    if (judged.authenticated === 'yes') return judged;
    return { ...judged, diagnostics: [diagnose('sender.key-unknown', { name, sender: sender.name }, place)] };
  }
  const texts = lookup.status === 'records' ? lookup.records.map(({ text }) => text) : [];
  const others = texts.filter((text) => keyOf(text) !== keyOf(record.text));
  if (others.length < texts.length) return judged;
  const changes = exchangeRecords(name, 'TXT', others.map(asText), [record.text]);
  if (others.length === 0) return { ...judged, changes };
  const diagnostics = [diagnose('sender.name-taken', { name, type: 'TXT' }, place)];
  return { ...judged, authenticated: 'no', why: `${name} has another key`, changes, diagnostics };
}

/** The key itself; spaces and other tags do not make it another. */
function keyOf(text: string): string {
  return /(?:^|;)[ \t]*p[ \t]*=([^;]*)/.exec(text)?.[1]?.replace(/[ \t]/g, '') ?? text;
}
