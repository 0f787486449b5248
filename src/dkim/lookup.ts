import type { DnsSession } from '../dns/session.ts';
import { unreachable } from '../environment.ts';
import type { Limits } from '../limits.ts';
import { domainName } from '../names/domain-name.ts';
import { type KeyReading, readKeyRecord } from './key-reader.ts';

/** A TXT record where a key should be. */
export interface FetchedRecord {
  text: string;
  /** Absent where the record is over `limits.recordBytes`, which is then not looked at. */
  reading?: KeyReading;
}

/** What DNS holds where the key of a signature should be. */
export type KeyLookup = { name: string } & (
  | { status: 'records'; records: FetchedRecord[] }
  | { status: 'none' }
  | { status: 'failure'; reason: string }
);

/**
 * Fetches the records at the place of a key (RFC 6376 §3.6.2.1), both names normalized. It rejects only when the session's
 * signal aborts.
 */
export async function lookupDkimKey(
  selector: string,
  domain: string,
  session: DnsSession,
  limits: Readonly<Limits>,
): Promise<KeyLookup> {
  const name = `${selector}._domainkey.${domain}`;
  // A name too long for DNS has no records; to ask for it would be a failure, which looks as if it might pass.
  if (domainName(name) === undefined) return { status: 'none', name };
  const answer = await session.query(name, 'TXT');
  switch (answer.status) {
    case 'answer':
      return { status: 'records', name, records: answer.records.map(({ text }) => readRecord(text, limits)) };
    // RFC 6376 §6.1.2 step 3: without a record there is no key. Step 2: an answer that did not come says nothing.
    case 'nodata':
    case 'nxdomain':
      return { status: 'none', name };
    case 'failure':
      return { status: 'failure', name, reason: answer.detail ?? answer.reason };
    default:
      return unreachable(answer);
  }
}

function readRecord(text: string, limits: Readonly<Limits>): FetchedRecord {
  return text.length > limits.recordBytes ? { text } : { text, reading: readKeyRecord(text) };
}
