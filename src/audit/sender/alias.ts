import type { DnsAnswer } from '../../dns/resolver.ts';
import type { DnsSession } from '../../dns/session.ts';
import { unreachable } from '../../environment.ts';
import { domainName } from '../../names/domain-name.ts';
import { asText } from '../../text/bytes.ts';
import { publishRecord, removeRecord } from '../change.ts';
import { type CheckedPath, unanswered } from './path.ts';
import type { Filled, ResolvedSender } from './resolve.ts';
import { diagnose } from './rules.ts';

/** What stands at a name that is to be an alias of one where the sender publishes. */
export type Alias =
  | { state: 'alias' }
  /** The records are those of the target, copied or by another alias. */
  | { state: 'copy' }
  /** It is an alias of another name. */
  | { state: 'elsewhere'; found: string }
  /** It has records of its own. */
  | { state: 'records'; found: string[] }
  | { state: 'none' }
  | { state: 'unknown'; why: string };

/** Looks at a name that is to be an alias; `isRecord` tells the TXT records that matter, at the name and at the target. */
export async function checkAlias(
  name: string,
  target: Filled,
  isRecord: (text: string) => boolean,
  session: DnsSession,
): Promise<Alias> {
  const [cname, txt, published] = await Promise.all([
    session.query(name, 'CNAME'),
    session.query(name, 'TXT'),
    target.known ? session.query(target.text, 'TXT') : undefined,
  ]);
  const aliases = [...(cname.status === 'answer' ? cname.records : []), ...(txt.cnames ?? [])].map(
    (alias) => domainName(alias) ?? alias,
  );
  if (aliases.some((alias) => fits(target, alias))) return { state: 'alias' };
  const own = recordsOf(txt, isRecord);
  const theirs = published && recordsOf(published, isRecord);
  if (own !== undefined && own.length > 0 && theirs !== undefined && own.every((text) => theirs.includes(text))) {
    return { state: 'copy' };
  }
  if (cname.status === 'failure' || own === undefined) return { state: 'unknown', why: unanswered(name) };
  // What does not come from the target may still be the same.
  if (own.length > 0 && published !== undefined && theirs === undefined) {
    return { state: 'unknown', why: unanswered(target.text) };
  }
  const [found] = aliases;
  if (found !== undefined) return { state: 'elsewhere', found };
  if (own.length === 0) return { state: 'none' };
  return target.known ? { state: 'records', found: own } : { state: 'unknown', why: `Whose ${name} is, is not known` };
}

/**
 * The path whose records are to come from an alias.
 *
 * @param path - the path by the records that DNS gives at the name now
 * @param what - what the sender publishes at the target
 */
export function judgeAlias(
  { name: sender }: ResolvedSender,
  path: CheckedPath,
  alias: Alias,
  { name, target, what }: { name: string; target: Filled; what: string },
): CheckedPath {
  const place = { subject: name };
  const no = { ...path, authenticated: 'no' as const };
  switch (alias.state) {
    case 'alias':
      if (path.authenticated !== 'no') return path;
      return { ...path, diagnostics: [diagnose('sender.target-empty', { name, sender, what }, place)] };
    case 'copy':
      return path;
    case 'unknown':
      return { ...path, authenticated: 'unknown', why: alias.why };
    case 'none':
      return {
        ...no,
        why: `${name} is no alias of ${target.text}`,
        changes: target.known ? [publishRecord(name, 'CNAME', target.text)] : [],
      };
    case 'elsewhere':
      return {
        ...no,
        why: `${name} is an alias of ${alias.found}, not of ${target.text}`,
        changes: target.known ? [publishRecord(name, 'CNAME', target.text, alias.found)] : [],
        diagnostics: [diagnose('sender.name-taken', { name, type: 'CNAME' }, place)],
      };
    case 'records': {
      // RFC 1034 §3.6.2: beside a CNAME there can be nothing else.
      const removals = alias.found.map((text) => removeRecord(name, 'TXT', asText(text)));
      return {
        ...no,
        why: `${name} has a ${what} of its own and is no alias of ${target.text}`,
        changes: [...removals, publishRecord(name, 'CNAME', target.text)],
        diagnostics: [diagnose('sender.name-taken', { name, type: 'TXT' }, place)],
      };
    }
    default:
      return unreachable(alias);
  }
}

/** Whether a name can be what a pattern stands for. */
export function fits({ text, known }: Filled, name: string): boolean {
  if (known) return name === text;
  const [first = '', ...rest] = text.split(/\{[^{}]*\}/);
  const last = rest.pop() ?? '';
  if (!name.startsWith(first) || !name.endsWith(last)) return false;
  let at = first.length;
  for (const piece of rest) {
    at = name.indexOf(piece, at);
    if (at < 0) return false;
    at += piece.length;
  }
  return at <= name.length - last.length;
}

/** The texts that matter; `undefined` where DNS did not answer. */
function recordsOf(answer: DnsAnswer<'TXT'>, isRecord: (text: string) => boolean): string[] | undefined {
  if (answer.status === 'failure') return undefined;
  return answer.status === 'answer' ? answer.records.map(({ text }) => text).filter(isRecord) : [];
}
