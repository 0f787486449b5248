import { type DkimKeyRecord, parseDkimKeyRecord } from '../../dkim/key-record.ts';
import type { DnsSession } from '../../dns/session.ts';
import { unreachable } from '../../environment.ts';
import type { Limits } from '../../limits.ts';
import { domainName } from '../../names/domain-name.ts';
import { asText } from '../../text/bytes.ts';

/** What DNS has at a selector. */
export interface KeyRotationKey {
  selector: string;
  /** Where the key is looked for. */
  name: string;
  /** `key`: one that verifies. `invalid`: something else, of no use. `unknown`: DNS did not answer. */
  status: 'key' | 'revoked' | 'invalid' | 'none' | 'unknown';
  /** The name at the end of the CNAME records, where the key is published. */
  delegatedTo?: string;
  /** The record as published, where there is exactly one. */
  text?: string;
  /** Seconds that DNS says the answer may be kept, also one that says that there is nothing. */
  ttl?: number;
}

/** A key with all that a plan looks at. */
export interface FoundKey {
  key: KeyRotationKey;
  record?: DkimKeyRecord;
  /** What the domain's own CNAME record says. */
  alias?: string;
  /** How many records are keys, where it is more than one. */
  count?: number;
  /** Why DNS did not answer. */
  reason?: string;
}

/** Looks up what is at a selector; both names are normalized. */
export async function findKey(
  place: { selector: string; name: string },
  session: DnsSession,
  { recordBytes }: Readonly<Limits>,
): Promise<FoundKey> {
  const { selector, name } = place;
  const answer = await session.query(name, 'TXT');
  const { ttl, cnames = [] } = answer;
  const [alias, end] = [cnames[0], cnames.at(-1)].map((cname) => cname && (domainName(cname) ?? cname));
  const key: KeyRotationKey = { selector, name, status: 'none' };
  if (ttl !== undefined) key.ttl = ttl;
  if (end !== undefined) key.delegatedTo = end;
  const found: FoundKey = { key };
  if (alias !== undefined) found.alias = alias;
  switch (answer.status) {
    case 'answer':
      readTexts(
        found,
        answer.records.map(({ text }) => text).filter(({ length }) => length <= recordBytes),
      );
      return found;
    case 'nodata':
    case 'nxdomain':
      return found;
    case 'failure':
      key.status = 'unknown';
      found.reason = answer.detail ?? answer.reason;
      return found;
    default:
      return unreachable(answer);
  }
}

function readTexts(found: FoundKey, texts: readonly string[]): void {
  // RFC 6376 §6.1.2, the note: a wildcard answers with records that are no keys.
  const keys = texts.map((text) => ({ text, ...parseDkimKeyRecord(text) })).filter(({ value }) => value !== undefined);
  const [first, second] = keys;
  if (first?.value === undefined) return;
  const { key } = found;
  if (second !== undefined) {
    key.status = 'invalid';
    found.count = keys.length;
    return;
  }
  key.text = asText(first.text);
  found.record = first.value;
  if (first.value.revoked) key.status = 'revoked';
  else key.status = first.ok ? 'key' : 'invalid';
}

/** The name that a selector is an alias of, where that is not the one wanted, nor leads to it. */
export function strayAlias({ alias, key }: FoundKey, cname: string | undefined): string | undefined {
  return cname === undefined || cname === alias || cname === key.delegatedTo ? undefined : alias;
}
