import { findNear, readLookup } from '../dns/record-lookup.ts';
import type { DnsSession } from '../dns/session.ts';
import { lookupTxt, type TxtLookup } from '../dns/txt.ts';
import type { Limits } from '../limits.ts';
import { isBimiRecord, parseBimiRecord } from './parse.ts';
import type { BimiResult } from './result.ts';
import { bimiLookupRules, diagnose } from './verdict-rules.ts';

/** A domain, and the name of its record; both normalized. */
interface RecordPlace {
  domain: string;
  name: string;
}

/** Finds the record of a domain, else of its organization (BIMI draft §7.2), and whose it is. */
export async function findRecord(
  place: RecordPlace,
  selector: string,
  organization: RecordPlace | undefined,
  session: DnsSession,
  limits: Readonly<Limits>,
): Promise<{ result: BimiResult; owner: string }> {
  const ask = ({ name }: RecordPlace) => lookupTxt(name, isBimiRecord, session, limits);
  const [own, fallback] = await Promise.all([ask(place), organization && ask(organization)]);
  // §7.2: only an empty set sends a receiver on to the organizational domain.
  const goesOn = own.status === 'none' && fallback !== undefined;
  const isTheirs = goesOn && (fallback.status !== 'none' || findNear(own, parseBimiRecord) === undefined);
  const [lookup, { domain: owner }] = isTheirs ? [fallback, organization!] : [own, place];
  return { result: judge(place.domain, selector, lookup, limits), owner };
}

/** Reads the record at a name. */
export async function readRecord(
  domain: string,
  selector: string,
  name: string,
  session: DnsSession,
  limits: Readonly<Limits>,
): Promise<BimiResult> {
  return judge(domain, selector, await lookupTxt(name, isBimiRecord, session, limits), limits);
}

function judge(domain: string, selector: string, lookup: TxtLookup, limits: Readonly<Limits>): BimiResult {
  const { name } = lookup;
  const facts = readLookup(lookup, 'bimi', bimiLookupRules, parseBimiRecord, limits);
  const result: BimiResult = { domain, selector, name, ...facts };
  const { status, record } = facts;
  if (status !== 'found' || record === undefined) return result;
  if (record.declined) result.status = 'declined';
  if (record.a === '') return result;
  result.evidence = { uri: record.a, validation: 'not-checked' };
  result.diagnostics.push(diagnose('bimi.evidence-not-checked', { url: record.a }, { subject: name }));
  return result;
}
